//! How fast alerts are admitted from the wire to engine and store, against what gossipsub's Strict mode does to the
//! very same copies in the same run.
//!
//! 20 neighbours say 500 things, and each comes in 7 copies, as through a mesh of that many peers.
//!
//! Ours, as the node does it: a copy is named by BLAKE3 of its topic and bytes, and only the first of a name goes on.
//! The engine opens its seal, decodes it, checks the author's signature strictly and applies every rule of the street;
//! the record goes into the store.
//!
//! Theirs, the default of gossipsub (`ValidationMode::Strict`): every copy's envelope is signed by who published it,
//! and the signature is checked as the copy comes off the stream, before anybody asks whether it was seen. This is
//! `GossipsubCodec::verify_signature` of libp2p-gossipsub 0.50, which is not public, by the same calls of libp2p's
//! identity. Then copies are dropped by the same name, and the same records, ready made, go into the same store. No
//! seal is opened and no rule applied, though a program with Strict mode would have to do that too.
//!
//! On neither side: the network, and reading the envelope's fields, which is the same in both modes. The store lies in
//! memory, so that the disk does not hide the difference.
//!
//! After measuring, one line per ratio of times, Strict/ours: with one commit for all records, and with one for each.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints what it found and has nobody to report an error to"
)]

mod common;

use std::collections::HashSet;
use std::slice;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use ed25519_dalek::SigningKey;
use libp2p::PeerId;
use libp2p::gossipsub::MessageId;
use libp2p::identity::{Keypair, PublicKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use streetlamp::store::Store;
use streetlamp_proto::household::{
    Command, CommandId, Household, Input, Me, MessageRef, Output, Record,
};
use streetlamp_proto::identity::{Card, DeviceCert, DeviceId, Name, Roles, Words};
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::signed::PublicKey as StrictKey;
use streetlamp_proto::street::{EpochKey, Item, Member, StreetId, StreetMessage, Topic};
use streetlamp_proto::wire;
use zeroize::Zeroizing;

use common::{NOW, alert, ratio};

/// Different alerts.
const ALERTS: u64 = 500;
/// Copies of each that arrive.
const COPIES: usize = 7;
/// Neighbours who take turns to say them.
const NEIGHBOURS: u8 = 20;

/// When records become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    /// All of them at the end.
    Once,
    /// Each before the next copy is looked at.
    Each,
}

fn me(seed: u8) -> Me {
    let words = Words::generate(&mut ChaCha20Rng::from_seed([seed; 32]));
    let root = words.root();
    let identity = |kind| Identity::from_secret_bytes(Zeroizing::new([seed ^ kind; 32]));
    let (sealing, reading) = (identity(0x40), identity(0x80));
    let device = SigningKey::from_bytes(&[seed; 32]);
    Me {
        card: root.sign_card(Card {
            household: root.household(),
            name: Name::clean("Ada").unwrap(),
            reading: reading.recipient(),
            issued: NOW,
        }),
        cert: root.certify(DeviceCert {
            household: root.household(),
            device: DeviceId::from_bytes(*StrictKey::of(&device).as_bytes()),
            sealing: sealing.recipient(),
            roles: Roles::ALL,
            issued: NOW,
            serial: 1,
            ended: None,
        }),
        device,
        sealing,
        recovery: words.recovery().recipient(),
        cell: None,
    }
}

/// What is told apart as a copy, in both modes: as in the node's own gossip.
fn name(topic: &str, data: &[u8]) -> MessageId {
    let mut hash = blake3::Hasher::new();
    hash.update(topic.as_bytes()).update(&[0]).update(data);
    MessageId::from(hash.finalize().as_bytes().to_vec())
}

/// A message without an author, as the node's own gossip hands it over.
#[derive(Clone)]
struct Anonymous {
    topic: String,
    data: Vec<u8>,
}

/// A message with its publisher's signature, as Strict mode wants it.
#[derive(Clone)]
struct Strict {
    from: Vec<u8>,
    data: Vec<u8>,
    seqno: Vec<u8>,
    topic: String,
    signature: Vec<u8>,
}

impl Strict {
    fn new(message: &Anonymous, number: u64, device: &SigningKey) -> Self {
        let keypair = Keypair::ed25519_from_bytes(device.to_bytes()).unwrap();
        let Anonymous { topic, data } = message.clone();
        let mut strict = Self {
            from: keypair.public().to_peer_id().to_bytes(),
            data,
            seqno: number.to_be_bytes().to_vec(),
            topic,
            signature: Vec::new(),
        };
        strict.signature = keypair.sign(&strict.signed_bytes()).unwrap();
        strict
    }

    /// What is signed: the envelope in protobuf without its signature, behind a prefix.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = b"libp2p-pubsub:".to_vec();
        let fields: [&[u8]; 4] = [&self.from, &self.data, &self.seqno, self.topic.as_bytes()];
        for (number, value) in (1u8..).zip(fields) {
            // Length-delimited: a tag, the length in groups of seven bits, the bytes.
            bytes.push(number << 3 | 2);
            let mut len = value.len();
            while let rest @ 1.. = len >> 7 {
                bytes.push(0x80 | len.to_le_bytes()[0]);
                len = rest;
            }
            bytes.push(len.to_le_bytes()[0]);
            bytes.extend_from_slice(value);
        }
        bytes
    }

    fn is_by_its_publisher(&self) -> bool {
        let Ok(source) = PeerId::from_bytes(&self.from) else {
            return false;
        };
        PublicKey::try_decode_protobuf(source.as_ref().digest()).is_ok_and(|key| {
            source == key.to_peer_id() && key.verify(&self.signed_bytes(), &self.signature)
        })
    }
}

