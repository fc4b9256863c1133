//! Hearing publishers: what is taken, and what makes room for it.

use super::super::event::{Event, Output};
use super::super::speaking::HearError;
use super::super::{Household, Record};
use super::{Acquaintance, DirectoryEvent, Listing};
use crate::open::{Bucket, within_rate};
use crate::publisher::{Announced, Binding, BulletinError, Message, PublisherId};
use crate::signed::{Signed, StatementId};
use crate::time::Timestamp;
use crate::wire::limits::{
    BULLETIN_BURST, BULLETINS_PER_HOUR, BULLETINS_PER_PUBLISHER, CHANGE_BURST, CHANGES_PER_HOUR,
    PUBLISHER_BYTES, PUBLISHERS, UNCHECKED_BULLETINS, UNCHECKED_PER_PUBLISHER,
};

impl Household {
    /// Takes in who a publisher says it is. One that was never heard of counts as any stranger does.
    pub(in crate::household) fn take_binding(
        &mut self,
        binding: Signed<Binding>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let publisher = binding.publisher();
        let known = match self.state.directory.get(publisher) {
            Some(held) => {
                let next = successor(held, binding)?;
                self.may_change(publisher, now)?;
                next
            }
            None => {
                self.ear.hear_stranger(now)?;
                self.make_room_in_directory(out)?;
                Acquaintance {
                    binding,
                    first_seen: now,
                    pinned: false,
                    contested: false,
                    listing: Listing::default(),
                }
            }
        };
        let keys: Vec<_> = known.binding.keys().collect();
        self.store(Record::Publisher(Box::new(known)), out);
        out.push(Output::Emit(Event::Directory(DirectoryEvent::Publisher(
            publisher,
        ))));
        // What it said before it was introduced waits among strangers.
        for key in keys {
            for announced in self.ear.promote_bulletins(key) {
                // What is not taken now would not have been taken then.
                let _ = self.take_bulletin(announced, now, out);
            }
        }
        Ok(())
    }

    /// One whose domain nobody checked goes for the next one; nobody goes whom the resident may know.
    fn make_room_in_directory(&mut self, out: &mut Vec<Output>) -> Result<(), HearError> {
        let directory = &self.state.directory;
        if directory.publishers().count() < PUBLISHERS {
            return Ok(());
        }
        let unknown = directory
            .publishers()
            .filter(|(_, known)| !known.is_known());
        let oldest = unknown.min_by_key(|(_, known)| known.first_seen);
        let oldest = *oldest.ok_or(HearError::Full)?.0;
        self.store(Record::PublisherGone(oldest), out);
        Ok(())
    }

    /// Takes in a bulletin of a publisher in the directory.
    pub(in crate::household) fn take_bulletin(
        &mut self,
        announced: Announced,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let directory = &self.state.directory;
        let speaker = directory.speaker(announced.bulletin.signer());
        let (publisher, known) = speaker.ok_or(HearError::Topic)?;
        announced.is_by(&known.binding)?;
        if directory.bulletin(announced.id()).is_some() {
            return Err(HearError::Known);
        }
        let is_known = known.is_known();
        let older = self.fits(publisher, &announced)?;
        self.has_its_turn(publisher, &announced, now)?;
        if !is_known {
            self.ear.hear_stranger(now)?;
        }
        self.make_room_for_bulletin(publisher, &announced, out)?;
        if let Some(older) = older {
            self.store(Record::Over(older), out);
        }
        let bulletin = announced.first();
        let record = Record::Bulletin {
            publisher,
            announced: Box::new(announced),
            received: now,
        };
        self.store(record, out);
        out.push(Output::Emit(Event::Directory(DirectoryEvent::Bulletin(
            bulletin,
        ))));
        Ok(())
    }

    /// Whether an update or cancellation goes with what is held; and the update that it replaces.
    fn fits(
        &self,
        publisher: PublisherId,
        announced: &Announced,
    ) -> Result<Option<StatementId>, HearError> {
        let said = announced.bulletin.statement();
        let Some(first) = said.message.first() else {
            return Ok(None);
        };
        let directory = &self.state.directory;
        if let Some(held) = directory.bulletin(first) {
            let ours = held.publisher == publisher;
            if !ours || !said.fits(held.announced.bulletin.statement()) {
                return Err(BulletinError::NotItsOwn.into());
            }
        }
        let mut others = directory.of(publisher);
        let Some(other) = others.find(|held| held.message() == said.message) else {
            return Ok(None);
        };
        // One cancellation is enough, and of two updates the newer one counts.
        let newer = said.issued > other.announced.bulletin.statement().issued;
        if matches!(said.message, Message::Cancel(_)) || !newer {
            return Err(HearError::Known);
        }
        Ok(Some(other.announced.id()))
    }

