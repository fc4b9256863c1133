//! A film that cannot become a clip is refused for the right reason, with something to try.

use std::io::{self, Seek, SeekFrom};

use mp4_atom::{Mvex, Url};

use super::*;
use crate::camera::film::MAX_SOURCE;

#[test]
fn an_empty_file_is_refused() -> Outcome {
    assert!(matches!(refusal(b"")?, FilmError::Empty));
    Ok(())
}

#[test]
fn what_is_not_an_mp4_is_refused() -> Outcome {
    let others: [&[u8]; 6] = [
        b"x",
        b"Dear neighbours, this is a text.",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
        b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81",
        b"RIFF\x24\0\0\0AVI LIST",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta",
    ];
    for other in others {
        assert!(matches!(refusal(other)?, FilmError::NotMp4), "{other:?}");
    }
    Ok(())
}

#[test]
fn a_film_that_is_too_large_is_refused_unread() {
    /// Says how long it is, and cannot be read.
    struct Unread(u64);
    impl Read for Unread {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("read"))
        }
    }
    impl Seek for Unread {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            Ok(if matches!(to, SeekFrom::End(0)) {
                self.0
            } else {
                0
            })
        }
    }
    let refused = |bytes| CleanFilm::read(Unread(bytes)).err();
    assert!(matches!(
        refused(4 << 30),
        Some(FilmError::TooLarge {
            bytes: 0x1_0000_0000,
            ..
        })
    ));
    assert!(matches!(
        refused(MAX_SOURCE + 1),
        Some(FilmError::TooLarge { .. })
    ));
    assert!(matches!(refused(MAX_SOURCE), Some(FilmError::Io(_))));
}

#[test]
fn a_film_in_fragments_is_refused() -> Outcome {
    let announced = porch_with(|index| {
        index.mvex = Some(Mvex::default());
        Ok(())
    })?;
    assert!(matches!(refusal(&announced)?, FilmError::Fragmented));
    let begun = [PORCH, b"\0\0\0\x08moof"].concat();
    assert!(matches!(refusal(&begun)?, FilmError::Fragmented));
    Ok(())
}

#[test]
fn a_film_without_video_is_refused() -> Outcome {
    let sound_only = porch_with(|index| {
        index
            .trak
            .retain(|track| track.mdia.hdlr.handler != FourCC::new(b"vide"));
        Ok(())
    })?;
    assert!(matches!(refusal(&sound_only)?, FilmError::NoVideo));
    let no_pictures = porch_with(|index| {
        video(index)?.mdia.minf.stbl.stsz.samples = StszSamples::Identical { count: 0, size: 9 };
        Ok(())
    })?;
    assert!(matches!(refusal(&no_pictures)?, FilmError::NoVideo));
    Ok(())
}

#[test]
fn a_film_that_lasts_too_long_is_refused_whatever_its_header_claims() -> Outcome {
    let slow = porch_with(|index| {
        index.mvhd.timescale = 15;
        Ok(())
    })?;
    assert!(matches!(refusal(&slow)?, FilmError::TooLong { lasts } if lasts.as_secs() == 133));
    let dishonest = porch_with(|index| {
        video(index)?.mdia.mdhd.timescale = 100;
        Ok(())
    })?;
    assert!(matches!(refusal(&dishonest)?, FilmError::TooLong { .. }));
    Ok(())
}

#[test]
fn the_length_of_a_dropped_track_does_not_count() -> Outcome {
    let long_text = porch_with(|index| {
        let text = index
            .trak
            .iter_mut()
            .find(|track| track.mdia.hdlr.handler == b"sbtl".into());
        text.ok_or("no subtitles")?.tkhd.duration = 500_000;
        index.mvhd.duration = 500_000;
        Ok(())
    })?;
    let film = CleanFilm::read(Cursor::new(&long_text))?;
    assert_eq!(film.facts().duration, Duration::from_secs(2));
    assert_eq!(index_of(&clean(&long_text)?)?.mvhd.duration, 2_000);
    Ok(())
}

