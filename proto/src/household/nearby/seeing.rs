//! What page and command line read of strangers: alerts, what their authors said about them, knocks.

use super::super::Household;
use super::super::glance::FollowUpView;
use super::super::view::KnockView;
use crate::alert::{Alert, FollowUp, Said, Thread};
use crate::identity::HouseholdId;
use crate::open::{OpenStatement, Radius};
use crate::signed::{PublicKey, Signed, StatementId};
use crate::time::Timestamp;

/// An alert in the open of a key that nobody here knows.
#[derive(Debug, Clone, Copy)]
pub(in crate::household) struct Overheard<'a> {
    pub(in crate::household) alert: &'a Signed<Alert>,
    pub(in crate::household) key: PublicKey,
    pub(in crate::household) received: Timestamp,
}

impl Household {
    /// Alerts in the open of keys that nobody here knows.
    pub(in crate::household) fn overheard_alerts(&self) -> impl Iterator<Item = Overheard<'_>> {
        let waiting = self.ear.overheard();
        waiting.filter_map(|waiting| match &waiting.item {
            (OpenStatement::Alert(alert), received) => Some(Overheard {
                alert,
                key: waiting.key,
                received: *received,
            }),
            _ => None,
        })
    }

    /// Such an alert, and all that its author said about it.
    pub(in crate::household) fn thread_of_stranger(&self, overheard: Overheard<'_>) -> Thread {
        let alert = overheard.alert;
        // No household counts here: only the author can say more in the open.
        let nobody = HouseholdId::from_bytes(*overheard.key.as_bytes());
        let said = self.said_by_stranger(alert).map(|follow_up| Said {
            id: follow_up.id(),
            follow_up: follow_up.statement(),
            author: nobody,
            vouched: false,
        });
        Thread::fold(alert.statement(), said)
    }

    /// What the author of an alert in the open said about it.
    fn said_by_stranger<'a>(
        &'a self,
        alert: &'a Signed<Alert>,
    ) -> impl Iterator<Item = &'a Signed<FollowUp>> {
        let waiting = self.ear.overheard();
        waiting.filter_map(move |waiting| match &waiting.item.0 {
            OpenStatement::FollowUp(said)
                if waiting.key == alert.signer() && said.statement().fits(alert, true).is_ok() =>
            {
                Some(said)
            }
            _ => None,
        })
    }

    pub(in crate::household) fn strangers_on(&self, alert: StatementId) -> Vec<FollowUpView> {
        let mut overheard = self.overheard_alerts();
        let Some(overheard) = overheard.find(|overheard| overheard.alert.id() == alert) else {
            return Vec::new();
        };
        let said = self.said_by_stranger(overheard.alert);
        let said = said.map(|said| FollowUpView {
            id: said.id(),
            author: None,
            author_name: None,
            act: said.statement().act.clone(),
            issued: said.statement().issued,
        });
        said.collect()
    }

    /// Everybody who stands at the door, the first first.
    pub fn knocks(&self) -> Vec<KnockView> {
        let waiting = self.ear.door.iter();
        let knocks = waiting.filter_map(|waiting| {
            let (OpenStatement::Knock(knock), received) = &waiting.item else {
                return None;
            };
            let knock = knock.statement();
            let card = knock.card.statement();
            Some(KnockView {
                id: waiting.id,
                household: card.household,
                name: card.name.clone(),
                cell: knock.cell.clone(),
                greeting: knock.greeting.clone(),
                received: *received,
                expires: knock.expires,
            })
        });
        let member = |knock: &KnockView| {
            let mut streets = self.state.streets.values();
            streets.any(|s| s.members.get(knock.household).is_some())
        };
        knocks.filter(|knock| !member(knock)).collect()
    }

    /// How far around itself this home listens.
    pub const fn radius(&self) -> Radius {
        self.state.radius
    }
}
