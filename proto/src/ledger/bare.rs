//! The chain as others see it: 64 bytes an entry, which tell that something was logged and nothing of what.
//!
//! Keepers, and the household's other devices, pin it: a chain that they have taken can only grow. The tickets in it
//! decide what keepers serve. A ticket that stands in it a second time was ended by the later entry.

use minicbor::{Decode, Encode};

use super::EntryHash;
use crate::id::id;
use crate::signed::StatementId;

/// BLAKE3 `derive_key` context of a link of the chain.
const LINK_CONTEXT: &str = "streetlamp 2026 ledger link v1";

id! {
    /// What an entry says, hidden by its blind.
    Commitment, 32
}

/// One entry without its contents.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BareEntry {
    /// Commits to what happened.
    #[n(0)]
    pub commitment: Commitment,
    /// The fetch ticket that the entry covers, or ends, if any.
    #[n(1)]
    pub ticket: Option<StatementId>,
}

impl BareEntry {
    /// Hash of the entry with this number, after that one.
    pub fn hash(&self, seq: u64, prev: EntryHash) -> EntryHash {
        let ticket = self.ticket.map_or([0; 32], |t| *t.as_bytes());
        let mut link = blake3::Hasher::new_derive_key(LINK_CONTEXT);
        link.update(&seq.to_be_bytes());
        link.update(prev.as_bytes());
        link.update(self.commitment.as_bytes());
        link.update(&ticket);
        EntryHash::from_bytes(*link.finalize().as_bytes())
    }
}

/// A chain from its first entry, that only grows.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    entries: Vec<(BareEntry, EntryHash)>,
}

impl Chain {
    /// Number of the last entry.
    pub fn seq(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Hash of the last entry.
    pub fn last(&self) -> EntryHash {
        self.entries
            .last()
            .map_or(EntryHash::START, |(_, hash)| *hash)
    }

    /// Hash of the entry with this number; of none before the first. Nothing beyond the end.
    pub fn hash_at(&self, seq: u64) -> Option<EntryHash> {
        match seq {
            0 => Some(EntryHash::START),
            _ => Some(self.get(seq)?.1),
        }
    }

    /// Adds entries at the end.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = BareEntry>) {
        for entry in entries {
            let hash = entry.hash(self.seq() + 1, self.last());
            self.entries.push((entry, hash));
        }
    }

    /// Where the chain would end with these entries added.
    pub fn end_with(&self, entries: &[BareEntry]) -> (u64, EntryHash) {
        follow(self.seq(), self.last(), entries)
    }

    /// Up to `most` entries after this number.
    pub fn after(&self, seq: u64, most: usize) -> Vec<BareEntry> {
        let skip = usize::try_from(seq).unwrap_or(usize::MAX);
        let entries = self.entries.iter().skip(skip).take(most);
        entries.map(|(entry, _)| entry.clone()).collect()
    }

    /// Whether a ticket stands at this number, and no later entry ended it.
    pub fn serves(&self, ticket: StatementId, seq: u64) -> bool {
        let here = |(entry, _): &(BareEntry, EntryHash)| entry.ticket == Some(ticket);
        self.get(seq).is_some_and(here) && self.entries.iter().filter(|e| here(e)).count() == 1
    }

    fn get(&self, seq: u64) -> Option<&(BareEntry, EntryHash)> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.entries.get(index)
    }
}

/// Number and hash of the last of these entries, which follow the one with this number and hash.
pub fn follow(mut seq: u64, mut hash: EntryHash, entries: &[BareEntry]) -> (u64, EntryHash) {
    for entry in entries {
        seq = seq.saturating_add(1);
        hash = entry.hash(seq, hash);
    }
    (seq, hash)
}
