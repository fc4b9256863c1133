use super::*;
use crate::street::{AskAround, EpochKey, Overheard, StreetId, StreetMessage};
use crate::wire;

/// A bulletin that Ada heard while Ben was away.
fn said_while_away(homes: &[&str]) -> World {
    let mut world = World::street(homes);
    world.go_offline(1);
    let mut desk = desk(&["u33dc"], world.now);
    on_air(&mut world, 0, &mut desk, publish(fire("Smoke")));
    world.wait(HOUR);
    world
}

fn key(world: &World) -> (StreetId, EpochKey) {
    let epochs = world.homes[0].records.iter();
    let mut epochs = epochs.filter_map(|record| match record {
        Record::Epoch { notice, key, .. } => Some((notice.statement().street, key.clone())),
        _ => None,
    });
    epochs.next_back().unwrap()
}

/// Every message about bulletins that one home sent another under the street's seal.
fn exchanged(world: &World) -> Vec<StreetMessage> {
    let (street, key) = key(world);
    let opened = world.exchanged.iter();
    let opened = opened.filter_map(|frame| key.open(street, frame, usize::MAX).ok());
    let messages = opened.map(|bytes| wire::from_cbor(&bytes).unwrap());
    let about = messages.filter(|message| {
        matches!(
            message,
            StreetMessage::AskAround(_) | StreetMessage::Overheard(_)
        )
    });
    about.collect()
}

#[test]
fn a_home_that_was_away_hears_bulletins_as_soon_as_it_meets_a_neighbour() {
    let mut world = said_while_away(&["Ada", "Ben"]);
    world.come_back(1);
    assert_eq!(headlines(&world, 1), ["Smoke"]);
    // It holds what it was told, with the work that was done for it.
    world.restart(1);
    assert_eq!(headlines(&world, 1), ["Smoke"]);
    world.gossip.clear();
    world.wait(HOUR);
    assert!(world.gossip.iter().any(|(home, ..)| *home == 1));
}

#[test]
fn what_was_changed_and_taken_back_meanwhile_comes_too() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut desk = desk(&["u33dc"], world.now);
    let id = on_air(&mut world, 0, &mut desk, publish(fire("Smoke")));
    world.wait(HOUR);
    assert_eq!(headlines(&world, 1), ["Smoke"]);
    world.go_offline(1);
    on_air(&mut world, 0, &mut desk, DeskCommand::Cancel(id));
    world.come_back(1);
    let view = &shown(&world, 1)[0];
    assert_eq!((view.id, view.state), (id, State::Cancelled));
}

#[test]
fn a_home_that_was_away_tells_on_what_it_missed_unless_nobody_else_is_there() {
    for (homes, told) in [(&["Ada", "Ben"][..], false), (&["Ada", "Ben", "Cem"], true)] {
        let mut world = said_while_away(homes);
        if told {
            world.connect(1, 2);
        }
        world.gossip.clear();
        world.come_back(1);
        assert_eq!(headlines(&world, 1), ["Smoke"]);
        let said = world.gossip.iter();
        let open = said.filter(|(home, topic, _)| *home == 1 && *topic == open_topic());
        assert_eq!(open.count() > 0, told);
    }
}

#[test]
fn neighbours_are_asked_one_after_the_other_and_nobody_sends_what_another_did() {
    let mut world = said_while_away(&["Ada", "Ben", "Cem", "Dora"]);
    world.exchanged.clear();
    world.come_back(1);
    let told = exchanged(&world)
        .into_iter()
        .filter_map(|message| match message {
            StreetMessage::Overheard(told) => Some(told.len()),
            _ => None,
        });
    assert_eq!(told.sum::<usize>(), 2, "a publisher and its bulletin, once");
}

#[test]
fn a_home_that_listens_to_nothing_asks_nobody_and_hears_nothing() {
    let mut world = said_while_away(&["Ada", "Ben"]);
    world
        .command(1, Command::Listen(crate::open::Radius::Off))
        .unwrap();
    world.exchanged.clear();
    world.come_back(1);
    // Ada asks, and is told nothing.
    let nothing = StreetMessage::Overheard(vec![]);
    let exchanged = exchanged(&world);
    assert_eq!(exchanged.len(), 2, "{exchanged:?}");
    assert!(exchanged.contains(&nothing));
    assert!(headlines(&world, 1).is_empty());
}

