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
use super::language::{Texts, say};
use super::problem::{Problem, rendered};
use super::ways;
use super::words::{Moment, disk_advice, size, skewed};
use crate::disk::Condition;
use crate::error::Result;
use crate::mesh::{ReachView, Standing};

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
    /// Every rung, and how it stands.
    rungs: Vec<(String, String)>,
}

/// One thing that was looked at.
struct Line {
    what: String,
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
    let look = app.look(|household, now| Look {
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
        rungs: reach.rungs().iter().map(ways::rung).collect(),
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
    fn well(what: String, says: String) -> Self {
        Self {
            what,
            well: true,
            says,
            advice: None,
            at: None,
        }
    }

    fn wrong(what: String, says: String, advice: String) -> Self {
        Self {
            well: false,
            advice: Some(advice),
            ..Self::well(what, says)
        }
    }
}

fn street(status: &StatusView) -> Line {
    let what = say!("health-street");
    if status.streets.is_empty() {
        return Line::wrong(what, say!("health-no-street"), say!("health-begin"));
    }
    let names: Vec<_> = status.streets.iter().map(|s| s.name.to_string()).collect();
    Line::well(what, say!("health-on", streets = names.join(", ")))
}

fn connections(status: &StatusView) -> Line {
    let what = say!("health-connections");
    let (known, here) = (status.neighbours_known, status.neighbours_connected);
    let says = say!("frame-connected", here = here, known = known);
    match (known, here) {
        (0, _) => Line::well(what, say!("health-no-neighbours")),
        (_, 0) => Line::wrong(what, says, say!("health-nobody-here")),
        _ => Line::well(what, says),
    }
}

fn catch_up(status: &StatusView, now: Timestamp) -> Line {
    let what = say!("health-catching-up");
    match status.caught_up {
        Some(at) => Line {
            at: Some(Moment::new(at, now)),
            ..Line::well(what, say!("health-caught-up"))
        },
        None => Line::well(what, say!("health-not-compared")),
    }
}

/// How the home is reached, and what would help if it is not.
fn reach(view: &ReachView, status: &StatusView, addresses: &[String]) -> Line {
    let what = say!("health-reach");
    if addresses.is_empty() {
        return Line::wrong(what, say!("health-nowhere"), say!("health-start-again"));
    }
    let (known, connected) = (status.neighbours_known, status.neighbours_connected);
    let standing = view.standing(addresses, known, connected);
    let says = ways::standing(&standing);
    match standing {
        Standing::Unreached { helps, .. } => Line::wrong(what, says, ways::helps(&helps)),
        _ => Line::well(what, says),
    }
}

fn clock(status: &StatusView) -> Line {
    let what = say!("health-clock");
    match status.clock_skew {
        Some(skew) if skew.by.as_secs() >= SKEW => {
            let says = say!("health-clock-wrong", skew = skewed(skew));
            Line::wrong(what, says, say!("health-set-clock"))
        }
        Some(_) => Line::well(what, say!("health-clock-same")),
        None => Line::well(what, say!("health-clock-alone")),
    }
}

fn storage(look: &Look, disk: Condition, free: Option<u64>) -> Line {
    let what = say!("health-storage");
    let kept = match (look.retention.days, look.retention.bytes) {
        (None, None) => say!("health-kept"),
        (Some(days), None) => say!("health-kept-days", days = days),
        (None, Some(bytes)) => say!("health-kept-bytes", size = size(bytes)),
        (Some(days), Some(bytes)) => say!("health-kept-both", days = days, size = size(bytes)),
    };
    let here = size(look.clips_here);
    let says = match free {
        Some(free) => say!(
            "health-stored-free",
            size = here,
            kept = kept,
            free = size(free)
        ),
        None => say!("health-stored", size = here, kept = kept),
    };
    match (disk_advice(disk), free) {
        (Some(advice), _) => Line::wrong(what, says, advice),
        (None, Some(free)) if free < ROOM => Line::wrong(what, says, say!("health-make-room")),
        _ => Line::well(what, says),
    }
}

fn spare_room(ballast: bool) -> Line {
    let what = say!("health-ballast");
    match ballast {
        true => Line::well(what, say!("health-ballast-laid")),
        false => Line::wrong(
            what,
            say!("health-ballast-gone"),
            say!("health-ballast-room"),
        ),
    }
}

fn films(cameras: usize, failing: usize) -> Line {
    let what = say!("health-cameras");
    match (cameras, failing) {
        (0, _) => Line::well(what, say!("health-none")),
        (_, 0) => Line::well(what, say!("health-cameras-well", n = cameras)),
        _ => {
            let says = say!("health-cameras-wrong", failing = failing, n = cameras);
            Line::wrong(what, says, say!("health-cameras-more"))
        }
    }
}

fn sheet(printed: bool) -> Line {
    let what = say!("health-sheet");
    match printed {
        true => Line::well(what, say!("health-on-paper")),
        false => Line::wrong(what, say!("health-not-on-paper"), say!("health-print")),
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
