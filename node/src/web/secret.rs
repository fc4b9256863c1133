//! Secrets of the page: 128 random bits that are given away once and kept only as a hash.
//!
//! A memory image or a log of the node therefore holds nothing that signs anybody in. Hashes are compared in constant
//! time, which is what `blake3::Hash` does.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// Bytes of a secret.
const BYTES: usize = 16;

/// What is kept of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept(blake3::Hash);

impl Kept {
    /// What is kept of this text.
    pub(super) fn of(secret: &str) -> Self {
        Self(blake3::hash(secret.as_bytes()))
    }
}

/// Makes secrets.
pub(super) struct Secrets(Mutex<ChaCha20Rng>);

impl Secrets {
    /// Draws from this generator.
    pub(super) const fn new(generator: ChaCha20Rng) -> Self {
        Self(Mutex::new(generator))
    }

    /// A new secret in its text form, and what to keep of it.
    pub(super) fn draw(&self) -> (String, Kept) {
        let mut bytes = [0; BYTES];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        let text = HEXLOWER.encode(&bytes);
        let kept = Kept::of(&text);
        (text, kept)
    }
}

/// Whether a text has the form of a secret, so that a page can tell a broken link from a used one.
pub(super) fn well_formed(text: &str) -> bool {
    text.len() == BYTES * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}
