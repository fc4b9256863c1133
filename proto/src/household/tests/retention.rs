use std::time::Duration;

use super::super::*;
use super::world::{START, World};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn clips(world: &World) -> Vec<ClipId> {
    let clips = world.homes[0].engine.clips();
    clips.iter().map(|view| view.manifest.clip).collect()
}

fn retain(world: &mut World, days: Option<u32>, bytes: Option<u64>) {
    let retention = Retention { days, bytes };
    world.command(0, Command::Retain(retention)).unwrap();
}

#[test]
fn clips_go_when_their_days_are_over_and_pinned_ones_stay() {
    let mut world = World::new(&["Ada"]);
    let (pinned, _) = world.add_clip(0, b"pinned");
    let (old, _) = world.add_clip(0, b"old");
    let clip = pinned;
    world
        .command(0, Command::Pin { clip, pinned: true })
        .unwrap();
    world.wait(3 * DAY);
    let (young, _) = world.add_clip(0, b"young");
    assert_eq!(clips(&world).len(), 3, "nothing goes unasked");
    retain(&mut world, Some(4), None);
    assert_eq!(clips(&world).len(), 3);
    let view = world.homes[0].engine.clips();
    let end = |clip| view.iter().find(|v| v.manifest.clip == clip).unwrap().until;
    assert_eq!(end(old), Some(START.after(4 * DAY)));
    assert_eq!(end(pinned), None);

    world.wait(DAY + Duration::from_secs(60));
    assert_eq!(clips(&world), [young, pinned]);
    assert_eq!(world.shredded, [old]);
    world.restart(0);
    assert_eq!(clips(&world), [young, pinned]);
    world
        .command(
            0,
            Command::Pin {
                clip,
                pinned: false,
            },
        )
        .unwrap();
    world.wait(Duration::from_secs(60));
    assert_eq!(clips(&world), [young]);
}

#[test]
fn the_oldest_clips_make_room_when_all_are_more_than_was_said() {
    let mut world = World::new(&["Ada"]);
    let mut made = Vec::new();
    for n in 0..5 {
        let (clip, sealed) = world.add_clip(0, &[n; 1_000]);
        made.push((clip, sealed.len() as u64));
        world.wait(Duration::from_secs(60));
    }
    let len = made[0].1;
    let clip = made[1].0;
    world
        .command(0, Command::Pin { clip, pinned: true })
        .unwrap();
    retain(&mut world, None, Some(3 * len));
    assert_eq!(clips(&world), [made[4].0, made[3].0, made[1].0]);
    retain(&mut world, None, Some(0));
    assert_eq!(clips(&world), [made[1].0], "it was pinned");
    let unknown = Command::Pin {
        clip: made[0].0,
        pinned: true,
    };
    assert!(world.command(0, unknown).is_err());
}

#[test]
fn how_long_clips_stay_is_read_back_as_it_was_written() {
    for (days, bytes) in [
        (None, None),
        (Some(14), None),
        (None, Some(7)),
        (Some(1), Some(u64::MAX)),
    ] {
        let retention = Retention { days, bytes };
        assert_eq!(retention.to_string().parse(), Ok(retention));
    }
    assert!("14".parse::<Retention>().is_err());
    assert!("a b".parse::<Retention>().is_err());
}
