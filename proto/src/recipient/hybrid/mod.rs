//! Hybrid keys of age (`age1pq1…`): X25519 and ML-KEM-768 in one, so that what is sealed today stays sealed when
//! somebody has a quantum computer, and is no weaker than X25519 if ML-KEM is broken.
//!
//! Only exports are sealed to them: an outsider brings the key that he has. Keys of the mesh are X25519. The exchange is
//! that of the `hpke` crate (`xwing.rs`), which is part of the program with the feature `pq`. Keys are read, compared and
//! printed without it, too, because a ledger may name one; a program without it says so where it would have to seal.
//!
//! Specification: <https://c2sp.org/age>, "mlkem768x25519 recipient stanza"; X-Wing is draft-connolly-cfrg-xwing-kem.

#[cfg(not(feature = "pq"))]
#[path = "absent.rs"]
mod xwing;
#[cfg(feature = "pq")]
mod xwing;

use std::fmt;
use std::str::FromStr;

use age_core::format::{FileKey, Stanza};
use bech32::{FromBase32, ToBase32, Variant};
use data_encoding::BASE64_NOPAD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::stanzas::Unwraps;
use super::{RecipientError, check_point, scrubbed};

/// Bytes of a hybrid public key: ML-KEM-768 (1,184), then X25519 (32).
pub const HYBRID_KEY: usize = MLKEM_KEY + X25519_KEY;

/// Bytes of an ML-KEM-768 encapsulation key: coefficients and a seed of 32 bytes (FIPS 203, table 3).
const MLKEM_KEY: usize = COEFFICIENTS + 32;
/// Bytes of its 768 coefficients, 12 bits each.
const COEFFICIENTS: usize = 768 * 12 / 8;
/// The modulus of ML-KEM. A key with a coefficient that is not below it is refused (FIPS 203, section 7.2).
const MODULUS: u16 = 3329;
const X25519_KEY: usize = 32;
/// Bytes of an encapsulated secret: an ML-KEM-768 ciphertext (1,088), then an ephemeral X25519 share.
const ENCAPSULATED: usize = 1_088 + X25519_KEY;
/// Bytes of a stanza's body, the sealed file key and a tag.
const WRAPPED_KEY: usize = 32;

/// Human-readable parts of `age1pq1…` and `AGE-SECRET-KEY-PQ-1…`, in the lower case that the `bech32` crate works in.
const RECIPIENT_PREFIX: &str = "age1pq";
const IDENTITY_PREFIX: &str = "age-secret-key-pq-";

/// Stanza type of a hybrid recipient.
const TAG: &str = "mlkem768x25519";
/// Binds the exchange to its use in age.
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";

/// A hybrid public key. Checked: its ML-KEM half is in canonical form, its X25519 half also not of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct HybridRecipient(Box<[u8; HYBRID_KEY]>);

impl HybridRecipient {
    /// The recipient with this public key.
    ///
    /// # Errors
    /// [`RecipientError::NotCanonical`], [`RecipientError::Weak`].
    pub fn from_bytes(bytes: &[u8; HYBRID_KEY]) -> Result<Self, RecipientError> {
        let (mlkem, x25519) = halves(bytes);
        let (coefficients, _) = mlkem.split_at(COEFFICIENTS);
        let reduced = coefficients
            .as_chunks()
            .0
            .iter()
            .all(|[low, middle, high]| {
                let [low, middle, high] = [low, middle, high].map(|byte| u16::from(*byte));
                let (first, second) = (low | (middle & 0x0f) << 8, middle >> 4 | high << 4);
                first < MODULUS && second < MODULUS
            });
        if !reduced {
            return Err(RecipientError::NotCanonical);
        }
        check_point(x25519)?;
        Ok(Self(Box::new(*bytes)))
    }

    /// The public key.
    pub const fn as_bytes(&self) -> &[u8; HYBRID_KEY] {
        &self.0
    }

    /// The stanza that holds a file key for this recipient.
    ///
    /// # Errors
    /// [`RecipientError::WithoutHybrid`]; [`RecipientError::Sealing`], which no input is known to cause.
    pub(crate) fn wrap(
        &self,
        key: &[u8; 16],
        rng: &mut impl CryptoRng,
    ) -> Result<Stanza, RecipientError> {
        let (encapsulated, body) = xwing::seal(&self.0, INFO, key, rng)?;
        Ok(Stanza {
            tag: TAG.to_owned(),
            args: vec![BASE64_NOPAD.encode(&encapsulated)],
            body,
        })
    }
}

