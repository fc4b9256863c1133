//! Hearing strangers: what is taken, what waits, what is passed on.

use std::collections::{BTreeMap, BTreeSet};

use super::super::event::{Event, Output};
use super::super::speaking::HearError;
use super::super::{Household, Record};
use super::LATELY;
use crate::access::{self, Action};
use crate::alert::Audience;
use crate::open::{self, Bucket, OpenStatement, Stamp, Tray, Waiting};
use crate::publisher::{Announced, Area};
use crate::signed::{PublicKey, StatementId};
use crate::street::{Item, Member, MemberError, StreetId, Topic};
use crate::time::Timestamp;
use crate::wire::limits::{
    DOOR, LINKED_BURST, LINKED_PER_HOUR, NEXT_DOOR, PASSED_ON, TRAY, UNKNOWN_BURST,
    UNKNOWN_PER_HOUR,
};

/// What this home heard in the open since it was started.
#[derive(Debug)]
pub(in crate::household) struct Ear {
    pub(super) topics: BTreeSet<Topic>,
    unknown: Bucket,
    /// Alerts of unknown keys and what they said about them, each with the time when it came.
    pub(in crate::household) tray: Tray<(OpenStatement, Timestamp)>,
    /// The same of streets that ours knows.
    next_door: Tray<(OpenStatement, Timestamp)>,
    /// How much each of their keys may still say.
    voices: BTreeMap<PublicKey, Bucket>,
    /// Who stands at the door, and since when.
    pub(in crate::household) door: Tray<(OpenStatement, Timestamp)>,
    /// When a statement was last passed on, on a topic. A bulletin belongs on several.
    pub(super) passed: BTreeMap<(StatementId, Topic), Timestamp>,
}

impl Default for Ear {
    fn default() -> Self {
        Self {
            topics: BTreeSet::new(),
            unknown: Bucket::new(UNKNOWN_BURST, UNKNOWN_PER_HOUR),
            tray: Tray::new(TRAY),
            next_door: Tray::new(NEXT_DOOR),
            voices: BTreeMap::new(),
            door: Tray::new(DOOR),
            passed: BTreeMap::new(),
        }
    }
}

impl Ear {
    pub(in crate::household) fn listens_to(&self, topic: &Topic) -> bool {
        self.topics.contains(topic)
    }

    /// Everything that was said by others than members of our street.
    pub(in crate::household) fn overheard(
        &self,
    ) -> impl Iterator<Item = &Waiting<(OpenStatement, Timestamp)>> {
        self.next_door.iter().chain(self.tray.iter())
    }

    /// These keys are not anybody's any more: what they said takes no room from strangers.
    pub(in crate::household) fn known_next_door(&mut self, keys: &[PublicKey]) {
        for key in keys {
            for waiting in self.tray.promote(key) {
                self.next_door.insert(waiting);
            }
        }
    }

    /// Keeps a statement where there is room for its like: strangers share one allowance, each key of a linked street
    /// has its own.
    fn keep(
        &mut self,
        statement: OpenStatement,
        linked: bool,
        now: Timestamp,
    ) -> Result<(), HearError> {
        let (id, key) = (statement.id(), statement.signer());
        // Its key may have been linked, or not any more, since it came.
        let trays = [&self.tray, &self.next_door, &self.door];
        if trays.iter().any(|tray| tray.holds(&key, &id)) {
            return Err(HearError::Known);
        }
        let (tray, voice) = match &statement {
            OpenStatement::Knock(_) => (&mut self.door, &mut self.unknown),
            _ if linked => {
                let voice = self.voices.entry(key);
                let voice = voice.or_insert_with(|| Bucket::new(LINKED_BURST, LINKED_PER_HOUR));
                (&mut self.next_door, voice)
            }
            _ => (&mut self.tray, &mut self.unknown),
        };
        if !voice.take(now) {
            return Err(HearError::TooMuch);
        }
        let kept = tray.insert(Waiting {
            id,
            key,
            bytes: statement.to_bytes().len(),
            expires: statement.expires(),
            item: (statement, now),
        });
        if kept { Ok(()) } else { Err(HearError::Full) }
    }

    /// A statement counts as one that was never passed on.
    pub(in crate::household) fn forget_passed(&mut self, statement: StatementId) {
        self.passed.retain(|(id, _), _| *id != statement);
    }

    /// Whether a stranger more may be heard now.
    pub(in crate::household) fn hear_stranger(&mut self, now: Timestamp) -> Result<(), HearError> {
        let heard = self.unknown.take(now);
        if heard {
            Ok(())
        } else {
            Err(HearError::TooMuch)
        }
    }

    /// Takes out the bulletins under a key that became that of a publisher.
    pub(in crate::household) fn promote_bulletins(&mut self, key: PublicKey) -> Vec<Announced> {
        let waiting = self.tray.promote(&key).into_iter();
        let bulletins = waiting.filter_map(|waiting| match waiting.item.0 {
            OpenStatement::Bulletin(announced) => Some(*announced),
            _ => None,
        });
        bulletins.collect()
    }

    /// Takes out what was said under a key that became that of a neighbour.
    fn promote(&mut self, key: PublicKey) -> Vec<OpenStatement> {
        let waiting = [&mut self.next_door, &mut self.tray].map(|tray| tray.promote(&key));
        let statements = waiting.into_iter().flatten().map(|waiting| waiting.item.0);
        statements.collect()
    }

