//! Coming back to a street with a device that it does not know yet, and without a ticket.
//!
//! Whoever is a member stays one when the box is gone. The new device proves by its root's certificate that it belongs
//! to a household of the street, and by the connection that it is that device; a request that somebody else recorded is
//! worth nothing on another connection. The answer is a [`Welcome`](super::Welcome), as for a newcomer.

use minicbor::{Decode, Encode};

use super::Address;
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId};
use crate::signed::Signed;

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
}

impl ReturnRequest {
    /// The household, if card and certificate are by its root, belong together, and are of the device that asks.
    pub fn household_of(&self, from: DeviceId) -> Option<HouseholdId> {
        let household = self.card.statement().household;
        let cert = self.device.statement();
        let holds = self.card.by_its_root()
            && self.device.by_its_root()
            && cert.household == household
            && cert.device == from
            && cert.ended.is_none();
        holds.then_some(household)
    }
}
