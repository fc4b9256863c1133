//! Everybody tries everything: one real message of every kind from every party, and what the engine makes of it is what
//! the table says.

mod attempts;
mod cast;
mod own;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::super::*;
use super::messages::Messages;
use crate::access::{Action, Party, allows};
use crate::open::OpenStatement;
use cast::Cast;

/// Gathered once: it takes a second.
static CAST: LazyLock<Cast> = LazyLock::new(Cast::gather);

/// Parties that come over the mesh.
const FROM_OUTSIDE: [Party; 16] = [
    Party::Approver,
    Party::Sibling,
    Party::Grantee,
    Party::Keeper,
    Party::KeptFor,
    Party::Neighbour,
    Party::NewNeighbour,
    Party::Invited,
    Party::Returning,
    Party::Gone,
    Party::RemovedDevice,
    Party::NextDoor,
    Party::Stranger,
    Party::Publisher,
    Party::Agency,
    Party::Company,
];

/// What the messages are that engines really send each other.
fn sent() -> BTreeSet<Action> {
    let real = Messages::collect();
    let said = real.said.iter().map(|(message, _)| message);
    let devices = real.devices.iter().map(|(message, _)| message);
    let open = real
        .open
        .iter()
        .map(|frame| OpenStatement::from_frame(frame).unwrap());
    let mut sent: BTreeSet<_> = said.map(Action::asked_on_street).collect();
    sent.extend(devices.map(Action::asked_by_device));
    sent.extend(open.map(|said| Action::stated_openly(&said)));
    sent.insert(Action::fetched(&real.fetch.right));
    sent
}

#[test]
fn everybody_who_tries_everything_gets_what_the_table_says_and_no_more() {
    let cast = &*CAST;
    let sent = sent();
    let mut tried = BTreeMap::new();
    let mut wrong = Vec::new();
    for party in FROM_OUTSIDE {
        for actor in cast.who_are(party) {
            for action in Action::ALL {
                let expected = allows(party, action);
                let outcomes = tried
                    .entry((actor.home, action))
                    .or_insert_with(|| cast.attempt(&actor, action));
                // What is no message cannot arrive: it is done by nobody from outside.
                if outcomes.is_empty() {
                    assert!(action.channel().is_none(), "nobody tried {action:?}");
                    outcomes.push(("no message", sent.contains(&action)));
                }
                for (how, done) in outcomes.iter().copied() {
                    if done != expected {
                        wrong.push(format!("{party:?} {action:?} by {how}: {done}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let tried: usize = tried.values().map(Vec::len).sum();
    assert!(tried > 600, "only {tried} attempts");
}

#[test]
fn a_real_message_that_arrives_is_an_action_with_a_channel() {
    let sent = sent();
    for action in &sent {
        assert!(action.channel().is_some(), "{action:?}");
    }
    assert!(sent.len() >= 14, "{sent:?}");
}

#[test]
fn p4_at_home_a_locked_node_does_what_the_table_says_and_an_unlocked_one_all_of_it() {
    let cast = &*CAST;
    let mut wanted = BTreeSet::new();
    for (party, unlocked) in [(Party::LockedNode, false), (Party::Household, true)] {
        for command in own::commands(cast) {
            let action = Action::wanted(&command);
            wanted.insert(action);
            let said = format!("{party:?} {command:?}");
            let refused = cast.wants(command, unlocked) == Err(Failure::Locked);
            assert_eq!(!refused, allows(party, action), "{said}");
        }
    }
    let own = [
        Action::OpenClip,
        Action::RecordClip,
        Action::GiveGrant,
        Action::ExportClip,
        Action::KeepHouse,
    ];
    assert!(own.iter().all(|action| wanted.contains(action)));
    let ada = cast.ada();
    assert!(!ada.clips().is_empty() && !ada.alerts(cast.now()).is_empty());
}

#[test]
fn a_device_signs_no_more_for_its_household_than_its_root_certified_it_for() {
    let cast = &*CAST;
    for (actor, roles) in cast.limited() {
        for (action, role) in attempts::SIGNED {
            for (how, done) in cast.attempt(&actor, action) {
                assert_eq!(
                    done,
                    roles.has(role),
                    "{action:?} by {how} with {:?}",
                    roles.words().collect::<Vec<_>>()
                );
            }
        }
    }
}
