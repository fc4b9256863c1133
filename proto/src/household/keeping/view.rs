//! Keepers as page and command line see them.

use super::super::Household;
use super::event::Finding;
use super::pinning::Pinning;
use crate::identity::{HouseholdId, Name};
use crate::keeper::LetGo;
use crate::ledger::Fork;
use crate::time::Timestamp;

/// Whose clips are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// This household's are at the neighbour.
    OursThere,
    /// The neighbour's are here.
    TheirsHere,
}

impl Direction {
    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OursThere => "ours-there",
            Self::TheirsHere => "theirs-here",
        }
    }
}

/// How it stands with a neighbour. The worst that is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeeperState {
    /// It gave other bytes than it was asked for.
    Lied,
    /// It lost a clip, and has not proven anything since.
    Lost,
    /// Two ledgers were closed: ours, or the neighbour's whose clips are here. There is a proof.
    Forked,
    /// It does not take our ledger.
    LedgerRefused,
    /// It knows ledger entries that this home does not have.
    LedgerCut,
    /// The neighbour ended the lease. What is kept here goes soon.
    Ending,
    /// It has no room although the lease says so.
    Full,
    /// The lease is too small for all clips: the newest are there.
    Small,
    /// Nothing is wrong.
    Good,
}

impl KeeperState {
    /// Whether copies or the ledger are in danger.
    pub const fn is_wrong(self) -> bool {
        match self {
            Self::Lied
            | Self::Lost
            | Self::Forked
            | Self::LedgerRefused
            | Self::LedgerCut
            | Self::Full => true,
            Self::Ending | Self::Small | Self::Good => false,
        }
    }

    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lied => "lied",
            Self::Lost => "lost",
            Self::Forked => "forked",
            Self::LedgerRefused => "ledger-refused",
            Self::LedgerCut => "ledger-cut",
            Self::Ending => "ending",
            Self::Full => "full",
            Self::Small => "small",
            Self::Good => "good",
        }
    }
}

/// A lease, from either side.
#[derive(Debug, Clone)]
pub struct KeeperView {
    /// The neighbour.
    pub household: HouseholdId,
    /// Its name.
    pub name: Option<Name>,
    /// Whose clips are where.
    pub direction: Direction,
    /// Sealed bytes, at most.
    pub bytes: u64,
    /// Sealed bytes that are held.
    pub held: u64,
    /// Clips that are held.
    pub clips: usize,
    /// What is there beyond that, because it waits to be deleted; at a keeper of ours by its own word.
    pub let_go: Option<LetGo>,
    /// Until when.
    pub until: Timestamp,
    /// When a keeper of ours was last asked for proof.
    pub last_checked: Option<Timestamp>,
    /// Up to which entry the keeper has pinned the owner's ledger, as far as this home knows.
    pub ledger_seq: Option<u64>,
    /// How it stands.
    pub state: KeeperState,
}

impl Household {
    /// Every lease, keepers of ours first.
    pub fn keepers(&self) -> Vec<KeeperView> {
        let kept = &self.state.kept;
        let ours = kept.keepers.iter().map(|(household, known)| {
            let lens = known.held.iter().filter_map(|clip| {
                let label = self.state.clips.get(clip)?;
                Some(label.manifest.statement().sealed_len)
            });
            KeeperView {
                household: *household,
                name: self.name_of(*household),
                direction: Direction::OursThere,
                bytes: known.lease.statement().bytes,
                held: lens.sum(),
                clips: known.held.len(),
                let_go: self.keeping.waits_there.get(household).copied(),
                until: known.lease.statement().until,
                last_checked: known.checked.map(|(at, _)| at),
                ledger_seq: match self.keeping.pinning.get(household) {
                    Some(Pinning::UpTo(seq) | Pinning::Ahead(seq)) => Some(*seq),
                    Some(Pinning::Refused) | None => None,
                },
                state: self.state_of_keeper(*household),
            }
        });
        let theirs = kept.owners.iter().map(|(household, held)| {
            let wanted = held.clips.iter();
            let wanted = wanted.filter(|(clip, _)| !held.let_go.contains_key(clip));
            let here = wanted.map(|(_, kept)| kept).filter(|kept| kept.here);
            KeeperView {
                household: *household,
                name: self.name_of(*household),
                direction: Direction::TheirsHere,
                bytes: held.lease.statement().bytes,
                held: here.clone().map(|kept| kept.sealed_len).sum(),
                clips: here.count(),
                let_go: self.waits_for(*household),
                until: held.lease.statement().until,
                last_checked: None,
                ledger_seq: Some(held.chain.seq()),
                state: match (kept.forks.contains_key(household), held.ending) {
                    (true, _) => KeeperState::Forked,
                    (false, Some(_)) => KeeperState::Ending,
                    (false, None) => KeeperState::Good,
                },
            }
        });
        ours.chain(theirs).collect()
    }

    fn state_of_keeper(&self, keeper: HouseholdId) -> KeeperState {
        let known = self.state.kept.keepers.get(&keeper);
        let found = known.and_then(|known| known.checked);
        let pinning = self.keeping.pinning.get(&keeper);
        match (found, pinning) {
            (Some((_, Finding::Lied)), _) => KeeperState::Lied,
            (Some((_, Finding::Lost)), _) => KeeperState::Lost,
            (_, Some(Pinning::Refused)) => KeeperState::LedgerRefused,
            (_, Some(Pinning::Ahead(_))) => KeeperState::LedgerCut,
            _ if self.keeping.full.contains(&keeper) => KeeperState::Full,
            _ if self.has_outgrown(keeper) => KeeperState::Small,
            _ => KeeperState::Good,
        }
    }

    /// Sealed bytes that this home keeps for neighbours at most, and those that it has leased.
    pub fn room(&self) -> (u64, u64) {
        let leased = self.state.kept.owners.values();
        let leased = leased.map(|held| held.lease.statement().bytes).sum();
        (self.state.kept.offer, leased)
    }

    /// Proofs that a household closed two ledgers, its own included.
    pub fn forks(&self) -> Vec<Fork> {
        self.state.kept.forks.values().cloned().collect()
    }

    /// Clips of neighbours that should be whole on this disk: whose, which, how long.
    pub fn kept_here(&self) -> Vec<(HouseholdId, crate::clip::ClipId, u64)> {
        let owners = self.state.kept.owners.iter();
        let clips = owners.flat_map(|(owner, held)| {
            let here = held.clips.iter().filter(|(_, kept)| kept.here);
            here.map(move |(clip, kept)| (*owner, *clip, kept.sealed_len))
        });
        clips.collect()
    }

    /// Whether a clip of a neighbour is kept here, or on its way.
    pub fn keeps(&self, owner: HouseholdId, clip: crate::clip::ClipId) -> bool {
        let held = self.state.kept.owners.get(&owner);
        held.is_some_and(|held| held.clips.contains_key(&clip))
    }
}
