//! Saying things in the open: under which key, with which stamp, and again until they are over.
//!
//! Nobody is asked later what he missed of it, so it is also said again when somebody connects, and when a connection
//! over which it was just said turns out to be dead. Gossip and everybody who heard it remember the same bytes for a while.
//! Then it gets another stamp: whoever heard it already drops it without passing it on.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::event::{Answer, Output, Timer};
use super::super::failure::Failure;
use super::super::feed::HeldAlert;
use super::super::{Household, Record};
use super::LATELY;
use crate::alert::{Alert, Audience};
use crate::cell::Cell;
use crate::open::{self, Greeting, Knock, OpenStatement, STAMP_BITS, Search, Stamp};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::street::{Announcement, Item, Pseudonym, StreetId, Topic};
use crate::time::Timestamp;

/// How often a home says again what it said in the open.
const AGAIN: Duration = Duration::from_secs(30 * 60);
/// How soon somebody who connects is told: gossip needs a moment to learn what he listens to.
const SOON: Duration = Duration::from_secs(2);
/// How many times longer it takes each time until everything is said once more to somebody who connects.
const LESS_OFTEN: u32 = 4;
/// For how long a connection may be dead before anybody notices it.
const UNNOTICED: Duration = Duration::from_secs(2 * 60);
/// Numbers tried for a stamp before the engine does something else: 2 ms on a server, 14 ms on a Raspberry Pi 4.
const TRIES: u32 = 20_000;

/// What this home is about to say in the open.
#[derive(Debug)]
pub(in crate::household) struct Mouth {
    /// Stamps that are being looked for.
    searches: VecDeque<(StatementId, Search)>,
    /// When everything was last said to somebody.
    said: Option<Timestamp>,
    /// How soon after that it may be said to somebody else.
    pause: Duration,
    /// When it will be said again.
    next: Option<Timestamp>,
}

impl Default for Mouth {
    fn default() -> Self {
        Self {
            searches: VecDeque::new(),
            said: None,
            pause: SOON,
            next: None,
        }
    }
}

impl Mouth {
    fn said_within(&self, span: Duration, now: Timestamp) -> bool {
        self.said.is_some_and(|said| now < said.after(span))
    }
}

impl Household {
    /// Makes sure that the street knows under which key this household speaks in the open.
    pub(in crate::household) fn announce(
        &mut self,
        street: StreetId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
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

    /// Asks to be met.
    pub(in crate::household) fn knock(
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
        self.say_new(now, out);
        let reached = self.connected.len();
        Ok(Answer::Knock {
            knock: id,
            expires,
            reached,
        })
    }

    /// Does not stand at the door any more. Whoever heard the knock keeps it until it is over.
    pub(in crate::household) fn stop_knocking(&mut self, out: &mut Vec<Output>) {
        if let Some(knock) = &self.state.knock {
            let id = knock.id();
            self.store(Record::Over(id), out);
        }
    }

    /// Everything that this household says in the open, and where.
    pub(super) fn own_statements(&self) -> Vec<(Topic, OpenStatement)> {
        let me = self.me.household();
        let place = |alert: &Alert| {
            let place = alert.place.as_ref()?;
            open::topic(&place.as_str().parse().ok()?)
        };
        let mut own = Vec::new();
        for street in self.state.streets.values() {
            let alerts = street.feed.alerts().map(|(_, held)| held);
            let mine = |held: &&HeldAlert| {
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

    /// Something was said in the open that is new.
    pub(in crate::household) fn say_new(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.mouth.pause = SOON;
        self.say_all(false, now, out);
    }

    /// It is time to say everything again.
    pub(in crate::household) fn say_again(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let remembered = self.mouth.said_within(LATELY, now);
        self.mouth.pause = if remembered {
            LATELY.min(self.mouth.pause * LESS_OFTEN)
        } else {
            SOON
        };
        self.say_all(remembered, now, out);
    }

    /// Says everything in the open that this household has to say there, once its stamp was found.
    fn say_all(&mut self, with_another_stamp: bool, now: Timestamp, out: &mut Vec<Output>) {
        // What is not ours is said again only if nobody else did lately.
        let passed_on = self.passed_on().into_iter();
        let passed_on = passed_on
            .filter(|(topic, said)| !self.ear.passed_lately(&(said.id(), topic.clone()), now));
        let passed_on: Vec<_> = passed_on.collect();
        for (topic, statement) in &passed_on {
            let said = (statement.id(), topic.clone());
            self.ear.passed.insert(said, now);
        }
        let own = self.own_statements().into_iter();
        let own = own.map(|said| (said, with_another_stamp));
        let passed_on = passed_on.into_iter().map(|said| (said, false));
        for ((topic, statement), with_another_stamp) in own.chain(passed_on) {
            let id = statement.id();
            let held = self.state.stamps.get(&id);
            match held {
                Some(stamp) if !with_another_stamp => out.push(Output::Publish {
                    topic,
                    bytes: statement.frame(*stamp),
                }),
                _ if self.mouth.searches.iter().all(|(of, _)| *of != id) => {
                    let search = Search::new(&statement.to_bytes(), STAMP_BITS);
                    let search = match held {
                        Some(stamp) => search.after(*stamp),
                        None => search,
                    };
                    self.mouth.searches.push_back((id, search));
                }
                _ => {}
            }
        }
        self.work(now, out);
        if !self.connected.is_empty() {
            self.mouth.said = Some(now);
        }
        self.speak_at(now.after(AGAIN), out);
    }

    /// Somebody connected, or the node was started: says it to him too, but not over and over.
    pub(in crate::household) fn say_soon(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let soon = now.after(SOON);
        let said = self.mouth.said;
        let at = said.map_or(soon, |said| said.after(self.mouth.pause).max(soon));
        let sooner = self.mouth.next.is_none_or(|next| at < next);
        if sooner {
            self.speak_at(at, out);
        }
    }

    /// One of several connections to somebody came or went. What was just said may have gone down with it.
    pub(in crate::household) fn say_if_lost(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.mouth.said_within(UNNOTICED, now) {
            self.say_soon(now, out);
        }
    }

    fn speak_at(&mut self, at: Timestamp, out: &mut Vec<Output>) {
        self.mouth.next = Some(at);
        let timer = Timer::SayAgain;
        out.push(Output::SetTimer { at, timer });
    }

    fn work(&self, now: Timestamp, out: &mut Vec<Output>) {
        if !self.mouth.searches.is_empty() {
            let timer = Timer::Stamp;
            out.push(Output::SetTimer { at: now, timer });
        }
    }

    /// Looks for a stamp a while longer, and says what it is for once it was found.
    pub(in crate::household) fn look_for_stamp(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let Some((id, search)) = self.mouth.searches.front_mut() else {
            return;
        };
        let (id, found) = (*id, search.step(TRIES));
        if let Some(stamp) = found {
            self.mouth.searches.pop_front();
            self.say_stamped(id, stamp, out);
        }
        self.work(now, out);
    }

    fn say_stamped(&mut self, id: StatementId, stamp: Stamp, out: &mut Vec<Output>) {
        let said = self.own_statements().into_iter().chain(self.passed_on());
        let said: Vec<_> = said.filter(|(_, said)| said.id() == id).collect();
        if !said.is_empty() {
            let statement = id;
            self.store(Record::Stamp { statement, stamp }, out);
        }
        // Nothing of what was over before it was stamped.
        for (topic, statement) in said {
            let bytes = statement.frame(stamp);
            out.push(Output::Publish { topic, bytes });
        }
    }
}
