//! Fetches that residents started on the page: they go on while nobody looks, and tell pages that are open how far they
//! are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streetlamp_proto::clip::ClipId;
use tokio::sync::watch;

use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;
use crate::web::language::say;

/// Fetches at the same time. Each takes as much of the line as it gets.
const MOST: usize = 8;

/// How it stands with one.
#[derive(Debug, Clone)]
pub(super) enum Fetch {
    /// So many sealed bytes are here, of so many.
    Running { done: u64, total: u64 },
    /// It was given up, and why. What came stays for the next time.
    Failed(Arc<Error>),
}

/// All of them.
#[derive(Debug)]
pub(super) struct Fetches {
    known: Mutex<BTreeMap<ClipId, Fetch>>,
    moved: watch::Sender<()>,
}

impl Default for Fetches {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            moved: watch::Sender::new(()),
        }
    }
}

impl Fetches {
    /// How it stands with the fetch of a clip, unless there is none.
    pub(super) fn of(&self, clip: ClipId) -> Option<Fetch> {
        self.locked().get(&clip).cloned()
    }

    /// Told whenever one is further.
    pub(super) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Notes that a clip is on its way. Whether it was not yet.
    fn begin(&self, clip: ClipId) -> Result<bool> {
        let mut known = self.locked();
        known.retain(|_, fetch| matches!(fetch, Fetch::Running { .. }));
        if known.contains_key(&clip) {
            return Ok(false);
        }
        if known.len() >= MOST {
            let message = say!("clips-fetching", n = MOST);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        known.insert(clip, Fetch::Running { done: 0, total: 1 });
        Ok(true)
    }

    fn set(&self, clip: ClipId, fetch: Fetch) {
        self.locked().insert(clip, fetch);
        self.moved.send_replace(());
    }

    fn end(&self, clip: ClipId) {
        self.locked().remove(&clip);
        self.moved.send_replace(());
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<ClipId, Fetch>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fetches a clip from whoever has it, unless that is under way.
///
/// # Errors
/// [`ErrorKind::Conflict`] if too many are.
pub(super) fn start(
    under_way: &Arc<super::UnderWay>,
    handle: NodeHandle,
    clip: ClipId,
) -> Result<()> {
    if !under_way.fetches.begin(clip)? {
        return Ok(());
    }
    let under_way = Arc::clone(under_way);
    tokio::spawn(async move {
        let fetches = &under_way.fetches;
        let progress = |done, total| fetches.set(clip, Fetch::Running { done, total });
        match handle.fetch_clip(clip, progress).await {
            Ok(_) => fetches.end(clip),
            Err(error) => {
                tracing::info!(error = %error.chain(), %clip, "a fetch was given up");
                fetches.set(clip, Fetch::Failed(Arc::new(error)));
            }
        }
    });
    Ok(())
}
