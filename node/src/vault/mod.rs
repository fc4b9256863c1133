//! Sealed clips on disk: `clips/<clip id>.sealed`, and beside it the hash tree `clips/<clip id>.obao` and, for own
//! clips, the label.
//!
//! The order of writing is what makes a clip survive a power cut: `.part`, fsync, rename, fsync of the directory; only
//! then does the caller keep its row, and only then is it acknowledged. An fsync that fails is final for that clip:
//! the kernel may have dropped the pages, so trying again would only seem to work. No plaintext passes through here
//! on its way to disk: the film is sealed in memory, chunk by chunk.

mod arriving;
mod kept;
mod labels;

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

pub use arriving::{Arriving, Untaken, slices};
use data_encoding::HEXLOWER;
pub use kept::Kept;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use streetlamp_proto::clip::{ClipId, Outboard, OwnerHeader, Sealed, Sealer, SliceError};
use streetlamp_proto::recipient::Recipient;

use crate::error::{Error, ErrorKind, Result};

/// How much film is read and sealed at a time: 64 chunks. That is work for several threads, and memory stays small.
const PIECE: usize = 4 * 1024 * 1024;

/// A clip that has just been made.
#[derive(Debug)]
pub struct Made {
    /// Its name.
    pub clip: ClipId,
    /// What opens it for its household. Not kept here.
    pub header: OwnerHeader,
    /// What its manifest says.
    pub sealed: Sealed,
}

/// The sealed clips of one home.
#[derive(Debug, Clone)]
pub struct Vault {
    dir: PathBuf,
}

impl Vault {
    /// Opens the directory, and sweeps away clips that were cut off while they were being made.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)
            .map_err(|e| Error::io(format!("{} cannot be made", dir.display()), e))?;
        let unreadable = |e| Error::io(format!("{} cannot be read", dir.display()), e);
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let half_made = path.file_name().is_some_and(|n| {
                let name = n.to_string_lossy();
                name.starts_with("new-") && name.ends_with(".part")
            });
            if half_made {
                fs::remove_file(&path)
                    .map_err(|e| Error::io(format!("{} cannot be removed", path.display()), e))?;
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// The clips of a home whose node may be running: nothing is swept.
    pub fn open_read_only(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Seals a film for these recipients. The sealed bytes are durable under their name when this returns.
    ///
    /// # Errors
    /// The film's, or the disk's; nothing stays behind then.
    pub fn seal(
        &self,
        mut film: impl Read,
        owners: &[Recipient],
        rng: &mut ChaCha20Rng,
    ) -> Result<Made> {
        let mut random = [0; 8];
        rng.fill_bytes(&mut random);
        let part = self
            .dir
            .join(format!("new-{}.part", HEXLOWER.encode(&random)));
        let made = seal_into(&part, &mut film, owners, rng).and_then(|(header, sealed)| {
            let outboard = self.hashed(&part, sealed.sealed_len)?;
            self.settle(&part, &outboard)?;
            let clip = outboard.clip();
            Ok(Made {
                clip,
                header,
                sealed,
            })
        });
        if made.is_err() {
            let _gone = fs::remove_file(&part);
        }
        made
    }

    /// The hash tree of a `.part`, which also names it.
    fn hashed(&self, part: &Path, sealed_len: u64) -> Result<Outboard> {
        let file = File::open(part).map_err(|e| self.failing(e))?;
        Outboard::compute(file, sealed_len).map_err(|e| {
            let message = format!("what was written to {} is not there", part.display());
            Error::new(ErrorKind::DataLoss, message).because(e)
        })
    }

    /// Gives a whole and durable `.part` its name, after writing its hash tree.
    fn settle(&self, part: &Path, outboard: &Outboard) -> Result<()> {
        let clip = outboard.clip();
        let tree = self.path(clip, "obao");
        write_durably(&tree, outboard.as_bytes()).map_err(|e| self.failing(e))?;
        fs::rename(part, self.path(clip, "sealed")).map_err(|e| self.failing(e))?;
        self.sync().map_err(|e| self.failing(e))
    }

    /// The sealed bytes of a clip.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if they are not here, [`ErrorKind::DataLoss`] if their length is wrong.
    pub fn sealed(&self, clip: ClipId, sealed_len: u64) -> Result<File> {
        let file = File::open(self.path(clip, "sealed")).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::new(
                ErrorKind::NotFound,
                "the sealed bytes of this clip are not here yet: run 'streetlamp clip fetch' first",
            ),
            _ => self.failing(e),
        })?;
        let len = file.metadata().map_err(|e| self.failing(e))?.len();
        if len == sealed_len {
            Ok(file)
        } else {
            Err(broken(clip, SliceError::Altered))
        }
    }

