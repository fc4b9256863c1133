//! What is read, what is refused, and that nothing is lost on the way back.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use streetlamp_proto::publisher::{Certainty, Severity, Status, Urgency};

use super::*;

#[test]
fn published_messages_are_read_whole_and_written_so_that_they_read_the_same() {
    for xml in PUBLISHED {
        let message = read(xml.as_bytes()).unwrap();
        let written = write(&message);
        let unsigned = Message {
            signed: false,
            ..message
        };
        assert_eq!(read(written.as_bytes()), Ok(unsigned));
        assert!(is_valid(&written), "{written}");
    }
    assert!(read(SIGNED.as_bytes()).unwrap().signed);
    let amber = read(AMBER.as_bytes()).unwrap();
    assert_eq!(amber.infos.len(), 2);
    assert_eq!(amber.infos[1].language.as_deref(), Some("es-US"));
    assert_eq!(amber.infos[1].event, "Abducción de Niño");
}

#[test]
fn the_weather_services_geojson_is_the_message_that_it_would_be_in_cap() {
    let messages = read_geojson(HANNA.as_bytes()).unwrap();
    let message = messages[0].clone().unwrap();
    assert_eq!(message.identifier, "NWS-IDP-PROD-4348471-3639020");
    assert_eq!(message.kind, MessageKind::Update);
    assert_eq!(message.referred().len(), 3);
    let info = &message.infos[0];
    assert_eq!(info.responses, [Response::Avoid]);
    assert_eq!(info.parameters.len(), 7);
    // Latitude comes first in CAP, longitude in GeoJSON.
    assert!(info.places[0].polygons[0].starts_with("28.056,-97.884 28.05,-97.875 "));
    assert_eq!(info.places[0].geocodes[0].name, "SAME");
    let written = write(&message);
    assert_eq!(read(written.as_bytes()), Ok(message));
    assert!(is_valid(&written), "{written}");
    for odd in ["{}", "[]", "{\"type\":\"FeatureCollection\"}", "<alert/>"] {
        assert!(read_geojson(odd.as_bytes()).is_err(), "{odd}");
    }
}

#[test]
fn entities_document_types_and_other_versions_are_refused() {
    let bomb = "<!DOCTYPE alert [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE alert [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    for kind in [bomb, outside, "<!DOCTYPE alert>"] {
        let (head, rest) = THUNDERSTORM.split_once("?>").unwrap();
        let odd = format!("{head}?>{kind}{rest}");
        assert!(
            matches!(read(odd.as_bytes()), Err(CapError::Xml(_))),
            "{kind}"
        );
    }
    let entity = THUNDERSTORM.replace("Public", "&x;");
    assert!(matches!(read(entity.as_bytes()), Err(CapError::Xml(_))));
    let older = THUNDERSTORM.replace("cap:1.2", "cap:1.1");
    assert_eq!(read(older.as_bytes()), Err(CapError::Version));
    assert!(is_cap(older.as_bytes()));
    assert_eq!(read(b"<feed/>"), Err(CapError::Version));
    assert_eq!(read(b"<alert>\xff</alert>"), Err(CapError::Encoding));
}

#[test]
fn what_is_too_large_is_refused_before_it_costs_anything() {
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(100_000));
    assert_eq!(read(deep.as_bytes()), Err(CapError::Large));
    let long = " ".repeat(MESSAGE_BYTES + 1);
    assert_eq!(read(long.as_bytes()), Err(CapError::Large));
    let points = "1,1 ".repeat(POINTS + 1);
    let many = THUNDERSTORM.replace("38.47,-120.14 38.34", &format!("{points}38.34"));
    assert_eq!(read(many.as_bytes()), Err(CapError::Large));
    let shapes = "<circle>1,1 1</circle>".repeat(SHAPES + 1);
    let many = EARTHQUAKE.replace("<circle>32.9525,-115.5527 0</circle>", &shapes);
    assert_eq!(read(many.as_bytes()), Err(CapError::Large));
}

/// Whatever the reader takes the schema takes; whatever is changed here both refuse.
#[test]
fn what_the_schema_refuses_is_refused() {
    let changes = [
        ("<status>Actual</status>", "<status>actual</status>"),
        ("<status>Actual</status>", ""),
        ("<scope>Public</scope>", "<scope> Public</scope>"),
        ("<urgency>Immediate</urgency>", "<urgency>Now</urgency>"),
        ("<category>Met</category>", ""),
        ("2003-06-17T14:57:00-07:00", "2003-06-17T14:57:00Z"),
        ("2003-06-17T14:57:00-07:00", "2003-06-17T14:57:00.5-07:00"),
        ("2003-06-17T14:57:00-07:00", "2003-02-30T14:57:00-07:00"),
        ("<event>", "<event lang='en'>"),
        ("<event>", "<event><b/>"),
        ("<event>", "<more/><event>"),
        ("<info>", "stray <info>"),
        (
            "<scope>Public</scope>",
            "<scope>Public</scope><scope>Public</scope>",
        ),
        ("</alert>", "<extra xmlns='urn:x'/></alert>"),
        ("<areaDesc>", "<altitude>1</altitude><areaDesc>"),
        ("<contact>", "<web>not a uri %zz</web><contact>"),
    ];
    for (from, to) in changes {
        let odd = THUNDERSTORM.replacen(from, to, 1);
        assert_ne!(odd, THUNDERSTORM, "{from}");
        assert!(read(odd.as_bytes()).is_err(), "{from} -> {to}");
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\t\n\räöß中🚒]{0,40}"
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9:.@_-]{1,30}"
}

