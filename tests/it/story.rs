//! Two homes, one alert, one clip: the whole path.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use streetlamp_tests::Home;

use super::{film, homes, place, street};

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn an_alert_posted_in_one_home_is_listed_in_the_other() {
    let place = place();
    let [ada, mut ben] = street(place.path());
    let posted = ada.run(&[
        "alert",
        "post",
        "--kind",
        "theft",
        "--title",
        "Bicycle taken",
        "--place",
        "u33dc1k",
    ]);
    assert_eq!(
        (posted.text("state"), posted.number("reached")),
        ("sent".to_owned(), Some(1)),
        "{}",
        posted.words
    );
    let alert = posted.text("alert");
    ben.wait_for("alert", |event| event["alert"] == alert.as_str())
        .expect("the alert comes");
    let heard = ben.run(&["alert", "list"]);
    let [heard] = heard.list() else {
        panic!("{heard:?}")
    };
    assert_eq!(heard["alert"], alert.as_str());
    assert_eq!(
        (&heard["author_name"], &heard["state"]),
        (&"Ada".into(), &"active".into())
    );
    assert_eq!(
        (&heard["kind"], &heard["place"]),
        (&"theft".into(), &"u33dc1k".into())
    );
}

#[test]
fn both_homes_know_each_other_after_restarts_and_the_one_that_was_down_has_the_alert() {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    assert_eq!(ben.stop().expect("it stops"), Some(0));
    ada.wait_for("neighbour", |event| event["connected"] == false)
        .expect("Ben is gone");
    let posted = ada.run(&[
        "alert",
        "post",
        "--kind",
        "fire",
        "--title",
        "Smoke over number 7",
        "--urgency",
        "urgent",
    ]);
    assert_eq!(posted.text("state"), "queued");
    assert_eq!(ada.stop().expect("it stops"), Some(0));

    ada.start().expect("it starts again");
    ben.start().expect("it starts again");
    ben.wait_for("alert", |_| true).expect("catch-up brings it");
    assert_eq!(ben.run(&["alert", "list"]).list().len(), 1);
    let members = ben.run(&["street", "members"]);
    assert!(
        members
            .list()
            .iter()
            .any(|m| m["name"] == "Ada" && m["connected"] == true),
        "{members:?}"
    );
}

#[test]
fn what_was_acknowledged_is_there_after_a_power_cut() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    ada.run(&["street", "new", "Maple Street"]);
    let clip = ada
        .run(&["clip", "add", path(&film(place.path()))])
        .text("clip");
    let alert = ada
        .run(&[
            "alert",
            "post",
            "--kind",
            "noise",
            "--title",
            "Drum practice",
        ])
        .text("alert");
    ada.kill().expect("it dies");
    ada.start().expect("it starts again");
    assert_eq!(
        ada.run(&["alert", "list"]).list()[0]["alert"],
        alert.as_str()
    );
    assert_eq!(ada.run(&["clip", "list"]).list()[0]["clip"], clip.as_str());
    ada.run(&["unlock"]);
    let out = place.path().join("out.mp4");
    assert_eq!(
        ada.run(&["clip", "open", &clip, "-o", path(&out)]).code,
        Some(0)
    );
}

/// Kilobytes of memory, threads, and open files of a process, by Linux.
#[cfg(target_os = "linux")]
fn footprint(home: &Home) -> [usize; 3] {
    let process = format!("/proc/{}", home.pid().expect("it runs"));
    let status = fs::read_to_string(format!("{process}/status")).expect("its status");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|n| n.parse().ok()).expect("a number")
    };
    let files = fs::read_dir(format!("{process}/fd")).expect("its files");
    [field("VmRSS:"), field("Threads:"), files.count()]
}

/// Whether all of these alerts are in a home.
fn lists(home: &Home, posted: &[String]) -> bool {
    let listed = home.run(&["alert", "list"]);
    assert_eq!(listed.code, Some(0), "{}", listed.words);
    let here: Vec<_> = listed.list().iter().map(|a| a["alert"].clone()).collect();
    posted.iter().all(|id| here.iter().any(|held| held == id))
}

/// Posts an alert, and gives its id once it is acknowledged.
fn noise(home: &Home, title: &str) -> String {
    let posted = home.run(&["alert", "post", "--kind", "noise", "--title", title]);
    assert_eq!(posted.code, Some(0), "{}", posted.words);
    posted.text("alert")
}

/// How far apart alerts are in a long run, so that an hour of them stays within a household's share.
#[cfg(target_os = "linux")]
const BREATH: Duration = Duration::from_secs(20);

