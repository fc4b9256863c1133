use super::super::*;
use super::world::World;
use crate::fetch::Right;
use crate::grant::Purpose;
use crate::identity::Roles;
use crate::ledger::{BareEntry, Commitment, ForkError};

/// Ada's clip is at Ben's, and Cem was granted it.
fn granted() -> (World, ClipId, StatementId) {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.lease(1, 0, 10_000_000);
    let (clip, _) = world.add_clip(0, b"film");
    let grant = grant(&mut world, clip);
    (world, clip, grant)
}

fn grant(world: &mut World, clip: ClipId) -> StatementId {
    world.unlock(0);
    let give = Command::Give {
        clip,
        to: world.household(2),
        purpose: Purpose::default(),
        until: None,
    };
    match world.command(0, give).unwrap() {
        Answer::Grant { grant, .. } => grant,
        other => panic!("{other:?}"),
    }
}

fn ticket(world: &World, clip: ClipId) -> Right {
    world.homes[2].engine.fetch_plan(clip).unwrap().right
}

/// Ada's home is set back to what it knew before `records`.
fn set_back(world: &mut World, records: usize) {
    world.go_offline(0);
    world.homes[0].records.truncate(records);
    world.restart(0);
}

#[test]
fn a_grantee_gets_the_clip_from_the_keeper_while_the_owner_is_away() {
    let (mut world, clip, _) = granted();
    world.go_offline(0);
    let plan = world.homes[2].engine.fetch_plan(clip).unwrap();
    assert_eq!(plan.holders[0].household, world.household(1), "who is here");
    assert!(plan.holders[1].owner);
    let permit = world.fetch(2, 1, plan.right).unwrap();
    assert_eq!(permit.place, Place::KeptFor(world.household(0)));
    assert_eq!(permit.label, None);
}

#[test]
fn a_grantee_learns_of_a_keeper_that_came_after_the_grant() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (clip, _) = world.add_clip(0, b"film");
    grant(&mut world, clip);
    assert_eq!(
        world.homes[2]
            .engine
            .fetch_plan(clip)
            .unwrap()
            .holders
            .len(),
        1
    );
    world.lease(1, 0, 10_000_000);
    assert_eq!(
        world.homes[2]
            .engine
            .fetch_plan(clip)
            .unwrap()
            .holders
            .len(),
        2
    );
    assert_eq!(world.homes[2].engine.received().len(), 1);
}

#[test]
fn p7_a_keeper_serves_only_a_ticket_that_stands_in_the_pinned_ledger_at_its_number() {
    let (mut world, clip, _) = granted();
    let Right::Ticket(good) = ticket(&world, clip) else {
        panic!()
    };
    assert!(world.fetch(2, 1, Right::Ticket(good.clone())).is_ok());
    let to_ben = world.fetch(1, 1, Right::Ticket(good.clone()));
    assert_eq!(to_ben, Err(Unserved::OtherHousehold));

    // Whoever rules Ada's device can sign another ticket, but it is in no ledger that Ben knows.
    let said = |change: fn(&mut crate::grant::FetchTicket)| {
        let mut said = good.statement().clone();
        change(&mut said);
        Right::Ticket(Box::new(world.homes[0].engine.sign(said)))
    };
    for forged in [
        said(|ticket| ticket.seq += 1),
        said(|ticket| ticket.seq = 0),
        said(|ticket| ticket.seq = u64::MAX),
        said(|ticket| ticket.until = ticket.until.before(Duration::from_secs(1))),
    ] {
        let served = world.fetch(2, 1, forged);
        assert_eq!(served, Err(Unserved::NotInLedger));
    }
    let by_cem = Right::Ticket(Box::new(
        world.homes[2].engine.sign(good.statement().clone()),
    ));
    assert_eq!(world.fetch(2, 1, by_cem), Err(Unserved::NotOurs));
    world.jump(Duration::from_secs(20 * 86_400));
    assert!(world.fetch(2, 1, Right::Ticket(good.clone())).is_ok());
    world.restart(1);
    assert!(world.fetch(2, 1, Right::Ticket(good)).is_ok());
}

#[test]
fn p7_a_grant_that_was_given_while_the_keeper_was_away_is_served_once_it_was_told() {
    let (mut world, _, _) = granted();
    let (clip, _) = world.add_clip(0, b"another");
    world.go_offline(1);
    grant(&mut world, clip);
    let right = ticket(&world, clip);
    let early = world.fetch(2, 1, right.clone());
    assert_eq!(early, Err(Unserved::NotInLedger));
    world.come_back(1);
    assert!(world.fetch(2, 1, right).is_ok());
}

