//! The engine of a publisher's node: what it says, where, and again until it is over. It hears nothing.
//!
//! Like the engine of a household it does no IO: [`Desk::handle`] takes one [`DeskInput`] and the time, and returns what
//! is to be done. But it shares nothing with it. There is no input for anything that a resident said, no request that
//! could be answered, and no key but the one that signs; so whoever runs a publisher's node, changed or not, gets
//! nothing here that he would not get with a radio.
//!
//! It is said to everybody who listens to one of the cells, when he comes ([`DeskInput::Listener`]) and every half hour.
//! Homes keep it and pass it on, so a publisher need not be there all the time.

mod event;
mod relaying;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use ed25519_dalek::SigningKey;

pub use event::{
    DeskAnswer, DeskCommand, DeskFailure, DeskInput, DeskOutput, DeskRecord, DeskTimer, Draft,
    OwnBulletin, Relayed, Revision, State,
};

use super::{Announced, Binding, Bulletin, Message, Origin, Original, Seconding};
use crate::cell::Cell;
use crate::open::{self, OpenStatement, STAMP_BITS, Stamp, topic, within_rate};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::Topic;
use crate::time::Timestamp;
use crate::wire::limits::{
    BINDING_LIFE, BULLETIN_BURST, BULLETIN_BYTES, BULLETIN_CELL, BULLETINS_PER_HOUR,
    BULLETINS_PER_PUBLISHER, ORIGINAL_BYTES, PUBLISHER_BYTES,
};

/// How often everything is said again.
const AGAIN: Duration = Duration::from_secs(30 * 60);
/// How soon somebody who comes is told: gossip needs a moment until it sends him anything.
const SOON: Duration = Duration::from_secs(2);
/// How old a binding may become before it is signed anew.
const RENEW: Duration = Duration::from_secs(30 * 24 * 3600);

/// A publisher's engine.
pub struct Desk {
    key: SigningKey,
    binding: Signed<Binding>,
    binding_stamp: Stamp,
    bulletins: BTreeMap<StatementId, (Announced, Stamp)>,
    /// What became of messages of another system.
    origins: BTreeMap<Origin, relaying::Became>,
    /// Topics on which somebody came who was not told yet.
    newcomers: BTreeSet<Topic>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("publisher", &self.binding.publisher())
            .field("bulletins", &self.bulletins.len())
            .finish_non_exhaustive()
    }
}

/// The work for a statement of a publisher. It waits for it: there is nobody else whom it could serve meanwhile.
fn stamp(statement: &OpenStatement) -> Stamp {
    Stamp::find(&statement.to_bytes(), STAMP_BITS)
}

impl Desk {
    /// The engine with everything that was stored, in the order in which it was stored.
    pub fn new(
        key: SigningKey,
        binding: Signed<Binding>,
        records: impl IntoIterator<Item = DeskRecord>,
    ) -> Self {
        let mut desk = Self {
            binding_stamp: stamp(&OpenStatement::Publisher(Box::new(binding.clone()))),
            key,
            binding,
            bulletins: BTreeMap::new(),
            origins: BTreeMap::new(),
            newcomers: BTreeSet::new(),
        };
        for record in records {
            desk.apply(record);
        }
        desk
    }

    /// Takes one input and returns everything that follows from it.
    pub fn handle(&mut self, input: DeskInput, now: Timestamp) -> Vec<DeskOutput> {
        let mut out = Vec::new();
        match input {
            DeskInput::Started => self.say_again(now, &mut out),
            DeskInput::Command(command) => {
                let answer = self.command(command, now, &mut out);
                out.push(DeskOutput::Answer(answer));
            }
            DeskInput::Listener(topic) => {
                self.newcomers.insert(topic);
                let (at, timer) = (now.after(SOON), DeskTimer::Newcomers);
                out.push(DeskOutput::SetTimer { at, timer });
            }
            DeskInput::Due(DeskTimer::Newcomers) => {
                self.forget_what_is_over(now, &mut out);
                self.say(|topic| self.newcomers.contains(topic), now, &mut out);
                self.newcomers.clear();
            }
            DeskInput::Due(DeskTimer::Again) => self.say_again(now, &mut out),
        }
        out
    }

