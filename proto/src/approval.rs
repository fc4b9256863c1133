//! What two devices of one household say to each other, so that the one with the reading key watches and grants what the
//! other one recorded.
//!
//! The device that recorded a clip keeps its label, its ledger, and whatever is served. The one that approves gets the
//! label of the one clip that it names, and hands back a grant that it signed itself; the key of the clip is in that
//! grant, wrapped to its recipient, and nowhere else. Every message is an age file to the other device's sealing key,
//! between two keys that the same root certified. There is nothing here for anybody else: this is the only place of the
//! protocol where a list of clips stands, and it goes to nobody but the household that made them.

use minicbor::{Decode, Encode};

use crate::clip::{ClipId, Label};
use crate::grant::{FetchTicket, Grant};
use crate::ledger::{BareEntry, EntryHash, Head};
use crate::signed::Signed;
use crate::time::Timestamp;

/// Every message between two devices of one household.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum DeviceMessage {
    /// "Show me this clip, and your ledger as far as I have not seen it."
    #[n(0)]
    Want(#[n(0)] Want),
    /// The answer to [`DeviceMessage::Want`].
    #[n(1)]
    Shown(#[n(0)] Box<Shown>),
    /// "Here is a grant. Log it, then deliver and serve it."
    #[n(2)]
    Approved(#[n(0)] Box<Approved>),
    /// The grant is in the ledger.
    #[n(3)]
    Logged,
    /// Nothing was done.
    #[n(4)]
    Declined(#[n(0)] Decline),
    /// "Which clips did you record before this one?" From the newest, if none is named.
    #[n(5)]
    List(#[n(0)] Option<Before>),
    /// The answer to [`DeviceMessage::List`]: the newest first. Fewer than
    /// [`LABELS_PER_MESSAGE`](crate::wire::limits::LABELS_PER_MESSAGE) are the last.
    #[n(6)]
    Listed(#[n(0)] Vec<Label>),
}

/// A place in the list of a device's clips, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Before {
    /// When the clip was recorded.
    #[n(0)]
    pub recorded: Timestamp,
    /// The clip.
    #[n(1)]
    pub clip: ClipId,
}

/// What an approver wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Want {
    /// The clip that it is about to grant.
    #[n(0)]
    pub clip: ClipId,
    /// How far it has seen the other's ledger: the number of the last entry; zero for nothing,
    #[n(1)]
    pub seq: u64,
    /// and its hash.
    #[n(2)]
    pub hash: EntryHash,
}

/// A clip and a ledger, as its approver needs them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Shown {
    /// What the clip is, with the header that its household opens.
    #[n(0)]
    pub label: Label,
    /// The entries after the last one that was seen.
    #[n(1)]
    pub entries: Vec<BareEntry>,
    /// Closes the chain after them; none if more entries follow, or nothing was ever logged.
    #[n(2)]
    pub head: Option<Signed<Head>>,
}

/// A grant that was approved, with the ticket that goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Approved {
    /// The grant.
    #[n(0)]
    pub grant: Signed<Grant>,
    /// The right to fetch the clip.
    #[n(1)]
    pub ticket: Signed<FetchTicket>,
}

/// Why a device did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Decline {
    /// It did not record the clip.
    #[n(0)]
    NoSuchClip,
    /// Its ledger is not the one that was seen.
    #[n(1)]
    OtherLedger,
    /// Something else was logged meanwhile.
    #[n(2)]
    Stale,
    /// The grant breaks a rule, or the device that signed it may not grant.
    #[n(3)]
    NotValid,
}
