//! The index of a film (`moov`): what playing needs, and nothing else.
//!
//! An allow-list: only the movie header and the tracks of pictures and sound are read, and each is
//! written anew from what was read. So `udta`, `meta`, `uuid`, `iods` and whatever a maker will
//! invent next do not survive.

use std::time::Duration;

use mp4_atom::{Atom, BufMut, Encode, FourCC, Moov, Mvex, Mvhd, Stco, Trak, Trex};

use super::boxes::{Boxes, decode, once, required};
use super::limits::{LEAD_SLACK, MAX_DURATION, MAX_TRACKS, PLAY_SLACK};
use super::track::{Medium, Track};
use super::{Facts, FilmError, Sound};

/// Compressed index (QuickTime File Format, "Compressed Movie Resources").
const COMPRESSED: FourCC = FourCC::new(b"cmov");

/// A cleaned index, but for the places of the chunks.
#[derive(Debug)]
pub(super) struct Movie {
    /// The header, without times of creation.
    pub(super) header: Mvhd,
    /// The tracks that stay, one video track at least.
    pub(super) tracks: Vec<Track>,
    /// How long it plays.
    pub(super) duration: Duration,
}

/// An index as it was read: what it says has not been held against any limit of time.
#[derive(Debug)]
pub(super) struct Index {
    /// The movie header.
    pub(super) header: Mvhd,
    /// The tracks that stay, one video track at least. They have no samples yet if there are
    /// `defaults`.
    pub(super) tracks: Vec<Track>,
    /// What samples of fragments are unless they say otherwise; nothing for a film that is whole.
    pub(super) defaults: Option<Vec<Trex>>,
}

impl Index {
    /// Reads the content of a `moov` box and leaves out what does not stay.
    pub(super) fn read(moov: &[u8], sound: Sound) -> Result<Self, FilmError> {
        let (mut header, mut defaults) = (None, None);
        let mut tracks = Vec::new();
        let mut seen = 0;
        for child in Boxes::of(Moov::KIND, moov) {
            match child? {
                (Mvhd::KIND, body) => once(&mut header, Mvhd::KIND, decode::<Mvhd>(body)?)?,
                (Trak::KIND, body) => {
                    seen += 1;
                    if seen > MAX_TRACKS {
                        return Err(FilmError::IndexTooLarge);
                    }
                    tracks.extend(Track::read(body)?.filter(|track| sound.stays(track.medium)));
                }
                (Mvex::KIND, body) => once(&mut defaults, Mvex::KIND, read_defaults(body)?)?,
                (COMPRESSED, _) => return Err(FilmError::CompressedIndex),
                _ => {}
            }
        }
        if defaults.is_none() {
            tracks.retain(|track| !track.tables.is_empty());
        }
        if !tracks.iter().any(|track| track.medium == Medium::Video) {
            return Err(FilmError::NoVideo);
        }
        let header = required(header, Mvhd::KIND)?;
        Ok(Self {
            header: Mvhd {
                creation_time: 0,
                modification_time: 0,
                ..header
            },
            tracks,
            defaults,
        })
    }

    /// How long the longest track plays, by its header, or is, by its samples.
    pub(super) fn length(&self) -> Option<Duration> {
        let plays = playing_ticks(&self.header, &self.tracks);
        let plays = plays.and_then(|ticks| seconds(ticks, self.header.timescale));
        let media = self.tracks.iter().filter_map(|track| {
            let (ticks, timescale) = track.media_ticks();
            seconds(ticks, timescale)
        });
        media.chain(plays).max()
    }
}

impl Movie {
    /// The movie of an index that is whole.
    pub(super) fn of(index: Index) -> Result<Self, FilmError> {
        if index.defaults.is_some() {
            return Err(FilmError::Fragmented);
        }
        let (ticks, duration) = playing_time(&index.header, &index.tracks)?;
        Ok(Self::new(index.header, index.tracks, ticks, duration))
    }

