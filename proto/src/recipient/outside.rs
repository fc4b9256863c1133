//! Keys of people outside the mesh: whatever kind of age key an outsider has.

use std::fmt;
use std::str::FromStr;

use age_core::format::{FileKey, Stanza};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::hybrid::{self, HYBRID_KEY, HybridIdentity, HybridRecipient};
use super::stanzas::Unwraps;
use super::{Identity, Recipient, RecipientError};

/// A public key that a clip can be exported to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportRecipient {
    /// `age1…`
    X25519(Recipient),
    /// `age1pq1…`
    Hybrid(HybridRecipient),
}

impl From<Recipient> for ExportRecipient {
    fn from(recipient: Recipient) -> Self {
        Self::X25519(recipient)
    }
}

impl FromStr for ExportRecipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match hybrid::is_meant(text) {
            true => text.parse().map(Self::Hybrid),
            false => text.parse().map(Self::X25519),
        }
    }
}

impl fmt::Display for ExportRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X25519(recipient) => recipient.fmt(f),
            Self::Hybrid(recipient) => recipient.fmt(f),
        }
    }
}

/// The bytes of the key: their number tells the kind.
impl<C> Encode<C> for ExportRecipient {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::X25519(recipient) => recipient.encode(e, context),
            Self::Hybrid(recipient) => e.bytes(recipient.as_bytes())?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for ExportRecipient {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let bytes = d.bytes()?;
        let key = match <&[u8; HYBRID_KEY]>::try_from(bytes) {
            Ok(bytes) => HybridRecipient::from_bytes(bytes).map(Self::Hybrid).ok(),
            Err(_) => {
                let bytes = bytes.try_into().ok();
                bytes.and_then(|bytes| Recipient::from_bytes(bytes).map(Self::X25519).ok())
            }
        };
        key.ok_or_else(|| decode::Error::message("not a recipient key"))
    }
}

/// A secret key of somebody outside.
#[derive(Debug)]
pub enum ExportIdentity {
    /// `AGE-SECRET-KEY-1…`
    X25519(Identity),
    /// `AGE-SECRET-KEY-PQ-1…`
    Hybrid(HybridIdentity),
}

impl FromStr for ExportIdentity {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match hybrid::is_meant(text) {
            true => text.parse().map(Self::Hybrid),
            false => text.parse().map(Self::X25519),
        }
    }
}

impl Unwraps for ExportIdentity {
    fn file_key(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, RecipientError>> {
        match self {
            Self::X25519(identity) => identity.file_key(stanzas),
            Self::Hybrid(identity) => identity.file_key(stanzas),
        }
    }
}
