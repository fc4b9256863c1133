//! The box is stolen, and the film is still there: clips at neighbours' homes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use streetlamp_tests::Home;

use super::devices::address;
use super::{PROGRAM, film, homes, place};

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Homes on one street; all but the first offer to keep.
fn street<const N: usize>(place: &Path, names: [&str; N]) -> [Home; N] {
    let homes = homes(place, names);
    assert_eq!(
        homes[0].run(&["street", "new", "Maple Street"]).code,
        Some(0)
    );
    for home in &homes[1..] {
        let ticket = homes[0].run(&["street", "invite"]).text("ticket");
        let joined = home.run(&["street", "join", &ticket]);
        assert_eq!(joined.code, Some(0), "{}", joined.words);
        let offered = home.run(&["keeper", "offer", "--bytes", "1GB"]);
        assert_eq!(offered.number("bytes"), Some(1_000_000_000));
    }
    homes
}

pub(super) fn ask(owner: &Home, keeper: &str) {
    let asked = owner.run(&[
        "keeper", "ask", keeper, "--bytes", "500MB", "--until", "30d",
    ]);
    assert_eq!(asked.code, Some(0), "{}", asked.words);
    assert_eq!(asked.number("bytes"), Some(500_000_000));
}

fn keepers_of(home: &Home, clip: &str) -> usize {
    let shown = home.run(&["clip", "show", clip]);
    shown.json["keepers"].as_array().map_or(0, Vec::len)
}

/// Waits until so many keepers hold a clip.
pub(super) fn wait_for_keepers(home: &mut Home, clip: &str, count: usize) {
    while keepers_of(home, clip) < count {
        home.wait_for("clip", |event| event["clip"] == clip)
            .expect("a keeper takes it");
    }
}

pub(super) fn lease_with(home: &Home, name: &str) -> Value {
    let list = home.run(&["keeper", "list"]);
    let lease = list.list().iter().find(|lease| lease["name"] == name);
    lease.cloned().unwrap_or_default()
}

/// Where a keeper has the sealed bytes of a clip.
pub(super) fn kept(keeper: &Home, owner: &Home, clip: &str) -> PathBuf {
    let owner = owner.run(&["status"]).text("household");
    let dir = keeper.dir().join("kept").join(owner);
    dir.join(format!("{clip}.sealed"))
}

fn age_opens_with_the_sheet(place: &Path, ada: &Home, label: &Path) -> bool {
    let sheet = place.join("Ada-recovery-sheet.txt");
    let sheet = fs::read_to_string(sheet).expect("a sheet");
    let key = sheet.lines().find(|l| l.starts_with("AGE-SECRET-KEY-1"));
    let file = ada.dir().with_extension("key");
    fs::write(&file, key.expect("a key")).expect("room");
    let opened = std::process::Command::new("age")
        .args(["-d", "-i", path(&file), path(label)])
        .output();
    match opened {
        Ok(output) => output.status.success(),
        Err(_) => {
            eprintln!("skipped: no age here");
            true
        }
    }
}

#[test]
fn a_stolen_clip_comes_back_whole_although_one_of_three_keepers_is_gone_and_one_lost_it() {
    let place = place();
    let [mut ada, ben, mut cem, dora] = street(place.path(), ["Ada", "Ben", "Cem", "Dora"]);
    for keeper in ["Ben", "Cem", "Dora"] {
        ask(&ada, keeper);
    }
    let source = film(place.path());
    let added = ada.run(&["clip", "add", path(&source), "--camera", "Porch"]);
    let clip = added.text("clip");
    wait_for_keepers(&mut ada, &clip, 3);
    let at_home = ada.dir().join("clips").join(format!("{clip}.sealed"));
    let sealed = fs::read(&at_home).expect("the clip");
    for keeper in [&ben, &cem, &dora] {
        let kept = kept(keeper, &ada, &clip);
        assert_eq!(fs::read(&kept).expect("a copy"), sealed);
        let label = kept.with_extension("label");
        assert!(age_opens_with_the_sheet(place.path(), &ada, &label));
        let theirs = lease_with(keeper, "Ada");
        assert_eq!(theirs["direction"], "theirs-here");
        assert_eq!(theirs["held"], sealed.len());
    }

    // Cem is gone, Ben's disk went bad, Ada's box was carried away.
    cem.kill().expect("it dies");
    let at_ben = kept(&ben, &ada, &clip);
    let bad: Vec<_> = sealed.iter().map(|byte| byte ^ 1).collect();
    fs::write(&at_ben, &bad).expect("room");
    fs::remove_file(&at_home).expect("it was there");
    fs::remove_file(at_home.with_extension("obao")).expect("it was there");
    assert_eq!(ada.run(&["clip", "show", &clip]).json["here"], false);
    assert_eq!(ada.run(&["keeper", "check", "Ben"]).text("finding"), "lost");
    assert_eq!(lease_with(&ada, "Ben")["state"], "lost");

    let fetched = ada.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    assert_eq!(fs::read(&at_home).expect("it is back"), sealed);
    ada.run(&["unlock"]);
    let out = place.path().join("out.mp4");
    let opened = ada.run(&["clip", "open", &clip, "-o", path(&out)]);
    assert_eq!(opened.code, Some(0), "{}", opened.words);

    // Ben is given it again, now that it is there again.
    wait_for_keepers(&mut ada, &clip, 3);
    assert_eq!(fs::read(&at_ben).expect("a copy"), sealed);
}

