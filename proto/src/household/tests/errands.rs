//! What is wanted of one neighbour, who may be away for a moment or for long.

use std::time::Duration;

use super::super::{
    Answer, AskRef, Command, CommandId, Failure, Finding, Input, KeeperCommand, Output,
};
use super::world::{World, connected};
use crate::clip::ClipId;
use crate::keeper::{Keeping, KeptCopy, Recalled};
use crate::street::StreetMessage;
use crate::wire::limits::KEPT_PER_MESSAGE;

const ROOM: u64 = 1_000_000_000;
const WANTS: [&str; 3] = ["room", "a proof", "what it keeps"];

/// Ben keeps a clip for Ada.
fn kept() -> World {
    let mut world = World::street(&["Ada", "Ben"]);
    world.lease(1, 0, ROOM);
    world.add_clip(0, b"film");
    world
}

fn wish(world: &World, want: &str) -> Command {
    let ben = world.household(1);
    Command::Keeper(match want {
        "room" => KeeperCommand::Ask {
            household: ben,
            bytes: ROOM,
            until: world.now.after(Duration::from_secs(86_400)),
        },
        "a proof" => KeeperCommand::Check(ben),
        _ => KeeperCommand::Recall(ben),
    })
}

fn has_all(answer: Option<Result<Answer, Failure>>) -> bool {
    match answer {
        Some(Ok(Answer::Lease { bytes, .. })) => bytes == ROOM,
        Some(Ok(Answer::Checked { finding, .. })) => finding == Finding::Proven,
        Some(Ok(Answer::Kept { kept, .. })) => kept.len() == 1,
        _ => false,
    }
}

#[test]
fn a_neighbour_that_comes_back_in_a_moment_is_asked_then() {
    for want in WANTS {
        let mut world = kept();
        world.go_offline(1);
        let wish = wish(&world, want);
        let command = world.begin(0, wish);
        world.wait(Duration::from_secs(10));
        assert!(!world.answers.contains_key(&command), "{want}");
        world.come_back(1);
        assert!(has_all(world.answers.remove(&command)), "{want}");
        world.wait(Duration::from_secs(10));
        assert!(!world.answers.contains_key(&command), "{want}, twice");
    }
}

#[test]
fn a_neighbour_that_does_not_come_is_given_up_and_nothing_is_pretended() {
    for want in WANTS {
        let mut world = kept();
        world.go_offline(1);
        let wish = wish(&world, want);
        let command = world.begin(0, wish);
        world.wait(Duration::from_secs(20));
        let answer = world.answers.remove(&command);
        assert!(
            matches!(answer, Some(Err(Failure::NeighbourAway))),
            "{want}: {answer:?}"
        );
    }
}

fn asks(outputs: &[Output]) -> Vec<AskRef> {
    let ask = |output: &Output| match output {
        Output::Ask { ask, .. } => Some(*ask),
        _ => None,
    };
    outputs.iter().filter_map(ask).collect()
}

#[test]
fn a_question_that_went_down_with_its_connection_is_asked_again_on_the_next() {
    for want in ["room", "what it keeps"] {
        let mut world = kept();
        let (ben, now, command) = (world.device(1), world.now, CommandId(7_000));
        let wish = wish(&world, want);
        let ada = &mut world.homes[0].engine;
        let outputs = ada.handle(Input::Command(command, wish), now);
        let lost = Input::Answered {
            ask: asks(&outputs)[0],
            bytes: None,
        };
        ada.handle(Input::Disconnected { device: ben }, now);
        let outputs = ada.handle(lost, now);
        assert!(asks(&outputs).is_empty(), "{want}: nobody is there");
        assert!(
            outputs
                .iter()
                .any(|output| matches!(output, Output::Dial { device, .. } if *device == ben)),
            "{want}: it is looked for"
        );
        let outputs = ada.handle(connected(ben), now);
        world.settle(0, outputs);
        assert!(has_all(world.answers.remove(&command)), "{want}");
    }
}

#[test]
fn a_neighbour_that_never_answers_is_given_up() {
    for want in WANTS {
        let mut world = kept();
        world.until_the_cut = 0;
        let wish = wish(&world, want);
        let answer = world.command(0, wish);
        let nothing = match answer {
            Err(Failure::NeighbourAway) => want == "room",
            // Whoever keeps nothing for somebody does not answer.
            Ok(Answer::Kept { ref kept, .. }) => kept.is_empty(),
            Ok(Answer::Checked { finding, .. }) => finding == Finding::Away,
            _ => false,
        };
        assert!(nothing, "{want}: {answer:?}");
    }
}

#[test]
fn a_keeper_that_says_without_end_what_it_keeps_is_cut_short() {
    let mut world = kept();
    let (ada, street, now) = (world.household(0), world.street_id(), world.now);
    let wish = wish(&world, "what it keeps");
    let ben = &world.homes[1].engine;
    let copy = KeptCopy {
        clip: ClipId::from_bytes([1; 32]),
        sealed_len: 1,
        until: None,
    };
    let page = Keeping::Recalled(Recalled {
        lease: ben.state.kept.owners[&ada].lease.clone(),
        kept: vec![copy; KEPT_PER_MESSAGE],
        head: None,
    });
    let rank = ben.current_rank(street).unwrap();
    let page = ben.seal_in(street, rank, &StreetMessage::Keeping(page));
    let engine = &mut world.homes[0].engine;
    let mut outputs = engine.handle(Input::Command(CommandId(7_000), wish), now);
    let mut pages = 0;
    while let Some(ask) = asks(&outputs).pop() {
        pages += 1;
        assert!(pages < 1_000, "it goes on for ever");
        let bytes = page.clone();
        outputs = engine.handle(Input::Answered { ask, bytes }, now);
    }
    let answered = |output: &Output| matches!(output, Output::Answer(_, Ok(Answer::Kept { .. })));
    assert!(outputs.iter().any(answered), "{outputs:?}");
}