#[test]
fn what_is_muted_is_asked_about_like_everything_else() {
    let questions = [false, true].map(|muted| {
        let mut world = World::street(&["Ada", "Ben"]);
        let mut desk = desk(&["u33dc"], world.now);
        on_air(&mut world, 0, &mut desk, publish(fire("Smoke")));
        world.wait(HOUR);
        if muted {
            let publisher = world.homes[1].engine.publishers(world.now)[0].id;
            let kind = Hush::Kind(Kind::Fire);
            for hush in [kind, Hush::Publisher(publisher)] {
                let hush = Command::Directory(DirectoryCommand::Hush(hush, true));
                world.command(1, hush).unwrap();
            }
        }
        world.go_offline(1);
        world.exchanged.clear();
        world.come_back(1);
        exchanged(&world)
    });
    let [open, muted] = questions;
    assert!(!open.is_empty());
    assert_eq!(open, muted);
}

#[test]
fn a_publisher_that_was_forgotten_does_not_come_back_by_a_neighbour() {
    let mut world = said_while_away(&["Ada", "Ben"]);
    world.come_back(1);
    let publisher = world.homes[1].engine.publishers(world.now)[0].id;
    let forget = Command::Directory(DirectoryCommand::Forget(publisher));
    world.command(1, forget).unwrap();
    world.go_offline(1);
    world.come_back(1);
    assert!(headlines(&world, 1).is_empty());
}

/// What Ben makes of an answer of Ada's with a changed program.
fn handed(world: &mut World, told: Vec<Overheard>) {
    let (street, key) = key(world);
    let device = world.device(0);
    let met = Input::Connected {
        device,
        address: None,
    };
    let now = world.now;
    let ben = &mut world.homes[1].engine;
    let _gone = ben.handle(Input::Disconnected { device }, now);
    let asked = ben.handle(met, now);
    let answers: Vec<_> = asked
        .into_iter()
        .filter_map(|output| match output {
            Output::Ask { ask, bytes, .. } => Some((ask, bytes)),
            _ => None,
        })
        .collect();
    for (ask, question) in answers {
        let opened = key.open(street, &question, usize::MAX).unwrap();
        if let StreetMessage::AskAround(_) = wire::from_cbor(&opened).unwrap() {
            let told = StreetMessage::Overheard(told.clone());
            let bytes = Some(key.seal(street, &wire::to_cbor(&told)));
            let outputs = ben.handle(Input::Answered { ask, bytes }, now);
            world.settle(1, outputs);
            return;
        }
    }
    panic!("Ben did not ask");
}

fn overheard(cell: &str, frame: &[u8]) -> Overheard {
    Overheard {
        cell: cell.parse().unwrap(),
        frame: frame.to_vec(),
    }
}

#[test]
fn a_neighbour_hands_on_nothing_that_could_not_be_said_on_the_topic() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut real = desk(&["u33dc"], world.now);
    let (_, frames) = said(&mut real, publish(fire("Smoke")), world.now);
    // Without its stamp, altered, on another topic, and what is no publisher's.
    let mut unstamped = frames[1].clone();
    unstamped[3] ^= 1;
    let mut altered = frames[1].clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let alert = super::super::in_the_open::shouted(1, &world);
    let stamp = crate::open::Stamp::find(&alert.to_bytes(), crate::open::STAMP_BITS);
    handed(
        &mut world,
        vec![
            overheard("u33dc", &frames[0]),
            overheard("u33dc", &unstamped),
            overheard("u33dc", &altered),
            overheard("u33dd", &frames[1]),
            overheard("u3", &frames[1]),
            overheard("u33dc", &alert.frame(stamp)),
        ],
    );
    assert!(headlines(&world, 1).is_empty());
    assert!(world.homes[1].engine.alerts(world.now).is_empty());
    handed(&mut world, vec![overheard("u33dc", &frames[1])]);
    assert_eq!(headlines(&world, 1), ["Smoke"]);
}

