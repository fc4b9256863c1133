//! Sealed copies of clips at neighbours, and theirs here.
//!
//! As owner: `leasing` gets room, `entrusting` sees to it that each keeper holds the newest clips that fit and nothing
//! that was deleted, `checking` asks for proof; `errand` waits for the one neighbour of whom the household wants something.
//! As keeper: `holding` fetches what it was told to keep, `letting_go` is what happens when it is told not to, `reporting`
//! tells the owner what was done for it. `pinning` is the ledger at the keepers, from both sides; `recalling` is for a home
//! that lost everything. `record` is what all that adds up to, `event` its part of the engine's vocabulary, `view` what
//! others read.
//!
//! One question at a time goes to each keeper, and what it is follows from what is there: so a connection that is cut,
//! and a node that dies, cost nothing but asking again.

mod checking;
mod entrusting;
mod errand;
mod event;
mod holding;
mod leasing;
mod letting_go;
mod pinning;
mod recalling;
mod record;
mod reporting;
mod view;

use std::collections::{BTreeMap, BTreeSet};

pub use event::{Finding, KeeperCommand, KeeperNews, KeeperTask, Pulled};
pub(super) use record::Kept;
pub use record::{KeeperRecord, LettingGo, Side};
pub use view::{Direction, KeeperState, KeeperView};

use super::event::{Answer, CommandId, Event, Output};
use super::failure::Failure;
use super::{Household, Pending, Record};
use crate::clip::ClipId;
use crate::identity::{DeviceId, HouseholdId};
use crate::keeper::{Keeping, LetGo};
use crate::signed::StatementId;
use crate::street::StreetMessage;
use crate::time::Timestamp;
use errand::Errand;
use pinning::Pinning;

/// What is only true while the node runs.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Keepers that were asked something and have not answered yet.
    asked: BTreeSet<HouseholdId>,
    /// Clips that keepers said they would fetch, since they connected.
    coming: BTreeSet<(HouseholdId, ClipId)>,
    /// Clips that keepers could not get from us, since they connected.
    not_given: BTreeSet<(HouseholdId, ClipId)>,
    /// Keepers that have no room although the lease says so, since they connected.
    full: BTreeSet<HouseholdId>,
    /// How much of our ledger each keeper has pinned, as far as it said.
    pinning: BTreeMap<HouseholdId, Pinning>,
    /// Clips that are being fetched to be kept here.
    pulling: BTreeSet<(HouseholdId, ClipId)>,
    /// What the household wants of neighbours, and waits for.
    errands: BTreeMap<CommandId, Errand>,
    /// Households for which this home keeps and that are being told what it did.
    reporting: BTreeSet<HouseholdId>,
    /// What they know to wait here, since they connected.
    reported: BTreeMap<HouseholdId, Option<LetGo>>,
    /// What keepers of ours were told to delete and still have, as they last said.
    waits_there: BTreeMap<HouseholdId, LetGo>,
}

impl Running {
    /// Asks every keeper anew whether it pins our ledger.
    pub(super) fn forget_refusals(&mut self) {
        self.pinning
            .retain(|_, pinning| *pinning != Pinning::Refused);
    }
}

/// What was asked of a neighbour about keeping.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// What the household wants of it.
    Errand(CommandId),
    /// To keep these clips.
    Keep(HouseholdId, Vec<ClipId>),
    /// To delete these clips.
    Drop(HouseholdId, Vec<ClipId>),
    /// To pin the ledger.
    Pin(HouseholdId),
    /// To know that the lease is over.
    End(HouseholdId),
    /// To know how a clip of its own stands here.
    News,
    /// To know who was served, and what waits to be deleted.
    Report(HouseholdId, Vec<StatementId>, Option<LetGo>),
}

