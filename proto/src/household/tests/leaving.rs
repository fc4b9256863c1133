use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::super::*;
use super::alerts::draft;
use super::world::{World, connected};
use crate::alert::Reason;
use crate::identity::{DeviceCert, Words};
use crate::street::{EpochKey, Item, Leave, SealError, StreetId, StreetMessage};
use crate::wire;

fn remove(world: &mut World, home: usize, whom: usize) -> Answer {
    let household = world.household(whom);
    let reason = Reason::clean("Sells what neighbours say").unwrap();
    let remove = Command::Remove { household, reason };
    world.command(home, remove).unwrap()
}

fn is_gone(world: &World, home: usize, whom: usize) -> bool {
    let members = world.homes[home].engine.members();
    !members.iter().any(|m| m.household == world.household(whom))
}

fn epoch(world: &World, home: usize) -> u32 {
    world.homes[home].engine.streets()[0].epoch
}

fn post(world: &mut World, home: usize, title: &str) {
    world
        .command(home, Command::PostAlert(draft(title)))
        .unwrap();
}

fn titles(world: &World, home: usize) -> Vec<String> {
    let alerts = world.homes[home].engine.alerts(world.now);
    let mut titles: Vec<_> = alerts.iter().map(|a| a.thread.title.to_string()).collect();
    titles.sort();
    titles
}

/// Whether any key that a home ever held opens a frame.
fn can_read(world: &World, home: usize, street: StreetId, frame: &[u8]) -> bool {
    let records = world.homes[home].records.iter();
    let mut keys = records.filter_map(|record| match record {
        Record::Epoch { key, .. } => Some(key),
        _ => None,
    });
    keys.any(|key| key.open(street, frame, usize::MAX) != Err(SealError::WrongKey))
}

#[test]
fn whoever_is_gone_says_farewell_once_and_not_over_and_over() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (street, key) = world.homes[0].records.iter().find_map(key_of).unwrap();
    let ben = world.homes[1].engine.me();
    let leaves = [1, 2].map(|later| Leave {
        street,
        household: ben.household(),
        issued: world.now.after(Duration::from_secs(later)),
    });
    let leaves = leaves.map(|leave| Signed::sign(leave, &ben.device));
    world.now = world.now.after(Duration::from_secs(5));
    let [once, again] = leaves.map(|leave| {
        let told = StreetMessage::Tell(Item::Leave(leave));
        let frame = key.seal(street, &wire::to_cbor(&told));
        world.overhear(0, key.topic(street), frame)
    });
    assert_eq!((once, again), (Acceptance::Accept, Acceptance::Ignore));
    assert!(is_gone(&world, 0, 1));
}

fn key_of(record: &Record) -> Option<(StreetId, EpochKey)> {
    match record {
        Record::Epoch { notice, key, .. } => Some((notice.statement().street, key.clone())),
        _ => None,
    }
}

#[test]
fn from_four_households_on_the_later_ones_are_new_until_a_second_vouch() {
    let mut world = World::street(&["Ada", "Ben", "Cem", "Dora", "Eve"]);
    let new = |world: &World| -> Vec<bool> {
        let members = world.homes[0].engine.members();
        let of = |home| {
            members
                .iter()
                .find(|m| m.household == world.household(home))
        };
        (0..5).map(|home| of(home).unwrap().new).collect()
    };
    assert_eq!(new(&world), [false, false, false, true, true]);
    let (dora, eve) = (world.household(3), world.household(4));
    assert_eq!(
        world.command(3, Command::Vouch(eve)).unwrap_err(),
        Failure::StillNew
    );
    let life = Duration::from_secs(60);
    let invite = Command::Invite { street: None, life };
    assert_eq!(world.command(3, invite).unwrap_err(), Failure::StillNew);
    world.command(1, Command::Vouch(dora)).unwrap();
    assert_eq!(new(&world), [false, false, false, false, true]);
    assert_eq!(
        world.command(1, Command::Vouch(dora)).unwrap_err(),
        Failure::VouchedAlready
    );
    world.command(3, Command::Vouch(eve)).unwrap();
    assert_eq!(new(&world), [false; 5]);
}

