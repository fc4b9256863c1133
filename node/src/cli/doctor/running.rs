//! What can only be seen while a node runs: street, neighbours, addresses, and clocks that differ.

use std::net::SocketAddr;

use super::finding;
use crate::cli::camera::trouble;
use crate::cli::keeper::in_words;
use crate::control::answers::{CameraItem, Finding, KeeperItem, Status};
use crate::control::{self, Request};
use crate::error::ErrorKind;
use crate::home::Home;
use crate::https::is_public;

/// Seconds by which clocks may differ before it is said; neighbours refuse alerts at ten minutes.
const SKEW: u64 = 120;

pub(super) fn node(home: &Home) -> Vec<Finding> {
    match control::connect(home).and_then(|node| node.ask::<Status>(&Request::Status)) {
        Ok(status) => {
            let mut findings = vec![finding("node", true, "running")];
            findings.push(keepers(home));
            findings.extend(cameras(home));
            findings.extend(skew(&status));
            let advice = status.disk.advice();
            findings.extend(advice.map(|advice| finding("writing", false, advice)));
            findings.extend([street(&status), neighbours(&status), ports(&status)]);
            findings.push(reach(&status));
            findings
        }
        Err(error) if error.kind() == ErrorKind::Unavailable => {
            vec![finding("node", false, error.to_string())]
        }
        Err(error) => vec![finding("node", false, error.chain())],
    }
}

fn keepers(home: &Home) -> Finding {
    let asked = control::connect(home).and_then(|node| node.ask(&Request::KeeperList));
    let keepers: Vec<KeeperItem> = match asked {
        Ok(keepers) => keepers,
        Err(error) => return finding("keepers", false, error.to_string()),
    };
    // That a neighbour ends its lease is nothing to look after.
    let wrong = keepers.iter().filter(|keeper| keeper.state != "ending");
    let wrong: Vec<_> = wrong.filter_map(in_words).collect();
    if !wrong.is_empty() {
        return finding("keepers", false, wrong.join("; "));
    }
    let ours = keepers.iter().filter(|k| k.direction == "ours-there");
    match ours.count() {
        0 => finding(
            "keepers",
            true,
            "nobody keeps copies of this home's clips: if the box is stolen, they go with it; ask a neighbour with 'streetlamp keeper ask'",
        ),
        1 => finding(
            "keepers",
            true,
            "one neighbour keeps copies for this home, and nothing is wrong",
        ),
        count => finding(
            "keepers",
            true,
            format!("{count} neighbours keep copies for this home, and nothing is wrong"),
        ),
    }
}

/// What is wrong with cameras, if there are any.
fn cameras(home: &Home) -> Option<Finding> {
    let asked = control::connect(home).and_then(|node| node.ask(&Request::CameraList));
    let cameras: Vec<CameraItem> = match asked {
        Ok(cameras) => cameras,
        Err(error) => return Some(finding("cameras", false, error.to_string())),
    };
    if cameras.is_empty() {
        return None;
    }
    let wrong: Vec<_> = cameras.iter().filter_map(trouble).collect();
    Some(match wrong.is_empty() {
        true => finding(
            "cameras",
            true,
            format!("{}, and nothing is wrong", cameras.len()),
        ),
        false => finding("cameras", false, wrong.join("; ")),
    })
}

fn skew(status: &Status) -> Option<Finding> {
    let skew = status.clock_skew_s?;
    let side = if skew > 0 { "ahead of" } else { "behind" };
    let text = format!(
        "this home's clock is {} seconds {side} its neighbours'",
        skew.unsigned_abs()
    );
    Some(if skew.unsigned_abs() < SKEW {
        finding("clock-skew", true, text)
    } else {
        finding(
            "clock-skew",
            false,
            format!("{text}: set it, or they refuse what this home says"),
        )
    })
}

fn street(status: &Status) -> Finding {
    if status.streets.is_empty() {
        let advice = "on no street yet: found one with 'streetlamp street new NAME', or enter one with 'streetlamp street join TICKET'";
        return finding("street", false, advice);
    }
    finding("street", true, status.streets.join(", "))
}

fn neighbours(status: &Status) -> Finding {
    let text = format!(
        "{} of {} connected",
        status.neighbours_connected, status.neighbours_known
    );
    match (status.neighbours_known, status.neighbours_connected) {
        (0, _) => finding(
            "neighbours",
            true,
            "none yet: invite one with 'streetlamp street invite'",
        ),
        (_, 0) => finding(
            "neighbours",
            false,
            format!(
                "{text}: what you say waits until one comes; if that lasts, check the network and the firewall"
            ),
        ),
        _ => finding("neighbours", true, text),
    }
}

fn ports(status: &Status) -> Finding {
    if status.listen.is_empty() {
        return finding(
            "ports",
            false,
            "the node listens nowhere: neighbours cannot reach it; look at its log",
        );
    }
    finding(
        "ports",
        true,
        format!("listening at {}", status.listen.join(", ")),
    )
}

