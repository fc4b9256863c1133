//! The payload of an age file: where its chunks lie, and how one chunk is sealed and opened.
//!
//! STREAM with ChaCha20-Poly1305 (C2SP age.md, "Payload"): 64 KiB chunks, each under a nonce of its number and a flag
//! that only the last one sets. So a chunk opens only at its own place, and a payload that was cut at a chunk's edge
//! has no last chunk. All chunks but the last are full, and the last is empty only if there is no plaintext at all.
//!
//! This replaces the payload layer of the `age` crate because that one reads a stream from its start, releases
//! plaintext of a file whose end is missing, and lets a reader seek in one without noticing. Here the length comes
//! first ([`Layout`]) and says which chunk must be the last. Opening works in place; sealing writes where the chunk will lie.

use std::ops::Range;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};

use super::FileKey;

/// Bytes of plaintext in every chunk but the last (C2SP age.md).
pub const CHUNK: usize = 64 * 1024;
/// Bytes that sealing adds to a chunk: a Poly1305 tag (RFC 8439).
pub const TAG_LEN: usize = 16;
/// Bytes of a full chunk when sealed.
pub const SEALED_CHUNK: usize = CHUNK + TAG_LEN;
/// Bytes in front of the first chunk: the nonce from which the payload key is derived (C2SP age.md).
pub const NONCE_LEN: usize = 16;

/// No payload has this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no sealed clip has {0} bytes")]
pub struct LayoutError(
    /// The length in question, in bytes.
    pub u64,
);

/// Where the chunks of a payload lie, and what each of them holds. All lengths and offsets are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    plaintext_len: u64,
    chunks: u64,
}

impl Layout {
    /// The layout of a payload for this much plaintext.
    ///
    /// # Errors
    /// [`LayoutError`] if the sealed length would not fit into 64 bits.
    pub const fn of_plaintext(len: u64) -> Result<Self, LayoutError> {
        let chunks = if len == 0 {
            1
        } else {
            len.div_ceil(CHUNK as u64)
        };
        // Tags and nonce add less than a thousandth.
        if len > u64::MAX / 2 {
            return Err(LayoutError(len));
        }
        Ok(Self {
            plaintext_len: len,
            chunks,
        })
    }

    /// The layout of a payload that is this long when sealed.
    ///
    /// # Errors
    /// [`LayoutError`] if no plaintext seals to this length: nonce or tag cut off, or an empty chunk after others.
    pub const fn of_sealed(len: u64) -> Result<Self, LayoutError> {
        let Some(body) = len.checked_sub(NONCE_LEN as u64) else {
            return Err(LayoutError(len));
        };
        let chunks = body.div_ceil(SEALED_CHUNK as u64);
        let Some(plaintext_len) = body.checked_sub(chunks * TAG_LEN as u64) else {
            return Err(LayoutError(len));
        };
        match Self::of_plaintext(plaintext_len) {
            Ok(layout) if layout.sealed_len() == len => Ok(layout),
            _ => Err(LayoutError(len)),
        }
    }

    /// Bytes of plaintext.
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Bytes of the sealed payload, nonce and tags included.
    pub const fn sealed_len(&self) -> u64 {
        NONCE_LEN as u64 + self.plaintext_len + self.chunks * TAG_LEN as u64
    }

    /// How many chunks there are; at least one.
    pub const fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Whether this is the number of the last chunk.
    pub const fn is_last(&self, chunk: u64) -> bool {
        chunk == self.chunks - 1
    }

    /// Where a chunk and its tag lie in the sealed payload, unless there is no such chunk.
    pub const fn sealed_range(&self, chunk: u64) -> Option<Range<u64>> {
        if chunk >= self.chunks {
            return None;
        }
        let start = NONCE_LEN as u64 + chunk * SEALED_CHUNK as u64;
        let end = if self.is_last(chunk) {
            self.sealed_len()
        } else {
            start + SEALED_CHUNK as u64
        };
        Some(start..end)
    }

    /// Which bytes of the plaintext a chunk holds, unless there is no such chunk.
    pub const fn plaintext_range(&self, chunk: u64) -> Option<Range<u64>> {
        if chunk >= self.chunks {
            return None;
        }
        let start = chunk * CHUNK as u64;
        let end = if self.is_last(chunk) {
            self.plaintext_len
        } else {
            start + CHUNK as u64
        };
        Some(start..end)
    }

    /// Which chunks hold a range of the plaintext. What lies behind its end counts as not asked for.
    pub const fn chunks_of(&self, plaintext: Range<u64>) -> Range<u64> {
        let end = if plaintext.end < self.plaintext_len {
            plaintext.end
        } else {
            self.plaintext_len
        };
        if plaintext.start >= end {
            return 0..0;
        }
        plaintext.start / CHUNK as u64..end.div_ceil(CHUNK as u64)
    }
}

/// The key of one payload, ready to seal or open its chunks.
pub(super) struct StreamKey(ChaCha20Poly1305);

impl StreamKey {
    pub(super) fn new(file_key: &FileKey, nonce: &[u8; NONCE_LEN]) -> Self {
        Self(ChaCha20Poly1305::new(
            (&*file_key.payload_key(nonce)).into(),
        ))
    }

    /// Seals a chunk into its place, which is [`TAG_LEN`] bytes longer.
    ///
    /// A number must not be used twice under one key; only [`Sealer`](super::Sealer) calls this.
    #[expect(
        clippy::expect_used,
        reason = "the cipher fails only beyond 256 GiB (RFC 8439), and the sealer lays out the room"
    )]
    pub(super) fn seal(&self, number: u64, last: bool, chunk: &[u8], sealed: &mut [u8]) {
        debug_assert!(chunk.len() <= CHUNK, "a chunk has at most 64 KiB");
        let (body, tag) = sealed
            .split_last_chunk_mut::<TAG_LEN>()
            .expect("a sealed chunk ends with its tag");
        let room = InOutBuf::new(chunk, body).expect("a sealed chunk is as long as its film");
        *tag = self
            .0
            .encrypt_inout_detached(&nonce(number, last), &[], room)
            .expect("a chunk has 64 KiB")
            .into();
    }

    /// Opens a chunk in place and returns its plaintext, or nothing if chunk, number or flag are wrong.
    pub(super) fn open<'a>(
        &self,
        number: u64,
        last: bool,
        sealed: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        let (chunk, tag) = sealed.split_last_chunk_mut::<TAG_LEN>()?;
        self.0
            .decrypt_inout_detached(&nonce(number, last), &[], chunk.into(), &Tag::from(*tag))
            .ok()?;
        Some(chunk)
    }
}

/// 11 bytes of the chunk's number, big-endian, and one that is 1 for the last chunk (C2SP age.md).
fn nonce(number: u64, last: bool) -> Nonce {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    Nonce::from([0, 0, 0, a, b, c, d, e, f, g, h, u8::from(last)])
}
