//! Founding a street, inviting, and letting in: whoever has a ticket, or is a member who comes back.

use std::time::Duration;

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::returning::NotBack;
use super::speaking::HearError;
use super::state::Street;
use super::{Household, Record};
use crate::access::{self, Action, Party};
use crate::alert::Nonce;
use crate::cell::Cell;
use crate::identity::{DeviceId, HouseholdId, Name};
use crate::signed::Signed;
use crate::street::{
    Door, Founding, Item, JoinRequest, Member, Refusal, StreetId, Ticket, TicketSecret, Vouch,
    Welcome,
};
use crate::time::Timestamp;
use crate::wire::limits::{
    ADDRESSES_PER_DEVICE, JOIN_FRAME, MEMBERS_PER_STREET, OPEN_TICKETS, STREETS_PER_HOUSEHOLD,
    TICKET_LIFE, TICKET_MEMBERS, WELCOME_DOORS,
};
use crate::wire::{self, Kind};

impl Household {
    /// Founds a street of one household.
    pub(super) fn found(
        &mut self,
        name: Name,
        cell: Cell,
        urgent_per_hour: u8,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if self.state.streets.len() >= STREETS_PER_HOUSEHOLD {
            return Err(Failure::OnAStreet);
        }
        let nonce = Nonce::from_bytes(self.random());
        let founding = self.sign(Founding {
            founder: self.me.household(),
            name,
            cell,
            founded: now,
            nonce,
            urgent_per_hour,
        });
        let street = self.enter(founding, None, now, out);
        let me = self.my_member();
        self.admit(street, &[me], now, out);
        self.make_epoch(street, now, out);
        self.announce(street, now, out);
        Ok(Answer::Street {
            street,
            inviter: None,
            epoch: 1,
        })
    }

