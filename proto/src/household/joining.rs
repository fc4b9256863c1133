//! Founding a street, inviting, and entering: with a ticket, or as a member who comes back.

use std::time::Duration;

use super::event::{Answer, CommandId, Event, Output, Timer};
use super::failure::Failure;
use super::speaking::HearError;
use super::{Household, Pending, Record};
use crate::access::{self, Action, Party};
use crate::alert::Nonce;
use crate::cell::Cell;
use crate::identity::{DeviceId, HouseholdId, Name};
use crate::signed::Signed;
use crate::street::{
    Door, EpochKey, Founding, Item, JoinRequest, Member, Members, Refusal, ReturnRequest, StreetId,
    Ticket, TicketSecret, Vouch, Welcome,
};
use crate::time::Timestamp;
use crate::wire::limits::{
    ADDRESSES_PER_DEVICE, JOIN_FRAME, MEMBERS_PER_STREET, OPEN_TICKETS, STREETS_PER_HOUSEHOLD,
    TICKET_LIFE, TICKET_MEMBERS, WELCOME_FRAME,
};
use crate::wire::{self, Kind};

/// How long whoever enters waits for the home that lets it in.
const JOIN_PATIENCE: Duration = Duration::from_secs(30);

/// Entering in progress.
#[derive(Debug)]
pub(super) struct Entering {
    pass: Pass,
    asked: bool,
}

/// What somebody enters with.
#[derive(Debug)]
pub(super) enum Pass {
    /// A ticket.
    Ticket(Ticket),
    /// Being a member, shown to this device.
    Membership(Door),
}

impl Entering {
    pub(super) const fn with(pass: Pass) -> Self {
        Self { pass, asked: false }
    }
}

impl Pass {
    /// Where to knock; who is asked comes first.
    fn doors(&self) -> &[Door] {
        match self {
            Self::Ticket(ticket) => &ticket.doors,
            Self::Membership(door) => std::slice::from_ref(door),
        }
    }

    /// Why it came to nothing, if the home that was asked did not answer.
    const fn unanswered(&self) -> Failure {
        match self {
            Self::Ticket(_) => Failure::InviterAway,
            Self::Membership(_) => Failure::NeighbourAway,
        }
    }
}

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
        self.enter_by(command, Entering::with(Pass::Ticket(ticket)), now, out);
        Ok(())
    }

    /// Looks for the homes behind the doors, and asks the first.
    pub(super) fn enter_by(
        &mut self,
        command: CommandId,
        entering: Entering,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let doors = entering.pass.doors().to_vec();
        for door in &doors {
            out.push(Output::Dial {
                device: door.device,
                addresses: door.addresses.clone(),
            });
        }
        self.entering.insert(command, entering);
        out.push(Output::SetTimer {
            at: now.after(JOIN_PATIENCE),
            timer: Timer::JoinTimeout(command),
        });
        let first = doors.first().map(|door| door.device);
        if let Some(device) = first.filter(|device| self.connected.contains(device)) {
            self.show_passes(device, out);
        }
    }

    /// Shows what we want to enter with to the device that can let us in, now that it is connected.
    pub(super) fn show_passes(&mut self, to: DeviceId, out: &mut Vec<Output>) {
        let me = self.me.device_id();
        let (card, device) = (self.me.card.clone(), self.me.cert.clone());
        let addresses = self.my_addresses();
        let mut requests = Vec::new();
        for (command, entering) in &mut self.entering {
            let first = entering.pass.doors().first();
            if entering.asked || first.is_none_or(|door| door.device != to) {
                continue;
            }
            entering.asked = true;
            let (card, device, addresses) = (card.clone(), device.clone(), addresses.clone());
            let frame = match &entering.pass {
                Pass::Ticket(ticket) => {
                    let request = JoinRequest {
                        ticket: ticket.secret.id(),
                        proof: ticket.secret.key().proof(me, to),
                        card,
                        device,
                        addresses,
                    };
                    wire::frame(Kind::Join, &request)
                }
                Pass::Membership(_) => {
                    let request = ReturnRequest {
                        card,
                        device,
                        addresses,
                    };
                    wire::frame(Kind::Return, &request)
                }
            };
            requests.push((*command, frame));
        }
        for (command, frame) in requests {
            self.ask(to, Pending::Join(command), frame, out);
        }
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
            self.try_admit_newcomer(from, bytes, now, out)
        };
        match entered {
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
        Some(Welcome {
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
            self.hear_of_own(street, out);
        }
        let removed = member.devices.iter().any(|c| c.statement().ended.is_some());
        if removed {
            self.plan_epoch(street, now, out);
        }
    }

    /// Enters the street that the inviter opened, or says why not.
    pub(super) fn join_answered(
        &mut self,
        command: CommandId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(Entering { pass, .. }) = self.entering.remove(&command) else {
            return;
        };
        let answer = match bytes {
            None => Err(pass.unanswered()),
            Some(bytes) => self.take_welcome(&pass, bytes, now, out),
        };
        out.push(Output::Answer(command, answer));
    }

    fn take_welcome(
        &mut self,
        pass: &Pass,
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
        if matches!(pass, Pass::Ticket(ticket) if ticket.street != street) {
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
        let inviter = pass.doors().first();
        let inviter = inviter.and_then(|door| proven.household_of(door.device));
        let notice = epoch.notice.statement();
        let holds = proven.household_of(self.me.device_id()) == Some(self.me.household())
            && inviter == Some(welcome.inviter)
            && notice.street == street
            && notice.commit == key.commit();
        if !holds {
            return Err(Failure::BadWelcome);
        }
        let number = notice.number;
        let vouched = match pass {
            Pass::Ticket(_) => inviter,
            Pass::Membership(_) => {
                let vouches = proven.get(self.me.household()).map(|me| &me.vouches);
                let first = vouches.and_then(|v| v.iter().min_by_key(|v| v.statement().issued));
                first.map(|vouch| vouch.statement().by)
            }
        };
        self.enter(welcome.founding, vouched, now, out);
        self.admit(street, &members, now, out);
        self.take_items(street, epoch.reasons, now, out);
        self.begin_epoch(epoch.notice, key, now, out);
        self.announce(street, now, out);
        for door in pass.doors() {
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

    /// Answers whoever wants to enter when the home that was asked did not.
    pub(super) fn give_up_joining(&mut self, command: CommandId, out: &mut Vec<Output>) {
        if let Some(Entering { pass, .. }) = self.entering.remove(&command) {
            out.push(Output::Answer(command, Err(pass.unanswered())));
        }
    }
}

fn keep_member(street: StreetId, member: &Member, out: &mut Vec<Output>) {
    let household = member.household();
    let member = Box::new(member.clone());
    out.push(Output::Store(Box::new(Record::Member { street, member })));
    out.push(Output::Emit(Event::Member { household }));
}
