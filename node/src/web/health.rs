//! The health page: what works, what does not, and what to do about it, in plain words and as it is now.
//!
//! It says what a resident can act on. `doctor` on the command line looks deeper, and works without a node.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use streetlamp_proto::household::{MemberView, Retention, StatusView};
use streetlamp_proto::time::Timestamp;

use super::App;
use super::frame::Frame;
use super::problem::{Problem, rendered};
use super::words::{Moment, count, size};
use crate::disk::Condition;
use crate::error::Result;
use crate::mesh::{ReachView, RungLine};

/// Less free room than this is worth a word: a few of the longest clips.
const ROOM: u64 = 2_000_000_000;
/// Clocks may differ by so many seconds before it is said; neighbours refuse alerts at ten minutes.
const SKEW: u64 = 120;

#[derive(Template)]
#[template(path = "health.html")]
struct Page {
    frame: Frame,
    wrong: usize,
    lines: Vec<Line>,
    neighbours: Vec<NeighbourLine>,
    addresses: Vec<String>,
    rungs: Vec<RungLine>,
}

/// One thing that was looked at.
struct Line {
    what: &'static str,
    well: bool,
    says: String,
    /// What to do, if anything.
    advice: Option<String>,
    /// When something happened.
    at: Option<Moment>,
}

struct NeighbourLine {
    name: String,
    connected: bool,
    heard: Option<Moment>,
}

/// What is asked of the engine, in one look.
struct Look {
    status: StatusView,
    members: Vec<MemberView>,
    retention: Retention,
    clips_here: u64,
    now: Timestamp,
}

pub(super) async fn show(State(app): State<App>) -> std::result::Result<Response, Problem> {
    let look = app.handle.read(|household, now| Look {
        status: household.status(now),
        members: household.members(),
        retention: household.retention(),
        clips_here: household
            .clips()
            .iter()
            .filter(|clip| clip.here)
            .map(|clip| clip.manifest.sealed_len)
            .sum(),
        now,
    });
    let look = look.await?;
    let addresses = app.handle.listen().await?;
    let reach = app.handle.reach().await?;
    let lines = lines(&app, &look, &reach, &addresses).await?;
    let neighbours = look.members.iter().filter(|member| !member.me);
    let neighbours = neighbours.map(|member| NeighbourLine {
        name: member.name.to_string(),
        connected: member.connected,
        heard: member.last_heard.map(|at| Moment::new(at, look.now)),
    });
    Ok(rendered(&Page {
        frame: Frame::of(&look.status, app.handle.disk(), "health"),
        wrong: lines.iter().filter(|line| !line.well).count(),
        lines,
        neighbours: neighbours.collect(),
        addresses,
        rungs: reach.rungs(),
    }))
}

async fn lines(
    app: &App,
    look: &Look,
    view: &ReachView,
    addresses: &[String],
) -> Result<Vec<Line>> {
    let (free, ballast) = app.handle.room();
    let cameras = app.handle.cameras().await?;
    let failing = cameras.iter().filter(|camera| camera.error.is_some());
    Ok(vec![
        street(&look.status),
        connections(&look.status),
        catch_up(&look.status, look.now),
        reach(view, &look.status, addresses),
        clock(&look.status),
        storage(look, app.handle.disk(), free),
        spare_room(ballast),
        films(cameras.len(), failing.count()),
        sheet(app.handle.home().recovery_sheet().is_none()),
    ])
}

impl Line {
    fn well(what: &'static str, says: impl Into<String>) -> Self {
        Self {
            what,
            well: true,
            says: says.into(),
            advice: None,
            at: None,
        }
    }

    fn wrong(what: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            well: false,
            advice: Some(advice.into()),
            ..Self::well(what, says)
        }
    }
}

fn street(status: &StatusView) -> Line {
    if status.streets.is_empty() {
        let advice = "Found a street, enter one with a ticket, or knock: all three stand on the street page.";
        return Line::wrong("Street", "This home is on no street yet.", advice);
    }
    let names: Vec<_> = status.streets.iter().map(|s| s.name.to_string()).collect();
    Line::well("Street", format!("On {}.", names.join(", ")))
}

