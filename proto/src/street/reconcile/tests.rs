use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// An alert with its signature takes about this many bytes.
const ALERT: usize = 350;

type Set = BTreeSet<(Timestamp, ItemId)>;

fn item(n: u64) -> (Timestamp, ItemId) {
    let id = *blake3::hash(&n.to_be_bytes()).as_bytes();
    // One every half minute.
    let at = Timestamp::from_ms(1_800_000_000_000 + n * 30_000);
    (at, ItemId::from_bytes(id))
}

fn items(numbers: impl IntoIterator<Item = u64>) -> Set {
    numbers.into_iter().map(item).collect()
}

/// What a comparison found, and what it cost.
struct Found {
    need: BTreeSet<ItemId>,
    have: BTreeSet<ItemId>,
    rounds: usize,
    bytes: usize,
}

fn compare(asker: &Set, answerer: &Set) -> Found {
    let (mut comparison, mut question) = Asker::new(asker.iter().copied()).unwrap();
    let mut found = Found {
        need: BTreeSet::new(),
        have: BTreeSet::new(),
        rounds: 0,
        bytes: 0,
    };
    loop {
        let reply = answer(answerer.iter().copied(), &question).unwrap();
        assert!(question.len() <= RECONCILE_BYTES && reply.len() <= RECONCILE_BYTES);
        found.rounds += 1;
        found.bytes += question.len() + reply.len();
        let step = comparison.hear(&reply).unwrap();
        found.need.extend(comparison.take_need());
        found.have.extend(comparison.take_have());
        match step {
            Step::Ask(next) => question = next,
            Step::Done => return found,
        }
    }
}

fn names(set: &Set) -> BTreeSet<ItemId> {
    set.iter().map(|(_, id)| *id).collect()
}

fn check(asker: &Set, answerer: &Set) -> Found {
    let found = compare(asker, answerer);
    let (mine, theirs) = (names(asker), names(answerer));
    assert_eq!(found.need, theirs.difference(&mine).copied().collect());
    assert_eq!(found.have, mine.difference(&theirs).copied().collect());
    found
}

/// Two questions find it and a third trip fetches it, at no more than three times the bytes of what was missing.
fn is_cheap(found: &Found) {
    let missing = found.need.len() + found.have.len();
    assert!(found.rounds <= 2, "{} rounds", found.rounds);
    let bytes = found.bytes + found.need.len() * ItemId::LEN + missing * ALERT;
    assert!(bytes <= 3 * missing * ALERT, "{bytes} bytes for {missing}");
}

#[test]
fn the_newest_fifty_of_ten_thousand_are_found_in_two_questions() {
    is_cheap(&check(&items(0..9_950), &items(0..10_000)));
}

#[test]
fn fifty_scattered_over_ten_thousand_are_found_in_two_questions() {
    let missing = |n: &u64| n % 200 == 77;
    let asker = items((0..10_000).filter(|n| !missing(n)));
    is_cheap(&check(&asker, &items(0..10_000)));
}

#[test]
fn what_each_of_two_halves_said_alone_is_found_in_two_questions() {
    let one = items((0..10_000).filter(|n| *n < 9_900 || n % 2 == 0));
    let other = items((0..10_000).filter(|n| *n < 9_900 || n % 2 == 1));
    is_cheap(&check(&one, &other));
}

#[test]
fn two_homes_that_have_the_same_find_out_in_one_question() {
    let all = items(0..10_000);
    let found = check(&all, &all);
    assert_eq!(found.rounds, 1);
    assert!(found.bytes < 1_024, "{}", found.bytes);
}

#[test]
fn a_home_that_has_nothing_learns_of_everything() {
    for (asker, answerer) in [(0, 0), (0, 1), (1, 0), (0, 10_000), (10_000, 0)] {
        check(&items(0..asker), &items(0..answerer));
    }
}

#[test]
fn a_home_that_never_comes_to_an_end_is_given_up() {
    let all = items(0..1_000);
    let (mut comparison, question) = Asker::new(all.iter().copied()).unwrap();
    // Whatever is asked, the same answer of another set.
    let other = items(5_000..6_000);
    let reply = answer(other.iter().copied(), &question).unwrap();
    let given_up = (0..=RECONCILE_ROUNDS).find_map(|_| comparison.hear(&reply).err());
    assert!(given_up.is_some());
}

proptest! {
    #[test]
    fn any_two_sets_are_told_apart(
        one in prop::collection::btree_set(0_u64..400, 0..300),
        other in prop::collection::btree_set(0_u64..400, 0..300),
    ) {
        check(&items(one), &items(other));
    }

    #[test]
    fn no_bytes_are_too_strange_for_either_side(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let all = items(0..100);
        let (mut comparison, mut question) = Asker::new(all.iter().copied()).unwrap();
        let _any = answer(all.iter().copied(), &bytes);
        let _any = comparison.hear(&bytes);
        let at = at.index(question.len());
        question[at] ^= flip;
        let _any = answer(all.iter().copied(), &question);
    }
}
