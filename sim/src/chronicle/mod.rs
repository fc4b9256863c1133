//! The chronicle of a run: it watches every engine, and writes down what was said, what came, and which rule broke.

mod book;
mod films;
mod rules;
#[cfg(test)]
mod tests;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streetlamp::node::Witness;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Household, Input, Output};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::street::StreetId;
use streetlamp_proto::time::Timestamp;

use book::Book;
pub(crate) use book::Published;
use films::Films;
pub(crate) use rules::{Rules, STREET_ONLY};
use trace::Trace;

use crate::floor;
use crate::net::{MessageId, Net};
use crate::record::{
    Clip, Delivery, Grant, Happening, HouseNumber, Said, SaidKind, Violation, What,
};

/// What is known of one home before a run begins.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its number.
    pub(crate) number: HouseNumber,
    /// Its street.
    pub(crate) street: Option<u32>,
    /// Who lives there; nobody at what is no home.
    pub(crate) household: Option<HouseholdId>,
    /// Whether what is said on its street is due there.
    pub(crate) honest: bool,
    /// Whether others can rely on it to pass on what it hears.
    pub(crate) passes_on: bool,
    /// Where it is, in seven characters, which must not leave it.
    pub(crate) cell: String,
}

/// The chronicle. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Chronicle(Arc<Mutex<Book>>);

impl Chronicle {
    /// An empty one.
    pub(crate) fn new(net: &Net, homes: Vec<Known>) -> Self {
        let rules = Rules::new(&homes);
        Self(Arc::new(Mutex::new(Book {
            net: net.clone(),
            trace: Trace::default(),
            rules,
            homes,
            streets: BTreeMap::new(),
            said: Vec::new(),
            by_id: BTreeMap::new(),
            frames: BTreeMap::new(),
            due: BTreeMap::new(),
            causes: BTreeMap::new(),
            films: Films::default(),
            spam: BTreeMap::new(),
            happenings: Vec::new(),
        })))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names a street.
    pub(crate) fn knows(&self, id: StreetId, number: u32) {
        self.book().streets.insert(id, number);
    }

    /// A home is of another street now, or of none.
    pub(crate) fn moved(&self, home: HouseNumber, street: Option<u32>) {
        if let Some(known) = self.book().homes.iter_mut().find(|h| h.number == home) {
            known.street = street;
        }
    }

    /// Who watches a home.
    pub(crate) fn witness(&self, home: HouseNumber) -> Arc<dyn Witness> {
        Arc::new(Eye {
            home,
            chronicle: self.clone(),
        })
    }

    /// Writes something down that no engine shows.
    pub(crate) fn note(&self, home: Option<HouseNumber>, what: What, says: impl fmt::Display) {
        let mut book = self.book();
        let at = book.net.now();
        let says = says.to_string();
        book.happenings.push(Happening {
            at,
            home,
            what,
            says,
        });
    }

    /// Steps so far.
    pub(crate) fn steps(&self) -> u64 {
        self.book().trace.steps()
    }

    /// Rules that were broken so far.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.book().rules.violations().to_vec()
    }

    /// Looks, once everything had time to settle, for what was acknowledged and is not where it is due: at each of these
    /// homes that is connected to the author, or to a home that has it, even if through others.
    pub(crate) fn all_is_there(&self, here: &BTreeSet<HouseNumber>) {
        let mut book = self.book();
        let now = book.net.now();
        let islands = floor::islands(&book.graph(None));
        let island = |home: HouseNumber| {
            let place = usize::try_from(home.0).ok()?;
            islands.get(place).copied()
        };
        let mut has: BTreeSet<_> = book
            .said
            .iter()
            .map(|s| (s.number, island(s.author)))
            .collect();
        let shown = book.due.iter().filter(|(_, due)| due.shown.is_some());
        has.extend(shown.map(|((said, home), _)| (*said, island(*home))));
        let missing: Vec<_> = book
            .due
            .iter()
            .filter(|((said, home), due)| {
                due.shown.is_none()
                    && here.contains(home)
                    && has.contains(&(*said, island(*home)))
                    && book.said_number(*said).is_some_and(|s| s.expires > now)
            })
            .map(|((said, home), _)| (*said, *home))
            .collect();
        for (said, home) in missing {
            let step = book.trace.steps();
            book.rules.lost(said, home, now, step);
        }
    }

