//! The card of a household: what neighbours keep of it.

use minicbor::{Decode, Encode};

use super::{HouseholdId, Name};
use crate::recipient::Recipient;
use crate::signed::{Signed, Statement};
use crate::time::Timestamp;

/// The root's statement of how a household is called and where its grants go.
///
/// A publisher has no card: there is no field in which its key could stand as a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Card {
    /// The household.
    #[n(0)]
    pub household: HouseholdId,
    /// Its name, chosen by itself.
    #[n(1)]
    pub name: Name,
    /// Its reading key. Grants are wrapped to it.
    #[n(2)]
    pub reading: Recipient,
    /// When the card was made; the newest counts.
    #[n(3)]
    pub issued: Timestamp,
}

impl Statement for Card {
    const CONTEXT: &'static str = "streetlamp/1 household card";
}

impl Signed<Card> {
    /// Whether the root of the named household signed it.
    pub fn by_its_root(&self) -> bool {
        self.signer().as_bytes() == self.statement().household.as_bytes()
    }
}
