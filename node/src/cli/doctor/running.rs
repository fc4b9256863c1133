//! What can only be seen while a node runs: street, neighbours, addresses, and clocks that differ.

use super::finding;
use crate::cli::camera::trouble;
use crate::cli::keeper::in_words;
use crate::control::answers::{CameraItem, Finding, KeeperItem, Status};
use crate::control::{self, Request};
use crate::error::ErrorKind;
use crate::home::Home;

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
            findings.extend(rescue(&status));
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
    let text = match &found.helps {
        Some(helps) => format!("{}. {helps}", found.says),
        None => found.says.clone(),
    };
    finding("reach", found.well, text)
}

/// What became of the rescue, if the resident wants it.
fn rescue(status: &Status) -> Option<Finding> {
    let (ok, says) = match status.reach.rescue.as_str() {
        "idle" => (true, "on, and nobody is missed"),
        "left" => (true, "word of this home is left in the BitTorrent DHT"),
        "silent" => (
            false,
            "the BitTorrent DHT does not answer: let UDP out to it, or name a node with --rescue-node",
        ),
        _ => return None,
    };
    Some(finding("rescue", ok, says))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::answers::{PageItem, ReachItem};

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
            page_lan: PageItem::default(),
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
    fn the_rescue_is_told_of_only_if_it_is_on_and_is_wrong_only_if_nobody_answers() {
        let with = |word: &str| {
            let reach = ReachItem {
                rescue: word.to_owned(),
                ..ReachItem::default()
            };
            rescue(&Status { reach, ..status() })
        };
        assert!(with("off").is_none());
        assert!(with("idle").unwrap().ok && with("left").unwrap().ok);
        let silent = with("silent").unwrap();
        assert!(!silent.ok && silent.advice.contains("UDP"));
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
