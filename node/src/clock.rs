//! The one place that wall time comes from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

/// Tells the wall time: the system's, or one that follows tokio's clock and so can be paused.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stood at `start` when tokio's stood at `since`.
    Virtual {
        /// Wall time at the beginning.
        start: Timestamp,
        /// tokio's time then.
        since: Instant,
    },
}

impl Clock {
    /// A clock that starts now at `start` and runs with tokio's.
    pub fn starting_at(start: Timestamp) -> Self {
        Self::Virtual {
            start,
            since: Instant::now(),
        }
    }

    /// The wall time.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or(Duration::ZERO);
                Timestamp::from_ms(0).after(since)
            }
            Self::Virtual { start, since } => start.after(since.elapsed()),
        }
    }

    /// When tokio's clock will stand where this one stands at `at`; now if that is past.
    pub fn instant_of(&self, at: Timestamp) -> Instant {
        Instant::now() + at.since(self.now())
    }
}