    /// Keeps a street.
    pub(super) fn enter(
        &mut self,
        founding: Signed<Founding>,
        inviter: Option<HouseholdId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> StreetId {
        let street = founding.street();
        self.farewells.remove(&street);
        self.stop_knocking(out);
        self.store(
            Record::Street {
                founding,
                inviter,
                joined: now,
            },
            out,
        );
        self.listen(out);
        self.plan_whereabouts(now, out);
        street
    }

    /// Makes a one-time ticket.
    pub(super) fn invite(
        &mut self,
        street: Option<StreetId>,
        life: Duration,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let secret = TicketSecret::generate(&mut self.rng);
        let street = self.street(street)?;
        self.not_new(street.id())?;
        if self.state.tickets.len() >= OPEN_TICKETS {
            return Err(Failure::TooMany("open tickets"));
        }
        let own = Door {
            device: self.me.device_id(),
            addresses: self.my_addresses(),
        };
        let doors = std::iter::once(own)
            .chain(self.doors(street))
            .take(TICKET_MEMBERS)
            .collect();
        let ticket = Ticket {
            street: street.id(),
            name: street.founding.statement().name.clone(),
            expires: now.after(life.min(TICKET_LIFE)),
            doors,
            secret,
        };
        let (id, key) = (ticket.secret.id(), ticket.secret.key());
        self.store(
            Record::Ticket {
                id,
                key,
                street: ticket.street,
                expires: ticket.expires,
            },
            out,
        );
        Ok(Answer::Ticket(Box::new(ticket)))
    }

    /// Where the other members of a street can be reached, as far as is known: those first that are here.
    fn doors(&self, street: &Street) -> Vec<Door> {
        let others = street.members.devices().map(|(device, _)| device);
        let others = others.filter(|device| *device != self.me.device_id());
        let doors = others.filter_map(|device| {
            let addresses = self.told_addresses_of(device)?;
            Some(Door { device, addresses })
        });
        let mut doors: Vec<_> = doors.collect();
        doors.sort_by_key(|door| !self.connected.contains(&door.device));
        doors
    }

    /// Answers a newcomer, or a member who comes back.
    pub(super) fn join_request(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Vec<u8> {
        let back = matches!(wire::open_frame(bytes, JOIN_FRAME), Ok((kind, _)) if kind == Kind::Return as u8);
        let entered = if back {
            self.try_let_back(from, bytes, now, out)
        } else {
            let newcomer = self.try_admit_newcomer(from, bytes, now, out);
            newcomer.map_err(NotBack::Refused)
        };
        match entered {
            Ok(welcome) => wire::frame(Kind::Welcome, &welcome),
            Err(NotBack::Refused(refusal)) => wire::frame(Kind::Refused, &refusal),
            Err(NotBack::Crowded(crowded)) => wire::frame(Kind::Crowded, &crowded),
        }
    }

    fn try_admit_newcomer(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Welcome, Refusal> {
        let request: JoinRequest =
            wire::unframe(Kind::Join, bytes, JOIN_FRAME).map_err(|_| Refusal::NotValid)?;
        let ticket = self
            .state
            .tickets
            .get(&request.ticket)
            .ok_or(Refusal::NotValid)?;
        let party = match ticket.key.checks(&request.proof, from, self.me.device_id()) {
            true => Party::Invited,
            false => Party::Stranger,
        };
        if !access::allows(party, Action::Join) {
            return Err(Refusal::NotValid);
        }
        if ticket.expires <= now {
            return Err(Refusal::Expired);
        }
        let street_id = ticket.street;
        let household = request.card.statement().household;
        let device = request.device.statement();
        if !request.card.by_its_root()
            || !request.device.by_its_root()
            || device.household != household
            || device.device != from
            || device.ended.is_some()
            || household == self.me.household()
        {
            return Err(Refusal::Card);
        }
        let street = self
            .state
            .streets
            .get(&street_id)
            .ok_or(Refusal::NotValid)?;
        if street.members.len() >= MEMBERS_PER_STREET {
            return Err(Refusal::Full);
        }
        let vouch = self.sign(Vouch {
            street: street_id,
            by: self.me.household(),
            household,
            issued: now,
        });
        let member = Member {
            card: request.card,
            devices: vec![request.device],
            vouches: vec![vouch],
            pseudonym: None,
        };

        // Used up before the answer leaves: a ticket admits once, also through a crash.
        self.store(Record::TicketGone(request.ticket), out);
        let mut addresses = request.addresses;
        addresses.truncate(ADDRESSES_PER_DEVICE);
        self.store(
            Record::Addresses {
                device: from,
                addresses,
            },
            out,
        );
        let fresh = self.admit(street_id, &[member], now, out);
        for member in fresh {
            self.tell(street_id, Item::Member(member), out);
        }
        self.welcome(street_id, from).ok_or(Refusal::NotValid)
    }

    /// A street as its members know it, for one device of theirs.
    pub(super) fn welcome(&self, street: StreetId, device: DeviceId) -> Option<Welcome> {
        let held = self.state.streets.get(&street)?;
        let mut doors = self.doors(held);
        doors.retain(|door| door.device != device);
        doors.truncate(WELCOME_DOORS);
        Some(Welcome {
            doors,
            founding: held.founding.clone(),
            epoch: self.epoch_parcel(street, device)?,
            inviter: self.me.household(),
            members: held.members.everybody().cloned().collect(),
        })
    }

    /// Takes members in by the rules, and tells. Returns those that brought news.
    pub(super) fn admit(
        &mut self,
        street: StreetId,
        told: &[Member],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Vec<Member> {
        let Some(held) = self.state.streets.get_mut(&street) else {
            return Vec::new();
        };
        let fresh = held.members.admit_all(told);
        for member in &fresh {
            keep_member(street, member, out);
        }
        for member in &fresh {
            self.heard_about(street, member, now, out);
        }
        fresh
    }

    /// Takes one member in by the rules, or says why not.
    pub(super) fn admit_one(
        &mut self,
        street: StreetId,
        told: &Member,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), HearError> {
        let held = self.held_mut(street)?;
        if !held.members.admit(told)? {
            return Err(HearError::Known);
        }
        if let Some(member) = held.members.get(told.household()) {
            keep_member(street, member, out);
        }
        self.heard_about(street, told, now, out);
        Ok(())
    }

    /// What follows from news about a household.
    fn heard_about(
        &mut self,
        street: StreetId,
        member: &Member,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.promote(street, member, now, out);
        if member.household() == self.me.household() {
            self.hear_of_own(street, now, out);
        }
        let removed = member.devices.iter().any(|c| c.statement().ended.is_some());
        if removed {
            self.plan_epoch(street, now, out);
        }
        self.save_what_was_let_go(out);
    }
}

fn keep_member(street: StreetId, member: &Member, out: &mut Vec<Output>) {
    let household = member.household();
    let member = Box::new(member.clone());
    out.push(Output::Store(Box::new(Record::Member { street, member })));
    out.push(Output::Emit(Event::Member { household }));
}