fn connections(status: &StatusView) -> Line {
    let says = format!(
        "{} of {} connected.",
        status.neighbours_connected,
        count(status.neighbours_known, "neighbour")
    );
    match (status.neighbours_known, status.neighbours_connected) {
        (0, _) => Line::well("Connections", "No neighbours yet. That is how it begins."),
        (_, 0) => Line::wrong(
            "Connections",
            says,
            "What you say waits here until one comes. If that lasts for hours, look whether this machine is on the network, and whether a firewall keeps it in.",
        ),
        _ => Line::well("Connections", says),
    }
}

fn catch_up(status: &StatusView, now: Timestamp) -> Line {
    match status.caught_up {
        Some(at) => Line {
            at: Some(Moment::new(at, now)),
            ..Line::well(
                "Catching up",
                "Nothing was missed: compared with a neighbour",
            )
        },
        None => Line::well(
            "Catching up",
            "Not compared with a neighbour since this node was started. It happens by itself when one is connected.",
        ),
    }
}

/// How the home is reached, and what would help if it is not: as `doctor` says it.
fn reach(view: &ReachView, status: &StatusView, addresses: &[String]) -> Line {
    if addresses.is_empty() {
        let advice = "Start the node again. If it stays so, another program may hold its port.";
        return Line::wrong("Reach", "The node listens nowhere.", advice);
    }
    let (known, connected) = (status.neighbours_known, status.neighbours_connected);
    let standing = view.standing(addresses, known, connected);
    let says = sentence(&standing.says);
    match standing.helps {
        Some(helps) => Line::wrong("Reach", says, helps),
        None => Line::well("Reach", says),
    }
}

/// What is said in passing elsewhere, as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

fn clock(status: &StatusView) -> Line {
    match status.clock_skew {
        Some(skew) if skew.by.as_secs() >= SKEW => Line::wrong(
            "Clock",
            format!("This home's clock is {skew} its neighbours' clocks."),
            "Set it. A network time service does so by itself; neighbours refuse alerts with a wrong time.",
        ),
        Some(_) => Line::well("Clock", "The same as your neighbours'."),
        None => Line::well("Clock", "No neighbour was heard yet that could disagree."),
    }
}

fn storage(look: &Look, disk: Condition, free: Option<u64>) -> Line {
    let kept = match (look.retention.days, look.retention.bytes) {
        (None, None) => "Nothing goes by itself".to_owned(),
        (Some(days), None) => format!("They go after {}", count(days as usize, "day")),
        (None, Some(bytes)) => format!("The oldest go beyond {}", size(bytes)),
        (Some(days), Some(bytes)) => format!(
            "They go after {}, the oldest sooner beyond {}",
            count(days as usize, "day"),
            size(bytes)
        ),
    };
    let room = free.map(|free| format!(" {} are free.", size(free)));
    let says = format!(
        "{} of clips are here. {kept}.{}",
        size(look.clips_here),
        room.unwrap_or_default()
    );
    match (disk.advice(), free) {
        (Some(advice), _) => Line::wrong("Storage", says, advice),
        (None, Some(free)) if free < ROOM => Line::wrong(
            "Storage",
            says,
            "Make room, or let older clips go in the settings: soon no more clips can be kept.",
        ),
        _ => Line::well("Storage", says),
    }
}

fn spare_room(ballast: bool) -> Line {
    if ballast {
        Line::well(
            "Ballast",
            "32 MB are set aside, and thrown off if the disk is full, so that alerts still come and go.",
        )
    } else {
        Line::wrong(
            "Ballast",
            "The room that was set aside for a full disk is used up, or there was never enough for it.",
            "Make room on the disk. It is laid again by itself.",
        )
    }
}

fn films(cameras: usize, failing: usize) -> Line {
    match (cameras, failing) {
        (0, _) => Line::well("Cameras", "None yet."),
        (_, 0) => Line::well(
            "Cameras",
            format!("{}, and nothing is wrong.", count(cameras, "camera")),
        ),
        _ => Line::wrong(
            "Cameras",
            format!("{failing} of {} with trouble.", count(cameras, "camera")),
            "The terminal says more: streetlamp camera list",
        ),
    }
}

fn sheet(printed: bool) -> Line {
    if printed {
        Line::well("Recovery sheet", "On paper, as you said.")
    } else {
        Line::wrong(
            "Recovery sheet",
            "It still lies in a file, or you have not said that it is on paper.",
            "Print it, move it off this machine, and say so in the settings.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_that_is_wrong_always_says_what_to_do() {
        for line in [spare_room(false), films(2, 1), sheet(false)] {
            assert!(!line.well && line.advice.is_some(), "{}", line.what);
        }
    }
}
