//! One camera at work: its state, its share of a day, and what happens when it fails.

use std::fmt;
use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use streetlamp_proto::household::NewClip;
use streetlamp_proto::identity::Name;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::quota::Quota;
use super::recording::{self, Trigger};
use super::{taken_from, watching};
use crate::camera::film::{CleanFilm, Sound};
use crate::camera::{Settings, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::node::clips::{self, Recorded};
use crate::node::handle::{AddedClip, NodeHandle};
use crate::when;

/// How long a feed that is stopped may take to seal the last seconds.
const TO_END: Duration = Duration::from_secs(10);
/// How long a feed waits after it failed for the first time. Each further failure doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);
/// A feed that went well for so long begins anew with its waits.
const WENT_WELL: Duration = Duration::from_secs(60);

/// A camera at work.
pub(super) struct Feed {
    pub(super) node: NodeHandle,
    pub(super) name: Name,
    pub(super) settings: Settings,
    state: Mutex<(&'static str, Option<String>)>,
    quota: Mutex<Quota>,
    trigger: Trigger,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl Feed {
    pub(super) async fn new(node: NodeHandle, name: Name, settings: Settings) -> Result<Self> {
        let camera = name.clone();
        let taken = node.read(move |household, _| taken_from(household, &camera));
        Ok(Self {
            quota: Mutex::new(Quota::new(settings.daily, taken.await?)),
            state: Mutex::new(("starting", None)),
            trigger: Trigger::default(),
            node,
            name,
            settings,
        })
    }

    /// What it does in one word, and what is wrong.
    pub(super) fn state(&self) -> (&'static str, Option<String>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    pub(super) fn is(&self, state: &'static str, error: Option<String>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (state, error);
    }

    /// Whether the sound of its films stays.
    pub(super) const fn sound(&self) -> Sound {
        if self.settings.sound {
            Sound::Kept
        } else {
            Sound::Dropped
        }
    }

    /// Whether it may bring another film now.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it had its share of the day.
    pub(super) fn has_share(&self) -> Result<()> {
        let now = self.node.now();
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        match quota.wait(now) {
            None => Ok(()),
            Some(wait) => {
                let message = format!(
                    "it brought as much within 24 hours as it may: it goes on in {}, or add it again with more for '--daily'",
                    when::spoken(wait)
                );
                Err(Error::new(ErrorKind::Unavailable, message))
            }
        }
    }

    /// Seals a film; the clip is known to nobody yet.
    pub(super) async fn seal(
        &self,
        film: CleanFilm<impl Read + Seek>,
        recorded: Recorded,
    ) -> Result<NewClip> {
        clips::seal(&self.node, film, self.name.clone(), recorded).await
    }

    /// Takes a sealed clip in.
    pub(super) async fn keep(&self, new: NewClip) -> Result<AddedClip> {
        let added = clips::keep(&self.node, new).await?;
        let now = self.node.now();
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        quota.took(now, added.sealed_len);
        Ok(added)
    }

    /// Has it recorded for so long from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it is not this home that records it.
    pub(super) fn pull(&self, lasts: Duration) -> Result<()> {
        if !matches!(self.settings.source, Source::Rtsp { .. }) {
            let message = format!(
                "camera '{}' is recorded by another program: only one with '--rtsp' can be started here",
                self.name
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        self.trigger.pull(lasts);
        Ok(())
    }

    /// Whether something happens, or did just now.
    pub(super) fn is_triggered(&self) -> bool {
        self.trigger.is_pulled()
    }

    /// Looks whether films can come now, and says what was seen.
    pub(super) async fn test(&self) -> Result<String> {
        match &self.settings.source {
            Source::Watch { dir, .. } => watching::test(dir),
            Source::Rtsp { place, login, .. } => recording::test(place, login.as_ref()).await,
            Source::Push => self
                .has_share()
                .map(|()| "ready for films that are sent with its token".to_owned()),
        }
    }

    /// Brings films until it is stopped or fails.
    async fn work(&self, stop: &CancellationToken) -> Result<()> {
        match &self.settings.source {
            Source::Watch {
                dir,
                delete_originals,
            } => {
                let watching = watching::watch(self, dir, *delete_originals);
                match stop.run_until_cancelled(watching).await {
                    None => Ok(()),
                    Some(Err(error)) => Err(error),
                    Some(Ok(never)) => match never {},
                }
            }
            Source::Rtsp {
                place,
                login,
                always,
            } => recording::record(self, place, login.as_ref(), *always, stop).await,
            Source::Push => {
                self.is("listening", None);
                stop.cancelled().await;
                Ok(())
            }
        }
    }
}

/// Keeps a feed at work until it is stopped. It fails alone, even by a fault of this program.
pub(super) async fn run(feed: Arc<Feed>, stop: CancellationToken) {
    let mut wait = FIRST;
    loop {
        let began = Instant::now();
        let (at_work, told) = (Arc::clone(&feed), stop.clone());
        let mut work = tokio::spawn(async move { at_work.work(&told).await });
        let ended = tokio::select! {
            ended = &mut work => ended,
            () = too_long_after(&stop) => {
                work.abort();
                work.await
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
            wait = FIRST;
        }
        tracing::warn!(camera = %feed.name, error = error.chain(), wait_s = wait.as_secs(), "a camera brings no films");
        feed.is("waiting", Some(error.to_string()));
        if stop.run_until_cancelled(sleep(wait)).await.is_none() {
            return;
        }
        wait = (wait * 2).min(LONGEST);
    }
}

/// When a feed that was stopped has had its time to end.
async fn too_long_after(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(TO_END).await;
}
