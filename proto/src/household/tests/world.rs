//! A world of engines: carries their outputs to each other and remembers what crossed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

use super::super::*;
use super::disks::Disks;
use crate::clip::{ClipId, Sealer};
use crate::identity::{Card, DeviceCert, Name, Roles, Root, Words};
use crate::publisher::{Domain, PublisherId};
use crate::recipient::Identity;
use crate::signed::PublicKey;
use crate::street::{Door, StreetId, Ticket, Topic};
use crate::time::Timestamp;

pub(super) const START: Timestamp = Timestamp::from_ms(1_800_000_000_000);

pub(super) struct Home {
    pub(super) engine: Household,
    pub(super) reading: Zeroizing<String>,
    pub(super) records: Vec<Record>,
    pub(super) topics: Vec<Topic>,
    pub(super) events: Vec<Event>,
    pub(super) online: bool,
    timers: BTreeMap<Timer, Timestamp>,
    /// On which side of a partition it is.
    side: usize,
    words: u64,
}

pub(super) struct World {
    pub(super) homes: Vec<Home>,
    pub(super) now: Timestamp,
    /// Every frame that was published, with who said it.
    pub(super) gossip: Vec<(usize, Topic, Vec<u8>)>,
    /// Every sealed frame that one home sent another, asked or answered.
    pub(super) exchanged: Vec<Vec<u8>>,
    /// Requests that still get through; all of them, unless a test says otherwise.
    pub(super) until_the_cut: usize,
    /// Clips whose bytes a home was told to remove.
    pub(super) shredded: Vec<ClipId>,
    /// Domains that a home wanted to ask, and of which publisher.
    pub(super) domains: Vec<(usize, PublisherId, Domain)>,
    /// What a home wanted done for the rescue.
    pub(super) rescues: Vec<(usize, RescueTask)>,
    /// Whether no home can remove anything.
    pub(super) broken_disk: bool,
    pub(super) disks: Disks,
    queue: VecDeque<(usize, Output)>,
    pub(super) answers: BTreeMap<CommandId, Result<Answer, Failure>>,
    requests: BTreeMap<RequestRef, (usize, AskRef)>,
    judged: BTreeMap<MessageRef, Acceptance>,
    count: u64,
}

pub(super) fn connected(device: DeviceId) -> Input {
    let address = None;
    Input::Connected { device, address }
}

fn identity(seed: u64) -> Identity {
    let mut secret = [0; 32];
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut secret);
    Identity::from_secret_bytes(Zeroizing::new(secret))
}

/// The sealing key of a home's device.
pub(super) fn sealing(seed: u64) -> Identity {
    identity(seed + 2_000)
}

pub(super) fn root(seed: u64) -> Root {
    Words::generate(&mut ChaCha20Rng::seed_from_u64(seed)).root()
}

pub(super) fn me(seed: u64, name: &str) -> (Me, Zeroizing<String>) {
    let words = Words::generate(&mut ChaCha20Rng::seed_from_u64(seed));
    let root = words.root();
    let mut secret = [0; 32];
    ChaCha20Rng::seed_from_u64(seed + 1_000).fill_bytes(&mut secret);
    let device = SigningKey::from_bytes(&secret);
    let (sealing, reading) = (sealing(seed), identity(seed + 3_000));
    let me = Me {
        card: root.sign_card(Card {
            household: root.household(),
            name: Name::clean(name).unwrap(),
            reading: reading.recipient(),
            issued: START,
        }),
        cert: root.certify(DeviceCert {
            household: root.household(),
            device: DeviceId::from_bytes(*PublicKey::of(&device).as_bytes()),
            sealing: sealing.recipient(),
            roles: Roles::ALL,
            issued: START,
            serial: 1,
            ended: None,
        }),
        device,
        sealing,
        recovery: words.recovery().recipient(),
        cell: Some("u33dc1".parse().unwrap()),
    };
    assert!(me.is_whole());
    (me, reading.expose())
}

impl Home {
    fn new(me: Me, reading: Zeroizing<String>, words: u64) -> Self {
        Self {
            engine: Household::new(me, [], [u8::try_from(words).unwrap(); 32]),
            reading,
            records: Vec::new(),
            topics: Vec::new(),
            events: Vec::new(),
            online: true,
            timers: BTreeMap::new(),
            side: 0,
            words,
        }
    }
}

impl World {
    /// The root key of a household, which lies outside its home.
    pub(super) fn root(&self, home: usize) -> Root {
        Words::generate(&mut ChaCha20Rng::seed_from_u64(self.homes[home].words)).root()
    }

