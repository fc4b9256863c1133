//! A street: households around a cell that vouched for each other and share an epoch key.
//!
//! [`Founding`] makes a street; [`Ticket`] and [`Vouch`] bring a household in; [`EpochKey`] seals what the street says
//! and names its topic, so that only members can find or read it; [`Members`] decides who may say what. What a street
//! remembers is a set of [`Item`]s, which [`reconcile`] compares between two homes.

mod address;
mod departure;
mod epoch;
mod item;
mod link;
mod members;
mod message;
mod notice;
mod pseudonym;
pub mod reconcile;
mod rescue;
mod returning;
mod ticket;
mod whereabouts;

pub use address::{Address, AddressError};
pub use departure::{Leave, RemovalVote, VOTE_SPAN, votes_needed};
pub use epoch::{EpochKey, SealError, Topic};
pub use item::{Item, ItemId};
pub use link::{Introduction, IntroductionError, Link};
pub use members::{Departure, Member, MemberError, Members, SECOND_VOUCH_FROM};
pub use message::{AskAround, CatchUp, CatchUpAnswer, Home, Overheard, StreetMessage, Swap};
pub use notice::{EpochCommit, EpochNotice, EpochParcel, EpochRank};
pub use pseudonym::{Announcement, Pseudonym};
#[cfg(test)]
pub(crate) use rescue::padded as rescue_padded;
pub use rescue::{Day, RescuePlace};
pub use returning::{Crowded, ReturnRequest};
pub use ticket::{
    Door, JoinRequest, Refusal, Ticket, TicketError, TicketId, TicketKey, TicketSecret, Welcome,
};
pub use whereabouts::Whereabouts;

use minicbor::{Decode, Encode};

use crate::alert::Nonce;
use crate::cell::Cell;
use crate::id::id;
use crate::identity::{HouseholdId, Name};
use crate::signed::{Signed, Statement};
use crate::time::Timestamp;

id! {
    /// A street: the id of its founding statement.
    StreetId, 32
}

/// The statement that makes a street.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Founding {
    /// The first household.
    #[n(0)]
    pub founder: HouseholdId,
    /// How the street is called.
    #[n(1)]
    pub name: Name,
    /// Where it is.
    #[n(2)]
    pub cell: Cell,
    /// When it was founded.
    #[n(3)]
    pub founded: Timestamp,
    /// Keeps two streets of one name apart.
    #[n(4)]
    pub nonce: Nonce,
    /// Urgent alerts that a household may post in an hour, after a first burst. The founder chose it for the street.
    #[n(5)]
    pub urgent_per_hour: u8,
}

impl Statement for Founding {
    const CONTEXT: &'static str = "streetlamp/1 founding";
}

impl Signed<Founding> {
    /// The id of the street.
    pub fn street(&self) -> StreetId {
        StreetId::from_bytes(*self.id().as_bytes())
    }
}

/// A member's statement that it met a household in person and admits it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Vouch {
    /// The street.
    #[n(0)]
    pub street: StreetId,
    /// Who vouches.
    #[n(1)]
    pub by: HouseholdId,
    /// Who is admitted.
    #[n(2)]
    pub household: HouseholdId,
    /// When.
    #[n(3)]
    pub issued: Timestamp,
}

impl Statement for Vouch {
    const CONTEXT: &'static str = "streetlamp/1 vouch";
}

#[cfg(test)]
mod tests;
