//! Who gets sealed bytes from this home: a grantee with his ticket, a keeper what it should keep, an owner his own, and
//! this household's other devices, if they may grant.

use super::event::{Answer, Output};
use super::{Household, Record};
use crate::access::{self, Action, Party};
use crate::clip::ClipId;
use crate::fetch::{FetchRequest, Right};
use crate::grant::FetchTicket;
use crate::identity::{DeviceId, HouseholdId, Role};
use crate::keeper::SealedLabel;
use crate::signed::{Signed, StatementId};
use crate::time::Timestamp;

/// Where sealed bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among this household's clips.
    Own,
    /// Among those that are kept for a neighbour. Its label is beside them.
    KeptFor(HouseholdId),
}

/// By what a grantee is served. Told back with [`Command::Served`](super::Command::Served) when all was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServedBy {
    /// A grant of this household.
    Grant(StatementId),
    /// A ticket of a neighbour whose clip is kept here.
    Ticket {
        /// Whose clip it is.
        owner: HouseholdId,
        /// The ticket.
        ticket: StatementId,
    },
}

/// What a request entitles its bearer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// The clip.
    pub clip: ClipId,
    /// Length of its sealed bytes.
    pub sealed_len: u64,
    /// Where they are.
    pub place: Place,
    /// What a grantee is served by; nothing for a keeper or an owner.
    pub by: Option<ServedBy>,
    /// The label for a keeper.
    pub label: Option<SealedLabel>,
}

/// Why sealed bytes are not served. Said to nobody outside; a stranger learns only that there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unserved {
    /// The ticket is not ours, or not signed by a device that may grant.
    #[error("ticket is not by this household")]
    NotOurs,
    /// The ticket is not in our ledger, or not in what is pinned of its household's.
    #[error("ticket is not in the ledger")]
    NotInLedger,
    /// The device is not the grantee's, or not one of this household that may grant.
    #[error("this is for another household")]
    OtherHousehold,
    /// Stopped or over.
    #[error("grant was stopped or is over")]
    Over,
    /// There is no lease under which this could be asked for.
    #[error("there is no lease for this")]
    NoLease,
    /// The clip is not here, or should not be there.
    #[error("clip is not here, or not for this keeper")]
    NotHere,
}

impl Household {
    /// Whether sealed bytes may be served to a device.
    ///
    /// # Errors
    /// [`Unserved`].
    pub fn may_fetch(
        &self,
        from: DeviceId,
        request: &FetchRequest,
        now: Timestamp,
    ) -> Result<Permit, Unserved> {
        let action = Action::fetched(&request.right);
        let by_ticket = matches!(request.right, Right::Ticket(_));
        // Whoever shows a ticket becomes a grantee by it, and by nothing else.
        if !by_ticket && !self.may(from, action) {
            return Err(match request.right {
                Right::Device(_) => Unserved::OtherHousehold,
                _ => Unserved::NoLease,
            });
        }
        match &request.right {
            Right::Ticket(ticket) if ticket.statement().from == self.me.household() => {
                self.to_grantee(from, ticket, now)
            }
            Right::Ticket(ticket) => self.to_grantee_of(from, ticket, now),
            Right::Keeper(clip) => self.to_keeper(from, *clip, now),
            Right::Owner(clip) => self.to_owner(from, *clip),
            Right::Device(clip) => self.to_sibling(*clip),
        }
    }

    /// A grantee got all of a clip.
    pub(super) fn served(&mut self, by: ServedBy, now: Timestamp, out: &mut Vec<Output>) -> Answer {
        match by {
            ServedBy::Grant(grant) => {
                let (at, from) = (now, None);
                self.store(Record::Fetched { grant, at, from }, out);
                self.tell_of_grant(grant, out);
            }
            ServedBy::Ticket { owner, ticket } => self.served_for(owner, ticket, now, out),
        }
        Answer::Done
    }

    /// An own clip, to whom it was granted.
    fn to_grantee(
        &self,
        from: DeviceId,
        ticket: &Signed<FetchTicket>,
        now: Timestamp,
    ) -> Result<Permit, Unserved> {
        if !self.is_own(ticket.signer(), Role::Grant) {
            return Err(Unserved::NotOurs);
        }
        let id = ticket.id();
        let mut given = self.state.given.iter();
        let (grant, given) = given
            .find(|(_, g)| g.parcel.ticket.id() == id)
            .ok_or(Unserved::NotInLedger)?;
        self.is_for(from, ticket, now)?;
        if given.stopped.is_some() {
            return Err(Unserved::Over);
        }
        Ok(Permit {
            clip: ticket.statement().clip,
            sealed_len: given.parcel.manifest.statement().sealed_len,
            place: Place::Own,
            by: Some(ServedBy::Grant(*grant)),
            label: None,
        })
    }

