//! New epochs: who makes one, who takes one over, and how its key gets to everybody who stays.
//!
//! Whoever knows that somebody is gone who still holds the key, a household or a single device of one, makes the next
//! epoch, in turns, so that one home is enough; so does whoever finds the key a month old. Nobody is asked for permission: an epoch is valid if its reasons
//! are, and any number of them made at the same time ends in one ([`EpochRank`]).

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::{Event, Output, Timer};
use super::state::Street;
use super::{Household, Pending, Record};
use crate::access::Action;
use crate::identity::{DeviceId, HouseholdId};
use crate::signed::Signed;
use crate::street::{
    EpochKey, EpochNotice, EpochParcel, EpochRank, Item, Member, StreetId, StreetMessage,
};
use crate::time::Timestamp;
use crate::wire::limits::{ALERT_LIFE_SEARCH, CLOCK_SKEW, EPOCHS_PER_STREET};

/// A key is used for a month.
const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Without a reason no epoch follows another sooner than this.
const LEAST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Records of households that removed a device which one epoch parcel carries as reasons: with every device and vouch that
/// it may have, and the longest name, one takes 11 KiB. More come by catch-up.
const RECORDS: usize = 16;
/// How long a home waits for the one whose turn is before its own.
const TURN: Duration = Duration::from_secs(3);
/// How long the key of an older epoch is kept: until all that was said in it is over.
const GRACE: Duration = ALERT_LIFE_SEARCH;

impl Household {
    /// Sets the timer for this home's turn to make the next epoch of a street, if it needs one.
    pub(super) fn plan_epoch(&self, street: StreetId, now: Timestamp, out: &mut Vec<Output>) {
        let Some(held) = self.state.streets.get(&street) else {
            return;
        };
        let turn = TURN * u32::try_from(self.turn(held)).unwrap_or(u32::MAX);
        let at = if needs_epoch(held, now) {
            now.after(turn)
        } else {
            let Some(epoch) = held.epoch() else { return };
            // A timer reaches a day at most: a clock that was set meanwhile does no harm.
            let due = epoch.notice.statement().issued.after(LIFE).after(turn);
            due.min(now.after(Duration::from_secs(24 * 3600)))
        };
        let timer = Timer::NextEpoch(street);
        out.push(Output::SetTimer { at, timer });
    }

    /// How many connected neighbours come before this home, in an order that nobody chose.
    fn turn(&self, street: &Street) -> usize {
        let Some(epoch) = street.epoch() else {
            return 0;
        };
        let rank = |household: HouseholdId| {
            let both = [&household.as_bytes()[..], epoch.notice.id().as_bytes()].concat();
            *blake3::hash(&both).as_bytes()
        };
        let mine = rank(self.me.household());
        let here: BTreeSet<_> = self
            .connected
            .iter()
            .filter_map(|device| street.members.household_of(*device))
            .filter(|household| *household != self.me.household())
            .collect();
        here.into_iter().filter(|h| rank(*h) < mine).count()
    }

    /// Makes the next epoch if it is still needed.
    pub(super) fn next_epoch_due(
        &mut self,
        street: StreetId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let needed = self
            .state
            .streets
            .get(&street)
            .is_some_and(|held| needs_epoch(held, now));
        if needed {
            self.make_epoch(street, now, out);
        } else {
            self.plan_epoch(street, now, out);
        }
    }

