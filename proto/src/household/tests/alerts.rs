use std::time::Duration;

use super::super::*;
use super::world::World;
use crate::alert::{Kind, Text, Title, Urgency};
use crate::signed::Signed;
use crate::street::{Home, Item};

pub(super) fn draft(title: &str) -> Draft {
    Draft {
        street: None,
        nearby: false,
        kind: Kind::Theft,
        urgency: Urgency::HeadsUp,
        place: Some("u33dc1k".parse().unwrap()),
        title: Title::clean(title).unwrap(),
        text: Text::clean("Somebody cut the lock.").unwrap(),
        happened: None,
        life: Duration::from_secs(3600),
        clips: vec![],
    }
}

#[test]
fn an_alert_reaches_everybody_on_the_street_once() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    for home in &world.homes {
        let alerts = home.engine.alerts(world.now);
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].author, Some(world.household(0)));
        assert_eq!(
            home.events
                .iter()
                .filter(|e| matches!(e, Event::Alert { .. }))
                .count(),
            1
        );
    }
}

#[test]
fn a_neighbour_who_signs_the_words_of_another_takes_nobodys_place() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(1);
    let post = Command::PostAlert(draft("Bicycle taken"));
    let Ok(Answer::Alert { alert, .. }) = world.command(0, post) else {
        panic!()
    };
    let street = world.street_id();
    let said = world.homes[2].engine.alerts(world.now)[0].alert.clone();
    let mut out = Vec::new();
    let cem = &mut world.homes[2].engine;
    let copy = Item::Alert(cem.sign(said));
    cem.take_item(street, copy, world.now, &mut out).unwrap();
    world.homes[1].online = true;
    world.connect(1, 2);
    world.come_back(1);
    let alerts = world.homes[1].engine.alerts(world.now);
    let real = alerts.iter().find(|view| view.id == alert).unwrap();
    assert_eq!(real.author, Some(world.household(0)));
}

#[test]
fn p6_on_the_wire_an_alert_is_sealed() {
    let mut world = World::street(&["Ada", "Ben"]);
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    let (_, topic, frame) = world.gossip.last().unwrap();
    for secret in ["Bicycle", "cut the lock", "u33dc1", "Ada", "Maple"] {
        let bytes = secret.as_bytes();
        assert!(!frame.windows(bytes.len()).any(|w| w == bytes), "{secret}");
        assert!(!topic.as_str().contains(secret));
    }
}

#[test]
fn a_replayed_alert_is_shown_zero_times_more_also_after_a_restart_and_after_its_end() {
    let mut world = World::street(&["Ada", "Ben"]);
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    assert_eq!(
        world.overhear(1, topic.clone(), frame.clone()),
        Acceptance::Ignore
    );
    world.now = world.now.after(Duration::from_secs(61));
    assert_eq!(
        world.overhear(1, topic.clone(), frame.clone()),
        Acceptance::Ignore
    );
    world.restart(1);
    assert_eq!(
        world.overhear(1, topic.clone(), frame.clone()),
        Acceptance::Ignore
    );
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);

    world.now = world.now.after(Duration::from_secs(3600));
    world.give(1, Input::Due(Timer::Sweep));
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 0);
    assert_eq!(world.overhear(1, topic, frame), Acceptance::Ignore);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 0);
}

#[test]
fn an_altered_copy_is_rejected() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.homes[1].online = false;
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    for at in (0..frame.len()).step_by(7) {
        let mut altered = frame.clone();
        altered[at] ^= 1;
        assert_eq!(
            world.overhear(1, topic.clone(), altered),
            Acceptance::Reject,
            "byte {at}"
        );
    }
    assert_eq!(world.overhear(1, topic, frame), Acceptance::Accept);
}

#[test]
fn an_alert_signed_by_somebody_who_is_not_of_the_street_is_not_shown() {
    let mut world = World::street(&["Ada", "Ben"]);
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    let alert = world.homes[0].engine.alerts(world.now).remove(0).alert;
    let (stranger, _) = super::world::me(55, "Eve");
    let forged = Signed::sign(
        crate::alert::Alert {
            nonce: crate::alert::Nonce::from_bytes([9; 16]),
            ..alert
        },
        &stranger.device,
    );
    let street = world.homes[0].engine.streets().remove(0).street;
    let mut out = Vec::new();
    world.homes[0]
        .engine
        .tell(street, Item::Alert(forged), &mut out);
    let Some(Output::Publish { topic, bytes }) = out.pop() else {
        panic!()
    };
    assert_eq!(world.overhear(1, topic, bytes), Acceptance::Ignore);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);
}

