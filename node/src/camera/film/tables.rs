//! The sample tables of a track (`stbl`): how its samples are coded, when they play and where they
//! lie.
//!
//! Kept: `stsd` (cleaned), `stts`, `ctts`, `cslg`, `stss`, `stsc`, `stsz`, and `stco` or `co64` as
//! places in the source. Left out: hints that playing does without (`sdtp`, `stps`, `subs`, `sgpd`
//! and `sbgp`), since some of them carry bytes of a maker's choice, and what belongs to encryption.
//! `stz2` is so rare that `mp4-atom` has no type for it; a film with it is refused for its missing
//! `stsz`.

use mp4_atom::{
    Atom, BufMut, Co64, Cslg, Ctts, Encode, Stbl, Stco, Stsc, Stsd, Stss, Stsz, StszSamples, Stts,
};

use super::FilmError;
use super::boxes::{Boxes, decode, once, required};
use super::description::Descriptions;
use super::track::Medium;

/// The sample tables of a track that stays.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    /// How the samples are coded.
    pub(super) descriptions: Descriptions,
    /// How long each sample lasts.
    pub(super) times: Stts,
    /// How much later than decoded each is shown.
    pub(super) compositions: Option<Ctts>,
    /// The range of those delays, for players that want to know before.
    pub(super) shift: Option<Cslg>,
    /// Which samples can be decoded without others; all, if nothing says so.
    pub(super) key_samples: Option<Stss>,
    /// How many samples lie in each chunk.
    pub(super) chunking: Stsc,
    /// How long each sample is, in bytes.
    pub(super) sizes: Stsz,
    /// Where each chunk begins in the source, in bytes.
    pub(super) chunks: Vec<u64>,
}

impl Tables {
    /// Reads the content of a `stbl` box.
    pub(super) fn read(stbl: &[u8], medium: Medium) -> Result<Self, FilmError> {
        let (mut descriptions, mut times, mut compositions, mut shift) = (None, None, None, None);
        let (mut key_samples, mut chunking, mut sizes, mut chunks) = (None, None, None, None);
        for child in Boxes::of(Stbl::KIND, stbl) {
            match child? {
                (Stsd::KIND, body) => once(
                    &mut descriptions,
                    Stsd::KIND,
                    Descriptions::read(body, medium)?,
                )?,
                (Stts::KIND, body) => once(&mut times, Stts::KIND, decode(body)?)?,
                (Ctts::KIND, body) => once(&mut compositions, Ctts::KIND, decode(body)?)?,
                (Cslg::KIND, body) => once(&mut shift, Cslg::KIND, decode(body)?)?,
                (Stss::KIND, body) => once(&mut key_samples, Stss::KIND, decode(body)?)?,
                (Stsc::KIND, body) => once(&mut chunking, Stsc::KIND, decode(body)?)?,
                (Stsz::KIND, body) => once(&mut sizes, Stsz::KIND, decode(body)?)?,
                (Co64::KIND, body) => once(&mut chunks, Co64::KIND, decode::<Co64>(body)?.entries)?,
                (Stco::KIND, body) => {
                    let places = decode::<Stco>(body)?.entries;
                    once(
                        &mut chunks,
                        Stco::KIND,
                        places.into_iter().map(u64::from).collect(),
                    )?;
                }
                _ => {}
            }
        }
        let tables = Self {
            descriptions: required(descriptions, Stsd::KIND)?,
            times: required(times, Stts::KIND)?,
            compositions,
            shift,
            key_samples,
            chunking: required(chunking, Stsc::KIND)?,
            sizes: required(sizes, Stsz::KIND)?,
            chunks: required(chunks, Stco::KIND)?,
        };
        if medium == Medium::Sound && tables.counts_bytes() {
            return Err(FilmError::OldSound);
        }
        Ok(tables)
    }

    /// Whether there is no sample at all.
    pub(super) fn is_empty(&self) -> bool {
        match &self.sizes.samples {
            StszSamples::Identical { count, .. } => *count == 0,
            StszSamples::Different { sizes } => sizes.is_empty(),
        }
    }

    /// How long all samples last, in ticks of the media header.
    pub(super) fn ticks(&self) -> u64 {
        let runs = self.times.entries.iter();
        runs.map(|run| u64::from(run.sample_count) * u64::from(run.sample_delta))
            .fold(0, u64::saturating_add)
    }

    /// Whether the table says 1 byte for each sample, which in QuickTime sound means "look at the
    /// description instead".
    ///
    /// Taken at its word it would lose most of the sound.
    const fn counts_bytes(&self) -> bool {
        matches!(self.sizes.samples, StszSamples::Identical { size: 1, .. })
    }

    /// Appends the `stbl` box to `out`, with the chunks at `places`.
    pub(super) fn write(&self, out: &mut Vec<u8>, places: &Stco) -> mp4_atom::Result<()> {
        out.encode_atom(Stbl::KIND, |out| {
            self.descriptions.write(out)?;
            self.times.encode(out)?;
            self.compositions.encode(out)?;
            self.shift.encode(out)?;
            self.key_samples.encode(out)?;
            self.chunking.encode(out)?;
            self.sizes.encode(out)?;
            places.encode(out)
        })
    }
}
