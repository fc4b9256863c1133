//! Who is of the street, as the engine says, for behaviours that serve nobody else.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use libp2p::PeerId;
use streetlamp_proto::identity::{DeviceId, HouseholdId};

use crate::mesh::peers::peer_of;

/// The devices of members, shared by all behaviours of one node.
#[derive(Debug, Clone, Default)]
pub(in crate::mesh) struct Members(Arc<RwLock<BTreeMap<PeerId, HouseholdId>>>);

impl Members {
    /// Who they are from now on.
    pub(in crate::mesh) fn are(&self, devices: BTreeMap<DeviceId, HouseholdId>) {
        let peers = devices.into_iter();
        let peers = peers.filter_map(|(device, household)| Some((peer_of(device)?, household)));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = peers.collect();
    }

    pub(in crate::mesh) fn has(&self, peer: PeerId) -> bool {
        self.household(peer).is_some()
    }

    pub(super) fn household(&self, peer: PeerId) -> Option<HouseholdId> {
        let peers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        peers.get(&peer).copied()
    }
}
