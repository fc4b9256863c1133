//! Coming back: a member's new device is let in by any neighbour, without a ticket.
//!
//! What a removed device or a household that is gone asks gets no more than a refusal: the highest certificate counts,
//! and one that was ended stays so. Asking twice gives the same answer twice.

use super::entering::{Entering, Pass};
use super::event::{CommandId, Output};
use super::failure::Failure;
use super::{Household, Record};
use crate::access::{self, Action, Party};
use crate::identity::DeviceId;
use crate::signed::Signed;
use crate::street::{Crowded, Door, Item, Member, Refusal, ReturnRequest, Welcome};
use crate::time::Timestamp;
use crate::wire::limits::{
    ADDRESSES_PER_DEVICE, DEVICES_PER_HOUSEHOLD, JOIN_FRAME, STREETS_PER_HOUSEHOLD,
};
use crate::wire::{self, Kind};

/// Why a device is not let in again.
#[derive(Debug)]
pub(super) enum NotBack {
    /// It may not.
    Refused(Refusal),
    /// There is no room for it.
    Crowded(Crowded),
}

impl From<Refusal> for NotBack {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Household {
    /// Starts coming back through a neighbour. The command is answered when the neighbour has.
    pub(super) fn come_back(
        &mut self,
        command: CommandId,
        door: Door,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        if door.device == self.me.device_id() {
            return Err(Failure::Oneself);
        }
        if self.state.streets.len() >= STREETS_PER_HOUSEHOLD {
            return Err(Failure::AlreadyMember);
        }
        self.enter_by(command, Entering::with(Pass::Membership(door)), now, out);
        Ok(())
    }

    /// Lets a device of a member in.
    pub(super) fn try_let_back(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Welcome, NotBack> {
        let request: ReturnRequest =
            wire::unframe(Kind::Return, bytes, JOIN_FRAME).map_err(|_| Refusal::NotValid)?;
        let household = request.household_of(from).ok_or(Refusal::Card)?;
        let mut streets = self.state.streets.values();
        let street = streets
            .find(|street| street.members.get(household).is_some())
            .filter(|_| access::allows(Party::Returning, Action::Return))
            .ok_or(Refusal::NotMember)?
            .id();
        let member = Member {
            card: request.card,
            devices: request.ended.into_iter().chain([request.device]).collect(),
            vouches: Vec::new(),
            pseudonym: None,
        };
        let fresh = self.admit(street, &[member], now, out);
        let held = self.state.streets.get(&street).ok_or(Refusal::NotMember)?;
        match held.members.certificate(from) {
            Some(cert) if cert.household == household && cert.ended.is_none() => {}
            Some(_) => return Err(Refusal::NotMember.into()),
            None => {
                let known = held.members.get(household).map(|member| &member.devices);
                let there = known.into_iter().flatten();
                let there = there.filter(|cert| cert.statement().ended.is_none());
                let devices: Vec<Signed<_>> = there.cloned().collect();
                return Err(if devices.len() < DEVICES_PER_HOUSEHOLD {
                    Refusal::Full.into()
                } else {
                    NotBack::Crowded(Crowded { devices })
                });
            }
        }
        let mut addresses = request.addresses;
        addresses.truncate(ADDRESSES_PER_DEVICE);
        let device = from;
        self.store(Record::Addresses { device, addresses }, out);
        for member in fresh {
            self.tell(street, Item::Member(member), out);
        }
        self.welcome(street, from)
            .ok_or_else(|| Refusal::NotMember.into())
    }
}
