//! What one home tells a LAN of itself, and what of it another home will dial.
//!
//! The LAN hears a peer id, two ports and addresses of that very network: no name, no place, no street.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use crate::mesh::peers::device_of;

/// Interfaces on which a home speaks, at most.
const LINKS: usize = 8;
/// Addresses of one home that are told and believed, at most.
pub(super) const ADDRESSES: usize = 4;
/// Strings of a TXT record that are looked at, at most.
const STRINGS: usize = 8;

/// What is said on one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) peer: PeerId,
    pub(super) tcp: Option<u16>,
    pub(super) quic: Option<u16>,
    pub(super) addresses: Vec<IpAddr>,
}

/// A home that somebody on the LAN told of. Nothing of it is proven before it is dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mesh) struct Found {
    pub(in crate::mesh) peer: PeerId,
    pub(in crate::mesh) addresses: Vec<Multiaddr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Tcp,
    Quic,
}

impl Presence {
    /// What to say on each interface, by its IPv4 address, given everything that is listened on.
    pub(super) fn on_each_link<'a>(
        peer: PeerId,
        listeners: impl Iterator<Item = &'a Multiaddr>,
    ) -> BTreeMap<Ipv4Addr, Self> {
        let listeners: Vec<_> = listeners.filter_map(socket_of).collect();
        let mut links = BTreeMap::new();
        for (ip, way, port) in &listeners {
            let IpAddr::V4(link) = *ip else { continue };
            if !is_lan(*ip) || (links.len() >= LINKS && !links.contains_key(&link)) {
                continue;
            }
            let said = links.entry(link).or_insert_with(|| Self {
                peer,
                tcp: None,
                quic: None,
                addresses: vec![*ip],
            });
            // There is one port for each way in a TXT record, so a second one goes untold.
            match way {
                Way::Tcp => said.tcp = said.tcp.or(Some(*port)),
                Way::Quic => said.quic = said.quic.or(Some(*port)),
            }
        }
        for said in links.values_mut() {
            for (ip, way, port) in &listeners {
                let same_port = Some(*port)
                    == match way {
                        Way::Tcp => said.tcp,
                        Way::Quic => said.quic,
                    };
                let room = said.addresses.len() < ADDRESSES && !said.addresses.contains(ip);
                if ip.is_ipv6() && is_lan(*ip) && same_port && room {
                    said.addresses.push(*ip);
                }
            }
        }
        links
    }

    /// The strings of the TXT record.
    pub(super) fn txt(&self) -> Vec<String> {
        let port = |key, port: Option<u16>| port.map(|port| format!("{key}={port}"));
        let id = Some(format!("id={}", self.peer));
        [id, port("tcp", self.tcp), port("quic", self.quic)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// What of an answer may be dialled: nothing but TCP and QUIC at addresses of a local network.
///
/// Whoever is on the LAN can say anything. If it could name any host, one packet would make every home of the LAN
/// knock at a host on the internet, or at this machine's own loopback services.
pub(super) fn dialable<'a>(
    txt: impl Iterator<Item = &'a [u8]>,
    addresses: impl Iterator<Item = IpAddr>,
) -> Option<Found> {
    let (mut id, mut tcp, mut quic) = (None, None, None);
    for string in txt.take(STRINGS) {
        let Some((key, value)) = str::from_utf8(string).ok().and_then(|s| s.split_once('=')) else {
            continue;
        };
        // The first of several counts, and letter case does not (RFC 6763, 6.4).
        match key.to_ascii_lowercase().as_str() {
            "id" => id = id.or(Some(value)),
            "tcp" => tcp = tcp.or(Some(value)),
            "quic" => quic = quic.or(Some(value)),
            _ => {}
        }
    }
    let peer: PeerId = id?.parse().ok()?;
    device_of(peer)?;
    let port = |text: Option<&str>| text?.parse().ok().filter(|port: &u16| *port != 0);
    let (tcp, quic) = (port(tcp), port(quic));
    let mut dialable = Vec::new();
    for ip in addresses.filter(|ip| is_lan(*ip)).take(ADDRESSES) {
        let quic = quic.map(|port| {
            Multiaddr::from(ip)
                .with(Protocol::Udp(port))
                .with(Protocol::QuicV1)
        });
        let tcp = tcp.map(|port| Multiaddr::from(ip).with(Protocol::Tcp(port)));
        dialable.extend(quic.into_iter().chain(tcp));
    }
    (!dialable.is_empty()).then_some(Found {
        peer,
        addresses: dialable,
    })
}

/// Whether an address can only be one of a local network: RFC 1918, link-local IPv4, or unique local IPv6.
///
/// Link-local IPv6 is left out: it means nothing without the name of an interface, which a multiaddr lacks.
pub(super) fn is_lan(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

fn socket_of(address: &Multiaddr) -> Option<(IpAddr, Way, u16)> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match (parts.next()?, parts.next(), parts.next()) {
        (Protocol::Tcp(port), None, None) => Some((ip, Way::Tcp, port)),
        (Protocol::Udp(port), Some(Protocol::QuicV1), None) => Some((ip, Way::Quic, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
