//! Alerts: what a neighbour tells the street.
//!
//! An alert is about an event, never about a person as such; it names a cell at the finest, and it ends. It travels
//! only inside a seal of the street. This module holds the statement and the rules that need nothing but the alert
//! and the time; who may speak on a street is membership's business.

mod kind;

pub use kind::{Kind, UnknownWord, Urgency};

use std::time::Duration;

use minicbor::{Decode, Encode};

use crate::cell::Place;
use crate::clip::ClipId;
use crate::id::id;
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

/// What a neighbour tells the street.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Alert {
    /// The street it is for. In another street it is refused.
    #[n(0)]
    pub street: StreetId,
    /// What kind of event.
    #[n(1)]
    pub kind: Kind,
    /// How soon neighbours should know.
    #[n(2)]
    pub urgency: Urgency,
    /// Where, as a cell; up to seven characters, because an alert is always sealed.
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
}

impl Alert {
    /// Longest life of an alert of this kind.
    pub const fn longest_life(kind: Kind) -> Duration {
        match kind {
            Kind::LostPet | Kind::MissingPerson => ALERT_LIFE_SEARCH,
            _ => ALERT_LIFE,
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
        if self.expires <= now {
            return Err(AlertError::Expired);
        }
        let latest = now.after(CLOCK_SKEW);
        if self.issued > latest || self.happened > latest {
            return Err(AlertError::Future);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
