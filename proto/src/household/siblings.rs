//! What this household's other devices recorded, as the one sees it that holds the reading key: a list to choose from,
//! and copies of what was chosen.
//!
//! The list is asked for when somebody wants to see it, and lies in memory only: a clip that its recorder destroys
//! leaves no header here. What was fetched stays with its label until it is deleted here. Whoever opens it writes that
//! into the ledger of the device where it is opened.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::event::{Answer, CommandId, Event, Output};
use super::fetching::{FetchPlan, Holder};
use super::{Household, Pending, Record};
use crate::approval::{Before, DeviceMessage};
use crate::clip::{ClipId, Label};
use crate::fetch::Right;
use crate::identity::{DeviceId, Role};
use crate::wire::limits::{LABELS_PER_MESSAGE, SHOWN_CLIPS};

/// What is only true while the node runs.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    /// What they recorded, as far as they were asked.
    shown: BTreeMap<ClipId, Shown>,
    /// Lists on their way.
    coming: BTreeMap<DeviceId, Vec<Label>>,
    /// Who waits for which of them.
    waiting: BTreeMap<CommandId, BTreeSet<DeviceId>>,
}

/// A clip of another device.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) device: DeviceId,
    pub(super) label: Label,
}

/// The place of a clip in a list.
fn place(label: &Label) -> Before {
    let said = label.manifest.statement();
    Before {
        recorded: said.recorded,
        clip: said.clip,
    }
}

impl Household {
    /// Asks every connected device that records what it has. The command is answered when all have said so.
    pub(super) fn look_at_siblings(&mut self, command: CommandId, out: &mut Vec<Output>) {
        let connected = self.connected.iter().copied();
        let record = connected.filter(|device| {
            let cert = self.sibling(*device);
            cert.is_some_and(|cert| cert.roles.has(Role::Record))
        });
        let may = self.me.cert.statement().roles.has(Role::Grant);
        let devices: BTreeSet<_> = record.filter(|_| may).collect();
        if devices.is_empty() {
            return out.push(Output::Answer(command, Ok(Answer::Done)));
        }
        self.siblings.waiting.insert(command, devices.clone());
        for device in devices {
            if let Entry::Vacant(list) = self.siblings.coming.entry(device) {
                list.insert(Vec::new());
                self.ask_for_list(device, None, out);
            }
        }
    }

    fn ask_for_list(&mut self, device: DeviceId, before: Option<Before>, out: &mut Vec<Output>) {
        match self.sealed_to_sibling(device, &DeviceMessage::List(before)) {
            Some(frame) => self.ask(device, Pending::List(device), frame, out),
            None => self.list_ended(device, out),
        }
    }

    /// A device has said what it recorded, or some of it.
    pub(super) fn list_answered(
        &mut self,
        device: DeviceId,
        bytes: Option<&[u8]>,
        out: &mut Vec<Output>,
    ) {
        let said = bytes.and_then(|bytes| self.opened_from_device(bytes));
        let Some(DeviceMessage::Listed(labels)) = said else {
            return self.list_ended(device, out);
        };
        let Some(coming) = self.siblings.coming.get_mut(&device) else {
            return;
        };
        let count = labels.len();
        let mut last = coming.last().map(place);
        for label in labels.into_iter().take(LABELS_PER_MESSAGE) {
            let here = place(&label);
            // A list that does not go on would have no end.
            if last.is_some_and(|last| here >= last) {
                return self.list_ended(device, out);
            }
            last = Some(here);
            coming.push(label);
        }
        if count == LABELS_PER_MESSAGE && coming.len() < SHOWN_CLIPS {
            return self.ask_for_list(device, last, out);
        }
        let whole = self.siblings.coming.remove(&device).unwrap_or_default();
        self.siblings
            .shown
            .retain(|_, shown| shown.device != device);
        for label in whole {
            let clip = label.manifest.statement().clip;
            if self.is_own_recording(&label.manifest) && !self.state.clips.contains_key(&clip) {
                let shown = Shown { device, label };
                self.siblings.shown.insert(clip, shown);
            }
        }
        self.list_ended(device, out);
    }

    /// Nothing more comes of a list.
    pub(super) fn list_ended(&mut self, device: DeviceId, out: &mut Vec<Output>) {
        self.siblings.coming.remove(&device);
        let waiting = &mut self.siblings.waiting;
        for devices in waiting.values_mut() {
            devices.remove(&device);
        }
        let done = waiting.extract_if(.., |_, devices| devices.is_empty());
        out.extend(done.map(|(command, _)| Output::Answer(command, Ok(Answer::Done))));
    }

    /// What another device of the household may see of this one's clips.
    pub(super) fn listed(&self, before: Option<Before>) -> Vec<Label> {
        let clips = self.state.clips.values().map(|label| (place(label), label));
        let clips: BTreeMap<_, _> = clips.collect();
        let older = clips.iter().rev();
        let older = older.filter(|(place, _)| before.is_none_or(|before| **place < before));
        let older = older.take(LABELS_PER_MESSAGE);
        older.map(|(_, label)| (*label).clone()).collect()
    }

    /// Clips of other devices: those that were fetched, and those that were listed.
    pub(super) fn of_siblings(&self) -> BTreeMap<ClipId, &Shown> {
        let listed = self.siblings.shown.iter();
        let listed = listed.filter(|(clip, _)| !self.state.clips.contains_key(clip));
        let copied = self.state.copied.iter();
        listed
            .chain(copied)
            .map(|(clip, shown)| (*clip, shown))
            .collect()
    }

    /// From whom a clip of another device can be had.
    pub(super) fn plan_from_sibling(&self, clip: ClipId) -> Option<FetchPlan> {
        let Shown { device, label } = *self.of_siblings().get(&clip)?;
        Some(FetchPlan {
            right: Right::Device(clip),
            sealed_len: label.manifest.statement().sealed_len,
            holders: vec![Holder {
                household: self.me.household(),
                owner: true,
                holds: false,
                devices: vec![(*device, self.addresses_of(*device))],
            }],
        })
    }

    /// Keeps the label of a clip of another device whose sealed bytes are here now. Whether it is one.
    pub(super) fn copied(&mut self, clip: ClipId, out: &mut Vec<Output>) -> bool {
        let Some(Shown { device, label }) = self.siblings.shown.get(&clip).cloned() else {
            return self.state.copied.contains_key(&clip);
        };
        if !self.state.copied.contains_key(&clip) {
            self.store(Record::Copied { device, label }, out);
            out.push(Output::Emit(Event::Clip { clip }));
        }
        true
    }
}