    /// Something that an agency said is on the air: it is due at every home in its area.
    pub(crate) fn published(&self, author: HouseNumber, said: Published<'_>) {
        self.book().published(author, said);
    }

    /// The boxes of a home are a thief's now.
    pub(crate) fn stolen(&self, home: HouseNumber) {
        let mut book = self.book();
        let at = book.net.now();
        book.films.stolen(home, at);
    }

    /// A neighbour asks for the sealed bytes of a clip that it was granted.
    pub(crate) fn asks(&self, home: HouseNumber, clip: ClipId) {
        let mut book = self.book();
        let at = book.net.now();
        book.films.asked(home, clip, at);
    }

    /// It has them, most of them from this household.
    pub(crate) fn got(&self, home: HouseNumber, clip: ClipId, from: HouseholdId) {
        let mut book = self.book();
        let from = book.number_of(from);
        book.films.came_from(home, clip, from);
    }

    /// A keeper has a clip whole.
    pub(crate) fn keeps(&self, home: HouseNumber, clip: ClipId, here: bool) {
        let mut book = self.book();
        let at = book.net.now();
        book.films.kept(home, clip, here.then_some(at));
    }

    /// How often honest homes showed an alert that this household said with a changed program.
    pub(crate) fn spam_of(&self, household: HouseholdId) -> u64 {
        self.book().spam.get(&household).copied().unwrap_or(0)
    }

    /// Which frames carried what.
    pub(crate) fn frames(&self) -> BTreeMap<MessageId, Said> {
        let book = self.book();
        let said = |(frame, number): (&MessageId, &u32)| {
            Some((*frame, book.said_number(*number)?.clone()))
        };
        book.frames.iter().filter_map(said).collect()
    }

    /// Everything that was written down.
    pub(crate) fn close(&self) -> Closed {
        let book = self.book();
        let mut copies: BTreeMap<(u32, HouseNumber), u32> = BTreeMap::new();
        for (frame, said) in &book.frames {
            for (home, count) in book.net.copies(frame) {
                *copies.entry((*said, home)).or_default() += count;
            }
        }
        let deliveries = book.due.iter().map(|((said, home), due)| Delivery {
            said: *said,
            home: *home,
            at: due.shown.map(|(at, _)| at),
            way: due.shown.map(|(_, way)| way),
            floor: due.floor,
            copies: copies.get(&(*said, *home)).copied().unwrap_or(0),
        });
        let (clips, grants) = book.films.all();
        Closed {
            said: book.said.clone(),
            deliveries: deliveries.collect(),
            clips,
            grants,
            happenings: book.happenings.clone(),
            trace_hash: book.trace.text(),
        }
    }

    /// The newest thing of a kind that a home said.
    pub(crate) fn last_said_by(&self, home: HouseNumber, kind: SaidKind) -> Option<Said> {
        let book = self.book();
        let mut newest = book.said.iter().rev();
        newest.find(|s| s.author == home && s.kind == kind).cloned()
    }
}

/// What a chronicle holds in the end.
#[derive(Debug)]
pub(crate) struct Closed {
    /// What was said.
    pub(crate) said: Vec<Said>,
    /// Where it came.
    pub(crate) deliveries: Vec<Delivery>,
    /// What was recorded.
    pub(crate) clips: Vec<Clip>,
    /// What was given.
    pub(crate) grants: Vec<Grant>,
    /// What else happened.
    pub(crate) happenings: Vec<Happening>,
    /// The hash of everything that was heard and wanted.
    pub(crate) trace_hash: String,
}

/// Watches one home.
struct Eye {
    home: HouseNumber,
    chronicle: Chronicle,
}

impl fmt::Debug for Eye {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eye")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl Witness for Eye {
    fn hears(&self, _: &Household, input: &Input, _: Timestamp) {
        self.chronicle.book().hears(self.home, input);
    }

    fn wants(&self, _: &Household, outputs: &[Output], now: Timestamp) {
        self.chronicle.book().wants(self.home, outputs, now);
    }
}
