//! Messages of another system, and what becomes of them.

use super::*;
use crate::publisher::{Bulletin, Message, Origin, Relayed};

const MINUTE: Duration = Duration::from_secs(60);

fn origin(n: u32) -> Origin {
    format!("met@example.net,{n},2027-01-15T08:00:00-00:00")
        .parse()
        .unwrap()
}

fn area(cells: &[&str]) -> Option<Area> {
    Some(Area::of(cells.iter().map(|cell| cell.parse().unwrap())).unwrap())
}

fn storm(headline: &str, cells: &[&str]) -> Draft {
    Draft {
        kind: Kind::Weather,
        area: area(cells),
        headline: Line::clean(headline).unwrap(),
        original: Some(format!("<alert>{headline}</alert>").parse().unwrap()),
        ..draft()
    }
}

struct Relay {
    desk: Desk,
    now: Timestamp,
}

impl Relay {
    fn new() -> Self {
        Self {
            desk: desk(&["u33d"]),
            now: NOW,
        }
    }

    fn take(
        &mut self,
        n: u32,
        references: &[u32],
        says: Relayed,
    ) -> (Result<DeskAnswer, DeskFailure>, Vec<Bulletin>) {
        let relay = DeskCommand::Relay {
            origin: origin(n),
            references: references.iter().map(|n| origin(*n)).collect(),
            says: Box::new(says),
            second: None,
        };
        let mut outputs = self.desk.handle(DeskInput::Command(relay), self.now);
        let Some(DeskOutput::Answer(answer)) = outputs.pop() else {
            panic!("no answer")
        };
        let said = outputs.into_iter().filter_map(|output| match output {
            DeskOutput::Store(DeskRecord::Bulletin(said, _)) => {
                Some(said.bulletin.statement().clone())
            }
            _ => None,
        });
        (answer, said.collect())
    }

    fn say(&mut self, n: u32, references: &[u32], draft: Draft) -> StatementId {
        let answer = self.take(n, references, Relayed::Says(draft)).0.unwrap();
        assert!(answer.whole);
        answer.bulletin
    }

    fn states(&self) -> Vec<(String, State)> {
        let all = self.desk.bulletins(self.now);
        let states = all
            .iter()
            .map(|own| (own.bulletin.headline.to_string(), own.state));
        let mut states: Vec<_> = states.collect();
        states.sort_by(|a, b| a.0.cmp(&b.0));
        states
    }
}

#[test]
fn a_message_is_said_once_also_after_a_restart() {
    let mut relay = Relay::new();
    relay.say(1, &[], storm("Storm", &["u33dc"]));
    let again = |relay: &mut Relay| {
        relay
            .take(1, &[], Relayed::Says(storm("Storm", &["u33dc"])))
            .0
    };
    assert_eq!(again(&mut relay), Err(DeskFailure::SaidBefore));

    let kept = [DeskRecord::Relayed {
        origin: origin(1),
        bulletin: StatementId::from_bytes([1; 32]),
        whole: true,
    }];
    relay.desk = Desk::new(key(), relay.desk.binding().clone(), kept);
    assert_eq!(again(&mut relay), Err(DeskFailure::SaidBefore));
}

#[test]
fn an_update_stands_in_the_place_of_what_it_refers_to_and_so_does_the_next() {
    let mut relay = Relay::new();
    let first = relay.say(1, &[], storm("Storm", &["u33dc"]));
    assert_eq!(relay.say(2, &[1], storm("Worse", &["u33dc"])), first);
    // It names the last one only.
    assert_eq!(relay.say(3, &[2], storm("Worst", &["u33dc"])), first);
    assert_eq!(relay.states(), [("Worst".to_owned(), State::Active)]);
    let (answer, said) = relay.take(4, &[3], Relayed::TakesBack(None));
    assert_eq!(answer.unwrap().bulletin, first);
    assert_eq!(said[0].message, Message::Cancel(first));
    assert_eq!(relay.states(), [("Worst".to_owned(), State::Cancelled)]);
}

