//! The box is gone, and there is no backup; and what its thief can do with it.

use std::fs;
use std::path::{Path, PathBuf};

use streetlamp_proto::recipient::Identity;
use streetlamp_tests::Home;
use zeroize::Zeroizing;

use super::secrets::{find, forms};
use super::{PROGRAM, film, homes, place, street};

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Where a node can be reached, as its neighbours would write it down.
pub(super) fn address(home: &Home) -> String {
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

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("a directory").flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
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

#[test]
fn p4_what_the_laptop_grants_while_the_box_holds_no_key_is_fetched_from_the_box_and_opened_by_the_neighbour()
 {
    let place = place();
    let [laptop, mut ben] = homes(place.path(), ["Ada", "Ben"]);
    assert_eq!(laptop.run(&["street", "new", "Maple Street"]).code, Some(0));
    let ticket = laptop.run(&["street", "invite"]).text("ticket");
    assert_eq!(ben.run(&["street", "join", &ticket]).code, Some(0));

    // The laptop makes the home of the box, which never sees the reading key.
    let sheet = place.path().join("Ada-recovery-sheet.txt");
    let mut recorder = Home::at(PROGRAM, &place.path().join("box"));
    let added = laptop.run(&[
        "device",
        "add",
        path(recorder.dir()),
        "--words-file",
        path(&sheet),
    ]);
    assert_eq!(added.code, Some(0), "{}", added.words);
    assert!(!recorder.dir().join("reading.age").exists());
    recorder.start().expect("it starts");
    let back = recorder.run(&["street", "return", &address(&laptop)]);
    assert_eq!(back.code, Some(0), "{}", back.words);
    let unlocked = recorder.run(&["unlock"]);
    assert_eq!(unlocked.code, Some(1), "it has nothing to unlock");

    let source = film(place.path());
    let clip = recorder.run(&["clip", "add", path(&source)]).text("clip");
    let locked = recorder.run(&["grant", "give", &clip, "Ben"]);
    assert_eq!(locked.code, Some(1), "{}", locked.words);
    assert_eq!(laptop.run(&["unlock", "--for", "1h"]).code, Some(0));
    assert_eq!(laptop.run(&["status"]).number("auto_lock_s"), Some(3_600));
    let given = laptop.run(&["grant", "give", &clip, "Ben"]);
    assert_eq!(given.code, Some(0), "{}", given.words);
    assert_eq!(given.number("ledger_seq"), Some(1));

    ben.wait_for("granted", |_| true).expect("a grant");
    let fetched = ben.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    assert_eq!(ben.run(&["unlock"]).code, Some(0));
    let opened = place.path().join("opened.mp4");
    let open = ben.run(&["clip", "open", &clip, "-o", path(&opened)]);
    assert_eq!(open.code, Some(0), "{}", open.words);

    // The entry is in the box's ledger, and the laptop's own is empty.
    let entries = |home: &Home| home.run(&["ledger", "verify"]).number("entries");
    assert_eq!((entries(&recorder), entries(&laptop)), (Some(1), Some(0)));
    // The laptop lists what the box recorded, and watches it; that is in its own ledger.
    let listed = laptop.run(&["clip", "list"]);
    assert_eq!(listed.list()[0]["clip"], clip.as_str());
    assert_eq!(listed.list()[0]["here"], false);
    assert_ne!(listed.list()[0]["recorder"], serde_json::Value::Null);
    let fetched = laptop.run(&["clip", "fetch", &clip[..8]]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    let watched = place.path().join("watched.mp4");
    let open = laptop.run(&["clip", "open", &clip, "-o", path(&watched)]);
    assert_eq!(open.code, Some(0), "{}", open.words);
    let film = |path: &Path| fs::read(path).expect("a film");
    assert_eq!(film(&watched), film(&opened));
    assert_eq!((entries(&recorder), entries(&laptop)), (Some(1), Some(1)));
    // Neither the box nor the neighbour gets a list.
    for other in [&recorder, &ben] {
        let listed = other.run(&["clip", "list"]);
        let of_laptop = listed.list().iter().filter(|c| !c["recorder"].is_null());
        assert_eq!(of_laptop.count(), 0);
    }
    // What the laptop says, the box hears, and the other way round.
    post(&laptop, "From the laptop");
    hears(&mut recorder, "From the laptop");
    recorder.stop().expect("it stops");

    // Its whole directory: neither the reading key nor the recovery key is anywhere in it. The laptop's passphrase file,
    // opened, holds one of them, and the sheet the other.
    let passphrase = Zeroizing::new("maple".to_owned());
    let home = streetlamp::home::Home::open(laptop.dir()).expect("a home");
    let reading = home.reading_keys(&passphrase).expect("the passphrase");
    let paper = fs::read_to_string(&sheet).expect("a sheet");
    let recovery = paper
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    let recovery: Identity = recovery.and_then(|key| key.parse().ok()).expect("a key");
    let wanted: Vec<_> = reading.iter().chain([&recovery]).flat_map(forms).collect();
    let mut looked = 0;
    for file in files(recorder.dir()) {
        let bytes = fs::read(&file).expect("a file");
        looked += bytes.len();
        assert!(
            !wanted.iter().any(|key| find(&bytes, key)),
            "{}",
            file.display()
        );
    }
    assert!(looked > 100_000, "only {looked} bytes were looked at");
    assert!(
        find(paper.as_bytes(), &wanted[2]),
        "or this search sees nothing"
    );

    let away = laptop.run(&["grant", "give", &clip, "Ben"]);
    assert_eq!(away.code, Some(1), "the box is away");
}
