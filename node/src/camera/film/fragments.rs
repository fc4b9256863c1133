//! Samples of a film in fragments (ISO/IEC 14496-12 section 8.8), as cameras and recorders stream it.
//!
//! The index of such a film is spread over the file: `moov` describes the tracks, and each `moof` the
//! samples that come next. They are gathered here, so that the film can be written with one index in
//! front.

use std::io::{Read, Seek, SeekFrom};

use mp4_atom::{Atom, FourCC, Moof, Tfdt, Tfhd, Traf, Trex, Trun, TrunEntry};

use super::FilmError;
use super::boxes::{Boxes, decode, once, required};
use super::limits::{MAX_INDEX, MAX_SAMPLES};
use super::samples::Sample;
use super::source::{Fragment, read_box};

/// The bit of a sample's flags that says that it needs others (ISO/IEC 14496-12 section 8.8.3.1).
const NEEDS_OTHERS: u32 = 1 << 16;

/// The samples of one track as they are gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    track: u32,
    /// When the first is decoded, in ticks of the media header.
    pub(super) begins: u64,
    /// When the last is over.
    ends: u64,
    pub(super) samples: Vec<Sample>,
}

/// Gathers the samples of these tracks, in the order of the tracks.
pub(super) fn gather<R: Read + Seek>(
    source: &mut R,
    fragments: &[Fragment],
    defaults: &[Trex],
    tracks: impl Iterator<Item = u32>,
) -> Result<Vec<Gathered>, FilmError> {
    let mut gathered: Vec<Gathered> = tracks
        .map(|track| Gathered {
            track,
            begins: 0,
            ends: 0,
            samples: Vec::new(),
        })
        .collect();
    let mut room = MAX_SAMPLES;
    for fragment in fragments {
        source
            .seek(SeekFrom::Start(fragment.body.start))
            .map_err(FilmError::Io)?;
        let moof = read_box(source, fragment.body.clone(), MAX_INDEX)?;
        // Without a word on it, data follows that of the track before (section 8.8.7.1).
        let mut data = fragment.start;
        for child in Boxes::of(Moof::KIND, &moof) {
            if let (Traf::KIND, body) = child? {
                let of_track = TrackFragment::read(body)?;
                data = of_track.add(fragment.start, data, defaults, &mut gathered, &mut room)?;
            }
        }
    }
    Ok(gathered)
}

/// What a fragment says of one track.
struct TrackFragment {
    header: Tfhd,
    decoded: Option<Tfdt>,
    runs: Vec<Trun>,
}

impl TrackFragment {
    fn read(traf: &[u8]) -> Result<Self, FilmError> {
        let (mut header, mut decoded) = (None, None);
        let mut runs = Vec::new();
        for child in Boxes::of(Traf::KIND, traf) {
            match child? {
                (Tfhd::KIND, body) => once(&mut header, Tfhd::KIND, decode::<Tfhd>(body)?)?,
                (Tfdt::KIND, body) => once(&mut decoded, Tfdt::KIND, decode::<Tfdt>(body)?)?,
                (Trun::KIND, body) => runs.push(decode::<Trun>(body)?),
                (SENC, _) => return Err(FilmError::Encrypted),
                _ => {}
            }
        }
        Ok(Self {
            header: required(header, Tfhd::KIND)?,
            decoded,
            runs,
        })
    }

    /// Adds its samples to those of its track. Gives the end of its data.
    fn add(
        self,
        moof: u64,
        before: u64,
        defaults: &[Trex],
        gathered: &mut [Gathered],
        room: &mut usize,
    ) -> Result<u64, FilmError> {
        let header = self.header;
        let default = defaults.iter().find(|of| of.track_id == header.track_id);
        let base = match header.base_data_offset {
            Some(base) => base,
            None if header.default_base_is_moof => moof,
            None => before,
        };
        let mut unheard = Gathered {
            track: header.track_id,
            begins: 0,
            ends: 0,
            samples: Vec::new(),
        };
        let into = gathered.iter_mut().find(|of| of.track == header.track_id);
        let dropped = into.is_none();
        let into = into.unwrap_or(&mut unheard);
        if let Some(decoded) = self.decoded {
            into.jump_to(decoded.base_media_decode_time);
        }
        let mut place = base;
        for run in self.runs {
            if let Some(offset) = run.data_offset {
                place = base
                    .checked_add_signed(i64::from(offset))
                    .ok_or(FilmError::Truncated)?;
            }
            *room = room
                .checked_sub(run.samples.len())
                .ok_or(FilmError::IndexTooLarge)?;
            for entry in &run.samples {
                let sample = sample(&entry, &header, default, place);
                place = place
                    .checked_add(u64::from(sample.size))
                    .ok_or(FilmError::Truncated)?;
                if !dropped {
                    into.ends = into.ends.saturating_add(u64::from(sample.ticks));
                    into.samples.push(sample);
                }
            }
        }
        Ok(place)
    }
}

/// Encryption of samples (ISO/IEC 23001-7).
const SENC: FourCC = FourCC::new(b"senc");

fn sample(entry: &TrunEntry, header: &Tfhd, default: Option<&Trex>, place: u64) -> Sample {
    let default = default.cloned().unwrap_or_default();
    let flags = entry
        .flags
        .or(header.default_sample_flags)
        .unwrap_or(default.default_sample_flags);
    Sample {
        place,
        size: entry
            .size
            .or(header.default_sample_size)
            .unwrap_or(default.default_sample_size),
        ticks: entry
            .duration
            .or(header.default_sample_duration)
            .unwrap_or(default.default_sample_duration),
        delay: entry.cts.unwrap_or(0),
        key: flags & NEEDS_OTHERS == 0,
        description: header
            .sample_description_index
            .unwrap_or(default.default_sample_description_index)
            .max(1),
    }
}

impl Gathered {
    /// The next sample is decoded at this time. The one before lasts until then; time does not run backwards.
    fn jump_to(&mut self, time: u64) {
        match self.samples.last_mut() {
            None => {
                self.begins = time;
                self.ends = time;
            }
            Some(last) => {
                let gap = time.saturating_sub(self.ends);
                let longer = u64::from(last.ticks).saturating_add(gap);
                if let Ok(longer) = u32::try_from(longer) {
                    last.ticks = longer;
                    self.ends = self.ends.saturating_add(gap);
                }
            }
        }
    }
}
