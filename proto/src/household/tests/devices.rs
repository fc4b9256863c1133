use std::time::Duration;

use super::super::*;
use super::alerts::draft;
use super::world::{START, World, root};
use crate::fetch::FetchRequest;
use crate::grant::{FetchTicket, Purpose};
use crate::identity::{DeviceCert, Role, Roles};
use crate::street::{EpochNotice, Item, Leave, MemberError, Refusal, ReturnRequest, SealError};
use crate::wire::limits::{DEVICES_PER_HOUSEHOLD, ENDED_SHOWN};
use crate::wire::{self, Kind};

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

fn epoch(world: &World, home: usize) -> u32 {
    world.homes[home].engine.streets()[0].epoch
}

fn remove(world: &mut World, by: usize, device: usize) {
    let ending = Box::new(world.ending(device));
    world.command(by, Command::Certify(ending)).unwrap();
}

/// Ada's box is gone; a new one was made from her words and is back on the street.
fn restored(world: &mut World) -> usize {
    world.go_offline(0);
    let ada = world.add_device(0, Roles::ALL, true);
    world.come_home(ada, 1).unwrap();
    world.heal();
    ada
}

#[test]
fn a_household_whose_box_is_gone_is_let_in_by_any_neighbour_and_hears_what_it_missed() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    post(&mut world, 0, "before");
    world.go_offline(0);
    post(&mut world, 2, "meanwhile");
    let ada = world.add_device(0, Roles::ALL, true);
    let back = world.come_home(ada, 2).unwrap();
    let Answer::Street { inviter, .. } = back else {
        panic!("{back:?}")
    };
    assert_eq!(inviter, Some(world.household(2)), "who let it in");
    world.heal();
    assert_eq!(titles(&world, ada), ["before", "meanwhile"]);
    post(&mut world, ada, "after");
    assert_eq!(titles(&world, 1), ["after", "before", "meanwhile"]);
    let alerts = world.homes[1].engine.alerts(world.now);
    assert!(
        alerts
            .iter()
            .any(|a| a.author == Some(world.household(ada)))
    );
    // Everybody grants to the new reading key from now on.
    let reading = world.homes[ada]
        .engine
        .me()
        .card
        .statement()
        .reading
        .clone();
    for home in [1, 2] {
        let street = world.homes[home]
            .engine
            .state
            .streets
            .values()
            .next()
            .unwrap();
        let known = street.members.get(world.household(ada)).unwrap();
        assert_eq!(known.card.statement().reading, reading);
        assert_eq!(known.devices.len(), 2);
    }
}

#[test]
fn whoever_comes_back_keeps_its_vouches_also_over_a_restart() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.go_offline(1);
    let ben = world.add_device(1, Roles::ALL, true);
    world.come_home(ben, 2).unwrap();
    for home in [0, 2, ben] {
        let members = world.homes[home].engine.members();
        let found = members.iter().find(|m| m.household == world.household(ben));
        assert_eq!(found.unwrap().vouches, [world.household(0)]);
    }
    let records = world.homes[ben].records.clone();
    let street = records.iter().find_map(|record| match record {
        Record::Street { inviter, .. } => Some(*inviter),
        _ => None,
    });
    assert_eq!(street, Some(Some(world.household(0))), "who once vouched");
}

#[test]
fn a_request_to_come_back_is_worth_nothing_on_another_connection() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let new = world.add_device(0, Roles::ALL, true);
    let me = world.homes[new].engine.me();
    let request = ReturnRequest {
        card: me.card.clone(),
        device: me.cert.clone(),
        addresses: Vec::new(),
        ended: Vec::new(),
    };
    let frame = wire::frame(Kind::Return, &request);
    let thief = world.device(2);
    let answer = world
        .request(1, thief, Protocol::Join, frame.clone())
        .unwrap();
    assert_eq!(refusal(&answer), Refusal::Card);
    let honest = world.device(new);
    let answer = world.request(1, honest, Protocol::Join, frame).unwrap();
    assert!(wire::unframe::<crate::street::Welcome>(Kind::Welcome, &answer, usize::MAX).is_ok());
}

fn refusal(answer: &[u8]) -> Refusal {
    wire::unframe(Kind::Refused, answer, usize::MAX).unwrap()
}

