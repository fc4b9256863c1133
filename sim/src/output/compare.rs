//! One run beside another, so that a change that makes things worse is seen.
//!
//! Figures of the run are judged; wall time and memory are shown only, because they are those of a machine.

use serde::Serialize;
use streetlamp::error::{Error, ErrorKind, Result};

use super::summary::Summary;

/// How much worse a figure may become before it counts, as a part of what it was.
const TOLERANCE: f64 = 0.05;

/// Two runs, figure by figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The scenario of both.
    pub scenario: String,
    /// Whether both did exactly the same.
    pub same_trace: bool,
    /// The figures.
    pub rows: Vec<Row>,
    /// Whether any of them is a regression.
    pub regressed: bool,
}

/// One figure of two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// In the first run; nothing if there was nothing to measure.
    pub before: Option<f64>,
    /// In the second.
    pub after: Option<f64>,
    /// Whether the second is worse by more than 5 %, or missing where the first had it.
    pub regression: bool,
}

/// Which way a figure should go.
enum Better {
    Less,
    More,
    /// It depends on the machine.
    Unjudged,
}

/// Puts two runs of one scenario side by side: `before`, then `after`.
///
/// # Errors
/// [`ErrorKind::Invalid`] if they are of different scenarios or sizes, which says nothing.
pub fn compare(before: &Summary, after: &Summary) -> Result<Comparison> {
    let named = |run: &Summary| format!("{} with {} homes", run.scenario, run.homes);
    if (&before.scenario, before.homes) != (&after.scenario, after.homes) {
        return Err(Error::new(
            ErrorKind::Invalid,
            format!(
                "these runs cannot be compared: one is {}, the other {}",
                named(before),
                named(after)
            ),
        ));
    }
    let mut rows: Vec<Row> = figures(before)
        .into_iter()
        .zip(figures(after))
        .map(|((name, better, before), (_, _, after))| Row {
            regression: better.is_regression(before, after),
            name: name.to_owned(),
            before,
            after,
        })
        .collect();
    rows.extend(
        before
            .expect
            .iter()
            .filter(|expected| expected.ok)
            .map(|was| {
                let is = after.expect.iter().find(|is| is.name == was.name);
                Row {
                    name: format!("expected: {}", was.name),
                    before: was.value,
                    after: is.and_then(|is| is.value),
                    regression: is.is_none_or(|is| !is.ok),
                }
            }),
    );
    Ok(Comparison {
        scenario: before.scenario.clone(),
        same_trace: before.trace_hash == after.trace_hash,
        regressed: rows.iter().any(|row| row.regression),
        rows,
    })
}

impl Better {
    fn is_regression(&self, before: Option<f64>, after: Option<f64>) -> bool {
        match (self, before, after) {
            (Self::Unjudged, ..) | (_, None, _) => false,
            (_, Some(_), None) => true,
            (Self::Less, Some(before), Some(after)) => after > before * (1.0 + TOLERANCE),
            // Whatever is to be whole does not get tolerance: one alert lost is one too many.
            (Self::More, Some(before), Some(after)) => after < before,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below 2^53"
)]
fn figures(run: &Summary) -> Vec<(&'static str, Better, Option<f64>)> {
    let alerts = &run.alerts;
    let retracted = run
        .retractions
        .iter()
        .map(|reach| reach.p99_ms)
        .try_fold(None, |slowest: Option<f64>, p99| {
            let p99 = p99?;
            Some(Some(slowest.map_or(p99, |slowest| slowest.max(p99))))
        })
        .flatten();
    let sent: u64 = run.sent_bytes.values().sum();
    vec![
        (
            "alerts delivered, share",
            Better::More,
            (alerts.due > 0).then(|| alerts.delivered as f64 / alerts.due as f64),
        ),
        ("alerts p50, ms", Better::Less, alerts.p50_ms),
        ("alerts p99, ms", Better::Less, alerts.p99_ms),
        ("alerts last, ms", Better::Less, alerts.max_ms),
        ("copies at a home", Better::Less, alerts.copies_per_home),
        ("slowest retraction p99, ms", Better::Less, retracted),
        ("bytes sent", Better::Less, Some(sent as f64)),
        (
            "bytes on the fullest disk",
            Better::Less,
            run.home_disk_bytes.map(|spread| spread.max as f64),
        ),
        (
            "rules broken",
            Better::Less,
            Some(run.violations.len() as f64),
        ),
        ("wall time, s", Better::Unjudged, Some(run.wall_s)),
        (
            "most memory, bytes",
            Better::Unjudged,
            Some(run.peak_rss_bytes as f64),
        ),
    ]
}
