//! A message with all that CAP 1.2 defines.

use streetlamp_proto::publisher::{Certainty, Origin, Severity, Status, Urgency};
use streetlamp_proto::time::Timestamp;

use super::error::CapError;
use super::lists::{Category, MessageKind, Response, Scope};

/// A message (`alert`). Texts are as they stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub identifier: String,
    pub sender: String,
    pub sent: Moment,
    pub status: Status,
    pub kind: MessageKind,
    pub source: Option<String>,
    pub scope: Scope,
    pub restriction: Option<String>,
    pub addresses: Option<String>,
    pub codes: Vec<String>,
    pub note: Option<String>,
    /// Earlier messages, as `sender,identifier,sent` with white space between.
    pub references: Option<String>,
    pub incidents: Option<String>,
    pub infos: Vec<Info>,
    /// Whether XML signatures stand at its end. Nobody checks them here.
    pub signed: bool,
}

/// What a message says, in one language or about one part of the event (`info`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    pub language: Option<String>,
    pub categories: Vec<Category>,
    pub event: String,
    pub responses: Vec<Response>,
    pub urgency: Urgency,
    pub severity: Severity,
    pub certainty: Certainty,
    pub audience: Option<String>,
    pub event_codes: Vec<Pair>,
    pub effective: Option<Moment>,
    pub onset: Option<Moment>,
    pub expires: Option<Moment>,
    pub sender_name: Option<String>,
    pub headline: Option<String>,
    pub description: Option<String>,
    pub instruction: Option<String>,
    pub web: Option<String>,
    pub contact: Option<String>,
    pub parameters: Vec<Pair>,
    pub resources: Vec<Resource>,
    pub places: Vec<Place>,
}

/// A name and a value (`eventCode`, `parameter`, `geocode`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

/// A file that goes with a message (`resource`). Nobody fetches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub description: String,
    pub mime_type: String,
    pub size: Option<String>,
    pub uri: Option<String>,
    pub deref_uri: Option<String>,
    pub digest: Option<String>,
}

/// Where it holds (`area`). Numbers are text: they are written as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub description: String,
    pub polygons: Vec<String>,
    pub circles: Vec<String>,
    pub geocodes: Vec<Pair>,
    pub altitude: Option<String>,
    pub ceiling: Option<String>,
}

/// A time as CAP writes it: to the second, with the distance to UTC and never `Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    text: String,
    time: Timestamp,
}

impl Moment {
    /// The time of a text such as `2026-05-01T18:30:00-07:00`.
    ///
    /// # Errors
    /// [`CapError::Time`].
    pub fn read(text: &str) -> Result<Self, CapError> {
        let odd = || CapError::Time(text.chars().take(40).collect());
        let text = text.trim();
        let shape: String = text
            .chars()
            .map(|c| if c.is_ascii_digit() { 'd' } else { c })
            .collect();
        if !matches!(
            shape.as_str(),
            "dddd-dd-ddTdd:dd:dd+dd:dd" | "dddd-dd-ddTdd:dd:dd-dd:dd"
        ) {
            return Err(odd());
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| odd())?;
        let ms = u64::try_from(time.as_millisecond()).map_err(|_| odd())?;
        Ok(Self {
            text: text.to_owned(),
            time: Timestamp::from_ms(ms),
        })
    }

    /// A time in UTC, to the second.
    ///
    /// # Errors
    /// [`CapError::Time`] if it is later than the year 9999.
    pub fn of(time: Timestamp) -> Result<Self, CapError> {
        let odd = || CapError::Time(time.as_ms().to_string());
        let ms = i64::try_from(time.as_ms()).map_err(|_| odd())?;
        let at = jiff::Timestamp::from_millisecond(ms).map_err(|_| odd())?;
        Self::read(&at.strftime("%Y-%m-%dT%H:%M:%S-00:00").to_string())
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When that is.
    pub const fn time(&self) -> Timestamp {
        self.time
    }
}

impl Message {
    /// What others call it when they refer to it.
    ///
    /// # Errors
    /// [`CapError::Element`] if sender or identifier have characters that they must not have (section 3.2.1).
    pub fn origin(&self) -> Result<Origin, CapError> {
        let origin = format!(
            "{},{},{}",
            self.sender.trim(),
            self.identifier.trim(),
            self.sent.as_str()
        );
        origin.parse().map_err(|_| {
            CapError::element(
                "identifier",
                "or 'sender' is empty, or has spaces or commas",
            )
        })
    }

    /// What is known of its XML signature, in a word for scripts: `none`, or `not-checked`.
    pub const fn signature_state(&self) -> &'static str {
        if self.signed { "not-checked" } else { "none" }
    }

    /// The earlier messages that it is about. What is none is left out.
    pub fn referred(&self) -> Vec<Origin> {
        let references = self
            .references
            .iter()
            .flat_map(|text| text.split_whitespace());
        references.filter_map(|name| name.parse().ok()).collect()
    }
}
