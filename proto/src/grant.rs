//! Grants: the key of one clip for one neighbour.
//!
//! Every selector in a [`Grant`] is a scalar: one clip, one recipient. There is no list, no range of time, no area, no
//! camera and no delegation in the grammar (promise P2). The sealed bytes are fetched ([`fetch`](crate::fetch)) against
//! a [`FetchTicket`], which says neither purpose nor grant to whoever holds the bytes. [`Parcel`] is what travels to the recipient.

use minicbor::{Decode, Encode};

use crate::clip::{ClipId, GrantHeader, KeyCommit, Manifest};
use crate::identity::HouseholdId;
use crate::ledger::EntryHash;
use crate::recipient::Recipient;
use crate::signed::{Signed, Statement, StatementId};
use crate::street::{MemberError, Members};
use crate::text::Prose;
use crate::time::Timestamp;
use crate::wire::limits::{GRANT_LIFE, KEEPERS, PURPOSE_CHARS};

/// Why a grant was given, in the giver's words.
pub type Purpose = Prose<PURPOSE_CHARS>;

/// The statement that gives the key of one clip to one household.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Grant {
    /// Who gives.
    #[n(0)]
    pub from: HouseholdId,
    /// Who receives.
    #[n(1)]
    pub to: HouseholdId,
    /// The reading key of the recipient to which the header is wrapped.
    #[n(2)]
    pub reading: Recipient,
    /// The clip.
    #[n(3)]
    pub clip: ClipId,
    /// Commitment to the clip's file key: the same for every recipient, so that all see one film.
    #[n(4)]
    pub key_commit: KeyCommit,
    /// The manifest that the grant belongs to.
    #[n(5)]
    pub manifest: StatementId,
    /// age header with exactly one stanza.
    #[n(6)]
    pub header: GrantHeader,
    /// Why.
    #[n(7)]
    pub purpose: Purpose,
    /// When.
    #[n(8)]
    pub issued: Timestamp,
    /// Until when the sealed bytes are served. It cannot recall a copy.
    #[n(9)]
    pub until: Timestamp,
    /// The ledger entry that was written for it,
    #[n(10)]
    pub seq: u64,
    /// and the entry before that one.
    #[n(11)]
    pub prev: EntryHash,
}

impl Statement for Grant {
    const CONTEXT: &'static str = "streetlamp/1 grant";
}

/// The right of one household to fetch the sealed bytes of one clip.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FetchTicket {
    /// Whose clip it is.
    #[n(0)]
    pub from: HouseholdId,
    /// Who may fetch.
    #[n(1)]
    pub to: HouseholdId,
    /// The clip.
    #[n(2)]
    pub clip: ClipId,
    /// Until when.
    #[n(3)]
    pub until: Timestamp,
    /// The ledger entry that covers it.
    #[n(4)]
    pub seq: u64,
}

impl Statement for FetchTicket {
    const CONTEXT: &'static str = "streetlamp/1 fetch ticket";
}

/// What a recipient gets: the grant and all that it needs to check and use it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Parcel {
    /// The grant.
    #[n(0)]
    pub grant: Signed<Grant>,
    /// What the clip is.
    #[n(1)]
    pub manifest: Signed<Manifest>,
    /// The right to fetch it.
    #[n(2)]
    pub ticket: Signed<FetchTicket>,
    /// Neighbours who may have the sealed bytes while the owner is away; at most [`KEEPERS`]. They say so here and not
    /// in the grant: keepers change, and a grant is nobody else's business.
    #[n(3)]
    pub keepers: Vec<HouseholdId>,
}

/// Why a parcel was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParcelError {
    /// Signed by somebody who may not.
    #[error(transparent)]
    Signer(#[from] MemberError),
    /// For another household, or wrapped to a key that is not its own.
    #[error("grant is not for this household")]
    NotForUs,
    /// Grant, manifest and ticket do not belong together.
    #[error("grant, manifest and ticket do not belong together")]
    Mismatch,
    /// Served for longer than any grant may be.
    #[error("grant is served for too long")]
    Life,
    /// More keepers than a household has.
    #[error("parcel names too many keepers")]
    Keepers,
}

impl Parcel {
    /// Checks that the three statements belong together, come from one household of the street, and are for `to`.
    ///
    /// # Errors
    /// Every [`ParcelError`].
    pub fn verify(
        &self,
        members: &Members,
        to: HouseholdId,
        reading: &Recipient,
    ) -> Result<HouseholdId, ParcelError> {
        let (grant, manifest, ticket) = (
            self.grant.statement(),
            self.manifest.statement(),
            self.ticket.statement(),
        );
        let from = members.speaker(&self.grant)?;
        // A clip outlives the box that recorded it.
        let recorded = members.author(&self.manifest, manifest.recorded);
        if members.speaker(&self.ticket)? != from || recorded? != from {
            return Err(ParcelError::Mismatch);
        }
        if grant.to != to || ticket.to != to || grant.reading != *reading {
            return Err(ParcelError::NotForUs);
        }
        let together = grant.from == from
            && ticket.from == from
            && grant.clip == manifest.clip
            && ticket.clip == manifest.clip
            && grant.key_commit == manifest.key_commit
            && grant.manifest == self.manifest.id()
            && grant.seq == ticket.seq
            && grant.until == ticket.until;
        if !together {
            return Err(ParcelError::Mismatch);
        }
        if grant.until.since(grant.issued) > GRANT_LIFE {
            return Err(ParcelError::Life);
        }
        if self.keepers.len() > KEEPERS {
            return Err(ParcelError::Keepers);
        }
        Ok(from)
    }
}
