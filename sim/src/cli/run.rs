//! `streetlamp-sim run`

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::words::{scenario, setting, text_of};
use super::{Failed, print};
use crate::output::{self, Clips, Reached, Summary, lesson};
use crate::record::Expectation;
use crate::run::{self, Progress};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A scenario file, or the name of a scenario that ships
    scenario: String,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many homes, in place of the scenario's number
    #[arg(long)]
    homes: Option<u32>,
    /// Change a value of the scenario: town.street=20
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Where the report, the figures and the tables of the run go; made if it is missing
    #[arg(short, long = "output", value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, json: bool) -> Result<bool, Failed> {
    let text = text_of(&args.scenario)?;
    let homes = args
        .homes
        .map(|homes| ("town.homes".to_owned(), homes.to_string()));
    let changes: Vec<_> = args.set.iter().cloned().chain(homes).collect();
    let scenario = scenario(&args.scenario, &text, &changes)?;
    let bar = bar();
    let done = run::run(&scenario, args.seed, |progress| show(&bar, progress));
    bar.finish_and_clear();
    let mut record = done?;
    for violation in &mut record.violations {
        violation.replay = again(args);
    }
    if let Some(dir) = &args.output {
        output::write(&record, dir)?;
    }
    let summary = Summary::of(&record);
    if json {
        print::json(&summary);
    } else {
        in_words(&summary);
        if let Some(dir) = &args.output {
            let report = dir.join("report.html");
            print::line(format_args!("  report {}", report.display()));
        }
    }
    Ok(summary.is_well())
}

/// The command that does the same run again.
fn again(args: &Args) -> String {
    let Args {
        scenario,
        seed,
        homes,
        set,
        output: _,
    } = args;
    let mut command = format!("streetlamp-sim run '{scenario}' --seed {seed}");
    if let Some(homes) = homes {
        command.push_str(&format!(" --homes {homes}"));
    }
    for (key, value) in set {
        command.push_str(&format!(" --set '{key}={value}'"));
    }
    command
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.of.0);
    bar.set_position(progress.at.0);
    let at = Duration::from_secs(progress.at.0 / 1_000_000);
    let steps = progress.steps;
    bar.set_message(format!(
        "{} of the street, {steps} steps",
        streetlamp::when::spoken(at)
    ));
}

fn in_words(summary: &Summary) {
    print::line(format_args!(
        "{}, seed {}: {} homes on {} streets, {} of their time in {:.1} s, {:.1} s of a processor ({:.1} x, {:.1} x once all were on), {}",
        summary.scenario,
        summary.seed,
        summary.homes,
        summary.streets,
        streetlamp::when::spoken(Duration::from_secs_f64(summary.virtual_s.floor())),
        summary.wall_s,
        summary.processor_s,
        summary.times_processor,
        summary.times_processor_running,
        HumanBytes(summary.peak_rss_bytes),
    ));
    reached("things said", &summary.said);
    if summary.bulletins.sent > 0 {
        reached("bulletins of them", &summary.bulletins);
    }
    clips(&summary.clips);
    for learned in &summary.learned {
        print::line(format_args!("  {}", lesson(learned)));
    }
    for expected in &summary.expect {
        let mark = if expected.ok { "ok    " } else { "FAILED" };
        let value = expected
            .value
            .map_or_else(|| "nothing".to_owned(), |value| format!("{value:.3}"));
        let side = match expected.side {
            crate::record::Side::AtLeast => "at least",
            crate::record::Side::AtMost => "at most",
        };
        let Expectation { name, bound, .. } = expected;
        print::line(format_args!("  {mark} {name}: {value}, {side} {bound}"));
    }
    for violation in summary.violations.iter().take(10) {
        let home = violation
            .home
            .map_or_else(String::new, |home| format!(" at house {}", home.0));
        print::line(format_args!(
            "  BROKEN {} at step {}{home}: {}\n         again: {}",
            violation.rule, violation.step, violation.says, violation.replay
        ));
    }
    print::line(format_args!("  trace {}", summary.trace_hash));
}

fn reached(what: &str, reached: &Reached) {
    print::line(format_args!(
        "  {} {what}, {} of {} deliveries came, {:.1} copies at a home",
        reached.sent,
        reached.delivered,
        reached.due,
        reached.copies_per_home.unwrap_or_default()
    ));
    if let (Some(p50), Some(p99), Some(max), Some(floor)) = (
        reached.p50_ms,
        reached.p99_ms,
        reached.max_ms,
        reached.floor_p99_ms,
    ) {
        print::line(format_args!(
            "    half of them within {p50:.0} ms, 99 of 100 within {p99:.0} ms (floor {floor:.0} ms), all within {max:.0} ms"
        ));
    }
}

fn clips(clips: &Clips) {
    if clips.recorded == 0 {
        return;
    }
    print::line(format_args!(
        "  {} clips ({}), {} of {} grants came, {} of {} were fetched ({}), {} copies at keepers",
        clips.recorded,
        HumanBytes(clips.sealed_bytes),
        clips.delivered,
        clips.grants,
        clips.fetched,
        clips.asked,
        HumanBytes(clips.fetched_bytes),
        clips.copies,
    ));
    if clips.stolen > 0 {
        print::line(format_args!(
            "    of {} clips of stolen boxes keepers have {}; {} of {} grants of them were fetched afterwards",
            clips.stolen, clips.stolen_kept, clips.stolen_fetched, clips.stolen_wanted
        ));
    }
}
