//! Padding hides the length of a film without changing what plays.

use super::*;

#[test]
fn a_padded_film_has_exactly_the_length_asked_for() -> Outcome {
    let bare = clean(PORCH)?;
    let padded = pad(|_| 20_000)?;
    assert_eq!(padded.len(), 20_000);
    let (film, padding) = padded.split_at(bare.len());
    assert!(film == bare);
    assert_eq!(top_level(padding)?, [Free::KIND]);
    assert!(padding.iter().skip(8).all(|&byte| byte == 0));
    Ok(())
}

#[test]
fn a_film_of_the_right_length_is_not_padded() -> Outcome {
    assert!(pad(|length| length)? == clean(PORCH)?);
    Ok(())
}

#[test]
fn the_padded_length_is_a_fixed_point_whatever_is_missing() -> Outcome {
    let bare = clean(PORCH)?.len() as u64;
    for step in 1..2_000 {
        let to_step = |length: u64| length.next_multiple_of(step);
        let padded = CleanFilm::read(Cursor::new(PORCH))?.padded(to_step).len();
        assert_eq!(to_step(padded), padded, "step {step}");
        assert!(padded == bare || padded >= bare + 8, "step {step}");
        assert!(padded < bare + step + 8, "step {step}");
    }
    Ok(())
}

#[test]
fn a_rule_that_asks_for_less_or_for_the_impossible_changes_nothing() -> Outcome {
    let bare = clean(PORCH)?;
    assert!(pad(|_| 0)? == bare);
    assert!(pad(|length| length - 1)? == bare);
    assert!(pad(|_| u64::MAX)? == bare);
    Ok(())
}

#[test]
fn the_last_rule_for_padding_counts() -> Outcome {
    let film = CleanFilm::read(Cursor::new(PORCH))?;
    assert_eq!(film.padded(|_| 50_000).padded(|_| 20_000).len(), 20_000);
    Ok(())
}

#[test]
fn cleaning_a_padded_film_takes_the_padding_off() -> Outcome {
    assert!(clean(&pad(|_| 20_000)?)? == clean(PORCH)?);
    Ok(())
}

fn pad(padded_len: impl Fn(u64) -> u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut film = CleanFilm::read(Cursor::new(PORCH))?.padded(padded_len);
    let length = film.len();
    let mut bytes = Vec::new();
    film.read_to_end(&mut bytes)?;
    assert_eq!(bytes.len() as u64, length);
    Ok(bytes)
}
