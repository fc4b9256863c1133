//! A relay that carries everything two homes say to each other, and keeps it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use streetlamp_proto::street::{Address, Door, Ticket};
use streetlamp_tests::Home;

use super::super::{homes, place};

/// The film that ships.
const FILM: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../node/src/camera/film/fixtures/porch.mp4"
);

/// Passes bytes on between whoever connects to it and a home.
struct Relay {
    here: SocketAddr,
    recorded: Arc<Mutex<Vec<u8>>>,
}

impl Relay {
    fn to(home: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let here = listener.local_addr().expect("an address");
        let recorded = Arc::<Mutex<Vec<u8>>>::default();
        let kept = recorded.clone();
        thread::spawn(move || {
            for guest in listener.incoming().flatten() {
                let Ok(host) = TcpStream::connect(home) else {
                    continue;
                };
                let both = [(&guest, &host), (&host, &guest)];
                for (from, to) in both {
                    let from = from.try_clone().expect("a stream");
                    let to = to.try_clone().expect("a stream");
                    let kept = kept.clone();
                    thread::spawn(move || carry(from, to, &kept));
                }
            }
        });
        Self { here, recorded }
    }

    fn recorded(&self) -> Vec<u8> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.clone()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let piece = &bytes[..read];
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(piece);
        if to.write_all(piece).is_err() {
            break;
        }
    }
    let _gone_already = to.shutdown(Shutdown::Both);
}

/// The port of a home that listens on loopback by TCP.
fn port(home: &Home) -> SocketAddr {
    let listen = home.ready()["listen"]
        .as_array()
        .expect("addresses")
        .clone();
    let ports = listen.iter().filter_map(|address| {
        let mut parts = address.as_str()?.split('/');
        let port = parts.by_ref().skip_while(|part| *part != "tcp").nth(1)?;
        port.parse::<u16>().ok()
    });
    let port = ports.into_iter().next().expect("a port");
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// One home tells the street something, and the other one hears it.
fn confide(from: &Home, to: &mut Home) {
    let post = ["alert", "post", "--kind", "noise", "--title"];
    let posted = from.run(&[&post[..], &["Confided by a neighbour"]].concat());
    let alert = posted.text("alert");
    to.wait_for("alert", |event| event["alert"] == alert.as_str())
        .expect("it comes");
}

#[test]
fn p6_a_relay_that_carries_all_that_two_homes_say_and_a_clip_holds_nothing_of_either() {
    let place = place();
    let [mut ada, mut ben] = homes(place.path(), ["Ada", "Ben"]);
    assert_eq!(ada.run(&["street", "new", "Maple Street"]).code, Some(0));
    let relay = Relay::to(port(&ada));
    // Ben knows Ada's home by the relay's address alone.
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    let ticket: Ticket = ticket.parse().expect("a ticket");
    let address = format!("/ip4/127.0.0.1/tcp/{}", relay.here.port());
    let through = Ticket {
        doors: ticket
            .doors
            .iter()
            .map(|door| Door {
                device: door.device,
                addresses: vec![Address::parse(&address).expect("an address")],
            })
            .collect(),
        ..ticket
    };
    let joined = ben.run(&["street", "join", &through.to_string()]);
    assert_eq!(joined.code, Some(0), "{}", joined.words);

    confide(&ada, &mut ben);
    confide(&ben, &mut ada);
    let clip = ada.run(&["clip", "add", FILM]).text("clip");
    assert_eq!(ada.run(&["unlock"]).code, Some(0));
    let household = ben.ready()["household"].as_str().expect("an id").to_owned();
    assert_eq!(ada.run(&["grant", "give", &clip, &household]).code, Some(0));
    ben.wait_for("granted", |event| event["clip"] == clip.as_str())
        .expect("it comes");
    let fetched = ben.run(&["clip", "fetch", &clip]);
    assert_eq!(fetched.code, Some(0), "{}", fetched.words);

    let recorded = relay.recorded();
    let sealed = ada.dir().join("clips").join(format!("{clip}.sealed"));
    let sealed = std::fs::read(sealed).expect("sealed bytes");
    let holds = |needle: &[u8]| recorded.windows(needle.len()).any(|w| w == needle);
    eprintln!(
        "a relay recorded {} bytes, a clip of {} among them",
        recorded.len(),
        sealed.len()
    );
    // All of it went by here, and the search finds what is in the open: how two nodes agree to seal a line.
    assert!(recorded.len() > sealed.len());
    assert!(holds(b"/multistream/1.0.0") && holds(b"/noise"));
    for secret in ["Confided", "Maple Street", "/streetlamp/", &household] {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
    for piece in sealed.chunks(64) {
        assert!(!holds(piece), "a clip's bytes");
    }
}
