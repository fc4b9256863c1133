//! Publishers and a street that hears them: what is taken, what is shown, and what is not.

use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::speaking::HearError;
use super::super::*;
use super::in_the_open::{open_topic, overhear};
use super::world::World;
use crate::identity::Name;
use crate::open::OpenStatement;
use crate::publisher::{
    Announced, Area, Binding, Bulletin, BulletinError, Certainty, Desk, DeskAnswer, DeskCommand,
    DeskFailure, DeskInput, DeskOutput, Draft, Kind, Message, Revision, Seconding, Severity, State,
    Status, Urgency,
};
use crate::signed::PublicKey;
use crate::signed::StatementId;
use crate::wire::limits::{BINDING_LIFE, PUBLISHERS};

mod around;
mod choosing;
mod domains;

const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn area(cells: &[&str]) -> Area {
    Area::of(cells.iter().map(|cell| cell.parse().unwrap())).unwrap()
}

fn key(seed: u64) -> SigningKey {
    let mut secret = [3; 32];
    secret[..8].copy_from_slice(&seed.to_le_bytes());
    SigningKey::from_bytes(&secret)
}

pub(super) fn second_key() -> SigningKey {
    key(1_000)
}

pub(super) fn binding(cells: &[&str], now: Timestamp) -> Binding {
    Binding {
        name: Name::clean("Maple Fire Department").unwrap(),
        domain: "fire.example".parse().unwrap(),
        area: area(cells),
        seconds: vec![PublicKey::of(&second_key())],
        handovers: Vec::new(),
        issued: now,
        expires: now.after(BINDING_LIFE),
    }
}

/// A fire department that changed its key once.
pub(super) fn desk(cells: &[&str], now: Timestamp) -> Desk {
    let first = Signed::sign(binding(cells, now), &key(1));
    let binding = Binding::hand_over(&first, &key(1), &key(2), now);
    Desk::new(key(2), binding, [])
}

pub(super) fn fire(headline: &str) -> Draft {
    Draft {
        status: Status::Actual,
        kind: Kind::Fire,
        severity: Severity::Severe,
        urgency: Urgency::Immediate,
        certainty: Certainty::Observed,
        area: None,
        headline: crate::text::Line::clean(headline).unwrap(),
        text: crate::text::Prose::clean("A barn burns.\nThe smoke goes east.").unwrap(),
        instruction: crate::text::Prose::clean("Keep windows closed.").unwrap(),
        contact: crate::text::Prose::clean("555 0100").unwrap(),
        life: 12 * HOUR,
        original: None,
    }
}

pub(super) fn evacuation() -> Draft {
    Draft {
        kind: Kind::Evacuation,
        severity: Severity::Extreme,
        original: Some(
            "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>"
                .parse()
                .unwrap(),
        ),
        ..fire("Leave Mill Road now")
    }
}

/// What a publisher's command gave, and every frame that it said.
pub(super) fn said(
    desk: &mut Desk,
    command: DeskCommand,
    now: Timestamp,
) -> (Result<DeskAnswer, DeskFailure>, Vec<Vec<u8>>) {
    let (mut answer, mut frames) = (None, Vec::new());
    for output in desk.handle(DeskInput::Command(command), now) {
        match output {
            DeskOutput::Publish { bytes, .. } => frames.push(bytes),
            DeskOutput::Answer(given) => answer = Some(given),
            DeskOutput::Store(_) | DeskOutput::SetTimer { .. } => {}
        }
    }
    (answer.unwrap(), frames)
}

fn publish(draft: Draft) -> DeskCommand {
    let (draft, second) = (Box::new(draft), None);
    DeskCommand::Publish { draft, second }
}

/// Lets a home hear everything that a command made a publisher say.
fn on_air(world: &mut World, home: usize, desk: &mut Desk, command: DeskCommand) -> StatementId {
    let (answer, frames) = said(desk, command, world.now);
    for frame in frames {
        world.overhear(home, open_topic(), frame);
    }
    answer.unwrap().bulletin
}

fn shown(world: &World, home: usize) -> Vec<BulletinView> {
    let mut all = world.homes[home].engine.bulletins(world.now);
    all.retain(BulletinView::is_shown);
    all
}

fn headlines(world: &World, home: usize) -> Vec<String> {
    let shown = shown(world, home).into_iter();
    shown
        .map(|view| view.bulletin.headline.to_string())
        .collect()
}

