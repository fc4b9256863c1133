//! What the engine remembers: the sum of its records, and what is only true while it runs.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{HeldHeader, Record};
use crate::alert::Alert;
use crate::clip::{ClipId, Manifest, OwnerHeader};
use crate::grant::Parcel;
use crate::identity::{DeviceId, HouseholdId, Name};
use crate::ledger::EntryHash;
use crate::signed::{Signed, StatementId};
use crate::street::{
    Address, EpochKey, Founding, Member, Members, StreetId, TicketId, TicketKey, Topic,
};
use crate::time::Timestamp;

/// One street as this home knows it.
#[derive(Debug)]
pub(super) struct Street {
    pub(super) founding: Signed<Founding>,
    pub(super) inviter: Option<HouseholdId>,
    pub(super) members: Members,
    /// Keys by number of the epoch; the last is the one to speak with.
    pub(super) epochs: BTreeMap<u32, EpochKey>,
    pub(super) alerts: BTreeMap<StatementId, HeldAlert>,
}

impl Street {
    pub(super) fn id(&self) -> StreetId {
        self.founding.street()
    }

    /// The epoch to speak in.
    pub(super) fn epoch(&self) -> Option<(u32, &EpochKey)> {
        self.epochs
            .last_key_value()
            .map(|(number, key)| (*number, key))
    }

    pub(super) fn topic(&self) -> Option<Topic> {
        self.epoch().map(|(_, key)| key.topic(self.id()))
    }
}

/// An alert that is not over.
#[derive(Debug, Clone)]
pub(super) struct HeldAlert {
    pub(super) alert: Signed<Alert>,
    pub(super) author: HouseholdId,
    pub(super) received: Timestamp,
}

#[derive(Debug)]
pub(super) struct OwnClip {
    pub(super) manifest: Signed<Manifest>,
    pub(super) header: OwnerHeader,
    pub(super) camera: Name,
}

#[derive(Debug)]
pub(super) struct GivenGrant {
    pub(super) parcel: Parcel,
    pub(super) delivered: bool,
    pub(super) fetched: Option<Timestamp>,
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
    pub(super) tickets: BTreeMap<TicketId, OpenTicket>,
    pub(super) clips: BTreeMap<ClipId, OwnClip>,
    /// The manifest that the next one refers to.
    pub(super) last_manifest: Option<StatementId>,
    pub(super) given: BTreeMap<StatementId, GivenGrant>,
    pub(super) received: BTreeMap<StatementId, ReceivedGrant>,
    /// Granted clips whose sealed bytes are on disk.
    pub(super) arrived: BTreeSet<ClipId>,
    pub(super) ledger_seq: u64,
    pub(super) ledger_hash: Option<EntryHash>,
    pub(super) addresses: BTreeMap<DeviceId, Vec<Address>>,
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
                    alerts: BTreeMap::new(),
                };
                self.streets.entry(street.id()).or_insert(street);
            }
            Record::Epoch {
                street,
                number,
                key,
            } => {
                if let Some(street) = self.streets.get_mut(&street) {
                    street.epochs.insert(number, key);
                }
            }
            Record::Member { street, member } => self.apply_member(street, &member),
            Record::Alert {
                alert,
                author,
                received,
            } => {
                if let Some(street) = self.streets.get_mut(&alert.statement().street) {
                    street.alerts.insert(
                        alert.id(),
                        HeldAlert {
                            alert,
                            author,
                            received,
                        },
                    );
                }
            }
            Record::AlertGone(id) => {
                for street in self.streets.values_mut() {
                    street.alerts.remove(&id);
                }
            }
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
            Record::Clip {
                manifest,
                header,
                camera,
            } => {
                self.last_manifest = Some(manifest.id());
                self.clips.insert(
                    manifest.statement().clip,
                    OwnClip {
                        manifest,
                        header,
                        camera,
                    },
                );
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
            Record::Fetched { grant, at } => {
                self.with_given(grant, |given| given.fetched = Some(at));
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
            Record::Ledger { entry, head: _ } => {
                self.ledger_seq = entry.seq;
                self.ledger_hash = Some(entry.hash());
            }
            Record::Addresses { device, addresses } => {
                self.addresses.insert(device, addresses);
            }
        }
    }

    /// A member that became a record was admitted by the rules; they are not asked again.
    fn apply_member(&mut self, street: StreetId, member: &Member) {
        if let Some(street) = self.streets.get_mut(&street) {
            street.members.restore(member.clone());
        }
    }

    fn with_given(&mut self, grant: StatementId, change: impl FnOnce(&mut GivenGrant)) {
        if let Some(given) = self.given.get_mut(&grant) {
            change(given);
        }
    }

    /// Header and manifest of a clip that this home can open when it is unlocked.
    pub(super) fn openable(&self, clip: ClipId) -> Option<(HeldHeader<'_>, &Signed<Manifest>)> {
        if let Some(own) = self.clips.get(&clip) {
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