    /// Who this publisher says it is.
    pub const fn binding(&self) -> &Signed<Binding> {
        &self.binding
    }

    /// Everything that it said and that is not over, the newest first.
    pub fn bulletins(&self, now: Timestamp) -> Vec<OwnBulletin> {
        let firsts = self.all().filter(|said| said.first() == said.id());
        let mut own: Vec<_> = firsts
            .map(|first| OwnBulletin {
                id: first.id(),
                bulletin: self.latest(first).bulletin.statement().clone(),
                state: self.state(first, now),
            })
            .collect();
        own.sort_by_key(|own| (std::cmp::Reverse(own.bulletin.issued), own.id));
        own
    }

    fn all(&self) -> impl Iterator<Item = &Announced> {
        self.bulletins.values().map(|(announced, _)| announced)
    }

    /// What was last said in the place of a bulletin, or itself.
    fn latest<'a>(&'a self, first: &'a Announced) -> &'a Announced {
        let mut updates = self.all();
        let update = Message::Update(first.id());
        let latest = updates.find(|said| said.bulletin.statement().message == update);
        latest.unwrap_or(first)
    }

    fn state(&self, first: &Announced, now: Timestamp) -> State {
        let cancel = Message::Cancel(first.id());
        let mut all = self.all();
        if all.any(|said| said.bulletin.statement().message == cancel) {
            State::Cancelled
        } else if self.latest(first).bulletin.statement().expires <= now {
            State::Expired
        } else {
            State::Active
        }
    }

    fn command(
        &mut self,
        command: DeskCommand,
        now: Timestamp,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        match command {
            DeskCommand::Publish { draft, second } => {
                let bulletin = self.drafted(*draft, now)?;
                self.not_too_often(now)?;
                self.announce(bulletin, second.as_deref(), now, out)
            }
            DeskCommand::Update {
                bulletin,
                change,
                second,
            } => self.update(bulletin, *change, second.as_deref(), now, out),
            DeskCommand::Cancel(bulletin) => self.cancel(bulletin, None, now, out),
            DeskCommand::Relay {
                origin,
                references,
                says,
                second,
            } => self.relay(origin, &references, *says, second.as_deref(), now, out),
        }
    }

    fn update(
        &mut self,
        bulletin: StatementId,
        change: Revision,
        second: Option<&SigningKey>,
        now: Timestamp,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        let mut said = self.active(bulletin, now)?;
        said.message = Message::Update(bulletin);
        said.issued = now;
        change.make(&mut said, now);
        let updates = self.all().map(|announced| &announced.bulletin);
        let older = updates.filter(|old| old.statement().message == said.message);
        let older: Vec<_> = older.map(Signed::id).collect();
        let answer = self.announce(said, second, now, out)?;
        for id in older {
            self.store(DeskRecord::Over(id), out);
        }
        Ok(answer)
    }

    fn cancel(
        &mut self,
        bulletin: StatementId,
        original: Option<Original>,
        now: Timestamp,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        let mut said = self.active(bulletin, now)?;
        said.message = Message::Cancel(bulletin);
        said.issued = now;
        said.original = original;
        // For as long as any home may hold what it takes back.
        said.expires = self.thread_ends(bulletin).unwrap_or(said.expires);
        self.announce(said, None, now, out)
    }

    /// When the last of what was said about a bulletin is over.
    fn thread_ends(&self, first: StatementId) -> Option<Timestamp> {
        let thread = self.all().filter(|said| said.first() == first);
        thread.map(|said| said.bulletin.statement().expires).max()
    }