#[test]
fn a_stopped_grant_is_not_served_by_keepers_that_heard_of_it() {
    let (mut world, clip, grant) = granted();
    let right = ticket(&world, clip);
    world.command(0, Command::Stop(grant)).unwrap();
    assert_eq!(world.fetch(2, 1, right), Err(Unserved::NotInLedger));
}

#[test]
fn p7_two_heads_at_one_number_are_found_by_the_keeper_and_prove_it_to_anybody() {
    let (mut world, clip, _) = granted();
    let before = world.homes[0].records.len();
    world.command(0, Command::Open(clip)).unwrap();
    set_back(&mut world, before);
    // The same number, another entry.
    world.unlock(0);
    let export = Command::Export {
        clip,
        leaving: Leaving::Film(None),
    };
    world.command(0, export).unwrap();
    let ada = world.household(0);
    let at_ben = world.homes[1].engine.forks();
    assert_eq!(at_ben.len(), 1, "{:?}", world.homes[1].engine.keepers());
    assert_eq!(at_ben[0].verify(), Ok((ada, 2)));
    let of_ben = world
        .disks
        .proofs
        .iter()
        .filter(|proof| **proof == at_ben[0]);
    assert!(of_ben.count() >= 1, "it was written to a file");
    let told = Event::Forked {
        household: ada,
        seq: 2,
    };
    assert!(world.homes[1].events.contains(&told));
    assert_eq!(
        world.homes[1].engine.keepers()[0].state,
        KeeperState::Forked
    );
    assert_eq!(
        world.homes[0].engine.keepers()[0].state,
        KeeperState::LedgerRefused
    );
    world.restart(1);
    assert_eq!(world.homes[1].engine.forks(), at_ben);

    let file = at_ben[0].to_file();
    let read = crate::ledger::Fork::from_file(&file).unwrap();
    assert_eq!(read.verify(), Ok((ada, 2)));
    let mut same = at_ben[0].clone();
    same.one = same.other.clone();
    assert_eq!(same.verify(), Err(ForkError::Same));
    let mut unsigned = at_ben[0].clone();
    unsigned.devices.clear();
    assert_eq!(unsigned.verify(), Err(ForkError::Signer));
    let mut broken = at_ben[0].clone();
    broken.between.push(BareEntry {
        commitment: Commitment::from_bytes([1; 32]),
        ticket: None,
    });
    assert_eq!(broken.verify(), Err(ForkError::Broken));
}

#[test]
fn a_keeper_does_not_pin_what_does_not_follow_and_serves_what_it_pinned_before() {
    let (mut world, clip, _) = granted();
    let right = ticket(&world, clip);
    let before = world.homes[0].records.len();
    world.command(0, Command::Open(clip)).unwrap();
    set_back(&mut world, before);
    world.unlock(0);
    for _ in 0..3 {
        let export = Command::Export {
            clip,
            leaving: Leaving::Film(None),
        };
        world.command(0, export).unwrap();
    }
    assert_eq!(world.homes[1].engine.forks().len(), 1);
    assert!(world.fetch(2, 1, right).is_ok());
    let (new, _) = world.add_clip(0, b"another");
    grant(&mut world, new);
    let right = ticket(&world, new);
    assert_eq!(world.fetch(2, 1, right), Err(Unserved::NotInLedger));
}

#[test]
fn p7_a_ledger_that_was_cut_short_is_noticed_with_the_next_keeper_that_is_met() {
    let (mut world, clip, _) = granted();
    let before = world.homes[0].records.len();
    world.command(0, Command::Open(clip)).unwrap();
    set_back(&mut world, before);
    let state = world.homes[0].engine.keepers()[0].state;
    assert_eq!(state, KeeperState::LedgerCut);
    assert!(world.homes[1].engine.forks().is_empty(), "nobody lied yet");
}

#[test]
fn a_long_ledger_is_pinned_page_by_page() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let (clip, _) = world.add_clip(0, b"film");
    world.unlock(0);
    for _ in 0..5_000 {
        world.command(0, Command::Open(clip)).unwrap();
    }
    world.lease(1, 0, 10_000_000);
    assert_eq!(
        world.homes[1].engine.state.kept.owners[&world.household(0)]
            .chain
            .seq(),
        5_000
    );
    grant(&mut world, clip);
    assert!(world.fetch(2, 1, ticket(&world, clip)).is_ok());
}

