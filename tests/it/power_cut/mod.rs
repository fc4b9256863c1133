//! The power fails at every moment: nothing that was acknowledged is lost, and no half clip is visible.
//!
//! strace writes down what a real node does to its files while a resident works with it, and when it answers. From
//! that follow the states in which a power cut can leave the disk, and each of them is opened as the next start does.
//! Seeing nothing proves nothing, so the same is done as if a sync were missing, and must find the loss.

mod disk;
mod recording;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use streetlamp::spare::Spare;
use streetlamp::store::Store;
use streetlamp::vault::Vault;
use streetlamp_proto::clip::Label;
use streetlamp_proto::household::Record;
use streetlamp_proto::ledger;
use streetlamp_proto::signed::Signed;
use tempfile::TempDir;

use self::disk::Without;
use self::recording::{Recording, What, record};
use super::place;

/// States that are opened with nothing left out.
const STATES: usize = 10_000;
/// Variants of each moment in which the home is also opened without its database.
const WITHOUT_DATABASE: usize = 3;
/// States that are opened with something left out: the loss must be among so few.
const STATES_OF_A_FAULT: usize = 1_500;

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged_and_shows_no_half_clip() {
    if !Command::new("strace")
        .arg("-V")
        .output()
        .is_ok_and(|out| out.status.success())
    {
        eprintln!("skipped: no strace here, so no power was cut");
        return;
    }
    let place = place();
    let Some(recording) = record(place.path()) else {
        eprintln!("skipped: strace may not trace here, so no power was cut");
        return;
    };
    let (states, losses) = recording.try_states(Without::Nothing, STATES);
    assert!(losses.is_empty(), "{losses:#?}");
    assert!(states >= STATES, "only {states} states");

    // What `synchronous=NORMAL` leaves out, and what careless copies would.
    for fault in [
        Without::SyncOf("-wal"),
        Without::SyncOf(".part"),
        Without::SyncOf(".label"),
        Without::SyncOf("ledger.log"),
        Without::SyncOfDirectories,
    ] {
        let (_, losses) = recording.try_states(fault, STATES_OF_A_FAULT);
        assert!(!losses.is_empty(), "a disk {fault:?} lost nothing");
    }
}

impl Recording {
    /// Opens at least so many states that a power cut may leave, and tells what was lost in them.
    fn try_states(&self, without: Without, wanted: usize) -> (usize, BTreeSet<String>) {
        let mut disk = self.before.clone().without(without);
        let calls = self.calls.iter().enumerate();
        let open = calls.filter(|(number, call)| {
            disk.apply(*number, call);
            disk.is_open()
        });
        let each = wanted.div_ceil(open.count());
        std::thread::scope(|scope| {
            let shares =
                [0, 1].map(|share| scope.spawn(move || self.try_share(without, each, share)));
            let mut all = (0, BTreeSet::new());
            for share in shares {
                let (states, losses) = share.join().expect("no panic");
                all.0 += states;
                all.1.extend(losses);
            }
            all
        })
    }

    /// Every second moment, from the first or the second on.
    fn try_share(&self, without: Without, each: usize, share: usize) -> (usize, BTreeSet<String>) {
        let place = memory();
        let mut disk = self.before.clone().without(without);
        let (mut states, mut losses) = (0, BTreeSet::new());
        for (number, call) in self.calls.iter().enumerate() {
            disk.apply(number, call);
            if number % 2 != share || !disk.is_open() {
                continue;
            }
            for variant in 0..each {
                let mut fate = fate(number * each + variant, variant);
                let state = disk.cut(&mut fate);
                states += 1;
                let mut found = self.check(number, &state, place.path());
                if variant < WITHOUT_DATABASE {
                    found = found.and_then(|()| self.check_copies(number, &state, place.path()));
                }
                if let Err(loss) = found {
                    losses.insert(format!("after call {number}: {loss}"));
                }
            }
        }
        (states, losses)
    }

