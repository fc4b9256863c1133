//! One camera at work: its state, its share of a day, and what happens when it fails.

use std::fmt;
use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use streetlamp_proto::household::NewClip;
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::quota::Quota;
use super::recording::{self, Trigger};
use super::{covering, hearing, reviewing, taken_from, watching};
use crate::blocking::block;
use crate::camera::film::{CleanFilm, Sound};
use crate::camera::{Settings, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::node::again::and_again;
use crate::node::clips::{self, Recorded};
use crate::node::handle::{AddedClip, NodeHandle};
use crate::when;

/// How often a camera that records at some hours looks at the clock.
const HOUR_LOOK: Duration = Duration::from_secs(20);

/// A camera at work.
pub(super) struct Feed {
    pub(super) node: NodeHandle,
    pub(super) name: Name,
    pub(super) settings: Settings,
    state: Mutex<(&'static str, Option<String>)>,
    /// What is wrong with what it tells, while its pictures come.
    deaf: Mutex<Option<String>>,
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
            deaf: Mutex::default(),
            trigger: Trigger::default(),
            node,
            name,
            settings,
        })
    }

    /// What it does in one word, and what is wrong.
    pub(super) fn state(&self) -> (&'static str, Option<String>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, error) = state.clone();
        let deaf = || {
            let deaf = self.deaf.lock();
            deaf.unwrap_or_else(PoisonError::into_inner).clone()
        };
        (state, error.or_else(deaf))
    }

    /// Says why what it notices is not heard, or that it is.
    pub(super) fn is_deaf(&self, why: Option<String>) {
        *self.deaf.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(super) fn is(&self, state: &'static str, error: Option<String>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (state, error);
    }

    /// Whether the sound of its films stays.
    pub(super) const fn sound(&self) -> Sound {
        self.settings.sound()
    }

    /// Whether what happened then is recorded, in the mode of now.
    pub(super) fn records(&self, at: Timestamp) -> bool {
        self.settings.duty.covers(self.node.mode(), at)
    }

    /// Whether it records now.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it rests.
    pub(super) fn is_on_duty(&self) -> Result<()> {
        if self.records(self.node.now()) {
            return Ok(());
        }
        let message = format!(
            "camera '{}' rests: it records {}, and the mode is '{}'",
            self.name,
            self.settings.duty,
            self.node.mode()
        );
        Err(Error::new(ErrorKind::Conflict, message))
    }

    /// Returns when it records, or when it does not any more.
    async fn until(&self, recording: bool) {
        let mut changes = self.node.mode_changes();
        while self.records(self.node.now()) != recording {
            // The mode changes, or the hour does.
            let _looked_anyway = timeout(HOUR_LOOK, changes.changed()).await;
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
        if self.settings.covers.is_empty() {
            return clips::seal(&self.node, film, self.name.clone(), recorded).await;
        }
        let film = block(|| covering::cover(film, &self.settings.covers))?;
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
        self.is_on_duty()?;
        self.trigger.pull(lasts);
        Ok(())
    }

    /// Has it recorded for so long from now on, because it noticed something itself.
    pub(super) fn noticed(&self, lasts: Duration) {
        self.trigger.pull(lasts);
    }

    /// Whether something happens, or did just now.
    pub(super) fn is_triggered(&self) -> bool {
        self.trigger.is_pulled()
    }

    /// Looks whether films can come now, and says what was seen.
    pub(super) async fn test(&self) -> Result<String> {
        match &self.settings.source {
            Source::Watch { dir, .. } => watching::test(dir),
            Source::Rtsp { place, login, .. } => {
                recording::test(place, login.as_ref(), self.settings.sound()).await
            }
            Source::Frigate(frigate) => reviewing::test(self, frigate).await,
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
                events,
            } => loop {
                if !self.records(self.node.now()) {
                    self.is("resting", None);
                }
                if stop.run_until_cancelled(self.until(true)).await.is_none() {
                    return Ok(());
                }
                let now = stop.child_token();
                let recording = recording::record(self, place, login.as_ref(), *always, &now);
                let resting = async {
                    self.until(false).await;
                    now.cancel();
                    std::future::pending::<()>().await;
                };
                let hearing = hearing::keep_hearing(self, events.as_deref(), login.as_ref());
                tokio::select! {
                    ended = Box::pin(recording) => ended?,
                    () = resting => {}
                    never = Box::pin(hearing) => match never {},
                }
                if stop.is_cancelled() {
                    return Ok(());
                }
            },
            Source::Frigate(frigate) => {
                self.is("connecting", None);
                let following = Box::pin(reviewing::follow(self, frigate));
                stop.run_until_cancelled(following).await.unwrap_or(Ok(()))
            }
            Source::Push => {
                self.is("listening", None);
                stop.cancelled().await;
                Ok(())
            }
        }
    }
}

/// Keeps a feed at work until it is stopped.
pub(super) async fn run(feed: Arc<Feed>, stop: CancellationToken) {
    let work = || {
        let (at_work, told) = (Arc::clone(&feed), stop.clone());
        async move { at_work.work(&told).await }
    };
    and_again(&stop, work, |error, wait| {
        tracing::warn!(camera = %feed.name, error = error.chain(), wait_s = wait.as_secs(), "a camera brings no films");
        feed.is("waiting", Some(error.to_string()));
    })
    .await;
}
