//! A recording of any length as a series of clips, each a film of its own.
//!
//! It is cut at key pictures, and nothing is coded again: every sample goes into one part, as it is.
//! Sound is cut where the pictures are, to the nearest sample. A recording that is short enough is one
//! part and keeps its tables. One in fragments gets an index in front.

use std::io::{Read, Seek};
use std::ops::Range;
use std::time::Duration;

use mp4_atom::{Elst, ElstEntry, FixedPoint, Mvhd};

use super::fragments::gather;
use super::limits::{MAX_DURATION, MAX_RECORDING, MAX_SAMPLES, MAX_SOURCE, PLAY_SLACK};
use super::movie::{Index, Movie};
use super::samples::{Sample, least_delay};
use super::source::TopLevel;
use super::track::{Medium, Track};
use super::{CleanFilm, FilmError, Sound};

/// Ticks of the movie header in a second where the recording's own are none.
const MILLISECONDS: u32 = 1_000;

/// A recording, cleaned and cut into clips. Its samples are read as each clip is.
pub struct Series<R> {
    source: R,
    found: TopLevel,
    lasts: Duration,
    parts: Parts,
}

enum Parts {
    Whole(Box<Movie>),
    Cut {
        header: Mvhd,
        reels: Vec<Reel>,
        cuts: Vec<Range<i64>>,
    },
}

impl Parts {
    fn lasts(&self) -> Duration {
        match self {
            Self::Whole(movie) => movie.duration,
            Self::Cut { reels, cuts, .. } => {
                let begins = cuts.first().map_or(0, |cut| cut.start);
                let ends = reels.iter().map(|reel| reel.ends).max().unwrap_or(0);
                Duration::from_nanos(u64::try_from(ends.saturating_sub(begins)).unwrap_or(0))
            }
        }
    }
}

impl<R: Read + Seek> Series<R> {
    /// Reads the index of the recording in `source`, from its first byte.
    ///
    /// # Errors
    ///
    /// A [`FilmError`] that tells the household what to do. A source longer than [`MAX_RECORDING`] is
    /// refused unread.
    pub fn read(source: R, sound: Sound) -> Result<Self, FilmError> {
        Self::read_in(source, sound, MAX_DURATION)
    }

    /// As [`read`](Self::read), in parts of at most `longest`.
    pub(super) fn read_in(
        mut source: R,
        sound: Sound,
        longest: Duration,
    ) -> Result<Self, FilmError> {
        let found = TopLevel::find(&mut source, MAX_RECORDING)?;
        let index = Index::read(&found.index, sound)?;
        let held: u64 = found
            .media
            .iter()
            .map(|media| media.end - media.start)
            .sum();
        let short = index
            .length()
            .is_some_and(|length| length <= longest + PLAY_SLACK);
        let parts = if index.defaults.is_none() && short && held <= MAX_SOURCE {
            Parts::Whole(Box::new(Movie::of(index)?))
        } else {
            cut(&mut source, &found, index, longest)?
        };
        Ok(Self {
            source,
            found,
            lasts: parts.lasts(),
            parts,
        })
    }

    /// The part with this number, counted from 0; nothing behind the last.
    ///
    /// # Errors
    ///
    /// A [`FilmError`] if a sample lies where none can be.
    pub fn part(&mut self, number: usize) -> Result<Option<CleanFilm<&mut R>>, FilmError> {
        let made;
        let movie = match &self.parts {
            Parts::Whole(movie) if number == 0 => movie,
            Parts::Whole(_) => return Ok(None),
            Parts::Cut {
                header,
                reels,
                cuts,
            } => {
                let Some(cut) = cuts.get(number) else {
                    return Ok(None);
                };
                made = part(header, reels, cut, number == 0);
                &made
            }
        };
        CleanFilm::of(&mut self.source, movie, &self.found).map(Some)
    }
}

impl<R> Series<R> {
    /// How many clips it makes; at least one.
    #[expect(clippy::len_without_is_empty, reason = "no series is empty")]
    pub const fn len(&self) -> usize {
        match &self.parts {
            Parts::Whole(_) => 1,
            Parts::Cut { cuts, .. } => cuts.len(),
        }
    }

