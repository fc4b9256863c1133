//! The payloads: Home Assistant's keys, by the documents of its MQTT integration (discovery of devices; sensor, binary sensor,
//! event, button and select).

use serde_json::{Value, json};

use super::{Allowed, Device, Happened, OFFLINE, ONLINE, Said, State};
use crate::camera::Mode;
use crate::contents::Contents;

/// What a button says when it is pressed: Home Assistant's default.
pub const PRESS: &str = "PRESS";

impl Device {
    pub(super) fn config_topic(&self) -> String {
        format!(
            "{}/device/streetlamp_{}/config",
            self.settings.discovery, self.id
        )
    }

    /// The device with its entities, as Home Assistant wants to be told.
    pub(super) fn config(&self) -> Said {
        let state = self.topic("state");
        let entity = |key: &str, mut value: Value| {
            if let Some(fields) = value.as_object_mut() {
                fields.insert(
                    "unique_id".to_owned(),
                    json!(format!("streetlamp_{}_{key}", self.id)),
                );
            }
            (key.to_owned(), value)
        };
        let read = |platform: &str, name: &str, key: &str| {
            json!({
                "platform": platform,
                "name": name,
                "state_topic": state,
                "value_template": format!("{{{{ value_json.{key} }}}}"),
            })
        };
        let with = |mut value: Value, more: Value| {
            if let (Some(fields), Value::Object(more)) = (value.as_object_mut(), more) {
                fields.extend(more);
            }
            value
        };
        let diagnostic = json!({"entity_category": "diagnostic"});
        let modes: Vec<_> = Mode::ALL.iter().map(|mode| mode.word()).collect();
        let mode = read("sensor", "Mode", "mode");
        let mode = match self.settings.allowed.contains(&Allowed::Mode) {
            true => with(
                mode,
                json!({"platform": "select", "command_topic": self.commands(Allowed::Mode), "options": modes}),
            ),
            false => with(mode, json!({"device_class": "enum", "options": modes})),
        };
        let mut components: serde_json::Map<String, Value> = [
            entity("urgent", read("binary_sensor", "Urgent alert", "urgent")),
            entity(
                "street",
                json!({
                    "platform": "event",
                    "name": "Street",
                    "state_topic": self.topic("event"),
                    "event_types": [Happened::ALERT, Happened::URGENT, Happened::BULLETIN, Happened::RETRACTION],
                }),
            ),
            entity("locked", read("binary_sensor", "Locked", "locked")),
            entity(
                "neighbours",
                with(
                    read("sensor", "Connected neighbours", "neighbours"),
                    json!({"state_class": "measurement"}),
                ),
            ),
            entity(
                "free",
                with(
                    with(read("sensor", "Free room", "free_mb"), diagnostic.clone()),
                    json!({"device_class": "data_size", "unit_of_measurement": "MB", "state_class": "measurement"}),
                ),
            ),
            entity(
                "disk",
                with(
                    with(read("binary_sensor", "Disk", "disk"), diagnostic),
                    json!({"device_class": "problem"}),
                ),
            ),
            entity("mode", mode),
        ]
        .into_iter()
        .collect();
        if self.settings.allowed.contains(&Allowed::Lock) {
            let lock = json!({
                "platform": "button",
                "name": "Lock",
                "command_topic": self.commands(Allowed::Lock),
                "payload_press": PRESS,
            });
            components.extend([entity("lock", lock)]);
        }
        let config = json!({
            "device": {
                "identifiers": [format!("streetlamp_{}", self.id)],
                "name": "Streetlamp",
                "manufacturer": "Streetlamp",
                "sw_version": env!("CARGO_PKG_VERSION"),
            },
            "origin": {"name": "Streetlamp", "sw_version": env!("CARGO_PKG_VERSION")},
            "availability_topic": self.topic("availability"),
            "payload_available": ONLINE,
            "payload_not_available": OFFLINE,
            "qos": 1,
            "components": components,
        });
        Said {
            topic: self.config_topic(),
            payload: config.to_string(),
            retain: true,
        }
    }
}

/// The state of every entity that has one.
pub(super) fn state(state: &State) -> String {
    let on = |yes: bool| if yes { "ON" } else { "OFF" };
    let state = json!({
        "locked": on(state.locked),
        "urgent": on(state.urgent),
        "neighbours": state.neighbours,
        "free_mb": state.free_mb,
        "disk": on(state.disk_trouble),
        "mode": state.mode.word(),
    });
    state.to_string()
}

/// An event, with as much of it as the household chose.
pub(super) fn event(happened: &Happened, contents: Contents) -> String {
    let mut event = json!({"event_type": happened.what});
    if let Some(fields) = event.as_object_mut() {
        if contents >= Contents::Kind {
            fields.insert("kind".to_owned(), json!(happened.kind));
        }
        if contents >= Contents::Title {
            fields.insert("title".to_owned(), json!(happened.title));
        }
    }
    event.to_string()
}
