//! Granting a clip that another device of this household recorded: both sides of it.
//!
//! The device that recorded keeps the ledger, because it is the one that serves: an entry is durable there before
//! anything is delivered (promise P7), whoever approved. The approver remembers the end of each ledger that it was shown
//! and takes only one that goes on from there, so that a box which was tampered with cannot make it forget an entry.

use std::collections::VecDeque;

use minicbor::bytes::ByteVec;

use super::event::{Answer, CommandId, Event, Output};
use super::failure::Failure;
use super::{Household, Pending, Record};
use crate::access::Action;
use crate::approval::{Approved, Decline, DeviceMessage, Shown, Want};
use crate::clip::{ClipId, Label};
use crate::grant::{FetchTicket, Grant, Parcel, Purpose};
use crate::identity::{DeviceId, HouseholdId, Role};
use crate::ledger::{Act, EntryHash, follow};
use crate::recipient::Recipient;
use crate::signed::{PublicKey, Signed, StatementId};
use crate::time::Timestamp;
use crate::wire::limits::{DIRECT_FRAME, SHOWN_ENTRIES};
use crate::wire::{self, Kind};

/// How often a grant is tried again because something else was logged at the same time.
const TRIES: u8 = 4;
/// Answers in which one ledger is shown at most: a million entries. A box that was tampered with could go on for ever.
const ROUNDS: u16 = 512;

/// A grant that waits for the device that recorded its clip.
#[derive(Debug)]
pub(super) struct Approving {
    clip: ClipId,
    to: HouseholdId,
    purpose: Purpose,
    until: Timestamp,
    /// Devices that may have the clip; the first is being asked.
    devices: VecDeque<DeviceId>,
    /// How far the ledger of the first was shown by now.
    seen: (u64, EntryHash),
    /// In how many answers.
    rounds: u16,
    tries: u8,
    /// What was handed in, until it is logged.
    handed_in: Option<(StatementId, u64)>,
}

impl Household {
    /// Starts granting a clip that is not here, through whichever of our devices recorded it.
    pub(super) fn approve(
        &mut self,
        command: CommandId,
        clip: ClipId,
        to: HouseholdId,
        purpose: Purpose,
        until: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        let devices: VecDeque<_> = self
            .connected
            .iter()
            .copied()
            .filter(|device| {
                let sibling = self.sibling(*device);
                sibling.is_some_and(|cert| cert.roles.has(Role::Record))
            })
            .collect();
        if devices.is_empty() {
            return Err(match self.of_siblings().contains_key(&clip) {
                true => Failure::DeviceAway,
                false => self.not_ours(clip),
            });
        }
        if self.reading.is_none() {
            return Err(Failure::Locked);
        }
        let approving = Approving {
            clip,
            to,
            purpose,
            until,
            devices,
            seen: (0, EntryHash::START),
            rounds: 0,
            tries: 0,
            handed_in: None,
        };
        self.approving.insert(command, approving);
        self.want_from_first(command, out);
        Ok(())
    }

    /// Asks the device whose turn it is, from where its ledger was last seen.
    fn want_from_first(&mut self, command: CommandId, out: &mut Vec<Output>) {
        let Some(approving) = self.approving.get_mut(&command) else {
            return;
        };
        let Some(device) = approving.devices.front().copied() else {
            self.approving.remove(&command);
            out.push(Output::Answer(command, Err(Failure::Unknown("clip"))));
            return;
        };
        let seen = self.state.seen_ledgers.get(&device);
        let seen = seen.map(Signed::statement);
        approving.rounds = 0;
        approving.seen = seen.map_or((0, EntryHash::START), |head| (head.seq, head.hash));
        self.want(command, device, out);
    }

    fn want(&mut self, command: CommandId, device: DeviceId, out: &mut Vec<Output>) {
        let Some(approving) = self.approving.get(&command) else {
            return;
        };
        let (seq, hash) = approving.seen;
        let want = Want {
            clip: approving.clip,
            seq,
            hash,
        };
        self.say_to_device(command, device, &DeviceMessage::Want(want), out);
    }

    fn say_to_device(
        &mut self,
        command: CommandId,
        device: DeviceId,
        message: &DeviceMessage,
        out: &mut Vec<Output>,
    ) {
        match self.sealed_to_sibling(device, message) {
            Some(frame) => self.ask(device, Pending::Device(command, device), frame, out),
            None => self.device_failed(command, Failure::DeviceAway, out),
        }
    }

