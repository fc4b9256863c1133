//! What is left of a clip that was deleted.

use std::fs;
use std::path::Path;

use super::{film, place, street};

/// Every file below a directory, with its bytes.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
    found
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The bytes that an id stands for.
fn unhex(id: &str) -> Vec<u8> {
    let pairs = id.as_bytes().chunks(2).map(|pair| {
        let digits = str::from_utf8(pair).expect("hexadecimal");
        u8::from_str_radix(digits, 16).expect("hexadecimal")
    });
    pairs.collect()
}

#[test]
fn of_a_deleted_clip_nothing_is_left_to_find_on_the_disk_of_a_running_node() {
    let place = place();
    let [ada, _ben] = street(place.path());
    let source = film(place.path());
    let source = source.to_str().expect("a path in UTF-8");
    let added = ada.run(&["clip", "add", source, "--camera", "Apricot door"]);
    let clip = added.text("clip");
    // How the camera is called, the clip's name, and how a header wraps a key: the database holds no other.
    let traces = [
        b"Apricot door".to_vec(),
        unhex(&clip),
        b"-> X25519".to_vec(),
    ];
    let database = |name: &str| name.contains("streetlamp.db");

    let before = files(ada.dir());
    for trace in &traces {
        let mut database = before.iter().filter(|(name, _)| database(name));
        assert!(database.any(|(_, bytes)| holds(bytes, trace)), "{trace:?}");
    }
    assert!(before.iter().any(|(name, _)| name.contains(&clip)));

    let deleted = ada.run(&["clip", "delete", &clip]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.words);
    for (name, bytes) in files(ada.dir()) {
        assert!(!name.contains(&clip), "{name}");
        for trace in traces.iter().filter(|_| database(&name)) {
            assert!(!holds(&bytes, trace), "{trace:?} in {name}");
        }
    }
}

#[test]
fn clips_that_are_over_leave_no_file_and_what_was_said_about_it_outlives_a_restart() {
    let place = place();
    let [mut ada] = super::homes(place.path(), ["Ada"]);
    let source = film(place.path());
    let source = source.to_str().expect("a path in UTF-8");
    let [pinned, other] = ["Porch", "Garden"].map(|camera| {
        let added = ada.run(&["clip", "add", source, "--camera", camera]);
        added.text("clip")
    });
    assert_eq!(ada.run(&["clip", "pin", &pinned]).code, Some(0));
    assert_eq!(
        ada.run(&["clip", "keep"]).json["days"],
        serde_json::Value::Null
    );
    let kept = ada.run(&["clip", "keep", "--days", "30", "--bytes", "1KB"]);
    assert_eq!(
        (&kept.json["days"], &kept.json["bytes"]),
        (&30.into(), &1_000.into())
    );
    while files(ada.dir())
        .iter()
        .any(|(name, _)| name.contains(&other))
    {
        ada.wait_for("clip", |_| true).expect("it goes");
    }

    assert_eq!(ada.stop().expect("it stops"), Some(0));
    ada.start().expect("it starts again");
    let kept = ada.run(&["clip", "keep"]);
    assert_eq!(
        (&kept.json["days"], &kept.json["bytes"]),
        (&30.into(), &1_000.into())
    );
    let left = ada.run(&["clip", "list"]);
    let [left] = left.list() else {
        panic!("{left:?}")
    };
    assert_eq!(
        (&left["clip"], &left["pinned"]),
        (&pinned.into(), &true.into())
    );
}
