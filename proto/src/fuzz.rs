//! What must hold for every input: one property for each kind of bytes that a stranger can send.
//!
//! `proto/fuzz` runs these with libFuzzer (`cargo +nightly fuzz run NAME`), and a test replays the real messages under
//! `proto/fuzz/corpus` with them. A property that fails panics; nothing else here does. Each tells whether the input
//! was taken for what it should be, so that a seed which no longer is a real message is noticed.

use std::fmt::Debug;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::alert::Alert;
use crate::cell::{Cell, Place};
use crate::clip::{ClipId, GRANT_HEADER_LEN, GrantHeader, OwnerHeader, SLICE, decode_slice};
use crate::grant::{FetchRequest, Parcel};
use crate::household::{
    Answer, AskRef, Command, CommandId, Household, Input, Me, MessageRef, Output, Protocol, Record,
    RequestRef,
};
use crate::identity::{Card, DeviceCert, DeviceId, Name, Roles, Words};
use crate::ledger::{Entry, Head};
use crate::recipient::{Identity, Recipient};
use crate::signed::{PublicKey, Signed, Statement};
use crate::street::{
    EpochKey, JoinRequest, Refusal, StreetId, StreetMessage, Ticket, Topic, Welcome,
};
use crate::text::{Line, Prose};
use crate::time::Timestamp;
use crate::wire::limits::{
    DIRECT_FRAME, FETCH_FRAME, GOSSIP_FRAME, JOIN_FRAME, PARCEL_BYTES, WELCOME_FRAME,
};
use crate::wire::{self, Kind};

/// A property, and the name of its fuzz target and corpus.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every property.
pub const TARGETS: [Target; 12] = [
    ("frame", frame),
    ("street_message", street_message),
    ("ticket_text", ticket_text),
    ("join", join),
    ("welcome", welcome),
    ("fetch_request", fetch_request),
    ("parcel", parcel),
    ("clip_header", clip_header),
    ("clip_slice", clip_slice),
    ("text", text),
    ("ledger_entry", ledger_entry),
    ("engine_inputs", engine_inputs),
];

/// A frame is taken as at most one kind, and comes back as the very bytes that were read.
pub fn frame(bytes: &[u8]) -> bool {
    let taken = [
        framed::<ByteVec>(Kind::Sealed, bytes, DIRECT_FRAME).is_some(),
        framed::<JoinRequest>(Kind::Join, bytes, JOIN_FRAME).is_some(),
        framed::<Welcome>(Kind::Welcome, bytes, WELCOME_FRAME).is_some(),
        framed::<Refusal>(Kind::Refused, bytes, JOIN_FRAME).is_some(),
        framed::<FetchRequest>(Kind::Fetch, bytes, FETCH_FRAME).is_some(),
        framed::<Ticket>(Kind::Ticket, bytes, JOIN_FRAME).is_some(),
    ];
    let taken = taken.iter().filter(|taken| **taken).count();
    assert!(taken <= 1, "one kind at most");
    let key = EpochKey::from_bytes([7; 32]);
    assert!(
        key.open(StreetId::from_bytes([1; 32]), bytes, GOSSIP_FRAME)
            .is_err(),
        "nothing opens a seal but its key"
    );
    taken == 1
}

/// A message comes back as the very bytes that were read, also out of a seal.
pub fn street_message(bytes: &[u8]) -> bool {
    if item::<StreetMessage>(bytes).is_none() {
        return false;
    }
    let (key, street) = (EpochKey::from_bytes([7; 32]), StreetId::from_bytes([1; 32]));
    let sealed = key.seal(street, bytes, &mut ChaCha20Rng::seed_from_u64(1));
    let opened = key.open(street, &sealed, sealed.len());
    assert_eq!(
        opened.as_deref(),
        Ok(bytes),
        "what was sealed is what opens"
    );
    true
}

