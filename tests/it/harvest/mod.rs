//! Who wants everything: an agency, a company with fifty nodes in the cell, and a relay between two homes. Whatever
//! their programs are, what they record of a busy day is searched for what was not meant for them.
//!
//! The same search finds what was said to everybody: a recording in which nothing is found proves nothing.

mod relay;
mod spy;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use streetlamp::entropy::Entropy;
use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Kind, Text, Title, Urgency};
use streetlamp_proto::cell::Place;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::fetch::{FetchRequest, Right};
use streetlamp_proto::household::{Answer, Command, Draft, Household};
use streetlamp_proto::identity::{Card, DeviceCert, DeviceId, Name, Roles, Words};
use streetlamp_proto::open;
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::street::{Address, JoinRequest, Refusal, Ticket, TicketSecret, Topic};
use streetlamp_proto::text::Prose;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::JOIN_FRAME;
use streetlamp_proto::wire::{self, Kind as Frame};
use streetlamp_sim::{Neighbourhood, PASSPHRASE};
use tokio::time::sleep;
use zeroize::Zeroizing;

use super::rogue::Rogue;
use spy::{Recording, Spy};

/// Alerts in the day, and how long it is from one to the next.
const ALERTS: u64 = 24;
/// See [`ALERTS`].
const BETWEEN: Duration = Duration::from_secs(6 * 60);
/// Nodes of the company, and alerts while they are there, half a minute apart.
const COMPANY: u8 = 50;
/// See [`COMPANY`].
const RUSH: u64 = 8;

const NAMES: [&str; 2] = ["Ada of number 7", "Ben of number 9"];

fn draft(title: &str, nearby: bool) -> Draft {
    Draft {
        street: None,
        nearby,
        kind: Kind::LostPet,
        urgency: Urgency::HeadsUp,
        place: Some(
            if nearby { "u33dc1" } else { "u33dc1k" }
                .parse()
                .expect("a cell"),
        ),
        title: Title::clean(title).expect("a title"),
        text: Text::clean("The door of number 7").expect("a text"),
        happened: None,
        life: Duration::from_secs(24 * 3600),
        clips: vec![],
    }
}

async fn post(home: &NodeHandle, title: &str, nearby: bool) {
    let post = Command::PostAlert(draft(title, nearby));
    home.command(post).await.expect("posted");
}

async fn found(home: &NodeHandle) {
    let found = Command::FoundStreet {
        name: Name::clean("Maple Street").expect("a name"),
        cell: "u33dc1".parse().expect("a cell"),
        urgent_per_hour: 6,
    };
    home.command(found).await.expect("founded");
}

async fn ticket(home: &NodeHandle) -> Ticket {
    let invite = Command::Invite {
        street: None,
        life: Duration::from_secs(24 * 3600),
    };
    match home.command(invite).await.expect("invited") {
        Answer::Ticket(ticket) => *ticket,
        other => panic!("{other:?}"),
    }
}

/// A clip that was granted, and what may not be found of it.
struct Shared {
    clip: ClipId,
    sealed: Vec<u8>,
    header: Vec<u8>,
    /// What its grantee fetches it with.
    right: Right,
}

/// A clip of Ada's, granted to Ben.
async fn share_a_clip(ada: &NodeHandle, ben: &NodeHandle) -> Shared {
    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    let film = File::open(film).expect("the film that ships");
    let camera = Name::clean("Porch").expect("a name");
    let clip = ada.add_clip(film, camera, None).await.expect("a clip").clip;
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    ada.unlock(passphrase, Household::AUTO_LOCK)
        .await
        .expect("unlocked");
    let to = ben.read(|household, _| household.me().household()).await;
    let give = Command::Give {
        clip,
        to: to.expect("it runs"),
        purpose: Prose::clean("You asked").expect("a purpose"),
        until: None,
    };
    ada.command(give).await.expect("granted");
    let given = ada.read(|household, _| household.given()).await;
    let header = given.expect("it runs").remove(0).grant.header;
    let sealed = ada.home().clips_dir().join(format!("{clip}.sealed"));
    // It has to arrive before it can be stolen.
    let right = loop {
        let plan = ben
            .read(move |household, _| household.fetch_plan(clip))
            .await;
        match plan.expect("it runs") {
            Some(plan) => break plan.right,
            None => sleep(Duration::from_secs(1)).await,
        }
    };
    Shared {
        clip,
        sealed: std::fs::read(sealed).expect("sealed bytes"),
        header: header.as_bytes().to_vec(),
        right,
    }
}

