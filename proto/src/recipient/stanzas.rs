//! The text part of an age v1 file, read strictly and within bounds.
//!
//! An age header has to be held in memory before its MAC can be checked, so whoever sends one chooses how much work
//! it is. The `age` crate sets no limit and also takes two encodings that the specification forbids (a stanza body
//! without its last line). Here the frame is read line by line and stanzas go to `age-core`'s strict parser. What a
//! stanza holds and whose it is, is left to [`Identity`](super::Identity); the MAC is checked by `clip::header`.
//!
//! Specification: <https://c2sp.org/age>, "Encrypted file format".

use age_core::format::{FileKey, Stanza, read::age_stanza};
use data_encoding::BASE64_NOPAD;

use super::RecipientError;

/// First line of the header.
pub(crate) const VERSION_LINE: &str = "age-encryption.org/v1\n";

/// What the line of the MAC begins with. The MAC covers the header up to and including these three bytes.
pub(crate) const MAC_MARK: &str = "---";

/// Most bytes of a header: a header of ours with eight recipients takes 854.
pub const HEADER_BYTES: usize = 16 * 1024;

/// Most stanzas of a header: each one costs the reader an X25519 exchange.
pub const HEADER_STANZAS: usize = 8;

/// A stanza begins with this.
const STANZA_MARK: &[u8] = b"-> ";

/// Characters of a MAC (32 bytes of HMAC-SHA-256) in Base64 without padding.
const MAC_CHARS: usize = 43;

/// Stanza type of a passphrase. Its work factor is chosen by the sender, so it is refused before it is looked at.
const PASSPHRASE_TAG: &str = "scrypt";

/// A secret key that may open one of a header's stanzas.
pub(crate) trait Unwraps {
    /// The file key in them; nothing if none is for this key.
    fn file_key(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, RecipientError>>;
}

/// A header that is well formed. Nothing in it has been authenticated.
#[derive(Debug)]
pub(crate) struct AgeHeader<'a> {
    /// At least one and at most [`HEADER_STANZAS`], none for a passphrase.
    pub(crate) stanzas: Vec<Stanza>,
    /// What the MAC covers.
    pub(crate) covered: &'a [u8],
    /// The MAC as the file carries it.
    pub(crate) mac: [u8; 32],
}

impl<'a> AgeHeader<'a> {
    /// Reads the header at the start of `file`; also returns what follows it.
    pub(crate) fn read(file: &'a [u8]) -> Result<(Self, &'a [u8]), RecipientError> {
        // A header that does not end within the bound shows as one that is cut off there.
        let bounded = file.get(..HEADER_BYTES).unwrap_or(file);
        let cut = if bounded.len() < file.len() {
            RecipientError::HeaderTooLong
        } else {
            RecipientError::Malformed
        };

        let mut rest = bounded
            .strip_prefix(VERSION_LINE.as_bytes())
            .ok_or(RecipientError::Malformed)?;
        let mut stanzas = Vec::new();
        while rest.starts_with(STANZA_MARK) {
            if stanzas.len() == HEADER_STANZAS {
                return Err(RecipientError::TooManyStanzas);
            }
            let (after, stanza) = age_stanza(rest).map_err(|error| {
                if error.is_incomplete() {
                    cut
                } else {
                    RecipientError::Malformed
                }
            })?;
            if stanza.tag == PASSPHRASE_TAG {
                return Err(RecipientError::Passphrase);
            }
            stanzas.push(Stanza::from(stanza));
            rest = after;
        }
        if stanzas.is_empty() {
            return Err(RecipientError::Malformed);
        }

        let line = rest
            .strip_prefix(MAC_MARK.as_bytes())
            .ok_or(if rest.is_empty() {
                cut
            } else {
                RecipientError::Malformed
            })?;
        let (covered, _) = bounded.split_at(bounded.len() - line.len());
        let (mac, end) = line
            .strip_prefix(b" ")
            .and_then(|line| line.split_at_checked(MAC_CHARS))
            .ok_or(cut)?;
        if end.first() != Some(&b'\n') {
            return Err(RecipientError::Malformed);
        }
        let mac = BASE64_NOPAD
            .decode(mac)
            .ok()
            .and_then(|mac| mac.try_into().ok())
            .ok_or(RecipientError::Malformed)?;

        let header_len = covered.len() + 1 + MAC_CHARS + 1;
        let body = file.get(header_len..).unwrap_or_default();
        Ok((
            Self {
                stanzas,
                covered,
                mac,
            },
            body,
        ))
    }
}
