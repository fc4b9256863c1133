//! Reading keys: to whom something is sealed, and what opens it.
//!
//! Both are standard X25519 keys of age v1 (<https://c2sp.org/age>), so that whatever is sealed here opens with stock
//! `age`. They wrap the types of the `age` crate and add what it leaves open: a [`Recipient`] is never one of the
//! points that make the shared secret known to everyone (with which the `age` crate would panic while sealing), it
//! has raw bytes and an order, and files are read within bounds.
//!
//! Somebody outside may also have a hybrid key (`age1pq1…`), which the `age` crate does not know: `hybrid` has it, and
//! `outside` either kind. Nothing of the mesh is sealed to one.
//!
//! Left to others: signing keys (`identity`; no key is ever both), passphrase files, and the header of a clip
//! ([`clip`](crate::clip)).

mod hybrid;
mod outside;
mod scrub;
mod stanzas;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::str::FromStr;

use age::Identity as _;
use age::secrecy::ExposeSecret;
use age_core::format::{FileKey, Stanza};
use bech32::{FromBase32, ToBase32, Variant};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use zeroize::Zeroizing;

pub(crate) use hybrid::is_hybrid;
pub use hybrid::{HYBRID_KEY, HybridIdentity, HybridRecipient};
pub use outside::{ExportIdentity, ExportRecipient};
pub(crate) use stanzas::{AgeHeader, MAC_MARK, Unwraps, VERSION_LINE};
pub use stanzas::{HEADER_BYTES, HEADER_STANZAS};

use crate::clip::Layout;
pub(crate) use scrub::scrubbed;

/// Human-readable part of `age1…` (C2SP age.md, "X25519 recipient stanza").
const RECIPIENT_PREFIX: &str = "age";

/// Human-readable part of `AGE-SECRET-KEY-1…`, in the lower case that the `bech32` crate works in.
const IDENTITY_PREFIX: &str = "age-secret-key-";

/// The prime 2^255 - 19 of Curve25519, little-endian (RFC 7748, section 4.1).
const PRIME: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// The u-coordinates below the prime of all points of small order, little-endian, on the curve or its twist
/// (RFC 7748, section 7; listed at <https://cr.yp.to/ecdh.html#validate>). The shared secret with them is zero.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    {
        let mut minus_one = PRIME;
        minus_one[0] = 0xec;
        minus_one
    },
];

/// Why a key was not taken, or something sealed was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// Not an `age1…` text of an X25519 key.
    #[error("not an age recipient: it begins with age1 and has 62 characters")]
    NotRecipient,
    /// Not an `AGE-SECRET-KEY-1…` text of an X25519 key.
    #[error("not an age secret key: it begins with AGE-SECRET-KEY-1 and has 74 characters")]
    NotIdentity,
    /// Not an `age1pq1…` text of a hybrid key.
    #[error("not a post-quantum age recipient: it begins with age1pq1 and has 1959 characters")]
    NotHybridRecipient,
    /// A hybrid key, in a program without them.
    #[error(
        "it is a post-quantum key, and this program was built without them (feature 'pq'): get a program that has it, or ask for a key that begins with age1 and has 62 characters"
    )]
    WithoutHybrid,
    /// A public key of small order: what is sealed to it can be opened by everyone.
    #[error("recipient key is weak")]
    Weak,
    /// A second spelling of a public key. Keys are compared as bytes, so only the reduced one is taken.
    #[error("recipient key is not in canonical form")]
    NotCanonical,
    /// The header does not end within [`HEADER_BYTES`].
    #[error("age header is longer than {HEADER_BYTES} bytes")]
    HeaderTooLong,
    /// More than [`HEADER_STANZAS`].
    #[error("age header names more than {HEADER_STANZAS} recipients")]
    TooManyStanzas,
    /// A passphrase stanza, whose sender chooses how long the reader works.
    #[error("age header asks for a passphrase")]
    Passphrase,
    /// Not an age v1 file, or not in its canonical form.
    #[error("not a well-formed age file")]
    Malformed,
    /// More plaintext than the caller allows.
    #[error("holds {got} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Bytes of plaintext in the file.
        got: u64,
        /// Bytes of plaintext allowed.
        limit: usize,
    },
    /// Sealed to other keys.
    #[error("sealed to another key")]
    NotForThisKey,
    /// The header's MAC or a tag of the payload is wrong: altered or cut short.
    #[error("sealed bytes were altered or cut short")]
    Altered,
    /// The `age` crate could not seal.
    #[error("could not seal")]
    Sealing,
}

