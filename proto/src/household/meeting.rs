//! Neighbours come and go: who is connected, where they live on the net, and what we missed of each other.

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::{Event, Output, Skew, Timer};
use super::{Household, Pending, REDIAL, Record};
use crate::access::Action;
use crate::identity::{DeviceId, HouseholdId};
use crate::street::{
    Address, CatchUp, CatchUpAnswer, Home, Member, ShortId, StreetId, StreetMessage,
};
use crate::time::Timestamp;
use crate::wire;
use crate::wire::limits::{ADDRESSES_PER_DEVICE, ALERTS_PER_ANSWER, DIRECT_FRAME};

/// Most devices dialled at one time; the others get their turn at the next.
const DIALS_AT_ONCE: usize = 16;
/// Most bytes of alerts in one answer: the rest of the frame is for members and padding.
const ANSWER_ALERTS: usize = DIRECT_FRAME / 2;

impl Household {
    /// A device is connected.
    pub(super) fn met(
        &mut self,
        device: DeviceId,
        address: Option<Address>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let fresh = self.connected.insert(device);
        self.show_tickets(device, now, out);
        let Some(household) = self.neighbour(device) else {
            return;
        };
        self.heard.insert(household, now);
        if let Some(address) = address {
            self.remember_addresses(device, vec![address], out);
        }
        if fresh {
            out.push(Output::Emit(Event::Neighbour {
                household,
                connected: true,
            }));
            self.greet(device, now, out);
        }
    }

    /// A device is gone.
    pub(super) fn parted(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        self.connected.remove(&device);
        if let Some(household) = self.neighbour(device) {
            self.heard.insert(household, now);
            let connected = self
                .connected
                .iter()
                .any(|d| self.neighbour(*d) == Some(household));
            out.push(Output::Emit(Event::Neighbour {
                household,
                connected,
            }));
        }
    }

    /// Asks a neighbour what was missed and hands over what waits for it.
    pub(super) fn greet(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        let shared = self
            .state
            .streets
            .values()
            .filter(|s| s.members.household_of(device).is_some());
        let shared: Vec<_> = shared.map(super::state::Street::id).collect();
        for street in shared {
            self.catch_up(street, device, now, out);
        }
        self.send_parcels(device, out);
    }

    fn catch_up(
        &mut self,
        street: StreetId,
        device: DeviceId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let home = self.my_home(now);
        let Some(held) = self.state.streets.get(&street) else {
            return;
        };
        let me = held
            .members
            .get(self.me.household())
            .cloned()
            .unwrap_or_else(|| self.my_member());
        let question = StreetMessage::CatchUp(CatchUp {
            home,
            me,
            members: held.members.iter().map(member_id).collect(),
            alerts: held
                .alerts
                .keys()
                .map(|id| ShortId::of(id.as_bytes()))
                .collect(),
        });
        if let Some(bytes) = self.seal_for(street, &question) {
            self.ask(device, Pending::CatchUp(street, device), bytes, out);
        }
    }

