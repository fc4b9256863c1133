//! What this home tells Home Assistant, over the house's MQTT broker, and what it lets itself be told.
//!
//! Home Assistant makes a device of what it finds under `homeassistant/device/…/config` (MQTT discovery of devices, from
//! 2024.12 on): its documents call the keys by these names. Here is what is said, as topics and payloads; the connection is
//! `node::house`'s. Whoever may read at the broker reads all of it, so that by default nothing of what was said on the street
//! is in it, and nobody there can change anything.

mod discovery;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::camera::Mode;
use crate::contents::Contents;
use crate::mqtt::{Broker, Will};

pub use discovery::PRESS;

/// Where Home Assistant looks, unless it was told otherwise.
pub const DISCOVERY: &str = "homeassistant";
/// Where everything of ours is.
const BASE: &str = "streetlamp";
const ONLINE: &str = "online";
const OFFLINE: &str = "offline";

/// What the household said about the house.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The broker.
    pub broker: Broker,
    /// Where Home Assistant looks for devices.
    pub discovery: String,
    /// How much of what was said is told.
    pub contents: Contents,
    /// What may be done from there.
    pub allowed: BTreeSet<Allowed>,
}

/// What may be done from the house.
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
pub enum Allowed {
    /// Locking this home. Unlocking cannot be allowed: it needs the passphrase.
    Lock,
    /// Choosing the mode, by which cameras record or rest.
    Mode,
}

/// How the home is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether it is locked.
    pub locked: bool,
    /// Whether an urgent alert or bulletin holds.
    pub urgent: bool,
    /// Neighbours that are connected.
    pub neighbours: usize,
    /// Free room under the home in megabytes, if that can be told.
    pub free_mb: Option<u64>,
    /// Whether the disk is full or fails.
    pub disk_trouble: bool,
    /// The mode.
    pub mode: Mode,
}

/// Something that happened on the street.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// What, as one of the event types that Home Assistant was told of.
    pub what: &'static str,
    /// The kind of event.
    pub kind: &'static str,
    /// What its author wrote above it.
    pub title: String,
}

impl Happened {
    /// A neighbour's alert, an urgent one, an agency's bulletin, and either taken back.
    pub const ALERT: &str = "alert";
    /// See [`Happened::ALERT`].
    pub const URGENT: &str = "urgent_alert";
    /// See [`Happened::ALERT`].
    pub const BULLETIN: &str = "bulletin";
    /// See [`Happened::ALERT`].
    pub const RETRACTION: &str = "retraction";
}

/// Something to be said at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: String,
    /// Whether the broker keeps it for who comes later.
    pub retain: bool,
}

/// What somebody at the broker wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That this home locks itself.
    Lock,
    /// Another mode.
    Mode(Mode),
    /// Everything once more: Home Assistant started.
    Everything,
}

/// This home as Home Assistant's device.
#[derive(Debug, Clone)]
pub struct Device {
    settings: Settings,
    /// Tells it from others; says nothing of the household.
    id: String,
}

impl Device {
    /// The device of this node.
    pub fn new(settings: Settings, peer_id: &str) -> Self {
        let hash = blake3::hash(format!("house {peer_id}").as_bytes()).to_hex();
        Self {
            settings,
            id: hash.get(..16).unwrap_or_default().to_owned(),
        }
    }

    /// What was said about the house.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its name at the broker.
    pub fn name(&self) -> String {
        format!("streetlamp-{}", self.id)
    }

    fn topic(&self, what: &str) -> String {
        format!("{BASE}/{}/{what}", self.id)
    }

    fn retained(&self, what: &str, payload: impl Into<String>) -> Said {
        Said {
            topic: self.topic(what),
            payload: payload.into(),
            retain: true,
        }
    }

    /// What the broker says when this home is gone.
    pub fn will(&self) -> Will {
        Will {
            topic: self.topic("availability"),
            payload: OFFLINE,
        }
    }

    /// The first words of a connection.
    pub fn hello(&self, state: &State) -> Vec<Said> {
        vec![
            self.config(),
            self.retained("availability", ONLINE),
            self.state(state),
        ]
    }

    /// How the home is.
    pub fn state(&self, state: &State) -> Said {
        self.retained("state", discovery::state(state))
    }

    /// Something happened. Whoever comes later does not hear of it: an old alert would ring again.
    pub fn happened(&self, happened: &Happened) -> Said {
        Said {
            topic: self.topic("event"),
            payload: discovery::event(happened, self.settings.contents),
            retain: false,
        }
    }

    /// The last words, when the node stops.
    pub fn bye(&self) -> Said {
        self.retained("availability", OFFLINE)
    }

    /// The last words for ever: nothing of this home stays at the broker, or in Home Assistant.
    pub fn farewell(&self) -> Vec<Said> {
        let empty = |topic| Said {
            topic,
            payload: String::new(),
            retain: true,
        };
        vec![
            empty(self.config_topic()),
            empty(self.topic("state")),
            empty(self.topic("availability")),
        ]
    }

    /// Where it listens.
    pub fn listens(&self) -> Vec<String> {
        let mut topics = vec![format!("{}/status", self.settings.discovery)];
        topics.extend(
            self.settings
                .allowed
                .iter()
                .map(|allowed| self.commands(*allowed)),
        );
        topics
    }

    fn commands(&self, allowed: Allowed) -> String {
        self.topic(match allowed {
            Allowed::Lock => "lock",
            Allowed::Mode => "mode/set",
        })
    }

    /// What a message wants, if it wants something that it may. What the broker kept counts for nothing: nobody is at the
    /// button any more.
    pub fn heard(&self, topic: &str, payload: &[u8], retained: bool) -> Option<Wanted> {
        if retained {
            return None;
        }
        if topic == format!("{}/status", self.settings.discovery) {
            return (payload == ONLINE.as_bytes()).then_some(Wanted::Everything);
        }
        let mut allowed = self.settings.allowed.iter();
        match allowed.find(|allowed| self.commands(**allowed) == topic)? {
            Allowed::Lock => (payload == PRESS.as_bytes()).then_some(Wanted::Lock),
            Allowed::Mode => {
                let word = std::str::from_utf8(payload).ok()?;
                word.parse().ok().map(Wanted::Mode)
            }
        }
    }
}

#[cfg(test)]
mod tests;