/// A public reading key. Checked: canonical, and not of small order.
#[derive(Clone)]
pub struct Recipient {
    key: age::x25519::Recipient,
    bytes: [u8; 32],
}

impl Recipient {
    /// The recipient with this X25519 public key (32 bytes, little-endian u-coordinate, RFC 7748).
    ///
    /// # Errors
    /// [`RecipientError::NotCanonical`], [`RecipientError::Weak`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, RecipientError> {
        check_point(&bytes)?;
        let key = bech32::encode(RECIPIENT_PREFIX, bytes.to_base32(), Variant::Bech32)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(RecipientError::NotRecipient)?;
        Ok(Self { key, bytes })
    }

    /// The X25519 public key.
    pub const fn to_bytes(&self) -> [u8; 32] {
        self.bytes
    }

    /// Seals a small message to this recipient: a binary age v1 file, about 200 to 400 bytes longer than `plaintext`.
    ///
    /// The length differs from call to call, because `age` adds a random stanza that readers must ignore.
    ///
    /// # Errors
    /// [`RecipientError::Sealing`], which no input is known to cause.
    pub fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, RecipientError> {
        age::encrypt(&self.key, plaintext).map_err(|_| RecipientError::Sealing)
    }

    /// The key as the `age` crate takes it.
    pub(crate) const fn as_age(&self) -> &age::x25519::Recipient {
        &self.key
    }
}

/// Whether a u-coordinate is in its one form and not of small order.
fn check_point(bytes: &[u8; 32]) -> Result<(), RecipientError> {
    if bytes.iter().rev().ge(PRIME.iter().rev()) {
        return Err(RecipientError::NotCanonical);
    }
    if LOW_ORDER.contains(bytes) {
        return Err(RecipientError::Weak);
    }
    Ok(())
}

/// Seals a small message so that each of these recipients can open it: a binary age v1 file, as by [`Recipient::seal`].
///
/// # Errors
/// [`RecipientError::Sealing`], which no input but a lack of recipients is known to cause.
pub fn seal_to_all(recipients: &[Recipient], plaintext: &[u8]) -> Result<Vec<u8>, RecipientError> {
    let to = recipients
        .iter()
        .map(|recipient| recipient.as_age() as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(to).map_err(|_| RecipientError::Sealing)?;
    let mut sealed = Vec::with_capacity(plaintext.len() + 1024);
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(plaintext)?;
        writer.finish().map(drop)
    });
    written.map_err(|_| RecipientError::Sealing)?;
    Ok(sealed)
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, data, variant) =
            bech32::decode(text).map_err(|_| RecipientError::NotRecipient)?;
        if prefix != RECIPIENT_PREFIX || variant != Variant::Bech32 {
            return Err(RecipientError::NotRecipient);
        }
        let bytes = Vec::from_base32(&data)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(RecipientError::NotRecipient)?;
        Self::from_bytes(bytes)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.key.to_string();
        write!(f, "Recipient({})", text.get(..12).unwrap_or(&text))
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Recipient {}