/// A ticket that was read is written as the same ticket.
pub fn ticket_text(bytes: &[u8]) -> bool {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let Ok(ticket) = text.parse::<Ticket>() else {
        return false;
    };
    assert_eq!(
        ticket.to_string().parse(),
        Ok(ticket),
        "a ticket survives paper"
    );
    true
}

/// A request to join comes back as the very bytes that were read, and its statements hold by themselves.
pub fn join(bytes: &[u8]) -> bool {
    let Some(request) = framed::<JoinRequest>(Kind::Join, bytes, JOIN_FRAME) else {
        return false;
    };
    stands(&request.card);
    stands(&request.device);
    true
}

/// A welcome comes back as the very bytes that were read, and its statements hold by themselves.
pub fn welcome(bytes: &[u8]) -> bool {
    let Some(welcome) = framed::<Welcome>(Kind::Welcome, bytes, WELCOME_FRAME) else {
        return false;
    };
    stands(&welcome.founding);
    for member in &welcome.members {
        stands(&member.card);
        member.devices.iter().for_each(stands);
        member.vouches.iter().for_each(stands);
    }
    true
}

/// A request for a clip comes back as the very bytes that were read, and its ticket holds by itself.
pub fn fetch_request(bytes: &[u8]) -> bool {
    let request = framed::<FetchRequest>(Kind::Fetch, bytes, FETCH_FRAME);
    request.inspect(|request| stands(&request.ticket)).is_some()
}

/// A parcel comes back as the very bytes that were read, and its statements hold by themselves.
pub fn parcel(bytes: &[u8]) -> bool {
    let Some(parcel) = item::<Parcel>(bytes) else {
        return false;
    };
    stands(&parcel.grant);
    stands(&parcel.manifest);
    stands(&parcel.ticket);
    true
}

/// A header that was taken is kept byte by byte, and a grant's has its one length.
pub fn clip_header(bytes: &[u8]) -> bool {
    let owner = OwnerHeader::parse(bytes).ok();
    if let Some(header) = &owner {
        assert_eq!(header.as_bytes(), bytes, "a header is kept as it was");
        assert!(
            header.unwrap(&identity(1)).is_err(),
            "a header does not open for others"
        );
    }
    if let Ok(header) = GrantHeader::parse(bytes) {
        assert_eq!(
            header.as_bytes().as_slice(),
            bytes,
            "a header is kept as it was"
        );
        assert_eq!(bytes.len(), GRANT_HEADER_LEN, "a grant has one length");
        assert!(owner.is_some(), "a grant's header is a header");
    }
    owner.is_some()
}

/// A slice gives as many bytes as were asked for, and those of a whole clip hash to its name.
///
/// The input is name, length, begin and end (8 bytes each, big-endian), and the slice.
pub fn clip_slice(bytes: &[u8]) -> bool {
    let Some((name, rest)) = bytes.split_first_chunk::<32>() else {
        return false;
    };
    let Some(([len, start, end], slice)) = numbers(rest) else {
        return false;
    };
    let Ok(film) = decode_slice(ClipId::from_bytes(*name), len, start..end, slice) else {
        return false;
    };
    assert!(film.len() as u64 <= SLICE, "a slice is bounded");
    assert_eq!(film.len() as u64, end - start, "all that was asked for");
    if start == 0 && end == len {
        assert_eq!(
            blake3::hash(&film).as_bytes(),
            name,
            "the name is the hash of the bytes"
        );
    }
    true
}

