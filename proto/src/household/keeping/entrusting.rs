//! Seeing to it that each keeper holds the newest clips that fit into its lease, and nothing else of ours.
//!
//! Newest first: the film that a burglar would take with the box is the last one. When a lease is full, the oldest
//! copies make room.

use std::collections::BTreeSet;

use super::super::Household;
use super::super::event::{Event, Output};
use super::Asked;
use super::event::Finding;
use super::record::KeeperRecord;
use crate::clip::ClipId;
use crate::identity::HouseholdId;
use crate::keeper::{Holding, Keeping, ToKeep};
use crate::street::StreetMessage;
use crate::time::Timestamp;
use crate::wire::limits::{KEPT_CLIPS, KEPT_PER_MESSAGE};

impl Household {
    /// Asks a connected keeper for the next thing that is not as it should be.
    pub(super) fn entrust(&mut self, keeper: HouseholdId, now: Timestamp, out: &mut Vec<Output>) {
        let Some(device) = self.device_here(keeper) else {
            return;
        };
        if let Some((asked, message)) = self.next_to_entrust(keeper, now)
            && self.say_of_keeping(device, asked, message, out)
        {
            self.keeping.asked.insert(keeper);
        }
    }

    /// What is to be asked of a keeper next, who has answered all else: what it should delete, then what it should pin,
    /// then what it should keep.
    fn next_to_entrust(&self, keeper: HouseholdId, now: Timestamp) -> Option<(Asked, Keeping)> {
        let known = self.state.kept.keepers.get(&keeper)?;
        if self.keeping.asked.contains(&keeper) || known.lease.statement().until <= now {
            return None;
        }
        let wanted = self.wanted_at(keeper);
        let coming = self.keeping.coming.iter();
        let coming = coming
            .filter(|(at, _)| *at == keeper)
            .map(|(_, clip)| *clip);
        let there: BTreeSet<_> = known.held.iter().copied().chain(coming).collect();
        let not_any_more = there.iter().copied().filter(|clip| {
            let still = wanted.iter().any(|wanted| wanted.clip == *clip);
            !still
        });
        let drops: Vec<_> = not_any_more.take(KEPT_PER_MESSAGE).collect();
        if !drops.is_empty() {
            let asked = Asked::Drop(keeper, drops.clone());
            return Some((asked, Keeping::Drop(drops)));
        }
        if let Some(pin) = self.next_pin(keeper) {
            return Some((Asked::Pin(keeper), pin));
        }
        // Who was caught giving other bytes gets no more clips.
        let lied = matches!(known.checked, Some((_, Finding::Lied)));
        if lied || self.keeping.full.contains(&keeper) {
            return None;
        }
        let given = |to: &ToKeep| !self.keeping.not_given.contains(&(keeper, to.clip));
        let missing = wanted.into_iter().filter(given);
        let missing = missing.filter(|to| !there.contains(&to.clip));
        let missing: Vec<_> = missing.take(KEPT_PER_MESSAGE).collect();
        if missing.is_empty() {
            return None;
        }
        let clips = missing.iter().map(|to| to.clip).collect();
        Some((Asked::Keep(keeper, clips), Keeping::Keep(missing)))
    }

    /// The clips that a keeper should hold: pinned ones, then the newest, as many as fit.
    fn wanted_at(&self, keeper: HouseholdId) -> Vec<ToKeep> {
        let lease = self.state.kept.keepers.get(&keeper).map(|k| &k.lease);
        let mut room = lease.map_or(0, |lease| lease.statement().bytes);
        let mut clips: Vec<_> = self.state.clips.values().collect();
        clips.sort_by_key(|label| {
            let said = label.manifest.statement();
            let pinned = self.state.pinned.contains(&said.clip);
            std::cmp::Reverse((pinned, said.recorded))
        });
        let mut wanted = Vec::new();
        for label in clips.into_iter().take(KEPT_CLIPS) {
            let manifest = label.manifest.statement();
            let to = ToKeep {
                clip: manifest.clip,
                sealed_len: manifest.sealed_len,
            };
            let Some(left) = room.checked_sub(to.cost()) else {
                break;
            };
            room = left;
            wanted.push(to);
        }
        wanted
    }

    /// Whether a keeper should hold a clip.
    pub(in crate::household) fn should_hold(&self, keeper: HouseholdId, clip: ClipId) -> bool {
        self.wanted_at(keeper)
            .iter()
            .any(|wanted| wanted.clip == clip)
    }

