//! The figures of a run, as programs and other runs read them: `summary.json`, and what `--json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::{Reach, Spread, by_said};
use crate::record::{
    Class, Expectation, Home, HouseNumber, Learned, Micros, Record, Role, SaidKind, Violation, Way,
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
    /// How much time passed in the run, in seconds.
    pub virtual_s: f64,
    /// How much time it took here, in seconds.
    pub wall_s: f64,
    /// How much of that went into making homes and starting their nodes, in seconds.
    pub building_s: f64,
    /// Virtual seconds for each second that it took, without the building.
    pub times_real: f64,
    /// Most memory that the process had, in bytes.
    pub peak_rss_bytes: u64,
    /// Inputs that engines took.
    pub steps: u64,
    /// The same for the same scenario and seed, wherever it runs.
    pub trace_hash: String,
    /// Alerts.
    pub alerts: Alerts,
    /// Each retraction.
    pub retractions: Vec<Reach>,
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

/// How alerts came to the homes that they were due at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alerts {
    /// How many were said.
    pub sent: usize,
    /// How many deliveries were due: one for each alert and home.
    pub due: u64,
    /// How many were made, sooner or later.
    pub delivered: u64,
    /// Of these, how many came by comparing with a neighbour, after an absence or a cut.
    pub caught_up: u64,
    /// How many homes a path led to when the alert was said. The times below are of these.
    pub connected: u64,
    /// Time from saying to showing, in milliseconds: half of the connected homes were at most this late.
    pub p50_ms: Option<f64>,
    /// 99 in 100 were at most this late.
    pub p99_ms: Option<f64>,
    /// The latest.
    pub max_ms: Option<f64>,
    /// What `p99_ms` would be if each alert took the shortest path and nobody needed time to think.
    pub floor_p99_ms: Option<f64>,
    /// Copies of an alert that came to a home by gossip, on average over homes that it came to that way.
    pub copies_per_home: Option<f64>,
}

impl Summary {
    /// The figures of a run.
    pub fn of(record: &Record) -> Self {
        let cost = &record.cost;
        let virtual_s = seconds(cost.virtual_time);
        let running_s = cost.wall_s - cost.building_s;
        Self {
            scenario: record.scenario.clone(),
            seed: record.seed,
            homes: honest(record).count(),
            virtual_s,
            wall_s: cost.wall_s,
            building_s: cost.building_s,
            times_real: if running_s > 0.0 {
                virtual_s / running_s
            } else {
                0.0
            },
            peak_rss_bytes: cost.peak_rss_bytes,
            steps: cost.steps,
            trace_hash: record.trace_hash.clone(),
            alerts: Alerts::of(record),
            retractions: by_said(record)
                .filter(|(said, _)| said.kind == SaidKind::Cancel)
                .map(|(said, own)| Reach::of(said, own))
                .collect(),
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

    /// Whether everything that was expected held, and no rule was broken.
    pub fn is_well(&self) -> bool {
        self.violations.is_empty() && self.expect.iter().all(|expectation| expectation.ok)
    }
}

impl Alerts {
    fn of(record: &Record) -> Self {
        let alerts = || by_said(record).filter(|(said, _)| said.kind == SaidKind::Alert);
        let mut caught_up = 0;
        let (mut took, mut floors) = (Vec::new(), Vec::new());
        let (mut copies, mut gossiped, mut delivered) = (0_u64, 0_u64, 0_u64);
        for (said, own) in alerts() {
            for delivery in own {
                if let Some(floor) = delivery.floor {
                    floors.push(floor.0);
                }
                let Some(after) = delivery.took(said) else {
                    continue;
                };
                delivered += 1;
                if delivery.copies > 0 {
                    gossiped += 1;
                    copies += u64::from(delivery.copies);
                }
                if delivery.way == Some(Way::CatchUp) {
                    caught_up += 1;
                }
                if delivery.floor.is_some() {
                    took.push(after.0);
                }
            }
        }
        let connected = floors.len() as u64;
        let (took, floors) = (Spread::of(took), Spread::of(floors));
        let ms = |value: u64| Micros(value).as_ms();
        Self {
            sent: alerts().count(),
            due: alerts().map(|(said, _)| u64::from(said.due)).sum(),
            delivered,
            caught_up,
            connected,
            p50_ms: took.map(|spread| ms(spread.p50)),
            p99_ms: took.map(|spread| ms(spread.p99)),
            max_ms: took.map(|spread| ms(spread.max)),
            floor_p99_ms: floors.map(|spread| ms(spread.p99)),
            copies_per_home: ratio(copies, gossiped),
        }
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

/// Virtual time as seconds.
fn seconds(time: Micros) -> f64 {
    time.as_ms() / 1_000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below 2^53"
)]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
