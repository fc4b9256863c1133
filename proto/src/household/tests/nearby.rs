use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::speaking::HearError;
use super::super::*;
use super::alerts::draft;
use super::in_the_open::*;
use super::world::{START, World};
use crate::alert::{self, Act, Audience, Progress};
use crate::identity::Name;
use crate::open::{self, OpenStatement, Radius};
use crate::signed::PublicKey;
use crate::street::{Announcement, MemberError, Topic};
use crate::text::{Line, Prose};
use crate::wire::limits::{ALERT_LIFE, TRAY, UNKNOWN_BURST};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn an_alert_for_everybody_nearby_is_known_on_its_street_and_nameless_beyond_it() {
    let mut world = two_streets();
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    for (home, author) in [(1, Some(world.household(0))), (2, None), (3, None)] {
        let alerts = feed(&world, home);
        assert_eq!(alerts.len(), 1, "{home}");
        assert_eq!((alerts[0].id, alerts[0].author), (alert, author), "{home}");
    }
}

#[test]
fn p6_in_the_open_stands_only_what_was_meant_for_it_and_no_author() {
    let mut world = two_streets();
    post(&mut world, 0, draft("Bicycle taken"));
    assert!(in_the_open(&world).is_empty());
    post(&mut world, 0, nearby("Grey cat missing"));
    let open = in_the_open(&world);
    assert_eq!(open.len(), 1);
    let street = world.street_id();
    for frame in world.gossip.iter().filter(|(_, t, _)| *t == open_topic()) {
        let (me, ids) = (&world.homes[0].engine.me, 0..);
        let secrets = [
            *me.household().as_bytes(),
            *me.device_id().as_bytes(),
            *street.as_bytes(),
        ];
        for (secret, id) in secrets.iter().zip(ids) {
            assert!(!frame.2.windows(32).any(|w| w == secret), "{id}");
        }
    }
    let OpenStatement::Alert(alert) = &open[0].1 else {
        panic!("{open:?}");
    };
    let key = world.homes[0].engine.me.pseudonym(street);
    assert_eq!(alert.signer(), PublicKey::of(&key));
}

#[test]
fn a_stranger_who_knows_the_cell_hears_nothing_of_the_street() {
    let mut world = two_streets();
    let cells = world.homes[2].engine.cells_heard();
    assert_eq!(cells.len(), 9);
    let topics: Vec<_> = cells.iter().filter_map(open::topic).collect();
    post(&mut world, 0, draft("Bicycle taken"));
    assert!(world.gossip.iter().all(|(_, t, _)| !topics.contains(t)));
    assert!(feed(&world, 2).is_empty());
}

#[test]
fn what_the_author_takes_back_in_the_open_is_taken_back_for_strangers_too() {
    let mut world = two_streets();
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    act(&mut world, 0, alert, Act::Cancel(None)).unwrap();
    for home in 0..4 {
        let alerts = feed(&world, home);
        let progress = &alerts[0].thread.progress;
        assert!(matches!(progress, Progress::Cancelled { .. }), "{home}");
    }
}

#[test]
fn what_neighbours_say_about_an_alert_in_the_open_stays_on_their_street() {
    let mut world = two_streets();
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    act(&mut world, 1, alert, Act::Confirm).unwrap();
    let comment = Act::Comment(Prose::clean("She is in our shed").unwrap());
    act(&mut world, 0, alert, comment).unwrap();
    assert_eq!(feed(&world, 0)[0].thread.confirmations.len(), 1);
    assert_eq!(feed(&world, 1)[0].thread.comments.len(), 1);
    assert_eq!(in_the_open(&world).len(), 1);
    assert!(feed(&world, 2)[0].thread.comments.is_empty());
    let refused = act(&mut world, 2, alert, Act::Confirm);
    assert_eq!(refused.unwrap_err(), Failure::FromOutside);
}

