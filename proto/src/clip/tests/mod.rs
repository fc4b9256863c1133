//! What a clip keeps, in files by subject: vectors of others, other programs, attacks, slices.

#![expect(
    clippy::cast_possible_truncation,
    reason = "lengths of test films fit into any integer"
)]

mod attacks;
mod interop;
mod primitives;
mod slices;
mod vectors;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rayon::ThreadPoolBuilder;
use zeroize::Zeroizing;

use super::*;
use crate::recipient::{Identity, Recipient};

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(Zeroizing::new([seed; 32]))
}

/// Bytes that differ from place to place.
fn film(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// A clip of `len` bytes of film, for the identities 1 and 2.
struct Clip {
    film: Vec<u8>,
    header: OwnerHeader,
    sealed: Vec<u8>,
    facts: Sealed,
}

impl Clip {
    fn new(len: usize) -> Self {
        Self::seeded(len, 7)
    }

    fn seeded(len: usize, seed: u8) -> Self {
        let film = film(len);
        let household: [Recipient; 2] = [identity(1).recipient(), identity(2).recipient()];
        let (header, mut sealer) = Sealer::new(&mut rng(seed), &household).unwrap();
        let mut sealed = Vec::new();
        for piece in film.chunks(100_003) {
            sealer.write(piece, &mut sealed).unwrap();
        }
        let facts = sealer.finish(&mut sealed);
        Self {
            film,
            header,
            sealed,
            facts,
        }
    }

    fn opener(&self) -> Opener {
        let key = self.header.unwrap(&identity(1)).unwrap();
        let nonce = self.sealed.first_chunk().unwrap();
        Opener::new(&key, &self.facts.key_commit, self.facts.sealed_len, nonce).unwrap()
    }

    /// Opens what stands in place of the sealed bytes behind the nonce.
    fn open(&self, body: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut out = Vec::new();
        let opener = self.opener();
        opener.open_chunks(0..opener.layout().chunks(), body, &mut out)?;
        Ok(out)
    }
}

/// Lengths of film around every edge of a chunk.
const LENGTHS: [usize; 9] = [
    0,
    1,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK - 1,
    2 * CHUNK,
    2 * CHUNK + 1,
    5 * CHUNK + 777,
];

#[test]
fn what_was_sealed_opens_again() {
    for len in LENGTHS {
        let clip = Clip::new(len);
        assert_eq!(clip.facts.plaintext_len, len as u64);
        assert_eq!(clip.facts.sealed_len, clip.sealed.len() as u64);
        assert_eq!(clip.open(&clip.sealed[NONCE_LEN..]).unwrap(), clip.film);
    }
}

#[test]
fn how_the_film_arrives_does_not_change_the_clip() {
    let film = film(3 * CHUNK + 5);
    let sealed_in = |piece: usize| {
        let (_, mut sealer) = Sealer::new(&mut rng(3), &[identity(1).recipient()]).unwrap();
        let mut out = Vec::new();
        film.chunks(piece)
            .for_each(|piece| sealer.write(piece, &mut out).unwrap());
        (sealer.finish(&mut out), out)
    };
    for piece in [1_000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        assert_eq!(sealed_in(piece), sealed_in(film.len()), "{piece}");
    }
}

#[test]
fn how_many_threads_seal_does_not_change_the_clip() {
    let film = film(11 * CHUNK + 5);
    let seal = |mut sealer: Sealer, piece: usize| {
        let mut out = Vec::new();
        film.chunks(piece)
            .for_each(|piece| sealer.write(piece, &mut out).unwrap());
        (sealer.finish(&mut out), out)
    };
    let sealer = || Sealer::new(&mut rng(3), &[identity(1).recipient()]).unwrap();
    let alone = seal(sealer().1, film.len());
    for threads in [1, 2, 3, 8] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.unwrap();
        for piece in [CHUNK - 1, 4 * CHUNK + 1, film.len()] {
            let together = pool.install(|| seal(sealer().1.in_parallel(), piece));
            assert_eq!(together, alone, "{threads}, {piece}");
        }
    }
}

