//! Whose domain it is: when it is asked, and what a home makes of the answer.

use super::*;
use crate::signed::PublicKey;

fn answer(world: &mut World, keys: &[u64], way: Way) {
    let publisher = world.domains.pop().unwrap().1;
    let keys = keys.iter().map(|seed| PublicKey::of(&key(*seed))).collect();
    let answer = DomainAnswer::Lists(keys, way);
    world.give(0, Input::DomainAnswered(publisher, answer));
}

#[test]
fn a_home_asks_a_domain_only_for_what_it_shows_and_never_if_it_must_not() {
    let (mut world, ..) = heard();
    introduce(&mut world, 5, &["u33dc"], "fire.example").unwrap();
    about(&mut world, DirectoryCommand::AskDomains(false)).unwrap();
    world.wait(HOUR);
    assert!(world.domains.is_empty());
    about(&mut world, DirectoryCommand::AskDomains(true)).unwrap();
    world.wait(Duration::from_secs(61));
    // Of the second one it shows nothing.
    assert_eq!(world.domains.len(), 1);
    world.wait(HOUR);
    assert_eq!(world.domains.len(), 1, "one inquiry at a time");
    let publisher = world.domains.pop().unwrap().1;
    world.give(0, Input::DomainAnswered(publisher, DomainAnswer::Silent));
    world.wait(HOUR + Duration::from_secs(61));
    answer(&mut world, &[2, 9], Way::Https);
    let views = world.homes[0].engine.publishers(world.now);
    let view = views.iter().find(|view| view.active > 0).unwrap();
    assert!(view.domain_verified() && view.warning.is_none());
    world.wait(6 * HOUR);
    assert!(world.domains.is_empty(), "an answer is good for a week");
}

#[test]
fn a_few_domains_an_hour_are_asked_whatever_strangers_make_up() {
    let mut world = World::new(&["Ada"]);
    for seed in 10..30 {
        let domain = format!("victim{seed}.example");
        introduce(&mut world, seed, &["u33dc"], &domain).unwrap();
        let said = bulletin(&world, "Look");
        announce(&mut world, seed, said).unwrap();
    }
    world.wait(Duration::from_secs(120));
    assert_eq!(world.domains.len(), 4);
}

#[test]
fn a_domain_that_lists_somebody_else_makes_a_loud_warning() {
    let (mut world, ..) = heard();
    let publisher = world.homes[0].engine.publishers(world.now)[0].id;
    let check = Command::Directory(DirectoryCommand::Check(publisher));
    let _later = world.command(0, check);
    answer(&mut world, &[9], Way::Https);
    let view = &shown(&world, 0)[0].publisher;
    assert_eq!(view.warning, Some(Warning::Denied));
    assert!(!view.domain_verified());
}

#[test]
fn a_record_in_the_dns_does_not_weigh_against_a_certificate() {
    let (mut world, ..) = heard();
    world.wait(Duration::from_secs(61));
    answer(&mut world, &[2], Way::Https);
    let publisher = world.homes[0].engine.publishers(world.now)[0].id;
    let check = Command::Directory(DirectoryCommand::Check(publisher));
    let _later = world.command(0, check);
    answer(&mut world, &[9], Way::Dns);
    let view = &world.homes[0].engine.publishers(world.now)[0];
    assert!(view.domain_verified() && view.warning.is_none());
}

#[test]
fn who_takes_the_domain_of_a_publisher_that_is_known_is_not_shown() {
    let (mut world, ..) = heard();
    world.wait(Duration::from_secs(61));
    answer(&mut world, &[2], Way::Https);
    introduce(&mut world, 5, &["u33dc"], "fire.example").unwrap();
    let said = bulletin(&world, "Free money");
    announce(&mut world, 5, said).unwrap();
    assert_eq!(headlines(&world, 0), ["Smoke"]);
    let impostor = &world.homes[0].engine.publishers(world.now)[1];
    assert_eq!(impostor.warning, Some(Warning::Impostor));
    // If the domain lists it, too, somebody changed the key without the old one's word. It is shown, with a warning.
    let check = Command::Directory(DirectoryCommand::Check(impostor.id));
    let _later = world.command(0, check);
    answer(&mut world, &[5], Way::Https);
    assert_eq!(headlines(&world, 0).len(), 2);
    let views = world.homes[0].engine.publishers(world.now);
    assert_eq!(
        (views[0].warning, views[1].warning),
        (None, Some(Warning::KeyChanged))
    );
    // The resident asked them, and knows.
    about(&mut world, DirectoryCommand::Pin(views[1].id)).unwrap();
    let pinned = &world.homes[0].engine.publishers(world.now)[1];
    assert_eq!(pinned.warning, None);
}

#[test]
fn a_key_that_the_old_one_named_is_the_same_publisher_and_two_such_are_a_warning() {
    let (mut world, ..) = heard();
    world.wait(Duration::from_secs(61));
    answer(&mut world, &[2], Way::Https);
    let held = world.homes[0].engine.publishers(world.now)[0].id;
    let before = world.homes[0].engine.binding_of(held).unwrap().clone();
    let next = Binding::hand_over(&before, &key(2), &key(3), world.now);
    overhear(&mut world, 0, OpenStatement::Publisher(Box::new(next))).unwrap();
    let view = world.homes[0].engine.publishers(world.now).remove(0);
    assert_eq!((view.id, view.keys.len(), view.warning), (held, 3, None));
    assert!(view.domain_verified());
    let said = bulletin(&world, "Under the new key");
    announce(&mut world, 3, said).unwrap();
    world.wait(Duration::from_secs(1));
    let late = bulletin(&world, "Under the old key");
    let refused = announce(&mut world, 2, late);
    assert_eq!(refused, Err(HearError::Bulletin(BulletinError::NotItsOwn)));
    // The thief of the old key names another one.
    let forged = Binding::hand_over(&before, &key(2), &key(4), world.now);
    overhear(&mut world, 0, OpenStatement::Publisher(Box::new(forged))).unwrap();
    let view = world.homes[0].engine.publishers(world.now).remove(0);
    assert_eq!(
        (view.warning, view.keys.len()),
        (Some(Warning::Contested), 3)
    );
}