#[test]
fn an_unknown_key_that_turns_out_to_be_a_neighbours_is_one_alert_and_known() {
    let mut world = two_streets();
    world.go_offline(1);
    // Dora moves to the street while Ben is away.
    world.command(3, Command::Leave(None)).unwrap();
    let ticket = world.ticket(0);
    world.command(3, Command::Join(Box::new(ticket))).unwrap();
    let alert = post(&mut world, 3, nearby("Grey cat missing"));
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    assert_eq!(world.overhear(1, topic, frame), Acceptance::Accept);
    assert_eq!(feed(&world, 1)[0].author, None);
    world.come_back(1);
    let alerts = feed(&world, 1);
    assert_eq!((alerts.len(), alerts[0].id), (1, alert));
    assert_eq!(alerts[0].author, Some(world.household(3)));
    assert!(world.homes[1].engine.ear.tray.is_empty());
}

#[test]
fn a_thousand_keys_that_shout_take_little_room_and_hide_no_alert_of_the_street() {
    let mut world = two_streets();
    let first = post(&mut world, 0, nearby("Grey cat missing"));
    let taken = (0..1_000)
        .filter(|seed| {
            let said = shouted(*seed, &world);
            overhear(&mut world, 1, said).is_ok()
        })
        .count();
    assert_eq!(taken, usize::try_from(UNKNOWN_BURST).unwrap());
    let second = post(&mut world, 0, nearby("Black cat missing"));
    let known = |world: &World| -> Vec<_> {
        let alerts = feed(world, 1).into_iter();
        alerts
            .filter(|a| a.author.is_some())
            .map(|a| a.id)
            .collect()
    };
    assert_eq!(known(&world).len(), 2);
    assert!(known(&world).contains(&first) && known(&world).contains(&second));
    // Days of it do not add up either.
    for day in 1..=3 {
        world.wait(24 * 60 * MINUTE);
        for seed in 0..1_000 {
            let said = shouted(day * 1_000 + seed, &world);
            let _ = overhear(&mut world, 1, said);
        }
        let tray = &world.homes[1].engine.ear.tray;
        assert!(tray.len() <= TRAY.entries && tray.bytes() <= TRAY.bytes);
    }
    let stored = world.homes[1].records.iter();
    let alerts = stored.filter(|r| matches!(r, Record::Alert { .. })).count();
    assert_eq!(alerts, 2, "strangers are not written down");
}

#[test]
fn who_comes_later_hears_what_was_said_in_the_open_before() {
    let mut world = two_streets();
    world.go_offline(2);
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    world.wait(60 * MINUTE);
    assert!(feed(&world, 2).is_empty());
    world.come_back(2);
    world.wait(30 * MINUTE);
    assert_eq!(feed(&world, 2)[0].id, alert);
}

#[test]
fn what_went_down_with_a_dead_connection_is_said_again_when_that_is_noticed() {
    let mut world = two_streets();
    world.homes[2].online = false;
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    assert!(feed(&world, 2).is_empty());
    let said = world.gossip.len();
    world.homes[2].online = true;
    world.connect(0, 2);
    world.wait(Duration::from_secs(3));
    assert_eq!(feed(&world, 2)[0].id, alert);
    let told = |message: &(usize, Topic, Vec<u8>)| message.1 == open_topic();
    let mut told = world.gossip.iter().filter(|message| told(message));
    let (_, _, first) = told.next().unwrap();
    assert!(
        world.gossip[said..]
            .iter()
            .all(|(_, _, bytes)| bytes != first),
        "gossip would refuse the same bytes"
    );
}

#[test]
fn somebody_who_comes_and_goes_all_the_time_does_not_have_it_said_over_and_over() {
    let mut world = two_streets();
    post(&mut world, 0, nearby("Grey cat missing"));
    let said = in_the_open(&world).len();
    for _ in 0..240 {
        world.go_offline(3);
        world.come_back(3);
        world.wait(Duration::from_secs(5));
    }
    let again = in_the_open(&world).len() - said;
    assert!((1..=6).contains(&again), "{again} times in 20 minutes");
}

