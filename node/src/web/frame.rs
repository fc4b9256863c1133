//! What stands around every page: the head, the status of the home, the lock.

use streetlamp_proto::household::StatusView;

use super::assets;
use super::language::say;
use super::words::{disk_advice, skewed, span};
use crate::disk::Condition;
use crate::when::rfc3339;

/// A clock that is off by less is nobody's business: alerts allow for ten minutes.
const SKEW_WORTH_TELLING_SECS: u64 = 120;

/// The surroundings of a page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The way back to the street page, such as `./` or `../`. Every link begins with it, so that the page works
    /// under any base path.
    pub(super) root: String,
    /// The page that is shown, as its link under `root`.
    pub(super) here: &'static str,
    /// The home, for somebody who is signed in.
    pub(super) home: Option<HomeStrip>,
    /// Why unlocking failed just now.
    pub(super) unlock_failed: Option<String>,
}

/// The home at a glance, in words.
#[derive(Debug, Clone)]
pub(super) struct HomeStrip {
    /// The household.
    pub(super) household: String,
    /// Its streets; empty if it is on none.
    pub(super) streets: Vec<String>,
    /// How many neighbours are connected.
    pub(super) neighbours: String,
    /// Whether any is.
    pub(super) connected: bool,
    /// What waits to be delivered.
    pub(super) waiting: Option<String>,
    /// What is wrong with the clock.
    pub(super) clock: Option<String>,
    /// What is wrong with the disk.
    pub(super) disk: Option<String>,
    /// Whether the reading key is out of memory.
    pub(super) locked: bool,
    /// How long it stays in memory unused.
    pub(super) auto_lock: String,
    /// When it goes, in RFC 3339, for the countdown.
    pub(super) locks_at: Option<String>,
}

impl Frame {
    /// For somebody of whom nothing is known: no word about the home.
    pub(super) const fn bare(root: String) -> Self {
        Self {
            root,
            here: "",
            home: None,
            unlock_failed: None,
        }
    }

    /// For a page one step below the root, shown to somebody who is signed in.
    pub(super) fn of(status: &StatusView, disk: Condition, here: &'static str) -> Self {
        Self {
            root: "./".to_owned(),
            here,
            home: Some(HomeStrip::of(status, disk)),
            unlock_failed: None,
        }
    }

    /// The address of one of the page's files.
    pub(super) fn asset(&self, name: &str) -> String {
        format!("{}assets/{}", self.root, assets::address(name))
    }

    /// The way back from a path to the root.
    pub(super) fn root_from(path: &str) -> String {
        match path.bytes().filter(|b| *b == b'/').count() {
            0 | 1 => "./".to_owned(),
            steps => "../".repeat(steps - 1),
        }
    }
}

impl HomeStrip {
    fn of(status: &StatusView, disk: Condition) -> Self {
        let connected = status.neighbours_connected > 0;
        let neighbours = match (status.neighbours_connected, status.neighbours_known) {
            (_, 0) => say!("frame-no-neighbours"),
            (here, known) => say!("frame-connected", here = here, known = known),
        };
        let waiting = (status.queued > 0).then(|| {
            if connected {
                say!("frame-on-the-way", messages = status.queued)
            } else {
                say!("frame-waiting", messages = status.queued)
            }
        });
        let clock = status
            .clock_skew
            .filter(|skew| skew.by.as_secs() >= SKEW_WORTH_TELLING_SECS);
        Self {
            household: status.name.to_string(),
            streets: status
                .streets
                .iter()
                .map(|street| street.name.to_string())
                .collect(),
            neighbours,
            connected,
            waiting,
            disk: disk_advice(disk),
            clock: clock.map(|skew| say!("frame-clock", skew = skewed(skew))),
            locked: status.locked,
            auto_lock: span(status.auto_lock),
            locks_at: status.locks_at.map(rfc3339),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_as_long_as_the_path() {
        for (path, root) in [
            ("/", "./"),
            ("/clips", "./"),
            ("/assets/page.css", "../"),
            ("/a/b/c", "../../"),
        ] {
            assert_eq!(Frame::root_from(path), root, "{path}");
        }
    }
}
