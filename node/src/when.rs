//! Times as residents and scripts write and read them.
//!
//! Scripts get RFC 3339 in UTC. People get the same to the minute. Both may type a span instead of a time: `24h`,
//! `7d`, `1h30m`; whether it lies ahead or back is clear from the flag. Local time is left out: it needs a table of
//! zones that a small box often lacks or has out of date. [`Hours`] are the exception: whoever says ten in the evening means
//! the clock on the wall, as this machine knows it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use streetlamp_proto::time::Timestamp;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The units of a span, in seconds.
const UNITS: [(char, u64); 5] = [
    ('s', 1),
    ('m', 60),
    ('h', 3_600),
    ('d', 86_400),
    ('w', 604_800),
];

/// Why a text is not a time or a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Not RFC 3339.
    #[error("write a time as 2026-05-01T18:30:00Z")]
    Time,
    /// Not a number and a unit.
    #[error("write a span as 30m, 24h or 7d")]
    Span,
    /// Neither.
    #[error("write a time as 2026-05-01T18:30:00Z, or a span as 30m, 24h or 7d")]
    Either,
    /// Not two times of a day.
    #[error("write hours as 22:00-07:00")]
    Hours,
}

/// A time, or a span from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// That very time.
    At(Timestamp),
    /// So long ago, or so far ahead.
    Span(Duration),
}

impl When {
    /// The time if spans reach into the past.
    pub fn ago(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Span(span) => now.before(span),
        }
    }

    /// The time if spans reach into the future.
    pub fn ahead(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Span(span) => now.after(span),
        }
    }
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        parse_rfc3339(text)
            .map(Self::At)
            .or_else(|_| span(text).map(Self::Span))
            .map_err(|_| WhenError::Either)
    }
}

/// A time as RFC 3339 in UTC.
pub fn rfc3339(time: Timestamp) -> String {
    jiff_time(time).to_string()
}

/// Reads RFC 3339, with any offset.
///
/// # Errors
/// [`WhenError::Time`], also for times before 1970.
pub fn parse_rfc3339(text: &str) -> Result<Timestamp, WhenError> {
    let time: jiff::Timestamp = text.trim().parse().map_err(|_| WhenError::Time)?;
    u64::try_from(time.as_millisecond())
        .map(Timestamp::from_ms)
        .map_err(|_| WhenError::Time)
}

/// Reads a span such as `30m`, `24h`, `7d` or `1h30m`.
///
/// # Errors
/// [`WhenError::Span`], also for a span of nothing.
pub fn span(text: &str) -> Result<Duration, WhenError> {
    let (mut total, mut number) = (0_u64, None::<u64>);
    for c in text.trim().chars() {
        if let Some(digit) = c.to_digit(10) {
            let so_far = number
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|n| n.checked_add(u64::from(digit)));
            number = Some(so_far.ok_or(WhenError::Span)?);
        } else {
            let (_, unit) = UNITS
                .iter()
                .find(|(letter, _)| *letter == c)
                .ok_or(WhenError::Span)?;
            let part = number
                .take()
                .and_then(|n| n.checked_mul(*unit))
                .ok_or(WhenError::Span)?;
            total = total.checked_add(part).ok_or(WhenError::Span)?;
        }
    }
    if number.is_some() || total == 0 {
        Err(WhenError::Span)
    } else {
        Ok(Duration::from_secs(total))
    }
}

/// Whole milliseconds of a span.
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A span in its largest whole unit, for people.
pub fn spoken(span: Duration) -> String {
    let some = |n: u64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match span.as_secs() {
        0..60 => "less than a minute".to_owned(),
        seconds @ 60..3_600 => some(seconds / 60, "minute"),
        seconds @ 3_600..172_800 => some(seconds / 3_600, "hour"),
        seconds => some(seconds / 86_400, "day"),
    }
}

