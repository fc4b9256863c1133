//! Figures of a run: what scenarios set bounds for, and what a summary prints.

use crate::output::Spread;
use crate::record::{Expectation, Micros, Record, SaidKind, Side};
use crate::scenario::Scenario;

/// What can be measured, as scenarios name it.
pub const NAMES: &[&str] = &[
    "delivered",
    "p50-ms",
    "p99-ms",
    "max-ms",
    "stretch-p99",
    "retraction-p99-ms",
    "copies",
    "violations",
];

/// Figures of everything that was delivered, or due.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Things said.
    pub sent: u64,
    /// Deliveries that were due.
    pub due: u64,
    /// Those that came.
    pub delivered: u64,
    /// Half of those that had a path when it was said came within this.
    pub p50: Option<Micros>,
    /// 99 of 100 of them.
    pub p99: Option<Micros>,
    /// All of them.
    pub max: Option<Micros>,
    /// The floor of the same, 99 of 100.
    pub floor_p99: Option<Micros>,
    /// How long the 99th of 100 took, over the 99th floor.
    pub stretch_p99: Option<f64>,
    /// 99 of 100 homes showed a retraction within this.
    pub retraction_p99: Option<Micros>,
    /// Copies that came to a home of each thing that came by gossip.
    pub copies: f64,
}

/// Measures a run.
pub fn figures(record: &Record) -> Figures {
    let mut took = Vec::new();
    let mut floors = Vec::new();
    let mut retractions = Vec::new();
    let (mut delivered, mut copies, mut gossiped) = (0, 0_u64, 0_u64);
    for delivery in &record.deliveries {
        let said = usize::try_from(delivery.said)
            .ok()
            .and_then(|n| record.said.get(n));
        let Some(said) = said else { continue };
        let Some(after) = delivery.took(said) else {
            continue;
        };
        delivered += 1;
        if delivery.copies > 0 {
            gossiped += 1;
            copies += u64::from(delivery.copies);
        }
        // Whoever was off or cut off hears it when he is back: that is not the way's fault.
        if let Some(floor) = delivery.floor {
            took.push(after.0);
            floors.push(floor.0);
            if said.kind == SaidKind::Cancel {
                retractions.push(after.0);
            }
        }
    }
    let (took, floors) = (Spread::of(took), Spread::of(floors));
    let p99 = took.map(|spread| Micros(spread.p99));
    let floor_p99 = floors.map(|spread| Micros(spread.p99));
    let stretch = |took: Micros, floor: Micros| took.as_ms() / floor.as_ms();
    Figures {
        sent: count(record.said.len()),
        due: count(record.deliveries.len()),
        delivered,
        p50: took.map(|spread| Micros(spread.p50)),
        p99,
        max: took.map(|spread| Micros(spread.max)),
        floor_p99,
        stretch_p99: p99.zip(floor_p99).map(|(took, floor)| stretch(took, floor)),
        retraction_p99: Spread::of(retractions).map(|spread| Micros(spread.p99)),
        copies: ratio(copies, gossiped),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A part of a whole; all of it if there is none.
#[expect(clippy::cast_precision_loss, reason = "counts of one run")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// What a scenario expects, and what came of it. That no rule is broken is always expected.
pub fn expectations(scenario: &Scenario, record: &Record) -> Vec<Expectation> {
    let figures = figures(record);
    let broken = record.violations.len();
    let none = expectation("violations", Some(count_f64(broken)), 0.0, Side::AtMost);
    let mut told = vec![none];
    for (name, bound) in &scenario.expect {
        let value = value(name, &figures, broken);
        let sides = [
            (bound.at_least, Side::AtLeast),
            (bound.at_most, Side::AtMost),
        ];
        for (bound, side) in sides {
            told.extend(bound.map(|bound| expectation(name, value, bound, side)));
        }
    }
    told
}

fn value(name: &str, figures: &Figures, broken: usize) -> Option<f64> {
    match name {
        "delivered" => Some(ratio(figures.delivered, figures.due)),
        "p50-ms" => figures.p50.map(Micros::as_ms),
        "p99-ms" => figures.p99.map(Micros::as_ms),
        "max-ms" => figures.max.map(Micros::as_ms),
        "stretch-p99" => figures.stretch_p99,
        "retraction-p99-ms" => figures.retraction_p99.map(Micros::as_ms),
        "copies" => Some(figures.copies),
        "violations" => Some(count_f64(broken)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run")]
fn count_f64(count: usize) -> f64 {
    count as f64
}

fn expectation(name: &str, value: Option<f64>, bound: f64, side: Side) -> Expectation {
    // What did not happen meets no bound: a scenario expects what it lets happen.
    let ok = value.is_some_and(|value| match side {
        Side::AtLeast => value >= bound,
        Side::AtMost => value <= bound,
    });
    Expectation {
        name: name.to_owned(),
        ok,
        value,
        bound,
        side,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_does_not_exist_meets_no_bound() {
        assert!(!expectation("p99-ms", None, 100.0, Side::AtMost).ok);
        assert!(!expectation("p99-ms", None, 0.0, Side::AtLeast).ok);
        assert!(expectation("p99-ms", Some(0.0), 0.0, Side::AtLeast).ok);
    }
}