    /// How long all of it plays.
    pub const fn lasts(&self) -> Duration {
        self.lasts
    }

    /// How long after the recording began a part begins.
    pub fn begins(&self, number: usize) -> Duration {
        let Parts::Cut { cuts, .. } = &self.parts else {
            return Duration::ZERO;
        };
        let at = |number: usize| cuts.get(number).map_or(0, |cut| cut.start);
        Duration::from_nanos(u64::try_from(at(number) - at(0)).unwrap_or(0))
    }
}

impl<R> std::fmt::Debug for Series<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Series")
            .field("parts", &self.len())
            .finish_non_exhaustive()
    }
}

/// A track that was taken apart.
struct Reel {
    track: Track,
    timescale: u32,
    samples: Vec<Sample>,
    /// When each sample is shown, in nanoseconds of the recording.
    shown: Vec<i64>,
    /// When the last one is over.
    ends: i64,
}

impl Reel {
    fn new(track: Track, header: &Mvhd, begins: u64, samples: Vec<Sample>) -> Self {
        let (dwell, first) = track.beginning();
        let timescale = track.media_ticks().1;
        let dwell = nanoseconds(i128::from(dwell), header.timescale);
        let mut decoded = i128::from(begins) - i128::from(first);
        let mut shown = Vec::with_capacity(samples.len());
        let mut ends = i64::MIN;
        for sample in &samples {
            let at = nanoseconds(decoded + i128::from(sample.delay), timescale);
            let over = nanoseconds(
                decoded + i128::from(sample.delay) + i128::from(sample.ticks),
                timescale,
            );
            shown.push(dwell.saturating_add(at));
            ends = ends.max(dwell.saturating_add(over));
            decoded += i128::from(sample.ticks);
        }
        Self {
            track,
            timescale,
            samples,
            shown,
            ends,
        }
    }

    /// The part of it that is shown within `cut`, and for how many ticks of the movie header it plays.
    ///
    /// The first part also has what comes before it: pictures that others need, and that are not shown.
    fn within(&self, cut: &Range<i64>, first: bool, header: &Mvhd) -> Option<(Track, u64)> {
        let from = if first { 0 } else { self.first_at(cut.start) };
        let to = self.first_at(cut.end);
        let samples = self.samples.get(from..to).filter(|part| !part.is_empty())?;
        let first = samples.first()?;
        let shown = *self.shown.get(from)?;
        let (begins, ends) = (shown.max(cut.start), self.ends.min(cut.end));
        let plays = ticks(ends.saturating_sub(begins), header.timescale);
        let waits = ticks(begins.saturating_sub(cut.start), header.timescale);
        let hidden = ticks(begins.saturating_sub(shown), self.timescale);
        let delay = u64::try_from(first.delay - least_delay(samples)).unwrap_or(0);
        let rate = FixedPoint::new(1, 0);
        let empty = ElstEntry {
            segment_duration: waits,
            media_time: None,
            media_rate: rate,
        };
        let mut entries = Vec::with_capacity(2);
        entries.extend((waits > 0).then_some(empty));
        entries.push(ElstEntry {
            segment_duration: plays,
            media_time: Some(delay.saturating_add(hidden)),
            media_rate: FixedPoint::new(1, 0),
        });
        let ticks = plays.saturating_add(waits);
        Some((self.track.part(samples, Elst { entries }, ticks), ticks))
    }

    /// The first sample of the part that begins at `time`. Pictures are cut where a key picture is shown; sound is shown
    /// as it is decoded.
    fn first_at(&self, time: i64) -> usize {
        let mut places = self.shown.iter().zip(&self.samples);
        let pictures = self.track.medium == Medium::Video;
        let at = places.position(|(shown, sample)| *shown >= time && (sample.key || !pictures));
        at.unwrap_or(self.samples.len())
    }
}

