//! What page and command line read of strangers: alerts, what their authors said about them, knocks.

use super::super::Household;
use super::super::view::{AlertView, FollowUpView, KnockView};
use crate::alert::{Alert, FollowUp, Said, Thread};
use crate::identity::HouseholdId;
use crate::open::{OpenStatement, Radius};
use crate::signed::{Signed, StatementId};
use crate::time::Timestamp;

impl Household {
    /// Alerts in the open of keys that nobody here knows.
    pub(in crate::household) fn alerts_of_strangers(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = AlertView> + '_ {
        let waiting = self.ear.overheard();
        waiting.filter_map(move |waiting| {
            let (OpenStatement::Alert(alert), received) = &waiting.item else {
                return None;
            };
            let said = self.said_by_stranger(alert);
            // No household counts here: only the author can say more in the open.
            let nobody = HouseholdId::from_bytes(*waiting.key.as_bytes());
            let thread = Thread::fold(
                alert.statement(),
                said.map(|follow_up| Said {
                    id: follow_up.id(),
                    follow_up: follow_up.statement(),
                    author: nobody,
                    vouched: false,
                }),
            );
            Some(AlertView {
                id: waiting.id,
                author: None,
                author_name: None,
                alert: alert.statement().clone(),
                received: *received,
                expired: alert.statement().expires <= now,
                muted: false,
                hidden: false,
                next_door: self.next_door(waiting.key, now).cloned(),
                thread,
            })
        })
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
        let mut waiting = self.ear.overheard();
        let Some(OpenStatement::Alert(alert)) = waiting.find(|w| w.id == alert).map(|w| &w.item.0)
        else {
            return Vec::new();
        };
        let said = self.said_by_stranger(alert);
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
