//! How samples are coded (`stsd`): what a decoder needs, without who made it.
//!
//! A sample description has fixed fields and then boxes. Among the fixed fields are the name of the
//! compressor and the vendor, which name the camera; they are emptied. Of the boxes, those stay
//! that configure a decoder or place the picture, byte for byte. A colour profile (ICC) holds its
//! time of creation and the device's maker and model, so that of `colr` only the coded colours
//! stay.
//!
//! What codec-specific boxes and the samples themselves say is not touched. H.264 and H.265 can
//! carry messages (SEI) beside the pictures: most encoders write their own name and settings there,
//! and a few cars and dash cameras write where they are.

use mp4_atom::{Atom, Audio, BufMut, Colr, Decode, Encode, FourCC, Header, Stsd, Visual};

use super::FilmError;
use super::boxes::{Boxes, decode};
use super::track::Medium;

/// Codecs whose boxes are all known (MP4 registration authority, and QuickTime File Format for
/// plain sound).
const KNOWN_CODECS: &[&[u8; 4]] = &[
    b"avc1", b"avc3", b"hvc1", b"hev1", b"dvh1", b"dvhe", b"av01", b"vp08", b"vp09", b"mp4v",
    b"mp4a", b"Opus", b"fLaC", b"ac-3", b"ec-3", b"alac", b"samr", b"sawb", b"sowt", b"twos",
    b"lpcm", b"ipcm", b"fpcm", b"in24", b"in32", b"fl32", b"fl64", b"ulaw", b"alaw",
];

/// Boxes of a known codec that configure its decoder. They stay.
const CONFIGURATION: &[&[u8; 4]] = &[
    b"avcC", b"hvcC", b"lhvC", b"dvcC", b"dvvC", b"av1C", b"vpcC", b"esds", b"dOps", b"dfLa",
    b"dac3", b"dec3", b"alac", b"damr", b"wave", b"pcmC",
];

/// Boxes of a known codec that say how to show or play what was decoded. They stay.
const PRESENTATION: &[&[u8; 4]] = &[
    b"pasp", b"clap", b"fiel", b"gama", b"mdcv", b"clli", b"SmDm", b"CoLL", b"btrt", b"chan",
    b"chnl",
];

/// Boxes that never stay, known codec or not: they hold metadata or nothing.
const NEVER_KEPT: &[&[u8; 4]] = &[b"udta", b"meta", b"uuid", b"free", b"skip", b"wide"];

/// Descriptions whose samples are encrypted: ISO/IEC 14496-12 section 8.12, and the two of old
/// iTunes films.
const ENCRYPTED: &[&[u8; 4]] = &[b"encv", b"enca", b"drmi", b"drms"];

/// Bytes before the vendor in a sound description: 6 reserved, the data reference, and QuickTime's
/// version.
const BEFORE_VENDOR: usize = 10;

/// Bytes of revision and vendor in a sound description (QuickTime; reserved in ISO/IEC 14496-12
/// section 12.2.3).
const VENDOR: usize = 6;

/// The only data reference there is in a cleaned film.
const THIS_FILE: u16 = 1;

/// The cleaned sample descriptions of a track.
#[derive(Debug, Clone)]
pub(super) struct Descriptions {
    count: u32,
    entries: Vec<u8>,
    /// Codec of the first description.
    pub(super) codec: FourCC,
    /// Width and height of the first description's pictures in pixels, as coded: the matrix may
    /// turn them. Zero for sound.
    pub(super) size: (u16, u16),
}

impl Descriptions {
    /// Reads the content of a `stsd` box.
    pub(super) fn read(stsd: &[u8], medium: Medium) -> Result<Self, FilmError> {
        let malformed = |_| FilmError::Malformed(Stsd::KIND);
        let mut body = stsd;
        // Version 1 changes the layout of sound descriptions; nothing that browsers play uses it.
        if u32::decode(&mut body).map_err(malformed)? != 0 {
            return Err(FilmError::Malformed(Stsd::KIND));
        }
        let claimed = u32::decode(&mut body).map_err(malformed)?;
        let mut descriptions: Option<Self> = None;
        for entry in Boxes::of(Stsd::KIND, body) {
            let (codec, entry) = entry?;
            if is_in(ENCRYPTED, codec) {
                return Err(FilmError::Encrypted);
            }
            let (size, entry) = clean(codec, entry, medium)?;
            let kept = descriptions.get_or_insert(Self {
                count: 0,
                entries: Vec::new(),
                codec,
                size,
            });
            let header = Header {
                kind: codec,
                size: Some(entry.len()),
            };
            header.encode(&mut kept.entries).map_err(malformed)?;
            kept.entries.extend(entry);
            kept.count += 1;
        }
        let complete = descriptions.filter(|kept| kept.count == claimed);
        complete.ok_or(FilmError::Malformed(Stsd::KIND))
    }

    /// Appends the `stsd` box to `out`.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> mp4_atom::Result<()> {
        out.encode_atom(Stsd::KIND, |out| {
            0_u32.encode(out)?;
            self.count.encode(out)?;
            out.append_slice(&self.entries);
            Ok(())
        })
    }
}

/// Picture size and cleaned content of one description.
fn clean(codec: FourCC, entry: &[u8], medium: Medium) -> Result<((u16, u16), Vec<u8>), FilmError> {
    let malformed = |_| FilmError::Malformed(Stsd::KIND);
    let mut cleaned = Vec::new();
    let mut boxes = entry;
    let size = match medium {
        Medium::Video => {
            let visual = Visual::decode(&mut boxes).map_err(malformed)?;
            let size = (visual.width, visual.height);
            let visual = Visual {
                data_reference_index: THIS_FILE,
                compressor: "".into(),
                ..visual
            };
            visual.encode(&mut cleaned).map_err(malformed)?;
            size
        }
        Medium::Sound => {
            // Decoded for the length of its fixed fields only: encoding it would lose QuickTime's
            // versions 1 and 2.
            Audio::decode(&mut boxes).map_err(malformed)?;
            let fixed = entry.strip_suffix(boxes).unwrap_or(entry);
            cleaned.extend([0; 6]);
            cleaned.extend(THIS_FILE.to_be_bytes());
            cleaned.extend(fixed.iter().take(BEFORE_VENDOR).skip(cleaned.len()));
            cleaned.extend([0; VENDOR]);
            cleaned.extend(fixed.iter().skip(cleaned.len()));
            (0, 0)
        }
    };
    for child in Boxes::of(Stsd::KIND, boxes) {
        let (kind, body) = child?;
        if kind == Colr::KIND {
            if let Ok(colours @ (Colr::Nclx { .. } | Colr::Nclc { .. })) = decode(body) {
                colours.encode(&mut cleaned).map_err(malformed)?;
            }
        } else if stays(codec, kind) {
            Header {
                kind,
                size: Some(body.len()),
            }
            .encode(&mut cleaned)
            .map_err(malformed)?;
            cleaned.extend(body);
        }
    }
    Ok((size, cleaned))
}

/// Whether the box `kind` stays in a description of `codec`.
///
/// For a codec that is not known here everything stays that is not metadata for sure: without its
/// configuration the film would not play.
fn stays(codec: FourCC, kind: FourCC) -> bool {
    if is_in(KNOWN_CODECS, codec) {
        is_in(CONFIGURATION, kind) || is_in(PRESENTATION, kind)
    } else {
        !is_in(NEVER_KEPT, kind)
    }
}

fn is_in(list: &[&[u8; 4]], kind: FourCC) -> bool {
    list.contains(&kind.as_ref())
}
