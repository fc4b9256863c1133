//! Parts of a sealed clip that can be checked alone.
//!
//! Whoever holds a clip can send any part of it with the hashes that tie it to the [`ClipId`] (a bao slice: BLAKE3 is a
//! hash tree, <https://github.com/oconnor663/bao/blob/master/docs/spec.md>). The receiver needs no key and trusts
//! nobody: a wrong byte shows in the very group of 16 KiB that holds it. Each slice also carries the last KiB of the
//! clip, because only that proves the length; without it, a wrong length could pass unnoticed in an early slice.
//!
//! A holder keeps the inner hashes beside the clip in an [`Outboard`], 0.4 % of its length. Both sides work on one
//! slice at a time, at most [`SLICE`] bytes of clip.
//!
//! Left to others: files, framing, and who may ask.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use bao_tree::io::outboard::{EmptyOutboard, PostOrderMemOutboard};
use bao_tree::io::sync::{
    DecodeResponseIter, Outboard as BaoOutboard, OutboardMut, encode_ranges_validated,
    outboard_post_order,
};
use bao_tree::io::{BaoContentItem, EncodeError};
use bao_tree::iter::{BaoChunk, ResponseIterRef};
use bao_tree::{BaoTree, BlockSize, ChunkNum, ChunkRanges};

use super::ClipId;
use crate::wire::limits::SEALED_BYTES;

pub use bao_tree::io::sync::ReadAt;

/// Bytes that are checked together: slices begin and end at multiples of this. 16 KiB keeps the hashes at 0.4 %.
pub const GROUP: u64 = 16 * 1024;

/// Most bytes of clip in one slice: 64 groups. Bounds the memory of both sides.
pub const SLICE: u64 = 64 * GROUP;

/// [`GROUP`] as the logarithm of BLAKE3 chunks of 1 KiB.
const BLOCK_SIZE: BlockSize = BlockSize::from_chunk_log(4);

/// Bytes of a pair of hashes.
const PAIR: u64 = 64;

/// Why a slice or an outboard was not made or not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SliceError {
    /// A range that is empty, too long, not within the clip, or not of whole groups.
    #[error("not a range of whole groups within the clip")]
    Range,
    /// A clip of no bytes, or of more than a clip may have.
    #[error("a clip has 1 to {SEALED_BYTES} bytes, not {0}")]
    ClipLength(
        /// Length in question, in bytes.
        u64,
    ),
    /// A slice or outboard that is not as long as range and clip require.
    #[error("{got} bytes received, {expected} expected")]
    Length {
        /// Bytes received.
        got: u64,
        /// Bytes expected.
        expected: u64,
    },
    /// Bytes that are not those of the clip, or a clip that is not of this length.
    #[error("bytes are not those of the clip")]
    Altered,
    /// The source could not be read.
    #[error("could not read the clip: {0}")]
    Read(
        /// What kind of failure.
        ErrorKind,
    ),
}

impl From<io::Error> for SliceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // The file is shorter than the clip is.
            ErrorKind::UnexpectedEof => Self::Altered,
            kind => Self::Read(kind),
        }
    }
}

/// The inner hashes of a clip, from which slices are made.
#[derive(Clone, PartialEq, Eq)]
pub struct Outboard(PostOrderMemOutboard);

impl Outboard {
    /// Reads a clip of `sealed_len` bytes once, and returns its outboard together with its name.
    ///
    /// # Errors
    /// [`SliceError::ClipLength`]; [`SliceError::Altered`] if `sealed` has more or fewer bytes; [`SliceError::Read`].
    pub fn compute(mut sealed: impl Read, sealed_len: u64) -> Result<Self, SliceError> {
        let tree = tree(sealed_len)?;
        let mut data = Vec::new();
        let root = outboard_post_order(&mut sealed, tree, &mut data)?;
        if sealed.read(&mut [0])? != 0 {
            return Err(SliceError::Altered);
        }
        Ok(Self(PostOrderMemOutboard { root, tree, data }))
    }

