//! Keeping for a neighbour: taking what it entrusts, within the lease.

use super::super::Household;
use super::super::event::Output;
use super::Asked;
use super::event::{KeeperTask, Pulled};
use super::record::KeeperRecord;
use crate::clip::ClipId;
use crate::identity::HouseholdId;
use crate::keeper::{Holding, Keeping, ToKeep};
use crate::time::Timestamp;
use crate::wire::limits::{KEPT_PER_MESSAGE, SEALED_BYTES};

/// Clips that are fetched at the same time to be kept.
const PULLS: usize = 4;

impl Household {
    /// Takes clips to be kept, as far as there is room, and begins to fetch them.
    pub(in crate::household) fn keep(
        &mut self,
        owner: HouseholdId,
        clips: &[ToKeep],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Vec<Holding> {
        let clips = clips.iter().take(KEPT_PER_MESSAGE);
        let holdings = clips
            .map(|to| self.keep_one(owner, *to, now, out))
            .collect();
        self.pull(out);
        holdings
    }

    fn keep_one(
        &mut self,
        owner: HouseholdId,
        to: ToKeep,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Holding {
        let ToKeep { clip, sealed_len } = to;
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return Holding::Full;
        };
        match held.clips.get(&clip) {
            Some(_) if held.let_go.contains_key(&clip) => {
                return self.keep_after_all(owner, clip, out);
            }
            Some(kept) if kept.here => return Holding::Here,
            Some(_) => return Holding::Coming,
            None => {}
        }
        let is_clip = (1..=SEALED_BYTES).contains(&sealed_len);
        let over = held.lease.statement().until <= now;
        if !is_clip || over || !self.make_room(owner, to.cost(), now, out) {
            return Holding::Full;
        }
        let record = KeeperRecord::Keep {
            owner,
            clip,
            sealed_len,
        };
        self.keep_record(record, out);
        Holding::Coming
    }

    /// Fetches the next clips that should be here, from owners who are.
    pub(super) fn pull(&mut self, out: &mut Vec<Output>) {
        let room = PULLS.saturating_sub(self.keeping.pulling.len());
        let owners = self.state.kept.owners.iter();
        let missing = owners.flat_map(|(owner, held)| {
            let clips = held.clips.iter().filter(|(_, kept)| !kept.here);
            clips.map(move |(clip, kept)| (*owner, *clip, kept.sealed_len))
        });
        let next = missing
            .filter(|(owner, clip, _)| !self.keeping.pulling.contains(&(*owner, *clip)))
            .filter_map(|(owner, clip, len)| Some((owner, self.device_here(owner)?, clip, len)));
        let next: Vec<_> = next.take(room).collect();
        for (owner, device, clip, sealed_len) in next {
            self.keeping.pulling.insert((owner, clip));
            out.push(Output::Keeper(KeeperTask::Pull {
                owner,
                device,
                clip,
                sealed_len,
            }));
        }
    }

    /// A clip was fetched to be kept, or was not.
    pub(super) fn pulled(
        &mut self,
        owner: HouseholdId,
        clip: ClipId,
        outcome: Pulled,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.keeping.pulling.remove(&(owner, clip));
        let wanted = self.state.kept.owners.get(&owner);
        let wanted = wanted.is_some_and(|held| held.clips.contains_key(&clip));
        match (wanted, outcome) {
            // It goes on when the owner is met again, or at the next round.
            (true, Pulled::Cut) => return,
            (true, Pulled::Here) => {
                let here = true;
                self.keep_record(KeeperRecord::Here { owner, clip, here }, out);
                self.tell_owner(owner, clip, Holding::Here, out);
                self.tell_of(owner, out);
            }
            (true, Pulled::Refused | Pulled::NoRoom) => {
                self.discard(owner, clip, out);
                let holding = match outcome {
                    Pulled::NoRoom => {
                        self.make_room_on_disk(now, out);
                        Holding::Full
                    }
                    _ => Holding::Gone,
                };
                self.tell_owner(owner, clip, holding, out);
            }
            // The owner took it back while it came.
            (false, _) => out.push(Output::Keeper(KeeperTask::Discard { owner, clip })),
        }
        self.pull(out);
    }

    /// Something that is kept is not as it was. It is fetched again, unless its owner let go of it.
    pub(super) fn is_missing(&mut self, owner: HouseholdId, clip: ClipId, out: &mut Vec<Output>) {
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return;
        };
        if held.let_go.contains_key(&clip) {
            return self.discard(owner, clip, out);
        }
        if held.clips.get(&clip).is_some_and(|kept| kept.here) {
            let here = false;
            self.keep_record(KeeperRecord::Here { owner, clip, here }, out);
            self.tell_owner(owner, clip, Holding::Coming, out);
            self.pull(out);
        }
    }

    /// Deletes a copy and its label.
    pub(super) fn discard(&mut self, owner: HouseholdId, clip: ClipId, out: &mut Vec<Output>) {
        self.keep_record(KeeperRecord::KeepGone { owner, clip }, out);
        out.push(Output::Keeper(KeeperTask::Discard { owner, clip }));
    }

    fn tell_owner(
        &mut self,
        owner: HouseholdId,
        clip: ClipId,
        holding: Holding,
        out: &mut Vec<Output>,
    ) {
        // Whoever is away asks again when it is back.
        if let Some(device) = self.device_here(owner) {
            self.say_of_keeping(device, Asked::News, Keeping::News { clip, holding }, out);
        }
    }
}
