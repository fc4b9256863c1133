//! What is said inside a seal of the street: on its topic, and between two neighbours.

use minicbor::{Decode, Encode};

use super::{EpochParcel, EpochRank, Item, ItemId, Member};
use crate::cell::Cell;
use crate::identity::DeviceId;
use crate::keeper::Keeping;
use crate::signed::StatementId;
use crate::time::Timestamp;

/// Every message of a street. There is none that asks for footage.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum StreetMessage {
    /// Something new. On the topic.
    #[n(0)]
    Tell(#[n(0)] Item),
    /// "Let us compare what we have." To one neighbour.
    #[n(1)]
    CatchUp(#[n(0)] CatchUp),
    /// The answer to [`StreetMessage::CatchUp`].
    #[n(2)]
    CatchUpAnswer(#[n(0)] CatchUpAnswer),
    /// "These I lack, and here are some that you lack." To one neighbour.
    #[n(3)]
    Swap(#[n(0)] Swap),
    /// The answer to [`StreetMessage::Swap`]: as many of the items as fit.
    #[n(4)]
    SwapAnswer(#[n(0)] Vec<Item>),
    /// A grant, sealed again to its recipient's device. To one neighbour.
    #[n(5)]
    Parcel(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// A newer epoch. To one neighbour, sealed with a key that it has.
    #[n(6)]
    Epoch(#[n(0)] EpochParcel),
    /// What was said is kept and need not be said again.
    #[n(7)]
    Kept,
    /// About sealed copies of clips. Between a household and its keeper.
    #[n(8)]
    Keeping(#[n(0)] Keeping),
    /// "What did publishers say while I was away?" To one neighbour.
    #[n(9)]
    AskAround(#[n(0)] AskAround),
    /// The answer to [`StreetMessage::AskAround`]: some of it; none if there is no more.
    #[n(10)]
    Overheard(#[n(0)] Vec<Overheard>),
}

/// Which home speaks, and what its clock says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Home {
    /// The device that speaks.
    #[n(0)]
    pub device: DeviceId,
    /// Its clock, so that a wrong one is noticed.
    #[n(1)]
    pub now: Timestamp,
    /// The epoch in which it speaks.
    #[n(2)]
    pub epoch: EpochRank,
}

/// What a home has of a street, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CatchUp {
    /// Who asks.
    #[n(0)]
    pub home: Home,
    /// A message of set reconciliation over all items ([`Asker`](super::reconcile::Asker)).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub set: Vec<u8>,
    /// The asker's own record, in case it was admitted while the other was away. Whoever has answered on this connection
    /// has it.
    #[n(2)]
    pub me: Option<Member>,
}

/// How that differs from what the other has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CatchUpAnswer {
    /// Who answers.
    #[n(0)]
    pub home: Home,
    /// The answer of set reconciliation.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub set: Vec<u8>,
    /// The epoch of the answerer, if the asker's is older.
    #[n(2)]
    pub epoch: Option<EpochParcel>,
}

/// What a home that was away wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AskAround {
    /// The cells whose open topics it listens to; at most [`AROUND`](crate::wire::limits::AROUND) are looked at.
    #[n(0)]
    pub cells: Vec<Cell>,
    /// Statements of publishers that it need not be told.
    #[n(1)]
    pub have: Vec<StatementId>,
}

/// What a publisher said on an open topic, as it was said there.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Overheard {
    /// The cell of the topic.
    #[n(0)]
    pub cell: Cell,
    /// The frame, with the work that was done for it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub frame: Vec<u8>,
}

/// Items that change hands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Swap {
    /// What the asker lacks.
    #[n(0)]
    pub need: Vec<ItemId>,
    /// What the other lacks.
    #[n(1)]
    pub give: Vec<Item>,
}
