use std::time::Duration;

use minicbor::bytes::ByteVec;

use super::super::*;
use super::world::World;
use crate::approval::{Approved, Before, Decline, DeviceMessage, Want};
use crate::fetch::FetchRequest;
use crate::grant::{FetchTicket, Grant, Purpose};
use crate::identity::{Role, Roles};
use crate::ledger::{self, Act, EntryHash};
use crate::wire::limits::{DIRECT_FRAME, SHOWN_ENTRIES};
use crate::wire::{self, Kind};

/// Which home is who: a box that holds no reading key, a neighbour, and the laptop of the box's household.
pub(super) const BOX: usize = 0;
pub(super) const BEN: usize = 1;
pub(super) const LAPTOP: usize = 2;

pub(super) fn recorder() -> Roles {
    Roles::of(&[Role::Relay, Role::Record, Role::Alert])
}

/// A street of Ada and Ben, and Ada's laptop with a reading key of its own, to which the box seals from now on.
pub(super) fn with_laptop() -> World {
    let mut world = World::street(&["Ada", "Ben"]);
    let laptop = world.add_device(BOX, Roles::ALL, true);
    world.come_home(laptop, BOX).unwrap();
    world.heal();
    assert_eq!(laptop, LAPTOP);
    world
}

pub(super) fn give(world: &mut World, from: usize, clip: ClipId) -> Result<Answer, Failure> {
    let give = Command::Give {
        clip,
        to: world.household(BEN),
        purpose: Purpose::clean("You asked about the van").unwrap(),
        until: None,
    };
    world.command(from, give)
}

fn entries(world: &World, home: usize) -> Vec<ledger::Entry> {
    let records = world.homes[home].records.iter();
    let entries = records.filter_map(|record| match record {
        Record::Ledger { entry, .. } => Some(entry.clone()),
        _ => None,
    });
    entries.collect()
}

fn said(world: &World, home: usize, frame: &[u8]) -> DeviceMessage {
    let sealed: ByteVec = wire::unframe(Kind::Device, frame, DIRECT_FRAME).unwrap();
    let sealing = &world.homes[home].engine.me().sealing;
    wire::from_cbor(&sealing.open(&sealed, DIRECT_FRAME).unwrap()).unwrap()
}

fn frame(world: &World, to: usize, message: &DeviceMessage) -> Vec<u8> {
    let sealing = world.homes[to].engine.me().sealing.recipient();
    let sealed = sealing.seal(&wire::to_cbor(message)).unwrap();
    wire::frame(Kind::Device, &ByteVec::from(sealed))
}

fn want(clip: ClipId) -> DeviceMessage {
    DeviceMessage::Want(Want {
        clip,
        seq: 0,
        hash: EntryHash::START,
    })
}

#[test]
fn p7_what_the_laptop_grants_while_the_box_is_locked_stands_in_the_boxs_ledger_and_opens_for_its_recipient()
 {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"a film of a van");
    assert!(world.homes[BOX].engine.status(world.now).locked);
    assert_eq!(give(&mut world, BOX, clip).unwrap_err(), Failure::Locked);
    world.unlock(LAPTOP);
    let Answer::Grant { grant, seq } = give(&mut world, LAPTOP, clip).unwrap() else {
        panic!("no grant")
    };
    assert_eq!(seq, 1);
    let head = world.homes[BOX].engine.state.heads.last().unwrap();
    let verified = ledger::verify(&entries(&world, BOX), Some(head.statement()));
    assert_eq!(verified, Ok(1));
    let given = world.homes[BOX].engine.given();
    assert!(given[0].id == grant && given[0].delivered);
    let request = FetchRequest {
        right: world.homes[BEN].engine.fetch_plan(clip).unwrap().right,
        start: 0,
        end: 0,
    };
    let ben = world.device(BEN);
    assert!(
        world.homes[BOX]
            .engine
            .may_fetch(ben, &request, world.now)
            .is_ok()
    );
    world.unlock(BEN);
    assert!(world.command(BEN, Command::Open(clip)).is_ok());
    // The box itself never opened anything.
    assert!(world.homes[BOX].engine.status(world.now).locked);
    // A second one goes on from there, also after a restart of the box.
    let (second, _) = world.add_clip(BOX, b"another film");
    let Answer::Grant { seq, .. } = give(&mut world, LAPTOP, second).unwrap() else {
        panic!("no grant")
    };
    assert_eq!(seq, 2);
}

