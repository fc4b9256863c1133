//! What is taken out of a film before it leaves: its sound, and areas of its picture.
//!
//! Sound goes without decoding anything: the film is written anew without its tracks, and every picture stays as it
//! was. To cover an area the pictures must be decoded and coded again, which [`ffmpeg`] does where it is installed.

mod area;

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

pub(crate) use area::Area;

use crate::camera::film::{CleanFilm, Facts, Sound};
use crate::error::{Error, ErrorKind, Result};
use crate::ffmpeg::{self, MemoryFile};

/// How long covering may take: a clip of two minutes on a small computer.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What is to be taken out.
#[derive(Debug, Clone)]
pub(crate) struct Redaction {
    /// Whether the sound goes.
    pub(crate) mute: bool,
    /// What is covered.
    pub(crate) areas: Vec<Area>,
}

/// A film as it leaves, and what was taken out of it.
#[derive(Debug)]
pub(crate) struct Redacted {
    pub(crate) film: CleanFilm<File>,
    pub(crate) muted: bool,
    pub(crate) hidden: u32,
}

impl Redaction {
    /// Whether all that it needs is here.
    ///
    /// # Errors
    /// If areas are to be covered and there is no ffmpeg.
    pub(crate) fn is_possible(&self) -> Result<()> {
        if self.areas.is_empty() {
            return Ok(());
        }
        if Self::covers_here() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            "covering an area needs the free program 'ffmpeg', which is not here: install it (on Debian: apt install ffmpeg) and try again. Nothing was exported",
        ))
    }

    /// Whether areas can be covered on this machine.
    pub(crate) fn covers_here() -> bool {
        ffmpeg::is_here()
    }

    /// Takes out what is to be taken out.
    ///
    /// # Errors
    /// If an area lies outside the picture or the film, or the film cannot be coded again.
    pub(crate) fn apply(&self, film: MemoryFile) -> Result<Redacted> {
        let facts = CleanFilm::read(film.reopened()?)?.facts();
        let muted = self.mute && facts.has_audio;
        let sound = if self.mute {
            Sound::Dropped
        } else {
            Sound::Kept
        };
        let film = if self.areas.is_empty() {
            film
        } else {
            for area in &self.areas {
                area.fits(&facts)?;
            }
            self.cover(&film)?
        };
        Ok(Redacted {
            film: CleanFilm::read_with(film.into_file()?, sound)?,
            muted,
            hidden: u32::try_from(self.areas.len()).unwrap_or(u32::MAX),
        })
    }

    /// Has ffmpeg code the pictures again, with the areas filled.
    fn cover(&self, film: &MemoryFile) -> Result<MemoryFile> {
        let filter: Vec<_> = self.areas.iter().map(Area::filter).collect();
        let mut command = ffmpeg::reading();
        command.args(["-i", "/dev/stdin", "-map", "0:v:0"]);
        if self.mute {
            command.arg("-an");
        } else {
            command.args(["-map", "0:a?", "-c:a", "copy"]);
        }
        command.args(["-vf", &filter.join(",")]);
        command.args(["-c:v", "libx264", "-preset", "fast", "-crf", "20"]);
        command.args(["-pix_fmt", "yuv420p", "-map_metadata", "-1"]);
        command.args(["-f", "mp4", "-y", "/dev/stdout"]);
        ffmpeg::run(command, film, PATIENCE).map_err(|error| {
            let message = "ffmpeg could not cover the area. Nothing was written; the ledger has an entry, because the film was opened. Is it a full ffmpeg, with the encoder libx264?";
            Error::new(ErrorKind::Unavailable, message).because(error)
        })
    }
}

impl Facts {
    /// Width and height of the picture as it is seen.
    fn seen(&self) -> (u32, u32) {
        let (width, height) = (self.width.into(), self.height.into());
        if self.turned {
            (height, width)
        } else {
            (width, height)
        }
    }
}

/// Copies a film, as whoever takes it wants it.
///
/// # Errors
/// The source's, and whatever `take` says.
pub(crate) fn copy(mut film: impl Read, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut buffer = zeroize::Zeroizing::new(vec![0; 64 * 1024]);
    loop {
        match film.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => take(buffer.get(..read).unwrap_or_default())?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::io("the film cannot be read", e)),
        }
    }
}
