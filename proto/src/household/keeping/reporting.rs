//! What a keeper tells its owner by itself: who fetched what, and what waits to be deleted.
//!
//! It is the keeper's word and nothing more: it cannot name a ticket that the owner did not give, but it can keep one
//! quiet. It is told until the owner says that it knows.

use super::super::event::{Event, Output};
use super::super::{Household, Record};
use super::Asked;
use super::record::KeeperRecord;
use crate::identity::{DeviceId, HouseholdId};
use crate::keeper::{Keeping, LetGo, Report, Served};
use crate::signed::{Signed, StatementId};
use crate::street::StreetMessage;
use crate::time::Timestamp;
use crate::wire::limits::SERVED_UNTOLD;

impl Household {
    /// Notes that a neighbour's clip was fetched here, all of it.
    pub(in crate::household) fn served_for(
        &mut self,
        owner: HouseholdId,
        ticket: StatementId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return;
        };
        if held.served.len() < SERVED_UNTOLD || held.served.contains_key(&ticket) {
            let served = Served { ticket, at: now };
            self.keep_record(KeeperRecord::Served { owner, served }, out);
        }
        self.report(owner, out);
    }

    /// Tells a household for which this home keeps what is new, if it is here.
    pub(super) fn report(&mut self, owner: HouseholdId, out: &mut Vec<Output>) {
        let let_go = self.waits_for(owner);
        let Some(held) = self.state.kept.owners.get(&owner) else {
            return;
        };
        let told = self.keeping.reported.get(&owner);
        if (held.served.is_empty() && told == Some(&let_go))
            || self.keeping.reporting.contains(&owner)
        {
            return;
        }
        let signer = held.head.as_ref().map(Signed::signer);
        let Some(device) = self.device_that_grants(owner, signer.map(|key| *key.as_bytes())) else {
            return;
        };
        let served = held.served.iter();
        let served = served.map(|(ticket, at)| Served {
            ticket: *ticket,
            at: *at,
        });
        let served: Vec<_> = served.collect();
        let tickets = served.iter().map(|served| served.ticket).collect();
        self.keeping.reporting.insert(owner);
        let asked = Asked::Report(owner, tickets, let_go);
        let report = Keeping::Report(Report { served, let_go });
        self.say_of_keeping(device, asked, report, out);
    }

    /// The device of a household that closed the ledger which is pinned here, if it is connected; else any.
    fn device_that_grants(&self, owner: HouseholdId, signer: Option<[u8; 32]>) -> Option<DeviceId> {
        let signer = signer.map(DeviceId::from_bytes);
        let signer = signer.filter(|device| self.connected.contains(device));
        signer
            .filter(|device| self.neighbour(*device) == Some(owner))
            .or_else(|| self.device_here(owner))
    }

    /// The household knows, or is told again when it is met.
    pub(super) fn report_answered(
        &mut self,
        owner: HouseholdId,
        served: &[StatementId],
        let_go: Option<LetGo>,
        answer: Option<&StreetMessage>,
        out: &mut Vec<Output>,
    ) {
        self.keeping.reporting.remove(&owner);
        if !matches!(answer, Some(StreetMessage::Kept)) {
            return;
        }
        self.keeping.reported.insert(owner, let_go);
        for ticket in served {
            let ticket = *ticket;
            self.keep_record(KeeperRecord::ServedTold { owner, ticket }, out);
        }
        self.report(owner, out);
    }

    /// A keeper of ours says what it did. Nothing if it is none.
    pub(in crate::household) fn keeper_reports(
        &mut self,
        keeper: HouseholdId,
        report: Report,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<()> {
        self.state.kept.keepers.get(&keeper)?;
        for Served { ticket, at } in report.served.into_iter().take(SERVED_UNTOLD) {
            let mut given = self.state.given.iter();
            let found = given.find(|(_, given)| given.parcel.ticket.id() == ticket);
            let Some((grant, given)) = found else {
                continue;
            };
            // What this home saw itself counts for more.
            if given.fetched.is_some_and(|fetched| fetched.from.is_none()) {
                continue;
            }
            let (grant, clip) = (*grant, given.parcel.grant.statement().clip);
            let (at, from) = (at.min(now), Some(keeper));
            self.store(Record::Fetched { grant, at, from }, out);
            out.push(Output::Emit(Event::Clip { clip }));
        }
        let before = match report.let_go {
            Some(let_go) => self.keeping.waits_there.insert(keeper, let_go),
            None => self.keeping.waits_there.remove(&keeper),
        };
        if before != report.let_go {
            self.tell_of(keeper, out);
        }
        Some(())
    }
}
