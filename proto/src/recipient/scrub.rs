//! Wiping the stack behind work with a secret key.
//!
//! `zeroize` wipes a value where it lies when it is dropped. Moves, decoders and curve arithmetic leave copies further
//! down the stack, where nobody wipes them until some later call happens to need the room.

use std::hint::black_box;

use zeroize::Zeroize;

/// Bytes of stack that are wiped: enough for X25519 and an age header in a debug build, as the look into a node's
/// memory in `tests/it` shows.
const DEPTH: usize = 128 * 1024;

/// Does something with a secret, and wipes the stack that it used.
pub(crate) fn scrubbed<T>(work: impl FnOnce() -> T) -> T {
    let done = deeper(work);
    wipe();
    done
}

/// A frame of its own, so that everything below it is what the work used.
#[inline(never)]
fn deeper<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn wipe() {
    let mut used = [0_u8; DEPTH];
    used.zeroize();
    black_box(&used);
}
