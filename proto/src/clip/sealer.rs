//! Makes a clip out of a film, while it is being recorded.
//!
//! [`Sealer::new`] draws the file key and the nonce and wraps the key for the household. What stays in memory is the
//! payload key, which seals and never leaves. A recorder can therefore write clips that it cannot open later, and
//! nothing in this crate seals under a key that already exists: a crash in the middle of a clip means a new clip, never
//! the same nonces again. Store the header before the first sealed bytes.
//!
//! The film must already have its final length ([`padded_len`](super::padded_len)); nothing is padded here. Nothing is
//! hashed either: whoever keeps the clip needs its hash tree, and [`Outboard::compute`](super::Outboard::compute) names
//! it in the same pass.

use std::{fmt, mem};

use rand_core::CryptoRng;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};
use zeroize::Zeroizing;

use super::stream::{StreamKey, TAG_LEN};
use super::{
    CHUNK, ExportHeader, FileKey, HeaderError, KeyCommit, Layout, NONCE_LEN, OwnerHeader,
    SEALED_CHUNK,
};
use crate::recipient::{ExportRecipient, Recipient};
use crate::wire::limits::SEALED_BYTES;

/// Why film was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// More film than a clip may hold. What was taken before can be finished; the rest belongs to a new clip.
    #[error("clip would be longer than {SEALED_BYTES} bytes")]
    TooLong,
}

/// What is known of a clip once it is sealed: the manifest states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Bytes of the sealed part.
    pub sealed_len: u64,
    /// Bytes of the film.
    pub plaintext_len: u64,
    /// Commitment to its file key.
    pub key_commit: KeyCommit,
}

/// A clip being made.
///
/// Takes film and appends sealed bytes to a buffer of the caller, who writes them out in that order.
///
/// Finishing consumes it, so that no chunk number is ever used twice:
///
/// ```compile_fail,E0382
/// # use streetlamp_proto::clip::Sealer;
/// fn twice(mut sealer: Sealer, out: &mut Vec<u8>) {
///     let _ = sealer.finish(out);
///     let _ = sealer.write(b"more", out);
/// }
/// ```
pub struct Sealer {
    key: StreamKey,
    key_commit: KeyCommit,
    /// Until it has been written in front of the first chunk.
    nonce: Option<[u8; NONCE_LEN]>,
    /// Film of which it is not yet known whether it is the last chunk. At most one chunk.
    pending: Zeroizing<Vec<u8>>,
    plaintext_len: u64,
    /// Number of the next chunk.
    next: u64,
    parallel: bool,
}

impl Sealer {
    /// Begins a clip that opens for these recipients: the household's reading keys and its recovery key.
    ///
    /// # Errors
    /// [`HeaderError::Recipients`] for none or too many.
    pub fn new(
        rng: &mut impl CryptoRng,
        recipients: &[Recipient],
    ) -> Result<(OwnerHeader, Self), HeaderError> {
        let file_key = FileKey::generate(rng);
        let header = OwnerHeader::wrap(&file_key, recipients)?;
        Ok((header, Self::fresh(&file_key, rng)))
    }

    /// Begins a film that leaves for somebody outside, as an age file of its own: header, then what is sealed.
    ///
    /// # Errors
    /// [`HeaderError::Age`] if this program cannot seal to such a key.
    pub fn for_export(
        rng: &mut impl CryptoRng,
        to: &ExportRecipient,
    ) -> Result<(ExportHeader, Self), HeaderError> {
        let file_key = FileKey::generate(rng);
        let header = ExportHeader::wrap(&file_key, to, rng)?;
        Ok((header, Self::fresh(&file_key, rng)))
    }

    fn fresh(file_key: &FileKey, rng: &mut impl CryptoRng) -> Self {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        Self::with_key(file_key, nonce)
    }