fn about(world: &mut World, command: DirectoryCommand) -> Result<Answer, Failure> {
    world.command(0, Command::Directory(command))
}

fn introduce(world: &mut World, seed: u64, cells: &[&str], domain: &str) -> Result<(), HearError> {
    let domain = domain.parse().unwrap();
    let binding = Binding {
        domain,
        ..binding(cells, world.now)
    };
    let binding = Box::new(Signed::sign(binding, &key(seed)));
    overhear(world, 0, OpenStatement::Publisher(binding))
}

fn announce(world: &mut World, seed: u64, said: Bulletin) -> Result<(), HearError> {
    let bulletin = Signed::sign(said, &key(seed));
    let announced = Announced {
        bulletin,
        second: None,
    };
    overhear(world, 0, OpenStatement::Bulletin(Box::new(announced)))
}

pub(super) fn bulletin(world: &World, headline: &str) -> Bulletin {
    let draft = fire(headline);
    Bulletin {
        status: draft.status,
        message: Message::Alert,
        kind: draft.kind,
        severity: draft.severity,
        urgency: draft.urgency,
        certainty: draft.certainty,
        area: area(&["u33dc"]),
        headline: draft.headline,
        text: draft.text,
        instruction: draft.instruction,
        contact: draft.contact,
        issued: world.now,
        expires: world.now.after(draft.life),
        original: draft.original,
    }
}

/// Ada's home, and a fire department that she heard.
fn heard() -> (World, Desk, StatementId) {
    let mut world = World::new(&["Ada"]);
    let mut desk = desk(&["u33dc"], world.now);
    let id = on_air(&mut world, 0, &mut desk, publish(fire("Smoke")));
    (world, desk, id)
}

#[test]
fn a_bulletin_reaches_every_home_around_and_survives_a_restart() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut desk = desk(&["u33dc"], world.now);
    let id = on_air(
        &mut world,
        0,
        &mut desk,
        publish(fire("Smoke on Mill Road")),
    );
    world.restart(0);
    let view = &shown(&world, 0)[0];
    assert_eq!((view.id, view.state), (id, State::Active));
    assert_eq!(view.publisher.domain.as_str(), "fire.example");
    assert!(!view.publisher.domain_verified());
    // Ben was not there when it was said; Ada's home hands it on.
    assert_eq!(headlines(&world, 1), ["Smoke on Mill Road"]);
    assert_eq!(world.homes[1].engine.publishers(world.now).len(), 1);
}

#[test]
fn what_is_passed_on_is_the_very_message_of_its_publisher() {
    let mut world = World::street(&["Ada", "Ben"]);
    let mut desk = desk(&["u33dc"], world.now);
    let (_, frames) = said(&mut desk, publish(fire("Smoke")), world.now);
    for frame in &frames {
        world.overhear(0, open_topic(), frame.clone());
    }
    world.gossip.clear();
    world.wait(HOUR);
    for frame in frames {
        assert!(world.gossip.iter().any(|(_, _, said)| *said == frame));
    }
    // Whoever heard it from somebody lately does not say it, too.
    assert!(world.gossip.len() <= 4, "{}", world.gossip.len());
}

#[test]
fn a_bulletin_before_its_publisher_waits_among_strangers_and_is_not_lost() {
    let mut world = World::new(&["Ada"]);
    let mut desk = desk(&["u33dc"], world.now);
    let (_, frames) = said(&mut desk, publish(fire("Smoke")), world.now);
    for frame in frames.into_iter().rev() {
        let acceptance = world.overhear(0, open_topic(), frame);
        assert_eq!(acceptance, Acceptance::Accept);
    }
    assert_eq!(headlines(&world, 0), ["Smoke"]);
}

#[test]
fn outside_its_area_a_publisher_is_not_heard() {
    let (mut world, ..) = heard();
    introduce(&mut world, 5, &["u33dc1"], "fire.example").unwrap();
    let wide = bulletin(&world, "Everywhere");
    let refused = announce(&mut world, 5, wide.clone());
    assert_eq!(refused, Err(HearError::Bulletin(BulletinError::Outside)));
    // What is about another place does not belong on this topic, whoever says it.
    let elsewhere = Bulletin {
        area: area(&["u33dd"]),
        ..wide
    };
    assert_eq!(
        announce(&mut world, 5, elsewhere),
        Err(HearError::Misplaced)
    );
    let away = introduce(&mut world, 6, &["u30"], "fire.example");
    assert_eq!(away, Err(HearError::Misplaced));
    assert_eq!(headlines(&world, 0), ["Smoke"]);
}

