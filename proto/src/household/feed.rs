//! What a street said and has not ended: alerts, what was said about them, and how much each household has said.
//!
//! A full street holds 10,000 alerts, which may all end at the same moment. So everything lies in the order in which it is
//! looked for, and nothing is found by going through the rest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::alert::{Alert, FollowUp, Said, Thread, Urgency};
use crate::identity::HouseholdId;
use crate::open::within_rate;
use crate::signed::{Signed, StatementId};
use crate::street::Members;
use crate::time::Timestamp;
use crate::wire::limits::{
    ALERT_BURST, ALERTS_PER_HOUR, FOLLOW_UP_BURST, FOLLOW_UPS_PER_HOUR, URGENT_BURST,
};

/// An alert that is not over.
#[derive(Debug, Clone)]
pub(super) struct HeldAlert {
    pub(super) alert: Signed<Alert>,
    pub(super) author: HouseholdId,
    pub(super) received: Timestamp,
}

/// A follow-up whose alert is not over.
#[derive(Debug, Clone)]
pub(super) struct HeldFollowUp {
    pub(super) follow_up: Signed<FollowUp>,
    pub(super) author: HouseholdId,
}

/// What counts towards one allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Voice {
    Urgent,
    Calm,
    FollowUp,
}

impl Voice {
    pub(super) const fn of(alert: &Alert) -> Self {
        match alert.urgency {
            Urgency::Urgent => Self::Urgent,
            Urgency::Info | Urgency::HeadsUp => Self::Calm,
        }
    }

    /// Statements at once, and how many more an hour allows.
    const fn allowance(self, urgent_per_hour: u8) -> (u32, u32) {
        match self {
            Self::Urgent => (URGENT_BURST, urgent_per_hour as u32),
            Self::Calm => (ALERT_BURST, ALERTS_PER_HOUR),
            Self::FollowUp => (FOLLOW_UP_BURST, FOLLOW_UPS_PER_HOUR),
        }
    }
}

/// Where an alert lies: the newest lies first.
pub(super) type Spot = (Reverse<Timestamp>, StatementId);

/// What a statement is, and what finds it.
#[derive(Debug, Clone, Copy)]
enum Lies {
    Alert(Timestamp),
    About(StatementId),
}

/// Everything that was said on one street and is not over.
#[derive(Debug, Default)]
pub(super) struct Feed {
    alerts: BTreeMap<Spot, HeldAlert>,
    /// By alert; also of alerts that are not here yet.
    follow_ups: BTreeMap<StatementId, BTreeMap<StatementId, HeldFollowUp>>,
    /// What of this each statement is.
    lies: BTreeMap<StatementId, Lies>,
    /// When each of them is over.
    ends: BTreeSet<(Timestamp, StatementId)>,
    /// When each household spoke. The signed times decide, so that homes agree whatever the way a statement took.
    spoken: BTreeMap<(HouseholdId, Voice), BTreeSet<(Timestamp, StatementId)>>,
}

impl Feed {
    pub(super) fn add_alert(&mut self, held: HeldAlert) {
        let id = held.alert.id();
        let said = held.alert.statement();
        let issued = said.issued;
        self.spoken
            .entry((held.author, Voice::of(said)))
            .or_default()
            .insert((issued, id));
        self.ends.insert((said.expires, id));
        self.lies.insert(id, Lies::Alert(issued));
        self.alerts.insert((Reverse(issued), id), held);
    }

    pub(super) fn add_follow_up(&mut self, held: HeldFollowUp) {
        let id = held.follow_up.id();
        let said = held.follow_up.statement();
        let alert = said.alert;
        self.spoken
            .entry((held.author, Voice::FollowUp))
            .or_default()
            .insert((said.issued, id));
        self.ends.insert((said.expires, id));
        self.lies.insert(id, Lies::About(alert));
        self.follow_ups.entry(alert).or_default().insert(id, held);
    }

    /// Forgets an alert, or a follow-up.
    pub(super) fn forget(&mut self, id: StatementId) {
        let (author, voice, issued, expires) = match self.lies.remove(&id) {
            Some(Lies::Alert(issued)) => {
                let Some(held) = self.alerts.remove(&(Reverse(issued), id)) else {
                    return;
                };
                let said = held.alert.statement();
                (held.author, Voice::of(said), issued, said.expires)
            }
            Some(Lies::About(alert)) => {
                let Some(held) = self.take_follow_up(alert, id) else {
                    return;
                };
                let said = held.follow_up.statement();
                (held.author, Voice::FollowUp, said.issued, said.expires)
            }
            None => return,
        };
        self.ends.remove(&(expires, id));
        if let Some(said) = self.spoken.get_mut(&(author, voice)) {
            said.remove(&(issued, id));
            if said.is_empty() {
                self.spoken.remove(&(author, voice));
            }
        }
    }