#[test]
fn posted_with_nobody_around_it_is_said_when_somebody_comes_also_after_a_restart() {
    let mut world = two_streets();
    for home in 1..4 {
        world.go_offline(home);
    }
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    world.restart(0);
    world.come_back(3);
    world.wait(Duration::from_secs(3));
    assert_eq!(feed(&world, 3)[0].id, alert);
    let stamps = world.homes[0].records.iter();
    let stamps = stamps.filter(|r| matches!(r, Record::Stamp { .. })).count();
    assert_eq!(stamps, 1, "the work is done once");
}

#[test]
fn who_signs_the_words_of_a_neighbour_first_does_not_silence_him() {
    let mut world = two_streets();
    world.go_offline(1);
    let id = post(&mut world, 0, nearby("Grey cat missing"));
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    let OpenStatement::Alert(alert) = OpenStatement::from_frame(&frame).unwrap() else {
        panic!()
    };
    let key = SigningKey::from_bytes(&[9; 32]);
    let copy = OpenStatement::Alert(Signed::sign(alert.statement().clone(), &key));
    overhear(&mut world, 1, copy).unwrap();
    assert_eq!(world.overhear(1, topic, frame), Acceptance::Accept);
    world.come_back(1);
    act(&mut world, 0, id, Act::Cancel(None)).unwrap();
    let alerts = feed(&world, 1);
    assert_eq!(alerts.len(), 2, "the copy is a statement of its own");
    let real = alerts.iter().find(|alert| alert.id == id).unwrap();
    assert_eq!(real.author, Some(world.household(0)));
    assert!(matches!(real.thread.progress, Progress::Cancelled { .. }));
}

#[test]
fn of_a_street_that_was_left_nothing_is_said_and_no_stamp_is_kept() {
    let mut world = two_streets();
    post(&mut world, 0, nearby("Grey cat missing"));
    world.command(0, Command::Leave(None)).unwrap();
    let said = in_the_open(&world).len();
    world.wait(60 * MINUTE);
    assert_eq!(in_the_open(&world).len(), said);
    assert!(world.homes[0].engine.state.stamps.is_empty());
}

#[test]
fn an_alert_in_the_open_is_passed_on_once_in_twenty_minutes() {
    let mut world = two_streets();
    post(&mut world, 0, nearby("Grey cat missing"));
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    let mut again = || world.overhear(2, topic.clone(), frame.clone());
    assert_eq!(again(), Acceptance::Ignore);
    world.wait(21 * MINUTE);
    let mut again = || world.overhear(2, topic.clone(), frame.clone());
    assert_eq!(again(), Acceptance::Accept);
    assert_eq!(again(), Acceptance::Ignore);
    assert_eq!(feed(&world, 2).len(), 1);
}

#[test]
fn what_does_not_belong_on_an_open_topic_is_refused() {
    let mut world = two_streets();
    post(&mut world, 0, nearby("Grey cat missing"));
    let (_, topic, frame) = world.gossip.last().unwrap().clone();
    world.wait(21 * MINUTE);
    let elsewhere = open::topic(&"u33d9".parse().unwrap()).unwrap();
    assert_eq!(
        world.overhear(2, elsewhere, frame.clone()),
        Acceptance::Reject
    );
    let said = OpenStatement::from_frame(&frame).unwrap();
    let unstamped = said.frame(open::Stamp::from_number(0));
    assert_eq!(
        world.overhear(2, topic.clone(), unstamped),
        Acceptance::Reject
    );
    let mut altered = frame.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(world.overhear(2, topic, altered), Acceptance::Reject);

    let key = SigningKey::from_bytes(&[9; 32]);
    let OpenStatement::Alert(alert) = said else {
        panic!()
    };
    let mut sealed = alert.statement().clone();
    sealed.audience = Audience::Street(world.street_id());
    let sealed = OpenStatement::Alert(Signed::sign(sealed, &key));
    assert_eq!(overhear(&mut world, 2, sealed), Err(HearError::Misplaced));
    let mut fine = alert.statement().clone();
    fine.place = Some("u33dc1k".parse().unwrap());
    let fine = OpenStatement::Alert(Signed::sign(fine, &key));
    assert!(overhear(&mut world, 2, fine).is_err());
}

