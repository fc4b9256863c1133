//! Questions to other homes, and what each answer is for.

use super::Household;
use super::event::{AskRef, CommandId, Output, Protocol};
use super::keeping::Asked;
use crate::identity::DeviceId;
use crate::signed::StatementId;
use crate::street::{EpochRank, StreetId};
use crate::time::Timestamp;

/// What a request of ours is for.
#[derive(Debug, Clone)]
pub(super) enum Pending {
    Join(CommandId),
    /// To know that this home is gone.
    Farewell(StreetId, DeviceId),
    /// A comparison, and the epoch in which it was asked for.
    CatchUp(StreetId, DeviceId, EpochRank),
    Swap(StreetId, DeviceId),
    /// A newer epoch, and the older one in which it was sealed.
    Epoch(StreetId, DeviceId, EpochRank),
    Parcel(StatementId),
    Keeping(Asked),
    /// What publishers said.
    Around(StreetId, DeviceId),
    /// Another device of this household.
    Device(CommandId, DeviceId),
    /// The list of its clips.
    List(DeviceId),
}

impl Pending {
    /// Whether it is part of the comparison with a neighbour.
    pub(super) fn compares(&self, street: StreetId, device: DeviceId) -> bool {
        match self {
            Self::CatchUp(s, d, _) | Self::Swap(s, d) => (*s, *d) == (street, device),
            Self::Join(_)
            | Self::Farewell(..)
            | Self::Epoch(..)
            | Self::Parcel(_)
            | Self::Keeping(_)
            | Self::Around(..)
            | Self::Device(..)
            | Self::List(_) => false,
        }
    }
}

impl Household {
    /// Asks a connected device.
    pub(super) fn ask(
        &mut self,
        to: DeviceId,
        pending: Pending,
        bytes: Vec<u8>,
        out: &mut Vec<Output>,
    ) {
        let protocol = match pending {
            Pending::Join(_) => Protocol::Join,
            Pending::Device(..) | Pending::List(_) => Protocol::Device,
            Pending::Farewell(..)
            | Pending::CatchUp(..)
            | Pending::Swap(..)
            | Pending::Epoch(..)
            | Pending::Parcel(_)
            | Pending::Keeping(_)
            | Pending::Around(..) => Protocol::Street,
        };
        let ask = AskRef(self.next_ask);
        self.next_ask += 1;
        self.asks.insert(ask, pending);
        out.push(Output::Ask {
            to,
            ask,
            protocol,
            bytes,
        });
    }

    /// Goes on with what a question was for. Nothing if nobody waits for its answer any more.
    pub(super) fn answered(
        &mut self,
        ask: AskRef,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        match self.asks.remove(&ask) {
            Some(Pending::Join(command)) => self.join_answered(command, bytes, now, out),
            Some(Pending::Farewell(street, device)) => {
                self.farewell_answered(street, device, bytes.is_some(), out);
            }
            Some(Pending::CatchUp(street, device, rank)) => {
                self.compared(street, device, rank, bytes, now, out);
            }
            Some(Pending::Swap(street, device)) => self.swapped(street, device, bytes, now, out),
            Some(Pending::Epoch(street, device, rank)) => {
                self.epoch_answered(street, device, rank, bytes, now, out);
            }
            Some(Pending::Device(command, device)) => {
                self.device_answered(command, device, bytes, now, out);
            }
            Some(Pending::List(device)) => self.list_answered(device, bytes, out),
            Some(Pending::Parcel(grant)) => self.parcel_answered(grant, bytes, out),
            Some(Pending::Around(street, device)) => {
                self.told_around(street, device, bytes, now, out);
            }
            Some(Pending::Keeping(asked)) => self.keeping_answered(asked, bytes, now, out),
            None => {}
        }
    }
}
