//! The randomness of one thread from one seed.
//!
//! libp2p, the standard library's hash maps and the `age` crate draw their randomness from the operating system, and
//! none of them can be handed a generator. All of them end up in the C function `getrandom`. This crate defines that
//! function for the program that it is linked into: on a thread that called [`seed`] it gives the bytes of a ChaCha20
//! generator, on every other thread those of the operating system. Nothing but a simulator may depend on it.
#![cfg(target_os = "linux")]

use std::cell::RefCell;
use std::ffi::{c_uint, c_void};
use std::slice;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustix::rand::GetRandomFlags;

thread_local! {
    static GENERATOR: RefCell<Option<ChaCha20Rng>> = const { RefCell::new(None) };
}

/// From now on everything random on this thread follows from `seed`.
///
/// A thread's hash maps take their keys when the first one is made, and `rand` its seed when it is first asked: call
/// this first of all on a fresh thread.
pub fn seed(seed: u64) {
    GENERATOR.with_borrow_mut(|generator| *generator = Some(ChaCha20Rng::seed_from_u64(seed)));
}

/// Fills `buffer` from this thread's generator. `false` if it has none.
fn fill_seeded(buffer: &mut [u8]) -> bool {
    // A thread that is being torn down has none any more.
    let filled = GENERATOR.try_with(|generator| {
        let Ok(mut generator) = generator.try_borrow_mut() else {
            return false;
        };
        match generator.as_mut() {
            Some(generator) => {
                generator.fill_bytes(buffer);
                true
            }
            None => false,
        }
    });
    filled.unwrap_or(false)
}

/// Stands in for `getrandom(2)` of the C library.
///
/// # Safety
/// `buffer` must be valid for writes of `len` bytes, as the C function demands.
#[allow(
    unsafe_code,
    reason = "a C function that C libraries look up by name; see docs/decisions/0021"
)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, len: usize, flags: c_uint) -> isize {
    if len == 0 {
        return 0;
    }
    // SAFETY: the caller vouches for `len` writable bytes, and zeros are valid bytes to begin with.
    let buffer = unsafe {
        buffer.cast::<u8>().write_bytes(0, len);
        slice::from_raw_parts_mut(buffer.cast::<u8>(), len)
    };
    if fill_seeded(buffer) {
        return isize::try_from(len).unwrap_or(isize::MAX);
    }
    let filled = rustix::rand::getrandom(buffer, GetRandomFlags::from_bits_retain(flags));
    // Callers that read `errno` take a failure for a kernel without the call, and read the device instead.
    filled.map_or(-1, |filled| isize::try_from(filled).unwrap_or(-1))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::thread;

    use super::*;

    /// What a fresh thread draws, with or without a seed.
    fn drawn(with: Option<u64>) -> (Vec<u32>, [u8; 8]) {
        let thread = thread::spawn(move || {
            if let Some(with) = with {
                seed(with);
            }
            let map: HashMap<u32, ()> = (0..100).map(|n| (n, ())).collect();
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            (map.into_keys().collect(), bytes)
        });
        thread.join().unwrap()
    }

    #[test]
    fn one_seed_gives_one_order_of_hash_maps_and_one_stream_of_bytes() {
        assert_eq!(drawn(Some(7)), drawn(Some(7)));
        assert_ne!(drawn(Some(7)), drawn(Some(8)));
    }

    #[test]
    fn a_thread_without_a_seed_draws_from_the_system() {
        assert_ne!(drawn(None), drawn(None));
    }
}
