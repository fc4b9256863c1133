//! The key that a street shares for a while: seals what is said, names the topic.
//!
//! A sealed frame is a 24-byte nonce and XChaCha20-Poly1305 over the padded message; nothing else is visible, not even
//! the epoch, which a reader finds by trying the few keys it holds. Padding to [`SEAL_BUCKET`] hides lengths.
//!
//! The nonce is a keyed hash of street and message (a synthetic nonce, as in RFC 5297): two different messages never
//! share one, and the same message sealed by two homes is the same frame, so that gossip drops the second copy. A
//! frame therefore shows whether a message was said before, and nothing else.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::StreetId;
use crate::wire::limits::{SEAL_BUCKET, WIRE_VERSION};
use crate::wire::{self, Kind, WireError};

/// BLAKE3 `derive_key` context of the sealing key.
const SEAL_CONTEXT: &str = "streetlamp 2026 epoch seal v1";
/// BLAKE3 `derive_key` context of the topic key.
const TOPIC_CONTEXT: &str = "streetlamp 2026 epoch topic v1";
/// BLAKE3 `derive_key` context of the key that makes nonces.
const NONCE_CONTEXT: &str = "streetlamp 2026 epoch nonce v1";
/// Bytes of an XChaCha20 nonce (draft-irtf-cfrg-xchacha).
const NONCE: usize = 24;
/// Length prefix inside the seal.
const PREFIX: usize = 4;

/// Why a sealed frame did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Not a sealed frame.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Not sealed with this key, or altered.
    #[error("seal does not open with this epoch's key")]
    WrongKey,
    /// Opened, but the padding is not what an honest home writes.
    #[error("sealed message is padded wrongly")]
    Padding,
}

/// The name of a street's gossip topic: a keyed hash that only members can compute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(String);

impl Topic {
    /// The text that gossipsub sees.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A topic named by somebody else: what gossip received, to be compared with ours.
    pub fn named(text: String) -> Self {
        Self(text)
    }
}

/// 32 random bytes that the members of a street share during one epoch.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EpochKey([u8; 32]);

impl EpochKey {
    /// A new key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        Self(key)
    }

    /// A key from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key, for the store. It opens everything that the street says in its epoch.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The topic on which the street gossips in this epoch.
    pub fn topic(&self, street: StreetId) -> Topic {
        let key = Zeroizing::new(blake3::derive_key(TOPIC_CONTEXT, &self.0));
        let name = blake3::keyed_hash(&key, street.as_bytes());
        Topic(format!(
            "streetlamp/{WIRE_VERSION}/street/{}",
            name.to_hex()
        ))
    }

    /// Seals a message for the street as a frame.
    pub fn seal(&self, street: StreetId, message: &[u8]) -> Vec<u8> {
        let nonce = self.nonce(street, message);
        let padded = pad(message);
        let sealed = self.cipher().encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: &padded,
                aad: street.as_bytes(),
            },
        );
        // The cipher fails only above 256 GiB; a message is bounded far below.
        let body = [&nonce[..], &sealed.unwrap_or_default()].concat();
        wire::frame(Kind::Sealed, &Bytes(body))
    }

    /// Opens a sealed frame of at most `limit` bytes.
    ///
    /// # Errors
    /// Every [`SealError`].
    pub fn open(&self, street: StreetId, frame: &[u8], limit: usize) -> Result<Vec<u8>, SealError> {
        let Bytes(body) = wire::unframe(Kind::Sealed, frame, limit)?;
        let (nonce, sealed) = body
            .split_first_chunk::<NONCE>()
            .ok_or(WireError::Truncated)?;
        let padded = self
            .cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: street.as_bytes(),
                },
            )
            .map_err(|_| SealError::WrongKey)?;
        unpad(&padded).map(<[u8]>::to_vec).ok_or(SealError::Padding)
    }

    fn nonce(&self, street: StreetId, message: &[u8]) -> [u8; NONCE] {
        let key = Zeroizing::new(blake3::derive_key(NONCE_CONTEXT, &self.0));
        let mut hash = blake3::Hasher::new_keyed(&key);
        hash.update(street.as_bytes()).update(message);
        let mut nonce = [0; NONCE];
        hash.finalize_xof().fill(&mut nonce);
        nonce
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(blake3::derive_key(SEAL_CONTEXT, &self.0));
        XChaCha20Poly1305::new((&*key).into())
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey(secret)")
    }
}

