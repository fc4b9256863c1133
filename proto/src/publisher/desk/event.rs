//! The vocabulary between a publisher's engine and the world, on one page.

use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::{
    Announced, Area, Binding, Bulletin, BulletinError, Certainty, Contact, Headline, Instruction,
    Kind, Notice, Origin, Original, Severity, Status, Urgency,
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
    /// Say what a message of another system says, once.
    Relay {
        /// What it is called there.
        origin: Origin,
        /// The earlier messages that it is about.
        references: Vec<Origin>,
        /// What it says.
        says: Box<Relayed>,
        /// The second key, if there is one at hand.
        second: Option<Box<SigningKey>>,
    },
}

/// What a message of another system says.
#[derive(Debug, Clone)]
pub enum Relayed {
    /// Something, in place of what the messages said that it refers to.
    Says(Draft),
    /// What the messages said that it refers to does not hold.
    TakesBack(Option<Original>),
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
    /// The message that it was made from.
    pub original: Option<Original>,
}

/// What an update says differently; what is left out stays as it is, but for the message that it was made from: that
/// said something else.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// What it is about from now on.
    pub kind: Option<Kind>,
    /// The headline from now on.
    pub headline: Option<Headline>,
    /// The text from now on.
    pub text: Option<Notice>,
    /// What to do from now on.
    pub instruction: Option<Instruction>,
    /// Whom to call or write to from now on.
    pub contact: Option<Contact>,
    /// How bad it is now.
    pub severity: Option<Severity>,
    /// How soon something should be done.
    pub urgency: Option<Urgency>,
    /// How sure it is now.
    pub certainty: Option<Certainty>,
    /// How long it lives from now on.
    pub life: Option<Duration>,
    /// The message that the update was made from.
    pub original: Option<Original>,
}

impl Revision {
    pub(super) fn make(self, said: &mut Bulletin, now: Timestamp) {
        fn set<T>(field: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *field = new;
            }
        }
        set(&mut said.kind, self.kind);
        set(&mut said.headline, self.headline);
        set(&mut said.text, self.text);
        set(&mut said.instruction, self.instruction);
        set(&mut said.contact, self.contact);
        set(&mut said.severity, self.severity);
        set(&mut said.urgency, self.urgency);
        set(&mut said.certainty, self.certainty);
        set(&mut said.expires, self.life.map(|life| now.after(life)));
        said.original = self.original;
    }
}

impl From<Draft> for Revision {
    fn from(draft: Draft) -> Self {
        Self {
            kind: Some(draft.kind),
            headline: Some(draft.headline),
            text: Some(draft.text),
            instruction: Some(draft.instruction),
            contact: Some(draft.contact),
            severity: Some(draft.severity),
            urgency: Some(draft.urgency),
            certainty: Some(draft.certainty),
            life: Some(draft.life),
            original: draft.original,
        }
    }
}

/// What a command gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskAnswer {
    /// The bulletin, or the one that was changed.
    pub bulletin: StatementId,
    /// What was said now.
    pub said: StatementId,
    /// Whether everybody could be told. An update may be about more places than what it updates; there it is a new
    /// bulletin, of which homes take only so many.
    pub whole: bool,
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
    /// What a message of another system became.
    Relayed {
        /// What it is called there.
        origin: Origin,
        /// A bulletin that says it; the first, if it is an update.
        bulletin: StatementId,
        /// Whether that was all of it.
        whole: bool,
    },
    /// Nothing is left of what a message became.
    RelayedOver(Origin),
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
    /// A message that was relayed already.
    #[error("this message was published before")]
    SaidBefore,
    /// A message that takes back what is not there.
    #[error(
        "the message takes back something that this publisher did not say, or whose time is over"
    )]
    NothingToTakeBack,
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