/// Text that was cleaned is clean, and crosses the wire as it is.
pub fn text(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else {
        return false;
    };
    let line = Line::<80>::clean(text);
    if let Ok(line) = &line {
        assert_eq!(
            Line::clean(line.as_str()).as_ref(),
            Ok(line),
            "clean stays clean"
        );
        assert_eq!(item(&wire::to_cbor(line)).as_ref(), Some(line));
        assert!(
            !line.as_str().is_empty() && !line.as_str().contains('\n'),
            "a line is one"
        );
    }
    let prose = Prose::<1_000>::clean(text);
    if let Ok(prose) = &prose {
        assert_eq!(
            Prose::clean(prose.as_str()).as_ref(),
            Ok(prose),
            "clean stays clean"
        );
        assert_eq!(item(&wire::to_cbor(prose)).as_ref(), Some(prose));
    }
    if let Ok(cell) = text.parse::<Cell>() {
        assert!(cell.as_str().len() <= 6, "a cell is never finer");
        assert_eq!(item(&wire::to_cbor(&cell)).as_ref(), Some(&cell));
        assert_eq!(text.parse(), Ok(Place::from(cell)), "a cell is a place");
    }
    line.is_ok() || prose.is_ok()
}

/// An entry or head comes back as the very bytes that were read, and the hash of an entry covers its number.
pub fn ledger_entry(bytes: &[u8]) -> bool {
    let (entry, head) = (item::<Entry>(bytes), item::<Signed<Head>>(bytes));
    if let Some(entry) = &entry {
        let mut other = entry.clone();
        other.seq = entry.seq.wrapping_add(1);
        assert_ne!(other.hash(), entry.hash(), "the hash covers the number");
    }
    head.inspect(stands).is_some() || entry.is_some()
}

/// Whatever a neighbour or stranger says, a home answers within bounds.
///
/// The input is a list of messages, each with a byte that says how it arrives and two bytes of length.
pub fn engine_inputs(mut bytes: &[u8]) -> bool {
    let Some(mut home) = Home::on_a_street() else {
        return false;
    };
    let mut taken = false;
    for _ in 0..8 {
        let Some((&[how, high, low], rest)) = bytes.split_first_chunk::<3>() else {
            break;
        };
        let len = usize::from(u16::from_be_bytes([high, low])).min(rest.len());
        let (message, rest) = rest.split_at(len);
        bytes = rest;
        let Some(input) = home.arrival(how, message) else {
            continue;
        };
        let outputs = home.engine.handle(input, NOW);
        // The smallest statement that is kept has more than 100 bytes and makes two outputs.
        assert!(
            outputs.len() <= 24 + message.len() / 50,
            "{} outputs of {} bytes",
            outputs.len(),
            message.len()
        );
        outputs.iter().for_each(within_limits);
        taken |= outputs
            .iter()
            .any(|output| matches!(output, Output::Store(_) | Output::Reply { .. }));
    }
    taken
}

fn within_limits(output: &Output) {
    let (bytes, limit) = match output {
        Output::Publish { bytes, .. } => (bytes, GOSSIP_FRAME),
        Output::Ask { bytes, .. } => (bytes, DIRECT_FRAME),
        Output::Reply { bytes, .. } => (bytes, WELCOME_FRAME),
        _ => return,
    };
    assert!(
        bytes.len() <= limit,
        "{} bytes, at most {limit}",
        bytes.len()
    );
}

/// An item in its one encoding.
fn item<T: for<'b> Decode<'b, ()> + Encode<()>>(bytes: &[u8]) -> Option<T> {
    let item = wire::from_cbor::<T>(bytes).ok()?;
    assert_eq!(wire::to_cbor(&item), bytes, "one encoding");
    Some(item)
}

/// The item of a frame.
fn framed<T>(kind: Kind, bytes: &[u8], limit: usize) -> Option<T>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let item = wire::unframe::<T>(kind, bytes, limit).ok()?;
    assert!(bytes.len() <= limit, "within the limit of its kind");
    assert_eq!(wire::frame(kind, &item), bytes, "one encoding");
    Some(item)
}

/// A nested statement is as well signed as one that comes alone.
fn stands<T: Statement + Debug + PartialEq>(signed: &Signed<T>) {
    assert_eq!(
        Signed::from_bytes(&signed.to_bytes()).as_ref(),
        Ok(signed),
        "it is signed"
    );
}

