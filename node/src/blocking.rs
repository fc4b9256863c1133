//! Work that blocks a thread: SQLite, files, ciphers.

use std::future::Future;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::JoinHandle;

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

/// Starts a task that blocks all the time, such as the driver.
///
/// On a runtime of many threads it gets one for itself: were it to [`block`] on the others', the runtime would start
/// one more each time, and each of them comes with a heap of its own. On a single thread it is a task like any other.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let runtime = Handle::current();
    match runtime.runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::spawn_blocking(move || runtime.block_on(task)),
        _ => tokio::spawn(task),
    }
}