#[test]
fn a_household_made_again_from_its_words_gets_its_clips_back_although_one_keeper_lies_and_one_is_gone()
 {
    let place = place();
    let [mut ada, ben, mut cem, dora] = street(place.path(), ["Ada", "Ben", "Cem", "Dora"]);
    for keeper in ["Ben", "Cem", "Dora"] {
        ask(&ada, keeper);
    }
    let source = film(place.path());
    let added = ada.run(&["clip", "add", path(&source), "--camera", "Porch"]);
    let clip = added.text("clip");
    wait_for_keepers(&mut ada, &clip, 3);
    let at_ben = kept(&ben, &ada, &clip);
    let sealed = fs::read(&at_ben).expect("a copy");

    // The box was carried away, Cem is on holiday, and Ben's copy is not what it was.
    ada.kill().expect("it is gone");
    fs::remove_dir_all(ada.dir()).expect("all of it");
    cem.kill().expect("it is off");
    let bad: Vec<_> = sealed.iter().map(|byte| byte ^ 1).collect();
    fs::write(&at_ben, bad).expect("room");

    let sheet = place.path().join("Ada-recovery-sheet.txt");
    let mut again = Home::at(PROGRAM, &place.path().join("Ada again"));
    let made = again.run(&["restore", "--from-sheet", path(&sheet)]);
    assert_eq!(made.code, Some(0), "{}", made.words);
    again.start().expect("it starts");
    let back = again.run(&["street", "return", &address(&dora)]);
    assert_eq!(back.code, Some(0), "{}", back.words);
    assert_eq!(again.run(&["unlock"]).code, Some(0));
    while !lists_as_connected(&again, "Ben") {
        again.wait_for("neighbour", |_| true).expect("Ben is there");
    }
    for keeper in ["Ben", "Dora"] {
        let recalled = again.run(&["keeper", "recall", keeper]);
        assert_eq!(recalled.code, Some(0), "{}", recalled.words);
    }
    let fetched = again.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    let at_home = again.dir().join("clips").join(format!("{clip}.sealed"));
    assert_eq!(fs::read(&at_home).expect("it is back"), sealed);
    let out = place.path().join("out.mp4");
    let opened = again.run(&["clip", "open", &clip, "-o", path(&out)]);
    assert_eq!(opened.code, Some(0), "{}", opened.words);
    assert_eq!(again.run(&["clip", "show", &clip]).text("camera"), "Porch");
}

fn lists_as_connected(home: &Home, name: &str) -> bool {
    let members = home.run(&["street", "members"]);
    let mut members = members.list().iter();
    members.any(|member| member["name"] == name && member["connected"] == true)
}

