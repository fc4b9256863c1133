//! Films that cameras of a run make: noise for pictures, in a film that cleaning takes.
//!
//! Nothing in a home decodes pictures. So their bytes are drawn from the seed, and only the index before them is a film's.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use streetlamp::camera::film::{Coding, Takes};
use streetlamp::error::{Error, Result};

/// Pictures in a second, each of which needs no others.
const RATE: u32 = 5;

/// The sample description of H.264 pictures of 160 by 120 (ISO/IEC 14496-12, section 12.1.3; 14496-15, section 5.4.2):
/// what x264 writes for its own test source at level 1.2.
const ENTRY: &[u8] = b"\0\0\0\x8b\
    avc1\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xa0\0\x78\0\x48\0\0\0\x48\0\0\0\0\0\0\0\x01\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x18\xff\xff\
    \0\0\0\x35avcC\x01\x64\0\x0c\xff\xe1\0\x1b\
    \x67\x64\0\x0c\xac\x76\x11\x0a\x11\xf9\x70\x11\0\0\x03\0\x01\0\0\x03\0\x1e\x0f\x14\x29\x84\x60\
    \x01\0\x07\x68\xe8\x43\x83\x12\xc8\xb0\xfd\xf8\xf8\0";

/// A film of this length, with pictures of so many Mbit/s.
///
/// # Errors
/// If it is too long or too large for a film.
pub(crate) fn film(rng: &mut ChaCha20Rng, lasts: Duration, mbit: f64) -> Result<Cursor<Vec<u8>>> {
    let coding = Coding {
        entry: ENTRY.to_vec(),
        width: 160,
        height: 120,
        clock: RATE,
    };
    let mut picture = vec![0; bytes(mbit)];
    let mut takes = Takes::default();
    let pictures = lasts.as_secs().saturating_mul(u64::from(RATE)).max(1);
    for at in 0..i64::try_from(pictures).unwrap_or(i64::MAX) {
        rng.fill_bytes(&mut picture);
        takes.push(&picture, true, at);
    }
    let mut film = Vec::new();
    let read = takes.film(&coding, None)?.read_to_end(&mut film);
    read.map_err(|e| Error::io("a film could not be made", e))?;
    Ok(Cursor::new(film))
}

/// Bytes of one picture.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a scenario says at most 50 Mbit/s"
)]
fn bytes(mbit: f64) -> usize {
    ((mbit * 1e6 / 8.0 / f64::from(RATE)) as usize).max(1)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;
    use streetlamp::camera::film::CleanFilm;

    use super::*;

    #[test]
    fn a_film_has_its_length_and_its_size_and_is_clean() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let film = film(&mut rng, Duration::from_secs(10), 0.5).unwrap();
        let size = film.get_ref().len();
        assert!((620_000..640_000).contains(&size), "{size}");
        let clean = CleanFilm::read(film).unwrap();
        assert_eq!(clean.facts().duration, Duration::from_secs(10));
        assert_eq!((clean.facts().width, clean.facts().height), (160, 120));
        assert_eq!(clean.len(), size as u64);
    }
}
