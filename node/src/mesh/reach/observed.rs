//! How this home looks from outside, as members see it.
//!
//! Every member with whom we are connected says from which address we come. Such an address is worth a try by AutoNAT,
//! and what was proven stands for as long as anybody still sees us there: a router that got another address tells
//! nobody behind it. One member alone cannot talk us out of an address that another one sees.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use streetlamp_proto::open::Bucket;
use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

use super::place::{ip_of, is_relayed, same_network};
use crate::https::is_public;

/// Addresses with a port of our own that are tried at once, and in an hour after that: as many as a home that is given
/// new addresses all the time needs.
const TRIES: (u32, u32) = (16, 60);
/// The same for ports that a router made up. One that gives each connection another would have neighbours try without
/// end, and they hardly ever lead anywhere.
const STRANGE_TRIES: (u32, u32) = (4, 6);
/// Members on whose word together an address of the router is believed.
const WITNESSES: usize = 2;
/// Addresses that are remembered as tried or proven, of each kind.
const REMEMBERED: usize = 256;
/// For how long a router or a firewall may let in who was knocked at (RFC 4787, REQ-5, and as Linux does).
const KNOCKED: Duration = Duration::from_secs(180);

/// What members see.
#[derive(Debug)]
pub(super) struct Observed {
    seen: BTreeMap<ConnectionId, (PeerId, IpAddr)>,
    tried: BTreeSet<Multiaddr>,
    proven: BTreeSet<Multiaddr>,
    /// Who says to have dialled us where.
    dialled: BTreeMap<Multiaddr, BTreeSet<PeerId>>,
    /// Where we knocked lately: what comes from there may be let in as an answer.
    knocked: BTreeMap<(IpAddr, u16), Instant>,
    /// Connections that came from where we had knocked.
    answers: BTreeSet<ConnectionId>,
    tries: Bucket,
    strange_tries: Bucket,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            seen: BTreeMap::new(),
            tried: BTreeSet::new(),
            proven: BTreeSet::new(),
            dialled: BTreeMap::new(),
            knocked: BTreeMap::new(),
            answers: BTreeSet::new(),
            tries: Bucket::new(TRIES.0, TRIES.1),
            strange_tries: Bucket::new(STRANGE_TRIES.0, STRANGE_TRIES.1),
        }
    }
}

