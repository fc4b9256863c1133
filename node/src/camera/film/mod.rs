//! Cleans a film of everything that could tell where, when or by what it was made, before it is
//! sealed.
//!
//! A phone or camera writes its position, its model, its serial number and the time into the MP4
//! file around the pictures. Whoever is granted a clip gets the whole file, so these must be gone
//! first.
//!
//! The cleaning is by allow-list. [`CleanFilm`] is a new file, written from what playing the old
//! one needs: its pictures, its sound, and the tables that say when each plays (ISO/IEC 14496-12).
//! A box that nobody thought of is therefore gone. The samples are copied bit by bit; nothing is
//! decoded or coded again. The new file has its index first, so that a browser can begin to play
//! before it has all of it.
//!
//! What stays, and the household should know:
//! - what is seen and heard, and the language that a track claims;
//! - messages inside the coded pictures and sound (see `description`): as a rule an encoder's
//!   name and settings, but a few cars write their position there;
//! - pictures that an edit list hides, as after cutting without coding again.
//!
//! Left to others: whether a neighbour's browser can play the codec ([`Facts::video_codec`]),
//! sealing, and the rule by which sizes are padded ([`CleanFilm::padded`] takes it as a function).
//!
//! ```text
//! file ─► source ─► movie ─► track ─► tables ─► description
//!                     │                 └─► chunks ─► layout
//!                     └─► head (ftyp, moov) ── media (mdat) ── padding (free)
//! ```

mod boxes;
mod chunks;
mod description;
mod error;
mod fragments;
mod head;
mod layout;
mod limits;
mod media;
mod movie;
mod padding;
mod references;
mod samples;
mod series;
mod source;
mod tables;
mod takes;
mod track;

#[cfg(any(test, fuzzing))]
mod fuzz;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Cursor, Read, Seek};
use std::time::Duration;

pub use mp4_atom::FourCC;

pub use error::FilmError;
#[cfg(any(test, fuzzing))]
pub use fuzz::clean_or_refuse;
pub use limits::{MAX_DURATION, MAX_RECORDING, MAX_SOURCE};
pub use series::Series;
pub use takes::{Coding, SoundCoding, Takes};

use layout::Layout;
use media::Media;
use movie::{Index, Movie};
use padding::Padding;
use source::TopLevel;
use track::Medium;

/// What is known of a film once it is cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// How long it plays.
    pub duration: Duration,
    /// Code of the first video track, as registered at mp4ra.org: `avc1` is H.264, `hvc1` and
    /// `hev1` are H.265, which some browsers do not play.
    pub video_codec: FourCC,
    /// Width of its pictures in pixels, as coded: a film made upright is often coded lying, and
    /// turned by the player.
    pub width: u16,
    /// Height of its pictures in pixels, as coded.
    pub height: u16,
    /// Whether players turn the pictures by a quarter, so that width and height change places.
    pub turned: bool,
    /// Whether there is sound.
    pub has_audio: bool,
}

/// Whether the sound of a film stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// As it is.
    Kept,
    /// Its tracks are left out; the pictures are the same.
    Dropped,
}

impl Sound {
    const fn stays(self, medium: Medium) -> bool {
        match self {
            Self::Kept => true,
            Self::Dropped => matches!(medium, Medium::Video),
        }
    }
}

/// A cleaned film, whose bytes come from its [`Read`] while its samples are copied from the source.
///
/// Holds the new index in memory, and nothing of the samples. The same source always gives the same
/// bytes, and a cleaned film that is cleaned again stays as it is.
pub struct CleanFilm<R> {
    facts: Facts,
    length: u64,
    head: Cursor<Vec<u8>>,
    media: Media<R>,
    padding: Padding,
}

impl<R: Read + Seek> CleanFilm<R> {
    /// Reads the index of the film in `source`, from its first byte, and checks that all its
    /// samples are there.
    ///
    /// # Errors
    ///
    /// A [`FilmError`] that tells the household what to do. A source longer than [`MAX_SOURCE`] is
    /// refused unread.
    pub fn read(source: R) -> Result<Self, FilmError> {
        Self::read_with(source, Sound::Kept)
    }

    /// As [`read`](Self::read), with or without the sound.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_with(mut source: R, sound: Sound) -> Result<Self, FilmError> {
        let found = TopLevel::find(&mut source, MAX_SOURCE)?;
        if found.fragmented {
            return Err(FilmError::Fragmented);
        }
        let movie = Movie::of(Index::read(&found.index, sound)?)?;
        Self::of(source, &movie, &found)
    }

    /// The film of this movie, whose samples lie in `source` as was `found`.
    fn of(source: R, movie: &Movie, found: &TopLevel) -> Result<Self, FilmError> {
        let layout = Layout::plan(&movie.tracks, &found.media)?;
        let head = head::write(movie, &layout, found.quicktime)?;
        Ok(Self {
            facts: movie.facts()?,
            length: head.len() as u64 + layout.length,
            head: Cursor::new(head),
            media: Media::new(source, layout.copies),
            padding: Padding::none(),
        })
    }
}

#[expect(clippy::len_without_is_empty, reason = "no film is empty")]
impl<R> CleanFilm<R> {
    /// Appends a box of zeros, which players skip, so that [`len`](Self::len) becomes a fixed point
    /// of `padded_len`.
    ///
    /// `padded_len` gives for a length in bytes the length to pad it to. A box has at least 8
    /// bytes: where 1 to 7 are missing, the film gets the padded length of 8 bytes more. A function
    /// that asks for less than it is given, or for 4 GiB more, changes nothing. To be called before
    /// the first byte is read.
    #[must_use]
    pub fn padded(self, padded_len: impl Fn(u64) -> u64) -> Self {
        Self {
            padding: Padding::after(self.length, padded_len),
            ..self
        }
    }

    /// Length of the whole cleaned film in bytes, padding included; exactly what reading gives.
    pub fn len(&self) -> u64 {
        self.length + self.padding.length()
    }

    /// What is known of the film.
    pub const fn facts(&self) -> Facts {
        self.facts
    }
}

impl<R: Read + Seek> Read for CleanFilm<R> {
    /// Fails as the source does, and with [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) if it
    /// became shorter meanwhile.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buf)? {
            0 => {}
            read => return Ok(read),
        }
        match self.media.read(buf)? {
            0 => self.padding.read(buf),
            read => Ok(read),
        }
    }
}

impl<R> fmt::Debug for CleanFilm<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleanFilm")
            .field("facts", &self.facts)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
