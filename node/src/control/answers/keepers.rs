//! Of keepers and what is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// `keeper offer`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Offered {
    pub bytes: u64,
    /// Of them, promised to neighbours.
    pub leased: u64,
    /// Of them, in use.
    pub held: u64,
    /// Beyond them: what waits to be deleted.
    pub let_go: u64,
}

/// `keeper ask`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Leased {
    pub household: String,
    pub bytes: u64,
    pub until: Moment,
}

/// One of `keeper list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeeperItem {
    pub household: String,
    pub name: Option<String>,
    /// `ours-there` or `theirs-here`.
    pub direction: String,
    pub bytes: u64,
    pub held: u64,
    pub clips: usize,
    /// What is there beyond that because it waits to be deleted, if anything.
    pub let_go: Option<LetGoItem>,
    pub until: Moment,
    pub last_checked: Option<Moment>,
    /// Up to which entry the keeper has pinned the owner's ledger.
    pub ledger_seq: Option<u64>,
    /// `good`, `small`, `full`, `ending`, `lost`, `lied`, `forked`, `ledger-refused` or `ledger-cut`.
    pub state: String,
}

/// Copies that wait to be deleted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LetGoItem {
    pub clips: u64,
    pub bytes: u64,
    /// When the last of them goes.
    pub until: Moment,
}

/// `keeper end`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LeaseEnded {
    pub household: String,
}

/// `keeper check`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Proven {
    pub household: String,
    pub clip: String,
    /// `proven`, `lost`, `lied` or `away`.
    pub finding: String,
}

/// `keeper recall`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Recalled {
    pub household: String,
    /// Clips that are known again.
    pub clips: usize,
    /// Of them, those that the keeper had been told to delete.
    pub let_go: usize,
}

/// What a state means, and what to do about it.
pub(crate) fn keeper_advice(state: &str) -> Option<&'static str> {
    Some(match state {
        "lied" => {
            "gave other bytes than it was given: it gets no more clips, so ask another neighbour to keep and end this lease"
        }
        "lost" => "lost a clip that it should hold, and is given it again",
        "forked" => {
            "closed two ledgers: the proof is in the directory 'proofs' of this home, and 'streetlamp ledger verify --file' explains it"
        }
        "ledger-refused" => {
            "does not take this home's ledger, because it knows another: was this home restored from an old backup, or does somebody else use its keys?"
        }
        "ledger-cut" => {
            "knows ledger entries that this home does not have: it was set back to an old state, or entries were removed"
        }
        "ending" => {
            "let go of its lease here: what is kept for it is deleted within a week, unless its household asks for it again"
        }
        "full" => {
            "has no room although it leased some: its disk may be full, or the lease holds less than a day of film"
        }
        "small" => "leased less than all clips need: the newest are there",
        _ => return None,
    })
}
