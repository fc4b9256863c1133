//! The words between the engine and the world that are about keepers.

use std::ops::Range;

use crate::clip::ClipId;
use crate::identity::{DeviceId, HouseholdId};
use crate::keeper::SealedLabel;
use crate::ledger::Fork;
use crate::recipient::Identity;
use crate::time::Timestamp;

/// What the household can want.
#[derive(Debug)]
pub enum KeeperCommand {
    /// Keep up to so many sealed bytes for neighbours; 0 takes the offer back. Leases that were given run on.
    Offer(u64),
    /// Ask a neighbour to keep. A lease that there is, is replaced. One that is away is waited for a quarter of a minute,
    /// here and in all that asks one neighbour.
    Ask {
        /// Whom.
        household: HouseholdId,
        /// Sealed bytes, at most.
        bytes: u64,
        /// Until when.
        until: Timestamp,
    },
    /// End every lease with a neighbour, as owner and as keeper.
    End(HouseholdId),
    /// Ask a keeper to prove that it holds a clip.
    Check(HouseholdId),
    /// What came of a fetch from a keeper.
    Found {
        /// Who.
        keeper: HouseholdId,
        /// Of which clip.
        clip: ClipId,
        /// How it went.
        finding: Finding,
    },
    /// Ask a neighbour what it keeps for this household, which has lost its records.
    Recall(HouseholdId),
    /// Take a clip in again whose label came back from a keeper.
    TakeLabel {
        /// The label.
        label: SealedLabel,
        /// What opens it, such as the recovery key; the reading key if left out.
        identity: Option<Box<Identity>>,
    },
}

/// What the engine wants done.
#[derive(Debug)]
pub enum KeeperTask {
    /// Fetch label and sealed bytes of a clip from its owner, keep them, and say so with [`KeeperNews::Pulled`].
    Pull {
        /// Whose clip it is.
        owner: HouseholdId,
        /// A device of the owner that is connected.
        device: DeviceId,
        /// The clip.
        clip: ClipId,
        /// Length of its sealed bytes.
        sealed_len: u64,
    },
    /// Remove everything that is kept of a clip.
    Discard {
        /// Whose clip it was.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
    /// Remove everything that is kept for a household.
    DiscardAll(HouseholdId),
    /// Fetch a range of a clip from a keeper, look whether it is the clip's, and say so with [`KeeperNews::Checked`].
    Check {
        /// Who keeps it.
        keeper: HouseholdId,
        /// A device of the keeper that is connected.
        device: DeviceId,
        /// The clip.
        clip: ClipId,
        /// Length of its sealed bytes.
        sealed_len: u64,
        /// Which bytes.
        range: Range<u64>,
    },
    /// Write this proof to a file that can be shown to others.
    Prove(Box<Fork>),
}

/// What the outside world tells the engine.
#[derive(Debug)]
pub enum KeeperNews {
    /// A [`KeeperTask::Pull`] was tried.
    Pulled {
        /// Whose clip it is.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
        /// How it went.
        outcome: Pulled,
    },
    /// A [`KeeperTask::Check`] was tried.
    Checked {
        /// Who keeps it.
        keeper: HouseholdId,
        /// The clip.
        clip: ClipId,
        /// How it went.
        finding: Finding,
    },
    /// What is kept of a clip is not on this disk as it should be.
    Missing {
        /// Whose clip it is.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
}

/// How fetching a clip to keep it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// It is safe on this disk.
    Here,
    /// The connection was cut. It goes on where it stopped.
    Cut,
    /// The owner does not give it, or gave something else.
    Refused,
    /// This disk is full or failing.
    NoRoom,
}

/// What was found out about a keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It gave the very bytes that were asked for.
    Proven,
    /// It does not have the clip any more.
    Lost,
    /// It gave other bytes.
    Lied,
    /// It could not be asked, or the connection was cut. Nothing is known.
    Away,
}

impl Finding {
    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Lost => "lost",
            Self::Lied => "lied",
            Self::Away => "away",
        }
    }
}
