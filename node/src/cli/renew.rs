//! `passphrase change`: another passphrase before the reading key.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Context, passphrase};
use crate::control::answers::PassphraseChanged;
use crate::control::{self, Request};
use crate::error::{ErrorKind, Result};
use crate::secret::Secret;

#[derive(Debug, Subcommand)]
pub(super) enum PassphraseCommand {
    /// Put the reading key behind another passphrase, and sign every browser out
    ///
    /// The current one is asked for as by 'unlock'. Clips stay as they are. A copy of the home from before still opens with
    /// the old one.
    Change {
        /// Read the new passphrase from this file, not from STREETLAMP_NEW_PASSPHRASE or the terminal
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

pub(super) fn passphrase(context: &Context, command: PassphraseCommand) -> Result<()> {
    let PassphraseCommand::Change {
        new_passphrase_file,
    } = command;
    let home = context.home()?;
    let current = passphrase::existing(context.passphrase_file.as_deref())?;
    let new = passphrase::another(new_passphrase_file.as_deref())?;
    let changed = match control::connect(&home) {
        Ok(node) => node.ask(&Request::PassphraseChange {
            current: Secret(current),
            new: Secret(new),
        })?,
        // Without a node there is nobody to sign out, and the lock keeps one from starting meanwhile.
        Err(error) if error.kind() == ErrorKind::Unavailable => {
            let _alone = home.lock()?;
            home.change_passphrase(&current, &new)?;
            PassphraseChanged { changed: true }
        }
        Err(error) => return Err(error),
    };
    context.out.answer(&changed, |_| {
        "The passphrase was changed, and every browser signed out. If the old one stands on paper, cross it out."
            .to_owned()
    })
}
