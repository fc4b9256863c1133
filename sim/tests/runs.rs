//! Runs of the program as somebody types them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what helps a test may fail as a test does"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A street of five that is off and on, loses packets and talks.
const LIVELY: &str = include_str!("scenarios/lively.toml");

/// Three homes that are always there.
const CALM: &str = include_str!("scenarios/calm.toml");

/// A street on which some are reached by two or three.
const NARROW: &str = include_str!("scenarios/narrow.toml");

fn sim(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streetlamp-sim"));
    command.args(args).output().expect("the program runs")
}

fn json(args: &[&str]) -> Value {
    let output = sim(&[&["--json"], args].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"))
}

fn written(dir: &Path, text: &str) -> String {
    let path = dir.join("scenario.toml");
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

#[test]
fn twenty_seeds_run_twice_leave_the_same_traces_whatever_runs_beside_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let scenario = written(dir.path(), LIVELY);
    let traces = |jobs: &str| -> Vec<(Value, Value)> {
        let runs = json(&["sweep", &scenario, "--seeds", "0..20", "--jobs", jobs]);
        let runs = runs.as_array().expect("runs").clone();
        runs.iter()
            .map(|run| {
                assert_eq!(run["violations"], Value::Array(vec![]), "{run}");
                (run["trace_hash"].clone(), run["alerts"].clone())
            })
            .collect()
    };
    let (alone, beside) = (traces("1"), traces("3"));
    assert_eq!(alone, beside);
    let mut different: Vec<_> = alone.iter().map(|(trace, _)| trace.to_string()).collect();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 20, "every seed is a run of its own");
}

#[test]
fn a_bound_that_is_not_kept_fails_the_run_and_says_which() {
    let dir = tempfile::tempdir().expect("a directory");
    let strict = format!("{CALM}\np99-ms = {{ at-most = 1.0 }}\n");
    let scenario = written(dir.path(), &strict);
    let output = sim(&["run", &scenario]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("FAILED p99-ms"), "{said}");
    assert!(said.contains("ok     delivered"), "{said}");
}

#[test]
fn checking_each_signature_once_leaves_the_same_trace_and_charging_for_checks_another() {
    let dir = tempfile::tempdir().expect("a directory");
    let scenario = written(dir.path(), CALM);
    let with = |settings: &[&str]| {
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        let args: Vec<_> = ["run", scenario.as_str()]
            .into_iter()
            .chain(settings)
            .collect();
        let run = json(&args);
        assert_eq!(run["said"]["delivered"], run["said"]["due"], "{run}");
        run["trace_hash"].clone()
    };
    let real = with(&[]);
    assert_eq!(real, with(&["checks.once=true"]));
    let charged = with(&["checks.takes-us=200000"]);
    assert_eq!(
        charged,
        with(&["checks.once=true", "checks.takes-us=200000"])
    );
    assert_ne!(charged, real, "answers leave later");
}

#[test]
fn a_home_that_few_reach_hears_all_that_is_said_within_seconds() {
    let dir = tempfile::tempdir().expect("a directory");
    let run = json(&["run", &written(dir.path(), NARROW)]);
    for expected in run["expect"].as_array().expect("bounds") {
        assert_eq!(expected["ok"], true, "{expected}");
    }
}

#[test]
fn a_scenario_with_a_misspelt_word_is_refused_with_its_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let scenario = written(dir.path(), &CALM.replace("warm-up", "warmup"));
    let output = sim(&["run", &scenario]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("line 4") && said.contains("warm-up"),
        "{said}"
    );
    assert_eq!(sim(&["run"]).status.code(), Some(2));
}

#[test]
fn the_scenarios_that_ship_are_listed_with_what_they_show() {
    let listed = json(&["scenarios"]);
    let names: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| &s["name"])
        .collect();
    for name in ["quiet-day", "burst", "power-cut", "false-alert"] {
        assert!(names.iter().any(|n| *n == name), "{name}");
    }
}
