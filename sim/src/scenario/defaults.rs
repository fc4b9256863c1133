//! What a scenario leaves out, and where the figures come from.
//!
//! Sources that are named in several places: Ookla, US fixed broadband, December 2023 (median 26.6 Mbit/s up, 227 down);
//! M-Lab quartiles (North America up 38/68/85 Mbit/s); FCC Measuring Broadband America for the kinds of lines; Maier
//! 2011 (more than 90 % of residential lines behind NAT); Mandalari 2017 (carrier-grade NAT at a tenth of the ISPs
//! measured); Trautwein 2025, arXiv 2510.27500 (hole punching works for 70 % of pairs). Figures without a source are
//! marked as chosen.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Alerts, AvailabilityClass, Clips, LineClass, Span, Town};
use crate::net::Nat;

/// Most homes of one run: a line needs an address of its own.
pub(super) const MOST_HOMES: u32 = 100_000;
/// Most homes of one street, which is the protocol's limit.
pub(super) const MOST_MEMBERS: u32 = 2_000;

/// Most nodes behind one address: ports above the one that Streetlamp asks for first.
pub(super) const MOST_AT_ONE_ADDRESS: u32 = 60_000;

const fn seconds(seconds: u64) -> Span {
    Span(Duration::from_secs(seconds))
}

/// Chosen: three times the interval at which homes look for neighbours.
pub(super) const fn warm_up() -> Span {
    seconds(90)
}

/// Two rounds of the five minutes after which a home asks a neighbour what it missed.
pub(super) const fn settle() -> Span {
    seconds(660)
}

impl Default for Town {
    /// A dense suburb (2,500 housing units a square mile) where a tenth take part has 55 homes in a cell of six
    /// characters at 40 degrees; a street of 40 is most of a cell.
    fn default() -> Self {
        Self {
            homes: 100,
            street: 40,
            density: ["u33dc1", "u33dc4", "u33dc3", "u33dc6"]
                .into_iter()
                .map(|cell| (cell.to_owned(), 1.0))
                .collect(),
        }
    }
}

/// Speeds after M-Lab and Ookla, classes of 5 to 500 Mbit/s up; last miles are half the idle round trip of their kind
/// (fibre 8-12 ms, cable 16-20 ms, DSL 24-40 ms); shares and losses are chosen.
pub(super) fn lines() -> BTreeMap<String, LineClass> {
    let line = |share, up, down, last_mile_ms, loss| LineClass {
        share,
        up,
        down,
        last_mile_ms,
        loss,
    };
    BTreeMap::from([
        (
            "cable".to_owned(),
            line(0.45, 25.0, 230.0, [8, 10], 0.000_5),
        ),
        (
            "cable-basic".to_owned(),
            line(0.2, 10.0, 100.0, [8, 10], 0.000_5),
        ),
        ("dsl".to_owned(), line(0.15, 5.0, 50.0, [12, 20], 0.001)),
        (
            "fibre".to_owned(),
            line(0.15, 100.0, 500.0, [4, 6], 0.000_1),
        ),
        (
            "fibre-fast".to_owned(),
            line(0.05, 500.0, 500.0, [4, 6], 0.000_1),
        ),
    ])
}

/// Chosen: two large ones, and a small one.
pub(super) fn providers() -> BTreeMap<String, f64> {
    [("north", 0.5), ("south", 0.35), ("village", 0.15)]
        .map(|(name, share)| (name.to_owned(), share))
        .into()
}

/// Chosen: one may be off.
pub(super) const DIALS: u32 = 2;

/// What `publisher publish` takes if nobody says.
pub(super) const fn bulletin_life() -> Span {
    seconds(12 * 3600)
}

/// Chosen: one a second, sixty times what a household may post for long.
pub(super) const fn spam() -> f64 {
    3_600.0
}

impl Default for Clips {
    /// Nobody films. If somebody does: ten seconds, which is a piece of a recording that goes on (`camera::preroll`), at
    /// half a megabit a second, chosen for small runs.
    fn default() -> Self {
        Self {
            per_hour: 0.0,
            lasts: seconds(10),
            mbit: 0.5,
            grants: 1.0,
            keepers: 0,
        }
    }
}

/// Nine of ten behind NAT, one of ten behind a carrier's. Of the pairs behind NAT 21 % never reach each other (both
/// symmetric, or one of them and the other port-restricted); hole punching was measured to fail for 30 %.
pub(super) fn nat() -> BTreeMap<Nat, f64> {
    BTreeMap::from([
        (Nat::Open, 0.1),
        (Nat::PortRestricted, 0.8),
        (Nat::Symmetric, 0.1),
    ])
}

/// Always-on boxes: chosen, after the classes of BISmark (Grover 2013), where most downtime was a router switched off.
pub(super) fn availability() -> BTreeMap<String, AvailabilityClass> {
    let class = |share, on, minutes: u64| AvailabilityClass {
        share,
        on,
        off_for: seconds(minutes * 60),
    };
    BTreeMap::from([
        ("steady".to_owned(), class(0.7, 0.99, 20)),
        ("ordinary".to_owned(), class(0.25, 0.95, 60)),
        ("switched-off".to_owned(), class(0.05, 0.8, 480)),
    ])
}

impl Default for Alerts {
    /// 0.22 posts a day in a cell of six characters (65,800 posts of Ring's Neighbors in 500 days over 135 square miles;
    /// Gizmodo 2019), so about one a day for four cells; some comments.
    fn default() -> Self {
        Self {
            per_hour: 1.0 / 24.0,
            nearby: 0.0,
            follow_ups: 1.0,
            life: seconds(24 * 3600),
        }
    }
}
