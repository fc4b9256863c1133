use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::*;
use super::world::World;
use crate::alert::Reason;
use crate::signed::Signed;
use crate::street::{Address, Whereabouts};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What everybody can write and read: the name of a place, and the word with the highest number there.
#[derive(Default)]
struct Commons {
    words: BTreeMap<[u8; 32], (u64, Vec<u8>)>,
    /// Who left something where, each time.
    left: Vec<(usize, [u8; 32])>,
    /// Who looked where, each time.
    sought: Vec<(usize, [u8; 32])>,
}

impl Commons {
    /// Carries out what homes wanted so far, each answer at once.
    fn serve(&mut self, world: &mut World) {
        while !world.rescues.is_empty() {
            let (home, task) = world.rescues.remove(0);
            match task {
                RescueTask::Leave {
                    place,
                    number,
                    word,
                } => {
                    let name = place.key().verifying_key().to_bytes();
                    self.left.push((home, name));
                    let held = self.words.get(&name);
                    if held.is_none_or(|(before, _)| number >= *before) {
                        self.words.insert(name, (number, word));
                    }
                }
                RescueTask::Seek(place) => {
                    let name = place.key().verifying_key().to_bytes();
                    self.sought.push((home, name));
                    if let Some((_, word)) = self.words.get(&name) {
                        let words = vec![word.clone()];
                        world.give(home, Input::Rescue(RescueNews::Found { place, words }));
                    }
                }
            }
        }
    }

    /// Lets time pass, in steps.
    fn wait(&mut self, world: &mut World, span: Duration) {
        let step = Duration::from_secs(30);
        for _ in 0..span.as_secs() / step.as_secs() {
            world.wait(step);
            self.serve(world);
        }
    }
}