/// Crosses the wire only inside a [`super::Welcome`].
impl<C> Encode<C> for EpochKey {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for EpochKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?
            .try_into()
            .map(Self)
            .map_err(|_| decode::Error::message("wrong length of an epoch key"))
    }
}

/// A CBOR byte string.
#[derive(Encode, Decode)]
#[cbor(transparent)]
struct Bytes(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>);

fn pad(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut padded = [&len.to_be_bytes()[..], message].concat();
    padded.resize(padded.len().next_multiple_of(SEAL_BUCKET), 0);
    padded
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (len, rest) = padded.split_first_chunk::<PREFIX>()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    let (message, zeros) = rest.split_at_checked(len)?;
    let honest = padded.len() == (PREFIX + len).next_multiple_of(SEAL_BUCKET)
        && zeros.iter().all(|b| *b == 0);
    honest.then_some(message)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    const STREET: StreetId = StreetId::from_bytes([1; 32]);
    const OTHER: StreetId = StreetId::from_bytes([2; 32]);

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(1)
    }

    #[test]
    fn a_sealed_message_opens_with_its_key_and_street_only() {
        let mut rng = rng();
        let (key, later) = (EpochKey::generate(&mut rng), EpochKey::generate(&mut rng));
        let frame = key.seal(STREET, b"smoke");
        assert_eq!(key.open(STREET, &frame, 4096).unwrap(), b"smoke");
        assert_eq!(key.open(OTHER, &frame, 4096), Err(SealError::WrongKey));
        assert_eq!(later.open(STREET, &frame, 4096), Err(SealError::WrongKey));
    }

    #[test]
    fn the_same_message_is_the_same_frame_and_no_other_message_shares_its_nonce() {
        let key = EpochKey::from_bytes([7; 32]);
        let frame = key.seal(STREET, b"smoke");
        assert_eq!(frame, key.seal(STREET, b"smoke"));
        let nonce = |street, message: &[u8]| key.nonce(street, message);
        assert_ne!(nonce(STREET, b"smoke"), nonce(STREET, b"smoky"));
        assert_ne!(nonce(STREET, b"smoke"), nonce(OTHER, b"smoke"));
    }

    #[test]
    fn no_altered_byte_of_a_seal_opens() {
        let mut rng = rng();
        let key = EpochKey::generate(&mut rng);
        let frame = key.seal(STREET, b"smoke");
        for at in 0..frame.len() {
            let mut altered = frame.clone();
            altered[at] ^= 1;
            assert!(key.open(STREET, &altered, 4096).is_err(), "byte {at}");
        }
    }

    #[test]
    fn messages_of_like_length_look_alike() {
        let mut rng = rng();
        let key = EpochKey::generate(&mut rng);
        let lengths: Vec<_> = [0, 1, 100, 252]
            .iter()
            .map(|n| key.seal(STREET, &vec![7; *n]).len())
            .collect();
        assert!(lengths.windows(2).all(|w| w[0] == w[1]), "{lengths:?}");
        assert!(key.seal(STREET, &[7; 253]).len() > lengths[0]);
    }

    #[test]
    fn padding_that_an_honest_home_does_not_write_is_refused() {
        assert_eq!(unpad(&pad(b"x")), Some(&b"x"[..]));
        let mut smuggled = pad(b"x");
        smuggled[100] = 1;
        assert_eq!(unpad(&smuggled), None);
        let mut longer = pad(b"x");
        longer.extend([0; SEAL_BUCKET]);
        assert_eq!(unpad(&longer), None);
        assert_eq!(unpad(&[0, 0, 255, 255]), None);
        assert_eq!(unpad(&[0]), None);
    }

    #[test]
    fn the_topic_tells_neither_street_nor_epoch_and_changes_with_the_key() {
        let mut rng = rng();
        let (one, two) = (EpochKey::generate(&mut rng), EpochKey::generate(&mut rng));
        assert_ne!(one.topic(STREET), two.topic(STREET));
        assert_ne!(one.topic(STREET), one.topic(OTHER));
        assert!(!one.topic(STREET).as_str().contains(&STREET.to_string()));
    }

    #[test]
    fn an_epoch_key_is_not_printed() {
        assert_eq!(
            format!("{:?}", EpochKey::from_bytes([7; 32])),
            "EpochKey(secret)"
        );
    }
}
