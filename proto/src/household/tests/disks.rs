//! What the homes of a world keep for each other.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use super::world::World;
use crate::fetch::{FetchRequest, Right};
use crate::keeper::SealedLabel;
use crate::ledger::Fork;

#[derive(Default)]
pub(super) struct Disks {
    /// Sealed bytes of every clip that was made.
    pub(super) sealed: BTreeMap<ClipId, Vec<u8>>,
    /// By home, owner and clip: the label and the sealed bytes that are kept.
    pub(super) kept: BTreeMap<(usize, HouseholdId, ClipId), (SealedLabel, Vec<u8>)>,
    /// Homes whose disk has no room.
    pub(super) full: BTreeSet<usize>,
    /// Homes that give other bytes than they were given.
    pub(super) liars: BTreeSet<usize>,
    /// Proofs that were written to files.
    pub(super) proofs: Vec<Fork>,
}

impl World {
    pub(super) fn home_of(&self, device: DeviceId) -> usize {
        let mut homes = 0..self.homes.len();
        homes.find(|home| self.device(*home) == device).unwrap()
    }

    /// What a home answers when another asks for all of a clip.
    pub(super) fn fetch(
        &self,
        asker: usize,
        holder: usize,
        right: Right,
    ) -> Result<Permit, Unserved> {
        let request = FetchRequest {
            right,
            start: 0,
            end: 1,
        };
        let from = self.device(asker);
        self.homes[holder]
            .engine
            .may_fetch(from, &request, self.now)
    }

    pub(super) fn carry_task(&mut self, home: usize, task: KeeperTask) {
        let news = match task {
            KeeperTask::Pull {
                owner,
                device,
                clip,
                ..
            } => {
                let there = self.home_of(device);
                let outcome = match self.fetch(home, there, Right::Keeper(clip)) {
                    _ if self.until_the_cut == 0 => Pulled::Cut,
                    Err(_) => Pulled::Refused,
                    Ok(_) if self.disks.full.contains(&home) => Pulled::NoRoom,
                    Ok(permit) => {
                        let whole = (permit.label.unwrap(), self.disks.sealed[&clip].clone());
                        self.disks.kept.insert((home, owner, clip), whole);
                        Pulled::Here
                    }
                };
                KeeperNews::Pulled {
                    owner,
                    clip,
                    outcome,
                }
            }
            KeeperTask::Check {
                keeper,
                device,
                clip,
                ..
            } => {
                let there = self.home_of(device);
                let owner = self.household(home);
                let permit = self.fetch(home, there, Right::Owner(clip));
                let kept = self.disks.kept.get(&(there, owner, clip));
                let finding = match (permit, kept) {
                    _ if self.until_the_cut == 0 => Finding::Away,
                    (Ok(_), Some(_)) if self.disks.liars.contains(&there) => Finding::Lied,
                    (Ok(_), Some(_)) => Finding::Proven,
                    _ => Finding::Lost,
                };
                KeeperNews::Checked {
                    keeper,
                    clip,
                    finding,
                }
            }
            KeeperTask::Discard { owner, clip } => {
                self.disks.kept.remove(&(home, owner, clip));
                return;
            }
            KeeperTask::DiscardAll(owner) => {
                self.disks
                    .kept
                    .retain(|(at, of, _), _| (*at, *of) != (home, owner));
                return;
            }
            KeeperTask::Prove(fork) => return self.disks.proofs.push(*fork),
        };
        self.later(home, Input::Keeper(news));
    }

    /// Clips of one home that another keeps.
    pub(super) fn kept_at(&self, keeper: usize, owner: usize) -> Vec<ClipId> {
        let owner = self.household(owner);
        let kept = self.disks.kept.keys();
        let kept = kept.filter(|(at, of, _)| (*at, *of) == (keeper, owner));
        kept.map(|(_, _, clip)| *clip).collect()
    }

    /// One home keeps for another, as much as is needed.
    pub(super) fn lease(&mut self, keeper: usize, owner: usize, bytes: u64) {
        let offer = KeeperCommand::Offer(1_000_000_000);
        self.command(keeper, Command::Keeper(offer)).unwrap();
        self.ask_for_room(keeper, owner, bytes).unwrap();
    }

    pub(super) fn ask_for_room(
        &mut self,
        keeper: usize,
        owner: usize,
        bytes: u64,
    ) -> Result<Answer, Failure> {
        let ask = KeeperCommand::Ask {
            household: self.household(keeper),
            bytes,
            until: self.now.after(Duration::from_secs(30 * 86_400)),
        };
        self.command(owner, Command::Keeper(ask))
    }
}