    /// Takes an outboard as it was stored.
    ///
    /// Only its length is checked here. Wrong hashes in it show when a slice is made ([`encode_slice`]).
    ///
    /// # Errors
    /// [`SliceError::ClipLength`], [`SliceError::Length`].
    pub fn load(clip: ClipId, sealed_len: u64, stored: Vec<u8>) -> Result<Self, SliceError> {
        let tree = tree(sealed_len)?;
        let (got, expected) = (stored.len() as u64, tree.outboard_size());
        if got != expected {
            return Err(SliceError::Length { got, expected });
        }
        Ok(Self(PostOrderMemOutboard {
            root: (*clip.as_bytes()).into(),
            tree,
            data: stored,
        }))
    }

    /// The outboard of a clip that has yet to come, for [`Outboard::learn`].
    ///
    /// # Errors
    /// [`SliceError::ClipLength`].
    pub fn unknown(clip: ClipId, sealed_len: u64) -> Result<Self, SliceError> {
        let len = capacity(tree(sealed_len)?.outboard_size())?;
        Self::load(clip, sealed_len, vec![0; len])
    }

    /// Checks a slice as [`decode_slice`] does, and keeps the hashes in it. Once slices of the whole clip were taken, this
    /// is its outboard, without reading the clip again.
    ///
    /// `keep` gets the bytes of the clip group by group, each with its place in the clip, as soon as they are checked.
    ///
    /// # Errors
    /// As [`decode_slice`], and those of `keep`. Only hashes that lead to the clip's name were kept, and only bytes that
    /// are the clip's were given to `keep`.
    pub fn learn<E: From<SliceError>>(
        &mut self,
        range: Range<u64>,
        slice: &[u8],
        keep: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        decode(range, slice, &mut self.0, keep)
    }

    /// The bytes to store: pairs of hashes in post-order, without length or root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.data
    }

    /// The clip that it belongs to.
    pub fn clip(&self) -> ClipId {
        ClipId::from_bytes(*self.0.root.as_bytes())
    }

    /// Length of the clip in bytes.
    pub fn sealed_len(&self) -> u64 {
        self.0.tree.size()
    }

    /// Reads the whole clip and checks it, and this outboard, against its name.
    ///
    /// # Errors
    /// [`SliceError::Altered`], [`SliceError::Read`].
    pub fn verify(&self, sealed: impl Read) -> Result<(), SliceError> {
        if Self::compute(sealed, self.sealed_len())? == *self {
            Ok(())
        } else {
            Err(SliceError::Altered)
        }
    }
}

impl fmt::Debug for Outboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Outboard({:?}, {} bytes)",
            self.clip(),
            self.sealed_len()
        )
    }
}

/// Bytes of the slice for this range of a clip, so that a slice needs no length in front of it.
///
/// # Errors
/// [`SliceError::ClipLength`], [`SliceError::Range`].
pub fn slice_len(sealed_len: u64, range: Range<u64>) -> Result<u64, SliceError> {
    let tree = tree(sealed_len)?;
    let wanted = wanted(&tree, &range)?;
    Ok(ResponseIterRef::new(tree, &wanted)
        .map(|item| match item {
            BaoChunk::Parent { .. } => PAIR,
            BaoChunk::Leaf { size, .. } => size as u64,
        })
        .sum())
}

/// Makes the slice for a range of the clip, checking what it reads: a holder whose disk went bad sends nothing.
///
/// # Errors
/// [`SliceError::Range`], [`SliceError::Altered`], [`SliceError::Read`].
pub fn encode_slice(
    sealed: impl ReadAt,
    outboard: &Outboard,
    range: Range<u64>,
) -> Result<Vec<u8>, SliceError> {
    let mut slice = Vec::new();
    encode_slice_into(sealed, outboard, range, &mut slice)?;
    Ok(slice)
}