/// A time for people: `2026-05-01 18:30 UTC`.
pub fn readable(time: Timestamp) -> String {
    jiff_time(time).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The end of time if it is further away than a calendar reaches.
fn jiff_time(time: Timestamp) -> jiff::Timestamp {
    let ms = i64::try_from(time.as_ms()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX)
}

/// Hours of a day by the clock of this machine, to the minute: `22:00-07:00` goes over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hours {
    /// The minute of the day at which they begin.
    from: u16,
    /// The first minute after them.
    to: u16,
}

impl PartialSchema for Hours {
    fn schema() -> RefOr<Schema> {
        String::schema()
    }
}

impl ToSchema for Hours {}

impl Hours {
    /// Whether a time is within them.
    pub fn cover(self, at: Timestamp) -> bool {
        let local = jiff_time(at).to_zoned_datetime(TimeZone::system());
        let minute = |part: i8| u16::try_from(part).unwrap_or(0);
        self.covers(minute(local.hour()) * 60 + minute(local.minute()))
    }

    const fn covers(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

impl FromStr for Hours {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let minute = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let (from, to) = text.split_once('-').ok_or(WhenError::Hours)?;
        match (minute(from), minute(to)) {
            (Some(from), Some(to)) if from != to => Ok(Self { from, to }),
            _ => Err(WhenError::Hours),
        }
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

impl TryFrom<String> for Hours {
    type Error = WhenError;

    fn try_from(text: String) -> Result<Self, WhenError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_from_its_text() {
        let time = Timestamp::from_ms(1_777_660_200_123);
        assert_eq!(parse_rfc3339(&rfc3339(time)), Ok(time));
        assert_eq!(rfc3339(Timestamp::from_ms(0)), "1970-01-01T00:00:00Z");
        assert_eq!(
            parse_rfc3339("1970-01-01T01:00:00+01:00"),
            Ok(Timestamp::from_ms(0))
        );
        assert_eq!(readable(Timestamp::from_ms(59_999)), "1970-01-01 00:00 UTC");
    }

    #[test]
    fn the_end_of_time_can_be_printed() {
        assert!(rfc3339(Timestamp::from_ms(u64::MAX)).starts_with("9999-"));
    }

    #[test]
    fn spans_are_numbers_with_units() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("24h", 86_400),
            ("7d", 604_800),
            ("1h30m", 5_400),
            ("2w", 1_209_600),
        ] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for odd in [
            "",
            "24",
            "h",
            "0h",
            "-1h",
            "1y",
            "1.5h",
            "h1",
            "99999999999999999999h",
            "999999999999999999w",
        ] {
            assert_eq!(span(odd), Err(WhenError::Span), "{odd}");
        }
    }

    #[test]
    fn a_span_reaches_back_or_ahead() {
        let now = Timestamp::from_ms(10_000_000);
        let hour: When = "1h".parse().unwrap();
        assert_eq!(hour.ago(now), Timestamp::from_ms(6_400_000));
        assert_eq!(hour.ahead(now), Timestamp::from_ms(13_600_000));
        assert!("tomorrow".parse::<When>().is_err());
    }

    #[test]
    fn hours_go_over_midnight_and_nothing_else_is_taken_for_hours() {
        let night: Hours = "22:00-07:00".parse().unwrap();
        let covered = |minute: u16| night.covers(minute);
        assert!(covered(22 * 60) && covered(0) && covered(7 * 60 - 1));
        assert!(!covered(7 * 60) && !covered(22 * 60 - 1));
        let day: Hours = "7:05-21:00".parse().unwrap();
        assert!(day.covers(7 * 60 + 5) && !day.covers(21 * 60));
        assert_eq!(day.to_string(), "07:05-21:00");
        for odd in [
            "",
            "22-7",
            "24:00-07:00",
            "22:60-07:00",
            "07:00-07:00",
            "22:00",
        ] {
            assert_eq!(odd.parse::<Hours>(), Err(WhenError::Hours), "{odd}");
        }
    }
}
