//! Sealed clips of neighbours: `kept/<household>/`, a vault of its own for each, so that nobody's clips are in another's
//! way. Beside `.sealed` and `.obao` lies `.label`, which only the owner can read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::keeper::SealedLabel;

use super::{Vault, write_durably};
use crate::error::{Error, Result};

/// How the directory of a household ends whose lease is over, until it is removed.
const ASIDE: &str = "gone";

/// The sealed clips of neighbours in one home.
#[derive(Debug, Clone)]
pub struct Kept {
    dir: PathBuf,
}

impl Kept {
    /// Opens the directory.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)
            .map_err(|e| Error::io(format!("{} cannot be made", dir.display()), e))?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// The vault for one household.
    ///
    /// # Errors
    /// The disk's.
    pub fn of(&self, owner: HouseholdId) -> Result<Vault> {
        let dir = self.dir.join(owner.to_string());
        fs::create_dir_all(&dir)
            .and_then(|()| File::open(&self.dir)?.sync_all())
            .map_err(|e| Error::io(format!("{} cannot be made", dir.display()), e))?;
        Ok(Vault { dir })
    }

    /// Removes everything of one clip.
    ///
    /// # Errors
    /// The disk's.
    pub fn discard(&self, owner: HouseholdId, clip: ClipId) -> Result<()> {
        let dir = self.dir.join(owner.to_string());
        if !dir.exists() {
            return Ok(());
        }
        Vault { dir }.remove(clip)
    }

    /// Takes everything of one household out of the way, which is quick, to be removed by [`Kept::clear_away`].
    ///
    /// # Errors
    /// The disk's.
    pub fn set_aside(&self, owner: HouseholdId) -> Result<()> {
        self.clear_away(owner)?;
        let dir = self.dir.join(owner.to_string());
        match fs::rename(&dir, dir.with_extension(ASIDE)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("{} cannot be removed", dir.display()), e))
            }
            _ => Ok(()),
        }
    }

    /// Removes what was set aside of one household. It may take a while.
    ///
    /// # Errors
    /// The disk's.
    pub fn clear_away(&self, owner: HouseholdId) -> Result<()> {
        let dir = self.dir.join(owner.to_string());
        self.remove_dir(&dir.with_extension(ASIDE))
    }

    fn remove_dir(&self, dir: &Path) -> Result<()> {
        match fs::remove_dir_all(dir) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("{} cannot be removed", dir.display()), e))
            }
            _ => File::open(&self.dir)
                .and_then(|d| d.sync_all())
                .map_err(|e| Error::io(self.dir.display(), e)),
        }
    }

    /// Removes what no lease asks for any more: the node may have died between forgetting it and removing it.
    ///
    /// # Errors
    /// The disk's.
    pub fn sweep(&self, keeps: impl Fn(HouseholdId, ClipId) -> bool) -> Result<()> {
        let unreadable = |e| Error::io(format!("{} cannot be read", self.dir.display()), e);
        for entry in fs::read_dir(&self.dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let owner: Option<HouseholdId> = name_of(&path);
            let Some(owner) = owner else { continue };
            if path.extension().is_some_and(|end| end == ASIDE) {
                self.remove_dir(&path)?;
                continue;
            }
            let mut kept = 0;
            for file in fs::read_dir(&path).map_err(unreadable)? {
                let file = file.map_err(unreadable)?.path();
                match name_of(&file) {
                    Some(clip) if !keeps(owner, clip) => self.discard(owner, clip)?,
                    _ => kept += 1,
                }
            }
            if kept == 0 {
                self.remove_dir(&path)?;
            }
        }
        Ok(())
    }
}

/// The id that a file or directory is named after.
fn name_of<T: std::str::FromStr>(path: &Path) -> Option<T> {
    path.file_stem()?.to_str()?.parse().ok()
}

impl Vault {
    /// Keeps the label of a clip, durably.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_sealed_label(&self, clip: ClipId, label: &SealedLabel) -> Result<()> {
        write_durably(&self.path(clip, "label"), label.as_bytes()).map_err(|e| self.failing(e))
    }

    /// The label of a clip that is kept for a neighbour.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::error::ErrorKind::NotFound) if it is not here; the disk's.
    pub fn sealed_label(&self, clip: ClipId) -> Result<SealedLabel> {
        let path = self.path(clip, "label");
        let bytes = fs::read(&path)
            .map_err(|e| Error::io(format!("{} cannot be read", path.display()), e))?;
        SealedLabel::from_bytes(bytes).map_err(|e| {
            let message = format!("{} is damaged", path.display());
            Error::new(crate::error::ErrorKind::DataLoss, message).because(e)
        })
    }
}
