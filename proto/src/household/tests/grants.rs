use std::time::Duration;

use super::super::*;
use super::world::World;
use crate::clip::{NONCE_LEN, Opener};
use crate::fetch::{FetchRequest, Right};
use crate::grant::{FetchTicket, Parcel, Purpose};
use crate::ledger;
use crate::recipient::Identity;
use crate::signed::Signed;

fn grant(world: &mut World, clip: ClipId) -> StatementId {
    world.unlock(0);
    let to = world.household(1);
    let purpose = Purpose::clean("You asked about the van").unwrap();
    let given = world
        .command(
            0,
            Command::Give {
                clip,
                to,
                purpose,
                until: None,
            },
        )
        .unwrap();
    let Answer::Grant { grant, .. } = given else {
        panic!("{given:?}")
    };
    grant
}

fn fetch_request(world: &World, home: usize, clip: ClipId) -> FetchRequest {
    FetchRequest {
        right: world.homes[home].engine.fetch_plan(clip).unwrap().right,
        start: 0,
        end: 1,
    }
}

fn ticket_in(request: &FetchRequest) -> &Signed<FetchTicket> {
    match &request.right {
        Right::Ticket(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_granted_clip_opens_for_its_recipient_and_is_the_same_film() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, sealed) = world.add_clip(0, b"a film of a van");
    grant(&mut world, clip);
    world.unlock(1);
    let opened = world.command(1, Command::Open(clip)).unwrap();
    let Answer::Key { key, manifest, .. } = opened else {
        panic!("{opened:?}")
    };
    let said = manifest.statement();
    let nonce = sealed.first_chunk::<NONCE_LEN>().unwrap();
    let opener = Opener::new(&key, &said.key_commit, said.sealed_len, nonce).unwrap();
    let mut film = Vec::new();
    opener
        .open_chunks(0..opener.layout().chunks(), &sealed[NONCE_LEN..], &mut film)
        .unwrap();
    assert_eq!(film, b"a film of a van");
}

#[test]
fn p2_a_grant_for_one_neighbour_is_nothing_to_another() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    world.unlock(2);
    assert_eq!(
        world.command(2, Command::Open(clip)).unwrap_err(),
        Failure::Unknown("clip")
    );
    let request = fetch_request(&world, 1, clip);
    let (ben, cem) = (world.device(1), world.device(2));
    let ada = &world.homes[0].engine;
    assert!(ada.may_fetch(ben, &request, world.now).is_ok());
    assert_eq!(
        ada.may_fetch(cem, &request, world.now),
        Err(Unserved::OtherHousehold)
    );
}

#[test]
fn p2_a_grant_cannot_be_passed_on() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    world.unlock(1);
    let to = world.household(2);
    let passed = world.command(
        1,
        Command::Give {
            clip,
            to,
            purpose: Purpose::default(),
            until: None,
        },
    );
    assert_eq!(passed.unwrap_err(), Failure::NotOurs);
    assert_eq!(
        world
            .command(
                1,
                Command::Export {
                    clip,
                    leaving: Leaving::Film(None)
                }
            )
            .unwrap_err(),
        Failure::NotOurs
    );
}

#[test]
fn p4_a_locked_home_records_but_opens_and_grants_nothing() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    let to = world.household(1);
    let give = Command::Give {
        clip,
        to,
        purpose: Purpose::default(),
        until: None,
    };
    assert_eq!(world.command(0, give).unwrap_err(), Failure::Locked);
    assert_eq!(
        world.command(0, Command::Open(clip)).unwrap_err(),
        Failure::Locked
    );
    assert_eq!(
        world
            .command(
                0,
                Command::Export {
                    clip,
                    leaving: Leaving::Film(None)
                }
            )
            .unwrap_err(),
        Failure::Locked
    );
    assert_eq!(world.homes[0].engine.status(world.now).ledger_seq, 0);
}

#[test]
fn p7_every_key_that_leaves_has_an_entry_before_it_and_the_ledger_verifies() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    let grant = grant(&mut world, clip);
    world.command(0, Command::Open(clip)).unwrap();
    world
        .command(
            0,
            Command::Export {
                clip,
                leaving: Leaving::Film(None),
            },
        )
        .unwrap();
    world.command(0, Command::Stop(grant)).unwrap();
    let kept = world.homes[0]
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Ledger { entry, head } => Some((entry.clone(), head.clone())),
            _ => None,
        });
    let (entries, heads): (Vec<_>, Vec<_>) = kept.unzip();
    let words: Vec<_> = entries.iter().map(|e| e.act.word()).collect();
    assert_eq!(words, ["grant", "open", "export-plain", "stop"]);
    assert_eq!(
        ledger::verify(&entries, heads.last().map(Signed::statement)),
        Ok(4)
    );

    // In the batch, the entry stands before the key.
    let outputs = world.homes[0].engine.handle(
        Input::Command(CommandId(9_999), Command::Open(clip)),
        world.now,
    );
    let entry = outputs
        .iter()
        .position(|o| matches!(o, Output::Store(r) if matches!(**r, Record::Ledger { .. })));
    let key = outputs
        .iter()
        .position(|o| matches!(o, Output::Answer(_, Ok(Answer::Key { .. }))));
    assert!(entry.unwrap() < key.unwrap());
}

