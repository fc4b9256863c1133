//! What a resident or a script sees of the program when no node runs: texts to the letter, JSON by its fields.
//!
//! Texts are compared with the files in `cmd/`. `STREETLAMP_BLESS=1 cargo test --test cli` writes them anew; read the
//! difference before keeping it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what failed by panicking"
)]

mod program;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use program::{Said, TestHome, json};

/// Compares a text with a file, or writes the file.
fn golden(name: &str, said: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cmd")
        .join(name);
    if std::env::var_os("STREETLAMP_BLESS").is_some() {
        std::fs::write(&path, said).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, written, "differs from {}", path.display());
}

fn refused(said: &Said, code: i32, stderr: &str) {
    assert_eq!(
        (said.code, said.stderr.as_str(), said.stdout.as_str()),
        (Some(code), stderr, "")
    );
}

#[test]
fn help_reads_as_it_was_written() {
    let home = TestHome::empty();
    for (name, args) in [
        ("help.txt", &["--help"][..]),
        ("help-run.txt", &["run", "--help"]),
        ("help-init.txt", &["init", "--help"]),
        ("help-street.txt", &["street", "--help"]),
        ("help-street-invite.txt", &["street", "invite", "--help"]),
        (
            "help-passphrase-change.txt",
            &["passphrase", "change", "--help"],
        ),
        ("help-alert.txt", &["alert", "--help"]),
        ("help-alert-post.txt", &["alert", "post", "--help"]),
        ("help-bulletin.txt", &["bulletin", "--help"]),
        ("help-publisher.txt", &["publisher", "--help"]),
        (
            "help-publisher-publish.txt",
            &["publisher", "publish", "--help"],
        ),
        (
            "help-publisher-relay.txt",
            &["publisher", "relay", "--help"],
        ),
        (
            "help-bulletin-export.txt",
            &["bulletin", "export", "--help"],
        ),
        ("help-camera.txt", &["camera", "--help"]),
        ("help-camera-add.txt", &["camera", "add", "--help"]),
        ("help-page.txt", &["page", "--help"]),
        ("help-page-factor.txt", &["page", "factor", "--help"]),
        ("help-house.txt", &["house", "--help"]),
        ("help-house-connect.txt", &["house", "connect", "--help"]),
        ("help-notify.txt", &["notify", "--help"]),
        ("help-notify-add.txt", &["notify", "add", "--help"]),
        ("help-clip.txt", &["clip", "--help"]),
        ("help-clip-export.txt", &["clip", "export", "--help"]),
        ("help-clip-verify.txt", &["clip", "verify", "--help"]),
        ("help-grant.txt", &["grant", "--help"]),
        ("help-grant-give.txt", &["grant", "give", "--help"]),
        ("help-keeper.txt", &["keeper", "--help"]),
        ("help-keeper-ask.txt", &["keeper", "ask", "--help"]),
        ("help-ledger.txt", &["ledger", "--help"]),
        ("help-recovery.txt", &["recovery", "--help"]),
        ("help-restore.txt", &["restore", "--help"]),
        ("help-device.txt", &["device", "--help"]),
        ("help-device-add.txt", &["device", "add", "--help"]),
    ] {
        let said = home.say(args);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{args:?}");
        golden(name, &said.stdout);
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_nothing_on_standard_output() {
    let home = TestHome::empty();
    for args in [
        &["alerts"][..],
        &["alert", "post", "--title", "no kind"],
        &[
            "alert",
            "post",
            "--kind",
            "suspicious-person",
            "--title",
            "t",
        ],
        &[
            "alert",
            "post",
            "--kind",
            "fire",
            "--title",
            "t",
            "--expires",
            "soon",
        ],
        &[
            "alert", "post", "--kind", "fire", "--title", "t", "--place", "u33dc1k2",
        ],
        &["alert", "list", "--since", "yesterday"],
        &["init", "--name", "Ada", "--cell", "not-a-cell"],
        &["init"],
        &["clip", "open", "0123456789"],
        &["clip", "export", "0123456789", "-o", "x"],
        &[
            "clip",
            "export",
            "0123456789",
            "-o",
            "x",
            "--to",
            "age1broken",
        ],
        &[
            "clip",
            "export",
            "0123456789",
            "-o",
            "x",
            "--plain",
            "--plain",
            "--to",
            "age1broken",
        ],
        &["camera", "add", "--name", "Porch"],
        &["camera", "add", "--name", "Porch", "--push", "--watch", "."],
        &[
            "camera",
            "add",
            "--name",
            "Porch",
            "--push",
            "--delete-originals",
        ],
        &["grant", "list", "--given", "--received"],
        &["unlock", "--passphrase", "lamp-post"],
        &["run", "--web", "everywhere"],
    ] {
        let said = home.say(args);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(
            said.stderr.starts_with("error: "),
            "{args:?}: {}",
            said.stderr
        );
    }
}

#[test]
fn without_a_home_a_command_says_how_to_make_one() {
    let home = TestHome::empty();
    for args in [
        &["status"][..],
        &["alert", "list"],
        &["ledger", "verify"],
        &["recovery", "confirm"],
    ] {
        refused(
            &home.say(args),
            1,
            "error: there is no home in [HOME]: make one with 'streetlamp init'\n",
        );
    }
}

#[test]
fn without_a_node_a_command_says_how_to_start_it() {
    let home = TestHome::made();
    for args in [
        &["status"][..],
        &["unlock"],
        &["lock"],
        &["street", "new", "Linden Row"],
        &["street", "invite"],
        &["street", "members"],
        &["alert", "post", "--kind", "fire", "--title", "Smoke"],
        &["alert", "list"],
        &["alert", "show", "0123456789"],
        &["clip", "add", "film.mp4"],
        &["clip", "list"],
        &["clip", "show", "0123456789"],
        &["clip", "fetch", "0123456789"],
        &["camera", "add", "--name", "Porch", "--push"],
        &["camera", "list"],
        &["grant", "give", "0123456789", "Ben"],
        &["grant", "list"],
        &["grant", "stop", "0123456789"],
        &["ledger", "show"],
    ] {
        let no_node = "error: no node is running in [HOME]: start it with 'streetlamp run'\n";
        refused(&home.say(args), 1, no_node);
        refused(&home.say(&[args, &["--json"]].concat()), 1, no_node);
    }
}

#[test]
fn a_dead_nodes_socket_is_no_node() {
    let home = TestHome::made();
    drop(std::os::unix::net::UnixListener::bind(home.dir().join("control.sock")).unwrap());
    refused(
        &home.say(&["status"]),
        1,
        "error: no node is running in [HOME]: start it with 'streetlamp run'\n",
    );
}

#[test]
fn init_makes_a_home_and_never_overwrites_one() {
    let home = TestHome::empty();
    let said = home.say(&["init", "--name", "Ada", "--cell", "u33dc1", "--json"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let made = json(&said);
    assert_eq!(made["household"].as_str().unwrap().len(), 64);
    assert_eq!(
        (made["cell"].as_str(), made["passphrase_was_made"].as_bool()),
        (Some("u33dc1"), Some(true))
    );
    assert_eq!(
        made["recovery_sheet"].as_str(),
        Some("[HOME]-recovery-sheet.txt")
    );
    assert!(home.sheet().is_file());

    let before = std::fs::read(home.dir().join("device.key")).unwrap();
    let again = home.say(&["init", "--name", "Ben", "--cell", "u33dc1"]);
    refused(
        &again,
        1,
        "error: there is a home in [HOME] already: nothing was changed\n",
    );
    assert_eq!(
        std::fs::read(home.dir().join("device.key")).unwrap(),
        before
    );
}

#[test]
fn init_says_what_to_do_next() {
    let home = TestHome::empty();
    let said = home.say(&["init", "--name", "Ada", "--cell", "u33dc1"]);
    assert_eq!(said.code, Some(0));
    golden("init.txt", &said.redacted());
}

#[test]
fn a_passphrase_of_ones_own_is_not_on_the_sheet() {
    let home = TestHome::empty();
    let file = home.dir().with_file_name("passphrase");
    std::fs::write(&file, "lamp-post-in-the-rain\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let said = home.say(&[
        "init",
        "--name",
        "Ada",
        "--json",
        "--passphrase-file",
        file.to_str().unwrap(),
    ]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let made = json(&said);
    assert_eq!(made["passphrase_was_made"].as_bool(), Some(false));
    let sheet = std::fs::read_to_string(home.sheet()).unwrap();
    assert!(!sheet.contains("lamp-post-in-the-rain"));
}

#[test]
fn a_recovery_sheet_is_confirmed_only_once_it_was_moved() {
    let home = TestHome::made();
    let said = home.say(&["recovery", "confirm"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.stderr
            .starts_with("error: the recovery sheet still lies at "),
        "{}",
        said.stderr
    );
    std::fs::remove_file(home.sheet()).unwrap();
    let said = home.say(&["recovery", "confirm", "--json"]);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (Some(0), "{\"confirmed\":true}\n")
    );
    let doctor = json(&home.say(&["doctor", "--json"]));
    let sheet = doctor
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["check"] == "recovery-sheet")
        .unwrap();
    assert_eq!(sheet["ok"].as_bool(), Some(true));
}

#[test]
fn a_garbled_ticket_is_noticed_whether_a_node_runs_or_not() {
    let home = TestHome::made();
    let garbled = "error: this ticket is garbled: copy it again, whole\n";
    refused(
        &home.say(&["street", "join", "streetlamp:abcdefgh"]),
        1,
        garbled,
    );
    let other = "error: this is not a Streetlamp ticket; one begins with 'streetlamp:'\n";
    refused(&home.say(&["street", "join", "hello"]), 1, other);
}

#[test]
fn a_plain_film_must_be_said_twice() {
    let home = TestHome::made();
    let said = home.say(&["clip", "export", "0123456789", "--plain", "-o", "film.mp4"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    golden("clip-export-plain-once.txt", &said.stderr);
}

#[test]
fn a_film_is_not_written_over_another_file() {
    let home = TestHome::made();
    let film = home.dir().with_file_name("film.mp4");
    std::fs::write(&film, "mine").unwrap();
    let film = film.to_str().unwrap();
    let said = home.say(&["clip", "open", "0123456789", "-o", film]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.stderr
            .contains("exists already: name another file, or add --force"),
        "{}",
        said.stderr
    );
    let dir = home.dir().to_str().unwrap().to_owned();
    let said = home.say(&["clip", "open", "0123456789", "-o", &dir, "--force"]);
    refused(
        &said,
        1,
        "error: [HOME] is a directory: name a file in it\n",
    );
    assert_eq!(std::fs::read(film).unwrap(), b"mine");
}

#[test]
fn who_can_do_what_is_printed_and_is_the_table_that_is_enforced() {
    let home = TestHome::empty();
    golden("explain-access.txt", &home.say(&["explain-access"]).stdout);
    let table = json(&home.say(&["explain-access", "--json"]));
    let table = table.as_array().unwrap();
    assert_eq!(table.len(), streetlamp_proto::access::table().count());
    for row in table.iter().filter(|row| row["role"] == "agency") {
        let in_the_open = [
            "read-nearby",
            "speak-nearby",
            "knock",
            "read-bulletins",
            "publish-bulletins",
        ];
        let in_the_open = in_the_open.map(Some);
        let allowed = in_the_open.contains(&row["action"].as_str());
        assert_eq!(row["allowed"].as_bool(), Some(allowed), "{row}");
        assert!(!row["why"].as_str().unwrap().is_empty());
    }
}

#[test]
fn the_ledger_of_a_fresh_home_verifies() {
    let home = TestHome::made();
    let said = home.say(&["ledger", "verify", "--json"]);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (
            Some(0),
            "{\"ok\":true,\"entries\":0,\"fault\":null,\"forked\":null}\n"
        )
    );
    assert_eq!(
        home.say(&["ledger", "verify"]).stdout,
        "The ledger is whole: 0 entries.\n"
    );
    let said = home.say(&["ledger", "verify", "--file", "/nowhere/ledger.db"]);
    refused(&said, 1, "error: there is no file /nowhere/ledger.db\n");
}

#[test]
fn doctor_finds_the_same_things_with_and_without_a_home() {
    let checks = |home: &TestHome| {
        let said = home.say(&["doctor", "--json"]);
        assert_eq!(said.code, Some(0));
        let findings = json(&said);
        for finding in findings.as_array().unwrap() {
            assert!(
                finding["ok"].is_boolean() && finding["advice"].is_string(),
                "{finding}"
            );
        }
        findings
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["check"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        checks(&TestHome::empty()),
        ["home", "clock", "disk", "sqlite", "tools"]
    );
    let made = [
        "home",
        "clock",
        "disk",
        "sqlite",
        "recovery-sheet",
        "store",
        "ledger",
        "node",
        "tools",
    ];
    assert_eq!(checks(&TestHome::made()), made);
}

#[test]
fn doctor_notices_a_home_that_others_can_read() {
    let home = TestHome::made();
    std::fs::set_permissions(home.dir(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = home.say(&["doctor"]);
    assert!(said.stdout.starts_with("look  home"), "{}", said.stdout);
    assert!(
        said.stdout.contains("chmod go-rwx [HOME]"),
        "{}",
        said.stdout
    );
}
