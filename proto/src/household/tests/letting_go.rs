//! Whoever runs off with the box tells its keepers to delete.

use super::super::*;
use super::world::World;
use crate::fetch::Right;
use crate::grant::Purpose;
use crate::identity::Roles;
use crate::keeper::NoLease;
use crate::wire::limits::{LEAST_KEPT, LET_GO_AFTER, LET_GO_EARLY};

const MINUTE: Duration = Duration::from_secs(60);
/// Room for so many clips of the smallest size.
const fn room(clips: u64) -> u64 {
    clips * LEAST_KEPT
}

/// Ada's clip is at Ben's.
fn kept() -> (World, ClipId) {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.lease(1, 0, room(8));
    let (clip, _) = world.add_clip(0, b"the burglar");
    assert_eq!(world.kept_at(1, 0), [clip]);
    (world, clip)
}

fn delete(world: &mut World, clip: ClipId) {
    world.command(0, Command::DeleteClip(clip)).unwrap();
}

fn end(world: &mut World) {
    let end = KeeperCommand::End(world.household(1));
    world.command(0, Command::Keeper(end)).unwrap();
}

/// Ada's box is gone; a new one was made from her words and is back on the street. It does not know the old reading key.
fn restored(world: &mut World) -> usize {
    let ada = world.add_device(0, Roles::ALL, true);
    world.come_home(ada, 2).unwrap();
    world.go_offline(0);
    world.heal();
    ada
}

fn remove_the_box(world: &mut World, by: usize) {
    let ending = Box::new(world.ending(0));
    world.command(by, Command::Certify(ending)).unwrap();
}

fn recall(world: &mut World, to: usize) -> Vec<crate::keeper::KeptCopy> {
    let recall = KeeperCommand::Recall(world.household(1));
    match world.command(to, Command::Keeper(recall)).unwrap() {
        Answer::Kept { kept, .. } => kept,
        other => panic!("{other:?}"),
    }
}

/// Makes clips known again that came back from Ben, with the recovery key's stand-in: the box's old reading key.
fn take_labels(world: &mut World, to: usize) {
    let owner = world.household(0);
    let labels = world.disks.kept.iter();
    let labels = labels.filter(|((at, of, _), _)| (*at, *of) == (1, owner));
    let labels: Vec<_> = labels.map(|(_, (label, _))| label.clone()).collect();
    for label in labels {
        let identity = Some(Box::new(world.homes[0].reading.parse().unwrap()));
        let take = KeeperCommand::TakeLabel { label, identity };
        world.command(to, Command::Keeper(take)).unwrap();
    }
}

fn lease_here(world: &World) -> KeeperView {
    world.homes[1].engine.keepers()[0].clone()
}

#[test]
fn what_a_stolen_box_had_deleted_comes_back_to_the_household_that_was_restored_and_stays() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    end(&mut world);
    assert_eq!(lease_here(&world).state, KeeperState::Ending);
    assert_eq!(lease_here(&world).clips, 0);
    let since = world.now;
    world.restart(1);
    world.jump(LET_GO_AFTER / 2);
    let ada = restored(&mut world);
    let copies = recall(&mut world, ada);
    assert_eq!(copies[0].clip, clip);
    assert_eq!(copies[0].until, Some(since.after(LET_GO_AFTER)));
    assert_eq!(lease_here(&world).state, KeeperState::Good, "who else asks");
    take_labels(&mut world, ada);
    assert!(world.fetch(ada, 1, Right::Owner(clip)).is_ok());
    world.go_offline(1);
    world.come_back(1);
    assert_eq!(lease_here(&world).clips, 1);
    assert_eq!(world.homes[ada].engine.clips()[0].keepers.len(), 1);
    world.jump(LET_GO_AFTER);
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn what_a_device_had_deleted_is_kept_after_all_when_the_device_is_removed() {
    for ends in [false, true] {
        let (mut world, clip) = kept();
        delete(&mut world, clip);
        if ends {
            end(&mut world);
        }
        let ada = restored(&mut world);
        world.restart(1);
        assert_eq!(lease_here(&world).clips, 0);
        remove_the_box(&mut world, ada);
        assert_eq!(
            (lease_here(&world).clips, lease_here(&world).let_go),
            (1, None)
        );
        assert_eq!(lease_here(&world).state, KeeperState::Good);
        world.restart(1);
        world.jump(LET_GO_AFTER * 2);
        assert_eq!(world.kept_at(1, 0), [clip]);
        assert_eq!(recall(&mut world, ada)[0].until, None);
    }
}

