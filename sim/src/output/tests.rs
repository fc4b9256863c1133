//! A small run made by hand, and what the files say of it.

use std::collections::BTreeSet;

use geojson::{FeatureCollection, GeometryValue};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::record::{
    Audience, Class, Clip, Cost, Delivery, Expectation, Grant, Happening, Home, HouseNumber,
    Learned, Lesson, Link, Micros, Record, Role, Said, SaidKind, Side, Storage, Street, Traffic,
    Violation, Way, What,
};

const ALERT: u32 = 0;
const CANCEL: u32 = 1;

const fn gossip() -> Option<Way> {
    Some(Way::Gossip)
}

/// Four homes and a listener. Home 0 says something and takes it back; home 3 was cut off and hears of it later, and
/// never of the retraction.
fn run() -> Record {
    let home = |number: u32, name: &str, role: Role| Home {
        number: HouseNumber(number),
        name: name.to_owned(),
        cell: format!("u33dc1{}", ["0", "2", "r", "x", "z"][number as usize]),
        street: (role == Role::Home).then_some(0),
        link: "fibre".to_owned(),
        provider: "north".to_owned(),
        availability: "steady".to_owned(),
        role,
    };
    let said = |number, kind, at, about| Said {
        number,
        id: format!("{number:064x}"),
        kind,
        about,
        author: HouseNumber(0),
        at: Micros(at),
        expires: Micros(at + 86_400_000_000),
        audience: Audience::Street(0),
        cancelled: (number == ALERT).then_some(Micros(60_000_000)),
        due: 3,
    };
    let came = |said, home, at: Option<u64>, floor: Option<u64>, way| Delivery {
        said,
        home: HouseNumber(home),
        at: at.map(Micros),
        way,
        floor: floor.map(Micros),
        copies: if way == gossip() { home } else { 0 },
    };
    let gossip = gossip();
    Record {
        scenario: "made by hand".to_owned(),
        configuration: "name = \"made by hand\"\n".to_owned(),
        seed: 7,
        streets: vec![Street {
            number: 0,
            name: "Elm Street".to_owned(),
            cell: "u33dc1".to_owned(),
        }],
        homes: vec![
            home(0, "Ada", Role::Home),
            home(1, "Ben", Role::Home),
            home(2, "<script>alert(1)</script>", Role::Home),
            home(3, "Dee & \"Sons\"", Role::Home),
            home(4, "Ear", Role::Adversary("listener".to_owned())),
        ],
        links: [(0, 1), (1, 2), (0, 4)]
            .map(|(a, b)| Link {
                a: HouseNumber(a),
                b: HouseNumber(b),
                one_way: Micros(10_000),
                opened: Micros(500_000),
                closed: (b == 4).then_some(Micros(90_000_000)),
                times: 1,
            })
            .to_vec(),
        said: vec![
            said(ALERT, SaidKind::Alert, 10_000_000, None),
            said(CANCEL, SaidKind::Cancel, 60_000_000, Some(ALERT)),
        ],
        deliveries: vec![
            came(ALERT, 1, Some(10_012_000), Some(10_000), gossip),
            came(ALERT, 2, Some(10_024_000), Some(20_000), gossip),
            came(ALERT, 3, Some(40_000_000), None, Some(Way::CatchUp)),
            came(CANCEL, 1, Some(60_011_000), Some(10_000), gossip),
            came(CANCEL, 2, Some(60_023_000), Some(20_000), gossip),
            came(CANCEL, 3, None, None, None),
        ],
        clips: vec![Clip {
            number: 0,
            id: "c".repeat(64),
            owner: HouseNumber(0),
            at: Micros(20_000_000),
            sealed_bytes: 1_000_000,
            kept: vec![(HouseNumber(1), Micros(25_000_000))],
            stolen: Some(Micros(50_000_000)),
        }],
        grants: [(2, Some(45)), (3, Some(70)), (1, None)]
            .map(|(to, fetched)| Grant {
                clip: 0,
                to: HouseNumber(to),
                given: Micros(21_000_000),
                delivered: Some(Micros(21_050_000)),
                asked: Some(Micros(40_000_000)),
                fetched: fetched.map(|seconds| Micros(seconds * 1_000_000)),
                from: fetched.map(|seconds| HouseNumber(u32::from(seconds > 50))),
            })
            .to_vec(),
        happenings: vec![Happening {
            at: Micros(5_000_000),
            home: Some(HouseNumber(3)),
            what: What::Off,
            says: "lost its power".to_owned(),
        }],
        traffic: vec![Traffic {
            home: HouseNumber(1),
            class: Class::Gossip,
            sent: 3_000,
            received: 1_000,
        }],
        storage: vec![Storage {
            home: HouseNumber(1),
            database: 40_960,
            clips: 0,
            kept: 1_000_000,
        }],
        learned: vec![Learned {
            by: "listener".to_owned(),
            what: Lesson::SealedRead,
            count: 0,
            of: 1,
            blind: None,
        }],
        violations: Vec::new(),
        expectations: vec![Expectation {
            name: "p99-ms".to_owned(),
            ok: true,
            value: Some(24.0),
            bound: 200.0,
            side: Side::AtMost,
        }],
        cost: Cost {
            virtual_time: Micros(120_000_000),
            starting: Micros(20_000_000),
            steps: 1_234,
            building_s: 1.0,
            wall_s: 3.0,
            building_processor_s: 0.5,
            processor_s: 2.5,
            peak_rss_bytes: 50_000_000,
        },
        trace_hash: "5a".repeat(32),
    }
}

