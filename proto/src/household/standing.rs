//! Who somebody is to this home: what the table of who may do what is asked about.

use super::Household;
use crate::access::{self, Action, Party};
use crate::identity::{DeviceId, HouseholdId, Role};
use crate::signed::PublicKey;
use crate::time::Timestamp;

impl Household {
    /// Who gives commands here.
    pub(super) const fn at_home(&self) -> Party {
        match self.reading {
            Some(_) => Party::Household,
            None => Party::LockedNode,
        }
    }

    /// Whether a device may do something, as anything that it is to this home.
    pub(super) fn may(&self, device: DeviceId, action: Action) -> bool {
        let parties = self.parties(device).into_iter().flatten();
        parties
            .into_iter()
            .any(|party| access::allows(party, action))
    }

    /// Everything that a device is to this home. Who is a grantee shows from his ticket.
    fn parties(&self, device: DeviceId) -> [Option<Party>; 3] {
        if let Some(sibling) = self.sibling(device) {
            let party = match sibling.roles.has(Role::Grant) {
                true => Party::Approver,
                false => Party::Sibling,
            };
            return [Some(party), None, None];
        }
        match self.neighbour(device) {
            Some(household) => self.parties_of(household),
            None => [Some(self.outsider(device)), None, None],
        }
    }

    fn parties_of(&self, household: HouseholdId) -> [Option<Party>; 3] {
        let mut streets = self.state.streets.values();
        let new = streets.any(|street| street.members.is_new(household));
        let kept = &self.state.kept;
        [
            Some(if new {
                Party::NewNeighbour
            } else {
                Party::Neighbour
            }),
            kept.keepers
                .contains_key(&household)
                .then_some(Party::Keeper),
            kept.owners
                .contains_key(&household)
                .then_some(Party::KeptFor),
        ]
    }

    fn outsider(&self, device: DeviceId) -> Party {
        let mut streets = self.state.streets.values();
        let known = streets.find_map(|street| {
            let household = street.members.certificate(device)?.household;
            Some(street.members.get(household).is_some())
        });
        match known {
            Some(true) => Party::RemovedDevice,
            Some(false) => Party::Gone,
            None => Party::Stranger,
        }
    }

    /// Who speaks under a key in the open.
    pub(super) fn voice(&self, key: PublicKey, now: Timestamp) -> Party {
        if self.street_of(key).is_some() {
            Party::Neighbour
        } else if self.next_door(key, now).is_some() {
            Party::NextDoor
        } else if self.knows_publisher(key) {
            Party::Publisher
        } else {
            Party::Stranger
        }
    }
}
