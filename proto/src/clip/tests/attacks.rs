//! What somebody could do to a clip or a header, and is refused.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;
use crate::recipient::{HEADER_STANZAS, RecipientError};

/// One payload that two keys open: see `vectors/clip/README.md`.
fn salamander() -> (FileKey, FileKey, Vec<u8>) {
    let text = include_str!("../../../vectors/clip/salamander.txt");
    let fields: BTreeMap<_, _> = text.lines().filter_map(|l| l.split_once(": ")).collect();
    let hex = |name: &str| HEXLOWER.decode(fields[name].as_bytes()).unwrap();
    let key = |name| FileKey::from_vector(hex(name).try_into().unwrap());
    (key("file key a"), key("file key b"), hex("sealed"))
}

/// Opens as stock age does: whatever key the header holds is the right one.
fn open_trusting(key: &FileKey, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    open_as(key, &key.commit(), sealed)
}

fn open_as(key: &FileKey, commit: &KeyCommit, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let nonce = sealed.first_chunk().unwrap();
    let opener = Opener::new(key, commit, sealed.len() as u64, nonce)?;
    let mut film = Vec::new();
    opener.open_chunks(0..opener.layout().chunks(), &sealed[NONCE_LEN..], &mut film)?;
    Ok(film)
}

#[test]
fn one_clip_cannot_show_two_films_to_two_neighbours() {
    let (a, b, sealed) = salamander();
    let (film_a, film_b) = (
        open_trusting(&a, &sealed).unwrap(),
        open_trusting(&b, &sealed).unwrap(),
    );
    assert!(film_a.starts_with(b"SCENE A: the red car hit the parked van"));
    assert!(film_b[64..].starts_with(b"SCENE B: the parked van rolled back"));

    let manifest = a.commit();
    assert_eq!(open_as(&a, &manifest, &sealed), Ok(film_a));
    assert_eq!(open_as(&b, &manifest, &sealed), Err(OpenError::WrongKey));
}

#[test]
fn the_key_is_checked_before_anything_else() {
    let key = FileKey::from_vector([1; 16]);
    let other = FileKey::from_vector([2; 16]).commit();
    let opened = Opener::new(&key, &other, 3, &[0; NONCE_LEN]);
    assert_eq!(opened.unwrap_err(), OpenError::WrongKey);
}

#[test]
fn a_key_that_is_not_the_manifests_is_not_granted_on() {
    let clip = Clip::new(1);
    let other = FileKey::from_vector([2; 16]).commit();
    let granted = clip
        .header
        .grant(&identity(1), &other, &identity(9).recipient());
    assert_eq!(granted, Err(HeaderError::WrongKey));
}

#[test]
fn a_clip_cut_at_or_beside_any_chunk_edge_releases_nothing() {
    let clip = Clip::new(3 * CHUNK + 100);
    let body = &clip.sealed[NONCE_LEN..];
    for edge in (0..=3).map(|chunk| chunk * SEALED_CHUNK) {
        for cut in [edge.saturating_sub(1), edge, edge + 1] {
            // By the manifest's length: a chunk is missing or too short.
            assert!(clip.open(&body[..cut]).is_err(), "{cut}");
            // By its own length: there is no such clip, or its last chunk is not a last chunk.
            let sealed = &clip.sealed[..NONCE_LEN + cut];
            let key = clip.header.unwrap(&identity(1)).unwrap();
            assert!(open_trusting(&key, sealed).is_err(), "{cut}");
        }
    }
}

#[test]
fn nothing_can_be_added_to_a_clip() {
    for len in [0, 100, CHUNK, 2 * CHUNK] {
        let clip = Clip::new(len);
        let key = clip.header.unwrap(&identity(1)).unwrap();
        for more in [1, TAG_LEN, TAG_LEN + 1, SEALED_CHUNK] {
            let longer = [clip.sealed.as_slice(), &vec![0; more]].concat();
            assert!(clip.open(&longer[NONCE_LEN..]).is_err());
            assert!(open_trusting(&key, &longer).is_err());
        }
    }
}

