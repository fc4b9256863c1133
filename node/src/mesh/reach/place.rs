//! What an address says about where it leads.

use std::net::IpAddr;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use crate::https::is_public;

/// Ways through neighbours that are told, at most: one relay alone may have four.
const CIRCUITS_TOLD: usize = 4;

/// The IP address with which an address begins.
pub(in crate::mesh) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next()? {
        Protocol::Ip4(ip) => Some(ip.into()),
        Protocol::Ip6(ip) => Some(ip.into()),
        _ => None,
    }
}

/// Whether it is of a kind that homes dial: TCP or QUIC, at an IP address or a name.
pub(super) fn can_be_dialled(address: &Multiaddr) -> bool {
    use Protocol as P;
    let mut parts = address.iter();
    let place = parts.next();
    let named = matches!(
        place,
        Some(P::Ip4(_) | P::Ip6(_) | P::Dns(_) | P::Dns4(_) | P::Dns6(_))
    );
    named
        && !is_relayed(address)
        && matches!(
            (parts.next(), parts.next()),
            (Some(P::Tcp(_)), None | Some(P::P2p(_))) | (Some(P::Udp(_)), Some(P::QuicV1))
        )
}

/// Whether it leads through a neighbour.
pub(in crate::mesh) fn is_relayed(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::P2pCircuit)
}

/// Whether it leads through two neighbours, one behind the other, which nobody can dial. A relay names such a way that was
/// itself reached through another one until lately.
fn is_relayed_twice(address: &Multiaddr) -> bool {
    let circuits = address.iter().filter(|part| *part == Protocol::P2pCircuit);
    circuits.count() > 1
}

/// The neighbour through whom it leads.
pub(in crate::mesh) fn relay_of(address: &Multiaddr) -> Option<PeerId> {
    let before = address
        .iter()
        .take_while(|part| *part != Protocol::P2pCircuit);
    let relay = before.filter_map(|part| match part {
        Protocol::P2p(peer) => Some(peer),
        _ => None,
    });
    relay.last().filter(|_| is_relayed(address))
}

/// Whether it may be reached from everywhere: a public address, or a name, or of a network of its own.
fn is_open(address: &Multiaddr) -> bool {
    ip_of(address).is_none_or(is_public)
}

fn is_loopback(address: &Multiaddr) -> bool {
    ip_of(address).is_some_and(|ip| ip.is_loopback())
}

fn is_link_local(address: &Multiaddr) -> bool {
    match ip_of(address) {
        Some(IpAddr::V4(ip)) => ip.is_link_local(),
        Some(IpAddr::V6(ip)) => ip.is_unicast_link_local(),
        None => false,
    }
}

/// Which addresses a home tells its street, the best first: where it was proven to be reached, public ones, ways through
/// neighbours, those of its LAN. Loopback only if there is nothing else, and link-local ones never: they mean nothing
/// without this machine's name for the link.
pub(in crate::mesh) fn told(
    mut external: Vec<Multiaddr>,
    mut listeners: Vec<Multiaddr>,
) -> Vec<Multiaddr> {
    // libp2p gives them in any order, and neighbours would hear of a move that is none.
    external.sort();
    listeners.sort();
    let (circuits, listeners): (Vec<_>, Vec<_>) = listeners.into_iter().partition(is_relayed);
    let usable = listeners.into_iter().filter(|a| !is_link_local(a));
    let (open, inside): (Vec<_>, Vec<_>) = usable.partition(is_open);
    let (machine, lan): (Vec<_>, Vec<_>) = inside.into_iter().partition(is_loopback);
    let proven = external.into_iter().filter(|a| !is_relayed(a));
    let circuits = circuits.into_iter().filter(|a| !is_relayed_twice(a));
    let circuits = circuits.take(CIRCUITS_TOLD);
    let mut told: Vec<Multiaddr> = Vec::new();
    for address in proven.chain(open).chain(circuits).chain(lan) {
        if !told.contains(&address) {
            told.push(address);
        }
    }
    if told.is_empty() { machine } else { told }
}

/// Of somebody's addresses those at which to look for him: not in another home's LAN, as long as there is a better one.
/// An address inside leads to somebody else's machine from everywhere but its own network.
pub(in crate::mesh) fn worth_dialling<'a>(
    addresses: Vec<Multiaddr>,
    ours: impl Iterator<Item = &'a Multiaddr>,
) -> Vec<Multiaddr> {
    let ours: Vec<_> = ours.filter_map(ip_of).collect();
    let is_near = |address: &Multiaddr| {
        is_open(address)
            || ip_of(address).is_some_and(|ip| ours.iter().any(|own| same_network(*own, ip)))
    };
    let (near, far): (Vec<_>, Vec<_>) = addresses.into_iter().partition(is_near);
    if near.is_empty() { far } else { near }
}

