//! Figures of how the node is, for Prometheus and what reads like it (OpenMetrics 1.0).
//!
//! They are counted out of what `status` says, at the moment when somebody asks; nothing is collected meanwhile. There are
//! sums and conditions only: no name, id, address, cell, title or kind of event is in them, so that a database of figures
//! tells nothing of what was said and of whom. How many neighbours are connected does tell when homes of the street are
//! switched on; the guide says so. Left to others: who may ask (`web::api`).

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use streetlamp_proto::time::Timestamp;

use crate::control::answers::Status;
use crate::disk::Condition;
use crate::error::{Error, ErrorKind, Result};

/// What every name begins with.
const PREFIX: &str = "streetlamp";
/// The form of the text.
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The ways in which a home is reached, as `status` names them.
const WAYS: [&str; 3] = ["open", "through-neighbours", "local"];
const KILOBYTE: u64 = 1_024;

/// The figures of a moment.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The home at a glance.
    pub(crate) status: Status,
    /// Free room under the home in bytes, if that can be told.
    pub(crate) free: Option<u64>,
    /// When this home last found that it had missed nothing, if it did since its node was started.
    pub(crate) caught_up: Option<Timestamp>,
}

impl Figures {
    /// Writes them down.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if they cannot be written, which is a fault of this program.
    pub(crate) fn text(&self) -> Result<String> {
        let mut registry = Registry::with_prefix(PREFIX);
        self.count(&mut registry);
        let mut text = String::new();
        let odd = |e| Error::new(ErrorKind::Internal, "the figures cannot be written").because(e);
        encode(&mut text, &registry).map_err(odd)?;
        Ok(text)
    }

    fn count(&self, registry: &mut Registry) {
        let Self { status, .. } = self;
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        let wrong = status.disk != Condition::Well;
        for (name, says, value) in [
            (
                "locked",
                "Whether no clip can be opened (1) or clips can be (0)",
                usize::from(status.locked),
            ),
            (
                "neighbours_known",
                "Other households of the street",
                status.neighbours_known,
            ),
            (
                "neighbours_connected",
                "Those that are connected",
                status.neighbours_connected,
            ),
            ("alerts", "Alerts that are not over", status.alerts),
            ("clips", "Clips, own and granted", status.clips),
            (
                "queued",
                "Grants and alerts that wait for somebody",
                status.queued,
            ),
            ("cameras", "Cameras and recorders", status.cameras),
            (
                "cameras_failing",
                "Those with which something is wrong",
                status.cameras_failing,
            ),
            (
                "keepers_wrong",
                "Keepers that do not stand as they should",
                status.keepers_wrong.len(),
            ),
            (
                "disk_trouble",
                "Whether the disk is full or fails (1)",
                usize::from(wrong),
            ),
            (
                "peers",
                "Homes that are connected, neighbours or not",
                status.reach.peers.len(),
            ),
            (
                "relays_for",
                "Homes that are reached through this one",
                status.reach.relays_for,
            ),
        ] {
            registry.register(name, says, ConstGauge::new(value));
        }
        let reached = Family::<[(&str, &str); 1], Gauge<u64, AtomicU64>>::default();
        for way in WAYS {
            let so = u64::from(status.reach.how == way);
            reached.get_or_create(&[("how", way)]).set(so);
        }
        registry.register("reached", "How neighbours come to this home", reached);
        for (name, says, value) in [
            (
                "ledger_entries",
                "Entries of the ledger: keys, exports, openings and stops",
                usize::try_from(status.ledger_seq).unwrap_or(usize::MAX),
            ),
            (
                "punched",
                "Direct ways that were found through a neighbour",
                status.reach.punched,
            ),
            (
                "not_punched",
                "Attempts at one that came to nothing",
                status.reach.not_punched,
            ),
        ] {
            registry.register(name, says, ConstCounter::new(value));
        }
        let mut perhaps = |name, says, unit, value: Option<i64>| {
            if let Some(value) = value {
                registry.register_with_unit(name, says, unit, ConstGauge::new(value));
            }
        };
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        perhaps(
            "disk_free",
            "Free room under the home",
            Unit::Bytes,
            self.free.map(signed),
        );
        perhaps(
            "caught_up_timestamp",
            "When this home last found that it had missed nothing",
            Unit::Seconds,
            self.caught_up.map(|at| signed(at.as_ms() / 1_000)),
        );
        perhaps(
            "clock_skew",
            "How far this home's clock is ahead of its neighbours'",
            Unit::Seconds,
            status.clock_skew_s,
        );
        perhaps(
            "resident_memory",
            "Memory of the node",
            Unit::Bytes,
            memory().map(signed),
        );
    }
}

/// What this process holds in memory, as Linux tells it (`proc_pid_status(5)`).
fn memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(KILOBYTE)
}