fn moment() -> impl Strategy<Value = Moment> {
    let times = [
        "2026-05-01T18:30:00-07:00",
        "2030-12-31T23:59:59+05:45",
        "2027-01-01T00:00:00-00:00",
    ];
    select(times.to_vec()).prop_map(|text| Moment::read(text).unwrap())
}

fn pair() -> impl Strategy<Value = Pair> {
    (text(), text()).prop_map(|(name, value)| Pair { name, value })
}

fn resource() -> impl Strategy<Value = Resource> {
    let parts = (
        text(),
        text(),
        of("-?[0-9]{1,12}"),
        of("https://[a-z]{1,9}/[a-z?=&]{0,9}"),
    );
    (parts, of(text()), of(text())).prop_map(
        |((description, mime_type, size, uri), deref_uri, digest)| Resource {
            description,
            mime_type,
            size,
            uri,
            deref_uri,
            digest,
        },
    )
}

fn place() -> impl Strategy<Value = Place> {
    let parts = (
        text(),
        vec(text(), 0..3),
        vec(text(), 0..3),
        vec(pair(), 0..3),
    );
    let heights = (of("-?[0-9]{1,5}(\\.[0-9]{1,3})?"), of("[0-9]{1,5}"));
    (parts, heights).prop_map(
        |((description, polygons, circles, geocodes), (altitude, ceiling))| Place {
            description,
            polygons,
            circles,
            geocodes,
            altitude,
            ceiling,
        },
    )
}

fn info() -> impl Strategy<Value = Info> {
    let head = (
        of("[a-z]{2}(-[A-Z]{2})?"),
        vec(select(Category::ALL), 1..3),
        text(),
    );
    let lists = (
        vec(select(Response::ALL), 0..3),
        select(Urgency::ALL),
        select(Severity::ALL),
        select(Certainty::ALL),
    );
    let times = (of(moment()), of(moment()), of(moment()));
    let texts = (
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    let rest = (
        vec(pair(), 0..3),
        vec(pair(), 0..3),
        vec(resource(), 0..2),
        vec(place(), 0..3),
    );
    let web = of("https?://[a-z]{1,9}\\.example/[a-z0-9]{0,9}");
    (head, lists, times, texts, rest, web).prop_map(|(head, lists, times, texts, rest, web)| Info {
        language: head.0,
        categories: head.1,
        event: head.2,
        responses: lists.0,
        urgency: lists.1,
        severity: lists.2,
        certainty: lists.3,
        effective: times.0,
        onset: times.1,
        expires: times.2,
        audience: texts.0,
        sender_name: texts.1,
        headline: texts.2,
        description: texts.3,
        instruction: texts.4,
        contact: texts.5,
        web,
        event_codes: rest.0,
        parameters: rest.1,
        resources: rest.2,
        places: rest.3,
    })
}

pub(super) fn message() -> impl Strategy<Value = Message> {
    let head = (
        word(),
        word(),
        moment(),
        select(Status::ALL),
        select(MessageKind::ALL),
        select(Scope::ALL),
    );
    let texts = (
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    (head, texts, vec(text(), 0..3), vec(info(), 0..3)).prop_map(|(head, texts, codes, infos)| {
        Message {
            identifier: head.0,
            sender: head.1,
            sent: head.2,
            status: head.3,
            kind: head.4,
            scope: head.5,
            source: texts.0,
            restriction: texts.1,
            addresses: texts.2,
            note: texts.3,
            references: texts.4,
            incidents: texts.5,
            codes,
            infos,
            signed: false,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_element_of_cap_comes_back_as_it_was_and_the_schema_takes_it(message in message()) {
        let written = write(&message);
        prop_assert_eq!(read(written.as_bytes()), Ok(message));
        prop_assert!(is_valid(&written), "{}", written);
    }

    #[test]
    fn no_bytes_make_the_reader_fail(cut in 0..SIGNED.len(), byte in any::<u8>()) {
        let mut bytes = SIGNED.as_bytes().to_vec();
        bytes[cut] = byte;
        fuzz::message_or_refused(&bytes);
        bytes.truncate(cut);
        fuzz::message_or_refused(&bytes);
    }
}
