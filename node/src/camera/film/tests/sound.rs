//! Leaving the sound out, and what a player turns.

use super::super::Sound;
use super::*;

fn muted(film: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    CleanFilm::read_with(Cursor::new(film), Sound::Dropped)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn without_its_sound_a_film_has_the_same_pictures_and_no_byte_of_the_sound() -> Outcome {
    let muted = muted(PORCH)?;
    let (vide, soun) = (FourCC::new(b"vide"), FourCC::new(b"soun"));
    assert!(samples(&muted, vide)? == samples(PORCH, vide)?);
    for sample in samples(PORCH, soun)?.iter().filter(|s| s.len() > 8) {
        assert!(!holds(&muted, sample), "a sample of the sound is there");
    }
    let index = index_of(&muted)?;
    assert_eq!(index.trak.len(), 1);
    assert_eq!(index.mvhd.next_track_id, 2);
    let mdat = find(&muted, b"mdat").ok_or("no mdat")? + 4;
    assert_eq!(muted.len() - mdat, samples(&muted, vide)?.concat().len());
    assert!(!CleanFilm::read(Cursor::new(&muted))?.facts().has_audio);
    assert!(clean(&muted)? == muted);
    Ok(())
}

#[test]
fn a_film_that_players_turn_by_a_quarter_is_known() -> Outcome {
    let turned = porch_with(|index| {
        let matrix = &mut video(index)?.tkhd.matrix;
        (matrix.a, matrix.b, matrix.c, matrix.d) = (0, 1 << 16, -(1 << 16), 0);
        Ok(())
    })?;
    assert!(CleanFilm::read(Cursor::new(turned))?.facts().turned);
    assert!(!CleanFilm::read(Cursor::new(PORCH))?.facts().turned);
    Ok(())
}
