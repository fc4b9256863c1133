//! What page and command line read: copies of the engine's state in the words of the glossary.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Household;
use super::failure::Skew;
use super::retention::Retention;
use super::state::Street;
use crate::cell::Cell;
use crate::clip::{ClipId, Manifest};
use crate::grant::Grant;
use crate::identity::{DeviceId, HouseholdId, Name};
use crate::open::Greeting;
use crate::signed::{Signed, StatementId};
use crate::street::StreetId;
use crate::time::Timestamp;

/// The home at a glance.
#[derive(Debug, Clone)]
pub struct StatusView {
    /// This household.
    pub household: HouseholdId,
    /// Its name.
    pub name: Name,
    /// Whether the reading key is out of memory.
    pub locked: bool,
    /// After how long without use the reading key goes out of memory.
    pub auto_lock: Duration,
    /// When that will be, if nothing uses it before.
    pub locks_at: Option<Timestamp>,
    /// Its streets.
    pub streets: Vec<StreetView>,
    /// Other households of its streets.
    pub neighbours_known: usize,
    /// Those that are connected.
    pub neighbours_connected: usize,
    /// Alerts that are not over.
    pub alerts: usize,
    /// Clips, own and granted.
    pub clips: usize,
    /// Grants that wait for their recipient, and own alerts while nobody is connected.
    pub queued: usize,
    /// Number of the last ledger entry.
    pub ledger_seq: u64,
    /// When this home last found that it has everything that a neighbour has, since its node was started.
    pub caught_up: Option<Timestamp>,
    /// How far this home's clock is from its neighbours', if any was heard.
    pub clock_skew: Option<Skew>,
}

/// A street at a glance.
#[derive(Debug, Clone)]
pub struct StreetView {
    /// The street.
    pub street: StreetId,
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub cell: Cell,
    /// Number of the epoch to speak in.
    pub epoch: u32,
    /// Who vouched for this household; nobody for the founder.
    pub inviter: Option<HouseholdId>,
}

/// A household of a street.
#[derive(Debug, Clone)]
pub struct MemberView {
    /// The household.
    pub household: HouseholdId,
    /// Its name.
    pub name: Name,
    /// Whether it is this household.
    pub me: bool,
    /// Who vouched for it.
    pub vouches: Vec<HouseholdId>,
    /// Whether it waits for its second vouch.
    pub new: bool,
    /// Whether this home does not show what it says.
    pub muted: bool,
    /// Who wants it to go.
    pub votes: Vec<HouseholdId>,
    /// Whether a device of it is connected.
    pub connected: bool,
    /// When something was last heard of it, since this node was started.
    pub last_heard: Option<Timestamp>,
}

/// Somebody who stands at the door.
#[derive(Debug, Clone)]
pub struct KnockView {
    /// The knock's id.
    pub id: StatementId,
    /// The household, by its own word: nobody vouched for it.
    pub household: HouseholdId,
    /// What it calls itself.
    pub name: Name,
    /// Around where it says that it lives.
    pub cell: Cell,
    /// What it says.
    pub greeting: Greeting,
    /// When it came in.
    pub received: Timestamp,
    /// When it is over.
    pub expires: Timestamp,
}

/// Another street that a household of ours knows.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// How it is called.
    pub name: Name,
    /// Who linked it.
    pub by: HouseholdId,
    /// Its name.
    pub by_name: Option<Name>,
    /// Under how many keys its households speak.
    pub keys: usize,
    /// Since when.
    pub issued: Timestamp,
    /// Until when, if nobody renews it.
    pub expires: Timestamp,
}

/// A clip, own or granted.
#[derive(Debug, Clone)]
pub struct ClipView {
    /// What it is.
    pub manifest: Manifest,
    /// Whose it is.
    pub owner: HouseholdId,
    /// Whether it is ours.
    pub mine: bool,
    /// How the household calls the camera; for a granted clip its pseudonym.
    pub camera: String,
    /// Who was granted it, and not stopped.
    pub granted_to: Vec<HouseholdId>,
    /// Neighbours who hold sealed copies; of a granted clip, those that its owner named.
    pub keepers: Vec<HouseholdId>,
    /// Whether the sealed bytes should be here.
    pub here: bool,
    /// Whether an alert of ours offers it.
    pub offered: bool,
    /// When an own clip is destroyed by its age; until when its owner serves a granted one.
    pub until: Option<Timestamp>,
    /// Whether it stays however long the others do.
    pub pinned: bool,
    /// Which other device of this household has it, if it was not recorded here.
    pub recorder: Option<DeviceId>,
}

