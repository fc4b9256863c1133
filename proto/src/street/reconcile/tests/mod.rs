use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// An alert with its signature takes about this many bytes.
const ALERT: usize = 350;

type Set = BTreeSet<(Timestamp, ItemId)>;

/// Item `n` of a history in which something happens every two minutes, more or less.
fn item(n: u64) -> (Timestamp, ItemId) {
    let id = *blake3::hash(&n.to_be_bytes()).as_bytes();
    let jitter = u64::from(u16::from_be_bytes([id[30], id[31]])) * 4;
    let at = Timestamp::from_ms(1_790_000_000_000 + n * 120_000 + jitter);
    (at, ItemId::from_bytes(id))
}

fn items(numbers: impl IntoIterator<Item = u64>) -> Set {
    numbers.into_iter().map(item).collect()
}

/// This many numbers below `end`, scattered as if by chance.
fn scattered(count: usize, end: u64, seed: &str) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    for n in 0.. {
        let hash = blake3::hash(format!("{seed} {n}").as_bytes());
        let (eight, _) = hash.as_bytes().split_first_chunk().unwrap();
        numbers.insert(u64::from_be_bytes(*eight) % end);
        if numbers.len() == count {
            break;
        }
    }
    numbers
}

fn without(end: u64, missing: &BTreeSet<u64>) -> Set {
    items((0..end).filter(|n| !missing.contains(n)))
}

/// What a comparison found, and what it cost.
#[derive(Debug, Default)]
struct Found {
    need: BTreeSet<ItemId>,
    have: BTreeSet<ItemId>,
    rounds: usize,
    bytes: usize,
}

fn compare(asker: &Set, answerer: &Set) -> Found {
    let (mut comparison, mut question) = Asker::new(asker.iter().copied()).unwrap();
    let mut found = Found::default();
    loop {
        let reply = answer(answerer.iter().copied(), &question).unwrap();
        assert!(question.len() <= RECONCILE_BYTES && reply.len() <= RECONCILE_BYTES);
        found.rounds += 1;
        found.bytes += question.len() + reply.len();
        let step = comparison.hear(&reply).unwrap();
        for need in comparison.take_need() {
            assert!(found.need.insert(need), "named twice");
        }
        for have in comparison.take_have() {
            assert!(found.have.insert(have), "named twice");
        }
        match step {
            Step::Ask(next) => question = next,
            Step::Done => return found,
        }
    }
}

fn names(set: &Set) -> BTreeSet<ItemId> {
    set.iter().map(|(_, id)| *id).collect()
}

fn check_all_found(asker: &Set, answerer: &Set) -> Found {
    let found = compare(asker, answerer);
    let (mine, theirs) = (names(asker), names(answerer));
    assert_eq!(found.need, theirs.difference(&mine).copied().collect());
    assert_eq!(found.have, mine.difference(&theirs).copied().collect());
    found
}

/// All is found by two questions, so that a third trip fetches it, at no more than three times the bytes of what was
/// missing; and the comparison itself takes no more than `most`.
fn check_cheap(found: &Found, most: usize) {
    let missing = found.need.len() + found.have.len();
    assert!(found.rounds <= 2, "{} rounds", found.rounds);
    assert!(found.bytes <= most, "{} bytes", found.bytes);
    let all = found.bytes + found.need.len() * ItemId::LEN + missing * ALERT;
    assert!(all <= 3 * missing * ALERT, "{all} bytes for {missing}");
}

#[test]
fn the_newest_fifty_of_ten_thousand_are_found_by_two_questions_and_3_kilobytes() {
    check_cheap(
        &check_all_found(&items(0..9_950), &items(0..10_000)),
        3 * 1024,
    );
}

#[test]
fn fifty_scattered_over_ten_thousand_are_found_by_two_questions_and_28_kilobytes() {
    let asker = without(10_000, &scattered(50, 10_000, "lost"));
    check_cheap(&check_all_found(&asker, &items(0..10_000)), 28 * 1024);
}

