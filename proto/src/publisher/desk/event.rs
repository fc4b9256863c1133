//! The vocabulary between a publisher's engine and the world, on one page.

use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::{
    Announced, Area, Binding, Bulletin, BulletinError, Certainty, Contact, Headline, Instruction,
    Kind, Notice, Severity, Status, Urgency,
};
use crate::open::Stamp;
use crate::signed::{Signed, StatementId};
use crate::street::Topic;
use crate::time::Timestamp;

/// What the outside world tells a publisher's engine. Nothing in it is anybody's word but the publisher's own.
#[derive(Debug)]
pub enum DeskInput {
    /// The node is up. Given once, first.
    Started,
    /// The publisher wants something. Answered by exactly one [`DeskOutput::Answer`].
    Command(DeskCommand),
    /// Somebody began to listen to an open topic.
    Listener(Topic),
    /// A timer set by [`DeskOutput::SetTimer`] is due.
    Due(DeskTimer),
}

/// What a publisher's engine wants done: first every [`DeskOutput::Store`] in one durable transaction, then the others
/// in their order. If the transaction fails, nothing of the batch may leave the node.
#[derive(Debug)]
pub enum DeskOutput {
    /// Keep this.
    Store(DeskRecord),
    /// Say something to whoever listens to a topic.
    Publish {
        /// Where.
        topic: Topic,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Wake the engine. Setting a timer again moves it.
    SetTimer {
        /// When.
        at: Timestamp,
        /// Which.
        timer: DeskTimer,
    },
    /// Answer the command.
    Answer(Result<DeskAnswer, DeskFailure>),
}

/// A timer of a publisher's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeskTimer {
    /// Tell those who came.
    Newcomers,
    /// Say everything again.
    Again,
}

/// What a publisher can want.
#[derive(Debug)]
pub enum DeskCommand {
    /// Say something.
    Publish {
        /// What.
        draft: Box<Draft>,
        /// The second key, if there is one at hand.
        second: Option<Box<SigningKey>>,
    },
    /// Say it anew.
    Update {
        /// Which: the first of those that were said in its place.
        bulletin: StatementId,
        /// What is different.
        change: Box<Revision>,
        /// The second key, if there is one at hand.
        second: Option<Box<SigningKey>>,
    },
    /// Take it back.
    Cancel(StatementId),
}

/// A bulletin as it was written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Whether it is meant.
    pub status: Status,
    /// What it is about.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// How soon something should be done.
    pub urgency: Urgency,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it holds; all of the publisher's area if left out.
    pub area: Option<Area>,
    /// In one line.
    pub headline: Headline,
    /// In more words.
    pub text: Notice,
    /// What to do.
    pub instruction: Instruction,
    /// Whom to call or write to.
    pub contact: Contact,
    /// How long it lives.
    pub life: Duration,
}

/// What an update says differently; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// The headline from now on.
    pub headline: Option<Headline>,
    /// The text from now on.
    pub text: Option<Notice>,
    /// What to do from now on.
    pub instruction: Option<Instruction>,
    /// How bad it is now.
    pub severity: Option<Severity>,
    /// How soon something should be done.
    pub urgency: Option<Urgency>,
    /// How sure it is now.
    pub certainty: Option<Certainty>,
    /// How long it lives from now on.
    pub life: Option<Duration>,
}

impl Revision {
    pub(super) fn make(self, said: &mut Bulletin, now: Timestamp) {
        fn set<T>(field: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *field = new;
            }
        }
        set(&mut said.headline, self.headline);
        set(&mut said.text, self.text);
        set(&mut said.instruction, self.instruction);
        set(&mut said.severity, self.severity);
        set(&mut said.urgency, self.urgency);
        set(&mut said.certainty, self.certainty);
        set(&mut said.expires, self.life.map(|life| now.after(life)));
    }
}

/// What a command gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskAnswer {
    /// The bulletin, or the one that was changed.
    pub bulletin: StatementId,
    /// What was said now.
    pub said: StatementId,
}

/// One thing for a publisher to keep, or to forget.
#[derive(Debug, Clone)]
pub enum DeskRecord {
    /// Its binding was signed anew.
    Binding(Box<Signed<Binding>>),
    /// It said something, with the work that was done for it.
    Bulletin(Box<Announced>, Stamp),
    /// Something that it said is over, or was said anew.
    Over(StatementId),
}

/// Why a publisher's command was refused. The text says what to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeskFailure {
    /// The bulletin breaks a rule.
    #[error(transparent)]
    Bulletin(#[from] BulletinError),
    /// The declared area is too large to speak to all of it.
    #[error(
        "say with --area where this holds: your area has cells that are too large to reach all of at once"
    )]
    WhichArea,
    /// More than homes take.
    #[error(
        "homes take 6 new bulletins of a publisher in an hour: wait a while, or update one that you published"
    )]
    TooOften,
    /// Too many at a time.
    #[error(
        "there are too many bulletins of this publisher already: cancelled ones go when their time is over"
    )]
    TooMany,
    /// Not one of ours, or over.
    #[error(
        "this publisher has no such bulletin, or its time is over: see 'streetlamp bulletin list'"
    )]
    Unknown,
    /// Taken back before.
    #[error("this bulletin was cancelled already: publish a new one")]
    Cancelled,
}

/// A bulletin of this publisher, as it stands.
#[derive(Debug, Clone)]
pub struct OwnBulletin {
    /// Its id.
    pub id: StatementId,
    /// What it says now.
    pub bulletin: Bulletin,
    /// Whether it holds.
    pub state: State,
}

/// Whether a bulletin holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Active,
    /// Its publisher took it back.
    Cancelled,
    /// Its time is over.
    Expired,
}

impl State {
    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}
