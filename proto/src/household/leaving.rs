//! Vouching for a household, wanting one to go, going oneself, and not listening to one.

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::speaking::HearError;
use super::{Household, Record};
use crate::alert::Reason;
use crate::identity::HouseholdId;
use crate::signed::Signed;
use crate::street::{Departure, Item, Leave, Member, RemovalVote, StreetId, Vouch};
use crate::time::Timestamp;

impl Household {
    /// Vouches for a household that is new on the street.
    pub(super) fn vouch(
        &mut self,
        household: HouseholdId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let (street, member) = self.other_member(household)?;
        let me = self.me.household();
        if member.vouches.iter().any(|v| v.statement().by == me) {
            return Err(Failure::VouchedAlready);
        }
        self.not_new(street)?;
        let vouch = self.sign(Vouch {
            street,
            by: me,
            household,
            issued: now,
        });
        let vouched = Member {
            vouches: vec![vouch],
            pseudonym: None,
            ..member
        };
        for member in self.admit(street, &[vouched], now, out) {
            self.tell(street, Item::Member(member), out);
        }
        let epoch = self.epoch_number(street);
        Ok(Answer::Membership {
            household,
            epoch,
            gone: false,
        })
    }

    /// Says that a household should go.
    pub(super) fn remove(
        &mut self,
        household: HouseholdId,
        reason: Reason,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let (street, _) = self.other_member(household)?;
        self.not_new(street)?;
        let vote = self.sign(RemovalVote {
            street,
            household,
            by: self.me.household(),
            reason,
            issued: now,
        });
        let item = Item::Vote(vote);
        match self.take_item(street, item.clone(), now, out) {
            Ok(()) | Err(HearError::Known) => {}
            Err(_) => return Err(Failure::TooMany("votes")),
        }
        self.tell(street, item, out);
        let gone = self
            .state
            .streets
            .get(&street)
            .is_some_and(|held| held.members.get(household).is_none());
        // The vote that completes a removal also begins the epoch that shuts the door.
        if gone {
            self.make_epoch(street, now, out);
        }
        let epoch = self.epoch_number(street);
        Ok(Answer::Membership {
            household,
            epoch,
            gone,
        })
    }

    /// Leaves the street and forgets it.
    pub(super) fn leave(
        &mut self,
        street: Option<StreetId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let street = self.street(street)?.id();
        let household = self.me.household();
        let epoch = self.epoch_number(street);
        let leave = self.sign(Leave {
            street,
            household,
            issued: now,
        });
        let farewell = self.write_farewell(street, leave.clone());
        self.tell(street, Item::Leave(leave), out);
        self.forget_street(street, now, out);
        if let Some(farewell) = farewell {
            self.say_farewell(street, farewell, out);
        }
        Ok(Answer::Membership {
            household,
            epoch,
            gone: true,
        })
    }

    /// Shows what a household says, or does not. Nobody else learns of it.
    pub(super) fn mute(
        &mut self,
        household: HouseholdId,
        muted: bool,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        self.other_member(household)?;
        self.store(Record::Muted { household, muted }, out);
        out.push(Output::Emit(Event::Member { household }));
        Ok(Answer::Done)
    }

    /// Takes a farewell in.
    pub(super) fn keep_leave(
        &mut self,
        street: StreetId,
        leave: Signed<Leave>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.held_mut(street)?;
        let household = leave.statement().household;
        let gone = held.members.get(household).is_none();
        // Whoever is gone says so once, and not over and over under a key that he still has.
        let said_before = |held: &Signed<Leave>| {
            held.id() == leave.id() || gone && held.statement().household == household
        };
        if held.members.leaves().any(said_before) {
            return Err(HearError::Known);
        }
        let departure = held.members.leave(&leave)?;
        out.push(Output::Store(Box::new(Record::Leave(leave))));
        self.departed(street, departure, now, out);
        Ok(())
    }

    /// Takes a vote in.
    pub(super) fn keep_vote(
        &mut self,
        street: StreetId,
        vote: Signed<RemovalVote>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.held_mut(street)?;
        if held.members.votes().any(|v| v.id() == vote.id()) {
            return Err(HearError::Known);
        }
        let household = vote.statement().household;
        let departure = held.members.vote(&vote)?;
        out.push(Output::Store(Box::new(Record::Vote(vote))));
        out.push(Output::Emit(Event::Member { household }));
        self.departed(street, departure, now, out);
        Ok(())
    }

    fn departed(
        &mut self,
        street: StreetId,
        departure: Option<Departure>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(Departure { household, at }) = departure else {
            return;
        };
        if household == self.me.household() {
            // Voted out. What is sealed from now on would not open here anyway.
            self.forget_street(street, now, out);
            return;
        }
        let gone = Record::Gone {
            street,
            household,
            at,
        };
        out.push(Output::Store(Box::new(gone)));
        out.push(Output::Emit(Event::Member { household }));
        if self
            .knocks()
            .iter()
            .any(|knock| knock.household == household)
        {
            // It was heard before the farewell was.
            out.push(Output::Emit(Event::Knock { household }));
        }
        self.sweep_leases(now, out);
        self.plan_epoch(street, now, out);
    }

    pub(super) fn forget_street(
        &mut self,
        street: StreetId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        if let Some(held) = self.state.streets.get(&street) {
            let topics = held.epochs.values().map(|epoch| epoch.topic.clone());
            out.extend(topics.map(Output::Unsubscribe));
        }
        self.store(Record::StreetGone(street), out);
        self.sweep_leases(now, out);
        out.push(Output::Emit(Event::Street { street }));
    }

    /// The street on which a household is a neighbour of ours.
    pub(super) fn other_member(
        &self,
        household: HouseholdId,
    ) -> Result<(StreetId, Member), Failure> {
        if household == self.me.household() {
            return Err(Failure::Oneself);
        }
        let mut streets = self.state.streets.values();
        streets
            .find_map(|s| Some((s.id(), s.members.get(household)?.clone())))
            .ok_or(Failure::Unknown("neighbour"))
    }

    /// Whether this household may already speak for others on a street.
    pub(super) fn not_new(&self, street: StreetId) -> Result<(), Failure> {
        let me = self.me.household();
        let held = self.state.streets.get(&street);
        if held.is_some_and(|held| held.members.is_new(me)) {
            Err(Failure::StillNew)
        } else {
            Ok(())
        }
    }

    /// The number of the epoch to speak in.
    pub(super) fn epoch_number(&self, street: StreetId) -> u32 {
        let held = self.state.streets.get(&street);
        held.and_then(super::state::Street::epoch)
            .map_or(0, |epoch| epoch.notice.statement().number)
    }
}
