//! Times, sizes and closed lists in plain English.
//!
//! Times are told as distances ("12 minutes ago"), because the browser knows its time zone and this program does not;
//! the page's script adds the clock time.

pub(super) use crate::when::spoken as span;
use std::time::Duration;

use streetlamp_proto::alert::{Kind, Urgency};
use streetlamp_proto::time::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// A point in time for `<time>`: one form for machines, one for people.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// RFC 3339.
    pub(super) machine: String,
    /// As a distance from now.
    pub(super) words: String,
}

impl Moment {
    pub(super) fn new(at: Timestamp, now: Timestamp) -> Self {
        let machine = i64::try_from(at.as_ms())
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        let words = if at > now {
            // An alert that has just been given a day ends "in 24 hours", not in 23.
            format!(
                "in {}",
                span(at.since(now) + MINUTE - Duration::from_secs(1))
            )
        } else {
            match now.since(at) {
                since if since < MINUTE => "just now".to_owned(),
                since => format!("{} ago", span(since)),
            }
        };
        Self {
            machine: machine.map(|at| at.to_string()).unwrap_or_default(),
            words,
        }
    }
}

/// The length of a film.
pub(super) fn film_length(ms: u32) -> String {
    let seconds = ms.div_ceil(1_000);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// A number of bytes.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{} kB", bytes.div_ceil(1_000)),
        100_000..1_000_000_000 => {
            format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        }
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// "1 neighbour", "3 neighbours".
pub(super) fn count(n: usize, thing: &str) -> String {
    if n == 1 {
        format!("1 {thing}")
    } else {
        format!("{n} {thing}s")
    }
}

/// A kind of event as a resident says it.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::BreakIn => "Break-in",
        Kind::Theft => "Theft",
        Kind::Fire => "Fire or smoke",
        Kind::Road => "Road",
        Kind::Outage => "Outage",
        Kind::Weather => "Weather",
        Kind::Water => "Flood or burst pipe",
        Kind::Animal => "Animal",
        Kind::LostPet => "Lost pet",
        Kind::MissingPerson => "Missing person",
        Kind::Noise => "Noise",
        Kind::Other => "Something else",
    }
}

/// An urgency as a resident says it.
pub(super) const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Info => "Good to know",
        Urgency::HeadsUp => "Heads-up",
        Urgency::Urgent => "Urgent",
    }
}

/// What an urgency asks of neighbours.
pub(super) const fn urgency_hint(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Info => "Can wait",
        Urgency::HeadsUp => "Keep an eye open",
        Urgency::Urgent => "Needs attention now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_distances() {
        let now = Timestamp::from_ms(1_800_000_000_000);
        let words = |at| Moment::new(at, now).words;
        assert_eq!(words(now.before(Duration::from_secs(59))), "just now");
        assert_eq!(words(now.before(Duration::from_secs(60))), "1 minute ago");
        assert_eq!(words(now.after(Duration::from_secs(86_400))), "in 24 hours");
        assert_eq!(
            words(now.after(Duration::from_secs(14 * 86_400))),
            "in 14 days"
        );
        assert_eq!(Moment::new(now, now).machine, "2027-01-15T08:00:00Z");
        assert_eq!(Moment::new(Timestamp::from_ms(u64::MAX), now).machine, "");
    }

    #[test]
    fn films_and_sizes_are_told_in_a_few_characters() {
        assert_eq!(
            (film_length(800), film_length(72_000), film_length(120_000)),
            ("1 s".into(), "1 min 12 s".into(), "2 min".into())
        );
        assert_eq!(
            (size(1), size(99_999), size(1_449_999)),
            ("1 kB".into(), "100 kB".into(), "1.4 MB".into())
        );
        assert_eq!(size(19_700_000_000), "19 GB");
    }
}
