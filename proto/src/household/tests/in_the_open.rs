//! Two streets around one corner, and what is said where both can hear it.

use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::speaking::HearError;
use super::super::*;
use super::alerts::draft;
use super::world::World;
use crate::alert::{self, Act, Alert, Audience, Nonce};
use crate::cell::Cell;
use crate::identity::Name;
use crate::open::{self, OpenStatement};
use crate::signed::StatementId;
use crate::street::Topic;
use crate::wire::limits::ALERT_LIFE;

pub(super) fn nearby(title: &str) -> Draft {
    Draft {
        nearby: true,
        kind: alert::Kind::LostPet,
        place: Some("u33dc1".parse().unwrap()),
        life: Duration::from_secs(24 * 3600),
        ..draft(title)
    }
}

pub(super) fn cell() -> Cell {
    "u33dc1".parse().unwrap()
}

pub(super) fn open_topic() -> Topic {
    open::topic(&cell()).unwrap()
}

/// Ada and Ben on one street, Cem and Dora on another around the corner.
pub(super) fn two_streets() -> World {
    let mut world = World::new(&["Ada", "Ben", "Cem", "Dora"]);
    for (founder, name) in [(0, "Maple Street"), (2, "Oak Street")] {
        let found = Command::FoundStreet {
            name: Name::clean(name).unwrap(),
            cell: cell(),
            urgent_per_hour: 6,
        };
        world.command(founder, found).unwrap();
        let ticket = world.ticket(founder);
        world
            .command(founder + 1, Command::Join(Box::new(ticket)))
            .unwrap();
    }
    world.wait(Duration::from_secs(1));
    world
}

pub(super) fn post(world: &mut World, home: usize, draft: Draft) -> StatementId {
    let answer = world.command(home, Command::PostAlert(draft)).unwrap();
    // Until the stamp is found.
    world.wait(Duration::from_secs(1));
    match answer {
        Answer::Alert { alert, .. } => alert,
        other => panic!("{other:?}"),
    }
}

pub(super) fn act(
    world: &mut World,
    home: usize,
    alert: StatementId,
    act: Act,
) -> Result<Answer, Failure> {
    let change = Change::Act(act);
    let answer = world.command(home, Command::FollowUp { alert, change });
    world.wait(Duration::from_secs(1));
    answer
}

pub(super) fn feed(world: &World, home: usize) -> Vec<AlertView> {
    world.homes[home].engine.alerts(world.now)
}

/// What was said on open topics, with who published it.
pub(super) fn in_the_open(world: &World) -> Vec<(usize, OpenStatement)> {
    let open = world.gossip.iter();
    let open = open.filter(|(_, topic, _)| topic.as_str().contains("/open/"));
    open.map(|(home, _, frame)| (*home, OpenStatement::from_frame(frame).unwrap()))
        .collect()
}

pub(super) fn shouted(seed: u64, world: &World) -> OpenStatement {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&seed.to_le_bytes());
    let Draft { title, text, .. } = nearby("Look here");
    let alert = Alert {
        audience: Audience::Nearby,
        kind: alert::Kind::Fire,
        urgency: alert::Urgency::Urgent,
        place: Some("u33dc1".parse().unwrap()),
        title,
        text,
        happened: world.now,
        issued: world.now,
        expires: world.now.after(ALERT_LIFE),
        nonce: Nonce::from_bytes([1; 16]),
        clips: vec![],
    };
    OpenStatement::Alert(Signed::sign(alert, &SigningKey::from_bytes(&secret)))
}

pub(super) fn overhear(
    world: &mut World,
    home: usize,
    said: OpenStatement,
) -> Result<(), HearError> {
    let (now, mut out) = (world.now, Vec::new());
    let engine = &mut world.homes[home].engine;
    let taken = engine.take_open(&open_topic(), said, now, &mut out);
    world.settle(home, out);
    taken
}
