//! What a publisher says to everybody in an area.
//!
//! The fields are those of a CAP 1.2 message that a resident needs; none asks for anything back. Texts are plain: there
//! is no field for a link, and homes make none of what looks like one. What else the message said stands in
//! [`Original`], for other systems.

use minicbor::{Decode, Encode};

use super::{Area, Certainty, Kind, Original, Severity, Status, Urgency};
use crate::signed::{PublicKey, Signed, Statement, StatementId};
use crate::text::{Line, Prose};
use crate::time::Timestamp;
use crate::wire::limits::{
    BULLETIN_BYTES, BULLETIN_CELL, BULLETIN_CHARS, BULLETIN_LIFE, CLOCK_SKEW, CONTACT_CHARS,
    HEADLINE_CHARS, INSTRUCTION_CHARS,
};

/// What it is, in one line.
pub type Headline = Line<HEADLINE_CHARS>;
/// What it is, in more words.
pub type Notice = Prose<BULLETIN_CHARS>;
/// What to do.
pub type Instruction = Prose<INSTRUCTION_CHARS>;
/// Whom to call or write to: text for people.
pub type Contact = Prose<CONTACT_CHARS>;

/// A public notice.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Bulletin {
    /// Whether it is meant.
    #[n(0)]
    pub status: Status,
    /// Whether it stands alone, or changes an earlier one.
    #[n(1)]
    pub message: Message,
    /// What it is about.
    #[n(2)]
    pub kind: Kind,
    /// How bad it is.
    #[n(3)]
    pub severity: Severity,
    /// How soon something should be done.
    #[n(4)]
    pub urgency: Urgency,
    /// How sure it is.
    #[n(5)]
    pub certainty: Certainty,
    /// Where it holds.
    #[n(6)]
    pub area: Area,
    /// In one line.
    #[n(7)]
    pub headline: Headline,
    /// In more words.
    #[n(8)]
    pub text: Notice,
    /// What to do.
    #[n(9)]
    pub instruction: Instruction,
    /// Whom to call or write to.
    #[n(10)]
    pub contact: Contact,
    /// When it was said.
    #[n(11)]
    pub issued: Timestamp,
    /// When everybody forgets it.
    #[n(12)]
    pub expires: Timestamp,
    /// The message that it was made from, if there was one. Homes show the fields above.
    #[n(13)]
    pub original: Option<Original>,
}

/// How a bulletin stands to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Message {
    /// It is new.
    #[n(0)]
    Alert,
    /// It says an earlier one anew, to all whom that one reached. Always names the first.
    #[n(1)]
    Update(#[n(0)] StatementId),
    /// It takes an earlier one back, from all whom that one reached.
    #[n(2)]
    Cancel(#[n(0)] StatementId),
}

impl Message {
    /// The earlier bulletin.
    pub const fn first(self) -> Option<StatementId> {
        match self {
            Self::Alert => None,
            Self::Update(first) | Self::Cancel(first) => Some(first),
        }
    }
}

impl Statement for Bulletin {
    const CONTEXT: &'static str = "streetlamp/1 bulletin";
}

/// A second key stands by a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Seconding {
    /// Which.
    #[n(0)]
    pub bulletin: StatementId,
}

impl Statement for Seconding {
    const CONTEXT: &'static str = "streetlamp/1 seconding";
}

/// A bulletin as it travels: with the second key's word where one key is not enough.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Announced {
    /// What is said.
    #[n(0)]
    pub bulletin: Signed<Bulletin>,
    /// Who stands by it.
    #[n(1)]
    pub second: Option<Signed<Seconding>>,
}

