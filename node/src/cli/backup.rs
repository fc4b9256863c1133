//! `backup` and `restore`: the whole home in one file, and back.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use clap::Args;
use streetlamp_proto::identity::Words;
use streetlamp_proto::recipient::Identity;
use zeroize::Zeroizing;

use super::outfile::{OutFile, Writing};
use super::progress::Bar;
use super::{Context, passphrase, print};
use crate::backup;
use crate::control::Progress;
use crate::control::answers::BackedUp;
use crate::error::{Error, ErrorKind, Result};

/// Longest file with words that is read, in bytes. A recovery sheet has about two thousand.
const SHEET_BYTES: u64 = 16 * 1024;
/// What a recovery key begins with.
const KEY: &str = "AGE-SECRET-KEY-1";

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write
    #[arg(short, long = "output", value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// Read the 24 words, or the line that begins with AGE-SECRET-KEY-1, from this file (a recovery sheet will do)
    /// and not from the terminal
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
}

pub(super) fn back_up(context: &Context, args: &BackupArgs) -> Result<()> {
    let home = context.home()?;
    let mut out = OutFile::create(&args.output, args.force)?;
    let bar = Bar::new("Backing up");
    let held = backup::back_up(&home, Writing(&mut out), |done, total| {
        bar.show(Progress { done, total });
    })?;
    drop(bar);
    let made = BackedUp {
        file: out.finish()?.display().to_string(),
        home: home.dir().display().to_string(),
        clips: held.clips,
        clips_without_bytes: held.clips_without_bytes,
        alerts: held.alerts,
    };
    context.out.answer(&made, |made| {
        format!(
            "Wrote {}: {}. It opens with the recovery sheet and with nothing else. Keep it on another machine.",
            made.file,
            contents(made)
        )
    })
}

pub(super) fn restore(context: &Context, args: &RestoreArgs) -> Result<()> {
    let unreadable = |e| Error::io(format!("{} cannot be read", args.file.display()), e);
    let file = File::open(&args.file).map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    let recovery = recovery_key(args.words_file.as_deref())?;
    let bar = Bar::new("Restoring");
    let held = backup::restore(&context.dir, BufReader::new(file), &recovery, |done| {
        bar.show(Progress { done, total });
    })?;
    drop(bar);
    let made = BackedUp {
        file: args.file.display().to_string(),
        home: context.dir.display().to_string(),
        clips: held.clips,
        clips_without_bytes: held.clips_without_bytes,
        alerts: held.alerts,
    };
    context.out.answer(&made, |made| {
        format!(
            "Restored {}: {}. Its passphrase is the one that it had. Never run it while the old one still runs somewhere.",
            made.home,
            contents(made)
        )
    })
}

fn contents(made: &BackedUp) -> String {
    let some = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let missing = match made.clips_without_bytes {
        0 => String::new(),
        n => format!(
            " (and {} that are not fetched yet)",
            some(n, "granted clip")
        ),
    };
    format!(
        "{}{missing}, {}",
        some(made.clips, "clip"),
        some(made.alerts, "alert")
    )
}

/// The recovery key, from the 24 words or as it stands on the sheet.
fn recovery_key(file: Option<&std::path::Path>) -> Result<Identity> {
    let text = match file {
        Some(path) => {
            let unreadable = |e| Error::io(format!("{} cannot be read", path.display()), e);
            let mut text = Zeroizing::new(String::new());
            let file = File::open(path).map_err(unreadable)?;
            file.take(SHEET_BYTES)
                .read_to_string(&mut text)
                .map_err(unreadable)?;
            text
        }
        None if print::at_terminal() => passphrase::prompt("The 24 words of the recovery sheet: ")?,
        None => {
            return Err(Error::new(
                ErrorKind::Invalid,
                "the 24 words are needed: give --words-file FILE, or run this in a terminal",
            ));
        }
    };
    let mut parts = text.split_whitespace();
    if let Some(key) = parts.find(|part| part.starts_with(KEY)) {
        return key.parse().map_err(|_| {
            Error::new(
                ErrorKind::Invalid,
                "the recovery key is garbled: copy the line again, whole",
            )
        });
    }
    let words = Words::parse(&text).map_err(|e| {
        Error::new(
            ErrorKind::Invalid,
            "these are not the 24 words of a recovery sheet",
        )
        .because(e)
    })?;
    Ok(words.recovery())
}
