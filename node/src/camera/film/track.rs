//! One track (`trak`): read if it is pictures or sound, and written anew.
//!
//! Everything goes by handler (ISO/IEC 14496-12 section 8.4.3). Tracks of positions, text, chapters
//! and time codes are told apart by it and dropped before their samples are looked at. Of a track
//! that stays, its times of creation, its name and its references to other tracks go. Its language,
//! its edits and its matrix (which turns the picture) stay.

use mp4_atom::{
    Atom, BufMut, Dinf, Dref, Edts, Elst, Encode, FourCC, Hdlr, Mdhd, Mdia, Minf, Smhd, Stbl, Stco,
    Tkhd, Trak, Url, Vmhd,
};

use super::FilmError;
use super::boxes::{Boxes, decode, once, required};
use super::references;
use super::samples::Sample;
use super::tables::Tables;

/// Handler of pictures.
const VIDEO: FourCC = FourCC::new(b"vide");

/// Handler of sound.
const SOUND: FourCC = FourCC::new(b"soun");

/// Bytes of a `hdlr` box before its name (ISO/IEC 14496-12 section 8.4.3.2).
const HANDLER_WITHOUT_NAME: usize = 24;

/// What a track that stays carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// Handler `vide`.
    Video,
    /// Handler `soun`.
    Sound,
}

/// A track that stays, cleaned.
#[derive(Debug, Clone)]
pub(super) struct Track {
    header: Tkhd,
    edits: Option<Elst>,
    media_header: Mdhd,
    /// What it carries.
    pub(super) medium: Medium,
    /// Its samples.
    pub(super) tables: Tables,
}

impl Track {
    /// Reads the content of a `trak` box; none if the track does not stay.
    pub(super) fn read(trak: &[u8]) -> Result<Option<Self>, FilmError> {
        let (mut header, mut edits, mut mdia) = (None, None, None);
        for child in Boxes::of(Trak::KIND, trak) {
            match child? {
                (Tkhd::KIND, body) => once(&mut header, Tkhd::KIND, body)?,
                (Edts::KIND, body) => once(&mut edits, Edts::KIND, body)?,
                (Mdia::KIND, body) => once(&mut mdia, Mdia::KIND, body)?,
                _ => {}
            }
        }
        let (mut media_header, mut handler, mut minf) = (None, None, None);
        for child in Boxes::of(Mdia::KIND, required(mdia, Mdia::KIND)?) {
            match child? {
                (Mdhd::KIND, body) => once(&mut media_header, Mdhd::KIND, body)?,
                (Hdlr::KIND, body) => once(&mut handler, Hdlr::KIND, body)?,
                (Minf::KIND, body) => once(&mut minf, Minf::KIND, body)?,
                _ => {}
            }
        }
        let Some(medium) = medium(required(handler, Hdlr::KIND)?)? else {
            return Ok(None);
        };
        let tables = tables(required(minf, Minf::KIND)?, medium)?;
        let header: Tkhd = decode(required(header, Tkhd::KIND)?)?;
        let media_header: Mdhd = decode(required(media_header, Mdhd::KIND)?)?;
        Ok(Some(Self {
            header: Tkhd {
                creation_time: 0,
                modification_time: 0,
                ..header
            },
            edits: edits.map(edit_list).transpose()?.flatten(),
            media_header: Mdhd {
                creation_time: 0,
                modification_time: 0,
                ..media_header
            },
            medium,
            tables,
        }))
    }

    /// A track without a sample yet.
    pub(super) const fn empty(
        medium: Medium,
        header: Tkhd,
        media_header: Mdhd,
        tables: Tables,
    ) -> Self {
        Self {
            header,
            edits: None,
            media_header,
            medium,
            tables,
        }
    }

    /// Its number within the film.
    pub(super) const fn id(&self) -> u32 {
        self.header.track_id
    }

    /// Whether players turn its pictures by a quarter (ISO/IEC 14496-12 section 8.3.2, the matrix).
    pub(super) const fn is_turned(&self) -> bool {
        let matrix = &self.header.matrix;
        matrix.a == 0 && matrix.d == 0 && matrix.b != 0 && matrix.c != 0
    }

    /// How long it plays, in ticks of the movie header, as its header claims.
    pub(super) const fn ticks(&self) -> u64 {
        self.header.duration
    }

