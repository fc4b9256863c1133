//! Nothing that a stranger writes into a film makes cleaning panic, spin or run out of memory.

use std::fs;
use std::path::Path;

use mp4_atom::{Stco, Stsc, StscEntry, Stsz};

use super::super::Sound;
use super::*;

/// What the fuzzer starts from: `UPDATE_CORPUS=1 cargo test -p streetlamp corpus` writes it anew.
#[test]
fn the_corpus_of_films_is_replayed() -> Outcome {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/film");
    let without_sound = |film| -> Result<Vec<u8>, Box<dyn Error>> {
        let mut bytes = Vec::new();
        CleanFilm::read_with(Cursor::new(film), Sound::Dropped)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let seeds = [
        ("porch", PORCH.to_vec()),
        ("cleaned", clean(PORCH)?),
        ("silent", without_sound(PORCH)?),
    ];
    for (name, film) in &seeds {
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            fs::write(corpus.join(name), film)?;
        }
        assert!(fs::read(corpus.join(name))? == *film, "{name} is old");
    }
    for seed in fs::read_dir(&corpus)? {
        let path = seed?.path();
        assert!(clean_or_refuse(&fs::read(&path)?), "{path:?} is no film");
    }
    Ok(())
}

#[test]
fn a_film_cut_off_anywhere_is_refused() -> Outcome {
    for film in [PORCH, &clean(PORCH)?] {
        for cut in 0..film.len() {
            assert!(
                !clean_or_refuse(film.get(..cut).unwrap_or_default()),
                "cut at {cut}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_film_cut_off_between_its_boxes_is_called_incomplete() -> Outcome {
    let cleaned = clean(PORCH)?;
    let samples = find(&cleaned, b"mdat").ok_or("no mdat")? - 4;
    let index = find(PORCH, b"moov").ok_or("no moov")? - 4;
    for (film, cut) in [
        (PORCH, index),
        (&cleaned, samples),
        (&cleaned, cleaned.len() - 1),
    ] {
        let film = film.get(..cut).ok_or("short")?;
        assert!(
            matches!(refusal(film)?, FilmError::Truncated),
            "cut at {cut}"
        );
    }
    Ok(())
}

#[test]
fn flipped_bytes_never_break_a_promise() -> Outcome {
    let index = find(PORCH, b"moov").ok_or("no moov")? - 4;
    let mut random = Random(0x5eed);
    let mut taken = 0;
    for _ in 0..5_000 {
        let mut film = PORCH.to_vec();
        for _ in 0..=random.below(3) {
            let at = index + random.below(film.len() - index);
            if let Some(byte) = film.get_mut(at) {
                let extremes = [0, 1, 0x7f, 0x80, 0xff];
                *byte = extremes.get(random.below(6)).copied().unwrap_or(*byte ^ 1);
            }
        }
        taken += usize::from(clean_or_refuse(&film));
    }
    assert!(
        taken > 500,
        "films with harmless changes were checked too: {taken}"
    );
    Ok(())
}

#[test]
fn a_table_that_claims_more_than_it_holds_is_refused() -> Outcome {
    for table in [
        b"stsz", b"stco", b"stsc", b"stts", b"ctts", b"stss", b"elst", b"dref", b"stsd",
    ] {
        let mut film = PORCH.to_vec();
        let index = find(&film, b"moov").ok_or("no moov")?;
        let at = index + find(film.get(index..).ok_or("short")?, table).ok_or("no table")?;
        // The count follows kind, version and flags; in `stsz` also the common size.
        let count = at + if table == b"stsz" { 12 } else { 8 };
        film.get_mut(count..count + 4).ok_or("short")?.fill(0xff);
        let refused = refusal(&film)?;
        assert!(
            matches!(refused, FilmError::Malformed(kind) if kind == table.into()),
            "{refused:?}"
        );
    }
    Ok(())
}

#[test]
fn sizes_that_claim_four_billion_samples_are_refused_at_once() -> Outcome {
    let film = porch_with(|index| {
        let tables = &mut video(index)?.mdia.minf.stbl;
        tables.stsz.samples = StszSamples::Identical {
            count: u32::MAX,
            size: u32::MAX,
        };
        let all = StscEntry {
            first_chunk: 1,
            samples_per_chunk: u32::MAX,
            sample_description_index: 1,
        };
        tables.stsc.entries = vec![all];
        tables.stco = Some(Stco { entries: vec![48] });
        Ok(())
    })?;
    assert!(matches!(refusal(&film)?, FilmError::Truncated));
    Ok(())
}

#[test]
fn a_chunk_outside_the_samples_is_refused() -> Outcome {
    let moved = |to: u32| {
        porch_with(|index| {
            let chunks = video(index)?
                .mdia
                .minf
                .stbl
                .stco
                .as_mut()
                .ok_or("no stco")?;
            *chunks.entries.first_mut().ok_or("no chunk")? = to;
            Ok(())
        })
    };
    assert!(matches!(
        refusal(&moved(8)?)?,
        FilmError::Malformed(Stco::KIND)
    ));
    let index = find(PORCH, b"moov").ok_or("no moov")?;
    for beyond in [u32::try_from(index)?, u32::MAX] {
        assert!(
            matches!(refusal(&moved(beyond)?)?, FilmError::Truncated),
            "{beyond}"
        );
    }
    Ok(())
}

#[test]
fn a_film_cannot_grow_by_naming_the_same_bytes_again() -> Outcome {
    let film = porch_with(|index| {
        let tables = &mut video(index)?.mdia.minf.stbl;
        let start = tables
            .stco
            .as_ref()
            .and_then(|chunks| chunks.entries.first().copied());
        tables.stco = Some(Stco {
            entries: vec![start.ok_or("no chunk")?; 100_000],
        });
        tables.stsz = Stsz {
            samples: StszSamples::Identical {
                count: 100_000,
                size: 500,
            },
        };
        let one = StscEntry {
            first_chunk: 1,
            samples_per_chunk: 1,
            sample_description_index: 1,
        };
        tables.stsc.entries = vec![one];
        Ok(())
    })?;
    assert!(matches!(refusal(&film)?, FilmError::Malformed(Stsc::KIND)));
    Ok(())
}

#[test]
fn an_index_with_too_much_in_it_is_refused() -> Outcome {
    let many_chunks = porch_with(|index| {
        let chunks = video(index)?
            .mdia
            .minf
            .stbl
            .stco
            .as_mut()
            .ok_or("no stco")?;
        chunks.entries = vec![48; (1 << 17) + 1];
        Ok(())
    })?;
    assert!(matches!(refusal(&many_chunks)?, FilmError::IndexTooLarge));
    let many_tracks = porch_with(|index| {
        let track = video(index)?.clone();
        index.trak = vec![track; 65];
        Ok(())
    })?;
    assert!(matches!(refusal(&many_tracks)?, FilmError::IndexTooLarge));
    let mut heavy = PORCH.get(..32).ok_or("short")?.to_vec();
    heavy.extend(((16_u32 << 20) + 9).to_be_bytes());
    heavy.extend(b"moov");
    heavy.resize(heavy.len() + (16 << 20) + 1, 0);
    assert!(matches!(refusal(&heavy)?, FilmError::IndexTooLarge));
    let many_boxes = [
        PORCH.get(..32).ok_or("short")?,
        &b"\0\0\0\x08free".repeat(70_000),
    ]
    .concat();
    assert!(matches!(refusal(&many_boxes)?, FilmError::IndexTooLarge));
    Ok(())
}

#[test]
fn a_box_that_may_stand_once_must() -> Outcome {
    let film = porch_with(|index| {
        let tables = &mut video(index)?.mdia.minf.stbl;
        let entries = tables
            .stco
            .iter()
            .flat_map(|chunks| &chunks.entries)
            .copied();
        tables.co64 = Some(mp4_atom::Co64 {
            entries: entries.map(u64::from).collect(),
        });
        Ok(())
    })?;
    assert!(matches!(refusal(&film)?, FilmError::Malformed(_)));
    let twice = [PORCH, PORCH].concat();
    assert!(matches!(refusal(&twice)?, FilmError::Malformed(Moov::KIND)));
    Ok(())
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same flips in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap_or(0)
    }
}