/// A grant, given or received.
#[derive(Debug, Clone)]
pub struct GrantView {
    /// Its id.
    pub id: StatementId,
    /// What it says.
    pub grant: Grant,
    /// When it was stopped; known for given ones only.
    pub stopped: Option<Timestamp>,
    /// Whether the sealed bytes were fetched.
    pub fetched: bool,
    /// When, as far as this home knows; known for given ones only.
    pub fetched_at: Option<Timestamp>,
    /// The keeper by whose word that is; none if this home saw it itself.
    pub fetched_from: Option<HouseholdId>,
    /// Whether the recipient has the grant.
    pub delivered: bool,
}

impl Household {
    /// Who this node is.
    pub const fn me(&self) -> &super::Me {
        &self.me
    }

    /// Whether the reading key is out of memory.
    pub const fn is_locked(&self) -> bool {
        self.reading.is_none()
    }

    /// The home at a glance.
    pub fn status(&self, now: Timestamp) -> StatusView {
        let neighbours: BTreeSet<_> = self
            .state
            .streets
            .values()
            .flat_map(|s| s.members.iter().map(crate::street::Member::household))
            .filter(|household| *household != self.me.household())
            .collect();
        let connected: BTreeSet<_> = self
            .connected
            .iter()
            .filter_map(|device| self.neighbour(*device))
            .collect();
        let own_alerts = || {
            let streets = self.state.streets.values();
            let own = streets.map(|street| street.feed.alerts_of(self.me.household()));
            own.sum::<usize>()
        };
        let undelivered = self
            .state
            .given
            .values()
            .filter(|g| !g.delivered && g.stopped.is_none())
            .count();
        StatusView {
            household: self.me.household(),
            name: self.me.card.statement().name.clone(),
            locked: self.reading.is_none(),
            auto_lock: self.idle,
            locks_at: self.locks_at,
            streets: self.streets(),
            neighbours_known: neighbours.len(),
            neighbours_connected: connected.len(),
            alerts: self.alerts_at(now),
            clips: self.clip_count(),
            queued: undelivered
                + if connected.is_empty() {
                    own_alerts()
                } else {
                    0
                },
            ledger_seq: self.state.chain.seq(),
            caught_up: self.caught_up,
            clock_skew: self.clock_skew(),
        }
    }

    /// Every street of this household.
    pub fn streets(&self) -> Vec<StreetView> {
        let streets = self.state.streets.values();
        let view = |street: &Street| StreetView {
            street: street.id(),
            name: street.founding.statement().name.clone(),
            cell: street.founding.statement().cell.clone(),
            epoch: street.epoch().map_or(0, |e| e.notice.statement().number),
            inviter: street.inviter,
        };
        streets.map(view).collect()
    }

    /// Everybody on this household's streets, itself included, once each.
    pub fn members(&self) -> Vec<MemberView> {
        let mut members: Vec<MemberView> = Vec::new();
        for (street, member) in self
            .state
            .streets
            .values()
            .flat_map(|s| s.members.iter().map(move |m| (s, m)))
        {
            let household = member.household();
            if members.iter().any(|m| m.household == household) {
                continue;
            }
            let votes = street.members.votes().map(Signed::statement);
            members.push(MemberView {
                household,
                name: member.card.statement().name.clone(),
                me: household == self.me.household(),
                vouches: member.vouches.iter().map(|v| v.statement().by).collect(),
                new: street.members.is_new(household),
                muted: self.state.muted.contains(&household),
                votes: votes
                    .filter(|v| v.household == household)
                    .map(|v| v.by)
                    .collect(),
                connected: self
                    .connected
                    .iter()
                    .any(|d| self.neighbour(*d) == Some(household)),
                last_heard: self.heard.get(&household).copied(),
            });
        }
        members
    }

    /// The name of a household, if it is or was on one of our streets.
    pub fn name_of(&self, household: HouseholdId) -> Option<Name> {
        let mut streets = self.state.streets.values();
        streets
            .find_map(|s| s.members.known(household))
            .map(|m| m.card.statement().name.clone())
    }