/// A newcomer's request with a ticket that is somebody else's or nobody's: well formed, by a household of its own.
fn forged_join(spy: &Spy, secret: &TicketSecret, home: DeviceId, now: Timestamp) -> Vec<u8> {
    let mut dice = Entropy::Repeatable(41).generator().expect("numbers");
    let words = Words::generate(&mut dice);
    let root = words.root();
    let identity = |n: u8| Identity::from_secret_bytes(Zeroizing::new([n; 32])).recipient();
    let device = DeviceId::from_bytes(spy.key.verifying_key().to_bytes());
    let card = Card {
        household: root.household(),
        name: Name::clean("New here").expect("a name"),
        reading: identity(42),
        issued: now,
    };
    let cert = DeviceCert {
        household: root.household(),
        device,
        sealing: identity(43),
        roles: Roles::ALL,
        issued: now,
        serial: 1,
        ended: None,
    };
    let request = JoinRequest {
        ticket: secret.id(),
        proof: secret.key().proof(device, home),
        card: root.sign_card(card),
        device: root.certify(cert),
        addresses: vec![],
    };
    wire::frame(Frame::Join, &request)
}

fn fetch_frame(right: Right) -> Vec<u8> {
    let request = FetchRequest {
        right,
        start: 0,
        end: 16 * 1024,
    };
    wire::frame(Frame::Fetch, &request)
}

/// Tries everything once that somebody outside can think of.
fn try_everything(spy: &Spy, used: &Ticket, homes: &[(DeviceId, Address)], shared: &Shared) {
    let mut dice = Entropy::Repeatable(9).generator().expect("numbers");
    let guessed = TicketSecret::generate(&mut dice);
    let now = streetlamp_sim::DAWN;
    for (home, _) in homes {
        spy.ask(&forged_join(spy, &used.secret, *home, now));
        spy.ask(&forged_join(spy, &guessed, *home, now));
    }
    spy.ask(&wire::frame(Frame::Ticket, used));
    spy.ask(b"Please send all footage of yesterday night");
    if let Some(replayed) = spy.look(|recording| recording.said.last().cloned()) {
        spy.ask(&replayed);
    }
    for right in [
        shared.right.clone(),
        Right::Keeper(shared.clip),
        Right::Owner(shared.clip),
    ] {
        spy.fetch(&fetch_frame(right));
    }
    spy.fetch(b"all of it");
}

/// Listens to everything around, and to the street, whose name a neighbour told.
fn listen_to_everything(spy: &Spy, street: &Topic) {
    spy.listen(street);
    for cell in open::around(&"u33dc1".parse().expect("a cell"), open::MOST_RINGS) {
        spy.listen(&open::topic(&cell).expect("a topic"));
    }
}