/// Whether neighbours find a way in, and what would help if not.
fn reach(status: &Status) -> Finding {
    let found = &status.reach;
    let guests = match found.relays_for {
        0 => String::new(),
        count => format!("; {count} homes of the street are reached through it"),
    };
    match found.how.as_str() {
        "open" => {
            let at = found.external.join(", ");
            let text = format!("reached from everywhere, at {at}{guests}");
            return finding("reach", true, text);
        }
        "through-neighbours" => {
            let text = "the router lets nobody in, so neighbours come through another home of the street, which sees who meets whom and nothing else";
            return finding("reach", true, text);
        }
        _ => {}
    }
    let missing = status
        .neighbours_known
        .saturating_sub(status.neighbours_connected);
    if missing == 0 {
        let text = "nobody needed to reach this home from outside so far";
        return finding("reach", true, text);
    }
    let text = format!(
        "nobody reaches this home from outside, and no neighbour who is reached passes anything on: {missing} of {} are missing. {}",
        status.neighbours_known,
        what_helps(status)
    );
    finding("reach", false, text)
}

/// What one home of the street can do so that all of it is reached.
fn what_helps(status: &Status) -> String {
    let own: Vec<_> = status.listen.iter().filter_map(|a| socket(a)).collect();
    let inside = own.iter().find(|at| at.is_ipv4() && !at.ip().is_loopback());
    let ipv6 = own.iter().find(|at| at.is_ipv6() && is_public(at.ip()));
    let mut ways = Vec::new();
    match (status.reach.port_mapping.as_str(), inside) {
        ("behind-another", _) => ways.push(
            "the router here is behind another one, of the carrier: a port opened in it leads nowhere, so another home has to, or ask the carrier for an address of your own".to_owned(),
        ),
        (_, Some(at)) => ways.push(format!(
            "in the router, let TCP and UDP port {} through to {} port {0}, then start this home again",
            at.port(),
            at.ip()
        )),
        (_, None) => {}
    }
    if let Some(at) = ipv6 {
        ways.push(format!(
            "or let TCP and UDP port {} through to {} in the router's firewall for IPv6",
            at.port(),
            at.ip()
        ));
    } else {
        ways.push(
            "or turn on IPv6 in the router, if the provider has it, and start again".to_owned(),
        );
    }
    format!(
        "One home that opens a port helps the whole street: {}",
        ways.join("; ")
    )
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
    use super::*;
    use crate::control::answers::ReachItem;

    fn status() -> Status {
        Status {
            running: true,
            household: String::new(),
            name: String::new(),
            locked: true,
            auto_lock_s: 600,
            holds_reading_key: true,
            street: None,
            streets: Vec::new(),
            neighbours_known: 2,
            neighbours_connected: 0,
            alerts: 0,
            clips: 0,
            cameras: 0,
            cameras_failing: 0,
            queued: 0,
            web: None,
            ledger_seq: 0,
            keepers_wrong: Vec::new(),
            disk: crate::disk::Condition::Well,
            clock_skew_s: None,
            peer_id: String::new(),
            listen: Vec::new(),
            reach: ReachItem::default(),
        }
    }

    #[test]
    fn a_lonely_home_hears_what_to_do() {
        let status = status();
        assert!(!street(&status).ok && !neighbours(&status).ok && !ports(&status).ok);
        assert!(skew(&status).is_none());
        assert!(
            neighbours(&Status {
                neighbours_known: 0,
                ..status
            })
            .ok
        );
    }

    #[test]
    fn a_home_that_nobody_reaches_hears_which_port_to_open_and_that_one_home_is_enough() {
        let listen = [
            "/ip4/192.168.1.7/tcp/4001/p2p/12D3",
            "/ip6/2620:fe::7/tcp/4001/p2p/12D3",
        ];
        let closed = Status {
            listen: listen.map(str::to_owned).to_vec(),
            ..status()
        };
        let found = reach(&closed);
        assert!(!found.ok);
        for said in [
            "2 of 2",
            "TCP and UDP port 4001",
            "192.168.1.7",
            "2620:fe::7",
            "One home",
        ] {
            assert!(found.advice.contains(said), "{said}: {}", found.advice);
        }
        let carrier = ReachItem {
            port_mapping: "behind-another".to_owned(),
            ..ReachItem::default()
        };
        let behind = reach(&Status {
            reach: carrier,
            ..closed
        });
        assert!(behind.advice.contains("carrier") && !behind.advice.contains("192.168.1.7"));
        let fine = reach(&Status {
            neighbours_connected: 2,
            ..status()
        });
        assert!(fine.ok);
    }

    #[test]
    fn clocks_may_differ_a_little() {
        assert!(
            skew(&Status {
                clock_skew_s: Some(-119),
                ..status()
            })
            .unwrap()
            .ok
        );
        let far = skew(&Status {
            clock_skew_s: Some(-120),
            ..status()
        })
        .unwrap();
        assert!(!far.ok && far.advice.contains("behind"));
    }
}
