//! The director: builds a neighbourhood, works its plan off, and closes the record.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use streetlamp::clock::Clock;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::mesh::peer_of;
use streetlamp::store::Store;
use streetlamp_proto::household::Me;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::street::Address;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::Progress;
use super::plan::{Deed, Plan, StreetSite};
use super::survey;
use crate::DAWN;
use crate::chronicle::{Chronicle, Known};
use crate::founding::{self, Street};
use crate::house::House;
use crate::net::{Net, carry_all};
use crate::record::{Cost, Home, HouseNumber, Micros, Record, Role, What};
use crate::scenario::Scenario;

/// How often whoever watches is told how far a run is.
const TELL: Micros = Micros(10_000_000);

/// Directs one run.
#[derive(Debug)]
pub(crate) struct Director {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    pub(super) plan: Plan,
    pub(super) net: Net,
    pub(super) clock: Clock,
    pub(super) chronicle: Chronicle,
    pub(super) houses: Vec<House>,
    pub(super) households: BTreeMap<HouseNumber, HouseholdId>,
    pub(super) rng: ChaCha20Rng,
    /// Homes without power.
    dark: BTreeSet<HouseNumber>,
    /// What takes a while, such as joining.
    pub(super) under_way: JoinSet<()>,
    names: Vec<String>,
    dir: TempDir,
}

impl Director {
    /// Builds everything; nothing is on yet.
    ///
    /// # Errors
    /// If there is no room for temporary files, or a home cannot be made.
    pub(crate) fn build(scenario: &Scenario, seed: u64) -> Result<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let plan = Plan::of(scenario, &mut rng);
        let net = Net::new(rng.next_u64());
        tokio::spawn(carry_all(net.clone()));
        let dir = directory()?;
        let mut households = Vec::new();
        let (mut addresses, mut names) = (Vec::new(), Vec::new());
        for site in &plan.sites {
            let name = format!("Home {}", site.number.0);
            let cell = site.cell.get(..6).and_then(|cell| cell.parse().ok());
            // No camera films yet, so nobody needs the key that opens clips.
            let (me, _reading) = founding::household(&mut rng, founding::name(&name)?, cell);
            let peer = peer_of(me.device_id());
            let peer = peer.ok_or_else(|| Error::new(ErrorKind::Internal, "a key is no peer"))?;
            let (_, address) = net.lay(site.line, peer);
            households.push(me);
            addresses.push(address);
            names.push(name);
        }
        let known = plan.sites.iter().map(|site| Known {
            number: site.number,
            street: site.street,
            honest: true,
            cell: site.cell.clone(),
        });
        let chronicle = Chronicle::new(&net, known.collect());
        let mut stores = BTreeMap::new();
        for street in &plan.streets {
            found(
                street,
                &households,
                &addresses,
                &mut rng,
                &chronicle,
                &mut stores,
            )?;
        }
        let mut houses = Vec::new();
        let mut ids = BTreeMap::new();
        let built = plan.sites.iter().zip(households).zip(addresses);
        for ((site, me), address) in built {
            ids.insert(site.number, me.household());
            let store = match stores.remove(&site.number) {
                Some(store) => store,
                None => Store::in_memory()?,
            };
            let seed = seed.wrapping_mul(1_000_003);
            let house = House::build(site.number, me, dir.path(), store, address, seed)?;
            houses.push(house);
        }
        Ok(Self {
            scenario: scenario.clone(),
            seed,
            plan,
            net,
            clock: Clock::starting_at(DAWN),
            chronicle,
            houses,
            households: ids,
            rng,
            dark: BTreeSet::new(),
            under_way: JoinSet::new(),
            names,
            dir,
        })
    }

    /// The time.
    pub(crate) fn now(&self) -> Micros {
        self.net.now()
    }

    /// Lets everybody come on.
    ///
    /// # Errors
    /// If a node does not start, or a home keeps time from going on.
    pub(crate) async fn warm_up(&mut self, progress: &mut impl FnMut(Progress)) -> Result<()> {
        self.until(self.plan.begin, progress).await
    }

    /// Lets the rest happen, and everybody hear of it.
    ///
    /// # Errors
    /// If a node fails, or a home keeps time from going on.
    pub(crate) async fn go_on(&mut self, progress: &mut impl FnMut(Progress)) -> Result<()> {
        self.until(self.plan.end, progress).await
    }

    async fn until(&mut self, end: Micros, progress: &mut impl FnMut(Progress)) -> Result<()> {
        let deeds = std::mem::take(&mut self.plan.deeds);
        let mut deeds = deeds.into_iter().peekable();
        while let Some((at, deed)) = deeds.next_if(|(at, _)| *at < end) {
            self.wait(at, progress).await?;
            self.carry_out(deed).await?;
        }
        self.plan.deeds = deeds.collect();
        self.wait(end, progress).await
    }

    /// Lets time go on.
    async fn wait(&mut self, at: Micros, progress: &mut impl FnMut(Progress)) -> Result<()> {
        loop {
            let now = self.now();
            progress(Progress {
                at: now,
                of: self.plan.end,
                steps: self.chronicle.steps(),
            });
            if now >= at {
                return Ok(());
            }
            let next = self.net.instant(at.min(now.plus(TELL)));
            tokio::select! {
                biased;
                stalled = self.net.stalled() => {
                    let message = format!(
                        "house {} keeps virtual time from going on at {} ms: one of its tasks is always ready",
                        stalled.0.0,
                        now.as_ms()
                    );
                    return Err(Error::new(ErrorKind::Internal, message));
                }
                Some(_) = self.under_way.join_next() => {}
                () = sleep_until(next) => {}
            }
        }
    }

    async fn carry_out(&mut self, deed: Deed) -> Result<()> {
        match deed {
            Deed::On(home) => self.switch_on(home).await,
            Deed::Off(home) => self.switch_off(home).await,
            #[cfg(test)]
            Deed::Forget(home) => self.house(home).map_or(Ok(()), House::forget),
            Deed::Cut(home) => {
                self.dark.insert(home);
                self.switch_off(home).await
            }
            Deed::Restore(home) => {
                self.dark.remove(&home);
                self.switch_on(home).await
            }
            Deed::Steal(home) => {
                self.dark.insert(home);
                // Nothing is due at a thief's.
                self.chronicle.moved(home, None);
                self.switch_off(home).await
            }
            Deed::Part(apart) => {
                self.net.part(|home| u32::from(apart.contains(&home)));
                let says = format!("{} homes on one side", apart.len());
                self.chronicle.note(None, What::Parted, says);
                Ok(())
            }
            Deed::Heal => {
                self.net.part(|_| 0);
                self.chronicle
                    .note(None, What::Healed, "everybody reaches everybody");
                Ok(())
            }
            other => {
                self.speak(other).await;
                Ok(())
            }
        }
    }

    async fn switch_on(&mut self, home: HouseNumber) -> Result<()> {
        let witness = self.chronicle.witness(home);
        let (net, clock) = (self.net.clone(), self.clock);
        let dark = self.dark.contains(&home);
        if let Some(house) = self.house(home) {
            if house.handle().is_some() || dark {
                return Ok(());
            }
            house.switch_on(&net, clock, witness).await?;
            self.chronicle.note(Some(home), What::On, "its node starts");
        }
        Ok(())
    }

    async fn switch_off(&mut self, home: HouseNumber) -> Result<()> {
        let net = self.net.clone();
        if let Some(house) = self.house(home) {
            if house.handle().is_none() {
                return Ok(());
            }
            house.switch_off(&net).await?;
            self.chronicle
                .note(Some(home), What::Off, "its power is gone");
        }
        Ok(())
    }

    pub(super) fn house(&mut self, home: HouseNumber) -> Option<&mut House> {
        self.houses.get_mut(usize::try_from(home.0).ok()?)
    }

    /// Looks for what was lost, and writes everything down.
    ///
    /// # Errors
    /// If a node failed.
    pub(crate) async fn end(mut self, mut cost: Cost) -> Result<Record> {
        let here: BTreeSet<_> = self
            .houses
            .iter()
            .filter(|h| h.handle().is_some())
            .map(|h| h.number)
            .collect();
        if self.scenario.settle.0 >= survey::LONG_ENOUGH {
            self.chronicle.all_is_there(&here);
        }
        let (said, deliveries, happenings, trace_hash) = self.chronicle.close();
        cost.steps = self.chronicle.steps();
        let (links, traffic) = (survey::links(&self.net), survey::traffic(&self.net));
        let mut storage = Vec::new();
        for house in &mut self.houses {
            storage.push(survey::storage(house, &self.net, self.dir.path()).await?);
        }
        let homes = self
            .plan
            .sites
            .iter()
            .zip(&self.names)
            .map(|(site, name)| Home {
                number: site.number,
                name: name.clone(),
                cell: site.cell.clone(),
                street: site.street,
                link: site.line_class.clone(),
                availability: site.availability.clone(),
                role: Role::Home,
            });
        let replay = format!(
            "streetlamp-sim run {} --seed {}",
            self.scenario.name, self.seed
        );
        let mut violations = self.chronicle.violations();
        for violation in &mut violations {
            violation.replay.clone_from(&replay);
        }
        cost.peak_rss_bytes = survey::peak_memory();
        let mut record = Record {
            scenario: self.scenario.name.clone(),
            configuration: self.scenario.to_toml(),
            seed: self.seed,
            streets: self.plan.streets.iter().map(survey::street).collect(),
            homes: homes.collect(),
            links,
            said,
            deliveries,
            happenings,
            traffic,
            storage,
            learned: Vec::new(),
            violations,
            expectations: Vec::new(),
            cost,
            trace_hash,
        };
        record.expectations = crate::measure::expectations(&self.scenario, &record);
        Ok(record)
    }
}

