//! Parts of a clip from somebody who may lie.

use proptest::prelude::*;

use super::*;
use crate::wire::limits::SEALED_BYTES;

/// A clip as a holder has it: bytes and their outboard, no key.
fn held(len: usize) -> (Vec<u8>, Outboard) {
    let sealed = film(len);
    let outboard = Outboard::compute(sealed.as_slice(), len as u64).unwrap();
    (sealed, outboard)
}

/// The ranges into which a whole clip falls.
fn ranges(len: u64) -> Vec<std::ops::Range<u64>> {
    (0..len)
        .step_by(SLICE as usize)
        .map(|start| start..len.min(start + SLICE))
        .collect()
}

#[test]
fn slices_put_together_are_the_clip() {
    let group = GROUP as usize;
    for len in [
        1,
        1_023,
        1_025,
        group,
        group + 1,
        64 * group,
        64 * group + 1,
        130 * group + 5,
    ] {
        let (sealed, outboard) = held(len);
        let mut received = Vec::new();
        for range in ranges(len as u64) {
            let slice = encode_slice(sealed.as_slice(), &outboard, range.clone()).unwrap();
            assert_eq!(
                slice.len() as u64,
                slice_len(len as u64, range.clone()).unwrap()
            );
            received.extend(decode_slice(outboard.clip(), len as u64, range, &slice).unwrap());
        }
        assert_eq!(received, sealed, "{len}");
    }
}

#[test]
fn the_root_of_the_tree_is_the_name_of_the_clip() {
    let clip = Clip::new(3 * CHUNK);
    let outboard = Outboard::compute(clip.sealed.as_slice(), clip.facts.sealed_len).unwrap();
    assert_eq!(
        outboard.clip().as_bytes(),
        blake3::hash(&clip.sealed).as_bytes()
    );
    outboard.verify(clip.sealed.as_slice()).unwrap();
}

#[test]
fn a_slice_costs_less_than_two_per_cent() {
    let longest = slice_len(SEALED_BYTES, SLICE..2 * SLICE).unwrap();
    assert!((longest - SLICE) * 100 < SLICE * 2, "{longest}");
}

#[test]
fn a_wrong_length_of_the_clip_never_passes() {
    let len = 100 * GROUP + 5_000;
    let (sealed, outboard) = held(len as usize);
    let slice = encode_slice(sealed.as_slice(), &outboard, 0..SLICE).unwrap();
    for wrong in [
        len - 1,
        len + 1,
        len - 1_024,
        len + 1_024,
        len - GROUP,
        len + GROUP,
        2 * len,
    ] {
        let decoded = decode_slice(outboard.clip(), wrong, 0..SLICE, &slice);
        assert!(decoded.is_err(), "{wrong}");
    }
    assert!(decode_slice(outboard.clip(), len, 0..SLICE, &slice).is_ok());
}

#[test]
fn a_slice_of_another_range_or_clip_is_refused() {
    let len = 200 * GROUP;
    let (sealed, outboard) = held(len as usize);
    let slice = encode_slice(sealed.as_slice(), &outboard, 0..SLICE).unwrap();
    let elsewhere = decode_slice(outboard.clip(), len, SLICE..2 * SLICE, &slice);
    assert!(elsewhere.is_err());
    let other = ClipId::from_bytes([1; 32]);
    assert_eq!(
        decode_slice(other, len, 0..SLICE, &slice),
        Err(SliceError::Altered)
    );
}

#[test]
fn a_slice_has_its_exact_length() {
    let (sealed, outboard) = held(3 * GROUP as usize);
    let len = 3 * GROUP;
    let mut slice = encode_slice(sealed.as_slice(), &outboard, 0..len).unwrap();
    let expected = slice.len() as u64;
    slice.push(0);
    for got in [slice.len() - 2, slice.len()] {
        assert_eq!(
            decode_slice(outboard.clip(), len, 0..len, &slice[..got]),
            Err(SliceError::Length {
                got: got as u64,
                expected
            })
        );
    }
}

#[test]
fn only_whole_groups_within_the_clip_are_served() {
    let len = 100 * GROUP + 7;
    let (sealed, outboard) = held(len as usize);
    for range in [
        0..0,
        0..1,
        1..GROUP,
        0..SLICE + GROUP,
        99 * GROUP..100 * GROUP + 6,
        100 * GROUP..101 * GROUP,
        101 * GROUP..102 * GROUP,
        u64::MAX - GROUP + 1..u64::MAX,
        #[expect(clippy::reversed_empty_ranges, reason = "a stranger may ask for it")]
        {
            2 * GROUP..GROUP
        },
    ] {
        let refused = Err(SliceError::Range);
        assert_eq!(
            encode_slice(sealed.as_slice(), &outboard, range.clone()),
            refused
        );
        assert_eq!(
            decode_slice(outboard.clip(), len, range.clone(), &[]),
            refused
        );
    }
}