#[test]
fn an_update_reaches_who_was_told_and_who_was_not() {
    let mut relay = Relay::new();
    let first = relay.say(1, &[], storm("Storm", &["u33dc", "u33dd"]));
    let moved = storm("Moved", &["u33dd", "u33de"]);
    let (answer, said) = relay.take(2, &[1], Relayed::Says(moved));
    assert!(answer.unwrap().whole);
    assert_eq!(said[0].message, Message::Update(first));
    assert_eq!(Some(&said[0].area), area(&["u33dc", "u33dd"]).as_ref());
    assert_eq!(said[1].message, Message::Alert);
    assert_eq!(Some(&said[1].area), area(&["u33de"]).as_ref());
    assert_eq!(said[0].original, said[1].original);

    // Where it does not hold any more it is taken back.
    let (_, said) = relay.take(3, &[2], Relayed::Says(storm("Gone on", &["u33de"])));
    let messages: Vec<_> = said.iter().map(|said| said.message).collect();
    assert!(messages.contains(&Message::Cancel(first)));
    assert_eq!(said.len(), 2);
    // One that takes it back takes all of it back.
    relay.take(4, &[3], Relayed::TakesBack(None)).0.unwrap();
    assert!(
        relay
            .states()
            .iter()
            .all(|(_, state)| *state == State::Cancelled)
    );
}

#[test]
fn what_homes_would_not_take_waits_while_an_update_does_not() {
    let mut relay = Relay::new();
    let first = relay.say(1, &[], storm("Storm", &["u33dc"]));
    for n in 2..=6 {
        relay.say(n, &[], storm(&format!("Another {n}"), &["u33dc"]));
    }
    let more = Relayed::Says(storm("One more", &["u33dc"]));
    assert_eq!(
        relay.take(7, &[], more.clone()).0,
        Err(DeskFailure::TooOften)
    );

    let moved = Relayed::Says(storm("Moved", &["u33dc", "u33dd"]));
    let (answer, said) = relay.take(8, &[1], moved.clone());
    assert_eq!(
        answer.map(|answer| (answer.bulletin, answer.whole)),
        Ok((first, false))
    );
    assert_eq!(said.len(), 1);
    // Asked again, it says the rest when there is room, and not again what it said.
    let (answer, said) = relay.take(8, &[1], moved.clone());
    assert_eq!((answer.unwrap().whole, said.len()), (false, 0));
    relay.now = relay.now.after(10 * MINUTE);
    let (answer, said) = relay.take(8, &[1], moved.clone());
    assert!(answer.unwrap().whole);
    let rest = said.last().map(|said| &said.area);
    assert_eq!(rest, area(&["u33dd"]).as_ref());
    assert_eq!(relay.take(8, &[1], moved).0, Err(DeskFailure::SaidBefore));
    relay.now = relay.now.after(10 * MINUTE);
    assert!(relay.take(7, &[], more).0.is_ok());
}

#[test]
fn a_test_changes_nothing_that_is_meant_and_takes_nothing_back_that_is_not_there() {
    let mut relay = Relay::new();
    let first = relay.say(1, &[], storm("Storm", &["u33dc"]));
    let test = Draft {
        status: Status::Test,
        ..storm("Test", &["u33dc"])
    };
    let (answer, said) = relay.take(2, &[1], Relayed::Says(test));
    assert_ne!(answer.unwrap().bulletin, first);
    assert_eq!(said[0].message, Message::Alert);
    let nothing = relay.take(3, &[9], Relayed::TakesBack(None)).0;
    assert_eq!(nothing, Err(DeskFailure::NothingToTakeBack));
    // It may yet come.
    assert_eq!(relay.take(3, &[9], Relayed::TakesBack(None)).0, nothing);
}

#[test]
fn a_bulletin_that_updates_kept_alive_is_taken_back_after_the_first_of_them_would_be_over() {
    let mut relay = Relay::new();
    let first = relay.say(1, &[], storm("Storm", &["u33dc"]));
    let longer = Draft {
        life: Duration::from_secs(6 * 3_600),
        ..storm("Goes on", &["u33dc"])
    };
    relay.say(2, &[1], longer);
    relay.now = relay.now.after(Duration::from_secs(2 * 3_600));
    let outputs = relay
        .desk
        .handle(DeskInput::Due(DeskTimer::Again), relay.now);
    // The binding and the update; homes would refuse the first.
    assert_eq!(topics(&outputs).len(), 32 + 1);
    let (answer, said) = relay.take(3, &[1], Relayed::TakesBack(None));
    assert_eq!(answer.unwrap().bulletin, first);
    assert_eq!(said[0].message, Message::Cancel(first));

    let over = relay.now.after(Duration::from_secs(5 * 3_600));
    let outputs = relay.desk.handle(DeskInput::Due(DeskTimer::Again), over);
    let origins = outputs
        .iter()
        .filter(|output| matches!(output, DeskOutput::Store(DeskRecord::RelayedOver(_))));
    assert_eq!(origins.count(), 3);
    assert!(relay.desk.bulletins(over).is_empty());
}
