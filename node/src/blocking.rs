//! Work that blocks a thread: SQLite, files, ciphers.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs blocking work in place.
///
/// On a runtime of many threads the other tasks move elsewhere meanwhile. On one of a single thread (the simulator's)
/// it simply runs: that is what makes a run repeatable.
pub fn block<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