impl FromStr for HybridRecipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !xwing::BUILT {
            return Err(RecipientError::WithoutHybrid);
        }
        let decoded = bech32::decode(text).ok();
        let (_, data, _) = decoded
            .filter(|(prefix, _, variant)| {
                prefix == RECIPIENT_PREFIX && *variant == Variant::Bech32
            })
            .ok_or(RecipientError::NotHybridRecipient)?;
        let bytes = Vec::from_base32(&data)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(RecipientError::NotHybridRecipient)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = bech32::encode(RECIPIENT_PREFIX, self.0.to_base32(), Variant::Bech32);
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        write!(f, "HybridRecipient({})", text.get(..14).unwrap_or(&text))
    }
}

/// A hybrid secret key: the seed of 32 bytes from which both halves are made. Wiped when dropped.
pub struct HybridIdentity(Box<Zeroizing<[u8; 32]>>);

impl HybridIdentity {
    /// The public half.
    ///
    /// # Errors
    /// [`RecipientError::WithoutHybrid`].
    pub fn recipient(&self) -> Result<HybridRecipient, RecipientError> {
        HybridRecipient::from_bytes(&scrubbed(|| xwing::public(&self.0))?)
    }
}

impl Unwraps for HybridIdentity {
    fn file_key(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, RecipientError>> {
        let mut ours = stanzas.iter().filter(|stanza| stanza.tag == TAG);
        ours.find_map(|stanza| scrubbed(|| self.open(stanza)).transpose())
    }
}

impl HybridIdentity {
    /// The file key, nothing if the stanza is for somebody else.
    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, RecipientError> {
        let (encapsulated, body) = parts(stanza).ok_or(RecipientError::Malformed)?;
        // An all-zero shared secret would make the X25519 half worthless; neither `hpke` nor `x-wing` looks for it.
        let (_, share) = encapsulated.split_at(ENCAPSULATED - X25519_KEY);
        let share = share.try_into().map_err(|_| RecipientError::Malformed)?;
        check_point(share).map_err(|_| RecipientError::Malformed)?;
        let opened = xwing::open(&self.0, &encapsulated, INFO, body)?;
        let key = opened.map(|key| <[u8; 16]>::try_from(key.as_slice()).map(Zeroizing::new));
        match key.transpose() {
            Ok(key) => Ok(key.map(|key| FileKey::init_with_mut(|into| *into = *key))),
            Err(_) => Err(RecipientError::Malformed),
        }
    }
}

impl FromStr for HybridIdentity {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !xwing::BUILT {
            return Err(RecipientError::WithoutHybrid);
        }
        scrubbed(|| {
            let decoded = bech32::decode(text).ok();
            let (_, data, _) = decoded
                .filter(|(prefix, _, variant)| {
                    prefix == IDENTITY_PREFIX && *variant == Variant::Bech32
                })
                .ok_or(RecipientError::NotIdentity)?;
            let bytes = Vec::from_base32(&data).map(Zeroizing::new);
            let bytes = bytes.map_err(|_| RecipientError::NotIdentity)?;
            let seed = bytes.as_slice().try_into().map(Zeroizing::new);
            let seed = seed.map_err(|_| RecipientError::NotIdentity)?;
            Ok(Self(Box::new(seed)))
        })
    }
}

impl fmt::Debug for HybridIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HybridIdentity(secret)")
    }
}

/// Whether a text means a hybrid key rather than an X25519 one.
pub(super) fn is_meant(text: &str) -> bool {
    let begins = |prefix: &str| {
        let start = text.get(..prefix.len() + 1).unwrap_or_default();
        start.eq_ignore_ascii_case(&format!("{prefix}1"))
    };
    begins(RECIPIENT_PREFIX) || begins(IDENTITY_PREFIX)
}

/// Whether a stanza has the shape of a hybrid recipient's.
pub(crate) fn is_hybrid(stanza: &Stanza) -> bool {
    stanza.tag == TAG && parts(stanza).is_some()
}

/// Encapsulated secret and body, if they have the lengths that they must have.
fn parts(stanza: &Stanza) -> Option<([u8; ENCAPSULATED], &[u8; WRAPPED_KEY])> {
    let [argument] = stanza.args.as_slice() else {
        return None;
    };
    let encapsulated = BASE64_NOPAD.decode(argument.as_bytes()).ok()?;
    let encapsulated = encapsulated.try_into().ok()?;
    Some((encapsulated, stanza.body.as_slice().try_into().ok()?))
}

/// The ML-KEM half and the X25519 half of a public key.
fn halves(key: &[u8; HYBRID_KEY]) -> (&[u8], &[u8; X25519_KEY]) {
    let (mlkem, x25519) = key.split_at(MLKEM_KEY);
    (mlkem, x25519.first_chunk().unwrap_or(&[0; X25519_KEY]))
}

#[cfg(test)]
mod tests;