    pub(super) fn new(names: &[&str]) -> Self {
        let homes = (1..).zip(names).map(|(seed, name)| {
            let (me, reading) = me(seed, name);
            Home::new(me, reading, seed)
        });
        let homes = homes.collect();
        let mut world = Self {
            homes,
            now: START,
            gossip: Vec::new(),
            exchanged: Vec::new(),
            until_the_cut: usize::MAX,
            shredded: Vec::new(),
            domains: Vec::new(),
            rescues: Vec::new(),
            broken_disk: false,
            disks: Disks::default(),
            queue: VecDeque::new(),
            answers: BTreeMap::new(),
            requests: BTreeMap::new(),
            judged: BTreeMap::new(),
            count: 0,
        };
        for home in 0..world.homes.len() {
            world.give(home, Input::Started);
        }
        world
    }

    /// Two homes and more on one street that the first founded.
    pub(super) fn street(names: &[&str]) -> Self {
        Self::street_called("Maple Street", names)
    }

    pub(super) fn street_called(street: &str, names: &[&str]) -> Self {
        let mut world = Self::new(names);
        world.found(street);
        for home in 1..names.len() {
            // Who came first decides who is new.
            world.now = world.now.after(Duration::from_secs(1));
            let ticket = world.ticket(0);
            world
                .command(home, Command::Join(Box::new(ticket)))
                .unwrap();
        }
        world.now = world.now.after(Duration::from_secs(1));
        world
    }

    /// The first home founds a street, with nobody else on it.
    pub(super) fn found(&mut self, street: &str) {
        let founding = Command::FoundStreet {
            name: Name::clean(street).unwrap(),
            cell: "u33dc1".parse().unwrap(),
            urgent_per_hour: 6,
        };
        self.command(0, founding).unwrap();
    }

    pub(super) fn ticket(&mut self, home: usize) -> Ticket {
        let life = Duration::from_secs(3600);
        match self
            .command(home, Command::Invite { street: None, life })
            .unwrap()
        {
            Answer::Ticket(ticket) => *ticket,
            other => panic!("{other:?}"),
        }
    }

    /// Another device of a home's household, made from its words, with roles of its own and, if it is to read, a new
    /// reading key. It is on no street yet.
    pub(super) fn add_device(&mut self, home: usize, roles: Roles, reads: bool) -> usize {
        let seed = self.homes[home].words;
        let number = u64::try_from(self.homes.len()).unwrap();
        let (other, other_reading) = me(100 + number, "Device");
        let mine = self.homes[home].engine.me();
        let mut card = mine.card.statement().clone();
        if reads {
            card.reading = other.card.statement().reading.clone();
            card.issued = self.now;
        }
        let me = Me {
            card: root(seed).sign_card(card),
            cert: root(seed).certify(DeviceCert {
                household: mine.household(),
                roles,
                issued: self.now,
                serial: DeviceCert::serial_after(1, self.now),
                ..other.cert.statement().clone()
            }),
            recovery: mine.recovery.clone(),
            ..other
        };
        assert!(me.is_whole());
        self.homes.push(Home::new(me, other_reading, seed));
        let new = self.homes.len() - 1;
        self.give(new, Input::Started);
        new
    }

    /// A new device comes back to the street through a neighbour.
    pub(super) fn come_home(&mut self, device: usize, through: usize) -> Result<Answer, Failure> {
        let door = Door {
            device: self.device(through),
            addresses: Vec::new(),
        };
        self.command(device, Command::Return(door))
    }

    /// The certificate that ends a device, by the root of its household.
    pub(super) fn ending(&self, device: usize) -> Signed<DeviceCert> {
        let cert = self.homes[device]
            .engine
            .me()
            .cert
            .statement()
            .ending(self.now);
        root(self.homes[device].words).certify(cert)
    }

    /// The one street that the first home is on.
    pub(super) fn street_id(&self) -> StreetId {
        self.homes[0].engine.streets()[0].street
    }

    pub(super) fn device(&self, home: usize) -> DeviceId {
        self.homes[home].engine.me().device_id()
    }

    pub(super) fn household(&self, home: usize) -> HouseholdId {
        self.homes[home].engine.me().household()
    }

    /// Gives one input and lets everything settle that follows from it.
    pub(super) fn give(&mut self, home: usize, input: Input) {
        let outputs = self.homes[home].engine.handle(input, self.now);
        self.settle(home, outputs);
    }

    /// Carries what a home wants done, and all that follows from it.
    pub(super) fn settle(&mut self, home: usize, outputs: Vec<Output>) {
        self.queue
            .extend(outputs.into_iter().map(|output| (home, output)));
        while let Some((home, output)) = self.queue.pop_front() {
            self.carry(home, output);
        }
    }

    pub(super) fn command(&mut self, home: usize, command: Command) -> Result<Answer, Failure> {
        let id = self.begin(home, command);
        self.answers
            .remove(&id)
            .unwrap_or(Err(Failure::InviterAway))
    }

