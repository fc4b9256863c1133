//! The file key of a clip, what is derived from it, and the commitment to it.
//!
//! A [`FileKey`] comes from a generator when a clip is made and from a header when it is opened; there is no third
//! way. It does not implement `Clone`, `Debug` shows nothing, and it is wiped when dropped.

use std::fmt;

use age_core::secrecy::ExposeSecret;
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::id::id;

/// HKDF info of the commitment.
const COMMIT_INFO: &[u8] = b"streetlamp/v1 clip key commitment";
/// HKDF info of the header's MAC key (C2SP age.md, "Header MAC").
const MAC_INFO: &[u8] = b"header";
/// HKDF info of the payload key (C2SP age.md, "Payload").
const PAYLOAD_INFO: &[u8] = b"payload";

id! {
    /// Commits to the one file key of a clip without telling it: HKDF-SHA-256 (RFC 5869) of the key, no salt.
    KeyCommit, 32
}

/// The key of one clip: 128 random bits (C2SP age.md, "File key").
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct FileKey([u8; 16]);

impl FileKey {
    /// A new key, for one clip.
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = [0; 16];
        rng.fill_bytes(&mut key);
        Self(key)
    }

    /// The key that a stanza held.
    pub(super) fn from_age(key: &age_core::format::FileKey) -> Self {
        Self(*key.expose_secret())
    }

    /// The key itself, to be wrapped.
    pub(super) const fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// The key as the `age` crate wraps it.
    pub(super) fn to_age(&self) -> age_core::format::FileKey {
        age_core::format::FileKey::init_with_mut(|key| key.copy_from_slice(&self.0))
    }

    /// The commitment to this key that the clip's manifest carries.
    pub fn commit(&self) -> KeyCommit {
        KeyCommit::from_bytes(*self.derive(&[], COMMIT_INFO))
    }

    /// The key of the header's MAC.
    pub(super) fn mac_key(&self) -> Zeroizing<[u8; 32]> {
        self.derive(&[], MAC_INFO)
    }

    /// The key of the payload that begins with this nonce.
    pub(super) fn payload_key(&self, nonce: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        self.derive(nonce, PAYLOAD_INFO)
    }

    #[expect(
        clippy::expect_used,
        reason = "HKDF-SHA-256 gives up to 8,160 bytes; this asks for 32"
    )]
    fn derive(&self, salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), &self.0)
            .expand(info, derived.as_mut_slice())
            .expect("32 bytes are within the bound of HKDF");
        derived
    }

    /// A key that a test vector states.
    #[cfg(test)]
    pub(super) const fn from_vector(key: [u8; 16]) -> Self {
        Self(key)
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(secret)")
    }
}
