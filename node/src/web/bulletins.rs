//! Bulletins as they are drawn: apart from what neighbours say, and as text only. What looks like a link is none.

use streetlamp_proto::household::{BulletinView, PublisherView};
use streetlamp_proto::publisher::{Bulletin, Kind, Severity, State};
use streetlamp_proto::time::Timestamp;

use super::words::Moment;
use crate::cap::{self, Carried};
use crate::control::answers::warning;
use crate::when;

/// A bulletin as it is drawn.
pub(super) struct BulletinCard {
    pub(super) id: String,
    pub(super) kind: &'static str,
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
    pub(super) warning: Option<&'static str>,
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
            warning: view.publisher.warning.map(warning),
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
            let day = when::readable(at);
            let day = day.get(..10).unwrap_or(&day);
            format!("{domain}, which listed its key on {day}")
        }
        (None, true) => format!("pinned by you; domain {domain} not checked"),
        (None, false) => format!("says it is {domain}; nobody checked that yet"),
    }
}

/// Where a bulletin comes from, in one line. A signature that nobody checked is worth nothing to a resident.
fn original(said: &Bulletin) -> Option<String> {
    match cap::carried(said) {
        Carried::Nothing => None,
        Carried::Message(message) => {
            let signature = match message.signed {
                true => "; its XML signature was not checked",
                false => "",
            };
            Some(format!(
                "made from a CAP message of {}{signature}",
                message.sender.trim()
            ))
        }
        Carried::Contradiction => {
            Some("carries a CAP message that says something else, which is not shown".to_owned())
        }
    }
}

pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::SafetyTip => "Safety tip",
        Kind::Update => "Update",
        Kind::RoadClosure => "Road closure",
        Kind::PoliceActivity => "Police activity",
        Kind::Fire => "Fire",
        Kind::Weather => "Weather",
        Kind::Evacuation => "Evacuation",
        Kind::MissingPerson => "Missing person",
        Kind::CommunityEvent => "Community event",
        Kind::Meeting => "Meeting",
        Kind::Hazard => "Hazard",
    }
}
