//! What the engine remembers: the sum of its records, and what is only true while it runs.

use std::collections::{BTreeMap, BTreeSet};

use super::bulletins::{Directory, HeldBulletin};
use super::feed::{Feed, HeldAlert, HeldFollowUp};
use super::keeping::Kept;
use super::record::{HeldHeader, Record};
use super::retention::Retention;
use super::siblings::Shown;
use crate::clip::{ClipId, Label, Manifest};
use crate::grant::Parcel;
use crate::identity::{DeviceId, HouseholdId};
use crate::ledger::{Chain, Head};
use crate::open::{Knock, Radius, Stamp};
use crate::signed::{Signed, StatementId};
use crate::street::{
    Address, Departure, EpochKey, EpochNotice, EpochRank, Founding, Item, ItemId, Member, Members,
    StreetId, TicketId, TicketKey, Topic, Whereabouts,
};
use crate::time::Timestamp;

/// An epoch of a street.
#[derive(Debug)]
pub(super) struct Epoch {
    pub(super) notice: Signed<EpochNotice>,
    pub(super) key: EpochKey,
    /// Where it is spoken in.
    pub(super) topic: Topic,
    /// When it came in. It is kept for a while after the next one did.
    pub(super) since: Timestamp,
}

/// One street as this home knows it.
#[derive(Debug)]
pub(super) struct Street {
    pub(super) founding: Signed<Founding>,
    pub(super) inviter: Option<HouseholdId>,
    pub(super) members: Members,
    /// The last is the one to speak in.
    pub(super) epochs: BTreeMap<EpochRank, Epoch>,
    pub(super) feed: Feed,
    /// Where each device says that it is, the newest word of each, also of those that are gone.
    pub(super) whereabouts: BTreeMap<DeviceId, Signed<Whereabouts>>,
}

impl Street {
    pub(super) fn id(&self) -> StreetId {
        self.founding.street()
    }

    /// The epoch to speak in.
    pub(super) fn epoch(&self) -> Option<&Epoch> {
        self.epochs.values().next_back()
    }

    pub(super) fn topic(&self) -> Option<Topic> {
        self.epoch().map(|epoch| epoch.topic.clone())
    }

    /// Where the devices of its members say that they are.
    fn address_book(&self) -> impl Iterator<Item = &Signed<Whereabouts>> {
        let book = self.whereabouts.iter();
        book.filter(|(device, _)| self.members.household_of(**device).is_some())
            .map(|(_, said)| said)
    }

    /// Every item of the street, by time and name. Who is a member stands at the beginning of time, so that it is
    /// found, and moved, before what members said.
    pub(super) fn items(&self) -> Vec<(Timestamp, ItemId)> {
        let first = |name| (Timestamp::from_ms(0), name);
        let members = self.members.named().map(|(name, _)| first(name));
        let leaves = self.members.leaves().map(|leave| first(named(leave.id())));
        let votes = self.members.votes().map(|vote| first(named(vote.id())));
        let links = self.members.links().map(|link| first(named(link.id())));
        let whereabouts = self.address_book().map(|said| first(named(said.id())));
        let alerts = self.feed.alerts();
        let alerts = alerts.map(|(id, held)| (held.alert.statement().issued, named(*id)));
        let follow_ups = self.feed.follow_ups();
        let follow_ups =
            follow_ups.map(|(id, held)| (held.follow_up.statement().issued, named(*id)));
        members
            .chain(leaves)
            .chain(votes)
            .chain(links)
            .chain(whereabouts)
            .chain(alerts)
            .chain(follow_ups)
            .collect()
    }

    /// These items, as many as are here.
    pub(super) fn items_named<'a>(
        &'a self,
        names: &'a BTreeSet<ItemId>,
    ) -> impl Iterator<Item = Item> + 'a {
        let wanted = |id: StatementId| names.contains(&named(id));
        let members = self.members.named();
        let members = members
            .filter(|(name, _)| names.contains(name))
            .map(|(_, member)| Item::Member(member.clone()));
        let leaves = self.members.leaves().filter(move |l| wanted(l.id()));
        let votes = self.members.votes().filter(move |v| wanted(v.id()));
        let links = self.members.links().filter(move |link| wanted(link.id()));
        let whereabouts = self.address_book().filter(move |said| wanted(said.id()));
        let alerts = self.feed.alerts().filter(move |(id, _)| wanted(**id));
        let follow_ups = self.feed.follow_ups().filter(move |(id, _)| wanted(**id));
        members
            .chain(leaves.map(|leave| Item::Leave(leave.clone())))
            .chain(votes.map(|vote| Item::Vote(vote.clone())))
            .chain(links.map(|link| Item::Link(link.clone())))
            .chain(whereabouts.map(|said| Item::Whereabouts(said.clone())))
            .chain(alerts.map(|(_, held)| Item::Alert(held.alert.clone())))
            .chain(follow_ups.map(|(_, held)| Item::FollowUp(held.follow_up.clone())))
    }
}

fn named(id: StatementId) -> ItemId {
    ItemId::from_bytes(*id.as_bytes())
}