#[test]
fn a_locked_laptop_and_a_laptop_whose_box_is_away_grant_nothing_and_say_why() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    assert_eq!(give(&mut world, LAPTOP, clip).unwrap_err(), Failure::Locked);
    world.unlock(LAPTOP);
    world.until_the_cut = 0;
    assert_eq!(
        give(&mut world, LAPTOP, clip).unwrap_err(),
        Failure::DeviceAway
    );
    world.until_the_cut = usize::MAX;
    world.go_offline(BOX);
    let away = give(&mut world, LAPTOP, clip).unwrap_err();
    assert_eq!(away, Failure::Unknown("clip"));
    assert!(entries(&world, BOX).is_empty());
}

#[test]
fn nobody_but_an_own_device_with_the_role_to_grant_gets_an_answer() {
    let mut world = with_laptop();
    let camera = world.add_device(BOX, recorder(), false);
    world.come_home(camera, BOX).unwrap();
    let (clip, _) = world.add_clip(BOX, b"film");
    let asked = frame(&world, BOX, &want(clip));
    let ask = |world: &mut World, from: usize| {
        let from = world.device(from);
        world.request(BOX, from, Protocol::Device, asked.clone())
    };
    assert!(ask(&mut world, BEN).is_none(), "a neighbour");
    assert!(ask(&mut world, camera).is_none(), "a recorder");
    let answer = ask(&mut world, LAPTOP).unwrap();
    let DeviceMessage::Shown(shown) = said(&world, LAPTOP, &answer) else {
        panic!("nothing shown")
    };
    assert_eq!(shown.label.manifest.statement().clip, clip);
    assert!(shown.head.is_none() && shown.entries.is_empty());
    let ending = Box::new(world.ending(LAPTOP));
    world.command(BOX, Command::Certify(ending)).unwrap();
    assert!(
        ask(&mut world, LAPTOP).is_none(),
        "a device that was removed"
    );
}

#[test]
fn t11_a_grant_that_another_device_signed_or_for_other_keys_is_not_logged() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    world.unlock(LAPTOP);
    give(&mut world, LAPTOP, clip).unwrap();
    let parcel = world.homes[BOX].engine.state.given.values().next();
    let parcel = parcel.unwrap().parcel.clone();
    let (seq, prev) = world.homes[BOX].engine.next_entry();
    let grant = Grant {
        seq,
        prev,
        ..parcel.grant.statement().clone()
    };
    let ticket = FetchTicket {
        seq,
        ..parcel.ticket.statement().clone()
    };
    let hand_in = |world: &mut World, grant: Grant, by: usize| {
        let engine = &world.homes[by].engine;
        let approved = Approved {
            grant: engine.sign(grant),
            ticket: engine.sign(ticket.clone()),
        };
        let message = DeviceMessage::Approved(Box::new(approved));
        let frame = frame(world, BOX, &message);
        let laptop = world.device(LAPTOP);
        let answer = world.request(BOX, laptop, Protocol::Device, frame).unwrap();
        said(world, LAPTOP, &answer)
    };
    let refused = DeviceMessage::Declined(Decline::NotValid);
    // Signed by the box, which is the household's too, and by the neighbour, but handed in by the laptop.
    for by in [BOX, BEN] {
        assert_eq!(hand_in(&mut world, grant.clone(), by), refused);
    }
    let mut foreign = grant.clone();
    foreign.reading = world.homes[LAPTOP].engine.me().recovery.clone();
    assert_eq!(hand_in(&mut world, foreign, LAPTOP), refused);
    let mut forever = grant.clone();
    forever.until = world.now.after(Duration::from_secs(1_000 * 24 * 3600));
    assert_eq!(hand_in(&mut world, forever, LAPTOP), refused);
    let mut stale = grant.clone();
    stale.seq = 1;
    let answer = hand_in(&mut world, stale, LAPTOP);
    assert_eq!(answer, DeviceMessage::Declined(Decline::Stale));
    assert_eq!(entries(&world, BOX).len(), 1);
    assert_eq!(hand_in(&mut world, grant, LAPTOP), DeviceMessage::Logged);
    assert_eq!(entries(&world, BOX).len(), 2);
}

