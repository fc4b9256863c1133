//! Opens a sealed clip, whole or one chunk at a time.
//!
//! Two things are checked before anything else, both against the signed manifest: that the file key is the one key of
//! this clip, and that its length is one that a clip can have. Without the first, one clip could show two neighbours
//! two different films; without the second, a file that was cut short would play as if it ended there.
//!
//! An [`Opener`] takes bytes that the caller has verified against the [`ClipId`](super::ClipId); it still trusts none
//! of them. It does no buffering: a player asks [`Layout`] which chunks it needs.

use std::fmt;
use std::ops::Range;

use super::stream::StreamKey;
use super::{FileKey, KeyCommit, Layout, LayoutError, NONCE_LEN, SEALED_CHUNK};
use crate::wire::limits::SEALED_BYTES;

/// Why a clip, or a part of it, was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file key is not the one that the clip's manifest commits to: somebody was given another film.
    #[error("key is not the one that the clip's manifest says")]
    WrongKey,
    /// No clip has the length that the manifest says.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Longer than a clip may be.
    #[error("clip of {0} bytes, at most {SEALED_BYTES} are allowed")]
    TooLong(
        /// Length that the manifest says, in bytes.
        u64,
    ),
    /// The clip has no chunk of this number.
    #[error("clip has no chunk {0}")]
    NoSuchChunk(
        /// Number of the chunk, from 0.
        u64,
    ),
    /// A chunk that is shorter or longer than it must be.
    #[error("chunk {chunk} has {got} bytes, it must have {expected}")]
    Length {
        /// Number of the chunk, from 0.
        chunk: u64,
        /// Bytes given.
        got: usize,
        /// Bytes that it has when sealed.
        expected: u64,
    },
    /// A chunk that was altered, or is of another place or clip.
    #[error("chunk {0} was altered")]
    Altered(
        /// Number of the chunk, from 0.
        u64,
    ),
}

/// Opens the chunks of one clip.
pub struct Opener {
    key: StreamKey,
    layout: Layout,
}

impl Opener {
    /// An opener for the clip whose manifest says `key_commit` and `sealed_len`, and whose sealed part begins with
    /// `nonce`.
    ///
    /// # Errors
    /// [`OpenError::WrongKey`] before anything else, then [`OpenError::TooLong`] and [`OpenError::Layout`].
    pub fn new(
        key: &FileKey,
        key_commit: &KeyCommit,
        sealed_len: u64,
        nonce: &[u8; NONCE_LEN],
    ) -> Result<Self, OpenError> {
        if key.commit() != *key_commit {
            return Err(OpenError::WrongKey);
        }
        if sealed_len > SEALED_BYTES {
            return Err(OpenError::TooLong(sealed_len));
        }
        let layout = Layout::of_sealed(sealed_len)?;
        Ok(Self {
            key: StreamKey::new(key, nonce),
            layout,
        })
    }

    /// Where the clip's chunks lie.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Opens one chunk in place and returns its film. In any order.
    ///
    /// `sealed` is the whole chunk and its tag, as [`Layout::sealed_range`] says. After an error it holds what it held.
    ///
    /// # Errors
    /// [`OpenError::NoSuchChunk`], [`OpenError::Length`], [`OpenError::Altered`].
    pub fn open_chunk<'a>(
        &self,
        chunk: u64,
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], OpenError> {
        let range = self
            .layout
            .sealed_range(chunk)
            .ok_or(OpenError::NoSuchChunk(chunk))?;
        let expected = range.end - range.start;
        if sealed.len() as u64 != expected {
            return Err(OpenError::Length {
                chunk,
                got: sealed.len(),
                expected,
            });
        }
        self.key
            .open(chunk, self.layout.is_last(chunk), sealed)
            .ok_or(OpenError::Altered(chunk))
    }

    /// Opens chunks that follow one another and appends their film to `out`.
    ///
    /// `sealed` is exactly these chunks; all of them, behind the nonce, are the whole clip. After an error `out` is as
    /// it was: film is never released in front of a gap.
    ///
    /// # Errors
    /// Those of [`Self::open_chunk`]; [`OpenError::Length`] also for bytes behind the last of the chunks.
    pub fn open_chunks(
        &self,
        chunks: Range<u64>,
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let before = out.len();
        out.reserve(sealed.len());
        let opened = self.append_chunks(chunks, sealed, out);
        if opened.is_err() {
            out.truncate(before);
        }
        opened
    }

    fn append_chunks(
        &self,
        chunks: Range<u64>,
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let mut pieces = sealed.chunks(SEALED_CHUNK);
        for chunk in chunks.clone() {
            let start = out.len();
            out.extend_from_slice(pieces.next().unwrap_or_default());
            let film = self.open_chunk(chunk, out.get_mut(start..).unwrap_or_default())?;
            let end = start + film.len();
            out.truncate(end);
        }
        match pieces.next() {
            None => Ok(()),
            Some(more) => Err(OpenError::Length {
                chunk: chunks.end,
                got: more.len(),
                expected: 0,
            }),
        }
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}
