//! The bytes of a cleaned film before its first sample.

use mp4_atom::{Atom, Encode, FourCC, Ftyp, Header, Mdat};

use super::FilmError;
use super::layout::Layout;
use super::movie::Movie;
use super::source::QUICKTIME;

/// Brands of every cleaned film, whatever made it: the base format and its first two editions
/// (ISO/IEC 14496-12 annex E, ISO/IEC 14496-14 section 4). They are what `ffmpeg` writes.
const BRANDS: [FourCC; 3] = [
    FourCC::new(b"isom"),
    FourCC::new(b"iso2"),
    FourCC::new(b"mp41"),
];

/// The file type, the index and the header of the media data.
///
/// QuickTime's brand stays beside ours where it was, because readers parse sound descriptions
/// differently with it.
pub(super) fn write(movie: &Movie, layout: &Layout, quicktime: bool) -> Result<Vec<u8>, FilmError> {
    // Chunk offsets have a fixed width, so that their values do not change the length of the index.
    let base = with_base(movie, layout, quicktime, 0)?.len() as u64;
    with_base(movie, layout, quicktime, base)
}

fn with_base(
    movie: &Movie,
    layout: &Layout,
    quicktime: bool,
    base: u64,
) -> Result<Vec<u8>, FilmError> {
    let mut head = Vec::new();
    let brands = BRANDS.into_iter().chain(quicktime.then_some(QUICKTIME));
    let [major_brand, ..] = BRANDS;
    Ftyp {
        major_brand,
        minor_version: 0,
        compatible_brands: brands.collect(),
    }
    .encode(&mut head)
    .map_err(|_| FilmError::Malformed(Ftyp::KIND))?;
    movie.write(&mut head, &layout.places(base)?)?;
    let size = usize::try_from(layout.length).map_err(|_| FilmError::IndexTooLarge)?;
    Header {
        kind: Mdat::KIND,
        size: Some(size),
    }
    .encode(&mut head)
    .map_err(|_| FilmError::Malformed(Mdat::KIND))?;
    Ok(head)
}