#[test]
fn a_removal_takes_two_households_and_a_quarter_of_a_large_street() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let Answer::Membership { gone, .. } = remove(&mut world, 0, 2) else {
        panic!()
    };
    assert!(!gone && !is_gone(&world, 1, 2));
    // Saying it again is not a second household.
    remove(&mut world, 0, 2);
    assert!(!is_gone(&world, 1, 2));
    remove(&mut world, 1, 2);
    assert!(is_gone(&world, 0, 2) && is_gone(&world, 1, 2));
    for (members, votes) in [(2, 2), (8, 2), (9, 3), (12, 3), (13, 4), (1_000, 250)] {
        assert_eq!(crate::street::votes_needed(members), votes, "{members}");
    }
}

#[test]
fn a_removed_household_reads_nothing_after_the_epoch() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    post(&mut world, 0, "before");
    let street = world.street_id();
    remove(&mut world, 0, 2);
    remove(&mut world, 1, 2);
    assert_eq!((epoch(&world, 0), epoch(&world, 1)), (2, 2));
    let before = world.gossip.len();
    post(&mut world, 0, "after");
    assert_eq!(titles(&world, 1), ["after", "before"]);
    for (_, topic, frame) in world.gossip.split_off(before) {
        assert!(can_read(&world, 1, street, &frame));
        assert!(!can_read(&world, 2, street, &frame));
        assert!(!topic.as_str().is_empty());
    }
    // Its home has forgotten the street, and nobody answers it.
    assert!(world.homes[2].engine.streets().is_empty());
    world.wait(Duration::from_secs(3600));
    assert!(world.homes[2].engine.alerts(world.now).is_empty());
}

#[test]
fn a_removed_household_with_a_changed_program_gets_no_answer_and_is_not_heard() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let street = world.street_id();
    // Cem's home keeps what it had and hears of no vote.
    world.homes[2].online = false;
    let cem = world.device(2);
    remove(&mut world, 0, 2);
    remove(&mut world, 1, 2);
    let now = world.now;
    let outputs = world.homes[2]
        .engine
        .handle(Input::Due(Timer::CatchUp), now);
    let questions = outputs.into_iter().filter_map(|output| match output {
        Output::Ask { bytes, .. } => Some(bytes),
        _ => None,
    });
    for question in questions.collect::<Vec<_>>() {
        assert_eq!(world.request(0, cem, Protocol::Street, question), None);
    }
    // It speaks on the old topic, with a date from before.
    world.now = now.before(Duration::from_secs(60));
    let mut out = Vec::new();
    let alert = draft("I am still here");
    let answer = world.homes[2].engine.post(alert, world.now, &mut out);
    assert!(answer.is_ok());
    world.now = now;
    let Some(Output::Publish { topic, bytes }) = out
        .into_iter()
        .find(|output| matches!(output, Output::Publish { .. }))
    else {
        panic!()
    };
    assert!(
        can_read(&world, 0, street, &bytes),
        "the old key still opens"
    );
    assert_eq!(world.overhear(0, topic, bytes), Acceptance::Ignore);
    assert!(titles(&world, 0).is_empty());
}

#[test]
fn a_home_that_was_away_during_a_removal_comes_to_the_same_conclusion() {
    let mut world = World::street(&["Ada", "Ben", "Cem", "Dora"]);
    world.go_offline(3);
    remove(&mut world, 0, 2);
    remove(&mut world, 1, 2);
    post(&mut world, 0, "after");
    world.come_back(3);
    assert!(is_gone(&world, 3, 2));
    assert_eq!(epoch(&world, 3), epoch(&world, 0));
    assert_eq!(titles(&world, 3), ["after"]);
    post(&mut world, 3, "and Dora speaks");
    assert_eq!(titles(&world, 0).len(), 2);
}

#[test]
fn whoever_leaves_is_gone_and_the_others_get_a_new_key() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let street = world.street_id();
    world.command(2, Command::Leave(None)).unwrap();
    assert!(world.homes[2].engine.streets().is_empty());
    assert!(is_gone(&world, 0, 2) && is_gone(&world, 1, 2));
    world.wait(Duration::from_secs(30));
    assert_eq!((epoch(&world, 0), epoch(&world, 1)), (2, 2));
    post(&mut world, 1, "after");
    let (_, _, frame) = world.gossip.last().unwrap();
    assert!(!can_read(&world, 2, street, frame));
}