    /// How long its samples last together, and how many of these ticks make a second.
    pub(super) fn media_ticks(&self) -> (u64, u32) {
        (self.tables.ticks(), self.media_header.timescale)
    }

    /// When it begins to play, in ticks of the movie header, and with which moment of its media.
    ///
    /// What an edit list hides later on is shown: cameras write none.
    pub(super) fn beginning(&self) -> (u64, u64) {
        let mut dwell = 0_u64;
        for edit in self.edits.iter().flat_map(|edits| &edits.entries) {
            match edit.media_time {
                Some(time) => return (dwell, time),
                None => dwell = dwell.saturating_add(edit.segment_duration),
            }
        }
        (dwell, 0)
    }

    /// A part of it: these samples, played from `edits` on for `ticks` of the movie header.
    pub(super) fn part(&self, samples: &[Sample], edits: Elst, ticks: u64) -> Self {
        let tables = self.tables.with(samples);
        Self {
            header: Tkhd {
                duration: ticks,
                ..self.header.clone()
            },
            edits: Some(edits),
            media_header: Mdhd {
                duration: tables.ticks(),
                ..self.media_header.clone()
            },
            medium: self.medium,
            tables,
        }
    }

    /// Appends the `trak` box to `out`, its chunks lying at `places`.
    ///
    /// The media header of each kind (`vmhd`, `smhd`) is the standard's default: what others ask
    /// for, players ignore.
    pub(super) fn write(&self, out: &mut Vec<u8>, places: &Stco) -> mp4_atom::Result<()> {
        out.encode_atom(Trak::KIND, |out| {
            self.header.encode(out)?;
            if let Some(edits) = &self.edits {
                out.encode_atom(Edts::KIND, |out| edits.encode(out))?;
            }
            out.encode_atom(Mdia::KIND, |out| {
                self.media_header.encode(out)?;
                let handler = match self.medium {
                    Medium::Video => VIDEO,
                    Medium::Sound => SOUND,
                };
                Hdlr {
                    handler,
                    name: String::new(),
                }
                .encode(out)?;
                out.encode_atom(Minf::KIND, |out| {
                    match self.medium {
                        Medium::Video => Vmhd::default().encode(out)?,
                        Medium::Sound => Smhd::default().encode(out)?,
                    }
                    Dinf {
                        dref: Dref {
                            entries: vec![Url::default().into()],
                        },
                    }
                    .encode(out)?;
                    self.tables.write(out, places)
                })
            })
        })
    }
}

/// What a track carries, by the content of its `hdlr` box; none if it does not stay.
///
/// The name is cut off before decoding: QuickTime's is not text in UTF-8, and the decoder would
/// refuse the film for it.
fn medium(hdlr: &[u8]) -> Result<Option<Medium>, FilmError> {
    let (fixed, _name) = hdlr
        .split_at_checked(HANDLER_WITHOUT_NAME)
        .unwrap_or((hdlr, &[]));
    Ok(match decode::<Hdlr>(fixed)?.handler {
        VIDEO => Some(Medium::Video),
        SOUND => Some(Medium::Sound),
        _ => None,
    })
}

/// The edit list in the content of an `edts` box, if there is one.
fn edit_list(edts: &[u8]) -> Result<Option<Elst>, FilmError> {
    let mut list = None;
    for child in Boxes::of(Edts::KIND, edts) {
        if let (Elst::KIND, body) = child? {
            once(&mut list, Elst::KIND, decode(body)?)?;
        }
    }
    Ok(list)
}

/// The sample tables in the content of a `minf` box, once it is sure that the samples lie in this
/// file.
fn tables(minf: &[u8], medium: Medium) -> Result<Tables, FilmError> {
    let (mut dinf, mut stbl) = (None, None);
    for child in Boxes::of(Minf::KIND, minf) {
        match child? {
            (Dinf::KIND, body) => once(&mut dinf, Dinf::KIND, body)?,
            (Stbl::KIND, body) => once(&mut stbl, Stbl::KIND, body)?,
            _ => {}
        }
    }
    references::all_within(dinf.unwrap_or_default())?;
    Tables::read(required(stbl, Stbl::KIND)?, medium)
}