#[test]
fn a_keeper_proves_what_it_holds_and_one_that_lost_it_is_named_and_given_it_again() {
    let place = place();
    let [mut ada, ben] = street(place.path(), ["Ada", "Ben"]);
    ask(&ada, "Ben");
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    wait_for_keepers(&mut ada, &clip, 1);
    assert_eq!(lease_with(&ada, "Ben")["last_checked"], Value::Null);
    let checked = ada.run(&["keeper", "check", "Ben"]);
    assert_eq!(checked.text("finding"), "proven", "{}", checked.words);
    assert_ne!(lease_with(&ada, "Ben")["last_checked"], Value::Null);

    let copy = kept(&ben, &ada, &clip);
    let sealed = fs::read(&copy).expect("a copy");
    fs::remove_file(&copy).expect("it was there");
    let checked = ada.run(&["keeper", "check", "Ben"]);
    assert_eq!(checked.text("finding"), "lost", "{}", checked.words);
    ada.wait_for("keeper-fault", |event| event["clip"] == clip.as_str())
        .expect("it is named");
    let status = ada.run(&["status"]);
    let wrong = &status.json["keepers_wrong"][0];
    assert_eq!(
        (&wrong["name"], &wrong["state"]),
        (&"Ben".into(), &"lost".into())
    );
    let checks = ada.run(&["doctor"]);
    let check = checks.list().iter().find(|c| c["check"] == "keepers");
    let check = check.expect("the check");
    assert_eq!(check["ok"], false);
    assert!(
        check["advice"]
            .as_str()
            .is_some_and(|text| text.contains("Ben lost a clip"))
    );
    wait_for_keepers(&mut ada, &clip, 1);
    assert_eq!(fs::read(&copy).expect("a copy"), sealed);
}

#[test]
fn a_stolen_box_tells_its_keeper_to_delete_and_the_household_restored_from_its_sheet_gets_every_clip_back()
 {
    let place = place();
    let [mut ada, mut ben, cem] = street(place.path(), ["Ada", "Ben", "Cem"]);
    ask(&ada, "Ben");
    let source = film(place.path());
    let clips = ["Porch", "Yard"].map(|camera| {
        let added = ada.run(&["clip", "add", path(&source), "--camera", camera]);
        added.text("clip")
    });
    let sealed = clips.each_ref().map(|clip| {
        wait_for_keepers(&mut ada, clip, 1);
        fs::read(kept(&ben, &ada, clip)).expect("a copy")
    });

    // The burglar has the running box: it deletes one clip, and ends the lease.
    assert_eq!(ada.run(&["clip", "delete", &clips[0]]).code, Some(0));
    while lease_with(&ada, "Ben")["let_go"]["clips"] != 1 {
        ada.wait_for("keeper", |_| true).expect("Ben says so");
    }
    assert_eq!(ada.run(&["keeper", "end", "Ben"]).code, Some(0));
    while lease_with(&ben, "Ada")["state"] != "ending" {
        ben.wait_for("keeper", |_| true).expect("it is told");
    }
    let there = lease_with(&ben, "Ada");
    assert_eq!(
        (&there["clips"], &there["let_go"]["clips"]),
        (&0.into(), &2.into())
    );
    let old = ada.run(&["device", "list"]).list()[0]["device"].clone();
    let old = old.as_str().expect("the box");

    let sheet = place.path().join("Ada-recovery-sheet.txt");
    let mut again = Home::at(PROGRAM, &place.path().join("Ada again"));
    let made = again.run(&["restore", "--from-sheet", path(&sheet)]);
    assert_eq!(made.code, Some(0), "{}", made.words);
    again.start().expect("it starts");
    let back = again.run(&["street", "return", &address(&cem)]);
    assert_eq!(back.code, Some(0), "{}", back.words);
    assert_eq!(again.run(&["unlock"]).code, Some(0));
    while !lists_as_connected(&again, "Ben") {
        again.wait_for("neighbour", |_| true).expect("Ben is there");
    }
    let recalled = again.run(&["keeper", "recall", "Ben"]);
    let counts = (recalled.number("clips"), recalled.number("let_go"));
    assert_eq!(counts, (Some(2), Some(2)), "{}", recalled.words);
    for (clip, sealed) in clips.iter().zip(sealed) {
        let fetched = again.run(&["clip", "fetch", clip]);
        assert_eq!(fetched.code, Some(0), "{}", fetched.words);
        let at_home = again.dir().join("clips").join(format!("{clip}.sealed"));
        assert_eq!(fs::read(&at_home).expect("it is back"), sealed);
        let out = place.path().join(clip);
        let opened = again.run(&["clip", "open", clip, "-o", path(&out)]);
        assert_eq!(opened.code, Some(0), "{}", opened.words);
    }
    // Once the box is removed, what it said counts for nothing.
    let removed = again.run(&["device", "remove", old, "--words-file", path(&sheet)]);
    assert_eq!(removed.code, Some(0), "{}", removed.words);
    while lease_with(&ben, "Ada")["clips"] != 2 {
        ben.wait_for("keeper", |_| true)
            .expect("it is kept after all");
    }
    let there = lease_with(&ben, "Ada");
    assert_eq!(
        (&there["state"], &there["let_go"]),
        (&"good".into(), &Value::Null)
    );
}

