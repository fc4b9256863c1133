use std::time::Duration;

use super::super::*;
use super::alerts::draft;
use super::world::World;
use crate::alert::{Act, Comment, FlagReason, FollowUpError, Progress, Reason, Title, Urgency};
use crate::signed::StatementId;

fn posted(world: &mut World, home: usize) -> StatementId {
    match world.command(home, Command::PostAlert(draft("Bicycle taken"))) {
        Ok(Answer::Alert { alert, .. }) => alert,
        other => panic!("{other:?}"),
    }
}

fn say(world: &mut World, home: usize, alert: StatementId, act: Act) -> Result<Answer, Failure> {
    let change = Change::Act(act);
    world.command(home, Command::FollowUp { alert, change })
}

fn cancel(reason: &str) -> Act {
    Act::Cancel(Some(Reason::clean(reason).unwrap()))
}

fn seen(world: &World, home: usize) -> AlertView {
    world.homes[home].engine.alerts(world.now).remove(0)
}

fn is_cancelled(world: &World, home: usize) -> bool {
    matches!(
        seen(world, home).thread.progress,
        Progress::Cancelled { .. }
    )
}

#[test]
fn a_retraction_reaches_everybody_whom_the_alert_reached_also_who_was_away() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let alert = posted(&mut world, 0);
    world.go_offline(2);
    say(&mut world, 0, alert, cancel("It was borrowed")).unwrap();
    assert!(is_cancelled(&world, 1));
    assert!(!is_cancelled(&world, 2));
    world.come_back(2);
    assert!(is_cancelled(&world, 2));
    world.restart(2);
    assert!(is_cancelled(&world, 2));
}

#[test]
fn a_retraction_wins_over_any_order_of_arrival() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let before = world.gossip.len();
    world.homes[1].online = false;
    let alert = posted(&mut world, 0);
    say(&mut world, 0, alert, cancel("It was borrowed")).unwrap();
    say(&mut world, 0, alert, Act::Resolve).unwrap();
    let said = world.gossip.split_off(before);
    assert_eq!(said.len(), 3);
    // Everything arrives at Ben's in the reverse order, the alert last.
    for (_, topic, frame) in said.into_iter().rev() {
        assert_eq!(world.overhear(1, topic, frame), Acceptance::Accept);
    }
    assert!(is_cancelled(&world, 1));
    assert_eq!(seen(&world, 1).thread, seen(&world, 0).thread);
}

#[test]
fn only_the_author_takes_back_updates_resolves_and_closes_comments() {
    let mut world = World::street(&["Ada", "Ben"]);
    let alert = posted(&mut world, 0);
    for act in [cancel("no"), Act::Resolve, Act::CloseComments] {
        assert_eq!(
            say(&mut world, 1, alert, act).unwrap_err(),
            Failure::FollowUp(FollowUpError::NotTheAuthor)
        );
    }
    for act in [Act::Confirm, Act::Flag(FlagReason::Spam)] {
        assert_eq!(
            say(&mut world, 0, alert, act).unwrap_err(),
            Failure::FollowUp(FollowUpError::TheAuthor)
        );
    }
}

#[test]
fn a_comment_has_words() {
    let mut world = World::street(&["Ada", "Ben"]);
    let alert = posted(&mut world, 0);
    let nothing = Act::Comment(Comment::clean(" \n ").expect("no more than allowed"));
    assert_eq!(
        say(&mut world, 1, alert, nothing).unwrap_err(),
        Failure::FollowUp(FollowUpError::NoWords)
    );
}

#[test]
fn a_retraction_forged_by_a_neighbour_is_rejected() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let alert = posted(&mut world, 0);
    let said = world.homes[0].engine.alerts(world.now).remove(0).alert;
    let forged = world.homes[1].engine.sign(crate::alert::FollowUp {
        audience: said.audience,
        alert,
        act: cancel("It was borrowed"),
        issued: world.now,
        expires: said.expires,
        nonce: crate::alert::Nonce::from_bytes([3; 16]),
    });
    let mut out = Vec::new();
    let item = crate::street::Item::FollowUp(forged);
    world.homes[1]
        .engine
        .tell(world.street_id(), item, &mut out);
    let Some(Output::Publish { topic, bytes }) = out.pop() else {
        panic!()
    };
    assert_eq!(world.overhear(2, topic, bytes), Acceptance::Reject);
    assert!(!is_cancelled(&world, 2));
}

#[test]
fn an_update_shows_the_newest_words_and_keeps_the_rest() {
    let mut world = World::street(&["Ada", "Ben"]);
    let alert = posted(&mut world, 0);
    let change = Change::Update {
        title: Some(Title::clean("Bicycle found").unwrap()),
        text: None,
        urgency: Some(Urgency::Info),
    };
    world
        .command(0, Command::FollowUp { alert, change })
        .unwrap();
    let view = seen(&world, 1);
    assert_eq!(view.thread.title.as_str(), "Bicycle found");
    assert_eq!(view.thread.text, view.alert.text);
    assert_eq!(view.thread.urgency, Urgency::Info);
    assert!(view.thread.updated.is_some());
}

