//! `recovery`: the sheet with the 24 words, which must leave this machine.

use clap::Subcommand;

use super::Context;
use crate::control::answers::Confirmed;
use crate::error::Result;

#[derive(Debug, Subcommand)]
pub(super) enum RecoveryCommand {
    /// Say that the recovery sheet is printed and moved off this machine
    ///
    /// Refused while the file is still where it was written.
    Confirm,
}

pub(super) fn recovery(context: &Context, command: RecoveryCommand) -> Result<()> {
    match command {
        RecoveryCommand::Confirm => {
            context.home()?.confirm_recovery_sheet()?;
            context.out.answer(&Confirmed { confirmed: true }, |_| {
                "Good. Keep the sheet where you keep your passport: nobody else has a copy."
                    .to_owned()
            })
        }
    }
}