fn at(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn opts_in(world: &mut World, home: usize) {
    world.give(home, Input::Rescue(RescueNews::Wanted));
}

fn moves(world: &mut World, home: usize, to: &str) {
    let addresses = vec![at(to)];
    world.give(home, Input::Listening { addresses });
}

fn best(world: &World, by: usize, of: usize) -> Address {
    world.homes[by].engine.addresses_of(world.device(of))[0].clone()
}

/// Ada and Ben, who know where the other one was, and for whom no way is left.
fn parted() -> World {
    let mut world = World::street(&["Ada", "Ben"]);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    moves(&mut world, 1, "/ip4/192.0.2.2/tcp/1");
    world.wait(MINUTE);
    world.part(&[[0], [1]]);
    opts_in(&mut world, 0);
    opts_in(&mut world, 1);
    world
}

#[test]
fn two_homes_that_moved_while_nothing_led_from_one_to_the_other_know_where_they_are_within_two_minutes()
 {
    let (mut world, mut commons) = (parted(), Commons::default());
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/2");
    moves(&mut world, 1, "/ip4/192.0.2.2/tcp/2");
    commons.wait(&mut world, 2 * MINUTE);
    assert_eq!(best(&world, 0, 1), at("/ip4/192.0.2.2/tcp/2"));
    assert_eq!(best(&world, 1, 0), at("/ip4/192.0.2.1/tcp/2"));
}

#[test]
fn nothing_is_left_and_nobody_sought_unless_the_resident_wants_it_and_somebody_is_missed() {
    let mut world = World::street(&["Ada", "Ben"]);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    world.part(&[[0], [1]]);
    world.wait(HOUR);
    assert!(world.rescues.is_empty(), "nobody asked for it");
    world.heal();
    world.wait(MINUTE);
    opts_in(&mut world, 0);
    world.wait(HOUR);
    assert!(world.rescues.is_empty(), "nobody is missed");
}

#[test]
fn who_stays_away_is_sought_often_at_first_and_seldom_later() {
    let (mut world, mut commons) = (parted(), Commons::default());
    let mut count = |span| {
        commons.sought.clear();
        commons.wait(&mut world, span);
        commons.sought.iter().filter(|(home, _)| *home == 0).count()
    };
    let (first, hour) = (count(5 * MINUTE), count(HOUR));
    assert!((5..=12).contains(&first), "{first}");
    assert!((10..=20).contains(&hour), "{hour}");
    count(24 * HOUR);
    let later = count(4 * HOUR);
    assert!((4..=16).contains(&later), "{later}");
}

#[test]
fn a_word_is_left_anew_when_the_home_moves_and_every_hour_at_another_place_each_day() {
    let (mut world, mut commons) = (parted(), Commons::default());
    commons.wait(&mut world, 24 * HOUR);
    let mine = commons.left.iter().filter(|(home, _)| *home == 0);
    let (count, names) = mine.fold((0, BTreeSet::new()), |(count, mut names), (_, name)| {
        names.insert(*name);
        (count + 1, names)
    });
    assert!((23..=26).contains(&count), "{count}");
    assert_eq!(names.len(), 2, "a day has two dates");
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/3");
    commons.left.clear();
    commons.wait(&mut world, MINUTE);
    assert!(commons.left.iter().any(|(home, _)| *home == 0));
}

#[test]
fn a_word_that_could_not_be_left_is_tried_again_at_once() {
    let mut world = parted();
    let street = world.street_id();
    let mut tries = 0;
    for _ in 0..10 {
        world.wait(MINUTE);
        for (home, task) in std::mem::take(&mut world.rescues) {
            if home == 0 && matches!(task, RescueTask::Leave { .. }) {
                tries += 1;
                world.give(0, Input::Rescue(RescueNews::NotLeft(street)));
            }
        }
    }
    assert!(tries >= 9, "{tries}");
}

#[test]
fn a_home_that_slept_through_a_change_of_keys_is_found_and_one_that_was_removed_finds_nobody() {
    let mut world = World::street(&["Ada", "Ben", "Cem", "Dora"]);
    for home in 0..4 {
        moves(&mut world, home, &format!("/ip4/192.0.2.{home}/tcp/1"));
    }
    world.wait(MINUTE);
    // Cem and Dora sleep; Dora is voted out, and the others take another key.
    world.go_offline(2);
    world.go_offline(3);
    let reason = Reason::clean("Sells what neighbours say").unwrap();
    for home in 0..2 {
        let (household, reason) = (world.household(3), reason.clone());
        let remove = Command::Remove { household, reason };
        world.command(home, remove).unwrap();
    }
    world.wait(MINUTE);
    assert_eq!(world.homes[0].engine.streets()[0].epoch, 2);
    world.part(&[[0, 1], [2, 3]]);
    moves(&mut world, 2, "/ip4/192.0.2.2/tcp/2");
    moves(&mut world, 0, "/ip4/192.0.2.0/tcp/2");
    for home in 0..4 {
        opts_in(&mut world, home);
    }
    let mut commons = Commons::default();
    commons.wait(&mut world, 5 * MINUTE);
    assert_eq!(best(&world, 0, 2), at("/ip4/192.0.2.2/tcp/2"));
    // What Dora can compute is none of the places of the new key.
    assert_eq!(best(&world, 3, 0), at("/ip4/192.0.2.0/tcp/1"));
    let of = |list: &[(usize, [u8; 32])], home| -> BTreeSet<[u8; 32]> {
        let own = list.iter().filter(|(who, _)| *who == home);
        own.map(|(_, name)| *name).collect()
    };
    let (by_dora, by_ada) = (of(&commons.sought, 3), of(&commons.left, 0));
    assert!(!by_dora.is_empty() && !by_ada.is_empty());
    assert!(by_dora.is_disjoint(&by_ada));
}

#[test]
fn forged_replayed_oversized_and_foreign_words_change_nothing() {
    let mut world = parted();
    let held = world.homes[0].engine.state.streets.values().next().unwrap();
    let (key, street, now) = (held.epoch().unwrap().key.clone(), held.id(), world.now);
    let ben = world.device(1);
    let place = |day| Box::new(key.rescue_place(street, ben, crate::street::Day::of(day)));
    let keys = [0, 1].map(|home: usize| world.homes[home].engine.me().device.clone());
    let sign = |home: usize, issued, port: u16| {
        let said = Whereabouts {
            street,
            addresses: vec![at(&format!("/ip4/192.0.2.66/tcp/{port}"))],
            issued,
        };
        Signed::sign(said, &keys[home])
    };
    let word = |said: &Signed<Whereabouts>| place(now).write(said).unwrap();
    let old = held.whereabouts.get(&ben).unwrap().statement().issued;
    let hostile = vec![
        Vec::new(),
        vec![7; 996],
        vec![7; 100_000],
        word(&sign(0, now, 1)),
        word(&sign(1, old.before(MINUTE), 2)),
        word(&sign(1, now.after(HOUR), 3)),
        place(now.after(24 * HOUR)).write(&sign(1, now, 4)).unwrap(),
        [&word(&sign(1, now, 5))[..], &[0; 4]].concat(),
    ];
    let honest = word(&sign(1, now, 6));
    let before = world.homes[0].records.len();
    for words in hostile.iter().map(|one| vec![one.clone()]) {
        let place = place(now);
        world.give(0, Input::Rescue(RescueNews::Found { place, words }));
    }
    assert_eq!(world.homes[0].records.len(), before);
    // Beside all of that the one that holds is found.
    let words = hostile.into_iter().chain([honest]).collect();
    let found = RescueNews::Found {
        place: place(now),
        words,
    };
    world.give(0, Input::Rescue(found));
    assert_eq!(best(&world, 0, 1), at("/ip4/192.0.2.66/tcp/6"));
}

#[test]
fn a_word_with_more_addresses_than_fit_tells_the_best_of_them() {
    let (mut world, mut commons) = (parted(), Commons::default());
    let addresses: Vec<_> = (0..8)
        .map(|n| at(&format!("/dns4/{}/tcp/{n}", "x".repeat(120))))
        .collect();
    world.give(
        0,
        Input::Listening {
            addresses: addresses.clone(),
        },
    );
    commons.wait(&mut world, 2 * MINUTE);
    let known = world.homes[1].engine.addresses_of(world.device(0));
    assert_eq!(known[..4], addresses[..4]);
}