    /// A neighbour's clip that is kept here, to whom the neighbour granted it: only with a ticket that stands in the
    /// chain that is pinned of the neighbour's ledger, at its number, and was not ended there.
    fn to_grantee_of(
        &self,
        from: DeviceId,
        ticket: &Signed<FetchTicket>,
        now: Timestamp,
    ) -> Result<Permit, Unserved> {
        let said = ticket.statement();
        let held = self.state.kept.owners.get(&said.from);
        let held = held.ok_or(Unserved::NoLease)?;
        let mut streets = self.state.streets.values();
        let by_owner = streets.any(|street| street.members.speaker(ticket) == Ok(said.from));
        if !by_owner {
            return Err(Unserved::NotOurs);
        }
        if !held.chain.serves(ticket.id(), said.seq) {
            return Err(Unserved::NotInLedger);
        }
        self.is_for(from, ticket, now)?;
        // What its owner let go of is for the owner only.
        if held.let_go.contains_key(&said.clip) {
            return Err(Unserved::NotHere);
        }
        let (owner, ticket) = (said.from, ticket.id());
        let by = Some(ServedBy::Ticket { owner, ticket });
        Ok(Permit {
            by,
            ..self.kept_clip(owner, said.clip)?
        })
    }

    fn is_for(
        &self,
        from: DeviceId,
        ticket: &Signed<FetchTicket>,
        now: Timestamp,
    ) -> Result<(), Unserved> {
        if self.neighbour(from) != Some(ticket.statement().to)
            || !access::allows(Party::Grantee, Action::FetchSealed)
        {
            return Err(Unserved::OtherHousehold);
        }
        if ticket.statement().until <= now {
            return Err(Unserved::Over);
        }
        Ok(())
    }

    /// An own clip, to a keeper who should hold it.
    fn to_keeper(&self, from: DeviceId, clip: ClipId, now: Timestamp) -> Result<Permit, Unserved> {
        let keeper = self.neighbour(from).ok_or(Unserved::NoLease)?;
        let known = self.state.kept.keepers.get(&keeper);
        let lease = &known.ok_or(Unserved::NoLease)?.lease;
        if lease.statement().until <= now {
            return Err(Unserved::NoLease);
        }
        let own = self.state.clips.get(&clip).ok_or(Unserved::NotHere)?;
        if !self.should_hold(keeper, clip) {
            return Err(Unserved::NotHere);
        }
        let label = SealedLabel::seal(own, &self.me.owners());
        Ok(Permit {
            clip,
            sealed_len: own.manifest.statement().sealed_len,
            place: Place::Own,
            by: None,
            label: Some(label.map_err(|_| Unserved::NotHere)?),
        })
    }

    /// A neighbour's clip that is kept here, back to the neighbour.
    fn to_owner(&self, from: DeviceId, clip: ClipId) -> Result<Permit, Unserved> {
        let owner = self.neighbour(from).ok_or(Unserved::NoLease)?;
        self.kept_clip(owner, clip)
    }

    /// An own clip, to another device of this household.
    fn to_sibling(&self, clip: ClipId) -> Result<Permit, Unserved> {
        let own = self.state.clips.get(&clip).ok_or(Unserved::NotHere)?;
        Ok(Permit {
            clip,
            sealed_len: own.manifest.statement().sealed_len,
            place: Place::Own,
            by: None,
            label: None,
        })
    }

    fn kept_clip(&self, owner: HouseholdId, clip: ClipId) -> Result<Permit, Unserved> {
        let held = self.state.kept.owners.get(&owner);
        let kept = held.ok_or(Unserved::NoLease)?.clips.get(&clip);
        let kept = kept.filter(|kept| kept.here).ok_or(Unserved::NotHere)?;
        Ok(Permit {
            clip,
            sealed_len: kept.sealed_len,
            place: Place::KeptFor(owner),
            by: None,
            label: None,
        })
    }
}
