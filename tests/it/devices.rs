//! The box is gone, and there is no backup; and what its thief can do with it.

use std::fs;
use std::path::Path;

use streetlamp_tests::Home;

use super::{PROGRAM, film, homes, place, street};

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Where a node can be reached, as its neighbours would write it down.
fn address(home: &Home) -> String {
    let listen = home.ready()["listen"].as_array().expect("addresses");
    let mut tcp = listen.iter().filter_map(serde_json::Value::as_str);
    let tcp = tcp.find(|a| a.contains("/tcp/")).expect("a TCP address");
    assert!(tcp.contains("/p2p/"), "{tcp}");
    tcp.to_owned()
}

fn alerts(home: &Home) -> Vec<String> {
    let listed = home.run(&["alert", "list"]);
    let alerts = listed.list().iter();
    alerts
        .filter_map(|alert| alert["title"].as_str().map(str::to_owned))
        .collect()
}

fn post(home: &Home, title: &str) -> String {
    let said = home.run(&["alert", "post", "--kind", "noise", "--title", title]);
    assert_eq!(said.code, Some(0), "{}", said.words);
    said.text("alert")
}

/// Waits until an alert of this title is here.
fn hears(home: &mut Home, title: &str) {
    while !alerts(home).iter().any(|heard| heard == title) {
        home.wait_for("alert", |_| true).expect(title);
    }
}

#[test]
fn a_household_restored_from_its_words_alone_is_back_on_its_street_and_its_stolen_box_is_heard_nowhere()
 {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let [mut cem] = homes(place.path(), ["Cem"]);
    let ticket = ben.run(&["street", "invite"]).text("ticket");
    assert_eq!(cem.run(&["street", "join", &ticket]).code, Some(0));
    let source = film(place.path());
    let clip = ada.run(&["clip", "add", path(&source)]).text("clip");
    post(&ada, "Before");
    hears(&mut cem, "Before");
    ada.stop().expect("the box is unplugged");
    post(&ben, "Meanwhile");

    // A new machine, and the sheet.
    let sheet = place.path().join("Ada-recovery-sheet.txt");
    let mut again = Home::at(PROGRAM, &place.path().join("Ada again"));
    let made = again.run(&["restore", "--from-sheet", path(&sheet)]);
    assert_eq!(made.code, Some(0), "{}", made.words);
    assert_eq!(made.text("name"), "Ada");
    let over = again.run(&["restore", "--from-sheet", path(&sheet)]);
    assert_eq!(over.code, Some(1), "never over another home");
    again.start().expect("it starts");
    let back = again.run(&["street", "return", &address(&ben)]);
    assert_eq!(back.code, Some(0), "{}", back.words);
    assert_eq!(back.text("name"), "Maple Street");
    assert_eq!(back.text("inviter_name"), "Ben");
    hears(&mut again, "Before");
    hears(&mut again, "Meanwhile");
    post(&again, "Restored");
    hears(&mut ben, "Restored");
    hears(&mut cem, "Restored");

    // A neighbour grants to the new reading key.
    let seen = ben.run(&["clip", "add", path(&source)]).text("clip");
    assert_eq!(ben.run(&["unlock"]).code, Some(0));
    let given = ben.run(&["grant", "give", &seen, "Ada"]);
    assert_eq!(given.code, Some(0), "{}", given.words);
    again.wait_for("granted", |_| true).expect("a grant");
    assert_eq!(again.run(&["clip", "fetch", &seen]).code, Some(0));
    assert_eq!(again.run(&["unlock"]).code, Some(0));
    let opened = place.path().join("seen.mp4");
    let open = again.run(&["clip", "open", &seen, "-o", path(&opened)]);
    assert_eq!(open.code, Some(0), "{}", open.words);
    assert!(fs::metadata(&opened).expect("a film").len() > 0);

    // The old box is removed, and its thief plugs it in.
    let listed = again.run(&["device", "list"]);
    let old = listed.list().iter().find(|device| device["me"] == false);
    let old = old
        .and_then(|device| device["device"].as_str())
        .expect("the old box");
    let wrong = place.path().join("Ben-recovery-sheet.txt");
    let refused = again.run(&["device", "remove", old, "--words-file", path(&wrong)]);
    assert_eq!(refused.code, Some(1), "{}", refused.words);
    let removed = again.run(&["device", "remove", old, "--words-file", path(&sheet)]);
    assert_eq!(removed.code, Some(0), "{}", removed.words);
    assert_eq!(removed.number("epoch"), Some(2));
    ada.start().expect("the thief plugs it in");
    post(&again, "After");
    hears(&mut ben, "After");
    hears(&mut cem, "After");
    let said = ada.run(&["alert", "post", "--kind", "noise", "--title", "Stolen"]);
    let told = ada.run(&["street", "return", &address(&ben)]);
    assert_eq!(told.code, Some(1), "{}", told.words);
    for home in [&ben, &cem, &again] {
        let heard = alerts(home);
        assert!(
            !heard.contains(&"Stolen".to_owned()),
            "{heard:?} {}",
            said.words
        );
    }
    assert!(
        !alerts(&ada).contains(&"After".to_owned()),
        "it reads nothing"
    );
    let _still_sealed = clip;
}