#[test]
fn fifty_missing_on_each_side_are_found_by_two_questions_and_44_kilobytes() {
    let one = without(10_000, &scattered(50, 10_000, "lost here"));
    let other = without(10_000, &scattered(50, 10_000, "lost there"));
    let found = check_all_found(&one, &other);
    check_cheap(&found, 44 * 1024);
}

#[test]
fn what_two_halves_of_a_street_said_alone_is_found_by_two_questions_and_6_kilobytes() {
    let one = items((0..10_050).filter(|n| *n < 9_950 || n % 2 == 0));
    let other = items((0..10_050).filter(|n| *n < 9_950 || n % 2 == 1));
    check_cheap(&check_all_found(&one, &other), 6 * 1024);
}

#[test]
fn fifty_scattered_over_a_shorter_history_cost_no_more() {
    for history in [300, 500, 1_000, 2_000, 4_000, 7_000, 7_900, 8_100, 8_400] {
        let all = items(0..history);
        let scattered = without(history, &scattered(50, history, "lost"));
        check_cheap(&check_all_found(&scattered, &all), 28 * 1024);
        check_cheap(&check_all_found(&all, &scattered), 28 * 1024);
    }
}

#[test]
fn fifty_in_a_row_are_found_by_two_questions_wherever_they_are() {
    for history in [2_000, 8_100, 12_000] {
        let all = items(0..history);
        for first in (0..=history - 50).step_by(1_187) {
            let asker = items((0..history).filter(|n| !(first..first + 50).contains(n)));
            check_cheap(&check_all_found(&asker, &all), 6 * 1024);
        }
    }
}

#[test]
fn two_homes_that_have_the_same_find_out_by_one_question_of_400_bytes() {
    let all = items(0..10_000);
    let found = check_all_found(&all, &all);
    assert_eq!(found.rounds, 1);
    assert!(found.bytes <= 400, "{} bytes", found.bytes);
}

#[test]
fn a_home_that_has_nothing_learns_of_everything() {
    let sizes = [(0, 0), (0, 1), (1, 0), (0, 2_000), (2_000, 0), (0, 10_000)];
    for (asker, answerer) in sizes {
        check_all_found(&items(0..asker), &items(0..answerer));
    }
    // All names of a side that has nothing fit into as few answers as their bytes do.
    assert_eq!(compare(&items(0..0), &items(0..2_000)).rounds, 1);
    assert_eq!(compare(&items(0..2_000), &items(0..0)).rounds, 1);
}

#[test]
fn what_was_found_can_be_fetched_before_the_comparison_is_over() {
    let (mut comparison, question) = Asker::new([]).unwrap();
    let reply = answer(items(0..10_000), &question).unwrap();
    assert!(matches!(comparison.hear(&reply), Ok(Step::Ask(_))));
    let first = comparison.take_need();
    // The oldest first: whoever is spoken of came before what is said of him.
    let all = items(0..10_000);
    let seconds: BTreeMap<_, _> = all
        .iter()
        .map(|(at, id)| (*id, at.as_ms() / 1_000))
        .collect();
    assert!(first.is_sorted_by_key(|id| seconds[id]));
    assert!(first.len() > 2_000 && first.contains(&item(0).1));
    assert!(comparison.take_need().is_empty());
}

#[test]
fn items_of_one_moment_are_kept_apart_by_their_names() {
    let at = Timestamp::from_ms(u64::MAX);
    let all: Set = items(0..3_000).iter().map(|(_, id)| (at, *id)).collect();
    let asker: Set = all.iter().copied().skip(50).collect();
    check_cheap(&check_all_found(&asker, &all), 28 * 1024);
}

#[test]
fn two_runs_are_the_same() {
    let (one, other) = (items(0..900), items(300..2_000));
    let run = || {
        let (mut asker, mut question) = Asker::new(one.clone()).unwrap();
        let mut said = Vec::new();
        loop {
            let reply = answer(other.clone(), &question).unwrap();
            let step = asker.hear(&reply).unwrap();
            said.push((question, asker.take_need(), asker.take_have()));
            match step {
                Step::Ask(next) => question = next,
                Step::Done => return said,
            }
        }
    };
    assert_eq!(run(), run());
}

mod hostile;
