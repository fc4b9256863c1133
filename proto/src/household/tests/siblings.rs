use super::super::*;
use super::approving::{BEN, BOX, LAPTOP, give, recorder, with_laptop};
use crate::fetch::Right;
use crate::wire::limits::{LABELS_PER_MESSAGE, SHOWN_CLIPS};

fn look(world: &mut super::world::World, from: usize) -> Vec<ClipView> {
    world.command(from, Command::Look).unwrap();
    world.homes[from].engine.clips()
}

#[test]
fn a_laptop_lists_what_the_box_recorded_fetches_it_and_opens_it_under_an_entry_of_its_own() {
    let mut world = with_laptop();
    let (first, _) = world.add_clip(BOX, b"a film of a van");
    world.now = world.now.after(Duration::from_secs(60));
    let (second, _) = world.add_clip(BOX, b"a film of a cat");
    let listed = look(&mut world, LAPTOP);
    let ids: Vec<_> = listed.iter().map(|view| view.manifest.clip).collect();
    assert_eq!(ids, [second, first], "the newest first");
    let view = &listed[0];
    assert_eq!(
        (view.camera.as_str(), view.mine, view.here),
        ("Porch", true, false)
    );
    assert_eq!(view.recorder, Some(world.device(BOX)));

    let plan = world.homes[LAPTOP].engine.fetch_plan(first).unwrap();
    assert!(world.fetch(LAPTOP, BOX, plan.right).is_ok());
    world.command(LAPTOP, Command::ClipArrived(first)).unwrap();
    world.unlock(LAPTOP);
    world.go_offline(BOX);
    let opened = world.command(LAPTOP, Command::Open(first)).unwrap();
    assert!(matches!(opened, Answer::Key { seq: 1, .. }));
    assert_eq!(world.homes[BOX].engine.status(world.now).ledger_seq, 0);
    let exported = Command::Export {
        clip: first,
        leaving: Leaving::Film(None),
    };
    assert!(world.command(LAPTOP, exported).is_ok());
    let unfetched = world.command(LAPTOP, Command::Open(second)).unwrap_err();
    assert_eq!(unfetched, Failure::Unknown("clip"));
}

#[test]
fn a_copy_on_the_laptop_is_granted_through_the_box_all_the_same() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    look(&mut world, LAPTOP);
    world.command(LAPTOP, Command::ClipArrived(clip)).unwrap();
    world.unlock(LAPTOP);
    give(&mut world, LAPTOP, clip).unwrap();
    assert_eq!(world.homes[BOX].engine.given().len(), 1);
    assert!(world.homes[LAPTOP].engine.given().is_empty());
    assert_eq!(world.homes[BEN].engine.received().len(), 1);
    world.go_offline(BOX);
    let away = give(&mut world, LAPTOP, clip).unwrap_err();
    assert_eq!(away, Failure::DeviceAway);
}

#[test]
fn what_the_box_destroyed_is_listed_no_more_and_leaves_nothing_that_opens_it_on_the_laptop() {
    let mut world = with_laptop();
    let (kept, _) = world.add_clip(BOX, b"kept");
    let (clip, _) = world.add_clip(BOX, b"film");
    assert_eq!(look(&mut world, LAPTOP).len(), 2);
    let stored = |world: &super::world::World| {
        let records = world.homes[LAPTOP].records.iter();
        records
            .filter(|record| matches!(record, Record::Copied { .. }))
            .count()
    };
    assert_eq!(stored(&world), 0, "a list is not kept");
    world.command(BOX, Command::DeleteClip(clip)).unwrap();
    let left = look(&mut world, LAPTOP);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].manifest.clip, kept);
    let there = world
        .command(LAPTOP, Command::DeleteClip(kept))
        .unwrap_err();
    assert_eq!(there, Failure::OnOtherDevice);
    world.command(LAPTOP, Command::ClipArrived(kept)).unwrap();
    assert_eq!(stored(&world), 1);
    world.command(LAPTOP, Command::DeleteClip(kept)).unwrap();
    let view = &look(&mut world, LAPTOP)[0];
    assert!(!view.here, "the box still has it");
    assert_eq!(world.homes[BOX].engine.clips().len(), 1);
}

#[test]
fn p1_neighbours_recorders_and_removed_devices_get_neither_a_list_nor_a_clip() {
    let mut world = with_laptop();
    let camera = world.add_device(BOX, recorder(), false);
    world.come_home(camera, BOX).unwrap();
    world.heal();
    let (clip, _) = world.add_clip(BOX, b"film");
    assert_eq!(look(&mut world, LAPTOP).len(), 1);
    for other in [camera, BEN] {
        assert!(look(&mut world, other).is_empty());
        let got = world.fetch(other, BOX, Right::Device(clip));
        assert_eq!(got, Err(Unserved::OtherHousehold));
    }
    // Nor does a laptop with a changed program whose certificate does not say that it may grant.
    world.homes[camera].engine.me.cert = world.homes[LAPTOP].engine.me.cert.clone();
    assert!(look(&mut world, camera).is_empty());
    let ending = Box::new(world.ending(LAPTOP));
    world.command(BOX, Command::Certify(ending)).unwrap();
    let got = world.fetch(LAPTOP, BOX, Right::Device(clip));
    assert_eq!(got, Err(Unserved::OtherHousehold));
}

#[test]
fn a_long_list_comes_in_pieces_and_no_more_than_the_newest() {
    let mut world = with_laptop();
    let (clip, _) = world.add_clip(BOX, b"film");
    let label = world.homes[BOX].engine.state.clips[&clip].clone();
    let many = SHOWN_CLIPS + LABELS_PER_MESSAGE / 2;
    for number in 0..many {
        let mut label = label.clone();
        let mut manifest = label.manifest.statement().clone();
        let mut id = [0; 32];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        manifest.clip = ClipId::from_bytes(id);
        manifest.recorded = world.now.before(Duration::from_secs(number as u64 / 3));
        label.manifest = world.homes[BOX].engine.sign(manifest);
        world.homes[BOX].engine.state.apply(Record::Clip(label));
    }
    let listed = look(&mut world, LAPTOP);
    assert_eq!(listed.len(), SHOWN_CLIPS);
    let newest = world.homes[BOX].engine.clips();
    let newest: Vec<_> = newest.iter().map(|view| view.manifest.recorded).collect();
    let shown: Vec<_> = listed.iter().map(|view| view.manifest.recorded).collect();
    assert_eq!(shown, newest[..SHOWN_CLIPS]);
}

#[test]
fn a_box_that_goes_away_or_answers_nonsense_keeps_nobody_waiting() {
    let mut world = with_laptop();
    world.add_clip(BOX, b"film");
    world.until_the_cut = 0;
    assert!(look(&mut world, LAPTOP).is_empty());
    world.until_the_cut = usize::MAX;
    assert_eq!(look(&mut world, LAPTOP).len(), 1);
    world.go_offline(BOX);
    assert_eq!(look(&mut world, LAPTOP).len(), 1, "as it was last seen");
}
