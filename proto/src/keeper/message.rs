//! What a household and its keeper say to each other, under the street's seal and over a connection that proves who
//! speaks. No message names a camera, a time or a manifest.

use minicbor::{Decode, Encode};

use super::{Lease, NoLease};
use crate::clip::ClipId;
use crate::ledger::{BareEntry, Head};
use crate::signed::{Signed, StatementId};
use crate::time::Timestamp;
use crate::wire::limits::LEAST_KEPT;

/// Every message about keeping.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Keeping {
    /// "Would you keep so much until then?" A later one replaces the lease.
    #[n(0)]
    Ask {
        /// Sealed bytes, at most.
        #[n(0)]
        bytes: u64,
        /// Until when.
        #[n(1)]
        until: Timestamp,
    },
    /// "Yes."
    #[n(1)]
    Lease(#[n(0)] Signed<Lease>),
    /// "No."
    #[n(2)]
    NoLease(#[n(0)] NoLease),
    /// "The lease between us is over." By either side. What an owner had kept stays for
    /// [`LET_GO_AFTER`](crate::wire::limits::LET_GO_AFTER) more.
    #[n(3)]
    End,
    /// "Keep these." The keeper fetches them by itself.
    #[n(4)]
    Keep(#[n(0)] Vec<ToKeep>),
    /// The answer to [`Keeping::Keep`]: what became of each, in order.
    #[n(5)]
    Taken(#[n(0)] Vec<Holding>),
    /// A keeper's news of one clip.
    #[n(6)]
    News {
        /// The clip.
        #[n(0)]
        clip: ClipId,
        /// How it stands.
        #[n(1)]
        holding: Holding,
    },
    /// "Delete these, and their labels." The keeper does so after
    /// [`LET_GO_AFTER`](crate::wire::limits::LET_GO_AFTER), unless it is told to keep them after all.
    #[n(7)]
    Drop(#[n(0)] Vec<ClipId>),
    /// "Our ledger goes on like this."
    #[n(8)]
    Pin {
        /// The head before these entries; none at the beginning.
        #[n(0)]
        base: Option<Signed<Head>>,
        /// What follows.
        #[n(1)]
        entries: Vec<BareEntry>,
        /// The head after them; none if nothing was ever logged.
        #[n(2)]
        head: Option<Signed<Head>>,
    },
    /// "This head I have pinned." The answer to [`Keeping::Pin`], whether it was taken or not.
    #[n(9)]
    Pinned(#[n(0)] Option<Signed<Head>>),
    /// "What do you keep for us, after this clip?" By a household that lost its box.
    #[n(10)]
    Recall(#[n(0)] Option<ClipId>),
    /// The answer to [`Keeping::Recall`].
    #[n(11)]
    Recalled(#[n(0)] Recalled),
    /// A keeper's news of what it did for its owner.
    #[n(12)]
    Report(#[n(0)] Report),
}

/// One clip to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ToKeep {
    /// The clip.
    #[n(0)]
    pub clip: ClipId,
    /// Length of its sealed bytes.
    #[n(1)]
    pub sealed_len: u64,
}

impl ToKeep {
    /// What it takes of a lease, in bytes.
    pub fn cost(self) -> u64 {
        self.sealed_len.max(LEAST_KEPT)
    }
}

/// How a clip stands at a keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Holding {
    /// All of it is safe on the keeper's disk.
    #[n(0)]
    Here,
    /// The keeper fetches it.
    #[n(1)]
    Coming,
    /// There is no room for it in the lease or on the disk, or it is no clip that can be kept.
    #[n(2)]
    Full,
    /// It is not here: the owner did not give it.
    #[n(3)]
    Gone,
}

/// What a keeper holds for whoever asks: the lease, and some of the clips.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Recalled {
    /// Under which lease.
    #[n(0)]
    pub lease: Signed<Lease>,
    /// Clips in the order of their ids; fewer than [`KEPT_PER_MESSAGE`](crate::wire::limits::KEPT_PER_MESSAGE) are the
    /// last.
    #[n(1)]
    pub kept: Vec<KeptCopy>,
    /// The ledger's head that it has pinned.
    #[n(2)]
    pub head: Option<Signed<Head>>,
}

/// A copy that a keeper has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KeptCopy {
    /// Of which clip.
    #[n(0)]
    pub clip: ClipId,
    /// Length of its sealed bytes.
    #[n(1)]
    pub sealed_len: u64,
    /// When it is deleted, if the keeper was told to.
    #[n(2)]
    pub until: Option<Timestamp>,
}

/// What a keeper did for an owner since it last said so, by its own word.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Report {
    /// Fetches that it served; at most [`SERVED_UNTOLD`](crate::wire::limits::SERVED_UNTOLD).
    #[n(0)]
    pub served: Vec<Served>,
    /// What it was told to delete and still has, if anything.
    #[n(1)]
    pub let_go: Option<LetGo>,
}

/// A clip was fetched by whom it was granted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Served {
    /// Under which ticket.
    #[n(0)]
    pub ticket: StatementId,
    /// When, the last time.
    #[n(1)]
    pub at: Timestamp,
}

/// Copies that wait to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LetGo {
    /// How many clips.
    #[n(0)]
    pub clips: u64,
    /// Their sealed bytes.
    #[n(1)]
    pub bytes: u64,
    /// When the last of them goes.
    #[n(2)]
    pub until: Timestamp,
}
