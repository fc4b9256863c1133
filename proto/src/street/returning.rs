//! Coming back to a street with a device that it does not know yet, and without a ticket.
//!
//! Whoever is a member stays one when the box is gone. The new device proves by its root's certificate that it belongs
//! to a household of the street, and by the connection that it is that device; a request that somebody else recorded is
//! worth nothing on another connection. The answer is a [`Welcome`](super::Welcome), as for a newcomer.
//!
//! A household that has as many devices as it may has to say which one is gone: it is told [`Crowded`], and shows the
//! certificates that its root has ended since when it asks again. Only the root decides who makes room.

use minicbor::{Decode, Encode};

use super::Address;
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId};
use crate::signed::Signed;
use crate::wire::limits::ENDED_SHOWN;

/// "I am a device of a household of yours: let me in again."
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ReturnRequest {
    /// The household's card; its reading key may be new.
    #[n(0)]
    pub card: Signed<Card>,
    /// The certificate of the device that asks.
    #[n(1)]
    pub device: Signed<DeviceCert>,
    /// Where the device can be reached.
    #[n(2)]
    pub addresses: Vec<Address>,
    /// Ended certificates of the household, at most [`ENDED_SHOWN`]: the street may not know yet that they are.
    #[n(3)]
    pub ended: Vec<Signed<DeviceCert>>,
}

/// "Your household has as many devices as it may." Said to one of them only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Crowded {
    /// Those that the street knows and that were not removed.
    #[n(0)]
    pub devices: Vec<Signed<DeviceCert>>,
}

impl ReturnRequest {
    /// The household, if card and certificates are by its root, belong together, and are of the device that asks or ended.
    pub fn household_of(&self, from: DeviceId) -> Option<HouseholdId> {
        let household = self.card.statement().household;
        let cert = self.device.statement();
        let is_ended = |cert: &Signed<DeviceCert>| {
            let said = cert.statement();
            cert.by_its_root() && said.household == household && said.ended.is_some()
        };
        let holds = self.card.by_its_root()
            && self.ended.len() <= ENDED_SHOWN
            && self.ended.iter().all(is_ended)
            && self.device.by_its_root()
            && cert.household == household
            && cert.device == from
            && cert.ended.is_none();
        holds.then_some(household)
    }
}
