use std::time::Duration;

use super::super::*;
use super::world::{World, connected};
use crate::street::{Refusal, Ticket, TicketError};
use crate::wire::Kind;
use crate::wire::limits::JOIN_FRAME;

#[test]
fn a_ticket_brings_a_household_in_and_both_know_each_other() {
    let world = World::street(&["Ada", "Ben"]);
    for home in &world.homes {
        let members = home.engine.members();
        assert_eq!(members.len(), 2);
        assert_eq!(home.engine.status(world.now).neighbours_connected, 1);
    }
    let ben = world.homes[0]
        .engine
        .members()
        .into_iter()
        .find(|m| !m.me)
        .unwrap();
    assert_eq!(ben.vouches, vec![world.household(0)]);
}

#[test]
fn a_third_household_is_known_to_those_who_did_not_invite_it() {
    let world = World::street(&["Ada", "Ben", "Cem"]);
    assert!(
        world.homes[1]
            .engine
            .members()
            .iter()
            .any(|m| m.household == world.household(2))
    );
}

#[test]
fn a_ticket_is_good_once() {
    let mut world = World::new(&["Ada", "Ben", "Cem"]);
    let (name, cell) = (
        crate::identity::Name::clean("Maple Street").unwrap(),
        "u33dc1".parse().unwrap(),
    );
    world
        .command(
            0,
            Command::FoundStreet {
                name,
                cell,
                urgent_per_hour: 6,
            },
        )
        .unwrap();
    let ticket = world.ticket(0);
    world
        .command(1, Command::Join(Box::new(ticket.clone())))
        .unwrap();
    let again = world.command(2, Command::Join(Box::new(ticket)));
    assert_eq!(again.unwrap_err(), Failure::Refused(Refusal::NotValid));
}

#[test]
fn an_expired_ticket_is_refused_on_both_sides() {
    let mut world = World::street(&["Ada", "Ben"]);
    let ticket = world.ticket(0);
    world.now = ticket.expires;
    let late = world.command(1, Command::Join(Box::new(ticket)));
    assert_eq!(late.unwrap_err(), Failure::Ticket(TicketError::Expired));
}

#[test]
fn a_proof_made_for_one_connection_is_worth_nothing_on_another() {
    let mut world = World::new(&["Ada", "Ben", "Eve"]);
    let (name, cell) = (
        crate::identity::Name::clean("Maple Street").unwrap(),
        "u33dc1".parse().unwrap(),
    );
    world
        .command(
            0,
            Command::FoundStreet {
                name,
                cell,
                urgent_per_hour: 6,
            },
        )
        .unwrap();
    let ticket = world.ticket(0);
    let (ada, ben, eve) = (world.device(0), world.device(1), world.device(2));
    let me = world.homes[2].engine.me();
    let stolen = crate::street::JoinRequest {
        ticket: ticket.secret.id(),
        proof: ticket.secret.key().proof(ben, ada),
        card: me.card.clone(),
        device: me.cert.clone(),
        addresses: vec![],
    };
    let answer = world
        .request(
            0,
            eve,
            Protocol::Join,
            crate::wire::frame(Kind::Join, &stolen),
        )
        .unwrap();
    assert_eq!(
        crate::wire::unframe::<Refusal>(Kind::Refused, &answer, JOIN_FRAME),
        Ok(Refusal::NotValid)
    );
    assert_eq!(world.homes[0].engine.members().len(), 1);
}

#[test]
fn a_stranger_who_is_not_invited_gets_no_answer_on_the_street_protocol() {
    let mut world = World::street(&["Ada", "Ben", "Eve"]);
    let eve = super::world::me(77, "Eve's other box").0.device_id();
    let frame = vec![1, 1, 0x58, 3, 1, 2, 3];
    assert_eq!(world.request(0, eve, Protocol::Street, frame), None);
}

#[test]
fn a_home_still_knows_its_neighbours_after_a_restart() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.restart(0);
    world.restart(1);
    for home in &world.homes {
        assert_eq!(home.engine.members().len(), 2);
        assert_eq!(home.engine.status(world.now).neighbours_connected, 1);
    }
}

#[test]
fn a_ticket_survives_paper_and_a_garbled_one_is_noticed() {
    let mut world = World::street(&["Ada", "Ben"]);
    let ticket = world.ticket(0);
    let text = ticket.to_string();
    assert_eq!(
        text.to_uppercase()
            .replace("STREETLAMP:", "streetlamp:")
            .parse::<Ticket>()
            .unwrap(),
        ticket
    );
    let mut wrapped = text.clone();
    wrapped.insert_str(40, "\n  ");
    assert_eq!(wrapped.parse::<Ticket>().unwrap(), ticket);
    for (at, letter) in text.char_indices().skip(11) {
        let other = if letter == 'a' { "b" } else { "a" };
        let mut garbled = text.clone();
        garbled.replace_range(at..=at, other);
        assert!(garbled.parse::<Ticket>().is_err(), "letter {at}");
    }
    assert_eq!(
        text[..text.len() - 8].parse::<Ticket>(),
        Err(TicketError::Garbled)
    );
    assert_eq!("hello".parse::<Ticket>(), Err(TicketError::NotATicket));
}