#[test]
fn p7_a_grantee_fetches_from_a_keeper_while_the_owner_is_away() {
    let place = place();
    let [mut ada, mut ben, mut cem] = street(place.path(), ["Ada", "Ben", "Cem"]);
    ask(&ada, "Ben");
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    wait_for_keepers(&mut ada, &clip, 1);
    ada.run(&["unlock"]);
    let given = ada.run(&["grant", "give", &clip, "Cem"]);
    assert_eq!(given.code, Some(0), "{}", given.words);
    cem.wait_for("granted", |event| event["clip"] == clip.as_str())
        .expect("the grant comes");
    while lease_with(&ben, "Ada")["ledger_seq"] != 1 {
        ben.wait_for("keeper", |_| true).expect("Ben pins it");
    }
    assert_eq!(ada.stop().expect("it stops"), Some(0));
    cem.wait_for("neighbour", |event| event["connected"] == false)
        .expect("Ada is gone");

    let fetched = cem.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    let ben_is = ben.run(&["status"]).text("household");
    assert_eq!(fetched.text("from"), ben_is);
    cem.run(&["unlock"]);
    let out = place.path().join("out.mp4");
    let opened = cem.run(&["clip", "open", &clip, "-o", path(&out)]);
    assert_eq!(opened.code, Some(0), "{}", opened.words);

    // When Ada is back, Ben tells her who fetched, and she is told that it is his word.
    ada.start().expect("it starts again");
    let grant = |ada: &Home| ada.run(&["grant", "list", "--given"]).list()[0].clone();
    while grant(&ada)["fetched"] != true {
        ada.wait_for("clip", |_| true).expect("Ben says so");
    }
    assert_eq!(grant(&ada)["fetched_from"], ben_is.as_str());
    assert_ne!(grant(&ada)["fetched_at"], Value::Null);
}

#[test]
fn p7_a_keeper_that_was_not_told_of_a_grant_serves_nobody_on_it() {
    let place = place();
    let [mut ada, mut ben, mut cem] = street(place.path(), ["Ada", "Ben", "Cem"]);
    ask(&ada, "Ben");
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    wait_for_keepers(&mut ada, &clip, 1);
    let ben_is = ben.run(&["status"]).text("household");
    let is_ben = |there: bool| {
        let ben = ben_is.clone();
        move |event: &Value| event["household"] == ben.as_str() && event["connected"] == there
    };
    assert_eq!(ben.stop().expect("it stops"), Some(0));
    cem.wait_for("neighbour", is_ben(false))
        .expect("Ben is gone");
    ada.run(&["unlock"]);
    let given = ada.run(&["grant", "give", &clip, "Cem"]);
    assert_eq!(given.code, Some(0), "{}", given.words);
    cem.wait_for("granted", |event| event["clip"] == clip.as_str())
        .expect("the grant comes");
    assert_eq!(ada.stop().expect("it stops"), Some(0));
    ben.start().expect("it starts again");
    cem.wait_for("neighbour", is_ben(true))
        .expect("Ben is back");
    let refused = cem.run(&["clip", "fetch", &clip]);
    assert_eq!(refused.code, Some(1), "{}", refused.words);

    // Once Ada's home has told it, it serves, and goes on when she is away.
    ada.start().expect("it starts again");
    while lease_with(&ben, "Ada")["ledger_seq"] != 1 {
        ben.wait_for("keeper", |_| true).expect("Ben pins it");
    }
    assert_eq!(ada.stop().expect("it stops"), Some(0));
    let fetched = cem.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.text("from"), ben_is, "{}", fetched.words);
}

