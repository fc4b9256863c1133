use super::super::*;
use super::world::World;
use crate::fetch::Right;
use crate::keeper::NoLease;
use crate::wire::limits::{LEAST_KEPT, LET_GO_AFTER};

pub(super) const ROOM: u64 = 10_000_000;
const DAY: Duration = Duration::from_secs(86_400);

/// Ada's clips are at Ben's.
fn kept() -> World {
    let mut world = World::street(&["Ada", "Ben"]);
    world.lease(1, 0, ROOM);
    world
}

fn state(world: &World, home: usize) -> KeeperState {
    world.homes[home].engine.keepers()[0].state
}

#[test]
fn a_clip_is_at_its_keeper_as_soon_as_it_is_sealed_also_while_the_home_is_locked() {
    let mut world = kept();
    let (clip, _) = world.add_clip(0, b"a film of a van");
    assert_eq!(world.kept_at(1, 0), [clip]);
    let view = &world.homes[0].engine.clips()[0];
    assert_eq!(view.keepers, [world.household(1)]);
    assert_eq!(state(&world, 0), KeeperState::Good);
}

#[test]
fn clips_from_before_the_lease_go_to_the_keeper_too() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"a film of a van");
    world.lease(1, 0, ROOM);
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn p4_what_a_keeper_has_opens_nothing_and_names_no_camera() {
    let mut world = kept();
    let (clip, _) = world.add_clip(0, b"film");
    let (label, sealed) = &world.disks.kept[&(1, world.household(0), clip)];
    let ben = world.homes[1].engine.me();
    let reading = world.homes[1].reading.parse().unwrap();
    assert!(label.open(&ben.sealing).is_err() && label.open(&reading).is_err());
    for seen in [label.as_bytes(), sealed] {
        assert!(!seen.windows(5).any(|window| window == b"Porch"));
    }
    let ada = world.homes[0].reading.parse().unwrap();
    assert_eq!(label.open(&ada).unwrap().camera.as_str(), "Porch");
}

#[test]
fn a_neighbour_leases_no_more_than_it_offers_and_nothing_before_it_does() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let refused = Err(Failure::NoLease(NoLease::NoRoom));
    let asked = |answer: Result<Answer, Failure>| answer.map(drop);
    assert_eq!(asked(world.ask_for_room(1, 0, 10)), refused);
    let offer = Command::Keeper(KeeperCommand::Offer(100));
    world.command(1, offer).unwrap();
    assert_eq!(asked(world.ask_for_room(1, 0, 101)), refused);
    assert_eq!(asked(world.ask_for_room(1, 0, 60)), Ok(()));
    assert_eq!(asked(world.ask_for_room(1, 2, 60)), refused, "40 are left");
    assert_eq!(asked(world.ask_for_room(1, 2, 40)), Ok(()));
    assert_eq!(asked(world.ask_for_room(1, 0, 50)), Ok(()), "it replaces");
    assert_eq!(world.homes[1].engine.room(), (100, 90));
    world.restart(1);
    assert_eq!(world.homes[1].engine.room(), (100, 90));
}

#[test]
fn a_full_lease_keeps_the_newest_clips_and_says_that_it_is_small() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut clips = Vec::new();
    for film in [b"one", b"two", b"six"] {
        world.now = world.now.after(Duration::from_secs(60));
        clips.push(world.add_clip(0, film));
    }
    world.lease(1, 0, 2 * LEAST_KEPT);
    let mut newest = [clips[1].0, clips[2].0];
    newest.sort();
    assert_eq!(world.kept_at(1, 0), newest);
    assert_eq!(state(&world, 0), KeeperState::Small);
    world.now = world.now.after(Duration::from_secs(60));
    let (last, _) = world.add_clip(0, b"ten");
    let mut newest = [clips[2].0, last];
    newest.sort();
    assert_eq!(world.homes[1].engine.keepers()[0].clips, 2);
    world.jump(LET_GO_AFTER);
    assert_eq!(world.kept_at(1, 0), newest);
}

#[test]
fn a_deleted_clip_is_deleted_at_its_keeper_also_when_that_comes_back_later() {
    let mut world = kept();
    let (first, _) = world.add_clip(0, b"one");
    let (second, _) = world.add_clip(0, b"two");
    world.command(0, Command::DeleteClip(first)).unwrap();
    world.jump(LET_GO_AFTER);
    assert_eq!(world.kept_at(1, 0), [second]);
    world.go_offline(1);
    world.command(0, Command::DeleteClip(second)).unwrap();
    world.restart(0);
    world.come_back(1);
    world.restart(1);
    world.jump(LET_GO_AFTER);
    assert!(world.kept_at(1, 0).is_empty());
    world.restart(1);
    assert!(world.kept_at(1, 0).is_empty());
}

