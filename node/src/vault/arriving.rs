//! The sealed bytes of a neighbour's clip on their way in.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use streetlamp_proto::clip::{ClipId, GROUP, SLICE, SliceError, decode_slice};

use super::{Vault, broken};
use crate::error::{Error, Result};

/// Why a slice was not kept.
#[derive(Debug)]
pub enum Untaken {
    /// A byte in it is not the clip's.
    Wrong(Error),
    /// The disk did not take it.
    Disk(Error),
}

/// A clip that is being fetched. What came so far stays when it is dropped, and the next fetch goes on from there.
#[derive(Debug)]
pub struct Arriving<'v> {
    vault: &'v Vault,
    clip: ClipId,
    sealed_len: u64,
    part: PathBuf,
    file: File,
    here: u64,
}

impl<'v> Arriving<'v> {
    pub(super) fn open(vault: &'v Vault, clip: ClipId, sealed_len: u64) -> Result<Self> {
        let part = vault.path(clip, "part");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&part);
        let mut file = file.map_err(|e| vault.failing(e))?;
        let len = file
            .metadata()
            .map_err(|e| vault.failing(e))?
            .len()
            .min(sealed_len);
        // Whole groups only: what follows the last one may be torn.
        let here = len - len % GROUP;
        file.set_len(here)
            .and_then(|()| file.seek(SeekFrom::Start(here)))
            .map_err(|e| vault.failing(e))?;
        Ok(Self {
            vault,
            clip,
            sealed_len,
            part,
            file,
            here,
        })
    }

    /// Bytes that are here.
    pub const fn here(&self) -> u64 {
        self.here
    }

    /// The range that comes next; nothing when all is here.
    pub fn next(&self) -> Option<std::ops::Range<u64>> {
        (self.here < self.sealed_len).then(|| self.here..self.sealed_len.min(self.here + SLICE))
    }

    /// Checks the slice for [`Arriving::next`] and keeps its bytes.
    ///
    /// # Errors
    /// [`Untaken`]; nothing of the slice is kept then.
    pub fn take(&mut self, slice: &[u8]) -> std::result::Result<(), Untaken> {
        let Some(range) = self.next() else {
            return Ok(());
        };
        let bytes = decode_slice(self.clip, self.sealed_len, range.clone(), slice)
            .map_err(|e| Untaken::Wrong(broken(self.clip, e)))?;
        self.file
            .write_all(&bytes)
            .map_err(|e| Untaken::Disk(self.vault.failing(e)))?;
        self.here = range.end;
        Ok(())
    }

    /// Makes the clip durable under its name. All of it is checked once more: the disk may have lost part of it
    /// between two fetches.
    ///
    /// # Errors
    /// The disk's; [`ErrorKind::DataLoss`](crate::error::ErrorKind::DataLoss) if the bytes are not the clip's, which
    /// are thrown away then.
    pub fn finish(self) -> Result<()> {
        self.file.sync_all().map_err(|e| self.vault.failing(e))?;
        let settled = self
            .vault
            .hashed(&self.part, self.sealed_len)
            .and_then(|outboard| {
                if outboard.clip() != self.clip {
                    return Err(broken(self.clip, SliceError::Altered));
                }
                self.vault.settle(&self.part, &outboard)
            });
        if settled.is_err() {
            let _gone = fs::remove_file(&self.part);
        }
        settled
    }
}