    /// Whether a lease is too small for all clips.
    pub(super) fn has_outgrown(&self, keeper: HouseholdId) -> bool {
        self.wanted_at(keeper).len() < self.state.clips.len()
    }

    /// A keeper said what becomes of the clips that it was told to keep.
    pub(super) fn keep_answered(
        &mut self,
        keeper: HouseholdId,
        clips: &[ClipId],
        answer: Option<StreetMessage>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.keeping.asked.remove(&keeper);
        let Some(StreetMessage::Keeping(Keeping::Taken(holdings))) = answer else {
            return;
        };
        if holdings.len() != clips.len() {
            return;
        }
        for (clip, holding) in clips.iter().zip(holdings) {
            self.note_holding(keeper, *clip, holding, out);
        }
        self.entrust(keeper, now, out);
    }

    /// A keeper deleted what it was told to delete.
    pub(super) fn drop_answered(
        &mut self,
        keeper: HouseholdId,
        clips: &[ClipId],
        answer: Option<StreetMessage>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.keeping.asked.remove(&keeper);
        if !matches!(answer, Some(StreetMessage::Kept)) {
            return;
        }
        for clip in clips {
            self.keeping.coming.remove(&(keeper, *clip));
            self.not_held(keeper, *clip, out);
        }
        self.entrust(keeper, now, out);
    }

    /// A keeper has news of a clip of ours. Nothing if it is no keeper of ours.
    pub(super) fn keeper_says(
        &mut self,
        keeper: HouseholdId,
        clip: ClipId,
        holding: Holding,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<()> {
        self.state.kept.keepers.get(&keeper)?;
        self.note_holding(keeper, clip, holding, out);
        self.entrust(keeper, now, out);
        Some(())
    }

    fn note_holding(
        &mut self,
        keeper: HouseholdId,
        clip: ClipId,
        holding: Holding,
        out: &mut Vec<Output>,
    ) {
        let Some(known) = self.state.kept.keepers.get(&keeper) else {
            return;
        };
        match holding {
            Holding::Here if self.state.clips.contains_key(&clip) => {
                self.keeping.coming.remove(&(keeper, clip));
                if !known.held.contains(&clip) {
                    self.keep_record(KeeperRecord::Held { keeper, clip }, out);
                    out.push(Output::Emit(Event::Clip { clip }));
                    self.tell_of(keeper, out);
                    self.grantees_should_know(clip, out);
                }
            }
            // Deleted in the meantime: what it took it is told to delete.
            Holding::Here => {
                self.keeping.coming.insert((keeper, clip));
            }
            Holding::Coming => {
                self.not_held(keeper, clip, out);
                if self.keeping.coming.len() < KEPT_CLIPS {
                    self.keeping.coming.insert((keeper, clip));
                }
            }
            Holding::Gone => {
                self.not_held(keeper, clip, out);
                self.keeping.coming.remove(&(keeper, clip));
                if self.state.clips.contains_key(&clip) {
                    self.keeping.not_given.insert((keeper, clip));
                }
            }
            Holding::Full => {
                self.keeping.coming.remove(&(keeper, clip));
                if self.keeping.full.insert(keeper) {
                    self.tell_of(keeper, out);
                }
            }
        }
    }

    /// A keeper does not hold a clip any more.
    pub(super) fn not_held(&mut self, keeper: HouseholdId, clip: ClipId, out: &mut Vec<Output>) {
        let known = self.state.kept.keepers.get(&keeper);
        if known.is_some_and(|known| known.held.contains(&clip)) {
            self.keep_record(KeeperRecord::HeldGone { keeper, clip }, out);
            out.push(Output::Emit(Event::Clip { clip }));
        }
    }

    /// The sealed bytes of an own clip are here again: whoever should keep it can have it.
    pub(in crate::household) fn can_be_given(
        &mut self,
        clip: ClipId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.keeping.not_given.retain(|(_, other)| *other != clip);
        self.go_on_keeping_all(now, out);
    }

    /// Neighbours who hold a copy of a clip of ours.
    pub(in crate::household) fn keepers_of(&self, clip: ClipId) -> Vec<HouseholdId> {
        let keepers = self.state.kept.keepers.iter();
        let holding = keepers.filter(|(_, known)| known.held.contains(&clip));
        holding.map(|(keeper, _)| *keeper).collect()
    }
}
