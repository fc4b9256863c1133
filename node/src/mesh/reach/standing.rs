//! How a home stands with its street, in words: what `doctor` and the page say, and what would help if nobody reaches it.

use std::net::SocketAddr;

use super::{PortMapping, ReachView, Relaying, RescueState};
use crate::https::is_public;

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether nothing has to be done.
    pub well: bool,
    /// How the home is reached.
    pub says: String,
    /// What would help, with port and protocol; only if something has to be done.
    pub helps: Option<String>,
}

/// A rung of the ladder, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungLine {
    /// Which.
    pub rung: &'static str,
    /// How it stands.
    pub says: String,
}

impl ReachView {
    /// Whether neighbours find a way in, and what would help if not. `listen` is where the node listens; of `known`
    /// neighbours `connected` are here.
    pub fn standing(&self, listen: &[String], known: usize, connected: usize) -> Standing {
        let well = |says| Standing {
            well: true,
            says,
            helps: None,
        };
        if !self.external.is_empty() {
            let guests = match self.relays_for {
                0 => String::new(),
                1 => "; one home of the street is reached through it".to_owned(),
                count => format!("; {count} homes of the street are reached through it"),
            };
            let at = self.external.join(", ");
            return well(format!("reached from everywhere, at {at}{guests}"));
        }
        if !self.through.is_empty() {
            return well("the router lets nobody in, so neighbours come through another home of the street, which sees who meets whom and nothing else".to_owned());
        }
        let missing = known.saturating_sub(connected);
        if missing == 0 {
            return well("nobody needed to reach this home from outside so far".to_owned());
        }
        Standing {
            well: false,
            says: format!(
                "nobody reaches this home from outside, and no neighbour who is reached passes anything on: {missing} of {known} are missing"
            ),
            helps: Some(self.what_helps(listen)),
        }
    }

    /// What one home of the street can do so that all of it is reached.
    fn what_helps(&self, listen: &[String]) -> String {
        let own: Vec<_> = listen.iter().filter_map(|a| socket(a)).collect();
        let inside = own.iter().find(|at| at.is_ipv4() && !at.ip().is_loopback());
        let ipv6 = own.iter().find(|at| at.is_ipv6() && is_public(at.ip()));
        let mut ways = Vec::new();
        match (self.port_mapping, inside) {
            (PortMapping::BehindAnother, _) => ways.push(
                "the router here is behind another one, of the carrier: a port opened in it leads nowhere, so another home has to, or ask the carrier for an address of your own".to_owned(),
            ),
            (_, Some(at)) => ways.push(format!(
                "in the router, let TCP and UDP port {} through to {} port {0}, then start this home again",
                at.port(),
                at.ip()
            )),
            (_, None) => {}
        }
        ways.push(match ipv6 {
            Some(at) => format!(
                "or let TCP and UDP port {} through to {} in the router's firewall for IPv6",
                at.port(),
                at.ip()
            ),
            None => {
                "or turn on IPv6 in the router, if the provider has it, and start again".to_owned()
            }
        });
        let rescue = match self.rescue {
            RescueState::Off => {
                " Neighbours who only moved, and are reached, are found by the rescue: start with 'run --rescue' at both ends."
            }
            RescueState::Silent => {
                " The rescue is on, but the BitTorrent DHT does not answer: does this network let UDP out?"
            }
            RescueState::Idle | RescueState::Left => "",
        };
        format!(
            "One home that opens a port helps the whole street: {}.{rescue}",
            ways.join("; ")
        )
    }

    /// Every rung, in the order in which they are climbed.
    pub fn rungs(&self) -> Vec<RungLine> {
        let on = |on: bool, says: &str| match on {
            true => says.to_owned(),
            false => "off".to_owned(),
        };
        let port = match self.port_mapping {
            PortMapping::Off => "off",
            PortMapping::Asking => "the router is asked for a port",
            PortMapping::Open => "the router opened a port",
            PortMapping::NoRouter => "no router here opens ports by itself",
            PortMapping::BehindAnother => "the router is behind another one",
        };
        let tried = match self.external.len() {
            0 => "nobody reached it from outside yet".to_owned(),
            _ => format!("reached at {}", self.external.join(", ")),
        };
        let through = match self.through.len() {
            0 if !self.external.is_empty() => "not needed".to_owned(),
            0 => "no neighbour holds a place".to_owned(),
            count => format!("places at {count} neighbours' homes"),
        };
        let punched = format!(
            "{} direct ways found, {} attempts in vain",
            self.punched, self.not_punched
        );
        let carried = match (self.switches.relaying, self.relays_for) {
            (Relaying::Nothing, _) => "off".to_owned(),
            (_, 0) => "nobody needs it now".to_owned(),
            (_, count) => format!("for {count} homes"),
        };
        let rescue = match self.rescue {
            RescueState::Off => "off",
            RescueState::Idle => "nobody is missed",
            RescueState::Left => "word of this home is left in the BitTorrent DHT",
            RescueState::Silent => "the BitTorrent DHT does not answer",
        };
        let line = |rung, says| RungLine { rung, says };
        vec![
            line(
                "Same network",
                on(self.switches.mdns, "neighbours are looked for by mDNS"),
            ),
            line("Router's port", port.to_owned()),
            line("Tried from outside", on(self.switches.probing, &tried)),
            line("Through a neighbour", on(self.switches.circuits, &through)),
            line("Both at once", on(self.switches.punching, &punched)),
            line("Passing on for others", carried),
            line("Rescue", rescue.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::super::Reach;
    use super::*;

    fn view() -> ReachView {
        ReachView {
            external: Vec::new(),
            port_mapping: PortMapping::NoRouter,
            through: Vec::new(),
            relays_for: 0,
            peers: Vec::new(),
            punched: 0,
            not_punched: 0,
            rescue: RescueState::Off,
            switches: Reach::default(),
        }
    }

    #[test]
    fn a_home_that_nobody_reaches_hears_which_port_to_open_and_that_one_home_is_enough() {
        let listen = [
            "/ip4/192.168.1.7/tcp/4001/p2p/12D3",
            "/ip6/2620:fe::7/tcp/4001/p2p/12D3",
        ];
        let listen = listen.map(str::to_owned);
        let found = view().standing(&listen, 2, 0);
        assert!(!found.well && found.says.contains("2 of 2"));
        let helps = found.helps.unwrap();
        for said in [
            "TCP and UDP port 4001",
            "192.168.1.7",
            "2620:fe::7",
            "One home",
            "--rescue",
        ] {
            assert!(helps.contains(said), "{said}: {helps}");
        }
        let carrier = ReachView {
            port_mapping: PortMapping::BehindAnother,
            ..view()
        };
        let helps = carrier.standing(&listen, 2, 0).helps.unwrap();
        assert!(helps.contains("carrier") && !helps.contains("192.168.1.7"));
        assert!(view().standing(&listen, 2, 2).well);
        let open = ReachView {
            external: vec!["/ip4/9.9.9.9/tcp/1".to_owned()],
            ..view()
        };
        assert!(open.standing(&listen, 2, 0).well);
    }

    #[test]
    fn every_rung_says_how_it_stands_and_that_it_is_off_if_it_is() {
        let rungs = view().rungs();
        let off = rungs.iter().filter(|line| line.says == "off");
        assert_eq!(off.map(|line| line.rung).collect::<Vec<_>>(), ["Rescue"]);
        let none = ReachView {
            port_mapping: PortMapping::Off,
            switches: Reach::plain(),
            ..view()
        };
        assert!(none.rungs().iter().all(|line| line.says == "off"));
    }
}
