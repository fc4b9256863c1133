//! Cameras of a running node: each is a feed of its own, which brings films to the vault by itself or lets them be
//! brought.
//!
//! A feed that fails says why, waits, and tries again; it takes nothing of the others with it. What is known of a camera
//! is kept in the database, sealed to this device: see decision 22. Nothing here needs the reading key.

mod covering;
mod feed;
mod hearing;
mod pushing;
mod quota;
mod recording;
mod reviewing;
mod taken;
mod watching;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{ClipView, Household};
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

pub use pushing::Intake;
pub use recording::Seen;

use super::handle::NodeHandle;
use crate::camera::{Cover, Duty, Mode, Settings, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{self, Kept, Secret};
use crate::store::CameraRow;
use feed::Feed;
use pushing::Held;

/// Most cameras of one home.
const CAMERAS: usize = 64;
/// The setting that says who is at home.
const MODE: &str = "mode";

/// The cameras of a node.
#[derive(Debug, Default)]
pub(super) struct Cameras {
    known: Mutex<BTreeMap<Name, Known>>,
    /// Held while cameras are added and removed.
    changing: tokio::sync::Mutex<()>,
    pushing: pushing::Rooms,
    /// Who is at home.
    mode: watch::Sender<Mode>,
}

/// A camera that is known.
struct Known {
    /// What brings its films; nothing if its settings cannot be read.
    feed: Option<Arc<Feed>>,
    token: Option<Kept>,
    /// Ends it.
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

/// A camera, as the household sees it.
#[derive(Debug, Clone)]
pub struct CameraView {
    /// How it is called.
    pub name: Name,
    /// The kind in one word; nothing if its settings cannot be read.
    pub kind: Option<&'static str>,
    /// Where it is, without anything that is secret.
    pub source: Option<String>,
    /// What it does, in one word.
    pub state: &'static str,
    /// What is wrong.
    pub error: Option<String>,
    /// Its newest clip, and when that was recorded.
    pub last: Option<(ClipId, Timestamp)>,
    /// Whether a token lets recorders in.
    pub has_token: bool,
    /// Bytes that are taken from it within 24 hours, at most.
    pub daily: Option<u64>,
    /// Whether its sound stays.
    pub sound: bool,
    /// What is covered before anything is sealed.
    pub covers: Vec<Cover>,
    /// When it records.
    pub duty: Option<Duty>,
}

impl Cameras {
    fn known(&self) -> MutexGuard<'_, BTreeMap<Name, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The camera that has this token.
    fn with_token(&self, token: &str) -> Result<Arc<Feed>> {
        let kept = Kept::of(token);
        let known = self.known();
        let mut with_token = known.values().filter(|known| known.token == Some(kept));
        let feed = with_token.next().and_then(|known| known.feed.clone());
        feed.ok_or_else(|| {
            let message = "no camera has this token: make a new one with 'streetlamp camera token'";
            Error::new(ErrorKind::Denied, message)
        })
    }
}

impl NodeHandle {
    /// Starts every camera that is kept.
    pub(super) async fn start_cameras(&self) -> Result<()> {
        let mode = self.with_store(|store| store.setting(MODE)).await?;
        let mode = mode.and_then(|word| word.parse().ok());
        self.shared
            .cameras
            .mode
            .send_replace(mode.unwrap_or_default());
        let rows = self.with_store(|store| store.cameras()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let Ok(name) = Name::clean(&row.name) else {
                continue;
            };
            let settings = self.open_said(&row.settings)?;
            if settings.is_none() {
                tracing::error!(camera = %name, "the settings of a camera cannot be read");
            }
            let token = row.token.map(Kept::from_bytes);
            self.know(name, settings, token).await?;
        }
        Ok(())
    }

    /// Stops every camera; returns when none writes any more.
    pub(super) async fn stop_cameras(&self) {
        let known = std::mem::take(&mut *self.shared.cameras.known());
        known.values().for_each(|known| known.stop.cancel());
        for known in known.into_values() {
            end(known).await;
        }
    }

    async fn know(
        &self,
        name: Name,
        settings: Option<Settings>,
        token: Option<Kept>,
    ) -> Result<()> {
        let stop = CancellationToken::new();
        let (mut feed, mut running) = (None, None);
        if let Some(settings) = settings {
            let made = Arc::new(Feed::new(self.clone(), name.clone(), settings).await?);
            running = Some(tokio::spawn(feed::run(Arc::clone(&made), stop.clone())));
            feed = Some(made);
        }
        let known = Known {
            feed,
            token,
            stop,
            running,
        };
        self.shared.cameras.known().insert(name, known);
        Ok(())
    }

    /// Takes films from a camera from now on. Gives the token that recorders have to show, if they have to.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if there is a camera of this name, or there are too many; the store's failure.
    pub async fn add_camera(&self, name: Name, settings: Settings) -> Result<Option<Secret>> {
        let _alone = self.shared.cameras.changing.lock().await;
        {
            let known = self.shared.cameras.known();
            if known.contains_key(&name) {
                let message = format!(
                    "there is a camera '{name}' already: remove it first, or choose another name"
                );
                return Err(Error::new(ErrorKind::Conflict, message));
            }
            if known.len() >= CAMERAS {
                let message = format!("a home has at most {CAMERAS} cameras: remove one first");
                return Err(Error::new(ErrorKind::Conflict, message));
            }
        }
        let token = match settings.source {
            Source::Push => Some(self.draw_token()?),
            Source::Watch { .. } | Source::Rtsp { .. } | Source::Frigate(_) => None,
        };
        let kept = token.as_ref().map(|(_, kept)| *kept);
        self.keep_camera(&name, &settings, kept).await?;
        self.know(name, Some(settings), kept).await?;
        Ok(token.map(|(token, _)| token))
    }

    /// Makes a new token for a camera; the one before lets nobody in any more.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such camera, [`ErrorKind::Conflict`] if it takes none.
    pub async fn renew_camera_token(&self, name: &Name) -> Result<Secret> {
        let _alone = self.shared.cameras.changing.lock().await;
        let settings = self.feed(name)?.settings.clone();
        if matches!(settings.source, Source::Watch { .. } | Source::Frigate(_)) {
            let message = format!("camera '{name}' brings its films by itself and needs no token");
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let (token, kept) = self.draw_token()?;
        self.keep_camera(name, &settings, Some(kept)).await?;
        if let Some(known) = self.shared.cameras.known().get_mut(name) {
            known.token = Some(kept);
        }
        Ok(token)
    }

    fn draw_token(&self) -> Result<(Secret, Kept)> {
        let (token, kept) = secret::draw(&mut self.shared.entropy.generator()?);
        Ok((Secret(Zeroizing::new(token)), kept))
    }

    async fn keep_camera(
        &self,
        name: &Name,
        settings: &Settings,
        token: Option<Kept>,
    ) -> Result<()> {
        let row = CameraRow {
            name: name.to_string(),
            settings: self.seal_said(settings)?,
            token: token.map(|kept| *kept.as_bytes()),
        };
        self.with_store(move |store| store.keep_camera(&row)).await
    }

    /// Takes no more films from a camera and forgets what was said about it. Its clips stay.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such camera; the store's failure.
    pub async fn remove_camera(&self, name: &Name) -> Result<()> {
        let _alone = self.shared.cameras.changing.lock().await;
        if !self.shared.cameras.known().contains_key(name) {
            return Err(no_such(name));
        }
        let row = name.to_string();
        self.with_store(move |store| store.forget_camera(&row))
            .await?;
        let known = self.shared.cameras.known().remove(name);
        if let Some(known) = known {
            end(known).await;
        }
        Ok(())
    }

    /// Chooses when a camera records.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such camera; the store's failure.
    pub async fn schedule_camera(&self, name: &Name, duty: Duty) -> Result<()> {
        let _alone = self.shared.cameras.changing.lock().await;
        let settings = Settings {
            duty,
            ..self.feed(name)?.settings.clone()
        };
        let token = self
            .shared
            .cameras
            .known()
            .get(name)
            .and_then(|known| known.token);
        self.keep_camera(name, &settings, token).await?;
        let known = self.shared.cameras.known().remove(name);
        if let Some(known) = known {
            end(known).await;
        }
        self.know(name.clone(), Some(settings), token).await
    }

    /// Who is at home.
    pub fn mode(&self) -> Mode {
        *self.shared.cameras.mode.borrow()
    }

    /// Says who is at home: cameras that do not record then rest.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn set_mode(&self, mode: Mode) -> Result<()> {
        self.with_store(move |store| store.set(MODE, mode.word()))
            .await?;
        self.shared.cameras.mode.send_replace(mode);
        Ok(())
    }

    /// Tells of each change of that.
    pub fn mode_changes(&self) -> watch::Receiver<Mode> {
        self.shared.cameras.mode.subscribe()
    }

    /// Looks whether films can come from a camera now, and says what was seen.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such camera; else what is wrong with it.
    pub async fn test_camera(&self, name: &Name) -> Result<String> {
        self.feed(name)?.test().await
    }

    /// Looks at a camera that is not added: one picture, as it would be sealed, of which nothing is kept. Seeing needs the
    /// passphrase, as with films.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] while the home is locked; else what is wrong with the camera.
    pub async fn look_at_camera(&self, settings: &Settings) -> Result<Seen> {
        let locked = self.read(|household, now| household.status(now).locked);
        if locked.await? {
            let message = "the home is locked: unlock it first, seeing needs the passphrase";
            return Err(Error::new(ErrorKind::Denied, message));
        }
        recording::look(settings).await
    }

    /// Records a camera for so long from now on, and the seconds before.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such camera, [`ErrorKind::Conflict`] if it is not this home that records it.
    pub fn trigger_camera(&self, name: &Name, lasts: Duration) -> Result<()> {
        self.feed(name)?.pull(lasts)
    }

    /// As [`trigger_camera`](Self::trigger_camera), for whoever has the camera's token.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if no camera has it, [`ErrorKind::Conflict`] if it is not this home that records it.
    pub fn trigger_with(&self, token: &str, lasts: Duration) -> Result<Name> {
        let feed = self.shared.cameras.with_token(token)?;
        self.somebody_at(&feed.name);
        feed.pull(lasts)?;
        Ok(feed.name.clone())
    }

    /// Every camera, by name.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn cameras(&self) -> Result<Vec<CameraView>> {
        let clips = self.read(|household, _| household.clips()).await?;
        let known = self.shared.cameras.known();
        let view = |(name, known): (&Name, &Known)| {
            let feed = known.feed.as_ref();
            let (state, error) = feed.map_or_else(
                || ("unreadable", Some(UNREADABLE.to_owned())),
                |feed| feed.state(),
            );
            CameraView {
                name: name.clone(),
                kind: feed.map(|feed| feed.settings.source.kind()),
                source: feed.and_then(|feed| feed.settings.source.shown()),
                state,
                error,
                last: newest(&clips, name),
                has_token: known.token.is_some(),
                daily: feed.map(|feed| feed.settings.daily),
                sound: feed.is_some_and(|feed| feed.settings.sound),
                covers: feed.map_or_else(Vec::new, |feed| feed.settings.covers.clone()),
                duty: feed.map(|feed| feed.settings.duty.clone()),
            }
        };
        Ok(known.iter().map(view).collect())
    }

    /// Begins to hold a film in memory.
    fn hold_film(&self) -> Held {
        self.shared.cameras.pushing.hold()
    }

    fn feed(&self, name: &Name) -> Result<Arc<Feed>> {
        let known = self.shared.cameras.known();
        let known = known.get(name).ok_or_else(|| no_such(name))?;
        let unreadable = || Error::new(ErrorKind::DataLoss, UNREADABLE);
        known.feed.clone().ok_or_else(unreadable)
    }
}

const UNREADABLE: &str = "what was said about this camera was sealed by another device, or is damaged: remove the camera and add it again";

fn no_such(name: &Name) -> Error {
    let message = format!("there is no camera '{name}': look at 'streetlamp camera list'");
    Error::new(ErrorKind::NotFound, message)
}

async fn end(known: Known) {
    known.stop.cancel();
    if let Some(running) = known.running {
        let _it_failed_before = running.await;
    }
}

fn newest(clips: &[ClipView], camera: &Name) -> Option<(ClipId, Timestamp)> {
    let own = clips.iter().filter(|clip| clip.mine);
    let of_camera = own.filter(|clip| clip.camera == camera.as_str());
    let newest = of_camera.max_by_key(|clip| clip.manifest.recorded);
    newest.map(|clip| (clip.manifest.clip, clip.manifest.recorded))
}

/// What was taken from a camera lately, as far as it still is here.
fn taken_from(household: &Household, camera: &Name) -> Vec<(Timestamp, u64)> {
    let own = household.clips().into_iter().filter(|clip| clip.mine);
    let of_camera = own.filter(|clip| clip.camera == camera.as_str());
    of_camera
        .map(|clip| (clip.manifest.recorded, clip.manifest.sealed_len))
        .collect()
}
