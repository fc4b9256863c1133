//! Finds the index and the media data in a file, without reading the media data.
//!
//! Takes `moov`, the places of `mdat` and of fragments (`moof`) out of the top level, and one fact
//! out of `ftyp`. All else, such as `uuid` boxes, previews, or what phones append after the last box, is
//! not looked at.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use mp4_atom::{Atom, FourCC, Ftyp, Header, Mdat, Meta, Mfra, Moof, Moov, ReadFrom, Sidx};

use super::FilmError;
use super::boxes::decode;
use super::limits::{MAX_FTYP, MAX_INDEX, MAX_TOP_LEVEL};

/// Brand of QuickTime files (Apple, QuickTime File Format).
pub(super) const QUICKTIME: FourCC = FourCC::new(b"qt  ");

/// What was found at the top level of a file.
#[derive(Debug)]
pub(super) struct TopLevel {
    /// Content of the `moov` box.
    pub(super) index: Vec<u8>,
    /// Places of the contents of the `mdat` boxes, ascending and apart.
    pub(super) media: Vec<Range<u64>>,
    /// The fragments of the index, in file order.
    pub(super) fragments: Vec<Fragment>,
    /// Whether the file says at its top level that it is in fragments.
    pub(super) fragmented: bool,
    /// Whether a brand allows QuickTime's sound descriptions, which readers parse differently.
    pub(super) quicktime: bool,
}

/// Where a `moof` box lies.
#[derive(Debug)]
pub(super) struct Fragment {
    /// Its first byte, from which its samples are counted.
    pub(super) start: u64,
    /// Its content.
    pub(super) body: Range<u64>,
}

impl TopLevel {
    /// A source that has nothing but samples.
    pub(super) fn samples_only(bytes: u64) -> Self {
        Self {
            index: Vec::new(),
            media: std::iter::once(0..bytes).collect(),
            fragments: Vec::new(),
            fragmented: false,
            quicktime: false,
        }
    }

    /// Walks the top level of `source` from its first byte; of at most `longest` bytes.
    pub(super) fn find<R: Read + Seek>(source: &mut R, longest: u64) -> Result<Self, FilmError> {
        let end = source.seek(SeekFrom::End(0)).map_err(FilmError::Io)?;
        if end == 0 {
            return Err(FilmError::Empty);
        }
        if end > longest {
            return Err(FilmError::TooLarge {
                bytes: end,
                longest,
            });
        }
        let quicktime = match next_box(source, 0, end)? {
            Some((Ftyp::KIND, body)) => is_quicktime(source, body, end)?,
            _ => return Err(FilmError::NotMp4),
        };

        let mut index = None;
        let mut media = Vec::new();
        let mut fragments = Vec::new();
        let (mut fragmented, mut still) = (false, false);
        let mut at = source.stream_position().map_err(FilmError::Io)?;
        let mut boxes = 0;
        while let Some((kind, body)) = next_box(source, at, end)? {
            boxes += 1;
            if boxes > MAX_TOP_LEVEL {
                return Err(FilmError::IndexTooLarge);
            }
            let start = std::mem::replace(&mut at, body.end);
            match kind {
                Sidx::KIND | Mfra::KIND => fragmented = true,
                Moof::KIND => {
                    fragmented = true;
                    fragments.push(Fragment { start, body });
                }
                Moov::KIND | Mdat::KIND if body.end > end => return Err(FilmError::Truncated),
                Moov::KIND if index.is_some() => return Err(FilmError::Malformed(Moov::KIND)),
                Moov::KIND => index = Some(read_box(source, body, MAX_INDEX)?),
                Mdat::KIND => media.push(body),
                Meta::KIND => still = true,
                _ => {}
            }
        }
        match index {
            Some(index) => Ok(Self {
                index,
                media,
                fragments,
                fragmented,
                quicktime,
            }),
            // HEIF pictures have their `meta` at the top level and no index.
            None if still => Err(FilmError::NotMp4),
            None => Err(FilmError::Truncated),
        }
    }
}

/// Kind and place of the content of the box at `at`; none where no box can begin.
///
/// Garbage after the last box is an end like any other: if something is missing then, that is found
/// out. The place may reach beyond `end`.
fn next_box<R: Read + Seek>(
    source: &mut R,
    at: u64,
    end: u64,
) -> Result<Option<(FourCC, Range<u64>)>, FilmError> {
    if at >= end {
        return Ok(None);
    }
    source.seek(SeekFrom::Start(at)).map_err(FilmError::Io)?;
    let header = match Header::read_from(source) {
        Ok(header) => header,
        Err(mp4_atom::Error::Io(error)) if error.kind() != ErrorKind::UnexpectedEof => {
            return Err(FilmError::Io(error));
        }
        Err(_) => return Ok(None),
    };
    let start = source.stream_position().map_err(FilmError::Io)?;
    let end = match header.size {
        Some(size) => u64::try_from(size)
            .ok()
            .and_then(|size| start.checked_add(size)),
        None => Some(end),
    };
    Ok(end.map(|end| (header.kind, start..end)))
}

/// Reads the brands and leaves `source` behind them.
fn is_quicktime<R: Read + Seek>(
    source: &mut R,
    body: Range<u64>,
    end: u64,
) -> Result<bool, FilmError> {
    if body.end > end {
        return Err(FilmError::Truncated);
    }
    let ftyp: Ftyp = decode(&read_box(source, body, MAX_FTYP)?)?;
    Ok(ftyp.major_brand == QUICKTIME || ftyp.compatible_brands.contains(&QUICKTIME))
}

/// Reads the content at `body`, at which `source` stands.
pub(super) fn read_box<R: Read>(
    source: &mut R,
    body: Range<u64>,
    limit: u64,
) -> Result<Vec<u8>, FilmError> {
    let length = body.end - body.start;
    if length > limit {
        return Err(FilmError::IndexTooLarge);
    }
    let mut content = Vec::new();
    let read = source
        .take(length)
        .read_to_end(&mut content)
        .map_err(FilmError::Io)?;
    if u64::try_from(read) == Ok(length) {
        Ok(content)
    } else {
        Err(FilmError::Truncated)
    }
}
