//! Stands in for version 0.2 of the `getrandom` crate under `[patch.crates-io]`: the bytes come from version 0.4, which
//! asks the C library and not the kernel by number. One way to the system's randomness instead of two, and one place
//! where a simulator can put its own.
#![forbid(unsafe_code)]

pub use current::Error;

/// Fills `dest` with random bytes of the operating system.
///
/// # Errors
/// The system's, if it has none.
pub fn getrandom(dest: &mut [u8]) -> Result<(), Error> {
    current::fill(dest)
}
