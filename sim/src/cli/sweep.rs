//! `streetlamp-sim sweep`: many runs, each in a process of its own.
//!
//! A process for each run keeps runs from each other: a trace hash does not depend on what ran beside it, memory is
//! counted for each, and one that fails takes no other with it. Which runs there are follows from the arguments alone,
//! so that shards on many machines together make the whole.

use std::collections::VecDeque;
use std::io::IsTerminal as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::words::{scenario, setting, text_of};
use super::{Failed, print};

/// Most runs of one sweep. More belong into shards.
const MOST: usize = 1_000_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A scenario file, or the name of a scenario that ships
    scenario: String,
    /// The first seed and the one after the last: 0..100
    #[arg(long, value_parser = seeds)]
    seeds: (u64, u64),
    /// Try each of these values: town.street=10,20,40
    #[arg(long = "set", value_name = "KEY=V1,V2", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Only every Nth run, from the Ith: 0/4
    #[arg(long, value_name = "I/N", value_parser = shard, default_value = "0/1")]
    shard: (usize, usize),
    /// How many runs at a time; one a core if nobody says
    #[arg(long)]
    jobs: Option<usize>,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let wrong = || "write seeds as 0..100, which is 100 of them".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    let from = from.parse().map_err(|_| wrong())?;
    let to = to.parse().map_err(|_| wrong())?;
    if from < to {
        Ok((from, to))
    } else {
        Err(wrong())
    }
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "write a shard as 0/4, the first of four".to_owned();
    let (this, of) = text.split_once('/').ok_or_else(wrong)?;
    let this = this.parse().map_err(|_| wrong())?;
    let of = of.parse().map_err(|_| wrong())?;
    if this < of {
        Ok((this, of))
    } else {
        Err(wrong())
    }
}

/// One run of a sweep.
#[derive(Debug, Clone)]
struct One {
    place: usize,
    seed: u64,
    set: Vec<(String, String)>,
}

pub(crate) fn sweep(args: &Args, json: bool) -> Result<bool, Failed> {
    let text = text_of(&args.scenario)?;
    let runs = runs(args)?;
    for one in &runs {
        // Before the first run: a sweep that stops in the middle of the night for a typing error helps nobody.
        scenario(&args.scenario, &text, &one.set)?;
    }
    let many = runs.len();
    let bar = bar(many);
    let waiting = Mutex::new(VecDeque::from(runs));
    let done: Mutex<Vec<(usize, Result<Value, Failed>)>> = Mutex::new(Vec::with_capacity(many));
    let cores = available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = args.jobs.unwrap_or(cores).clamp(1, many.max(1));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let next = waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front();
                    let Some(one) = next else { return };
                    let told = in_a_process(&args.scenario, &one);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((one.place, told));
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    let mut told = Vec::new();
    for (_, run) in done {
        told.push(run?);
    }
    let well = told.iter().all(is_well);
    if json {
        print::json(&told);
    } else {
        told.iter().for_each(line);
    }
    Ok(well)
}

/// Every run of this shard, in an order that follows from the arguments.
fn runs(args: &Args) -> Result<Vec<One>, Failed> {
    let mut settings: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (key, values) in &args.set {
        settings = settings
            .iter()
            .flat_map(|before| {
                values.split(',').map(|value| {
                    let mut one = before.clone();
                    one.push((key.clone(), value.trim().to_owned()));
                    one
                })
            })
            .collect();
    }
    let (from, to) = args.seeds;
    let seeds = usize::try_from(to - from).unwrap_or(usize::MAX);
    if seeds.saturating_mul(settings.len()) > MOST {
        return Err(Failed(format!(
            "more than {MOST} runs: take fewer seeds or values"
        )));
    }
    let (this, of) = args.shard;
    let all = settings
        .into_iter()
        .flat_map(|set| (from..to).map(move |seed| (seed, set.clone())));
    let mine = all.enumerate().filter(|(place, _)| place % of == this);
    Ok(mine
        .map(|(place, (seed, set))| One { place, seed, set })
        .collect())
}

fn in_a_process(scenario: &str, one: &One) -> Result<Value, Failed> {
    let failed = |e: &dyn std::fmt::Display| {
        Failed(format!(
            "the run with seed {} and {:?} failed: {e}",
            one.seed, one.set
        ))
    };
    let program = std::env::current_exe().map_err(|e| failed(&e))?;
    let mut command = Command::new(program);
    command.args(["--json", "run", scenario, "--seed", &one.seed.to_string()]);
    for (key, value) in &one.set {
        command.args(["--set", &format!("{key}={value}")]);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|e| failed(&e))?;
    let mut told: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        failed(&said.trim())
    })?;
    if let Value::Object(fields) = &mut told {
        let set = one
            .set
            .iter()
            .map(|(key, value)| (key.clone(), value.clone().into()));
        fields.insert("set".to_owned(), Value::Object(set.collect()));
    }
    Ok(told)
}

/// Whether every bound was kept, that of no broken rule among them.
fn is_well(run: &Value) -> bool {
    let expect = run.get("expect").and_then(Value::as_array);
    let ok = |e: &Value| e.get("ok").and_then(Value::as_bool).unwrap_or(false);
    expect.is_some_and(|expect| expect.iter().all(ok))
}

fn bar(many: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} runs  {eta} left");
    let bar = ProgressBar::new(u64::try_from(many).unwrap_or(u64::MAX));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn line(run: &Value) {
    let text = |path: &str| {
        let value = run.pointer(path).unwrap_or(&Value::Null);
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let trace = text("/trace_hash");
    print::line(format_args!(
        "{}  seed {:<6} {}  {} of {} delivered  p99 {} ms  {:.16}  {}",
        if is_well(run) { "ok    " } else { "FAILED" },
        text("/seed"),
        text("/set"),
        text("/alerts/delivered"),
        text("/alerts/due"),
        text("/alerts/p99_ms"),
        trace,
        text("/scenario"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(shard: (usize, usize)) -> Args {
        Args {
            scenario: "burst".to_owned(),
            seeds: (3, 6),
            set: vec![("town.homes".to_owned(), "10,20".to_owned())],
            shard,
            jobs: None,
        }
    }

    #[test]
    fn shards_together_are_the_whole_sweep_and_none_runs_twice() {
        let whole = runs(&args((0, 1))).unwrap();
        assert_eq!(whole.len(), 6);
        let mut places: Vec<_> = (0..4)
            .flat_map(|i| runs(&args((i, 4))).unwrap())
            .map(|one| one.place)
            .collect();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn seeds_and_shards_are_refused_with_an_example() {
        assert_eq!(seeds("3..6"), Ok((3, 6)));
        assert!(seeds("6..3").unwrap_err().contains("0..100"));
        assert_eq!(shard("1/4"), Ok((1, 4)));
        assert!(shard("4/4").unwrap_err().contains("0/4"));
    }
}
