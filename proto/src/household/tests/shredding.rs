use super::super::*;
use super::world::World;
use crate::grant::Purpose;

/// Ada made a clip and granted it to Ben.
fn granted() -> (World, ClipId) {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    world.unlock(0);
    let give = Command::Give {
        clip,
        to: world.household(1),
        purpose: Purpose::clean("You asked about the van").unwrap(),
        until: None,
    };
    world.command(0, give).unwrap();
    (world, clip)
}

#[test]
fn a_deleted_clip_is_gone_with_its_grants_and_is_served_to_nobody() {
    let (mut world, clip) = granted();
    let ticket = world.homes[0].engine.state.given.values().next();
    let request = crate::fetch::FetchRequest {
        right: crate::fetch::Right::Ticket(Box::new(ticket.unwrap().parcel.ticket.clone())),
        start: 0,
        end: 1,
    };
    let ben = world.device(1);
    let engine = &world.homes[0].engine;
    assert!(engine.may_fetch(ben, &request, world.now).is_ok());

    world.command(0, Command::DeleteClip(clip)).unwrap();
    let engine = &world.homes[0].engine;
    assert!(engine.may_fetch(ben, &request, world.now).is_err());
    assert!(engine.clips().is_empty() && engine.given().is_empty());
    assert_eq!(world.shredded, [clip]);
    let opened = world.command(0, Command::Open(clip)).unwrap_err();
    assert_eq!(opened, Failure::Unknown("clip"));
    let again = world.command(0, Command::DeleteClip(clip)).unwrap_err();
    assert_eq!(again, Failure::Unknown("clip"));
}

#[test]
fn the_ledger_still_tells_who_got_the_key_of_a_deleted_clip() {
    let (mut world, clip) = granted();
    let seq = world.homes[0].engine.status(world.now).ledger_seq;
    world.command(0, Command::DeleteClip(clip)).unwrap();
    assert_eq!(world.homes[0].engine.status(world.now).ledger_seq, seq);
    world.restart(0);
    assert_eq!(world.homes[0].engine.status(world.now).ledger_seq, seq);
}

#[test]
fn who_was_granted_a_clip_can_delete_his_copy_and_nobody_elses() {
    let (mut world, clip) = granted();
    world.command(1, Command::DeleteClip(clip)).unwrap();
    assert!(world.homes[1].engine.clips().is_empty());
    assert_eq!(world.homes[0].engine.clips().len(), 1);
    world.restart(1);
    assert!(world.homes[1].engine.clips().is_empty());
}

#[test]
fn files_that_a_broken_disk_kept_are_tried_again_at_the_next_start() {
    let (mut world, clip) = granted();
    world.broken_disk = true;
    let failed = world.command(0, Command::DeleteClip(clip)).unwrap_err();
    assert_eq!(failed, Failure::NotShredded);
    assert!(world.homes[0].engine.clips().is_empty(), "its key is gone");
    world.broken_disk = false;
    world.restart(0);
    world.restart(0);
    assert_eq!(
        world.shredded,
        [clip, clip],
        "and once it is done, never again"
    );
}