    /// The hash tree of a clip; made again from the sealed bytes if it is missing or does not fit.
    ///
    /// # Errors
    /// As [`Vault::sealed`].
    pub fn outboard(&self, clip: ClipId, sealed_len: u64) -> Result<Outboard> {
        if let Ok(stored) = fs::read(self.path(clip, "obao"))
            && let Ok(outboard) = Outboard::load(clip, sealed_len, stored)
        {
            return Ok(outboard);
        }
        let outboard = Outboard::compute(self.sealed(clip, sealed_len)?, sealed_len)
            .map_err(|e| broken(clip, e))?;
        if outboard.clip() != clip {
            return Err(broken(clip, SliceError::Altered));
        }
        // Only a convenience for next time: serving goes on without it.
        let _not_kept = fs::write(self.path(clip, "obao"), outboard.as_bytes());
        Ok(outboard)
    }

    /// Whether the sealed bytes of a clip are here and what its name says. Reads all of them.
    pub fn is_whole(&self, clip: ClipId, sealed_len: u64) -> bool {
        let whole = self.sealed(clip, sealed_len).and_then(|file| {
            let outboard = Outboard::compute(file, sealed_len).map_err(|e| broken(clip, e))?;
            Ok(outboard.clip() == clip)
        });
        whole.unwrap_or(false)
    }

    /// Takes in the sealed bytes of a clip as they come from a neighbour, going on where an earlier fetch stopped.
    ///
    /// # Errors
    /// The disk's.
    pub fn arriving(&self, clip: ClipId, sealed_len: u64) -> Result<Arriving<'_>> {
        Arriving::open(self, clip, sealed_len)
    }

    /// Removes everything that is on disk of a clip. It stays removed after a power cut.
    ///
    /// # Errors
    /// The disk's. The clip may be there in part then.
    pub fn remove(&self, clip: ClipId) -> Result<()> {
        let failing = |e| Error::io(format!("clip {clip} could not be removed"), e);
        self.shred_label(clip)?;
        for part in ["sealed", "obao", "part"] {
            match fs::remove_file(self.path(clip, part)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failing(e)),
                _ => {}
            }
        }
        self.sync().map_err(failing)
    }

    fn path(&self, clip: ClipId, part: &str) -> PathBuf {
        self.dir.join(format!("{clip}.{part}"))
    }

    fn failing(&self, error: std::io::Error) -> Error {
        Error::io(
            format!("the clip could not be kept in {}", self.dir.display()),
            error,
        )
    }
}

fn seal_into(
    part: &Path,
    film: &mut impl Read,
    owners: &[Recipient],
    rng: &mut ChaCha20Rng,
) -> Result<(OwnerHeader, Sealed)> {
    let failed = |e| Error::io(format!("{} cannot be written", part.display()), e);
    let sealing = |e: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Invalid, "the film could not be sealed").because(e)
    };
    let (header, sealer) = Sealer::new(rng, owners).map_err(|e| sealing(e.into()))?;
    let mut sealer = sealer.in_parallel();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(part)
        .map_err(failed)?;
    let mut piece = zeroize::Zeroizing::new(vec![0; PIECE]);
    let mut out = Vec::new();
    loop {
        let read = fill(&mut piece, film)
            .map_err(|e| Error::io("the film could not be read to its end", e))?;
        let Some(film) = piece.get(..read).filter(|film| !film.is_empty()) else {
            break;
        };
        sealer
            .write(film, &mut out)
            .map_err(|e| sealing(e.into()))?;
        file.write_all(&out).map_err(failed)?;
        out.clear();
    }
    let sealed = sealer.finish(&mut out);
    file.write_all(&out)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok((header, sealed))
}

/// Reads a whole piece, or all that is left: a cleaned film comes in small parts, and threads want large ones.
fn fill(piece: &mut [u8], film: &mut impl Read) -> std::io::Result<usize> {
    let mut read = 0;
    while let Some(room) = piece.get_mut(read..).filter(|room| !room.is_empty()) {
        match film.read(room) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}

/// Writes a small file whole and makes it durable under its name; the directory is the caller's to sync.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn broken(clip: ClipId, cause: SliceError) -> Error {
    let message = format!(
        "the sealed bytes of clip {clip} are damaged: fetch the clip again, or restore a backup"
    );
    Error::new(ErrorKind::DataLoss, message).because(cause)
}

#[cfg(test)]
mod tests;
