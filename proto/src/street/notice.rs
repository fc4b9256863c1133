//! The statement that begins an epoch, and how it reaches those who stay.
//!
//! A new key does not travel on a topic: each device that stays gets it wrapped to itself alone, from whichever
//! neighbour it meets first. Two epochs that were made at the same time, in two halves of a street that had lost each
//! other, do not fight: the higher number counts, then the lower id, and both keys keep opening what was sealed with
//! them.

use minicbor::{Decode, Encode};

use super::{EpochKey, Item, StreetId};
use crate::id::id;
use crate::identity::{DeviceId, HouseholdId};
use crate::signed::{Signed, Statement, StatementId};
use crate::time::Timestamp;

/// BLAKE3 `derive_key` context of the commitment to an epoch key.
const COMMIT_CONTEXT: &str = "streetlamp 2026 epoch commitment v1";

id! {
    /// Commits to an epoch key without telling it.
    EpochCommit, 32
}

impl EpochKey {
    /// The commitment that a notice carries.
    pub fn commit(&self) -> EpochCommit {
        EpochCommit::from_bytes(blake3::derive_key(COMMIT_CONTEXT, self.expose()))
    }
}

/// "From now on the street speaks with this key."
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EpochNotice {
    /// The street.
    #[n(0)]
    pub street: StreetId,
    /// Counts up from 1.
    #[n(1)]
    pub number: u32,
    /// Commits to the key.
    #[n(2)]
    pub commit: EpochCommit,
    /// The household that made it.
    #[n(3)]
    pub by: HouseholdId,
    /// Every household that was gone when it was made. None of them was given the key.
    #[n(4)]
    pub gone: Vec<HouseholdId>,
    /// Every device that was removed from its household when it was made. None of them was given the key either.
    #[n(5)]
    pub removed: Vec<DeviceId>,
    /// When.
    #[n(6)]
    pub issued: Timestamp,
}

impl Statement for EpochNotice {
    const CONTEXT: &'static str = "streetlamp/1 epoch";
}

/// Orders epochs so that the one to speak with comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct EpochRank {
    /// The number; the higher one counts.
    #[n(0)]
    pub number: u32,
    /// Among equal numbers the lower id counts, and so the higher of these.
    #[n(1)]
    inverted: StatementId,
}

impl Signed<EpochNotice> {
    /// Where this epoch stands among all of its street.
    pub fn rank(&self) -> EpochRank {
        EpochRank {
            number: self.statement().number,
            inverted: StatementId::from_bytes(self.id().as_bytes().map(|byte| !byte)),
        }
    }
}

/// An epoch on its way to one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EpochParcel {
    /// The statement.
    #[n(0)]
    pub notice: Signed<EpochNotice>,
    /// The key, in an age file for the device that gets the parcel and no other.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: Vec<u8>,
    /// The votes and farewells that show why somebody is gone, and the records that show which devices were removed.
    #[n(2)]
    pub reasons: Vec<Item>,
}
