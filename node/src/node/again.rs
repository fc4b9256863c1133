//! Work that goes on by itself: it fails alone, even by a fault of this program, and is begun anew after longer and longer
//! waits.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorKind, Result};

/// How long work that is stopped may take to end well.
const TO_END: Duration = Duration::from_secs(10);
/// How long it rests after it failed for the first time. Each further failure doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// The longest rest.
const LONGEST: Duration = Duration::from_secs(300);
/// Work that went well for so long begins anew with its rests.
const WENT_WELL: Duration = Duration::from_secs(60);

/// Keeps something at work until it is stopped, or ends by itself. What went wrong is told with the rest that follows.
pub(super) async fn and_again<W>(
    stop: &CancellationToken,
    mut work: impl FnMut() -> W,
    mut failed: impl FnMut(&Error, Duration),
) where
    W: Future<Output = Result<()>> + Send + 'static,
{
    let mut rest = FIRST;
    loop {
        let began = Instant::now();
        let mut working = tokio::spawn(work());
        let ended = tokio::select! {
            ended = &mut working => ended,
            () = too_long_after(stop) => {
                working.abort();
                working.await
            }
        };
        if stop.is_cancelled() {
            return;
        }
        let error = match ended {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(fault) => {
                Error::new(ErrorKind::Internal, "a part of the node failed").because(fault)
            }
        };
        if began.elapsed() >= WENT_WELL {
            rest = FIRST;
        }
        failed(&error, rest);
        if stop.run_until_cancelled(sleep(rest)).await.is_none() {
            return;
        }
        rest = (rest * 2).min(LONGEST);
    }
}

/// When work that was stopped has had its time to end.
async fn too_long_after(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(TO_END).await;
}
