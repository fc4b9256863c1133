//! Where the chunks lie in the source, and where they will lie in the cleaned film.
//!
//! Only chunks of tracks that stay are copied, in the order in which they lie in the source, one
//! right after the other. So the interleaving of pictures and sound stays, while what lay between,
//! and the samples of dropped tracks, goes.

use std::ops::Range;

use mp4_atom::{Atom, Stco, Stsc};

use super::FilmError;
use super::chunks::lengths;
use super::limits::MAX_CHUNKS;
use super::track::Track;

/// A chunk of samples of one track.
///
/// The order of the fields is the order of the copies. An empty chunk comes before the one that
/// begins at the same place, so that a cleaned film keeps its order when it is cleaned again.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Chunk {
    /// First byte in the source.
    start: u64,
    /// In bytes.
    length: u64,
    /// Which track, counted from 0.
    track: usize,
    /// Which of its chunks, counted from 0.
    index: usize,
}

/// What to copy, and where each chunk will lie.
#[derive(Debug)]
pub(super) struct Layout {
    /// Ranges of the source in the order in which they are copied, neighbours joined.
    pub(super) copies: Vec<Range<u64>>,
    /// Bytes of all copies together.
    pub(super) length: u64,
    /// For each track, where its chunks begin, counted from the first copied byte.
    starts: Vec<Vec<u64>>,
}

impl Layout {
    /// Plans the copying of all chunks of `tracks`, which must lie within `media`.
    pub(super) fn plan(tracks: &[Track], media: &[Range<u64>]) -> Result<Self, FilmError> {
        let held: u64 = media.iter().map(|media| media.end - media.start).sum();
        let starts = tracks
            .iter()
            .map(|track| vec![0; track.tables.chunks.len()])
            .collect();
        let mut layout = Self {
            copies: Vec::new(),
            length: 0,
            starts,
        };
        for chunk in in_file_order(tracks)? {
            if let Some(start) = layout
                .starts
                .get_mut(chunk.track)
                .and_then(|starts| starts.get_mut(chunk.index))
            {
                *start = layout.length;
            }
            if chunk.length == 0 {
                continue;
            }
            let source = within(media, &chunk)?;
            layout.length += chunk.length;
            // Chunks that overlap would let a small file name the same bytes a million times over.
            if layout.length > held {
                return Err(FilmError::Malformed(Stsc::KIND));
            }
            match layout.copies.last_mut() {
                Some(last) if last.end == source.start => last.end = source.end,
                _ => layout.copies.push(source),
            }
        }
        Ok(layout)
    }

    /// The chunk offsets of each track when the first copied byte lies at `base`.
    pub(super) fn places(&self, base: u64) -> Result<Vec<Stco>, FilmError> {
        let place = |start: &u64| u32::try_from(base + start).map_err(|_| FilmError::IndexTooLarge);
        let table = |starts: &Vec<u64>| {
            Ok(Stco {
                entries: starts.iter().map(place).collect::<Result<_, _>>()?,
            })
        };
        self.starts.iter().map(table).collect()
    }
}

/// All chunks of all tracks as they follow each other in the source.
fn in_file_order(tracks: &[Track]) -> Result<Vec<Chunk>, FilmError> {
    if tracks
        .iter()
        .map(|track| track.tables.chunks.len())
        .sum::<usize>()
        > MAX_CHUNKS
    {
        return Err(FilmError::IndexTooLarge);
    }
    let mut chunks = Vec::new();
    for (track, Track { tables, .. }) in tracks.iter().enumerate() {
        let lengths = lengths(&tables.chunking, &tables.sizes, tables.chunks.len())?;
        let places = tables.chunks.iter().zip(lengths).enumerate();
        chunks.extend(places.map(|(index, (&start, length))| Chunk {
            start,
            length,
            track,
            index,
        }));
    }
    chunks.sort_unstable();
    Ok(chunks)
}

/// The range of `chunk` in the source, if it lies within one of the `media` ranges, which ascend.
///
/// Anything else is not samples, and might be what the cleaning is there to remove.
fn within(media: &[Range<u64>], chunk: &Chunk) -> Result<Range<u64>, FilmError> {
    let end = chunk
        .start
        .checked_add(chunk.length)
        .ok_or(FilmError::Truncated)?;
    if media.last().is_none_or(|last| last.end < end) {
        return Err(FilmError::Truncated);
    }
    let behind = media.partition_point(|media| media.start <= chunk.start);
    let around = behind.checked_sub(1).and_then(|last| media.get(last));
    match around {
        Some(media) if end <= media.end => Ok(chunk.start..end),
        _ => Err(FilmError::Malformed(Stco::KIND)),
    }
}
