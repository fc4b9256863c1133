//! Stands in for the `futures-timer` crate under `[patch.crates-io]`.
//!
//! libp2p measures time with `futures_timer::Delay`, which upstream runs on a thread of its own in real time. Here the
//! same `Delay` follows tokio's clock: a paused clock then carries the whole node, and a running one behaves as before.
#![forbid(unsafe_code)]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A future that is ready after some time. Made and polled inside a tokio runtime.
pub struct Delay(Pin<Box<Sleep>>);

impl Delay {
    /// Ready after `dur`.
    pub fn new(dur: Duration) -> Self {
        Self(Box::pin(sleep(dur)))
    }

    /// Ready `dur` from now instead.
    pub fn reset(&mut self, dur: Duration) {
        let now = Instant::now();
        // A century stands for "never", as in tokio's own sleep.
        let at = now
            .checked_add(dur)
            .unwrap_or_else(|| now + Duration::from_secs(86_400 * 365 * 100));
        self.0.as_mut().reset(at);
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delay")
    }
}