/// A directory for keys and clips: in memory where the system offers it, because every file is made durable.
fn directory() -> Result<TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    let here = TempDir::with_prefix_in("streetlamp-sim-", memory);
    here.or_else(|_| TempDir::with_prefix("streetlamp-sim-"))
        .map_err(|e| Error::io("no room for a neighbourhood", e))
}

fn found(
    site: &StreetSite,
    households: &[Me],
    addresses: &[libp2p::Multiaddr],
    rng: &mut ChaCha20Rng,
    chronicle: &Chronicle,
    stores: &mut BTreeMap<HouseNumber, Store>,
) -> Result<()> {
    let place = |home: &HouseNumber| usize::try_from(home.0).unwrap_or(usize::MAX);
    let at_home = |home: &HouseNumber| -> Option<(&Me, Address)> {
        let address = addresses.get(place(home))?.to_string();
        Some((households.get(place(home))?, Address::parse(&address).ok()?))
    };
    let homes: Vec<_> = site.homes.iter().filter_map(at_home).collect();
    let name = founding::name(&format!("Street {}", site.number))?;
    let cell = site.cell.parse();
    let cell = cell.map_err(|e| Error::new(ErrorKind::Invalid, "no cell").because(e))?;
    let Some(street) = Street::of(rng, name, cell, &homes) else {
        return Ok(());
    };
    chronicle.knows(street.id, site.number);
    for home in &site.homes {
        if let Some(me) = households.get(place(home)) {
            let mut store = Store::in_memory()?;
            store.save(&street.records(me))?;
            stores.insert(*home, store);
        }
    }
    Ok(())
}