    pub(super) fn with_key(file_key: &FileKey, nonce: [u8; NONCE_LEN]) -> Self {
        Self {
            key: StreamKey::new(file_key, &nonce),
            key_commit: file_key.commit(),
            nonce: Some(nonce),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK)),
            plaintext_len: 0,
            next: 0,
            parallel: false,
        }
    }

    /// Seals the chunks of one write at the same time from now on, on the threads of the `rayon` pool that it is called
    /// in. The clip is the same.
    ///
    /// Chunks do not depend on each other: each has its number for a nonce.
    #[must_use]
    pub fn in_parallel(self) -> Self {
        Self {
            parallel: true,
            ..self
        }
    }

    /// Takes film and appends what can be sealed of it to `out`. Up to one chunk stays here until more comes.
    ///
    /// # Errors
    /// [`SealError::TooLong`]; nothing of `film` is taken then.
    pub fn write(&mut self, mut film: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.count(film.len())?;
        // One allocation for all that follows.
        out.reserve(NONCE_LEN + (film.len() / CHUNK + 1) * SEALED_CHUNK);
        self.write_nonce(out);
        // A full chunk is sealed only when more film follows: before that it may be the last one.
        if !self.pending.is_empty() && self.pending.len() + film.len() > CHUNK {
            let (head, rest) = film.split_at(CHUNK - self.pending.len());
            self.pending.extend_from_slice(head);
            let chunk = mem::take(&mut self.pending);
            self.seal_full(&chunk, out);
            self.pending = chunk;
            self.pending.clear();
            film = rest;
        }
        let full = film.len().saturating_sub(1) / CHUNK * CHUNK;
        let (chunks, rest) = film.split_at(full);
        self.seal_full(chunks, out);
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Seals the last chunk.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Sealed {
        self.write_nonce(out);
        let start = out.len();
        out.resize(start + self.pending.len() + TAG_LEN, 0);
        let sealed = out.get_mut(start..).unwrap_or_default();
        self.key.seal(self.next, true, &self.pending, sealed);
        self.next += 1;
        Sealed {
            sealed_len: NONCE_LEN as u64 + self.plaintext_len + self.next * TAG_LEN as u64,
            plaintext_len: self.plaintext_len,
            key_commit: self.key_commit,
        }
    }

    fn count(&mut self, film: usize) -> Result<(), SealError> {
        let len = self.plaintext_len.saturating_add(film as u64);
        match Layout::of_plaintext(len) {
            Ok(layout) if layout.sealed_len() <= SEALED_BYTES => {
                self.plaintext_len = len;
                Ok(())
            }
            _ => Err(SealError::TooLong),
        }
    }

    fn write_nonce(&mut self, out: &mut Vec<u8>) {
        if let Some(nonce) = self.nonce.take() {
            out.extend_from_slice(&nonce);
        }
    }

    /// Appends full chunks, none of them the last, sealed one behind the other.
    ///
    /// Each is encrypted on its way to its place. Nothing is copied first: that would be done on one thread only.
    fn seal_full(&mut self, film: &[u8], out: &mut Vec<u8>) {
        let (key, first) = (&self.key, self.next);
        let (start, chunks) = (out.len(), film.len() / CHUNK);
        self.next += chunks as u64;
        out.resize(start + chunks * SEALED_CHUNK, 0);
        let out = out.get_mut(start..).unwrap_or_default();
        if self.parallel {
            out.par_chunks_exact_mut(SEALED_CHUNK)
                .zip(film.par_chunks_exact(CHUNK))
                .enumerate()
                .for_each(|(at, (out, chunk))| key.seal(first + at as u64, false, chunk, out));
        } else {
            let chunks = film
                .chunks_exact(CHUNK)
                .zip(out.chunks_exact_mut(SEALED_CHUNK));
            (first..)
                .zip(chunks)
                .for_each(|(number, (chunk, out))| key.seal(number, false, chunk, out));
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("plaintext_len", &self.plaintext_len)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_film_is_taken_than_a_clip_may_hold() {
        let mut sealer = Sealer::with_key(&FileKey::from_vector([1; 16]), [2; NONCE_LEN]);
        let longest = Layout::of_sealed(SEALED_BYTES).unwrap().plaintext_len();
        // Counting is what is tested; 288 MiB need not be sealed for it.
        sealer.plaintext_len = longest - 1;
        let mut out = Vec::new();
        assert_eq!(sealer.write(&[0], &mut out), Ok(()));
        let written = out.len();
        assert_eq!(sealer.write(&[0], &mut out), Err(SealError::TooLong));
        assert_eq!(out.len(), written);
    }
}
