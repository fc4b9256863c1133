//! The disk under a home or a publisher: what may be put on it, and what keeps a full one usable.
//!
//! A database cannot even delete on a disk that is full. So a ballast lies in the home directory and is thrown off when
//! a write fails for want of room: alerts still come and go, and clips can be deleted. Clips themselves are refused
//! well before. A write that fails although there is room means that the disk fails: what it lost then nobody knows, so
//! nothing more is written until the node starts again.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use fs4::FileExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, ErrorKind, Result};

/// How the file is called that is thrown off.
const BALLAST: &str = "ballast";
/// Its size in bytes: room for thousands of alerts.
const BALLAST_BYTES: u64 = 32 * 1024 * 1024;
/// The ballast is laid when at least so many bytes stay free beside it.
const PLENTY: u64 = 2 * BALLAST_BYTES;
/// A write that fails with less than this free failed for want of room, in bytes.
const NOTHING: u64 = 1024 * 1024;
/// Of a disk this part is kept free of clips, but not more than [`RESERVE`].
const RESERVED_PART: u64 = 10;
/// Most bytes that are kept free of clips.
const RESERVE: u64 = 1024 * 1024 * 1024;

const FULL: &str = "the disk is nearly full, so no more clips are kept: delete clips with 'streetlamp clip delete', or make room";
const FAILING: &str = "the disk under this home fails, so nothing more is written: copy the home directory to another disk, then start the node there";

/// How the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Everything can be kept.
    Well,
    /// It was full; alerts are kept, and things can be deleted.
    Full,
    /// A write failed although there was room. Nothing more is written.
    Failing,
}

impl Condition {
    /// What to tell the resident; nothing if all is well.
    pub const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Well => None,
            Self::Full => Some(FULL),
            Self::Failing => Some(FAILING),
        }
    }
}

/// The disk under one home.
#[derive(Debug)]
pub struct Disk {
    /// The home directory; nothing for a home that is simulated.
    dir: Option<PathBuf>,
    condition: AtomicU8,
}

impl Disk {
    /// The disk under a home directory. Lays the ballast if there is room for it.
    pub fn under(dir: &Path) -> Self {
        let disk = Self {
            dir: Some(dir.to_owned()),
            condition: AtomicU8::new(0),
        };
        disk.recover();
        disk
    }

    /// A disk that is never full. For simulations.
    pub const fn boundless() -> Self {
        Self {
            dir: None,
            condition: AtomicU8::new(0),
        }
    }

    /// Free room in bytes, if it can be told.
    pub fn free(&self) -> Option<u64> {
        fs4::available_space(self.dir.as_ref()?).ok()
    }

    /// Whether the ballast lies there, to be thrown off when the disk is full.
    pub fn has_ballast(&self) -> bool {
        self.dir
            .as_ref()
            .is_some_and(|dir| dir.join(BALLAST).exists())
    }

    /// How it is, as far as the last writes showed.
    pub fn condition(&self) -> Condition {
        match self.condition.load(Ordering::Relaxed) {
            0 => Condition::Well,
            1 => Condition::Full,
            _ => Condition::Failing,
        }
    }

    fn set(&self, condition: Condition) {
        self.condition.store(condition as u8, Ordering::Relaxed);
    }

    /// Whether anything may be written.
    ///
    /// # Errors
    /// [`ErrorKind::DataLoss`] on a disk that fails.
    pub fn may_write(&self) -> Result<()> {
        if self.condition() == Condition::Failing {
            return Err(failing());
        }
        Ok(())
    }

    /// Whether a clip of so many bytes may be put on it.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if too little would stay free, [`ErrorKind::DataLoss`] on a disk that fails.
    pub fn has_room_for(&self, bytes: u64) -> Result<()> {
        self.may_write()?;
        let Some(dir) = &self.dir else { return Ok(()) };
        let (free, total) = (fs4::available_space(dir), fs4::total_space(dir));
        let (Ok(free), Ok(total)) = (free, total) else {
            return Ok(());
        };
        let reserve = (total / RESERVED_PART).min(RESERVE);
        if free.saturating_sub(bytes) < reserve {
            return Err(full());
        }
        Ok(())
    }

    /// A write failed. Throws the ballast off if it was for want of room.
    ///
    /// # Errors
    /// What to tell, unless trying once more may help.
    pub fn after_failure(&self) -> Result<()> {
        let Some(dir) = &self.dir else {
            return Err(failing());
        };
        if fs4::available_space(dir).is_ok_and(|free| free >= NOTHING) {
            self.set(Condition::Failing);
            return Err(failing());
        }
        self.set(Condition::Full);
        fs::remove_file(dir.join(BALLAST)).map_err(|e| full().because(e))
    }

    /// Lays the ballast where it is missing and there is room again.
    pub fn recover(&self) {
        let Some(dir) = &self.dir else { return };
        let path = dir.join(BALLAST);
        let room = fs4::available_space(dir).unwrap_or(0);
        if self.condition() == Condition::Failing || path.exists() || room < PLENTY + BALLAST_BYTES
        {
            return;
        }
        let laid = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|file| file.allocate(BALLAST_BYTES));
        match laid {
            Ok(()) => self.set(Condition::Well),
            Err(error) => {
                tracing::info!(%error, "no ballast could be laid");
                let _none_is_left = fs::remove_file(path);
            }
        }
    }
}

fn full() -> Error {
    Error::new(ErrorKind::Unavailable, FULL)
}

fn failing() -> Error {
    Error::new(ErrorKind::DataLoss, FAILING)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_ballast_is_laid_once_and_a_failure_with_room_left_ends_all_writing() {
        let dir = TempDir::new().unwrap();
        let disk = Disk::under(dir.path());
        let ballast = dir.path().join(BALLAST);
        assert_eq!(fs::metadata(&ballast).unwrap().len(), BALLAST_BYTES);
        assert!(disk.may_write().is_ok());
        let told = disk.after_failure().unwrap_err();
        assert_eq!(told.kind(), ErrorKind::DataLoss);
        assert_eq!(disk.condition(), Condition::Failing);
        assert!(disk.may_write().is_err() && disk.has_room_for(1).is_err());
        assert!(ballast.exists(), "room was not what was lacking");
    }

    #[test]
    fn a_clip_that_would_fill_the_disk_is_refused() {
        let dir = TempDir::new().unwrap();
        let disk = Disk::under(dir.path());
        let free = fs4::available_space(dir.path()).unwrap();
        assert_eq!(
            disk.has_room_for(free).unwrap_err().kind(),
            ErrorKind::Unavailable
        );
    }

    #[test]
    fn a_simulated_home_lays_no_ballast_and_is_never_full() {
        assert!(Disk::boundless().has_room_for(u64::MAX).is_ok());
    }
}