#[test]
fn above_its_rate_a_publisher_is_not_heard_but_for_updates_and_retractions() {
    let mut world = World::new(&["Ada"]);
    introduce(&mut world, 5, &["u33dc"], "fire.example").unwrap();
    for n in 0..6 {
        let said = bulletin(&world, &format!("Notice {n}"));
        announce(&mut world, 5, said).unwrap();
    }
    let seventh = bulletin(&world, "Notice 7");
    assert_eq!(
        announce(&mut world, 5, seventh.clone()),
        Err(HearError::TooMuch)
    );
    let first = world.homes[0].engine.bulletins(world.now)[0].id;
    let cancel = Bulletin {
        message: Message::Cancel(first),
        ..seventh.clone()
    };
    announce(&mut world, 5, cancel).unwrap();
    let mut desk = desk(&["u33dc"], world.now);
    for n in 0..6 {
        let own = publish(fire(&format!("Own {n}")));
        said(&mut desk, own, world.now).0.unwrap();
    }
    let refused = said(&mut desk, publish(fire("Own 7")), world.now).0;
    assert_eq!(refused, Err(DeskFailure::TooOften));
}

#[test]
fn an_update_stands_in_the_place_of_what_it_updates_and_a_retraction_above_it() {
    let (mut world, mut desk, id) = heard();
    for (minute, headline) in [(1, "More smoke"), (2, "Less smoke")] {
        world.wait(Duration::from_secs(60 * minute));
        let change = Box::new(Revision {
            headline: Some(crate::text::Line::clean(headline).unwrap()),
            ..Revision::default()
        });
        let update = DeskCommand::Update {
            bulletin: id,
            change,
            second: None,
        };
        assert_eq!(on_air(&mut world, 0, &mut desk, update), id);
        assert_eq!(headlines(&world, 0), [headline]);
    }
    world.wait(Duration::from_secs(60));
    on_air(&mut world, 0, &mut desk, DeskCommand::Cancel(id));
    world.restart(0);
    let view = &shown(&world, 0)[0];
    assert_eq!((view.id, view.state), (id, State::Cancelled));
    assert_eq!(view.bulletin.headline.as_str(), "Less smoke");
    let again = said(&mut desk, DeskCommand::Cancel(id), world.now).0;
    assert_eq!(again, Err(DeskFailure::Cancelled));
}

#[test]
fn nobody_updates_or_takes_back_what_another_publisher_said() {
    let (mut world, _, id) = heard();
    introduce(&mut world, 5, &["u33dc"], "thief.example").unwrap();
    for message in [Message::Update(id), Message::Cancel(id)] {
        let other = Bulletin {
            message,
            ..bulletin(&world, "All clear")
        };
        let refused = announce(&mut world, 5, other);
        assert_eq!(refused, Err(HearError::Bulletin(BulletinError::NotItsOwn)));
    }
    assert_eq!(headlines(&world, 0), ["Smoke"]);
}

#[test]
fn who_takes_a_bulletin_back_before_it_comes_does_not_silence_its_publisher() {
    let mut world = World::new(&["Ada"]);
    let mut desk = desk(&["u33dc"], world.now);
    let (answer, frames) = said(&mut desk, publish(fire("Smoke")), world.now);
    let message = Message::Cancel(answer.unwrap().bulletin);
    introduce(&mut world, 5, &["u33dc"], "thief.example").unwrap();
    let cancel = Bulletin {
        message,
        ..bulletin(&world, "All clear")
    };
    announce(&mut world, 5, cancel).unwrap();
    for frame in frames {
        world.overhear(0, open_topic(), frame);
    }
    let views = world.homes[0].engine.bulletins(world.now);
    assert_eq!(views.len(), 1);
    assert_eq!(views[0].state, State::Active);
    assert_eq!(headlines(&world, 0), ["Smoke"]);
}

#[test]
fn an_update_or_retraction_has_the_reach_of_what_it_is_about() {
    let (mut world, ..) = heard();
    introduce(&mut world, 5, &["u33dc", "u33dd"], "fire.example").unwrap();
    let first = bulletin(&world, "Here");
    announce(&mut world, 5, first.clone()).unwrap();
    let id = Signed::sign(first.clone(), &key(5)).id();
    for message in [Message::Update(id), Message::Cancel(id)] {
        for cells in [&["u33dc", "u33dd"][..], &["u33dc1"]] {
            let other = Bulletin {
                message,
                area: area(cells),
                ..first.clone()
            };
            let refused = announce(&mut world, 5, other);
            assert_eq!(refused, Err(HearError::Bulletin(BulletinError::NotItsOwn)));
        }
    }
}