#[test]
fn a_keeper_that_hears_of_the_removal_only_when_the_week_is_over_keeps_the_clip() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    let ada = restored(&mut world);
    world.go_offline(1);
    remove_the_box(&mut world, ada);
    world.jump(LET_GO_AFTER - MINUTE * 4);
    world.come_back(1);
    world.jump(MINUTE * 5);
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn what_nobody_saves_is_deleted_after_a_week_and_not_before() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    world.jump(LET_GO_AFTER - MINUTE * 3);
    assert_eq!(world.kept_at(1, 0), [clip]);
    let there = world.homes[0].engine.keepers()[0].let_go.unwrap();
    assert_eq!((there.clips, there.bytes > 0), (1, true));
    assert_eq!(lease_here(&world).let_go, Some(there), "both sides know");
    world.wait(MINUTE * 5);
    assert!(world.kept_at(1, 0).is_empty());
    // It hears so when it next happens to ask that neighbour.
    world.wait(MINUTE * 60);
    assert_eq!(world.homes[0].engine.keepers()[0].let_go, None);
    world.restart(1);
    assert!(world.homes[1].engine.kept_here().is_empty());
}

#[test]
fn what_waits_to_be_deleted_is_given_to_its_household_and_to_nobody_else() {
    let (mut world, clip) = kept();
    world.unlock(0);
    let give = Command::Give {
        clip,
        to: world.household(2),
        purpose: Purpose::default(),
        until: None,
    };
    world.command(0, give).unwrap();
    let right = world.homes[2].engine.fetch_plan(clip).unwrap().right;
    assert!(world.fetch(2, 1, right.clone()).is_ok());
    delete(&mut world, clip);
    assert_eq!(world.fetch(2, 1, right), Err(Unserved::NotHere));
    assert_eq!(
        world.fetch(2, 1, Right::Owner(clip)),
        Err(Unserved::NoLease)
    );
    assert!(world.fetch(0, 1, Right::Owner(clip)).is_ok());
}

#[test]
fn newer_clips_find_room_beside_what_waits_and_both_take_twice_the_lease_at_most() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.lease(1, 0, room(2));
    let mut clips = Vec::new();
    let mut add = |world: &mut World| {
        world.wait(MINUTE);
        let (clip, _) = world.add_clip(0, &[u8::try_from(clips.len()).unwrap(); 8]);
        clips.push(clip);
        clip
    };
    let first = add(&mut world);
    for _ in 0..3 {
        add(&mut world);
    }
    assert_eq!(world.kept_at(1, 0).len(), 4);
    assert_eq!(lease_here(&world).clips, 2, "the newest");
    // Whoever floods the lease pushes nothing out before a day is over.
    let flood = add(&mut world);
    assert!(!world.kept_at(1, 0).contains(&flood));
    assert_eq!(world.homes[0].engine.keepers()[0].state, KeeperState::Full);
    world.jump(LET_GO_EARLY - MINUTE * 20);
    assert!(world.kept_at(1, 0).contains(&first));
    world.wait(MINUTE * 50);
    let kept = world.kept_at(1, 0);
    assert!(kept.contains(&flood) && !kept.contains(&first));
    assert!(kept.len() <= 4);
}