impl Observed {
    /// A member sees us at this address, on a direct connection. Gives the addresses at which we may be reached because
    /// of that: this one, and the ports on which we listen there, in case the resident opened them.
    pub(super) fn see<'a>(
        &mut self,
        connection: ConnectionId,
        member: PeerId,
        at: &Multiaddr,
        listeners: impl Iterator<Item = &'a Multiaddr>,
        now: Timestamp,
    ) -> Vec<Multiaddr> {
        let Some(ip) = ip_of(at).filter(|ip| is_public(*ip) && !is_relayed(at)) else {
            return Vec::new();
        };
        self.seen.insert(connection, (member, ip));
        let here = at_own_ports(ip, listeners);
        let may_try = |bucket: &mut Bucket, tried: &BTreeSet<Multiaddr>, address: &Multiaddr| {
            !tried.contains(address) && tried.len() < REMEMBERED && bucket.take(now)
        };
        let strange = (!here.contains(at)).then(|| at.clone());
        let strange = strange.filter(|a| may_try(&mut self.strange_tries, &self.tried, a));
        let mut new = here;
        new.retain(|address| may_try(&mut self.tries, &self.tried, address));
        new.extend(strange);
        self.tried.extend(new.iter().cloned());
        new.into_iter().collect()
    }

    /// Where the other end of a punch may aim: the way that the router made for our connection; and if it kept the port
    /// that we listen on, then it will for our other ones, too.
    pub(super) fn to_punch<'a>(
        at: &Multiaddr,
        listeners: impl Iterator<Item = &'a Multiaddr>,
    ) -> BTreeSet<Multiaddr> {
        let Some(ip) = ip_of(at).filter(|ip| is_public(*ip)) else {
            return BTreeSet::new();
        };
        let here = at_own_ports(ip, listeners);
        match here.contains(at) {
            true => here,
            false => BTreeSet::from([at.clone()]),
        }
    }

    /// We dial somebody there.
    pub(super) fn knock(&mut self, at: &Multiaddr) {
        let now = Instant::now();
        self.knocked
            .retain(|_, since| now.duration_since(*since) < KNOCKED);
        if let Some(place) = place_of(at).filter(|_| self.knocked.len() < REMEMBERED) {
            self.knocked.insert(place, now);
        }
    }

    /// Somebody came. What counts is whether we had knocked there by then: who is a member shows only later.
    pub(super) fn came(&mut self, connection: ConnectionId, from: &Multiaddr) {
        let lately = |since: &Instant| since.elapsed() < KNOCKED;
        let knocked = place_of(from).and_then(|place| self.knocked.get(&place));
        if knocked.is_some_and(lately) {
            self.answers.insert(connection);
        }
    }

    /// A member dialled us from outside, at this address as it says. That is proof if the address is this machine's own,
    /// and if somebody else says the same: AutoNAT asks only peers whom we dialled, and of them there is none when all
    /// neighbours are behind routers. It is none if we had knocked there ourselves ([`Self::came`]): a firewall lets in what
    /// it takes for an answer.
    pub(super) fn reached(
        &mut self,
        connection: ConnectionId,
        member: PeerId,
        at: &Multiaddr,
        here: &Multiaddr,
        from: &Multiaddr,
    ) {
        if self.answers.contains(&connection) {
            return;
        }
        let (Some(ip), Some(own), Some(from)) = (ip_of(at), ip_of(here), ip_of(from)) else {
            return;
        };
        if !is_public(ip) || !is_public(from) || same_network(from, own) || is_relayed(at) {
            return;
        }
        if own == ip {
            self.prove(here.clone());
        } else if self.dialled.len() < REMEMBERED || self.dialled.contains_key(at) {
            let witnesses = self.dialled.entry(at.clone()).or_default();
            if witnesses.len() < WITNESSES {
                witnesses.insert(member);
            }
            if witnesses.len() >= WITNESSES {
                self.prove(at.clone());
            }
        }
    }

    /// A connection is gone, and with it what was seen on it.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.seen.remove(&connection);
        self.answers.remove(&connection);
    }

    /// A neighbour, or the router, proved that we are reached here.
    pub(super) fn prove(&mut self, address: Multiaddr) {
        if self.proven.len() < REMEMBERED {
            self.proven.insert(address);
        }
    }

    /// What was proven is not so any more.
    pub(super) fn disprove(&mut self, address: &Multiaddr) {
        self.proven.remove(address);
    }

    /// Every proven address, and whether it stands.
    pub(super) fn proven(&self) -> impl Iterator<Item = (&Multiaddr, bool)> {
        self.proven
            .iter()
            .map(|address| (address, self.stands(address)))
    }

    /// Whether anybody sees us there, or nobody sees us at all.
    fn stands(&self, address: &Multiaddr) -> bool {
        let Some(ip) = ip_of(address) else {
            return true;
        };
        let mut seen = self.seen.values().map(|(_, seen)| *seen);
        let mut of_its_kind = seen
            .by_ref()
            .filter(|seen| seen.is_ipv4() == ip.is_ipv4())
            .peekable();
        of_its_kind.peek().is_none() || of_its_kind.any(|seen| seen == ip)
    }
}

/// The address and port of a machine, not of who is reached through it.
fn place_of(address: &Multiaddr) -> Option<(IpAddr, u16)> {
    let port = address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    });
    Some((ip_of(address).filter(|_| !is_relayed(address))?, port?))
}

