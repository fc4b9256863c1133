//! Films made of pictures that a camera streamed.

use std::io::Read;

use super::*;
use crate::camera::film::{Coding, SoundCoding, Takes};

/// How the pictures of the fixture are coded: the first box in its first sample description.
fn coding() -> Result<Coding, Box<dyn Error>> {
    let at = find(PORCH, b"stsd").ok_or("no stsd")? + 12;
    let rest = PORCH.get(at..).ok_or("no entry")?;
    let size = rest.first_chunk().map(|size| u32::from_be_bytes(*size));
    let entry = rest.get(..usize::try_from(size.ok_or("no size")?)?);
    Ok(Coding {
        entry: entry.ok_or("a cut entry")?.to_vec(),
        width: 160,
        height: 120,
        clock: video(&mut index_of(PORCH)?)?.mdia.mdhd.timescale,
    })
}

/// When each picture of a film is shown, in the order of decoding.
fn shown(film: &[u8]) -> Result<Vec<i64>, Box<dyn Error>> {
    let mut index = index_of(film)?;
    let track = video(&mut index)?;
    let hidden = track.edts.as_ref().and_then(|edits| edits.elst.as_ref());
    let hidden = hidden
        .and_then(|edits| edits.entries.first()?.media_time)
        .unwrap_or(0);
    let tables = &track.mdia.minf.stbl;
    let delays = tables.ctts.iter().flat_map(|table| &table.entries);
    let mut delays = delays.flat_map(|run| (0..run.sample_count).map(|_| run.sample_offset));
    let mut decoded = 0;
    let mut shown = Vec::new();
    for run in &tables.stts.entries {
        for _ in 0..run.sample_count {
            let delay = delays.next().unwrap_or(0);
            shown.push(decoded + delay - i64::try_from(hidden)?);
            decoded += i64::from(run.sample_delta);
        }
    }
    Ok(shown)
}

#[test]
fn streamed_pictures_make_a_film_that_shows_each_at_its_time() -> Outcome {
    let pictures = samples(PORCH, FourCC::new(b"vide"))?;
    let times = shown(PORCH)?;
    let mut takes = Takes::default();
    // The stream of a camera that has been on for an hour.
    let began = i64::from(coding()?.clock) * 3_600;
    for (number, (picture, at)) in pictures.iter().zip(&times).enumerate() {
        takes.push(picture, number % 15 == 0, began + at);
    }
    let mut film = Vec::new();
    takes.film(&coding()?, None)?.read_to_end(&mut film)?;
    assert!(samples(&film, FourCC::new(b"vide"))? == pictures);
    assert_eq!(
        shown(&film)?,
        times,
        "some are decoded before they are shown"
    );
    let facts = CleanFilm::read(Cursor::new(&film))?.facts();
    assert_eq!(facts.duration, Duration::from_secs(2));
    assert_eq!(
        (facts.width, facts.height, facts.has_audio),
        (160, 120, false)
    );
    assert!(clean(&film)? == film, "it is clean as it is");
    let keys = video(&mut index_of(&film)?)?.mdia.minf.stbl.stss.clone();
    assert_eq!(keys.ok_or("no stss")?.entries, [1, 16]);
    Ok(())
}

#[test]
fn sound_of_a_stream_lies_beside_the_pictures_that_it_came_with() -> Outcome {
    let at = find(PORCH, b"mp4a").ok_or("no mp4a")? - 4;
    let size = PORCH.get(at..).and_then(<[u8]>::first_chunk);
    let size = size
        .map(|size| u32::from_be_bytes(*size))
        .ok_or("no size")?;
    let entry = PORCH.get(at..at + usize::try_from(size)?);
    let sound = SoundCoding {
        entry: entry.ok_or("a cut entry")?.to_vec(),
        clock: 48_000,
    };
    let (pictures, heard) = (
        samples(PORCH, FourCC::new(b"vide"))?,
        samples(PORCH, FourCC::new(b"soun"))?,
    );
    let mut takes = Takes::default();
    let clock = i64::from(coding()?.clock);
    for (number, (picture, at)) in pictures.iter().zip(&shown(PORCH)?).enumerate() {
        takes.push(picture, number % 15 == 0, clock * 3_600 + at);
    }
    // The first piece came before the pictures, the second a little after they began.
    for (number, piece) in (0_i64..).zip(&heard) {
        takes.hear(piece, 48_000 * 3_600 - 512 + 1_024 * number);
    }
    let mut film = Vec::new();
    let mut made = takes.film(&coding()?, Some(&sound))?;
    assert!(made.facts().has_audio);
    made.read_to_end(&mut film)?;
    assert!(samples(&film, FourCC::new(b"vide"))? == pictures);
    assert!(samples(&film, FourCC::new(b"soun"))? == heard.get(1..).unwrap_or_default());
    assert!(clean(&film)? == film, "it is clean as it is");
    let facts = CleanFilm::read(Cursor::new(&film))?.facts();
    assert_eq!(facts.duration, Duration::from_secs(2));
    Ok(())
}

#[test]
fn no_pictures_make_no_film() -> Outcome {
    let made = Takes::default().film(&coding()?, None);
    assert!(matches!(made, Err(FilmError::NoVideo)));
    Ok(())
}
