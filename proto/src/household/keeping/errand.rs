//! What the household wants of one neighbour and waits for: room, a proof, or its own back.
//!
//! The neighbour is asked as soon as it is here, and again if its answer was lost. One that was here a moment ago is
//! likely to be back in a moment: two homes that dial each other give one of two connections up, and a home that finds
//! another just restarted begins anew with it.

use std::time::Duration;

use super::super::Household;
use super::super::event::{Answer, CommandId, Output, Timer};
use super::super::failure::Failure;
use super::Asked;
use super::event::Finding;
use crate::clip::ClipId;
use crate::identity::HouseholdId;
use crate::keeper::{Keeping, KeptCopy};
use crate::street::StreetMessage;
use crate::time::Timestamp;

/// How long a neighbour that is not here is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is asked again when no answer came.
const ASKS_AGAIN: u8 = 3;

/// Something that waits for a neighbour.
#[derive(Debug)]
pub(super) struct Errand {
    with: HouseholdId,
    want: Want,
    /// Whether the neighbour has the question now.
    asked: bool,
    /// How many answers were lost on the way.
    lost: u8,
    until: Timestamp,
}

/// What is wanted of it.
#[derive(Debug)]
pub(super) enum Want {
    /// That it keeps so many bytes until then.
    Room(u64, Timestamp),
    /// A proof that it holds what it was given.
    Proof,
    /// What it keeps for us; this came so far.
    Ours(Vec<KeptCopy>),
}

impl Household {
    /// Goes for something. The command is answered when the neighbour has answered, or does not come.
    pub(super) fn go_for(
        &mut self,
        command: CommandId,
        with: HouseholdId,
        want: Want,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        let until = now.after(PATIENCE);
        let errand = Errand {
            with,
            want,
            asked: false,
            lost: 0,
            until,
        };
        self.run_errand(command, errand, out)?;
        let timer = Timer::GiveUp(command);
        out.push(Output::SetTimer { at: until, timer });
        Ok(())
    }

    /// A neighbour is here: asks it whatever waits for it.
    pub(super) fn run_errands(&mut self, with: HouseholdId, out: &mut Vec<Output>) {
        let waiting = self.take_errands(|errand| errand.with == with && !errand.asked);
        for (command, errand) in waiting {
            self.go_again(command, errand, out);
        }
    }

    /// Asks the neighbour if it is here, and looks for it if it is not.
    fn run_errand(
        &mut self,
        command: CommandId,
        mut errand: Errand,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        let with = errand.with;
        let asked = Asked::Errand(command);
        errand.asked = match (self.device_here(with), &errand.want) {
            (None, _) => {
                let theirs = self.devices_of_members().into_iter();
                let theirs = theirs.filter(|(_, household)| *household == with);
                out.extend(theirs.map(|(device, _)| Output::Dial {
                    device,
                    addresses: self.addresses_of(device),
                }));
                false
            }
            (Some(device), Want::Room(bytes, until)) => {
                let (bytes, until) = (*bytes, *until);
                self.say_of_keeping(device, asked, Keeping::Ask { bytes, until }, out)
            }
            (Some(device), Want::Ours(so_far)) => {
                let last = so_far.last().map(|copy| copy.clip);
                self.say_of_keeping(device, asked, Keeping::Recall(last), out)
            }
            (Some(device), Want::Proof) => {
                self.check(with, device, out)?;
                true
            }
        };
        self.keeping.errands.insert(command, errand);
        Ok(())
    }

    /// The neighbour answered, or the answer was lost.
    pub(super) fn errand_answered(
        &mut self,
        command: CommandId,
        answer: Option<StreetMessage>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(mut errand) = self.keeping.errands.remove(&command) else {
            return;
        };
        let with = errand.with;
        let answer = match answer {
            Some(StreetMessage::Keeping(answer)) => Some(answer),
            _ => None,
        };
        let done = match (&mut errand.want, answer) {
            (Want::Room(..), Some(Keeping::Lease(lease))) => self.take_lease(with, lease, now, out),
            (Want::Room(..), Some(Keeping::NoLease(reason))) => Err(reason.into()),
            (Want::Ours(so_far), Some(Keeping::Recalled(recalled))) => {
                match self.take_recalled(with, recalled, so_far, now, out) {
                    Ok(true) => return self.go_again(command, errand, out),
                    Ok(false) => Ok(kept(with, so_far)),
                    Err(failure) => Err(failure),
                }
            }
            // Whoever keeps nothing for us does not answer, either.
            (Want::Ours(so_far), None) if so_far.is_empty() && self.device_here(with).is_some() => {
                let nothing = Ok(kept(with, so_far));
                return self.answer_lost(command, errand, nothing, now, out);
            }
            (Want::Room(..) | Want::Ours(_) | Want::Proof, _) => {
                let away = Err(Failure::NeighbourAway);
                return self.answer_lost(command, errand, away, now, out);
            }
        };
        out.push(Output::Answer(command, done));
        self.go_on_keeping(with, now, out);
    }

    /// A keeper was asked for a proof, for whoever waits for it.
    pub(super) fn proof_came(
        &mut self,
        keeper: HouseholdId,
        clip: ClipId,
        finding: Finding,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        for (command, errand) in self.take_errands(|errand| {
            let for_it = matches!(errand.want, Want::Proof);
            errand.with == keeper && errand.asked && for_it
        }) {
            let found = Ok(Answer::Checked {
                keeper,
                clip,
                finding,
            });
            match finding {
                Finding::Away => self.answer_lost(command, errand, found, now, out),
                _ => out.push(Output::Answer(command, found)),
            }
        }
    }

    /// Asks again, if it may still come to something; else answers with what there is.
    fn answer_lost(
        &mut self,
        command: CommandId,
        mut errand: Errand,
        last: Result<Answer, Failure>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        if errand.lost >= ASKS_AGAIN || now >= errand.until {
            out.push(Output::Answer(command, last));
            return;
        }
        errand.lost += 1;
        self.go_again(command, errand, out);
    }

    fn go_again(&mut self, command: CommandId, errand: Errand, out: &mut Vec<Output>) {
        if let Err(failure) = self.run_errand(command, errand, out) {
            out.push(Output::Answer(command, Err(failure)));
        }
    }

    /// The neighbour did not come in time. One that has the question may take longer.
    pub(in crate::household) fn give_up_errand(
        &mut self,
        command: CommandId,
        out: &mut Vec<Output>,
    ) {
        let errand = self.keeping.errands.get(&command);
        if errand.is_some_and(|errand| !errand.asked) {
            self.keeping.errands.remove(&command);
            out.push(Output::Answer(command, Err(Failure::NeighbourAway)));
        }
    }

    fn take_errands(&mut self, which: impl Fn(&Errand) -> bool) -> Vec<(CommandId, Errand)> {
        let errands = &mut self.keeping.errands;
        errands.extract_if(.., |_, errand| which(errand)).collect()
    }
}

fn kept(keeper: HouseholdId, so_far: &mut Vec<KeptCopy>) -> Answer {
    let kept = std::mem::take(so_far);
    Answer::Kept { keeper, kept }
}
