//! What is said in the open around this home: hearing it, saying it, and standing at a door.
//!
//! Anybody can speak on an open topic. What a household of our street says there is an item of the street like any
//! other, known by its pseudonym. Everything else waits in a tray in memory: bounded, never on disk, gone with a
//! restart. So strangers, however many, can neither fill a home nor hide what neighbours say.
//!
//! Nobody keeps statements for others here. Whoever said one says it again every half hour until it is over, and
//! everybody passes it on again; so a home that comes later hears it too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::event::{Answer, Event, Failure, Output, Timer};
use super::speaking::HearError;
use super::{Household, Record};
use crate::alert::{Alert, Audience};
use crate::cell::Cell;
use crate::open::{
    self, Bucket, Greeting, Knock, OpenStatement, Radius, STAMP_BITS, Search, Stamp, Tray, Waiting,
};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::{Announcement, Item, Member, MemberError, Pseudonym, StreetId, Topic};
use crate::time::Timestamp;
use crate::wire::limits::{DOOR, PASSED_ON, TRAY, UNKNOWN_BURST, UNKNOWN_PER_HOUR};

/// How often a home says again what it said in the open.
const AGAIN: Duration = Duration::from_secs(30 * 60);
/// For how long the same statement is not passed on again. Longer than gossip remembers a copy.
const LATELY: Duration = Duration::from_secs(20 * 60);
/// How soon somebody who connects is told: gossip needs a moment to learn what he listens to.
const SOON: Duration = Duration::from_secs(2);
/// Numbers tried for a stamp before the engine does something else: 2 ms on a server, 14 ms on a Raspberry Pi 4.
const TRIES: u32 = 20_000;

/// What this home heard and said in the open since it was started.
#[derive(Debug)]
pub(super) struct Nearby {
    topics: BTreeSet<Topic>,
    unknown: Bucket,
    /// Alerts of unknown keys and what they said about them, each with the time when it came.
    pub(super) tray: Tray<(OpenStatement, Timestamp)>,
    /// Who stands at the door, and since when.
    pub(super) door: Tray<(Signed<Knock>, Timestamp)>,
    /// When a statement was last passed on.
    passed: BTreeMap<StatementId, Timestamp>,
    /// Stamps that are being looked for.
    searches: VecDeque<(StatementId, Search)>,
    /// When everything was last said to somebody.
    said: Option<Timestamp>,
    /// When it will be said again.
    next: Option<Timestamp>,
}

impl Default for Nearby {
    fn default() -> Self {
        Self {
            topics: BTreeSet::new(),
            unknown: Bucket::new(UNKNOWN_BURST, UNKNOWN_PER_HOUR),
            tray: Tray::new(TRAY),
            door: Tray::new(DOOR),
            passed: BTreeMap::new(),
            searches: VecDeque::new(),
            said: None,
            next: None,
        }
    }
}

impl Nearby {
    pub(super) fn listens_to(&self, topic: &Topic) -> bool {
        self.topics.contains(topic)
    }

    fn passed_lately(&self, id: StatementId, now: Timestamp) -> bool {
        let at = self.passed.get(&id);
        at.is_some_and(|at| now < at.after(LATELY))
    }
}

impl Household {
    /// The cells that this home listens to.
    pub fn cells_heard(&self) -> Vec<Cell> {
        match (self.state.radius, self.home_cell()) {
            (Radius::Rings(rings), Some(cell)) => open::around(cell, rings),
            _ => Vec::new(),
        }
    }

    /// Where this home is: where it was set up, or else where its street is.
    fn home_cell(&self) -> Option<&Cell> {
        let mut streets = self.state.streets.values();
        let of_street = || streets.next().map(|s| &s.founding.statement().cell);
        self.me.cell.as_ref().or_else(of_street)
    }

