//! The box is gone, the backup and the recovery sheet are not.

use std::fs;
use std::path::Path;
use std::process::Command;

use streetlamp_tests::Home;

use super::{PROGRAM, film, place, street};

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The 24 words of a sheet, as somebody types them.
fn words(sheet: &str) -> String {
    let table = sheet.split("THE 24 WORDS").nth(1).expect("the words");
    let table = table.split("PASSPHRASE").next().expect("their end");
    let words = table.split_whitespace().skip_while(|word| *word != "1");
    let words: Vec<_> = words.filter(|word| word.parse::<u8>().is_err()).collect();
    assert_eq!(words.len(), 24, "{words:?}");
    words.join(" ")
}

#[test]
fn a_home_whose_box_was_stolen_comes_back_from_backup_and_words_with_its_clips_alerts_and_neighbours()
 {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let source = film(place.path());
    let clip = ada.run(&["clip", "add", path(&source)]).text("clip");
    let post = ["alert", "post", "--kind", "noise", "--title", "Before"];
    let alert = ada.run(&post).text("alert");

    // With the node running, and locked.
    let backup = place.path().join("ada.backup");
    let made = ada.run(&["backup", "-o", path(&backup)]);
    assert_eq!(
        (made.number("clips"), made.number("alerts")),
        (Some(1), Some(1)),
        "{}",
        made.words
    );
    ada.kill().expect("it dies");
    fs::remove_dir_all(ada.dir()).expect("the box is gone");

    let sheet = fs::read_to_string(place.path().join("Ada-recovery-sheet.txt")).expect("a sheet");
    let paper = place.path().join("words");
    fs::write(&paper, words(&sheet)).expect("room");
    let mut again = Home::at(PROGRAM, &place.path().join("Ada again"));
    let restored = again.run(&["restore", path(&backup), "--words-file", path(&paper)]);
    assert_eq!(restored.code, Some(0), "{}", restored.words);

    let post = ["alert", "post", "--kind", "noise", "--title", "Meanwhile"];
    let meanwhile = ben.run(&post).text("alert");
    again.start().expect("it starts");
    let opened = place.path().join("opened.mp4");
    assert_eq!(again.run(&["unlock"]).code, Some(0));
    let open = again.run(&["clip", "open", &clip, "-o", path(&opened)]);
    assert_eq!(open.code, Some(0), "{}", open.words);
    let came = |home: &Home, id: &str| {
        let listed = home.run(&["alert", "list"]);
        listed.list().iter().any(|listed| listed["alert"] == id)
    };
    assert!(came(&again, &alert));
    while !came(&again, &meanwhile) {
        again.wait_for("alert", |_| true).expect("what was missed");
    }
    let after = ["alert", "post", "--kind", "noise", "--title", "After"];
    let after = again.run(&after).text("alert");
    ben.wait_for("alert", |event| event["alert"] == after.as_str())
        .expect("neighbours hear the restored home");
}

#[test]
fn without_streetlamp_a_backup_opens_with_stock_age_and_tar() {
    if Command::new("age").arg("--version").output().is_err() {
        eprintln!("skipped: no age here");
        return;
    }
    let place = place();
    let [ada, _ben] = street(place.path());
    let source = film(place.path());
    let clip = ada.run(&["clip", "add", path(&source)]).text("clip");
    let backup = place.path().join("ada.backup");
    assert_eq!(ada.run(&["backup", "-o", path(&backup)]).code, Some(0));
    let again = ada.run(&["backup", "-o", path(&backup)]);
    assert_eq!(
        again.code,
        Some(1),
        "it is not overwritten unless asked for"
    );

    let sheet = fs::read_to_string(place.path().join("Ada-recovery-sheet.txt")).expect("a sheet");
    let key = sheet
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    let key_file = place.path().join("key.txt");
    fs::write(&key_file, key.expect("a key")).expect("room");
    let out = place.path().join("out");
    fs::create_dir(&out).expect("room");
    let script = "age -d -i \"$1\" \"$2\" | tar -x -C \"$3\"";
    let opened = Command::new("sh")
        .args([
            "-c",
            script,
            "sh",
            path(&key_file),
            path(&backup),
            path(&out),
        ])
        .status();
    assert!(opened.expect("sh").success());
    let sealed = format!("clips/{clip}.sealed");
    assert_eq!(
        fs::read(out.join(&sealed)).expect("the clip"),
        fs::read(ada.dir().join(&sealed)).expect("the clip")
    );
    assert!(out.join("streetlamp.db").exists() && out.join("device.key").exists());
}