    /// Gives a command that may be answered later.
    pub(super) fn begin(&mut self, home: usize, command: Command) -> CommandId {
        self.count += 1;
        let id = CommandId(self.count);
        self.give(home, Input::Command(id, command));
        id
    }

    pub(super) fn connect(&mut self, one: usize, other: usize) {
        for (home, with) in [(one, other), (other, one)] {
            let device = self.device(with);
            self.give(home, connected(device));
        }
    }

    /// A home leaves the net; what it knows, it keeps.
    pub(super) fn go_offline(&mut self, home: usize) {
        self.homes[home].online = false;
        let device = self.device(home);
        for other in 0..self.homes.len() {
            let left = if other == home { continue } else { device };
            self.give(other, Input::Disconnected { device: left });
            let there = self.device(other);
            self.give(home, Input::Disconnected { device: there });
        }
    }

    /// Cuts the net in two. Homes on neither side stay where they are.
    pub(super) fn part<const N: usize>(&mut self, halves: &[[usize; N]; 2]) {
        for (side, half) in halves.iter().enumerate() {
            for home in half {
                self.homes[*home].side = side;
            }
        }
        for one in halves[0] {
            for other in halves[1] {
                let (here, there) = (self.device(one), self.device(other));
                self.give(one, Input::Disconnected { device: there });
                self.give(other, Input::Disconnected { device: here });
            }
        }
    }

    /// The net is whole again: everybody who is on it meets.
    pub(super) fn heal(&mut self) {
        for home in &mut self.homes {
            home.side = 0;
        }
        for one in 0..self.homes.len() {
            for other in one + 1..self.homes.len() {
                if self.homes[one].online && self.homes[other].online {
                    self.connect(one, other);
                }
            }
        }
    }

