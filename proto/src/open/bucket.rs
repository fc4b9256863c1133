//! How often somebody may speak: a token bucket, on a clock of ours or on the times that were signed.
//!
//! A bucket holds `burst` tokens when it is full, gains `per_hour` in an hour, and each statement takes one out (as in
//! RFC 2697, with statements for bytes). Whatever comes, no `h` hours let more than `burst + h * per_hour` through.
//!
//! [`Bucket`] is for what happens here and now, such as frames of one connection: it follows our own clock.
//! [`within_rate`] is for statements that homes have to agree on: it follows the times that their author signed, which
//! are the same for a home that listened and for one that catches up a day later.
//!
//! Left to others: which rates hold, and how many buckets are kept ([`Bucket::is_full`] tells which may go).

use crate::time::Timestamp;

/// One token, in parts so small that one token an hour is one part a millisecond. Then nothing is ever rounded.
const TOKEN: u64 = 3_600_000;

/// A token bucket that is told the time by its caller.
///
/// The time is that of our own clock, which may be wrong but is not hostile. When it jumps backwards, however far, the
/// bucket goes on from there with what it held; when it jumps years ahead, the bucket is full and no fuller. Every
/// step ahead counts, so never give it a time that a stranger wrote: going back and forth, he would fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    burst: u32,
    per_hour: u32,
    /// Parts of a token that are in it, at most [`Bucket::full`]: below 2^54.
    parts: u64,
    /// When it was counted.
    at: Option<Timestamp>,
}

impl Bucket {
    /// A full bucket: `burst` tokens, and `per_hour` more in an hour. Zero of either is allowed.
    pub const fn new(burst: u32, per_hour: u32) -> Self {
        Self {
            burst,
            per_hour,
            parts: Self::full(burst),
            at: None,
        }
    }

    /// Takes one token out, if there is one at this time.
    pub fn take(&mut self, now: Timestamp) -> bool {
        self.parts = self.parts_at(now);
        self.at = Some(now);
        match self.parts.checked_sub(TOKEN) {
            Some(rest) => {
                self.parts = rest;
                true
            }
            None => false,
        }
    }

    /// Whether it is full at this time, and so no different from a new one: it need not be kept.
    pub fn is_full(&self, now: Timestamp) -> bool {
        self.parts_at(now) == Self::full(self.burst)
    }

    /// What it holds at this time; what it held, if that is earlier than it was last counted.
    fn parts_at(&self, now: Timestamp) -> u64 {
        let passed = now.as_ms().saturating_sub(self.at.unwrap_or(now).as_ms());
        let gained = passed.saturating_mul(self.per_hour.into());
        self.parts
            .saturating_add(gained)
            .min(Self::full(self.burst))
    }

    /// All that fits: u32 tokens are below 2^54 parts.
    const fn full(burst: u32) -> u64 {
        burst as u64 * TOKEN
    }
}

