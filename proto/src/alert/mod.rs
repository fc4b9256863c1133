//! Alerts: what a neighbour tells the street.
//!
//! An alert is about an event, never about a person as such; it names a cell at the finest, and it ends. It travels
//! inside a seal of the street, unless its author chose [`Audience::Nearby`]. What is said about it afterwards is a
//! [`FollowUp`], and [`Thread`] is what both add up to. This module holds the statements and the rules that need
//! nothing but them and the time; who may speak on a street is membership's business.

pub mod appearance;
mod follow_up;
mod kind;
mod thread;

pub use follow_up::{Act, Comment, FlagReason, FollowUp, FollowUpError, Reason};
pub(crate) use kind::words;
pub use kind::{Kind, UnknownWord, Urgency};
pub use thread::{Progress, Said, Thread};

use std::time::Duration;

use minicbor::{Decode, Encode};

use crate::cell::{PUBLIC_PRECISION, Place};
use crate::clip::ClipId;
use crate::id::id;
use crate::open::OPEN_PRECISION;
use crate::signed::Statement;
use crate::street::StreetId;
use crate::text::{Line, Prose};
use crate::time::Timestamp;
use crate::wire::limits::{
    ALERT_LIFE, ALERT_LIFE_SEARCH, CLIPS_PER_ALERT, CLOCK_SKEW, TEXT_CHARS, TITLE_CHARS,
};

id! {
    /// 16 random bytes that keep two alerts of the same words apart.
    Nonce, 16
}

/// The title of an alert.
pub type Title = Line<TITLE_CHARS>;
/// The text of an alert.
pub type Text = Prose<TEXT_CHARS>;

/// Whom an alert is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(flat)]
pub enum Audience {
    /// The households of one street. In another street it is refused.
    #[n(0)]
    Street(#[n(0)] StreetId),
    /// Whoever listens around the place: also people, agencies and companies that nobody vouched for.
    #[n(1)]
    Nearby,
}

impl Audience {
    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Street(_) => "street",
            Self::Nearby => "nearby",
        }
    }

    /// The street, if it is for one.
    pub const fn street(self) -> Option<StreetId> {
        match self {
            Self::Street(street) => Some(street),
            Self::Nearby => None,
        }
    }
}

/// What a neighbour tells the street.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Alert {
    /// Whom it is for.
    #[n(0)]
    pub audience: Audience,
    /// What kind of event.
    #[n(1)]
    pub kind: Kind,
    /// How soon neighbours should know.
    #[n(2)]
    pub urgency: Urgency,
    /// Where, as a cell: up to seven characters inside a seal, five or six for [`Audience::Nearby`], which needs one.
    #[n(3)]
    pub place: Option<Place>,
    /// What happened, in one line.
    #[n(4)]
    pub title: Title,
    /// What happened, in more words.
    #[n(5)]
    pub text: Text,
    /// When it happened.
    #[n(6)]
    pub happened: Timestamp,
    /// When this was said.
    #[n(7)]
    pub issued: Timestamp,
    /// When every home forgets it.
    #[n(8)]
    pub expires: Timestamp,
    /// Keeps equal alerts apart.
    #[n(9)]
    pub nonce: Nonce,
    /// Clips that the author offers to share, one grant at a time.
    #[n(10)]
    pub clips: Vec<ClipId>,
}

impl Statement for Alert {
    const CONTEXT: &'static str = "streetlamp/1 alert";
}

/// Why an alert breaks the rules of its type at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlertError {
    /// Its time is over.
    #[error("alert has expired")]
    Expired,
    /// Said to be issued later than the allowed skew from now.
    #[error("alert is from the future: a clock is wrong")]
    Future,
    /// Lives longer than its kind allows, or not at all.
    #[error("alert of this kind lives at most {} hours", .0.as_secs() / 3_600)]
    Life(Duration),
    /// Offers too many clips.
    #[error("alert offers more than {CLIPS_PER_ALERT} clips")]
    TooManyClips,
    /// Of a kind that stays on the street.
    #[error(
        "an alert of this kind stays on your street; nearby is for lost pets, missing people, fire, road, outage, weather, water and animals"
    )]
    NotNearby,
    /// For everybody nearby, but without a place, or with one that has no topic, or finer than everybody may know.
    #[error(
        "an alert for everybody nearby needs a place of {OPEN_PRECISION} or {PUBLIC_PRECISION} characters"
    )]
    NearbyPlace,
    /// For everybody nearby, and offers clips.
    #[error("an alert for everybody nearby cannot offer clips: a key is for one neighbour")]
    NearbyClips,
}

impl Alert {
    /// Longest life of an alert of this kind.
    pub const fn longest_life(kind: Kind) -> Duration {
        match kind {
            Kind::LostPet | Kind::MissingPerson => ALERT_LIFE_SEARCH,
            _ => ALERT_LIFE,
        }
    }

    /// Whether alerts of this kind may be told to everybody nearby: what helps to find, to help or to get out of the
    /// way, and tells nothing of anybody's home.
    pub const fn may_be_nearby(kind: Kind) -> bool {
        match kind {
            Kind::LostPet
            | Kind::MissingPerson
            | Kind::Fire
            | Kind::Road
            | Kind::Outage
            | Kind::Weather
            | Kind::Water
            | Kind::Animal => true,
            Kind::BreakIn | Kind::Theft | Kind::Noise | Kind::Other => false,
        }
    }

    /// Checks what can be checked without knowing the street.
    ///
    /// # Errors
    /// Every [`AlertError`].
    pub fn check(&self, now: Timestamp) -> Result<(), AlertError> {
        let longest = Self::longest_life(self.kind);
        if self.expires <= self.issued || self.expires.since(self.issued) > longest {
            return Err(AlertError::Life(longest));
        }
        if self.clips.len() > CLIPS_PER_ALERT {
            return Err(AlertError::TooManyClips);
        }
        if self.audience == Audience::Nearby {
            self.check_nearby()?;
        }
        if self.expires <= now {
            return Err(AlertError::Expired);
        }
        let latest = now.after(CLOCK_SKEW);
        if self.issued > latest || self.happened > latest {
            return Err(AlertError::Future);
        }
        Ok(())
    }

    fn check_nearby(&self) -> Result<(), AlertError> {
        if !Self::may_be_nearby(self.kind) {
            return Err(AlertError::NotNearby);
        }
        let public =
            |place: &Place| (OPEN_PRECISION..=PUBLIC_PRECISION).contains(&place.as_str().len());
        if !self.place.as_ref().is_some_and(public) {
            return Err(AlertError::NearbyPlace);
        }
        if !self.clips.is_empty() {
            return Err(AlertError::NearbyClips);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