/// Makes a slice as [`encode_slice`] does, in place of what `slice` holds. Who makes many needs room for one.
///
/// # Errors
/// As [`encode_slice`]; `slice` must not be sent then.
pub fn encode_slice_into(
    sealed: impl ReadAt,
    outboard: &Outboard,
    range: Range<u64>,
    slice: &mut Vec<u8>,
) -> Result<(), SliceError> {
    let wanted = wanted(&outboard.0.tree, &range)?;
    slice.clear();
    slice.reserve(capacity(slice_len(outboard.sealed_len(), range)?)?);
    encode_ranges_validated(sealed, &outboard.0, &wanted, slice).map_err(|error| match error {
        EncodeError::Io(error) => error.into(),
        _ => SliceError::Altered,
    })
}

/// Checks a slice and returns the bytes of the clip in it, as many as `range` has.
///
/// `clip` and `sealed_len` come from the signed manifest or a lease, never from whoever sent the slice.
///
/// # Errors
/// [`SliceError::ClipLength`], [`SliceError::Range`], [`SliceError::Length`], [`SliceError::Altered`].
pub fn decode_slice(
    clip: ClipId,
    sealed_len: u64,
    range: Range<u64>,
    slice: &[u8],
) -> Result<Vec<u8>, SliceError> {
    let nowhere = EmptyOutboard {
        root: (*clip.as_bytes()).into(),
        tree: tree(sealed_len)?,
    };
    let mut bytes = Vec::with_capacity(slice.len());
    decode(range, slice, nowhere, |_, group| {
        bytes.extend_from_slice(group);
        Ok::<(), SliceError>(())
    })?;
    Ok(bytes)
}

/// Checks a slice against the root of `hashes`, which takes the others; `keep` takes the bytes.
fn decode<E: From<SliceError>>(
    range: Range<u64>,
    slice: &[u8],
    mut hashes: impl BaoOutboard + OutboardMut,
    mut keep: impl FnMut(u64, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let tree = hashes.tree();
    let wanted = wanted(&tree, &range)?;
    let (got, expected) = (slice.len() as u64, slice_len(tree.size(), range.clone())?);
    if got != expected {
        return Err(SliceError::Length { got, expected }.into());
    }
    for item in DecodeResponseIter::new(hashes.root(), tree, slice, &wanted) {
        match item.map_err(|_| SliceError::Altered)? {
            // What lies behind the range is the end of the clip, there to prove the length.
            BaoContentItem::Leaf(leaf) if leaf.offset < range.end => {
                keep(leaf.offset, &leaf.data)?;
            }
            BaoContentItem::Leaf(_) => {}
            BaoContentItem::Parent(parent) => hashes
                .save(parent.node, &parent.pair)
                .map_err(SliceError::from)?,
        }
    }
    Ok(())
}

/// The hash tree of a clip of this length.
fn tree(sealed_len: u64) -> Result<BaoTree, SliceError> {
    if (1..=SEALED_BYTES).contains(&sealed_len) {
        Ok(BaoTree::new(sealed_len, BLOCK_SIZE))
    } else {
        Err(SliceError::ClipLength(sealed_len))
    }
}

/// The range in chunks of BLAKE3, and the last chunk of the clip.
fn wanted(tree: &BaoTree, range: &Range<u64>) -> Result<ChunkRanges, SliceError> {
    let aligned = range.start.is_multiple_of(GROUP)
        && (range.end.is_multiple_of(GROUP) || range.end == tree.size());
    let within = range.start < range.end && range.end <= tree.size();
    if !aligned || !within || range.end - range.start > SLICE {
        return Err(SliceError::Range);
    }
    let asked = ChunkRanges::from(ChunkNum::full_chunks(range.start)..ChunkNum::chunks(range.end));
    let last = ChunkRanges::from(ChunkNum(tree.chunks().0 - 1)..);
    Ok(asked | last)
}

fn capacity(len: u64) -> Result<usize, SliceError> {
    usize::try_from(len).map_err(|_| SliceError::Range)
}