#[test]
fn a_film_without_duration_is_refused() -> Outcome {
    for unknown in [0, u64::from(u32::MAX), u64::MAX] {
        let film = porch_with(|index| {
            index.mvhd.duration = unknown;
            index
                .trak
                .iter_mut()
                .for_each(|track| track.tkhd.duration = unknown);
            Ok(())
        })?;
        assert!(
            matches!(refusal(&film)?, FilmError::NoDuration),
            "{unknown}"
        );
    }
    let no_scale = porch_with(|index| {
        index.mvhd.timescale = 0;
        Ok(())
    })?;
    assert!(matches!(refusal(&no_scale)?, FilmError::NoDuration));
    Ok(())
}

#[test]
fn a_film_that_points_to_other_files_is_refused() -> Outcome {
    let elsewhere = porch_with(|index| {
        let location = "file:///etc/passwd".into();
        video(index)?.mdia.minf.dinf.dref.entries = vec![Url { location }.into()];
        Ok(())
    })?;
    assert!(matches!(refusal(&elsewhere)?, FilmError::External));
    let alias = replaced(PORCH, b"url \0\0\0\x01", b"alis\0\0\0\0")?;
    assert!(matches!(refusal(&alias)?, FilmError::External));
    let alias_to_itself = replaced(PORCH, b"url \0\0\0\x01", b"alis\0\0\0\x01")?;
    assert!(clean(&alias_to_itself)? == clean(PORCH)?);
    Ok(())
}

#[test]
fn an_encrypted_film_is_refused() -> Outcome {
    assert!(matches!(
        refusal(&replaced(PORCH, b"avc1", b"encv")?)?,
        FilmError::Encrypted
    ));
    assert!(matches!(
        refusal(&replaced(PORCH, b"mp4a", b"enca")?)?,
        FilmError::Encrypted
    ));
    Ok(())
}

#[test]
fn a_compressed_index_is_refused() -> Outcome {
    assert!(matches!(
        refusal(&replaced(PORCH, b"mvhd", b"cmov")?)?,
        FilmError::CompressedIndex
    ));
    Ok(())
}

#[test]
fn sound_that_is_counted_in_bytes_is_refused() -> Outcome {
    let film = porch_with(|index| {
        let mut tracks = index.trak.iter_mut();
        let sound = tracks.find(|track| track.mdia.hdlr.handler == b"soun".into());
        let tables = &mut sound.ok_or("no sound")?.mdia.minf.stbl;
        tables.stsz.samples = StszSamples::Identical {
            count: 1_000,
            size: 1,
        };
        Ok(())
    })?;
    assert!(matches!(refusal(&film)?, FilmError::OldSound));
    Ok(())
}

#[test]
fn every_refusal_says_what_to_try() {
    let refusals = [
        FilmError::Io(io::Error::other("gone")),
        FilmError::Empty,
        FilmError::TooLarge {
            bytes: 4 << 30,
            longest: MAX_SOURCE,
        },
        FilmError::NotMp4,
        FilmError::Fragmented,
        FilmError::Truncated,
        FilmError::TooLong {
            lasts: Duration::from_millis(154_200),
        },
        FilmError::NoKeyPicture,
        FilmError::NoDuration,
        FilmError::NoVideo,
        FilmError::External,
        FilmError::CompressedIndex,
        FilmError::Encrypted,
        FilmError::OldSound,
        FilmError::IndexTooLarge,
        FilmError::Malformed(Moov::KIND),
    ];
    for refusal in &refusals {
        let text = refusal.to_string();
        let (happened, advice) = text.split_once("; ").unwrap_or_default();
        assert!(happened.len() > 10 && advice.len() > 10, "{text}");
    }
    let texts = refusals.map(|refusal| refusal.to_string());
    let sample = "the film lasts 155 s and a clip at most 120 s; \
                  cut it: ffmpeg -i in.mp4 -ss 0 -t 120 -c copy out.mp4";
    assert!(texts.iter().any(|text| text == sample), "{texts:#?}");
}

/// `film` with `old` replaced by `new`, of the same length, wherever it stands.
fn replaced(film: &[u8], old: &[u8], new: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut film = film.to_vec();
    while let Some(at) = find(&film, old) {
        film.get_mut(at..at + old.len())
            .ok_or("no room")?
            .copy_from_slice(new);
    }
    Ok(film)
}
