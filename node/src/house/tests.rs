//! What somebody at the broker reads, and what he can do.

use serde_json::Value;

use super::*;

fn device(contents: Contents, allowed: &[Allowed]) -> Device {
    let settings = Settings {
        broker: Broker::at("192.168.1.5", None, false).unwrap(),
        discovery: DISCOVERY.to_owned(),
        contents,
        allowed: allowed.iter().copied().collect(),
    };
    Device::new(settings, "12D3KooWCanary")
}

fn state() -> State {
    State {
        locked: true,
        urgent: false,
        neighbours: 3,
        free_mb: None,
        disk_trouble: false,
        mode: Mode::Night,
    }
}

fn happened() -> Happened {
    Happened {
        what: Happened::URGENT,
        kind: "break-in",
        title: "Canary at number 7".to_owned(),
    }
}

#[test]
fn every_entity_has_what_home_assistant_asks_for() {
    let device = device(Contents::Nothing, &[Allowed::Lock, Allowed::Mode]);
    let said = device.hello(&state());
    let config: Value = serde_json::from_str(&said[0].payload).unwrap();
    assert!(said.iter().all(|said| said.retain));
    let availability = config["availability_topic"].as_str().unwrap();
    assert_eq!(
        (said[1].topic.as_str(), said[1].payload.as_str()),
        (availability, "online")
    );
    assert_eq!(device.will().topic, availability);
    assert!(config["origin"]["name"].is_string() && config["device"]["identifiers"].is_array());
    let state: Value = serde_json::from_str(&said[2].payload).unwrap();
    let components = config["components"].as_object().unwrap();
    assert_eq!(components.len(), 8);
    for (key, entity) in components {
        assert!(
            entity["platform"].is_string() && entity["name"].is_string(),
            "{key}"
        );
        assert!(
            entity["unique_id"]
                .as_str()
                .unwrap()
                .ends_with(key.as_str())
        );
        if let Some(template) = entity["value_template"].as_str() {
            let field = template
                .trim_matches(['{', '}', ' '])
                .strip_prefix("value_json.");
            assert!(state.get(field.unwrap()).is_some(), "{template}");
            assert_eq!(entity["state_topic"].as_str(), Some(said[2].topic.as_str()));
        }
        if entity["platform"] == "event" {
            let types = entity["event_types"].as_array().unwrap();
            let event: Value = serde_json::from_str(&device.happened(&happened()).payload).unwrap();
            assert!(types.contains(&event["event_type"]));
        }
    }
}

#[test]
fn nothing_of_what_was_said_is_told_unless_the_household_chose_it() {
    let told = |contents| device(contents, &[]).happened(&happened());
    assert_eq!(
        told(Contents::Nothing).payload,
        r#"{"event_type":"urgent_alert"}"#
    );
    assert!(!told(Contents::Kind).payload.contains("Canary"));
    assert!(told(Contents::Kind).payload.contains("break-in"));
    assert!(told(Contents::Title).payload.contains("Canary"));
    assert!(
        !told(Contents::Title).retain,
        "an old alert would ring again"
    );
    let all = device(Contents::Nothing, &[]).hello(&state());
    assert!(
        all.iter()
            .all(|said| !format!("{said:?}").contains("Canary"))
    );
}

#[test]
fn the_broker_may_do_only_what_was_allowed_and_never_what_it_kept() {
    let closed = device(Contents::Nothing, &[]);
    let open = device(Contents::Nothing, &[Allowed::Lock, Allowed::Mode]);
    let (lock, mode) = (open.commands(Allowed::Lock), open.commands(Allowed::Mode));
    assert_eq!(open.heard(&lock, b"PRESS", false), Some(Wanted::Lock));
    assert_eq!(
        open.heard(&mode, b"away", false),
        Some(Wanted::Mode(Mode::Away))
    );
    for (topic, payload) in [
        (&lock, &b"UNLOCK"[..]),
        (&mode, b"off"),
        (&mode, b"\xff"),
        (&mode, b""),
    ] {
        assert_eq!(open.heard(topic, payload, false), None);
    }
    for (topic, payload) in [(&lock, &b"PRESS"[..]), (&mode, b"away")] {
        assert_eq!(open.heard(topic, payload, true), None);
        assert_eq!(closed.heard(topic, payload, false), None);
    }
    assert_eq!(closed.listens(), ["homeassistant/status"]);
    assert!(!closed.config().payload.contains("command_topic"));
}

#[test]
fn home_assistant_is_told_everything_again_when_it_starts() {
    let device = device(Contents::Nothing, &[]);
    let heard = device.heard("homeassistant/status", b"online", false);
    assert_eq!(heard, Some(Wanted::Everything));
    assert_eq!(
        device.heard("homeassistant/status", b"offline", false),
        None
    );
}

#[test]
fn a_home_that_leaves_empties_everything_that_the_broker_kept() {
    let device = device(Contents::Nothing, &[]);
    let kept: BTreeSet<_> = device
        .hello(&state())
        .into_iter()
        .map(|said| said.topic)
        .collect();
    let emptied = device.farewell();
    assert!(
        emptied
            .iter()
            .all(|said| said.retain && said.payload.is_empty())
    );
    assert_eq!(kept, emptied.into_iter().map(|said| said.topic).collect());
}
