//! Homes that lost sight of each other, and one that nobody reaches, find their way by what is left: one address that
//! somebody remembers, or one neighbour who relays. What a DHT does for them is told in `rescue`.

use streetlamp_tests::Home;

use super::{PROGRAM, homes, place};

/// A street whose homes all met.
fn street<const N: usize>(homes: &mut [Home; N]) {
    let [founder, others @ ..] = &mut homes[..] else {
        panic!("nobody lives here")
    };
    assert_eq!(
        founder.run(&["street", "new", "Maple Street"]).code,
        Some(0)
    );
    for other in others {
        let ticket = founder.run(&["street", "invite"]).text("ticket");
        let joined = other.run(&["street", "join", &ticket]);
        assert_eq!(joined.code, Some(0), "{}", joined.words);
    }
    for home in homes {
        together(home, N - 1);
    }
}

/// Waits until so many neighbours of a home are connected. One that leaves brings the number about as well as one that
/// comes: whose connection broke off is noticed late.
fn together(home: &mut Home, neighbours: usize) {
    loop {
        let status = home.run(&["status"]).json;
        if status["neighbours_connected"] == neighbours {
            return;
        }
        let moved = home.wait_for("neighbour", |_| true);
        moved.unwrap_or_else(|e| panic!("{:?}: {e}: {status}", home.dir()));
    }
}

/// Makes a home one that is reached from outside, by its resident's word.
fn is_open(home: &mut Home) {
    let listen = home.ready()["listen"].as_array().expect("addresses");
    let tcp = listen.iter().filter_map(|a| a.as_str());
    let mut tcp = tcp.filter_map(|a| a.split("/p2p/").next());
    let tcp = tcp.rfind(|a| a.contains("/tcp/"));
    let tcp = tcp.expect("an address").to_owned();
    home.stop().expect("it stops");
    home.runs_with(&["--external", &tcp]);
    home.start().expect("it starts again");
}

/// Waits until a home is reached through a neighbour.
fn holds_a_place(home: &Home) {
    // There is no event for it; each question takes a process and its time.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while home.run(&["status"]).json["reach"]["how"] != "through-neighbours" {
        assert!(std::time::Instant::now() < end, "no place at a neighbour's");
    }
}

fn way(home: &Home, to: &Home) -> String {
    let status = home.run(&["status"]);
    let peers = status.json["reach"]["peers"]
        .as_array()
        .expect("peers")
        .clone();
    let peer = to.ready()["peer_id"].clone();
    let found = peers.iter().find(|held| held["peer_id"] == peer);
    let way = found.and_then(|held| held["way"].as_str());
    way.unwrap_or("none").to_owned()
}

#[test]
fn a_home_that_moved_while_half_the_street_was_away_is_found_by_all_as_long_as_one_address_holds() {
    let place = place();
    let mut all = homes(place.path(), ["Ada", "Ben", "Cem", "Dora"]);
    street(&mut all);
    let [ada, ben, cem, dora] = &mut all;
    for home in [&mut *cem, &mut *dora] {
        home.stop().expect("it stops");
    }
    ada.moves_out().expect("it stops");
    ada.start().expect("it starts elsewhere");
    together(ben, 1);
    // They moved, too. Only Ben is where they remember him.
    for home in [&mut *cem, &mut *dora] {
        home.moves_out().expect("nothing to stop");
        home.start().expect("it starts elsewhere");
    }
    for home in &mut all {
        together(home, 3);
    }
}

#[test]
fn a_home_that_nobody_reaches_and_that_moved_is_found_by_all_as_long_as_one_neighbour_relays() {
    let place = place();
    let mut all = homes(place.path(), ["Ada", "Ben", "Cem"]);
    is_open(&mut all[0]);
    street(&mut all);
    let [_, ben, cem] = &mut all;
    holds_a_place(ben);
    holds_a_place(cem);
    cem.stop().expect("it stops");
    ben.moves_out().expect("it stops");
    ben.start().expect("it starts elsewhere");
    holds_a_place(ben);
    cem.moves_out().expect("nothing to stop");
    cem.start().expect("it starts elsewhere");
    for home in &mut all {
        together(home, 2);
    }
}

#[test]
fn a_newcomer_enters_through_a_neighbour_who_relays_for_the_home_that_invites() {
    let place = place();
    let mut all = homes(place.path(), ["Ada", "Ben"]);
    is_open(&mut all[0]);
    street(&mut all);
    holds_a_place(&all[1]);
    let [ada, ben] = &all;
    let mut dora = Home::at(PROGRAM, &place.path().join("Dora"));
    assert_eq!(dora.init("Dora").code, Some(0));
    dora.start().expect("the node starts");
    // Ben's ticket tells no address of his but the one through Ada.
    let ticket = ben.run(&["street", "invite"]).text("ticket");
    let joined = dora.run(&["street", "join", &ticket]);
    assert_eq!(joined.code, Some(0), "{}", joined.words);
    assert_eq!(way(&dora, ben), "relayed");
    assert_eq!(way(&dora, ada), "direct");
    // The ticket was used: nobody else gets in, and not even through.
    let mut eve = Home::at(PROGRAM, &place.path().join("Eve"));
    assert_eq!(eve.init("Eve").code, Some(0));
    eve.start().expect("the node starts");
    assert_ne!(eve.run(&["street", "join", &ticket]).code, Some(0));
    assert_eq!(way(&eve, ben), "none");
}
