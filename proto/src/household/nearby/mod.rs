//! What is said in the open around this home: which cells it listens to, and what is over.
//!
//! Anybody can speak on an open topic. What a household of our street says there is an item of the street like any
//! other, known by its pseudonym. Everything else waits in a tray in memory: bounded, never on disk, gone with a
//! restart. So strangers, however many, can neither fill a home nor hide what neighbours say.
//!
//! Nobody keeps statements for others here. Whoever said one says it again every half hour until it is over, and
//! everybody passes it on again; so a home that comes later hears it too.

mod hearing;
mod saying;
mod seeing;

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::{Household, Record};
use crate::cell::{Cell, Place};
use crate::open::{self, Radius};
use crate::signed::Signed;
use crate::time::Timestamp;
pub(super) use hearing::Ear;
pub(super) use saying::Mouth;
pub(super) use seeing::Overheard;

/// For how long the same statement is not passed on again. Longer than gossip remembers a copy.
const LATELY: Duration = Duration::from_secs(20 * 60);

impl Household {
    /// The cells that this home listens to.
    pub fn cells_heard(&self) -> Vec<Cell> {
        match (self.state.radius, self.home_cell()) {
            (Radius::Rings(rings), Some(cell)) => open::around(cell, rings),
            _ => Vec::new(),
        }
    }

    /// Where this home is: where it was set up, or else where its street is.
    pub fn home_cell(&self) -> Option<&Cell> {
        let mut streets = self.state.streets.values();
        let of_street = || streets.next().map(|s| &s.founding.statement().cell);
        self.me.cell.as_ref().or_else(of_street)
    }

    /// Listens to the topics of its cells, and to no others.
    pub(super) fn listen(&mut self, out: &mut Vec<Output>) {
        let cells = self.cells_heard();
        let topics: BTreeSet<_> = cells.iter().filter_map(open::topic).collect();
        let gone = self.ear.topics.difference(&topics).cloned();
        out.extend(gone.map(Output::Unsubscribe));
        let new = topics.difference(&self.ear.topics).cloned();
        out.extend(new.map(Output::Subscribe));
        self.ear.topics = topics;
    }

    /// Listens to more or fewer cells from now on.
    pub(super) fn set_radius(
        &mut self,
        radius: Radius,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if radius != Radius::Off && self.home_cell().and_then(open::topic).is_none() {
            return Err(Failure::NoCell);
        }
        self.store(Record::Radius(radius), out);
        Ok(Answer::Done)
    }

    /// A place for an alert that names none: the cell of this home.
    pub(super) fn place_nearby(&self) -> Option<Place> {
        self.home_cell().cloned().map(Into::into)
    }

    /// Forgets what is over in the open.
    pub(super) fn sweep_nearby(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let over = self.ear.overheard().filter(|w| w.expires <= now);
        let over: Vec<_> = over.map(|waiting| waiting.id).collect();
        out.extend(
            over.into_iter()
                .map(|alert| Output::Emit(Event::AlertGone { alert })),
        );
        self.ear.sweep(now);
        // Of a street that was left, nothing is said any more.
        let own = self.own_statements();
        let own = own.iter().map(|(_, statement)| statement.id());
        let said: BTreeSet<_> = own.chain(self.state.directory.statements()).collect();
        let stamps = self.state.stamps.keys().copied();
        let unsaid: Vec<_> = stamps.filter(|stamp| !said.contains(stamp)).collect();
        for statement in unsaid {
            self.store(Record::Over(statement), out);
        }
        let knock = self.state.knock.as_ref().map(Signed::statement);
        if knock.is_some_and(|knock| knock.expires <= now) {
            self.stop_knocking(out);
        }
        self.listen(out);
    }
}
