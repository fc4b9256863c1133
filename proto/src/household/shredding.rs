//! Shredding clips: the header that opens one goes first, then the sealed bytes.
//!
//! Without its header a clip cannot be opened by anybody, so it is gone with one transaction, also if the power fails
//! before the files are. What has to be removed from disk stays a record until that was done. Keepers
//! are told to delete their copies and labels as soon as they are met. The ledger keeps its entries: deleting a clip
//! does not hide who was given its key.

use super::event::{Answer, CommandId, Event, Output};
use super::failure::Failure;
use super::{Household, Record};
use crate::clip::ClipId;
use crate::time::Timestamp;

impl Household {
    /// Destroys a clip, own or granted, or the copy of one that another device has. The command is answered when its bytes are gone, too.
    pub(super) fn delete_clip(
        &mut self,
        command: CommandId,
        clip: ClipId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        if self.state.openable(clip).is_none() {
            return Err(match self.of_siblings().contains_key(&clip) {
                true => Failure::OnOtherDevice,
                false => Failure::Unknown("clip"),
            });
        }
        self.deleting.insert(clip, command);
        self.shred(clip, out);
        self.go_on_keeping_all(now, out);
        Ok(())
    }

    /// Forgets a clip and every grant of it.
    pub(super) fn shred(&mut self, clip: ClipId, out: &mut Vec<Output>) {
        let given = self.state.given.iter();
        let given = given.filter(|(_, held)| held.parcel.grant.statement().clip == clip);
        let received = self.state.received.iter();
        let received = received.filter(|(_, held)| held.parcel.grant.statement().clip == clip);
        let grants: Vec<_> = given
            .map(|(id, _)| *id)
            .chain(received.map(|(id, _)| *id))
            .collect();
        for grant in grants {
            self.store(Record::GrantGone(grant), out);
        }
        self.store(Record::ClipGone(clip), out);
        out.push(Output::Shred(clip));
        out.push(Output::Emit(Event::Clip { clip }));
    }

    /// Goes on with what was not finished when the node stopped.
    pub(super) fn shred_again(&self, out: &mut Vec<Output>) {
        out.extend(self.state.shredding.iter().copied().map(Output::Shred));
    }

    /// The files of a clip are gone, or could not be removed now.
    pub(super) fn shredded(&mut self, clip: ClipId, gone: bool, out: &mut Vec<Output>) {
        if gone && self.state.shredding.contains(&clip) {
            self.store(Record::Shredded(clip), out);
            out.push(Output::Emit(Event::Clip { clip }));
        }
        if let Some(command) = self.deleting.remove(&clip) {
            let answer = match gone {
                true => Ok(Answer::Clip(clip)),
                false => Err(Failure::NotShredded),
            };
            out.push(Output::Answer(command, answer));
        }
    }
}
