//! Telling those whom this home left behind on a street that it is gone.
//!
//! Gossip tells it to all who are connected, once, and this home forgets the street's keys at once: it could not say it
//! again. Whoever did not hear it would take this home for a neighbour for ever. So the farewell is sealed once more for
//! being handed over by hand, and lies here as bytes that nobody here can open, until each device took it. A node that is
//! stopped forgets it.

use std::collections::BTreeMap;

use super::event::Output;
use super::{Household, Pending};
use crate::identity::DeviceId;
use crate::signed::Signed;
use crate::street::{Item, Leave, StreetId, StreetMessage, Swap};

/// How often one device is handed a farewell. It answers none if it heard of it from others meanwhile.
const TRIES: u8 = 3;

/// What is said to those who stay.
#[derive(Debug)]
pub(super) struct Farewell {
    frame: Vec<u8>,
    /// Devices that have not taken it, and how often it was handed to each.
    to: BTreeMap<DeviceId, u8>,
}

impl Household {
    /// Gets the farewell to a street ready while its key is still here.
    pub(super) fn write_farewell(
        &self,
        street: StreetId,
        leave: Signed<Leave>,
    ) -> Option<Farewell> {
        let held = self.state.streets.get(&street)?;
        let handed = StreetMessage::Swap(Swap {
            need: Vec::new(),
            give: vec![Item::Leave(leave)],
        });
        let frame = self.seal_in(street, self.current_rank(street)?, &handed)?;
        let others = held.members.devices().map(|(device, _)| device);
        let others = others.filter(|device| *device != self.me.device_id());
        let to = others.map(|device| (device, 0)).collect();
        Some(Farewell { frame, to })
    }

    /// Hands it to all who are here.
    pub(super) fn say_farewell(
        &mut self,
        street: StreetId,
        farewell: Farewell,
        out: &mut Vec<Output>,
    ) {
        let here = farewell.to.keys().filter(|to| self.connected.contains(to));
        let here: Vec<_> = here.copied().collect();
        self.farewells.insert(street, farewell);
        for device in here {
            self.hand_farewell(street, device, out);
        }
    }

    /// A device is here: hands it every farewell that it has not taken.
    pub(super) fn hand_farewells(&mut self, device: DeviceId, out: &mut Vec<Output>) {
        let streets: Vec<_> = self.farewells.keys().copied().collect();
        for street in streets {
            self.hand_farewell(street, device, out);
        }
    }

    fn hand_farewell(&mut self, street: StreetId, device: DeviceId, out: &mut Vec<Output>) {
        let Some(farewell) = self.farewells.get_mut(&street) else {
            return;
        };
        let Some(tries) = farewell.to.get_mut(&device) else {
            return;
        };
        if *tries >= TRIES {
            return self.farewell_taken(street, device);
        }
        *tries += 1;
        let frame = farewell.frame.clone();
        self.ask(device, Pending::Farewell(street, device), frame, out);
    }

    /// A device answered, with what nobody here can open any more; or it did not, and is handed it again.
    pub(super) fn farewell_answered(
        &mut self,
        street: StreetId,
        device: DeviceId,
        answered: bool,
        out: &mut Vec<Output>,
    ) {
        if answered {
            self.farewell_taken(street, device);
        } else if self.connected.contains(&device) {
            self.hand_farewell(street, device, out);
        }
    }

    fn farewell_taken(&mut self, street: StreetId, by: DeviceId) {
        if let Some(farewell) = self.farewells.get_mut(&street) {
            farewell.to.remove(&by);
            if farewell.to.is_empty() {
                self.farewells.remove(&street);
            }
        }
    }
}