#[test]
fn however_much_a_neighbour_hands_on_a_publisher_keeps_to_its_room_and_its_rate() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut frames = Vec::new();
    let first = binding(&["u33dc"], world.now);
    let first = OpenStatement::Publisher(Box::new(Signed::sign(first, &super::key(9))));
    let mut stamped = |said: OpenStatement| {
        let stamp = crate::open::Stamp::find(&said.to_bytes(), crate::open::STAMP_BITS);
        frames.push(overheard("u33dc", &said.frame(stamp)));
    };
    stamped(first);
    for n in 0..40 {
        let mut said = bulletin(&world, &format!("Notice {n}"));
        // As if it had kept to its rate for a day.
        said.issued = world.now.before(Duration::from_secs(600 * n));
        said.expires = world.now.after(HOUR);
        let bulletin = Signed::sign(said, &super::key(9));
        stamped(OpenStatement::Bulletin(Box::new(Announced {
            bulletin,
            second: None,
        })));
    }
    handed(&mut world, frames);
    let held = headlines(&world, 1);
    assert_eq!(held.len(), wire::limits::UNCHECKED_PER_PUBLISHER);
    assert!(held.contains(&"Notice 0".to_owned()), "the newest stay");
}

#[test]
fn what_one_neighbour_hands_on_at_a_time_fits_into_one_message_and_the_rest_follows() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.go_offline(1);
    for seed in 20..40 {
        introduce(&mut world, seed, &["u33dc"], &format!("f{seed}.example")).unwrap();
        for n in 0..2 {
            let mut said = bulletin(&world, &format!("Notice {n} of {seed}"));
            said.text = crate::text::Prose::clean(&"火".repeat(2_000)).unwrap();
            said.instruction = crate::text::Prose::clean(&"火".repeat(1_000)).unwrap();
            announce(&mut world, seed, said).unwrap();
        }
    }
    stamp_everything(&mut world);
    world.exchanged.clear();
    world.come_back(1);
    let rounds = exchanged(&world);
    let most = rounds.iter().filter_map(|message| match message {
        StreetMessage::Overheard(told) => Some(told.iter().map(|o| o.frame.len()).sum::<usize>()),
        _ => None,
    });
    assert!(most.clone().max().unwrap() <= wire::limits::OVERHEARD_BYTES);
    assert!(
        most.filter(|bytes| *bytes > 0).count() > 1,
        "more than one round"
    );
    let held = |home: usize| world.homes[home].engine.bulletins(world.now).len();
    assert_eq!((held(0), held(1)), (40, 40));
}

/// Gives what Ada heard without a frame the stamps that it would have come with.
fn stamp_everything(world: &mut World) {
    let said = world.homes[0].engine.passed_on();
    for (_, said) in said {
        let stamp = crate::open::Stamp::find(&said.to_bytes(), crate::open::STAMP_BITS);
        let statement = said.id();
        let record = Record::Stamp { statement, stamp };
        let mut out = Vec::new();
        world.homes[0].engine.store(record, &mut out);
        world.settle(0, out);
    }
}

#[test]
fn a_stranger_who_asks_around_gets_no_answer_although_it_has_the_key() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut desk = desk(&["u33dc"], world.now);
    on_air(&mut world, 0, &mut desk, publish(fire("Smoke")));
    let (street, key) = key(&world);
    let question = StreetMessage::AskAround(AskAround {
        cells: vec!["u33dc".parse().unwrap()],
        have: vec![],
    });
    let frame = key.seal(street, &wire::to_cbor(&question));
    let (stranger, _) = super::super::world::me(77, "Agency");
    let (ben, agency) = (world.device(1), stranger.device_id());
    assert!(
        world
            .request(0, ben, Protocol::Street, frame.clone())
            .is_some()
    );
    assert!(world.request(0, agency, Protocol::Street, frame).is_none());
}
