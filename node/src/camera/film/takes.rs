//! A film out of pictures that a camera streamed.
//!
//! The pictures are coded already and stay as they are; what is made is the index in front of them.

use std::io::Cursor;

use mp4_atom::{Elst, ElstEntry, Encode, FixedPoint, Mdhd, Mvhd, Tkhd};

use super::description::Descriptions;
use super::movie::Movie;
use super::samples::{Sample, least_delay};
use super::source::TopLevel;
use super::tables::Tables;
use super::track::{Medium, Track};
use super::{CleanFilm, FilmError};

/// How pictures are coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// The sample description (ISO/IEC 14496-12 section 12.1.3), as a box.
    pub entry: Vec<u8>,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Ticks in a second.
    pub clock: u32,
}

/// Pictures that follow each other, the first of which needs no others.
#[derive(Debug, Default)]
pub struct Takes {
    data: Vec<u8>,
    pictures: Vec<(usize, bool, i64)>,
}

impl Takes {
    /// Adds the next picture in the order of decoding: whether it needs no others, and when it is shown, in ticks.
    pub fn push(&mut self, data: &[u8], key: bool, at: i64) {
        self.data.extend_from_slice(data);
        self.pictures.push((data.len(), key, at));
    }

    /// The film of them.
    ///
    /// # Errors
    /// A [`FilmError`] if they make none.
    pub fn film(self, coding: &Coding) -> Result<CleanFilm<Cursor<Vec<u8>>>, FilmError> {
        let samples = self.samples();
        let ticks: u64 = samples.iter().map(|sample| u64::from(sample.ticks)).sum();
        let first = samples.first().ok_or(FilmError::NoVideo)?;
        let hidden = u64::try_from(first.delay - least_delay(&samples)).unwrap_or(0);
        let mut description = Vec::with_capacity(coding.entry.len() + 8);
        let odd = |_| FilmError::Malformed(mp4_atom::FourCC::new(b"stsd"));
        // Version and flags, and how many there are.
        0_u32.encode(&mut description).map_err(odd)?;
        1_u32.encode(&mut description).map_err(odd)?;
        description.extend_from_slice(&coding.entry);
        let descriptions = Descriptions::read(&description, Medium::Video)?;
        let header = Tkhd {
            track_id: 1,
            enabled: true,
            in_movie: true,
            width: FixedPoint::new(coding.width, 0),
            height: FixedPoint::new(coding.height, 0),
            ..Tkhd::default()
        };
        let media_header = Mdhd {
            timescale: coding.clock,
            language: "und".to_owned(),
            ..Mdhd::default()
        };
        let empty = Track::pictures(header, media_header, Tables::empty(descriptions));
        let edits = Elst {
            entries: vec![ElstEntry {
                segment_duration: ticks,
                media_time: Some(hidden),
                media_rate: FixedPoint::new(1, 0),
            }],
        };
        let track = empty.part(&samples, edits, ticks);
        let header = Mvhd {
            timescale: coding.clock,
            ..Mvhd::default()
        };
        let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(coding.clock.max(1));
        let lasts = std::time::Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        let movie = Movie::new(header, vec![track], ticks, lasts);
        let found = TopLevel::samples_only(self.data.len() as u64);
        CleanFilm::of(Cursor::new(self.data), &movie, &found)
    }

    /// Cameras say when a picture is shown. Where those times do not ascend, pictures are decoded earlier than shown: the
    /// times themselves, sorted, are when.
    fn samples(&self) -> Vec<Sample> {
        let mut decoded: Vec<i64> = self.pictures.iter().map(|(_, _, at)| *at).collect();
        decoded.sort_unstable();
        let mut usual = 1;
        let mut place = 0;
        let mut samples = Vec::with_capacity(self.pictures.len());
        for (number, ((size, key, at), now)) in self.pictures.iter().zip(&decoded).enumerate() {
            let next = decoded.get(number + 1).map(|next| next - now);
            // The last one lasts as long as the one before.
            usual = next
                .and_then(|ticks| u32::try_from(ticks).ok())
                .unwrap_or(usual);
            samples.push(Sample {
                place,
                size: u32::try_from(*size).unwrap_or(u32::MAX),
                ticks: usual,
                delay: at - now,
                key: *key,
                description: 1,
            });
            place += *size as u64;
        }
        samples
    }
}
