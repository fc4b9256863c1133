//! The header that opens a clip for somebody outside: like a grant's, but for whatever kind of age key he has.

use std::fmt;

use rand_core::CryptoRng;

use super::header::{detached_with, is_x25519, stanzas, unwrap, write};
use super::{FileKey, GRANT_HEADER_LEN, HeaderError, KeyCommit, OwnerHeader};
use crate::recipient::{ExportIdentity, ExportRecipient, Identity, is_hybrid};

/// Bytes of a header with one hybrid stanza.
const HYBRID_HEADER_LEN: usize = 1_627;

/// The header of an exported clip: exactly one stanza, of an X25519 or a hybrid recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportHeader(Vec<u8>);

impl ExportHeader {
    /// Wraps a file key for one recipient.
    pub(super) fn wrap(
        key: &FileKey,
        to: &ExportRecipient,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, HeaderError> {
        let stanzas = match to {
            ExportRecipient::X25519(to) => stanzas(key, to)?,
            ExportRecipient::Hybrid(to) => vec![to.wrap(key.expose(), rng)?],
        };
        Self::parse(&write(key, &stanzas)?)
    }

    /// Reads a header as it stands in front of an exported clip.
    ///
    /// # Errors
    /// [`HeaderError::NotOneRecipient`], [`HeaderError::ForeignStanza`], [`HeaderError::TrailingBytes`],
    /// [`HeaderError::Age`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        let header = detached_with(bytes, |stanza| is_x25519(stanza) || is_hybrid(stanza))?;
        match header.stanzas.len() {
            1 => Ok(Self(bytes.to_vec())),
            more => Err(HeaderError::NotOneRecipient(more)),
        }
    }

    /// Bytes of the header of a clip that was exported to this recipient.
    pub const fn len_for(to: &ExportRecipient) -> usize {
        match to {
            ExportRecipient::X25519(_) => GRANT_HEADER_LEN,
            ExportRecipient::Hybrid(_) => HYBRID_HEADER_LEN,
        }
    }

    /// The header as text of an age file; the sealed clip behind it makes the file whole.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The file key, if the header is for this identity. It has still to match the clip's [`KeyCommit`].
    ///
    /// # Errors
    /// [`HeaderError::NotForThisKey`], [`HeaderError::BadMac`], [`HeaderError::Age`].
    pub fn unwrap(&self, identity: &ExportIdentity) -> Result<FileKey, HeaderError> {
        let header = detached_with(&self.0, |_| true)?;
        unwrap(&header, identity)
    }
}

impl fmt::Debug for ExportHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExportHeader({} bytes)", self.0.len())
    }
}

impl OwnerHeader {
    /// Gives the clip to somebody outside, without touching its sealed bytes.
    ///
    /// `expected` is the commitment of the clip's manifest.
    ///
    /// # Errors
    /// Those of [`OwnerHeader::grant`]; [`RecipientError::WithoutHybrid`](crate::recipient::RecipientError).
    pub fn export(
        &self,
        owner: &Identity,
        expected: &KeyCommit,
        to: &ExportRecipient,
        rng: &mut impl CryptoRng,
    ) -> Result<ExportHeader, HeaderError> {
        ExportHeader::wrap(&self.committed(owner, expected)?, to, rng)
    }
}