#[test]
fn a_ticket_can_not_be_good_for_years() {
    let mut world = World::street(&["Ada", "Ben"]);
    let life = Duration::from_secs(10 * 365 * 86_400);
    let Answer::Ticket(ticket) = world
        .command(0, Command::Invite { street: None, life })
        .unwrap()
    else {
        panic!()
    };
    assert!(ticket.expires.since(world.now) <= crate::wire::limits::TICKET_LIFE);
}

#[test]
fn as_long_as_a_ticket_is_open_somebody_may_come_through_a_neighbour() {
    let mut world = World::street(&["Ada", "Ben"]);
    let (ada, now) = (&mut world.homes[0].engine, world.now);
    let inviting = |outputs: &[Output]| {
        let said = |output: &Output| match output {
            Output::Inviting(inviting) => Some(*inviting),
            _ => None,
        };
        outputs.iter().find_map(said)
    };
    let life = Duration::from_secs(3600);
    let invite = Command::Invite { street: None, life };
    let outputs = ada.handle(Input::Command(CommandId(7_000), invite), now);
    assert_eq!(inviting(&outputs), Some(true));
    assert_eq!(inviting(&ada.handle(Input::Started, now)), Some(true));
    let outputs = ada.handle(Input::Due(Timer::Sweep), now.after(life));
    assert_eq!(inviting(&outputs), Some(false));
}

#[test]
fn whoever_enters_tries_the_door_again_when_somebody_else_was_reached_through_whom_it_may_lead() {
    let mut world = World::new(&["Ada", "Ben", "Cem"]);
    world.found("Maple Street");
    let ticket = Box::new(world.ticket(0));
    let (ada, ben, now) = (world.device(0), world.device(1), world.now);
    let cem = &mut world.homes[2].engine;
    let knocks = |outputs: &[Output]| {
        let dialled =
            |output: &Output| matches!(output, Output::Dial { device, .. } if *device == ada);
        outputs.iter().any(dialled)
    };
    assert!(
        !knocks(&cem.handle(connected(ben), now)),
        "it wants in nowhere"
    );
    cem.handle(Input::Disconnected { device: ben }, now);
    cem.handle(Input::Command(CommandId(7_000), Command::Join(ticket)), now);
    assert!(knocks(&cem.handle(connected(ben), now)));
    cem.handle(connected(ada), now);
    cem.handle(Input::Disconnected { device: ben }, now);
    assert!(!knocks(&cem.handle(connected(ben), now)), "it has asked");
}

/// Ben's questions to get in.
fn asks(outputs: &[Output]) -> Vec<(AskRef, Vec<u8>)> {
    let ask = |output: &Output| match output {
        Output::Ask { ask, bytes, .. } => Some((*ask, bytes.clone())),
        _ => None,
    };
    outputs.iter().filter_map(ask).collect()
}

#[test]
fn whoever_enters_asks_again_when_the_connection_ends_before_the_answer_even_if_it_was_let_in() {
    for let_in in [false, true] {
        let mut world = World::new(&["Ada", "Ben"]);
        world.found("Maple Street");
        let ticket = Box::new(world.ticket(0));
        let (ada, ben, now) = (world.device(0), world.device(1), world.now);
        let entering = &mut world.homes[1].engine;
        entering.handle(Input::Command(CommandId(7_000), Command::Join(ticket)), now);
        let first = asks(&entering.handle(connected(ada), now));
        if let_in {
            let asked = Input::Asked {
                from: ben,
                request: RequestRef(7_000),
                protocol: Protocol::Join,
                bytes: first[0].1.clone(),
            };
            world.homes[0].engine.handle(asked, now);
        }
        let lost = Input::Answered {
            ask: first[0].0,
            bytes: None,
        };
        let entering = &mut world.homes[1].engine;
        entering.handle(Input::Disconnected { device: ada }, now);
        assert!(
            asks(&entering.handle(lost, now)).is_empty(),
            "nobody is there"
        );
        let outputs = entering.handle(connected(ada), now);
        world.settle(1, outputs);
        let answer = world.answers.remove(&CommandId(7_000));
        assert!(
            matches!(answer, Some(Ok(Answer::Street { .. }))),
            "{answer:?}"
        );
    }
}

#[test]
fn whoever_gets_no_answer_over_and_over_gives_up() {
    let mut world = World::new(&["Ada", "Ben"]);
    world.found("Maple Street");
    let ticket = Box::new(world.ticket(0));
    let (ada, now) = (world.device(0), world.now);
    let ben = &mut world.homes[1].engine;
    ben.handle(Input::Command(CommandId(7_000), Command::Join(ticket)), now);
    let mut outputs = ben.handle(connected(ada), now);
    let mut asked = 0;
    while let Some((ask, _)) = asks(&outputs).pop() {
        asked += 1;
        assert!(asked < 10, "it never gives up");
        outputs = ben.handle(Input::Answered { ask, bytes: None }, now);
    }
    let given_up = |output: &Output| matches!(output, Output::Answer(_, Err(Failure::InviterAway)));
    assert!(outputs.iter().any(given_up), "{outputs:?}");
}