    /// A movie of these tracks, which plays for so many ticks of its header.
    pub(super) fn new(header: Mvhd, tracks: Vec<Track>, ticks: u64, duration: Duration) -> Self {
        let header = Mvhd {
            duration: ticks,
            // The number of tracks that there were is nobody's business either.
            next_track_id: tracks
                .iter()
                .map(Track::id)
                .max()
                .unwrap_or(0)
                .saturating_add(1),
            ..header
        };
        Self {
            header,
            tracks,
            duration,
        }
    }

    /// What the index says of the film.
    pub(super) fn facts(&self) -> Result<Facts, FilmError> {
        let of = |medium| self.tracks.iter().find(move |track| track.medium == medium);
        let track = of(Medium::Video).ok_or(FilmError::NoVideo)?;
        let video = &track.tables.descriptions;
        let (width, height) = video.size;
        let has_audio = of(Medium::Sound).is_some();
        Ok(Facts {
            duration: self.duration,
            video_codec: video.codec,
            width,
            height,
            turned: track.is_turned(),
            has_audio,
        })
    }

    /// Appends the `moov` box to `out`, with `places` as the chunk offsets of each track.
    pub(super) fn write(&self, out: &mut Vec<u8>, places: &[Stco]) -> Result<(), FilmError> {
        out.encode_atom(Moov::KIND, |out| {
            self.header.encode(out)?;
            self.tracks
                .iter()
                .zip(places)
                .try_for_each(|(track, places)| track.write(out, places))
        })
        .map_err(|_| FilmError::Malformed(Moov::KIND))
    }
}

/// How long the film plays, in ticks of the movie header and as a duration, checked against the
/// limits.
///
/// The longest track that stays decides: the header's own value may count a track that is dropped.
/// The media of each track is held to a limit too, since a header can claim anything.
fn playing_time(header: &Mvhd, tracks: &[Track]) -> Result<(u64, Duration), FilmError> {
    let ticks = playing_ticks(header, tracks).ok_or(FilmError::NoDuration)?;
    let plays = seconds(ticks, header.timescale).ok_or(FilmError::NoDuration)?;
    if plays > MAX_DURATION + PLAY_SLACK {
        return Err(FilmError::TooLong { lasts: plays });
    }
    for track in tracks {
        let (ticks, timescale) = track.media_ticks();
        let lasts = seconds(ticks, timescale).ok_or(FilmError::NoDuration)?;
        if lasts > MAX_DURATION + LEAD_SLACK {
            return Err(FilmError::TooLong { lasts });
        }
    }
    Ok((ticks, plays))
}

/// How long the longest track plays, or else the movie, in ticks of the movie header.
fn playing_ticks(header: &Mvhd, tracks: &[Track]) -> Option<u64> {
    let longest = tracks.iter().filter_map(|track| known(track.ticks())).max();
    longest.or(known(header.duration))
}

/// What samples of fragments are by default, from the content of a `mvex` box.
fn read_defaults(mvex: &[u8]) -> Result<Vec<Trex>, FilmError> {
    let mut defaults = Vec::new();
    for child in Boxes::of(Mvex::KIND, mvex) {
        if let (Trex::KIND, body) = child? {
            if defaults.len() == MAX_TRACKS {
                return Err(FilmError::IndexTooLarge);
            }
            defaults.push(decode(body)?);
        }
    }
    Ok(defaults)
}

/// A duration field, unless it is zero or all ones, which stands for "unknown" (ISO/IEC 14496-12
/// section 8.2.2.3).
const fn known(ticks: u64) -> Option<u64> {
    const UNKNOWN_IN_32_BITS: u64 = u32::MAX as u64;
    match ticks {
        0 | UNKNOWN_IN_32_BITS | u64::MAX => None,
        ticks => Some(ticks),
    }
}

/// `ticks` of which `timescale` make a second; none when the scale is zero.
fn seconds(ticks: u64, timescale: u32) -> Option<Duration> {
    let scale = u64::from(timescale);
    let whole = ticks.checked_div(scale)?;
    let nanoseconds = ticks.checked_rem(scale)? * 1_000_000_000 / scale;
    Some(Duration::from_secs(whole) + Duration::from_nanos(nanoseconds))
}
