//! Detached headers: for whom a clip opens.
//!
//! A header wraps the file key once per recipient and authenticates itself with a key derived from it (C2SP age.md,
//! "Header"). Two types, because they are two powers. An [`OwnerHeader`] names the household's own reading keys and
//! stays in the house. A [`GrantHeader`] has exactly one stanza of fixed size, so that "one clip to one recipient" is
//! the shape of the bytes, with no room for a second recipient, a comment or a tracking mark.
//!
//! Stanzas are written and opened by the `age` crate; the lines around them and the MAC are ours, since its public
//! interface has no header without a payload.

use std::fmt;

use age::Recipient as _;
use age_core::format::{Stanza, write::age_stanza};
use data_encoding::BASE64_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use sha2::Sha256;

use super::{FileKey, KeyCommit};
use crate::recipient::{
    AgeHeader, HEADER_STANZAS, Identity, MAC_MARK, Recipient, RecipientError, Unwraps, VERSION_LINE,
};

/// Bytes of a header with one X25519 stanza.
pub const GRANT_HEADER_LEN: usize = 168;

/// Stanza type of an X25519 recipient (C2SP age.md).
const X25519_TAG: &str = "X25519";
/// Characters of its one argument, the ephemeral share of 32 bytes in Base64.
const SHARE_CHARS: usize = 43;
/// Bytes of its body, the sealed file key and a tag.
const WRAPPED_KEY_LEN: usize = 32;

/// Why a header was not written, taken or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Not an age header within bounds.
    #[error(transparent)]
    Age(#[from] RecipientError),
    /// Bytes after the header.
    #[error("bytes follow the header")]
    TrailingBytes,
    /// A stanza that is not of an X25519 recipient, or not of its shape.
    #[error("header has a stanza of a foreign kind or shape")]
    ForeignStanza,
    /// A grant that is not for exactly one recipient.
    #[error("a grant has one recipient, not {0}")]
    NotOneRecipient(
        /// Stanzas found.
        usize,
    ),
    /// A clip for nobody, or for more than [`HEADER_STANZAS`] keys.
    #[error("a clip is sealed to 1 to {HEADER_STANZAS} keys, not {0}")]
    Recipients(
        /// Recipients given.
        usize,
    ),
    /// Wrapped to other keys.
    #[error("clip is not for this key")]
    NotForThisKey,
    /// The file key is right and the header was altered.
    #[error("header was altered")]
    BadMac,
    /// The file key is not the one that the clip's manifest commits to.
    #[error("header holds another key than the clip's manifest says")]
    WrongKey,
}

/// The header that opens a clip for its household: reading keys and the recovery key, and no other.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnerHeader(Vec<u8>);

impl OwnerHeader {
    /// Wraps a file key for the household's own recipients.
    ///
    /// # Errors
    /// [`HeaderError::Recipients`]; [`RecipientError::Sealing`], which no input is known to cause.
    pub(super) fn wrap(key: &FileKey, recipients: &[Recipient]) -> Result<Self, HeaderError> {
        if recipients.is_empty() || recipients.len() > HEADER_STANZAS {
            return Err(HeaderError::Recipients(recipients.len()));
        }
        let mut all = Vec::new();
        for recipient in recipients {
            all.extend(stanzas(key, recipient)?);
        }
        write(key, &all).map(Self)
    }

    /// Reads a header as it was stored.
    ///
    /// # Errors
    /// [`HeaderError::Age`], [`HeaderError::TrailingBytes`], [`HeaderError::ForeignStanza`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        detached(bytes)?;
        Ok(Self(bytes.to_vec()))
    }

    /// The header as text of an age file; the sealed clip behind it makes the file whole.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The file key, if the header is for this identity.
    ///
    /// # Errors
    /// [`HeaderError::NotForThisKey`], [`HeaderError::BadMac`], [`HeaderError::Age`].
    pub fn unwrap(&self, identity: &Identity) -> Result<FileKey, HeaderError> {
        unwrap(&detached(&self.0)?, identity)
    }

    /// Gives the clip to one more recipient, without touching its sealed bytes.
    ///
    /// `expected` is the commitment of the clip's manifest.
    ///
    /// # Errors
    /// Those of [`Self::unwrap`], and [`HeaderError::WrongKey`].
    pub fn grant(
        &self,
        owner: &Identity,
        expected: &KeyCommit,
        to: &Recipient,
    ) -> Result<GrantHeader, HeaderError> {
        GrantHeader::wrap(&self.committed(owner, expected)?, to)
    }

    /// The file key, if it is the one that the clip's manifest commits to.
    ///
    /// # Errors
    /// Those of [`Self::unwrap`], and [`HeaderError::WrongKey`].
    pub(super) fn committed(
        &self,
        owner: &Identity,
        expected: &KeyCommit,
    ) -> Result<FileKey, HeaderError> {
        let key = self.unwrap(owner)?;
        match key.commit() == *expected {
            true => Ok(key),
            false => Err(HeaderError::WrongKey),
        }
    }
}

impl fmt::Debug for OwnerHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnerHeader({} bytes)", self.0.len())
    }
}

