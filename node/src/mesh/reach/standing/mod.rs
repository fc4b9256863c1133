//! How a home stands with its street, and what would help if nobody reaches it.
//!
//! What is found here is put into words where it is shown: in English beside it, for `doctor` and scripts, and by the
//! page in the language of whoever looks.

mod english;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use super::{PortMapping, ReachView, Relaying, RescueState};
use crate::https::is_public;

/// Whether neighbours find a way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The home is reached from everywhere.
    Open {
        /// At these addresses.
        at: Vec<String>,
        /// Homes that are reached through it.
        guests: usize,
    },
    /// Neighbours come through another home of the street.
    Through,
    /// Nobody needed to reach it from outside so far.
    Unneeded,
    /// Nobody reaches it, and neighbours are missing.
    Unreached {
        /// How many.
        missing: usize,
        /// Of how many that are known.
        known: usize,
        /// What would help, best first. Never empty.
        helps: Vec<Help>,
    },
}

/// What somebody can do so that a street holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Help {
    /// Another home opens a port: the router here is behind one of the carrier.
    ElsewhereThanHere,
    /// TCP and UDP to this socket, let through by the router.
    Port(SocketAddr),
    /// The same for IPv6, by the router's firewall.
    PortOfIpv6(SocketAddr),
    /// IPv6 is turned on in the router.
    Ipv6,
    /// The rescue is turned on at both ends.
    Rescue,
    /// The network lets UDP out, so that the rescue finds the BitTorrent DHT.
    Udp,
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// Neighbours on the same network are looked for.
    Lan,
    /// The router is asked for a port.
    Port,
    /// Neighbours try to come from outside.
    Probing,
    /// Neighbours come through a third one.
    Circuits,
    /// Two routers are talked into letting both in.
    Punching,
    /// Others come through this home.
    Relaying,
    /// Word is left in the BitTorrent DHT.
    Rescue,
}

/// How a rung stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RungState {
    /// It is not used.
    Off,
    /// Neighbours are looked for by mDNS.
    Looking,
    /// What became of the router's port.
    Port(PortMapping),
    /// Nobody reached the home from outside yet.
    Untried,
    /// It was reached there.
    ReachedAt(Vec<String>),
    /// The home is reached without it.
    Unneeded,
    /// So many neighbours hold a place for it.
    Places(usize),
    /// Direct ways that were found, and attempts in vain.
    Ways {
        /// Found.
        found: usize,
        /// In vain.
        in_vain: usize,
    },
    /// So many homes come through this one.
    Guests(usize),
    /// What became of the rescue.
    Rescue(RescueState),
}

impl Standing {
    /// Whether nothing has to be done.
    pub const fn is_well(&self) -> bool {
        !matches!(self, Self::Unreached { .. })
    }
}

impl ReachView {
    /// Whether neighbours find a way in, and what would help if not. `listen` is where the node listens; of `known`
    /// neighbours `connected` are here.
    pub fn standing(&self, listen: &[String], known: usize, connected: usize) -> Standing {
        if !self.external.is_empty() {
            return Standing::Open {
                at: self.external.clone(),
                guests: self.relays_for,
            };
        }
        if !self.through.is_empty() {
            return Standing::Through;
        }
        match known.saturating_sub(connected) {
            0 => Standing::Unneeded,
            missing => Standing::Unreached {
                missing,
                known,
                helps: self.helps(listen),
            },
        }
    }

    /// What one home of the street can do so that all of it is reached.
    fn helps(&self, listen: &[String]) -> Vec<Help> {
        let own: Vec<_> = listen.iter().filter_map(|a| socket(a)).collect();
        let inside = own.iter().find(|at| at.is_ipv4() && !at.ip().is_loopback());
        let ipv6 = own.iter().find(|at| at.is_ipv6() && is_public(at.ip()));
        let port = match self.port_mapping {
            PortMapping::BehindAnother => Some(Help::ElsewhereThanHere),
            _ => inside.copied().map(Help::Port),
        };
        let over_ipv6 = ipv6.copied().map_or(Help::Ipv6, Help::PortOfIpv6);
        let rescue = match self.rescue {
            RescueState::Off => Some(Help::Rescue),
            RescueState::Silent => Some(Help::Udp),
            RescueState::Idle | RescueState::Left => None,
        };
        port.into_iter().chain([over_ipv6]).chain(rescue).collect()
    }

    /// Every rung and how it stands, in the order in which they are climbed.
    pub fn rungs(&self) -> [(Rung, RungState); 7] {
        let when = |on, state| if on { state } else { RungState::Off };
        let (used, open) = (&self.switches, !self.external.is_empty());
        let port = match self.port_mapping {
            PortMapping::Off => RungState::Off,
            mapping => RungState::Port(mapping),
        };
        let probed = match open {
            true => RungState::ReachedAt(self.external.clone()),
            false => RungState::Untried,
        };
        let through = match self.through.len() {
            0 if open => RungState::Unneeded,
            places => RungState::Places(places),
        };
        let ways = RungState::Ways {
            found: self.punched,
            in_vain: self.not_punched,
        };
        let carries = used.relaying != Relaying::Nothing;
        let rescue = match self.rescue {
            RescueState::Off => RungState::Off,
            state => RungState::Rescue(state),
        };
        [
            (Rung::Lan, when(used.mdns, RungState::Looking)),
            (Rung::Port, port),
            (Rung::Probing, when(used.probing, probed)),
            (Rung::Circuits, when(used.circuits, through)),
            (Rung::Punching, when(used.punching, ways)),
            (
                Rung::Relaying,
                when(carries, RungState::Guests(self.relays_for)),
            ),
            (Rung::Rescue, rescue),
        ]
    }
}

/// The socket of a TCP address that this home listens on.
fn socket(address: &str) -> Option<SocketAddr> {
    let mut parts = address.strip_prefix('/')?.split('/');
    let (_, ip, protocol, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let through_others = parts.any(|part| part == "p2p-circuit");
    (protocol == "tcp" && !through_others)
        .then(|| Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?)))
        .flatten()
}
