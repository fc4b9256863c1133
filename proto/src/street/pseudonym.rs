//! Pseudonyms: under which key a household speaks to people who do not know its street.
//!
//! An alert for everybody nearby is read by strangers, agencies and companies. It is signed by a key that says nothing
//! about the household and nothing about the street; only the street, under its seal, is told whose it is. One household
//! keeps one pseudonym on a street, so strangers can tell that two such alerts are by the same author, and no more.

use minicbor::{Decode, Encode};

use super::StreetId;
use crate::identity::HouseholdId;
use crate::signed::{PublicKey, Signed, Statement};
use crate::time::Timestamp;

/// The pseudonym's own statement of whom it speaks for, so that nobody can claim somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Pseudonym {
    /// On which street.
    #[n(0)]
    pub street: StreetId,
    /// For which household.
    #[n(1)]
    pub household: HouseholdId,
    /// Since when; the newest of a household counts.
    #[n(2)]
    pub issued: Timestamp,
}

impl Statement for Pseudonym {
    const CONTEXT: &'static str = "streetlamp/1 pseudonym";
}

/// A device's statement that the pseudonym is its household's. Said under the street's seal, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Announcement {
    /// What the pseudonym says itself.
    #[n(0)]
    pub pseudonym: Signed<Pseudonym>,
}

impl Statement for Announcement {
    const CONTEXT: &'static str = "streetlamp/1 pseudonym announcement";
}

impl Announcement {
    /// The key under which the household speaks.
    pub const fn key(&self) -> PublicKey {
        self.pseudonym.signer()
    }

    /// What the pseudonym says of itself.
    pub const fn said(&self) -> &Pseudonym {
        self.pseudonym.statement()
    }
}
