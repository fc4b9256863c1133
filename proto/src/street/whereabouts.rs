//! Where a device of a member can be reached, in its own words.
//!
//! Together they are the street's address book: every home holds the newest of every device, and a home that moved is
//! found again by whoever meets anybody who has heard of it. A signature keeps neighbours from moving each other away.

use minicbor::{Decode, Encode};

use super::{Address, StreetId};
use crate::signed::Statement;
use crate::time::Timestamp;
use crate::wire::limits::ADDRESSES_PER_DEVICE;

/// "Here I can be reached", by the device that signs. The newest counts; one without addresses says: nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Whereabouts {
    /// To which street it is told: it is nobody else's business.
    #[n(0)]
    pub street: StreetId,
    /// Where, the best first; at most [`ADDRESSES_PER_DEVICE`].
    #[n(1)]
    pub addresses: Vec<Address>,
    /// When.
    #[n(2)]
    pub issued: Timestamp,
}

impl Statement for Whereabouts {
    const CONTEXT: &'static str = "streetlamp/1 whereabouts";
}

impl Whereabouts {
    /// Whether it is within its bounds.
    pub(crate) fn is_bounded(&self) -> bool {
        self.addresses.len() <= ADDRESSES_PER_DEVICE
    }
}
