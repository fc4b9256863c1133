//! What an owner does not want kept any more, at its keeper: it goes after a while, and can be saved until then.
//!
//! Whoever has the running box of a household speaks for it, also to its keepers. So a clip that is dropped, and a lease
//! that is ended, only begin to wait: for [`LET_GO_AFTER`] sealed bytes and label stay as they are, are given back to
//! their household and to nobody else. They are kept after all if the household asks for them again, and by themselves
//! when the device that spoke turns out to be removed, or a household that was gone is back.
//!
//! What waits does not count against the lease, so that newer clips find their room, but lease and what waits together
//! take twice the lease at most. Beyond that what waited longest goes early, but nothing before [`LET_GO_EARLY`].

use std::collections::BTreeSet;

use super::super::Household;
use super::super::event::Output;
use super::record::{KeeperRecord, LettingGo, Side};
use crate::clip::ClipId;
use crate::identity::{DeviceId, HouseholdId};
use crate::keeper::{Holding, LetGo};
use crate::signed::Signed;
use crate::time::Timestamp;
use crate::wire::limits::{KEPT_CLIPS, KEPT_PER_MESSAGE};

impl Household {
    /// An owner wants clips deleted.
    pub(super) fn let_go(
        &mut self,
        owner: HouseholdId,
        by: DeviceId,
        clips: &[ClipId],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let (at, by) = (now, Some(by));
        for clip in clips.iter().copied().take(KEPT_PER_MESSAGE) {
            let Some(held) = self.state.kept.owners.get(&owner) else {
                return;
            };
            match held.clips.get(&clip) {
                Some(kept) if !kept.here => self.discard(owner, clip, out),
                Some(_) if !held.let_go.contains_key(&clip) => {
                    let letting_go = LettingGo { at, by };
                    let record = KeeperRecord::LetGo {
                        owner,
                        clip,
                        letting_go,
                    };
                    self.keep_record(record, out);
                }
                _ => {}
            }
        }
        self.tell_of(owner, out);
    }

