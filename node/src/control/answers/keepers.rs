//! Of keepers and what is kept.

use serde::{Deserialize, Serialize};

use super::Moment;

/// `keeper offer`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Offered {
    pub bytes: u64,
    /// Of them, promised to neighbours.
    pub leased: u64,
    /// Of them, in use.
    pub held: u64,
}

/// `keeper ask`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Leased {
    pub household: String,
    pub bytes: u64,
    pub until: Moment,
}

/// One of `keeper list`.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeeperItem {
    pub household: String,
    pub name: Option<String>,
    /// `ours-there` or `theirs-here`.
    pub direction: String,
    pub bytes: u64,
    pub held: u64,
    pub clips: usize,
    pub until: Moment,
    pub last_checked: Option<Moment>,
    /// Up to which entry the keeper has pinned the owner's ledger.
    pub ledger_seq: Option<u64>,
    /// `good`, `small`, `full`, `lost`, `lied`, `forked`, `ledger-refused` or `ledger-cut`.
    pub state: String,
}

/// `keeper end`.
#[derive(Debug, Serialize, Deserialize)]
pub struct LeaseEnded {
    pub household: String,
}

/// `keeper check`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proven {
    pub household: String,
    pub clip: String,
    /// `proven`, `lost`, `lied` or `away`.
    pub finding: String,
}

/// `keeper recall`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recalled {
    pub household: String,
    /// Clips that are known again.
    pub clips: usize,
}