#[test]
fn a_household_that_left_can_be_invited_again() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.command(2, Command::Leave(None)).unwrap();
    world.wait(Duration::from_secs(60));
    let ticket = world.ticket(0);
    world.command(2, Command::Join(Box::new(ticket))).unwrap();
    assert!(!is_gone(&world, 0, 2) && !is_gone(&world, 1, 2));
    post(&mut world, 1, "welcome back");
    assert_eq!(titles(&world, 2), ["welcome back"]);
    // And leave again: the second departure also makes an epoch.
    let before = epoch(&world, 0);
    world.wait(Duration::from_secs(60));
    world.command(2, Command::Leave(None)).unwrap();
    world.wait(Duration::from_secs(60));
    assert_eq!(epoch(&world, 0), before + 1);
    assert!(is_gone(&world, 1, 2));
}

#[test]
fn a_farewell_that_nobody_heard_is_handed_to_whoever_is_met_next_and_spreads_from_there() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(2);
    world.command(2, Command::Leave(None)).unwrap();
    assert!(!is_gone(&world, 0, 2) && !is_gone(&world, 1, 2));
    world.homes[1].online = false;
    world.come_back(2);
    assert!(is_gone(&world, 0, 2));
    world.come_back(1);
    assert!(is_gone(&world, 1, 2));
    assert!(world.homes[2].engine.farewells.is_empty(), "all took it");
}

#[test]
fn a_farewell_that_went_down_with_its_connection_is_handed_over_on_the_next_but_not_for_ever() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (ada, now) = (world.device(0), world.now);
    let ben = &mut world.homes[1].engine;
    let farewells = |outputs: &[Output]| -> Vec<_> {
        let ask = |output: &Output| match output {
            Output::Ask { to, ask, .. } if *to == ada => Some(*ask),
            _ => None,
        };
        outputs.iter().filter_map(ask).collect()
    };
    let leave = Input::Command(CommandId(7_000), Command::Leave(None));
    let mut outputs = ben.handle(leave, now);
    let mut handed = 0;
    while let Some(ask) = farewells(&outputs).pop() {
        handed += 1;
        assert!(handed < 10, "he is pestered");
        ben.handle(Input::Disconnected { device: ada }, now);
        let lost = ben.handle(Input::Answered { ask, bytes: None }, now);
        assert!(farewells(&lost).is_empty(), "nobody is there");
        outputs = ben.handle(connected(ada), now);
    }
    assert!(handed > 1 && ben.farewells.is_empty());
}

#[test]
fn whoever_comes_back_to_a_street_does_not_say_farewell_to_it_any_more() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(1);
    world.command(2, Command::Leave(None)).unwrap();
    world.wait(Duration::from_secs(60));
    assert!(!world.homes[2].engine.farewells.is_empty(), "Ben is away");
    let ticket = Box::new(world.ticket(0));
    world.command(2, Command::Join(ticket)).unwrap();
    assert!(world.homes[2].engine.farewells.is_empty());
    world.come_back(1);
    assert!(!is_gone(&world, 0, 2) && !is_gone(&world, 1, 2));
}

#[test]
fn two_halves_that_removed_different_households_end_in_one_epoch_without_losing_an_alert() {
    let names = ["Ada", "Ben", "Cem", "Dora", "Eve", "Finn", "Gia"];
    let mut world = World::street(&names);
    for home in 3..7 {
        let household = world.household(home);
        world.command(1, Command::Vouch(household)).unwrap();
    }
    // Ada, Ben and Eve on one side; Cem, Dora and Finn on the other; Gia is off.
    world.go_offline(6);
    let halves = [[0, 1, 4], [2, 3, 5]];
    world.part(&halves);
    remove(&mut world, 0, 4);
    remove(&mut world, 1, 4);
    remove(&mut world, 2, 5);
    remove(&mut world, 3, 5);
    assert_eq!((epoch(&world, 0), epoch(&world, 2)), (2, 2));
    post(&mut world, 0, "from one half");
    post(&mut world, 2, "from the other");
    world.wait(Duration::from_secs(600));
    world.heal();
    world.wait(Duration::from_secs(600));
    world.come_back(6);
    world.wait(Duration::from_secs(600));
    for home in [0, 1, 2, 3, 6] {
        assert_eq!(
            titles(&world, home),
            ["from one half", "from the other"],
            "{home}"
        );
        assert!(
            is_gone(&world, home, 4) && is_gone(&world, home, 5),
            "{home}"
        );
        assert_eq!(
            world.homes[home].engine.current_rank(world.street_id()),
            world.homes[0].engine.current_rank(world.street_id()),
            "{home}"
        );
    }
    assert!(
        epoch(&world, 0) >= 3,
        "neither of the two who went has the key"
    );
}

