//! What publishers said while this home was away, handed on by neighbours when it is back.
//!
//! A home asks its neighbours one after the other, and each only for what it has not got by then. What it is handed is
//! the very frame of the open topic, and is judged as if it had been heard there; so a neighbour can hand on nothing
//! that he could not say on the topic. He learns which cells this home listens to, which its subscriptions tell him
//! anyway, and which public statements it need not be told: those that it holds, shown or muted alike, and those that it
//! did not take. Publishers have no part in it: only members of the street are asked, under its seal.

use std::collections::BTreeSet;

use super::super::event::Output;
use super::super::speaking::HearError;
use super::super::{Household, Pending};
use crate::identity::DeviceId;
use crate::open::{self, OpenStatement};
use crate::signed::StatementId;
use crate::street::{AskAround, Overheard, StreetId, StreetMessage};
use crate::time::Timestamp;
use crate::wire::limits::{AROUND, OVERHEARD_BYTES, PUBLISHERS};

/// Statements that were not taken and are remembered.
const DECLINED: usize = 1_024;
/// News of one answer that are told on. What everybody has but this home is told to nobody.
const TOLD_ON: usize = 16;

/// Asking around.
#[derive(Debug, Default)]
pub(in crate::household) struct Around {
    /// Whether somebody was asked and has not answered.
    asked: bool,
    /// Neighbours who are asked after him.
    waiting: BTreeSet<DeviceId>,
    /// What was handed to this home and not taken, or forgotten by its resident.
    declined: BTreeSet<StatementId>,
}

impl Around {
    /// Does not want to be handed a statement again. It may still be heard on a topic.
    pub(super) fn decline(&mut self, statement: StatementId) {
        if self.declined.len() >= DECLINED {
            self.declined.clear();
        }
        self.declined.insert(statement);
    }
}

impl Household {
    /// Asks a neighbour what publishers said, now or when it is his turn.
    pub(in crate::household) fn ask_around(&mut self, device: DeviceId, out: &mut Vec<Output>) {
        self.around.waiting.insert(device);
        self.ask_next_around(out);
    }

    fn ask_next_around(&mut self, out: &mut Vec<Output>) {
        let cells = self.cells_heard();
        while !self.around.asked
            && let Some(device) = self.around.waiting.pop_first()
        {
            let mut streets = self.state.streets.values();
            let street = streets.find(|s| s.members.household_of(device).is_some());
            let street = street.map(super::super::state::Street::id);
            let Some(street) = street.filter(|_| self.connected.contains(&device)) else {
                continue;
            };
            if !cells.is_empty() {
                self.ask_of(street, device, cells.clone(), out);
            }
        }
    }

    fn ask_of(
        &mut self,
        street: StreetId,
        device: DeviceId,
        cells: Vec<crate::cell::Cell>,
        out: &mut Vec<Output>,
    ) {
        let held = self.state.directory.statements();
        let have = held.chain(self.around.declined.iter().copied()).collect();
        let question = StreetMessage::AskAround(AskAround { cells, have });
        let Some(rank) = self.current_rank(street) else {
            return;
        };
        if let Some(bytes) = self.seal_in(street, rank, &question) {
            self.around.asked = true;
            self.ask(device, Pending::Around(street, device), bytes, out);
        }
    }

    /// What a neighbour has not got of what publishers said around its cells, those first that are known here.
    pub(in crate::household) fn tell_around(&self, question: &AskAround) -> Vec<Overheard> {
        let mut told: BTreeSet<_> = question.have.iter().copied().collect();
        let cells = question.cells.iter().take(AROUND).cloned();
        let mut said = self.said_around(cells);
        said.sort_by_key(|(_, said)| {
            let speaker = self.state.directory.speaker(said.signer());
            !speaker.is_some_and(|(_, known)| known.is_known())
        });
        let mut room = OVERHEARD_BYTES;
        let news = said.into_iter().filter(|(_, said)| told.insert(said.id()));
        let frames = news.filter_map(|(cell, said)| {
            let stamp = self.state.stamps.get(&said.id())?;
            let frame = said.frame(*stamp);
            Some(Overheard { cell, frame })
        });
        let fitting = frames.take_while(|overheard| {
            let fits = overheard.frame.len() <= room;
            room = room.saturating_sub(overheard.frame.len());
            fits
        });
        fitting.collect()
    }

    /// Judges what a neighbour handed on as if it had been heard on its topic, and asks on.
    pub(in crate::household) fn told_around(
        &mut self,
        street: StreetId,
        device: DeviceId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.around.asked = false;
        let answer = bytes.and_then(|b| self.unseal_from(b));
        if let Some((answered, _, StreetMessage::Overheard(overheard))) = answer
            && answered == street
        {
            let mut fresh = Vec::new();
            for overheard in overheard {
                if self.take_overheard(&overheard, now, out) {
                    fresh.push(overheard);
                }
            }
            // There may be more that did not fit.
            if !fresh.is_empty() {
                self.around.waiting.insert(device);
            }
            let others = self.connected.iter().any(|other| *other != device);
            if others && fresh.len() <= TOLD_ON {
                tell_on_topics(fresh, out);
            }
        }
        self.ask_next_around(out);
    }

    /// Says whether it was news.
    fn take_overheard(
        &mut self,
        Overheard { cell, frame }: &Overheard,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> bool {
        let topic = open::topic(cell).filter(|topic| self.ear.listens_to(topic));
        let (Some(topic), Ok((said, stamp))) = (topic, OpenStatement::stamped(frame)) else {
            return false;
        };
        let statement = said.id();
        let full = self.state.directory.publishers().count() >= PUBLISHERS;
        let heard = match &said {
            // It would push somebody else out, who would be handed on next.
            OpenStatement::Publisher(binding)
                if full && self.state.directory.get(binding.publisher()).is_none() =>
            {
                Err(HearError::Full)
            }
            OpenStatement::Publisher(_) | OpenStatement::Bulletin(_) => {
                self.hear_stamped(&topic, said, stamp, now, out)
            }
            OpenStatement::Alert(_) | OpenStatement::FollowUp(_) | OpenStatement::Knock(_) => {
                return false;
            }
        };
        match heard {
            Ok(()) => true,
            // It may be its turn later.
            Err(HearError::TooMuch) => false,
            Err(_) => {
                self.around.decline(statement);
                false
            }
        }
    }
}

/// Whoever is connected to this home alone was away with it.
fn tell_on_topics(fresh: Vec<Overheard>, out: &mut Vec<Output>) {
    for Overheard { cell, frame } in fresh {
        let topic = open::topic(&cell);
        out.extend(topic.map(|topic| Output::Publish {
            topic,
            bytes: frame,
        }));
    }
}
