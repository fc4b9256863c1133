//! The rules that hold at every step of every run, whatever the scenario does.
//!
//! Each looks at what an engine wants before anything of it is carried out: what is found here was about to happen in a
//! house. A violation names the rule, the step and the home.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Answer, KeeperRecord, Output, Record, Side};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::ledger::{Act, Entry, EntryHash};
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
    /// Where each ledger ends.
    ends: BTreeMap<HouseNumber, (u64, EntryHash)>,
    /// What each home keeps of its own: what it said, and what it recorded.
    own: BTreeSet<(HouseNumber, [u8; 32])>,
    /// Every grant that stands in somebody's ledger, and every lease that a keeper gave.
    given: BTreeSet<StatementId>,
    granted: BTreeSet<(HouseNumber, ClipId)>,
    leased: BTreeSet<(HouseNumber, HouseholdId)>,
    violations: Vec<Violation>,
}

/// What announces a text of six characters in CBOR (RFC 8949, section 3.1), such as a cell of a bulletin. Behind it stands what
/// announces the next item, which may look like a seventh.
const SIX_CHARACTERS: u8 = 0x66;

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
            ends: BTreeMap::new(),
            own: BTreeSet::new(),
            given: BTreeSet::new(),
            granted: BTreeSet::new(),
            leased: BTreeSet::new(),
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
            Record::Ledger { entry, .. } => self.logs(step, entry),
            // An alert is shown when it is kept, and kept until its end: kept twice it would be shown twice.
            Record::Alert { alert, .. } => {
                self.own.insert((step.home, *alert.id().as_bytes()));
                self.shows(step, alert.id(), alert.statement().expires, now);
            }
            Record::FollowUp { follow_up, .. } => {
                self.own.insert((step.home, *follow_up.id().as_bytes()));
            }
            Record::Clip(label) => {
                let clip = label.manifest.statement().clip;
                self.own.insert((step.home, *clip.as_bytes()));
            }
            Record::Given(parcel) => drop(self.given.insert(parcel.grant.id())),
            Record::Received { parcel, .. } => {
                let clip = parcel.grant.statement().clip;
                self.granted.insert((step.home, clip));
                if !self.given.contains(&parcel.grant.id()) {
                    let says = format!("a grant of clip {clip} came that nobody gave");
                    self.broken(step, "by-right", says);
                }
            }
            Record::Arrived(clip) => {
                let granted = self.granted.contains(&(step.home, *clip));
                if !granted && !self.own.contains(&(step.home, *clip.as_bytes())) {
                    let says = format!("clip {clip} was served to a home without a grant");
                    self.broken(step, "by-right", says);
                }
            }
            Record::Keeper(record) => self.keeps(step, record),
            _ => {}
        }
    }

    /// A ledger has no gap, and each entry names the one before it.
    fn logs(&mut self, step: Step, entry: &Entry) {
        let end = self.ends.insert(step.home, (entry.seq, entry.hash()));
        let follows = end.map_or(entry.seq == 1, |(seq, hash)| {
            entry.seq == seq + 1 && entry.prev == hash
        });
        if !follows {
            let says = format!(
                "entry {} of the ledger does not go on from the one before",
                entry.seq
            );
            self.broken(step, "ledger-whole", says);
        }
        self.entries
            .insert((step.home, entry.seq), entry.act.clone());
    }

    /// A keeper takes in what it leased room for, and nothing else.
    fn keeps(&mut self, step: Step, record: &KeeperRecord) {
        match record {
            KeeperRecord::Lease {
                side: Side::Keeper,
                lease,
            } => drop(self.leased.insert((step.home, lease.statement().owner))),
            KeeperRecord::Here {
                owner,
                clip,
                here: true,
            } if !self.leased.contains(&(step.home, *owner)) => {
                let says = format!("clip {clip} was served to a home without a lease");
                self.broken(step, "by-right", says);
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
        let is_place =
            |at: usize| at.checked_sub(1).and_then(|head| bytes.get(head)) != Some(&SIX_CHARACTERS);
        let place = self.cells.get(&step.home);
        if place.is_some_and(|place| place.find_iter(bytes).any(is_place)) {
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
            Answer::Alert { alert: id, .. } | Answer::FollowUp { follow_up: id, .. } => {
                self.is_kept(step, *id.as_bytes(), "what was said");
            }
            // A clip of its own, or one that was fetched.
            Answer::Clip(clip) if !self.granted.contains(&(step.home, *clip)) => {
                self.is_kept(step, *clip.as_bytes(), "a clip");
            }
            _ => {}
        }
    }

    /// P9: what is acknowledged is kept.
    fn is_kept(&mut self, step: Step, id: [u8; 32], what: &str) {
        if !self.own.contains(&(step.home, id)) {
            let says = format!("{what} was acknowledged before it was kept");
            self.broken(step, "kept-first", says);
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
