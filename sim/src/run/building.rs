//! Builds what a plan names: households with their homes and streets, agencies, and places for those who come later.

use std::collections::BTreeMap;
use std::path::Path;

use ed25519_dalek::SigningKey;
use libp2p::Multiaddr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::mesh::peer_of;
use streetlamp::store::Store;
use streetlamp_proto::household::Me;
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::signed::PublicKey;
use streetlamp_proto::street::{Address, StreetId, Topic};
use zeroize::Zeroizing;

use super::plan::{Plan, Site, StreetSite};
use crate::agency::Agency;
use crate::founding::{self, NewHousehold, Reading, Street};
use crate::house::House;
use crate::net::Net;
use crate::record::{HouseNumber, Role};

/// Who lives at a number.
#[derive(Debug)]
pub(super) struct Resident {
    /// Which household.
    pub(super) household: HouseholdId,
    /// What opens its clips.
    pub(super) reading: Reading,
}

/// Where a node is on the net.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its key there.
    pub(super) device: DeviceId,
    /// Its address.
    pub(super) address: Multiaddr,
}

impl Place {
    /// The address as homes know it.
    pub(super) fn door(&self) -> Option<(DeviceId, Address)> {
        Some((self.device, Address::parse(&self.address.to_string()).ok()?))
    }

    /// The address with the node that has to be there.
    pub(super) fn named(&self) -> Option<String> {
        Some(format!("{}/p2p/{}", self.address, peer_of(self.device)?))
    }
}

/// Everything that was built.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// Homes, by number.
    pub(super) houses: Vec<House>,
    /// Who lives in them, by number.
    pub(super) residents: Vec<Resident>,
    /// Where everybody is, by number.
    pub(super) places: Vec<Place>,
    /// How everybody is called, by number.
    pub(super) names: Vec<String>,
    /// Keys of nodes that are no homes.
    pub(super) keys: BTreeMap<HouseNumber, SigningKey>,
    /// The agencies.
    pub(super) agencies: Vec<Agency>,
    /// Streets by number, and under which name each speaks.
    pub(super) streets: Vec<(StreetId, Topic)>,
}

impl Built {
    /// Builds it; nothing is on.
    ///
    /// # Errors
    /// If a home cannot be made.
    pub(super) fn of(
        plan: &Plan,
        net: &Net,
        dir: &Path,
        seed: u64,
        rng: &mut ChaCha20Rng,
    ) -> Result<Self> {
        let mut built = Self::default();
        let mut households = Vec::new();
        for site in &plan.sites {
            let device = match is_home(site) {
                true => {
                    let name = format!("Home {}", site.number.0);
                    let cell = site.cell.get(..6).and_then(|cell| cell.parse().ok());
                    let new = founding::household(rng, founding::name(&name)?, cell);
                    let NewHousehold { me, reading } = new;
                    let household = me.household();
                    built.residents.push(Resident { household, reading });
                    built.names.push(name);
                    let device = me.device_id();
                    households.push(me);
                    device
                }
                false => {
                    let mut secret = Zeroizing::new([0; 32]);
                    rng.fill_bytes(&mut *secret);
                    let key = SigningKey::from_bytes(&secret);
                    let device = DeviceId::from_bytes(*PublicKey::of(&key).as_bytes());
                    built.keys.insert(site.number, key);
                    built.names.push(built.name_of(plan, site));
                    device
                }
            };
            let peer = peer_of(device);
            let peer = peer.ok_or_else(|| Error::new(ErrorKind::Internal, "a key is no peer"))?;
            let (_, address) = net.lay(site.beside, site.line, peer);
            built.places.push(Place { device, address });
        }
        let mut stores = BTreeMap::new();
        for street in &plan.streets {
            built.found(street, &households, rng, &mut stores)?;
        }
        let homes = plan.sites.iter().zip(households).zip(&built.places);
        for ((site, me), place) in homes {
            let store = match stores.remove(&site.number) {
                Some(store) => store,
                None => Store::in_memory()?,
            };
            let address = place.address.clone();
            let house = House::build(site.number, me, dir, store, address, seed)?;
            built.houses.push(house);
        }
        for agency in &plan.agencies {
            if let Some(key) = built.keys.get(&agency.number) {
                built
                    .agencies
                    .push(Agency::found(agency.clone(), key.clone())?);
            }
        }
        Ok(built)
    }

    fn name_of(&self, plan: &Plan, site: &Site) -> String {
        match &site.role {
            Role::Adversary(name) => format!("{name} {}", site.number.0),
            _ => plan
                .agencies
                .iter()
                .find(|agency| agency.number == site.number)
                .map_or_else(String::new, |agency| agency.name.clone()),
        }
    }

    fn found(
        &mut self,
        site: &StreetSite,
        households: &[Me],
        rng: &mut ChaCha20Rng,
        stores: &mut BTreeMap<HouseNumber, Store>,
    ) -> Result<()> {
        let at_home = |home: &HouseNumber| -> Option<(&Me, Address)> {
            let (_, address) = self.places.get(index(*home))?.door()?;
            Some((households.get(index(*home))?, address))
        };
        let homes: Vec<_> = site.homes.iter().filter_map(at_home).collect();
        let name = founding::name(&format!("Street {}", site.number))?;
        let cell = site.cell.parse();
        let cell = cell.map_err(|e| Error::new(ErrorKind::Invalid, "no cell").because(e))?;
        let Some(street) = Street::of(rng, name, cell, &homes) else {
            return Ok(());
        };
        for home in &site.homes {
            if let Some(me) = households.get(index(*home)) {
                let mut store = Store::in_memory()?;
                store.save(&street.records(me))?;
                stores.insert(*home, store);
            }
        }
        self.streets.push((street.id, street.topic()));
        Ok(())
    }
}

/// Whether a household lives there.
pub(super) fn is_home(site: &Site) -> bool {
    site.role == Role::Home || site.street.is_some()
}

/// The place of a number in lists of all.
pub(super) fn index(home: HouseNumber) -> usize {
    usize::try_from(home.0).unwrap_or(usize::MAX)
}
