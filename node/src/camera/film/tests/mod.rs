//! The rules of cleaning, on one film that gives everything away.
//!
//! `fixtures/porch.mp4` was made by ffmpeg 5.1 from its own test sources; `gps.srt` holds positions
//! as text:
//!
//! ```text
//! ffmpeg -f lavfi -i testsrc2=s=160x120:r=15:d=2 -f lavfi -i sine=f=440:r=16000:d=2 -i gps.srt
//!   -map 0:v -map 1:a -map 2:s -c:v libx264 -preset veryslow -crf 38 -g 15 -bf 2
//!   -c:a aac -b:a 16k -c:s mov_text -timecode 12:34:56:00 -write_tmcd 1
//!   -metadata location=+48.1372+011.5755/ -metadata title="Front porch, 12 Elm Lane"
//!   -metadata creation_time=2024-05-06T07:08:09Z -metadata:s:v handler_name="Porchcam 3000"
//!   porch.mp4
//! ```

mod descriptions;
mod hostile;
mod index;
mod padding;
mod players;
mod refusals;
mod series;
mod sound;
mod takes;

use std::error::Error;
use std::io::{Cursor, Read};
use std::time::Duration;

use mp4_atom::{
    Atom, Codec, Decode, Encode, FourCC, Free, Ftyp, Header, Mdat, Moov, StszSamples, Trak,
};

use super::{CleanFilm, Facts, FilmError, clean_or_refuse};

type Outcome = Result<(), Box<dyn Error>>;

const PORCH: &[u8] = include_bytes!("../fixtures/porch.mp4");

/// 2024-05-06 07:08:09 UTC in seconds since 1904 (ISO/IEC 14496-12 section 8.2.2.3).
const FILMED_AT: u32 = 1_714_979_289 + 2_082_844_800;

#[test]
fn a_cleaned_film_tells_neither_place_nor_time_nor_maker() -> Outcome {
    let filmed_at = FILMED_AT.to_be_bytes();
    let secrets: [&[u8]; 10] = [
        b"48.1372",
        b"GPS N48.1373",
        b"Elm Lane",
        b"Porchcam",
        b"Lavc59.37.100 libx264",
        b"Lavf",
        b"SoundHandler",
        b"tmcd",
        b"tx3g",
        &filmed_at,
    ];
    let cleaned = clean(PORCH)?;
    for secret in secrets {
        let name = String::from_utf8_lossy(secret);
        assert!(holds(PORCH, secret), "the fixture holds {name}");
        assert!(!holds(&cleaned, secret), "the cleaned film holds {name}");
    }
    Ok(())
}

#[test]
fn the_index_comes_before_the_samples() -> Outcome {
    assert_eq!(
        top_level(&clean(PORCH)?)?,
        [Ftyp::KIND, Moov::KIND, Mdat::KIND]
    );
    Ok(())
}

#[test]
fn every_sample_that_stays_is_the_same() -> Outcome {
    let cleaned = clean(PORCH)?;
    for handler in [b"vide", b"soun"] {
        let before = samples(PORCH, FourCC::new(handler))?;
        assert!(before.len() > 20, "the fixture has samples");
        assert!(before == samples(&cleaned, FourCC::new(handler))?);
    }
    assert_eq!(index_of(&cleaned)?.trak.len(), 2);
    Ok(())
}

#[test]
fn nothing_but_samples_is_copied() -> Outcome {
    let cleaned = clean(PORCH)?;
    let kept = [b"vide", b"soun"].map(|handler| samples(&cleaned, FourCC::new(handler)));
    let mut bytes = 0;
    for track in kept {
        bytes += track?.concat().len();
    }
    let mdat = find(&cleaned, b"mdat").ok_or("no mdat")? + 4;
    assert_eq!(cleaned.len() - mdat, bytes);
    Ok(())
}

#[test]
fn a_film_is_as_long_as_it_says_however_it_is_read() -> Outcome {
    let whole = clean(PORCH)?;
    let mut film = CleanFilm::read(Cursor::new(PORCH))?;
    assert_eq!(film.len(), whole.len() as u64);
    let mut by_sevens = Vec::<u8>::new();
    let mut seven = [0; 7];
    loop {
        let read = film.read(&mut seven)?;
        by_sevens.extend(seven.iter().take(read));
        if read == 0 {
            break;
        }
    }
    assert!(by_sevens == whole);
    Ok(())
}

