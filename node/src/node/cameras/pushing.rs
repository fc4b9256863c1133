//! Films that a program sends with the token of a camera, and how a film on its way is held.
//!
//! It is held in memory until it is sealed: a player's index may stand at its end, and plaintext of ours never goes to
//! the disk. So there is room for so many bytes of films that are on their way, all together.

use std::io::Cursor;
use std::sync::Arc;

use streetlamp_proto::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::NodeHandle;
use super::feed::Feed;
use crate::blocking::block;
use crate::camera::Source;
use crate::camera::film::{MAX_SOURCE, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::node::clips::Recorded;
use crate::node::handle::AddedClip;

/// In so many bytes room is given out.
const STEP: u64 = 1024 * 1024;

/// Room for films on their way: as much as the longest one needs.
#[derive(Debug, Clone)]
pub(super) struct Rooms(Arc<Semaphore>);

impl Default for Rooms {
    fn default() -> Self {
        let steps = usize::try_from(MAX_SOURCE / STEP).unwrap_or(0);
        Self(Arc::new(Semaphore::new(steps)))
    }
}

/// A film on its way, in memory.
#[derive(Debug)]
pub(super) struct Held {
    rooms: Rooms,
    room: Option<OwnedSemaphorePermit>,
    film: Zeroizing<Vec<u8>>,
}

/// A film that is being sent.
#[derive(Debug)]
pub struct Intake {
    feed: Arc<Feed>,
    held: Held,
}

impl NodeHandle {
    /// Begins to take a film that is sent with this token.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if no camera has it, [`ErrorKind::Unavailable`] if that camera had its share of the day.
    pub fn film_from(&self, token: &str) -> Result<Intake> {
        let feed = self.shared.cameras.with_token(token)?;
        if !matches!(feed.settings.source, Source::Push) {
            let message = "the token is of a camera that this home records by itself: it only starts a recording";
            return Err(Error::new(ErrorKind::Denied, message));
        }
        feed.is_on_duty()?;
        feed.has_share()?;
        Ok(Intake {
            held: self.shared.cameras.pushing.hold(),
            feed,
        })
    }
}

impl Rooms {
    /// Begins to hold a film.
    pub(super) fn hold(&self) -> Held {
        Held {
            rooms: self.clone(),
            room: None,
            film: Zeroizing::default(),
        }
    }
}

impl Held {
    /// Makes room for a film of so many bytes in all.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if no film may be so long, [`ErrorKind::Unavailable`] if others take the room now.
    pub(super) fn expect(&mut self, bytes: u64) -> Result<()> {
        if bytes > MAX_SOURCE {
            let message = format!(
                "a film that is sent has at most {} MiB: send it in parts, or let this home watch a folder",
                MAX_SOURCE / STEP
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let steps = usize::try_from(bytes.div_ceil(STEP)).unwrap_or(usize::MAX);
        let have = self
            .room
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(lacking) = steps.checked_sub(have).filter(|lacking| *lacking > 0) else {
            return Ok(());
        };
        let lacking = u32::try_from(lacking).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.rooms.0).try_acquire_many_owned(lacking);
        let more = more.map_err(|_| {
            let message = "other films are on their way: try again in a minute";
            Error::new(ErrorKind::Unavailable, message)
        })?;
        match &mut self.room {
            Some(room) => room.merge(more),
            room => *room = Some(more),
        }
        let bytes = usize::try_from(bytes).unwrap_or(0);
        let lacking = bytes.saturating_sub(self.film.len());
        self.film.reserve_exact(lacking);
        Ok(())
    }

    /// Takes the next bytes of it.
    ///
    /// # Errors
    /// As [`Held::expect`].
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let len = self.film.len().saturating_add(bytes.len());
        if len > self.film.capacity() {
            // Nobody said how long it is: room is made for twice as much, so that it is seldom moved.
            let twice = u64::try_from(len).unwrap_or(u64::MAX).saturating_mul(2);
            let least = u64::try_from(len).unwrap_or(u64::MAX);
            self.expect(least.max(twice.min(MAX_SOURCE)))?;
        }
        self.film.extend_from_slice(bytes);
        Ok(())
    }

    /// What came of it.
    pub(super) fn film(&self) -> &[u8] {
        &self.film
    }
}

impl Intake {
    /// Makes room for a film of so many bytes in all.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if no film may be so long, [`ErrorKind::Unavailable`] if others take the room now.
    pub fn expect(&mut self, bytes: u64) -> Result<()> {
        self.held.expect(bytes)
    }

    /// Takes the next bytes of it.
    ///
    /// # Errors
    /// As [`Intake::expect`].
    pub fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.held.take(bytes)
    }

    /// Seals it and takes it in, as one clip or, if it is long, as a series.
    ///
    /// # Errors
    /// If it is no film, or the disk fails. Clips of a series that were taken before that stay.
    pub async fn finish(self, began: Option<Timestamp>) -> Result<Vec<AddedClip>> {
        let Self { feed, held } = &self;
        let now = feed.node.now();
        let mut series = block(|| Series::read(Cursor::new(held.film()), feed.sound()))?;
        let began = began.unwrap_or_else(|| now.before(series.lasts()));
        let mut added = Vec::with_capacity(series.len());
        for part in 0..series.len() {
            let recorded = Recorded::Began(began.after(series.begins(part)));
            if let Some(film) = block(|| series.part(part))? {
                let sealed = feed.seal(film, recorded).await?;
                added.push(feed.keep(sealed).await?);
            }
        }
        Ok(added)
    }
}
