//! Hearing strangers: what is taken, what waits, what is passed on.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Household;
use super::super::event::{Event, Output};
use super::super::speaking::HearError;
use super::LATELY;
use crate::alert::Audience;
use crate::open::{self, Bucket, OpenStatement, Tray, Waiting};
use crate::signed::{PublicKey, StatementId};
use crate::street::{Item, Member, MemberError, StreetId, Topic};
use crate::time::Timestamp;
use crate::wire::limits::{DOOR, PASSED_ON, TRAY, UNKNOWN_BURST, UNKNOWN_PER_HOUR};

/// What this home heard in the open since it was started.
#[derive(Debug)]
pub(in crate::household) struct Ear {
    pub(super) topics: BTreeSet<Topic>,
    unknown: Bucket,
    /// Alerts of unknown keys and what they said about them, each with the time when it came.
    pub(in crate::household) tray: Tray<(OpenStatement, Timestamp)>,
    /// Who stands at the door, and since when.
    pub(in crate::household) door: Tray<(OpenStatement, Timestamp)>,
    /// When a statement was last passed on.
    pub(super) passed: BTreeMap<StatementId, Timestamp>,
}

impl Default for Ear {
    fn default() -> Self {
        Self {
            topics: BTreeSet::new(),
            unknown: Bucket::new(UNKNOWN_BURST, UNKNOWN_PER_HOUR),
            tray: Tray::new(TRAY),
            door: Tray::new(DOOR),
            passed: BTreeMap::new(),
        }
    }
}

impl Ear {
    pub(in crate::household) fn listens_to(&self, topic: &Topic) -> bool {
        self.topics.contains(topic)
    }

    fn passed_lately(&self, id: StatementId, now: Timestamp) -> bool {
        let at = self.passed.get(&id);
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
        let statement = OpenStatement::from_frame(bytes)?;
        self.take_open(topic, statement, now, out)
    }

    /// Takes in a statement whose stamp and signatures are right.
    pub(in crate::household) fn take_open(
        &mut self,
        topic: &Topic,
        statement: OpenStatement,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let id = statement.id();
        check(topic, &statement, now)?;
        if self.ear.passed_lately(id, now) || self.ear.passed.len() >= PASSED_ON {
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
        self.ear.passed.insert(id, now);
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
        let (id, key) = (statement.id(), statement.signer());
        let (waits_in, event) = match &statement {
            OpenStatement::Alert(_) => (&mut self.ear.tray, Event::Alert { alert: id }),
            OpenStatement::FollowUp(said) => {
                let alert = said.statement().alert;
                (&mut self.ear.tray, Event::Alert { alert })
            }
            OpenStatement::Knock(knock) => {
                let household = knock.statement().card.statement().household;
                let mut streets = self.state.streets.values();
                if household == self.me.household()
                    || streets.any(|s| s.members.get(household).is_some())
                {
                    // Whoever passed it on may not know yet that the household got in.
                    return Err(HearError::Known);
                }
                (&mut self.ear.door, Event::Knock { household })
            }
        };
        if waits_in.holds(&key, &id) {
            return Err(HearError::Known);
        }
        if !self.ear.unknown.take(now) {
            return Err(HearError::TooMuch);
        }
        let kept = waits_in.insert(Waiting {
            id,
            key,
            bytes: statement.to_bytes().len(),
            expires: statement.expires(),
            item: (statement, now),
        });
        if !kept {
            return Err(HearError::Full);
        }
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
        for (statement, _) in self.ear.tray.promote(&announcement.statement().key()) {
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
    }
    Ok(())
}