#[test]
fn cleaning_twice_changes_nothing() -> Outcome {
    let once = clean(PORCH)?;
    assert!(clean(&once)? == once);
    Ok(())
}

#[test]
fn the_facts_are_those_of_the_film() -> Outcome {
    let facts = Facts {
        duration: Duration::from_secs(2),
        video_codec: FourCC::new(b"avc1"),
        width: 160,
        height: 120,
        turned: false,
        has_audio: true,
    };
    assert_eq!(CleanFilm::read(Cursor::new(PORCH))?.facts(), facts);
    Ok(())
}

#[test]
fn what_is_logged_of_a_film_are_its_facts() -> Outcome {
    let logged = format!("{:?}", CleanFilm::read(Cursor::new(PORCH))?);
    assert!(
        logged.starts_with("CleanFilm { facts: Facts { duration: 2s"),
        "{logged}"
    );
    assert!(logged.ends_with(", len: 15420, .. }"), "{logged}");
    Ok(())
}

/// All bytes of the cleaned film.
fn clean(film: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    CleanFilm::read(Cursor::new(film))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why `film` is refused.
fn refusal(film: &[u8]) -> Result<FilmError, Box<dyn Error>> {
    Ok(CleanFilm::read(Cursor::new(film))
        .err()
        .ok_or("the film was taken")?)
}

/// The fixture with its index changed by `edit`. The index lies last, so that chunks stay in place.
///
/// The track of time codes is left out: `mp4-atom` cannot write its description.
fn porch_with(edit: impl FnOnce(&mut Moov) -> Outcome) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut index = index_of(PORCH)?;
    let unknown = |codec: &Codec| matches!(codec, Codec::Unknown(..));
    index
        .trak
        .retain(|track| !track.mdia.minf.stbl.stsd.codecs.iter().any(unknown));
    edit(&mut index)?;
    let moov = find(PORCH, b"moov").ok_or("no moov")? - 4;
    let mut film: Vec<u8> = PORCH.iter().take(moov).copied().collect();
    index.encode(&mut film)?;
    Ok(film)
}

/// The video track of an index.
fn video(index: &mut Moov) -> Result<&mut Trak, &'static str> {
    let vide = FourCC::new(b"vide");
    index
        .trak
        .iter_mut()
        .find(|track| track.mdia.hdlr.handler == vide)
        .ok_or("no video")
}

fn index_of(film: &[u8]) -> Result<Moov, Box<dyn Error>> {
    let at = find(film, b"moov").ok_or("no moov")? - 4;
    Ok(Moov::decode(&mut film.get(at..).unwrap_or_default())?)
}

fn top_level(mut film: &[u8]) -> Result<Vec<FourCC>, Box<dyn Error>> {
    let mut kinds = Vec::new();
    while !film.is_empty() {
        let header = Header::decode(&mut film)?;
        film = film
            .get(header.size.unwrap_or(film.len())..)
            .ok_or("a box reaches beyond the end")?;
        kinds.push(header.kind);
    }
    Ok(kinds)
}

/// The samples of the track with `handler`, found without the code under test.
fn samples(film: &[u8], handler: FourCC) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let index = index_of(film)?;
    let mut tracks = index.trak.iter();
    let track = tracks
        .find(|track| track.mdia.hdlr.handler == handler)
        .ok_or("no track")?;
    let tables = &track.mdia.minf.stbl;
    let StszSamples::Different { sizes } = &tables.stsz.samples else {
        return Err("samples of one size".into());
    };
    let mut sizes = sizes.iter();
    let mut samples = Vec::new();
    for (number, &place) in (1_u32..).zip(&tables.stco.as_ref().ok_or("no stco")?.entries) {
        let mut rest = film
            .get(usize::try_from(place)?..)
            .ok_or("a chunk beyond the end")?;
        let mut runs = tables.stsc.entries.iter();
        let run = runs
            .rfind(|run| run.first_chunk <= number)
            .ok_or("a chunk without a run")?;
        for size in sizes.by_ref().take(usize::try_from(run.samples_per_chunk)?) {
            let (sample, behind) = rest.split_at(usize::try_from(*size)?);
            samples.push(sample.to_vec());
            rest = behind;
        }
    }
    Ok(samples)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