/// Whether two addresses are likely to be of one network: /24 and /64, as homes have them; and all of one overlay
/// (RFC 6598 as VPNs use it, and 200::/7).
pub(super) fn same_network(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let shared = |[a, b, ..]: [u8; 4]| a == 100 && (64..128).contains(&b);
            one.octets()[..3] == other.octets()[..3]
                || (shared(one.octets()) && shared(other.octets()))
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let overlay = |[first, ..]: [u16; 8]| first & 0xfe00 == 0x0200;
            one.segments()[..4] == other.segments()[..4]
                || (overlay(one.segments()) && overlay(other.segments()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELAY: &str =
        "/ip4/9.9.9.9/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    fn all(texts: &[&str]) -> Vec<Multiaddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn proven_addresses_are_told_first_and_loopback_only_if_there_is_nothing_else() {
        let circuit = format!("{RELAY}/p2p-circuit");
        let listeners = all(&[
            "/ip4/127.0.0.1/tcp/1",
            "/ip4/192.168.1.2/tcp/1",
            "/ip6/fe80::1/tcp/1",
            "/ip6/2620:fe::1/tcp/1",
            &circuit,
        ]);
        let external = all(&["/ip4/9.9.9.10/tcp/1", &circuit]);
        let expected = [
            "/ip4/9.9.9.10/tcp/1",
            "/ip6/2620:fe::1/tcp/1",
            &circuit,
            "/ip4/192.168.1.2/tcp/1",
        ];
        assert_eq!(told(external, listeners), all(&expected));
        let lonely = all(&["/ip4/127.0.0.1/tcp/1", "/ip4/169.254.1.1/tcp/1"]);
        assert_eq!(told(vec![], lonely), all(&["/ip4/127.0.0.1/tcp/1"]));
    }

    #[test]
    fn a_way_through_two_neighbours_is_told_to_nobody() {
        let once = format!("{RELAY}/p2p-circuit");
        let another = RELAY.rsplit('/').next().unwrap();
        let twice = format!("{once}/p2p/{another}/p2p-circuit");
        assert_eq!(told(vec![], all(&[&twice, &once])), all(&[&once]));
    }

    #[test]
    fn a_machine_in_another_homes_network_is_not_knocked_at_while_there_is_a_better_address() {
        let ours = all(&["/ip4/192.168.1.2/tcp/1"]);
        let worth = |addresses: &[&str]| worth_dialling(all(addresses), ours.iter());
        assert_eq!(
            worth(&["/ip4/192.168.7.9/tcp/1", "/ip4/9.9.9.9/tcp/1"]),
            all(&["/ip4/9.9.9.9/tcp/1"])
        );
        let near = ["/ip4/192.168.1.9/tcp/1", "/dns4/maple.example/tcp/1"];
        assert_eq!(worth(&near), all(&near));
        let only = ["/ip4/10.1.2.3/tcp/1"];
        assert_eq!(worth(&only), all(&only));
    }

    #[test]
    fn an_address_that_no_home_could_dial_is_not_told() {
        for good in [
            "/ip4/9.9.9.9/tcp/4001",
            "/ip6/200:ce78::1/udp/4001/quic-v1",
            "/dns4/maple.example/tcp/4001",
        ] {
            assert!(can_be_dialled(&good.parse().unwrap()), "{good}");
        }
        let onion = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd";
        for bad in [
            format!("/onion3/{onion}:4001"),
            "/ip4/9.9.9.9".to_owned(),
            "/ip4/9.9.9.9/udp/4001".to_owned(),
            "/ip4/9.9.9.9/tcp/4001/ws".to_owned(),
            format!("{RELAY}/p2p-circuit"),
        ] {
            assert!(!can_be_dialled(&bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn a_way_through_a_neighbour_names_him() {
        let circuit: Multiaddr = format!("{RELAY}/p2p-circuit").parse().unwrap();
        let relay: Multiaddr = RELAY.parse().unwrap();
        assert_eq!(relay_of(&circuit).map(Protocol::P2p), relay.iter().last(),);
        assert_eq!(relay_of(&relay), None);
    }
}