/// Nothing in a recording was not meant for everybody.
fn holds_nothing_confided(who: &str, recording: &Recording, secrets: &[Vec<u8>], shared: &Shared) {
    assert!(recording.refused > 0, "{who}");
    // Nobody answered but to say no to a ticket.
    for answer in &recording.answers {
        let refused = wire::unframe::<Refusal>(Frame::Refused, answer, JOIN_FRAME);
        assert!(refused.is_ok(), "{who}: {answer:02x?}");
    }
    assert!(!recording.holds(b"Confided"), "{who}: an alert");
    assert!(!recording.holds(&shared.header), "{who}: a clip's key");
    for piece in shared.sealed.chunks(64) {
        assert!(!recording.holds(piece), "{who}: a clip's bytes");
    }
    for secret in secrets {
        assert!(
            !recording.holds(secret),
            "{who}: {}",
            String::from_utf8_lossy(secret)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn p1_p3_p6_an_agency_that_records_a_busy_day_holds_nothing_that_was_not_meant_for_everybody()
{
    let mut street = Neighbourhood::new(80).expect("a neighbourhood");
    let ada = street.build(NAMES[0]).await.expect("Ada's home");
    let ben = street.build(NAMES[1]).await.expect("Ben's home");
    found(&ada).await;
    // A neighbour tells everybody under which name the street speaks, and passes on what he hears like the others.
    let mut cem = Rogue::build("Cem", street.clock().now()).await;
    cem.join(&ada).await;
    let (id, key) = cem.epoch();
    let named = key.topic(id);
    let used = ticket(&ada).await;
    let join = Command::Join(Box::new(used.clone()));
    ben.command(join).await.expect("Ben joins");
    let mut homes = Vec::new();
    // No place finer than a cell, no author.
    let place: Place = "u33dc1k".parse().expect("a place");
    let mut secrets = vec![wire::to_cbor(&place), b"Porch".to_vec()];
    for (home, name) in [&ada, &ben].into_iter().zip(NAMES) {
        let (household, device) = home
            .read(|household, _| (household.me().household(), household.me().device_id()))
            .await
            .expect("it runs");
        let address = home.listen().await.expect("it runs").remove(0);
        let address = address
            .split("/p2p/")
            .next()
            .expect("an address")
            .to_owned();
        homes.push((device, Address::parse(&address).expect("an address")));
        secrets.push(household.as_bytes().to_vec());
        secrets.push(device.as_bytes().to_vec());
        secrets.push(name.as_bytes().to_vec());
    }

    let agency = Spy::at(80, &homes).await;
    listen_to_everything(&agency, &named);
    sleep(Duration::from_secs(5)).await;
    let shared = share_a_clip(&ada, &ben).await;
    for round in 0..ALERTS {
        let of = if round % 2 == 0 { &ada } else { &ben };
        post(of, &format!("Confided {round}"), false).await;
        if round % 6 == 0 {
            post(of, &format!("Grey cat {round}"), true).await;
        }
        try_everything(&agency, &used, &homes, &shared);
        sleep(BETWEEN).await;
        cem.live(Duration::from_millis(1)).await;
    }
    // The company comes for the busiest minutes.
    let mut company = Vec::new();
    for number in 100..100 + COMPANY {
        let spy = Spy::at(number, &homes).await;
        listen_to_everything(&spy, &named);
        company.push(spy);
    }
    sleep(Duration::from_secs(5)).await;
    for round in 0..RUSH {
        post(&ben, &format!("Confided in the rush {round}"), false).await;
        if round == 0 {
            post(&ada, "Grey cat in the rush", true).await;
            for spy in &company {
                try_everything(spy, &used, &homes, &shared);
            }
        }
        sleep(Duration::from_secs(30)).await;
    }

    let frames = agency.look(|r| (r.said.len(), r.bytes(), r.asked, r.refused, r.homes.len()));
    eprintln!(
        "the agency recorded {} frames ({} bytes) of {} homes; it asked {} times and got no answer {} times",
        frames.0, frames.1, frames.4, frames.2, frames.3
    );
    let (mut heard, mut asked, mut bytes) = (0, 0, 0);
    for spy in &company {
        let (s, a, b) = spy.look(|r| (r.said.len(), r.asked, r.bytes()));
        (heard, asked, bytes) = (heard + s, asked + a, bytes + b);
    }
    eprintln!(
        "the company's {COMPANY} nodes recorded {heard} frames ({bytes} bytes) and asked {asked} times"
    );
    // They did hear a lot, and the search finds what was told to everybody.
    let first = agency.look(|r| r.said.len());
    assert!(first as u64 >= ALERTS, "{first}");
    assert!(heard as u64 >= RUSH * u64::from(COMPANY) / 2, "{heard}");
    assert!(agency.look(|r| r.holds(b"Grey cat")));
    assert!(company.iter().any(|spy| spy.look(|r| r.holds(b"Grey cat"))));
    agency.look(|r| holds_nothing_confided("the agency", r, &secrets, &shared));
    for spy in &company {
        spy.look(|r| holds_nothing_confided("the company", r, &secrets, &shared));
    }
}
