//! What scenarios set bounds for: figures of the summary, by name.

use crate::output::Summary;
use crate::record::{Expectation, Lesson, Side};
use crate::scenario::Scenario;

/// What can be measured, as scenarios name it.
pub const NAMES: &[&str] = &[
    "delivered",
    "delivered-connected",
    "p50-ms",
    "p99-ms",
    "max-ms",
    "stretch-p99",
    "retraction-p99-ms",
    "copies",
    "bulletins-delivered",
    "bulletins-p99-ms",
    "grants-delivered",
    "fetched",
    "fetch-p99-ms",
    "stolen-kept",
    "stolen-fetched",
    "sealed-read",
    "answered",
    "nearby-read",
    "authors-guessed",
    "authors-over-blind",
    "spam-shown",
    "violations",
];

/// What a scenario expects, and what came of it. That no rule is broken is always expected.
pub fn expectations(scenario: &Scenario, summary: &Summary) -> Vec<Expectation> {
    let none = expectation(
        "violations",
        value("violations", summary),
        0.0,
        Side::AtMost,
    );
    let mut told = vec![none];
    for (name, bound) in &scenario.expect {
        let value = value(name, summary);
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

fn value(name: &str, summary: &Summary) -> Option<f64> {
    let (said, clips) = (&summary.said, &summary.clips);
    let part_of = |lesson| {
        let (count, of, _) = summary.lesson(lesson)?;
        (of > 0).then(|| number(count) / number(of))
    };
    match name {
        "delivered" => said.delivered_part(),
        "delivered-connected" => said.connected_part(),
        "p50-ms" => said.p50_ms,
        "p99-ms" => said.p99_ms,
        "max-ms" => said.max_ms,
        "stretch-p99" => said.stretch_p99(),
        "retraction-p99-ms" => summary.cancels.p99_ms,
        "copies" => said.copies_per_home,
        "bulletins-delivered" => summary.bulletins.delivered_part(),
        "bulletins-p99-ms" => summary.bulletins.p99_ms,
        "grants-delivered" => clips.delivered_part(),
        "fetched" => clips.fetched_part(),
        "fetch-p99-ms" => clips.fetch_p99_ms,
        "stolen-kept" => clips.kept_part(),
        "stolen-fetched" => clips.fetched_after_theft_part(),
        "sealed-read" => summary
            .lesson(Lesson::SealedRead)
            .map(|(count, ..)| number(count)),
        "answered" => summary
            .lesson(Lesson::Answered)
            .map(|(count, ..)| number(count)),
        "nearby-read" => part_of(Lesson::NearbyRead),
        "authors-guessed" => part_of(Lesson::AuthorsGuessed),
        "authors-over-blind" => {
            let (right, _, blind) = summary.lesson(Lesson::AuthorsGuessed)?;
            blind
                .filter(|blind| *blind > 0.0)
                .map(|blind| number(right) / blind)
        }
        "spam-shown" => part_of(Lesson::SpamShown),
        "violations" => Some(number(summary.violations.len() as u64)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run")]
fn number(count: u64) -> f64 {
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
