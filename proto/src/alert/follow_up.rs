//! What is said about an alert after it was posted.
//!
//! A follow-up is a signed statement of its own, so that it can reach a home before its alert does, and every home
//! that holds the same statements shows the same thing, in whatever order they came ([`Thread`](super::Thread)). It
//! carries its alert's end: whoever holds a follow-up whose alert it never saw still knows when to forget it.

use minicbor::{Decode, Encode};

use super::{Alert, Audience, Nonce, Text, Title, Urgency, kind::words};
use crate::signed::{Signed, Statement, StatementId};
use crate::text::{Line, Prose};
use crate::time::Timestamp;
use crate::wire::limits::{ALERT_LIFE_SEARCH, CLOCK_SKEW, COMMENT_CHARS, REASON_CHARS};

/// The text of a comment.
pub type Comment = Prose<COMMENT_CHARS>;
/// Why an alert is taken back, or a household removed.
pub type Reason = Line<REASON_CHARS>;

words! {
    /// Why a neighbour thinks that an alert should not be seen.
    FlagReason {
        /// It did not happen.
        NotTrue = 0, "not-true";
        /// It is about how somebody looks, not about what happened.
        AboutAPerson = 1, "about-a-person";
        /// It tells something that is nobody's business.
        Private = 2, "private";
        /// It is advertising or noise.
        Spam = 3, "spam";
        /// It insults.
        Abuse = 4, "abuse";
    }
}

/// What a follow-up does.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Act {
    /// The author says it better. The newest update counts.
    #[n(0)]
    Update {
        /// The title from now on.
        #[n(0)]
        title: Title,
        /// The text from now on.
        #[n(1)]
        text: Text,
        /// The urgency from now on.
        #[n(2)]
        urgency: Urgency,
    },
    /// The author takes it back: it was not so.
    #[n(1)]
    Cancel(#[n(0)] Option<Reason>),
    /// "I saw it too." Counted once for each vouched household.
    #[n(2)]
    Confirm,
    /// The author says that it is over.
    #[n(3)]
    Resolve,
    /// A neighbour adds something.
    #[n(4)]
    Comment(#[n(0)] Comment),
    /// The author wants no more comments.
    #[n(5)]
    CloseComments,
    /// A neighbour thinks that it should not be seen. Each home decides at how many flags it hides an alert.
    #[n(6)]
    Flag(#[n(0)] FlagReason),
}

impl Act {
    /// Whether only the alert's author may do this.
    pub const fn is_the_authors(&self) -> bool {
        match self {
            Self::Update { .. } | Self::Cancel(_) | Self::Resolve | Self::CloseComments => true,
            Self::Confirm | Self::Comment(_) | Self::Flag(_) => false,
        }
    }

    /// Whether everybody but the author may do this: nobody confirms or flags himself.
    pub const fn is_for_others(&self) -> bool {
        matches!(self, Self::Confirm | Self::Flag(_))
    }

    /// The word for people and scripts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Update { .. } => "update",
            Self::Cancel(_) => "cancel",
            Self::Confirm => "confirm",
            Self::Resolve => "resolve",
            Self::Comment(_) => "comment",
            Self::CloseComments => "close-comments",
            Self::Flag(_) => "flag",
        }
    }
}

/// Something said about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FollowUp {
    /// Whom it is for: the same as the alert. What neighbours say about an alert for everybody nearby stays on the
    /// street.
    #[n(0)]
    pub audience: Audience,
    /// Which alert.
    #[n(1)]
    pub alert: StatementId,
    /// What it does.
    #[n(2)]
    pub act: Act,
    /// When it was said.
    #[n(3)]
    pub issued: Timestamp,
    /// When every home forgets it: when it forgets the alert.
    #[n(4)]
    pub expires: Timestamp,
    /// Keeps two comments of the same words apart.
    #[n(5)]
    pub nonce: Nonce,
}

impl Statement for FollowUp {
    const CONTEXT: &'static str = "streetlamp/1 follow-up";
}

/// Why a follow-up breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FollowUpError {
    /// Its time is over.
    #[error("alert has expired")]
    Expired,
    /// Said to be issued later than the allowed skew from now.
    #[error("follow-up is from the future: a clock is wrong")]
    Future,
    /// Lives longer than any alert.
    #[error("follow-up outlives every alert")]
    Life,
    /// A comment without a word.
    #[error("a comment needs words")]
    NoWords,
    /// Not of the alert that it names: another audience, another end, or said before it.
    #[error("follow-up does not fit its alert")]
    Misfit,
    /// Only the author may do this.
    #[error("only the author of an alert may do this")]
    NotTheAuthor,
    /// The author may not do this.
    #[error("this is for the other neighbours: nobody confirms or flags an alert of his own")]
    TheAuthor,
}

impl FollowUp {
    /// Checks what can be checked without the alert.
    ///
    /// # Errors
    /// [`FollowUpError::Expired`], [`FollowUpError::Future`], [`FollowUpError::Life`], [`FollowUpError::NoWords`].
    pub fn check(&self, now: Timestamp) -> Result<(), FollowUpError> {
        if self.expires <= now {
            return Err(FollowUpError::Expired);
        }
        if self.issued > now.after(CLOCK_SKEW) {
            return Err(FollowUpError::Future);
        }
        if self.expires <= self.issued || self.expires.since(self.issued) > ALERT_LIFE_SEARCH {
            return Err(FollowUpError::Life);
        }
        if matches!(&self.act, Act::Comment(words) if words.as_str().is_empty()) {
            return Err(FollowUpError::NoWords);
        }
        Ok(())
    }

    /// Checks that it belongs to this alert, and that somebody who is its author, or is not, may say it.
    ///
    /// # Errors
    /// [`FollowUpError::Misfit`], [`FollowUpError::NotTheAuthor`], [`FollowUpError::TheAuthor`].
    pub fn fits(&self, alert: &Signed<Alert>, by_author: bool) -> Result<(), FollowUpError> {
        let said = alert.statement();
        let audience = match said.audience {
            Audience::Nearby if !self.act.is_the_authors() => self.audience.street().is_some(),
            audience => self.audience == audience,
        };
        let fits = self.alert == alert.id()
            && audience
            && self.expires == said.expires
            // The clocks of two homes may differ.
            && self.issued.after(CLOCK_SKEW + CLOCK_SKEW) >= said.issued;
        if !fits {
            return Err(FollowUpError::Misfit);
        }
        if self.act.is_the_authors() && !by_author {
            return Err(FollowUpError::NotTheAuthor);
        }
        if self.act.is_for_others() && by_author {
            return Err(FollowUpError::TheAuthor);
        }
        Ok(())
    }
}