#[test]
fn a_clip_that_is_over_by_age_goes_at_its_keeper_too_and_a_pinned_one_stays_before_newer_ones() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.lease(1, 0, LEAST_KEPT);
    let (first, _) = world.add_clip(0, b"one");
    let pinned = true;
    let pin = Command::Pin {
        clip: first,
        pinned,
    };
    world.command(0, pin).unwrap();
    world.now = world.now.after(Duration::from_secs(60));
    let (second, _) = world.add_clip(0, b"two");
    assert_eq!(world.kept_at(1, 0), [first]);
    let unpin = Command::Pin {
        clip: first,
        pinned: false,
    };
    world.command(0, unpin).unwrap();
    world.wait(Duration::from_secs(60));
    world.jump(LET_GO_AFTER);
    assert_eq!(world.kept_at(1, 0), [second]);
    let days = Some(1);
    let bytes = None;
    let retain = Command::Retain(Retention { days, bytes });
    world.command(0, retain).unwrap();
    world.jump(DAY * 2);
    world.jump(LET_GO_AFTER);
    assert!(world.kept_at(1, 0).is_empty());
}

#[test]
fn a_clip_that_was_cut_off_on_its_way_arrives_after_a_restart() {
    let mut world = kept();
    world.until_the_cut = 1;
    let (clip, _) = world.add_clip(0, b"film");
    assert!(world.kept_at(1, 0).is_empty());
    world.until_the_cut = usize::MAX;
    world.restart(1);
    assert_eq!(world.kept_at(1, 0), [clip]);
    assert_eq!(world.homes[0].engine.clips()[0].keepers.len(), 1);
}

#[test]
fn a_lease_ends_by_itself_and_the_keeper_deletes_what_it_kept() {
    let mut world = kept();
    world.add_clip(0, b"film");
    world.jump(DAY * 31);
    assert!(world.kept_at(1, 0).is_empty());
    for home in [0, 1] {
        assert!(world.homes[home].engine.keepers().is_empty());
        world.restart(home);
        assert!(world.homes[home].engine.keepers().is_empty());
    }
}

#[test]
fn either_side_can_end_a_lease_and_the_other_learns_of_it_when_it_is_back() {
    for ends in [0, 1] {
        let mut world = kept();
        world.add_clip(0, b"film");
        let other = 1 - ends;
        world.go_offline(other);
        let end = KeeperCommand::End(world.household(other));
        world.command(ends, Command::Keeper(end)).unwrap();
        assert!(world.homes[ends].engine.keepers().is_empty());
        world.restart(ends);
        world.come_back(other);
        world.jump(LET_GO_AFTER);
        assert!(world.homes[other].engine.keepers().is_empty());
        assert!(world.kept_at(1, 0).is_empty());
        let end = KeeperCommand::End(world.household(other));
        let again = world.command(ends, Command::Keeper(end)).unwrap_err();
        assert_eq!(again, Failure::Unknown("lease"));
    }
}

#[test]
fn a_keeper_that_leaves_the_street_keeps_nothing_and_is_no_keeper_any_more() {
    for leaves in [0, 1] {
        let mut world = kept();
        world.add_clip(0, b"film");
        world.command(leaves, Command::Leave(None)).unwrap();
        world.jump(LET_GO_AFTER);
        assert!(world.kept_at(1, 0).is_empty());
        for home in [0, 1] {
            assert!(world.homes[home].engine.keepers().is_empty());
        }
    }
}

#[test]
fn a_keeper_whose_disk_is_full_says_so_and_takes_the_clip_when_there_is_room() {
    let mut world = kept();
    world.disks.full.insert(1);
    let (clip, _) = world.add_clip(0, b"film");
    assert!(world.kept_at(1, 0).is_empty());
    assert_eq!(state(&world, 0), KeeperState::Full);
    world.disks.full.clear();
    world.go_offline(1);
    world.come_back(1);
    assert_eq!(world.kept_at(1, 0), [clip]);
    assert_eq!(state(&world, 0), KeeperState::Good);
}

#[test]
fn more_than_was_leased_is_not_kept_whatever_the_owner_says() {
    let mut world = kept();
    let owner = world.household(0);
    let clip = |n| ClipId::from_bytes([n; 32]);
    let keep = |n, sealed_len| crate::keeper::ToKeep {
        clip: clip(n),
        sealed_len,
    };
    let now = world.now;
    let clips = [
        keep(1, ROOM + 1),
        keep(2, 0),
        keep(3, ROOM / 2),
        keep(4, ROOM),
        keep(5, u64::MAX),
    ];
    let taken = world.homes[1]
        .engine
        .keep(owner, &clips, now, &mut Vec::new());
    use crate::keeper::Holding::{Coming, Full};
    assert_eq!(taken, [Full, Full, Coming, Full, Full]);
}

#[test]
fn a_keeper_gets_what_it_should_hold_and_nobody_else_gets_it() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.lease(1, 0, ROOM);
    let (clip, _) = world.add_clip(0, b"film");
    assert!(world.fetch(1, 0, Right::Keeper(clip)).is_ok());
    let cem = world.fetch(2, 0, Right::Keeper(clip));
    assert_eq!(cem, Err(Unserved::NoLease));
    assert!(world.fetch(0, 1, Right::Owner(clip)).is_ok());
    let cem = world.fetch(2, 1, Right::Owner(clip));
    assert_eq!(cem, Err(Unserved::NoLease));
    let other = ClipId::from_bytes([9; 32]);
    let ben = world.fetch(1, 0, Right::Keeper(other));
    assert_eq!(ben, Err(Unserved::NotHere));
}

