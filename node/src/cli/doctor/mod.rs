//! `doctor`: looks at this machine and the home, and says in plain words what to do.
//!
//! It works whether a node runs or not, changes nothing, and sends nothing.

mod machine;
mod running;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Context, ledger};
use crate::clock::Clock;
use crate::control::answers::Finding;
use crate::error::Result;
use crate::home::Home;
use crate::store::Store;

pub(super) fn doctor(context: &Context) -> Result<()> {
    let findings = examine(context);
    context.out.answer(&findings, |findings| words(findings))
}

fn examine(context: &Context) -> Vec<Finding> {
    let (finding, home) = open(&context.dir);
    let mut findings = vec![finding];
    let store = home.as_ref().filter(|home| home.store_path().exists());
    let store = store.map(|home| Store::open_read_only(&home.store_path()));
    let newest = store
        .as_ref()
        .and_then(|store| store.as_ref().ok()?.newest().ok()?);
    findings.push(machine::clock(Clock::System.now(), newest));
    findings.push(machine::disk(&context.dir));
    findings.push(machine::sqlite());
    if let Some(home) = &home {
        findings.push(recovery_sheet(home));
        findings.push(database(store));
        findings.push(whole_ledger(context));
        findings.extend(proofs(home));
        findings.extend(running::node(home));
    }
    findings.push(machine::tools());
    findings
}

pub(super) fn finding(check: &str, ok: bool, advice: impl Into<String>) -> Finding {
    Finding {
        check: check.to_owned(),
        ok,
        advice: advice.into(),
    }
}

/// Whether there is a home, whole, and for its owner only.
fn open(dir: &Path) -> (Finding, Option<Home>) {
    let home = match Home::open(dir) {
        Ok(home) => home,
        Err(error) => return (finding("home", false, error.to_string()), None),
    };
    let open_to_others = exposed(dir);
    let found = match open_to_others {
        Some(path) => finding(
            "home",
            false,
            format!("others on this machine can get at {path}: run 'chmod go-rwx {path}'"),
        ),
        None => finding(
            "home",
            true,
            format!("{} is whole, and for its owner only", dir.display()),
        ),
    };
    (found, Some(home))
}

/// The first thing of a home that others can read or write: the directory, or a file directly in it.
fn exposed(dir: &Path) -> Option<String> {
    let open = |path: &Path| {
        let mode = std::fs::symlink_metadata(path).ok()?.permissions().mode();
        (mode & 0o077 != 0).then(|| path.display().to_string())
    };
    open(dir)
        .or_else(|| open(&dir.join("device.key")))
        .or_else(|| open(&dir.join("reading.age")))
}

fn recovery_sheet(home: &Home) -> Finding {
    match home.recovery_sheet() {
        None => finding("recovery-sheet", true, "printed and moved, as you said"),
        Some(path) if path.exists() => finding(
            "recovery-sheet",
            false,
            format!(
                "print {}, move it off this machine, then run 'streetlamp recovery confirm'",
                path.display()
            ),
        ),
        Some(_) => finding(
            "recovery-sheet",
            false,
            "it is not where it was written any more: if it is printed and safe, run 'streetlamp recovery confirm'",
        ),
    }
}

fn database(store: Option<Result<Store>>) -> Finding {
    let faults = match store {
        None => return finding("store", true, "empty: no node has run from this home yet"),
        Some(store) => store.and_then(|store| store.check()),
    };
    match faults {
        Ok(faults) if faults.is_empty() => finding("store", true, "the database is whole"),
        Ok(faults) => finding("store", false, faults.join("; ")),
        Err(error) => finding("store", false, error.to_string()),
    }
}

fn whole_ledger(context: &Context) -> Finding {
    match ledger::verify_home(context) {
        Ok(verdict) => match verdict.fault {
            None => finding(
                "ledger",
                true,
                format!("whole: {} entries", verdict.entries),
            ),
            Some(fault) => finding("ledger", false, fault),
        },
        Err(error) => finding("ledger", false, error.to_string()),
    }
}

/// Proofs that a household closed two ledgers, if there are any.
fn proofs(home: &Home) -> Option<Finding> {
    let files = std::fs::read_dir(home.proofs_dir()).ok()?.flatten();
    let files: Vec<_> = files
        .map(|file| file.path().display().to_string())
        .collect();
    (!files.is_empty()).then(|| {
        let text = format!(
            "a household closed two ledgers: look at it with 'streetlamp ledger verify --file {}'",
            files.join("' and '")
        );
        finding("two-ledgers", false, text)
    })
}

fn words(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let word = if finding.ok { "ok" } else { "look" };
        text.push_str(&format!(
            "{word:<4}  {:<14}  {}\n",
            finding.check, finding.advice
        ));
    }
    text
}
