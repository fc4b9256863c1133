//! `status`, `unlock` and `lock`.

use super::{Context, passphrase};
use crate::control::answers::{Locked, SignIn, Status};
use crate::control::{self, Request, Secret};
use crate::error::Result;

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

pub(super) fn unlock(context: &Context) -> Result<()> {
    // The node first: nobody types a passphrase in vain.
    let home = context.home()?;
    let node = control::connect(&home)?;
    drop(node);
    let passphrase = Secret(passphrase::existing(context.passphrase_file.as_deref())?);
    let answer: Locked = control::connect(&home)?.ask(&Request::Unlock { passphrase })?;
    context.out.answer(&answer, |_| {
        "Unlocked: clips can be opened. It locks again by itself after a while.".to_owned()
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
    let locked = if status.locked {
        "locked: clips cannot be opened; recording goes on"
    } else {
        "unlocked"
    };
    let queued = match status.queued {
        0 => "nothing waits".to_owned(),
        waiting => format!("{waiting} waiting for neighbours to come"),
    };
    let mut text = format!(
        "household   {} ({})
street      {street}
neighbours  {} of {} connected
alerts      {}
clips       {}
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
    if let Some(advice) = status.disk.advice() {
        text.push_str(&format!("disk        {advice}\n"));
    }
    for address in &status.listen {
        text.push_str(&format!("listens at  {address}\n"));
    }
    text
}
