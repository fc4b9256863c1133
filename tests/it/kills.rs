//! A node that is killed in the middle of its work, again and again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use streetlamp_tests::Home;

use super::{PROGRAM, place, street};

/// Kills in a usual run; `STREETLAMP_KILLS` says otherwise.
const KILLS: usize = 50;

/// What a node acknowledged.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Alert(String),
    Clip(String),
    Grant(String),
}

/// Works with a home until it is over, and tells what was acknowledged.
fn work(home: &Home, over: &AtomicBool, tell: &Sender<Kept>, film: &str, shift: usize) {
    let mut clip = String::new();
    for n in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let kept = match (n + shift) % 3 {
            0 => {
                let made = home.run(&["clip", "add", film]);
                clip = made.text("clip");
                (made.code == Some(0)).then(|| Kept::Clip(clip.clone()))
            }
            1 => {
                let title = format!("Alert {n}");
                let said = home.run(&["alert", "post", "--kind", "noise", "--title", &title]);
                (said.code == Some(0)).then(|| Kept::Alert(said.text("alert")))
            }
            _ if clip.is_empty() => None,
            _ => {
                let given = home.run(&["grant", "give", &clip, "Ben"]);
                (given.code == Some(0)).then(|| Kept::Grant(given.text("grant")))
            }
        };
        if let Some(kept) = kept {
            tell.send(kept).expect("somebody listens");
        }
    }
}

#[test]
fn p9_a_node_that_is_killed_over_and_over_while_it_works_loses_nothing_acknowledged() {
    let kills = std::env::var("STREETLAMP_KILLS");
    let kills = kills.map_or(KILLS, |given| given.parse().expect("a number"));
    let film = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../node/src/camera/film/fixtures/porch.mp4"
    );
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let (tell, told) = channel();
    for kill in 0..kills {
        if kill > 0 && kill % 100 == 0 {
            eprintln!("killed {kill} times of {kills}");
        }
        assert_eq!(ada.run(&["unlock"]).code, Some(0));
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for shift in 0..2 {
                let (dir, over, tell) = (ada.dir(), &over, tell.clone());
                scope.spawn(move || work(&Home::at(PROGRAM, dir), over, &tell, film, shift));
            }
            // Another moment each time: that is what is tried here.
            let moment = Duration::from_millis(60 + kill as u64 * 37 % 400);
            std::thread::sleep(moment);
            ada.send("-KILL").expect("it dies");
            over.store(true, Ordering::Relaxed);
        });
        ada.kill().expect("it is gone");
        ada.start().expect("it starts again");
    }
    drop(tell);

    let ids = |noun: &[&str], field: &str| -> Vec<String> {
        let listed = ada.run(noun);
        let ids = listed.list().iter().filter_map(|item| item[field].as_str());
        ids.map(str::to_owned).collect()
    };
    let alerts = ids(&["alert", "list"], "alert");
    let clips = ids(&["clip", "list"], "clip");
    let grants = ids(&["grant", "list", "--given"], "grant");
    let mut kept = 0;
    for fact in told {
        kept += 1;
        let here = match &fact {
            Kept::Alert(id) => alerts.contains(id),
            Kept::Clip(id) => clips.contains(id),
            Kept::Grant(id) => grants.contains(id),
        };
        assert!(here, "lost: {fact:?}");
    }
    assert!(kept >= kills, "hardly anything was done: {kept}");
    let verdict = ada.run(&["ledger", "verify"]);
    assert_eq!(verdict.json["ok"], true, "{verdict:?}");
    let parts = std::fs::read_dir(ada.dir().join("clips")).expect("clips");
    let mut parts = parts.filter_map(|entry| entry.expect("a file").file_name().into_string().ok());
    assert_eq!(parts.find(|name| name.ends_with(".part")), None);
}