    /// Asks one connected neighbour, so that what gossip lost is found although nobody reconnected.
    pub(super) fn catch_up_with_somebody(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let neighbours: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.neighbour(*d).is_some())
            .collect();
        let pick = u32::from_be_bytes(self.random());
        let picked = usize::try_from(pick)
            .ok()
            .and_then(|n| n.checked_rem(neighbours.len()));
        if let Some(device) = picked.and_then(|n| neighbours.get(n)) {
            self.greet(*device, now, out);
        }
    }

    /// Answers a sealed request of a neighbour; nothing to anybody else.
    pub(super) fn street_request(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<Vec<u8>> {
        let (street, message) = self.unseal_from(bytes)?;
        let answer = match message {
            StreetMessage::CatchUp(question) => {
                // It may have been admitted while we were away: its record says by whom.
                self.admit(street, std::slice::from_ref(&question.me), out);
                if !self.may(from, Action::CatchUp) || question.home.device != from {
                    return None;
                }
                self.heard_from(&question.home, now, out);
                StreetMessage::CatchUpAnswer(self.answer_catch_up(street, &question, now)?)
            }
            StreetMessage::Parcel(parcel) if self.may(from, Action::DeliverGrant) => {
                self.take_parcel(street, &parcel, now, out)?;
                StreetMessage::ParcelKept
            }
            _ => return None,
        };
        self.seal_for(street, &answer)
    }

    fn answer_catch_up(
        &self,
        street: StreetId,
        question: &CatchUp,
        now: Timestamp,
    ) -> Option<CatchUpAnswer> {
        let held = self.state.streets.get(&street)?;
        let members: BTreeSet<_> = question.members.iter().collect();
        let alerts: BTreeSet<_> = question.alerts.iter().collect();
        let lacking = held
            .alerts
            .iter()
            .filter(|(id, _)| !alerts.contains(&ShortId::of(id.as_bytes())));
        let mut lacking = lacking.map(|(_, held)| &held.alert).peekable();
        let mut told = Vec::new();
        let mut room = ANSWER_ALERTS;
        while let Some(alert) = lacking
            .next_if(|alert| told.len() < ALERTS_PER_ANSWER && alert.to_bytes().len() <= room)
        {
            room -= alert.to_bytes().len();
            told.push(alert.clone());
        }
        Some(CatchUpAnswer {
            home: self.my_home(now),
            members: held
                .members
                .iter()
                .filter(|m| !members.contains(&member_id(m)))
                .cloned()
                .collect(),
            alerts: told,
            more: lacking.next().is_some(),
        })
    }

    /// Takes in what a neighbour says was missed.
    pub(super) fn caught_up(
        &mut self,
        street: StreetId,
        device: DeviceId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some((answered, StreetMessage::CatchUpAnswer(answer))) =
            bytes.and_then(|b| self.unseal_from(b))
        else {
            return;
        };
        if answered != street || answer.home.device != device {
            return;
        }
        self.heard_from(&answer.home, now, out);
        self.admit(street, &answer.members, out);
        let fresh = self.keep_alerts(street, answer.alerts, now, out);
        // Only progress earns another round: a neighbour who always says "more" is not asked for ever.
        if answer.more && fresh > 0 {
            self.catch_up(street, device, now, out);
        }
    }

    pub(super) fn heard_from(&mut self, home: &Home, now: Timestamp, out: &mut Vec<Output>) {
        let Some(household) = self.neighbour(home.device) else {
            return;
        };
        self.heard.insert(household, now);
        self.skews.insert(household, home.now.ahead_of(now));
        if !home.addresses.is_empty() {
            self.remember_addresses(home.device, home.addresses.clone(), out);
        }
    }

    /// Keeps addresses of a neighbour's device, the newest first.
    fn remember_addresses(
        &mut self,
        device: DeviceId,
        newest: Vec<Address>,
        out: &mut Vec<Output>,
    ) {
        let known = self.state.addresses.get(&device);
        let mut addresses = newest;
        for address in known.into_iter().flatten() {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        addresses.truncate(ADDRESSES_PER_DEVICE);
        if known != Some(&addresses) {
            self.store(Record::Addresses { device, addresses }, out);
        }
    }

    /// Looks for neighbours who are not connected and hands over what waits for those who are.
    pub(super) fn redial(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let mut away: Vec<_> = self
            .state
            .addresses
            .iter()
            .filter(|(device, _)| {
                !self.connected.contains(device) && self.neighbour(**device).is_some()
            })
            .map(|(device, addresses)| (*device, addresses.clone()))
            .collect();
        if away.len() > DIALS_AT_ONCE {
            // Start somewhere else each time, so that everybody gets a turn.
            let turn = usize::try_from(u32::from_be_bytes(self.random())).unwrap_or(0) % away.len();
            away.rotate_left(turn);
            away.truncate(DIALS_AT_ONCE);
        }
        for (device, addresses) in away {
            out.push(Output::Dial { device, addresses });
        }
        let here: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.neighbour(*d).is_some())
            .collect();
        for device in here {
            self.send_parcels(device, out);
        }
        out.push(Output::SetTimer {
            at: now.after(REDIAL),
            timer: Timer::Redial,
        });
    }

    /// The neighbour to whom a device belongs; nobody for our own.
    pub(super) fn neighbour(&self, device: DeviceId) -> Option<HouseholdId> {
        let mut streets = self.state.streets.values();
        streets
            .find_map(|s| s.members.household_of(device))
            .filter(|household| *household != self.me.household())
    }

    /// Connected devices of a street's members.
    pub(super) fn connected_members(&self, street: StreetId) -> Vec<DeviceId> {
        let Some(street) = self.state.streets.get(&street) else {
            return Vec::new();
        };
        self.connected
            .iter()
            .copied()
            .filter(|d| street.members.household_of(*d).is_some())
            .collect()
    }

    /// How far this home's clock is from the median neighbour's.
    pub(super) fn clock_skew(&self) -> Option<Skew> {
        let mut ahead: Vec<_> = self.skews.values().copied().collect();
        ahead.sort_unstable();
        let median = ahead.get(ahead.len() / 2)?;
        Some(Skew {
            by: Duration::from_millis(median.unsigned_abs()),
            ahead: *median < 0,
        })
    }

    /// Seals a message for the members of a street.
    pub(super) fn seal_for(
        &mut self,
        street: StreetId,
        message: &StreetMessage,
    ) -> Option<Vec<u8>> {
        let (_, key) = self.state.streets.get(&street)?.epoch()?;
        Some(key.seal(street, &wire::to_cbor(message), &mut self.rng))
    }

    /// Opens a sealed message with whichever epoch of whichever street it was sealed.
    fn unseal_from(&self, bytes: &[u8]) -> Option<(StreetId, StreetMessage)> {
        let keys = self
            .state
            .streets
            .values()
            .flat_map(|s| s.epochs.values().rev().map(move |key| (s.id(), key)));
        for (street, key) in keys {
            if let Ok(opened) = key.open(street, bytes, DIRECT_FRAME) {
                return wire::from_cbor(&opened)
                    .ok()
                    .map(|message| (street, message));
            }
        }
        None
    }
}

/// Changes whenever anything about the member does.
fn member_id(member: &Member) -> ShortId {
    ShortId::of(blake3::hash(&wire::to_cbor(member)).as_bytes())
}