#[test]
fn slices_of_the_whole_clip_leave_its_outboard_in_any_order_and_wrong_ones_leave_nothing() {
    let (sealed, outboard) = held(3 * SLICE as usize + 5_000);
    let (clip, len) = (outboard.clip(), outboard.sealed_len());
    let mut learned = Outboard::unknown(clip, len).unwrap();
    let unknown = learned.clone();
    let mut wrong = encode_slice(sealed.as_slice(), &outboard, 0..SLICE).unwrap();
    wrong[5] ^= 1;
    let nothing = |_, _: &[u8]| unreachable!("the first hash is wrong");
    let refused = learned.learn(0..SLICE, &wrong, nothing);
    assert_eq!(refused, Err(SliceError::Altered));
    assert_eq!(learned, unknown);
    let mut slice = Vec::new();
    for at in [2, 0, 3, 1] {
        let range = at * SLICE..len.min((at + 1) * SLICE);
        encode_slice_into(sealed.as_slice(), &outboard, range.clone(), &mut slice).unwrap();
        let mut next = range.start;
        let same = |at: u64, bytes: &[u8]| {
            assert_eq!(at, next);
            next += bytes.len() as u64;
            assert_eq!(bytes, &sealed[at as usize..next as usize]);
            Ok::<_, SliceError>(())
        };
        learned.learn(range.clone(), &slice, same).unwrap();
        assert_eq!(next, range.end);
        assert_eq!(learned == outboard, at == 1);
    }
}

#[test]
fn a_clip_length_that_no_clip_has_is_refused_before_any_work() {
    let clip = ClipId::from_bytes([1; 32]);
    for len in [0, SEALED_BYTES + 1, u64::MAX] {
        let refused = SliceError::ClipLength(len);
        assert_eq!(decode_slice(clip, len, 0..GROUP, &[]), Err(refused));
        assert_eq!(Outboard::load(clip, len, vec![]), Err(refused));
        assert_eq!(Outboard::compute(std::io::empty(), len), Err(refused));
    }
}

#[test]
fn an_outboard_comes_back_from_its_file() {
    let (sealed, outboard) = held(20 * GROUP as usize);
    let stored = outboard.as_bytes().to_vec();
    let loaded = Outboard::load(outboard.clip(), outboard.sealed_len(), stored.clone());
    assert_eq!(loaded.unwrap(), outboard);
    for wrong in [&stored[1..], &[stored.as_slice(), &[0]].concat()] {
        let loaded = Outboard::load(outboard.clip(), outboard.sealed_len(), wrong.to_vec());
        assert!(matches!(loaded, Err(SliceError::Length { .. })));
    }

    let mut rotten = stored;
    rotten[100] ^= 1;
    let rotten = Outboard::load(outboard.clip(), outboard.sealed_len(), rotten).unwrap();
    let sent = encode_slice(sealed.as_slice(), &rotten, 0..20 * GROUP);
    assert_eq!(sent, Err(SliceError::Altered));
    assert_eq!(rotten.verify(sealed.as_slice()), Err(SliceError::Altered));
}

#[test]
fn a_file_that_went_bad_is_noticed_before_it_is_sent() {
    let (mut sealed, outboard) = held(5 * GROUP as usize);
    let whole = 0..5 * GROUP;
    let short = &sealed[..sealed.len() - 1];
    assert_eq!(
        encode_slice(short, &outboard, whole.clone()),
        Err(SliceError::Altered)
    );
    assert_eq!(outboard.verify(short), Err(SliceError::Altered));
    let long = [sealed.as_slice(), &[0]].concat();
    assert_eq!(outboard.verify(long.as_slice()), Err(SliceError::Altered));
    sealed[70_000] ^= 1;
    assert_eq!(
        encode_slice(sealed.as_slice(), &outboard, whole),
        Err(SliceError::Altered)
    );
    assert_eq!(outboard.verify(sealed.as_slice()), Err(SliceError::Altered));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_altered_bit_of_a_slice_passes(at: prop::sample::Index, bit in 0..8_u8) {
        let len = 70 * GROUP + 3;
        let (sealed, outboard) = held(len as usize);
        let range = GROUP..5 * GROUP;
        let mut slice = encode_slice(sealed.as_slice(), &outboard, range.clone()).unwrap();
        let at = at.index(slice.len());
        slice[at] ^= 1_u8 << bit;
        let decoded = decode_slice(outboard.clip(), len, range, &slice);
        prop_assert_eq!(decoded, Err(SliceError::Altered));
    }

    #[test]
    fn no_claimed_length_but_the_true_one_passes(
        len in 1..40 * GROUP,
        claim in 1..40 * GROUP,
        first in 0..40_u64,
    ) {
        let (sealed, outboard) = held(len as usize);
        let start = first * GROUP;
        let range = start..(start + GROUP).min(claim);
        prop_assume!(start < len.min(claim));
        let honest = encode_slice(sealed.as_slice(), &outboard, start..(start + GROUP).min(len)).unwrap();
        let decoded = decode_slice(outboard.clip(), claim, range, &honest);
        prop_assert_eq!(decoded.is_ok(), len == claim);
    }
}