/// Takes a recording apart and decides where it is cut.
fn cut<R: Read + Seek>(
    source: &mut R,
    found: &TopLevel,
    index: Index,
    longest: Duration,
) -> Result<Parts, FilmError> {
    let mut header = index.header;
    if header.timescale == 0 {
        header.timescale = MILLISECONDS;
    }
    let mut reels = Vec::new();
    if let Some(defaults) = index.defaults {
        let ids = index.tracks.iter().map(Track::id);
        let gathered = gather(source, &found.fragments, &defaults, ids)?;
        for (track, gathered) in index.tracks.into_iter().zip(gathered) {
            reels.push(Reel::new(track, &header, gathered.begins, gathered.samples));
        }
    } else {
        let mut room = MAX_SAMPLES;
        for track in index.tracks {
            let samples = track.tables.samples(room)?;
            room -= samples.len();
            reels.push(Reel::new(track, &header, 0, samples));
        }
    }
    reels.retain(|reel| !reel.samples.is_empty());
    if reels.iter().any(|reel| reel.timescale == 0) {
        return Err(FilmError::NoDuration);
    }
    let pictures = reels.iter().find(|reel| reel.track.medium == Medium::Video);
    let cuts = cuts(pictures.ok_or(FilmError::NoVideo)?, longest)?;
    Ok(Parts::Cut {
        header,
        reels,
        cuts,
    })
}

/// Cuts at the last key picture before a part would be too long, in time or in bytes.
fn cuts(pictures: &Reel, longest: Duration) -> Result<Vec<Range<i64>>, FilmError> {
    let longest = i64::try_from(longest.as_nanos()).unwrap_or(i64::MAX);
    let at_most = longest.saturating_add(i64::try_from(PLAY_SLACK.as_nanos()).unwrap_or(0));
    let first = pictures.shown.first().copied().unwrap_or(0).max(0);
    let mut cuts: Vec<Range<i64>> = Vec::new();
    let mut start = first;
    let mut bytes = 0;
    // The last place to cut at, and the bytes before it.
    let mut place: Option<(i64, u64)> = None;
    for (sample, &shown) in pictures.samples.iter().zip(&pictures.shown) {
        if sample.key && shown > start {
            if too_long(start, shown, bytes, longest) {
                let (cut, before) = place.ok_or(FilmError::NoKeyPicture)?;
                cuts.push(start..cut);
                (start, bytes) = (cut, bytes - before);
                if too_long(start, shown, bytes, longest) {
                    return Err(FilmError::NoKeyPicture);
                }
            }
            place = Some((shown, bytes));
        }
        bytes += u64::from(sample.size);
    }
    if too_long(start, pictures.ends, bytes, at_most) {
        let (cut, before) = place
            .filter(|(at, _)| *at > start)
            .ok_or(FilmError::NoKeyPicture)?;
        cuts.push(start..cut);
        (start, bytes) = (cut, bytes - before);
        if too_long(start, pictures.ends, bytes, longest) {
            return Err(FilmError::NoKeyPicture);
        }
    }
    cuts.push(start..i64::MAX);
    Ok(cuts)
}

const fn too_long(start: i64, end: i64, bytes: u64, longest: i64) -> bool {
    end.saturating_sub(start) > longest || bytes > MAX_SOURCE
}

/// One part as a movie of its own.
fn part(header: &Mvhd, reels: &[Reel], cut: &Range<i64>, first: bool) -> Movie {
    let parts = reels
        .iter()
        .filter_map(|reel| reel.within(cut, first, header));
    let (tracks, lengths): (Vec<_>, Vec<_>) = parts.unzip();
    let plays = lengths.into_iter().max().unwrap_or(0);
    let nanoseconds = nanoseconds(i128::from(plays), header.timescale);
    let lasts = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0));
    Movie::new(header.clone(), tracks, plays, lasts)
}

fn nanoseconds(ticks: i128, timescale: u32) -> i64 {
    let nanoseconds = ticks.saturating_mul(1_000_000_000);
    let nanoseconds = nanoseconds.checked_div(i128::from(timescale)).unwrap_or(0);
    i64::try_from(nanoseconds).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
}

/// As ticks, to the nearest.
fn ticks(nanoseconds: i64, timescale: u32) -> u64 {
    let ticks = i128::from(nanoseconds).saturating_mul(i128::from(timescale));
    u64::try_from((ticks + 500_000_000) / 1_000_000_000).unwrap_or(0)
}