#[test]
fn a_chunk_opens_neither_in_another_place_nor_in_another_clip() {
    let clip = Clip::new(4 * CHUNK);
    let other = Clip::seeded(4 * CHUNK, 8);
    let chunk = |sealed: &[u8], number: usize| {
        sealed[NONCE_LEN + number * SEALED_CHUNK..][..SEALED_CHUNK].to_vec()
    };
    let opener = clip.opener();
    assert_eq!(
        opener.open_chunk(2, &mut chunk(&clip.sealed, 1)),
        Err(OpenError::Altered(2))
    );
    assert_eq!(
        opener.open_chunk(1, &mut chunk(&other.sealed, 1)),
        Err(OpenError::Altered(1))
    );
    assert_eq!(
        opener.open_chunk(4, &mut chunk(&clip.sealed, 3)),
        Err(OpenError::NoSuchChunk(4))
    );
    assert_eq!(
        opener.open_chunk(0, &mut [0; 5]),
        Err(OpenError::Length {
            chunk: 0,
            got: 5,
            expected: SEALED_CHUNK as u64
        })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_other_order_or_choice_of_chunks_opens(order in prop::collection::vec(0_usize..4, 4)) {
        let clip = Clip::new(3 * CHUNK + 500);
        let chunks: Vec<_> = clip.sealed[NONCE_LEN..].chunks(SEALED_CHUNK).collect();
        let body: Vec<u8> = order.iter().flat_map(|at| chunks[*at].iter().copied()).collect();
        let opened = clip.open(&body);
        prop_assert_eq!(opened.is_ok(), order == [0, 1, 2, 3]);
    }

    #[test]
    fn no_altered_bit_opens(at in 0_usize..2 * CHUNK + 100, bit in 0..8_u8) {
        let clip = Clip::new(2 * CHUNK + 100);
        let mut sealed = clip.sealed.clone();
        sealed[at] ^= 1_u8 << bit;
        let key = clip.header.unwrap(&identity(1)).unwrap();
        prop_assert!(open_trusting(&key, &sealed).is_err());
    }
}

#[test]
fn after_an_error_the_buffer_holds_what_it_held() {
    let clip = Clip::new(2 * CHUNK);
    let mut body = clip.sealed[NONCE_LEN..].to_vec();
    *body.last_mut().unwrap() ^= 1;
    let mut out = b"before".to_vec();
    let opened = clip.opener().open_chunks(0..2, &body, &mut out);
    assert_eq!(opened, Err(OpenError::Altered(1)));
    assert_eq!(out, b"before");
}

#[test]
fn two_clips_of_one_film_share_neither_key_nor_nonce() {
    let (one, two) = (Clip::seeded(CHUNK, 1), Clip::seeded(CHUNK, 2));
    assert_ne!(one.facts.key_commit, two.facts.key_commit);
    assert_ne!(one.sealed[..NONCE_LEN], two.sealed[..NONCE_LEN]);

    let mut rng = rng(3);
    let recipients = [identity(1).recipient()];
    let (_, first) = Sealer::new(&mut rng, &recipients).unwrap();
    let (_, second) = Sealer::new(&mut rng, &recipients).unwrap();
    let mut out = Vec::new();
    assert_ne!(
        first.finish(&mut out).key_commit,
        second.finish(&mut out).key_commit
    );
}

#[test]
fn a_clip_is_for_somebody_and_not_for_a_crowd() {
    let recipients: Vec<_> = (1..=9).map(|seed| identity(seed).recipient()).collect();
    for count in [0, HEADER_STANZAS + 1] {
        let refused = Sealer::new(&mut rng(1), &recipients[..count]).unwrap_err();
        assert_eq!(refused, HeaderError::Recipients(count));
    }
    let (header, _) = Sealer::new(&mut rng(1), &recipients[..HEADER_STANZAS]).unwrap();
    assert!(header.unwrap(&identity(8)).is_ok());
    assert_eq!(OwnerHeader::parse(header.as_bytes()).unwrap(), header);
}

#[test]
fn a_grant_has_exactly_one_recipient() {
    let clip = Clip::new(0);
    assert_eq!(
        GrantHeader::parse(clip.header.as_bytes()),
        Err(HeaderError::NotOneRecipient(2))
    );
}

#[test]
fn a_grant_is_its_header_and_nothing_else() {
    let clip = Clip::new(0);
    let ben = identity(9);
    let grant = clip
        .header
        .grant(&identity(1), &clip.facts.key_commit, &ben.recipient())
        .unwrap();
    let bytes = grant.as_bytes();
    assert_eq!(GrantHeader::parse(bytes).unwrap(), grant);

    let longer = [bytes.as_slice(), b"\n"].concat();
    assert_eq!(GrantHeader::parse(&longer), Err(HeaderError::TrailingBytes));
    for end in 0..bytes.len() {
        assert_eq!(
            GrantHeader::parse(&bytes[..end]),
            Err(RecipientError::Malformed.into())
        );
    }
    let text = std::str::from_utf8(bytes).unwrap();
    for (from, to) in [("X25519 ", "X25519 mark "), ("X25519 ", "x25519 ")] {
        let marked = text.replacen(from, to, 1);
        assert_eq!(
            GrantHeader::parse(marked.as_bytes()),
            Err(HeaderError::ForeignStanza)
        );
    }
    let crlf = text.replace('\n', "\r\n");
    assert!(GrantHeader::parse(crlf.as_bytes()).is_err());
}

#[test]
fn the_stanza_of_one_clip_does_not_pass_for_another() {
    let grant = |seed| {
        let clip = Clip::seeded(0, seed);
        let to = identity(9).recipient();
        *clip
            .header
            .grant(&identity(1), &clip.facts.key_commit, &to)
            .unwrap()
            .as_bytes()
    };
    let mac_line = GRANT_HEADER_LEN - 48;
    let mixed = [&grant(1)[..mac_line], &grant(2)[mac_line..]].concat();
    let mixed = GrantHeader::parse(&mixed).unwrap();
    assert_eq!(mixed.unwrap(&identity(9)).unwrap_err(), HeaderError::BadMac);
}

#[test]
fn the_wire_takes_only_the_header_of_a_grant() {
    let clip = Clip::new(0);
    let to = identity(9).recipient();
    let grant = clip
        .header
        .grant(&identity(1), &clip.facts.key_commit, &to)
        .unwrap();
    let bytes = minicbor::to_vec(&grant).unwrap();
    assert_eq!(minicbor::decode::<GrantHeader>(&bytes).unwrap(), grant);

    let mut owner = Vec::new();
    minicbor::Encoder::new(&mut owner)
        .bytes(clip.header.as_bytes())
        .unwrap();
    assert!(minicbor::decode::<GrantHeader>(&owner).is_err());
}
