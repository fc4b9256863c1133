//! What a camera noticed, out of what it tells by ONVIF.
//!
//! The topics of ONVIF's own events are few (ONVIF Imaging and Analytics Service Specifications); what recognizes people and
//! presses of a bell is each maker's. Known are those that many cameras send. What is not in the table is passed over, so are
//! names, numbers and boxes around what was seen: of a message two words are read, its topic and whether it holds.

use std::fmt;
use std::str::FromStr;

use oxvif::NotificationMessage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name of what told something.
const SOURCE: usize = 128;

/// Something that a camera notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// Something moves.
    Motion,
    /// It takes something for a person.
    Person,
    /// Somebody pressed its bell, or what is wired to its input.
    Doorbell,
}

/// All of them.
pub const EVERY: [Happening; 3] = [Happening::Motion, Happening::Person, Happening::Doorbell];

/// Topics, without the prefixes of their names; what in their data says that it holds; and what it is.
const TOPICS: &[(&str, &[&str], Happening)] = &[
    // ONVIF's own.
    (
        "VideoSource/MotionAlarm",
        &["State", "IsMotion"],
        Happening::Motion,
    ),
    (
        "RuleEngine/CellMotionDetector/Motion",
        &["IsMotion", "State"],
        Happening::Motion,
    ),
    (
        "RuleEngine/MotionRegionDetector/Motion",
        &["State", "IsMotion"],
        Happening::Motion,
    ),
    (
        "RuleEngine/FieldDetector/ObjectsInside",
        &["IsInside"],
        Happening::Motion,
    ),
    (
        "Device/Trigger/DigitalInput",
        &["LogicalState"],
        Happening::Doorbell,
    ),
    // Reolink.
    (
        "RuleEngine/MyRuleDetector/PeopleDetect",
        &["State"],
        Happening::Person,
    ),
    (
        "RuleEngine/MyRuleDetector/Visitor",
        &["State"],
        Happening::Doorbell,
    ),
    // TP-Link.
    (
        "RuleEngine/PeopleDetector/People",
        &["IsPeople"],
        Happening::Person,
    ),
    (
        "RuleEngine/TPSmartEventDetector/TPSmartEvent",
        &["IsPeople"],
        Happening::Person,
    ),
    // Dahua and others built on it.
    (
        "UserAlarm/IVA/HumanShapeDetect",
        &["State"],
        Happening::Person,
    ),
];

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub what: Happening,
    /// Who noticed it: what begins there ends there.
    pub by: String,
    /// Whether it holds now, or ended.
    pub holds: bool,
}

impl Told {
    /// Out of a message; nothing if it is about something else.
    pub(super) fn read(message: &NotificationMessage) -> Option<Self> {
        let topic = message.topic.trim().trim_start_matches('/');
        if topic.len() > SOURCE {
            return None;
        }
        let plain: Vec<_> = topic
            .split('/')
            .map(|part| part.rsplit_once(':').map_or(part, |(_, name)| name))
            .collect();
        let plain = plain.join("/");
        let (topic, items, what) = TOPICS.iter().find(|(topic, ..)| *topic == plain)?;
        let value = items.iter().find_map(|item| message.data.get(*item))?;
        let holds = match value.trim() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        };
        let holds = holds && message.property_operation != "Deleted";
        let mut sources: Vec<_> = message.source.iter().collect();
        sources.sort_unstable();
        let by = sources
            .into_iter()
            .map(|(name, value)| format!(" {name}={value}"));
        let by: String = std::iter::once((*topic).to_owned()).chain(by).collect();
        Some(Self {
            what: *what,
            by: by.chars().take(SOURCE).collect(),
            holds,
        })
    }
}

impl Happening {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Motion => "motion",
            Self::Person => "person",
            Self::Doorbell => "doorbell",
        }
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Happening {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let every = EVERY.iter().find(|happening| happening.word() == text);
        every.copied().ok_or("write motion, person or doorbell")
    }
}
