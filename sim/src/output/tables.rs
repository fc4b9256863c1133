//! What happened, line by line, for programs that make their own figures: `events.jsonl`,
//! `deliveries.csv` and `clips.csv`.
//!
//! Deliveries are a table and not events: they are most of what a run leaves, and a table is read faster.

use serde::Serialize;
use streetlamp::error::Result;

use super::undrawn;
use crate::record::{
    Clip, Delivery, Happening, HouseNumber, Micros, Record, Said, SaidKind, Violation, Way,
};

/// One line of `events.jsonl`. `at` is in microseconds of the run, and lines are in its order.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    Said(&'a Said),
    Happened(&'a Happening),
    Broken(&'a Violation),
}

impl Event<'_> {
    fn at(&self) -> Micros {
        match self {
            Self::Said(said) => said.at,
            Self::Happened(happening) => happening.at,
            Self::Broken(violation) => violation.at,
        }
    }
}

/// Everything that was said, that happened, and that was broken, as lines of JSON.
pub(super) fn events(record: &Record) -> Result<Vec<u8>> {
    let said = record.said.iter().map(Event::Said);
    let happened = record.happenings.iter().map(Event::Happened);
    let broken = record.violations.iter().map(Event::Broken);
    let mut events: Vec<_> = said.chain(happened).chain(broken).collect();
    events.sort_by_key(Event::at);
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, &event).map_err(|e| undrawn("an event", e))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// One line of `deliveries.csv`.
#[derive(Serialize)]
struct Row<'a> {
    said: u32,
    id: &'a str,
    kind: SaidKind,
    author: HouseNumber,
    home: HouseNumber,
    said_us: Micros,
    shown_us: Option<Micros>,
    took_us: Option<Micros>,
    floor_us: Option<Micros>,
    way: Option<Way>,
    copies: u32,
}

impl<'a> Row<'a> {
    fn of(said: &'a Said, delivery: &Delivery) -> Self {
        Self {
            said: said.number,
            id: &said.id,
            kind: said.kind,
            author: said.author,
            home: delivery.home,
            said_us: said.at,
            shown_us: delivery.at,
            took_us: delivery.took(said),
            floor_us: delivery.floor,
            way: delivery.way,
            copies: delivery.copies,
        }
    }
}

/// What came where, and what did not, as a table.
pub(super) fn deliveries(record: &Record) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for (said, own) in super::figures::by_said(record) {
        for delivery in own {
            table
                .serialize(Row::of(said, delivery))
                .map_err(|e| undrawn("the table of deliveries", e))?;
        }
    }
    whole(table, "the table of deliveries")
}

/// One line of `clips.csv`: a clip at a home that it was granted to, or that keeps it.
#[derive(Serialize)]
struct Copy<'a> {
    clip: u32,
    id: &'a str,
    owner: HouseNumber,
    recorded_us: Micros,
    stolen_us: Option<Micros>,
    sealed_bytes: u64,
    home: HouseNumber,
    why: Why,
    given_us: Option<Micros>,
    delivered_us: Option<Micros>,
    asked_us: Option<Micros>,
    here_us: Option<Micros>,
    from: Option<HouseNumber>,
}

/// Why a home has a clip of another one.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Why {
    Granted,
    Kept,
}

/// Where clips went, as a table.
pub(super) fn clips(record: &Record) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let of = |clip: &'_ Clip, home, why| Copy {
        clip: clip.number,
        id: "",
        owner: clip.owner,
        recorded_us: clip.at,
        stolen_us: clip.stolen,
        sealed_bytes: clip.sealed_bytes,
        home,
        why,
        given_us: None,
        delivered_us: None,
        asked_us: None,
        here_us: None,
        from: None,
    };
    for clip in &record.clips {
        let grants = record.grants.iter().filter(|g| g.clip == clip.number);
        let granted = grants.map(|grant| Copy {
            id: &clip.id,
            given_us: Some(grant.given),
            delivered_us: grant.delivered,
            asked_us: grant.asked,
            here_us: grant.fetched,
            from: grant.from,
            ..of(clip, grant.to, Why::Granted)
        });
        let kept = clip.kept.iter().map(|(keeper, since)| Copy {
            id: &clip.id,
            here_us: Some(*since),
            ..of(clip, *keeper, Why::Kept)
        });
        for copy in granted.chain(kept) {
            let written = table.serialize(copy);
            written.map_err(|e| undrawn("the table of clips", e))?;
        }
    }
    whole(table, "the table of clips")
}

fn whole(table: csv::Writer<Vec<u8>>, what: &str) -> Result<Vec<u8>> {
    table.into_inner().map_err(|e| undrawn(what, e.to_string()))
}
