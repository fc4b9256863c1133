//! A clip on its way to a keeper who dies, or whose disk is full.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use streetlamp_tests::Home;

use super::bad_disk::SmallDisk;
use super::keepers::{ask, kept, lease_with, wait_for_keepers};
use super::{PROGRAM, film, homes, place, street};

/// How often a keeper may be too quick to be killed in the middle.
const TRIES: usize = 20;

/// Files of clips that are on their way into a directory, and of which something came.
fn pieces(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let parts = files.filter(|file| file.path().extension().is_some_and(|end| end == "part"));
    let parts = parts.filter(|file| file.metadata().is_ok_and(|data| data.len() > 0));
    parts.map(|file| file.path()).collect()
}

#[test]
fn an_upload_that_is_cut_off_goes_on_where_it_stopped_when_the_keeper_is_back() {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let offered = ben.run(&["keeper", "offer", "--bytes", "2GB"]);
    assert_eq!(offered.code, Some(0), "{}", offered.words);
    ask(&ada, "Ben");
    let source = film(place.path());
    if fs::metadata(&source).expect("a film").len() < 1_000_000 {
        eprintln!("skipped: this film is too short to be cut off");
        return;
    }
    let source = source.to_str().expect("a path in UTF-8");
    let owner = ada.run(&["status"]).text("household");
    let dir = ben.dir().join("kept").join(owner);
    for _ in 0..TRIES {
        let clip = std::thread::scope(|scope| {
            let hand = Home::at(PROGRAM, ada.dir());
            let adding = scope.spawn(move || hand.run(&["clip", "add", source]).text("clip"));
            let end = Instant::now() + Duration::from_secs(20);
            while pieces(&dir).is_empty() && Instant::now() < end {
                std::hint::spin_loop();
            }
            ben.kill().expect("it dies");
            adding.join().expect("sealed")
        });
        // It has another name as soon as it is whole.
        let cut = pieces(&dir).into_iter().next();
        let inode = cut.map(|part| fs::metadata(part).expect("a piece").ino());
        ben.start().expect("it starts again");
        wait_for_keepers(&mut ada, &clip, 1);
        let copy = kept(&ben, &ada, &clip);
        let at_home = ada.dir().join("clips").join(format!("{clip}.sealed"));
        assert_eq!(
            fs::read(&copy).expect("a copy"),
            fs::read(at_home).expect("the clip")
        );
        if let Some(inode) = inode {
            assert_eq!(
                fs::metadata(&copy).expect("a copy").ino(),
                inode,
                "begun anew"
            );
            assert!(pieces(&dir).is_empty());
            return;
        }
    }
    panic!("no upload was cut off in {TRIES} tries");
}

#[test]
fn a_keeper_whose_disk_is_full_says_so_and_takes_the_clip_when_there_is_room() {
    let place = place();
    let Some(disk) = SmallDisk::mount(place.path().join("disk")) else {
        eprintln!("skipped: this account may not mount, so no disk was filled");
        return;
    };
    let [mut ada] = homes(place.path(), ["Ada"]);
    let mut ben = Home::at(PROGRAM, &disk.0.join("Ben"));
    assert_eq!(ben.init("Ben").code, Some(0));
    ben.start().expect("it starts");
    assert_eq!(ada.run(&["street", "new", "Maple Street"]).code, Some(0));
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    assert_eq!(ben.run(&["street", "join", &ticket]).code, Some(0));
    let offered = ben.run(&["keeper", "offer", "--bytes", "2GB"]);
    assert_eq!(offered.code, Some(0), "{}", offered.words);
    ask(&ada, "Ben");

    // First the ballast goes, then the room that it leaves, but for some that the database needs.
    let filler = disk.fill();
    let ballast = ben.dir().join("ballast");
    while ballast.exists() {
        let posted = ada.run(&["alert", "post", "--kind", "noise", "--title", "Hello"]);
        assert_eq!(posted.code, Some(0), "{}", posted.words);
    }
    let first = disk.0.join("first");
    fs::rename(&filler, &first).expect("moved");
    // A file that is gone gives its room back a moment later: the ballast has 32 MiB.
    let (second, len) = loop {
        let second = disk.fill();
        let len = fs::metadata(&second).expect("a file").len();
        if len > 24 << 20 {
            break (second, len);
        }
    };
    let fill = fs::File::options()
        .write(true)
        .open(&second)
        .expect("a file");
    fill.set_len(len - (2 << 20)).expect("some room");
    let source = film(place.path());
    let source = source.to_str().expect("a path in UTF-8");
    let clip = ada.run(&["clip", "add", source]).text("clip");
    while lease_with(&ada, "Ben")["state"] != "full" {
        ada.wait_for("keeper", |_| true).expect("Ben says so");
    }
    assert_eq!(ada.run(&["status"]).json["keepers_wrong"][0]["name"], "Ben");
    assert_eq!(
        ada.run(&["clip", "show", &clip]).json["keepers"],
        Value::Array(Vec::new())
    );
    assert!(!kept(&ben, &ada, &clip).exists());

    for filler in [first, second] {
        fs::remove_file(filler).expect("room");
    }
    ben.stop().expect("it stops");
    ben.start().expect("it starts again");
    wait_for_keepers(&mut ada, &clip, 1);
    assert!(kept(&ben, &ada, &clip).exists());
    assert_eq!(lease_with(&ada, "Ben")["state"], "good");
}
