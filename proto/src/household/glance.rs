//! Looking through the feed: it holds up to 10,000 alerts, of which a screen shows a few.
//!
//! Whoever chooses among them looks at a [`Glimpse`] of each, which copies nothing. An [`AlertView`] is made of those that
//! are shown, and can be taken away.

use std::cmp::Reverse;

use super::Household;
use super::feed::{HeldAlert, Spot};
use super::nearby::Overheard;
use super::state::Street;
use crate::alert::{Act, Alert, Thread};
use crate::identity::{HouseholdId, Name};
use crate::signed::StatementId;
use crate::time::Timestamp;

/// An alert that this many households flagged is not shown until the resident asks for it.
const FLAGS_TO_HIDE: usize = 3;

/// An alert with what this home knows of it.
#[derive(Debug, Clone)]
pub struct AlertView {
    /// Its id.
    pub id: StatementId,
    /// Who said it; not known of an alert that somebody of another street told everybody nearby.
    pub author: Option<HouseholdId>,
    /// The author's name.
    pub author_name: Option<Name>,
    /// What was said.
    pub alert: Alert,
    /// What is to be shown of it after everything that was said about it.
    pub thread: Thread,
    /// When it came in.
    pub received: Timestamp,
    /// Whether it is over.
    pub expired: bool,
    /// Whether its author is muted here.
    pub muted: bool,
    /// Whether so many neighbours flagged it that this home hides it.
    pub hidden: bool,
    /// The other street that its author is of, if a household here linked it.
    pub next_door: Option<Name>,
}

/// What somebody said about an alert.
#[derive(Debug, Clone)]
pub struct FollowUpView {
    /// Its id.
    pub id: StatementId,
    /// Who said it; not known of what was said in the open by somebody of another street.
    pub author: Option<HouseholdId>,
    /// The author's name.
    pub author_name: Option<Name>,
    /// What was said.
    pub act: Act,
    /// When.
    pub issued: Timestamp,
}

/// An alert where it lies, with what was said about it.
#[derive(Debug)]
pub struct Glimpse<'a> {
    /// Its id.
    pub id: StatementId,
    /// Who said it; not known of an alert that somebody of another street told everybody nearby.
    pub author: Option<HouseholdId>,
    /// What was said.
    pub alert: &'a Alert,
    /// What is to be shown of it after everything that was said about it.
    pub thread: Thread,
    /// Whether its author is muted here.
    pub muted: bool,
    /// Whether so many neighbours flagged it that this home hides it.
    pub hidden: bool,
    home: &'a Household,
    lies: Lies<'a>,
}

/// Where an alert lies.
#[derive(Debug, Clone, Copy)]
enum Lies<'a> {
    OnStreet(&'a Street, &'a HeldAlert),
    Outside(Overheard<'a>),
}

impl<'a> Lies<'a> {
    const fn id(self) -> StatementId {
        match self {
            Self::OnStreet(_, held) => held.alert.id(),
            Self::Outside(overheard) => overheard.alert.id(),
        }
    }

    const fn alert(self) -> &'a Alert {
        match self {
            Self::OnStreet(_, held) => held.alert.statement(),
            Self::Outside(overheard) => overheard.alert.statement(),
        }
    }

    const fn spot(self) -> Spot {
        (Reverse(self.alert().issued), self.id())
    }
}

impl Glimpse<'_> {
    /// Whether an alert is shown before the resident asks for it.
    pub const fn is_shown(&self) -> bool {
        !(self.muted || self.hidden)
    }

    /// Who is of another street that a household here linked: that street.
    pub fn next_door(&self, now: Timestamp) -> Option<&Name> {
        match self.lies {
            Lies::OnStreet(..) => None,
            Lies::Outside(overheard) => self.home.next_door(overheard.key, now),
        }
    }

    /// A copy of all of it.
    pub fn view(self, now: Timestamp) -> AlertView {
        AlertView {
            id: self.id,
            author: self.author,
            author_name: self.author.and_then(|author| self.home.name_of(author)),
            alert: self.alert.clone(),
            received: match self.lies {
                Lies::OnStreet(_, held) => held.received,
                Lies::Outside(overheard) => overheard.received,
            },
            expired: self.alert.expires <= now,
            muted: self.muted,
            hidden: self.hidden,
            next_door: self.next_door(now).cloned(),
            thread: self.thread,
        }
    }
}

impl Household {
    /// Every alert that is held, the newest first.
    pub fn feed(&self) -> impl Iterator<Item = Glimpse<'_>> {
        let mut lies: Vec<_> = self.lies().collect();
        // Each street's lie in order already.
        lies.sort_by_key(|lies| lies.spot());
        lies.into_iter().map(|lies| self.glimpse(lies))
    }

    /// The names of all of them, in no promised order.
    pub fn alert_ids(&self) -> impl Iterator<Item = StatementId> {
        self.lies().map(Lies::id)
    }

    /// How many of them are not over.
    pub(super) fn alerts_at(&self, now: Timestamp) -> usize {
        let lies = self.lies();
        lies.filter(|lies| lies.alert().expires > now).count()
    }

    /// One alert.
    pub fn alert(&self, id: StatementId) -> Option<Glimpse<'_>> {
        let mut streets = self.state.streets.values();
        let on_street = streets.find_map(|s| Some(Lies::OnStreet(s, s.feed.alert(id)?)));
        let outside = || {
            let mut overheard = self.overheard_alerts();
            overheard.find(|overheard| overheard.alert.id() == id)
        };
        let lies = on_street.or_else(|| outside().map(Lies::Outside))?;
        Some(self.glimpse(lies))
    }

    /// Copies of all of them, the newest first.
    pub fn alerts(&self, now: Timestamp) -> Vec<AlertView> {
        self.feed().map(|glimpse| glimpse.view(now)).collect()
    }

    fn lies(&self) -> impl Iterator<Item = Lies<'_>> {
        let streets = self.state.streets.values();
        let on_streets = streets.flat_map(|street| {
            let held = street.feed.alerts();
            held.map(move |(_, held)| Lies::OnStreet(street, held))
        });
        on_streets.chain(self.overheard_alerts().map(Lies::Outside))
    }

    fn glimpse<'a>(&'a self, lies: Lies<'a>) -> Glimpse<'a> {
        let (author, thread) = match lies {
            Lies::OnStreet(street, held) => {
                let thread = street.feed.thread(held, &street.members);
                (Some(held.author), thread)
            }
            Lies::Outside(overheard) => (None, self.thread_of_stranger(overheard)),
        };
        Glimpse {
            id: lies.id(),
            author,
            alert: lies.alert(),
            muted: author.is_some_and(|author| self.state.muted.contains(&author)),
            hidden: thread.flags.len() >= FLAGS_TO_HIDE,
            thread,
            home: self,
            lies,
        }
    }

    /// Everything that was said about an alert, the oldest first.
    pub fn follow_ups(&self, alert: StatementId) -> Vec<FollowUpView> {
        let streets = self.state.streets.values();
        let mut said: Vec<_> = streets
            .filter_map(|s| Some((s, s.feed.alert(alert)?)))
            .flat_map(|(street, held)| street.feed.follow_ups_of(held))
            .map(|(id, held)| FollowUpView {
                id: *id,
                author: Some(held.author),
                author_name: self.name_of(held.author),
                act: held.follow_up.statement().act.clone(),
                issued: held.follow_up.statement().issued,
            })
            .chain(self.strangers_on(alert))
            .collect();
        said.sort_by_key(|view| (view.issued, view.id));
        said
    }
}