    /// Makes the next epoch of a street. Returns its number.
    pub(super) fn make_epoch(
        &mut self,
        street: StreetId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<u32> {
        let held = self.state.streets.get(&street)?;
        let number = held
            .epoch()
            .map_or(1, |e| e.notice.statement().number.saturating_add(1));
        let departures: Vec<_> = held.members.departures().collect();
        let gone = departures.iter().map(|gone| gone.household).collect();
        let removed = held.members.removed_devices().collect();
        // Later than what it follows from, although the clocks of two homes may differ.
        let last = departures.iter().map(|gone| gone.at).max();
        let key = EpochKey::generate(&mut self.rng);
        let notice = self.sign(EpochNotice {
            street,
            number,
            commit: key.commit(),
            by: self.me.household(),
            gone,
            removed,
            issued: last.map_or(now, |at| at.max(now)),
        });
        self.begin_epoch(notice, key, now, out);
        Some(number)
    }

    /// Keeps an epoch, listens in it, and passes it on to every neighbour who is here.
    pub(super) fn begin_epoch(
        &mut self,
        notice: Signed<EpochNotice>,
        key: EpochKey,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let street = notice.statement().street;
        let before = self.state.streets.get(&street).and_then(Street::epoch);
        let before = before.map(|epoch| epoch.notice.rank());
        out.push(Output::Subscribe(key.topic(street)));
        self.store(
            Record::Epoch {
                notice,
                key,
                since: now,
            },
            out,
        );
        out.push(Output::Emit(Event::Street { street }));
        if let Some(before) = before {
            for device in self.connected_members(street) {
                self.send_epoch(street, device, before, out);
            }
        }
        self.plan_epoch(street, now, out);
    }

    /// Hands the current epoch to a neighbour, sealed with an older one that it has.
    pub(super) fn send_epoch(
        &mut self,
        street: StreetId,
        device: DeviceId,
        sealed_in: EpochRank,
        out: &mut Vec<Output>,
    ) {
        if let Some(parcel) = self.epoch_parcel(street, device) {
            let message = StreetMessage::Epoch(parcel);
            if let Some(bytes) = self.seal_in(street, sealed_in, &message) {
                let pending = Pending::Epoch(street, device, sealed_in);
                self.ask(device, pending, bytes, out);
            }
        }
    }

    /// The current epoch for one device of a member, and for no other.
    pub(super) fn epoch_parcel(&self, street: StreetId, device: DeviceId) -> Option<EpochParcel> {
        let held = self.state.streets.get(&street)?;
        if !self.may(device, Action::ReadAlerts) {
            return None;
        }
        let sealing = &held.members.certificate(device)?.sealing;
        let epoch = held.epoch()?;
        let leaves = held.members.leaves().cloned().map(Item::Leave);
        let votes = held.members.votes().cloned().map(Item::Vote);
        let removing = |member: &&Member| {
            let mut certs = member.devices.iter().map(Signed::statement);
            certs.any(|cert| cert.ended.is_some())
        };
        let records = held.members.iter().filter(removing);
        let records = records.take(RECORDS).cloned().map(Item::Member);
        Some(EpochParcel {
            notice: epoch.notice.clone(),
            key: sealing.seal(epoch.key.expose()).ok()?,
            reasons: leaves.chain(votes).chain(records).collect(),
        })
    }

    /// Takes over an epoch that a neighbour handed on. Nothing if it is not valid here.
    pub(super) fn take_epoch(
        &mut self,
        street: StreetId,
        parcel: EpochParcel,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<()> {
        self.take_items(street, parcel.reasons, now, out);
        let held = self.state.streets.get(&street)?;
        if held.epochs.contains_key(&parcel.notice.rank()) {
            return Some(());
        }
        self.check_epoch(held, &parcel.notice, now)?;
        let key = self.me.sealing.open(&parcel.key, 32).ok()?;
        let key = EpochKey::from_slice(&key)?;
        if key.commit() != parcel.notice.statement().commit {
            return None;
        }
        self.begin_epoch(parcel.notice, key, now, out);
        Some(())
    }

    fn check_epoch(
        &self,
        held: &Street,
        notice: &Signed<EpochNotice>,
        now: Timestamp,
    ) -> Option<()> {
        let said = notice.statement();
        let by = held.members.speaker(notice).ok()?;
        let current = held.epoch()?;
        let known = current.notice.statement();
        let honest = said.street == held.id()
            && by == said.by
            && said.issued <= now.after(CLOCK_SKEW)
            // Nobody is left out whose departure is not proven here.
            && !said.gone.iter().any(|household| {
                let member = held.members.get(*household);
                member.is_some_and(|m| m.admitted() <= said.issued)
            })
            && !said.removed.iter().any(|d| held.members.household_of(*d).is_some());
        let newly = held.members.departures().filter(|gone| {
            let listed = said.gone.contains(&gone.household);
            listed && (gone.at > known.issued || !known.gone.contains(&gone.household))
        });
        let rests = said.issued.since(known.issued).as_secs() / LEAST.as_secs();
        let removed = held.members.removed_devices();
        let removed = removed.filter(|d| said.removed.contains(d) && !known.removed.contains(d));
        // As many steps ahead as there are reasons: households and devices that went, and time that passed.
        let reasons = (newly.count() as u64)
            .saturating_add(removed.count() as u64)
            .saturating_add(rests);
        let steps = u64::from(said.number.saturating_sub(known.number));
        let newer = notice.rank() > current.notice.rank() && steps <= reasons;
        (honest && newer && held.epochs.len() < EPOCHS_PER_STREET).then_some(())
    }

    /// The neighbour has the epoch, or could not read what it was sealed in.
    pub(super) fn epoch_answered(
        &mut self,
        street: StreetId,
        device: DeviceId,
        sealed_in: EpochRank,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let kept = bytes.and_then(|b| self.unseal_from(b));
        if matches!(kept, Some((id, _, StreetMessage::Kept)) if id == street) {
            self.catch_up(street, device, now, out);
        } else {
            self.offer_older(street, device, sealed_in, out);
        }
    }

    /// Tries the next older epoch on a neighbour who did not understand a newer one.
    pub(super) fn offer_older(
        &mut self,
        street: StreetId,
        device: DeviceId,
        than: EpochRank,
        out: &mut Vec<Output>,
    ) {
        if !self.connected.contains(&device) {
            return;
        }
        let older = self.state.streets.get(&street).and_then(|held| {
            let mut older = held.epochs.range(..than);
            older.next_back().map(|(rank, _)| *rank)
        });
        if let Some(older) = older {
            self.send_epoch(street, device, older, out);
        }
    }

    /// Forgets keys in which nothing is left to be said or read.
    pub(super) fn sweep_epochs(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let mut over = Vec::new();
        for street in self.state.streets.values() {
            let mut newer = None;
            for epoch in street.epochs.values().rev() {
                if newer.is_some_and(|since: Timestamp| now.since(since) > GRACE) {
                    over.push((epoch.notice.id(), epoch.topic.clone()));
                }
                newer = Some(epoch.since);
            }
        }
        for (epoch, topic) in over {
            self.store(Record::EpochGone(epoch), out);
            out.push(Output::Unsubscribe(topic));
        }
    }
}

/// Whether a street needs a new epoch: somebody who is gone has the key, or it is old.
fn needs_epoch(street: &Street, now: Timestamp) -> bool {
    let Some(epoch) = street.epoch() else {
        return false;
    };
    let notice = epoch.notice.statement();
    let mut departures = street.members.departures();
    let mut removed = street.members.removed_devices();
    removed.any(|device| !notice.removed.contains(&device))
        || departures.any(|gone| gone.at > notice.issued || !notice.gone.contains(&gone.household))
        || now.since(notice.issued) >= LIFE
}