impl<C> Encode<C> for OwnerHeader {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for OwnerHeader {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::parse(d.bytes()?).map_err(|_| decode::Error::message("not the header of a clip"))
    }
}

/// The header that opens a clip for one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct GrantHeader([u8; GRANT_HEADER_LEN]);

impl GrantHeader {
    /// Wraps a file key for one recipient.
    pub(super) fn wrap(key: &FileKey, to: &Recipient) -> Result<Self, HeaderError> {
        Self::parse(&write(key, &stanzas(key, to)?)?)
    }

    /// Reads a header that a neighbour sent.
    ///
    /// # Errors
    /// [`HeaderError::NotOneRecipient`], [`HeaderError::ForeignStanza`], [`HeaderError::TrailingBytes`],
    /// [`HeaderError::Age`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        let header = detached(bytes)?;
        if header.stanzas.len() != 1 {
            return Err(HeaderError::NotOneRecipient(header.stanzas.len()));
        }
        // One stanza whose parts have their only possible lengths leaves one length for the whole.
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| HeaderError::ForeignStanza)
    }

    /// The header as text of an age file; the sealed clip behind it makes the file whole.
    pub const fn as_bytes(&self) -> &[u8; GRANT_HEADER_LEN] {
        &self.0
    }

    /// The file key, if the header is for this identity. It has still to match the clip's [`KeyCommit`], which
    /// [`Opener::new`](super::Opener::new) checks.
    ///
    /// # Errors
    /// [`HeaderError::NotForThisKey`], [`HeaderError::BadMac`], [`HeaderError::Age`].
    pub fn unwrap(&self, identity: &Identity) -> Result<FileKey, HeaderError> {
        unwrap(&detached(&self.0)?, identity)
    }
}

impl fmt::Debug for GrantHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GrantHeader(…)")
    }
}

impl<C> Encode<C> for GrantHeader {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for GrantHeader {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::parse(d.bytes()?).map_err(|_| decode::Error::message("not the header of a grant"))
    }
}

/// What wraps a file key for a recipient.
pub(super) fn stanzas(key: &FileKey, to: &Recipient) -> Result<Vec<Stanza>, RecipientError> {
    let wrapped = to.as_age().wrap_file_key(&key.to_age());
    let (stanzas, _) = wrapped.map_err(|_| RecipientError::Sealing)?;
    Ok(stanzas)
}

/// Writes a header with these stanzas.
pub(super) fn write(key: &FileKey, stanzas: &[Stanza]) -> Result<Vec<u8>, HeaderError> {
    let mut header = VERSION_LINE.as_bytes().to_vec();
    for Stanza { tag, args, body } in stanzas {
        header = age_stanza(tag, args, body)(header.into())
            .map_err(|_| RecipientError::Sealing)?
            .into_inner()
            .0;
    }
    header.extend_from_slice(MAC_MARK.as_bytes());
    let mac = mac(key, &header).finalize().into_bytes();
    header.extend_from_slice(format!(" {}\n", BASE64_NOPAD.encode(&mac)).as_bytes());
    Ok(header)
}

/// Reads bytes that are one header with X25519 stanzas only, and nothing else.
fn detached(bytes: &[u8]) -> Result<AgeHeader<'_>, HeaderError> {
    detached_with(bytes, is_x25519)
}

/// Reads bytes that are one header with stanzas of this shape only, and nothing else.
pub(super) fn detached_with(
    bytes: &[u8],
    is_ours: impl Fn(&Stanza) -> bool,
) -> Result<AgeHeader<'_>, HeaderError> {
    let (header, rest) = AgeHeader::read(bytes)?;
    if !rest.is_empty() {
        return Err(HeaderError::TrailingBytes);
    }
    if header.stanzas.iter().all(is_ours) {
        Ok(header)
    } else {
        Err(HeaderError::ForeignStanza)
    }
}

/// Whether a stanza has the shape of an X25519 recipient's.
pub(super) fn is_x25519(stanza: &Stanza) -> bool {
    stanza.tag == X25519_TAG
        && matches!(stanza.args.as_slice(), [share] if share.len() == SHARE_CHARS)
        && stanza.body.len() == WRAPPED_KEY_LEN
}

/// Finds the stanza of this identity, and checks the header's MAC under the file key inside.
pub(super) fn unwrap(
    header: &AgeHeader<'_>,
    identity: &impl Unwraps,
) -> Result<FileKey, HeaderError> {
    let key = identity.file_key(&header.stanzas);
    let key = FileKey::from_age(&key.ok_or(HeaderError::NotForThisKey)??);
    mac(&key, header.covered)
        .verify_slice(&header.mac)
        .map_err(|_| HeaderError::BadMac)?;
    Ok(key)
}

/// HMAC-SHA-256 over the header up to its MAC (C2SP age.md, "Header MAC").
#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of any length (RFC 2104)"
)]
fn mac(key: &FileKey, covered: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(&*key.mac_key())
        .expect("HMAC takes keys of any length")
        .chain_update(covered)
}
