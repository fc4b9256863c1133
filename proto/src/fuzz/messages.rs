//! Messages and statements: whatever is read has one encoding, and what it carries is signed as if it came alone.

use minicbor::bytes::ByteVec;

use super::{framed, item, stands};
use crate::grant::{FetchRequest, Parcel};
use crate::ledger::{Entry, Head};
use crate::open::OpenStatement;
use crate::signed::Signed;
use crate::street::{
    EpochKey, Introduction, JoinRequest, Refusal, StreetId, StreetMessage, Ticket, Welcome,
};
use crate::wire::Kind;
use crate::wire::limits::{DIRECT_FRAME, FETCH_FRAME, GOSSIP_FRAME, JOIN_FRAME, WELCOME_FRAME};

/// A frame is taken as at most one kind, and comes back as the very bytes that were read.
pub fn frame(bytes: &[u8]) -> bool {
    let taken = [
        framed::<ByteVec>(Kind::Sealed, bytes, DIRECT_FRAME).is_some(),
        framed::<JoinRequest>(Kind::Join, bytes, JOIN_FRAME).is_some(),
        framed::<Welcome>(Kind::Welcome, bytes, WELCOME_FRAME).is_some(),
        framed::<Refusal>(Kind::Refused, bytes, JOIN_FRAME).is_some(),
        framed::<FetchRequest>(Kind::Fetch, bytes, FETCH_FRAME).is_some(),
        framed::<Ticket>(Kind::Ticket, bytes, JOIN_FRAME).is_some(),
        framed::<Introduction>(Kind::Introduction, bytes, GOSSIP_FRAME).is_some(),
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
