//! An alert and all that was said about it, as it is shown.
//!
//! The fold does not depend on the order in which statements arrived: it sorts them by the time at which they were
//! said, and a retraction wins over everything. Whether somebody counts as vouched is membership's business; the
//! caller passes it in.

use std::collections::BTreeMap;

use super::{Act, Alert, Comment, FlagReason, FollowUp, Reason, Text, Title, Urgency};
use crate::identity::HouseholdId;
use crate::signed::StatementId;
use crate::time::Timestamp;

/// A follow-up with its author, as the fold takes it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Its id.
    pub id: StatementId,
    /// What was said.
    pub follow_up: &'a FollowUp,
    /// Who said it.
    pub author: HouseholdId,
    /// Whether that household counts: it is not new on the street.
    pub vouched: bool,
}

/// How far an alert has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// As far as is known, it is so.
    Active,
    /// Its author took it back.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why, if the author said.
        reason: Option<Reason>,
    },
    /// Its author says that it is over.
    Resolved {
        /// When.
        at: Timestamp,
    },
}

/// What an alert and its follow-ups add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The title after updates.
    pub title: Title,
    /// The text after updates.
    pub text: Text,
    /// The urgency after updates.
    pub urgency: Urgency,
    /// When it was last updated.
    pub updated: Option<Timestamp>,
    /// How far it has come.
    pub progress: Progress,
    /// Vouched households that saw it too.
    pub confirmations: Vec<HouseholdId>,
    /// Comments that were made before they were closed, the oldest first.
    pub comments: Vec<(HouseholdId, Timestamp, Comment)>,
    /// Whether the author wants no more comments.
    pub closed: bool,
    /// Households that flagged it, each with its first reason.
    pub flags: BTreeMap<HouseholdId, FlagReason>,
}

impl Thread {
    /// An alert about which nothing more was said.
    pub fn new(alert: &Alert) -> Self {
        Self {
            title: alert.title.clone(),
            text: alert.text.clone(),
            urgency: alert.urgency,
            updated: None,
            progress: Progress::Active,
            confirmations: Vec::new(),
            comments: Vec::new(),
            closed: false,
            flags: BTreeMap::new(),
        }
    }

    /// Adds up follow-ups that fit the alert ([`FollowUp::fits`]).
    pub fn fold<'a>(alert: &Alert, said: impl IntoIterator<Item = Said<'a>>) -> Self {
        let mut said: Vec<_> = said.into_iter().collect();
        said.sort_by_key(|said| (said.follow_up.issued, said.id));
        let mut thread = Self::new(alert);
        for said in said {
            thread.add(&said);
        }
        thread
    }

    fn add(&mut self, said: &Said<'_>) {
        let at = said.follow_up.issued;
        match &said.follow_up.act {
            Act::Update {
                title,
                text,
                urgency,
            } => {
                self.title = title.clone();
                self.text = text.clone();
                self.urgency = *urgency;
                self.updated = Some(at);
            }
            Act::Cancel(reason) => {
                // The first retraction stands; a later one adds nothing.
                if !matches!(self.progress, Progress::Cancelled { .. }) {
                    let reason = reason.clone();
                    self.progress = Progress::Cancelled { at, reason };
                }
            }
            Act::Resolve => {
                if self.progress == Progress::Active {
                    self.progress = Progress::Resolved { at };
                }
            }
            Act::Confirm => {
                if said.vouched && !self.confirmations.contains(&said.author) {
                    self.confirmations.push(said.author);
                }
            }
            Act::Comment(text) => {
                if !self.closed {
                    self.comments.push((said.author, at, text.clone()));
                }
            }
            Act::CloseComments => self.closed = true,
            Act::Flag(reason) => {
                self.flags.entry(said.author).or_insert(*reason);
            }
        }
    }
}
