//! The packets: DNS-based service discovery (RFC 6763) over multicast DNS (RFC 6762), for one service only.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use hickory_proto::ProtoError;
use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::rdata::{A, AAAA, PTR, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use libp2p::PeerId;

use super::presence::{Found, Presence, dialable};

/// The type of the service. Its name fits into the 15 characters of RFC 6335.
const SERVICE: &str = "_streetlamp._udp.local.";
/// How long others may remember a name, and an address, in seconds (RFC 6762, 10).
pub(super) const NAME_TTL: u32 = 75 * 60;
const ADDRESS_TTL: u32 = 120;
/// Homes of one packet that are listened to, at most: a home speaks for itself, a reflector for a few.
const HOMES: usize = 8;

/// The names under which a home is known to the LAN.
///
/// They come from its key and say nothing else. Since nobody else has them, the probing for free names that RFC 6762
/// asks for is left out: it would find liars only.
#[derive(Debug, Clone)]
pub(super) struct Names {
    service: Name,
    instance: Name,
    host: Name,
}

/// What a packet means to us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Somebody wants to know whether we are here.
    pub(super) asked: bool,
    /// Homes that are here, or, without addresses, that leave.
    pub(super) homes: Vec<Found>,
}

impl Names {
    pub(super) fn of(peer: PeerId) -> Result<Self, ProtoError> {
        let hash = blake3::hash(&peer.to_bytes());
        let label: String = HEXLOWER.encode(hash.as_bytes()).chars().take(16).collect();
        Ok(Self {
            service: Name::from_ascii(SERVICE)?,
            instance: Name::from_ascii(format!("{label}.{SERVICE}"))?,
            host: Name::from_ascii(format!("{label}.local."))?,
        })
    }

    /// Who is here?
    pub(super) fn question(&self) -> Result<Vec<u8>, ProtoError> {
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.add_query(Query::query(self.service.clone(), RecordType::PTR));
        message.to_vec()
    }

    /// We are, and here.
    pub(super) fn answer(&self, presence: &Presence) -> Result<Vec<u8>, ProtoError> {
        self.say(presence, NAME_TTL, ADDRESS_TTL)
    }

    /// We are not any more.
    pub(super) fn goodbye(&self, presence: &Presence) -> Result<Vec<u8>, ProtoError> {
        self.say(presence, 0, 0)
    }

    fn say(&self, said: &Presence, name_ttl: u32, address_ttl: u32) -> Result<Vec<u8>, ProtoError> {
        let shared = PTR(self.instance.clone());
        let shared = Record::from_rdata(self.service.clone(), name_ttl, RData::PTR(shared));
        let port = said.tcp.or(said.quic).unwrap_or(0);
        let srv = RData::SRV(SRV::new(0, 0, port, self.host.clone()));
        let txt = RData::TXT(TXT::new(said.txt()));
        let mut ours = vec![
            Record::from_rdata(self.instance.clone(), address_ttl, srv),
            Record::from_rdata(self.instance.clone(), name_ttl, txt),
        ];
        for ip in &said.addresses {
            let address = match *ip {
                IpAddr::V4(ip) => RData::A(A(ip)),
                IpAddr::V6(ip) => RData::AAAA(AAAA(ip)),
            };
            ours.push(Record::from_rdata(self.host.clone(), address_ttl, address));
        }
        // Nobody else has these names: what was remembered under them is outdated.
        for record in &mut ours {
            record.mdns_cache_flush = true;
        }
        let mut message = Message::new(0, MessageType::Response, OpCode::Query);
        message.metadata.authoritative = true;
        message.add_answer(shared);
        message.add_answers(ours);
        message.to_vec()
    }

    /// Reads a packet that anybody may have sent. What is not about our service is nothing.
    pub(super) fn read(&self, packet: &[u8]) -> Heard {
        let Ok(message) = Message::from_vec(packet) else {
            return Heard::default();
        };
        match message.metadata.message_type {
            MessageType::Query => Heard {
                asked: self.is_asked(&message),
                homes: Vec::new(),
            },
            MessageType::Response => Heard {
                asked: false,
                homes: self.homes(&message),
            },
        }
    }

    fn is_asked(&self, message: &Message) -> bool {
        // Who asks says what he knows already (RFC 6762, 7.1).
        let known = message.answers.iter().any(|record| {
            record.ttl >= NAME_TTL / 2 && self.instance_in(record) == Some(&self.instance)
        });
        !known
            && message.queries.iter().any(|query| {
                let shared = matches!(query.query_type(), RecordType::PTR | RecordType::ANY);
                (shared && *query.name() == self.service)
                    || *query.name() == self.instance
                    || *query.name() == self.host
            })
    }

    fn homes(&self, message: &Message) -> Vec<Found> {
        let records = || message.answers.iter().chain(&message.additionals);
        let home = |pointer: &Record| {
            let instance = self.instance_in(pointer)?;
            let of_instance = || records().filter(|record| record.name == *instance);
            let txt = of_instance().find_map(|record| match &record.data {
                RData::TXT(txt) => Some(txt),
                _ => None,
            })?;
            let host = of_instance().find_map(|record| match &record.data {
                RData::SRV(srv) => Some(&srv.target),
                _ => None,
            })?;
            let addresses = records().filter_map(|record| match record.data {
                RData::A(A(ip)) if record.name == *host => Some(IpAddr::V4(ip)),
                RData::AAAA(AAAA(ip)) if record.name == *host => Some(IpAddr::V6(ip)),
                _ => None,
            });
            let mut found = dialable(txt.txt_data.iter().map(AsRef::as_ref), addresses)?;
            if pointer.ttl == 0 {
                found.addresses.clear();
            }
            Some(found)
        };
        message
            .answers
            .iter()
            .filter(|record| self.instance_in(record).is_some())
            .take(HOMES)
            .filter_map(home)
            .collect()
    }

    /// The instance of our service that a record points to.
    fn instance_in<'a>(&self, record: &'a Record) -> Option<&'a Name> {
        match &record.data {
            RData::PTR(PTR(instance)) if record.name == self.service => Some(instance),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
