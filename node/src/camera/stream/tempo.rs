//! Whether a camera's clock goes as fast as ours.
//!
//! Recordings are cut by the times that a camera says. One that lets ten seconds pass between any two pictures would make a
//! clip of each.

use std::time::Duration;

use tokio::time::Instant;

/// How much faster than ours a clock may go, in parts of a hundred: none is off by as much, and still it counts.
const FASTER: u32 = 5;
/// How far ahead it may be: what a camera held for us comes at once.
const AHEAD: Duration = Duration::from_secs(15);
/// How long pictures may have been held up on our side and still come at once.
const BEHIND: Duration = Duration::from_secs(60);

/// What a camera's clock showed last.
#[derive(Debug, Default)]
pub(super) struct Tempo {
    last: Option<(i64, Instant)>,
    /// By how much the camera's clock is ahead, with [`BEHIND`] added.
    lead: Duration,
}

impl Tempo {
    /// Whether a picture that is shown at this time, in ticks of so many in a second, may come now.
    pub(super) fn allows(&mut self, at: i64, clock: u32, now: Instant) -> bool {
        let Some((before, then)) = self.last.replace((at, now)) else {
            self.lead = BEHIND;
            return true;
        };
        let ticks = u64::try_from(at.saturating_sub(before)).unwrap_or(0);
        let said = Duration::from_micros(ticks.saturating_mul(1_000_000) / u64::from(clock.max(1)));
        let passed = now.duration_since(then);
        let passed = passed + passed * FASTER / 100;
        self.lead = self.lead.saturating_add(said).saturating_sub(passed);
        self.lead <= AHEAD + BEHIND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: u32 = 90_000;

    /// How many pictures come before one is not allowed: `said` ticks and `passed` milliseconds between two.
    fn allowed(tempo: &mut Tempo, from: Instant, said: i64, passed: u64) -> i64 {
        let mut pictures = (0..100_000).zip(0..);
        let odd = pictures.find(|&(number, steps)| {
            let now = from + Duration::from_millis(passed * steps);
            !tempo.allows(said * number, CLOCK, now)
        });
        odd.map_or(i64::MAX, |(number, _)| number)
    }

    #[test]
    fn a_clock_that_runs_is_noticed_and_one_that_is_a_little_fast_or_slow_is_not() {
        let ten_seconds = i64::from(CLOCK) * 10;
        let from = Instant::now();
        assert_eq!(allowed(&mut Tempo::default(), from, ten_seconds, 40), 2);
        for (said, passed) in [(3_600, 40), (3_700, 40), (3_600, 41), (0, 40), (3_600, 400)] {
            let all = allowed(&mut Tempo::default(), from, said, passed);
            assert_eq!(all, i64::MAX, "{said} ticks in {passed} ms");
        }
    }

    #[test]
    fn what_was_held_up_may_come_at_once_and_the_lead_is_not_saved_for_ever() {
        let (mut tempo, from) = (Tempo::default(), Instant::now());
        assert!(tempo.allows(0, CLOCK, from));
        let late = from + Duration::from_secs(3_600);
        assert!(tempo.allows(3_600, CLOCK, late));
        let seconds = (1..).map(|second| i64::from(CLOCK) * second);
        let at_once = seconds.take_while(|at| tempo.allows(*at, CLOCK, late));
        let at_once = Duration::from_secs(at_once.count() as u64);
        assert!(at_once >= BEHIND && at_once <= BEHIND + AHEAD + Duration::from_secs(1));
    }
}