#[test]
fn times_are_of_homes_that_a_path_led_to_and_counts_are_of_all() {
    let alerts = Summary::of(&run()).alerts;
    assert_eq!((alerts.sent, alerts.due, alerts.delivered), (1, 3, 3));
    assert_eq!((alerts.connected, alerts.caught_up), (2, 1));
    assert_eq!(alerts.p50_ms, Some(12.0));
    assert_eq!(alerts.p99_ms, Some(24.0));
    assert_eq!(alerts.max_ms, Some(24.0));
    assert_eq!(alerts.floor_p99_ms, Some(20.0));
    assert_eq!(alerts.copies_per_home, Some(1.5));
}

#[test]
fn what_never_came_counts_as_late_and_not_as_absent() {
    let retractions = Summary::of(&run()).retractions;
    let [cancel] = retractions.as_slice() else {
        panic!("one retraction: {retractions:?}");
    };
    assert_eq!((cancel.due, cancel.delivered), (3, 2));
    assert_eq!(cancel.half_ms, Some(23.0));
    assert_eq!(cancel.p99_ms, None);
}

#[test]
fn adversaries_are_no_homes_and_bytes_are_for_an_hour() {
    let summary = Summary::of(&run());
    assert_eq!(summary.homes, 4);
    assert!((summary.times_real - 50.0).abs() < 1e-9);
    assert!((summary.times_processor - 48.0).abs() < 1e-9);
    assert!((summary.times_processor_running - 50.0).abs() < 1e-9);
    let bytes = summary.home_bytes_per_hour.expect("homes sent something");
    assert_eq!((bytes.p50, bytes.max), (0, 120_000));
}

#[test]
fn what_a_keeper_has_and_what_was_fetched_from_it_counts_after_a_theft() {
    let clips = Summary::of(&run()).clips;
    assert_eq!((clips.stolen, clips.stolen_kept), (1, 1));
    assert_eq!((clips.stolen_wanted, clips.stolen_fetched), (2, 1));
    assert_eq!((clips.asked, clips.fetched, clips.from_keepers), (3, 2, 1));
    assert_eq!(clips.fetched_bytes, 2_000_000);
    assert_eq!(clips.delivered_p99_ms, Some(50.0));
    assert_eq!(clips.fetch_p99_ms, Some(30_000.0));
}

#[test]
fn a_table_has_a_line_for_each_home_that_a_clip_went_to() {
    let table = tables::clips(&run()).expect("a table");
    let mut table = csv::Reader::from_reader(table.as_slice());
    let rows: Vec<_> = table.records().collect::<Result<_, _>>().expect("rows");
    let whys: Vec<_> = rows.iter().map(|row| (&row[6], &row[7])).collect();
    let expected = [
        ("2", "granted"),
        ("3", "granted"),
        ("1", "granted"),
        ("1", "kept"),
    ];
    assert_eq!(whys, expected);
}

#[test]
fn what_never_came_to_a_connected_home_is_late() {
    let mut record = run();
    record.deliveries[1].at = None;
    let alerts = Summary::of(&record).alerts;
    assert_eq!(
        (alerts.connected, alerts.p50_ms, alerts.p99_ms),
        (2, Some(12.0), None)
    );
}

#[test]
fn a_summary_is_read_again_as_it_was_written() {
    let summary = Summary::of(&run());
    let text = serde_json::to_string(&summary).expect("figures are JSON");
    let again: Summary = serde_json::from_str(&text).expect("and are read again");
    assert_eq!(again, summary);
}

#[test]
fn a_run_leaves_seven_files_and_replaces_those_of_an_earlier_one() {
    let dir = tempfile::tempdir().expect("a place");
    for _ in 0..2 {
        write(&run(), dir.path()).expect("it is written");
    }
    let names: BTreeSet<_> = fs::read_dir(dir.path())
        .expect("the place is there")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    let expected = [
        "clips.csv",
        "deliveries.csv",
        "events.jsonl",
        "report.html",
        "street.geojson",
        "street.graphml",
        "summary.json",
    ];
    assert_eq!(names, expected.map(Into::into).into());
}

#[test]
fn deliveries_are_a_table_with_a_line_for_each_home_that_something_was_due_at() {
    let table = tables::deliveries(&run()).expect("a table");
    let mut table = csv::Reader::from_reader(table.as_slice());
    let columns = table.headers().expect("a heading").clone();
    let rows: Vec<_> = table.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 6);
    let column = |name| columns.iter().position(|column| column == name);
    let took = column("took_us").expect("there is such a column");
    let taken: Vec<_> = rows.iter().map(|row| &row[took]).collect();
    assert_eq!(taken, ["12000", "24000", "30000000", "11000", "23000", ""]);
}

