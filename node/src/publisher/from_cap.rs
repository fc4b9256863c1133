//! What a message of the Common Alerting Protocol becomes at a publisher: the words of a bulletin, where it holds, and
//! what it does to earlier ones.
//!
//! This is done by whoever hands the message in, a command or the relay. The node that speaks reads no XML.

use streetlamp_proto::publisher::{Area, Certainty, Original, Severity, Status, Urgency};
use streetlamp_proto::time::Timestamp;

use super::{DraftWords, RelayedWords};
use crate::cap::{self, CapError, MessageKind, Wanted, cover};
use crate::error::{Error, ErrorKind, Result};
use crate::when;

/// On which terms messages are taken.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Which of its words.
    pub wanted: Wanted,
    /// Where it holds, whatever its polygons say.
    pub area: Option<Area>,
    /// Whether somebody stands by who can be asked. If nobody does, more is better than nothing: what of it lies in the
    /// publisher's area is said, and a message that is too long to be carried is said without it.
    pub attended: bool,
}

/// What a message becomes.
#[derive(Debug)]
pub enum Becomes {
    /// Something to say.
    Words(Box<RelayedWords>, Weight),
    /// Nothing: it is about places outside the publisher's area.
    Elsewhere,
    /// Nothing: its time is over.
    Over,
}

/// What is said first when not everything can be: the least goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    /// Whether it is new. Homes take what changes earlier bulletins at any time.
    pub is_new: bool,
    /// Whether it is not meant.
    pub is_test: bool,
    /// How bad it is, how soon, and how sure.
    pub severity: Severity,
    /// See [`Weight::severity`].
    pub urgency: Urgency,
    /// See [`Weight::severity`].
    pub certainty: Certainty,
}

/// What a message becomes, at a publisher that speaks in `declared`.
///
/// # Errors
/// [`ErrorKind::Invalid`] if it cannot be read, is not for residents, or reaches beyond the area of a publisher at whose
/// terminal somebody sits.
pub fn from_cap(xml: &[u8], declared: &Area, terms: &Terms, now: Timestamp) -> Result<Becomes> {
    let message = cap::read(xml)?;
    message.is_for_residents()?;
    let origin = message.origin()?.as_str().to_owned();
    let references = message
        .referred()
        .iter()
        .map(|o| o.as_str().to_owned())
        .collect();
    let text = String::from_utf8_lossy(xml);
    let original = match text.parse::<Original>() {
        Ok(_) => Some(text.into_owned()),
        Err(error) if terms.attended => {
            let message = format!(
                "the CAP message is too long to go with a bulletin: leave out files inside it (derefUri), or publish in words ({error})"
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        Err(_) => None,
    };
    if message.kind == MessageKind::Cancel {
        let words = RelayedWords {
            origin,
            references,
            says: None,
            original,
        };
        return Ok(Becomes::Words(Box::new(words), Weight::CHANGE));
    }
    let words = message.words(&terms.wanted)?;
    let life = match words.life(now) {
        Err(CapError::Expired) if !terms.attended => return Ok(Becomes::Over),
        life => life?,
    };
    let area = match &terms.area {
        Some(area) => area.cells().to_vec(),
        None => match cover(&message, declared)? {
            Some(cover) if cover.sticks_out && terms.attended => return Err(sticks_out()),
            Some(cover) => match cover.area {
                Some(area) => area.cells().to_vec(),
                None => return Ok(Becomes::Elsewhere),
            },
            // It names its place by a code. All of the publisher's area is sure to hold it.
            None => Vec::new(),
        },
    };
    let weight = Weight {
        is_new: message.kind == MessageKind::Alert,
        is_test: words.status != Status::Actual,
        severity: words.severity,
        urgency: words.urgency,
        certainty: words.certainty,
    };
    let draft = DraftWords {
        kind: words.kind.word().to_owned(),
        status: words.status.word().to_owned(),
        severity: words.severity.word().to_owned(),
        urgency: words.urgency.word().to_owned(),
        certainty: words.certainty.word().to_owned(),
        area: area.iter().map(ToString::to_string).collect(),
        headline: words.headline.to_string(),
        text: words.text.to_string(),
        instruction: words.instruction.to_string(),
        contact: words.contact.to_string(),
        life_ms: when::millis(life),
    };
    let words = RelayedWords {
        origin,
        references,
        says: Some(draft),
        original,
    };
    Ok(Becomes::Words(Box::new(words), weight))
}

impl Weight {
    /// A cancellation.
    const CHANGE: Self = Self {
        is_new: false,
        is_test: false,
        severity: Severity::Extreme,
        urgency: Urgency::Immediate,
        certainty: Certainty::Observed,
    };

    /// Whether it is bad enough that room is kept for it.
    pub fn is_grave(self) -> bool {
        !self.is_test && self.severity <= Severity::Severe
    }
}

fn sticks_out() -> Error {
    let message = "the CAP message is about places outside this publisher's area: name with --area the cells of your area in which it is to hold";
    Error::new(ErrorKind::Invalid, message)
}