    fn can_reach(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.homes[one], &self.homes[other]);
        one.online && other.online && one.side == other.side
    }

    pub(super) fn come_back(&mut self, home: usize) {
        self.homes[home].online = true;
        for other in (0..self.homes.len()).filter(|o| *o != home) {
            if self.can_reach(home, other) {
                self.connect(home, other);
            }
        }
    }

    /// Time passes; every home does what is due, in order. Those that are off the net do it too.
    pub(super) fn wait(&mut self, span: Duration) {
        let until = self.now.after(span);
        loop {
            let due = self.homes.iter().enumerate().flat_map(|(home, held)| {
                let timers = held.timers.iter();
                timers.map(move |(timer, at)| (*at, home, *timer))
            });
            let Some((at, home, timer)) = due.min().filter(|(at, ..)| *at <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(at);
            self.homes[home].timers.remove(&timer);
            self.give(home, Input::Due(timer));
        }
    }

    /// A long time passes: everything that was due in it comes once, as after a long sleep of the machine.
    pub(super) fn jump(&mut self, span: Duration) {
        self.now = self.now.after(span);
        for home in 0..self.homes.len() {
            for (timer, _) in std::mem::take(&mut self.homes[home].timers) {
                self.give(home, Input::Due(timer));
            }
        }
        self.wait(Duration::from_secs(60));
    }

    /// The node dies and starts again from what it had stored.
    pub(super) fn restart(&mut self, home: usize) {
        self.go_offline(home);
        let (me, _) = me(
            self.homes[home].words,
            self.homes[home].engine.me().card.statement().name.as_str(),
        );
        let records = self.homes[home].records.clone();
        self.homes[home].engine = Household::new(me, records, [99; 32]);
        self.homes[home].topics.clear();
        self.give(home, Input::Started);
        self.come_back(home);
    }

    pub(super) fn unlock(&mut self, home: usize) {
        let reading: Identity = self.homes[home].reading.parse().unwrap();
        let unlock = Command::Unlock {
            keys: reading.into(),
            idle: Household::AUTO_LOCK,
        };
        self.command(home, unlock).unwrap();
    }

    /// Seals some bytes as if they were a film and takes the clip in. Gives its sealed bytes too.
    pub(super) fn add_clip(&mut self, home: usize, film: &[u8]) -> (ClipId, Vec<u8>) {
        let owners = self.homes[home].engine.me().owners();
        let (header, mut sealer) =
            Sealer::new(&mut ChaCha20Rng::seed_from_u64(self.count), &owners).unwrap();
        let mut bytes = Vec::new();
        sealer.write(film, &mut bytes).unwrap();
        let sealed = sealer.finish(&mut bytes);
        let clip = ClipId::from_bytes(*blake3::hash(&bytes).as_bytes());
        let new = NewClip {
            clip,
            sealed_len: sealed.sealed_len,
            key_commit: sealed.key_commit,
            header,
            recorded: self.now,
            duration_ms: 1_000,
            camera: Name::clean("Porch").unwrap(),
        };
        self.disks.sealed.insert(clip, bytes.clone());
        self.command(home, Command::AddClip(Box::new(new))).unwrap();
        (clip, bytes)
    }

    /// Lets a frame arrive on a topic, as if a peer had passed it on.
    pub(super) fn overhear(&mut self, home: usize, topic: Topic, bytes: Vec<u8>) -> Acceptance {
        self.count += 1;
        let message = MessageRef(self.count);
        self.give(
            home,
            Input::Gossip {
                topic,
                message,
                bytes,
            },
        );
        self.judged[&message]
    }

    /// Lets a request arrive from a device. Nothing if it was declined.
    pub(super) fn request(
        &mut self,
        home: usize,
        from: DeviceId,
        protocol: Protocol,
        bytes: Vec<u8>,
    ) -> Option<Vec<u8>> {
        self.count += 1;
        let request = RequestRef(self.count);
        let outputs = self.homes[home].engine.handle(
            Input::Asked {
                from,
                request,
                protocol,
                bytes,
            },
            self.now,
        );
        let mut reply = None;
        for output in outputs {
            match output {
                Output::Reply { bytes, .. } => reply = Some(bytes),
                Output::Store(record) => self.homes[home].records.push(*record),
                _ => {}
            }
        }
        reply
    }

    fn carry(&mut self, home: usize, output: Output) {
        match output {
            Output::Members(_) | Output::Inviting(_) => {}
            Output::Judge {
                message,
                acceptance,
            } => {
                self.judged.insert(message, acceptance);
            }
            Output::Store(record) => self.homes[home].records.push(*record),
            Output::Subscribe(topic) => self.homes[home].topics.push(topic),
            Output::Publish { topic, bytes } => {
                self.gossip.push((home, topic.clone(), bytes.clone()));
                for other in (0..self.homes.len()).filter(|o| *o != home) {
                    let hears = self.homes[other].topics.contains(&topic);
                    if hears && self.can_reach(home, other) {
                        self.count += 1;
                        let input = Input::Gossip {
                            topic: topic.clone(),
                            message: MessageRef(self.count),
                            bytes: bytes.clone(),
                        };
                        self.later(other, input);
                    }
                }
            }
            Output::Dial { device, .. } => {
                let there = (0..self.homes.len()).find(|h| self.device(*h) == device);
                if let Some(there) = there.filter(|t| self.can_reach(home, *t)) {
                    let here = self.device(home);
                    self.later(there, connected(here));
                    self.later(home, connected(device));
                }
            }
            Output::Ask {
                to,
                ask,
                protocol,
                bytes,
            } => {
                let there = (0..self.homes.len())
                    .find(|h| self.device(*h) == to)
                    .filter(|t| self.can_reach(home, *t) && self.until_the_cut > 0);
                self.until_the_cut = self.until_the_cut.saturating_sub(1);
                if protocol == Protocol::Street {
                    self.exchanged.push(bytes.clone());
                }
                match there {
                    Some(there) => {
                        self.count += 1;
                        let request = RequestRef(self.count);
                        self.requests.insert(request, (home, ask));
                        let from = self.device(home);
                        self.later(
                            there,
                            Input::Asked {
                                from,
                                request,
                                protocol,
                                bytes,
                            },
                        );
                    }
                    None => self.later(home, Input::Answered { ask, bytes: None }),
                }
            }
            Output::Reply { request, bytes } => {
                if let Some((asker, ask)) = self.requests.remove(&request) {
                    self.exchanged.push(bytes.clone());
                    self.later(
                        asker,
                        Input::Answered {
                            ask,
                            bytes: Some(bytes),
                        },
                    );
                }
            }
            Output::Decline(request) => {
                if let Some((asker, ask)) = self.requests.remove(&request) {
                    self.later(asker, Input::Answered { ask, bytes: None });
                }
            }
            Output::Shred(clip) => {
                self.shredded.push(clip);
                let gone = !self.broken_disk;
                self.later(home, Input::Shredded { clip, gone });
            }
            Output::Keeper(task) => self.carry_task(home, task),
            Output::Unsubscribe(topic) => self.homes[home].topics.retain(|t| *t != topic),
            Output::SetTimer { at, timer } => {
                self.homes[home].timers.insert(timer, at);
            }
            Output::Answer(id, answer) => {
                self.answers.insert(id, answer);
            }
            Output::AskDomain(publisher, domain) => self.domains.push((home, publisher, domain)),
            Output::Rescue(task) => self.rescues.push((home, task)),
            Output::Emit(event) => self.homes[home].events.push(event),
        }
    }

    pub(super) fn later(&mut self, home: usize, input: Input) {
        let outputs = self.homes[home].engine.handle(input, self.now);
        self.queue
            .extend(outputs.into_iter().map(|output| (home, output)));
    }
}
