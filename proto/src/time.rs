//! Wall-clock time as the protocol sees it: whole milliseconds since 1970-01-01 UTC.
//!
//! Nothing here reads a clock. The caller passes `now` into every rule that needs it.

use std::time::Duration;

use minicbor::{Decode, Encode};

/// A point in time, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] u64);

impl Timestamp {
    /// The point this many milliseconds after 1970-01-01 UTC.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// This point plus `span`; the end of time if that overflows.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// This point minus `span`; 1970 if that underflows.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// Time from `earlier` to this point; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Milliseconds by which this point is ahead of `other`; negative if it is behind.
    pub fn ahead_of(self, other: Self) -> i64 {
        let ahead = i128::from(self.0) - i128::from(other.0);
        i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN } else { i64::MAX })
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stops_at_both_ends_of_time() {
        let start = Timestamp::from_ms(0);
        let end = Timestamp::from_ms(u64::MAX);
        assert_eq!(start.before(Duration::from_secs(1)), start);
        assert_eq!(end.after(Duration::MAX), end);
        assert_eq!(start.since(end), Duration::ZERO);
        assert_eq!(end.ahead_of(start), i64::MAX);
        assert_eq!(start.ahead_of(end), i64::MIN);
    }
}
