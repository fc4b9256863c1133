//! Asking a holder for sealed bytes, and by what right.
//!
//! Four may ask, each for one clip that it names: who was granted it, with a ticket that is in the owner's ledger; a
//! keeper, for what it was told to keep; the owner, for what its keeper has; and another device of the household that may
//! grant. None of them gets a key this way.

use minicbor::{Decode, Encode};

use crate::clip::ClipId;
use crate::grant::FetchTicket;
use crate::signed::Signed;

/// Why somebody may have the sealed bytes of a clip.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Right {
    /// "The owner gave me the key." To the owner or to a keeper of his.
    #[n(0)]
    Ticket(#[n(0)] Box<Signed<FetchTicket>>),
    /// "You told me to keep it." By a keeper to the owner.
    #[n(1)]
    Keeper(#[n(0)] ClipId),
    /// "You keep it for us." By the owner to a keeper.
    #[n(2)]
    Owner(#[n(0)] ClipId),
    /// "We are of one household." By a device that may grant to the one that recorded.
    #[n(3)]
    Device(#[n(0)] ClipId),
}

impl Right {
    /// The clip that is meant.
    pub const fn clip(&self) -> ClipId {
        match self {
            Self::Ticket(ticket) => ticket.statement().clip,
            Self::Keeper(clip) | Self::Owner(clip) | Self::Device(clip) => *clip,
        }
    }

    /// Whether the sealed label comes before the bytes: between owner and keeper it does.
    pub const fn with_label(&self) -> bool {
        matches!(self, Self::Keeper(_) | Self::Owner(_))
    }
}

/// Asks a holder for a part of the sealed bytes of one clip.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FetchRequest {
    /// The right to ask.
    #[n(0)]
    pub right: Right,
    /// First byte that is wanted: 0, or where an earlier fetch stopped.
    #[n(1)]
    pub start: u64,
    /// The byte behind the last one that is wanted.
    #[n(2)]
    pub end: u64,
}