    /// Forgets what is over.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        for tray in [&mut self.tray, &mut self.next_door, &mut self.door] {
            tray.remove_expired(now);
        }
        self.voices.retain(|_, voice| !voice.is_full(now));
        self.passed.retain(|_, at| now < at.after(LATELY));
    }

    pub(super) fn passed_lately(&self, said: &(StatementId, Topic), now: Timestamp) -> bool {
        let at = self.passed.get(said);
        at.is_some_and(|at| now < at.after(LATELY))
    }
}

impl Household {
    /// Judges one frame of an open topic and takes in what it says.
    pub(in crate::household) fn hear_open(
        &mut self,
        topic: &Topic,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let (said, stamp) = OpenStatement::stamped(bytes)?;
        self.hear_stamped(topic, said, stamp, now, out)
    }

    /// Takes in a statement whose stamp and signatures are right, with its stamp.
    pub(in crate::household) fn hear_stamped(
        &mut self,
        topic: &Topic,
        said: OpenStatement,
        stamp: Stamp,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let statement = said.id();
        let is_kept = matches!(
            said,
            OpenStatement::Publisher(_) | OpenStatement::Bulletin(_)
        );
        self.take_open(topic, said, now, out)?;
        if is_kept && self.state.stamps.get(&statement) != Some(&stamp) {
            // It is passed on with the work that was done for it, as one and the same message.
            self.store(Record::Stamp { statement, stamp }, out);
        }
        Ok(())
    }

    /// Takes in a statement whose stamp and signatures are right.
    pub(in crate::household) fn take_open(
        &mut self,
        topic: &Topic,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let said = (statement.id(), topic.clone());
        check(topic, &statement, now)?;
        let party = self.voice(statement.signer(), now);
        if !access::allows(party, Action::stated_openly(&statement)) {
            return Err(HearError::Misplaced);
        }
        if self.ear.passed_lately(&said, now) || self.ear.passed.len() >= PASSED_ON {
            return Err(HearError::Known);
        }
        let taken = match statement {
            OpenStatement::Publisher(binding) => self.take_binding(*binding, now, out),
            OpenStatement::Bulletin(announced) => self.take_announced(*announced, now, out),
            resident => match self.street_of(resident.signer()) {
                Some(street) => self.take_known(street, resident, now, out),
                None => self.take_unknown(resident, now, out),
            },
        };
        // What is here already is passed on again, for those who came since.
        if !matches!(taken, Ok(()) | Err(HearError::Known)) {
            return taken;
        }
        self.ear.passed.insert(said, now);
        Ok(())
    }

    /// The street on which somebody who is still there speaks under this pseudonym.
    pub(in crate::household) fn street_of(&self, pseudonym: PublicKey) -> Option<StreetId> {
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
            OpenStatement::Knock(_) | OpenStatement::Publisher(_) | OpenStatement::Bulletin(_) => {
                return Err(HearError::Misplaced);
            }
        };
        self.take_item(street, item, now, out)
    }

    /// Takes in a bulletin: of a publisher in the directory, or of one that may be introduced in a moment.
    fn take_announced(
        &mut self,
        announced: Announced,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        if self.knows_publisher(announced.bulletin.signer()) {
            return self.take_bulletin(announced, now, out);
        }
        let waiting = OpenStatement::Bulletin(Box::new(announced));
        self.ear.keep(waiting, false, now)
    }

    fn take_unknown(
        &mut self,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let event = match &statement {
            OpenStatement::Alert(alert) => Event::Alert { alert: alert.id() },
            OpenStatement::FollowUp(said) => Event::Alert {
                alert: said.statement().alert,
            },
            OpenStatement::Knock(knock) => {
                let household = knock.statement().card.statement().household;
                if household == self.me.household() {
                    return Err(HearError::Known);
                }
                if self.other_member(household).is_ok() {
                    // Whoever passed it on may not know yet that the household got in, or we that it left.
                    return self.ear.keep(statement, false, now);
                }
                Event::Knock { household }
            }
            OpenStatement::Publisher(_) | OpenStatement::Bulletin(_) => {
                return Err(HearError::Misplaced);
            }
        };
        let linked = self.next_door(statement.signer(), now).is_some();
        self.ear.keep(statement, linked, now)?;
        out.push(Output::Emit(event));
        Ok(())
    }

    /// Takes what waits under a pseudonym that became known to where it belongs.
    pub(in crate::household) fn promote(
        &mut self,
        street: StreetId,
        member: &Member,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(announcement) = &member.pseudonym else {
            return;
        };
        for statement in self.ear.promote(announcement.statement().key()) {
            // What its new street does not take is lost with the tray's other strangers.
            let _ = self.take_known(street, statement, now, out);
        }
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
        OpenStatement::Publisher(binding) => {
            binding.check_at(now)?;
            is_about(topic, &binding.statement().area)?;
        }
        OpenStatement::Bulletin(announced) => {
            announced.check(now)?;
            is_about(topic, &announced.bulletin.statement().area)?;
        }
    }
    Ok(())
}

/// Whether an area is one that may be spoken of on a topic.
fn is_about(topic: &Topic, area: &Area) -> Result<(), HearError> {
    let cell = open::cell_of(topic);
    let touches = cell.is_some_and(|cell| area.touches(&cell));
    if touches {
        Ok(())
    } else {
        Err(HearError::Misplaced)
    }
}
