//! The message that a bulletin is: the one that it carries, or one made of its words.

use geohash::decode_bbox;
use streetlamp_proto::publisher::{Bulletin, Domain, Kind, Message as Act, Original};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::cover::GEOHASH;
use super::error::CapError;
use super::lists::{Category, MessageKind, Response, Scope};
use super::message::{Info, Message, Moment, Pair, Place};
use super::words::KIND;
use super::{read, write};

/// The message that a bulletin carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// None: it was not made from one.
    Nothing,
    /// One that says what the bulletin says.
    Message(Box<Message>),
    /// Something else. Whoever signed it wants homes to show one thing and other systems another.
    Contradiction,
}

/// Looks at the message that a bulletin carries.
pub fn carried(said: &Bulletin) -> Carried {
    let Some(original) = &said.original else {
        return Carried::Nothing;
    };
    match read(original.as_str().as_bytes()) {
        Ok(message) if message.agrees_with(said) => Carried::Message(Box::new(message)),
        _ => Carried::Contradiction,
    }
}

/// A bulletin as a message of CAP 1.2: the one that it carries, to the letter, if it says the same; otherwise one of its
/// words. `first` says when the bulletin was said that it updates or takes back.
///
/// # Errors
/// [`CapError::Time`] for a time that CAP cannot write.
pub fn exported(
    said: &Bulletin,
    id: StatementId,
    domain: &Domain,
    first: Timestamp,
) -> Result<String, CapError> {
    match (carried(said), &said.original) {
        (Carried::Message(_), Some(original)) => Ok(Original::as_str(original).to_owned()),
        _ => Ok(write(&message(said, id, domain, first)?)),
    }
}

fn message(
    said: &Bulletin,
    id: StatementId,
    domain: &Domain,
    first: Timestamp,
) -> Result<Message, CapError> {
    let (kind, about) = match said.message {
        Act::Alert => (MessageKind::Alert, None),
        Act::Update(about) => (MessageKind::Update, Some(about)),
        Act::Cancel(about) => (MessageKind::Cancel, Some(about)),
    };
    let references = about
        .map(|about| Ok(format!("{domain},{about},{}", Moment::of(first)?.as_str())))
        .transpose()?;
    Ok(Message {
        identifier: id.to_string(),
        sender: domain.to_string(),
        sent: Moment::of(said.issued)?,
        status: said.status,
        kind,
        source: None,
        scope: Scope::Public,
        restriction: None,
        addresses: None,
        codes: Vec::new(),
        note: None,
        references,
        incidents: None,
        infos: vec![info(said)?],
        signed: false,
    })
}

fn info(said: &Bulletin) -> Result<Info, CapError> {
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (category, event) = event(said.kind);
    let responses = match said.kind {
        Kind::Evacuation => vec![Response::Evacuate],
        _ => Vec::new(),
    };
    Ok(Info {
        // What language it is in a bulletin does not say; without this element it would be taken for English.
        language: Some("und".to_owned()),
        categories: vec![category],
        event: event.to_owned(),
        responses,
        urgency: said.urgency,
        severity: said.severity,
        certainty: said.certainty,
        audience: None,
        event_codes: Vec::new(),
        effective: None,
        onset: None,
        expires: Some(Moment::of(said.expires)?),
        sender_name: None,
        headline: filled(said.headline.as_str()),
        description: filled(said.text.as_str()),
        instruction: filled(said.instruction.as_str()),
        web: None,
        contact: filled(said.contact.as_str()),
        parameters: vec![Pair {
            name: KIND.to_owned(),
            value: said.kind.word().to_owned(),
        }],
        resources: Vec::new(),
        places: vec![place(said)],
    })
}

/// Where a bulletin holds: each of its cells, by name and as a polygon.
fn place(said: &Bulletin) -> Place {
    let cells: Vec<_> = said.area.cells().iter().map(ToString::to_string).collect();
    let polygons = cells.iter().filter_map(|cell| {
        let cell = decode_bbox(cell).ok()?;
        let ((west, south), (east, north)) = (cell.min().x_y(), cell.max().x_y());
        Some(format!(
            "{south},{west} {south},{east} {north},{east} {north},{west} {south},{west}"
        ))
    });
    let polygons = polygons.collect();
    let codes = cells.iter().map(|cell| Pair {
        name: GEOHASH.to_owned(),
        value: cell.clone(),
    });
    Place {
        description: cells.join(" "),
        polygons,
        circles: Vec::new(),
        geocodes: codes.collect(),
        altitude: None,
        ceiling: None,
    }
}

/// What CAP calls a kind, roughly; the kind itself stands in a parameter.
const fn event(kind: Kind) -> (Category, &'static str) {
    match kind {
        Kind::SafetyTip => (Category::Safety, "Safety tip"),
        Kind::Update => (Category::Other, "Update"),
        Kind::RoadClosure => (Category::Transport, "Road closure"),
        Kind::PoliceActivity => (Category::Security, "Police activity"),
        Kind::Fire => (Category::Fire, "Fire"),
        Kind::Weather => (Category::Met, "Weather"),
        Kind::Evacuation => (Category::Safety, "Evacuation"),
        Kind::MissingPerson => (Category::Rescue, "Missing person"),
        Kind::CommunityEvent => (Category::Other, "Community event"),
        Kind::Meeting => (Category::Other, "Public meeting"),
        Kind::Hazard => (Category::Safety, "Hazard"),
    }
}
