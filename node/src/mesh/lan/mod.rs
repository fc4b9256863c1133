//! Homes of one LAN find each other: multicast DNS under a service name of our own, with bounded work.
//!
//! Each home answers to `_streetlamp._udp.local.` with its peer id, its ports, and its address on that network. Who
//! hears it dials it; whether it is a neighbour shows only then.
//!
//! It is written here, on a parser and a socket, because the ready-made responders keep what they hear in caches
//! without a bound, and everybody on a LAN may speak. Here nothing grows: a link reads so many packets a second and
//! forgets each, [`Seen`] holds so many homes, and so many are dialled a second. Who floods the LAN can keep homes from
//! finding each other this way, and nothing else.
//!
//! Left out: packets over IPv6 (IPv6 addresses are told over IPv4), IPv6 link-local addresses, unicast answers, more
//! than one TCP and one QUIC port, lists of known answers in questions, and probing (see [`Names`]).

mod link;
mod packet;
mod presence;
mod seen;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures::future::join_all;
use libp2p::{Multiaddr, PeerId};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::error::{Error, ErrorKind, Result};
use link::Link;
use packet::Names;
pub(super) use presence::Found;
use presence::Presence;
use seen::Seen;

/// Homes that were heard and wait for the mesh, at most; more are dropped.
const WAITING: usize = 64;

/// The search for homes on the LAN.
#[derive(Debug)]
pub(super) struct Lan {
    me: PeerId,
    names: Names,
    links: BTreeMap<Ipv4Addr, Link>,
    /// What is to be said from now on, once it is known.
    changed: Option<BTreeMap<Ipv4Addr, Presence>>,
    tell: mpsc::Sender<Found>,
    heard: mpsc::Receiver<Found>,
    seen: Seen,
    second: Interval,
}

impl Lan {
    /// A search that says nothing until it knows where we listen.
    ///
    /// # Errors
    /// Never for a peer id as devices have it.
    pub(super) fn new(me: PeerId) -> Result<Self> {
        let names = Names::of(me).map_err(|e| {
            let message = "the peer id makes no name for the local network";
            Error::new(ErrorKind::Internal, message).because(e)
        })?;
        let (tell, heard) = mpsc::channel(WAITING);
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            me,
            names,
            links: BTreeMap::new(),
            changed: None,
            tell,
            heard,
            seen: Seen::default(),
            second,
        })
    }

    /// Learns where we listen now.
    pub(super) fn listening<'a>(&mut self, listeners: impl Iterator<Item = &'a Multiaddr>) {
        self.changed = Some(Presence::on_each_link(self.me, listeners));
    }

    /// The next home to dial. Cancel-safe.
    pub(super) async fn next(&mut self) -> Found {
        loop {
            if let Some(found) = self.seen.due(Instant::now()) {
                return found;
            }
            tokio::select! {
                Some(found) = self.heard.recv() => self.seen.note(found, Instant::now()),
                now = self.second.tick() => {
                    self.seen.second(now);
                    // Not at once: a node that starts, or an interface that comes up, brings several changes in a row.
                    self.relink();
                }
            }
        }
    }

    /// Says goodbye everywhere.
    pub(super) async fn close(&mut self) {
        let links = std::mem::take(&mut self.links);
        join_all(links.into_values().map(Link::close)).await;
    }

    /// Starts and ends links until they are what they should be.
    fn relink(&mut self) {
        let Some(wanted) = self.changed.take() else {
            return;
        };
        self.links
            .retain(|ip, link| wanted.get(ip) == Some(link.presence()));
        for (ip, presence) in wanted {
            if self.links.contains_key(&ip) {
                continue;
            }
            match Link::start(ip, self.names.clone(), presence, self.tell.clone()) {
                Ok(link) => {
                    self.links.insert(ip, link);
                }
                // The mesh works without: neighbours who know each other's addresses do not need it.
                Err(error) => {
                    tracing::warn!(%error, "homes on the network of {ip} are not looked for");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use libp2p::PeerId;

    /// The peer of a device whose key is made from one number.
    pub(super) fn peer(key: u8) -> PeerId {
        let device = ed25519_dalek::SigningKey::from_bytes(&[key; 32]);
        crate::mesh::peers::keypair(&device)
            .unwrap()
            .public()
            .to_peer_id()
    }
}
