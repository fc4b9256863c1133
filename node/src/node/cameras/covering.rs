//! Areas of the picture that are black before anything is sealed.
//!
//! Nothing but ffmpeg can do that: the pictures are coded again. A film of which it cannot be done is not sealed at all.

use std::fs::File;
use std::io::{Read, Seek};
use std::time::Duration;

use crate::camera::Cover;
use crate::camera::film::CleanFilm;
use crate::error::{Error, ErrorKind, Result};
use crate::export::copy;
use crate::ffmpeg::{self, MemoryFile};

/// How long it may take, beside ten times as long as the film plays.
const PATIENCE: Duration = Duration::from_secs(30);

/// The film with these areas covered, in memory.
///
/// # Errors
/// If ffmpeg is not there any more, or cannot do it.
pub(super) fn cover(film: CleanFilm<impl Read + Seek>, areas: &[Cover]) -> Result<CleanFilm<File>> {
    let patience = PATIENCE + film.facts().duration * 10;
    let mut open = MemoryFile::new()?;
    copy(film, |piece| open.write(piece))?;
    let mut command = ffmpeg::reading();
    command.args(["-i", "/dev/stdin", "-map", "0:v:0", "-map", "0:a?"]);
    command.args(["-c:a", "copy", "-vf", &Cover::filters(areas)]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "21"]);
    command.args(["-pix_fmt", "yuv420p", "-map_metadata", "-1"]);
    command.args(["-f", "mp4", "-y", "/dev/stdout"]);
    let covered = ffmpeg::run(command, &open, patience).map_err(|error| {
        let message = "a part of its picture is to be covered, and ffmpeg does not do it here: nothing is recorded until it does. Is it a full ffmpeg, with the encoder libx264?";
        Error::new(ErrorKind::Unavailable, message).because(error)
    })?;
    Ok(CleanFilm::read(covered.into_file()?)?)
}
