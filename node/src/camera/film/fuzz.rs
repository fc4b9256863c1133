//! What must hold for every input, for a fuzzer and for the tests that play one.

use std::io::{Cursor, Read};
use std::time::Duration;

use super::{CleanFilm, Series, Sound};

/// Cleans `bytes` if they are a film, cuts them if they are a recording, and tells whether they are one of the two.
///
/// # Panics
///
/// If the cleaned film is not as long as it says, or changes when it is cleaned again; if without its sound it has some,
/// or cannot be cleaned.
pub fn clean_or_refuse(bytes: &[u8]) -> bool {
    let recording = cut_or_refuse(bytes);
    let Ok(film) = CleanFilm::read(Cursor::new(bytes)) else {
        return recording;
    };
    let length = film.len();
    let cleaned = all(film);
    assert_eq!(
        u64::try_from(cleaned.len()),
        Ok(length),
        "a film is as long as it says"
    );
    let again = CleanFilm::read(Cursor::new(&cleaned)).map(all);
    assert!(
        again.is_ok_and(|again| again == cleaned),
        "clean stays clean"
    );
    if let Ok(muted) = CleanFilm::read_with(Cursor::new(bytes), Sound::Dropped) {
        assert!(!muted.facts().has_audio, "no sound is left");
        assert_eq!(muted.len(), all(muted).len() as u64, "as long as it says");
    }
    true
}

/// Cuts `bytes` into clips if they are a recording, and tells whether they are.
fn cut_or_refuse(bytes: &[u8]) -> bool {
    let longest = Duration::from_secs(1);
    let Ok(mut series) = Series::read_in(Cursor::new(bytes), Sound::Kept, longest) else {
        return false;
    };
    for number in 0..series.len().min(16) {
        let Ok(part) = series.part(number) else {
            return false;
        };
        let part = part.unwrap_or_else(|| unreachable!("a part that was counted"));
        let length = part.len();
        assert_eq!(length, all(part).len() as u64, "as long as it says");
    }
    true
}

fn all(mut film: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(
        film.read_to_end(&mut bytes).is_ok(),
        "a film whose index was accepted can be read"
    );
    bytes
}
