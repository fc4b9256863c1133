//! Who is of the street, as the engine says, for behaviours that serve nobody else; and whether somebody new is expected.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use libp2p::PeerId;
use streetlamp_proto::identity::{DeviceId, HouseholdId};

use crate::mesh::peers::peer_of;

/// The devices of members, shared by all behaviours of one node.
#[derive(Debug, Clone, Default)]
pub(in crate::mesh) struct Members(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    devices: BTreeMap<PeerId, HouseholdId>,
    /// Somebody holds a ticket of this home.
    inviting: bool,
    /// Somebody holds a ticket of a home that is reached through this one.
    passing: bool,
}

impl Members {
    /// Who they are from now on.
    pub(in crate::mesh) fn are(&self, devices: BTreeMap<DeviceId, HouseholdId>) {
        let peers = devices.into_iter();
        let peers = peers.filter_map(|(device, household)| Some((peer_of(device)?, household)));
        let devices = peers.collect();
        self.change(|known| known.devices = devices);
    }

    /// Whether a newcomer may come to this home through a neighbour, from now on.
    pub(in crate::mesh) fn invite(&self, inviting: bool) {
        self.change(|known| known.inviting = inviting);
    }

    /// Whether a newcomer may come to another home through this one, from now on.
    pub(super) fn pass_on(&self, passing: bool) {
        self.change(|known| known.passing = passing);
    }

    pub(in crate::mesh) fn has(&self, peer: PeerId) -> bool {
        self.household(peer).is_some()
    }

    pub(super) fn household(&self, peer: PeerId) -> Option<HouseholdId> {
        self.look(|known| known.devices.get(&peer).copied())
    }

    pub(in crate::mesh) fn are_inviting(&self) -> bool {
        self.look(|known| known.inviting)
    }

    pub(super) fn pass_newcomers_on(&self) -> bool {
        self.look(|known| known.passing)
    }

    fn look<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}