    /// Opens one state as the next start does, and looks for everything that was acknowledged by then.
    fn check(
        &self,
        number: usize,
        state: &BTreeMap<PathBuf, Vec<u8>>,
        place: &Path,
    ) -> Result<(), String> {
        let dir = place.join("home");
        let _none_yet = fs::remove_dir_all(&dir);
        for (path, bytes) in state {
            let inside = path.strip_prefix(&self.home).expect("a file of the home");
            let path = dir.join(inside);
            fs::create_dir_all(path.parent().expect("a directory")).expect("room");
            fs::write(path, bytes).expect("room");
        }
        let store = Store::open(&dir.join("streetlamp.db")).map_err(words)?;
        let faults = store.check().map_err(words)?;
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let records = store.records().map_err(words)?;
        let (entries, head) = store.ledger().map_err(words)?;
        ledger::verify(&entries, head.as_ref().map(Signed::statement))
            .map_err(|e| e.to_string())?;
        let vault = Vault::open(&dir.join("clips")).map_err(words)?;

        let mut held = Held {
            entries: entries.len() as u64,
            ..Held::default()
        };
        for record in &records {
            match record {
                Record::Alert { alert, .. } => {
                    held.alerts.insert(alert.id().to_string());
                }
                Record::Clip(label) => held.take(label, &vault)?,
                Record::Given(parcel) if parcel.grant.statement().seq > held.entries => {
                    return Err("a grant that is not in the ledger".to_owned());
                }
                _ => {}
            }
        }
        self.hold_against(number, state, &held, true)
    }

    /// Looks for everything but alerts in what the second copies alone bring back, in the state that was just opened.
    fn check_copies(
        &self,
        number: usize,
        state: &BTreeMap<PathBuf, Vec<u8>>,
        place: &Path,
    ) -> Result<(), String> {
        let rebuilt = rebuilt(&place.join("home"))?;
        self.hold_against(number, state, &rebuilt, false)
            .map_err(|loss| format!("without its database: {loss}"))
    }

    /// Looks for everything that was acknowledged by then; for alerts only if there is a database.
    fn hold_against(
        &self,
        number: usize,
        state: &BTreeMap<PathBuf, Vec<u8>>,
        held: &Held,
        database: bool,
    ) -> Result<(), String> {
        for fact in &self.facts {
            if number < fact.from || number >= fact.until {
                continue;
            }
            let kept = match &fact.what {
                What::Alert(id) => !database || held.alerts.contains(id),
                What::Clip(id) => held.clips.contains(id),
                What::Ledger(seq) => held.entries >= *seq,
                What::Gone(id) => {
                    !held.clips.contains(id)
                        && !state.keys().any(|path| path.to_string_lossy().contains(id))
                }
            };
            if !kept {
                return Err(format!("lost: {fact:?}"));
            }
        }
        Ok(())
    }
}

/// What a home has after a power cut.
#[derive(Debug, Default)]
struct Held {
    alerts: BTreeSet<String>,
    clips: BTreeSet<String>,
    entries: u64,
}

impl Held {
    fn take(&mut self, label: &Label, vault: &Vault) -> Result<(), String> {
        let said = label.manifest.statement();
        let sealed = vault.sealed(said.clip, said.sealed_len).map_err(words)?;
        let tree = vault.outboard(said.clip, said.sealed_len).map_err(words)?;
        tree.verify(sealed)
            .map_err(|e| format!("half a clip: {e}"))?;
        self.clips.insert(said.clip.to_string());
        Ok(())
    }
}

/// What the second copies alone bring back.
fn rebuilt(dir: &Path) -> Result<Held, String> {
    let vault = Vault::open(&dir.join("clips")).map_err(words)?;
    let mut store = Store::in_memory().map_err(words)?;
    let (_, taken) =
        Spare::open(vault.clone(), &dir.join("ledger.log"), &mut store).map_err(words)?;
    let mut held = Held {
        entries: taken.entries as u64,
        ..Held::default()
    };
    for record in store.records().map_err(words)? {
        if let Record::Clip(label) = &record {
            held.take(label, &vault)?;
        }
    }
    Ok(held)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it stands where an error is mapped"
)]
fn words(error: streetlamp::error::Error) -> String {
    error.chain()
}

/// What becomes of each change: nothing is kept in the first variant, everything in the second, and chance decides in
/// the others.
fn fate(seed: usize, variant: usize) -> impl FnMut(usize) -> usize {
    // xorshift64 (Marsaglia 2003): any sequence will do, and the same one each time.
    let mut state = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    move |below| match variant {
        0 => 0,
        1 => below - 1,
        _ => {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).expect("a small number")
        }
    }
}

/// A directory in memory, where opening ten thousand databases wears out no disk.
fn memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory).expect("a directory in memory")
    } else {
        place()
    }
}