fn street_topics(world: &World, home: usize) -> usize {
    let topics = world.homes[home].topics.iter();
    topics.filter(|t| !t.as_str().contains("/open/")).count()
}

#[test]
fn a_key_is_changed_after_a_month_and_the_old_one_kept_until_its_alerts_are_over() {
    let mut world = World::street(&["Ada", "Ben"]);
    let day = Duration::from_secs(86_400);
    world.jump(day * 31);
    assert_eq!((epoch(&world, 0), epoch(&world, 1)), (2, 2));
    assert_eq!(street_topics(&world, 0), 2);
    world.jump(day * 15);
    assert_eq!(street_topics(&world, 0), 1);
    assert_eq!(epoch(&world, 0), 2);
    world.restart(1);
    post(&mut world, 1, "still here");
    assert_eq!(titles(&world, 0), ["still here"]);
}

#[test]
fn an_epoch_without_a_reason_or_that_leaves_somebody_out_is_refused() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let street = world.street_id();
    let cem = world.household(2);
    for (number, gone) in [(2, vec![cem]), (2, vec![]), (40, vec![])] {
        let key = EpochKey::from_bytes([9; 32]);
        let notice = world.homes[1].engine.sign(crate::street::EpochNotice {
            street,
            number,
            commit: key.commit(),
            by: world.household(1),
            gone,
            removed: Vec::new(),
            issued: world.now,
        });
        let sealing = world.homes[0].engine.me().sealing.recipient();
        let parcel = crate::street::EpochParcel {
            notice,
            key: sealing.seal(key.expose()).unwrap(),
            reasons: Vec::new(),
        };
        let message = StreetMessage::Epoch(parcel);
        let engine = &world.homes[1].engine;
        let rank = engine.current_rank(street).unwrap();
        let frame = engine.seal_in(street, rank, &message).unwrap();
        let ben = world.device(1);
        assert_eq!(world.request(0, ben, Protocol::Street, frame), None);
        assert_eq!(epoch(&world, 0), 1);
    }
}

#[test]
fn muting_is_local_and_survives_a_restart() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    post(&mut world, 0, "loud");
    let household = world.household(0);
    let mute = Command::Mute {
        household,
        muted: true,
    };
    let before = world.gossip.len();
    world.command(1, mute).unwrap();
    world.restart(1);
    let muted = |home: usize| world.homes[home].engine.alerts(world.now)[0].muted;
    assert!(muted(1) && !muted(2));
    assert_eq!(world.gossip.len(), before, "nobody is told");
}

#[test]
fn a_device_that_speaks_for_one_household_cannot_be_claimed_by_another() {
    let mut world = World::street(&["Ada", "Ben"]);
    let ada = world.homes[0].engine.me().cert.statement().clone();
    let root = Words::generate(&mut ChaCha20Rng::seed_from_u64(2)).root();
    let me = world.homes[1].engine.me();
    assert_eq!(root.household(), me.household());
    let stolen = root.certify(DeviceCert {
        household: root.household(),
        serial: 9,
        ..ada
    });
    let mut member = world.homes[1].engine.my_member();
    member.devices.push(stolen);
    let street = world.street_id();
    let mut out = Vec::new();
    let taken = world.homes[0]
        .engine
        .admit_one(street, &member, world.now, &mut out);
    assert!(taken.is_err());
    post(&mut world, 0, "mine");
    let alerts = world.homes[1].engine.alerts(world.now);
    assert_eq!(alerts[0].author, Some(world.household(0)));
}
