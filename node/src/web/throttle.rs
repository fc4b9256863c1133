//! Slows guessing down without locking anybody out.
//!
//! One attempt at a time, and each failure makes the next one wait longer, up to a bound: the right passphrase gets in
//! after seconds even while somebody else guesses. One at a time also bounds memory, because a passphrase is
//! stretched with scrypt, which takes hundreds of megabytes.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

/// Attempts that may wait for their turn. Beyond it they are refused at once.
const WAITING: usize = 4;
/// What the first failure costs the next attempt. Each further one doubles it.
const FIRST: Duration = Duration::from_millis(250);
/// Longest wait. Four others before one attempt make it half a minute.
const LONGEST: Duration = Duration::from_secs(8);

/// Attempts at one secret.
#[derive(Debug)]
pub(super) struct Throttle {
    failures: Mutex<u32>,
    places: Semaphore,
}

/// The right to try once. Counts as a failure until it is told otherwise.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    failures: MutexGuard<'a, u32>,
    _place: SemaphorePermit<'a>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            failures: Mutex::new(0),
            places: Semaphore::new(WAITING),
        }
    }

    /// Waits for a turn, then as long as earlier failures demand; nothing if too many wait already.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let place = self.places.try_acquire().ok()?;
        let mut failures = self.failures.lock().await;
        tokio::time::sleep(wait_after(*failures)).await;
        *failures = failures.saturating_add(1);
        Some(Turn {
            failures,
            _place: place,
        })
    }
}

impl Turn<'_> {
    /// The attempt was right.
    pub(super) fn succeeded(mut self) {
        *self.failures = 0;
    }
}

fn wait_after(failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        n => FIRST.saturating_mul(1 << (n - 1).min(8)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_costs_more_up_to_eight_seconds() {
        let waits: Vec<_> = (0..8).map(|n| wait_after(n).as_millis()).collect();
        assert_eq!(waits, [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(wait_after(u32::MAX), LONGEST);
    }

    #[tokio::test]
    async fn a_success_forgets_the_failures() {
        let throttle = Throttle::new();
        drop(throttle.turn().await.unwrap());
        assert_eq!(*throttle.failures.lock().await, 1);
        throttle.turn().await.unwrap().succeeded();
        assert_eq!(*throttle.failures.lock().await, 0);
    }

    #[tokio::test]
    async fn a_fifth_attempt_at_the_same_time_is_refused() {
        let throttle = Throttle::new();
        let _others = throttle.places.try_acquire_many(4).unwrap();
        assert!(throttle.turn().await.is_none());
    }
}
