//! `backup` and `restore`: the whole home in one file, and back; or the household alone, from its words.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::Name;

use super::outfile::{OutFile, Writing};
use super::paper::Paper;
use super::progress::Bar;
use super::{Context, passphrase};
use crate::backup;
use crate::clock::Clock;
use crate::control::Progress;
use crate::control::answers::{BackedUp, MadeAgain};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::{FromWords, Home};

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
    #[arg(required_unless_present = "from_sheet")]
    file: Option<PathBuf>,
    /// Make the household again without a backup, from the 24 words in this file (a recovery sheet will do); without a
    /// file they are asked for on the terminal
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "file")]
    from_sheet: Option<Option<PathBuf>>,
    /// With --from-sheet: how neighbours see this household, where the words come without a whole sheet
    #[arg(long, requires = "from_sheet")]
    name: Option<String>,
    /// With --from-sheet: where the home is, as a geohash of at most 6 characters
    #[arg(long, requires = "from_sheet")]
    cell: Option<Cell>,
    /// Read the 24 words, or the line that begins with AGE-SECRET-KEY-1, from this file (a recovery sheet will do)
    /// and not from the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "from_sheet")]
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

pub(super) fn restore(context: &Context, args: RestoreArgs) -> Result<()> {
    match (args.file, args.from_sheet) {
        (Some(backup), _) => from_backup(context, &backup, args.words_file.as_deref()),
        (None, sheet) => from_sheet(context, sheet.flatten().as_deref(), args.name, args.cell),
    }
}

/// Makes the household again from its words, with everything else new.
fn from_sheet(
    context: &Context,
    sheet: Option<&Path>,
    name: Option<String>,
    cell: Option<Cell>,
) -> Result<()> {
    if Home::exists(&context.dir) {
        // Before words and passphrase are asked for in vain. `Home::create_again` checks again.
        let message = format!(
            "there is a home in {} already: nothing was changed",
            context.dir.display()
        );
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    let paper = Paper::read(sheet)?;
    let words = paper.words()?;
    let name = match name {
        Some(name) => Name::clean(&name).map(Some).map_err(|e| {
            Error::new(
                ErrorKind::Invalid,
                "the name of the household cannot be used",
            )
            .because(e)
        })?,
        None => paper.name(),
    };
    let name = name.ok_or_else(|| {
        Error::new(
            ErrorKind::Invalid,
            "the words do not tell how the household is called: say it with --name NAME",
        )
    })?;
    let passphrase = passphrase::chosen(context.passphrase_file.as_deref())?.ok_or_else(|| {
        Error::new(
            ErrorKind::Invalid,
            "a new passphrase is needed: give --passphrase-file FILE, set STREETLAMP_PASSPHRASE, or type one",
        )
    })?;
    let called = name.to_string();
    let again = FromWords {
        words,
        name,
        cell,
        passphrase,
        now: Clock::System.now(),
    };
    let household = Home::create_again(&context.dir, again, &Entropy::System)?;
    let made = MadeAgain {
        household: household.to_string(),
        name: called,
        home: context.dir.display().to_string(),
    };
    context.out.answer(&made, |made| {
        format!(
            "The home of {} was made again, with a new device, a new reading key and your new passphrase.

  household  {}
  home       {}

Now start it with 'streetlamp run' and come back to the street: 'streetlamp street return ADDRESS',
the address being that of any neighbour's node ('streetlamp status' there shows it). Then remove the
device that was lost: 'streetlamp device list', 'streetlamp device remove ID'.",
            made.name, made.household, made.home
        )
    })
}

fn from_backup(context: &Context, backup: &Path, words: Option<&Path>) -> Result<()> {
    let unreadable = |e| Error::io(format!("{} cannot be read", backup.display()), e);
    let file = File::open(backup).map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    let recovery = Paper::read(words)?.recovery()?;
    let bar = Bar::new("Restoring");
    let held = backup::restore(&context.dir, BufReader::new(file), &recovery, |done| {
        bar.show(Progress { done, total });
    })?;
    drop(bar);
    let made = BackedUp {
        file: backup.display().to_string(),
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
