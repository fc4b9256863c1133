//! An agency that wants everything: a node with a changed program, which connects to every home, listens to all that it
//! can name, asks for all that it can think of, and keeps every byte that comes.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use streetlamp::mesh::{Mesh, MeshEvent, Run, Transport};
use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Kind, Text, Title, Urgency};
use streetlamp_proto::cell::Place;
use streetlamp_proto::household::{
    Acceptance, Answer, AskRef, Command, Draft, Household, Protocol,
};
use streetlamp_proto::identity::{DeviceId, Name};
use streetlamp_proto::open;
use streetlamp_proto::street::{Address, Topic};
use streetlamp_proto::text::Prose;
use streetlamp_proto::wire::{self, Kind as Frame, limits::JOIN_FRAME};
use streetlamp_sim::{Neighbourhood, PASSPHRASE};
use tokio::time::{Instant, sleep_until};
use zeroize::Zeroizing;

use super::rogue::Rogue;

/// Alerts in a busy day, and how long it is from one to the next.
const ALERTS: u64 = 24;
/// See [`ALERTS`].
const BETWEEN: Duration = Duration::from_secs(25 * 60);

struct Recorder {
    mesh: Mesh,
    /// Everything that was said on a topic, and everything that anybody answered.
    recorded: Vec<Vec<u8>>,
    answers: Vec<Option<Vec<u8>>>,
    homes: Vec<DeviceId>,
    asked: u64,
}

impl Recorder {
    async fn at(homes: &[&NodeHandle]) -> Self {
        let agency = ed25519_dalek::SigningKey::from_bytes(&[80; 32]);
        let (mut mesh, _streams) =
            Mesh::new(&agency, Transport::Memory, false, Run(80)).expect("a mesh");
        mesh.listen("/memory/0").await.expect("an address");
        let mut devices = Vec::new();
        for home in homes {
            let device = home.read(|household, _| household.me().device_id()).await;
            let device = device.expect("it runs");
            let address = home.listen().await.expect("it runs").remove(0);
            let address = address.split("/p2p/").next().expect("an address");
            mesh.dial(device, &[Address::parse(address).expect("an address")]);
            devices.push(device);
        }
        Self {
            mesh,
            recorded: Vec::new(),
            answers: Vec::new(),
            homes: devices,
            asked: 0,
        }
    }

    fn listen(&mut self, topic: &Topic) {
        self.mesh.subscribe(topic);
    }

    /// Asks every home over every protocol of residents, with whatever bytes.
    fn ask(&mut self, bytes: &[u8]) {
        for home in self.homes.clone() {
            for protocol in [Protocol::Join, Protocol::Street] {
                self.asked += 1;
                let ask = AskRef(self.asked);
                self.mesh.ask(home, ask, protocol, bytes.to_vec());
            }
        }
    }

    async fn record(&mut self, span: Duration) {
        let end = Instant::now() + span;
        loop {
            let event = tokio::select! {
                event = self.mesh.next() => event,
                () = sleep_until(end) => return,
            };
            match event {
                MeshEvent::Gossip { message, bytes, .. } => {
                    self.recorded.push(bytes);
                    // A relay passes on, or it would hear less.
                    self.mesh.judge(message, Acceptance::Accept);
                }
                MeshEvent::Asked { request, bytes, .. } => {
                    self.recorded.push(bytes);
                    self.mesh.decline(request);
                }
                MeshEvent::Answered { bytes, .. } => self.answers.push(bytes),
                _ => {}
            }
        }
    }

    fn holds(&self, needle: &[u8]) -> bool {
        let answered = self.answers.iter().flatten();
        let mut all = self.recorded.iter().chain(answered);
        all.any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
    }
}

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

async fn found(home: &NodeHandle) {
    let found = Command::FoundStreet {
        name: Name::clean("Maple Street").expect("a name"),
        cell: "u33dc1".parse().expect("a cell"),
        urgent_per_hour: 6,
    };
    home.command(found).await.expect("founded");
}

