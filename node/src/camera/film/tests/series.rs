//! Recordings that are cut into clips, or came in fragments.

use std::io::Cursor;

use super::*;
use crate::camera::film::{Series, Sound};

/// Every part of a recording, as bytes.
fn parts(film: &[u8], longest: Duration) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut series = Series::read_in(Cursor::new(film), Sound::Kept, longest)?;
    let mut parts = Vec::new();
    for number in 0..series.len() {
        let mut bytes = Vec::new();
        let mut part = series.part(number)?.ok_or("a part is missing")?;
        part.read_to_end(&mut bytes)?;
        parts.push(bytes);
    }
    assert!(
        series.part(parts.len())?.is_none(),
        "nothing behind the last"
    );
    Ok(parts)
}

#[test]
fn a_short_film_is_one_part_and_stays_as_cleaning_leaves_it() -> Outcome {
    assert!(parts(PORCH, Duration::from_secs(120))? == [clean(PORCH)?]);
    Ok(())
}

#[test]
fn every_sample_goes_into_one_part_and_stays_the_same() -> Outcome {
    // Two seconds with a key picture every second; a part may be a second longer than is asked for.
    let film = porch_with(|index| {
        // Four times as slow.
        index.mvhd.timescale /= 4;
        index
            .trak
            .iter_mut()
            .for_each(|track| track.mdia.mdhd.timescale /= 4);
        Ok(())
    })?;
    let parts = parts(&film, Duration::from_secs(4))?;
    assert_eq!(parts.len(), 2);
    for handler in [b"vide", b"soun"] {
        let handler = FourCC::new(handler);
        let mut joined = Vec::new();
        for part in &parts {
            let samples = samples(part, handler)?;
            assert!(samples.len() > 10, "each part has its share");
            joined.extend(samples);
        }
        assert!(
            joined == samples(&film, handler)?,
            "in order, and all of them"
        );
    }
    for part in parts {
        let facts = CleanFilm::read(Cursor::new(&part))?.facts();
        assert!(facts.duration.abs_diff(Duration::from_secs(4)) < Duration::from_millis(100));
        assert!(clean(&part)? == part, "a part is a clean film");
    }
    Ok(())
}

#[test]
fn a_part_tells_when_it_begins() -> Outcome {
    let film = porch_with(|index| {
        index.mvhd.timescale /= 4;
        index
            .trak
            .iter_mut()
            .for_each(|track| track.mdia.mdhd.timescale /= 4);
        Ok(())
    })?;
    let series = Series::read_in(Cursor::new(film), Sound::Dropped, Duration::from_secs(4))?;
    let begins = [0, 1].map(|part| series.begins(part).as_millis());
    assert_eq!(begins, [0, 4_000]);
    Ok(())
}

#[test]
fn a_recording_without_key_pictures_cannot_be_cut() -> Outcome {
    let film = porch_with(|index| {
        let table = &mut video(index)?.mdia.minf.stbl;
        table.stss.as_mut().ok_or("no stss")?.entries.truncate(1);
        Ok(())
    })?;
    let read = Series::read_in(Cursor::new(film), Sound::Kept, Duration::from_millis(500));
    assert!(matches!(read, Err(FilmError::NoKeyPicture)));
    Ok(())
}

#[test]
fn tables_that_claim_more_samples_than_there_are_cost_nothing() -> Outcome {
    let film = porch_with(|index| {
        let table = &mut video(index)?.mdia.minf.stbl;
        table.stsz.samples = StszSamples::Identical {
            count: u32::MAX,
            size: 1,
        };
        Ok(())
    })?;
    let read = Series::read_in(Cursor::new(film), Sound::Kept, Duration::from_millis(500));
    assert!(matches!(read, Err(FilmError::IndexTooLarge)));
    Ok(())
}
