//! What is said inside a seal of the street: on its topic, and between two neighbours.

use minicbor::{Decode, Encode};

use super::{Address, Member};
use crate::alert::Alert;
use crate::id::id;
use crate::identity::DeviceId;
use crate::signed::Signed;
use crate::time::Timestamp;

id! {
    /// The first 16 bytes of a statement's id: enough to tell what one has.
    ShortId, 16
}

/// Every message of a street. There is none that asks for footage.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum StreetMessage {
    /// An alert. On the topic.
    #[n(0)]
    Alert(#[n(0)] Signed<Alert>),
    /// A household was admitted, or something about it is new. On the topic.
    #[n(1)]
    Member(#[n(0)] Member),
    /// "This is what I have; what did I miss?" To one neighbour.
    #[n(2)]
    CatchUp(#[n(0)] CatchUp),
    /// The answer to [`StreetMessage::CatchUp`].
    #[n(3)]
    CatchUpAnswer(#[n(0)] CatchUpAnswer),
    /// A grant, sealed again to its recipient's device. To one neighbour.
    #[n(4)]
    Parcel(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// The parcel is kept and need not be sent again.
    #[n(5)]
    ParcelKept,
}

/// Where a home is, and what its clock says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Home {
    /// The device that speaks.
    #[n(0)]
    pub device: DeviceId,
    /// Where it can be reached.
    #[n(1)]
    pub addresses: Vec<Address>,
    /// Its clock, so that a wrong one is noticed.
    #[n(2)]
    pub now: Timestamp,
}

/// What a home has of a street.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CatchUp {
    /// Who asks.
    #[n(0)]
    pub home: Home,
    /// The asker's own record, in case it was admitted while the other was away.
    #[n(1)]
    pub me: Member,
    /// A hash of each member record held.
    #[n(2)]
    pub members: Vec<ShortId>,
    /// Each alert held.
    #[n(3)]
    pub alerts: Vec<ShortId>,
}

/// What the other lacks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CatchUpAnswer {
    /// Who answers.
    #[n(0)]
    pub home: Home,
    /// Member records that differ.
    #[n(1)]
    pub members: Vec<Member>,
    /// Alerts that were missing.
    #[n(2)]
    pub alerts: Vec<Signed<Alert>>,
    /// Whether more are missing than fit.
    #[n(3)]
    pub more: bool,
}

impl ShortId {
    /// The short form of a 32-byte id.
    pub fn of(id: &[u8; 32]) -> Self {
        Self::from_bytes(id.first_chunk::<16>().copied().unwrap_or_default())
    }
}
