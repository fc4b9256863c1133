//! `init`, and the same on the first `run`: a home, and what the resident must do next.

use std::path::PathBuf;

use clap::Args;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::Name;
use zeroize::Zeroizing;

use super::{Context, passphrase};
use crate::clock::Clock;
use crate::control::answers::HomeMade;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::{Home, NewHome};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// How neighbours will see this household
    #[arg(long)]
    name: String,

    /// Where the home is, as a geohash of at most 6 characters (about 1.2 x 0.6 km)
    #[arg(long)]
    cell: Option<Cell>,

    /// Write the recovery sheet to this file instead of beside the home directory; as a page to print if it ends in .html
    #[arg(long, value_name = "FILE")]
    recovery_sheet: Option<PathBuf>,
}

pub(super) fn init(context: &Context, args: InitArgs) -> Result<()> {
    if Home::exists(&context.dir) {
        // Before a passphrase is asked for in vain. `Home::create` checks again.
        let message = format!(
            "there is a home in {} already: nothing was changed",
            context.dir.display()
        );
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    let chosen = passphrase::chosen(context.passphrase_file.as_deref())?;
    let made = make(context, &args.name, args.cell, args.recovery_sheet, chosen)?;
    context.out.answer(&made, words)
}

/// Makes a home.
pub(super) fn make(
    context: &Context,
    name: &str,
    cell: Option<Cell>,
    recovery_sheet: Option<PathBuf>,
    passphrase: Option<Zeroizing<String>>,
) -> Result<HomeMade> {
    let name = Name::clean(name).map_err(|e| {
        Error::new(
            ErrorKind::Invalid,
            format!("the name of the household cannot be used: {e}"),
        )
    })?;
    let (called, place) = (name.to_string(), cell.as_ref().map(Cell::to_string));
    let new = NewHome {
        name,
        cell,
        passphrase,
        recovery_sheet,
        now: Clock::System.now(),
    };
    let made = Home::create(&context.dir, new, &Entropy::System)?;
    Ok(HomeMade {
        household: made.household.to_string(),
        name: called,
        cell: place,
        home: context.dir.display().to_string(),
        recovery_sheet: made.recovery_sheet.display().to_string(),
        passphrase_was_made: made.passphrase_was_made,
    })
}

/// What was made, and what comes next.
pub(super) fn words(made: &HomeMade) -> String {
    let passphrase = if made.passphrase_was_made {
        "A passphrase was made for you: it stands on the recovery sheet.\n"
    } else {
        "Your passphrase opens clips on this machine. It stands nowhere: remember it.\n"
    };
    format!(
        "A home was made for {name}.

  household       {household}
  home            {home}
  recovery sheet  {sheet}

{passphrase}
Now print the recovery sheet, put it where you keep your passport, and remove the file.
Whoever holds it can open every clip; without it a lost machine means lost clips.
Then say so with 'streetlamp recovery confirm'.",
        name = made.name,
        household = made.household,
        home = made.home,
        sheet = made.recovery_sheet,
    )
}