#[test]
fn only_what_helps_to_find_or_to_get_out_of_the_way_may_be_told_to_everybody() {
    let mut world = two_streets();
    let theft = Draft {
        kind: alert::Kind::Theft,
        ..nearby("Bicycle taken")
    };
    let refused = world.command(0, Command::PostAlert(theft)).unwrap_err();
    assert_eq!(refused, Failure::Alert(alert::AlertError::NotNearby));
    assert!(in_the_open(&world).is_empty());
}

#[test]
fn a_home_that_does_not_want_to_listen_hears_its_street_only() {
    let mut world = two_streets();
    for home in [1, 2] {
        world.command(home, Command::Listen(Radius::Off)).unwrap();
        assert!(world.homes[home].engine.cells_heard().is_empty());
    }
    post(&mut world, 0, nearby("Grey cat missing"));
    assert_eq!(feed(&world, 1).len(), 1);
    assert!(feed(&world, 2).is_empty());
    world.restart(2);
    assert_eq!(world.homes[2].engine.radius(), Radius::Off);
}

#[test]
fn an_alert_of_a_stranger_is_gone_when_it_is_over() {
    let mut world = two_streets();
    let alert = post(&mut world, 0, nearby("Grey cat missing"));
    world.wait(25 * 60 * MINUTE);
    assert!((0..4).all(|home| feed(&world, home).is_empty()));
    let gone = Event::AlertGone { alert };
    assert!(world.homes[2].events.contains(&gone));
    let before = world.gossip.len();
    world.wait(60 * MINUTE);
    assert_eq!(
        in_the_open(&world).len(),
        in_the_open(&world).len().min(before)
    );
}

fn knock(world: &mut World, home: usize) -> Result<Answer, Failure> {
    let knock = Command::Knock {
        cell: None,
        greeting: Line::clean("We moved into number 9").unwrap(),
        life: Duration::from_secs(24 * 3600),
    };
    let answer = world.command(home, knock);
    world.wait(Duration::from_secs(1));
    answer
}

#[test]
fn a_knock_that_comes_before_the_farewell_is_seen_once_that_came() {
    let mut world = World::street(&["Ada", "Ben"]);
    let event = Event::Knock {
        household: world.household(1),
    };
    world.go_offline(1);
    world.command(1, Command::Leave(None)).unwrap();
    knock(&mut world, 1).unwrap();
    let (_, topic, bytes) = world.gossip.last().unwrap().clone();
    world.overhear(0, topic, bytes);
    assert!(world.homes[0].engine.knocks().is_empty());
    assert!(!world.homes[0].events.contains(&event), "he is a neighbour");
    world.come_back(1);
    assert_eq!(world.homes[0].engine.knocks().len(), 1);
    assert!(world.homes[0].events.contains(&event));
}

