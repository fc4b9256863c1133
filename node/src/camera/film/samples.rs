//! The samples of a track one by one, and tables made of them again.
//!
//! A film that is taken as it is keeps its tables, and none of this runs. One that is cut, or came in
//! fragments, is taken apart: what a table says in runs then stands with each sample.

use mp4_atom::{Ctts, CttsEntry, Stsc, StscEntry, Stss, Stsz, StszSamples, Stts, SttsEntry};

use super::FilmError;
use super::description::Descriptions;
use super::limits::MAX_SAMPLES;
use super::tables::Tables;

/// One picture, or one piece of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Where it begins in the source.
    pub(super) place: u64,
    /// In bytes.
    pub(super) size: u32,
    /// How long it lasts, in ticks of the media header.
    pub(super) ticks: u32,
    /// How many ticks later than decoded it is shown.
    pub(super) delay: i64,
    /// Whether it can be decoded without others.
    pub(super) key: bool,
    /// Which description it is coded by, counted from 1.
    pub(super) description: u32,
}

impl Tables {
    /// Tables without a sample yet.
    pub(super) fn empty(descriptions: Descriptions) -> Self {
        Self {
            descriptions,
            times: Stts::default(),
            compositions: None,
            shift: None,
            key_samples: None,
            chunking: Stsc::default(),
            sizes: Stsz::default(),
            chunks: Vec::new(),
        }
    }

    /// The samples that these tables describe; `room` is how many there may be.
    pub(super) fn samples(&self, room: usize) -> Result<Vec<Sample>, FilmError> {
        let mut sizes = Sizes::of(&self.sizes);
        if sizes.count() > room.min(MAX_SAMPLES) {
            return Err(FilmError::IndexTooLarge);
        }
        let mut lasting = runs(
            self.times
                .entries
                .iter()
                .map(|r| (r.sample_count, r.sample_delta)),
        );
        let delays = self.compositions.iter().flat_map(|table| &table.entries);
        let mut delays = runs(delays.map(|run| (run.sample_count, run.sample_offset)));
        let mut keys = self
            .key_samples
            .as_ref()
            .map(|table| table.entries.iter().peekable());
        let mut samples = Vec::with_capacity(sizes.count());
        let mut chunking = self.chunking.entries.iter().peekable();
        let mut run: Option<&StscEntry> = None;
        for (chunk, &start) in (1_u32..).zip(&self.chunks) {
            if let Some(next) = chunking.next_if(|next| next.first_chunk <= chunk) {
                run = Some(next);
            }
            let run = run.ok_or(FilmError::Malformed(STSC))?;
            let mut place = start;
            for _ in 0..run.samples_per_chunk {
                let size = sizes.next().ok_or(FilmError::Malformed(STSC))?;
                let number =
                    u32::try_from(samples.len() + 1).map_err(|_| FilmError::IndexTooLarge)?;
                let key = keys.as_mut().is_none_or(|keys| {
                    while keys.next_if(|key| **key < number).is_some() {}
                    keys.next_if(|key| **key == number).is_some()
                });
                samples.push(Sample {
                    place,
                    size,
                    ticks: lasting.next().unwrap_or(0),
                    delay: delays.next().unwrap_or(0),
                    key,
                    description: run.sample_description_index,
                });
                place = place
                    .checked_add(u64::from(size))
                    .ok_or(FilmError::Truncated)?;
            }
        }
        match sizes.next() {
            None => Ok(samples),
            Some(_) => Err(FilmError::Malformed(STSC)),
        }
    }

