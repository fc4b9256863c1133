//! What the machine under the home must bring: a clock that is right, room on the disk, and tools.

use std::path::Path;

use streetlamp_proto::time::Timestamp;

use super::finding;
use crate::cli::print::size;
use crate::control::answers::Finding;
use crate::when;

/// 2026-01-01: no clock that is right is before this program was written.
const WRITTEN: Timestamp = Timestamp::from_ms(1_767_225_600_000);

/// Least free bytes: a few of the longest clips, and room for the database to work in.
const ROOM: u64 = 2_000_000_000;

/// First SQLite that does not lose a write-ahead log when it is reset.
const SQLITE_FLOOR: i32 = 3_051_003;

pub(super) fn clock(now: Timestamp, newest: Option<Timestamp>) -> Finding {
    let advice = "set it (a network time service does so by itself): neighbours refuse alerts with a wrong time";
    if now < WRITTEN {
        return finding(
            "clock",
            false,
            format!(
                "this machine believes that it is {}: {advice}",
                when::readable(now)
            ),
        );
    }
    match newest {
        Some(newest) if newest > now => finding(
            "clock",
            false,
            format!(
                "the clock stands at {}, before the newest thing that was kept ({}): {advice}",
                when::readable(now),
                when::readable(newest)
            ),
        ),
        _ => finding("clock", true, when::readable(now)),
    }
}

/// Free room where the home is, or would be.
pub(super) fn disk(dir: &Path) -> Finding {
    let there = dir.ancestors().find(|path| path.exists()).unwrap_or(dir);
    match fs4::available_space(there) {
        Ok(free) if free >= ROOM => finding("disk", true, format!("{} free", size(free))),
        Ok(free) => finding(
            "disk",
            false,
            format!(
                "only {} free: clips need at least {}",
                size(free),
                size(ROOM)
            ),
        ),
        Err(error) => finding(
            "disk",
            false,
            format!("the free room is not known: {error}"),
        ),
    }
}

pub(super) fn sqlite() -> Finding {
    let version = rusqlite::version();
    if rusqlite::version_number() >= SQLITE_FLOOR {
        finding("sqlite", true, version)
    } else {
        finding(
            "sqlite",
            false,
            format!("{version} can lose data: build with 3.51.3 or newer"),
        )
    }
}

/// Programs that make some things possible and that nothing depends on.
pub(super) fn tools() -> Finding {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join("ffmpeg").is_file());
    let advice = if found {
        "ffmpeg is here"
    } else {
        "ffmpeg is not installed; only some cameras need it"
    };
    finding("tools", true, advice)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_before_this_program_or_before_what_was_kept_is_wrong() {
        let later = WRITTEN.after(Duration::from_secs(60));
        assert!(!clock(Timestamp::from_ms(0), None).ok);
        assert!(!clock(WRITTEN, Some(later)).ok);
        assert!(clock(later, Some(WRITTEN)).ok);
    }

    #[test]
    fn the_disk_of_a_home_that_is_not_made_yet_is_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        assert!(
            !disk(&dir.path().join("no/home/here"))
                .advice
                .contains("not known")
        );
    }
}