/// Ben dies in the middle of everything and comes back, over and over. Nothing that either home acknowledged is lost,
/// and the home that stays grows by nothing but the alerts. `STREETLAMP_CHURN_MINUTES` makes it longer.
#[cfg(target_os = "linux")]
#[test]
fn a_neighbour_that_dies_and_comes_back_all_the_time_loses_nothing_and_costs_no_memory() {
    let minutes = std::env::var("STREETLAMP_CHURN_MINUTES");
    let minutes = minutes.map_or(0, |given| given.parse().expect("minutes"));
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let mut posted = Vec::new();
    let mut before = None;
    let mut spoke = Instant::now();
    for round in 0.. {
        if round >= 12 && Instant::now() >= until {
            break;
        }
        let speaks = round < 12 || spoke.elapsed() > BREATH;
        if speaks {
            spoke = Instant::now();
        }
        for home in [&ada, &ben].into_iter().filter(|_| speaks) {
            posted.push(noise(home, &format!("round {round}")));
        }
        ben.kill().expect("it dies");
        if speaks {
            posted.push(noise(&ada, "Ben is off"));
        }
        ben.start().expect("it starts again");
        let back = |event: &serde_json::Value| event["connected"] == true;
        ben.wait_for("neighbour", back).expect("Ada is there");
        for home in [&mut ada, &mut ben] {
            while !lists(home, &posted) {
                let came = home.wait_for("alert", |_| true);
                came.unwrap_or_else(|e| panic!("round {round}, {:?}: {e}", home.dir()));
            }
        }
        if round == 3 {
            before = Some(footprint(&ada));
        }
    }
    let [memory, threads, files] = before.expect("after four rounds");
    let after = footprint(&ada);
    assert!(after[0] < memory + 16 * 1024, "{before:?} {after:?}");
    assert!(after[1] <= threads + 2, "{before:?} {after:?}");
    assert!(after[2] <= files + 4, "{before:?} {after:?}");
}

#[test]
fn p7_a_granted_clip_is_fetched_and_opened_by_its_recipient_alone_and_the_ledger_says_so() {
    let place = place();
    let [ada, mut ben] = street(place.path());
    let source = film(place.path());
    let added = ada.run(&["clip", "add", path(&source), "--camera", "Porch"]);
    let clip = added.text("clip");
    assert_eq!(added.code, Some(0), "{}", added.words);

    // Locked, a node records but gives nothing away.
    let locked = ada.run(&["grant", "give", &clip, "Ben"]);
    assert_eq!(locked.code, Some(1));
    assert!(
        locked.words.contains("streetlamp unlock"),
        "{}",
        locked.words
    );

    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    let given = ada.run(&[
        "grant",
        "give",
        &clip,
        "Ben",
        "--purpose",
        "you asked about the van",
    ]);
    assert_eq!(
        (given.code, given.number("ledger_seq")),
        (Some(0), Some(1)),
        "{}",
        given.words
    );
    ben.wait_for("granted", |event| event["clip"] == clip.as_str())
        .expect("the grant comes");

    // A locked owner still serves.
    ada.run(&["lock"]);
    let fetched = ben.run(&["clip", "fetch", &clip]);
    assert_eq!(
        fetched.number("bytes"),
        added.number("sealed_bytes"),
        "{}",
        fetched.words
    );

    let (at_ada, at_ben) = (place.path().join("ada.mp4"), place.path().join("ben.mp4"));
    assert_eq!(
        ben.run(&["clip", "open", &clip, "-o", path(&at_ben)]).code,
        Some(1),
        "Ben is locked"
    );
    ben.run(&["unlock"]);
    assert_eq!(
        ben.run(&["clip", "open", &clip, "-o", path(&at_ben)]).code,
        Some(0)
    );
    ada.run(&["unlock"]);
    assert_eq!(
        ada.run(&["clip", "open", &clip, "-o", path(&at_ada)]).code,
        Some(0)
    );
    let film = fs::read(&at_ben).expect("the film");
    assert_eq!(film, fs::read(&at_ada).expect("the film"));
    assert!(
        !film
            .windows(9)
            .any(|w| w == b"Our porch" || w == b"+48.1371+"),
        "metadata stayed"
    );
    plays(&at_ben);
    stock_age_opens(&ada, &clip, &at_ada, place.path());

    let kinds = ada.run(&["ledger", "show"]);
    let kinds: Vec<_> = kinds
        .list()
        .iter()
        .map(|e| e["kind"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(kinds[..2], ["grant", "open"]);
    assert_eq!(ada.run(&["ledger", "verify"]).json["ok"], true);

    let grant = given.text("grant");
    assert_eq!(ada.run(&["grant", "stop", &grant]).code, Some(0));
    assert_eq!(ada.run(&["grant", "stop", &grant]).code, Some(1));
}

/// The stock ffprobe reads the film and finds no trace of its maker's metadata.
fn plays(film: &Path) {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "format=duration"])
        .arg(film)
        .output();
    match probe {
        Ok(output) => assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        ),
        Err(_) => eprintln!("skipped: no ffprobe here"),
    }
}

/// The stock age program opens an export with the recipient's key.
fn stock_age_opens(home: &Home, clip: &str, film: &Path, place: &Path) {
    let (key, sealed) = (place.join("key.txt"), place.join("clip.mp4.age"));
    let Ok(made) = Command::new("age-keygen").arg("-o").arg(&key).output() else {
        eprintln!("skipped: no age here");
        return;
    };
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    let recipient = said.trim().rsplit(' ').next().unwrap_or_default();
    let exported = home.run(&[
        "clip",
        "export",
        clip,
        "--to",
        recipient,
        "-o",
        path(&sealed),
    ]);
    assert_eq!(exported.code, Some(0), "{}", exported.words);
    let opened = Command::new("age")
        .arg("-d")
        .arg("-i")
        .arg(&key)
        .arg(&sealed)
        .output()
        .expect("age runs");
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    assert_eq!(opened.stdout, fs::read(film).expect("the film"));
}