#[test]
fn a_ledger_that_lost_or_changed_an_entry_is_noticed_by_the_laptop_that_saw_it() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    world.unlock(LAPTOP);
    for _ in 0..2 {
        give(&mut world, LAPTOP, clip).unwrap();
    }
    // It saw the ledger when the second was granted: one entry. Now the box forgets both.
    world.homes[BOX]
        .records
        .retain(|record| !matches!(record, Record::Ledger { .. } | Record::Given(_)));
    world.restart(BOX);
    let refused = give(&mut world, LAPTOP, clip).unwrap_err();
    assert_eq!(refused, Failure::OtherLedger);
    let seen = world.homes[LAPTOP].engine.state.seen_ledgers.values();
    assert_eq!(seen.map(|head| head.statement().seq).max(), Some(1));
}

#[test]
fn a_ledger_of_thousands_of_entries_is_shown_in_several_answers_and_then_only_what_is_new() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    let many = u64::try_from(SHOWN_ENTRIES).unwrap() + 2;
    for _ in 0..many {
        let (now, act) = (world.now, Act::Open { clip });
        world.homes[BOX].engine.log(act, None, now, &mut Vec::new());
    }
    world.unlock(LAPTOP);
    let Answer::Grant { seq, .. } = give(&mut world, LAPTOP, clip).unwrap() else {
        panic!("no grant")
    };
    assert_eq!(seq, many + 1);
    let seen = world.homes[LAPTOP].engine.state.seen_ledgers.values();
    assert_eq!(seen.map(|head| head.statement().seq).max(), Some(many));
    assert!(give(&mut world, LAPTOP, clip).is_ok());
}

/// One of every message between two devices, as they make them, and a frame in which it is sealed.
pub(super) fn messages() -> Vec<(DeviceMessage, Vec<u8>)> {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    world.unlock(LAPTOP);
    for _ in 0..2 {
        give(&mut world, LAPTOP, clip).unwrap();
    }
    let given = world.homes[BOX].engine.state.given.values().next().unwrap();
    let approved = DeviceMessage::Approved(Box::new(Approved {
        grant: given.parcel.grant.clone(),
        ticket: given.parcel.ticket.clone(),
    }));
    let laptop = world.device(LAPTOP);
    let answer = |world: &mut World, message: &DeviceMessage| {
        let frame = frame(world, BOX, message);
        let answer = world.request(BOX, laptop, Protocol::Device, frame).unwrap();
        said(world, LAPTOP, &answer)
    };
    let shown = answer(&mut world, &want(clip));
    let declined = answer(&mut world, &approved);
    let list = DeviceMessage::List(None);
    let listed = answer(&mut world, &list);
    let before = DeviceMessage::List(Some(Before {
        recorded: world.now,
        clip,
    }));
    let messages = [
        want(clip),
        shown,
        approved,
        DeviceMessage::Logged,
        declined,
        list,
        before,
        listed,
    ];
    let sealed = messages.map(|message| {
        let frame = frame(&world, BOX, &message);
        (message, frame)
    });
    sealed.into()
}
