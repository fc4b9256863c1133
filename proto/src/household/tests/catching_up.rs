use super::super::*;
use super::alerts::draft;
use super::world::World;

#[test]
fn a_home_that_was_away_has_every_alert_when_it_is_back() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(2);
    for n in 0..300 {
        world
            .command(0, Command::PostAlert(draft(&format!("Alert {n}"))))
            .unwrap();
    }
    assert_eq!(world.homes[2].engine.alerts(world.now).len(), 0);
    world.come_back(2);
    assert_eq!(world.homes[2].engine.alerts(world.now).len(), 300);
}

#[test]
fn long_alerts_that_do_not_fit_one_answer_come_in_several() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    for _ in 0..130 {
        let mut long = draft("Fire");
        long.text = crate::text::Prose::clean(&"🔥".repeat(1_000)).unwrap();
        world.command(0, Command::PostAlert(long)).unwrap();
    }
    world.come_back(1);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 130);
}

#[test]
fn what_came_before_a_connection_was_cut_is_kept_and_the_rest_comes_with_the_next() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    for _ in 0..130 {
        let mut long = draft("Fire");
        long.text = crate::text::Prose::clean(&"🔥".repeat(1_000)).unwrap();
        world.command(0, Command::PostAlert(long)).unwrap();
    }
    let mut here = vec![0];
    while here.last() < Some(&130) {
        // Each time one request more gets through before the connection breaks.
        world.until_the_cut = here.len();
        world.come_back(1);
        here.push(world.homes[1].engine.alerts(world.now).len());
        world.go_offline(1);
    }
    assert!(here.is_sorted(), "{here:?}");
    assert!(here.iter().any(|n| (1..130).contains(n)), "{here:?}");
}

#[test]
fn what_one_neighbour_brings_reaches_those_who_were_connected_all_the_time() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(0);
    world
        .command(0, Command::PostAlert(draft("Smoke")))
        .unwrap();
    // Ada meets Ben alone; Cem hears of it from him at once.
    world.homes[0].online = true;
    world.connect(0, 1);
    assert_eq!(world.homes[2].engine.alerts(world.now).len(), 1);
}

#[test]
fn what_was_posted_alone_is_queued_and_delivered_later() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    let answer = world
        .command(0, Command::PostAlert(draft("Smoke")))
        .unwrap();
    assert!(
        matches!(answer, Answer::Alert { reached: 0, .. }),
        "{answer:?}"
    );
    assert_eq!(world.homes[0].engine.status(world.now).queued, 1);
    world.come_back(1);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);
    assert_eq!(world.homes[0].engine.status(world.now).queued, 0);
}

#[test]
fn a_member_admitted_while_a_home_was_away_is_known_to_it_afterwards() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (me, _) = super::world::me(44, "Dora");
    world.go_offline(1);
    let ticket = world.ticket(0);
    let request = crate::street::JoinRequest {
        ticket: ticket.secret.id(),
        proof: ticket.secret.key().proof(me.device_id(), world.device(0)),
        card: me.card.clone(),
        device: me.cert.clone(),
        addresses: vec![],
    };
    let frame = crate::wire::frame(crate::wire::Kind::Join, &request);
    assert!(
        world
            .request(0, me.device_id(), Protocol::Join, frame)
            .is_some()
    );
    assert_eq!(world.homes[1].engine.members().len(), 3);
    world.come_back(1);
    assert_eq!(world.homes[1].engine.members().len(), 4);
}

/// An alert of Ada's went down with one of two connections to Ben.
fn lost_by_gossip() -> World {
    let mut world = World::street(&["Ada", "Ben"]);
    world.homes[1].online = false;
    world
        .command(0, Command::PostAlert(draft("Smoke")))
        .unwrap();
    world.homes[1].online = true;
    world
}

#[test]
fn what_went_down_with_one_of_two_connections_is_found_when_it_closes() {
    let mut world = lost_by_gossip();
    assert!(world.homes[1].engine.alerts(world.now).is_empty());
    // The mesh says so to both, who were connected all the time.
    world.connect(0, 1);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);
    let met = |event: &&Event| matches!(event, Event::Neighbour { .. });
    assert_eq!(world.homes[1].events.iter().filter(met).count(), 0);
}

#[test]
fn the_failure_of_a_lost_question_does_not_end_the_comparison_that_took_its_place() {
    let mut world = lost_by_gossip();
    let (device, now) = (world.device(0), world.now);
    let [lost, repeated] = [(); 2].map(|()| {
        let address = None;
        let still = Input::Connected { device, address };
        world.homes[1].engine.handle(still, now)
    });
    let asked = lost.iter().find_map(|output| match output {
        Output::Ask { ask, .. } => Some(*ask),
        _ => None,
    });
    world.give(
        1,
        Input::Answered {
            ask: asked.unwrap(),
            bytes: None,
        },
    );
    world.settle(1, repeated);
    assert_eq!(world.homes[1].engine.alerts(world.now).len(), 1);
}

#[test]
fn a_comparison_that_was_cut_off_is_made_again_although_nobody_reconnects() {
    for gets_through in 0..4 {
        let mut world = lost_by_gossip();
        world.until_the_cut = gets_through;
        world.connect(0, 1);
        world.until_the_cut = usize::MAX;
        world.wait(REDIAL);
        let here = world.homes[1].engine.alerts(world.now).len();
        assert_eq!(here, 1, "after {gets_through} requests");
    }
}
