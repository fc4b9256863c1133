//! Homes that lie, and messages that are none.

use std::sync::LazyLock;

use super::*;

/// Version, end of time, no name, and a mode.
const ALL: [u8; 3] = [0x61, 0, 0];

fn message(rest: &[u8]) -> Vec<u8> {
    [&ALL, rest].concat()
}

fn both(bytes: &[u8]) -> [Option<ReconcileError>; 2] {
    let mut asker = Asker::new(items(0..100)).unwrap().0;
    [answer(items(0..100), bytes).err(), asker.hear(bytes).err()]
}

#[test]
fn a_message_that_is_too_long_is_not_read() {
    let long = vec![0x61; RECONCILE_BYTES + 1];
    let error = Some(ReconcileError::TooLarge(RECONCILE_BYTES + 1));
    assert_eq!(both(&long), [error, error]);
}

#[test]
fn another_version_is_not_taken_for_an_equal_set() {
    for version in [0x60, 0x62, 0x6f, 0, 0xff] {
        assert_eq!(both(&[version]), [Some(ReconcileError::Version); 2]);
    }
    assert_eq!(both(&[]), [Some(ReconcileError::Malformed); 2]);
}

#[test]
fn promised_names_that_are_not_there_take_no_room() {
    for count in [&[1][..], &[0x8f, 0x7f], &[0xff; 10], &[0xff; 5_000]] {
        let list = message(&[&[2][..], count, &[7; 31]].concat());
        assert_eq!(both(&list), [Some(ReconcileError::Malformed); 2]);
    }
}

#[test]
fn names_that_are_too_long_and_unknown_modes_are_refused() {
    let name = [&[0x61, 1, 33][..], &[7; 40]].concat();
    assert_eq!(both(&name), [Some(ReconcileError::Malformed); 2]);
    assert_eq!(both(&message(&[3])), [Some(ReconcileError::Malformed); 2]);
}

#[test]
fn a_number_without_an_end_says_nothing() {
    // The crate takes what is cut off for zeros: a range that nobody asks about.
    let endless = [&[0x61][..], &[0x80; 60_000]].concat();
    assert_eq!(answer(items(0..100), &endless), Ok(vec![0x61]));
    let mut asker = Asker::new(items(0..100)).unwrap().0;
    assert_eq!(asker.hear(&endless), Ok(Step::Done));
}

#[test]
fn a_question_of_many_ranges_is_answered_by_one_message() {
    let wrong = [&[1][..], &[7; 16]].concat();
    let lists = [0, 0, 2, 0].repeat(16_000);
    let fingerprints = [&[0, 0][..], &wrong].concat().repeat(3_000);
    // A range for every two minutes, so that each item of ours would be listed.
    let each = [&[121, 0][..], &wrong].concat().repeat(3_000);
    let all = (0..10_000).map(|n| (Timestamp::from_ms(n * 120_000), item(n).1));
    for ranges in [lists, fingerprints, each] {
        let question = [&[0x61], &ranges[..]].concat();
        let reply = answer(all.clone(), &question);
        assert!(reply.is_ok_and(|r| r.len() <= RECONCILE_BYTES));
    }
}

#[test]
fn a_home_that_never_comes_to_an_end_is_left() {
    let (mut comparison, question) = Asker::new(items(0..1_000)).unwrap();
    let reply = answer(items(5_000..6_000), &question).unwrap();
    let mut asked = 1;
    // Whatever is asked, the same answer.
    while let Ok(Step::Ask(_)) = comparison.hear(&reply) {
        asked += 1;
    }
    assert!(asked <= RECONCILE_ROUNDS);
    assert_eq!(comparison.hear(&reply), Ok(Step::Done));
    // And each name once.
    assert!(comparison.take_need().len() <= 1_000);
    assert!(comparison.take_have().len() <= 1_000);
}

#[test]
fn a_home_that_invents_names_is_believed_up_to_a_limit() {
    let mut comparison = Asker::new(items(0..1_000)).unwrap().0;
    let mut wrong = vec![7; 16];
    wrong.splice(0..0, [0, 0, 1]);
    for round in 0_u64.. {
        // A list up to the first second of 1970, and something that leads to another question.
        let mut lie = vec![0x61, 2, 0, 2, 0x8f, 0x68];
        for n in 0..0x7e8 {
            lie.extend(blake3::hash(&(round << 32 | n).to_be_bytes()).as_bytes());
        }
        lie.extend(&wrong);
        assert!(lie.len() <= RECONCILE_BYTES);
        if comparison.hear(&lie) == Ok(Step::Done) {
            break;
        }
    }
    assert!(comparison.take_need().len() <= RECONCILE_NAMES);
}

#[test]
fn an_answer_that_breaks_off_costs_nothing_that_was_found() {
    let (mut comparison, question) = Asker::new([]).unwrap();
    let reply = answer(items(0..10_000), &question).unwrap();
    let before = comparison.hear(&reply).unwrap();
    assert!(matches!(before, Step::Ask(_)));
    let cut = &reply[..reply.len() / 2];
    assert_eq!(comparison.hear(cut), Err(ReconcileError::Malformed));
    assert!(comparison.take_need().len() > 2_000);
}

/// The messages of a real comparison, questions and answers in turn.
static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (one, other) = (items(0..700), items(50..900));
    let (mut asker, mut question) = Asker::new(one).unwrap();
    let mut messages = Vec::new();
    loop {
        let reply = answer(other.clone(), &question).unwrap();
        messages.extend([question, reply.clone()]);
        match asker.hear(&reply).unwrap() {
            Step::Ask(next) => question = next,
            Step::Done => return messages,
        }
    }
});

/// Neither side panics, nor says more than it may; who hears nonsense may ask on.
fn survives(bytes: &[u8]) {
    static HELD: LazyLock<Set> = LazyLock::new(|| items(0..700));
    let held = || HELD.iter().copied();
    if let Ok(reply) = answer(held(), bytes) {
        assert!(reply.len() <= RECONCILE_BYTES);
    }
    let mut asker = Asker::new(held()).unwrap().0;
    if let Ok(Step::Ask(question)) = asker.hear(bytes) {
        assert!(question.len() <= RECONCILE_BYTES);
        assert!(answer(held(), &question).is_ok());
    }
    assert!(asker.take_have().len() <= 700);
    assert!(asker.take_need().len() <= bytes.len() / ItemId::LEN);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_two_sets_are_told_apart(
        one in prop::collection::btree_set(0_u64..2_000, 0..900),
        other in prop::collection::btree_set(0_u64..2_000, 0..900),
    ) {
        check_all_found(&items(one), &items(other));
    }

    #[test]
    fn any_few_missing_are_found(
        history in 0_u64..4_000,
        here in prop::collection::btree_set(0_u64..4_000, 0..40),
        there in prop::collection::btree_set(0_u64..4_000, 0..40),
    ) {
        let (one, other) = (without(history, &here), without(history, &there));
        let found = check_all_found(&one, &other);
        prop_assert!(found.rounds <= 3, "{} rounds", found.rounds);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 1..400)) {
        survives(&bytes);
        survives(&[&[0x61], &bytes[..]].concat());
        survives(&message(&bytes));
    }

    #[test]
    fn no_change_of_a_real_message_is_too_strange(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..8),
    ) {
        let mut bytes = which.get(&REAL).clone();
        for (at, byte, change) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.drain(at..bytes.len().min(at + usize::from(byte)))),
                _ => {
                    let again = bytes[at..].to_vec();
                    bytes.extend(again);
                }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        survives(&bytes);
    }
}