#[test]
fn a_stranger_and_a_household_that_is_gone_are_not_let_back() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let refused = Failure::Refused(Refusal::NotMember);
    world.command(2, Command::Leave(None)).unwrap();
    let cem = world.add_device(2, Roles::ALL, true);
    assert_eq!(world.come_home(cem, 0).unwrap_err(), refused);
    let mut other = World::new(&["Somebody", "Else", "Dora", "Eve", "Stranger"]);
    let me = other.homes.pop().unwrap().engine;
    let request = ReturnRequest {
        card: me.me().card.clone(),
        device: me.me().cert.clone(),
        addresses: Vec::new(),
        ended: Vec::new(),
    };
    let frame = wire::frame(Kind::Return, &request);
    let before = world.homes[0].records.len();
    let answer = world.request(0, me.me().device_id(), Protocol::Join, frame);
    assert_eq!(refusal(&answer.unwrap()), Refusal::NotMember);
    assert_eq!(
        world.homes[0].records.len(),
        before,
        "nothing is kept of it"
    );
}

#[test]
fn a_removed_device_is_heard_nowhere_and_reads_nothing_of_what_follows() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let ada = restored(&mut world);
    let street = world.street_id();
    world.part(&[[0, 0, 0], [1, 2, ada]]);
    let before = epoch(&world, 1);
    world.now = world.now.after(Duration::from_secs(60));
    remove(&mut world, ada, 0);
    for home in [1, 2, ada] {
        assert_eq!(epoch(&world, home), before + 1, "a new key for who stays");
    }
    let since = world.gossip.len();
    post(&mut world, ada, "after");
    let read = |world: &World, frame: &[u8]| {
        let records = world.homes[0].records.iter();
        let mut keys = records.filter_map(|record| match record {
            Record::Epoch { key, .. } => Some(key),
            _ => None,
        });
        keys.any(|key| key.open(street, frame, usize::MAX) != Err(SealError::WrongKey))
    };
    assert!(
        world.gossip[since..]
            .iter()
            .all(|(_, _, frame)| !read(&world, frame))
    );

    // The stolen box goes on with a changed program: what it says now, and what it dates back.
    let held = world.homes[0].engine.state.streets[&street]
        .epoch()
        .unwrap();
    let (key, topic) = (held.key.clone(), held.topic.clone());
    for issued in [world.now, START.after(Duration::from_secs(2))] {
        let alert = crate::alert::Alert {
            audience: crate::alert::Audience::Street(street),
            kind: crate::alert::Kind::Fire,
            urgency: crate::alert::Urgency::Urgent,
            place: None,
            title: crate::text::Line::clean("stolen").unwrap(),
            text: crate::text::Prose::default(),
            happened: issued,
            issued,
            expires: issued.after(Duration::from_secs(3_600)),
            nonce: crate::alert::Nonce::from_bytes([9; 16]),
            clips: Vec::new(),
        };
        let alert = world.homes[0].engine.sign(alert);
        let told = crate::street::StreetMessage::Tell(Item::Alert(alert));
        let frame = key.seal(street, &wire::to_cbor(&told));
        for home in [1, 2, ada] {
            let acceptance = world.overhear(home, topic.clone(), frame.clone());
            assert_ne!(acceptance, Acceptance::Accept);
            assert!(!titles(&world, home).contains(&"stolen".to_owned()));
        }
    }
    // It is told nothing, by nobody.
    let stolen = world.device(0);
    let home = world.homes[0].engine.state.streets[&street].id();
    assert_eq!(home, street);
    for other in [1, 2, ada] {
        let engine = &world.homes[other].engine;
        assert!(!engine.is_member(stolen) && !engine.may(stolen, Action::CatchUp));
        assert!(engine.epoch_parcel(street, stolen).is_none());
    }
}

