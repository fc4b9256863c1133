//! The figures of a run, as programs and other runs read them: `summary.json`, and what `--json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clips::Clips;
use super::figures::{Reach, Reached, Spread, by_said};
use crate::record::{
    Class, Expectation, Home, HouseNumber, Learned, Lesson, Micros, Record, Role, SaidKind,
    Violation,
};

/// The figures of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// How many honest homes there were.
    pub homes: usize,
    /// How many streets.
    pub streets: usize,
    /// How much time passed in the run, in seconds.
    pub virtual_s: f64,
    /// How much time it took here, in seconds.
    pub wall_s: f64,
    /// How much of that went into making homes and starting their nodes, in seconds.
    pub building_s: f64,
    /// Virtual seconds for each second that it took, once everybody was on.
    pub times_real: f64,
    /// How much time of a processor it took, in seconds: on a busy machine it says more.
    pub processor_s: f64,
    /// Virtual seconds for each second of a processor, from the building to the end.
    pub times_processor: f64,
    /// The same once everybody was on.
    pub times_processor_running: f64,
    /// Most memory that the process had, in bytes.
    pub peak_rss_bytes: u64,
    /// Inputs that engines took.
    pub steps: u64,
    /// The same for the same scenario and seed, wherever it runs.
    pub trace_hash: String,
    /// Everything that was said.
    pub said: Reached,
    /// Of it, alerts.
    pub alerts: Reached,
    /// Bulletins of agencies.
    pub bulletins: Reached,
    /// What took something back.
    pub cancels: Reached,
    /// Each retraction.
    pub retractions: Vec<Reach>,
    /// Clips, grants, and who keeps what.
    pub clips: Clips,
    /// Bytes up by what they were for, of all homes.
    pub sent_bytes: BTreeMap<Class, u64>,
    /// Bytes up and down of each home, in an hour.
    pub home_bytes_per_hour: Option<Spread>,
    /// Bytes on each home's disk in the end.
    pub home_disk_bytes: Option<Spread>,
    /// What each adversary learned.
    pub learned: Vec<Learned>,
    /// What the scenario expected, and what came of it.
    pub expect: Vec<Expectation>,
    /// Rules that were broken.
    pub violations: Vec<Violation>,
}

impl Summary {
    /// The figures of a run.
    pub fn of(record: &Record) -> Self {
        let cost = &record.cost;
        let virtual_s = seconds(cost.virtual_time);
        let running = seconds(cost.virtual_time.since(cost.starting));
        Self {
            scenario: record.scenario.clone(),
            seed: record.seed,
            homes: honest(record).count(),
            streets: record.streets.len(),
            virtual_s,
            wall_s: cost.wall_s,
            building_s: cost.building_s,
            times_real: times(running, cost.wall_s - cost.building_s),
            processor_s: cost.processor_s,
            times_processor: times(virtual_s, cost.processor_s),
            times_processor_running: times(running, cost.processor_s - cost.building_processor_s),
            peak_rss_bytes: cost.peak_rss_bytes,
            steps: cost.steps,
            trace_hash: record.trace_hash.clone(),
            said: Reached::of(record, |_| true),
            alerts: Reached::of(record, |kind| kind == SaidKind::Alert),
            bulletins: Reached::of(record, |kind| kind == SaidKind::Bulletin),
            cancels: Reached::of(record, |kind| kind == SaidKind::Cancel),
            retractions: by_said(record)
                .filter(|(said, _)| said.kind == SaidKind::Cancel)
                .map(|(said, own)| Reach::of(said, own))
                .collect(),
            clips: Clips::of(record),
            sent_bytes: sent(record),
            home_bytes_per_hour: Spread::of(bytes_per_hour(record)),
            home_disk_bytes: Spread::of(
                record
                    .storage
                    .iter()
                    .map(|home| home.database + home.clips + home.kept)
                    .collect(),
            ),
            learned: record.learned.clone(),
            expect: record.expectations.clone(),
            violations: record.violations.clone(),
        }
    }

    /// What was learned of one thing by everybody: how much, of how much, and how much of it blindly.
    pub fn lesson(&self, what: Lesson) -> Option<(u64, u64, Option<f64>)> {
        let lessons = self.learned.iter().filter(|learned| learned.what == what);
        let sum = |(count, of, blind): (u64, u64, Option<f64>), learned: &Learned| {
            let together = match (blind, learned.blind) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            };
            (count + learned.count, of + learned.of, together)
        };
        let mut lessons = lessons.peekable();
        lessons.peek()?;
        Some(lessons.fold((0, 0, None), sum))
    }

    /// Whether everything that was expected held, and no rule was broken.
    pub fn is_well(&self) -> bool {
        self.violations.is_empty() && self.expect.iter().all(|expectation| expectation.ok)
    }
}

/// The homes that are neither publishers nor hostile.
pub(super) fn honest(record: &Record) -> impl Iterator<Item = &Home> {
    record.homes.iter().filter(|home| home.role == Role::Home)
}

/// Bytes up by class, of all homes.
fn sent(record: &Record) -> BTreeMap<Class, u64> {
    let mut sent = BTreeMap::new();
    for traffic in &record.traffic {
        *sent.entry(traffic.class).or_default() += traffic.sent;
    }
    sent
}

/// Bytes up and down of each honest home, in an hour of the run.
pub(super) fn bytes_per_hour(record: &Record) -> Vec<u64> {
    const HOUR: u128 = 3_600_000_000;
    let run = u128::from(record.cost.virtual_time.0);
    let mut bytes: BTreeMap<HouseNumber, u64> =
        honest(record).map(|home| (home.number, 0)).collect();
    for traffic in &record.traffic {
        if let Some(bytes) = bytes.get_mut(&traffic.home) {
            *bytes += traffic.sent + traffic.received;
        }
    }
    bytes
        .into_values()
        .filter_map(|bytes| (u128::from(bytes) * HOUR).checked_div(run))
        .map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX))
        .collect()
}

/// How often a time goes into another; never, if it took none.
fn times(virtual_s: f64, took_s: f64) -> f64 {
    if took_s > 0.0 {
        virtual_s / took_s
    } else {
        0.0
    }
}

/// Virtual time as seconds.
fn seconds(time: Micros) -> f64 {
    time.as_ms() / 1_000.0
}
