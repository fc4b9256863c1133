//! Getting back what neighbours kept, by a home that lost its records: leases first, then labels, then the bytes.

use super::super::event::{Answer, CommandId, Event, Output};
use super::super::failure::Failure;
use super::super::{Household, Record};
use super::Asked;
use crate::clip::{ClipId, ReadingKeys};
use crate::identity::HouseholdId;
use crate::keeper::{Keeping, KeptCopy, Recalled, SealedLabel};
use crate::recipient::Identity;
use crate::street::StreetMessage;
use crate::time::Timestamp;
use crate::wire::limits::KEPT_PER_MESSAGE;

impl Household {
    /// Asks a neighbour what it keeps for us. The command is answered with all of it.
    pub(super) fn recall(
        &mut self,
        command: CommandId,
        from: HouseholdId,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        self.other_member(from)?;
        let device = self.device_here(from).ok_or(Failure::NeighbourAway)?;
        let asked = Asked::Recall(command, from);
        self.say_of_keeping(device, asked, Keeping::Recall(None), out);
        Ok(())
    }

    /// What this home keeps for a neighbour that asks for its own.
    pub(super) fn recalled_by(
        &self,
        owner: HouseholdId,
        after: Option<ClipId>,
    ) -> Option<Recalled> {
        let held = self.state.kept.owners.get(&owner)?;
        let kept = held.clips.iter().filter(|(_, kept)| kept.here);
        let kept = kept.map(|(clip, kept)| KeptCopy {
            clip: *clip,
            sealed_len: kept.sealed_len,
            until: held.let_go.get(clip).map(|let_go| let_go.until()),
        });
        let rest = kept.filter(|copy| after.is_none_or(|after| copy.clip > after));
        Some(Recalled {
            lease: held.lease.clone(),
            kept: rest.take(KEPT_PER_MESSAGE).collect(),
            head: held.head.clone(),
        })
    }

    /// A neighbour said what it keeps for us, or that it keeps nothing.
    pub(super) fn recall_answered(
        &mut self,
        command: CommandId,
        from: HouseholdId,
        answer: Option<StreetMessage>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(StreetMessage::Keeping(Keeping::Recalled(recalled))) = answer else {
            // Whoever keeps nothing for us does not answer, either.
            let kept = Vec::new();
            let keeper = from;
            out.push(Output::Answer(command, Ok(Answer::Kept { keeper, kept })));
            return;
        };
        let taken = match self.state.kept.keepers.contains_key(&from) {
            true => Ok(()),
            false => self.take_lease(from, recalled.lease, now, out).map(drop),
        };
        if let Err(failure) = taken {
            out.push(Output::Answer(command, Err(failure)));
            return;
        }
        let next = recalled.kept.last().map(|copy| copy.clip);
        let more = recalled.kept.len() >= KEPT_PER_MESSAGE;
        let so_far = self.keeping.recalled.entry(command).or_default();
        so_far.extend(recalled.kept);
        if let (true, Some(device)) = (more, self.device_here(from)) {
            let asked = Asked::Recall(command, from);
            return self.say_of_keeping(device, asked, Keeping::Recall(next), out);
        }
        let kept = self.keeping.recalled.remove(&command).unwrap_or_default();
        let keeper = from;
        out.push(Output::Answer(command, Ok(Answer::Kept { keeper, kept })));
    }

    /// Takes a clip in again by its label, if a device of this household made it.
    pub(super) fn take_label(
        &mut self,
        label: &SealedLabel,
        identity: Option<&Identity>,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        let mut keys: Vec<_> = identity.into_iter().collect();
        keys.extend(self.reading.iter().flat_map(ReadingKeys::iter));
        if keys.is_empty() {
            return Err(Failure::Locked);
        }
        let opened = keys.into_iter().find_map(|identity| {
            let label = label.open(identity).ok()?;
            let key = label.header.unwrap(identity).ok()?;
            Some((label, key.commit()))
        });
        let (label, commit) = opened.ok_or(Failure::BadLabel)?;
        let said = label.manifest.statement();
        let clip = said.clip;
        if !self.is_own_recording(&label.manifest) || commit != said.key_commit {
            return Err(Failure::BadLabel);
        }
        if !self.state.clips.contains_key(&clip) {
            self.store(Record::Clip(label), out);
            out.push(Output::Emit(Event::Clip { clip }));
        }
        Ok(Answer::Clip(clip))
    }
}