#[test]
fn t11_a_device_that_was_removed_does_not_come_back_whatever_certificate_it_shows() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let ada = restored(&mut world);
    let first = world.homes[0].engine.me().cert.clone();
    remove(&mut world, ada, 0);
    let me = world.homes[ada].engine.me().card.clone();
    let later = root(1).certify(DeviceCert {
        serial: u32::MAX,
        ..first.statement().clone()
    });
    let stolen = world.device(0);
    for device in [first, later] {
        let request = ReturnRequest {
            card: me.clone(),
            device,
            addresses: Vec::new(),
            ended: Vec::new(),
        };
        let frame = wire::frame(Kind::Return, &request);
        let answer = world.request(1, stolen, Protocol::Join, frame).unwrap();
        assert_eq!(refusal(&answer), Refusal::NotMember);
    }
    let members = &world.homes[1].engine.state.streets[&world.street_id()].members;
    assert!(members.household_of(stolen).is_none());
}

#[test]
fn a_removed_device_that_hears_of_it_forgets_the_street() {
    let mut world = World::street(&["Ada", "Ben"]);
    let ada = restored(&mut world);
    world.come_back(0);
    remove(&mut world, ada, 0);
    assert!(world.homes[0].engine.streets().is_empty());
    assert_eq!(world.homes[ada].engine.streets().len(), 1);
    let street = world.come_home(0, 1);
    assert_eq!(street.unwrap_err(), Failure::Refused(Refusal::Card));
}

#[test]
fn whom_a_removed_device_vouched_for_stays_also_for_newcomers() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let ada = restored(&mut world);
    world.now = world.now.after(Duration::from_secs(60));
    remove(&mut world, ada, 0);
    let mut other = World::new(&["1", "2", "3", "4", "5", "6", "Dora"]);
    world.homes.push(other.homes.pop().unwrap());
    let dora = world.homes.len() - 1;
    let ticket = world.ticket(1);
    world
        .command(dora, Command::Join(Box::new(ticket)))
        .unwrap();
    assert_eq!(world.homes[dora].engine.members().len(), 4);
}

#[test]
fn a_home_that_was_away_learns_of_the_removal_before_it_takes_the_new_key() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let ada = restored(&mut world);
    world.go_offline(2);
    remove(&mut world, ada, 0);
    world.wait(Duration::from_secs(30));
    world.come_back(2);
    assert_eq!(epoch(&world, 2), epoch(&world, 1));
    assert!(!world.homes[2].engine.is_member(world.device(0)));
}

#[test]
fn an_epoch_that_calls_a_device_removed_which_is_not_is_refused() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let street = world.street_id();
    let key = crate::street::EpochKey::from_bytes([9; 32]);
    let notice = world.homes[1].engine.sign(EpochNotice {
        street,
        number: 2,
        commit: key.commit(),
        by: world.household(1),
        gone: Vec::new(),
        removed: vec![world.device(2)],
        issued: world.now,
    });
    let sealing = world.homes[0].engine.me().sealing.recipient();
    let parcel = crate::street::EpochParcel {
        notice,
        key: sealing.seal(key.expose()).unwrap(),
        reasons: Vec::new(),
    };
    let now = world.now;
    let taken = world.homes[0]
        .engine
        .take_epoch(street, parcel, now, &mut Vec::new());
    assert!(taken.is_none());
}

#[test]
fn what_a_removed_device_granted_is_served_no_more_and_only_its_root_can_remove_it() {
    let mut world = World::street(&["Ada", "Ben"]);
    let laptop = world.add_device(0, Roles::ALL, false);
    world.come_home(laptop, 0).unwrap();
    world.unlock(0);
    let (clip, _) = world.add_clip(0, b"film");
    let give = Command::Give {
        clip,
        to: world.household(1),
        purpose: Purpose::default(),
        until: None,
    };
    world.command(0, give).unwrap();
    let request = FetchRequest {
        right: world.homes[1].engine.fetch_plan(clip).unwrap().right,
        start: 0,
        end: 0,
    };
    let ben = world.device(1);
    let served = |world: &World, home: usize| {
        let engine = &world.homes[home].engine;
        engine
            .may_fetch(ben, &request, world.now)
            .map(|permit| permit.clip)
    };
    assert_eq!(served(&world, 0), Ok(clip));
    let foreign = root(2).certify(world.ending(laptop).statement().clone());
    let refused = world.command(0, Command::Certify(Box::new(foreign)));
    assert_eq!(refused.unwrap_err(), Failure::OtherRoot);
    let itself = Box::new(world.ending(0));
    let refused = world.command(0, Command::Certify(itself));
    assert_eq!(refused.unwrap_err(), Failure::OwnDevice);
    remove(&mut world, laptop, 0);
    assert_eq!(served(&world, 0), Err(Unserved::NotOurs));
}

