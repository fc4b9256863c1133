use std::time::Duration;

use super::super::speaking::HearError;
use super::super::*;
use super::world::{World, connected};
use crate::signed::Signed;
use crate::street::{Address, Item, Whereabouts};
use crate::wire::limits::{ADDRESSES_PER_DEVICE, WHEREABOUTS_GAP};

const MINUTE: Duration = Duration::from_secs(60);

fn at(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn moves(world: &mut World, home: usize, to: &str) {
    let addresses = vec![at(to)];
    world.give(home, Input::Listening { addresses });
    world.wait(MINUTE);
}

/// Where one home believes another one to be.
fn sought(world: &World, by: usize, of: usize) -> Vec<Address> {
    world.homes[by].engine.addresses_of(world.device(of))
}

/// Lets the second home say something about where it is, and gives it to the first.
fn told(world: &mut World, said: Whereabouts) -> Result<(), HearError> {
    let said = Signed::sign(said, &world.homes[1].engine.me().device);
    let (street, now) = (world.street_id(), world.now);
    let ada = &mut world.homes[0].engine;
    ada.take_item(street, Item::Whereabouts(said), now, &mut Vec::new())
}

fn here(world: &World) -> Whereabouts {
    Whereabouts {
        street: world.street_id(),
        addresses: vec![at("/ip4/192.0.2.1/tcp/1")],
        issued: world.now,
    }
}

#[test]
fn a_home_that_moved_while_half_the_street_was_away_is_found_by_who_meets_anybody() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    world.go_offline(2);
    moves(&mut world, 0, "/ip4/192.0.2.2/tcp/2");
    assert_eq!(sought(&world, 1, 0)[0], at("/ip4/192.0.2.2/tcp/2"));
    assert_eq!(sought(&world, 2, 0)[0], at("/ip4/192.0.2.1/tcp/1"));
    // Ada is away when Cem is back: it has it from Ben.
    world.go_offline(0);
    world.come_back(2);
    assert_eq!(sought(&world, 2, 0)[0], at("/ip4/192.0.2.2/tcp/2"));
    world.restart(2);
    assert_eq!(sought(&world, 2, 0)[0], at("/ip4/192.0.2.2/tcp/2"));
}

#[test]
fn a_home_that_stays_where_it_is_says_so_once() {
    let mut world = World::street(&["Ada", "Ben"]);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    let said = world.gossip.len();
    world.restart(0);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    assert_eq!(world.gossip.len(), said);
}

#[test]
fn a_home_that_moves_all_the_time_is_told_of_every_ten_seconds_at_most() {
    let mut world = World::street(&["Ada", "Ben"]);
    moves(&mut world, 0, "/ip4/192.0.2.1/tcp/1");
    let said = world.gossip.len();
    for port in 0..60 {
        let addresses = vec![at(&format!("/ip4/192.0.2.1/tcp/{}", 1_000 + port))];
        world.give(0, Input::Listening { addresses });
        world.wait(Duration::from_secs(1));
    }
    world.wait(MINUTE);
    assert!(world.gossip.len() - said <= 7);
    assert_eq!(sought(&world, 1, 0)[0], at("/ip4/192.0.2.1/tcp/1059"));
}

#[test]
fn whoever_is_away_is_looked_for_as_soon_as_it_says_where_it_is() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (street, now) = (world.street_id(), world.now);
    let said = Signed::sign(here(&world), &world.homes[1].engine.me().device);
    let device = world.device(1);
    let ada = &mut world.homes[0].engine;
    ada.handle(Input::Disconnected { device }, now);
    let mut out = Vec::new();
    ada.take_item(street, Item::Whereabouts(said), now, &mut out)
        .unwrap();
    let dialled = |output: &Output| {
        matches!(output, Output::Dial { device: to, addresses }
            if *to == device && addresses[0] == at("/ip4/192.0.2.1/tcp/1"))
    };
    assert!(out.iter().any(dialled));
}