impl Household {
    /// Carries a wish of the household out. Nothing if the answer comes later.
    pub(super) fn keeper_command(
        &mut self,
        id: CommandId,
        command: KeeperCommand,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<Result<Answer, Failure>> {
        let later = |done: Result<(), Failure>| done.err().map(Err);
        match command {
            KeeperCommand::Offer(bytes) => Some(self.offer_room(bytes, out)),
            KeeperCommand::Ask {
                household,
                bytes,
                until,
            } => later(self.ask_for_room(id, household, bytes, until, now, out)),
            KeeperCommand::End(with) => Some(self.end_leases_with(with, now, out)),
            KeeperCommand::Check(keeper) => later(self.check_for(id, keeper, now, out)),
            KeeperCommand::Found {
                keeper,
                clip,
                finding,
            } => {
                self.note_finding(keeper, clip, finding, now, out);
                Some(Ok(Answer::Done))
            }
            KeeperCommand::Recall(from) => later(self.recall(id, from, now, out)),
            KeeperCommand::TakeLabel { label, identity } => {
                Some(self.take_label(&label, identity.as_deref(), out))
            }
        }
    }

    /// What the world tells about keepers.
    pub(super) fn keeper_news(&mut self, news: KeeperNews, now: Timestamp, out: &mut Vec<Output>) {
        match news {
            KeeperNews::Pulled {
                owner,
                clip,
                outcome,
            } => self.pulled(owner, clip, outcome, now, out),
            KeeperNews::Checked {
                keeper,
                clip,
                finding,
            } => self.checked(keeper, clip, finding, now, out),
            KeeperNews::Missing { owner, clip } => self.is_missing(owner, clip, out),
        }
    }

    /// Answers a neighbour's message about keeping that it may send.
    pub(super) fn keeping_request(
        &mut self,
        from: DeviceId,
        message: Keeping,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<StreetMessage> {
        let household = self.neighbour(from)?;
        let answer = self.keeping_answer(from, household, message, now, out);
        self.report(household, out);
        answer
    }

    fn keeping_answer(
        &mut self,
        from: DeviceId,
        household: HouseholdId,
        message: Keeping,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<StreetMessage> {
        if matches!(message, Keeping::Keep(_) | Keeping::Recall(_)) {
            self.speaks_after_all(household, from, out);
        }
        let entrusts = matches!(
            message,
            Keeping::Keep(_) | Keeping::Pin { .. } | Keeping::Recall(_)
        );
        if entrusts && !self.keeps_for(household) {
            return None;
        }
        let answer = match message {
            Keeping::Ask { bytes, until } => {
                match self.give_lease(household, bytes, until, now, out) {
                    Ok(lease) => Keeping::Lease(lease),
                    Err(reason) => Keeping::NoLease(reason),
                }
            }
            Keeping::End => {
                self.side_ended(Side::Owner, household, out);
                let (at, by) = (now, Some(from));
                self.let_lease_go(household, LettingGo { at, by }, out);
                return Some(StreetMessage::Kept);
            }
            Keeping::Keep(clips) => Keeping::Taken(self.keep(household, &clips, now, out)),
            Keeping::Drop(clips) => {
                self.let_go(household, from, &clips, now, out);
                return Some(StreetMessage::Kept);
            }
            Keeping::News { clip, holding } => {
                self.keeper_says(household, clip, holding, now, out)?;
                return Some(StreetMessage::Kept);
            }
            Keeping::Pin {
                base,
                entries,
                head,
            } => Keeping::Pinned(self.pin_ledger(household, base, entries, head, out)),
            Keeping::Recall(after) => Keeping::Recalled(self.recalled_by(household, after)?),
            Keeping::Report(report) => {
                self.keeper_reports(household, report, now, out)?;
                return Some(StreetMessage::Kept);
            }
            Keeping::Lease(_)
            | Keeping::NoLease(_)
            | Keeping::Taken(_)
            | Keeping::Pinned(_)
            | Keeping::Recalled(_) => return None,
        };
        Some(StreetMessage::Keeping(answer))
    }

    /// Goes on after a neighbour's answer about keeping.
    pub(super) fn keeping_answered(
        &mut self,
        asked: Asked,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let answer = bytes.and_then(|b| self.unseal_from(b)).map(|(_, _, m)| m);
        match asked {
            Asked::Errand(command) => self.errand_answered(command, answer, now, out),
            Asked::Keep(keeper, clips) => self.keep_answered(keeper, &clips, answer, now, out),
            Asked::Drop(keeper, clips) => self.drop_answered(keeper, &clips, answer, now, out),
            Asked::Pin(keeper) => self.pin_answered(keeper, answer, now, out),
            Asked::End(with) => {
                if matches!(answer, Some(StreetMessage::Kept)) {
                    self.keep_record(KeeperRecord::Ended(with), out);
                }
            }
            Asked::News => {}
            Asked::Report(owner, served, let_go) => {
                self.report_answered(owner, &served, let_go, answer.as_ref(), out);
            }
        }
    }

    /// A neighbour is connected: whatever was under way may be lost.
    pub(super) fn keeping_met(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        let Some(household) = self.neighbour(device) else {
            return;
        };
        self.keeping.asked.remove(&household);
        self.keeping.full.remove(&household);
        self.keeping
            .coming
            .retain(|(keeper, _)| *keeper != household);
        self.keeping
            .not_given
            .retain(|(keeper, _)| *keeper != household);
        self.keeping.pinning.remove(&household);
        self.keeping.reporting.remove(&household);
        self.keeping.reported.remove(&household);
        self.run_errands(household, out);
        self.go_on_keeping(household, now, out);
    }

    /// Does whatever waits to be done with a neighbour, if it is here.
    pub(super) fn go_on_keeping(
        &mut self,
        household: HouseholdId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(device) = self.device_here(household) else {
            return;
        };
        if self.state.kept.ending.contains_key(&household) {
            self.say_of_keeping(device, Asked::End(household), Keeping::End, out);
        }
        self.entrust(household, now, out);
        self.report(household, out);
        self.pull(out);
    }

    /// Goes on with every neighbour with whom there is a lease.
    pub(super) fn go_on_keeping_all(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let kept = &self.state.kept;
        let with = kept.keepers.keys().chain(kept.ending.keys());
        let with: BTreeSet<_> = with.copied().collect();
        for household in with {
            self.go_on_keeping(household, now, out);
        }
        self.pull(out);
    }

    /// Whether this home keeps for a household under a lease that goes on.
    fn keeps_for(&self, household: HouseholdId) -> bool {
        let held = self.state.kept.owners.get(&household);
        held.is_some_and(|held| held.ending.is_none())
    }

    /// A connected device of a neighbour.
    fn device_here(&self, household: HouseholdId) -> Option<DeviceId> {
        let mut connected = self.connected.iter().copied();
        connected.find(|device| self.neighbour(*device) == Some(household))
    }

    /// Says something about keeping to a connected device. Whether it could be said.
    fn say_of_keeping(
        &mut self,
        device: DeviceId,
        asked: Asked,
        message: Keeping,
        out: &mut Vec<Output>,
    ) -> bool {
        let mut streets = self.state.streets.values();
        let street = streets.find(|s| s.members.household_of(device).is_some());
        let Some(street) = street.map(super::state::Street::id) else {
            return false;
        };
        let Some(rank) = self.current_rank(street) else {
            return false;
        };
        let sealed = self.seal_in(street, rank, &StreetMessage::Keeping(message));
        let said = sealed.is_some();
        if let Some(bytes) = sealed {
            self.ask(device, Pending::Keeping(asked), bytes, out);
        }
        said
    }

    fn keep_record(&mut self, record: KeeperRecord, out: &mut Vec<Output>) {
        self.store(Record::Keeper(record), out);
    }

    fn tell_of(&self, household: HouseholdId, out: &mut Vec<Output>) {
        out.push(Output::Emit(Event::Keeper { household }));
    }
}