/// Whether somebody who spoke at these times may have spoken at `candidate` too.
///
/// `issued_times_sorted` are the signed times of what was accepted, the earliest first. With the candidate in its
/// place, a full [`Bucket`] is run over all of them, and each has to find its token: also the later ones, or else
/// somebody could go on for ever by dating each burst a moment before the last. So what is accepted is at all times
/// something that one bucket allows, and its bound holds.
///
/// Of such a set every part is allowed, too. So all that an author within the rate ever signed is accepted in whatever
/// order it comes, and forgetting what is over never makes anything illegal. Only of an author above the rate do two
/// homes accept different statements, those that each heard first.
///
/// Takes time in proportion to the number of times. What is already above the rate, because the rate was lowered,
/// allows nothing more until enough of it is over.
pub fn within_rate(
    issued_times_sorted: impl Iterator<Item = Timestamp>,
    candidate: Timestamp,
    burst: u32,
    per_hour: u32,
) -> bool {
    let mut bucket = Bucket::new(burst, per_hour);
    let mut waiting = Some(candidate);
    for issued in issued_times_sorted {
        if let Some(candidate) = waiting.take_if(|candidate| *candidate <= issued)
            && !bucket.take(candidate)
        {
            return false;
        }
        if !bucket.take(issued) {
            return false;
        }
    }
    waiting.is_none_or(|candidate| bucket.take(candidate))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    const YEAR: u64 = 366 * 24 * HOUR;
    /// Some time in 2027.
    const START: u64 = 1_800_000_000_000;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_ms(START + minutes * MINUTE)
    }

    /// How many tokens can be taken at this time.
    fn drain(bucket: &mut Bucket, now: Timestamp) -> usize {
        (0..100).take_while(|_| bucket.take(now)).count()
    }

    /// What is accepted of times that come one after the other, sorted.
    fn accepted(times: impl IntoIterator<Item = u64>, burst: u32, per_hour: u32) -> Vec<u64> {
        let mut accepted = Vec::new();
        for ms in times {
            let held = accepted.iter().copied().map(Timestamp::from_ms);
            if within_rate(held, Timestamp::from_ms(ms), burst, per_hour) {
                accepted.push(ms);
                accepted.sort_unstable();
            }
        }
        accepted
    }

    /// The same rule without a bucket: no span holds more than a burst and what it gained.
    fn is_within(sorted: &[u64], burst: u32, per_hour: u32) -> bool {
        let spans = (0..sorted.len()).flat_map(|to| (0..=to).map(move |from| (from, to)));
        spans.into_iter().all(|(from, to)| {
            let spent = (to - from + 1) as u128 * u128::from(TOKEN);
            let gained = u128::from(sorted[to] - sorted[from]) * u128::from(per_hour);
            spent <= u128::from(burst) * u128::from(TOKEN) + gained
        })
    }

    #[test]
    fn a_burst_may_be_spoken_at_once_and_then_so_much_an_hour() {
        let mut bucket = Bucket::new(3, 6);
        assert_eq!(drain(&mut bucket, at(0)), 3);
        assert!(!bucket.take(Timestamp::from_ms(at(10).as_ms() - 1)));
        assert_eq!(drain(&mut bucket, at(10)), 1);
        assert_eq!(drain(&mut bucket, at(35)), 2);
        assert_eq!(drain(&mut bucket, at(40)), 1);
        assert_eq!(drain(&mut bucket, at(10_000)), 3);
    }

    #[test]
    fn a_bucket_that_is_full_is_as_good_as_new() {
        let mut bucket = Bucket::new(3, 6);
        assert!(bucket.is_full(at(0)));
        assert!(bucket.take(at(0)));
        assert!(!bucket.is_full(at(9)));
        assert!(bucket.is_full(at(10)));
        assert!(!bucket.is_full(Timestamp::from_ms(0)));
    }

    #[test]
    fn a_clock_that_jumps_back_neither_fills_a_bucket_nor_stops_it() {
        let mut bucket = Bucket::new(3, 6);
        assert_eq!(drain(&mut bucket, at(0)), 3);
        let long_ago = START - 10 * YEAR;
        assert!(!bucket.take(Timestamp::from_ms(long_ago)));
        assert!(bucket.take(Timestamp::from_ms(long_ago + 10 * MINUTE)));
    }

    #[test]
    fn a_clock_that_jumps_years_ahead_and_back_gives_one_burst_and_no_more() {
        let mut bucket = Bucket::new(3, 6);
        assert_eq!(drain(&mut bucket, at(0)), 3);
        assert_eq!(drain(&mut bucket, Timestamp::from_ms(START + 30 * YEAR)), 3);
        assert_eq!(drain(&mut bucket, at(1)), 0);
        assert_eq!(drain(&mut bucket, at(11)), 1);
    }

    #[test]
    fn the_ends_of_time_and_of_numbers_do_no_harm() {
        let (start, end) = (Timestamp::from_ms(0), Timestamp::from_ms(u64::MAX));
        for (burst, per_hour) in [(u32::MAX, u32::MAX), (1, u32::MAX), (u32::MAX, 0)] {
            let mut bucket = Bucket::new(burst, per_hour);
            assert!(bucket.take(start));
            assert!(per_hour == 0 || bucket.take(end));
            assert!(within_rate(std::iter::empty(), end, burst, per_hour));
        }
        let mut closed = Bucket::new(0, u32::MAX);
        assert!(!closed.take(start) && !closed.take(end));
        assert!(!within_rate(std::iter::empty(), end, 0, 0));
    }

    #[test]
    fn a_burst_that_is_dated_before_the_last_one_gains_nothing() {
        let times = (0..10).rev().flat_map(|ms| [START + ms; 3]);
        assert_eq!(accepted(times, 3, 6), [START + 9; 3]);
    }

    #[test]
    fn statements_above_the_rate_are_heard_again_when_their_time_has_passed() {
        let times = (0..=60).map(|minute| START + minute * MINUTE);
        let minutes = [0, 1, 2, 10, 20, 30, 40, 50, 60];
        assert_eq!(accepted(times, 3, 6), minutes.map(|m| START + m * MINUTE));
    }

    fn times() -> impl Strategy<Value = Vec<u64>> {
        vec(START..START + 3 * HOUR, 0..40)
    }

    proptest! {
        #[test]
        fn whatever_comes_no_span_holds_more_than_a_burst_and_what_it_gained(
            times in times(), burst in 0..6_u32, per_hour in 0..20_u32,
        ) {
            prop_assert!(is_within(&accepted(times, burst, per_hour), burst, per_hour));
        }

        #[test]
        fn nothing_is_refused_that_would_keep_to_the_rate(
            times in times(), candidate in START..START + 3 * HOUR, burst in 0..6_u32, per_hour in 0..20_u32,
        ) {
            let held = accepted(times, burst, per_hour);
            let mut with = held.clone();
            with.push(candidate);
            with.sort_unstable();
            let allowed = within_rate(
                held.into_iter().map(Timestamp::from_ms), Timestamp::from_ms(candidate), burst, per_hour,
            );
            prop_assert_eq!(allowed, is_within(&with, burst, per_hour));
        }

        #[test]
        fn an_author_within_the_rate_is_heard_in_any_order(
            (ordered, shuffled) in times().prop_flat_map(|times| {
                let within = accepted(times, 4, 12);
                (Just(within.clone()), Just(within).prop_shuffle())
            }),
        ) {
            prop_assert_eq!(accepted(shuffled, 4, 12), ordered);
        }

        #[test]
        fn a_bucket_takes_what_the_signed_times_allow(times in times(), burst in 0..6_u32, per_hour in 0..20_u32) {
            let mut sorted = times;
            sorted.sort_unstable();
            let mut bucket = Bucket::new(burst, per_hour);
            let taken: Vec<_> = sorted.iter().copied().filter(|ms| bucket.take(Timestamp::from_ms(*ms))).collect();
            prop_assert_eq!(taken, accepted(sorted, burst, per_hour));
        }

        #[test]
        fn no_clock_however_wild_gives_more_than_the_time_that_it_stepped_ahead(
            clock in vec(any::<u64>(), 1..40), burst in 0..6_u32, per_hour in 0..20_u32,
        ) {
            let mut bucket = Bucket::new(burst, per_hour);
            let taken = clock.iter().filter(|ms| bucket.take(Timestamp::from_ms(**ms))).count();
            let ahead: u128 = clock.windows(2).map(|w| u128::from(w[1].saturating_sub(w[0]))).sum();
            let gained = ahead * u128::from(per_hour) / u128::from(TOKEN);
            prop_assert!(taken as u128 <= u128::from(burst) + gained);
        }
    }
}
