//! Knowing other streets: introducing ours, linking one, forgetting it again.

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::speaking::HearError;
use super::view::LinkView;
use super::{Household, Record};
use crate::identity::Name;
use crate::signed::{PublicKey, Signed};
use crate::street::{Introduction, Item, Link, StreetId};
use crate::time::Timestamp;
use crate::wire::limits::{CLOCK_SKEW, LINK_LIFE};

impl Household {
    /// What our street shows of itself to another one.
    ///
    /// # Errors
    /// [`Failure::NoStreet`] and [`Failure::WhichStreet`].
    pub fn introduction(&self) -> Result<Introduction, Failure> {
        let street = self.street(None)?;
        let name = street.founding.statement().name.clone();
        Ok(street.members.introduction(name))
    }

    /// Lets the street know another one.
    pub(super) fn link(
        &mut self,
        introduction: Introduction,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let Introduction { name, keys } = introduction;
        let street = self.street(None)?;
        if keys.iter().all(|k| street.members.behind(*k).is_some()) {
            return Err(Failure::OwnStreet);
        }
        self.say_link(name, keys, now, out)
    }

    /// Takes a link of this household's back.
    pub(super) fn unlink(
        &mut self,
        name: Name,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let me = self.me.household();
        let links = self.street(None)?.members.valid_links(now);
        let mut links = links.map(Signed::statement);
        if !links.any(|link| link.by == me && link.name == name) {
            return Err(Failure::Unknown("link of this household"));
        }
        drop(links);
        self.say_link(name, Vec::new(), now, out)
    }

    fn say_link(
        &mut self,
        name: Name,
        keys: Vec<PublicKey>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let street = self.street(None)?.id();
        self.not_new(street)?;
        let link = self.sign(Link {
            street,
            by: self.me.household(),
            name,
            keys,
            issued: now,
            expires: now.after(LINK_LIFE),
        });
        let item = Item::Link(link);
        match self.take_item(street, item.clone(), now, out) {
            Ok(()) | Err(HearError::Known) => {}
            Err(_) => return Err(Failure::TooMany("linked streets")),
        }
        self.tell(street, item, out);
        Ok(Answer::Done)
    }

    /// Takes a link in, and what was overheard of the keys in it.
    pub(super) fn keep_link(
        &mut self,
        street: StreetId,
        link: Signed<Link>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let said = link.statement();
        if said.expires <= now || said.issued > now.after(CLOCK_SKEW) {
            return Err(HearError::Untimely);
        }
        let held = self.held_mut(street)?;
        if !held.members.link(&link)? {
            return Err(HearError::Known);
        }
        self.ear.known_next_door(&link.statement().keys);
        out.push(Output::Store(Box::new(Record::Link(link))));
        out.push(Output::Emit(Event::Street { street }));
        Ok(())
    }

    /// Forgets links that are over.
    pub(super) fn sweep_links(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let links = self.state.streets.values().flat_map(|s| s.members.links());
        let over = links.filter(|link| link.statement().expires <= now);
        let over: Vec<_> = over.map(Signed::id).collect();
        for link in over {
            self.store(Record::Over(link), out);
        }
    }

    /// What the street of a key is called, if it is one that a neighbour linked.
    pub(super) fn next_door(&self, key: PublicKey, now: Timestamp) -> Option<&Name> {
        let mut streets = self.state.streets.values();
        streets.find_map(|street| street.members.linked(key, now))
    }

    /// Every street that ours knows.
    pub fn links(&self, now: Timestamp) -> Vec<LinkView> {
        let streets = self.state.streets.values();
        let links = streets.flat_map(|street| street.members.valid_links(now));
        let view = |link: &Signed<Link>| {
            let said = link.statement();
            LinkView {
                name: said.name.clone(),
                by: said.by,
                by_name: self.name_of(said.by),
                keys: said.keys.len(),
                issued: said.issued,
                expires: said.expires,
            }
        };
        links.map(view).collect()
    }
}
