//! What is said of publishers and their bulletins, at a home and at the publisher's own node.

use serde::{Deserialize, Serialize};
use streetlamp_proto::household::Warning;
use utoipa::ToSchema;

use super::Moment;

/// One of `bulletin list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinItem {
    pub bulletin: String,
    pub publisher: String,
    pub publisher_name: String,
    pub domain: String,
    /// Whether the domain lists the publisher's key, as far as this home found out.
    pub domain_verified: bool,
    pub pinned: bool,
    /// Why the publisher may not be who it says it is.
    pub warning: Option<String>,
    pub kind: String,
    /// `actual`, `exercise`, `system` or `test`.
    pub status: String,
    pub severity: String,
    pub urgency: String,
    pub certainty: String,
    pub headline: String,
    pub text: String,
    pub instruction: String,
    pub contact: String,
    pub areas: Vec<String>,
    pub issued: Moment,
    /// When it was last said anew.
    pub updated: Option<Moment>,
    pub expires: Moment,
    /// `active`, `cancelled` or `expired`; the status if it is not meant.
    pub state: String,
    pub muted: bool,
    pub received: Moment,
    /// The CAP message that it was made from.
    pub original: Option<OriginalItem>,
}

/// What a bulletin carries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OriginalItem {
    /// Whether it says what the bulletin says. If not, all the rest is left out, and it is not exported.
    pub agrees: bool,
    pub sender: Option<String>,
    pub identifier: Option<String>,
    pub sent: Option<Moment>,
    /// `none`, or `not-checked` if there is an XML signature: nothing here checks one.
    pub signature: Option<String>,
}

/// `bulletin export`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinExported {
    pub bulletin: String,
    /// The message, in XML.
    pub cap: String,
    /// `carried`: the message that the bulletin was made from; `written`: made of the bulletin; `contradicted`: also
    /// made of it, because the message that it carries says something else.
    pub made: String,
}

/// `bulletin mute` and `bulletin unmute`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Muted {
    /// The publisher's id, or the kind's word.
    pub what: String,
    pub muted: bool,
    /// Whether bulletins on which lives may hang are still shown.
    pub life_safety_shown: bool,
}

/// One of `publisher list`, and `publisher pin`, `forget`, `check`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublisherItem {
    pub publisher: String,
    pub name: String,
    pub domain: String,
    pub domain_verified: bool,
    /// When the domain last listed the key.
    pub domain_checked: Option<Moment>,
    /// When it was last asked, whether it answered or not.
    pub domain_asked: Option<Moment>,
    /// `https` or `dns`.
    pub domain_checked_by: Option<String>,
    pub pinned: bool,
    pub warning: Option<String>,
    pub muted: bool,
    pub areas: Vec<String>,
    /// Every key that it had, the one that it has last.
    pub keys: Vec<KeyItem>,
    pub first_seen: Moment,
    /// How many of its bulletins hold.
    pub bulletins: usize,
}

/// One of a publisher's `keys`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyItem {
    pub key: String,
    /// When the key before it named it; none for the first.
    pub since: Option<Moment>,
}

/// `publisher domains`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AsksDomains {
    pub ask: bool,
}

/// `publisher init` and `publisher change-key`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublisherMade {
    pub publisher: String,
    pub name: String,
    pub domain: String,
    pub areas: Vec<String>,
    pub home: String,
    /// The file to host.
    pub well_known: String,
    /// The record to put into the DNS, if there is no web server.
    pub dns_record: String,
    pub second_key: Option<String>,
}

/// `publisher publish`, `update` and `cancel`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// The first of those that were said in its place.
    pub bulletin: String,
    /// What was said now.
    pub said: String,
    /// `sent` or `queued`.
    pub state: String,
    /// Whether everybody whom it is about could be told. An update that is about more places than what it updates is a
    /// new bulletin there, of which homes take so many an hour.
    pub whole: bool,
}

/// `publisher show`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublisherShown {
    pub publisher: String,
    pub name: String,
    pub domain: String,
    pub areas: Vec<String>,
    pub homes_connected: usize,
    pub listen: Vec<String>,
    pub bulletins: Vec<OwnBulletinItem>,
}

/// One of a publisher's own `bulletins`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnBulletinItem {
    pub bulletin: String,
    pub kind: String,
    pub status: String,
    pub headline: String,
    pub issued: Moment,
    pub expires: Moment,
    pub state: String,
}

/// A warning in words: what happened, and what to try.
pub const fn warning(warning: Warning) -> &'static str {
    match warning {
        Warning::Impostor => {
            "somebody else is known here under this domain, and neither he nor the domain names this one: do not believe it"
        }
        Warning::KeyChanged => {
            "the domain lists this key now, and another one before, and the old key did not name it: ask them in another way before you believe it, then pin it"
        }
        Warning::Denied => {
            "the domain does not list this key: it may be somebody else, or a key that was given up"
        }
        Warning::Contested => {
            "a key that this publisher gave up names two others: somebody else may have it; ask them in another way, then pin it"
        }
    }
}