#[test]
fn a_household_confirms_and_flags_once_however_often_it_says_so() {
    let mut world = World::street(&["Ada", "Ben", "Cem"]);
    let alert = posted(&mut world, 0);
    for _ in 0..3 {
        say(&mut world, 1, alert, Act::Confirm).unwrap();
        say(&mut world, 1, alert, Act::Flag(FlagReason::NotTrue)).unwrap();
    }
    say(&mut world, 2, alert, Act::Confirm).unwrap();
    let view = seen(&world, 0);
    assert_eq!(view.thread.confirmations.len(), 2);
    assert_eq!(view.thread.flags.len(), 1);
    assert!(!view.hidden);
}

#[test]
fn a_household_that_only_one_neighbour_vouched_for_does_not_count() {
    let mut world = World::street(&["Ada", "Ben", "Cem", "Dora"]);
    let alert = posted(&mut world, 0);
    say(&mut world, 3, alert, Act::Confirm).unwrap();
    assert_eq!(seen(&world, 1).thread.confirmations.len(), 0);
    let dora = world.household(3);
    world.command(1, Command::Vouch(dora)).unwrap();
    assert_eq!(seen(&world, 1).thread.confirmations, [dora]);
}

#[test]
fn three_flags_hide_an_alert() {
    let mut world = World::street(&["Ada", "Ben", "Cem", "Dora"]);
    let alert = posted(&mut world, 0);
    for home in 1..4 {
        say(&mut world, home, alert, Act::Flag(FlagReason::AboutAPerson)).unwrap();
    }
    assert!(seen(&world, 1).hidden);
}

#[test]
fn comments_are_shown_until_the_author_closes_them() {
    let mut world = World::street(&["Ada", "Ben"]);
    let alert = posted(&mut world, 0);
    let comment = |text| Act::Comment(Comment::clean(text).unwrap());
    say(&mut world, 1, alert, comment("I have a spare one")).unwrap();
    world.wait(Duration::from_secs(1));
    say(&mut world, 0, alert, Act::CloseComments).unwrap();
    world.wait(Duration::from_secs(1));
    let late = say(&mut world, 1, alert, comment("Really"));
    assert_eq!(late.unwrap_err(), Failure::CommentsClosed);
    let thread = seen(&world, 0).thread;
    assert_eq!(thread.comments.len(), 1);
    assert!(thread.closed);
}

#[test]
fn a_follow_up_is_forgotten_with_its_alert() {
    let mut world = World::street(&["Ada", "Ben"]);
    let alert = posted(&mut world, 0);
    say(&mut world, 1, alert, Act::Confirm).unwrap();
    world.wait(Duration::from_secs(3700));
    assert_eq!(world.homes[0].engine.alerts(world.now).len(), 0);
    let gone = world.homes[0].records.iter();
    let gone = gone.filter(|record| matches!(record, Record::Over(_)));
    assert_eq!(gone.count(), 2);
}

#[test]
fn a_household_that_says_too_much_is_told_so_and_not_passed_on() {
    let mut world = World::street(&["Ada", "Ben"]);
    let urgent = || Draft {
        urgency: Urgency::Urgent,
        ..draft("Smoke")
    };
    for _ in 0..crate::wire::limits::URGENT_BURST {
        world.command(0, Command::PostAlert(urgent())).unwrap();
    }
    let refused = world.command(0, Command::PostAlert(urgent()));
    assert_eq!(refused.unwrap_err(), Failure::TooOften);
    // Six an hour follow, as the founder chose.
    world.wait(Duration::from_secs(600));
    world.command(0, Command::PostAlert(urgent())).unwrap();
    let refused = world.command(0, Command::PostAlert(urgent()));
    assert_eq!(refused.unwrap_err(), Failure::TooOften);
    // What is not urgent has an allowance of its own.
    world
        .command(0, Command::PostAlert(draft("Noise")))
        .unwrap();
}

#[test]
fn a_home_without_the_rule_is_not_heard_beyond_its_share() {
    let mut world = World::street(&["Ada", "Ben"]);
    world.command(0, Command::PostAlert(draft("one"))).unwrap();
    let said = world.homes[0].engine.alerts(world.now).remove(0).alert;
    let mut heard = 0;
    for n in 0..200 {
        let alert = crate::alert::Alert {
            urgency: Urgency::Urgent,
            nonce: crate::alert::Nonce::from_bytes([n; 16]),
            ..said.clone()
        };
        let signed = world.homes[0].engine.sign(alert);
        let mut out = Vec::new();
        let item = crate::street::Item::Alert(signed);
        world.homes[0]
            .engine
            .tell(world.street_id(), item, &mut out);
        let Some(Output::Publish { topic, bytes }) = out.pop() else {
            panic!()
        };
        match world.overhear(1, topic, bytes) {
            Acceptance::Accept => heard += 1,
            other => assert_eq!(other, Acceptance::Ignore),
        }
    }
    assert_eq!(heard, crate::wire::limits::URGENT_BURST);
}
