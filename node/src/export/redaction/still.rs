//! One picture of a film, to draw over.

use std::process::{Command, Stdio};

use super::{FFMPEG, MemoryFile};
use crate::error::{Error, ErrorKind, Result};

/// Most bytes of a picture that is shown.
const PICTURE: usize = 16 * 1024 * 1024;

impl MemoryFile {
    /// The picture at this second as a JPEG, in the size in which areas are counted.
    ///
    /// # Errors
    /// If there is no ffmpeg, or no such picture.
    pub(crate) fn picture_at(&self, second: u32) -> Result<Vec<u8>> {
        let mut command = Command::new(FFMPEG);
        command.args(["-nostdin", "-hide_banner", "-loglevel", "error"]);
        command.args(["-protocol_whitelist", "file", "-f", "mov"]);
        command.args(["-ss", &second.to_string(), "-i", "/dev/stdin"]);
        command.args(["-map", "0:v:0", "-frames:v", "1", "-map_metadata", "-1"]);
        command.args(["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"]);
        command.args(["-f", "image2pipe", "pipe:1"]);
        let done = command
            .stdin(self.reopened()?)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .output()
            .map_err(|e| Error::io("ffmpeg could not be started", e))?;
        match (done.status.success(), done.stdout.len()) {
            (true, 1..=PICTURE) => Ok(done.stdout),
            _ => Err(Error::new(
                ErrorKind::NotFound,
                "the film has no picture there that ffmpeg could draw",
            )),
        }
    }
}