/// Numbers of eight bytes, and what follows them.
fn numbers<const N: usize>(mut bytes: &[u8]) -> Option<([u64; N], &[u8])> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        let (eight, rest) = bytes.split_first_chunk()?;
        *number = u64::from_be_bytes(*eight);
        bytes = rest;
    }
    Some((numbers, bytes))
}

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

fn identity(seed: u64) -> Identity {
    let mut secret = Zeroizing::new([0; 32]);
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut *secret);
    Identity::from_secret_bytes(secret)
}

fn me(seed: u8) -> Option<Me> {
    let words = Words::generate(&mut ChaCha20Rng::from_seed([seed; 32]));
    let (root, device) = (words.root(), SigningKey::from_bytes(&[seed; 32]));
    let (sealing, reading) = (
        identity(u64::from(seed) + 1_000),
        identity(u64::from(seed) + 2_000),
    );
    let household = root.household();
    Some(Me {
        card: root.sign_card(Card {
            household,
            name: Name::clean("Ada").ok()?,
            reading: reading.recipient(),
            issued: NOW,
        }),
        cert: root.certify(DeviceCert {
            household,
            device: DeviceId::from_bytes(*PublicKey::of(&device).as_bytes()),
            sealing: sealing.recipient(),
            roles: Roles::ALL,
            issued: NOW,
            serial: 1,
        }),
        device,
        sealing,
        recovery: words.recovery().recipient(),
    })
}

/// A home whose street the fuzzer can speak on: it plays the one neighbour.
struct Home {
    engine: Household,
    neighbour: Me,
    sealing: Recipient,
    street: StreetId,
    key: EpochKey,
    topic: Topic,
    rng: ChaCha20Rng,
}

impl Home {
    fn on_a_street() -> Option<Self> {
        let (ada, neighbour) = (me(1)?, me(2)?);
        let (inviter, sealing) = (ada.device_id(), ada.sealing.recipient());
        let mut engine = Household::new(ada, [], [1; 32]);
        let (name, cell) = (Name::clean("Maple Street").ok()?, "u33dc1".parse().ok()?);
        let founded = engine.handle(
            Input::Command(CommandId(1), Command::FoundStreet { name, cell }),
            NOW,
        );
        let (street, key) = founded.iter().find_map(|output| match output {
            Output::Store(record) => match &**record {
                Record::Epoch { street, key, .. } => Some((*street, key.clone())),
                _ => None,
            },
            _ => None,
        })?;
        let invite = Command::Invite {
            street: None,
            life: std::time::Duration::from_secs(60),
        };
        let invited = engine.handle(Input::Command(CommandId(2), invite), NOW);
        let ticket = invited.into_iter().find_map(|output| match output {
            Output::Answer(_, Ok(Answer::Ticket(ticket))) => Some(ticket),
            _ => None,
        })?;
        let from = neighbour.device_id();
        let request = JoinRequest {
            ticket: ticket.secret.id(),
            proof: ticket.secret.key().proof(from, inviter),
            card: neighbour.card.clone(),
            device: neighbour.cert.clone(),
            addresses: Vec::new(),
        };
        let joined = engine.handle(
            Input::Asked {
                from,
                request: RequestRef(1),
                protocol: Protocol::Join,
                bytes: wire::frame(Kind::Join, &request),
            },
            NOW,
        );
        assert!(
            joined
                .iter()
                .any(|o| matches!(o, Output::Store(r) if matches!(**r, Record::Member { .. }))),
            "the neighbour is admitted"
        );
        engine.handle(
            Input::Connected {
                device: from,
                address: None,
            },
            NOW,
        );
        Some(Self {
            engine,
            neighbour,
            sealing,
            street,
            topic: key.topic(street),
            key,
            rng: ChaCha20Rng::from_seed([3; 32]),
        })
    }

