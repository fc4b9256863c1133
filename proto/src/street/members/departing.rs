//! Going: farewells, votes, and what follows from them.

use super::{Departure, MemberError, Members};
use crate::identity::HouseholdId;
use crate::signed::Signed;
use crate::street::departure::removed_at;
use crate::street::{Leave, RemovalVote};
use crate::wire::limits::VOTES_PER_HOUSEHOLD;

impl Members {
    /// Takes a farewell. Returns who is gone, if that is news.
    ///
    /// # Errors
    /// [`MemberError::OtherStreet`], [`MemberError::NotTheirs`], [`MemberError::Stranger`], [`MemberError::Role`].
    pub fn leave(&mut self, leave: &Signed<Leave>) -> Result<Option<Departure>, MemberError> {
        let said = leave.statement();
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        if self.author(leave, said.issued)? != said.household {
            return Err(MemberError::NotTheirs);
        }
        let held = self.leaves.get(&said.household);
        if held.is_none_or(|held| held.statement().issued < said.issued) {
            self.leaves.insert(said.household, leave.clone());
        }
        // Whoever was vouched for again after leaving is back.
        let back = self
            .households
            .get(&said.household)
            .is_none_or(|m| m.admitted() > said.issued);
        if back {
            return Ok(None);
        }
        let departure = Departure {
            household: said.household,
            at: said.issued,
        };
        self.depart(&departure);
        Ok(Some(departure))
    }

    /// Takes a vote. Returns who is gone, if it was the one that completed the removal.
    ///
    /// # Errors
    /// Every [`MemberError`] but those of admission and of alerts.
    pub fn vote(&mut self, vote: &Signed<RemovalVote>) -> Result<Option<Departure>, MemberError> {
        let said = vote.statement();
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        if said.by == said.household || self.author(vote, said.issued)? != said.by {
            return Err(MemberError::NotTheirs);
        }
        let cast = self.votes.values().filter(|v| v.contains_key(&said.by));
        if cast.count() >= VOTES_PER_HOUSEHOLD {
            return Err(MemberError::Full);
        }
        self.restore_vote(vote);
        Ok(self.removal_of(said.household).inspect(|d| self.depart(d)))
    }

    /// Keeps a vote that these rules took before.
    pub(crate) fn restore_vote(&mut self, vote: &Signed<RemovalVote>) {
        let said = vote.statement();
        let votes = self.votes.entry(said.household).or_default();
        let held = votes.get(&said.by);
        if held.is_none_or(|held| held.statement().issued < said.issued) {
            votes.insert(said.by, vote.clone());
        }
    }

    /// Keeps a farewell that these rules took before.
    pub(crate) fn restore_leave(&mut self, leave: &Signed<Leave>) {
        self.leaves
            .insert(leave.statement().household, leave.clone());
    }

    fn removal_of(&self, household: HouseholdId) -> Option<Departure> {
        let admitted = self.households.get(&household)?.admitted();
        let votes = self.votes.get(&household)?.values();
        let votes = votes.filter(|v| v.statement().issued > admitted);
        let members_at = |at| self.iter().filter(|m| m.admitted() <= at).count();
        let at = removed_at(votes, members_at)?;
        Some(Departure { household, at })
    }

    /// A household is gone.
    pub(crate) fn depart(&mut self, departure: &Departure) {
        let member = self.households.remove(&departure.household);
        self.former
            .insert(departure.household, (departure.at, member));
    }
}