#[test]
fn any_chunk_opens_alone() {
    let clip = Clip::new(5 * CHUNK + 777);
    let opener = clip.opener();
    for chunk in [5, 0, 3, 3] {
        let layout = opener.layout();
        let place = layout.sealed_range(chunk).unwrap();
        let mut bytes = clip.sealed[place.start as usize..place.end as usize].to_vec();
        let place = layout.plaintext_range(chunk).unwrap();
        let expected = &clip.film[place.start as usize..place.end as usize];
        assert_eq!(opener.open_chunk(chunk, &mut bytes).unwrap(), expected);
    }
}

#[test]
fn a_layout_says_where_each_byte_lies() {
    for len in LENGTHS {
        let layout = Layout::of_plaintext(len as u64).unwrap();
        assert_eq!(Layout::of_sealed(layout.sealed_len()), Ok(layout));
        let (mut sealed, mut plain) = (NONCE_LEN as u64, 0);
        for chunk in 0..layout.chunks() {
            let (s, p) = (
                layout.sealed_range(chunk).unwrap(),
                layout.plaintext_range(chunk).unwrap(),
            );
            assert_eq!((s.start, p.start), (sealed, plain));
            assert_eq!(s.end - s.start, p.end - p.start + TAG_LEN as u64);
            (sealed, plain) = (s.end, p.end);
        }
        assert_eq!((sealed, plain), (layout.sealed_len(), len as u64));
        assert_eq!(layout.sealed_range(layout.chunks()), None);
        assert_eq!(layout.plaintext_range(layout.chunks()), None);
    }
}

#[test]
fn a_player_asks_for_the_chunks_of_what_it_plays() {
    let layout = Layout::of_plaintext(2 * CHUNK as u64 + 10).unwrap();
    let chunk = CHUNK as u64;
    assert_eq!(layout.chunks_of(0..1), 0..1);
    assert_eq!(layout.chunks_of(chunk - 1..chunk + 1), 0..2);
    assert_eq!(layout.chunks_of(chunk..2 * chunk), 1..2);
    assert_eq!(layout.chunks_of(2 * chunk..u64::MAX), 2..3);
    assert!(layout.chunks_of(2 * chunk + 10..u64::MAX).is_empty());
    assert!(layout.chunks_of(5..5).is_empty());
}

#[test]
fn lengths_that_no_film_seals_to_are_refused() {
    let tag = TAG_LEN as u64;
    let full = SEALED_CHUNK as u64;
    let nonce = NONCE_LEN as u64;
    for len in [
        0,
        nonce - 1,
        nonce,
        nonce + tag - 1,
        nonce + full + 1,
        nonce + full + tag,
        u64::MAX,
    ] {
        assert_eq!(Layout::of_sealed(len), Err(LayoutError(len)));
    }
    assert!(Layout::of_plaintext(u64::MAX).is_err());
}

#[test]
fn a_grant_opens_the_clip_and_leaves_its_bytes_alone() {
    let clip = Clip::new(CHUNK);
    let ben = identity(9);
    let grant = clip
        .header
        .grant(&identity(2), &clip.facts.key_commit, &ben.recipient())
        .unwrap();
    assert_eq!(grant.unwrap(&ben).unwrap().commit(), clip.facts.key_commit);
    assert_eq!(
        grant.unwrap(&identity(1)).unwrap_err(),
        HeaderError::NotForThisKey
    );
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let clip = Clip::new(1);
    let key = clip.header.unwrap(&identity(1)).unwrap();
    let (_, sealer) = Sealer::new(&mut rng(1), &[identity(1).recipient()]).unwrap();
    assert_eq!(format!("{key:?}"), "FileKey(secret)");
    assert_eq!(format!("{sealer:?}"), "Sealer { plaintext_len: 0, .. }");
    assert_eq!(
        format!("{:?}", clip.opener()),
        "Opener { layout: Layout { plaintext_len: 1, chunks: 1 }, .. }"
    );
}