#[test]
fn a_home_that_lost_its_database_gets_every_clip_back_from_its_keeper() {
    let place = place();
    let [mut ada, ben] = street(place.path(), ["Ada", "Ben"]);
    ask(&ada, "Ben");
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    wait_for_keepers(&mut ada, &clip, 1);
    ada.stop().expect("it stops");
    let at_home = ada.dir().join("clips").join(format!("{clip}.sealed"));
    let sealed = fs::read(&at_home).expect("the clip");
    fs::remove_dir_all(ada.dir().join("clips")).expect("it was there");
    let database = ["streetlamp.db", "streetlamp.db-wal", "streetlamp.db-shm"];
    for file in database.iter().chain(&["ledger.log"]) {
        let _may_not_be_there = fs::remove_file(ada.dir().join(file));
    }
    ada.start().expect("it starts with nothing");
    assert!(ada.run(&["clip", "list"]).list().is_empty());
    let ticket = ben.run(&["street", "invite"]).text("ticket");
    let joined = ada.run(&["street", "join", &ticket]);
    assert_eq!(joined.code, Some(0), "{}", joined.words);
    ada.run(&["unlock"]);
    let recalled = ada.run(&["keeper", "recall", "Ben"]);
    assert_eq!(recalled.number("clips"), Some(1), "{}", recalled.words);
    let fetched = ada.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);
    assert_eq!(fs::read(&at_home).expect("it is back"), sealed);
    assert_eq!(ada.run(&["clip", "list"]).list()[0]["camera"], "file");
}

#[test]
fn a_home_set_back_to_an_old_state_is_found_by_its_keeper_with_a_proof_that_anybody_can_check() {
    let place = place();
    let [mut ada, mut ben] = street(place.path(), ["Ada", "Ben"]);
    ask(&ada, "Ben");
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    wait_for_keepers(&mut ada, &clip, 1);
    let open = |ada: &Home, name: &str| {
        ada.run(&["unlock"]);
        let out = place.path().join(name);
        let opened = ada.run(&["clip", "open", &clip, "-o", path(&out)]);
        assert_eq!(opened.code, Some(0), "{}", opened.words);
    };
    ada.stop().expect("it stops");
    let (database, old) = (ada.dir().join("streetlamp.db"), place.path().join("old.db"));
    fs::copy(&database, &old).expect("room");
    ada.start().expect("it starts");
    ada.wait_for("neighbour", |event| event["connected"] == true)
        .expect("Ben is there");
    open(&ada, "one.mp4");
    while lease_with(&ben, "Ada")["ledger_seq"] != 1 {
        ben.wait_for("keeper", |_| true).expect("Ben pins it");
    }
    ada.stop().expect("it stops");
    fs::copy(&old, &database).expect("room");
    for file in ["streetlamp.db-wal", "streetlamp.db-shm", "ledger.log"] {
        let _may_not_be_there = fs::remove_file(ada.dir().join(file));
    }
    ada.start().expect("it starts");
    while lease_with(&ada, "Ben")["state"] != "ledger-cut" {
        ada.wait_for("keeper", |_| true).expect("Ben knows more");
    }
    open(&ada, "two.mp4");
    let forked = ben.wait_for("forked", |_| true).expect("Ben finds out");
    assert_eq!(forked["household"], ada.run(&["status"]).text("household"));
    assert_eq!(lease_with(&ben, "Ada")["state"], "forked");
    let proofs = ben.dir().join("proofs");
    let doctor = ben.run(&["doctor"]);
    let found = doctor.list().iter().any(|f| f["check"] == "two-ledgers");
    assert!(found, "{doctor:?}");
    let mut files = fs::read_dir(proofs).expect("proofs").flatten();
    let proof = files.next().expect("one").path();
    ben.stop().expect("it stops");
    let verdict = ben.run(&["ledger", "verify", "--file", path(&proof)]);
    assert_eq!(
        (verdict.code, &verdict.json["ok"]),
        (Some(1), &false.into())
    );
    assert_eq!(verdict.json["forked"], forked["household"]);

    let export = place.path().join("ledger");
    let exported = ada.run(&["ledger", "export", "-o", path(&export)]);
    assert_eq!(exported.number("entries"), Some(1), "{}", exported.words);
    let verdict = ben.run(&["ledger", "verify", "--file", path(&export)]);
    assert_eq!(
        (verdict.code, verdict.number("entries")),
        (Some(0), Some(1))
    );
    let mut altered = fs::read(&export).expect("a ledger");
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    fs::write(&export, altered).expect("room");
    let verdict = ben.run(&["ledger", "verify", "--file", path(&export)]);
    assert_eq!(verdict.code, Some(1));
}
