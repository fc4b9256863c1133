//! How much is taken from one camera within 24 hours: one that floods costs only its own feed.

use std::collections::VecDeque;
use std::time::Duration;

use streetlamp_proto::time::Timestamp;

/// Over how long it is counted.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Films that are counted one by one. Beyond it the oldest two count as one.
const FILMS: usize = 10_000;

/// What was taken from one camera lately.
#[derive(Debug)]
pub(super) struct Quota {
    limit: u64,
    taken: VecDeque<(Timestamp, u64)>,
}

impl Quota {
    /// So many bytes a day, of which these were taken.
    pub(super) fn new(limit: u64, mut taken: Vec<(Timestamp, u64)>) -> Self {
        taken.sort_unstable_by_key(|(at, _)| *at);
        Self {
            limit,
            taken: taken.into(),
        }
    }

    /// How long to wait before the next film; nothing if it may come now.
    pub(super) fn wait(&mut self, now: Timestamp) -> Option<Duration> {
        let begin = now.before(DAY);
        while self.taken.front().is_some_and(|(at, _)| *at <= begin) {
            self.taken.pop_front();
        }
        let mut sum: u64 = self.taken.iter().map(|(_, bytes)| bytes).sum();
        let mut free_at = None;
        for (at, bytes) in &self.taken {
            if sum < self.limit {
                break;
            }
            sum -= bytes;
            free_at = Some(at.after(DAY));
        }
        free_at.map(|at| Duration::from_millis(at.as_ms().saturating_sub(now.as_ms()).max(1_000)))
    }

    /// A film was taken.
    pub(super) fn took(&mut self, now: Timestamp, bytes: u64) {
        self.taken.push_back((now, bytes));
        if self.taken.len() > FILMS
            && let (Some((_, first)), Some((_, second))) =
                (self.taken.pop_front(), self.taken.front_mut())
        {
            *second = second.saturating_add(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64) -> Timestamp {
        Timestamp::from_ms(1_000_000_000 + hour * 3_600_000)
    }

    #[test]
    fn a_camera_that_had_its_share_waits_until_enough_of_it_is_a_day_old() {
        let mut quota = Quota::new(100, vec![(at(0), 60)]);
        assert_eq!(quota.wait(at(1)), None);
        quota.took(at(1), 60);
        assert_eq!(quota.wait(at(2)), Some(Duration::from_secs(22 * 3600)));
        assert_eq!(quota.wait(at(24)), None);
    }

    #[test]
    fn what_is_counted_is_bounded_and_nothing_is_forgotten() {
        let mut quota = Quota::new(u64::try_from(FILMS).unwrap(), Vec::new());
        for _ in 0..=FILMS {
            quota.took(at(0), 1);
        }
        assert_eq!(quota.taken.len(), FILMS);
        assert!(quota.wait(at(0)).is_some());
    }
}