/// An address of the router with each port that we listen on.
fn at_own_ports<'a>(
    ip: IpAddr,
    listeners: impl Iterator<Item = &'a Multiaddr>,
) -> BTreeSet<Multiaddr> {
    listeners
        .filter(|own| !is_relayed(own))
        .filter(|own| ip_of(own).is_some_and(|own| own.is_ipv4() == ip.is_ipv4()))
        .filter_map(|own| own.replace(0, |_| Some(Protocol::from(ip))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(0);

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    fn connection(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    fn see(observed: &mut Observed, n: usize, at: &str) -> Vec<Multiaddr> {
        let own = [
            address("/ip4/192.168.1.2/tcp/4001"),
            address("/ip6/fd00::1/tcp/4001"),
        ];
        observed.see(
            connection(n),
            PeerId::random(),
            &address(at),
            own.iter(),
            NOW,
        )
    }

    #[test]
    fn the_port_that_a_neighbour_sees_is_tried_and_the_own_one_there_and_each_once() {
        let mut observed = Observed::default();
        let seen = see(&mut observed, 1, "/ip4/9.9.9.9/tcp/61000");
        let expected = [
            address("/ip4/9.9.9.9/tcp/4001"),
            address("/ip4/9.9.9.9/tcp/61000"),
        ];
        assert_eq!(BTreeSet::from_iter(seen), BTreeSet::from(expected));
        assert!(see(&mut observed, 2, "/ip4/9.9.9.9/tcp/61000").is_empty());
        assert!(
            see(&mut observed, 3, "/ip4/192.168.1.2/tcp/4001").is_empty(),
            "not public"
        );
    }

    #[test]
    fn a_router_with_another_port_for_each_connection_is_not_tried_without_end() {
        let mut observed = Observed::default();
        let at = |n| format!("/ip4/9.9.9.9/tcp/{}", 10_000 + n);
        let tries = (0..500).map(|n| see(&mut observed, n, &at(n)).len());
        let (burst, _) = STRANGE_TRIES;
        assert_eq!(tries.sum::<usize>(), burst as usize + 1, "and the own port");
        // It moved: the own port is tried at once, whatever was tried before.
        let moved = see(&mut observed, 500, "/ip4/9.9.9.8/tcp/10000");
        assert_eq!(moved, [address("/ip4/9.9.9.8/tcp/4001")]);
    }

    #[test]
    fn a_router_that_keeps_one_port_is_taken_to_keep_the_others() {
        let own = [
            address("/ip4/192.168.1.2/tcp/4001"),
            address("/ip4/192.168.1.2/udp/4001/quic-v1"),
        ];
        let aimed = |at: &str| Observed::to_punch(&address(at), own.iter()).len();
        assert_eq!(aimed("/ip4/9.9.9.9/tcp/4001"), 2);
        assert_eq!(aimed("/ip4/9.9.9.9/tcp/61000"), 1);
        assert_eq!(aimed("/ip4/192.168.1.2/tcp/4001"), 0);
    }

    #[test]
    fn whom_neighbours_dialled_from_outside_is_reached_and_one_neighbours_word_is_none() {
        let mut observed = Observed::default();
        let (outside, inside) = ("/ip4/9.9.9.9/tcp/4001", "/ip4/192.168.1.2/tcp/4001");
        let reached = |observed: &mut Observed, here: &str, from: &str| {
            let (at, here, from) = (address(outside), address(here), address(from));
            observed.reached(connection(1), PeerId::random(), &at, &here, &from);
            observed.proven().count()
        };
        assert_eq!(reached(&mut observed, inside, "/ip4/8.8.8.8/tcp/1"), 0);
        assert_eq!(reached(&mut observed, inside, "/ip4/192.168.1.7/tcp/1"), 0);
        assert_eq!(reached(&mut observed, inside, "/ip4/8.8.4.4/tcp/1"), 1);
        let mut observed = Observed::default();
        assert_eq!(
            reached(&mut observed, outside, "/ip4/9.9.9.7/tcp/1"),
            0,
            "next door"
        );
        assert_eq!(reached(&mut observed, outside, "/ip4/8.8.8.8/tcp/1"), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_from_where_we_knocked_proves_nothing_for_as_long_as_a_firewall_remembers() {
        let mut observed = Observed::default();
        let (own, from) = (
            address("/ip6/2620:fe::1/tcp/4001"),
            address("/ip6/2620:ff::1/tcp/4001"),
        );
        // Whether the one who came counts is known a while later, when it is a member.
        let counts = |observed: &mut Observed, number| {
            observed.reached(connection(number), PeerId::random(), &own, &own, &from);
            observed.proven().count()
        };
        observed.knock(&from);
        observed.came(connection(1), &from);
        tokio::time::advance(KNOCKED).await;
        assert_eq!(counts(&mut observed, 1), 0);
        observed.came(connection(2), &from);
        observed.knock(&from);
        assert_eq!(counts(&mut observed, 2), 1, "it came before");
    }

    #[test]
    fn an_address_stands_until_everybody_sees_us_elsewhere_and_again_when_somebody_sees_us_there() {
        let mut observed = Observed::default();
        let proven = address("/ip4/9.9.9.9/tcp/4001");
        observed.prove(proven.clone());
        let stands = |observed: &Observed| observed.proven().all(|(_, stands)| stands);
        assert!(stands(&observed), "nobody sees us");
        see(&mut observed, 1, "/ip4/9.9.9.9/tcp/4001");
        see(&mut observed, 2, "/ip4/8.8.8.8/tcp/4001");
        assert!(stands(&observed), "a liar alone");
        observed.closed(connection(1));
        assert!(!stands(&observed));
        see(&mut observed, 3, "/ip6/2620:fe::1/tcp/4001");
        assert!(!stands(&observed), "IPv6 says nothing of IPv4");
        see(&mut observed, 4, "/ip4/9.9.9.9/tcp/50000");
        assert!(stands(&observed));
        observed.disprove(&proven);
        assert_eq!(observed.proven().count(), 0);
    }
}
