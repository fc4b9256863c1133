//! `ledger`: the log of everything that left the home.
//!
//! `verify` reads the database itself and needs no node, so that it can be trusted without trusting one.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use streetlamp_proto::ledger::{self, Export, Fork};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::wire::limits::LEDGER_FILE;

use super::Context;
use super::outfile::OutFile;
use super::print::{self, short};
use crate::control::Request;
use crate::control::answers::{EntryItem, LedgerExported, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// List every grant, export, opening and stop, the oldest first
    Show,
    /// Check that no entry was altered, added or dropped
    Verify {
        /// Check this file: an exported ledger, the proof that a household closed two, or the database of a copy of a home
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Write the whole ledger to a file that can be verified elsewhere
    ///
    /// It says who was given which clip, so give it only to those who may know. Works without a running node.
    Export {
        /// The file to write
        #[arg(short, long = "output", value_name = "FILE")]
        output: PathBuf,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
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
        LedgerCommand::Export { output, force } => {
            export(context, &output, force)?;
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
            forked: None,
        });
    }
    let device = home.me()?.device_id();
    verify(&home.store_path(), |signer| signer == device.as_bytes())
}

/// What SQLite databases begin with (<https://www.sqlite.org/fileformat.html>, section 1.3).
const SQLITE: &[u8] = b"SQLite format 3\0";

fn verify_file(file: &Path) -> Result<Verdict> {
    if !file.is_file() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no file {}", file.display()),
        ));
    }
    let bytes = read_bounded(file)?;
    if bytes.starts_with(SQLITE) {
        return verify(file, |_| true);
    }
    if let Ok(fork) = Fork::from_file(&bytes) {
        return Ok(fork_verdict(&fork));
    }
    let export = Export::from_file(&bytes).map_err(|e| {
        let message = format!(
            "{} is neither an exported ledger, nor the proof of two, nor a home's database",
            file.display()
        );
        Error::new(ErrorKind::Invalid, message).because(e)
    })?;
    let fault = export.verify().err().map(|fault| fault.to_string());
    Ok(Verdict {
        ok: fault.is_none(),
        entries: u64::try_from(export.entries.len()).unwrap_or(u64::MAX),
        fault,
        forked: None,
    })
}

/// A file of at most the size that a ledger may have; of a longer one, such as a database, the beginning.
fn read_bounded(file: &Path) -> Result<Vec<u8>> {
    let failed = |e| Error::io(format!("{} cannot be read", file.display()), e);
    let limit = u64::try_from(LEDGER_FILE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    opened
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// A proof that holds is a ledger that does not.
fn fork_verdict(fork: &Fork) -> Verdict {
    let (fault, forked) = match fork.verify() {
        Ok((household, seq)) => {
            let fault = format!(
                "household {household} closed two ledgers: its devices signed one that has entry {seq} as one thing, \
                 and one that has it as another. Both signatures and certificates hold, so nobody else can have made \
                 this. Either the household was set back to an old backup after something had left it, or somebody \
                 with its keys hides what left it"
            );
            (fault, Some(household.to_string()))
        }
        Err(error) => (format!("this proves nothing: {error}"), None),
    };
    Verdict {
        ok: false,
        entries: 0,
        fault: Some(fault),
        forked,
    }
}

fn export(context: &Context, output: &Path, force: bool) -> Result<()> {
    let home = context.home()?;
    let (entries, head) = match home.store_path().exists() {
        true => Store::open_read_only(&home.store_path())?.ledger()?,
        false => (Vec::new(), None),
    };
    let ledger = Export {
        entries,
        devices: vec![home.me()?.cert],
        head,
    };
    let entries = ledger.verify().map_err(|fault| {
        let message = format!("this home's ledger is not whole and was not exported: {fault}");
        Error::new(ErrorKind::DataLoss, message)
    })?;
    let mut file = OutFile::create(output, force)?;
    file.write(&ledger.to_file())?;
    let exported = LedgerExported {
        file: file.finish()?.display().to_string(),
        entries,
    };
    context.out.answer(&exported, |exported| {
        format!(
            "Wrote {} entries to {}. Anybody can check it with 'streetlamp ledger verify --file'.",
            exported.entries, exported.file
        )
    })
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
        forked: None,
    })
}

fn words(verdict: &Verdict) -> String {
    match &verdict.fault {
        None => format!("The ledger is whole: {} entries.", verdict.entries),
        Some(fault) if verdict.forked.is_some() => format!("This is a proof: {fault}."),
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