#[test]
fn a_bulletin_that_is_said_again_is_the_same_one_and_a_retracted_one_stays_so() {
    let (mut world, mut desk, id) = heard();
    let (_, first) = said(&mut desk, DeskCommand::Cancel(id), world.now);
    for frame in first.iter().chain(&first) {
        world.overhear(0, open_topic(), frame.clone());
    }
    let replayed = desk.handle(DeskInput::Started, world.now);
    for output in replayed {
        if let DeskOutput::Publish { bytes, .. } = output {
            world.overhear(0, open_topic(), bytes);
        }
    }
    let views = world.homes[0].engine.bulletins(world.now);
    assert_eq!(views.len(), 1);
    assert_eq!((views[0].id, views[0].state), (id, State::Cancelled));
}

#[test]
fn a_bulletin_ends_by_itself_and_nothing_of_it_is_kept() {
    let (mut world, ..) = heard();
    world.jump(13 * HOUR);
    assert!(world.homes[0].engine.bulletins(world.now).is_empty());
    let old = Bulletin {
        issued: world.now.before(13 * HOUR),
        expires: world.now,
        ..bulletin(&world, "Old")
    };
    let refused = announce(&mut world, 1, old);
    assert_eq!(refused, Err(HearError::Bulletin(BulletinError::Expired)));
    world.restart(0);
    assert!(world.homes[0].engine.bulletins(world.now).is_empty());
}

#[test]
fn a_test_or_an_exercise_is_never_shown_as_real_and_a_draft_does_not_travel() {
    let (mut world, mut desk, _) = heard();
    for status in [Status::Test, Status::Exercise, Status::System] {
        let draft = Draft {
            status,
            ..fire(status.word())
        };
        on_air(&mut world, 0, &mut desk, publish(draft));
    }
    assert_eq!(headlines(&world, 0), ["Smoke"]);
    assert_eq!(world.homes[0].engine.bulletins(world.now).len(), 4);
    let draft = Draft {
        status: Status::Draft,
        ..fire("Draft")
    };
    let refused = said(&mut desk, publish(draft), world.now).0;
    assert_eq!(refused, Err(DeskFailure::Bulletin(BulletinError::Draft)));
    let draft = Bulletin {
        status: Status::Draft,
        ..bulletin(&world, "Draft")
    };
    let refused = announce(&mut world, 2, draft);
    assert_eq!(refused, Err(HearError::Bulletin(BulletinError::Draft)));
}

#[test]
fn an_evacuation_takes_two_keys_that_the_binding_names() {
    let (mut world, mut desk, _) = heard();
    let alone = said(&mut desk, publish(evacuation()), world.now).0;
    assert_eq!(alone, Err(DeskFailure::Bulletin(BulletinError::OneKey)));
    let with = |second| DeskCommand::Publish {
        draft: Box::new(evacuation()),
        second,
    };
    let stranger = said(&mut desk, with(Some(Box::new(key(77)))), world.now).0;
    assert_eq!(stranger, Err(DeskFailure::Bulletin(BulletinError::OneKey)));
    let id = on_air(&mut world, 0, &mut desk, with(Some(Box::new(second_key()))));
    assert!(shown(&world, 0).iter().any(|view| view.id == id));
    // A home holds a publisher with a changed program to the same.
    let leave = Bulletin {
        kind: Kind::Evacuation,
        ..bulletin(&world, "Leave")
    };
    assert_eq!(
        announce(&mut world, 2, leave.clone()),
        Err(HearError::Bulletin(BulletinError::OneKey))
    );
    let bulletin = Signed::sign(leave, &key(2));
    let of = |seed, bulletin| Some(Signed::sign(Seconding { bulletin }, &key(seed)));
    for (second, error) in [
        (of(2, bulletin.id()), BulletinError::OneKey),
        (of(1_000, id), BulletinError::Seconded),
    ] {
        let announced = Announced {
            bulletin: bulletin.clone(),
            second,
        };
        let refused = overhear(&mut world, 0, OpenStatement::Bulletin(Box::new(announced)));
        assert_eq!(refused, Err(HearError::Bulletin(error)));
    }
    // Taking it back takes one.
    on_air(&mut world, 0, &mut desk, DeskCommand::Cancel(id));
}
