//! From whom the sealed bytes of a clip can be had: an own one from its keepers or the device that recorded it, a granted
//! one from owner and keepers.

use super::Household;
use crate::clip::ClipId;
use crate::fetch::Right;
use crate::identity::{DeviceId, HouseholdId};
use crate::signed::Signed;
use crate::street::Address;

/// What a fetch needs: from whom, and with what right.
#[derive(Debug, Clone)]
pub struct FetchPlan {
    /// The right to fetch.
    pub right: Right,
    /// Length of the sealed bytes.
    pub sealed_len: u64,
    /// Who may have them, those first who are most likely to give them.
    pub holders: Vec<Holder>,
}

/// A household that may have a clip.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Which.
    pub household: HouseholdId,
    /// Whether it is the clip's owner.
    pub owner: bool,
    /// Whether it is a keeper of ours that said that it holds the clip.
    pub holds: bool,
    /// Its devices and where they may be.
    pub devices: Vec<(DeviceId, Vec<Address>)>,
}

impl Household {
    /// What a fetch of a clip needs; by the grant that is served longest, if there are several. Nothing if the clip is
    /// not known here.
    pub fn fetch_plan(&self, clip: ClipId) -> Option<FetchPlan> {
        if let Some(own) = self.state.clips.get(&clip) {
            let said = self.keepers_of(clip);
            let others = self.state.kept.keepers.keys().copied();
            // It may have it although it was not heard to say so.
            let others = others.filter(|keeper| !said.contains(keeper));
            let keepers = said.iter().copied().chain(others).collect();
            return Some(FetchPlan {
                right: Right::Owner(clip),
                sealed_len: own.manifest.statement().sealed_len,
                holders: self.holders(None, keepers, &said),
            });
        }
        if let Some(plan) = self.plan_from_sibling(clip) {
            return Some(plan);
        }
        let received = self.state.received.values();
        let parcel = &received
            .filter(|g| g.parcel.grant.statement().clip == clip)
            .max_by_key(|g| g.parcel.grant.statement().until)?
            .parcel;
        Some(FetchPlan {
            right: Right::Ticket(Box::new(parcel.ticket.clone())),
            sealed_len: parcel.manifest.statement().sealed_len,
            holders: self.holders(
                Some(parcel.grant.statement().from),
                parcel.keepers.clone(),
                &[],
            ),
        })
    }

    /// Devices of a neighbour, those first that are connected.
    pub fn devices_of_household(&self, household: HouseholdId) -> Vec<DeviceId> {
        let holders = self.holders(None, vec![household], &[]);
        let devices = holders.into_iter().flat_map(|holder| holder.devices);
        let mut devices: Vec<_> = devices.map(|(device, _)| device).collect();
        devices.sort_by_key(|device| !self.connected.contains(device));
        devices
    }

    /// The owner before keepers, but whoever is connected before who is not.
    fn holders(
        &self,
        owner: Option<HouseholdId>,
        keepers: Vec<HouseholdId>,
        said: &[HouseholdId],
    ) -> Vec<Holder> {
        let me = self.me.device_id();
        let households = owner.into_iter().chain(keepers);
        let mut holders: Vec<_> = households
            .filter_map(|household| {
                let mut streets = self.state.streets.values();
                let member = streets.find_map(|s| s.members.get(household))?;
                let certs = member.devices.iter().map(Signed::statement);
                let devices = certs.filter(|cert| cert.ended.is_none() && cert.device != me);
                let devices = devices
                    .map(|cert| cert.device)
                    .map(|device| (device, self.addresses_of(device)));
                Some(Holder {
                    household,
                    owner: Some(household) == owner,
                    holds: said.contains(&household),
                    devices: devices.collect(),
                })
            })
            .collect();
        holders.sort_by_key(|holder| {
            let mut devices = holder.devices.iter();
            !devices.any(|(device, _)| self.connected.contains(device))
        });
        holders
    }
}
