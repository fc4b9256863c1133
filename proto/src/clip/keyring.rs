//! The keys that open a household's clips.
//!
//! Today's reading key is one of them: new clips and grants are sealed to it. A household that was restored from its
//! sheet has a new one, since the old may be in a thief's hands, and keeps beside it the key that its old clips open
//! with. They lie behind one passphrase and come into memory together.

use std::fmt;

use rand_core::CryptoRng;

use super::{ExportHeader, FileKey, GrantHeader, HeaderError, KeyCommit, OwnerHeader};
use crate::recipient::{ExportRecipient, Identity, Recipient};

/// Today's reading key, and those that older clips open with.
pub struct ReadingKeys {
    today: Identity,
    older: Vec<Identity>,
}

impl ReadingKeys {
    /// Today's key and others, the one that opens most first.
    pub const fn new(today: Identity, older: Vec<Identity>) -> Self {
        Self { today, older }
    }

    /// What new clips and grants are sealed to.
    pub fn recipient(&self) -> Recipient {
        self.today.recipient()
    }

    /// All of them, today's first.
    pub fn iter(&self) -> impl Iterator<Item = &Identity> {
        std::iter::once(&self.today).chain(&self.older)
    }

    /// The file key of an own clip.
    ///
    /// # Errors
    /// As [`OwnerHeader::unwrap`].
    pub fn open_own(&self, header: &OwnerHeader) -> Result<FileKey, HeaderError> {
        self.first(|key| header.unwrap(key))
    }

    /// The file key of a granted clip.
    ///
    /// # Errors
    /// As [`GrantHeader::unwrap`].
    pub fn open_grant(&self, header: &GrantHeader) -> Result<FileKey, HeaderError> {
        self.first(|key| header.unwrap(key))
    }

    /// Gives an own clip to one more recipient.
    ///
    /// # Errors
    /// As [`OwnerHeader::grant`].
    pub fn grant(
        &self,
        header: &OwnerHeader,
        expected: &KeyCommit,
        to: &Recipient,
    ) -> Result<GrantHeader, HeaderError> {
        self.first(|key| header.grant(key, expected, to))
    }

    /// Gives an own clip to somebody outside.
    ///
    /// # Errors
    /// As [`OwnerHeader::export`].
    pub fn export(
        &self,
        header: &OwnerHeader,
        expected: &KeyCommit,
        to: &ExportRecipient,
        rng: &mut impl CryptoRng,
    ) -> Result<ExportHeader, HeaderError> {
        self.first(|key| header.export(key, expected, to, rng))
    }

    fn first<T>(
        &self,
        mut open: impl FnMut(&Identity) -> Result<T, HeaderError>,
    ) -> Result<T, HeaderError> {
        let mut opened = open(&self.today);
        for older in &self.older {
            if !matches!(opened, Err(HeaderError::NotForThisKey)) {
                break;
            }
            opened = open(older);
        }
        opened
    }
}

impl From<Identity> for ReadingKeys {
    fn from(today: Identity) -> Self {
        Self::new(today, Vec::new())
    }
}

impl fmt::Debug for ReadingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadingKeys(secret)")
    }
}
