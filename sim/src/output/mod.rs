//! The files that a run leaves: figures for programs, tables for statistics, maps for mapping programs, and a report
//! for people.
//!
//! Everything here is drawn from a [`Record`] and from nothing else. What a scenario expects is judged before;
//! [`compare()`] judges one run against another.

mod clips;
mod compare;
mod figures;
mod graph;
mod map;
mod place;
mod report;
mod summary;
mod tables;

use std::fs;
use std::path::Path;

use streetlamp::error::{Error, ErrorKind, Result};

use crate::record::Record;

pub use clips::Clips;
pub use compare::{Comparison, Row, compare};
pub use figures::{Reach, Reached, Spread};
pub use report::lesson;
pub use summary::Summary;

/// Writes `events.jsonl`, `deliveries.csv`, `clips.csv`, `street.graphml`, `street.geojson`, `report.html` and `summary.json` into a
/// directory, which is made if it is missing. Files of an earlier run are replaced.
///
/// The summary comes last: a directory that has one is whole.
///
/// # Errors
/// If the directory cannot be made or a file not written; [`ErrorKind::Internal`] if something cannot be drawn.
pub fn write(record: &Record, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir)
        .map_err(|e| Error::io(format_args!("cannot make {}", dir.display()), e))?;
    let summary = Summary::of(record);
    let place = |name: &str, bytes: Vec<u8>| {
        let file = dir.join(name);
        fs::write(&file, bytes)
            .map_err(|e| Error::io(format_args!("cannot write {}", file.display()), e))
    };
    let last = dir.join("summary.json");
    match fs::remove_file(&last) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(
                format_args!("cannot replace {}", last.display()),
                error,
            ));
        }
        _ => {}
    }
    place("events.jsonl", tables::events(record)?)?;
    place("deliveries.csv", tables::deliveries(record)?)?;
    place("clips.csv", tables::clips(record)?)?;
    place("street.graphml", graph::graphml(record)?)?;
    place("street.geojson", map::geojson(record)?)?;
    place("report.html", report::page(record, &summary)?.into_bytes())?;
    let mut figures = serde_json::to_vec_pretty(&summary).map_err(|e| undrawn("the summary", e))?;
    figures.push(b'\n');
    place("summary.json", figures)
}

/// What is said if a file cannot be drawn, which is a fault of this program.
fn undrawn(what: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be drawn")).because(cause)
}

#[cfg(test)]
mod tests;
