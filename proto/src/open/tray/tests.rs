use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const BOUNDS: Bounds = Bounds {
    entries: 8,
    bytes: 100,
    per_key: 3,
};

type TestTray = Tray<u32, u32, u16>;

fn waiting(key: u16, id: u32, bytes: usize) -> Waiting<u32, u32, u16> {
    Waiting {
        id,
        key,
        bytes,
        expires: Timestamp::from_ms(1_000),
        item: id,
    }
}

fn promoted(tray: &mut TestTray, key: u16) -> Vec<u32> {
    tray.promote(&key).into_iter().map(|w| w.item).collect()
}

fn items(tray: &TestTray) -> Vec<u32> {
    tray.iter().map(|waiting| waiting.item).collect()
}

/// Its bounds hold, and its sum is the sum.
fn is_sound(tray: &TestTray) -> bool {
    let Bounds {
        entries,
        bytes,
        per_key,
    } = tray.bounds;
    let mut of: BTreeMap<u16, usize> = BTreeMap::new();
    for waiting in tray.iter() {
        *of.entry(waiting.key).or_default() += 1;
    }
    let named: BTreeSet<_> = tray.iter().map(|w| (w.key, w.id)).collect();
    tray.len() <= entries
        && tray.bytes() <= bytes
        && tray.bytes() == tray.iter().map(|w| w.bytes).sum::<usize>()
        && of.values().all(|n| *n <= per_key)
        && named.len() == tray.len()
}

#[test]
fn the_oldest_of_a_key_that_speaks_too_much_goes_first() {
    let mut tray = Tray::new(BOUNDS);
    assert!(tray.insert(waiting(9, 90, 1)));
    for id in 0..5 {
        assert!(tray.insert(waiting(1, id, 1)));
    }
    assert_eq!(items(&tray), [90, 2, 3, 4]);
}

#[test]
fn the_oldest_of_all_goes_first_from_a_tray_that_is_full() {
    let mut tray = Tray::new(BOUNDS);
    for key in 0..10 {
        assert!(tray.insert(waiting(key, key.into(), 1)));
    }
    assert_eq!(items(&tray), [2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(tray.insert(waiting(50, 50, 98)));
    assert_eq!(items(&tray), [8, 9, 50]);
}

#[test]
fn what_is_larger_than_the_tray_pushes_nobody_out() {
    let mut tray = Tray::new(BOUNDS);
    tray.insert(waiting(1, 1, 100));
    assert!(!tray.insert(waiting(2, 2, 101)));
    assert!(!tray.insert(waiting(2, 3, usize::MAX)));
    assert_eq!(items(&tray), [1]);
}

#[test]
fn saying_it_again_makes_a_statement_no_younger() {
    let mut tray = Tray::new(BOUNDS);
    for key in 0..8 {
        tray.insert(waiting(key, 7, 1));
    }
    assert!(!tray.insert(waiting(0, 7, 1)));
    tray.insert(waiting(20, 8, 1));
    assert!(!tray.holds(&0, &7) && tray.holds(&1, &7));
}

#[test]
fn a_key_that_signs_the_words_of_another_does_not_take_their_place() {
    let mut tray = Tray::new(BOUNDS);
    assert!(tray.insert(waiting(666, 1, 1)));
    assert!(tray.insert(waiting(1, 1, 1)));
    assert_eq!(promoted(&mut tray, 1), [1]);
    assert!(tray.holds(&666, &1));
}

#[test]
fn all_of_a_key_that_became_known_comes_out_in_order() {
    let mut tray = Tray::new(BOUNDS);
    for id in 0..6 {
        tray.insert(waiting(if id % 2 == 0 { 1 } else { 2 }, id, 10));
    }
    assert_eq!(promoted(&mut tray, 1), [0, 2, 4]);
    assert_eq!((items(&tray), tray.bytes()), (vec![1, 3, 5], 30));
    assert!(tray.promote(&1).is_empty());
}

#[test]
fn what_is_over_does_not_wait() {
    let mut tray = Tray::new(BOUNDS);
    for id in 0..4 {
        tray.insert(Waiting {
            expires: Timestamp::from_ms(10 * u64::from(id)),
            ..waiting(1 + u16::try_from(id).unwrap(), id, 10)
        });
    }
    assert_eq!(tray.next_expiry(), Some(Timestamp::from_ms(0)));
    assert_eq!(tray.remove_expired(Timestamp::from_ms(10)), 2);
    assert_eq!((items(&tray), tray.bytes()), (vec![2, 3], 20));
    assert_eq!(tray.remove_expired(Timestamp::from_ms(u64::MAX)), 2);
    assert!(tray.is_empty() && tray.next_expiry().is_none());
}

#[test]
fn a_thousand_keys_that_shout_at_once_leave_a_tray_at_its_bounds() {
    let mut tray = Tray::new(BOUNDS);
    for round in 0..5 {
        for key in 0..1_000 {
            tray.insert(waiting(key, round, 10));
            assert!(is_sound(&tray));
        }
    }
    assert_eq!((tray.len(), tray.bytes()), (8, 80));
    assert!(tray.waiting.capacity() < 64);
}

#[derive(Debug, Clone)]
enum Step {
    Hear(u16, u32, usize, u64),
    Know(u16),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hear = (0..6_u16, 0..12_u32, 0..120_usize, 0..100_u64)
        .prop_map(|(key, id, bytes, expires)| Step::Hear(key, id, bytes, expires));
    let step = prop_oneof![
        20 => hear,
        1 => (0..6_u16).prop_map(Step::Know),
        1 => (0..100_u64).prop_map(Step::Wait),
    ];
    vec(step, 0..200)
}

proptest! {
    #[test]
    fn whatever_comes_the_bounds_hold_and_a_known_key_does_not_wait(
        steps in steps(), entries in 0..10_usize, bytes in 0..200_usize, per_key in 0..5_usize,
    ) {
        let mut tray = Tray::new(Bounds { entries, bytes, per_key });
        let mut known = BTreeSet::new();
        for step in steps {
            match step {
                // As the engine does: only what is of an unknown key goes on the tray.
                Step::Hear(key, id, bytes, ms) if !known.contains(&key) => {
                    let expires = Timestamp::from_ms(ms);
                    let was_there = tray.holds(&key, &id);
                    let kept = tray.insert(Waiting { expires, ..waiting(key, id, bytes) });
                    prop_assert!(!(kept && was_there));
                    prop_assert_eq!(kept || was_there, tray.holds(&key, &id));
                }
                Step::Hear(..) => {}
                Step::Know(key) => {
                    let of_key = tray.iter().filter(|w| w.key == key).count();
                    prop_assert_eq!(tray.promote(&key).len(), of_key);
                    known.insert(key);
                }
                Step::Wait(ms) => {
                    tray.remove_expired(Timestamp::from_ms(ms));
                    prop_assert!(tray.next_expiry().is_none_or(|next| next.as_ms() > ms));
                }
            }
            prop_assert!(is_sound(&tray));
            prop_assert!(tray.iter().all(|w| !known.contains(&w.key)));
        }
    }
}
