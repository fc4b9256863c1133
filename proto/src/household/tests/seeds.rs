//! Real messages as fuzzers start from them.

use ed25519_dalek::SigningKey;

use super::super::*;
use super::messages::Messages;
use crate::approval::DeviceMessage;
use crate::clip::{Label, Outboard, SLICE, encode_slice};
use crate::export::header_len;
use crate::keeper::Keeping;
use crate::open::OpenStatement;
use crate::street::{Address, Crowded, Item, StreetMessage, Whereabouts, rescue_padded};
use crate::wire::limits::PADDED_LABEL;
use crate::wire::{self, Kind};

impl Messages {
    /// What a fuzzer starts from: target, name, bytes.
    pub(super) fn seeds(&self) -> Vec<(&'static str, String, Vec<u8>)> {
        let mut seeds: Vec<(&str, String, Vec<u8>)> = Vec::new();
        let mut add = |target, name: &str, bytes: Vec<u8>| {
            if !seeds.iter().any(|(t, n, _)| *t == target && n == name) {
                seeds.push((target, name.to_owned(), bytes));
            }
        };
        add("frame", "sealed", self.said[0].1.clone());
        add("frame", "join", wire::frame(Kind::Join, &self.join));
        add(
            "frame",
            "welcome",
            wire::frame(Kind::Welcome, &self.welcome),
        );
        add(
            "frame",
            "refused",
            wire::frame(Kind::Refused, &self.refusals[0]),
        );
        let returning = wire::frame(Kind::Return, &self.returning);
        add("frame", "return", returning.clone());
        add("returning", "return", returning);
        let devices = vec![self.returning.device.clone()];
        add(
            "frame",
            "crowded",
            wire::frame(Kind::Crowded, &Crowded { devices }),
        );
        for (message, frame) in &self.devices {
            let name = match message {
                DeviceMessage::Want(_) => "want",
                DeviceMessage::Shown(_) => "shown",
                DeviceMessage::Approved(_) => "approved",
                DeviceMessage::Logged => "logged",
                DeviceMessage::Declined(_) => "declined",
                DeviceMessage::List(_) => "list",
                DeviceMessage::Listed(_) => "listed",
            };
            add("frame", "device", frame.clone());
            add("device_message", name, wire::to_cbor(message));
        }
        add("frame", "fetch", wire::frame(Kind::Fetch, &self.fetch));
        add("frame", "ticket", wire::frame(Kind::Ticket, &self.ticket));
        add(
            "frame",
            "introduction",
            wire::frame(Kind::Introduction, &self.introduction),
        );
        for frame in &self.open {
            let name = match OpenStatement::from_frame(frame).unwrap() {
                OpenStatement::Alert(_) => "alert",
                OpenStatement::FollowUp(_) => "follow-up",
                OpenStatement::Knock(_) => "knock",
                OpenStatement::Publisher(_) => "publisher",
                OpenStatement::Bulletin(announced) => match announced.second {
                    None => "bulletin",
                    Some(_) => "seconded-bulletin",
                },
            };
            add("open_statement", name, frame.clone());
        }
        add("frame", "open", self.open[0].clone());
        add("join", "join", wire::frame(Kind::Join, &self.join));
        add(
            "welcome",
            "welcome",
            wire::frame(Kind::Welcome, &self.welcome),
        );
        add(
            "fetch_request",
            "fetch",
            wire::frame(Kind::Fetch, &self.fetch),
        );
        add(
            "ticket_text",
            "ticket",
            self.ticket.to_string().into_bytes(),
        );
        add(
            "ticket_text",
            "introduction",
            self.introduction.to_string().into_bytes(),
        );
        add("grant", "grant", self.parcels[0].grant.to_bytes());
        add("manifest", "first", self.parcels[0].manifest.to_bytes());
        add("manifest", "second", self.parcels[1].manifest.to_bytes());
        add("fetch_ticket", "ticket", self.parcels[0].ticket.to_bytes());
        add("papers", "film", self.papers[0].to_bytes());
        add("papers", "sealed", self.papers[1].to_bytes());
        add("papers", "hybrid", self.papers[2].to_bytes());
        add("parcel", "first", wire::to_cbor(&self.parcels[0]));
        add("parcel", "second", wire::to_cbor(&self.parcels[1]));
        for (message, _) in &self.said {
            let (name, how) = match message {
                StreetMessage::Tell(item) => (word(item), None),
                StreetMessage::CatchUp(_) => ("catch-up", Some(4)),
                StreetMessage::CatchUpAnswer(_) => ("catch-up-answer", Some(8)),
                StreetMessage::Swap(_) => ("swap", Some(4)),
                StreetMessage::SwapAnswer(_) => ("swap-answer", None),
                StreetMessage::Parcel(_) => ("parcel", None),
                StreetMessage::Epoch(_) => ("epoch", None),
                StreetMessage::Kept => ("kept", None),
                StreetMessage::AskAround(_) => ("ask-around", Some(4)),
                StreetMessage::Overheard(_) => ("overheard", None),
                StreetMessage::Keeping(said) => (
                    keeping_word(said),
                    matches!(said, Keeping::Ask { .. } | Keeping::End).then_some(4),
                ),
            };
            add("street_message", name, wire::to_cbor(message));
            if let StreetMessage::Keeping(said) = message {
                add("keeping", name, wire::to_cbor(said));
                if let Keeping::Lease(lease) = said {
                    add("keeping", "lease", lease.to_bytes());
                }
            }
            if let Some(how) = how {
                add("engine_inputs", name, arrival(how, &wire::to_cbor(message)));
            }
            if let StreetMessage::Tell(Item::Alert(alert)) = message {
                add(
                    "engine_inputs",
                    name,
                    arrival(2, &wire::to_cbor(alert.statement())),
                );
            }
        }
        let join = wire::frame(Kind::Join, &self.join);
        add("engine_inputs", "join-refused", arrival(6, &join));
        for record in &self.kept {
            match record {
                Record::Clip(label) => {
                    add("clip_header", "owner", label.header.as_bytes().to_vec());
                }
                Record::Given(parcel) => {
                    let header = parcel.grant.statement().header.as_bytes().to_vec();
                    add("clip_header", "grant", header);
                }
                Record::Ledger { entry, head } => {
                    add("ledger_entry", entry.act.word(), wire::to_cbor(entry));
                    add("ledger_entry", "head", head.to_bytes());
                }
                _ => {}
            }
        }
        let said = Whereabouts {
            street: StreetId::from_bytes([1; 32]),
            addresses: vec![Address::parse("/ip4/192.0.2.7/tcp/4001").unwrap()],
            issued: Timestamp::from_ms(0),
        };
        let said = Signed::sign(said, &SigningKey::from_bytes(&[1; 32]));
        add("rescue_word", "word", rescue_padded(&said).unwrap());
        let vector = include_bytes!("../../../vectors/age-hybrid/hybrid");
        let file = vector.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
        let header = header_len(&vector[file..]).unwrap();
        add("clip_header", "hybrid", vector[file..][..header].to_vec());
        let (export, fork) = &self.ledger_files;
        for target in ["ledger_file", "frame"] {
            add(target, "ledger", export.to_file());
            add(target, "fork", fork.to_file());
        }
        for record in &self.kept {
            if let Record::Clip(label) = record {
                add("sealed_label", "label", padded(label));
            }
        }
        let (clip, sealed) = &self.clip;
        let len = sealed.len() as u64;
        let outboard = Outboard::compute(sealed.as_slice(), len).unwrap();
        for (name, range) in [("whole", 0..len.min(SLICE)), ("group", 16_384..32_768)] {
            let slice = encode_slice(sealed.as_slice(), &outboard, range.clone()).unwrap();
            let numbers = [len, range.start, range.end].map(u64::to_be_bytes).concat();
            add(
                "clip_slice",
                name,
                [&clip.as_bytes()[..], &numbers, &slice].concat(),
            );
        }
        for (name, text) in [
            ("line", "Smoke behind number 12"),
            ("prose", "Ça brûle\n👨‍👩‍👧‍👦"),
            ("cell", "u33dc1"),
        ] {
            add("text", name, text.as_bytes().to_vec());
        }
        seeds
    }
}

