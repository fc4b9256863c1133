//! The report of a run: one page for people, which needs no other file and no network, and prints.
//!
//! It says first whether everything held, then how alerts travelled, what it cost each home, and what adversaries
//! learned. Whoever wants other figures has them in the files beside it.

mod chart;
mod street_map;
mod words;

use askama::Template;
use streetlamp::error::Result;

use self::street_map::StreetMap;
pub use self::words::lesson;
use self::words::{bytes, moment, number};
use super::figures::{Reach, Spread, by_said};
use super::summary::{Summary, bytes_per_hour};
use super::undrawn;
use crate::record::{
    Class, Delivery, Happening, Micros, Record, Said, SaidKind, Side, Storage, What,
};

/// How many happenings the page lists. All of them are in `events.jsonl`.
const HAPPENINGS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    summary: &'a Summary,
    streets: usize,
    expectations: Vec<Judged>,
    /// How soon connected homes showed an alert, as a curve; nothing if none did.
    curve: Option<String>,
    /// Each delivery against its floor.
    floors: Option<String>,
    /// How often an alert came to a home, and what a home sends and gets, as bars.
    bars: Vec<Bars>,
    maps: Vec<StreetMap>,
    retractions: Vec<Retraction>,
    traffic: Vec<(&'static str, String)>,
    storage: Vec<Stored>,
    learned: Vec<String>,
    happenings: Vec<&'a Happening>,
    /// How many more there were.
    unlisted: usize,
    configuration: &'a str,
}

/// An expectation in words.
struct Judged {
    ok: bool,
    name: String,
    value: String,
    bound: String,
}

/// Bars with their heading.
struct Bars {
    heading: &'static str,
    says: &'static str,
    chart: String,
}

/// A retraction and how soon it was everywhere.
struct Retraction {
    at: String,
    reach: Reach,
}

/// How a kind of bytes lies on the homes' disks.
struct Stored {
    what: &'static str,
    p50: String,
    p99: String,
    max: String,
}

/// Draws the report.
pub(super) fn page(record: &Record, summary: &Summary) -> Result<String> {
    let mut shown: Vec<_> = record
        .happenings
        .iter()
        .filter(|happening| happening.what != What::Fetched)
        .collect();
    let unlisted = record.happenings.len() - shown.len().min(HAPPENINGS);
    shown.truncate(HAPPENINGS);
    let page = Page {
        summary,
        streets: record.streets.len(),
        expectations: summary.expect.iter().map(judged).collect(),
        curve: chart::curve(&connected(record))?,
        floors: chart::floors(&connected(record))?,
        bars: bars(record)?,
        maps: street_map::of(record)?,
        retractions: retractions(record, summary),
        traffic: summary
            .sent_bytes
            .iter()
            .map(|(class, sent)| (name(*class), bytes(*sent)))
            .collect(),
        storage: storage(&record.storage),
        learned: summary.learned.iter().map(lesson).collect(),
        happenings: shown,
        unlisted,
        configuration: &record.configuration,
    };
    page.render().map_err(|e| undrawn("the report", e))
}

/// How long alerts took to homes that a path led to, and how long at least they had to.
fn connected(record: &Record) -> Vec<(Micros, Micros)> {
    alerts(record)
        .flat_map(|(said, own)| {
            own.iter()
                .filter_map(|delivery| Some((delivery.took(said)?, delivery.floor?)))
        })
        .collect()
}

fn alerts(record: &Record) -> impl Iterator<Item = (&Said, &[Delivery])> {
    by_said(record).filter(|(said, _)| said.kind == SaidKind::Alert)
}

fn bars(record: &Record) -> Result<Vec<Bars>> {
    let copies: Vec<u64> = alerts(record)
        .flat_map(|(_, own)| own)
        .filter(|delivery| delivery.copies > 0)
        .map(|delivery| u64::from(delivery.copies))
        .collect();
    let kilobytes: Vec<u64> = bytes_per_hour(record)
        .into_iter()
        .map(|bytes| bytes / 1_000)
        .collect();
    let each = [
        (
            "How often an alert came",
            "Copies of an alert at a home that it came to by gossip. One is enough; the rest is the price of being quick and hard to cut off.",
            copies,
            "copies",
        ),
        (
            "What a home sends and gets",
            "Kilobytes an hour, up and down together.",
            kilobytes,
            "kB an hour",
        ),
    ];
    let mut bars = Vec::new();
    for (heading, says, values, unit) in each {
        if let Some(chart) = chart::bars(&values, unit)? {
            bars.push(Bars {
                heading,
                says,
                chart,
            });
        }
    }
    Ok(bars)
}

fn retractions(record: &Record, summary: &Summary) -> Vec<Retraction> {
    let said_at = |number: u32| {
        record
            .said
            .iter()
            .find(|said| said.number == number)
            .map_or_else(String::new, |said| moment(said.at))
    };
    summary
        .retractions
        .iter()
        .map(|reach| Retraction {
            at: said_at(reach.said),
            reach: reach.clone(),
        })
        .collect()
}

fn storage(homes: &[Storage]) -> Vec<Stored> {
    let of = |bytes: fn(&Storage) -> u64| Spread::of(homes.iter().map(bytes).collect());
    [
        ("Database", of(|home| home.database)),
        (
            "Sealed clips, its own and granted ones",
            of(|home| home.clips),
        ),
        ("Sealed clips of others", of(|home| home.kept)),
    ]
    .into_iter()
    .filter_map(|(what, spread)| {
        let spread = spread?;
        Some(Stored {
            what,
            p50: bytes(spread.p50),
            p99: bytes(spread.p99),
            max: bytes(spread.max),
        })
    })
    .collect()
}

fn judged(expectation: &crate::record::Expectation) -> Judged {
    let side = match expectation.side {
        Side::AtMost => "at most",
        Side::AtLeast => "at least",
    };
    Judged {
        ok: expectation.ok,
        name: expectation.name.clone(),
        value: expectation
            .value
            .map_or_else(|| "nothing".to_owned(), number),
        bound: format!("{side} {}", number(expectation.bound)),
    }
}

fn name(class: Class) -> &'static str {
    match class {
        Class::Connecting => "Setting connections up",
        Class::Presence => "Saying who one is and that one is there",
        Class::Gossip => "Gossip: alerts, bulletins and who wants what",
        Class::Join => "Entering a street",
        Class::Street => "Between neighbours: catching up, grants, epochs, leases",
        Class::Device => "Between devices of one household",
        Class::Clips => "Sealed bytes of clips",
        Class::Other => "Everything else",
    }
}