/// A clip of Ada's, granted to Ben. Gives its sealed bytes and the header that opens it for him.
async fn share_a_clip(ada: &NodeHandle, ben: &NodeHandle) -> (Vec<u8>, Vec<u8>) {
    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    let film = File::open(film).expect("the film that ships");
    let camera = Name::clean("Porch").expect("a name");
    let added = ada.add_clip(film, camera, None).await.expect("a clip");
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    ada.unlock(passphrase, Household::AUTO_LOCK)
        .await
        .expect("unlocked");
    let to = ben.read(|household, _| household.me().household()).await;
    let give = Command::Give {
        clip: added.clip,
        to: to.expect("it runs"),
        purpose: Prose::clean("You asked").expect("a purpose"),
        until: None,
    };
    ada.command(give).await.expect("granted");
    let given = ada.read(|household, _| household.given()).await;
    let header = given.expect("it runs").remove(0).grant.header;
    let sealed = ada
        .home()
        .clips_dir()
        .join(format!("{}.sealed", added.clip));
    let sealed = std::fs::read(sealed).expect("sealed bytes");
    (sealed, header.as_bytes().to_vec())
}

#[tokio::test(start_paused = true)]
async fn p1_p3_p6_an_agency_that_records_a_busy_day_holds_nothing_that_was_not_meant_for_everybody()
{
    let mut street = Neighbourhood::new(80).expect("a neighbourhood");
    let ada = street.build("Ada").await.expect("Ada's home");
    let ben = street.build("Ben").await.expect("Ben's home");
    found(&ada).await;
    // A neighbour tells the agency under which name the street speaks, and passes on what he hears like the others.
    let mut cem = Rogue::build("Cem", street.clock().now()).await;
    cem.join(&ada).await;
    let (id, key) = cem.epoch();
    let invite = Command::Invite {
        street: None,
        life: Duration::from_secs(3600),
    };
    let Ok(Answer::Ticket(ticket)) = ada.command(invite).await else {
        panic!("no ticket")
    };
    let used = wire::frame(Frame::Ticket, &*ticket);
    ben.command(Command::Join(ticket)).await.expect("Ben joins");

    let mut agency = Recorder::at(&[&ada, &ben]).await;
    agency.listen(&key.topic(id));
    for cell in open::around(&"u33dc1".parse().expect("a cell"), open::MOST_RINGS) {
        agency.listen(&open::topic(&cell).expect("a topic"));
    }
    agency.record(Duration::from_secs(5)).await;
    let (sealed, header) = share_a_clip(&ada, &ben).await;
    for round in 0..ALERTS {
        let of = if round % 2 == 0 { &ada } else { &ben };
        let secret = draft(&format!("Confided {round}"), false);
        of.command(Command::PostAlert(secret))
            .await
            .expect("posted");
        if round % 6 == 0 {
            let told = draft(&format!("Grey cat {round}"), true);
            of.command(Command::PostAlert(told)).await.expect("posted");
        }
        // Guessed and stolen: a used ticket, what went over the topics before, and plain words.
        agency.ask(&used);
        agency.ask(b"Please send all footage of yesterday night");
        if let Some(replayed) = agency.recorded.last().cloned() {
            agency.ask(&replayed);
        }
        agency.record(BETWEEN).await;
        cem.live(Duration::from_millis(1)).await;
    }

    let bytes: usize = agency.recorded.iter().map(Vec::len).sum();
    let frames = agency.recorded.len();
    eprintln!(
        "an agency recorded {frames} frames ({bytes} bytes) and asked {} times",
        agency.asked
    );
    // It did hear a lot, and what was meant for everybody among it.
    assert!(
        agency.recorded.len() as u64 >= ALERTS,
        "{}",
        agency.recorded.len()
    );
    assert!(agency.holds(b"Grey cat 0"));
    assert!(
        agency.answers.len() as u64 >= ALERTS,
        "{}",
        agency.answers.len()
    );
    // Nobody answered but to say no; a request that is declined ends without a byte.
    let answers = agency.answers.iter().flatten();
    for answer in answers.filter(|answer| !answer.is_empty()) {
        let refused =
            wire::unframe::<streetlamp_proto::street::Refusal>(Frame::Refused, answer, JOIN_FRAME);
        assert!(refused.is_ok(), "{answer:02x?}");
    }
    // No alert of the street, no place finer than a cell, no author, no key of a clip, no byte of it.
    assert!(!agency.holds(b"Confided"));
    let place: Place = "u33dc1k".parse().expect("a place");
    assert!(!agency.holds(&wire::to_cbor(&place)));
    for home in [&ada, &ben] {
        let (household, device) = home
            .read(|household, _| (household.me().household(), household.me().device_id()))
            .await
            .expect("it runs");
        assert!(!agency.holds(household.as_bytes()));
        assert!(!agency.holds(device.as_bytes()));
    }
    assert!(!agency.holds(&header));
    for piece in sealed.chunks(64) {
        assert!(!agency.holds(piece));
    }
}
