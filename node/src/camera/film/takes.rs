//! A film out of pictures, and perhaps sound, that a camera streamed.
//!
//! Both are coded already and stay as they are; what is made is the index in front of them.

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

/// How sound is coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundCoding {
    /// The sample description, as a box.
    pub entry: Vec<u8>,
    /// Ticks in a second.
    pub clock: u32,
}

/// Pictures that follow each other, the first of which needs no others, and the sound beside them.
#[derive(Debug, Default)]
pub struct Takes {
    data: Vec<u8>,
    pictures: Vec<Take>,
    sounds: Vec<Take>,
}

/// One picture, or one piece of sound.
#[derive(Debug)]
struct Take {
    place: u64,
    size: usize,
    key: bool,
    /// In ticks of its own clock.
    at: i64,
}

impl Takes {
    /// Adds the next picture in the order of decoding: whether it needs no others, and when it is shown, in ticks.
    pub fn push(&mut self, data: &[u8], key: bool, at: i64) {
        let take = self.place(data, key, at);
        self.pictures.push(take);
    }

    /// Adds the next piece of sound, which begins then, in ticks of its own clock.
    pub fn hear(&mut self, data: &[u8], at: i64) {
        let take = self.place(data, true, at);
        self.sounds.push(take);
    }

    fn place(&mut self, data: &[u8], key: bool, at: i64) -> Take {
        let place = self.data.len() as u64;
        self.data.extend_from_slice(data);
        Take {
            place,
            size: data.len(),
            key,
            at,
        }
    }

    /// The film of them. Sound of which nobody says how it is coded is left out.
    ///
    /// # Errors
    /// A [`FilmError`] if they make none.
    pub fn film(
        self,
        coding: &Coding,
        sound: Option<&SoundCoding>,
    ) -> Result<CleanFilm<Cursor<Vec<u8>>>, FilmError> {
        let samples = samples(&self.pictures);
        let ticks: u64 = samples.iter().map(|sample| u64::from(sample.ticks)).sum();
        let first = samples.first().ok_or(FilmError::NoVideo)?;
        let hidden = u64::try_from(first.delay - least_delay(&samples)).unwrap_or(0);
        let header = Tkhd {
            track_id: 1,
            enabled: true,
            in_movie: true,
            width: FixedPoint::new(coding.width, 0),
            height: FixedPoint::new(coding.height, 0),
            ..Tkhd::default()
        };
        let empty = empty(Medium::Video, header, coding.clock, &coding.entry)?;
        let mut tracks = vec![empty.part(&samples, played(0, ticks, hidden), ticks)];
        let began = self.pictures.iter().map(|take| take.at).min();
        if let (Some(sound), Some(began)) = (sound, began) {
            tracks.extend(self.sound(sound, seconds(began, coding.clock), coding, ticks)?);
        }
        let header = Mvhd {
            timescale: coding.clock,
            ..Mvhd::default()
        };
        let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(coding.clock.max(1));
        let lasts = std::time::Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        let movie = Movie::new(header, tracks, ticks, lasts);
        let found = TopLevel::samples_only(self.data.len() as u64);
        CleanFilm::of(Cursor::new(self.data), &movie, &found)
    }

    /// The track of sound: as much of it as lies beside the pictures, which began at `began` and last for `most` ticks of
    /// theirs. Nothing if that is none.
    fn sound(
        &self,
        sound: &SoundCoding,
        began: Micros,
        coding: &Coding,
        most: u64,
    ) -> Result<Option<Track>, FilmError> {
        // Both clocks are counted from the moment that the camera began to play.
        let beside = |take: &&Take| seconds(take.at, sound.clock) >= began;
        let first = self.sounds.iter().position(|take| beside(&take));
        let heard = first
            .and_then(|first| self.sounds.get(first..))
            .unwrap_or_default();
        let Some(late) = heard
            .first()
            .map(|first| seconds(first.at, sound.clock) - began)
        else {
            return Ok(None);
        };
        let late = u64::try_from(late * i128::from(coding.clock) / MICROS).unwrap_or(0);
        if late >= most {
            return Ok(None);
        }
        let samples = samples(heard);
        let lasts: u64 = samples.iter().map(|sample| u64::from(sample.ticks)).sum();
        let lasts = u128::from(lasts) * u128::from(coding.clock) / u128::from(sound.clock.max(1));
        let lasts = u64::try_from(lasts).unwrap_or(u64::MAX).min(most - late);
        let header = Tkhd {
            track_id: 2,
            enabled: true,
            in_movie: true,
            volume: FixedPoint::new(1, 0),
            ..Tkhd::default()
        };
        let empty = empty(Medium::Sound, header, sound.clock, &sound.entry)?;
        Ok(Some(empty.part(
            &samples,
            played(late, lasts, 0),
            late + lasts,
        )))
    }
}

/// Millionths of a second.
type Micros = i128;
const MICROS: Micros = 1_000_000;

fn seconds(at: i64, clock: u32) -> Micros {
    Micros::from(at) * MICROS / Micros::from(clock.max(1))
}

/// A track of this coding, without a sample yet.
fn empty(medium: Medium, header: Tkhd, clock: u32, entry: &[u8]) -> Result<Track, FilmError> {
    let mut description = Vec::with_capacity(entry.len() + 8);
    let odd = |_| FilmError::Malformed(mp4_atom::FourCC::new(b"stsd"));
    // Version and flags, and how many there are.
    0_u32.encode(&mut description).map_err(odd)?;
    1_u32.encode(&mut description).map_err(odd)?;
    description.extend_from_slice(entry);
    let descriptions = Descriptions::read(&description, medium)?;
    let media_header = Mdhd {
        timescale: clock,
        language: "und".to_owned(),
        ..Mdhd::default()
    };
    let tables = Tables::empty(descriptions);
    Ok(Track::empty(medium, header, media_header, tables))
}

/// Plays for so many ticks of the movie, after so many of nothing, from this moment of its media on.
fn played(late: u64, ticks: u64, from: u64) -> Elst {
    let media_rate = FixedPoint::new(1, 0);
    let dwell = (late > 0).then_some(ElstEntry {
        segment_duration: late,
        media_time: None,
        media_rate,
    });
    let plays = ElstEntry {
        segment_duration: ticks,
        media_time: Some(from),
        media_rate,
    };
    Elst {
        entries: dwell.into_iter().chain([plays]).collect(),
    }
}

/// Cameras say when a picture is shown. Where those times do not ascend, pictures are decoded earlier than shown: the
/// times themselves, sorted, are when.
fn samples(takes: &[Take]) -> Vec<Sample> {
    let mut decoded: Vec<i64> = takes.iter().map(|take| take.at).collect();
    decoded.sort_unstable();
    let mut usual = 1;
    let mut samples = Vec::with_capacity(takes.len());
    for (number, (take, now)) in takes.iter().zip(&decoded).enumerate() {
        let next = decoded.get(number + 1).map(|next| next - now);
        // The last one lasts as long as the one before.
        usual = next
            .and_then(|ticks| u32::try_from(ticks).ok())
            .unwrap_or(usual);
        samples.push(Sample {
            place: take.place,
            size: u32::try_from(take.size).unwrap_or(u32::MAX),
            ticks: usual,
            delay: take.at - now,
            key: take.key,
            description: 1,
        });
    }
    samples
}
