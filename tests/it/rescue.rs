//! Homes that lost each other, and find each other through a DHT that knows nothing of them.

use mainline::Testnet;
use streetlamp_tests::Home;

use super::{place, street};

fn way(home: &Home) -> String {
    let status = home.run(&["status"]);
    status.json["reach"]["rescue"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn two_homes_that_moved_at_the_same_time_find_each_other_by_the_rescue_alone() {
    let dht = Testnet::builder(4).build().expect("a DHT of a few nodes");
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let said = |home: &Home, of: &str| home.run(&["status"]).json[of].clone();
    assert_eq!(way(&ada), "off", "nobody asked for it");
    for home in [&mut ada, &mut ben] {
        home.moves_out().expect("it stops");
        home.runs_with(&["--rescue", "--rescue-node", &dht.bootstrap[0]]);
    }
    for home in [&mut ada, &mut ben] {
        home.start().expect("it starts at other ports");
    }
    assert_eq!(said(&ada, "neighbours_connected"), 0);
    assert_eq!(way(&ada), "idle", "nobody was missed for long");
    ben.wait_for("neighbour", |event| event["connected"] == true)
        .expect("they find each other");
    assert_eq!(said(&ada, "neighbours_connected"), 1);
    assert_eq!(way(&ben), "left");
}
