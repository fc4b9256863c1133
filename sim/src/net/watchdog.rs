//! Names the home that keeps time from going on.
//!
//! Virtual time moves when nobody has anything to do. A task that is always ready keeps all of them at one moment for
//! ever. So polls are counted, and a home that is polled far more often at one moment than any work needs is named.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use tokio::time::Instant;

use super::locked;
use crate::record::HouseNumber;

/// Polls of one home at one moment after which it is named. A home that takes in 10,000 alerts at once needs fewer.
const BUDGET: u32 = 5_000_000;

/// A home that keeps time from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stalled(pub HouseNumber);

/// Counts polls.
#[derive(Debug, Clone)]
pub(crate) struct Watchdog(Arc<Mutex<Counts>>);

#[derive(Debug)]
struct Counts {
    at: Instant,
    polls: BTreeMap<HouseNumber, u32>,
    stalled: Option<Stalled>,
    waiting: Option<Waker>,
}

impl Watchdog {
    pub(crate) fn new(start: Instant) -> Self {
        Self(Arc::new(Mutex::new(Counts {
            at: start,
            polls: BTreeMap::new(),
            stalled: None,
            waiting: None,
        })))
    }

    /// Counts one poll.
    pub(crate) fn polled(&self, home: HouseNumber) {
        let now = Instant::now();
        let mut counts = locked(&self.0);
        if counts.at != now {
            counts.at = now;
            counts.polls.clear();
        }
        let polls = counts.polls.entry(home).or_default();
        *polls += 1;
        if *polls >= BUDGET && counts.stalled.is_none() {
            counts.stalled = Some(Stalled(home));
            if let Some(waker) = counts.waiting.take() {
                waker.wake();
            }
        }
    }

    /// Waits until a home keeps time from going on.
    pub(crate) async fn stalled(&self) -> Stalled {
        poll_fn(|cx| {
            let mut counts = locked(&self.0);
            match counts.stalled {
                Some(stalled) => Poll::Ready(stalled),
                None => {
                    counts.waiting = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_home_that_is_always_ready_is_named_and_a_busy_one_is_not() {
        let watchdog = Watchdog::new(Instant::now());
        for moment in 0..10_u32 {
            for _ in 0..BUDGET / 10 {
                watchdog.polled(HouseNumber(moment % 2));
            }
            tokio::time::advance(std::time::Duration::from_millis(1)).await;
        }
        assert_eq!(locked(&watchdog.0).stalled, None);
        for _ in 0..BUDGET {
            watchdog.polled(HouseNumber(7));
        }
        assert_eq!(watchdog.stalled().await, Stalled(HouseNumber(7)));
    }
}
