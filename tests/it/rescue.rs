//! Homes that lost each other, and find each other through a DHT that knows nothing of them.

use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use data_encoding::HEXLOWER;
use mainline::Testnet;
use streetlamp_tests::Home;

use super::{homes, place, street};

fn said(home: &Home, of: &str) -> serde_json::Value {
    home.run(&["status"]).json[of].clone()
}

fn rescue(home: &Home) -> String {
    let reach = said(home, "reach");
    reach["rescue"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_homes_that_moved_at_the_same_time_find_each_other_by_the_rescue_alone() {
    let dht = Testnet::builder(4).build().expect("a DHT of a few nodes");
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    assert_eq!(rescue(&ada), "off", "nobody asked for it");
    for home in [&mut ada, &mut ben] {
        home.moves_out().expect("it stops");
        home.runs_with(&["--rescue", "--rescue-node", &dht.bootstrap[0]]);
    }
    for home in [&mut ada, &mut ben] {
        home.start().expect("it starts at other ports");
    }
    assert_eq!(said(&ada, "neighbours_connected"), 0);
    assert_eq!(rescue(&ada), "idle", "nobody was missed for long");
    ben.wait_for("neighbour", |event| event["connected"] == true)
        .expect("they find each other");
    assert_eq!(said(&ada, "neighbours_connected"), 1);
    assert_eq!(rescue(&ben), "left");
}

/// Stands between one home and a DHT of one node, and tells every packet that goes to and fro.
fn eavesdropper(node: SocketAddr) -> (SocketAddr, Receiver<Vec<u8>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let here = socket.local_addr().expect("an address");
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let (mut packet, mut home) = ([0; 2048], None);
        while let Ok((len, from)) = socket.recv_from(&mut packet) {
            let to = match from == node {
                true => home,
                false => {
                    home = Some(from);
                    Some(node)
                }
            };
            if let Some(to) = to {
                socket.send_to(&packet[..len], to).expect("it goes on");
            }
            if tell.send(packet[..len].to_vec()).is_err() {
                return;
            }
        }
    });
    (here, heard)
}

fn holds(packet: &[u8], what: &[u8]) -> bool {
    packet.windows(what.len()).any(|window| window == what)
}

#[test]
fn p5_what_a_dht_hears_of_a_home_holds_no_cell_no_hash_of_one_and_no_id_of_anybody() {
    let dht = Testnet::builder(1).build().expect("a DHT of one node");
    let node = dht.bootstrap[0].parse().expect("an address");
    let (ear, heard) = eavesdropper(node);
    let place = place();
    let [mut ada, mut ben] = homes(place.path(), ["Ada", "Ben"]);
    let street = ada.run(&["street", "new", "Maple Street"]).text("street");
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    assert_eq!(ben.run(&["street", "join", &ticket]).code, Some(0));
    let ids = [
        street,
        ada.run(&["status"]).text("household"),
        ben.run(&["status"]).text("household"),
    ];
    let mut names = vec![b"Maple".to_vec()];
    for cell in ["u33dc1", "u33dc"] {
        names.push(cell.as_bytes().to_vec());
        names.push(blake3::hash(cell.as_bytes()).as_bytes()[..8].to_vec());
    }
    for id in ids {
        names.push(HEXLOWER.decode(id.as_bytes()).expect("an id"));
        assert_eq!(names.last().map(Vec::len), Some(32));
        names.push(id.into_bytes());
    }
    ben.stop().expect("it stops");
    ada.stop().expect("it stops");
    ada.runs_with(&["--rescue", "--rescue-node", &ear.to_string()]);
    ada.start().expect("it starts");
    let mut word_went_by = false;
    while !word_went_by {
        let packet = heard.recv_timeout(Duration::from_secs(90));
        let packet = packet.expect("a word is left");
        for name in &names {
            assert!(!holds(&packet, name), "{}", String::from_utf8_lossy(name));
        }
        word_went_by = holds(&packet, b"1:v996:");
    }
}
