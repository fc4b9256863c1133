//! The street's address book: saying where this home can be reached, and knowing it of others.
//!
//! What a device says of itself ([`Whereabouts`]) is an item of the street, so gossip spreads it when it is new and
//! catch-up brings it to who was away. Beside it a home remembers where it reached a device itself, which also serves
//! before anything was said: tickets and welcomes are such hints.

use std::collections::BTreeMap;
use std::time::Duration;

use super::event::{Output, Timer};
use super::speaking::HearError;
use super::{Household, Record};
use crate::identity::{DeviceId, HouseholdId};
use crate::signed::Signed;
use crate::street::{Address, Item, MemberError, StreetId, Whereabouts};
use crate::time::Timestamp;
use crate::wire::limits::{ADDRESSES_PER_DEVICE, CLOCK_SKEW, WHEREABOUTS_GAP};

/// How long addresses have to stand still before they are told: a home that starts takes one after the other.
const SETTLED: Duration = Duration::from_secs(5);

impl Household {
    /// Our own addresses changed.
    pub(super) fn listening(
        &mut self,
        addresses: Vec<Address>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        if self.own_addresses != addresses {
            // From where it is now, it may reach others.
            self.sought.clear();
        }
        self.own_addresses = addresses;
        self.plan_whereabouts(now, out);
    }

    /// Sees to it that the street learns where this home is, if it does not know yet.
    pub(super) fn plan_whereabouts(&self, now: Timestamp, out: &mut Vec<Output>) {
        let Some(earliest) = self
            .state
            .streets
            .keys()
            .filter_map(|street| self.may_say_anew(*street))
            .min()
        else {
            return;
        };
        out.push(Output::SetTimer {
            at: earliest.max(now.after(SETTLED)),
            timer: Timer::Whereabouts,
        });
    }

    /// From when on a street takes other whereabouts of this home. Nothing if it knows already where that is.
    fn may_say_anew(&self, street: StreetId) -> Option<Timestamp> {
        let known = self.state.streets.get(&street)?;
        match known.whereabouts.get(&self.me.device_id()) {
            Some(said) if said.statement().addresses == self.my_addresses() => None,
            Some(said) => Some(said.statement().issued.after(WHEREABOUTS_GAP)),
            None if self.own_addresses.is_empty() => None,
            None => Some(Timestamp::from_ms(0)),
        }
    }

    /// Tells every street where this home is, if it is not where the street believes.
    pub(super) fn say_whereabouts(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let streets: Vec<_> = self.state.streets.keys().copied().collect();
        for street in streets {
            if self.may_say_anew(street).is_none_or(|from| from > now) {
                continue;
            }
            let said = self.sign(Whereabouts {
                street,
                addresses: self.my_addresses(),
                issued: now,
            });
            let item = Item::Whereabouts(said);
            if self.take_item(street, item.clone(), now, out).is_ok() {
                self.tell(street, item, out);
            }
        }
        self.plan_whereabouts(now, out);
    }

    /// Takes in where a device says that it is. Whoever is not connected is looked for there at once.
    pub(super) fn keep_whereabouts(
        &mut self,
        street: StreetId,
        said: Signed<Whereabouts>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.state.streets.get(&street).ok_or(HearError::Topic)?;
        let device = DeviceId::from_bytes(*said.signer().as_bytes());
        let new = said.statement();
        if let Some(known) = held.whereabouts.get(&device) {
            // Also a bound on how often anybody can have the whole street pass something on.
            if new.issued < known.statement().issued.after(WHEREABOUTS_GAP) {
                return Err(HearError::Known);
            }
        }
        if new.street != street {
            return Err(MemberError::OtherStreet.into());
        }
        held.members.speaker(&said)?;
        if !new.is_bounded() {
            return Err(MemberError::Full.into());
        }
        if new.issued > now.after(CLOCK_SKEW) {
            return Err(HearError::Untimely);
        }
        self.store(Record::Whereabouts(said), out);
        if self.is_member(device) && !self.connected.contains(&device) {
            self.sought.remove(&device);
            let addresses = self.addresses_of(device);
            out.push(Output::Dial { device, addresses });
        }
        Ok(())
    }

    /// Every device of every household of our streets, our own included.
    pub fn devices_of_members(&self) -> BTreeMap<DeviceId, HouseholdId> {
        let streets = self.state.streets.values();
        streets
            .flat_map(|street| street.members.devices())
            .collect()
    }

    /// Where this home can be reached, as far as it is told.
    pub(super) fn my_addresses(&self) -> Vec<Address> {
        let mut addresses = self.own_addresses.clone();
        addresses.truncate(ADDRESSES_PER_DEVICE);
        addresses
    }

    /// Where a device may be: what it said last, then where it was reached before. Twice as many as it may tell at most.
    pub(super) fn addresses_of(&self, device: DeviceId) -> Vec<Address> {
        let streets = self.state.streets.values();
        let said = streets.filter_map(|street| street.whereabouts.get(&device));
        let said = said.flat_map(|said| &said.statement().addresses);
        let reached = self.state.addresses.get(&device).into_iter().flatten();
        let mut addresses: Vec<Address> = Vec::new();
        for address in said.chain(reached) {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        addresses.truncate(2 * ADDRESSES_PER_DEVICE);
        addresses
    }

    /// The same, as it is handed to whoever enters. Nothing for a device of which nobody ever heard where it is.
    pub(super) fn told_addresses_of(&self, device: DeviceId) -> Option<Vec<Address>> {
        let mut streets = self.state.streets.values();
        let known = self.state.addresses.contains_key(&device)
            || streets.any(|street| street.whereabouts.contains_key(&device));
        let mut addresses = self.addresses_of(device);
        addresses.truncate(ADDRESSES_PER_DEVICE);
        known.then_some(addresses)
    }

    /// Keeps where a device of a member was reached, the newest first.
    pub(super) fn remember_address(
        &mut self,
        device: DeviceId,
        newest: Address,
        out: &mut Vec<Output>,
    ) {
        let known = self.state.addresses.get(&device);
        let others = known.into_iter().flatten().filter(|a| **a != newest);
        let others = others.take(ADDRESSES_PER_DEVICE - 1).cloned();
        let addresses: Vec<_> = std::iter::once(newest.clone()).chain(others).collect();
        if known != Some(&addresses) {
            self.store(Record::Addresses { device, addresses }, out);
        }
    }
}
