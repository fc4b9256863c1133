//! What travels on an open topic: a statement in clear, with the work that was done for it.

use minicbor::{Decode, Encode};

use super::{Knock, STAMP_BITS, Stamp};
use crate::alert::{Alert, FollowUp};
use crate::publisher::{Announced, Binding};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::time::Timestamp;
use crate::wire::limits::GOSSIP_FRAME;
use crate::wire::{self, Kind, WireError};

/// One thing that is said to everybody who listens. The list is whole: what is not on it does not travel in clear.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum OpenStatement {
    /// An alert whose author chose that everybody nearby may read it.
    #[n(0)]
    Alert(#[n(0)] Signed<Alert>),
    /// What that author said about it later.
    #[n(1)]
    FollowUp(#[n(0)] Signed<FollowUp>),
    /// Somebody stands at the door.
    #[n(2)]
    Knock(#[n(0)] Box<Signed<Knock>>),
    /// Who a publisher says it is.
    #[n(3)]
    Publisher(#[n(0)] Box<Signed<Binding>>),
    /// What a publisher says.
    #[n(4)]
    Bulletin(#[n(0)] Box<Announced>),
}

impl OpenStatement {
    /// Its id.
    pub fn id(&self) -> StatementId {
        match self {
            Self::Alert(alert) => alert.id(),
            Self::FollowUp(follow_up) => follow_up.id(),
            Self::Knock(knock) => knock.id(),
            Self::Publisher(binding) => binding.id(),
            Self::Bulletin(announced) => announced.id(),
        }
    }

    /// Whose key signed it.
    pub const fn signer(&self) -> PublicKey {
        match self {
            Self::Alert(alert) => alert.signer(),
            Self::FollowUp(follow_up) => follow_up.signer(),
            Self::Knock(knock) => knock.signer(),
            Self::Publisher(binding) => binding.signer(),
            Self::Bulletin(announced) => announced.bulletin.signer(),
        }
    }

    /// When everybody forgets it.
    pub const fn expires(&self) -> Timestamp {
        match self {
            Self::Alert(alert) => alert.statement().expires,
            Self::FollowUp(follow_up) => follow_up.statement().expires,
            Self::Knock(knock) => knock.statement().expires,
            Self::Publisher(binding) => binding.statement().expires,
            Self::Bulletin(announced) => announced.bulletin.statement().expires,
        }
    }

    /// The bytes that are stamped.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }

    /// The frame in which it travels.
    pub fn frame(&self, stamp: Stamp) -> Vec<u8> {
        let statement = self.to_bytes();
        wire::frame(Kind::Open, &Stamped { stamp, statement })
    }

    /// Reads a frame of an open topic: first the stamp, then the statement, with every signature in it.
    ///
    /// # Errors
    /// Every [`OpenError`].
    pub fn from_frame(frame: &[u8]) -> Result<Self, OpenError> {
        Self::stamped(frame).map(|(statement, _)| statement)
    }

    /// The same, with the stamp: for whoever passes the statement on later.
    ///
    /// # Errors
    /// Every [`OpenError`].
    pub fn stamped(frame: &[u8]) -> Result<(Self, Stamp), OpenError> {
        let stamped: Stamped = wire::unframe(Kind::Open, frame, GOSSIP_FRAME)?;
        if !stamped.stamp.checks(&stamped.statement, STAMP_BITS) {
            return Err(OpenError::Stamp);
        }
        Ok((wire::from_cbor(&stamped.statement)?, stamped.stamp))
    }
}

/// Why bytes are not a statement of an open topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The frame or the statement in it is not well formed, or a signature does not match.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Not the work that every statement in the open takes.
    #[error("statement has no valid stamp")]
    Stamp,
}

/// The carried form. The statement is in bytes of its own, so that the stamp is checked before anything in it is.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Stamped {
    #[n(0)]
    stamp: Stamp,
    #[cbor(n(1), with = "minicbor::bytes")]
    statement: Vec<u8>,
}