impl PartialOrd for Recipient {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Recipient {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl Hash for Recipient {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<C> Encode<C> for Recipient {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Recipient {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?
            .try_into()
            .ok()
            .and_then(|bytes| Self::from_bytes(bytes).ok())
            .ok_or_else(|| decode::Error::message("not a recipient key"))
    }
}

/// A secret reading key. It opens everything that was sealed to its [`Recipient`].
///
/// Has no `Display`, so that it cannot be printed by accident; wiped when dropped.
///
/// In a box: a move copies the pointer and never the key.
pub struct Identity(Box<age::x25519::Identity>);

impl Identity {
    /// The identity with these 32 secret bytes, which must be uniformly random or come from a key derivation.
    #[expect(
        clippy::expect_used,
        reason = "32 bytes under a valid prefix are always an identity; a test covers it"
    )]
    pub fn from_secret_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        scrubbed(|| {
            let text = bech32::encode(IDENTITY_PREFIX, bytes.to_base32(), Variant::Bech32)
                .map(Zeroizing::new)
                .expect("prefix is valid");
            Self(Box::new(
                text.parse().expect("32 bytes under the right prefix"),
            ))
        })
    }

    /// The text `AGE-SECRET-KEY-1…`, for the recovery sheet or a key file. Whoever sees it can open everything.
    pub fn expose(&self) -> Zeroizing<String> {
        scrubbed(|| Zeroizing::new(self.0.to_string().expose_secret().to_owned()))
    }

    /// The public half.
    #[expect(
        clippy::expect_used,
        reason = "a clamped scalar times the base point is canonical and of large order (RFC 7748)"
    )]
    pub fn recipient(&self) -> Recipient {
        scrubbed(|| self.0.to_public())
            .to_string()
            .parse()
            .expect("public half of a secret key")
    }

    /// Opens what [`Recipient::seal`] or any other age program sealed to this key.
    ///
    /// The length is checked before anything is decrypted, and nothing is returned unless all of it is genuine.
    ///
    /// # Errors
    /// Everything that a stranger can do to the bytes: [`RecipientError::HeaderTooLong`],
    /// [`RecipientError::TooManyStanzas`], [`RecipientError::Passphrase`], [`RecipientError::Malformed`],
    /// [`RecipientError::TooLarge`], [`RecipientError::NotForThisKey`], [`RecipientError::Altered`].
    pub fn open(
        &self,
        sealed: &[u8],
        max_len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, RecipientError> {
        scrubbed(|| self.open_here(sealed, max_len))
    }

    fn open_here(
        &self,
        sealed: &[u8],
        max_len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, RecipientError> {
        let (_, payload) = AgeHeader::read(sealed)?;
        let len = Layout::of_sealed(payload.len() as u64)
            .map_err(|_| RecipientError::Altered)?
            .plaintext_len();
        let capacity = usize::try_from(len)
            .ok()
            .filter(|len| *len <= max_len)
            .ok_or(RecipientError::TooLarge {
                got: len,
                limit: max_len,
            })?;

        let decryptor =
            age::Decryptor::new_buffered(sealed).map_err(|_| RecipientError::Malformed)?;
        let mut reader = decryptor
            .decrypt(std::iter::once(&*self.0 as _))
            .map_err(|error| match error {
                age::DecryptError::NoMatchingKeys => RecipientError::NotForThisKey,
                age::DecryptError::InvalidHeader => RecipientError::Malformed,
                _ => RecipientError::Altered,
            })?;
        // The exact size at once: a vector that grows would leave copies of the plaintext behind.
        let mut plaintext = Zeroizing::new(vec![0; capacity]);
        reader
            .read_exact(&mut plaintext)
            .map_err(|_| RecipientError::Altered)?;
        match reader.read(&mut [0]) {
            Ok(0) => Ok(plaintext),
            _ => Err(RecipientError::Altered),
        }
    }

    /// The key as the `age` crate takes it.
    #[cfg(test)]
    pub(crate) const fn as_age(&self) -> &age::x25519::Identity {
        &self.0
    }
}

impl Unwraps for Identity {
    fn file_key(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, RecipientError>> {
        let key = scrubbed(|| self.0.unwrap_stanzas(stanzas));
        key.map(|key| key.map_err(|_| RecipientError::Malformed))
    }
}

impl FromStr for Identity {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        scrubbed(|| text.parse().map(Box::new).map(Self))
            .map_err(|_: &str| RecipientError::NotIdentity)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(secret)")
    }
}