    fn drafted(&self, draft: Draft, now: Timestamp) -> Result<Bulletin, DeskFailure> {
        let declared = &self.binding.statement().area;
        let area = match draft.area {
            Some(area) => area,
            None if declared.no_larger_than(BULLETIN_CELL).is_ok() => declared.clone(),
            None => return Err(DeskFailure::WhichArea),
        };
        Ok(Bulletin {
            status: draft.status,
            message: Message::Alert,
            kind: draft.kind,
            severity: draft.severity,
            urgency: draft.urgency,
            certainty: draft.certainty,
            area,
            headline: draft.headline,
            text: draft.text,
            instruction: draft.instruction,
            contact: draft.contact,
            issued: now,
            expires: now.after(draft.life),
            original: draft.original,
        })
    }

    /// What a bulletin says now, if it can still be changed.
    fn active(&self, bulletin: StatementId, now: Timestamp) -> Result<Bulletin, DeskFailure> {
        let (first, _) = self.bulletins.get(&bulletin).ok_or(DeskFailure::Unknown)?;
        match self.state(first, now) {
            State::Active => Ok(self.latest(first).bulletin.statement().clone()),
            State::Cancelled => Err(DeskFailure::Cancelled),
            State::Expired => Err(DeskFailure::Unknown),
        }
    }

    /// Whether homes would take one more.
    fn not_too_often(&self, now: Timestamp) -> Result<(), DeskFailure> {
        let said = self.all().map(|a| a.bulletin.statement());
        let alerts = said.filter(|said| said.message == Message::Alert);
        let mut times: Vec<_> = alerts.map(|said| said.issued).collect();
        times.sort_unstable();
        let times = times.into_iter();
        if !within_rate(times, now, BULLETIN_BURST, BULLETINS_PER_HOUR) {
            return Err(DeskFailure::TooOften);
        }
        let bytes: usize = self.all().map(Announced::bytes).sum();
        let has_room = self.bulletins.len() < BULLETINS_PER_PUBLISHER
            && bytes + BULLETIN_BYTES + ORIGINAL_BYTES <= PUBLISHER_BYTES;
        match has_room {
            true => Ok(()),
            false => Err(DeskFailure::TooMany),
        }
    }

    /// Signs, keeps and says a bulletin by the rules that homes hold it to.
    fn announce(
        &mut self,
        bulletin: Bulletin,
        second: Option<&SigningKey>,
        now: Timestamp,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        let needed = bulletin.needs_second_key();
        let bulletin = Signed::sign(bulletin, &self.key);
        let id = bulletin.id();
        let seconding = Seconding { bulletin: id };
        let second = second.filter(|_| needed);
        let announced = Announced {
            second: second.map(|key| Signed::sign(seconding, key)),
            bulletin,
        };
        announced.check(now)?;
        announced.is_by(&self.binding)?;
        let first = announced.first();
        let stamp = stamp(&OpenStatement::Bulletin(Box::new(announced.clone())));
        self.store(DeskRecord::Bulletin(Box::new(announced), stamp), out);
        let topics: BTreeSet<_> = self.topics_of(id).collect();
        self.say_binding(|topic| topics.contains(topic), out);
        self.say_bulletin(id, |_| true, out);
        Ok(DeskAnswer {
            bulletin: first,
            said: id,
            whole: true,
        })
    }

    fn say_again(&mut self, now: Timestamp, out: &mut Vec<DeskOutput>) {
        self.forget_what_is_over(now, out);
        if now >= self.binding.statement().issued.after(RENEW) {
            let mut said = self.binding.statement().clone();
            said.issued = now;
            said.expires = now.after(BINDING_LIFE);
            let renewed = Box::new(Signed::sign(said, &self.key));
            self.store(DeskRecord::Binding(renewed), out);
        }
        self.say(|_| true, now, out);
        let (at, timer) = (now.after(AGAIN), DeskTimer::Again);
        out.push(DeskOutput::SetTimer { at, timer });
    }

