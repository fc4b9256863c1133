//! What of a message residents read.

use std::time::Duration;

use streetlamp_proto::publisher::{Certainty, Kind, Severity, Status, Urgency};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::BULLETIN_LIFE;

use super::*;

fn words(xml: &str) -> Words {
    read(xml.as_bytes())
        .unwrap()
        .words(&Wanted::default())
        .unwrap()
}

fn in_language(language: &str) -> Wanted {
    Wanted {
        language: Some(language.to_owned()),
        kind: None,
    }
}

#[test]
fn a_storm_is_said_in_its_own_words() {
    let storm = words(THUNDERSTORM);
    assert_eq!((storm.status, storm.kind), (Status::Actual, Kind::Weather));
    assert_eq!(
        (storm.severity, storm.urgency, storm.certainty),
        (Severity::Severe, Urgency::Immediate, Certainty::Observed)
    );
    assert_eq!(storm.headline.as_str(), "SEVERE THUNDERSTORM WARNING");
    // The indentation of the XML is not the author's.
    assert!(storm.text.as_str().contains("A SEVERE\nTHUNDERSTORM OVER"));
    assert_eq!(storm.contact.as_str(), "BARUFFALDI/JUSKIE");
    let over = Moment::read("2003-06-17T16:00:00-07:00").unwrap().time();
    assert_eq!(storm.expires, over);
    assert_eq!(storm.life(over), Err(CapError::Expired));
    assert_eq!(
        storm.life(over.before(2 * BULLETIN_LIFE)),
        Ok(BULLETIN_LIFE)
    );
}

#[test]
fn the_language_is_the_first_one_or_the_one_that_was_asked_for() {
    let amber = read(AMBER.as_bytes()).unwrap();
    let said = |wanted| amber.words(&wanted).map(|words| words.headline.to_string());
    assert_eq!(
        said(Wanted::default()).unwrap(),
        "Amber Alert in Los Angeles County"
    );
    assert_eq!(
        said(in_language("es")).unwrap(),
        "Alerta Amber en el condado de Los Ángeles"
    );
    assert_eq!(
        said(in_language("ES-us")).unwrap(),
        said(in_language("es")).unwrap()
    );
    assert_eq!(said(in_language("fr")), Err(CapError::NoInfo));
    assert_eq!(said(in_language("e")), Err(CapError::NoInfo));
}

#[test]
fn of_several_parts_the_worst_is_said() {
    let mut storm = read(THUNDERSTORM.as_bytes()).unwrap();
    let mut worse = storm.infos[0].clone();
    worse.severity = Severity::Extreme;
    worse.headline = Some("Tornado".to_owned());
    worse.expires = None;
    storm.infos.push(worse);
    let said = storm.words(&Wanted::default()).unwrap();
    assert_eq!(said.headline.as_str(), "Tornado");
    // It holds until the last part is over.
    assert_eq!(
        Some(said.expires),
        storm.infos[0].expires.as_ref().map(Moment::time)
    );
}

#[test]
fn kinds_follow_from_codes_responses_and_categories() {
    assert_eq!(words(AMBER).kind, Kind::MissingPerson);
    assert_eq!(words(EARTHQUAKE).kind, Kind::Hazard);
    assert_eq!(words(HOMELAND).kind, Kind::PoliceActivity);
    for (from, to, kind) in [
        (
            "<responseType>Shelter",
            "<responseType>Evacuate",
            Kind::Evacuation,
        ),
        ("<value>SVR", "<value>EVI", Kind::Evacuation),
        ("<category>Met", "<category>Fire", Kind::Fire),
        ("<category>Met", "<category>Transport", Kind::RoadClosure),
        ("<category>Met", "<category>CBRNE", Kind::Hazard),
        (
            "<category>Met",
            "<category>Other</category><category>Met",
            Kind::Weather,
        ),
    ] {
        assert_eq!(
            words(&THUNDERSTORM.replacen(from, to, 1)).kind,
            kind,
            "{to}"
        );
    }
    let told = Wanted {
        language: None,
        kind: Some(Kind::Update),
    };
    let amber = read(AMBER.as_bytes()).unwrap();
    assert_eq!(amber.words(&told).unwrap().kind, Kind::Update);
}

