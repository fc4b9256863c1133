use libp2p::multiaddr::Protocol;
use proptest::prelude::*;

use super::*;
use crate::mesh::lan::presence::{ADDRESSES, is_lan};
use crate::mesh::lan::tests::peer;

fn presence(key: u8) -> Presence {
    Presence {
        peer: peer(key),
        tcp: Some(4001),
        quic: Some(4002),
        addresses: vec!["192.168.1.7".parse().unwrap(), "fd00::7".parse().unwrap()],
    }
}

fn names(key: u8) -> Names {
    Names::of(peer(key)).unwrap()
}

fn answer(key: u8) -> Vec<u8> {
    names(key).answer(&presence(key)).unwrap()
}

#[test]
fn a_question_is_for_every_home_and_tells_nothing() {
    let question = names(1).question().unwrap();
    assert!(names(2).read(&question).asked);
    assert_eq!(question, names(2).question().unwrap());
}

#[test]
fn an_answer_brings_peer_and_addresses() {
    let heard = names(2).read(&answer(1));
    let [home] = &heard.homes[..] else {
        panic!("{heard:?}")
    };
    assert_eq!((home.peer, home.addresses.len()), (peer(1), 4));
    assert!(!heard.asked);
}

#[test]
fn an_answer_holds_a_peer_id_ports_and_addresses_and_nothing_else() {
    let message = Message::from_vec(&answer(1)).unwrap();
    let txt = message
        .answers
        .iter()
        .find_map(|record| match &record.data {
            RData::TXT(txt) => Some(txt.to_string()),
            _ => None,
        });
    assert_eq!(txt.unwrap(), format!("id={}tcp=4001quic=4002", peer(1)));
    assert_eq!(message.answers.len(), 5);
    assert!(message.additionals.is_empty());
    for record in &message.answers {
        let own = record.record_type() != RecordType::PTR;
        assert_eq!(record.mdns_cache_flush, own, "{record}");
    }
}

#[test]
fn a_goodbye_takes_the_addresses_back() {
    let goodbye = names(1).goodbye(&presence(1)).unwrap();
    let heard = names(2).read(&goodbye);
    let [home] = &heard.homes[..] else {
        panic!("{heard:?}")
    };
    assert_eq!((home.peer, home.addresses.len()), (peer(1), 0));
}

#[test]
fn who_knows_us_already_gets_no_answer() {
    let mut question = Message::from_vec(&names(2).question().unwrap()).unwrap();
    let known = Message::from_vec(&answer(1))
        .unwrap()
        .answers
        .swap_remove(0);
    question.add_answer(known);
    let packet = question.to_vec().unwrap();
    assert!(!names(1).read(&packet).asked);
    assert!(names(3).read(&packet).asked);
}

#[test]
fn other_services_are_none_of_our_business() {
    let other = Name::from_ascii("_ipp._tcp.local.").unwrap();
    let mut question = Message::new(0, MessageType::Query, OpCode::Query);
    question.add_query(Query::query(other.clone(), RecordType::PTR));
    assert_eq!(names(1).read(&question.to_vec().unwrap()), Heard::default());

    let mut message = Message::from_vec(&answer(1)).unwrap();
    message.answers[0].name = other;
    assert_eq!(names(2).read(&message.to_vec().unwrap()), Heard::default());
}

#[test]
fn an_answer_with_a_part_missing_is_ignored() {
    for missing in 0..3 {
        let mut message = Message::from_vec(&answer(1)).unwrap();
        message.answers.remove(missing);
        let packet = message.to_vec().unwrap();
        assert_eq!(names(2).read(&packet), Heard::default(), "{missing}");
    }
}

#[test]
fn a_packet_full_of_homes_is_listened_to_for_a_while_only() {
    let mut message = Message::new(0, MessageType::Response, OpCode::Query);
    for key in 1..=20 {
        message.add_answers(Message::from_vec(&answer(key)).unwrap().answers);
    }
    let packet = message.to_vec().unwrap();
    assert_eq!(names(99).read(&packet).homes.len(), HOMES);
}

proptest! {
    #[test]
    fn no_packet_makes_us_panic(packet in prop::collection::vec(any::<u8>(), 0..600)) {
        names(1).read(&packet);
    }

    #[test]
    fn no_damaged_answer_makes_us_panic_or_dial_beyond_the_lan(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut packet = answer(1);
        for (place, byte) in places {
            let place = place.index(packet.len());
            packet[place] = byte;
        }
        packet.truncate(cut.index(packet.len()) + 1);
        for home in names(2).read(&packet).homes {
            prop_assert!(home.addresses.len() <= 2 * ADDRESSES);
            for address in home.addresses {
                let ip = address.iter().find_map(|part| match part {
                    Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
                    Protocol::Ip6(ip) => Some(IpAddr::V6(ip)),
                    _ => None,
                });
                prop_assert!(ip.is_some_and(is_lan), "{}", address);
            }
        }
    }
}