    /// Goes on with a grant after the other device has answered.
    pub(super) fn device_answered(
        &mut self,
        command: CommandId,
        device: DeviceId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        match bytes.and_then(|bytes| self.opened_from_device(bytes)) {
            Some(DeviceMessage::Shown(shown)) => {
                self.was_shown(command, device, *shown, now, out);
            }
            Some(DeviceMessage::Logged) => self.was_logged(command, device, out),
            Some(DeviceMessage::Declined(Decline::NoSuchClip)) => {
                if let Some(approving) = self.approving.get_mut(&command) {
                    approving.devices.pop_front();
                }
                self.want_from_first(command, out);
            }
            Some(DeviceMessage::Declined(Decline::Stale)) if self.tries_again(command) => {
                self.want_from_first(command, out);
            }
            Some(DeviceMessage::Declined(Decline::OtherLedger)) => {
                self.device_failed(command, Failure::OtherLedger, out);
            }
            Some(_) => self.device_failed(command, Failure::DeviceRefused, out),
            None => self.device_failed(command, Failure::DeviceAway, out),
        }
    }

    fn tries_again(&mut self, command: CommandId) -> bool {
        let Some(approving) = self.approving.get_mut(&command) else {
            return false;
        };
        approving.tries += 1;
        approving.tries < TRIES
    }

    fn device_failed(&mut self, command: CommandId, why: Failure, out: &mut Vec<Output>) {
        if self.approving.remove(&command).is_some() {
            out.push(Output::Answer(command, Err(why)));
        }
    }

    /// Checks the ledger that the device shows; when all of it was shown, wraps, signs and hands in.
    fn was_shown(
        &mut self,
        command: CommandId,
        device: DeviceId,
        shown: Shown,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(approving) = self.approving.get_mut(&command) else {
            return;
        };
        approving.seen = follow(approving.seen.0, approving.seen.1, &shown.entries);
        approving.rounds += 1;
        if approving.rounds > ROUNDS || shown.entries.len() > SHOWN_ENTRIES {
            return self.device_failed(command, Failure::OtherLedger, out);
        }
        let (seq, hash) = approving.seen;
        match shown.head {
            None if !shown.entries.is_empty() => return self.want(command, device, out),
            None if seq > 0 => return self.device_failed(command, Failure::OtherLedger, out),
            None => {}
            Some(head) => {
                let said = head.statement();
                let ends_here = (said.seq, said.hash) == (seq, hash)
                    && said.household == self.me.household()
                    && head.signer().as_bytes() == device.as_bytes();
                if !ends_here {
                    return self.device_failed(command, Failure::OtherLedger, out);
                }
                self.store(Record::LedgerSeen(head), out);
            }
        }
        match self.approved(command, &shown.label, now) {
            Ok(approved) => {
                let message = DeviceMessage::Approved(Box::new(approved));
                self.say_to_device(command, device, &message, out);
            }
            Err(failure) => self.device_failed(command, failure, out),
        }
    }

    /// The grant that was asked for, signed by this device.
    fn approved(
        &mut self,
        command: CommandId,
        label: &Label,
        now: Timestamp,
    ) -> Result<Approved, Failure> {
        let approving = self.approving.get(&command).ok_or(Failure::DeviceAway)?;
        let (clip, to, until) = (approving.clip, approving.to, approving.until);
        let (seq, prev) = (approving.seen.0 + 1, approving.seen.1);
        let manifest = label.manifest.statement();
        if manifest.clip != clip || !self.is_own_recording(&label.manifest) {
            return Err(Failure::WrongKey);
        }
        let reading = self.reading_key_of(to)?;
        let keys = self.reading.as_ref().ok_or(Failure::Locked)?;
        let header = keys.grant(&label.header, &manifest.key_commit, &reading);
        let header = header.map_err(|_| Failure::WrongKey)?;
        let from = self.me.household();
        let grant = self.sign(Grant {
            from,
            to,
            reading,
            clip,
            key_commit: manifest.key_commit,
            manifest: label.manifest.id(),
            header,
            purpose: approving.purpose.clone(),
            issued: now,
            until,
            seq,
            prev,
        });
        let ticket = self.sign(FetchTicket {
            from,
            to,
            clip,
            until,
            seq,
        });
        if let Some(approving) = self.approving.get_mut(&command) {
            approving.handed_in = Some((grant.id(), seq));
        }
        Ok(Approved { grant, ticket })
    }

    fn was_logged(&mut self, command: CommandId, device: DeviceId, out: &mut Vec<Output>) {
        let Some(approving) = self.approving.remove(&command) else {
            return;
        };
        let answer = match (approving.handed_in, approving.devices.front()) {
            (Some((grant, seq)), Some(asked)) if *asked == device => {
                Ok(Answer::Grant { grant, seq })
            }
            _ => Err(Failure::DeviceRefused),
        };
        out.push(Output::Answer(command, answer));
    }

