//! How much a household may say: a token bucket over the times that it signed.
//!
//! The clock on the wall would make homes disagree: what one heard slowly, another hears at once when it catches up.
//! The signed times are the same everywhere, so that every home takes the same statements of a household that keeps
//! to its share, in whatever order and by whatever way they come.

use crate::time::Timestamp;

/// One statement, in parts so small that an hour's share of one is at least one part a millisecond.
const ONE: u64 = 3_600_000;

/// Whether a household that spoke at these times may speak once more at `candidate`, without making any of them one
/// too many. It may say `burst` things at once, and gains `per_hour` in an hour.
///
/// `spoken` is sorted, the earliest first.
pub(super) fn within(
    spoken: impl Iterator<Item = Timestamp>,
    candidate: Timestamp,
    burst: u32,
    per_hour: u32,
) -> bool {
    let full = u64::from(burst) * ONE;
    let mut left = full;
    let mut last = Timestamp::from_ms(0);
    let mut spend = |at: Timestamp| {
        let gained = at.as_ms().saturating_sub(last.as_ms());
        left = left
            .saturating_add(gained.saturating_mul(u64::from(per_hour)))
            .min(full);
        last = at;
        match left.checked_sub(ONE) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        }
    };
    let mut waiting = Some(candidate);
    for at in spoken {
        if let Some(candidate) = waiting.take_if(|candidate| *candidate < at)
            && !spend(candidate)
        {
            return false;
        }
        if !spend(at) {
            return false;
        }
    }
    waiting.is_none_or(spend)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_ms(1_800_000_000_000 + minutes * MINUTE)
    }

    /// How many of these a home takes, one after the other.
    fn taken(times: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut taken = Vec::new();
        for minutes in times {
            let spoken = taken.iter().map(|m| at(*m));
            if within(spoken, at(minutes), 3, 6) {
                taken.push(minutes);
                taken.sort_unstable();
            }
        }
        taken
    }

    #[test]
    fn a_burst_is_allowed_and_then_six_an_hour() {
        assert_eq!(taken([0; 10]), [0, 0, 0]);
        assert_eq!(
            taken((0..60).map(|_| 0).chain([9, 10, 11, 20])),
            [0, 0, 0, 10, 20]
        );
        assert_eq!(taken(0..=60), [0, 1, 2, 10, 20, 30, 40, 50, 60]);
    }

    #[test]
    fn a_household_within_its_share_is_heard_in_any_order() {
        let times = [0, 0, 1, 15, 22, 33, 90, 90, 90];
        assert_eq!(taken(times), times);
        assert_eq!(taken(times.into_iter().rev()), times);
    }

    #[test]
    fn what_is_said_late_does_not_make_an_earlier_statement_one_too_many() {
        // Three at minute 5 leave nothing; one at minute 4 would have come before them.
        assert_eq!(taken([5, 5, 5, 4]), [5, 5, 5]);
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let end = Timestamp::from_ms(u64::MAX);
        assert!(within([end, end].into_iter(), end, 3, u32::MAX));
        assert!(!within(std::iter::empty(), end, 0, 0));
    }
}
