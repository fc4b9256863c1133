//! Entering a street: with a ticket, or as a member who comes back. The side of whoever stands outside.
//!
//! What the other side answers is checked before anything of it is kept: its members must stand on each other by the
//! rules of every home, this device among them.

use std::time::Duration;

use super::event::{Answer, CommandId, Output, Timer};
use super::failure::Failure;
use super::{Household, Pending, Record};
use crate::identity::DeviceId;
use crate::street::{
    Crowded, Door, EpochKey, JoinRequest, Members, Refusal, ReturnRequest, Ticket, Welcome,
};
use crate::time::Timestamp;
use crate::wire::limits::{
    ADDRESSES_PER_DEVICE, JOIN_FRAME, STREETS_PER_HOUSEHOLD, WELCOME_DOORS, WELCOME_FRAME,
};
use crate::wire::{self, Kind};

/// How long whoever enters waits for the home that lets it in.
const JOIN_PATIENCE: Duration = Duration::from_secs(30);
/// How often it asks again when the connection ended before an answer came. The first one is easily lost: two homes that
/// dial each other give one of two connections up, and a home that finds another just restarted begins anew with it.
const ASKS_AGAIN: u8 = 3;

/// Entering in progress.
#[derive(Debug)]
pub(super) struct Entering {
    pass: Pass,
    asked: bool,
    /// How many answers were lost on the way.
    lost: u8,
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
        Self {
            pass,
            asked: false,
            lost: 0,
        }
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
            Self::Membership(_) => Failure::DoorAway,
        }
    }
}

impl Household {
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
        self.entering.insert(command, entering);
        out.push(Output::SetTimer {
            at: now.after(JOIN_PATIENCE),
            timer: Timer::GiveUp(command),
        });
        self.go_to_the_door(command, out);
    }

    /// Looks for the homes behind the doors of one pass, and shows it at once if the first is connected.
    fn go_to_the_door(&mut self, command: CommandId, out: &mut Vec<Output>) {
        let Some(entering) = self.entering.get(&command) else {
            return;
        };
        let doors = entering.pass.doors();
        out.extend(doors.iter().map(|door| Output::Dial {
            device: door.device,
            addresses: door.addresses.clone(),
        }));
        let first = doors.first().map(|door| door.device);
        if let Some(device) = first.filter(|device| self.connected.contains(device)) {
            self.show_passes(device, out);
        }
    }

    /// Shows what we want to enter with to the device that can let us in, now that it is connected. If it was another one,
    /// the way to that device may lead through it, and is tried again.
    pub(super) fn show_passes(&mut self, to: DeviceId, out: &mut Vec<Output>) {
        let me = self.me.device_id();
        let (card, device) = (self.me.card.clone(), self.me.cert.clone());
        let addresses = self.my_addresses();
        let ended = self.ended_devices();
        let mut requests = Vec::new();
        for (command, entering) in &mut self.entering {
            let Some(first) = entering.pass.doors().first() else {
                continue;
            };
            if entering.asked {
                continue;
            }
            if first.device != to {
                out.push(Output::Dial {
                    device: first.device,
                    addresses: first.addresses.clone(),
                });
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
                        ended: ended.clone(),
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

    /// Enters the street that the inviter opened, says why not, or asks again if the answer was lost.
    pub(super) fn join_answered(
        &mut self,
        command: CommandId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(mut entering) = self.entering.remove(&command) else {
            return;
        };
        let answer = match bytes {
            None if entering.lost < ASKS_AGAIN => {
                entering.lost += 1;
                entering.asked = false;
                self.entering.insert(command, entering);
                return self.go_to_the_door(command, out);
            }
            None => Err(entering.pass.unanswered()),
            Some(bytes) => self.take_welcome(&entering.pass, bytes, now, out),
        };
        // The ticket may have been used up by what was asked first, whose answer was lost: then this home is a member.
        if let (Err(Failure::Refused(Refusal::NotValid)), 1.., Pass::Ticket(ticket)) =
            (&answer, entering.lost, &entering.pass)
            && let Some(door) = ticket.doors.first()
        {
            let again = Entering::with(Pass::Membership(door.clone()));
            self.entering.insert(command, again);
            return self.go_to_the_door(command, out);
        }
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
            Err(_) => return Err(self.not_let_in(bytes)),
        };
        let street = welcome.founding.street();
        if matches!(pass, Pass::Ticket(ticket) if ticket.street != street) {
            return Err(Failure::BadWelcome);
        }
        let Welcome {
            epoch,
            members,
            doors,
            ..
        } = welcome;
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
            && doors.len() <= WELCOME_DOORS
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
        let told = doors.into_iter().filter(|door| self.is_member(door.device));
        let told: Vec<_> = told.chain(pass.doors().iter().cloned()).collect();
        for Door {
            device,
            mut addresses,
        } in told
        {
            addresses.truncate(ADDRESSES_PER_DEVICE);
            self.store(Record::Addresses { device, addresses }, out);
        }
        self.redial(now, out);
        for device in self.connected_members(street) {
            self.greet(device, now, out);
        }
        Ok(Answer::Street {
            street,
            inviter,
            epoch: number,
        })
    }

    /// Why the other home did not let us in.
    fn not_let_in(&mut self, bytes: &[u8]) -> Failure {
        if let Ok(Crowded { devices }) = wire::unframe(Kind::Crowded, bytes, JOIN_FRAME) {
            self.told_of_own(devices);
            return Failure::Crowded;
        }
        let refusal = wire::unframe::<Refusal>(Kind::Refused, bytes, JOIN_FRAME);
        refusal.ok().into()
    }

    /// Answers whoever wants to enter when the home that was asked did not.
    pub(super) fn give_up_joining(&mut self, command: CommandId, out: &mut Vec<Output>) {
        if let Some(Entering { pass, .. }) = self.entering.remove(&command) {
            out.push(Output::Answer(command, Err(pass.unanswered())));
        }
    }
}