    fn take_follow_up(&mut self, alert: StatementId, id: StatementId) -> Option<HeldFollowUp> {
        let about = self.follow_ups.get_mut(&alert)?;
        let held = about.remove(&id);
        if about.is_empty() {
            self.follow_ups.remove(&alert);
        }
        held
    }

    /// Whether a household may say one more thing at this time.
    pub(super) fn allows(
        &self,
        household: HouseholdId,
        voice: Voice,
        at: Timestamp,
        urgent_per_hour: u8,
    ) -> bool {
        let (burst, per_hour) = voice.allowance(urgent_per_hour);
        let said = self.spoken.get(&(household, voice));
        let times = said.into_iter().flatten().map(|(at, _)| *at);
        within_rate(times, at, burst, per_hour)
    }

    pub(super) fn alert(&self, id: StatementId) -> Option<&HeldAlert> {
        match self.lies.get(&id)? {
            Lies::Alert(issued) => self.alerts.get(&(Reverse(*issued), id)),
            Lies::About(_) => None,
        }
    }

    /// Every alert, the newest first.
    pub(super) fn alerts(&self) -> impl Iterator<Item = (&StatementId, &HeldAlert)> {
        self.alerts.iter().map(|((_, id), held)| (id, held))
    }

    pub(super) fn len(&self) -> usize {
        self.alerts.len()
    }

    /// How many alerts are this household's.
    pub(super) fn alerts_of(&self, household: HouseholdId) -> usize {
        let voices = [Voice::Urgent, Voice::Calm].into_iter();
        let said = voices.filter_map(|voice| self.spoken.get(&(household, voice)));
        said.map(BTreeSet::len).sum()
    }

    pub(super) fn follow_up(&self, alert: StatementId, id: StatementId) -> Option<&HeldFollowUp> {
        self.follow_ups.get(&alert)?.get(&id)
    }

    pub(super) fn follow_ups(&self) -> impl Iterator<Item = (&StatementId, &HeldFollowUp)> {
        self.follow_ups.values().flatten()
    }

    /// The follow-ups of one alert that fit it.
    pub(super) fn follow_ups_of(
        &self,
        alert: &HeldAlert,
    ) -> impl Iterator<Item = (&StatementId, &HeldFollowUp)> {
        let of = self.follow_ups.get(&alert.alert.id());
        of.into_iter().flatten().filter(move |(_, held)| {
            let by_author = held.author == alert.author;
            held.follow_up
                .statement()
                .fits(&alert.alert, by_author)
                .is_ok()
        })
    }

    /// How many follow-ups an alert has, known here or not.
    pub(super) fn count_of(&self, alert: StatementId) -> usize {
        self.follow_ups.get(&alert).map_or(0, BTreeMap::len)
    }

    /// How many of them are this household's.
    pub(super) fn own_of(&self, alert: StatementId, household: HouseholdId) -> usize {
        let of = self.follow_ups.get(&alert).into_iter().flatten();
        of.filter(|(_, held)| held.author == household).count()
    }

    /// How many follow-ups of this household wait for their alerts.
    pub(super) fn orphans_of(&self, household: HouseholdId) -> usize {
        self.follow_ups
            .iter()
            .filter(|(alert, _)| self.alert(**alert).is_none())
            .flat_map(|(_, held)| held.values())
            .filter(|held| held.author == household)
            .count()
    }

    /// An alert and all that was said about it.
    pub(super) fn thread(&self, alert: &HeldAlert, members: &Members) -> Thread {
        let said = self.follow_ups_of(alert).map(|(id, held)| Said {
            id: *id,
            follow_up: held.follow_up.statement(),
            author: held.author,
            vouched: members.get(held.author).is_some() && !members.is_new(held.author),
        });
        Thread::fold(alert.alert.statement(), said)
    }

    /// What is over at this time.
    pub(super) fn over(&self, now: Timestamp) -> Vec<StatementId> {
        let ends = self.ends.iter();
        let over = ends.take_while(|(end, _)| *end <= now);
        over.map(|(_, id)| *id).collect()
    }

    /// When the next of it will be.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.ends.first().map(|(end, _)| *end)
    }
}
