use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::*;
use super::in_the_open::{nearby, overhear, post, shouted, two_streets};
use super::world::World;
use crate::identity::Name;
use crate::signed::PublicKey;
use crate::street::Introduction;
use crate::wire::limits::{LINK_LIFE, LINKED_BURST, UNKNOWN_BURST};

const OAK: &str = "Oak Street";

fn name(name: &str) -> Name {
    Name::clean(name).unwrap()
}

/// Somebody of Oak Street gives its introduction to Ada, who links it.
fn link(world: &mut World) {
    let introduction = world.homes[2].engine.introduction().unwrap();
    let link = Command::Link(Box::new(introduction));
    world.command(0, link).unwrap();
}

/// What a home takes the author of its only alert for.
fn next_door(world: &World, home: usize) -> Option<String> {
    let alerts = world.homes[home].engine.alerts(world.now);
    assert_eq!(alerts.len(), 1);
    alerts[0].next_door.as_ref().map(Name::to_string)
}

#[test]
fn when_one_household_links_a_street_all_of_its_own_street_know_it() {
    let mut world = two_streets();
    link(&mut world);
    post(&mut world, 3, nearby("Grey cat missing"));
    for home in [0, 1] {
        assert_eq!(next_door(&world, home).as_deref(), Some(OAK));
    }
    let seen = &world.homes[1].engine.alerts(world.now)[0];
    assert_eq!(seen.author, None, "a street is known, not a household");
    let linked = &world.homes[1].engine.links(world.now)[0];
    assert_eq!((linked.name.as_str(), linked.keys), (OAK, 2));
    assert_eq!(linked.by, world.household(0));
}

#[test]
fn an_alert_that_came_before_the_link_is_known_after_it() {
    let mut world = two_streets();
    post(&mut world, 3, nearby("Grey cat missing"));
    assert_eq!(next_door(&world, 1), None);
    link(&mut world);
    assert_eq!(next_door(&world, 1).as_deref(), Some(OAK));
}

#[test]
fn a_link_is_there_after_a_restart_and_for_who_was_away() {
    let mut world = two_streets();
    world.go_offline(1);
    link(&mut world);
    world.come_back(1);
    world.restart(0);
    for home in [0, 1] {
        assert_eq!(world.homes[home].engine.links(world.now).len(), 1);
    }
}

#[test]
fn who_shouts_under_many_keys_leaves_a_linked_street_its_room() {
    let mut world = two_streets();
    link(&mut world);
    for n in 0..UNKNOWN_BURST + 10 {
        let said = shouted(u64::from(n), &world);
        let _ = overhear(&mut world, 1, said);
    }
    post(&mut world, 3, nearby("Grey cat missing"));
    let alerts = world.homes[1].engine.alerts(world.now);
    let known = alerts.iter().filter(|alert| alert.next_door.is_some());
    assert_eq!(known.count(), 1);
}

#[test]
fn a_key_of_a_linked_street_has_an_allowance_of_its_own() {
    let mut world = two_streets();
    link(&mut world);
    for n in 0..LINKED_BURST + 5 {
        post(&mut world, 3, nearby(&format!("Cat {n} missing")));
    }
    post(&mut world, 2, nearby("Dog missing"));
    let alerts = world.homes[1].engine.alerts(world.now);
    assert!(alerts.iter().all(|alert| alert.next_door.is_some()));
    let cats = alerts
        .iter()
        .filter(|a| a.alert.title.as_str() != "Dog missing");
    let cats = u32::try_from(cats.count()).unwrap();
    assert_eq!(u32::try_from(alerts.len()).unwrap() - cats, 1);
    assert_eq!(cats, LINKED_BURST);
}

#[test]
fn a_link_is_over_when_it_is_taken_back_when_its_time_is_over_and_when_its_household_goes() {
    let mut world = two_streets();
    link(&mut world);
    let links = |world: &World| world.homes[1].engine.links(world.now).len();
    world.command(0, Command::Unlink(name(OAK))).unwrap();
    assert_eq!(links(&world), 0);
    let again = world.command(0, Command::Unlink(name(OAK))).unwrap_err();
    assert_eq!(again, Failure::Unknown("link of this household"));

    world.wait(Duration::from_secs(1));
    link(&mut world);
    assert_eq!(links(&world), 1);
    world.jump(LINK_LIFE);
    assert_eq!(links(&world), 0);

    link(&mut world);
    assert_eq!(links(&world), 1);
    world.command(0, Command::Leave(None)).unwrap();
    assert_eq!(links(&world), 0);
}

#[test]
fn a_household_links_so_many_streets_and_no_more_and_not_its_own() {
    let mut world = two_streets();
    let own = world.homes[0].engine.introduction().unwrap();
    let refused = world.command(0, Command::Link(Box::new(own))).unwrap_err();
    assert_eq!(refused, Failure::OwnStreet);
    let key = PublicKey::of(&SigningKey::from_bytes(&[9; 32]));
    let mut link = |n: usize| {
        let introduction = Introduction {
            name: name(&format!("Street {n}")),
            keys: vec![key],
        };
        world.command(0, Command::Link(Box::new(introduction)))
    };
    for n in 0..crate::wire::limits::LINKS_PER_HOUSEHOLD {
        link(n).unwrap();
    }
    let refused = link(99).unwrap_err();
    assert_eq!(refused, Failure::TooMany("linked streets"));
    link(3).unwrap();
}

#[test]
fn an_alert_stands_once_also_when_its_street_is_forgotten_and_it_is_said_again() {
    let mut world = two_streets();
    link(&mut world);
    post(&mut world, 3, nearby("Grey cat missing"));
    world.command(0, Command::Unlink(name(OAK))).unwrap();
    assert_eq!(next_door(&world, 1), None);
    world.wait(Duration::from_secs(60 * 60));
    assert_eq!(next_door(&world, 1), None, "a stranger's, and once");
}

#[test]
fn a_link_that_is_dated_ahead_is_refused() {
    let mut world = two_streets();
    let introduction = world.homes[2].engine.introduction().unwrap();
    world.part(&[[0], [1]]);
    let now = world.now;
    world.now = now.after(Duration::from_secs(3_600));
    let link = Command::Link(Box::new(introduction));
    world.command(0, link).unwrap();
    world.now = now;
    world.heal();
    assert_eq!(world.homes[1].engine.links(now).len(), 0);
}