    /// Every clip, own and granted, the newest first.
    pub fn clips(&self) -> Vec<ClipView> {
        let offered = self.offered_clips();
        let own = self.state.clips.iter().map(|(clip, own)| ClipView {
            manifest: own.manifest.statement().clone(),
            owner: self.me.household(),
            mine: true,
            camera: own.camera.to_string(),
            granted_to: self.granted_to(*clip),
            keepers: self.keepers_of(*clip),
            here: true,
            offered: offered.contains(clip),
            until: (!self.state.pinned.contains(clip))
                .then(|| self.state.retention.end_of(own.manifest.statement()))
                .flatten(),
            pinned: self.state.pinned.contains(clip),
            recorder: None,
        });
        let siblings = self.of_siblings().into_iter();
        let siblings = siblings.map(|(clip, shown)| ClipView {
            manifest: shown.label.manifest.statement().clone(),
            owner: self.me.household(),
            mine: true,
            camera: shown.label.camera.to_string(),
            granted_to: Vec::new(),
            keepers: Vec::new(),
            here: self.state.copied.contains_key(&clip),
            offered: offered.contains(&clip),
            until: None,
            pinned: false,
            recorder: Some(shown.device),
        });
        let mut clips: Vec<_> = own.chain(siblings).collect();
        let mut known: BTreeSet<_> = clips.iter().map(|view| view.manifest.clip).collect();
        for granted in self.state.received.values() {
            let grant = granted.parcel.grant.statement();
            if !known.insert(grant.clip) {
                continue;
            }
            let manifest = granted.parcel.manifest.statement().clone();
            clips.push(ClipView {
                camera: manifest.camera.to_string(),
                owner: grant.from,
                mine: false,
                granted_to: Vec::new(),
                keepers: granted.parcel.keepers.clone(),
                here: self.state.arrived.contains(&grant.clip),
                offered: false,
                until: Some(grant.until),
                pinned: false,
                recorder: None,
                manifest,
            });
        }
        clips.sort_by_key(|view| {
            (
                std::cmp::Reverse(view.manifest.recorded),
                view.manifest.clip,
            )
        });
        clips
    }

    /// How long own clips stay.
    pub const fn retention(&self) -> Retention {
        self.state.retention
    }

    /// The manifest of a clip, own or granted, whether its sealed bytes are here or not.
    pub fn manifest_of(&self, clip: ClipId) -> Option<Manifest> {
        if let Some((_, manifest)) = self.state.openable(clip) {
            return Some(manifest.statement().clone());
        }
        let siblings = self.of_siblings();
        let shown = siblings.get(&clip)?;
        Some(shown.label.manifest.statement().clone())
    }

    fn granted_to(&self, clip: ClipId) -> Vec<HouseholdId> {
        let given = self.state.given.values().filter(|g| g.stopped.is_none());
        given
            .map(|g| g.parcel.grant.statement())
            .filter(|g| g.clip == clip)
            .map(|g| g.to)
            .collect()
    }

    /// Every clip that an alert offers.
    fn offered_clips(&self) -> BTreeSet<ClipId> {
        let streets = self.state.streets.values();
        let alerts = streets.flat_map(|street| street.feed.alerts());
        let offered = alerts.flat_map(|(_, held)| &held.alert.statement().clips);
        offered.copied().collect()
    }

    /// How many clips there are, own and granted.
    fn clip_count(&self) -> usize {
        let (own, siblings) = (&self.state.clips, self.of_siblings());
        let granted = self.state.received.values();
        let granted = granted.map(|granted| granted.parcel.grant.statement().clip);
        let granted: BTreeSet<_> = granted
            .filter(|clip| !own.contains_key(clip) && !siblings.contains_key(clip))
            .collect();
        own.len() + siblings.len() + granted.len()
    }

    /// Grants that this household gave, in no promised order.
    pub fn given(&self) -> Vec<GrantView> {
        let given = self.state.given.iter();
        let view = |(id, given): (&StatementId, &super::state::GivenGrant)| GrantView {
            id: *id,
            grant: given.parcel.grant.statement().clone(),
            stopped: given.stopped,
            fetched: given.fetched.is_some(),
            fetched_at: given.fetched.map(|fetch| fetch.at),
            fetched_from: given.fetched.and_then(|fetch| fetch.from),
            delivered: given.delivered,
        };
        given.map(view).collect()
    }

    /// Grants that this household received.
    pub fn received(&self) -> Vec<GrantView> {
        let received = self.state.received.iter();
        let view = |(id, received): (&StatementId, &super::state::ReceivedGrant)| GrantView {
            id: *id,
            grant: received.parcel.grant.statement().clone(),
            stopped: None,
            fetched: self
                .state
                .arrived
                .contains(&received.parcel.grant.statement().clip),
            fetched_at: None,
            fetched_from: None,
            delivered: true,
        };
        received.map(view).collect()
    }
}
