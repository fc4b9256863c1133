//! What a home keeps about keepers, and what it adds up to.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Finding;
use crate::clip::ClipId;
use crate::identity::HouseholdId;
use crate::keeper::{Lease, ToKeep};
use crate::ledger::{BareEntry, Chain, Fork, Head};
use crate::signed::Signed;
use crate::time::Timestamp;

/// On which side of a lease this household is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Its clips are at the neighbour.
    Owner,
    /// It keeps the neighbour's clips.
    Keeper,
}

/// One thing to keep about keepers, or to forget.
#[derive(Debug, Clone)]
pub enum KeeperRecord {
    /// So many sealed bytes are kept for neighbours.
    Offer(u64),
    /// A lease; replaces the one before with the same neighbour.
    Lease {
        /// Which side this household is on.
        side: Side,
        /// The lease.
        lease: Signed<Lease>,
    },
    /// A lease is over, and with it everything that was kept under it.
    LeaseGone {
        /// Which side this household is on.
        side: Side,
        /// The neighbour.
        with: HouseholdId,
    },
    /// A neighbour is to be told that there is no lease any more, until it would have ended anyway.
    Ending {
        /// Whom.
        with: HouseholdId,
        /// Until when.
        until: Timestamp,
    },
    /// It was told, or need not be.
    Ended(HouseholdId),
    /// A keeper has a clip of ours.
    Held {
        /// Who.
        keeper: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
    /// A keeper does not have it any more.
    HeldGone {
        /// Who.
        keeper: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
    /// A keeper was checked.
    Checked {
        /// Who.
        keeper: HouseholdId,
        /// When.
        at: Timestamp,
        /// What was found.
        finding: Finding,
    },
    /// A clip of a neighbour is to be kept here.
    Keep {
        /// Whose.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
        /// Length of its sealed bytes.
        sealed_len: u64,
    },
    /// A clip of a neighbour is on this disk, or not any more.
    Here {
        /// Whose.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
        /// Whether it is.
        here: bool,
    },
    /// A clip of a neighbour is not kept any more.
    KeepGone {
        /// Whose.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
    /// The ledger of a neighbour grew.
    Pinned {
        /// Whose.
        owner: HouseholdId,
        /// What follows what was pinned before.
        entries: Vec<BareEntry>,
        /// The head after that.
        head: Signed<Head>,
    },
    /// A household closed two ledgers. The first proof stays.
    Fork(Box<Fork>),
}

/// A neighbour who keeps for this household.
#[derive(Debug)]
pub(in crate::household) struct Keeper {
    pub(in crate::household) lease: Signed<Lease>,
    pub(in crate::household) held: BTreeSet<ClipId>,
    pub(in crate::household) checked: Option<(Timestamp, Finding)>,
}

/// A clip of a neighbour.
#[derive(Debug, Clone, Copy)]
pub(in crate::household) struct KeptClip {
    pub(in crate::household) sealed_len: u64,
    pub(in crate::household) here: bool,
}

/// A neighbour for whom this home keeps.
#[derive(Debug)]
pub(in crate::household) struct KeptFor {
    pub(in crate::household) lease: Signed<Lease>,
    pub(in crate::household) clips: BTreeMap<ClipId, KeptClip>,
    pub(in crate::household) chain: Chain,
    pub(in crate::household) head: Option<Signed<Head>>,
}

impl KeptFor {
    /// What is used of the lease, by clips that are here or on their way.
    pub(in crate::household) fn used(&self) -> u64 {
        let clips = self.clips.iter().map(|(clip, kept)| ToKeep {
            clip: *clip,
            sealed_len: kept.sealed_len,
        });
        clips.map(ToKeep::cost).sum()
    }
}

/// Everything that the records add up to.
#[derive(Debug, Default)]
pub(in crate::household) struct Kept {
    pub(in crate::household) offer: u64,
    pub(in crate::household) keepers: BTreeMap<HouseholdId, Keeper>,
    pub(in crate::household) owners: BTreeMap<HouseholdId, KeptFor>,
    pub(in crate::household) ending: BTreeMap<HouseholdId, Timestamp>,
    pub(in crate::household) forks: BTreeMap<HouseholdId, Fork>,
}

impl Kept {
    /// Takes one record in, made now or read back.
    pub(in crate::household) fn apply(&mut self, record: KeeperRecord) {
        match record {
            KeeperRecord::Offer(bytes) => self.offer = bytes,
            KeeperRecord::Lease { side, lease } => self.leased(side, lease),
            KeeperRecord::LeaseGone { side, with } => match side {
                Side::Owner => drop(self.keepers.remove(&with)),
                Side::Keeper => drop(self.owners.remove(&with)),
            },
            KeeperRecord::Ending { with, until } => drop(self.ending.insert(with, until)),
            KeeperRecord::Ended(with) => drop(self.ending.remove(&with)),
            KeeperRecord::Held { keeper, clip } => self.with_keeper(keeper, |k| {
                k.held.insert(clip);
            }),
            KeeperRecord::HeldGone { keeper, clip } => self.with_keeper(keeper, |k| {
                k.held.remove(&clip);
            }),
            KeeperRecord::Checked {
                keeper,
                at,
                finding,
            } => self.with_keeper(keeper, |k| k.checked = Some((at, finding))),
            KeeperRecord::Keep {
                owner,
                clip,
                sealed_len,
            } => self.with_owner(owner, |o| {
                let here = false;
                o.clips.insert(clip, KeptClip { sealed_len, here });
            }),
            KeeperRecord::Here { owner, clip, here } => self.with_owner(owner, |o| {
                if let Some(kept) = o.clips.get_mut(&clip) {
                    kept.here = here;
                }
            }),
            KeeperRecord::KeepGone { owner, clip } => self.with_owner(owner, |o| {
                o.clips.remove(&clip);
            }),
            KeeperRecord::Pinned {
                owner,
                entries,
                head,
            } => self.with_owner(owner, |o| {
                // The ledger of another device is another one.
                if o.head.as_ref().is_some_and(|h| h.signer() != head.signer()) {
                    o.chain = Chain::default();
                }
                o.chain.extend(entries);
                o.head = Some(head);
            }),
            KeeperRecord::Fork(fork) => {
                let household = fork.one.statement().household;
                self.forks.entry(household).or_insert(*fork);
            }
        }
    }

    fn leased(&mut self, side: Side, lease: Signed<Lease>) {
        let (keeper, owner) = (lease.statement().keeper, lease.statement().owner);
        match side {
            Side::Owner => match self.keepers.get_mut(&keeper) {
                Some(known) => known.lease = lease,
                None => {
                    let new = Keeper {
                        lease,
                        held: BTreeSet::new(),
                        checked: None,
                    };
                    self.keepers.insert(keeper, new);
                }
            },
            Side::Keeper => match self.owners.get_mut(&owner) {
                Some(known) => known.lease = lease,
                None => {
                    let new = KeptFor {
                        lease,
                        clips: BTreeMap::new(),
                        chain: Chain::default(),
                        head: None,
                    };
                    self.owners.insert(owner, new);
                }
            },
        }
    }

    fn with_keeper(&mut self, keeper: HouseholdId, change: impl FnOnce(&mut Keeper)) {
        if let Some(keeper) = self.keepers.get_mut(&keeper) {
            change(keeper);
        }
    }

    fn with_owner(&mut self, owner: HouseholdId, change: impl FnOnce(&mut KeptFor)) {
        if let Some(owner) = self.owners.get_mut(&owner) {
            change(owner);
        }
    }
}
