//! The ledger: a hash chain of every grant, export, opening and stop of a household.
//!
//! An entry is durable before a key or a plaintext leaves (promise P7). What an entry says is behind a blinded
//! commitment, so that the bare chain can be shown to others without telling who got what; the household keeps the
//! openings. A signed [`Head`] closes the chain: entries cannot be dropped from its end without the head showing it.
//!
//! `bare` is the chain as others see it, and pin it; `fork` proves that somebody closed two chains; `export` is a ledger
//! in a file of its own, for whoever should verify it elsewhere.

mod bare;
mod export;
mod fork;
#[cfg(test)]
mod tests;

use minicbor::{Decode, Encode};

use crate::clip::ClipId;
use crate::id::id;
use crate::identity::HouseholdId;
use crate::recipient::ExportRecipient;
use crate::signed::{Statement, StatementId};
use crate::time::Timestamp;
use crate::wire;

pub use bare::{BareEntry, Chain, Commitment, follow};
pub use export::{Export, ExportError};
pub use fork::{Fork, ForkError};

id! {
    /// Hash of a ledger entry; all zero stands before the first.
    EntryHash, 32
}

id! {
    /// 32 random bytes that hide what an entry says.
    Blind, 32
}

impl EntryHash {
    /// What the first entry refers to.
    pub const START: Self = Self::from_bytes([0; 32]);
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Act {
    /// The key of a clip was given to a neighbour.
    #[n(0)]
    Grant {
        /// The clip.
        #[n(0)]
        clip: ClipId,
        /// Who got it.
        #[n(1)]
        to: HouseholdId,
    },
    /// The key of a clip was given to someone outside the mesh.
    #[n(1)]
    Export {
        /// The clip.
        #[n(0)]
        clip: ClipId,
        /// The reading key of whoever got it.
        #[n(1)]
        to: ExportRecipient,
    },
    /// A clip left as a plain film.
    #[n(2)]
    ExportPlain {
        /// The clip.
        #[n(0)]
        clip: ClipId,
    },
    /// A clip was opened by the household itself.
    #[n(3)]
    Open {
        /// The clip.
        #[n(0)]
        clip: ClipId,
    },
    /// A grant is not served any more.
    #[n(4)]
    Stop {
        /// The grant.
        #[n(0)]
        grant: StatementId,
        /// Its clip.
        #[n(1)]
        clip: ClipId,
        /// Its recipient.
        #[n(2)]
        to: HouseholdId,
    },
}

impl Act {
    /// The word for people and scripts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Grant { .. } => "grant",
            Self::Export { .. } => "export",
            Self::ExportPlain { .. } => "export-plain",
            Self::Open { .. } => "open",
            Self::Stop { .. } => "stop",
        }
    }

    /// The clip that it is about.
    pub const fn clip(&self) -> ClipId {
        match self {
            Self::Grant { clip, .. }
            | Self::Export { clip, .. }
            | Self::ExportPlain { clip }
            | Self::Open { clip }
            | Self::Stop { clip, .. } => *clip,
        }
    }

    /// Who it concerns: a household, a reading key outside the mesh, or nobody else.
    pub fn to(&self) -> Option<String> {
        match self {
            Self::Grant { to, .. } | Self::Stop { to, .. } => Some(to.to_string()),
            Self::Export { to, .. } => Some(to.to_string()),
            Self::ExportPlain { .. } | Self::Open { .. } => None,
        }
    }
}

/// One entry, as the household keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Entry {
    /// 1, 2, 3, …
    #[n(0)]
    pub seq: u64,
    /// The entry before.
    #[n(1)]
    pub prev: EntryHash,
    /// When.
    #[n(2)]
    pub at: Timestamp,
    /// What.
    #[n(3)]
    pub act: Act,
    /// Hides what the commitment is to.
    #[n(4)]
    pub blind: Blind,
    /// The fetch ticket that this entry covers, or ends, if any.
    #[n(5)]
    pub ticket: Option<StatementId>,
}

impl Entry {
    /// What others see of the entry.
    pub fn bare(&self) -> BareEntry {
        let said = wire::to_cbor(&(self.at, &self.act));
        let commitment = blake3::keyed_hash(self.blind.as_bytes(), &said);
        BareEntry {
            commitment: Commitment::from_bytes(*commitment.as_bytes()),
            ticket: self.ticket,
        }
    }

    /// Hash of the entry: over its number, the one before, the commitment and the ticket.
    pub fn hash(&self) -> EntryHash {
        self.bare().hash(self.seq, self.prev)
    }
}

/// The signed end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Head {
    /// Whose ledger.
    #[n(0)]
    pub household: HouseholdId,
    /// Number of the last entry.
    #[n(1)]
    pub seq: u64,
    /// Its hash.
    #[n(2)]
    pub hash: EntryHash,
    /// When it was signed.
    #[n(3)]
    pub at: Timestamp,
}

impl Statement for Head {
    const CONTEXT: &'static str = "streetlamp/1 ledger head";
}

/// What is wrong with a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerFault {
    /// A number is missing or out of order.
    #[error("entry {expected} is missing: the ledger was cut or reordered")]
    Gap {
        /// The number that should come next.
        expected: u64,
    },
    /// An entry does not follow from the one before.
    #[error("entry {seq} does not follow from the one before: one of the two was altered")]
    Broken {
        /// The entry.
        seq: u64,
    },
    /// The chain ends elsewhere than its signed head.
    #[error(
        "the signed head is at entry {head}, the ledger ends at {last}: entries were altered, added or dropped"
    )]
    Head {
        /// Number in the head.
        head: u64,
        /// Number of the last entry.
        last: u64,
    },
    /// Entries without a head.
    #[error("the ledger has entries but no signed head")]
    NoHead,
}

/// Checks a whole ledger and gives the number of its entries.
///
/// # Errors
/// The first [`LedgerFault`] from the start.
pub fn verify<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    head: Option<&Head>,
) -> Result<u64, LedgerFault> {
    let (mut last, mut hash) = (0, EntryHash::START);
    for entry in entries {
        if entry.seq != last + 1 {
            return Err(LedgerFault::Gap { expected: last + 1 });
        }
        if entry.prev != hash {
            return Err(LedgerFault::Broken { seq: entry.seq });
        }
        (last, hash) = (entry.seq, entry.hash());
    }
    match head {
        None if last == 0 => Ok(0),
        None => Err(LedgerFault::NoHead),
        Some(head) if head.seq == last && head.hash == hash => Ok(last),
        Some(head) => Err(LedgerFault::Head {
            head: head.seq,
            last,
        }),
    }
}
