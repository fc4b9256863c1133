mod relaying;

use std::time::Duration;

use super::*;
use crate::identity::Name;
use crate::publisher::{Area, BulletinError, Certainty, Kind, Severity, Status, Urgency};
use crate::text::{Line, Prose};

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn desk(cells: &[&str]) -> Desk {
    let binding = Binding {
        name: Name::clean("Maple Fire Department").unwrap(),
        domain: "fire.example".parse().unwrap(),
        area: Area::of(cells.iter().map(|cell| cell.parse().unwrap())).unwrap(),
        seconds: Vec::new(),
        handovers: Vec::new(),
        issued: NOW,
        expires: NOW.after(BINDING_LIFE),
    };
    Desk::new(key(), Signed::sign(binding, &key()), [])
}

fn draft() -> Draft {
    Draft {
        status: Status::Actual,
        kind: Kind::RoadClosure,
        severity: Severity::Minor,
        urgency: Urgency::Expected,
        certainty: Certainty::Likely,
        area: None,
        headline: Line::clean("Mill Road is closed").unwrap(),
        text: Prose::default(),
        instruction: Prose::default(),
        contact: Prose::default(),
        life: Duration::from_secs(3_600),
        original: None,
    }
}

fn publish(desk: &mut Desk, draft: Draft) -> (Result<DeskAnswer, DeskFailure>, Vec<DeskOutput>) {
    let (draft, second) = (Box::new(draft), None);
    let command = DeskCommand::Publish { draft, second };
    let mut outputs = desk.handle(DeskInput::Command(command), NOW);
    match outputs.pop() {
        Some(DeskOutput::Answer(answer)) => (answer, outputs),
        other => panic!("{other:?}"),
    }
}

fn topics(outputs: &[DeskOutput]) -> Vec<&str> {
    let published = outputs.iter().filter_map(|output| match output {
        DeskOutput::Publish { topic, .. } => Some(topic.as_str()),
        _ => None,
    });
    published.collect()
}

#[test]
fn a_bulletin_is_kept_before_it_is_said_and_said_after_who_speaks() {
    let mut desk = desk(&["u33dc"]);
    let (answer, outputs) = publish(&mut desk, draft());
    assert!(matches!(
        outputs[0],
        DeskOutput::Store(DeskRecord::Bulletin(..))
    ));
    let mut said = outputs[1..].iter().map(|output| match output {
        DeskOutput::Publish { bytes, .. } => OpenStatement::from_frame(bytes).unwrap(),
        other => panic!("{other:?}"),
    });
    assert!(matches!(said.next(), Some(OpenStatement::Publisher(_))));
    let Some(OpenStatement::Bulletin(announced)) = said.next() else {
        panic!("no bulletin")
    };
    assert_eq!(announced.id(), answer.unwrap().said);
}

#[test]
fn what_was_said_is_said_again_after_a_restart_until_it_is_over() {
    let mut before = desk(&["u33dc"]);
    let (_, outputs) = publish(&mut before, draft());
    let records = outputs.into_iter().filter_map(|output| match output {
        DeskOutput::Store(record) => Some(record),
        _ => None,
    });
    let mut after = Desk::new(key(), before.binding().clone(), records);
    assert_eq!(topics(&after.handle(DeskInput::Started, NOW)).len(), 2);
    let later = NOW.after(Duration::from_secs(3_600));
    let outputs = after.handle(DeskInput::Due(DeskTimer::Again), later);
    assert!(matches!(outputs[0], DeskOutput::Store(DeskRecord::Over(_))));
    assert!(after.bulletins(later).is_empty());
}

#[test]
fn whoever_comes_is_told_what_is_about_where_he_listens() {
    let mut desk = desk(&["u3"]);
    let area = Some(Area::of(["u33dc1".parse().unwrap(), "u33dd".parse().unwrap()]).unwrap());
    publish(&mut desk, Draft { area, ..draft() }).0.unwrap();
    for (cell, told) in [("u33dc", 2), ("u33de", 1), ("gcpvj", 0)] {
        let topic = topic(&cell.parse().unwrap()).unwrap();
        desk.handle(DeskInput::Listener(topic.clone()), NOW);
        let outputs = desk.handle(DeskInput::Due(DeskTimer::Newcomers), NOW);
        assert_eq!(topics(&outputs), vec![topic.as_str(); told], "{cell}");
    }
}

#[test]
fn a_publisher_of_a_whole_country_says_where_each_bulletin_holds() {
    let mut desk = desk(&["u3"]);
    assert_eq!(publish(&mut desk, draft()).0, Err(DeskFailure::WhichArea));
    let area = Some(Area::of(["u33d".parse().unwrap()]).unwrap());
    let (answer, outputs) = publish(&mut desk, Draft { area, ..draft() });
    assert!(answer.is_ok());
    assert_eq!(topics(&outputs).len(), 64);
    let outside = Some(Area::of(["gcpvj".parse().unwrap()]).unwrap());
    let refused = publish(
        &mut desk,
        Draft {
            area: outside,
            ..draft()
        },
    )
    .0;
    assert_eq!(refused, Err(DeskFailure::Bulletin(BulletinError::Outside)));
}

#[test]
fn a_binding_is_signed_anew_before_it_is_worth_nothing() {
    let mut desk = desk(&["u33dc"]);
    let later = NOW.after(RENEW);
    let outputs = desk.handle(DeskInput::Due(DeskTimer::Again), later);
    assert!(matches!(
        outputs[0],
        DeskOutput::Store(DeskRecord::Binding(_))
    ));
    assert_eq!(desk.binding().statement().issued, later);
    assert_eq!(desk.binding().check_at(later), Ok(()));
}

#[test]
fn p3_a_publisher_has_nothing_that_anything_could_be_sealed_to() {
    let sources = [
        include_str!("../mod.rs"),
        include_str!("../event.rs"),
        include_str!("../relaying.rs"),
        include_str!("../../mod.rs"),
        include_str!("../../area.rs"),
        include_str!("../../binding.rs"),
        include_str!("../../bulletin.rs"),
        include_str!("../../domain.rs"),
        include_str!("../../original.rs"),
    ];
    for source in sources {
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for key in [
                "recipient::",
                "Recipient",
                "Identity",
                "EpochKey",
                "Card",
                "household::",
            ] {
                assert!(!line.contains(key), "{line}");
            }
        }
    }
}

#[test]
fn p1_nothing_that_a_publisher_hears_is_anybodys_word() {
    // The list is whole: a new input does not compile here.
    let hears = |input: &DeskInput| match input {
        DeskInput::Started | DeskInput::Command(_) | DeskInput::Due(_) => None,
        DeskInput::Listener(topic) => Some(topic.clone()),
    };
    assert_eq!(hears(&DeskInput::Started), None);
}