    /// Tables of other samples that are coded by the same descriptions.
    ///
    /// Samples that lie behind each other in the source make one chunk. No delay is below zero: old players do not know
    /// such.
    pub(super) fn with(&self, samples: &[Sample]) -> Self {
        let mut times: Vec<SttsEntry> = Vec::new();
        let mut delays: Vec<CttsEntry> = Vec::new();
        let mut chunking: Vec<StscEntry> = Vec::new();
        let mut chunks = Vec::new();
        let least = least_delay(samples);
        let mut before: Option<&Sample> = None;
        let mut in_chunk = 0;
        for sample in samples {
            match times.last_mut() {
                Some(run) if run.sample_delta == sample.ticks => run.sample_count += 1,
                _ => times.push(SttsEntry {
                    sample_count: 1,
                    sample_delta: sample.ticks,
                }),
            }
            let delay = sample.delay - least;
            match delays.last_mut() {
                Some(run) if run.sample_offset == delay => run.sample_count += 1,
                _ => delays.push(CttsEntry {
                    sample_count: 1,
                    sample_offset: delay,
                }),
            }
            let goes_on = before.is_some_and(|before| {
                before.place + u64::from(before.size) == sample.place
                    && before.description == sample.description
            });
            if !goes_on {
                close_chunk(&mut chunking, chunks.len(), in_chunk, before);
                chunks.push(sample.place);
                in_chunk = 0;
            }
            in_chunk += 1;
            before = Some(sample);
        }
        close_chunk(&mut chunking, chunks.len(), in_chunk, before);
        let keys = (1_u32..).zip(samples).filter(|(_, sample)| sample.key);
        let keys: Vec<u32> = keys.map(|(number, _)| number).collect();
        Self {
            descriptions: self.descriptions.clone(),
            times: Stts { entries: times },
            compositions: delays
                .iter()
                .any(|run| run.sample_offset != 0)
                .then_some(Ctts { entries: delays }),
            shift: None,
            key_samples: (keys.len() < samples.len()).then_some(Stss { entries: keys }),
            chunking: Stsc { entries: chunking },
            sizes: Stsz {
                samples: StszSamples::Different {
                    sizes: samples.iter().map(|sample| sample.size).collect(),
                },
            },
            chunks,
        }
    }
}

/// The least delay of any of these samples; none is written below it.
pub(super) fn least_delay(samples: &[Sample]) -> i64 {
    samples.iter().map(|sample| sample.delay).min().unwrap_or(0)
}

/// Notes that the `number`th chunk has so many samples, unless the chunk before it has as many.
fn close_chunk(chunking: &mut Vec<StscEntry>, number: usize, samples: u32, last: Option<&Sample>) {
    let (Some(last), Ok(first_chunk)) = (last, u32::try_from(number)) else {
        return;
    };
    let like_before = chunking.last().is_some_and(|run| {
        run.samples_per_chunk == samples && run.sample_description_index == last.description
    });
    if !like_before {
        chunking.push(StscEntry {
            first_chunk,
            samples_per_chunk: samples,
            sample_description_index: last.description,
        });
    }
}

const STSC: mp4_atom::FourCC = <Stsc as mp4_atom::Atom>::KIND;

/// Each value as often as its run says.
fn runs<T: Copy>(runs: impl Iterator<Item = (u32, T)>) -> impl Iterator<Item = T> {
    runs.flat_map(|(count, value)| std::iter::repeat_n(value, usize::try_from(count).unwrap_or(0)))
}

/// The size of one sample after the other.
enum Sizes<'a> {
    Identical(std::iter::RepeatN<u32>),
    Different(std::iter::Copied<std::slice::Iter<'a, u32>>),
}

impl<'a> Sizes<'a> {
    fn of(sizes: &'a Stsz) -> Self {
        match &sizes.samples {
            StszSamples::Identical { count, size } => Self::Identical(std::iter::repeat_n(
                *size,
                usize::try_from(*count).unwrap_or(usize::MAX),
            )),
            StszSamples::Different { sizes } => Self::Different(sizes.iter().copied()),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Identical(sizes) => sizes.len(),
            Self::Different(sizes) => sizes.len(),
        }
    }

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Identical(sizes) => sizes.next(),
            Self::Different(sizes) => sizes.next(),
        }
    }
}
