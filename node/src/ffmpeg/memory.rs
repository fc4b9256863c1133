//! Files without a place on any disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::error::{Error, Result};

/// A file that lies in memory and is gone with its last handle.
#[derive(Debug)]
pub(crate) struct MemoryFile(File);

impl MemoryFile {
    /// An empty one.
    ///
    /// # Errors
    /// If the system has none to give.
    pub(crate) fn new() -> Result<Self> {
        open().map(Self).map_err(failed)
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// If memory ran out.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(failed)
    }

    /// Another handle to it, for a reader from its beginning. They share one place in the file.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn reopened(&self) -> Result<File> {
        let mut file = self.0.try_clone().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }

    /// Its length in bytes.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn len(&self) -> Result<u64> {
        self.0.metadata().map(|known| known.len()).map_err(failed)
    }

    /// Its first bytes, at most so many.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn beginning(&self, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let read = self.reopened()?.take(most).read_to_end(&mut bytes);
        read.map_err(failed)?;
        Ok(bytes)
    }

    /// The file itself, at its beginning.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn into_file(mut self) -> Result<File> {
        self.0.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(self.0)
    }
}

#[cfg(target_os = "linux")]
fn open() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    Ok(memfd_create("film", MemfdFlags::CLOEXEC)?.into())
}

#[cfg(not(target_os = "linux"))]
fn open() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn failed(error: io::Error) -> Error {
    Error::io("the film cannot be held in memory", error)
}
