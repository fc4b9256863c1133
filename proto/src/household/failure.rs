//! Why a command was refused, in words for the resident.

use std::fmt;
use std::time::Duration;

use crate::alert;
use crate::recipient::RecipientError;
use crate::street::Refusal;

/// Why a command was refused. The text says what to try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No street yet.
    #[error(
        "this home is on no street yet: found one with 'streetlamp street new', or enter one with 'streetlamp street join TICKET'"
    )]
    NoStreet,
    /// On a street already.
    #[error("this home is on a street already, and this version keeps a home to one")]
    OnAStreet,
    /// Several streets, none named.
    #[error("this home is on several streets: name one")]
    WhichStreet,
    /// An id that is not known here.
    #[error("there is no such {0} here")]
    Unknown(&'static str),
    /// Too many of something.
    #[error("there are too many {0} already")]
    TooMany(&'static str),
    /// A member already.
    #[error("this home is already on that street")]
    AlreadyMember,
    /// A ticket of our own.
    #[error("this ticket was made by this very home: give it to a neighbour")]
    OwnTicket,
    /// A ticket that cannot be used.
    #[error(transparent)]
    Ticket(#[from] crate::street::TicketError),
    /// The inviter refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The inviter was not found.
    #[error(
        "the home that made this ticket could not be reached: check that it is running and that both are online, then try again (the ticket is still good)"
    )]
    InviterAway,
    /// The inviter's answer does not hold together.
    #[error(
        "the answer of that home could not be verified: ask for a new ticket, or ask another neighbour"
    )]
    BadWelcome,
    /// The neighbour was not found.
    #[error(
        "the neighbour's home could not be reached at this address: check the address, and that their node is running, then try again"
    )]
    DoorAway,
    /// The household has as many devices as it may.
    #[error(
        "this household has eight devices on its street already, which is as many as it may have: see 'streetlamp device list', say which one is gone with 'streetlamp device remove', then try again"
    )]
    Crowded,
    /// A certificate of another household.
    #[error("these words are of another household: nothing was changed")]
    OtherRoot,
    /// A device cannot remove itself.
    #[error("this is the device that you are using: remove it from another one")]
    OwnDevice,
    /// The alert breaks a rule.
    #[error(transparent)]
    Alert(#[from] alert::AlertError),
    /// The follow-up breaks a rule.
    #[error(transparent)]
    FollowUp(#[from] alert::FollowUpError),
    /// The knock breaks a rule.
    #[error(transparent)]
    Knock(#[from] crate::open::KnockError),
    /// Nobody knows where this home is.
    #[error(
        "this home does not know its cell, or only a very large one: name one of 5 or 6 characters, such as u33dc1"
    )]
    NoCell,
    /// An alert that came in the open from somebody of another street.
    #[error("this alert is not from your street: only its author can say more about it")]
    FromOutside,
    /// It describes a person by origin and hardly anything else.
    #[error(transparent)]
    Appearance(#[from] alert::appearance::Appearance),
    /// The author wants no more comments.
    #[error("the author closed the comments on this alert")]
    CommentsClosed,
    /// More than a household's share.
    #[error(
        "this home has said a lot in a short time, and its neighbours would not take more: wait a while, or update an alert that you posted"
    )]
    TooOften,
    /// A vouch, vote or mute for oneself.
    #[error("this is for other households, not for one's own")]
    Oneself,
    /// Vouched before.
    #[error("this home has vouched for that household already")]
    VouchedAlready,
    /// An introduction of our own street.
    #[error("this introduces your own street: give it to somebody of another one")]
    OwnStreet,
    /// An introduction that cannot be used.
    #[error(transparent)]
    Introduction(#[from] crate::street::IntroductionError),
    /// Only one neighbour vouched for this household yet.
    #[error(
        "this home is new on its street: it can invite, vouch and vote once a second neighbour has vouched for it ('streetlamp street vouch' at their home)"
    )]
    StillNew,
    /// The reading key is not in memory.
    #[error("this home is locked: run 'streetlamp unlock' first")]
    Locked,
    /// Unlocked for no time, or for too long.
    #[error("a home is unlocked for some time, and for a day at most")]
    BadIdle,
    /// A reading key of somebody else.
    #[error("this reading key is not this household's")]
    OtherReadingKey,
    /// A clip of somebody else.
    #[error("this clip is not yours to give: only its owner can")]
    NotOurs,
    /// A clip that is not here.
    #[error(
        "another device of this household has this clip, and none of it is here: delete it there"
    )]
    OnOtherDevice,
    /// The clip's header does not open, or not to the key that its manifest promises.
    #[error("this clip cannot be opened: its key is not the one that its manifest promises")]
    WrongKey,
    /// A post-quantum key of somebody outside, in a program without them.
    #[error(
        "this clip cannot be sealed to that recipient: {}",
        RecipientError::WithoutHybrid
    )]
    WithoutHybrid,
    /// The disk did not let go of a clip's files.
    #[error(
        "this clip cannot be opened any more, but its sealed bytes could not be removed from the disk: the node tries again at its next start"
    )]
    NotShredded,
    /// A neighbour has to be asked, and is not there.
    #[error(
        "that neighbour's home is not connected, or does not answer: try again when it is online"
    )]
    NeighbourAway,
    /// A neighbour leases no room.
    #[error(transparent)]
    NoLease(#[from] crate::keeper::NoLease),
    /// A lease that does not hold.
    #[error("that neighbour's lease could not be verified: nothing was kept of it")]
    BadLease,
    /// A keeper that has nothing to prove yet.
    #[error("that neighbour does not hold any of this home's clips yet")]
    NothingKept,
    /// A label that does not open, or is not of this household.
    #[error("this label is not one of this household's, or does not open with this key")]
    BadLabel,
    /// The device that recorded a clip did not answer.
    #[error(
        "the device that recorded this clip did not answer: check that it is running and connected, then try again"
    )]
    DeviceAway,
    /// The device that recorded a clip does not take a grant.
    #[error(
        "the device that recorded this clip refused the grant: check that this device may grant ('streetlamp device list') and that both clocks are right"
    )]
    DeviceRefused,
    /// A ledger that does not go on from where it was seen.
    #[error(
        "the ledger of the device that recorded this clip is not the one that this device has seen: entries were dropped or altered there, or it was restored from an older backup. Nothing was granted"
    )]
    OtherLedger,
    /// A time that makes no sense.
    #[error("the end lies in the past, or more than a year ahead")]
    BadUntil,
    /// A grant to oneself.
    #[error("a clip need not be granted to its own household")]
    OwnHousehold,
    /// Stopped before.
    #[error("this grant is stopped already")]
    AlreadyStopped,
    /// This home's clock disagrees with the neighbours'.
    #[error(
        "this home's clock is {0} its neighbours' clocks, so they would refuse the alert: set the clock and try again"
    )]
    Clock(Skew),
}

/// The failure that a refusal of the inviter means to the newcomer.
impl From<Option<Refusal>> for Failure {
    fn from(refusal: Option<Refusal>) -> Self {
        refusal.map_or(Self::BadWelcome, Self::Refused)
    }
}

/// How far this home's clock is from its neighbours' (the median of those heard).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// By how much.
    pub by: Duration,
    /// Whether this home's clock is the later one.
    pub ahead: bool,
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.ahead { "ahead of" } else { "behind" };
        match self.by.as_secs() {
            seconds @ 0..120 => write!(f, "{seconds} seconds {side}"),
            seconds @ 120..7_200 => write!(f, "{} minutes {side}", seconds / 60),
            seconds @ 7_200..172_800 => write!(f, "{} hours {side}", seconds / 3_600),
            seconds => write!(f, "{} days {side}", seconds / 86_400),
        }
    }
}
