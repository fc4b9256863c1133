//! Messages and statements: whatever is read has one encoding, and what it carries is signed as if it came alone.

use std::fmt::Debug;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;

use super::{framed, item, stands};
use crate::approval::DeviceMessage;
use crate::clip::{GrantHeader, Manifest};
use crate::export::Papers;
use crate::fetch::{FetchRequest, Right};
use crate::grant::{FetchTicket, Grant, Parcel};
use crate::identity::DeviceId;
use crate::ledger::{Entry, Export, Fork, Head};
use crate::open::OpenStatement;
use crate::signed::{PublicKey, Signed, Statement};
use crate::street::{
    Crowded, Day, EpochKey, Introduction, JoinRequest, Refusal, ReturnRequest, StreetId,
    StreetMessage, Ticket, Welcome,
};
use crate::time::Timestamp;
use crate::wire::Kind;
use crate::wire::limits::{
    DIRECT_FRAME, FETCH_FRAME, GOSSIP_FRAME, JOIN_FRAME, LEDGER_FILE, WELCOME_FRAME,
};

/// A frame is taken as at most one kind, and comes back as the very bytes that were read.
pub fn frame(bytes: &[u8]) -> bool {
    let taken = [
        framed::<ByteVec>(Kind::Sealed, bytes, DIRECT_FRAME).is_some(),
        framed::<JoinRequest>(Kind::Join, bytes, JOIN_FRAME).is_some(),
        framed::<Welcome>(Kind::Welcome, bytes, WELCOME_FRAME).is_some(),
        framed::<Refusal>(Kind::Refused, bytes, JOIN_FRAME).is_some(),
        framed::<ReturnRequest>(Kind::Return, bytes, JOIN_FRAME).is_some(),
        framed::<Crowded>(Kind::Crowded, bytes, JOIN_FRAME).is_some(),
        framed::<ByteVec>(Kind::Device, bytes, DIRECT_FRAME).is_some(),
        framed::<FetchRequest>(Kind::Fetch, bytes, FETCH_FRAME).is_some(),
        framed::<Ticket>(Kind::Ticket, bytes, JOIN_FRAME).is_some(),
        framed::<Introduction>(Kind::Introduction, bytes, GOSSIP_FRAME).is_some(),
        framed::<Export>(Kind::Ledger, bytes, LEDGER_FILE).is_some(),
        framed::<Fork>(Kind::Fork, bytes, LEDGER_FILE).is_some(),
        OpenStatement::from_frame(bytes).is_ok(),
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
    let sealed = key.seal(street, bytes);
    let opened = key.open(street, &sealed, sealed.len());
    assert_eq!(
        opened.as_deref(),
        Ok(bytes),
        "what was sealed is what opens"
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

/// A request to come back is the very bytes that were read, its statements hold by themselves, and it is worth nothing
/// for any device but the one that it names.
pub fn returning(bytes: &[u8]) -> bool {
    let Some(request) = framed::<ReturnRequest>(Kind::Return, bytes, JOIN_FRAME) else {
        return false;
    };
    stands(&request.card);
    stands(&request.device);
    request.ended.iter().for_each(stands);
    let other = DeviceId::from_bytes([7; 32]);
    assert_eq!(request.household_of(other), None, "for one device only");
    true
}

/// A message between two devices of one household comes back as the very bytes that were read, and its statements hold
/// by themselves.
pub fn device_message(bytes: &[u8]) -> bool {
    match item::<DeviceMessage>(bytes) {
        None => return false,
        Some(DeviceMessage::Shown(shown)) => {
            stands(&shown.label.manifest);
            shown.head.iter().for_each(stands);
        }
        Some(DeviceMessage::Listed(labels)) => {
            labels.iter().for_each(|label| stands(&label.manifest));
        }
        Some(DeviceMessage::Approved(approved)) => {
            stands(&approved.grant);
            stands(&approved.ticket);
        }
        Some(_) => {}
    }
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

/// A statement in the open comes back as the very bytes that were read, and its signatures hold by themselves.
pub fn open_statement(bytes: &[u8]) -> bool {
    let Ok(statement) = OpenStatement::from_frame(bytes) else {
        // A fuzzer does not find stamps: what is behind one is read without.
        return item::<OpenStatement>(bytes).is_some();
    };
    match statement {
        OpenStatement::Alert(alert) => stands(&alert),
        OpenStatement::FollowUp(follow_up) => stands(&follow_up),
        OpenStatement::Knock(knock) => {
            stands(&knock);
            stands(&knock.statement().card);
            stands(&knock.statement().device);
        }
        OpenStatement::Publisher(binding) => {
            stands(&binding);
            binding.statement().handovers.iter().for_each(stands);
        }
        OpenStatement::Bulletin(announced) => {
            stands(&announced.bulletin);
            announced.second.iter().for_each(stands);
        }
    }
    true
}

/// A request for a clip comes back as the very bytes that were read, and its ticket holds by itself.
pub fn fetch_request(bytes: &[u8]) -> bool {
    let request = framed::<FetchRequest>(Kind::Fetch, bytes, FETCH_FRAME);
    let stands_with = |request: &FetchRequest| {
        if let Right::Ticket(ticket) = &request.right {
            stands(ticket);
        }
    };
    request.inspect(stands_with).is_some()
}

/// A manifest comes back as the very bytes that were read.
pub fn manifest(bytes: &[u8]) -> bool {
    statement::<Manifest>(bytes)
}

/// A grant comes back as the very bytes that were read, and its header is of the one length for one recipient.
pub fn grant(bytes: &[u8]) -> bool {
    if let Some(grant) = item::<Grant>(bytes) {
        let header = grant.header.as_bytes().as_slice();
        assert!(GrantHeader::parse(header).is_ok(), "one recipient");
        return true;
    }
    statement::<Grant>(bytes)
}

/// A fetch ticket comes back as the very bytes that were read.
pub fn fetch_ticket(bytes: &[u8]) -> bool {
    statement::<FetchTicket>(bytes)
}

/// A signed statement, or what would be one with a signature, which a fuzzer does not find.
fn statement<T: Statement + Debug + PartialEq>(bytes: &[u8]) -> bool {
    if let Ok(signed) = Signed::<T>::from_bytes(bytes) {
        assert_eq!(signed.to_bytes(), bytes, "one encoding");
        return true;
    }
    item::<T>(bytes).is_some()
}

/// Papers come back as the very bytes that were read. Those that hold are of one household and one clip.
pub fn papers(bytes: &[u8]) -> bool {
    let Ok(papers) = Papers::from_bytes(bytes) else {
        return false;
    };
    assert_eq!(papers.to_bytes(), bytes, "one encoding");
    if let Ok(household) = papers.verify() {
        assert_eq!(papers.recorder.statement().household, household);
        assert_eq!(papers.entry.act.clip(), papers.manifest.statement().clip);
    }
    true
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

/// A word left in the DHT is read only whole and at its place, and what is read was signed by the place's device.
///
/// The input is what is inside the seal, since no fuzzer finds one.
pub fn rescue_word(bytes: &[u8]) -> bool {
    let device = PublicKey::of(&SigningKey::from_bytes(&[1; 32]));
    let device = DeviceId::from_bytes(*device.as_bytes());
    let (street, day) = (
        StreetId::from_bytes([1; 32]),
        Day::of(Timestamp::from_ms(0)),
    );
    let place = EpochKey::from_bytes([1; 32]).rescue_place(street, device, day);
    assert_eq!(place.read(bytes), None, "what is not sealed is not read");
    let Some(word) = place.seal(bytes) else {
        return false;
    };
    let Some(said) = place.read(&word) else {
        return false;
    };
    stands(&said);
    assert_eq!(place.write(&said), Some(word), "one encoding");
    true
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