/// A clip was fetched by whom it was granted to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetch {
    pub(super) at: Timestamp,
    /// The keeper who says so, if it was not here.
    pub(super) from: Option<HouseholdId>,
}

#[derive(Debug)]
pub(super) struct GivenGrant {
    pub(super) parcel: Parcel,
    pub(super) delivered: bool,
    pub(super) fetched: Option<Fetch>,
    pub(super) stopped: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) struct ReceivedGrant {
    pub(super) parcel: Parcel,
}

#[derive(Debug)]
pub(super) struct OpenTicket {
    pub(super) key: TicketKey,
    pub(super) street: StreetId,
    pub(super) expires: Timestamp,
}

/// Everything that records add up to.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) streets: BTreeMap<StreetId, Street>,
    /// This household's card and devices, if there is more to know than set-up left.
    pub(super) own: Option<Member>,
    pub(super) tickets: BTreeMap<TicketId, OpenTicket>,
    pub(super) clips: BTreeMap<ClipId, Label>,
    /// Clips that stay however long the others do.
    pub(super) pinned: BTreeSet<ClipId>,
    pub(super) retention: Retention,
    /// The manifest that the next one refers to.
    pub(super) last_manifest: Option<StatementId>,
    pub(super) given: BTreeMap<StatementId, GivenGrant>,
    pub(super) received: BTreeMap<StatementId, ReceivedGrant>,
    /// Granted clips whose sealed bytes are on disk.
    pub(super) arrived: BTreeSet<ClipId>,
    /// Clips of this household's other devices whose sealed bytes are on disk.
    pub(super) copied: BTreeMap<ClipId, Shown>,
    /// Clips that are gone, but for files that are still to be removed.
    pub(super) shredding: BTreeSet<ClipId>,
    /// The ledger as others see it,
    pub(super) chain: Chain,
    /// and the head after each entry, the first at index 0.
    pub(super) heads: Vec<Signed<Head>>,
    /// Leases, and what is kept under them.
    pub(super) kept: Kept,
    /// The ends of the ledgers of this household's other devices, as they were last shown.
    pub(super) seen_ledgers: BTreeMap<DeviceId, Signed<Head>>,
    pub(super) addresses: BTreeMap<DeviceId, Vec<Address>>,
    /// Households that this one does not want to hear of.
    pub(super) muted: BTreeSet<HouseholdId>,
    /// The work that was done for our own statements in the open.
    pub(super) stamps: BTreeMap<StatementId, Stamp>,
    /// Our own knock, while we stand at a door.
    pub(super) knock: Option<Signed<Knock>>,
    pub(super) radius: Radius,
    /// Who speaks here without being of any street.
    pub(super) directory: Directory,
}