#[test]
fn t11_a_device_without_the_role_alerts_and_grants_nothing() {
    let mut world = World::street(&["Ada", "Ben"]);
    let recorder = world.add_device(0, Roles::of(&[Role::Relay, Role::Record]), false);
    world.come_home(recorder, 1).unwrap();
    let street = world.street_id();
    let (clip, _) = world.add_clip(recorder, b"a film of a van");
    let clips = &world.homes[recorder].engine.state.clips;
    let manifest = clips[&clip].manifest.clone();
    let members = &world.homes[1].engine.state.streets[&street].members;
    let me = world.homes[recorder].engine.me();
    let leave = Leave {
        street,
        household: me.household(),
        issued: world.now,
    };
    let leave = Signed::sign(leave, &me.device);
    assert_eq!(members.speaker(&leave), Err(MemberError::Role));
    let ticket = FetchTicket {
        from: me.household(),
        to: world.household(1),
        clip,
        until: world.now,
        seq: 1,
    };
    let ticket = Signed::sign(ticket, &me.device);
    assert_eq!(members.speaker(&ticket), Err(MemberError::Role));
    assert!(members.speaker(&manifest).is_ok());
    assert!(
        world
            .command(recorder, Command::PostAlert(draft("mine")))
            .is_err()
    );
    assert!(titles(&world, 1).is_empty());
}

#[test]
fn a_household_with_eight_devices_that_lost_one_is_told_which_they_are_and_let_in_once_its_root_ended_one()
 {
    let mut world = World::street(&["Ada", "Ben"]);
    for _ in 1..DEVICES_PER_HOUSEHOLD {
        let device = world.add_device(0, Roles::ALL, false);
        world.come_home(device, 1).unwrap();
    }
    let lost = world.device(0);
    world.go_offline(0);
    let new = world.add_device(0, Roles::ALL, true);
    let refused = world.come_home(new, 1).unwrap_err();
    assert_eq!(refused, Failure::Crowded);
    let named: Vec<_> = world.homes[new].engine.devices();
    assert_eq!(named.len(), DEVICES_PER_HOUSEHOLD + 1);
    assert!(
        named
            .iter()
            .any(|view| view.cert.statement().device == lost)
    );
    // What it was told makes nobody a sibling.
    assert!(world.homes[new].engine.sibling(lost).is_none());

    remove(&mut world, new, 0);
    world.come_home(new, 1).unwrap();
    let street = world.street_id();
    let members = &world.homes[1].engine.state.streets[&street].members;
    assert_eq!(members.household_of(lost), None);
    let ada = world.household(new);
    assert_eq!(members.household_of(world.device(new)), Some(ada));
    assert_eq!(epoch(&world, 1), epoch(&world, new));
    post(&mut world, new, "restored");
    assert_eq!(titles(&world, 1), ["restored"]);
}

#[test]
fn who_comes_back_cannot_end_a_device_of_somebody_else_nor_call_one_ended_that_is_not() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let new = world.add_device(0, Roles::ALL, true);
    let ask = |world: &mut World, ended| {
        let me = world.homes[new].engine.me();
        let request = ReturnRequest {
            card: me.card.clone(),
            device: me.cert.clone(),
            addresses: Vec::new(),
            ended,
        };
        let from = world.device(new);
        let frame = wire::frame(Kind::Return, &request);
        world.request(1, from, Protocol::Join, frame).unwrap()
    };
    let live = world.homes[0].engine.me().cert.clone();
    for ended in [
        vec![world.ending(2)],
        vec![live],
        vec![world.ending(0); ENDED_SHOWN + 1],
    ] {
        let answer = ask(&mut world, ended);
        assert_eq!(refusal(&answer), Refusal::Card);
    }
    let members = &world.homes[1].engine.state.streets[&world.street_id()].members;
    assert!(members.household_of(world.device(2)).is_some());
}
