//! A member with a changed program: a real mesh and a real engine under a hand that keeps no rule.

use std::collections::BTreeMap;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::{AsyncReadExt, AsyncWriteExt};
use streetlamp::entropy::Entropy;
use streetlamp::home::{Home, NewHome};
use streetlamp::mesh::{IncomingStream, Mesh, MeshEvent, Reach, Run, Transport};
use streetlamp::node::NodeHandle;
use streetlamp_proto::alert::{Alert, Audience, Kind, Nonce, Text, Title, Urgency};
use streetlamp_proto::clip::{ClipId, SLICE, slice_len};
use streetlamp_proto::fetch::FetchRequest;
use streetlamp_proto::household::{
    Acceptance, Answer, AskRef, Command, CommandId, Household, Input, KeeperCommand, KeeperNews,
    KeeperTask, Me, Output, Protocol, Pulled, Record,
};
use streetlamp_proto::identity::{DeviceId, Name};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::street::{EpochKey, Item, StreetId, StreetMessage, Topic};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire;
use streetlamp_proto::wire::limits::{FETCH_FRAME, GOSSIP_FRAME};
use streetlamp_sim::PASSPHRASE;
use tempfile::TempDir;
use tokio::time::Instant;
use zeroize::Zeroizing;

pub(crate) struct Rogue {
    engine: Household,
    me: Me,
    mesh: Mesh,
    key: Option<(StreetId, EpochKey)>,
    answer: Option<Answer>,
    /// Every frame that it heard on a topic.
    heard: Vec<(Topic, Vec<u8>)>,
    /// Whether it passes on what it hears.
    passes_on: bool,
    /// Clips that it says it keeps, and their lengths. It keeps none.
    keeps: BTreeMap<ClipId, u64>,
    start: (Instant, Timestamp),
    said: u64,
    _dir: TempDir,
}

impl Rogue {
    /// A home that nobody knows yet. Its clock is the others'.
    pub(crate) async fn build(name: &str, now: Timestamp) -> Self {
        let dir = TempDir::new().expect("room");
        let place = dir.path().join("home");
        let new = NewHome {
            name: Name::clean(name).expect("a name"),
            cell: Some("u33dc1".parse().expect("a cell")),
            passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
            recovery_sheet: None,
            now,
        };
        Home::create(&place, new, &Entropy::Repeatable(666 + name.len() as u64)).expect("a home");
        let home = Home::open(&place).expect("a home");
        let me = || home.me().expect("its keys");
        let (mut mesh, _streams) =
            Mesh::new(&me().device, Transport::Memory, &Reach::plain(), Run(666)).expect("a mesh");
        mesh.listen("/memory/0").await.expect("an address");
        Self {
            engine: Household::new(me(), [], [66; 32]),
            me: me(),
            mesh,
            key: None,
            answer: None,
            heard: Vec::new(),
            passes_on: true,
            keeps: BTreeMap::new(),
            start: (Instant::now(), now),
            said: 0,
            _dir: dir,
        }
    }

    fn now(&self) -> Timestamp {
        self.start.1.after(self.start.0.elapsed())
    }

    /// Enters the street honestly, with a ticket of `host`.
    pub(crate) async fn join(&mut self, host: &NodeHandle) {
        let invite = Command::Invite {
            street: None,
            life: Duration::from_secs(3600),
        };
        let Ok(Answer::Ticket(ticket)) = host.command(invite).await else {
            panic!("no ticket")
        };
        self.feed(Input::Command(CommandId(1), Command::Join(ticket)));
        while self.answer.take().is_none() {
            self.live(Duration::from_millis(50)).await;
        }
    }

    /// Connects to a home without asking for anything, and listens around.
    pub(crate) async fn visit(&mut self, host: &NodeHandle) {
        let invite = Command::Invite {
            street: None,
            life: Duration::from_secs(3600),
        };
        let Ok(Answer::Ticket(ticket)) = host.command(invite).await else {
            panic!("no ticket")
        };
        self.feed(Input::Started);
        for door in &ticket.doors {
            self.mesh.dial(door.device, &door.addresses);
        }
    }

    /// What this home could read of what it heard.
    pub(crate) fn reads(&self) -> Vec<String> {
        let alerts = self.engine.alerts(self.now());
        alerts.iter().map(|a| a.thread.title.to_string()).collect()
    }

    /// Does what an honest home does for a while.
    pub(crate) async fn live(&mut self, span: Duration) {
        let end = Instant::now() + span;
        loop {
            let event = tokio::select! {
                event = self.mesh.next() => event,
                () = tokio::time::sleep_until(end) => return,
            };
            match event {
                MeshEvent::Stream(incoming) => {
                    tokio::spawn(give_other_bytes(incoming, self.keeps.clone()));
                }
                // It says nowhere where it is.
                MeshEvent::Listening(_) => {}
                event => {
                    if let MeshEvent::Gossip { topic, bytes, .. } = &event {
                        self.heard.push((topic.clone(), bytes.clone()));
                    }
                    if let Some(input) = event.into_input() {
                        self.feed(input);
                    }
                }
            }
        }
    }

