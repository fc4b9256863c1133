//! What a home keeps about keepers, and what it adds up to.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Finding;
use crate::clip::ClipId;
use crate::identity::{DeviceId, HouseholdId};
use crate::keeper::{Lease, Served, ToKeep};
use crate::ledger::{BareEntry, Chain, Fork, Head};
use crate::signed::{Signed, StatementId};
use crate::time::Timestamp;
use crate::wire::limits::{LET_GO_AFTER, LET_GO_EARLY};

/// On which side of a lease this household is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Its clips are at the neighbour.
    Owner,
    /// It keeps the neighbour's clips.
    Keeper,
}

/// That an owner does not want something kept any more. It stays for [`LET_GO_AFTER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LettingGo {
    /// Since when.
    pub at: Timestamp,
    /// Which of its devices said so; none if the household is not of the street any more.
    pub by: Option<DeviceId>,
}

impl LettingGo {
    /// When it is over.
    pub fn until(self) -> Timestamp {
        self.at.after(LET_GO_AFTER)
    }
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
    /// A neighbour let go of a clip that is kept here.
    LetGo {
        /// Whose.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
        /// When, and by whom.
        letting_go: LettingGo,
    },
    /// It is kept after all.
    KeptAfterAll {
        /// Whose.
        owner: HouseholdId,
        /// The clip.
        clip: ClipId,
    },
    /// A neighbour let go of its lease here, and of every clip.
    LeaseLetGo {
        /// Whose.
        owner: HouseholdId,
        /// When, and by whom.
        letting_go: LettingGo,
    },
    /// Its lease goes on after all. Clips do not by themselves.
    LeaseGoesOn(HouseholdId),
    /// Somebody fetched a neighbour's clip here, and the neighbour does not know yet.
    Served {
        /// Whose.
        owner: HouseholdId,
        /// Under which ticket, and when.
        served: Served,
    },
    /// The neighbour knows.
    ServedTold {
        /// Whose.
        owner: HouseholdId,
        /// Under which ticket.
        ticket: StatementId,
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
    /// Those of them that the owner let go of.
    pub(in crate::household) let_go: BTreeMap<ClipId, LettingGo>,
    /// Whether it let go of the lease.
    pub(in crate::household) ending: Option<LettingGo>,
    /// When clips were fetched here, by ticket, as long as the owner does not know.
    pub(in crate::household) served: BTreeMap<StatementId, Timestamp>,
    pub(in crate::household) chain: Chain,
    pub(in crate::household) head: Option<Signed<Head>>,
}

impl KeptFor {
    /// What is used of the lease, by clips that are here or on their way and that the owner did not let go of.
    pub(in crate::household) fn used(&self) -> u64 {
        let clips = self.costs();
        let clips = clips.filter(|(clip, _)| !self.let_go.contains_key(clip));
        clips.map(|(_, cost)| cost).sum()
    }

    /// What is used of the disk.
    pub(in crate::household) fn taken(&self) -> u64 {
        self.costs().map(|(_, cost)| cost).sum()
    }

    /// What a clip takes.
    pub(super) fn cost_of(&self, clip: ClipId) -> Option<u64> {
        let sealed_len = self.clips.get(&clip)?.sealed_len;
        Some(ToKeep { clip, sealed_len }.cost())
    }

    /// Clips that waited long enough to go early, the one that waited longest first.
    pub(super) fn waited(&self, now: Timestamp) -> Vec<ClipId> {
        let waiting = self.let_go.iter();
        let waited = waiting.filter(|(_, let_go)| let_go.at.after(LET_GO_EARLY) <= now);
        let mut waited: Vec<_> = waited.map(|(clip, let_go)| (let_go.at, *clip)).collect();
        waited.sort_unstable();
        waited.into_iter().map(|(_, clip)| clip).collect()
    }

    fn costs(&self) -> impl Iterator<Item = (ClipId, u64)> {
        self.clips.iter().map(|(clip, kept)| {
            let to = ToKeep {
                clip: *clip,
                sealed_len: kept.sealed_len,
            };
            (*clip, to.cost())
        })
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
            KeeperRecord::LetGo {
                owner,
                clip,
                letting_go,
            } => self.with_owner(owner, |o| {
                if o.clips.contains_key(&clip) {
                    o.let_go.insert(clip, letting_go);
                }
            }),
            KeeperRecord::KeptAfterAll { owner, clip } => self.with_owner(owner, |o| {
                o.let_go.remove(&clip);
            }),
            KeeperRecord::LeaseLetGo { owner, letting_go } => self.with_owner(owner, |o| {
                o.ending = Some(letting_go);
                for clip in o.clips.keys() {
                    o.let_go.entry(*clip).or_insert(letting_go);
                }
            }),
            KeeperRecord::LeaseGoesOn(owner) => self.with_owner(owner, |o| o.ending = None),
            KeeperRecord::Served { owner, served } => self.with_owner(owner, |o| {
                o.served.insert(served.ticket, served.at);
            }),
            KeeperRecord::ServedTold { owner, ticket } => self.with_owner(owner, |o| {
                o.served.remove(&ticket);
            }),
            KeeperRecord::Here { owner, clip, here } => self.with_owner(owner, |o| {
                if let Some(kept) = o.clips.get_mut(&clip) {
                    kept.here = here;
                }
            }),
            KeeperRecord::KeepGone { owner, clip } => self.with_owner(owner, |o| {
                o.clips.remove(&clip);
                o.let_go.remove(&clip);
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
                        let_go: BTreeMap::new(),
                        ending: None,
                        served: BTreeMap::new(),
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
