//! `status`, `unlock` and `lock`.

use std::time::Duration;

use clap::Args;

use super::{Context, keeper, page, passphrase, reach};
use crate::control::answers::{Locked, SignIn, Status};
use crate::control::{self, Request};
use crate::error::Result;
use crate::secret::Secret;
use crate::when;

#[derive(Debug, Args)]
pub(super) struct UnlockArgs {
    /// Lock again when no clip was opened or given for so long; a day at most
    #[arg(long = "for", value_name = "SPAN", default_value = "10m", value_parser = when::span)]
    idle: Duration,
}

pub(super) fn status(context: &Context) -> Result<()> {
    let status: Status = context.node()?.ask(&Request::Status)?;
    context.out.answer(&status, words)
}

pub(super) fn sign_in(context: &Context) -> Result<()> {
    let link: SignIn = context.node()?.ask(&Request::SignIn)?;
    context.out.answer(&link, |link| {
        format!(
            "{}\n\nGood for one browser, within 15 minutes.",
            link.sign_in
        )
    })
}

pub(super) fn unlock(context: &Context, args: &UnlockArgs) -> Result<()> {
    // The node first: nobody types a passphrase in vain.
    let home = context.home()?;
    let node = control::connect(&home)?;
    drop(node);
    let passphrase = Secret(passphrase::existing(context.passphrase_file.as_deref())?);
    let answer: Locked = control::connect(&home)?.ask(&Request::Unlock {
        passphrase,
        idle_ms: when::millis(args.idle),
    })?;
    context.out.answer(&answer, |_| {
        format!(
            "Unlocked: clips can be opened. It locks again by itself when none was for {}.",
            when::spoken(args.idle)
        )
    })
}

pub(super) fn lock(context: &Context) -> Result<()> {
    let answer: Locked = context.node()?.ask(&Request::Lock)?;
    context.out.answer(&answer, |_| {
        "Locked: no clip can be opened. Recording and alerts go on.".to_owned()
    })
}

fn words(status: &Status) -> String {
    let street = match (&status.street, status.streets.len()) {
        (Some(name), _) => name.clone(),
        (None, 0) => {
            "none yet: found one with 'streetlamp street new NAME', or enter one with 'streetlamp street join TICKET'"
                .to_owned()
        }
        (None, _) => status.streets.join(", "),
    };
    let idle = when::spoken(Duration::from_secs(status.auto_lock_s));
    let locked = match (status.holds_reading_key, status.locked) {
        (false, _) => "no key here: this device records, another one opens and grants".to_owned(),
        (true, true) => "locked: clips cannot be opened; recording goes on".to_owned(),
        (true, false) => format!("unlocked; locks by itself after {idle} without use"),
    };
    let queued = match status.queued {
        0 => "nothing waits".to_owned(),
        waiting => format!("{waiting} waiting for neighbours to come"),
    };
    let cameras = match (status.cameras, status.cameras_failing) {
        (0, _) => "none yet: add one with 'streetlamp camera add'".to_owned(),
        (cameras, 0) => cameras.to_string(),
        (cameras, failing) => {
            format!("{cameras}, {failing} with trouble: look at 'streetlamp camera list'")
        }
    };
    let mut text = format!(
        "household   {} ({})
street      {street}
neighbours  {} of {} connected
alerts      {}
clips       {}
cameras     {cameras}
queued      {queued}
ledger      {} entries
reading     {locked}
",
        status.name,
        status.household,
        status.neighbours_connected,
        status.neighbours_known,
        status.alerts,
        status.clips,
        status.ledger_seq,
    );
    for words in status.keepers_wrong.iter().filter_map(keeper::in_words) {
        text.push_str(&format!("keeper      {words}\n"));
    }
    if let Some(advice) = status.disk.advice() {
        text.push_str(&format!("disk        {advice}\n"));
    }
    text.push_str(&format!("reached     {}\n", reach::words(&status.reach)));
    if status.page_lan.at.is_some() {
        let words = page::words(&status.page_lan).replace('\n', "\n            ");
        text.push_str(&format!("network     page {words}\n"));
    }
    for address in &status.listen {
        text.push_str(&format!("listens at  {address}\n"));
    }
    text
}