    /// Says everything on these topics, who is speaking first.
    fn say(&self, on: impl Fn(&Topic) -> bool, now: Timestamp, out: &mut Vec<DeskOutput>) {
        self.say_binding(&on, out);
        // What an update made live longer is kept for what follows, and said no more.
        let holding = self.all().filter(|a| a.bulletin.statement().expires > now);
        for id in holding.map(Announced::id) {
            self.say_bulletin(id, &on, out);
        }
    }

    /// A binding is said wherever a bulletin holds, and everywhere in an area that is not too large for it.
    fn say_binding(&self, on: impl Fn(&Topic) -> bool, out: &mut Vec<DeskOutput>) {
        let statement = OpenStatement::Publisher(Box::new(self.binding.clone()));
        let declared = &self.binding.statement().area;
        let declared = match declared.no_larger_than(BULLETIN_CELL) {
            Ok(()) => declared.open_cells(),
            Err(_) => Vec::new(),
        };
        let newcomers = self.newcomers.iter().filter(|topic| {
            open::cell_of(topic).is_some_and(|cell| self.binding.statement().area.touches(&cell))
        });
        let of_bulletins = self.bulletins.keys().flat_map(|id| self.topics_of(*id));
        let declared = declared.iter().filter_map(topic);
        let topics = declared.chain(newcomers.cloned()).chain(of_bulletins);
        let topics: BTreeSet<_> = topics.filter(|topic| on(topic)).collect();
        for topic in topics {
            let bytes = statement.frame(self.binding_stamp);
            out.push(DeskOutput::Publish { topic, bytes });
        }
    }

    fn say_bulletin(
        &self,
        id: StatementId,
        on: impl Fn(&Topic) -> bool,
        out: &mut Vec<DeskOutput>,
    ) {
        let Some((announced, stamp)) = self.bulletins.get(&id) else {
            return;
        };
        let bytes = OpenStatement::Bulletin(Box::new(announced.clone())).frame(*stamp);
        for topic in self.topics_of(id).filter(on) {
            let bytes = bytes.clone();
            out.push(DeskOutput::Publish { topic, bytes });
        }
    }

    fn topics_of(&self, id: StatementId) -> impl Iterator<Item = Topic> + use<> {
        let said = self.bulletins.get(&id);
        let cells = said.map(|(a, _)| a.bulletin.statement().area.open_cells());
        let cells: Vec<Cell> = cells.unwrap_or_default();
        cells.into_iter().filter_map(|cell| topic(&cell))
    }

    /// Forgets what is over with everything that was said in its place, and which messages of others that was.
    fn forget_what_is_over(&mut self, now: Timestamp, out: &mut Vec<DeskOutput>) {
        let over = self
            .all()
            .filter(|a| self.thread_ends(a.first()).is_none_or(|ends| ends <= now));
        let over: Vec<_> = over.map(Announced::id).collect();
        for id in over {
            self.store(DeskRecord::Over(id), out);
        }
        self.forget_origins(out);
    }

    fn store(&mut self, record: DeskRecord, out: &mut Vec<DeskOutput>) {
        self.apply(record.clone());
        out.push(DeskOutput::Store(record));
    }

    fn apply(&mut self, record: DeskRecord) {
        match record {
            DeskRecord::Binding(binding) => {
                // A binding under another key is one that a hand-over left behind.
                if binding.signer() == PublicKey::of(&self.key)
                    && binding.statement().issued > self.binding.statement().issued
                {
                    let statement = OpenStatement::Publisher(binding.clone());
                    self.binding_stamp = stamp(&statement);
                    self.binding = *binding;
                }
            }
            DeskRecord::Bulletin(announced, stamp) => {
                self.bulletins.insert(announced.id(), (*announced, stamp));
            }
            DeskRecord::Over(id) => {
                self.bulletins.remove(&id);
            }
            DeskRecord::Relayed {
                origin,
                bulletin,
                whole,
            } => self.origins.entry(origin).or_default().add(bulletin, whole),
            DeskRecord::RelayedOver(origin) => {
                self.origins.remove(&origin);
            }
        }
    }
}
