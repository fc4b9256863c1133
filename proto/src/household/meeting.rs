//! Neighbours come and go: who is connected, and how right our clock is. Where they are is `finding`'s business.

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::{Event, Output, Timer};
use super::failure::Skew;
use super::{Household, REDIAL, REDIAL_SOON};
use crate::identity::{DeviceId, HouseholdId};
use crate::street::{Address, Home, StreetId};
use crate::time::Timestamp;

/// Most devices dialled at one time; the others get their turn at the next.
const DIALS_AT_ONCE: usize = 16;
/// How often a neighbour is looked for who was not found by then: less than the five minutes in which a home that moved
/// is to be found, and seldom enough that a street half of which is away costs little.
const REDIAL_LATER: Duration = Duration::from_secs(100);
/// How often one is looked for who is away for longer, perhaps for weeks, while somebody else is here. Each attempt is a
/// handful of packets of 1,200 bytes that nobody answers (RFC 9000, section 14.1): about a megabyte a day.
const REDIAL_SELDOM: Duration = Duration::from_secs(10 * 60);
/// How many times a neighbour is looked for at each [`REDIAL`] before it happens less often: two minutes long, as long as a
/// connection takes to notice that it is gone.
const KEENLY: u32 = 6;
/// After how many times it happens seldom: an hour.
const PATIENTLY: u32 = KEENLY + 36;
/// Neighbours who are asked what was missed, one of whom is asked what publishers said, too. That is told on topics of their
/// own to many homes, and is seldom lost while this home is there.
const ASKED_AROUND: u32 = 6;

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
        self.sought.remove(&device);
        if fresh && self.connected.len() == 1 {
            // It was this home that was away.
            self.sought.clear();
            self.redial_soon(now, out);
        }
        self.show_passes(device, out);
        self.hand_farewells(device, out);
        if fresh {
            self.say_soon(now, out);
        } else {
            self.say_if_lost(now, out);
        }
        if !self.is_member(device) {
            return;
        }
        if let Some(address) = address {
            self.remember_address(device, address, out);
        }
        self.greet(device, now, out);
        let Some(household) = self.neighbour(device) else {
            return;
        };
        self.heard.insert(household, now);
        if fresh {
            out.push(Output::Emit(Event::Neighbour {
                household,
                connected: true,
            }));
        }
    }

    /// A device is gone.
    pub(super) fn parted(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        self.connected.remove(&device);
        self.unsettled.remove(&device);
        self.known_to.retain(|(_, known)| *known != device);
        self.list_ended(device, out);
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
            self.redial_soon(now, out);
        }
    }

    /// Asks a neighbour what was missed and hands over what waits for it.
    pub(super) fn greet(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        self.ask_again(device, now, out);
        self.ask_around(device, out);
    }

    /// The same, without what publishers said.
    fn ask_again(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
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
        self.keeping_met(device, now, out);
    }

    /// Asks one connected neighbour, so that what gossip lost is found although nobody reconnected.
    pub(super) fn catch_up_with_somebody(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let neighbours: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.is_member(*d))
            .collect();
        let pick = u32::from_be_bytes(self.random());
        let picked = usize::try_from(pick)
            .ok()
            .and_then(|n| n.checked_rem(neighbours.len()));
        let Some(device) = picked.and_then(|n| neighbours.get(n)).copied() else {
            return;
        };
        self.ask_again(device, now, out);
        if u32::from_be_bytes(self.random()).is_multiple_of(ASKED_AROUND) {
            self.ask_around(device, out);
        }
    }

    pub(super) fn heard_from(&mut self, home: &Home, now: Timestamp) {
        if !self.is_member(home.device) {
            return;
        }
        if let Some(household) = self.neighbour(home.device) {
            self.heard.insert(household, now);
            self.skews.insert(household, home.now.ahead_of(now));
        }
    }

    /// Looks for neighbours who are not connected, hands over what waits for those who are, and compares again with
    /// those with whom that was cut off.
    pub(super) fn redial(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let streets = self.state.streets.values();
        let said = streets.flat_map(|street| street.whereabouts.keys());
        let known: BTreeSet<_> = self.state.addresses.keys().chain(said).copied().collect();
        self.sought.retain(|device, _| known.contains(device));
        // What is further away than it may be was planned before the clock was set back.
        let due = |next: Timestamp| next <= now || next > now.after(REDIAL_SELDOM);
        let mut away: Vec<_> = known
            .into_iter()
            .filter(|device| !self.connected.contains(device))
            .filter(|device| self.sought.get(device).is_none_or(|(_, next)| due(*next)))
            .filter(|device| self.is_member(*device))
            .collect();
        if away.len() > DIALS_AT_ONCE {
            // Start somewhere else each time, so that everybody gets a turn.
            let turn = usize::try_from(u32::from_be_bytes(self.random())).unwrap_or(0) % away.len();
            away.rotate_left(turn);
            away.truncate(DIALS_AT_ONCE);
        }
        let alone = self.connected.is_empty();
        for device in away {
            let (times, next) = self.sought.entry(device).or_insert((0, now));
            *times = times.saturating_add(1);
            *next = now.after(match *times {
                ..KEENLY => REDIAL,
                PATIENTLY.. if !alone => REDIAL_SELDOM,
                _ => REDIAL_LATER,
            });
            let addresses = self.addresses_of(device);
            out.push(Output::Dial { device, addresses });
        }
        let here: Vec<_> = self
            .connected
            .iter()
            .copied()
            .filter(|d| self.neighbour(*d).is_some())
            .collect();
        for device in here {
            if self.unsettled.remove(&device) {
                self.greet(device, now, out);
            } else {
                self.send_parcels(device, out);
            }
        }
        self.go_on_keeping_all(now, out);
        self.redial_by(now.after(REDIAL), out);
    }

    /// Only ever sooner: who comes and goes all the time must not keep us from looking for the others.
    fn redial_soon(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let soon = now.after(REDIAL_SOON);
        if soon < self.redial_at {
            self.redial_by(soon, out);
        }
    }

    fn redial_by(&mut self, at: Timestamp, out: &mut Vec<Output>) {
        self.redial_at = at;
        let timer = Timer::Redial;
        out.push(Output::SetTimer { at, timer });
    }

    /// Whether a device belongs to a household of our streets, our own other devices included.
    pub(super) fn is_member(&self, device: DeviceId) -> bool {
        let mut streets = self.state.streets.values();
        device != self.me.device_id() && streets.any(|s| s.members.household_of(device).is_some())
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

    /// How far this home's clock is from the median neighbour's. Of two in the middle the one that is closer counts: a
    /// single wrong clock on the street does not make the others doubt theirs.
    pub(super) fn clock_skew(&self) -> Option<Skew> {
        let mut ahead: Vec<_> = self.skews.values().copied().collect();
        ahead.sort_unstable();
        let last = ahead.len().checked_sub(1)?;
        let middle = [ahead.get(last / 2)?, ahead.get(ahead.len() / 2)?];
        let median = middle.into_iter().min_by_key(|ms| ms.unsigned_abs())?;
        Some(Skew {
            by: Duration::from_millis(median.unsigned_abs()),
            ahead: *median < 0,
        })
    }
}