#[test]
fn an_alert_of_one_street_is_refused_in_another() {
    let mut maple = World::street(&["Ada", "Ben"]);
    maple
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    let (_, _, frame) = maple.gossip.last().unwrap().clone();
    // The same people, another street.
    let mut oak = World::street_called("Oak Street", &["Ada", "Ben"]);
    let topic = oak.homes[1].topics.last().unwrap().clone();
    assert_eq!(oak.overhear(1, topic, frame), Acceptance::Reject);

    // Also when somebody who is on both seals it for the other street.
    let alert = maple.homes[0].engine.alerts(maple.now).remove(0).alert;
    let signed = maple.homes[0].engine.sign(alert);
    let street = oak.homes[0].engine.streets().remove(0).street;
    let mut out = Vec::new();
    oak.homes[0]
        .engine
        .tell(street, Item::Alert(signed), &mut out);
    let Some(Output::Publish { topic, bytes }) = out.pop() else {
        panic!()
    };
    assert_eq!(oak.overhear(1, topic, bytes), Acceptance::Reject);
}

#[test]
fn the_longest_alert_that_is_allowed_arrives() {
    let mut world = World::street(&["Ada", "Ben"]);
    let family = "👨‍👩‍👧‍👦";
    let (title, text) = (
        Title::clean(&family.repeat(80)).unwrap(),
        Text::clean(&family.repeat(1_000)).unwrap(),
    );
    world
        .command(
            0,
            Command::PostAlert(Draft {
                title,
                text,
                ..draft("long")
            }),
        )
        .unwrap();
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);
}

#[test]
fn a_home_whose_clock_is_off_is_told_so_before_it_posts() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    world.now = world.now.after(Duration::from_secs(365 * 86_400));
    // Ada's clock jumps a year; Ben's answer shows it.
    let (device, then) = (world.device(1), super::world::START);
    let home = Home {
        device,
        now: then,
        epoch: world.homes[0]
            .engine
            .current_rank(world.street_id())
            .unwrap(),
    };
    let now = world.now;
    world.homes[0].engine.heard_from(&home, now);
    let refused = world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap_err();
    assert!(
        refused.to_string().contains("365 days ahead of"),
        "{refused}"
    );
}

#[test]
fn an_alert_that_ends_leaves_a_record_that_it_is_gone() {
    let mut world = World::street(&["Ada", "Ben"]);
    world
        .command(0, Command::PostAlert(draft("Bicycle taken")))
        .unwrap();
    world.now = world.now.after(Duration::from_secs(3600));
    world.give(0, Input::Due(Timer::Sweep));
    assert!(matches!(
        world.homes[0].records.last(),
        Some(Record::Over(_))
    ));
}

#[test]
fn the_feed_lies_the_newest_first_and_each_alert_is_found_by_its_name() {
    let mut world = World::street(&["Ada", "Ben"]);
    for n in 0..6 {
        let home = n % 2;
        world
            .command(home, Command::PostAlert(draft(&format!("Smoke {n}"))))
            .unwrap();
        world.wait(Duration::from_secs(1));
    }
    let home = &world.homes[0].engine;
    let titles: Vec<_> = home.feed().map(|g| g.alert.title.to_string()).collect();
    let newest_first: Vec<_> = (0..6).rev().map(|n| format!("Smoke {n}")).collect();
    assert_eq!(titles, newest_first);
    for glimpse in home.feed() {
        let found = home.alert(glimpse.id).unwrap();
        assert_eq!((found.alert, found.author), (glimpse.alert, glimpse.author));
        assert_eq!(found.view(world.now).thread, glimpse.thread);
    }
    assert_eq!(home.status(world.now).alerts, 6);
    assert_eq!(home.status(world.now).alerts, home.alert_ids().count());
}

#[test]
fn alerts_that_end_at_the_same_moment_all_go_then_and_nothing_of_them_is_left() {
    let mut world = World::street(&["Ada", "Ben"]);
    for n in 0..20 {
        world
            .command(0, Command::PostAlert(draft(&format!("Smoke {n}"))))
            .unwrap();
    }
    let alert = world.homes[1].engine.feed().next().unwrap().id;
    let change = Change::Act(crate::alert::Act::Confirm);
    world
        .command(1, Command::FollowUp { alert, change })
        .unwrap();
    world.jump(Duration::from_secs(15 * 24 * 3_600));
    for home in &world.homes {
        assert_eq!(home.engine.alert_ids().count(), 0);
        assert!(home.engine.follow_ups(alert).is_empty());
        assert!(
            home.engine
                .state
                .streets
                .values()
                .all(|s| s.feed.next_end().is_none())
        );
    }
}
