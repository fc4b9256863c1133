//! `streetlamp-sim compare`

use std::fs;
use std::path::{Path, PathBuf};

use super::{Failed, print};
use crate::output::{self, Comparison, Row, Summary};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The `summary.json` of the run that is the measure
    before: PathBuf,
    /// The `summary.json` of the run that is judged
    after: PathBuf,
}

/// Whether the second run is as good as the first.
pub(crate) fn compare(args: &Args, json: bool) -> Result<bool, Failed> {
    let compared = output::compare(&summary(&args.before)?, &summary(&args.after)?)?;
    if json {
        print::json(&compared);
    } else {
        in_words(&compared);
    }
    Ok(!compared.regressed)
}

fn summary(file: &Path) -> Result<Summary, Failed> {
    let shown = file.display();
    let text = fs::read(file).map_err(|e| {
        Failed(format!(
            "{shown} cannot be read ({e}); 'streetlamp-sim run SCENARIO -o DIR' writes a summary.json"
        ))
    })?;
    serde_json::from_slice(&text)
        .map_err(|e| Failed(format!("{shown} is not the summary of a run: {e}")))
}

fn in_words(compared: &Comparison) {
    let same = if compared.same_trace {
        "both did exactly the same"
    } else {
        "they did not do the same"
    };
    print::line(format_args!("{}: {same}", compared.scenario));
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    for Row {
        name,
        before,
        after,
        regression,
    } in &compared.rows
    {
        let mark = if *regression { "WORSE" } else { "" };
        let (before, after) = (figure(*before), figure(*after));
        print::line(format_args!("  {name:<30}{before:>16}{after:>16}  {mark}"));
    }
}