    fn has_its_turn(
        &mut self,
        publisher: PublisherId,
        announced: &Announced,
        now: Timestamp,
    ) -> Result<(), HearError> {
        let said = announced.bulletin.statement();
        if said.message != Message::Alert {
            return self.may_change(publisher, now);
        }
        let held = self.state.directory.of(publisher);
        let held = held.filter(|held| held.message() == Message::Alert);
        let held = held.map(|held| held.announced.bulletin.statement().issued);
        let mut times: Vec<_> = held.collect();
        times.sort_unstable();
        let times = times.into_iter();
        let within = within_rate(times, said.issued, BULLETIN_BURST, BULLETINS_PER_HOUR);
        if within {
            Ok(())
        } else {
            Err(HearError::TooMuch)
        }
    }

    /// Whether a publisher may say something anew: a bulletin, or who it is.
    fn may_change(&mut self, publisher: PublisherId, now: Timestamp) -> Result<(), HearError> {
        let changes = self.changes.entry(publisher);
        let changes = changes.or_insert_with(|| Bucket::new(CHANGE_BURST, CHANGES_PER_HOUR));
        let taken = changes.take(now);
        if taken {
            Ok(())
        } else {
            Err(HearError::TooMuch)
        }
    }

    /// A publisher that is known makes room among its own; the others among themselves. The oldest goes, so that all
    /// homes keep the same, in whatever order it came. What is older than anything that would have to go finds no room.
    fn make_room_for_bulletin(
        &mut self,
        publisher: PublisherId,
        newcomer: &Announced,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let directory = &self.state.directory;
        let is_known = |id| directory.get(id).is_some_and(Acquaintance::is_known);
        let known = is_known(publisher);
        let most = match known {
            true => BULLETINS_PER_PUBLISHER,
            false => UNCHECKED_PER_PUBLISHER,
        };
        let mut own: Vec<_> = directory
            .of(publisher)
            .map(|held| &held.announced)
            .collect();
        own.sort_by_key(|said| age(said));
        let mut count = own.len();
        let mut bytes = newcomer.bytes() + own.iter().map(|said| said.bytes()).sum::<usize>();
        let mut going = Vec::new();
        for said in own {
            if count < most && bytes <= PUBLISHER_BYTES {
                break;
            }
            count -= 1;
            bytes -= said.bytes();
            going.push(said);
        }
        let of_strangers = || {
            let all = directory.bulletins();
            all.filter(|held| !is_known(held.publisher))
        };
        if going.is_empty() && !known && of_strangers().count() >= UNCHECKED_BULLETINS {
            let oldest = of_strangers().min_by_key(|held| age(&held.announced));
            going.extend(oldest.map(|held| &held.announced));
        }
        if going.iter().any(|said| age(newcomer) < age(said)) {
            return Err(HearError::Full);
        }
        let going: Vec<_> = going.into_iter().map(Announced::id).collect();
        for bulletin in going {
            self.forget_thread(bulletin, out);
        }
        Ok(())
    }

    /// Forgets a bulletin with what was said in its place: an update without its first would look like a new bulletin.
    fn forget_thread(&mut self, bulletin: StatementId, out: &mut Vec<Output>) {
        let directory = &self.state.directory;
        let Some(held) = directory.bulletin(bulletin) else {
            return;
        };
        let first = held.announced.first();
        let thread = directory.of(held.publisher);
        let thread = thread.filter(|held| held.announced.first() == first);
        let thread: Vec<_> = thread.map(|held| held.announced.id()).collect();
        for bulletin in thread {
            self.store(Record::Over(bulletin), out);
            out.push(Output::Emit(Event::Directory(
                DirectoryEvent::BulletinGone(bulletin),
            )));
        }
    }
}

/// When a statement was made. Of two at the same time every home keeps the same.
fn age(announced: &Announced) -> (Timestamp, StatementId) {
    (announced.bulletin.statement().issued, announced.id())
}

/// A publisher after it said something new of itself.
fn successor(held: &Acquaintance, binding: Signed<Binding>) -> Result<Acquaintance, HearError> {
    let follows = binding.had(held.binding.signer());
    if !follows {
        // An older word of it is no news. A key that it gave up may not name another next one.
        let is_older = held.binding.had(binding.signer());
        if is_older || held.contested {
            return Err(HearError::Known);
        }
        return Ok(Acquaintance {
            contested: true,
            ..held.clone()
        });
    }
    let (new, old) = (binding.statement(), held.binding.statement());
    if new.issued <= old.issued {
        return Err(HearError::Known);
    }
    // Another key or domain is one of which the domain said nothing yet. The old key's word carries what was known.
    let listing = match new.domain == old.domain {
        true => Listing {
            asked: held
                .listing
                .asked
                .filter(|_| binding.signer() == held.binding.signer()),
            ..held.listing
        },
        false => Listing::default(),
    };
    Ok(Acquaintance {
        binding,
        listing,
        ..held.clone()
    })
}
