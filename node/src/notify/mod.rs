//! Notifications: to a phone over ntfy or UnifiedPush, to a program over a webhook, or as a letter.
//!
//! A way out is chosen by the household alone, and is told as little as it chose: by default that something was said, and not
//! what. Its server may be one of the house or, under TLS only, anybody's (`address`). Nothing that it answers is shown, and no
//! redirect is followed. Here is what is sent and how; when, and that nothing is sent twice, is `node::notifying`'s.

mod letter;
mod ntfy;
mod webhook;

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use streetlamp_proto::alert::Urgency;
use streetlamp_proto::time::Timestamp;
use utoipa::ToSchema;

use crate::contents::Contents;
use crate::error::{Error, ErrorKind, Result};
use crate::when::Hours;

pub use letter::Letters;
pub use ntfy::Topic;
pub use webhook::Hook;

/// A way by which the household is told, and of what.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    /// How.
    pub way: Way,
    /// Of what.
    pub about: BTreeSet<About>,
    /// From which urgency on.
    #[serde(with = "urgency")]
    pub at_least: Urgency,
    /// When it is silent. What still holds afterwards is told then.
    pub quiet: Option<Hours>,
    /// Whether what is urgent is told even then.
    pub urgent_passes: bool,
    /// How much is told.
    pub contents: Contents,
}

/// How the household is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Way {
    /// A topic of an ntfy server, or the endpoint of a UnifiedPush distributor.
    Ntfy(Topic),
    /// A program of the household.
    Webhook(Hook),
    /// A letter.
    Mail(Box<Letters>),
}

/// Of what the household may be told.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Alerts of neighbours.
    Alerts,
    /// Bulletins of agencies.
    Bulletins,
    /// That somebody is at a camera, and whether that is something for the street.
    Doorbell,
    /// That a browser signed in to the page of the home.
    SignIns,
}

impl About {
    /// The word for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Bulletins => "bulletins",
            Self::Doorbell => "doorbell",
            Self::SignIns => "sign-ins",
        }
    }

    /// Whether it is an event of the moment, which has no urgency and no title.
    const fn is_moment(self) -> bool {
        matches!(self, Self::Doorbell | Self::SignIns)
    }
}

/// Why something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is new, or says something else than before.
    Said,
    /// It was taken back: in place of what was sent before.
    Retracted,
    /// To see whether it arrives.
    Test,
}

/// What is sent, before the household's choice is applied to it.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Names it at this outlet: 32 characters by which nobody else can tell what it is about.
    pub id: String,
    /// Of what it tells.
    pub about: About,
    /// How soon one should know.
    pub urgency: Urgency,
    /// Why it is sent.
    pub standing: Standing,
    /// The kind of event, or the camera's name, or from where somebody signed in.
    pub kind: String,
    /// What was said, in one line.
    pub title: String,
    /// When it is sent.
    pub at: Timestamp,
}

impl Way {
    /// The kind in one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ntfy(_) => "ntfy",
            Self::Webhook(_) => "webhook",
            Self::Mail(_) => "mail",
        }
    }

    /// Where it leads, without what is secret: a topic is a password.
    pub fn shown(&self) -> String {
        match self {
            Self::Ntfy(topic) => topic.place.host_shown(),
            Self::Webhook(hook) => hook.place.host_shown(),
            Self::Mail(letters) => letters.shown(),
        }
    }
}

impl Outlet {
    /// Whether it is to tell of such things at all.
    pub fn wants(&self, about: About, urgency: Urgency) -> bool {
        self.about.contains(&about) && (about.is_moment() || urgency >= self.at_least)
    }

    /// Whether it may do so at this time.
    pub fn may_ring(&self, urgency: Urgency, at: Timestamp) -> bool {
        let quiet = self.quiet.is_some_and(|hours| hours.cover(at));
        !quiet || (self.urgent_passes && urgency == Urgency::Urgent)
    }

    /// Sends a notice.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it could not be handed over, [`ErrorKind::Denied`] if nobody may do so.
    pub async fn send(&self, notice: &Notice) -> Result<()> {
        let notice = &Worded::of(notice, self.contents);
        match &self.way {
            Way::Ntfy(topic) => topic.send(notice).await,
            Way::Webhook(hook) => hook.send(notice).await,
            Way::Mail(letters) => letters.send(notice).await,
        }
    }
}

/// A notice as it leaves: nothing in it that the household did not choose.
#[derive(Debug)]
struct Worded<'a> {
    id: &'a str,
    about: About,
    urgency: Urgency,
    standing: Standing,
    kind: Option<&'a str>,
    title: Option<&'a str>,
    at: Timestamp,
}

impl<'a> Worded<'a> {
    fn of(notice: &'a Notice, contents: Contents) -> Self {
        let moment = notice.about.is_moment();
        Self {
            id: &notice.id,
            about: notice.about,
            urgency: notice.urgency,
            standing: notice.standing,
            kind: (contents >= Contents::Kind).then_some(notice.kind.as_str()),
            title: (contents >= Contents::Title && !moment).then_some(notice.title.as_str()),
            at: notice.at,
        }
    }

    /// One sentence for people.
    fn sentence(&self) -> String {
        match (self.standing, self.about) {
            (Standing::Test, _) => "This is a test: notifications of your home arrive.".to_owned(),
            (_, About::Doorbell) => match self.kind {
                Some(camera) => {
                    format!("Somebody is at '{camera}'. Is it something for the street?")
                }
                None => "Somebody is at a camera. Is it something for the street?".to_owned(),
            },
            (_, About::SignIns) => match self.kind {
                Some(from) => format!("A browser signed in to the page of your home, from {from}"),
                None => "A browser signed in to the page of your home".to_owned(),
            },
            (Standing::Said, _) => match (self.title, self.kind, self.urgency) {
                (Some(title), Some(kind), _) => format!("{kind}: {title}"),
                (_, Some(kind), _) => format!("On your street: {kind}"),
                (_, _, Urgency::Urgent) => "Something urgent on your street".to_owned(),
                _ => "Something on your street".to_owned(),
            },
            (Standing::Retracted, _) => match (self.title, self.kind) {
                (Some(title), _) => format!("Taken back: {title}"),
                (_, Some(kind)) => format!("Taken back: {kind}"),
                _ => "Taken back: what was said on your street".to_owned(),
            },
        }
    }
}

/// What a server's answer means.
fn judged(status: StatusCode) -> Result<()> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let message = "the server lets nobody of this token send: check it";
            Err(Error::new(ErrorKind::Denied, message))
        }
        status => {
            let message = format!("the server does not take it ({})", status.as_u16());
            Err(Error::new(ErrorKind::Unavailable, message))
        }
    }
}

/// An urgency as its word.
mod urgency {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use streetlamp_proto::alert::Urgency;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(urgency: &Urgency, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(urgency.word())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Urgency, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