#[test]
fn a_knock_is_seen_by_everybody_around_and_brings_nobody_in() {
    let mut world = World::new(&["Ada", "Ben"]);
    let found = Command::FoundStreet {
        name: Name::clean("Maple Street").unwrap(),
        cell: cell(),
        urgent_per_hour: 6,
    };
    world.command(0, found).unwrap();
    knock(&mut world, 1).unwrap();
    let knocks = world.homes[0].engine.knocks();
    assert_eq!(knocks.len(), 1);
    assert_eq!(knocks[0].household, world.household(1));
    assert_eq!(knocks[0].name.as_str(), "Ben");
    assert_eq!(knocks[0].greeting.as_str(), "We moved into number 9");
    assert_eq!(world.homes[0].engine.members().len(), 1);

    let ticket = world.ticket(0);
    world.command(1, Command::Join(Box::new(ticket))).unwrap();
    assert!(world.homes[0].engine.knocks().is_empty());
    // Somebody who has not heard of it yet passes the knock on once more: no fault of his.
    world.now = world.now.after(21 * MINUTE);
    let (_, topic, late) = world
        .gossip
        .iter()
        .rfind(|(_, t, _)| *t == open_topic())
        .unwrap()
        .clone();
    assert_eq!(world.overhear(0, topic, late), Acceptance::Accept);
    assert!(world.homes[0].engine.knocks().is_empty());
    assert_eq!(knock(&mut world, 1).unwrap_err(), Failure::OnAStreet);
    let before = in_the_open(&world).len();
    world.wait(120 * MINUTE);
    assert_eq!(
        in_the_open(&world).len(),
        before,
        "who is in knocks no more"
    );
}

#[test]
fn a_knock_stands_through_a_restart_until_it_is_over_or_taken_back() {
    let mut world = World::new(&["Ada", "Ben"]);
    knock(&mut world, 1).unwrap();
    world.restart(1);
    let heard = in_the_open(&world).len();
    world.wait(45 * MINUTE);
    assert!(in_the_open(&world).len() > heard);
    world.command(1, Command::StopKnocking).unwrap();
    let heard = in_the_open(&world).len();
    world.wait(45 * MINUTE);
    assert_eq!(in_the_open(&world).len(), heard);
    knock(&mut world, 1).unwrap();
    world.wait(25 * 60 * MINUTE);
    assert!(world.homes[0].engine.knocks().is_empty());
    assert_eq!(
        world.homes[1]
            .records
            .last()
            .map(|r| matches!(r, Record::Over(_))),
        Some(true)
    );
}

#[test]
fn a_household_that_was_removed_is_a_stranger_in_the_open_too() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    post(&mut world, 2, nearby("Grey cat missing"));
    for home in [0, 1] {
        let remove = Command::Remove {
            household: world.household(2),
            reason: Line::clean("It was never his cat").unwrap(),
        };
        world.command(home, remove).unwrap();
    }
    let key = world.homes[2].engine.me.pseudonym(world.street_id());
    world.wait(MINUTE);
    let OpenStatement::Alert(alert) = shouted(1, &world) else {
        panic!()
    };
    let mut backdated = alert.statement().clone();
    backdated.issued = START;
    backdated.expires = backdated.issued.after(ALERT_LIFE);
    for said in [alert.statement().clone(), backdated] {
        let said = OpenStatement::Alert(Signed::sign(said, &key));
        let id = said.id();
        overhear(&mut world, 0, said).unwrap();
        let alerts = feed(&world, 0);
        let shown = alerts.iter().find(|a| a.id == id).unwrap();
        assert_eq!(shown.author, None);
    }
}

#[test]
fn nobody_can_claim_the_pseudonym_of_somebody_else() {
    let mut world = World::street(&["Ada", "Ben"]);
    let street = world.street_id();
    let members = &world.homes[0].engine.state.streets[&street].members;
    // Ben came later: what he announced would take the place of what Ada did.
    let announcement = members.get(world.household(1)).unwrap().pseudonym.clone();
    let mut ada = members.get(world.household(0)).unwrap().clone();

    let mut out = Vec::new();
    ada.pseudonym.clone_from(&announcement);
    let copied = world.homes[1]
        .engine
        .admit_one(street, &ada, START, &mut out);
    assert_eq!(copied, Err(MemberError::NotTheirs.into()));
    let pseudonym = announcement.unwrap().statement().pseudonym.clone();
    ada.pseudonym = Some(Box::new(
        world.homes[0].engine.sign(Announcement { pseudonym }),
    ));
    let signed_again = world.homes[1]
        .engine
        .admit_one(street, &ada, START, &mut out);
    assert_eq!(signed_again, Err(MemberError::NotTheirs.into()));
}
