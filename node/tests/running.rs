//! The command line against a node that runs: what scripts rely on, from `ready` to a clean stop.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what failed by panicking"
)]

mod program;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use program::{TestHome, json};
use serde_json::Value;

/// A node in a process of its own. Stopped when dropped.
struct RunningNode {
    home: TestHome,
    process: Child,
    ready: Value,
}

impl RunningNode {
    fn start(home: TestHome) -> Self {
        let args = [
            "run",
            "--json",
            "--no-mdns",
            "--listen",
            "/ip4/127.0.0.1/tcp/0",
            "--web",
            "127.0.0.1:0",
            "--name",
            "Ada",
            "--cell",
            "u33dc1",
        ];
        let mut process = home
            .program(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        // Only the first line: the pipe is closed then, which must not stop the node.
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        Self {
            home,
            process,
            ready,
        }
    }

    fn ask(&self, args: &[&str]) -> Value {
        let said = self.home.say(&[args, &["--json"]].concat());
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{args:?}");
        json(&said)
    }

    fn refusal(&self, args: &[&str]) -> String {
        let said = self.home.say(args);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{args:?}");
        said.stderr
    }

    /// Stops it as a service manager would.
    fn stop(&mut self) -> Option<i32> {
        let signalled = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .unwrap();
        assert!(signalled.success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        let _stopped_already = self.process.kill();
        let _waited_already = self.process.wait();
    }
}

#[test]
fn the_first_run_makes_a_home_and_says_where_everything_is() {
    let mut node = RunningNode::start(TestHome::empty());
    assert_eq!(node.ready["event"], "ready");
    assert!(node.ready["peer_id"].is_string());
    assert!(
        node.ready["listen"][0]
            .as_str()
            .unwrap()
            .starts_with("/ip4/127.0.0.1/tcp/")
    );
    assert!(
        node.ready["web"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert!(
        node.ready["sign_in"]
            .as_str()
            .unwrap()
            .starts_with(node.ready["web"].as_str().unwrap())
    );

    let status = node.ask(&["status"]);
    assert_eq!(status["household"], node.ready["household"]);
    assert_eq!(status["listen"], node.ready["listen"]);
    assert_eq!(
        (status["running"].as_bool(), status["locked"].as_bool()),
        (Some(true), Some(true))
    );
    assert!(status["street"].is_null());
    let socket = std::fs::metadata(node.home.dir().join("control.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    let socket = node.home.dir().join("control.sock");
    assert_eq!(node.stop(), Some(0));
    assert!(node.home.dir().exists() && !socket.exists());
}

#[test]
fn a_passphrase_is_changed_with_a_node_and_without_one_and_the_old_one_opens_nothing() {
    const WORDS: [&str; 3] = [
        "lamp-post-in-the-rain",
        "violet-anchor-rumba-lantern",
        "gravel tuba sonnet fig",
    ];
    let home = TestHome::empty();
    let files = WORDS.map(|words| {
        let file = home.dir().with_file_name(&words[..4]);
        std::fs::write(&file, words).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let [first, second, third] = files.each_ref().map(String::as_str);
    let made = ["init", "--name", "Ada", "--cell", "u33dc1"];
    let made = home.say(&[&made[..], &["--passphrase-file", first]].concat());
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let change = |old, new| {
        let files = ["--passphrase-file", old, "--new-passphrase-file", new];
        [&["passphrase", "change"][..], &files].concat()
    };
    let unlock = |with| ["unlock", "--passphrase-file", with];

    let mut node = RunningNode::start(home);
    assert!(node.refusal(&change(second, third)).contains("passphrase"));
    assert_eq!(node.ask(&change(first, second))["changed"], true);
    assert!(node.refusal(&unlock(first)).contains("passphrase"));
    assert_eq!(node.ask(&unlock(second))["locked"], false);
    assert_eq!(node.stop(), Some(0));

    assert!(node.refusal(&change(first, third)).contains("passphrase"));
    assert_eq!(node.ask(&change(second, third))["changed"], true);
    let help = node.refusal(&["passphrase", "change", "--passphrase-file", third]);
    assert!(help.contains("--new-passphrase-file"), "{help}");
}

#[test]
fn without_a_word_about_the_home_it_is_made_in_the_browser_and_not_before() {
    let home = TestHome::empty();
    let mut process = home
        .program(&["run", "--no-mdns", "--web", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap());
    let link = said
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains("http://127.0.0.1:"));
    assert!(link.unwrap().contains("/sign-in?token="));
    assert!(!home.dir().exists());
    let stopped = Command::new("kill").arg(process.id().to_string()).status();
    assert!(stopped.unwrap().success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert!(!home.dir().exists() && !home.sheet().exists());
}

#[test]
fn a_street_is_founded_and_told_and_shown() {
    let node = RunningNode::start(TestHome::empty());
    let household = node.ready["household"].as_str().unwrap();
    let refused = node.refusal(&["alert", "post", "--kind", "fire", "--title", "Smoke"]);
    assert!(
        refused.starts_with("error: this home is on no street yet"),
        "{refused}"
    );

    let street = node.ask(&["street", "new", "Linden Row"]);
    assert_eq!(
        (street["cell"].as_str(), street["epoch"].as_u64()),
        (Some("u33dc1"), Some(1))
    );
    assert_eq!(node.ask(&["status"])["street"], "Linden Row");
    let members = node.ask(&["street", "members"]);
    assert_eq!(
        (members[0]["household"].as_str(), members[0]["me"].as_bool()),
        (Some(household), Some(true))
    );

    let posted = node.ask(&[
        "alert",
        "post",
        "--kind",
        "fire",
        "--title",
        "Smoke in the yard",
        "--expires",
        "2h",
    ]);
    assert_eq!(
        (posted["state"].as_str(), posted["reached"].as_u64()),
        (Some("queued"), Some(0))
    );
    let alerts = node.ask(&["alert", "list", "--kind", "fire", "--since", "1h"]);
    assert_eq!(alerts[0]["alert"], posted["alert"]);
    assert_eq!(
        (alerts[0]["state"].as_str(), alerts[0]["audience"].as_str()),
        (Some("active"), Some("street"))
    );
    assert_eq!(
        (
            alerts[0]["author"].as_str(),
            alerts[0]["author_name"].as_str()
        ),
        (Some(household), Some("Ada"))
    );
    assert_eq!(
        node.ask(&["alert", "list", "--kind", "theft"]),
        Value::Array(Vec::new())
    );
    let shown = node.ask(&["alert", "show", &posted["alert"].as_str().unwrap()[..8]]);
    assert_eq!(shown["title"].as_str(), Some("Smoke in the yard"));
    assert!(
        node.refusal(&["alert", "show", "00000000"])
            .starts_with("error: there is no alert '00000000' here")
    );
    assert!(
        node.refusal(&["alert", "show", "0000"])
            .contains("8 or more")
    );
}

#[test]
fn a_ticket_comes_as_text_and_as_a_picture_and_not_back_to_its_own_home() {
    let node = RunningNode::start(TestHome::empty());
    node.ask(&["street", "new", "Linden Row"]);
    let picture = node.home.dir().with_file_name("ticket.svg");
    let invited = node.ask(&["street", "invite", "--qr", picture.to_str().unwrap()]);
    let ticket = invited["ticket"].as_str().unwrap();
    assert!(
        ticket.starts_with("streetlamp:") && invited["expires"].as_str().unwrap().ends_with('Z')
    );
    assert!(std::fs::read_to_string(&picture).unwrap().contains("<svg"));
    let refused = node.refusal(&["street", "join", ticket]);
    assert!(
        refused
            .ends_with("error: this ticket was made by this very home: give it to a neighbour\n"),
        "{refused}"
    );
}

#[test]
fn clips_and_keys_are_refused_with_a_reason() {
    let node = RunningNode::start(TestHome::empty());
    assert!(
        node.refusal(&["unlock"])
            .starts_with("error: a passphrase is needed")
    );
    let wrong = node
        .home
        .program(&["unlock"])
        .env("STREETLAMP_PASSPHRASE", "wrong")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        String::from_utf8(wrong.stderr)
            .unwrap()
            .starts_with("error: wrong passphrase")
    );

    let no_film = node.home.dir().with_file_name("notes.txt");
    std::fs::write(&no_film, "no film").unwrap();
    assert!(
        node.refusal(&["clip", "add", no_film.to_str().unwrap()])
            .starts_with("error: ")
    );
    assert!(
        node.refusal(&["clip", "add", "nothing.mp4"])
            .contains("nothing.mp4 cannot be read")
    );
    let out = node.home.dir().with_file_name("film.mp4");
    assert!(
        node.refusal(&["clip", "open", "0123456789", "-o", out.to_str().unwrap()])
            .contains("there is no clip")
    );
    assert!(!out.exists() && !out.with_file_name("film.mp4.part").exists());
    for list in [
        &["clip", "list"][..],
        &["grant", "list"],
        &["ledger", "show"],
    ] {
        assert_eq!(node.ask(list), Value::Array(Vec::new()));
    }
    assert!(node.ask(&["ledger", "verify"])["ok"].as_bool().unwrap());
}

#[test]
fn the_passphrase_on_the_sheet_unlocks() {
    let node = RunningNode::start(TestHome::empty());
    let sheet = std::fs::read_to_string(node.home.sheet()).unwrap();
    let made = sheet
        .lines()
        .find_map(|line| line.strip_prefix("This one was made for you:  "))
        .unwrap();
    let unlocked = node
        .home
        .program(&["unlock", "--json"])
        .env("STREETLAMP_PASSPHRASE", made)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(unlocked.stdout).unwrap(),
        "{\"locked\":false}\n"
    );
    assert_eq!(node.ask(&["status"])["locked"].as_bool(), Some(false));
    assert_eq!(node.ask(&["lock"])["locked"].as_bool(), Some(true));
    assert_eq!(node.ask(&["status"])["locked"].as_bool(), Some(true));
}

#[test]
fn a_home_runs_one_node_and_a_killed_one_leaves_nothing_in_the_way() {
    let mut node = RunningNode::start(TestHome::empty());
    let second = node.refusal(&["run", "--json", "--no-mdns", "--web", "127.0.0.1:0"]);
    assert!(
        second.contains("a node is already running from [HOME]"),
        "{second}"
    );
    node.process.kill().unwrap();
    node.process.wait().unwrap();
    let home = std::mem::replace(&mut node.home, TestHome::empty());
    drop(node);
    let mut again = RunningNode::start(home);
    assert_eq!(
        again.ask(&["status"])["household"],
        again.ready["household"]
    );
    assert_eq!(again.stop(), Some(0));
}
