//! Bulletins as messages: what they carry, or what they say.

use streetlamp_proto::publisher::{
    Area, Bulletin, Certainty, Kind, Message as Act, Severity, Status, Urgency,
};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::text::{Line, Prose};
use streetlamp_proto::time::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

fn id(n: u8) -> StatementId {
    StatementId::from_bytes([n; 32])
}

fn area() -> Area {
    Area::of(["u33dc".parse().unwrap(), "u33dd1".parse().unwrap()]).unwrap()
}

fn by_hand(kind: Kind, message: Act) -> Bulletin {
    Bulletin {
        status: Status::Actual,
        message,
        kind,
        severity: Severity::Severe,
        urgency: Urgency::Expected,
        certainty: Certainty::Likely,
        area: area(),
        headline: Line::clean("Smoke over <Mill Road> & \"more\"").unwrap(),
        text: Prose::clean("Line one\nline two").unwrap(),
        instruction: Prose::clean("Keep windows closed").unwrap(),
        contact: Prose::clean("555 0100").unwrap(),
        issued: NOW,
        expires: Timestamp::from_ms(1_800_000_600_000),
        original: None,
    }
}

fn export(said: &Bulletin) -> String {
    let domain = "fire.example".parse().unwrap();
    exported(said, id(7), &domain, NOW).unwrap()
}

/// The bulletin that a publisher makes of a message.
fn made_of(xml: &str, message: Act) -> Bulletin {
    let words = read(xml.as_bytes()).unwrap().words(&Wanted::default());
    let words = words.unwrap();
    Bulletin {
        status: words.status,
        message,
        kind: words.kind,
        severity: words.severity,
        urgency: words.urgency,
        certainty: words.certainty,
        area: area(),
        headline: words.headline,
        text: words.text,
        instruction: words.instruction,
        contact: words.contact,
        issued: NOW,
        expires: words.expires,
        original: Some(xml.parse().unwrap()),
    }
}

#[test]
fn a_bulletin_made_from_a_message_comes_back_as_that_message_to_the_letter() {
    for xml in PUBLISHED {
        let said = made_of(xml, Act::Alert);
        assert!(matches!(carried(&said), Carried::Message(_)));
        assert_eq!(export(&said), xml);
        assert!(is_valid(xml));
    }
}

#[test]
fn a_signature_comes_back_as_it_was_and_nobody_says_that_it_was_checked() {
    let said = made_of(SIGNED, Act::Alert);
    let Carried::Message(message) = carried(&said) else {
        panic!("it carries a message")
    };
    assert_eq!(message.signature_state(), "not-checked");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), export(&said)).unwrap();
    // Its certificate is nobody's, so the signature is checked with the key in it, and that key is trusted.
    let checker = Command::new("xmlsec1")
        .args(["--verify", "--insecure"])
        .arg(file.path())
        .output();
    match checker {
        Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
        Err(_) => eprintln!("skipped: xmlsec1 is not installed"),
    }
}

#[test]
fn a_bulletin_that_carries_something_else_is_exported_as_homes_show_it() {
    let honest = made_of(THUNDERSTORM, Act::Alert);
    let others = [
        Bulletin {
            headline: Line::clean("All is well").unwrap(),
            ..honest.clone()
        },
        Bulletin {
            severity: Severity::Minor,
            ..honest.clone()
        },
        Bulletin {
            status: Status::Test,
            ..honest.clone()
        },
        Bulletin {
            message: Act::Cancel(id(1)),
            ..honest.clone()
        },
        Bulletin {
            original: Some("not XML".parse().unwrap()),
            ..honest.clone()
        },
    ];
    for other in others {
        assert_eq!(carried(&other), Carried::Contradiction);
        let xml = export(&other);
        let message = read(xml.as_bytes()).unwrap();
        assert_eq!(message.sender, "fire.example");
        assert_eq!(
            message.infos[0].headline.as_deref(),
            Some(other.headline.as_str())
        );
        assert!(is_valid(&xml));
    }
    // What the publisher may choose: what kind it is, where it holds, how an update stands to others.
    let update = Bulletin {
        kind: Kind::Update,
        message: Act::Update(id(1)),
        ..honest
    };
    assert!(matches!(carried(&update), Carried::Message(_)));
}

#[test]
fn a_bulletin_made_by_hand_is_a_valid_message_and_comes_back_as_itself() {
    for kind in Kind::ALL {
        for act in [Act::Alert, Act::Update(id(1)), Act::Cancel(id(1))] {
            let said = by_hand(*kind, act);
            let xml = export(&said);
            assert!(is_valid(&xml), "{xml}");
            let message = read(xml.as_bytes()).unwrap();
            assert_eq!(message.is_for_residents(), Ok(()));
            assert_eq!(message.referred().len(), usize::from(act != Act::Alert));
            let words = message.words(&Wanted::default()).unwrap();
            assert_eq!((words.kind, words.headline), (said.kind, said.headline));
            assert_eq!((words.text, words.contact), (said.text, said.contact));
            assert_eq!(words.expires, said.expires);
            let cover = cover(&message, &area()).unwrap().unwrap();
            assert_eq!(cover.area, Some(said.area));
            assert!(!cover.sticks_out);
        }
    }
}
