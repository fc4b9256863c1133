//! Stands in for the `web-time` crate under `[patch.crates-io]`: `Instant` is tokio's, so that libp2p's clock stops
//! when tokio's is paused. Wall time stays the system's; nothing of libp2p that Streetlamp uses decides by it.
#![forbid(unsafe_code)]

pub use std::time::{Duration, SystemTime, SystemTimeError, UNIX_EPOCH};
pub use tokio::time::Instant;
