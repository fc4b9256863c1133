//! A fire department on the air: real processes, from the agency's terminal to the neighbour's.

use serde_json::Value;
use streetlamp_tests::{Home, Publisher};

use super::{PROGRAM, place, street};

fn address(home: &Home) -> String {
    home.ready()["listen"][0]
        .as_str()
        .expect("an address")
        .to_owned()
}

/// A fire department that one home is connected to.
fn fire_department(place: &std::path::Path, home: &Home) -> Publisher {
    let mut fire = Publisher::at(PROGRAM, &place.join("fire"));
    let second = place.join("second.key");
    let init = fire.run(&[
        "init",
        "--name",
        "Maple Fire",
        "--domain",
        "fire.example",
        "--area",
        "u33dc,u33dd",
        "--second-key",
        second.to_str().expect("a path in UTF-8"),
    ]);
    assert_eq!(init.code, Some(0), "{}", init.words);
    fire.start(&address(home)).expect("the publisher starts");
    fire
}

fn publish(fire: &Publisher, kind: &str, headline: &str, more: &[&str]) -> String {
    let mut args = vec!["publish", "--kind", kind, "--headline", headline];
    args.extend(more);
    let published = fire.run(&args);
    assert_eq!(published.code, Some(0), "{}", published.words);
    published.text("bulletin")
}

fn comes(home: &mut Home, bulletin: &str) {
    home.wait_for("bulletin", |event| event["bulletin"] == bulletin)
        .expect("the bulletin comes");
}

fn headlines(home: &Home) -> Vec<Value> {
    let listed = home.run(&["bulletin", "list"]);
    let listed = listed.list().iter();
    listed
        .map(|bulletin| bulletin["headline"].clone())
        .collect()
}

#[test]
fn a_fire_department_is_heard_by_the_whole_street_through_one_home() {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let mut fire = fire_department(place.path(), &ada);
    let smoke = publish(
        &fire,
        "fire",
        "Smoke on Mill Road",
        &["--severity", "severe"],
    );
    comes(&mut ada, &smoke);
    // Ben is connected to Ada's home only.
    comes(&mut ben, &smoke);

    let listed = ben.run(&["bulletin", "list"]);
    let [heard] = listed.list() else {
        panic!("{listed:?}")
    };
    assert_eq!(heard["domain"], "fire.example");
    assert_eq!(heard["domain_verified"], false);
    assert_eq!(
        (&heard["kind"], &heard["severity"]),
        (&"fire".into(), &"severe".into())
    );
    assert_eq!(heard["state"], "active");

    // What was said stays when its publisher is gone and the home was down.
    fire.kill().expect("it dies");
    ben.kill().expect("it dies");
    ben.start().expect("it starts again");
    assert_eq!(headlines(&ben), ["Smoke on Mill Road"]);

    // And the publisher goes on where it was.
    fire.start(&address(&ada)).expect("it starts again");
    let cancelled = fire.run(&["cancel", &smoke]);
    assert_eq!(cancelled.code, Some(0), "{}", cancelled.words);
    comes(&mut ada, &smoke);
    let listed = ada.run(&["bulletin", "list"]);
    assert_eq!(listed.list()[0]["state"], "cancelled");
}

#[test]
fn a_home_that_was_away_hears_a_bulletin_at_once_although_its_publisher_is_gone() {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let mut fire = fire_department(place.path(), &ada);
    ben.kill().expect("it dies");
    let smoke = publish(&fire, "fire", "Smoke on Mill Road", &[]);
    comes(&mut ada, &smoke);
    fire.kill().expect("it dies");
    ben.start().expect("it starts again");
    comes(&mut ben, &smoke);
    assert_eq!(headlines(&ben), ["Smoke on Mill Road"]);
}

#[test]
fn a_test_is_shown_to_nobody_who_does_not_ask_and_an_evacuation_takes_two_keys() {
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let fire = fire_department(place.path(), &ada);
    let alone = fire.run(&["publish", "--kind", "evacuation", "--headline", "Leave"]);
    assert_eq!(alone.code, Some(1));
    let test = publish(&fire, "evacuation", "Drill", &["--status", "test"]);
    comes(&mut ada, &test);
    assert!(headlines(&ada).is_empty());
    let all = ada.run(&["bulletin", "list", "--all"]);
    assert_eq!(all.list()[0]["state"], "test");

    let key = place.path().join("second.key");
    let key = key.to_str().expect("a path in UTF-8");
    let leave = publish(
        &fire,
        "evacuation",
        "Leave Mill Road",
        &["--second-key", key],
    );
    comes(&mut ada, &leave);
    let muted = ada.run(&["bulletin", "mute", "fire.example"]);
    assert_eq!(muted.json["life_safety_shown"], true);
    assert_eq!(headlines(&ada), ["Leave Mill Road"]);
    assert_eq!(ada.run(&["bulletin", "mute", "evacuation"]).code, Some(0));
    assert!(headlines(&ada).is_empty());
}

#[test]
fn a_publisher_keeps_itself_when_its_key_is_changed() {
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let mut fire = fire_department(place.path(), &ada);
    let before = publish(&fire, "meeting", "Open day", &[]);
    comes(&mut ada, &before);
    let running = fire.run(&["change-key"]);
    assert_eq!(running.code, Some(1), "a node runs");
    fire.kill().expect("it dies");
    assert_eq!(fire.run(&["change-key"]).code, Some(0));
    fire.start(&address(&ada)).expect("it starts again");
    let after = publish(&fire, "meeting", "Open day is at noon", &[]);
    comes(&mut ada, &after);
    let known = ada.run(&["publisher", "list"]);
    let [only] = known.list() else {
        panic!("{known:?}")
    };
    assert_eq!(only["keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(only["warning"], Value::Null);
    assert_eq!(headlines(&ada).len(), 2);
}

#[test]
fn p3_the_directory_of_a_publisher_holds_a_signing_key_and_no_other() {
    let place = place();
    let [ada, _ben] = street(place.path());
    let fire = fire_department(place.path(), &ada);
    let mut names: Vec<_> = std::fs::read_dir(fire.dir())
        .expect("the directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.starts_with("publisher.db-"))
        .collect();
    names.sort();
    let known = [
        "ballast",
        "control.sock",
        "node.lock",
        "publisher.db",
        "publisher.key",
        "streetlamp.json",
    ];
    assert_eq!(names, known);
    // A home's commands find nothing there, and a home is never made into one.
    let home = Home::at(PROGRAM, fire.dir());
    assert_eq!(home.run(&["alert", "list"]).code, Some(1));
    assert_eq!(home.init("Ada").code, Some(1));
    let agency = Publisher::at(PROGRAM, ada.dir());
    let init = [
        "init",
        "--name",
        "X",
        "--domain",
        "x.example",
        "--area",
        "u33dc",
    ];
    assert_eq!(agency.run(&init).code, Some(1));
}
