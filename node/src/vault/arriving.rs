//! The sealed bytes of a neighbour's clip on their way in, from several holders at once and in any order.
//!
//! ```text
//! <clip id>.part    the clip, with holes || one bit for each group of 16 KiB: whether it is here
//! ```
//!
//! The bits are written behind the bytes that they speak for. What a power cut left of either is not trusted: the whole
//! clip is hashed once more before it gets its name.

use std::fs::{self, File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;

use streetlamp_proto::clip::{ClipId, GROUP, Outboard, SLICE, SliceError};

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

/// The same while it happens.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Slice(#[from] SliceError),
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

/// A clip that is being fetched. What came so far stays when it is dropped, and the next fetch goes on from there.
#[derive(Debug)]
pub struct Arriving<'v> {
    vault: &'v Vault,
    clip: ClipId,
    sealed_len: u64,
    part: PathBuf,
    file: File,
    groups: Groups,
    /// What the slices taught of its hash tree.
    outboard: Outboard,
    /// Some of it lay here already, of which the outboard knows nothing.
    resumed: bool,
}

impl<'v> Arriving<'v> {
    pub(super) fn open(vault: &'v Vault, clip: ClipId, sealed_len: u64) -> Result<Self> {
        let part = vault.path(clip, "part");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&part);
        let file = file.map_err(|e| vault.failing(e))?;
        let mut groups = Groups::none(sealed_len);
        let len = sealed_len + groups.bytes();
        let found = file.metadata().map_err(|e| vault.failing(e))?.len();
        let known = if found == len {
            file.read_exact_at(&mut groups.bits, sealed_len)
        } else {
            // Of another length it is not what was left here: begin anew.
            file.set_len(0).and_then(|()| file.set_len(len))
        };
        known.map_err(|e| vault.failing(e))?;
        let outboard = Outboard::unknown(clip, sealed_len).map_err(|e| broken(clip, e))?;
        let resumed = groups.any();
        Ok(Self {
            vault,
            clip,
            sealed_len,
            part,
            file,
            groups,
            outboard,
            resumed,
        })
    }

    /// Bytes that are here.
    pub fn here(&self) -> u64 {
        let missing = self.missing();
        self.sealed_len
            - missing
                .iter()
                .map(|range| range.end - range.start)
                .sum::<u64>()
    }

    /// What is not here yet, in order; ranges of whole groups.
    pub fn missing(&self) -> Vec<Range<u64>> {
        let mut missing: Vec<Range<u64>> = Vec::new();
        for group in (0..self.groups.count).filter(|group| !self.groups.has(*group)) {
            let range = group * GROUP..self.sealed_len.min((group + 1) * GROUP);
            match missing.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => missing.push(range),
            }
        }
        missing
    }

    /// Checks the slice for a range of at most [`SLICE`] bytes and keeps its bytes.
    ///
    /// # Errors
    /// [`Untaken`]; nothing of the slice counts as being here then.
    pub fn take(&mut self, range: Range<u64>, slice: &[u8]) -> std::result::Result<(), Untaken> {
        let write = |at, bytes: &[u8]| Ok(self.file.write_all_at(bytes, at)?);
        let learned = self.outboard.learn(range.clone(), slice, write);
        let written = learned.and_then(|()| {
            self.groups.add(&range);
            let (from, bits) = self.groups.of(&range);
            Ok(self.file.write_all_at(bits, self.sealed_len + from)?)
        });
        written.map_err(|failed| match failed {
            Failed::Slice(e) => Untaken::Wrong(broken(self.clip, e)),
            Failed::Disk(e) => Untaken::Disk(self.vault.failing(e)),
        })
    }

    /// Makes the clip durable under its name. If some of it lay here before, all of it is checked once more: the disk may
    /// have lost part of it between two fetches.
    ///
    /// # Errors
    /// The disk's; [`ErrorKind::DataLoss`](crate::error::ErrorKind::DataLoss) if the bytes are not the clip's, which
    /// are thrown away then.
    pub fn finish(self) -> Result<()> {
        self.file
            .set_len(self.sealed_len)
            .and_then(|()| self.file.sync_all())
            .map_err(|e| self.vault.failing(e))?;
        let learned = !self.resumed && self.missing().is_empty();
        let outboard = match learned {
            true => Ok(self.outboard),
            false => self.vault.hashed(&self.part, self.sealed_len),
        };
        let settled = outboard.and_then(|outboard| {
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

/// Which groups of a clip are here, one bit each.
#[derive(Debug)]
struct Groups {
    count: u64,
    bits: Vec<u8>,
}

impl Groups {
    fn none(sealed_len: u64) -> Self {
        let count = sealed_len.div_ceil(GROUP);
        let bytes = usize::try_from(count.div_ceil(8)).unwrap_or(usize::MAX);
        Self {
            count,
            bits: vec![0; bytes],
        }
    }

    fn bytes(&self) -> u64 {
        self.count.div_ceil(8)
    }

    fn any(&self) -> bool {
        self.bits.iter().any(|byte| *byte != 0)
    }

    fn has(&self, group: u64) -> bool {
        let byte = usize::try_from(group / 8)
            .ok()
            .and_then(|at| self.bits.get(at));
        byte.is_some_and(|byte| byte & (1 << (group % 8)) != 0)
    }

    fn add(&mut self, range: &Range<u64>) {
        for group in range.start / GROUP..range.end.div_ceil(GROUP) {
            let byte = usize::try_from(group / 8).ok();
            if let Some(byte) = byte.and_then(|at| self.bits.get_mut(at)) {
                *byte |= 1 << (group % 8);
            }
        }
    }

    /// The bytes in which a range has its bits, and where they begin.
    fn of(&self, range: &Range<u64>) -> (u64, &[u8]) {
        let (from, to) = (
            range.start / GROUP / 8,
            range.end.div_ceil(GROUP).div_ceil(8),
        );
        let at = |byte| usize::try_from(byte).unwrap_or(usize::MAX);
        (from, self.bits.get(at(from)..at(to)).unwrap_or_default())
    }
}

/// The slices of a range, in order.
pub fn slices(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let slice = start..range.end.min(start + SLICE);
        start = slice.end;
        (!slice.is_empty()).then_some(slice)
    })
}