impl State {
    /// Takes one record in, made now or read back.
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Street {
                founding,
                inviter,
                joined: _,
            } => {
                let street = Street {
                    members: Members::new(&founding),
                    founding,
                    inviter,
                    epochs: BTreeMap::new(),
                    feed: Feed::default(),
                    whereabouts: BTreeMap::new(),
                };
                self.streets.entry(street.id()).or_insert(street);
            }
            Record::StreetGone(street) => {
                self.streets.remove(&street);
                self.tickets.retain(|_, ticket| ticket.street != street);
            }
            Record::Epoch { notice, key, since } => {
                if let Some(street) = self.streets.get_mut(&notice.statement().street) {
                    let topic = key.topic(notice.statement().street);
                    let epoch = Epoch {
                        notice,
                        key,
                        topic,
                        since,
                    };
                    street.epochs.insert(epoch.notice.rank(), epoch);
                }
            }
            Record::EpochGone(id) => {
                for street in self.streets.values_mut() {
                    street.epochs.retain(|_, epoch| epoch.notice.id() != id);
                }
            }
            Record::Member { street, member } => {
                self.with_members(street, |members| members.restore(*member));
            }
            Record::Leave(leave) => self.with_members(leave.statement().street, |members| {
                members.restore_leave(&leave);
            }),
            Record::Vote(vote) => self.with_members(vote.statement().street, |members| {
                members.restore_vote(&vote);
            }),
            Record::Link(link) => self.with_members(link.statement().street, |members| {
                members.restore_link(&link);
            }),
            Record::Whereabouts(said) => {
                if let Some(street) = self.streets.get_mut(&said.statement().street) {
                    let device = DeviceId::from_bytes(*said.signer().as_bytes());
                    street.whereabouts.insert(device, said);
                }
            }
            Record::Gone {
                street,
                household,
                at,
            } => self.with_members(street, |members| {
                members.depart(&Departure { household, at });
            }),
            Record::Alert {
                street,
                alert,
                author,
                received,
            } => {
                self.with_feed(street, |feed| {
                    feed.add_alert(HeldAlert {
                        alert,
                        author,
                        received,
                    });
                });
            }
            Record::FollowUp {
                street,
                follow_up,
                author,
            } => {
                self.with_feed(street, |feed| {
                    feed.add_follow_up(HeldFollowUp { follow_up, author });
                });
            }
            Record::Over(id) => {
                for street in self.streets.values_mut() {
                    street.feed.forget(id);
                    street.members.forget_link(id);
                }
                self.directory.forget_bulletin(id);
                self.stamps.remove(&id);
                self.knock.take_if(|knock| knock.id() == id);
            }
            Record::Stamp { statement, stamp } => {
                self.stamps.insert(statement, stamp);
            }
            Record::Knock(knock) => self.knock = Some(knock),
            Record::Radius(radius) => self.radius = radius,
            Record::Publisher(known) => self.directory.keep_publisher(*known),
            Record::PublisherGone(publisher) => self.directory.forget_publisher(publisher),
            Record::Bulletin {
                publisher,
                announced,
                received,
            } => self.directory.keep_bulletin(HeldBulletin {
                publisher,
                announced: *announced,
                received,
            }),
            Record::Hushed { what, hushed } => self.directory.hush(what, hushed),
            Record::AsksDomains(asks) => self.directory.ask_domains(asks),
            Record::Muted { household, muted } => {
                if muted {
                    self.muted.insert(household);
                } else {
                    self.muted.remove(&household);
                }
            }
            Record::Own(own) => self.own = Some(*own),
            Record::Ticket {
                id,
                key,
                street,
                expires,
            } => {
                self.tickets.insert(
                    id,
                    OpenTicket {
                        key,
                        street,
                        expires,
                    },
                );
            }
            Record::TicketGone(id) => {
                self.tickets.remove(&id);
            }
            Record::Clip(label) => {
                self.last_manifest = Some(label.manifest.id());
                self.clips.insert(label.manifest.statement().clip, label);
            }
            Record::Retention(retention) => self.retention = retention,
            Record::Pinned { clip, pinned } => {
                if pinned {
                    self.pinned.insert(clip);
                } else {
                    self.pinned.remove(&clip);
                }
            }
            Record::ClipGone(clip) => {
                self.clips.remove(&clip);
                self.pinned.remove(&clip);
                self.arrived.remove(&clip);
                self.copied.remove(&clip);
                self.shredding.insert(clip);
            }
            Record::Shredded(clip) => {
                self.shredding.remove(&clip);
            }
            Record::GrantGone(grant) => {
                self.given.remove(&grant);
                self.received.remove(&grant);
            }
            Record::Given(parcel) => {
                let given = GivenGrant {
                    delivered: false,
                    fetched: None,
                    stopped: None,
                    parcel,
                };
                self.given.insert(given.parcel.grant.id(), given);
            }
            Record::Delivered(grant) => self.with_given(grant, |given| given.delivered = true),
            Record::Fetched { grant, at, from } => {
                self.with_given(grant, |given| given.fetched = Some(Fetch { at, from }));
            }
            Record::Stopped { grant, at } => {
                self.with_given(grant, |given| given.stopped = Some(at));
            }
            Record::Received { parcel, at: _ } => {
                self.received
                    .insert(parcel.grant.id(), ReceivedGrant { parcel });
            }
            Record::Arrived(clip) => {
                self.arrived.insert(clip);
            }
            Record::Copied { device, label } => {
                let clip = label.manifest.statement().clip;
                self.copied.insert(clip, Shown { device, label });
            }
            Record::Ledger { entry, head } => {
                self.chain.extend([entry.bare()]);
                self.heads.push(head);
            }
            Record::LedgerSeen(head) => {
                let device = DeviceId::from_bytes(*head.signer().as_bytes());
                self.seen_ledgers.insert(device, head);
            }
            Record::Keeper(record) => self.kept.apply(record),
            Record::Addresses { device, addresses } => {
                self.addresses.insert(device, addresses);
            }
        }
    }

    /// What became a record was judged by the rules before; they are not asked again.
    fn with_members(&mut self, street: StreetId, change: impl FnOnce(&mut Members)) {
        if let Some(street) = self.streets.get_mut(&street) {
            change(&mut street.members);
        }
    }

    fn with_feed(&mut self, street: StreetId, change: impl FnOnce(&mut Feed)) {
        if let Some(street) = self.streets.get_mut(&street) {
            change(&mut street.feed);
        }
    }

    fn with_given(&mut self, grant: StatementId, change: impl FnOnce(&mut GivenGrant)) {
        if let Some(given) = self.given.get_mut(&grant) {
            change(given);
        }
    }

    /// The label of a clip of this household that is here, whichever device recorded it.
    pub(super) fn own_label(&self, clip: ClipId) -> Option<&Label> {
        let copied = || self.copied.get(&clip).map(|shown| &shown.label);
        self.clips.get(&clip).or_else(copied)
    }

    /// Header and manifest of a clip that this home can open when it is unlocked.
    pub(super) fn openable(&self, clip: ClipId) -> Option<(HeldHeader<'_>, &Signed<Manifest>)> {
        if let Some(own) = self.own_label(clip) {
            return Some((HeldHeader::Owner(&own.header), &own.manifest));
        }
        let granted = self
            .received
            .values()
            .find(|g| g.parcel.grant.statement().clip == clip)?;
        Some((
            HeldHeader::Granted(&granted.parcel.grant.statement().header),
            &granted.parcel.manifest,
        ))
    }
}
