//! What the household may want to be told of beyond its own page: on a phone, by a lamp, in a letter.
//!
//! Only what neighbours and agencies said that this home shows by itself. What a stranger says in the open can be read on the
//! page, and rings at nobody's house; nor does what this household said itself.

use streetlamp_proto::alert::{Progress, Urgency};
use streetlamp_proto::household::{BulletinView, Household};
use streetlamp_proto::publisher;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::NodeHandle;
use crate::error::Result;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaker {
    /// A neighbour, in an alert.
    Neighbour,
    /// An agency, in a bulletin.
    Agency,
}

/// Something that is said and holds, or was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The alert or bulletin.
    pub id: StatementId,
    /// Who speaks.
    pub speaker: Speaker,
    /// How soon one should know. Of a bulletin it is urgent if lives may hang on it.
    pub urgency: Urgency,
    /// Whether it was taken back.
    pub retracted: bool,
    /// The kind of event, in a word.
    pub kind: &'static str,
    /// What happened, in one line.
    pub title: String,
}

impl NodeHandle {
    /// Everything that may be told now.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn news(&self) -> Result<Vec<News>> {
        self.read(all).await
    }
}

fn all(household: &Household, now: Timestamp) -> Vec<News> {
    let me = household.me().household();
    let alerts = household.feed().filter(|glimpse| {
        let known = glimpse.author.is_some() || glimpse.next_door(now).is_some();
        let progress = &glimpse.thread.progress;
        let over = glimpse.alert.expires <= now || matches!(progress, Progress::Resolved { .. });
        known && glimpse.author != Some(me) && glimpse.is_shown() && !over
    });
    let alerts = alerts.map(|glimpse| News {
        id: glimpse.id,
        speaker: Speaker::Neighbour,
        urgency: glimpse.thread.urgency,
        retracted: matches!(glimpse.thread.progress, Progress::Cancelled { .. }),
        kind: glimpse.alert.kind.word(),
        title: glimpse.thread.title.to_string(),
    });
    let bulletins = household.bulletins(now).into_iter();
    let bulletins = bulletins.filter(BulletinView::is_shown).map(|view| News {
        id: view.id,
        speaker: Speaker::Agency,
        urgency: match view.bulletin.kind.is_life_safety() {
            true => Urgency::Urgent,
            false => Urgency::HeadsUp,
        },
        retracted: view.state == publisher::State::Cancelled,
        kind: view.bulletin.kind.word(),
        title: view.bulletin.headline.to_string(),
    });
    alerts.chain(bulletins).collect()
}
