//! Films and pictures that leave the home as files: whole or not at all, and for the resident's eyes only.
//!
//! Bytes go to `NAME.part` beside the file (mode 0600), are made durable, and are renamed when they are known to be
//! whole. Nothing is overwritten unless that was asked for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// A file in the making. Dropped before [`OutFile::finish`], nothing of it stays.
#[derive(Debug)]
pub(super) struct OutFile {
    target: PathBuf,
    part: PathBuf,
    file: File,
    force: bool,
    written: u64,
    finished: bool,
}

impl OutFile {
    /// Begins a file.
    ///
    /// # Errors
    /// If it exists and may not be replaced, or is a directory, or cannot be written.
    pub(super) fn create(target: &Path, force: bool) -> Result<Self> {
        let target = std::path::absolute(target).map_err(|e| Error::io(target.display(), e))?;
        refuse_existing(&target, force)?;
        let mut part = target.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => Error::new(
                    ErrorKind::Conflict,
                    format!(
                        "{} is in the way: another run is writing it, or one was cut off; remove it then",
                        part.display()
                    ),
                ),
                _ => Error::io(format!("{} cannot be written", target.display()), e),
            })?;
        Ok(Self {
            target,
            part,
            file,
            force,
            written: 0,
            finished: false,
        })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io(format!("{} cannot be written", self.target.display()), e))?;
        self.written += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(())
    }

    /// Bytes that were added so far.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// As [`OutFile::create`].
    pub(super) fn finish(mut self) -> Result<PathBuf> {
        let failed = |e| Error::io(format!("{} cannot be written", self.target.display()), e);
        self.file.sync_all().map_err(failed)?;
        refuse_existing(&self.target, self.force)?;
        fs::rename(&self.part, &self.target).map_err(failed)?;
        if let Some(dir) = self.target.parent() {
            File::open(dir)
                .and_then(|dir| dir.sync_all())
                .map_err(failed)?;
        }
        self.finished = true;
        Ok(self.target.clone())
    }
}

/// A file in the making, for whoever writes to anything.
#[derive(Debug)]
pub(super) struct Writing<'a>(pub(super) &'a mut OutFile);

impl Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if !self.finished {
            let _gone_already = fs::remove_file(&self.part);
        }
    }
}

fn refuse_existing(target: &Path, force: bool) -> Result<()> {
    match fs::symlink_metadata(target) {
        Ok(there) if there.is_dir() => Err(Error::new(
            ErrorKind::Invalid,
            format!("{} is a directory: name a file in it", target.display()),
        )),
        Ok(_) if !force => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "{} exists already: name another file, or add --force to replace it",
                target.display()
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_appears_whole_and_is_the_residents_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("film.mp4");
        let mut out = OutFile::create(&path, false).unwrap();
        out.write(b"film").unwrap();
        assert!(!path.exists());
        assert_eq!(out.finish().unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), b"film");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_stays_of_a_file_that_was_not_finished() {
        let dir = tempfile::tempdir().unwrap();
        let mut out = OutFile::create(&dir.path().join("film.mp4"), false).unwrap();
        out.write(b"half a fi").unwrap();
        drop(out);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_existing_file_is_replaced_only_if_asked_and_a_directory_never() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("film.mp4");
        fs::write(&path, b"old").unwrap();
        assert_eq!(
            OutFile::create(&path, false).unwrap_err().kind(),
            ErrorKind::Conflict
        );
        assert_eq!(
            OutFile::create(dir.path(), true).unwrap_err().kind(),
            ErrorKind::Invalid
        );
        let mut out = OutFile::create(&path, true).unwrap();
        out.write(b"new").unwrap();
        drop(out.finish().unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
