//! What the resident decides, and who has room of his own because of it.

use super::*;

#[test]
fn a_muted_publisher_is_still_heard_on_what_lives_may_hang_on() {
    let (mut world, mut desk, _) = heard();
    let tip = Draft {
        kind: Kind::SafetyTip,
        ..fire("Test your smoke alarm")
    };
    on_air(&mut world, 0, &mut desk, publish(tip));
    let publisher = world.homes[0].engine.publishers(world.now)[0].id;
    about(
        &mut world,
        DirectoryCommand::Hush(Hush::Publisher(publisher), true),
    )
    .unwrap();
    assert_eq!(headlines(&world, 0), ["Smoke"]);
    about(
        &mut world,
        DirectoryCommand::Hush(Hush::Kind(Kind::Fire), true),
    )
    .unwrap();
    world.restart(0);
    assert!(headlines(&world, 0).is_empty());
    for hush in [Hush::Kind(Kind::Fire), Hush::Publisher(publisher)] {
        about(&mut world, DirectoryCommand::Hush(hush, false)).unwrap();
    }
    assert_eq!(headlines(&world, 0).len(), 2);
}

#[test]
fn strangers_however_many_take_no_room_from_a_publisher_that_is_known() {
    let (mut world, ..) = heard();
    let known = world.homes[0].engine.publishers(world.now)[0].id;
    about(&mut world, DirectoryCommand::Pin(known)).unwrap();
    for seed in 10..10 + 3 * PUBLISHERS as u64 {
        let domain = format!("shouter{seed}.example");
        // Strangers share one allowance, whatever they say.
        let _ = introduce(&mut world, seed, &["u33dc"], &domain);
        for n in 0..4 {
            let said = bulletin(&world, &format!("Shout {n}"));
            let _ = announce(&mut world, seed, said);
        }
        world.now = world.now.after(Duration::from_secs(20));
    }
    let publishers = world.homes[0].engine.publishers(world.now);
    assert_eq!(publishers.len(), PUBLISHERS);
    assert_eq!(publishers[0].id, known);
    let bulletins = world.homes[0].engine.bulletins(world.now);
    assert!(bulletins.iter().any(|view| view.publisher.id == known));
    assert!(bulletins.len() <= 1 + crate::wire::limits::UNCHECKED_BULLETINS);
    world.restart(0);
    assert_eq!(
        world.homes[0].engine.bulletins(world.now).len(),
        bulletins.len()
    );
}

#[test]
fn a_publisher_that_is_known_and_says_much_takes_no_more_than_its_room() {
    let mut world = World::new(&["Ada"]);
    introduce(&mut world, 5, &["u33dc"], "met.example").unwrap();
    let publisher = world.homes[0].engine.publishers(world.now)[0].id;
    about(&mut world, DirectoryCommand::Pin(publisher)).unwrap();
    let long = "x".repeat(crate::wire::limits::ORIGINAL_BYTES);
    let fit = crate::wire::limits::PUBLISHER_BYTES / long.len();
    for n in 0..fit + 5 {
        let said = Bulletin {
            original: Some(long.parse().unwrap()),
            ..bulletin(&world, &format!("Storm {n}"))
        };
        announce(&mut world, 5, said).unwrap();
        world.now = world.now.after(Duration::from_secs(600));
    }
    // The oldest went.
    let kept = headlines(&world, 0);
    assert!((fit - 1..=fit).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept[0], format!("Storm {}", fit + 4));
    let longer = Bulletin {
        text: crate::text::Prose::clean(&"字".repeat(2_000)).unwrap(),
        instruction: crate::text::Prose::clean(&"👩‍🚒".repeat(999)).unwrap(),
        ..bulletin(&world, "Too much")
    };
    let refused = announce(&mut world, 5, longer);
    assert_eq!(refused, Err(HearError::Bulletin(BulletinError::Long)));
}

#[test]
fn a_publisher_that_says_over_and_over_who_it_is_is_not_heard_for_ever() {
    let (mut world, ..) = heard();
    let mut taken = 0;
    for _ in 0..200 {
        world.now = world.now.after(Duration::from_millis(1));
        taken += usize::from(introduce(&mut world, 5, &["u33dc"], "fire.example").is_ok());
    }
    // The first, and so many changes.
    assert_eq!(taken, 1 + crate::wire::limits::CHANGE_BURST as usize);
}

#[test]
fn a_publisher_that_is_forgotten_leaves_nothing_behind() {
    let (mut world, mut desk, _) = heard();
    let publisher = world.homes[0].engine.publishers(world.now)[0].id;
    about(&mut world, DirectoryCommand::Forget(publisher)).unwrap();
    on_air(&mut world, 0, &mut desk, publish(fire("More smoke")));
    assert_eq!(headlines(&world, 0), ["More smoke"]);
    about(&mut world, DirectoryCommand::Forget(publisher)).unwrap();
    world.restart(0);
    let engine = &world.homes[0].engine;
    assert!(engine.publishers(world.now).is_empty() && engine.bulletins(world.now).is_empty());
    let unknown = about(&mut world, DirectoryCommand::Pin(publisher));
    assert_eq!(unknown.unwrap_err(), Failure::Unknown("publisher"));
}
