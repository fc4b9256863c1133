//! What a street remembers, one statement at a time.
//!
//! Every home of a street should end up with the same items. Gossip spreads each when it is new; catch-up compares two
//! homes' items and moves what one of them lacks. An item is judged by the same rules whichever way it came.

use minicbor::{Decode, Encode};

use super::{Leave, Link, Member, RemovalVote, Whereabouts};
use crate::alert::{Alert, FollowUp};
use crate::id::id;
use crate::signed::Signed;
use crate::time::Timestamp;
use crate::wire;

id! {
    /// Names an item: the statement's id, or a hash of a member's record, which changes whenever anything in it does.
    ItemId, 32
}

/// One thing that every home of a street should have.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Item {
    /// What the street knows of a household.
    #[n(0)]
    Member(#[n(0)] Member),
    /// A household left.
    #[n(1)]
    Leave(#[n(0)] Signed<Leave>),
    /// A household wants another one to go.
    #[n(2)]
    Vote(#[n(0)] Signed<RemovalVote>),
    /// An alert.
    #[n(3)]
    Alert(#[n(0)] Signed<Alert>),
    /// What was said about an alert.
    #[n(4)]
    FollowUp(#[n(0)] Signed<FollowUp>),
    /// A household knows another street.
    #[n(5)]
    Link(#[n(0)] Signed<Link>),
    /// Where a device of a household can be reached.
    #[n(6)]
    Whereabouts(#[n(0)] Signed<Whereabouts>),
}

impl Item {
    /// Its name.
    pub fn id(&self) -> ItemId {
        ItemId::from_bytes(match self {
            Self::Member(member) => return member.item_id(),
            Self::Leave(leave) => *leave.id().as_bytes(),
            Self::Vote(vote) => *vote.id().as_bytes(),
            Self::Alert(alert) => *alert.id().as_bytes(),
            Self::FollowUp(follow_up) => *follow_up.id().as_bytes(),
            Self::Link(link) => *link.id().as_bytes(),
            Self::Whereabouts(said) => *said.id().as_bytes(),
        })
    }

    /// When it was said.
    pub fn issued(&self) -> Timestamp {
        match self {
            Self::Member(member) => member.card.statement().issued,
            Self::Leave(leave) => leave.statement().issued,
            Self::Vote(vote) => vote.statement().issued,
            Self::Alert(alert) => alert.statement().issued,
            Self::FollowUp(follow_up) => follow_up.statement().issued,
            Self::Link(link) => link.statement().issued,
            Self::Whereabouts(said) => said.statement().issued,
        }
    }

    /// The order in which items of one batch are judged: who somebody is, before what he says.
    pub const fn turn(&self) -> u8 {
        match self {
            Self::Member(_) => 0,
            Self::Leave(_) | Self::Vote(_) | Self::Link(_) | Self::Whereabouts(_) => 1,
            Self::Alert(_) => 2,
            Self::FollowUp(_) => 3,
        }
    }
}

impl Member {
    /// The name of this record among the items of its street.
    pub fn item_id(&self) -> ItemId {
        ItemId::from_bytes(*blake3::hash(&wire::to_cbor(self)).as_bytes())
    }
}
