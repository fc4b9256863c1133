//! Times, sizes and closed lists in the language of the page.
//!
//! Times are told as distances ("12 minutes ago"), because the browser knows its time zone and this program does not;
//! the page's script adds the clock time.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use streetlamp_proto::alert::{Kind, Urgency};
use streetlamp_proto::household::Skew;
use streetlamp_proto::time::Timestamp;

use super::draft::Choice;
use super::language::say;
use crate::contents::Contents;
use crate::disk::Condition;

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
            let ahead = at.since(now) + MINUTE - Duration::from_secs(1);
            say!("words-ahead", time = span(ahead))
        } else {
            match now.since(at) {
                since if since < MINUTE => say!("words-just-now"),
                since => say!("words-ago", time = span(since)),
            }
        };
        Self {
            machine: machine.map(|at| at.to_string()).unwrap_or_default(),
            words,
        }
    }
}

/// A span in its largest whole unit.
pub(super) fn span(span: Duration) -> String {
    match span.as_secs() {
        0..60 => say!("words-no-minute"),
        seconds @ 60..3_600 => say!("words-minutes", n = seconds / 60),
        seconds @ 3_600..172_800 => say!("words-hours", n = seconds / 3_600),
        seconds => say!("words-days", n = seconds / 86_400),
    }
}

/// The day of a time, in UTC.
pub(super) fn day_of(at: Timestamp) -> Option<Date> {
    let ms = i64::try_from(at.as_ms()).ok()?;
    let at = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(TimeZone::UTC.to_datetime(at).date())
}

/// A day of the calendar, with its name.
pub(super) fn day(date: Date) -> String {
    say!(
        "words-day",
        weekday = date.weekday().to_monday_one_offset(),
        day = date.day(),
        month = date.month(),
        year = date.year()
    )
}

/// A day of the calendar in a few characters.
pub(super) fn short_day(date: Date) -> String {
    say!(
        "words-short-day",
        day = format!("{:02}", date.day()),
        month = format!("{:02}", date.month()),
        year = date.year().to_string()
    )
}

/// How a clock differs from others.
pub(super) fn skewed(skew: Skew) -> String {
    let by = match skew.by.as_secs() {
        seconds @ 0..120 => say!("words-seconds", n = seconds),
        seconds @ 172_800.. => say!("words-whole-days", n = seconds / 86_400),
        _ => span(skew.by),
    };
    match skew.ahead {
        true => say!("words-ahead-of", time = by),
        false => say!("words-behind", time = by),
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
        100_000..1_000_000_000 => say!(
            "words-megabytes",
            whole = bytes / 1_000_000,
            tenth = bytes % 1_000_000 / 100_000
        ),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// "1 clip", "3 clips".
pub(super) fn clips(n: usize) -> String {
    say!("words-clips", n = n)
}

/// What to do about the disk; nothing if all is well.
pub(super) fn disk_advice(disk: Condition) -> Option<String> {
    match disk {
        Condition::Well => None,
        Condition::Full => Some(say!("words-disk-full")),
        Condition::Failing => Some(say!("words-disk-failing")),
    }
}

/// A kind of event as a resident says it.
pub(super) fn kind(kind: Kind) -> String {
    match kind {
        Kind::BreakIn => say!("words-break-in"),
        Kind::Theft => say!("words-theft"),
        Kind::Fire => say!("words-fire"),
        Kind::Road => say!("words-road"),
        Kind::Outage => say!("words-outage"),
        Kind::Weather => say!("words-weather"),
        Kind::Water => say!("words-water"),
        Kind::Animal => say!("words-animal"),
        Kind::LostPet => say!("words-lost-pet"),
        Kind::MissingPerson => say!("words-missing-person"),
        Kind::Noise => say!("words-noise"),
        Kind::Other => say!("words-other"),
    }
}

/// How much of what was said leaves the home, to choose from.
pub(super) fn contents(chosen: Contents) -> Vec<Choice> {
    let choice = |(contents, value): (Contents, &str), label, hint| Choice {
        value: value.to_owned(),
        label,
        hint,
        chosen: contents == chosen,
    };
    vec![
        choice(
            (Contents::Nothing, "nothing"),
            say!("words-contents-nothing"),
            say!("words-contents-nothing-hint"),
        ),
        choice(
            (Contents::Kind, "kind"),
            say!("words-contents-kind"),
            say!("words-contents-kind-hint"),
        ),
        choice(
            (Contents::Title, "title"),
            say!("words-contents-title"),
            say!("words-contents-title-hint"),
        ),
    ]
}

/// The one of them that was chosen.
pub(super) fn contents_label(chosen: Contents) -> String {
    let choices = contents(chosen).into_iter();
    let mut chosen = choices.filter(|choice| choice.chosen);
    chosen.next().map(|choice| choice.label).unwrap_or_default()
}

/// An urgency as a resident says it.
pub(super) fn urgency(urgency: Urgency) -> String {
    match urgency {
        Urgency::Info => say!("words-info"),
        Urgency::HeadsUp => say!("words-heads-up"),
        Urgency::Urgent => say!("words-urgent"),
    }
}

/// What an urgency asks of neighbours.
pub(super) fn urgency_hint(urgency: Urgency) -> String {
    match urgency {
        Urgency::Info => say!("words-info-hint"),
        Urgency::HeadsUp => say!("words-heads-up-hint"),
        Urgency::Urgent => say!("words-urgent-hint"),
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
