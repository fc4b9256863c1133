//! `ledger`: the log of everything that left the home.
//!
//! `verify` reads the database itself and needs no node, so that it can be trusted without trusting one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use streetlamp_proto::ledger;
use streetlamp_proto::signed::Signed;

use super::Context;
use super::print::{self, short};
use crate::control::Request;
use crate::control::answers::{EntryItem, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// List every grant, export, opening and stop, the oldest first
    Show,
    /// Check that no entry was altered, added or dropped
    Verify {
        /// Check the ledger in this database file, such as one from a copy of a home
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

pub(super) fn ledger(context: &Context, command: LedgerCommand) -> Result<ExitCode> {
    match command {
        LedgerCommand::Show => {
            let entries: Vec<EntryItem> = context.node()?.ask(&Request::LedgerShow)?;
            context
                .out
                .answer(&entries, |entries| list_words(entries))?;
            Ok(ExitCode::SUCCESS)
        }
        LedgerCommand::Verify { file } => {
            let verdict = match file {
                Some(file) => verify_file(&file)?,
                None => verify_home(context)?,
            };
            context.out.answer(&verdict, words)?;
            Ok(if verdict.ok {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
    }
}

/// Verifies the ledger of a home: the chain, and that this home's own device closed it.
pub(super) fn verify_home(context: &Context) -> Result<Verdict> {
    let home = context.home()?;
    if !home.store_path().exists() {
        // No node ran from this home yet, so nothing can have left it.
        return Ok(Verdict {
            ok: true,
            entries: 0,
            fault: None,
        });
    }
    let device = home.me()?.device_id();
    verify(&home.store_path(), |signer| signer == device.as_bytes())
}

fn verify_file(file: &Path) -> Result<Verdict> {
    if !file.is_file() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no file {}", file.display()),
        ));
    }
    verify(file, |_| true)
}

fn verify(store: &Path, is_ours: impl FnOnce(&[u8; 32]) -> bool) -> Result<Verdict> {
    let (entries, head) = Store::open_read_only(store)?.ledger()?;
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let fault = match (
        ledger::verify(&entries, head.as_ref().map(Signed::statement)),
        &head,
    ) {
        (Err(fault), _) => Some(fault.to_string()),
        (Ok(_), Some(head)) if !is_ours(head.signer().as_bytes()) => {
            Some("the end of the ledger is signed by another device than this home's".to_owned())
        }
        (Ok(_), _) => None,
    };
    Ok(Verdict {
        ok: fault.is_none(),
        entries: count,
        fault,
    })
}

fn words(verdict: &Verdict) -> String {
    match &verdict.fault {
        None => format!("The ledger is whole: {} entries.", verdict.entries),
        Some(fault) => {
            format!(
                "The ledger is NOT whole: {fault}.\nKeep the home directory as it is and compare it with a backup."
            )
        }
    }
}

fn list_words(entries: &[EntryItem]) -> String {
    if entries.is_empty() {
        return "The ledger is empty: nothing has left this home.".to_owned();
    }
    let rows = entries.iter().map(|entry| {
        [
            entry.seq.to_string(),
            when::readable(entry.at.0),
            entry.kind.clone(),
            short(&entry.clip).to_owned(),
            entry
                .to
                .as_deref()
                .map(short)
                .unwrap_or_default()
                .to_owned(),
        ]
    });
    print::table(["ENTRY", "WHEN", "WHAT", "CLIP", "TO"], rows)
}
