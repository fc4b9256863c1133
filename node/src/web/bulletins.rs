//! Bulletins as they are drawn: apart from what neighbours say, and as text only. What looks like a link is none.

use streetlamp_proto::household::{BulletinView, PublisherView, Warning};
use streetlamp_proto::publisher::{Bulletin, Kind, Severity, State};
use streetlamp_proto::time::Timestamp;

use super::language::say;
use super::words::{self, Moment};
use crate::cap::{self, Carried};

/// A bulletin as it is drawn.
pub(super) struct BulletinCard {
    pub(super) id: String,
    pub(super) kind: String,
    /// Whether it is bad enough to stand out.
    pub(super) severe: bool,
    pub(super) headline: String,
    pub(super) text: String,
    pub(super) instruction: String,
    pub(super) contact: String,
    pub(super) publisher: String,
    /// What this home knows of its publisher's domain.
    pub(super) standing: String,
    /// Why its publisher may not be who it says it is.
    pub(super) warning: Option<String>,
    /// Where it comes from, if it was made from a message of another system.
    pub(super) original: Option<String>,
    pub(super) taken_back: bool,
    pub(super) issued: Moment,
    pub(super) expires: Moment,
}

impl BulletinCard {
    pub(super) fn new(view: &BulletinView, now: Timestamp) -> Self {
        let said = &view.bulletin;
        Self {
            id: view.id.to_string(),
            kind: kind(said.kind),
            severe: matches!(said.severity, Severity::Extreme | Severity::Severe),
            headline: said.headline.to_string(),
            text: said.text.to_string(),
            instruction: said.instruction.to_string(),
            contact: said.contact.to_string(),
            publisher: view.publisher.name.to_string(),
            standing: standing(&view.publisher),
            warning: view.publisher.warning.map(careful),
            original: original(said),
            taken_back: view.state == State::Cancelled,
            issued: Moment::new(said.issued, now),
            expires: Moment::new(said.expires, now),
        }
    }
}

/// What this home knows of a publisher's domain, in one line.
pub(super) fn standing(publisher: &PublisherView) -> String {
    let domain = &publisher.domain;
    match (publisher.listing.confirmed, publisher.pinned) {
        (Some((at, _)), _) => {
            let day = words::day_of(at).map(words::short_day);
            let day = day.unwrap_or_default();
            say!("publishers-listed", domain = domain.to_string(), day = day)
        }
        (None, true) => say!("publishers-pinned", domain = domain.to_string()),
        (None, false) => say!("publishers-unchecked", domain = domain.to_string()),
    }
}

/// Why a publisher may not be who it says it is, and what to try.
pub(super) fn careful(warning: Warning) -> String {
    match warning {
        Warning::Impostor => say!("publishers-impostor"),
        Warning::KeyChanged => say!("publishers-key-changed"),
        Warning::Denied => say!("publishers-denied"),
        Warning::Contested => say!("publishers-contested"),
    }
}

/// Where a bulletin comes from, in one line. A signature that nobody checked is worth nothing to a resident.
fn original(said: &Bulletin) -> Option<String> {
    match cap::carried(said) {
        Carried::Nothing => None,
        Carried::Message(message) => {
            let sender = message.sender.trim();
            Some(match message.signed {
                true => say!("publishers-from-signed", sender = sender),
                false => say!("publishers-from", sender = sender),
            })
        }
        Carried::Contradiction => Some(say!("publishers-contradiction")),
    }
}

/// A kind of bulletin as a resident says it.
pub(super) fn kind(kind: Kind) -> String {
    match kind {
        Kind::SafetyTip => say!("publishers-safety-tip"),
        Kind::Update => say!("publishers-update"),
        Kind::RoadClosure => say!("publishers-road-closure"),
        Kind::PoliceActivity => say!("publishers-police-activity"),
        Kind::Fire => say!("publishers-fire"),
        Kind::Weather => say!("publishers-weather"),
        Kind::Evacuation => say!("publishers-evacuation"),
        Kind::MissingPerson => say!("publishers-missing-person"),
        Kind::CommunityEvent => say!("publishers-community-event"),
        Kind::Meeting => say!("publishers-meeting"),
        Kind::Hazard => say!("publishers-hazard"),
    }
}
