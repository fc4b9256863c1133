//! What the new index says, box by box.

use mp4_atom::{Co64, DrefEntry, Stco, Url};

use super::*;

#[test]
fn times_names_and_leftovers_are_empty() -> Outcome {
    let index = index_of(&clean(PORCH)?)?;
    assert_eq!(
        (index.mvhd.creation_time, index.mvhd.modification_time),
        (0, 0)
    );
    assert_eq!(index.mvhd.next_track_id, 3);
    assert!(index.udta.is_none() && index.meta.is_none());
    for track in &index.trak {
        assert_eq!(
            (track.tkhd.creation_time, track.tkhd.modification_time),
            (0, 0)
        );
        assert_eq!(
            (
                track.mdia.mdhd.creation_time,
                track.mdia.mdhd.modification_time
            ),
            (0, 0)
        );
        assert_eq!(track.mdia.hdlr.name, "");
        assert!(track.udta.is_none() && track.meta.is_none() && track.tref.is_none());
        let to_itself = DrefEntry::Url(Url {
            location: String::new(),
        });
        assert_eq!(track.mdia.minf.dinf.dref.entries, [to_itself]);
        assert!(track.mdia.minf.stbl.sgpd.is_empty() && track.mdia.minf.stbl.sbgp.is_empty());
    }
    Ok(())
}

#[test]
fn what_playing_needs_stays() -> Outcome {
    let (before, after) = (index_of(PORCH)?, index_of(&clean(PORCH)?)?);
    assert_eq!(before.mvhd.timescale, after.mvhd.timescale);
    for (before, after) in before.trak.iter().zip(&after.trak) {
        assert_eq!(before.edts, after.edts);
        assert_eq!(before.tkhd.matrix, after.tkhd.matrix);
        assert_eq!(before.tkhd.track_id, after.tkhd.track_id);
        assert_eq!(before.mdia.mdhd.timescale, after.mdia.mdhd.timescale);
        assert_eq!(before.mdia.mdhd.duration, after.mdia.mdhd.duration);
        assert_eq!(before.mdia.mdhd.language, after.mdia.mdhd.language);
        let (before, after) = (&before.mdia.minf.stbl, &after.mdia.minf.stbl);
        assert_eq!(before.stts, after.stts);
        assert_eq!(before.ctts, after.ctts);
        assert_eq!(before.stss, after.stss);
        assert_eq!(before.stsz, after.stsz);
        assert_eq!(before.stsc, after.stsc);
    }
    Ok(())
}

#[test]
fn a_turned_picture_stays_turned() -> Outcome {
    let turned = porch_with(|index| {
        let matrix = &mut video(index)?.tkhd.matrix;
        (matrix.a, matrix.b, matrix.c, matrix.d) = (0, 0x1_0000, -0x1_0000, 0);
        Ok(())
    })?;
    let matrix = video(&mut index_of(&clean(&turned)?)?)?.tkhd.matrix.clone();
    assert_eq!(
        (matrix.a, matrix.b, matrix.c, matrix.d),
        (0, 0x1_0000, -0x1_0000, 0)
    );
    Ok(())
}

#[test]
fn offsets_of_64_bits_are_read() -> Outcome {
    let wide = porch_with(|index| {
        for track in &mut index.trak {
            let tables = &mut track.mdia.minf.stbl;
            let narrow = tables.stco.take().ok_or("no stco")?;
            tables.co64 = Some(Co64 {
                entries: narrow.entries.into_iter().map(u64::from).collect(),
            });
        }
        Ok(())
    })?;
    let narrow = porch_with(|_| Ok(()))?;
    assert!(clean(&wide)? == clean(&narrow)?);
    Ok(())
}

#[test]
fn the_order_of_chunks_in_the_file_stays() -> Outcome {
    let places = |film: &[u8]| -> Result<Vec<Stco>, Box<dyn Error>> {
        let tracks = index_of(film)?.trak.into_iter().take(2);
        Ok(tracks
            .filter_map(|track| track.mdia.minf.stbl.stco)
            .collect())
    };
    let order = |places: &[Stco]| {
        let numbered = places.iter().enumerate();
        let mut chunks: Vec<_> = numbered
            .flat_map(|(track, places)| places.entries.iter().map(move |place| (*place, track)))
            .collect();
        chunks.sort_unstable();
        chunks
            .into_iter()
            .map(|(_, track)| track)
            .collect::<Vec<_>>()
    };
    let (before, after) = (places(PORCH)?, places(&clean(PORCH)?)?);
    assert_eq!(order(&before), order(&after));
    assert!(
        order(&after).windows(2).any(|pair| pair == [0, 1]),
        "sound and pictures alternate"
    );
    Ok(())
}

#[test]
fn a_handler_name_that_is_not_text_does_no_harm() -> Outcome {
    let mut film = PORCH.to_vec();
    let name = find(&film, b"Porchcam").ok_or("no name")?;
    film.get_mut(name..name + 2)
        .ok_or("no room")?
        .copy_from_slice(b"\x93\xfa");
    assert!(clean(&film)? == clean(PORCH)?);
    Ok(())
}

#[test]
fn what_phones_append_after_the_last_box_does_no_harm() -> Outcome {
    let film = [PORCH, b"\0\0\x0a\x01\x08\0\0\0Image_UTC_Data1714979289SEFT"].concat();
    assert!(clean(&film)? == clean(PORCH)?);
    Ok(())
}
