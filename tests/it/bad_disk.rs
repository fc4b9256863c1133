//! Disks that are full and disks that fail, under a real node.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use streetlamp_tests::{Home, Publisher};

use super::{PROGRAM, place, street, wrapper};

/// A small disk in memory, gone when it is dropped.
pub(super) struct SmallDisk(pub(super) PathBuf);

impl SmallDisk {
    /// Nothing if this account may not mount.
    pub(super) fn mount(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).expect("a directory");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=160m", "tmpfs"])
            .arg(&at)
            .output();
        mount
            .is_ok_and(|out| out.status.success())
            .then_some(Self(at))
    }

    /// Writes until nothing more fits.
    pub(super) fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).expect("a file");
        for size in [1 << 20, 4_096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn porch() -> String {
    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    film.to_str().expect("a path in UTF-8").to_owned()
}

fn post(home: &Home, title: &str) -> streetlamp_tests::Reply {
    home.run(&["alert", "post", "--kind", "noise", "--title", title])
}

fn titles(home: &Home) -> Vec<String> {
    let listed = home.run(&["alert", "list"]);
    let titles = listed.list().iter().filter_map(|a| a["title"].as_str());
    titles.map(str::to_owned).collect()
}

#[test]
fn p9_on_a_full_disk_alerts_come_and_go_clips_are_refused_and_deleting_makes_room() {
    let place = place();
    let Some(disk) = SmallDisk::mount(place.path().join("disk")) else {
        eprintln!("skipped: this account may not mount, so no disk was filled");
        return;
    };
    let [ben] = super::homes(place.path(), ["Ben"]);
    let mut ada = Home::at(PROGRAM, &disk.0.join("Ada"));
    assert_eq!(ada.init("Ada").code, Some(0));
    ada.start().expect("it starts");
    assert_eq!(ada.run(&["street", "new", "Maple Street"]).code, Some(0));
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    assert_eq!(ben.run(&["street", "join", &ticket]).code, Some(0));
    let clip = ada.run(&["clip", "add", &porch()]).text("clip");
    assert_eq!(ada.run(&["status"]).text("disk"), "well");

    let filler = disk.fill();
    let refused = ada.run(&["clip", "add", &porch()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.words.contains("disk"), "{}", refused.words);
    ada.kill().expect("it dies");
    ada.start().expect("it starts without any room");
    // More than what was left in the last page of the log.
    for n in 0..40 {
        let posted = post(&ada, &format!("Said by Ada, {n}"));
        assert_eq!(posted.code, Some(0), "{}", posted.words);
        assert_eq!(post(&ben, &format!("Said by Ben, {n}")).code, Some(0));
    }
    while titles(&ada).len() < 80 {
        ada.wait_for("alert", |_| true).expect("it comes");
    }
    let status = ada.run(&["status"]);
    assert_eq!(status.text("disk"), "full");
    assert!(!ada.dir().join("ballast").exists());
    let deleted = ada.run(&["clip", "delete", &clip]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.words);

    fs::remove_file(filler).expect("room");
    assert_eq!(post(&ada, "There is room again").code, Some(0));
    assert_eq!(ada.run(&["status"]).text("disk"), "well");
    assert!(ada.dir().join("ballast").exists());
    assert_eq!(ada.run(&["clip", "add", &porch()]).code, Some(0));
    ada.kill().expect("it dies");
    ada.start().expect("it starts again");
    assert_eq!(titles(&ada).len(), 81);
}

/// Starts a node of which a call fails from the `nth` time on in each thread, and works with it until it says so.
/// Gives what was acknowledged.
fn work_until_it_fails(ada: &mut Home, call: &str, error: &str, nth: usize) -> Vec<String> {
    let inject = format!(
        "strace -D -f -qq -o /dev/null -e trace={call} -e inject={call}:error={error}:when={nth}+"
    );
    let failing = wrapper(ada.dir().parent().expect("a place"), &inject);
    let mut home = Home::at(failing.to_str().expect("a path in UTF-8"), ada.dir());
    let mut kept = Vec::new();
    if home.start().is_err() {
        // It refuses to start on such a disk, and has acknowledged nothing.
        return kept;
    }
    for n in 0..20 {
        let title = format!("{call} {error} {nth}, {n}");
        let posted = post(&home, &title);
        if posted.code == Some(0) {
            kept.push(title);
            continue;
        }
        assert!(posted.words.contains("disk"), "{}", posted.words);
        let status = home.run(&["status"]);
        if status.code == Some(0) {
            assert_eq!(status.text("disk"), "failing");
            assert_eq!(post(&home, "Once more").code, Some(1));
            let listed = titles(&home);
            assert!(kept.iter().all(|title| listed.contains(title)));
        }
        break;
    }
    home.kill().expect("it dies");
    kept
}

#[test]
fn p9_when_a_write_or_sync_fails_it_is_said_and_nothing_acknowledged_is_lost() {
    if !Command::new("strace")
        .arg("-V")
        .output()
        .is_ok_and(|out| out.status.success())
    {
        eprintln!("skipped: no strace here, so no disk failed");
        return;
    }
    let place = place();
    let [mut ada, _ben] = street(place.path());
    ada.stop().expect("it stops");
    let mut kept = Vec::new();
    let mut failed = 0;
    for call in ["pwrite64", "fsync,fdatasync"] {
        for error in ["EIO", "ENOSPC"] {
            for nth in [1, 4, 9] {
                let acknowledged = work_until_it_fails(&mut ada, call, error, nth);
                failed += usize::from(acknowledged.len() < 20);
                kept.extend(acknowledged);
            }
        }
    }
    assert_eq!(failed, 12, "every disk failed");
    ada.start().expect("it starts again");
    let listed = titles(&ada);
    for title in &kept {
        assert!(listed.contains(title), "{title} is lost");
    }
    assert!(!kept.is_empty());
    let checks = ada.run(&["doctor"]);
    let store = checks.list().iter().find(|c| c["check"] == "store");
    assert_eq!(store.expect("the check")["ok"], true, "{checks:?}");
}

#[test]
fn a_publisher_on_a_full_disk_still_says_what_it_has_to_say_and_takes_it_back() {
    let place = place();
    let Some(disk) = SmallDisk::mount(place.path().join("disk")) else {
        eprintln!("skipped: this account may not mount, so no disk was filled");
        return;
    };
    let [mut ada, _ben] = street(place.path());
    let address = ada.ready()["listen"][0]
        .as_str()
        .expect("an address")
        .to_owned();
    let mut fire = Publisher::at(PROGRAM, &disk.0.join("fire"));
    let init = ["init", "--name", "Maple Fire", "--domain", "fire.example"];
    let init = fire.run(&[&init[..], &["--area", "u33dc"]].concat());
    assert_eq!(init.code, Some(0), "{}", init.words);
    fire.start(&address).expect("the publisher starts");

    disk.fill();
    let smoke = fire.run(&[
        "publish",
        "--kind",
        "fire",
        "--headline",
        "Smoke on Mill Road",
    ]);
    assert_eq!(smoke.code, Some(0), "{}", smoke.words);
    let smoke = smoke.text("bulletin");
    let cancelled = fire.run(&["cancel", &smoke]);
    assert_eq!(cancelled.code, Some(0), "{}", cancelled.words);
    for _ in 0..2 {
        ada.wait_for("bulletin", |event| event["bulletin"] == smoke.as_str())
            .expect("it is heard");
    }
    let listed = ada.run(&["bulletin", "list"]);
    assert_eq!(listed.list()[0]["state"], "cancelled");
    // It was durable, also on the full disk.
    fire.kill().expect("it dies");
    fire.start(&address).expect("it starts again");
    let shown = fire.run(&["show"]);
    assert_eq!(shown.json["bulletins"].as_array().map(Vec::len), Some(1));
}