#[test]
fn who_is_not_found_is_looked_for_less_and_less_often_and_keenly_again_when_something_changes() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let [ben, cem] = [1, 2].map(|home| world.device(home));
    let (mut now, own) = (world.now, vec![at("/ip4/192.0.2.77/tcp/7")]);
    let ada = &mut world.homes[0].engine;
    let gone = |ada: &mut Household, device, now| ada.handle(Input::Disconnected { device }, now);
    let here = |ada: &mut Household, device, now| ada.handle(connected(device), now);
    let sought = |out: &[Output]| {
        let dial =
            |output: &Output| matches!(output, Output::Dial { device, .. } if *device == ben);
        out.iter().any(dial)
    };
    gone(ada, ben, now);
    let mut seconds_of_dials = |ada: &mut Household, seconds: u64| {
        let mut dials = Vec::new();
        for second in (0..seconds).step_by(20) {
            let out = ada.handle(Input::Due(Timer::Redial), now);
            dials.extend(sought(&out).then_some(second));
            now = now.after(REDIAL);
        }
        (dials, now)
    };
    let keenly = vec![0, 20, 40, 60, 80, 100];
    let (dials, _) = seconds_of_dials(ada, 420);
    assert_eq!(dials, [keenly.clone(), vec![200, 300, 400]].concat());

    seconds_of_dials(ada, 3_600);
    let (dials, then) = seconds_of_dials(ada, 1_200);
    assert_eq!(dials.len(), 2, "an hour is over: {dials:?}");
    gone(ada, cem, then);
    seconds_of_dials(ada, 600);
    let (dials, then) = seconds_of_dials(ada, 1_200);
    assert_eq!(dials.len(), 12, "nobody else is here: {dials:?}");
    here(ada, cem, then);

    here(ada, ben, then);
    gone(ada, ben, then);
    let (dials, _) = seconds_of_dials(ada, 120);
    assert_eq!(dials, keenly, "it was here in between");
    seconds_of_dials(ada, 300);

    let (dials, then) = seconds_of_dials(ada, 120);
    assert!(dials.len() < 3, "{dials:?}");
    ada.handle(Input::Listening { addresses: own }, then);
    let (dials, then) = seconds_of_dials(ada, 120);
    assert_eq!(dials, keenly, "this home is somewhere else");

    let set_back = then.before(24 * 60 * MINUTE);
    let out = ada.handle(Input::Due(Timer::Redial), set_back);
    assert!(sought(&out), "the clock was set back");

    gone(ada, cem, then);
    seconds_of_dials(ada, 300);
    here(ada, cem, then);
    let (dials, _) = seconds_of_dials(ada, 120);
    assert_eq!(dials, keenly, "this home was cut off");
}

#[test]
fn an_older_word_too_many_addresses_and_a_word_for_another_street_change_nothing() {
    let mut world = World::street(&["Ada", "Ben"]);
    let said = here(&world);
    assert_eq!(told(&mut world, said.clone()), Ok(()));
    let soon = said
        .issued
        .after(WHEREABOUTS_GAP - Duration::from_millis(1));
    for issued in [said.issued, said.issued.before(MINUTE), soon] {
        let other = Whereabouts {
            addresses: vec![at("/ip4/192.0.2.66/tcp/66")],
            issued,
            ..said.clone()
        };
        assert_eq!(told(&mut world, other), Err(HearError::Known));
    }
    let later = said.issued.after(WHEREABOUTS_GAP);
    for refused in [
        Whereabouts {
            addresses: vec![at("/ip4/192.0.2.66/tcp/66"); ADDRESSES_PER_DEVICE + 1],
            issued: later,
            ..said.clone()
        },
        Whereabouts {
            street: StreetId::from_bytes([7; 32]),
            issued: later,
            ..said.clone()
        },
        Whereabouts {
            issued: said.issued.after(60 * MINUTE),
            ..said.clone()
        },
    ] {
        assert!(told(&mut world, refused).is_err());
    }
    assert_eq!(sought(&world, 0, 1)[0], at("/ip4/192.0.2.1/tcp/1"));
    let moved = Whereabouts {
        issued: later,
        ..said
    };
    assert_eq!(told(&mut world, moved), Ok(()));
}

#[test]
fn nobody_speaks_for_a_household_that_is_gone() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.command(1, Command::Leave(None)).unwrap();
    world.now = world.now.after(MINUTE);
    let said = Whereabouts {
        street: world.street_id(),
        ..here(&world)
    };
    assert!(told(&mut world, said).is_err());
}