    /// How a message reaches the home: bare, sealed to the street, or signed by the neighbour and then sealed.
    fn arrival(&mut self, how: u8, message: &[u8]) -> Option<Input> {
        let bare = message.to_vec();
        Some(match how % 9 {
            0 => self.gossip(bare),
            1 => {
                let sealed = self.seal(&self.tailored(message));
                self.gossip(sealed)
            }
            2 => {
                let mut alert: Alert = wire::from_cbor(message).ok()?;
                alert.street = self.street;
                let signed = Signed::sign(alert, &self.neighbour.device);
                let sealed = self.seal(&wire::to_cbor(&StreetMessage::Alert(signed)));
                self.gossip(sealed)
            }
            3 => self.asked(Protocol::Street, bare),
            4 => {
                let sealed = self.seal(&self.tailored(message));
                self.asked(Protocol::Street, sealed)
            }
            5 => {
                let sealed = self.sealing.seal(message).ok()?;
                assert!(
                    message.len() > PARCEL_BYTES || sealed.len() > message.len(),
                    "sealing adds bytes"
                );
                let sealed = self.seal(&wire::to_cbor(&StreetMessage::Parcel(sealed)));
                self.asked(Protocol::Street, sealed)
            }
            6 => self.asked(Protocol::Join, bare),
            7 => Input::Answered {
                ask: AskRef(0),
                bytes: Some(bare),
            },
            _ => Input::Answered {
                ask: AskRef(0),
                bytes: Some(self.seal(&self.tailored(message))),
            },
        })
    }

    /// A message of another street as the neighbour would say it here; anything else as it is.
    fn tailored(&self, message: &[u8]) -> Vec<u8> {
        let device = self.neighbour.device_id();
        match wire::from_cbor(message) {
            Ok(StreetMessage::CatchUp(mut asked)) => {
                asked.home.device = device;
                wire::to_cbor(&StreetMessage::CatchUp(asked))
            }
            Ok(StreetMessage::CatchUpAnswer(mut answer)) => {
                answer.home.device = device;
                wire::to_cbor(&StreetMessage::CatchUpAnswer(answer))
            }
            _ => message.to_vec(),
        }
    }

    fn seal(&mut self, message: &[u8]) -> Vec<u8> {
        self.key.seal(self.street, message, &mut self.rng)
    }

    fn gossip(&self, bytes: Vec<u8>) -> Input {
        Input::Gossip {
            topic: self.topic.clone(),
            message: MessageRef(1),
            bytes,
        }
    }

    fn asked(&self, protocol: Protocol, bytes: Vec<u8>) -> Input {
        Input::Asked {
            from: self.neighbour.device_id(),
            request: RequestRef(2),
            protocol,
            bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_corpus_is_replayed() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        for (name, property) in TARGETS {
            let seeds: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().collect();
            assert!(!seeds.is_empty(), "{name}");
            for seed in seeds {
                let path = seed.unwrap().path();
                assert!(
                    property(&fs::read(&path).unwrap()),
                    "{path:?} is no real message"
                );
            }
        }
    }

    #[test]
    fn every_property_has_a_target_and_a_corpus() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        for (name, _) in TARGETS {
            assert!(
                fuzz.join(format!("fuzz_targets/{name}.rs")).is_file(),
                "{name}"
            );
        }
        let targets = fs::read_dir(fuzz.join("fuzz_targets")).unwrap().count();
        assert_eq!(targets, TARGETS.len());
    }

    #[test]
    fn the_neighbour_that_a_fuzzer_plays_is_heard() {
        let mut home = Home::on_a_street().unwrap();
        let kept = wire::to_cbor(&StreetMessage::ParcelKept);
        let misplaced = home.arrival(1, &kept).unwrap();
        let judged = home.engine.handle(misplaced, NOW);
        assert!(
            matches!(judged.as_slice(), [Output::Judge { .. }]),
            "{judged:?}"
        );
    }
}
