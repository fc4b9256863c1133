//! Messages of other warning systems: published, relayed, and back out at a neighbour's.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use streetlamp::cap::Moment;
use streetlamp_proto::time::Timestamp;
use streetlamp_tests::{Home, Publisher};

use super::web_server::WebServer;
use super::{PROGRAM, place, street};

const THUNDERSTORM: &str = include_str!("../../node/src/cap/tests/vectors/oasis/thunderstorm.xml");
const HANNA: &str = include_str!("../../node/src/cap/tests/vectors/nws/hanna.geojson");
/// Inside u33dc.
const POLYGON: &str = "52.52,13.41 52.52,13.43 52.54,13.43 52.54,13.41 52.52,13.41";

/// So many minutes from now, as CAP writes it.
fn in_minutes(minutes: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = i64::try_from(now.expect("a clock").as_secs()).expect("a time");
    let at = u64::try_from((now + minutes * 60) * 1_000).expect("a time");
    let moment = Moment::of(Timestamp::from_ms(at)).expect("a time");
    moment.as_str().to_owned()
}

/// A message as a weather service wrote it, moved to today and to the street.
struct Storm {
    xml: String,
    name: String,
}

fn storm(n: u32) -> Storm {
    let sent = in_minutes(-1);
    let xml = THUNDERSTORM
        .replace("KSTO1055887203", &format!("storm-{n}"))
        .replace("2003-06-17T14:57:00-07:00", &sent)
        .replace("2003-06-17T16:00:00-07:00", &in_minutes(60))
        .replace(
            "38.47,-120.14 38.34,-119.95 38.52,-119.74 38.62,-119.89 38.47,-120.14",
            POLYGON,
        );
    Storm {
        xml,
        name: format!("KSTO@NWS.NOAA.GOV,storm-{n},{sent}"),
    }
}

impl Storm {
    fn with(mut self, from: &str, to: &str) -> Self {
        assert!(self.xml.contains(from), "{from}");
        self.xml = self.xml.replacen(from, to, 1);
        self
    }

    /// The same as an update or cancellation of another one.
    fn about(self, kind: &str, other: &Self) -> Self {
        let references = format!(
            "<scope>Public</scope><references>{}</references>",
            other.name
        );
        let typed = format!("<msgType>{kind}</msgType>");
        self.with("<msgType>Alert</msgType>", &typed)
            .with("<scope>Public</scope>", &references)
    }
}

/// A weather service on the air, to which one home listens.
fn service(place: &Path, home: &Home) -> Publisher {
    let mut service = Publisher::at(PROGRAM, &place.join("weather"));
    let init = [
        "init",
        "--name",
        "Weather",
        "--domain",
        "met.example",
        "--area",
        "u33dc,u33dd",
    ];
    assert_eq!(service.run(&init).code, Some(0));
    start(&mut service, home);
    service
}

fn start(service: &mut Publisher, home: &Home) {
    let address = home.ready()["listen"][0].as_str().expect("an address");
    service.start(address).expect("the publisher starts");
}

fn atom(entries: &[&str]) -> String {
    let entries: String = entries
        .iter()
        .map(|path| {
            format!(
                "<entry><id>{path}</id><title>t</title><updated>2026-01-01T00:00:00Z</updated><link rel=\"alternate\" type=\"text/html\" href=\"/page\"/><link type=\"application/cap+xml\" href=\"{path}\"/></entry>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><title>Warnings</title><updated>2026-01-01T00:00:00Z</updated>{entries}</feed>"
    )
}

fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

/// The first of these.
fn the<'a>(lines: &'a [Value], event: &str) -> &'a Value {
    let found = lines.iter().find(|line| line["event"] == event);
    found.unwrap_or_else(|| panic!("no '{event}' in {lines:?}"))
}

fn bulletins(home: &Home, more: &[&str]) -> Vec<Value> {
    let args = [&["bulletin", "list"], more].concat();
    home.run(&args).list().to_vec()
}

fn comes(home: &mut Home, bulletin: &Value) {
    home.wait_for("bulletin", |event| &event["bulletin"] == bulletin)
        .expect("the bulletin comes");
}

