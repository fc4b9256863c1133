//! Founding a street, inviting, and entering with a ticket.

use std::time::Duration;

use super::event::{Answer, CommandId, Event, Output, Timer};
use super::failure::Failure;
use super::speaking::HearError;
use super::{Household, Joining, Pending, Record};
use crate::access::{self, Action, Party};
use crate::alert::Nonce;
use crate::cell::Cell;
use crate::identity::{DeviceId, HouseholdId, Name};
use crate::signed::Signed;
use crate::street::{
    Door, EpochKey, Founding, Item, JoinRequest, Member, Members, Refusal, StreetId, Ticket,
    TicketSecret, Vouch, Welcome,
};
use crate::time::Timestamp;
use crate::wire::limits::{
    ADDRESSES_PER_DEVICE, JOIN_FRAME, MEMBERS_PER_STREET, OPEN_TICKETS, STREETS_PER_HOUSEHOLD,
    TICKET_LIFE, TICKET_MEMBERS, WELCOME_FRAME,
};
use crate::wire::{self, Kind};

/// How long a newcomer waits for the inviter.
const JOIN_PATIENCE: Duration = Duration::from_secs(30);

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
    fn enter(
        &mut self,
        founding: Signed<Founding>,
        inviter: Option<HouseholdId>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> StreetId {
        let street = founding.street();
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
        let others = street
            .members
            .devices()
            .filter(|(device, _)| *device != self.me.device_id());
        let others = others.filter_map(|(device, _)| {
            let addresses = self.state.addresses.get(&device)?.clone();
            Some(Door { device, addresses })
        });
        let doors = std::iter::once(own)
            .chain(others)
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

    /// Starts entering a street. The command is answered when the inviter has.
    pub(super) fn join(
        &mut self,
        command: CommandId,
        ticket: Ticket,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        ticket.check(now)?;
        let inviter = ticket.doors.first().ok_or(Failure::BadWelcome)?.clone();
        if inviter.device == self.me.device_id() {
            return Err(Failure::OwnTicket);
        }
        if self.state.streets.contains_key(&ticket.street) {
            return Err(Failure::AlreadyMember);
        }
        if self.state.streets.len() >= STREETS_PER_HOUSEHOLD {
            return Err(Failure::OnAStreet);
        }
        for door in &ticket.doors {
            out.push(Output::Dial {
                device: door.device,
                addresses: door.addresses.clone(),
            });
        }
        self.joining.insert(
            command,
            Joining {
                ticket,
                asked: false,
            },
        );
        out.push(Output::SetTimer {
            at: now.after(JOIN_PATIENCE),
            timer: Timer::JoinTimeout(command),
        });
        if self.connected.contains(&inviter.device) {
            self.show_tickets(inviter.device, out);
        }
        Ok(())
    }

    /// Shows the tickets that a device gave, now that it is connected.
    pub(super) fn show_tickets(&mut self, inviter: DeviceId, out: &mut Vec<Output>) {
        let me = self.me.device_id();
        let mut requests = Vec::new();
        for (command, joining) in &mut self.joining {
            let by_inviter = joining
                .ticket
                .doors
                .first()
                .is_some_and(|door| door.device == inviter);
            if by_inviter && !joining.asked {
                joining.asked = true;
                let secret = &joining.ticket.secret;
                requests.push((*command, secret.id(), secret.key().proof(me, inviter)));
            }
        }
        for (command, ticket, proof) in requests {
            let request = JoinRequest {
                ticket,
                proof,
                card: self.me.card.clone(),
                device: self.me.cert.clone(),
                addresses: self.my_addresses(),
            };
            self.ask(
                inviter,
                Pending::Join(command),
                wire::frame(Kind::Join, &request),
                out,
            );
        }
    }

    /// Answers a newcomer.
    pub(super) fn join_request(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Vec<u8> {
        match self.try_admit_newcomer(from, bytes, now, out) {
            Ok(welcome) => wire::frame(Kind::Welcome, &welcome),
            Err(refusal) => wire::frame(Kind::Refused, &refusal),
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
        if !ticket.key.checks(&request.proof, from, self.me.device_id())
            || !access::allows(Party::Invited, Action::Join)
        {
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
        let founding = street.founding.clone();
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
        let epoch = self
            .epoch_parcel(street_id, from)
            .ok_or(Refusal::NotValid)?;
        let street = self.state.streets.get(&street_id);
        let members = street.map(|s| s.members.everybody().cloned().collect());
        Ok(Welcome {
            founding,
            epoch,
            inviter: self.me.household(),
            members: members.unwrap_or_default(),
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
            self.promote(street, member, now, out);
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
        self.promote(street, told, now, out);
        Ok(())
    }

    /// Enters the street that the inviter opened, or says why not.
    pub(super) fn join_answered(
        &mut self,
        command: CommandId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(joining) = self.joining.remove(&command) else {
            return;
        };
        let answer = match bytes {
            None => Err(Failure::InviterAway),
            Some(bytes) => self.take_welcome(&joining.ticket, bytes, now, out),
        };
        out.push(Output::Answer(command, answer));
    }

    fn take_welcome(
        &mut self,
        ticket: &Ticket,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let welcome: Welcome = match wire::unframe(Kind::Welcome, bytes, WELCOME_FRAME) {
            Ok(welcome) => welcome,
            Err(_) => {
                return Err(wire::unframe::<Refusal>(Kind::Refused, bytes, JOIN_FRAME)
                    .ok()
                    .into());
            }
        };
        let street = welcome.founding.street();
        if street != ticket.street {
            return Err(Failure::BadWelcome);
        }
        let Welcome { epoch, members, .. } = welcome;
        let key = self
            .me
            .sealing
            .open(&epoch.key, 32)
            .map_err(|_| Failure::BadWelcome)?;
        let key = EpochKey::from_slice(&key).ok_or(Failure::BadWelcome)?;

        // Check before anything is kept: the members must stand on each other, and we among them.
        let mut proven = Members::new(&welcome.founding);
        proven.admit_all(&members);
        let inviter = ticket
            .doors
            .first()
            .and_then(|door| proven.household_of(door.device));
        let notice = epoch.notice.statement();
        let holds = proven.get(self.me.household()).is_some()
            && inviter == Some(welcome.inviter)
            && notice.street == street
            && notice.commit == key.commit();
        if !holds {
            return Err(Failure::BadWelcome);
        }
        let number = notice.number;
        self.enter(welcome.founding, inviter, now, out);
        self.admit(street, &members, now, out);
        self.take_items(street, epoch.reasons, now, out);
        self.begin_epoch(epoch.notice, key, now, out);
        self.announce(street, now, out);
        for door in &ticket.doors {
            let mut addresses = door.addresses.clone();
            addresses.truncate(ADDRESSES_PER_DEVICE);
            self.store(
                Record::Addresses {
                    device: door.device,
                    addresses,
                },
                out,
            );
        }
        for device in self.connected_members(street) {
            self.greet(device, now, out);
        }
        Ok(Answer::Street {
            street,
            inviter,
            epoch: number,
        })
    }

    /// Answers a newcomer's command when the inviter did not.
    pub(super) fn give_up_joining(&mut self, command: CommandId, out: &mut Vec<Output>) {
        if self.joining.remove(&command).is_some() {
            out.push(Output::Answer(command, Err(Failure::InviterAway)));
        }
    }
}

fn keep_member(street: StreetId, member: &Member, out: &mut Vec<Output>) {
    let household = member.household();
    let member = Box::new(member.clone());
    out.push(Output::Store(Box::new(Record::Member { street, member })));
    out.push(Output::Emit(Event::Member { household }));
}
