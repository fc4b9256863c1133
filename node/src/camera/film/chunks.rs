//! How long each chunk is, from the tables that say it in two halves.
//!
//! `stsc` says how many samples a chunk has, in runs of chunks; `stsz` how long each sample is
//! (ISO/IEC 14496-12 sections 8.7.3 and 8.7.4). Both are claims of a stranger: time and memory here
//! go by what the tables hold, not by what they count up to.

use mp4_atom::{Atom, Stsc, Stsz, StszSamples};

use super::FilmError;

/// The length in bytes of each of `count` chunks.
///
/// The runs must cover all chunks and the chunks all samples: a film in which they do not plays
/// differently from player to player.
pub(super) fn lengths(chunking: &Stsc, sizes: &Stsz, count: usize) -> Result<Vec<u64>, FilmError> {
    let malformed = || FilmError::Malformed(Stsc::KIND);
    let mut samples = Samples::of(sizes);
    let mut lengths = Vec::with_capacity(count);
    let mut runs = chunking.entries.iter().peekable();
    while let Some(run) = runs.next() {
        // Chunks are counted from 1.
        if usize::try_from(run.first_chunk) != Ok(lengths.len() + 1) {
            return Err(malformed());
        }
        let end = match runs.peek() {
            Some(next) => usize::try_from(next.first_chunk)
                .ok()
                .and_then(|next| next.checked_sub(1)),
            None => Some(count),
        };
        let end = end
            .filter(|end| (lengths.len()..=count).contains(end))
            .ok_or_else(malformed)?;
        while lengths.len() < end {
            lengths.push(samples.take(run.samples_per_chunk).ok_or_else(malformed)?);
        }
    }
    if lengths.len() == count && samples.is_empty() {
        Ok(lengths)
    } else {
        Err(malformed())
    }
}

/// The sizes of the samples that no chunk has taken yet.
enum Samples<'a> {
    Identical { left: u32, size: u32 },
    Different { left: &'a [u32] },
}

impl<'a> Samples<'a> {
    fn of(sizes: &'a Stsz) -> Self {
        match &sizes.samples {
            StszSamples::Identical { count, size } => Self::Identical {
                left: *count,
                size: *size,
            },
            StszSamples::Different { sizes } => Self::Different { left: sizes },
        }
    }

    /// The bytes of the next `count` samples; none if there are fewer.
    fn take(&mut self, count: u32) -> Option<u64> {
        match self {
            Self::Identical { left, size } => {
                *left = left.checked_sub(count)?;
                Some(u64::from(count) * u64::from(*size))
            }
            Self::Different { left } => {
                let (taken, rest) = left.split_at_checked(usize::try_from(count).ok()?)?;
                *left = rest;
                Some(taken.iter().copied().map(u64::from).sum())
            }
        }
    }

    const fn is_empty(&self) -> bool {
        match self {
            Self::Identical { left, .. } => *left == 0,
            Self::Different { left } => left.is_empty(),
        }
    }
}