#[test]
fn events_are_lines_of_json_in_their_order() {
    let lines = String::from_utf8(tables::events(&run()).expect("lines")).expect("text");
    let events: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let seen: Vec<_> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(seen, ["happened", "said", "said"]);
    assert_eq!(events[0]["at"], 5_000_000);
}

#[test]
fn the_graph_has_every_home_and_every_connection() {
    let graph = graph::graphml(&run()).expect("a graph");
    let mut reader = Reader::from_reader(graph.as_slice());
    let (mut nodes, mut edges, mut texts) = (0, 0, Vec::new());
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => match tag.name().as_ref() {
                "node" => nodes += 1,
                "edge" => edges += 1,
                _ => {}
            },
            Event::Text(text) => texts.push(text.to_string()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((nodes, edges), (5, 3));
    assert!(texts.iter().any(|text| text == "listener"), "{texts:?}");
}

#[test]
fn the_map_puts_each_home_into_its_cell() {
    let map = String::from_utf8(map::geojson(&run()).expect("a map")).expect("text");
    let map: FeatureCollection = map.parse().expect("GeoJSON");
    let (mut streets, mut homes) = (0, 0);
    for feature in map.features {
        let cell = feature.property("cell").and_then(|cell| cell.as_str());
        let square = place::Square::of(cell.expect("each has its cell")).expect("a cell");
        match feature.geometry.expect("each has a place").value {
            GeometryValue::Polygon { coordinates } => {
                streets += 1;
                assert_eq!(coordinates[0].first(), coordinates[0].last());
            }
            GeometryValue::Point { coordinates } => {
                homes += 1;
                let (x, y) = (coordinates[0], coordinates[1]);
                assert!(square.west < x && x < square.east);
                assert!(square.south < y && y < square.north);
            }
            other => panic!("neither a street nor a home: {other:?}"),
        }
    }
    assert_eq!((streets, homes), (1, 5));
}

#[test]
fn a_report_needs_nothing_from_elsewhere_and_shows_names_as_text() {
    let record = run();
    let page = report::page(&record, &Summary::of(&record)).expect("a page");
    assert!(!page.contains("<script"), "a name became markup");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    for outside in [" src=", " href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside} asks for another file");
    }
}

#[test]
fn a_report_of_a_run_in_which_nothing_was_said_is_drawn() {
    let mut record = run();
    record.said.clear();
    record.deliveries.clear();
    record.homes.clear();
    record.streets.clear();
    record.links.clear();
    let dir = tempfile::tempdir().expect("a place");
    write(&record, dir.path()).expect("it is written");
}

#[test]
fn a_broken_rule_or_a_missed_bound_is_said_first() {
    let mut record = run();
    record.violations.push(Violation {
        rule: "no-key-without-entry".to_owned(),
        at: Micros(11_000_000),
        step: 99,
        home: Some(HouseNumber(2)),
        says: "a key left".to_owned(),
        replay: "streetlamp-sim run a.toml --seed 7".to_owned(),
    });
    let summary = Summary::of(&record);
    assert!(!summary.is_well());
    let page = report::page(&record, &summary).expect("a page");
    assert!(page.contains("Not everything held"));
    assert!(page.contains("streetlamp-sim run a.toml --seed 7"));
}

/// What is a regression, after a change to the second run.
fn regressions(change: impl FnOnce(&mut Record)) -> Vec<String> {
    let before = run();
    let mut after = run();
    change(&mut after);
    let compared = compare(&Summary::of(&before), &Summary::of(&after)).expect("comparable");
    let rows = compared.rows.into_iter().filter(|row| row.regression);
    let names: Vec<_> = rows.map(|row| row.name).collect();
    assert_eq!(compared.regressed, !names.is_empty());
    names
}

#[test]
fn a_run_compared_with_itself_has_not_regressed_and_did_the_same() {
    let summary = Summary::of(&run());
    let compared = compare(&summary, &summary).expect("comparable");
    assert!(compared.same_trace && !compared.regressed);
}

#[test]
fn one_alert_lost_is_a_regression() {
    let names = regressions(|after| after.deliveries[2].at = None);
    assert_eq!(names, ["alerts delivered, share"]);
}

#[test]
fn a_little_slower_is_no_regression_and_much_slower_is() {
    let slower = |micros: u64| {
        regressions(move |after| after.deliveries[1].at = Some(Micros(10_024_000 + micros)))
    };
    assert!(slower(1_000).is_empty());
    assert_eq!(slower(5_000), ["alerts p99, ms", "alerts last, ms"]);
}

#[test]
fn a_bound_that_was_held_and_is_missed_is_a_regression() {
    let names = regressions(|after| after.expectations[0].ok = false);
    assert_eq!(names, ["expected: p99-ms"]);
}

#[test]
fn a_slower_machine_is_no_regression() {
    assert!(regressions(|after| after.cost.wall_s = 1_000.0).is_empty());
}

#[test]
fn runs_of_different_scenarios_are_not_compared() {
    let mut other = run();
    other.scenario = "another".to_owned();
    assert!(compare(&Summary::of(&run()), &Summary::of(&other)).is_err());
}