#[test]
fn a_stopped_or_finished_grant_is_not_served() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    let grant = grant(&mut world, clip);
    let (request, ben) = (fetch_request(&world, 1, clip), world.device(1));
    let later = world.now.after(Duration::from_secs(400 * 86_400));
    assert_eq!(
        world.homes[0].engine.may_fetch(ben, &request, later),
        Err(Unserved::Over)
    );
    world.command(0, Command::Stop(grant)).unwrap();
    assert_eq!(
        world.homes[0].engine.may_fetch(ben, &request, world.now),
        Err(Unserved::Over)
    );
    assert_eq!(
        world.command(0, Command::Stop(grant)).unwrap_err(),
        Failure::AlreadyStopped
    );
}

#[test]
fn a_ticket_that_is_not_in_the_ledger_is_not_served_although_it_is_well_signed() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    let mut request = fetch_request(&world, 1, clip);
    let mut said = ticket_in(&request).statement().clone();
    said.until = said.until.after(Duration::from_secs(1));
    request.right = Right::Ticket(Box::new(world.homes[0].engine.sign(said)));
    let ben = world.device(1);
    assert_eq!(
        world.homes[0].engine.may_fetch(ben, &request, world.now),
        Err(Unserved::NotInLedger)
    );
    let forged = ticket_in(&request).statement().clone();
    request.right = Right::Ticket(Box::new(world.homes[1].engine.sign(forged)));
    assert_eq!(
        world.homes[0].engine.may_fetch(ben, &request, world.now),
        Err(Unserved::NotOurs)
    );
}

#[test]
fn a_grant_given_while_the_neighbour_was_away_arrives_when_it_is_back_also_after_a_restart() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    assert!(world.homes[1].engine.received().is_empty());
    assert_eq!(world.homes[0].engine.status(world.now).queued, 1);
    world.restart(0);
    world.come_back(1);
    assert_eq!(world.homes[1].engine.received().len(), 1);
    assert_eq!(world.homes[0].engine.status(world.now).queued, 0);
}

#[test]
fn p2_a_grant_whose_header_has_two_recipients_or_other_bytes_is_refused_on_decode() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    let parcel = world.homes[0]
        .records
        .iter()
        .find_map(|record| match record {
            Record::Given(parcel) => Some(parcel.clone()),
            _ => None,
        });
    let bytes = crate::wire::to_cbor(&parcel.unwrap());
    assert!(crate::wire::from_cbor::<Parcel>(&bytes).is_ok());
    for at in (0..bytes.len()).step_by(3) {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert!(
            crate::wire::from_cbor::<Parcel>(&altered).is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn a_locked_key_stays_locked_and_a_foreign_one_is_refused() {
    let mut world = World::street(&["Ada", "Ben"]);
    let foreign: Identity = world.homes[1].reading.parse().unwrap();
    let unlock = |keys: Identity, idle| Command::Unlock {
        keys: keys.into(),
        idle,
    };
    assert_eq!(
        world
            .command(0, unlock(foreign, Household::AUTO_LOCK))
            .unwrap_err(),
        Failure::OtherReadingKey
    );
    for idle in [Duration::ZERO, Duration::from_secs(25 * 3600)] {
        let own: Identity = world.homes[0].reading.parse().unwrap();
        let refused = world.command(0, unlock(own, idle)).unwrap_err();
        assert_eq!(refused, Failure::BadIdle);
    }
    world.unlock(0);
    assert!(!world.homes[0].engine.status(world.now).locked);
    world.give(0, Input::Due(Timer::AutoLock));
    assert!(world.homes[0].engine.status(world.now).locked);
    // It stays as long as was said, counted from the last use.
    let own: Identity = world.homes[0].reading.parse().unwrap();
    let hour = Duration::from_secs(3600);
    world.command(0, unlock(own, hour)).unwrap();
    let (clip, _) = world.add_clip(0, b"film");
    world.wait(hour / 2);
    world.command(0, Command::Open(clip)).unwrap();
    world.wait(hour - Duration::from_secs(1));
    assert!(!world.homes[0].engine.status(world.now).locked);
    world.wait(Duration::from_secs(1));
    assert!(world.homes[0].engine.status(world.now).locked);
}