#[test]
fn on_a_full_disk_what_waited_for_a_day_goes_first() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    world.disks.full.insert(1);
    world.add_clip(0, b"another");
    assert_eq!(world.kept_at(1, 0), [clip]);
    world.jump(LET_GO_EARLY);
    world.wait(MINUTE * 20);
    assert!(world.kept_at(1, 0).is_empty(), "there is room again");
}

#[test]
fn asking_anew_makes_a_lease_no_shorter_and_no_smaller_than_what_is_there() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    let before = lease_here(&world).until;
    let ask = |bytes, until| KeeperCommand::Ask {
        household: world.household(1),
        bytes,
        until,
    };
    let smaller = ask(room(1) - 1, before);
    let sooner = ask(room(8), world.now.after(MINUTE));
    let refused = world.command(0, Command::Keeper(smaller)).unwrap_err();
    assert_eq!(refused, Failure::NoLease(NoLease::HoldsMore));
    let answer = world.command(0, Command::Keeper(sooner)).unwrap();
    assert!(matches!(answer, Answer::Lease { until, .. } if until == before));
    assert_eq!(lease_here(&world).until, before);
    world.wait(MINUTE * 5);
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn a_lease_that_was_ended_goes_on_when_it_is_asked_for_anew_and_keeps_its_room_until_then() {
    let (mut world, _) = kept();
    let offer = KeeperCommand::Offer(room(8));
    world.command(1, Command::Keeper(offer)).unwrap();
    end(&mut world);
    let taken = world.ask_for_room(1, 2, room(1)).map(drop);
    assert_eq!(taken, Err(Failure::NoLease(NoLease::NoRoom)));
    world.ask_for_room(1, 0, room(8)).unwrap();
    assert_eq!(lease_here(&world).state, KeeperState::Good);
    assert_eq!(lease_here(&world).clips, 1, "the clip is wanted again");
    end(&mut world);
    world.jump(LET_GO_AFTER);
    assert!(world.homes[1].engine.keepers().is_empty());
    world.ask_for_room(1, 2, room(8)).unwrap();
}

#[test]
fn what_was_let_go_of_for_want_of_room_is_kept_again_without_being_fetched_again() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.lease(1, 0, room(1));
    let (first, _) = world.add_clip(0, b"one");
    world.wait(MINUTE);
    let (second, _) = world.add_clip(0, b"two");
    assert_eq!(world.kept_at(1, 0).len(), 2);
    world.until_the_cut = usize::MAX;
    world.disks.sealed.clear();
    let pinned = true;
    let pin = Command::Pin {
        clip: first,
        pinned,
    };
    world.command(0, pin).unwrap();
    world.wait(MINUTE * 20);
    let holds = |clip| {
        let clips = world.homes[0].engine.clips();
        let view = clips.into_iter().find(|view| view.manifest.clip == clip);
        !view.unwrap().keepers.is_empty()
    };
    assert!(holds(first) && !holds(second));
}

#[test]
fn a_household_that_was_made_to_leave_its_street_finds_its_clips_when_it_is_back() {
    let (mut world, clip) = kept();
    world.command(0, Command::Leave(None)).unwrap();
    assert_eq!(world.kept_at(1, 0), [clip]);
    assert_eq!(
        world.fetch(0, 1, Right::Owner(clip)),
        Err(Unserved::NoLease)
    );
    world.jump(LET_GO_AFTER / 2);
    let ticket = world.ticket(1);
    world.command(0, Command::Join(Box::new(ticket))).unwrap();
    world.restart(1);
    world.jump(LET_GO_AFTER);
    assert_eq!(recall(&mut world, 0)[0].until, None);
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn a_keeper_deletes_at_once_what_it_does_not_want_to_keep_itself() {
    let (mut world, clip) = kept();
    delete(&mut world, clip);
    let end = KeeperCommand::End(world.household(0));
    world.command(1, Command::Keeper(end)).unwrap();
    assert!(world.kept_at(1, 0).is_empty());
}
