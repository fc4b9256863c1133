//! The free program ffmpeg, where it is installed: it codes pictures again, which nothing of this program can.
//!
//! It is started without a shell and with arguments that are fixed but for numbers that were parsed here; it may open nothing
//! but its two ends, and both are files that lie in memory only. So a film in the open is never on a disk. (Memory can be
//! swapped out. Who minds encrypts the swap.) It is ended when it takes too long. Nothing of it is linked.

mod memory;

use std::io;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) use memory::MemoryFile;

use crate::error::{Error, ErrorKind, Result};

const FFMPEG: &str = "ffmpeg";
/// Most of what it says that is repeated, in characters.
const COMPLAINT: usize = 300;
/// How often is looked whether it is done.
const LOOK: Duration = Duration::from_millis(10);
/// How long it may take for one picture.
const STILL: Duration = Duration::from_secs(20);
/// Most bytes of a picture that is shown.
const PICTURE: u64 = 16 * 1024 * 1024;

/// Whether it is here.
pub(crate) fn is_here() -> bool {
    let known = Command::new(FFMPEG)
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    known.is_ok_and(|status| status.success())
}

/// ffmpeg, which is to read an MP4 film, and nothing that the film may point to.
pub(crate) fn reading() -> Command {
    let mut command = Command::new(FFMPEG);
    command.args(["-nostdin", "-hide_banner", "-loglevel", "error"]);
    command.args(["-protocol_whitelist", "file", "-f", "mov"]);
    command
}

/// Has it read a film and write another file.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if it cannot, or not within this time; the cause is what it said.
pub(crate) fn run(mut command: Command, film: &MemoryFile, most: Duration) -> Result<MemoryFile> {
    let (made, said) = (MemoryFile::new()?, MemoryFile::new()?);
    let mut running = command
        .stdin(film.reopened()?)
        .stdout(made.reopened()?)
        .stderr(said.reopened()?)
        .spawn()
        .map_err(|e| Error::io("ffmpeg could not be started", e))?;
    let began = Instant::now();
    let lost = |e| Error::io("ffmpeg was lost", e);
    let status = loop {
        match running.try_wait().map_err(lost)? {
            Some(status) => break status,
            None if began.elapsed() < most => sleep(LOOK),
            None => {
                running.kill().map_err(lost)?;
                running.wait().map_err(lost)?;
                return Err(Error::new(
                    ErrorKind::Unavailable,
                    "ffmpeg takes too long on this machine",
                ));
            }
        }
    };
    if status.success() {
        return Ok(made);
    }
    let complaint = said.beginning(COMPLAINT)?;
    let complaint: String = String::from_utf8_lossy(&complaint)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let message = "ffmpeg could not do it";
    Err(Error::new(ErrorKind::Unavailable, message).because(io::Error::other(complaint)))
}

/// The picture of a film at this second as a JPEG, changed by these filters.
///
/// # Errors
/// If there is no ffmpeg, or no such picture.
pub(crate) fn still(film: &MemoryFile, second: u32, filters: &str) -> Result<Vec<u8>> {
    let mut command = reading();
    command.args(["-ss", &second.to_string(), "-i", "/dev/stdin"]);
    command.args(["-map", "0:v:0", "-frames:v", "1", "-map_metadata", "-1"]);
    if !filters.is_empty() {
        command.args(["-vf", filters]);
    }
    command.args(["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"]);
    command.args(["-f", "image2pipe", "-y", "/dev/stdout"]);
    let none = || {
        let message = "the film has no picture there that ffmpeg could draw";
        Error::new(ErrorKind::NotFound, message)
    };
    let made = run(command, film, STILL).map_err(|e| none().because(e))?;
    match made.len()? {
        1..=PICTURE => made.beginning(usize::try_from(PICTURE).unwrap_or(0)),
        _ => Err(none()),
    }
}