const fn keeping_word(said: &Keeping) -> &'static str {
    match said {
        Keeping::Ask { .. } => "keeping-ask",
        Keeping::Lease(_) => "keeping-lease",
        Keeping::NoLease(_) => "keeping-no-lease",
        Keeping::End => "keeping-end",
        Keeping::Keep(_) => "keeping-keep",
        Keeping::Taken(_) => "keeping-taken",
        Keeping::News { .. } => "keeping-news",
        Keeping::Drop(_) => "keeping-drop",
        Keeping::Pin { .. } => "keeping-pin",
        Keeping::Pinned(_) => "keeping-pinned",
        Keeping::Recall(_) => "keeping-recall",
        Keeping::Recalled(_) => "keeping-recalled",
        Keeping::Report(_) => "keeping-report",
    }
}

const fn word(item: &Item) -> &'static str {
    match item {
        Item::Member(_) => "member",
        Item::Leave(_) => "leave",
        Item::Vote(_) => "vote",
        Item::Link(_) => "link",
        Item::Whereabouts(_) => "whereabouts",
        Item::Alert(_) => "alert",
        Item::FollowUp(_) => "follow-up",
    }
}

/// A label as it is inside its seal.
fn padded(label: &Label) -> Vec<u8> {
    let said = wire::to_cbor(label);
    let len = u32::try_from(said.len()).unwrap();
    let mut padded = [&len.to_be_bytes()[..], &said].concat();
    padded.resize(PADDED_LABEL, 0);
    padded
}

/// One message as `engine_inputs` reads it.
fn arrival(how: u8, message: &[u8]) -> Vec<u8> {
    let len = u16::try_from(message.len()).unwrap();
    [&[how], &len.to_be_bytes()[..], message].concat()
}