    fn feed(&mut self, input: Input) {
        let now = self.now();
        for output in self.engine.handle(input, now) {
            match output {
                Output::Judge {
                    message,
                    acceptance,
                } => {
                    let passes = self.passes_on;
                    let kept = if passes {
                        acceptance
                    } else {
                        Acceptance::Ignore
                    };
                    self.mesh.judge(message, kept);
                }
                Output::Store(record) => {
                    if let Record::Epoch { notice, key, .. } = *record {
                        self.key = Some((notice.statement().street, key));
                    }
                }
                Output::Subscribe(topic) => self.mesh.subscribe(&topic),
                Output::Publish { topic, bytes } => self.mesh.publish(&topic, bytes),
                Output::Dial { device, addresses } => self.mesh.dial(device, &addresses),
                Output::Ask {
                    to,
                    ask,
                    protocol,
                    bytes,
                } => self.mesh.ask(to, ask, protocol, bytes),
                Output::Reply { request, bytes } => self.mesh.reply(request, bytes),
                Output::Decline(request) => self.mesh.decline(request),
                Output::Keeper(KeeperTask::Pull {
                    owner,
                    clip,
                    sealed_len,
                    ..
                }) => {
                    self.keeps.insert(clip, sealed_len);
                    let outcome = Pulled::Here;
                    self.feed(Input::Keeper(KeeperNews::Pulled {
                        owner,
                        clip,
                        outcome,
                    }));
                }
                Output::Answer(_, answer) => {
                    self.answer = Some(answer.expect("an answer"));
                }
                _ => {}
            }
        }
    }

    /// Offers to keep, and will say that it has whatever it is told to keep.
    pub(crate) fn pretend_to_keep(&mut self) {
        let offer = Command::Keeper(KeeperCommand::Offer(1_000_000_000));
        self.feed(Input::Command(CommandId(2), offer));
    }

    /// Asks a home so many things at one time, each on a stream of its own, and does not wait for an answer.
    pub(crate) fn ask_at_once(&mut self, to: DeviceId, times: u64) {
        for number in 0..times {
            let ask = AskRef(1_000_000 + number);
            self.mesh.ask(to, ask, Protocol::Street, vec![1; 1_000]);
        }
    }

    /// From now on it swallows what it should pass on.
    pub(crate) fn swallow(&mut self) {
        self.passes_on = false;
    }

    /// The last frame with an alert that it heard, and its topic.
    pub(crate) fn last_alert(&self) -> (Topic, Vec<u8>) {
        let (street, key) = self.epoch();
        let is_alert = |frame: &[u8]| {
            let opened = key.open(street, frame, GOSSIP_FRAME);
            let said = opened.map(|opened| wire::from_cbor(&opened));
            matches!(said, Ok(Ok(StreetMessage::Tell(Item::Alert(_)))))
        };
        let mut heard = self.heard.iter().rev();
        let alert = heard.find(|(_, frame)| is_alert(frame));
        alert.expect("it heard an alert").clone()
    }

    /// Puts any bytes on a topic.
    pub(crate) fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) {
        self.mesh.publish(topic, bytes);
    }

    /// The key that it was given, and for which street.
    pub(crate) fn epoch(&self) -> (StreetId, EpochKey) {
        self.key.clone().expect("it is on a street")
    }

    /// A well-formed, well-signed alert of its own, one more each time.
    pub(crate) fn say_something(&mut self) {
        let alert = self.alert(Duration::ZERO);
        let alert = Signed::sign(alert, &self.me.device);
        self.tell(alert);
    }

    /// An alert that is signed by a key of nobody.
    pub(crate) fn say_as_nobody(&mut self) {
        let alert = self.alert(Duration::ZERO);
        self.tell(Signed::sign(alert, &SigningKey::from_bytes(&[13; 32])));
    }

    /// An alert by a clock that is this far ahead.
    pub(crate) fn say_from_the_future(&mut self, ahead: Duration) {
        let alert = self.alert(ahead);
        self.tell(Signed::sign(alert, &self.me.device));
    }

    /// Seals an alert to its street, whoever signed it for whatever street.
    pub(crate) fn tell(&mut self, alert: Signed<Alert>) {
        let (street, key) = self.epoch();
        let message = StreetMessage::Tell(Item::Alert(alert));
        let frame = key.seal(street, &wire::to_cbor(&message));
        self.mesh.publish(&key.topic(street), frame);
    }

    fn alert(&mut self, ahead: Duration) -> Alert {
        let (street, _) = self.epoch();
        self.said += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.said.to_be_bytes());
        let now = self.now().after(ahead);
        Alert {
            audience: Audience::Street(street),
            kind: Kind::Noise,
            urgency: Urgency::Info,
            place: None,
            title: Title::clean("Buy now").expect("a title"),
            text: Text::default(),
            happened: now,
            issued: now,
            expires: now.after(Duration::from_secs(3600)),
            nonce: Nonce::from_bytes(nonce),
            clips: Vec::new(),
        }
    }

    /// Who it is.
    pub(crate) fn household(&self) -> streetlamp_proto::identity::HouseholdId {
        self.me.household()
    }
}

/// Answers a request for sealed bytes with as many bytes as there should be, and none of them right.
async fn give_other_bytes(incoming: IncomingStream, keeps: BTreeMap<ClipId, u64>) {
    let mut stream = incoming.stream;
    let mut length = [0; 4];
    stream.read_exact(&mut length).await.expect("a length");
    let mut frame = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut frame).await.expect("a request");
    let request: FetchRequest =
        wire::unframe(wire::Kind::Fetch, &frame, FETCH_FRAME).expect("a request");
    let mut answer = vec![1];
    if request.right.with_label() {
        answer.extend(100_u32.to_be_bytes());
        answer.extend([0x55; 100]);
    }
    let range = request.start..request.end.min(request.start + SLICE);
    let len = slice_len(keeps[&request.right.clip()], range).expect("a range");
    answer.resize(answer.len() + usize::try_from(len).expect("small"), 0x55);
    // Whoever notices hangs up.
    let _noticed = stream.write_all(&answer).await;
    let _noticed = stream.close().await;
}