#[test]
fn a_feed_is_relayed_once_updated_and_taken_back_through_restarts_and_outages() {
    let place = place();
    let [mut ada, mut ben] = street(place.path());
    let mut service = service(place.path(), &ada);
    let web = WebServer::start(place.path());
    let feed = web.url("/feed.atom");
    let relay = |service: &Publisher| service.relay(web.authority(), &feed, &[]);

    // An outage is said, and nothing else happens.
    let (code, lines) = relay(&service);
    assert_eq!((code, events(&lines, "published").len()), (Some(1), 0));
    assert!(lines[0]["error"].as_str().expect("why").contains("404"));

    let first = storm(1);
    web.put("/1.cap", &first.xml);
    web.put("/feed.atom", &atom(&["/1.cap"]));
    let (code, lines) = relay(&service);
    assert_eq!(code, Some(0), "{lines:?}");
    let bulletin = the(&lines, "published")["bulletin"].clone();
    comes(&mut ada, &bulletin);
    comes(&mut ben, &bulletin);
    let heard = &bulletins(&ben, &[])[0];
    assert_eq!(heard["kind"], "weather");
    assert_eq!(heard["headline"], "SEVERE THUNDERSTORM WARNING");
    assert_eq!(heard["original"]["identifier"], "storm-1");
    assert_eq!(heard["original"]["signature"], "none");
    let id = bulletin.as_str().expect("an id");
    let exported = ben.run(&["bulletin", "export", id, "--cap"]);
    assert_eq!(exported.text("cap"), first.xml);
    assert_eq!(exported.text("made"), "carried");

    // Nobody is asked by place, and servers learn whom to write to.
    let asked = web.asked();
    assert!(asked.iter().all(|head| !head.contains("point")));
    assert!(
        asked[0].contains("streetlamp-relay (met.example)"),
        "{}",
        asked[0]
    );

    // Neither a new relay nor a new node says it again.
    assert!(events(&relay(&service).1, "published").is_empty());
    service.kill().expect("it dies");
    let (code, lines) = relay(&service);
    assert_eq!((code, events(&lines, "published").len()), (Some(1), 0));
    start(&mut service, &ada);
    assert!(events(&relay(&service).1, "published").is_empty());

    let second = storm(2)
        .with("SEVERE THUNDERSTORM WARNING", "STORM GOES ON")
        .about("Update", &first);
    let third = storm(3).about("Cancel", &second);
    web.put("/2.cap", &second.xml);
    web.put("/feed.atom", &atom(&["/1.cap", "/2.cap"]));
    let updated = relay(&service).1;
    assert_eq!(the(&updated, "published")["bulletin"], bulletin);
    comes(&mut ben, &bulletin);
    assert_eq!(bulletins(&ben, &[])[0]["headline"], "STORM GOES ON");

    web.put("/3.cap", &third.xml);
    web.put("/feed.atom", &atom(&["/1.cap", "/2.cap", "/3.cap"]));
    let cancelled = relay(&service).1;
    assert_eq!(the(&cancelled, "taken-back")["bulletin"], bulletin);
    comes(&mut ben, &bulletin);
    let [only] = &bulletins(&ben, &[])[..] else {
        panic!("one bulletin")
    };
    assert_eq!(only["state"], "cancelled");
    let exported = ben.run(&["bulletin", "export", id, "--cap"]);
    assert_eq!(exported.text("cap"), third.xml);
}

#[test]
fn of_more_alerts_than_homes_take_the_worst_is_said_and_the_others_are_told_to_wait() {
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let service = service(place.path(), &ada);
    let web = WebServer::start(place.path());
    let paths: Vec<_> = (0..8).map(|n| format!("/{n}.cap")).collect();
    for (n, path) in (0..).zip(&paths) {
        let severity = if n == 7 { "Extreme" } else { "Minor" };
        let storm = storm(n)
            .with("<severity>Severe", &format!("<severity>{severity}"))
            .with("SEVERE THUNDERSTORM WARNING", &format!("Storm {n}"));
        web.put(path, &storm.xml);
    }
    let test = storm(9).with(">Actual<", ">Test<");
    web.put("/test.cap", &test.xml);
    let entries: Vec<_> = paths.iter().map(String::as_str).collect();
    web.put(
        "/feed.atom",
        &atom(&[&entries[..], &["/test.cap"]].concat()),
    );
    let (code, lines) = service.relay(web.authority(), &web.url("/feed.atom"), &[]);
    assert_eq!(code, Some(0), "{lines:?}");
    let published = events(&lines, "published");
    assert_eq!(published[0]["headline"], "Storm 7");
    // Four in all; room for two grave ones is kept.
    assert_eq!((published.len(), events(&lines, "waits").len()), (4, 5));
    assert_eq!(the(&lines, "round")["waiting"], 5);
    // In whatever order they come.
    let mut missing: BTreeSet<_> = published
        .iter()
        .map(|line| line["bulletin"].to_string())
        .collect();
    while !missing.is_empty() {
        let came = ada.wait_for("bulletin", |_| true).expect("the others come");
        missing.remove(&came["bulletin"].to_string());
    }
    assert_eq!(bulletins(&ada, &["--all"]).len(), 4);
}

