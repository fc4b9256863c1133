//! A resident's work with a node of which every call is written down.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use streetlamp_tests::Home;

use super::super::{street, wrapper};
use super::disk::Disk;
use super::trace::{self, Call};

/// What a node acknowledged, from one of its calls on.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) from: usize,
    /// Until when it holds: nobody said otherwise before this call.
    pub(super) until: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Alert(String),
    Clip(String),
    /// The ledger has so many entries.
    Ledger(u64),
    /// Nothing is left of a clip.
    Gone(String),
}

/// A node's work, as its calls tell it.
pub(super) struct Recording {
    pub(super) home: PathBuf,
    pub(super) before: Disk,
    pub(super) calls: Vec<Call>,
    pub(super) facts: Vec<Fact>,
}

/// Lets a resident work with a node of which every call is written down. Nothing if that is not allowed here.
pub(super) fn record(place: &Path) -> Option<Recording> {
    let [mut ada, _ben] = street(place);
    assert_eq!(ada.stop().expect("it stops"), Some(0));
    let disk = Disk::of(ada.dir());
    let trace = place.join("trace");
    let made = Command::new("mkfifo").arg(&trace).status();
    assert!(made.expect("mkfifo").success());
    let before = format!(
        "strace -D -f -qq -y -xx -s 16777216 -e trace={} -o '{}'",
        trace::CALLS,
        trace.display()
    );
    let traced = wrapper(place, &before);
    // A pipe ends when strace does, which outlives what it traces.
    let text = std::thread::spawn(move || fs::read_to_string(trace));
    let home = ada.dir().to_owned();
    let mut ada = Home::at(traced.to_str().expect("a path in UTF-8"), &home);
    ada.start().ok()?;

    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    let film = film.to_str().expect("a path in UTF-8");
    let mut said: Vec<(String, What)> = Vec::new();
    let mut seq = 0;
    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    for round in 0..6 {
        let title = format!("Round {round}");
        let alert = ada
            .run(&["alert", "post", "--kind", "noise", "--title", &title])
            .text("alert");
        said.push((alert.clone(), What::Alert(alert)));
        let clip = ada
            .run(&["clip", "add", film, "--camera", "Porch"])
            .text("clip");
        said.push((clip.clone(), What::Clip(clip.clone())));
        let given = ada.run(&["grant", "give", &clip, "Ben"]);
        assert_eq!(given.code, Some(0), "{}", given.words);
        seq += 1;
        said.push((given.text("grant"), What::Ledger(seq)));
        if round % 2 == 1 {
            assert_eq!(ada.run(&["clip", "delete", &clip]).code, Some(0));
            said.push((clip.clone(), What::Gone(clip)));
        }
    }
    assert_eq!(ada.stop().expect("it stops"), Some(0));

    let text = text.join().expect("no panic").expect("a trace");
    let calls = trace::read(&text, &home);
    let facts = facts(&calls, said);
    Some(Recording {
        home,
        before: disk,
        calls,
        facts,
    })
}

/// From which call on each thing was acknowledged: the first that says its id after what was acknowledged before it.
fn facts(calls: &[Call], said: Vec<(String, What)>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut last = 0;
    for (id, what) in said {
        let told = |call: &Call| matches!(call, Call::Say { bytes } if holds(bytes, id.as_bytes()));
        let from = calls
            .iter()
            .skip(last + 1)
            .position(told)
            .expect("it was acknowledged")
            + last
            + 1;
        if let What::Gone(_) = &what {
            // It begins to go after the last thing that was acknowledged before.
            let clip = |fact: &&mut Fact| matches!(&fact.what, What::Clip(clip) if *clip == id);
            if let Some(clip) = facts.iter_mut().find(clip) {
                clip.until = last;
            }
        }
        facts.push(Fact {
            from,
            until: usize::MAX,
            what,
        });
        last = from;
    }
    facts
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
