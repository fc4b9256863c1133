//! Room: offering it, asking for it, and the end of a lease.

use super::super::Household;
use super::super::event::{Answer, CommandId, Output};
use super::super::failure::Failure;
use super::errand::Want;
use super::event::KeeperTask;
use super::record::{KeeperRecord, LettingGo, Side};
use crate::identity::HouseholdId;
use crate::keeper::{Lease, NoLease};
use crate::signed::Signed;
use crate::time::Timestamp;
use crate::wire::limits::{KEEPERS, LEASES};

impl Household {
    /// Says how much this home keeps for neighbours.
    pub(super) fn offer_room(
        &mut self,
        bytes: u64,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        self.keep_record(KeeperRecord::Offer(bytes), out);
        Ok(Answer::Done)
    }

    /// Asks a neighbour to keep. The command is answered when the neighbour does.
    pub(super) fn ask_for_room(
        &mut self,
        command: CommandId,
        household: HouseholdId,
        bytes: u64,
        until: Timestamp,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        self.other_member(household)?;
        if !Lease::may_end(until, now) {
            return Err(Failure::BadUntil);
        }
        let keepers = &self.state.kept.keepers;
        if !keepers.contains_key(&household) && keepers.len() >= KEEPERS {
            return Err(Failure::TooMany("keepers"));
        }
        self.go_for(command, household, Want::Room(bytes, until), now, out)
    }

    /// Keeps a lease of a neighbour, if it holds.
    pub(super) fn take_lease(
        &mut self,
        keeper: HouseholdId,
        lease: Signed<Lease>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let (street, _) = self.other_member(keeper)?;
        let held = self.state.streets.get(&street);
        let by = held.and_then(|s| lease.verify(&s.members, self.me.household(), now).ok());
        if by != Some(keeper) {
            return Err(Failure::BadLease);
        }
        let (bytes, until) = (lease.statement().bytes, lease.statement().until);
        let side = Side::Owner;
        self.keep_record(KeeperRecord::Lease { side, lease }, out);
        self.keep_record(KeeperRecord::Ended(keeper), out);
        self.tell_of(keeper, out);
        Ok(Answer::Lease {
            keeper,
            bytes,
            until,
        })
    }

    /// Leases room to a neighbour, as far as it is offered. A lease that there is never gets shorter, and no smaller than
    /// what is here: else asking anew would be a way to have copies deleted at once.
    pub(super) fn give_lease(
        &mut self,
        owner: HouseholdId,
        bytes: u64,
        until: Timestamp,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Signed<Lease>, NoLease> {
        let kept = &self.state.kept;
        let others = kept.owners.iter().filter(|(other, _)| **other != owner);
        let leased = others.clone().map(|(_, held)| held.lease.statement().bytes);
        let leased = leased.fold(bytes, u64::saturating_add);
        if bytes == 0 || leased > kept.offer || others.count() >= LEASES {
            return Err(NoLease::NoRoom);
        }
        if !Lease::may_end(until, now) {
            return Err(NoLease::Until);
        }
        let mut until = until;
        if let Some(held) = kept.owners.get(&owner) {
            let before = held.lease.statement();
            if bytes < before.bytes && bytes < held.taken() {
                return Err(NoLease::HoldsMore);
            }
            until = until.max(before.until);
        }
        let lease = self.sign(Lease {
            keeper: self.me.household(),
            owner,
            bytes,
            issued: now,
            until,
        });
        let record = KeeperRecord::Lease {
            side: Side::Keeper,
            lease: lease.clone(),
        };
        self.keep_record(record, out);
        self.keep_record(KeeperRecord::LeaseGoesOn(owner), out);
        self.keep_record(KeeperRecord::Ended(owner), out);
        self.tell_of(owner, out);
        Ok(lease)
    }

    /// Ends every lease with a neighbour and lets it know.
    pub(super) fn end_leases_with(
        &mut self,
        with: HouseholdId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let kept = &self.state.kept;
        let ours = kept.keepers.get(&with).map(|k| k.lease.statement().until);
        let theirs = kept.owners.get(&with).map(|o| o.lease.statement().until);
        let until = ours.max(theirs).ok_or(Failure::Unknown("lease"))?;
        self.side_ended(Side::Owner, with, out);
        self.side_ended(Side::Keeper, with, out);
        self.keep_record(KeeperRecord::Ending { with, until }, out);
        self.go_on_keeping(with, now, out);
        Ok(Answer::Done)
    }

    /// There is no lease with a neighbour any more, on one side.
    pub(super) fn side_ended(&mut self, side: Side, with: HouseholdId, out: &mut Vec<Output>) {
        let kept = &self.state.kept;
        let there = match side {
            Side::Owner => kept.keepers.contains_key(&with),
            Side::Keeper => kept.owners.contains_key(&with),
        };
        if !there {
            return;
        }
        self.keep_record(KeeperRecord::LeaseGone { side, with }, out);
        if side == Side::Keeper {
            self.keeping.pulling.retain(|(of, _)| *of != with);
            out.push(Output::Keeper(KeeperTask::DiscardAll(with)));
        }
        self.tell_of(with, out);
    }

    /// Ends leases whose time is over, and those with households that are no neighbours any more; deletes what was let
    /// go of long enough ago.
    pub(in crate::household) fn sweep_leases(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let here = |household: &HouseholdId| {
            let mut streets = self.state.streets.values();
            streets.any(|street| street.members.get(*household).is_some())
        };
        let kept = &self.state.kept;
        let ours = kept.keepers.iter();
        let ours = ours.map(|(with, k)| (Side::Owner, with, &k.lease));
        let theirs = kept.owners.iter();
        let theirs = theirs.map(|(with, o)| (Side::Keeper, with, &o.lease));
        let over = ours.chain(theirs).filter_map(|(side, with, lease)| {
            let over = lease.statement().until <= now;
            (over || !here(with)).then_some((side, *with, !over))
        });
        let over: Vec<_> = over.collect();
        let told = kept.ending.iter();
        let told = told.filter(|(with, until)| **until <= now || !here(with));
        let told: Vec<_> = told.map(|(with, _)| *with).collect();
        let by = None;
        for (side, with, gone) in over {
            match (side, gone) {
                (Side::Keeper, true) => self.let_lease_go(with, LettingGo { at: now, by }, out),
                _ => self.side_ended(side, with, out),
            }
        }
        for with in told {
            self.keep_record(KeeperRecord::Ended(with), out);
        }
        self.sweep_let_go(now, out);
    }
}
