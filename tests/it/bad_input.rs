//! What residents and machines get wrong: each gets a clear error, and nothing is lost.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use streetlamp_tests::Home;

use super::{PROGRAM, homes, place, street};

#[test]
fn a_used_a_garbled_and_an_own_ticket_are_refused_in_words() {
    let place = place();
    let [ada, ben] = street(place.path());
    let [cem] = homes(place.path(), ["Cem"]);
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    assert_eq!(cem.run(&["street", "join", &ticket]).code, Some(0));
    for (home, ticket, says) in [
        (&ben, ticket.clone(), "already on that street"),
        (
            &ada,
            ada.run(&["street", "invite"]).text("ticket"),
            "made by this very home",
        ),
        (&ben, ticket[..ticket.len() - 3].to_owned(), "garbled"),
        (&ben, "hello".to_owned(), "not a Streetlamp ticket"),
    ] {
        let refused = home.run(&["street", "join", &ticket]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.words.contains(says), "{}", refused.words);
    }
    let [dora] = homes(place.path(), ["Dora"]);
    let used = dora.run(&["street", "join", &ticket]);
    assert!(
        used.words.contains("ask for a new one") || used.words.contains("Ask for a new one"),
        "{}",
        used.words
    );
}

#[test]
fn a_film_that_is_none_is_empty_or_is_4_gb_is_refused_and_leaves_nothing_behind() {
    let place = place();
    let [ada] = homes(place.path(), ["Ada"]);
    let film = |name: &str| place.path().join(name);
    fs::write(film("empty.mp4"), []).expect("written");
    fs::write(film("text.mp4"), "this is no film".repeat(100)).expect("written");
    File::create(film("huge.mp4"))
        .and_then(|f| f.set_len(4 << 30))
        .expect("a sparse file");
    for (name, says) in [
        ("empty.mp4", "empty"),
        ("text.mp4", "MP4"),
        ("huge.mp4", "at most 256"),
        ("missing.mp4", "missing.mp4"),
    ] {
        let refused = ada.run(&["clip", "add", film(name).to_str().expect("UTF-8")]);
        assert_eq!(refused.code, Some(1), "{name}");
        assert!(refused.words.contains(says), "{name}: {}", refused.words);
    }
    assert_eq!(ada.run(&["clip", "list"]).list().len(), 0);
    assert_eq!(
        fs::read_dir(ada.dir().join("clips"))
            .expect("clips")
            .count(),
        0
    );
}

#[test]
fn a_second_node_in_one_home_and_a_port_in_use_are_refused() {
    let place = place();
    let [ada, ben] = homes(place.path(), ["Ada", "Ben"]);
    let second = ada.run(&["run", "--no-mdns"]);
    assert_eq!(second.code, Some(1));
    assert!(second.words.contains("already running"), "{}", second.words);

    let taken = ada.ready()["listen"][0]
        .as_str()
        .and_then(|a| a.split("/p2p/").next())
        .unwrap_or_default()
        .to_owned();
    let mut cem = Home::at(PROGRAM, &place.path().join("Cem"));
    assert_eq!(cem.init("Cem").code, Some(0));
    let refused = cem.run(&[
        "run",
        "--no-mdns",
        "--web",
        "127.0.0.1:0",
        "--listen",
        &taken,
    ]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.words.contains("in use"), "{}", refused.words);
    let web = ben.ready()["web"]
        .as_str()
        .and_then(|url| url.strip_prefix("http://"))
        .unwrap_or_default()
        .to_owned();
    let refused = cem.run(&["run", "--no-mdns", "--web", &web]);
    assert!(refused.words.contains("in use"), "{}", refused.words);
    cem.start().expect("nothing was harmed");
}

#[test]
fn a_home_that_is_half_written_or_damaged_says_which_part() {
    let place = place();
    let home = Home::at(PROGRAM, &place.path().join("Ada"));
    assert_eq!(home.init("Ada").code, Some(0));
    fs::remove_file(home.dir().join("device.cert")).expect("removed");
    let refused = home.run(&["run", "--no-mdns"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.words.contains("device.cert"), "{}", refused.words);

    let home = Home::at(PROGRAM, &place.path().join("Ben"));
    home.init("Ben");
    fs::write(
        home.dir().join("streetlamp.db"),
        "not a database, whatever its name says".repeat(50),
    )
    .expect("written");
    let refused = home.run(&["run", "--no-mdns"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.words.contains("database"), "{}", refused.words);
}

#[test]
fn init_never_overwrites_a_home_or_anything_else() {
    let place = place();
    let home = Home::at(PROGRAM, &place.path().join("Ada"));
    let first = home.init("Ada");
    let again = home.init("Eve");
    assert_eq!((first.code, again.code), (Some(0), Some(1)));
    assert!(
        again.words.contains("nothing was changed"),
        "{}",
        again.words
    );
    assert_eq!(home.run(&["doctor"]).code, Some(0));

    let full = place.path().join("photos");
    fs::create_dir(&full)
        .and_then(|()| fs::write(full.join("cat.jpg"), "cat"))
        .expect("written");
    let refused = Home::at(PROGRAM, &full).init("Eve");
    assert!(refused.words.contains("not empty"), "{}", refused.words);
}

#[test]
fn a_home_directory_that_cannot_be_written_is_named() {
    let place = place();
    let home = Home::at(PROGRAM, &place.path().join("Ada"));
    home.init("Ada");
    fs::set_permissions(home.dir(), fs::Permissions::from_mode(0o500)).expect("set");
    let root = fs::write(home.dir().join("probe"), "x").is_ok();
    if root {
        eprintln!("skipped: root writes everywhere");
        return;
    }
    let refused = home.run(&["run", "--no-mdns"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.words.contains("cannot be written"),
        "{}",
        refused.words
    );
}

#[test]
fn a_wrong_passphrase_is_refused_and_a_command_without_a_node_says_how_to_start_it() {
    let place = place();
    let [mut ada] = homes(place.path(), ["Ada"]);
    let file = place.path().join("wrong.txt");
    fs::write(&file, "oak\n").expect("written");
    let refused = ada.run(&["--passphrase-file", file.to_str().expect("UTF-8"), "unlock"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.words.contains("wrong passphrase"),
        "{}",
        refused.words
    );
    ada.stop().expect("it stops");
    let alone = ada.run(&["alert", "list"]);
    assert_eq!(alone.code, Some(1));
    assert!(alone.words.contains("streetlamp run"), "{}", alone.words);
}
