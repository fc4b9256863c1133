//! The rules that hold at every step of every run, whatever the scenario does.
//!
//! Each looks at what an engine wants before anything of it is carried out: what is found here was about to happen in a
//! house. A violation names the rule, the step and the home.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Answer, Output, Record};
use streetlamp_proto::ledger::Act;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::Known;
use crate::record::{HouseNumber, Micros, Violation};

/// Stands in the text of everything that is for a street only. Found in bytes that leave a home, it was not sealed.
pub(crate) const STREET_ONLY: &str = "for-the-street-only";

/// Violations that are kept. A rule that breaks breaks at every step, and the first ones tell all.
const KEPT: usize = 100;

/// What the rules remember.
#[derive(Debug)]
pub(crate) struct Rules {
    words: Finder<'static>,
    /// Where each home is, which leaves no home unsealed.
    cells: BTreeMap<HouseNumber, Finder<'static>>,
    shown: BTreeSet<(HouseNumber, StatementId)>,
    /// Entries of each ledger.
    entries: BTreeMap<(HouseNumber, u64), Act>,
    violations: Vec<Violation>,
}

/// Where a step happened.
#[derive(Debug, Clone, Copy)]
struct Step {
    home: HouseNumber,
    at: Micros,
    number: u64,
}

impl Rules {
    /// Rules for these homes.
    pub(crate) fn new(homes: &[Known]) -> Self {
        let cells = homes.iter().map(|home| {
            let finder = Finder::new(home.cell.as_bytes()).into_owned();
            (home.number, finder)
        });
        Self {
            words: Finder::new(STREET_ONLY.as_bytes()),
            cells: cells.collect(),
            shown: BTreeSet::new(),
            entries: BTreeMap::new(),
            violations: Vec::new(),
        }
    }

    /// What was broken so far.
    pub(crate) fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Looks at what an engine wants.
    pub(crate) fn look(
        &mut self,
        home: HouseNumber,
        outputs: &[Output],
        now: Timestamp,
        at: Micros,
        number: u64,
    ) {
        let step = Step { home, at, number };
        // What is kept is kept before anything leaves.
        for output in outputs {
            if let Output::Store(record) = output {
                self.kept(step, record, now);
            }
        }
        for output in outputs {
            match output {
                Output::Publish { bytes, .. }
                | Output::Ask { bytes, .. }
                | Output::Reply { bytes, .. } => self.leaves(step, bytes),
                Output::Answer(_, Ok(answer)) => self.answers(step, answer),
                Output::Store(record) => {
                    if let Record::Given(parcel) = record.as_ref() {
                        let grant = parcel.grant.statement();
                        self.is_logged(step, grant.seq, grant.clip, "a grant");
                    }
                }
                _ => {}
            }
        }
    }

    fn kept(&mut self, step: Step, record: &Record, now: Timestamp) {
        match record {
            Record::Ledger { entry, .. } => {
                self.entries
                    .insert((step.home, entry.seq), entry.act.clone());
            }
            // An alert is shown when it is kept, and kept until its end: kept twice it would be shown twice.
            Record::Alert { alert, .. } => {
                self.shows(step, alert.id(), alert.statement().expires, now);
            }
            _ => {}
        }
    }

    /// P6 and P5: nothing for the street, and no place of a home, leaves unsealed.
    fn leaves(&mut self, step: Step, bytes: &[u8]) {
        if self.words.find(bytes).is_some() {
            self.broken(
                step,
                "no-plaintext",
                "words for the street left a home unsealed",
            );
        }
        let place = self.cells.get(&step.home);
        if place.is_some_and(|place| place.find(bytes).is_some()) {
            self.broken(step, "no-place", "the place of a home left it unsealed");
        }
    }

    fn shows(&mut self, step: Step, alert: StatementId, end: Timestamp, now: Timestamp) {
        if !self.shown.insert((step.home, alert)) {
            let says = format!("alert {alert} was shown a second time");
            self.broken(step, "shown-once", says);
        }
        if end <= now {
            let says = format!("alert {alert} was shown after its end");
            self.broken(step, "not-after-its-end", says);
        }
    }

    /// P7: the ledger comes first.
    fn answers(&mut self, step: Step, answer: &Answer) {
        match answer {
            Answer::Key { manifest, seq, .. } => {
                self.is_logged(step, *seq, manifest.statement().clip, "a key");
            }
            Answer::Export { manifest, seq, .. } => {
                self.is_logged(step, *seq, manifest.statement().clip, "an export");
            }
            _ => {}
        }
    }

    fn is_logged(&mut self, step: Step, seq: u64, clip: ClipId, what: &str) {
        let names = |act: &Act| act.clip() == clip;
        if !self.entries.get(&(step.home, seq)).is_some_and(names) {
            let says = format!("{what} of clip {clip} left before entry {seq} of the ledger");
            self.broken(step, "ledger-first", says);
        }
    }

    /// Something acknowledged is not where it is due although everybody was connected long enough.
    pub(crate) fn lost(&mut self, said: u32, home: HouseNumber, at: Micros, number: u64) {
        let says = format!("what was said as number {said} never came");
        self.broken(Step { home, at, number }, "nothing-lost", says);
    }

    fn broken(&mut self, step: Step, rule: &str, says: impl Into<String>) {
        if self.violations.len() < KEPT {
            self.violations.push(Violation {
                rule: rule.to_owned(),
                at: step.at,
                step: step.number,
                home: Some(step.home),
                says: says.into(),
                replay: String::new(),
            });
        }
    }
}