#[test]
fn who_came_back_on_a_new_device_is_accused_of_nothing_and_pinned_once_the_old_one_is_removed() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    world.lease(1, 0, 10_000_000);
    let (old, _) = world.add_clip(0, b"film");
    grant(&mut world, old);
    world.go_offline(0);
    let ada = world.add_device(0, Roles::ALL, true);
    world.come_home(ada, 1).unwrap();
    world.heal();
    world.lease(1, ada, 10_000_000);
    world.unlock(ada);
    let (clip, _) = world.add_clip(ada, b"another film");
    let to = world.household(2);
    let give = Command::Give {
        clip,
        to,
        purpose: Purpose::default(),
        until: None,
    };
    world.command(ada, give).unwrap();
    let pinned = |world: &World| {
        let owner = world.household(0);
        let held = &world.homes[1].engine.state.kept.owners[&owner];
        held.head.as_ref().unwrap().signer().as_bytes().to_owned()
    };
    assert_eq!(pinned(&world), *world.device(0).as_bytes());

    let ending = Box::new(world.ending(0));
    world.command(ada, Command::Certify(ending)).unwrap();
    world.command(ada, Command::Open(clip)).unwrap();
    world.wait(REDIAL);
    assert_eq!(pinned(&world), *world.device(ada).as_bytes());
    // The thief's box signs on, and nobody pins it.
    world.homes[0].online = true;
    world.connect(0, 1);
    assert_eq!(pinned(&world), *world.device(ada).as_bytes());
    for home in &world.homes {
        assert!(home.engine.forks().is_empty());
    }
}

/// Cem fetches all of a clip from Ben.
fn fetched_from_ben(world: &mut World, clip: ClipId) -> StatementId {
    let permit = world.fetch(2, 1, ticket(world, clip)).unwrap();
    let served = Command::Served(permit.by.unwrap());
    world.command(1, served).unwrap();
    match permit.by {
        Some(ServedBy::Ticket { ticket, .. }) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_owner_that_was_away_learns_from_its_keeper_that_a_grant_was_fetched_and_that_it_is_his_word()
{
    let (mut world, clip, _) = granted();
    world.go_offline(0);
    let at = world.now;
    fetched_from_ben(&mut world, clip);
    world.restart(1);
    world.now = world.now.after(Duration::from_secs(600));
    assert!(!world.homes[0].engine.given()[0].fetched);
    world.come_back(0);
    world.restart(0);
    let given = &world.homes[0].engine.given()[0];
    assert_eq!(given.fetched_at, Some(at));
    assert_eq!(given.fetched_from, Some(world.household(1)));
    let untold = &world.homes[1].engine.state.kept.owners[&world.household(0)].served;
    assert!(untold.is_empty(), "it is told once");
    // What the home sees itself counts for more, and what a keeper says later does not change it.
    let grant = given.id;
    let served = Command::Served(ServedBy::Grant(grant));
    world.command(0, served).unwrap();
    fetched_from_ben(&mut world, clip);
    assert_eq!(world.homes[0].engine.given()[0].fetched_from, None);
}

#[test]
fn a_keeper_cannot_report_what_was_never_granted_nor_a_fetch_that_is_still_to_come_nor_who_is_no_keeper()
 {
    use crate::keeper::{Report, Served};
    let (mut world, clip, _) = granted();
    let (ben, cem, now) = (world.household(1), world.household(2), world.now);
    let known = world.homes[0].engine.state.given.values().next().unwrap();
    let known = known.parcel.ticket.id();
    let unknown = StatementId::from_bytes([7; 32]);
    let at = now.after(Duration::from_secs(86_400));
    let report = |ticket| Report {
        served: vec![Served { ticket, at }],
        let_go: None,
    };
    let engine = &mut world.homes[0].engine;
    let mut out = Vec::new();
    let by_cem = engine.keeper_reports(cem, report(known), now, &mut out);
    assert!(by_cem.is_none());
    assert!(
        engine
            .keeper_reports(ben, report(unknown), now, &mut out)
            .is_some()
    );
    assert!(!engine.given()[0].fetched);
    engine.keeper_reports(ben, report(known), now, &mut out);
    assert_eq!(engine.given()[0].fetched_at, Some(now));
    assert_eq!(engine.given()[0].grant.clip, clip);
}

#[test]
fn a_keeper_remembers_a_bounded_number_of_fetches_for_an_owner_that_stays_away() {
    use crate::wire::limits::SERVED_UNTOLD;
    let (mut world, _, _) = granted();
    world.go_offline(0);
    let owner = world.household(0);
    for number in 0..SERVED_UNTOLD as u64 + 8 {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let ticket = StatementId::from_bytes(id);
        let by = ServedBy::Ticket { owner, ticket };
        world.command(1, Command::Served(by)).unwrap();
    }
    let held = &world.homes[1].engine.state.kept.owners[&owner];
    assert_eq!(held.served.len(), SERVED_UNTOLD);
}