    /// Answers another device of this household; nothing to anybody else.
    pub(super) fn device_request(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<Vec<u8>> {
        let cert = self.sibling(from)?;
        let message = self.opened_from_device(bytes)?;
        if !self.may(from, Action::asked_by_device(&message)) {
            return None;
        }
        let answer = match message {
            DeviceMessage::List(before) => DeviceMessage::Listed(self.listed(before)),
            DeviceMessage::Want(want) => match self.shown_to_approver(&want) {
                Ok(shown) => DeviceMessage::Shown(Box::new(shown)),
                Err(decline) => DeviceMessage::Declined(decline),
            },
            DeviceMessage::Approved(approved) => {
                match self.take_approved(from, *approved, now, out) {
                    Ok(()) => DeviceMessage::Logged,
                    Err(decline) => DeviceMessage::Declined(decline),
                }
            }
            DeviceMessage::Shown(_)
            | DeviceMessage::Logged
            | DeviceMessage::Declined(_)
            | DeviceMessage::Listed(_) => return None,
        };
        sealed_to(&cert.sealing, &answer)
    }

    fn shown_to_approver(&self, want: &Want) -> Result<Shown, Decline> {
        let label = self.state.clips.get(&want.clip);
        let label = label.ok_or(Decline::NoSuchClip)?.clone();
        let chain = &self.state.chain;
        if chain.hash_at(want.seq) != Some(want.hash) {
            return Err(Decline::OtherLedger);
        }
        let entries = chain.after(want.seq, SHOWN_ENTRIES);
        let all = want.seq + entries.len() as u64 == chain.seq();
        Ok(Shown {
            label,
            entries,
            head: self.state.heads.last().filter(|_| all).cloned(),
        })
    }

    /// Logs a grant that another device approved, then delivers it.
    fn take_approved(
        &mut self,
        from: DeviceId,
        approved: Approved,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Decline> {
        let Approved { grant, ticket } = approved;
        let said = grant.statement();
        let label = self.state.clips.get(&said.clip);
        let manifest = label.ok_or(Decline::NoSuchClip)?.manifest.clone();
        let (clip, to) = (said.clip, said.to);
        if (said.seq, said.prev) != self.next_entry() {
            return Err(Decline::Stale);
        }
        let by_it = |signer: PublicKey| signer.as_bytes() == from.as_bytes();
        let until = said.until;
        let parcel = Parcel {
            grant,
            manifest,
            ticket,
            keepers: Vec::new(),
        };
        let reading = self.reading_key_of(to).map_err(|_| Decline::NotValid)?;
        let mut streets = self.state.streets.values();
        let holds = by_it(parcel.grant.signer())
            && by_it(parcel.ticket.signer())
            && until > now
            && to != self.me.household()
            && streets.any(|street| {
                let from = parcel.verify(&street.members, to, &reading);
                from == Ok(self.me.household())
            });
        if !holds {
            return Err(Decline::NotValid);
        }
        self.log(Act::Grant { clip, to }, Some(parcel.ticket.id()), now, out);
        self.store(Record::Given(parcel), out);
        out.push(Output::Emit(Event::Clip { clip }));
        self.deliver_to(to, out);
        Ok(())
    }

    /// The key to which a neighbour's grants are wrapped.
    pub(super) fn reading_key_of(&self, to: HouseholdId) -> Result<Recipient, Failure> {
        let mut streets = self.state.streets.values();
        let member = streets.find_map(|s| s.members.get(to));
        let member = member.ok_or(Failure::Unknown("neighbour"))?;
        Ok(member.card.statement().reading.clone())
    }

    /// A message for another device of this household, if it is one.
    pub(super) fn sealed_to_sibling(
        &self,
        device: DeviceId,
        message: &DeviceMessage,
    ) -> Option<Vec<u8>> {
        sealed_to(&self.sibling(device)?.sealing, message)
    }

    pub(super) fn opened_from_device(&self, bytes: &[u8]) -> Option<DeviceMessage> {
        let sealed: ByteVec = wire::unframe(Kind::Device, bytes, DIRECT_FRAME).ok()?;
        let opened = self.me.sealing.open(&sealed, DIRECT_FRAME).ok()?;
        wire::from_cbor(&opened).ok()
    }
}

fn sealed_to(sealing: &Recipient, message: &DeviceMessage) -> Option<Vec<u8>> {
    let sealed = sealing.seal(&wire::to_cbor(message)).ok()?;
    Some(wire::frame(Kind::Device, &ByteVec::from(sealed)))
}
