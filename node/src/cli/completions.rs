//! `completions` and `manual`: what shells complete and what `man` shows, made of the very table that is parsed with, so that
//! neither can say what the program does not do.
//!
//! Packages run both when they are built (`node/packaging/deb.sh`). `manual` is therefore not shown in the help.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use super::{Cli, Context};
use crate::error::{Error, ErrorKind, Result};

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell that is to complete
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManualArgs {
    /// Where the pages are written, one a command; it is made if it is not there
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

#[derive(Debug, Serialize)]
struct Completions {
    shell: String,
    script: String,
}

#[derive(Debug, Serialize)]
struct Manual {
    dir: PathBuf,
    pages: usize,
}

pub(super) fn completions(context: &Context, args: &CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "streetlamp", &mut script);
    let odd = |e| Error::new(ErrorKind::Internal, "the completions are no text").because(e);
    let completions = Completions {
        shell: args.shell.to_string(),
        script: String::from_utf8(script).map_err(odd)?,
    };
    let words = |completions: &Completions| completions.script.clone();
    context.out.answer(&completions, words)
}

pub(super) fn manual(context: &Context, args: &ManualArgs) -> Result<()> {
    let failed = |e| {
        let dir = args.dir.display();
        Error::io(format!("the manual cannot be written to {dir}"), e)
    };
    fs::create_dir_all(&args.dir).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(failed)?;
    let manual = Manual {
        pages: fs::read_dir(&args.dir).map_err(failed)?.count(),
        dir: args.dir.clone(),
    };
    context.out.answer(&manual, |manual| {
        format!("{} pages are in {}.", manual.pages, manual.dir.display())
    })
}