/// A street on which much is said.
struct Street {
    /// What the home that listens knew before.
    known: Vec<Record>,
    /// Every copy in the order of arrival.
    anonymous: Vec<Anonymous>,
    /// The same for Strict mode.
    strict: Vec<Strict>,
    /// What becomes of them.
    records: Vec<Record>,
}

impl Street {
    fn new() -> Self {
        let (mut known, street, key) = founded();
        let neighbours: Vec<Me> = (1..=NEIGHBOURS).map(me).collect();
        known.extend(neighbours.iter().map(|me| Record::Member {
            street,
            member: Box::new(Member {
                card: me.card.clone(),
                devices: vec![me.cert.clone()],
                vouches: vec![],
                pseudonym: None,
            }),
        }));
        let (mut anonymous, mut strict, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for (number, author) in (0..ALERTS).zip(neighbours.iter().cycle()) {
            let alert = alert(street, number, &author.device);
            let said = wire::to_cbor(&StreetMessage::Tell(Item::Alert(alert.clone())));
            let message = Anonymous {
                topic: key.topic(street).as_str().to_owned(),
                data: key.seal(street, &said),
            };
            let signed = Strict::new(&message, number, &author.device);
            strict.extend(vec![signed; COPIES]);
            anonymous.extend(vec![message; COPIES]);
            records.push(Record::Alert {
                street,
                alert,
                author: author.household(),
                received: NOW,
            });
        }
        Self {
            known,
            anonymous,
            strict,
            records,
        }
    }

    fn ours(&self, commit: Commit) -> Duration {
        let mut home = Household::new(me(0), self.known.iter().cloned(), [0; 32]);
        let mut store = Store::in_memory().unwrap();
        let copies = self.anonymous.clone();

        let start = Instant::now();
        let (mut seen, mut records, mut saved) = (HashSet::new(), Vec::new(), 0);
        for (number, Anonymous { topic, data }) in (0..).zip(copies) {
            if !seen.insert(name(&topic, &data)) {
                continue;
            }
            let input = Input::Gossip {
                topic: Topic::named(topic),
                message: MessageRef(number),
                bytes: data,
            };
            let outputs = home.handle(input, NOW).into_iter();
            records.extend(outputs.filter_map(|output| match output {
                Output::Store(record) => Some(*record),
                _ => None,
            }));
            if commit == Commit::Each {
                store.save(&records).unwrap();
                saved += records.drain(..).len();
            }
        }
        store.save(&records).unwrap();
        saved += records.len();
        let took = start.elapsed();
        assert_eq!(saved, self.records.len(), "something was not admitted");
        took
    }

    fn theirs(&self, commit: Commit) -> Duration {
        let mut store = Store::in_memory().unwrap();
        let (copies, records) = (self.strict.clone(), self.records.clone());

        let start = Instant::now();
        let mut seen = HashSet::new();
        let mut ready = records.iter();
        for copy in copies {
            assert!(copy.is_by_its_publisher());
            let is_new = seen.insert(name(&copy.topic, &copy.data));
            if let (true, Commit::Each) = (is_new, commit) {
                let record = ready.next().unwrap();
                store.save(slice::from_ref(record)).unwrap();
            }
        }
        store.save(ready.as_slice()).unwrap();
        let took = start.elapsed();
        assert_eq!(seen.len(), records.len());
        took
    }
}

/// A home that has just founded a street: what it stored, the street, and the key of its first epoch.
fn founded() -> (Vec<Record>, StreetId, EpochKey) {
    let mut home = Household::new(me(0), [], [0; 32]);
    let found = Command::FoundStreet {
        name: Name::clean("Maple Street").unwrap(),
        cell: "u33dc1".parse().unwrap(),
        urgent_per_hour: 6,
    };
    let outputs = home.handle(Input::Command(CommandId(0), found), NOW);
    let records: Vec<Record> = outputs
        .into_iter()
        .filter_map(|output| match output {
            Output::Store(record) => Some(*record),
            _ => None,
        })
        .collect();
    let key = records.iter().find_map(|record| match record {
        Record::Epoch { notice, key, .. } => Some((notice.statement().street, key.clone())),
        _ => None,
    });
    let (street, key) = key.unwrap();
    (records, street, key)
}

fn main() {
    let street = Street::new();

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("admission");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ALERTS));
    for (commit, words) in [
        (Commit::Once, "one commit"),
        (Commit::Each, "one commit each"),
    ] {
        group.bench_function(format!("ours, {words}"), |bench| {
            bench.iter_custom(|runs| (0..runs).map(|_| street.ours(commit)).sum());
        });
        group.bench_function(format!("Strict, {words}"), |bench| {
            bench.iter_custom(|runs| (0..runs).map(|_| street.theirs(commit)).sum());
        });
    }
    group.finish();

    let compare = |commit| ratio(|| street.ours(commit), || street.theirs(commit));
    let (once, each) = (compare(Commit::Once), compare(Commit::Each));
    println!("ratio admission, Strict/ours: {once:.2}");
    println!("ratio admission with one commit an alert, Strict/ours: {each:.2}");
}
