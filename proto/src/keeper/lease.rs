//! A lease: so much room, until then.

use minicbor::{Decode, Encode};

use crate::identity::HouseholdId;
use crate::signed::{Signed, Statement};
use crate::street::{MemberError, Members};
use crate::time::Timestamp;
use crate::wire::limits::LEASE_LIFE;

/// A keeper's promise to hold sealed bytes for one household. It ends by itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Lease {
    /// Who keeps.
    #[n(0)]
    pub keeper: HouseholdId,
    /// For whom.
    #[n(1)]
    pub owner: HouseholdId,
    /// Sealed bytes, at most.
    #[n(2)]
    pub bytes: u64,
    /// When it was given.
    #[n(3)]
    pub issued: Timestamp,
    /// Until when. Then the keeper deletes what it holds.
    #[n(4)]
    pub until: Timestamp,
}

impl Statement for Lease {
    const CONTEXT: &'static str = "streetlamp/1 lease";
}

/// Why a lease was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseError {
    /// Signed by somebody who may not.
    #[error(transparent)]
    Signer(#[from] MemberError),
    /// In the name of another household than its signer's, or for another.
    #[error("lease is between other households")]
    NotBetweenUs,
    /// Over, or longer than any lease may be.
    #[error("lease ends in the past or too late")]
    Life,
}

impl Lease {
    /// Whether room can be leased until then.
    pub fn may_end(until: Timestamp, now: Timestamp) -> bool {
        until > now && until.since(now) <= LEASE_LIFE
    }
}

impl Signed<Lease> {
    /// Checks that a lease is by its keeper, a member of the street, for `owner`, and not over.
    ///
    /// # Errors
    /// Every [`LeaseError`].
    pub fn verify(
        &self,
        members: &Members,
        owner: HouseholdId,
        now: Timestamp,
    ) -> Result<HouseholdId, LeaseError> {
        let lease = self.statement();
        let keeper = members.speaker(self)?;
        if lease.keeper != keeper || lease.owner != owner || keeper == owner {
            return Err(LeaseError::NotBetweenUs);
        }
        if lease.until <= now || lease.until.since(lease.issued) > LEASE_LIFE {
            return Err(LeaseError::Life);
        }
        Ok(keeper)
    }
}

/// Why a neighbour gives no lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum NoLease {
    /// It offers no room, or not that much any more.
    #[n(0)]
    #[error(
        "that neighbour does not offer so much room: ask for less, or ask it to offer more ('streetlamp keeper offer' at its home)"
    )]
    NoRoom,
    /// Less than it holds already.
    #[n(1)]
    #[error(
        "that neighbour holds more than this already: ask for more, or end the lease and ask anew"
    )]
    HoldsMore,
    /// Over already by its clock, or too long.
    #[n(2)]
    #[error(
        "that neighbour does not lease until then: the end lies in the past or more than a year ahead"
    )]
    Until,
}