/// Why a bulletin breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BulletinError {
    /// Its time is over.
    #[error("the bulletin has expired")]
    Expired,
    /// Said to be issued later than the allowed skew from now.
    #[error("the bulletin is from the future: a clock is wrong")]
    Future,
    /// Lives longer than allowed, or not at all.
    #[error("a bulletin lives at most {} days", BULLETIN_LIFE.as_secs() / 86_400)]
    Life,
    /// Too many bytes.
    #[error("a bulletin has at most {BULLETIN_BYTES} bytes: say less, and where to learn more")]
    Long,
    /// A draft.
    #[error("a draft is not published: say 'test' to try things out")]
    Draft,
    /// A cell of its area is too large.
    #[error("a bulletin's area is made of cells of {BULLETIN_CELL} to 6 characters")]
    Area,
    /// Said where its publisher does not speak, or an earlier bulletin did not hold.
    #[error("the bulletin is about places outside its publisher's area")]
    Outside,
    /// One key is not enough for it.
    #[error("an evacuation needs a second key that stands in the publisher's binding")]
    OneKey,
    /// A second key's word that is about something else, or not needed.
    #[error("the second key's word is not for this bulletin")]
    Seconded,
    /// Changes a bulletin of somebody else, or to another area.
    #[error("an update or cancellation has the publisher, status and area of what it changes")]
    NotItsOwn,
}

impl Announced {
    /// Checks what can be checked without knowing the publisher.
    ///
    /// # Errors
    /// Every [`BulletinError`] but those about the publisher.
    pub fn check(&self, now: Timestamp) -> Result<(), BulletinError> {
        let said = self.bulletin.statement();
        if said.expires <= said.issued || said.expires.since(said.issued) > BULLETIN_LIFE {
            return Err(BulletinError::Life);
        }
        let original = said.original.as_ref().map_or(0, Original::bytes);
        if self.bulletin.to_bytes().len() > BULLETIN_BYTES + original {
            return Err(BulletinError::Long);
        }
        if said.status == Status::Draft {
            return Err(BulletinError::Draft);
        }
        let area = said.area.no_larger_than(BULLETIN_CELL);
        area.map_err(|_| BulletinError::Area)?;
        match &self.second {
            Some(second) if second.statement().bulletin != self.bulletin.id() => {
                return Err(BulletinError::Seconded);
            }
            Some(_) if !said.needs_second_key() => return Err(BulletinError::Seconded),
            None if said.needs_second_key() => return Err(BulletinError::OneKey),
            _ => {}
        }
        if said.expires <= now {
            return Err(BulletinError::Expired);
        }
        if said.issued > now.after(CLOCK_SKEW) {
            return Err(BulletinError::Future);
        }
        Ok(())
    }

    /// Bytes of what its publisher signed.
    pub fn bytes(&self) -> usize {
        self.bulletin.to_bytes().len()
    }

    /// Its id, whoever seconded it.
    pub const fn id(&self) -> StatementId {
        self.bulletin.id()
    }

    /// The id of the bulletin that it changes, or its own.
    pub fn first(&self) -> StatementId {
        self.bulletin
            .statement()
            .message
            .first()
            .unwrap_or(self.id())
    }

    /// Whether its publisher may say it: there, and by these keys.
    ///
    /// # Errors
    /// [`BulletinError::Outside`], [`BulletinError::NotItsOwn`] and [`BulletinError::OneKey`].
    pub fn is_by(&self, binding: &Signed<super::Binding>) -> Result<(), BulletinError> {
        let (said, of) = (self.bulletin.statement(), binding.statement());
        if !binding.spoke_by(self.bulletin.signer(), said.issued) {
            return Err(BulletinError::NotItsOwn);
        }
        if !of.area.holds(&said.area) {
            return Err(BulletinError::Outside);
        }
        let known = |key: PublicKey| of.seconds.contains(&key);
        match &self.second {
            Some(second) if !known(second.signer()) => Err(BulletinError::OneKey),
            _ => Ok(()),
        }
    }
}

impl Bulletin {
    /// Whether one key is not enough to say it. One key is enough to take it back, and to try it out.
    pub fn needs_second_key(&self) -> bool {
        self.kind.needs_second_key()
            && self.status == Status::Actual
            && !matches!(self.message, Message::Cancel(_))
    }

    /// Whether it may change an earlier one: with its status, and its reach.
    pub fn fits(&self, first: &Self) -> bool {
        self.status == first.status
            && self.area == first.area
            && self.issued >= first.issued
            && first.message == Message::Alert
    }
}