#[test]
fn a_keeper_that_lost_a_clip_is_named_and_given_it_again() {
    let mut world = kept();
    let (clip, _) = world.add_clip(0, b"film");
    world.disks.kept.clear();
    let missing = KeeperNews::Missing {
        owner: world.household(0),
        clip,
    };
    world.until_the_cut = 0;
    world.give(1, Input::Keeper(missing));
    world.until_the_cut = usize::MAX;
    let check = KeeperCommand::Check(world.household(1));
    let found = world.command(0, Command::Keeper(check)).unwrap();
    assert!(matches!(
        found,
        Answer::Checked {
            finding: Finding::Lost,
            ..
        }
    ));
    assert_eq!(state(&world, 0), KeeperState::Lost);
    let fault = Event::KeeperFault {
        household: world.household(1),
        clip,
        finding: Finding::Lost,
    };
    assert!(world.homes[0].events.contains(&fault));
    world.go_offline(1);
    world.come_back(1);
    assert_eq!(world.kept_at(1, 0), [clip]);
    world.wait(Duration::from_secs(3_600));
    assert_eq!(state(&world, 0), KeeperState::Good);
}

#[test]
fn a_keeper_is_checked_again_and_again_and_one_that_lies_is_named_and_gets_no_more_clips() {
    let mut world = kept();
    let (clip, _) = world.add_clip(0, b"film");
    world.wait(Duration::from_secs(3_600));
    let first = world.homes[0].engine.keepers()[0].last_checked.unwrap();
    world.wait(Duration::from_secs(3_600));
    let second = world.homes[0].engine.keepers()[0].last_checked.unwrap();
    assert!(second > first);
    world.disks.liars.insert(1);
    world.wait(Duration::from_secs(3_600));
    assert_eq!(state(&world, 0), KeeperState::Lied);
    assert!(world.homes[0].engine.clips()[0].keepers.is_empty());
    world.restart(0);
    assert_eq!(state(&world, 0), KeeperState::Lied);
    world.add_clip(0, b"another");
    assert_eq!(world.kept_at(1, 0), [clip]);
}

#[test]
fn a_home_that_lost_everything_gets_its_clips_back_from_keepers() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.lease(1, 0, ROOM);
    let (clip, _) = world.add_clip(0, b"film");
    let of_the_street = |record: &Record| {
        !matches!(
            record,
            Record::Keeper(_) | Record::Clip(_) | Record::Ledger { .. }
        )
    };
    world.homes[0].records.retain(of_the_street);
    world.restart(0);
    assert!(world.homes[0].engine.clips().is_empty());
    assert_eq!(
        world.kept_at(1, 0),
        [clip],
        "nothing is dropped by forgetting"
    );

    let nothing = KeeperCommand::Recall(world.household(2));
    let nothing = world.command(0, Command::Keeper(nothing)).unwrap();
    assert!(matches!(nothing, Answer::Kept { kept, .. } if kept.is_empty()));
    let recall = KeeperCommand::Recall(world.household(1));
    let back = world.command(0, Command::Keeper(recall)).unwrap();
    let Answer::Kept { kept, .. } = back else {
        panic!("{back:?}")
    };
    assert_eq!(kept[0].clip, clip);
    let (label, _) = world.disks.kept[&(1, world.household(0), clip)].clone();
    let identity = None;
    let take = |label| KeeperCommand::TakeLabel { label, identity };
    world.unlock(0);
    world.command(0, Command::Keeper(take(label))).unwrap();
    assert_eq!(world.homes[0].engine.clips()[0].camera, "Porch");
    assert!(world.command(0, Command::Open(clip)).is_ok());
    world.go_offline(1);
    world.come_back(1);
    assert_eq!(world.kept_at(1, 0), [clip]);
    assert_eq!(world.homes[0].engine.clips()[0].keepers.len(), 1);
}

#[test]
fn a_label_that_a_keeper_made_up_is_not_taken() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(1, b"a film of Ben's");
    let mut label = world.homes[1].engine.state.clips[&clip].clone();
    let ada = world.homes[0].engine.me().owners();
    let rng = &mut ChaCha20Rng::from_seed([5; 32]);
    let (header, sealer) = crate::clip::Sealer::new(rng, &ada).unwrap();
    let sealed = sealer.finish(&mut Vec::new());
    let mut manifest = label.manifest.statement().clone();
    manifest.key_commit = sealed.key_commit;
    label.manifest = world.homes[1].engine.sign(manifest);
    label.header = header;
    let label = crate::keeper::SealedLabel::seal(&label, &ada).unwrap();
    world.unlock(0);
    let identity = None;
    let take = KeeperCommand::TakeLabel { label, identity };
    let refused = world.command(0, Command::Keeper(take)).unwrap_err();
    assert_eq!(refused, Failure::BadLabel);
}