#[test]
fn tests_are_tests_whatever_they_call_themselves() {
    for status in ["Exercise", "System", "Test"] {
        let odd = THUNDERSTORM.replace(">Actual<", &format!(">{status}<"));
        let said = words(&odd).status;
        assert_eq!(said.word(), status.to_lowercase());
    }
    // A required weekly test is sent as if it were meant.
    for code in ["RWT", "RMT", "DMO", "NPT"] {
        let weekly = THUNDERSTORM.replace("<value>SVR", &format!("<value>{code}"));
        assert_eq!(words(&weekly).status, Status::Test, "{code}");
    }
}

#[test]
fn drafts_answers_and_what_is_not_for_everybody_say_nothing() {
    let refused = |from: &str, to: &str| {
        let odd = THUNDERSTORM.replacen(from, to, 1);
        read(odd.as_bytes()).unwrap().is_for_residents()
    };
    assert_eq!(refused(">Actual<", ">Draft<"), Err(CapError::Draft));
    assert_eq!(
        refused(">Alert<", ">Ack<"),
        Err(CapError::MessageKind("Ack"))
    );
    assert_eq!(
        refused(">Alert<", ">Error<"),
        Err(CapError::MessageKind("Error"))
    );
    assert_eq!(
        refused(">Public<", ">Restricted<"),
        Err(CapError::Scope("Restricted"))
    );
    assert_eq!(
        refused(">Public<", ">Private<"),
        Err(CapError::Scope("Private"))
    );
    assert_eq!(refused(">Public<", ">Public<"), Ok(()));
}

#[test]
fn long_texts_are_cut_between_words_and_say_so() {
    let long = "word ".repeat(1_000);
    let said = words(&THUNDERSTORM.replacen("AT 254 PM", &long, 1));
    assert!(said.text.as_str().ends_with("word …"));
    assert!(said.text.as_str().chars().count() <= 2_000);
    let long = "字".repeat(3_000);
    let said = words(&THUNDERSTORM.replacen("AT 254 PM", &long, 1));
    assert_eq!(said.text.as_str().chars().count(), 2_000);
    let said = words(&THUNDERSTORM.replacen("SEVERE THUNDERSTORM WARNING", &long, 1));
    assert!(said.headline.as_str().ends_with(" …"));
}

#[test]
fn without_a_headline_the_event_is_said_and_without_an_end_a_day() {
    let bare = THUNDERSTORM
        .replace("<headline>SEVERE THUNDERSTORM WARNING</headline>", "")
        .replace("<expires>2003-06-17T16:00:00-07:00</expires>", "");
    let said = words(&bare);
    assert_eq!(said.headline.as_str(), "SEVERE THUNDERSTORM");
    let sent = Moment::read("2003-06-17T14:57:00-07:00").unwrap().time();
    assert_eq!(said.expires, sent.after(Duration::from_secs(24 * 3_600)));
    let nameless = bare.replace("<event>SEVERE THUNDERSTORM</event>", "<event> </event>");
    let nameless = read(nameless.as_bytes()).unwrap();
    assert!(nameless.words(&Wanted::default()).is_err());
}

#[test]
fn a_message_is_called_by_sender_identifier_and_time() {
    let tsunami = read(TSUNAMI.as_bytes()).unwrap();
    let name = "wcatwc@noaa.gov,PAAQ-4-mg5a94,2013-01-05T10:58:23-00:00";
    assert_eq!(tsunami.origin().unwrap().as_str(), name);
    let earlier: Vec<_> = tsunami
        .referred()
        .iter()
        .map(|o| o.as_str().to_owned())
        .collect();
    assert_eq!(
        earlier[2],
        "wcatwc@noaa.gov,PAAQ-3-mg5a94,2013-01-05T10:17:31-00:00"
    );
    let odd = TSUNAMI.replace("PAAQ-4-mg5a94", "PAAQ 4");
    assert!(read(odd.as_bytes()).unwrap().origin().is_err());
    assert_eq!(
        Moment::of(Timestamp::from_ms(0)).unwrap().as_str(),
        "1970-01-01T00:00:00-00:00"
    );
}
