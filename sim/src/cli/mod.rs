//! The command line of `streetlamp-sim`.

mod compare;
mod print;
mod run;
mod scenarios;
mod sweep;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Neighbourhoods of real Streetlamp nodes in virtual time.
#[derive(Debug, Parser)]
#[command(name = "streetlamp-sim", version, about, long_about = None)]
struct Args {
    /// Print one JSON value and nothing else
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario once
    Run(run::Args),
    /// Run a scenario with many seeds and settings, on all cores
    Sweep(sweep::Args),
    /// Put two runs of one scenario side by side; fails if the second is worse
    Compare(compare::Args),
    /// List the scenarios that ship
    Scenarios,
}

/// Why a command failed, in words for whoever typed it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(String);

impl From<streetlamp::error::Error> for Failed {
    fn from(error: streetlamp::error::Error) -> Self {
        Self(error.chain())
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.command {
        Command::Run(run) => run::run(&run, args.json),
        Command::Sweep(sweep) => sweep::sweep(&sweep, args.json),
        Command::Compare(compare) => compare::compare(&compare, args.json),
        Command::Scenarios => scenarios::list(args.json),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failed) => {
            print::problem(&failed);
            ExitCode::FAILURE
        }
    }
}