#[test]
fn the_weather_services_geojson_is_relayed_where_the_publisher_speaks() {
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let service = service(place.path(), &ada);
    let web = WebServer::start(place.path());
    let today = HANNA
        .replace("2020-07-24T22:00:00-05:00", &in_minutes(-1))
        .replace("2020-07-25T06:00:00-05:00", &in_minutes(90));
    web.put("/alerts/active?area=TX", &today);
    let feed = web.url("/alerts/active?area=TX");
    let (_, lines) = service.relay(web.authority(), &feed, &[]);
    let why = the(&lines, "dropped")["why"].as_str().expect("why");
    assert!(why.contains("outside"), "{why}");

    // Texas is elsewhere; its operator says where it is to hold.
    let (_, lines) = service.relay(web.authority(), &feed, &["--area", "u33dc"]);
    let bulletin = &the(&lines, "published")["bulletin"];
    comes(&mut ada, bulletin);
    let heard = &bulletins(&ada, &[])[0];
    assert_eq!(heard["severity"], "extreme");
    assert_eq!(heard["original"]["sender"], "w-nws.webmaster@noaa.gov");
    let id = bulletin.as_str().expect("an id");
    let exported = ada.run(&["bulletin", "export", id, "--cap"]);
    let cap = exported.text("cap");
    assert!(cap.contains("<polygon>28.056,-97.884 "), "{cap}");
    for (bad, says) in [
        ("http://127.0.0.1/feed", "https"),
        (
            "https://api.weather.gov/alerts/active?point=39,-77",
            "point",
        ),
    ] {
        let refused = service.run(&["relay", "--once", "--feed", bad]);
        assert_eq!(refused.code, Some(2), "{}", refused.words);
        assert!(refused.words.contains(says), "{}", refused.words);
    }
    // Without the switch for tests nothing on this machine is asked.
    let inside = service.run(&["relay", "--once", "--feed", &feed]);
    assert_eq!(inside.code, Some(1));
    assert!(inside.words.contains("public address"), "{}", inside.words);
}

#[test]
fn a_message_is_published_by_hand_only_if_it_is_meant_for_everybody_here() {
    let place = place();
    let [mut ada, _ben] = street(place.path());
    let service = service(place.path(), &ada);
    let file = place.path().join("message.xml");
    let path = file.to_str().expect("UTF-8").to_owned();
    let publish = |storm: &Storm| {
        std::fs::write(&file, &storm.xml).expect("a file");
        service.run(&["publish", "--cap", &path])
    };
    for (odd, says) in [
        (storm(1).with(">Public<", ">Restricted<"), "Restricted"),
        (storm(1).with(">Public<", ">Private<"), "Private"),
        (storm(1).with("msgType>Alert<", "msgType>Ack<"), "Ack"),
        (storm(1).with("msgType>Alert<", "msgType>Error<"), "Error"),
        (storm(1).with(">Actual<", ">Draft<"), "draft"),
        (storm(1).with(POLYGON, "48,2 48,3 49,3 48,2"), "outside"),
        (
            storm(1).with(
                "<?xml version = \"1.0\" encoding = \"UTF-8\"?>",
                "<!DOCTYPE alert>",
            ),
            "XML",
        ),
        (
            storm(1).with("<responseType>Shelter", "<responseType>Evacuate"),
            "second key",
        ),
        (
            storm(1).with("<contact>", &format!("<contact>{}", "x".repeat(25_000))),
            "too long",
        ),
    ] {
        let refused = publish(&odd);
        assert_eq!(refused.code, Some(1), "{says}: {}", refused.words);
        assert!(refused.words.contains(says), "{says}: {}", refused.words);
    }
    for status in ["Test", "Exercise", "System"] {
        let n = u32::try_from(status.len()).expect("short");
        let test = storm(n).with(">Actual<", &format!(">{status}<"));
        let said = publish(&test);
        assert_eq!(said.code, Some(0), "{}", said.words);
        comes(&mut ada, &said.json["bulletin"]);
    }
    // None of them is shown as real.
    assert!(bulletins(&ada, &[]).is_empty());
    let all = bulletins(&ada, &["--all"]);
    let mut states: Vec<_> = all.iter().map(|heard| heard["state"].clone()).collect();
    states.sort_by_key(ToString::to_string);
    assert_eq!(states, ["exercise", "system", "test"]);

    let real = storm(20);
    let said = publish(&real);
    assert_eq!(said.code, Some(0), "{}", said.words);
    comes(&mut ada, &said.json["bulletin"]);
    assert_eq!(bulletins(&ada, &[])[0]["state"], "active");
    let again = publish(&real);
    assert_eq!(again.code, Some(1));
    assert!(again.words.contains("published before"), "{}", again.words);
}