    /// Listens to the topics of its cells, and to no others.
    pub(super) fn listen(&mut self, out: &mut Vec<Output>) {
        let cells = self.cells_heard();
        let topics: BTreeSet<_> = cells.iter().filter_map(open::topic).collect();
        let gone = self.nearby.topics.difference(&topics).cloned();
        out.extend(gone.map(Output::Unsubscribe));
        let new = topics.difference(&self.nearby.topics).cloned();
        out.extend(new.map(Output::Subscribe));
        self.nearby.topics = topics;
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

    /// Judges one frame of an open topic and takes in what it says.
    pub(super) fn hear_open(
        &mut self,
        topic: &Topic,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let statement = OpenStatement::from_frame(bytes)?;
        self.take_open(topic, statement, now, out)
    }

    /// Takes in a statement whose stamp and signatures are right.
    pub(super) fn take_open(
        &mut self,
        topic: &Topic,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let id = statement.id();
        check(topic, &statement, now)?;
        if self.nearby.passed_lately(id, now) || self.nearby.passed.len() >= PASSED_ON {
            return Err(HearError::Known);
        }
        let taken = match self.street_of(statement.signer()) {
            Some(street) => self.take_known(street, statement, now, out),
            None => self.take_unknown(statement, now, out),
        };
        // What is here already is passed on again, for those who came since.
        if !matches!(taken, Ok(()) | Err(HearError::Known)) {
            return taken;
        }
        self.nearby.passed.insert(id, now);
        Ok(())
    }

    /// The street on which somebody who is still there speaks under this pseudonym.
    fn street_of(&self, pseudonym: PublicKey) -> Option<StreetId> {
        let mut streets = self.state.streets.values();
        let street = streets.find(|s| {
            let household = s.members.behind(pseudonym);
            household.is_some_and(|household| s.members.get(household).is_some())
        })?;
        Some(street.id())
    }

    fn take_known(
        &mut self,
        street: StreetId,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let item = match statement {
            OpenStatement::Alert(alert) => Item::Alert(alert),
            OpenStatement::FollowUp(follow_up) => Item::FollowUp(follow_up),
            OpenStatement::Knock(_) => return Err(HearError::Misplaced),
        };
        self.take_item(street, item, now, out)
    }

    fn take_unknown(
        &mut self,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let (id, key, expires) = (statement.id(), statement.signer(), statement.expires());
        let held = match &statement {
            OpenStatement::Knock(_) => self.nearby.door.holds(&key, &id),
            _ => self.nearby.tray.holds(&key, &id),
        };
        if held {
            return Err(HearError::Known);
        }
        if let OpenStatement::Knock(knock) = &statement {
            let household = knock.statement().card.statement().household;
            let mut streets = self.state.streets.values();
            if household == self.me.household()
                || streets.any(|s| s.members.get(household).is_some())
            {
                // Whoever passed it on may not know yet that the household got in.
                return Err(HearError::Known);
            }
        }
        if !self.nearby.unknown.take(now) {
            return Err(HearError::TooMuch);
        }
        let bytes = statement.to_bytes().len();
        let (kept, event) = match statement {
            OpenStatement::Knock(knock) => {
                let household = knock.statement().card.statement().household;
                let item = (*knock, now);
                let waiting = Waiting {
                    id,
                    key,
                    bytes,
                    expires,
                    item,
                };
                (self.nearby.door.insert(waiting), Event::Knock { household })
            }
            statement => {
                let alert = match &statement {
                    OpenStatement::FollowUp(said) => said.statement().alert,
                    _ => id,
                };
                let item = (statement, now);
                let waiting = Waiting {
                    id,
                    key,
                    bytes,
                    expires,
                    item,
                };
                (self.nearby.tray.insert(waiting), Event::Alert { alert })
            }
        };
        if !kept {
            return Err(HearError::Full);
        }
        out.push(Output::Emit(event));
        Ok(())
    }

    /// Takes what waits under a pseudonym that became known to where it belongs.
    pub(super) fn promote(
        &mut self,
        street: StreetId,
        member: &Member,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(announcement) = &member.pseudonym else {
            return;
        };
        for (statement, _) in self.nearby.tray.promote(&announcement.statement().key()) {
            // What its new street does not take is lost with the tray's other strangers.
            let _ = self.take_known(street, statement, now, out);
        }
    }

    /// Makes sure that the street knows under which key this household speaks in the open.
    pub(super) fn announce(&mut self, street: StreetId, now: Timestamp, out: &mut Vec<Output>) {
        let key = self.me.pseudonym(street);
        let held = self.state.streets.get(&street);
        let Some(mut member) = held.and_then(|s| s.members.get(self.me.household()).cloned())
        else {
            return;
        };
        let known = member.pseudonym.as_ref().map(|a| a.statement().key());
        if known == Some(PublicKey::of(&key)) {
            return;
        }
        let pseudonym = Pseudonym {
            street,
            household: self.me.household(),
            issued: now,
        };
        let pseudonym = Signed::sign(pseudonym, &key);
        member.pseudonym = Some(Box::new(self.sign(Announcement { pseudonym })));
        if self.admit_one(street, &member, now, out).is_ok() {
            self.tell(street, Item::Member(member), out);
        }
    }

    /// A place for an alert that names none: the cell of this home.
    pub(super) fn place_nearby(&self) -> Option<crate::cell::Place> {
        self.home_cell().cloned().map(Into::into)
    }

    /// Asks to be met.
    pub(super) fn knock(
        &mut self,
        cell: Option<Cell>,
        greeting: Greeting,
        life: Duration,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if !self.state.streets.is_empty() {
            return Err(Failure::OnAStreet);
        }
        let cell = cell.or_else(|| self.home_cell().cloned());
        let knock = Knock {
            card: self.me.card.clone(),
            device: self.me.cert.clone(),
            cell: cell.ok_or(Failure::NoCell)?,
            greeting,
            issued: now,
            expires: now.after(life),
        };
        knock.check(now)?;
        self.stop_knocking(out);
        let knock = self.sign(knock);
        let (id, expires) = (knock.id(), knock.statement().expires);
        self.store(Record::Knock(knock), out);
        self.say_again(now, out);
        let reached = self.connected.len();
        Ok(Answer::Knock {
            knock: id,
            expires,
            reached,
        })
    }

    /// Does not stand at the door any more. Whoever heard the knock keeps it until it is over.
    pub(super) fn stop_knocking(&mut self, out: &mut Vec<Output>) {
        if let Some(knock) = &self.state.knock {
            let id = knock.id();
            self.store(Record::Over(id), out);
        }
    }

    /// Everything that this household says in the open, and where.
    fn own_statements(&self) -> Vec<(Topic, OpenStatement)> {
        let me = self.me.household();
        let place = |alert: &Alert| {
            let place = alert.place.as_ref()?;
            open::topic(&place.as_str().parse().ok()?)
        };
        let mut own = Vec::new();
        for street in self.state.streets.values() {
            let alerts = street.feed.alerts().map(|(_, held)| held);
            let mine = |held: &&super::feed::HeldAlert| {
                held.author == me && held.alert.statement().audience == Audience::Nearby
            };
            for held in alerts.filter(mine) {
                let Some(topic) = place(held.alert.statement()) else {
                    continue;
                };
                let said = street
                    .feed
                    .follow_ups_of(held)
                    .map(|(_, held)| &held.follow_up);
                let said = said.filter(|f| f.statement().audience == Audience::Nearby);
                own.push((topic.clone(), OpenStatement::Alert(held.alert.clone())));
                own.extend(said.map(|f| (topic.clone(), OpenStatement::FollowUp(f.clone()))));
            }
        }
        if let Some(knock) = &self.state.knock
            && let Some(topic) = open::topic(&knock.statement().cell)
        {
            own.push((topic, OpenStatement::Knock(Box::new(knock.clone()))));
        }
        own
    }

    /// Says everything in the open that this household has to say there, once its stamp was found.
    pub(super) fn say_again(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let own = self.own_statements();
        if own.is_empty() {
            self.nearby.next = None;
            return;
        }
        for (topic, statement) in own {
            let id = statement.id();
            match self.state.stamps.get(&id) {
                Some(stamp) => out.push(Output::Publish {
                    topic,
                    bytes: statement.frame(*stamp),
                }),
                None if self.nearby.searches.iter().all(|(of, _)| *of != id) => {
                    let search = Search::new(&statement.to_bytes(), STAMP_BITS);
                    self.nearby.searches.push_back((id, search));
                }
                None => {}
            }
        }
        self.work(now, out);
        if !self.connected.is_empty() {
            self.nearby.said = Some(now);
        }
        self.speak_at(now.after(AGAIN), out);
    }

    /// Somebody connected, or the node was started: says it to him too, but not over and over.
    pub(super) fn say_soon(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let soon = now.after(SOON);
        let at = self
            .nearby
            .said
            .map_or(soon, |said| said.after(LATELY).max(soon));
        let sooner = self.nearby.next.is_none_or(|next| at < next);
        if sooner && !self.own_statements().is_empty() {
            self.speak_at(at, out);
        }
    }

    fn speak_at(&mut self, at: Timestamp, out: &mut Vec<Output>) {
        self.nearby.next = Some(at);
        let timer = Timer::SayAgain;
        out.push(Output::SetTimer { at, timer });
    }

    fn work(&self, now: Timestamp, out: &mut Vec<Output>) {
        if !self.nearby.searches.is_empty() {
            let timer = Timer::Stamp;
            out.push(Output::SetTimer { at: now, timer });
        }
    }

    /// Looks for a stamp a while longer, and says what it is for once it was found.
    pub(super) fn look_for_stamp(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let Some((id, search)) = self.nearby.searches.front_mut() else {
            return;
        };
        let (id, found) = (*id, search.step(TRIES));
        if let Some(stamp) = found {
            self.nearby.searches.pop_front();
            self.say_stamped(id, stamp, out);
        }
        self.work(now, out);
    }

    fn say_stamped(&mut self, id: StatementId, stamp: Stamp, out: &mut Vec<Output>) {
        let own = self.own_statements();
        let Some((topic, statement)) = own.into_iter().find(|(_, said)| said.id() == id) else {
            // It was over before it was stamped.
            return;
        };
        let bytes = statement.frame(stamp);
        let statement = id;
        self.store(Record::Stamp { statement, stamp }, out);
        out.push(Output::Publish { topic, bytes });
    }

    /// Forgets what is over in the open.
    pub(super) fn sweep_nearby(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let over = self.nearby.tray.iter().filter(|w| w.expires <= now);
        let over: Vec<_> = over.map(|waiting| waiting.id).collect();
        out.extend(
            over.into_iter()
                .map(|alert| Output::Emit(Event::AlertGone { alert })),
        );
        self.nearby.tray.remove_expired(now);
        self.nearby.door.remove_expired(now);
        self.nearby.passed.retain(|_, at| now < at.after(LATELY));
        let knock = self.state.knock.as_ref().map(Signed::statement);
        if knock.is_some_and(|knock| knock.expires <= now) {
            self.stop_knocking(out);
        }
        self.listen(out);
    }
}

/// Checks what can be checked of a statement without knowing who said it.
fn check(topic: &Topic, statement: &OpenStatement, now: Timestamp) -> Result<(), HearError> {
    match statement {
        OpenStatement::Alert(alert) => {
            let said = alert.statement();
            let place = said.place.as_ref().map(|place| place.as_str().parse());
            let Some(Ok(cell)) = place else {
                return Err(HearError::Misplaced);
            };
            if said.audience != Audience::Nearby || open::topic(&cell).as_ref() != Some(topic) {
                return Err(HearError::Misplaced);
            }
            said.check(now).map_err(MemberError::Alert)?;
        }
        OpenStatement::FollowUp(follow_up) => {
            let said = follow_up.statement();
            if said.audience != Audience::Nearby || !said.act.is_the_authors() {
                return Err(HearError::Misplaced);
            }
            said.check(now)?;
        }
        OpenStatement::Knock(knock) => {
            let said = knock.statement();
            if !knock.is_whole() || open::topic(&said.cell).as_ref() != Some(topic) {
                return Err(HearError::Misplaced);
            }
            said.check(now)?;
        }
    }
    Ok(())
}
