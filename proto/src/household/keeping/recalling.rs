//! Getting back what neighbours kept, by a home that lost its records: leases first, then labels, then the bytes.

use super::super::event::{Answer, CommandId, Event, Output};
use super::super::failure::Failure;
use super::super::{Household, Record};
use super::errand::Want;
use crate::clip::{ClipId, ReadingKeys};
use crate::identity::HouseholdId;
use crate::keeper::{KeptCopy, Recalled, SealedLabel};
use crate::recipient::Identity;
use crate::time::Timestamp;
use crate::wire::limits::{KEPT_CLIPS, KEPT_PER_MESSAGE};

/// What a keeper may say that it keeps for us: what it was told to keep, and as much that it was told to delete.
const KEPT_COPIES: usize = 2 * KEPT_CLIPS;

impl Household {
    /// Asks a neighbour what it keeps for us. The command is answered with all of it.
    pub(super) fn recall(
        &mut self,
        command: CommandId,
        from: HouseholdId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        self.other_member(from)?;
        self.go_for(command, from, Want::Ours(Vec::new()), now, out)
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

    /// A neighbour said what it keeps for us, or some of it. Whether there is more.
    pub(super) fn take_recalled(
        &mut self,
        from: HouseholdId,
        recalled: Recalled,
        so_far: &mut Vec<KeptCopy>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, Failure> {
        if !self.state.kept.keepers.contains_key(&from) {
            self.take_lease(from, recalled.lease, now, out)?;
        }
        let full = recalled.kept.len() >= KEPT_PER_MESSAGE;
        so_far.extend(recalled.kept);
        Ok(full && so_far.len() < KEPT_COPIES)
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