    /// An owner wants the lease to end, or is not of the street any more.
    pub(super) fn let_lease_go(
        &mut self,
        owner: HouseholdId,
        letting_go: LettingGo,
        out: &mut Vec<Output>,
    ) {
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return;
        };
        let coming = held.clips.iter().filter(|(_, kept)| !kept.here);
        let coming: Vec<_> = coming.map(|(clip, _)| *clip).collect();
        if coming.len() == held.clips.len() {
            return self.side_ended(Side::Keeper, owner, out);
        }
        if held.ending.is_some() {
            return;
        }
        for clip in coming {
            self.discard(owner, clip, out);
        }
        self.keep_record(KeeperRecord::LeaseLetGo { owner, letting_go }, out);
        self.tell_of(owner, out);
    }

    /// An owner wants a clip kept after all.
    pub(super) fn keep_after_all(
        &mut self,
        owner: HouseholdId,
        clip: ClipId,
        out: &mut Vec<Output>,
    ) -> Holding {
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return Holding::Full;
        };
        let fits = held
            .cost_of(clip)
            .is_some_and(|cost| held.used().saturating_add(cost) <= held.lease.statement().bytes);
        if !fits {
            return Holding::Full;
        }
        self.keep_record(KeeperRecord::KeptAfterAll { owner, clip }, out);
        self.tell_of(owner, out);
        Holding::Here
    }

    /// Another device of a household than the one that ended its lease speaks as if there were one: so there is.
    pub(super) fn speaks_after_all(
        &mut self,
        owner: HouseholdId,
        device: DeviceId,
        out: &mut Vec<Output>,
    ) {
        let held = self.state.kept.owners.get(&owner);
        let ending = held.and_then(|held| held.ending);
        if ending.is_some_and(|ending| ending.by != Some(device)) {
            self.keep_record(KeeperRecord::LeaseGoesOn(owner), out);
            self.tell_of(owner, out);
        }
    }

    /// Whether so many bytes more of a household fit, after what waits was let go early as far as that may be.
    pub(super) fn make_room(
        &mut self,
        owner: HouseholdId,
        cost: u64,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return false;
        };
        let most = held.lease.statement().bytes;
        let wanted = held.clips.len() - held.let_go.len();
        if held.used().saturating_add(cost) > most || wanted >= KEPT_CLIPS {
            return false;
        }
        let (mut taken, mut clips) = (held.taken().saturating_add(cost), held.clips.len());
        let fits = |taken, clips| taken <= most.saturating_mul(2) && clips < 2 * KEPT_CLIPS;
        let mut early = Vec::new();
        for clip in held.waited(now) {
            if fits(taken, clips) {
                break;
            }
            taken = taken.saturating_sub(held.cost_of(clip).unwrap_or(0));
            clips -= 1;
            early.push(clip);
        }
        for clip in early {
            self.discard(owner, clip, out);
        }
        fits(taken, clips)
    }

    /// The disk is full: whatever may go early goes.
    pub(super) fn make_room_on_disk(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let owners = self.state.kept.owners.iter();
        let early = owners.flat_map(|(owner, held)| {
            let waited = held.waited(now).into_iter();
            waited.map(|clip| (*owner, clip))
        });
        let early: Vec<_> = early.collect();
        for (owner, clip) in early {
            self.discard(owner, clip, out);
        }
    }

    /// Keeps after all what a removed device let go of, and the leases of households that are back.
    pub(in crate::household) fn save_what_was_let_go(&mut self, out: &mut Vec<Output>) {
        let owners = self.state.kept.owners.iter();
        let some = owners.filter(|(_, held)| held.ending.is_some() || !held.let_go.is_empty());
        let some: Vec<_> = some.map(|(owner, _)| *owner).collect();
        for owner in some {
            let removed = self.removed_from(owner);
            let back = removed.is_some();
            let removed = removed.unwrap_or_default();
            let void = |letting_go: &LettingGo| match letting_go.by {
                None => back,
                Some(device) => removed.contains(&device),
            };
            let Some(held) = self.state.kept.owners.get(&owner) else {
                continue;
            };
            let goes_on = held.ending.as_ref().is_some_and(void);
            let saved = held
                .let_go
                .iter()
                .filter(|(_, letting_go)| void(letting_go));
            let saved: Vec<_> = saved.map(|(clip, _)| *clip).collect();
            if goes_on {
                self.keep_record(KeeperRecord::LeaseGoesOn(owner), out);
            }
            if goes_on || !saved.is_empty() {
                self.tell_of(owner, out);
            }
            for clip in saved {
                self.keep_record(KeeperRecord::KeptAfterAll { owner, clip }, out);
            }
        }
    }

    /// Devices that were removed from a household; nothing if it is not of the street.
    fn removed_from(&self, household: HouseholdId) -> Option<BTreeSet<DeviceId>> {
        let mut streets = self.state.streets.values();
        let member = streets.find_map(|street| street.members.get(household))?;
        let certs = member.devices.iter().map(Signed::statement);
        let removed = certs.filter(|cert| cert.ended.is_some());
        Some(removed.map(|cert| cert.device).collect())
    }

    /// Deletes what waited long enough.
    pub(super) fn sweep_let_go(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.save_what_was_let_go(out);
        let owners = self.state.kept.owners.iter();
        let leases = owners.clone();
        let leases = leases.filter(|(_, held)| held.ending.is_some_and(|e| e.until() <= now));
        let leases: Vec<_> = leases.map(|(owner, _)| *owner).collect();
        let clips = owners.flat_map(|(owner, held)| {
            let over = held
                .let_go
                .iter()
                .filter(|(_, let_go)| let_go.until() <= now);
            over.map(move |(clip, _)| (*owner, *clip))
        });
        let clips: Vec<_> = clips.collect();
        for owner in leases {
            self.side_ended(Side::Keeper, owner, out);
        }
        for (owner, clip) in clips {
            if self.keeps(owner, clip) {
                self.discard(owner, clip, out);
                self.tell_of(owner, out);
            }
        }
    }

    /// What of an owner waits here to be deleted.
    pub(super) fn waits_for(&self, owner: HouseholdId) -> Option<LetGo> {
        let held = self.state.kept.owners.get(&owner)?;
        let until = held.let_go.values().map(|let_go| let_go.until()).max()?;
        let lens = held.let_go.keys().filter_map(|clip| held.clips.get(clip));
        Some(LetGo {
            clips: held.let_go.len() as u64,
            bytes: lens.map(|kept| kept.sealed_len).sum(),
            until,
        })
    }
}
