//! The director: builds a neighbourhood, works its plan off, and closes the record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use streetlamp::clock::Clock;
use streetlamp::error::{Error, ErrorKind, Result};
use tempfile::TempDir;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep_until;

use super::Progress;
use super::building::{Built, index};
use super::outages::Outages;
use super::plan::{Deed, Plan};
use super::survey;
use crate::DAWN;
use crate::adversary::Notes;
use crate::agency::Agency;
use crate::chronicle::{Chronicle, Closed, Known};
use crate::house::{House, World};
use crate::measure;
use crate::net::{Net, carry_all};
use crate::output::Summary;
use crate::record::{Cost, Home, HouseNumber, Micros, Record, Role, What};
use crate::resident;
use crate::scenario::Scenario;

/// How often whoever watches is told how far a run is.
const TELL: Micros = Micros(10_000_000);

/// Directs one run.
#[derive(Debug)]
pub(crate) struct Director {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    pub(super) plan: Plan,
    pub(super) world: World,
    pub(super) chronicle: Chronicle,
    pub(super) built: Built,
    pub(super) notes: BTreeMap<String, Arc<Notes>>,
    pub(super) rng: ChaCha20Rng,
    /// Homes without power.
    dark: BTreeSet<HouseNumber>,
    outages: Outages,
    /// Who looks at granted clips, while their node is on.
    looking: BTreeMap<HouseNumber, AbortHandle>,
    /// What takes a while, such as joining.
    pub(super) under_way: JoinSet<()>,
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
        let takes = Micros(scenario.checks.takes_us.into());
        let net = Net::new(rng.next_u64(), takes);
        tokio::spawn(carry_all(net.clone()));
        let dir = directory()?;
        let drawn = seed.wrapping_mul(1_000_003);
        let built = Built::of(&plan, &net, dir.path(), drawn, &mut rng)?;
        let adversaries = &scenario.adversaries;
        let relies_on = |role: &Role| match role {
            Role::Home => true,
            Role::Publisher => false,
            Role::Adversary(name) => adversaries.get(name).is_some_and(|a| !a.kind.swallows()),
        };
        let known = plan.sites.iter().map(|site| Known {
            number: site.number,
            street: site.street,
            household: built.residents.get(index(site.number)).map(|r| r.household),
            honest: site.role == Role::Home,
            passes_on: relies_on(&site.role),
            cell: site.cell.clone(),
        });
        let chronicle = Chronicle::new(&net, known.collect());
        for ((id, _), street) in built.streets.iter().zip(&plan.streets) {
            chronicle.knows(*id, street.number);
        }
        let notes = |(name, adversary): (&String, &crate::scenario::Adversary)| {
            (name.clone(), Arc::new(Notes::new(name, adversary.kind)))
        };
        Ok(Self {
            scenario: scenario.clone(),
            seed,
            plan,
            world: World {
                net,
                clock: Clock::starting_at(DAWN),
                domains: Agency::domains(built.agencies.iter()),
            },
            chronicle,
            built,
            notes: adversaries.iter().map(notes).collect(),
            rng,
            dark: BTreeSet::new(),
            outages: Outages::default(),
            looking: BTreeMap::new(),
            under_way: JoinSet::new(),
            dir,
        })
    }

    /// The time.
    pub(crate) fn now(&self) -> Micros {
        self.world.net.now()
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
            let next = self.world.net.instant(at.min(now.plus(TELL)));
            tokio::select! {
                biased;
                stalled = self.world.net.stalled() => {
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
                self.chronicle.stolen(home);
                self.chronicle
                    .note(Some(home), What::Stolen, "its box is stolen");
                self.switch_off(home).await
            }
            Deed::Part(number, outage) => {
                self.chronicle.note(None, What::Parted, outage.says());
                self.outages.begin(number, outage);
                self.part();
                Ok(())
            }
            Deed::Heal(number) => {
                if self.outages.end(number) {
                    self.chronicle.note(None, What::Healed, "an outage is over");
                    self.part();
                }
                Ok(())
            }
            Deed::Air(agency) => self.go_on_air(agency).await,
            Deed::Come(adversary) => self.come(adversary).await,
            other => {
                self.speak(other).await;
                Ok(())
            }
        }
    }

    fn part(&self) {
        let homes = u32::try_from(self.plan.sites.len()).unwrap_or(u32::MAX);
        let islands = self.outages.islands(homes);
        let island = |home| islands.get(index(home)).copied().unwrap_or_default();
        self.world.net.part(island);
    }

    async fn switch_on(&mut self, home: HouseNumber) -> Result<()> {
        let witness = self.chronicle.witness(home);
        let (world, dark) = (self.world.clone(), self.dark.contains(&home));
        let Some(house) = self.house(home).filter(|h| h.handle().is_none() && !dark) else {
            return Ok(());
        };
        house.switch_on(&world, witness).await?;
        let handle = house.handle().cloned();
        self.chronicle.note(Some(home), What::On, "its node starts");
        if let Some(handle) = handle.filter(|_| self.plan.films) {
            let rng = ChaCha20Rng::seed_from_u64(self.rng.next_u64());
            let look = resident::look(home, handle, self.chronicle.clone(), rng);
            let task = tokio::spawn(look).abort_handle();
            self.looking.insert(home, task);
        }
        Ok(())
    }

    async fn switch_off(&mut self, home: HouseNumber) -> Result<()> {
        if let Some(looking) = self.looking.remove(&home) {
            looking.abort();
        }
        let net = self.world.net.clone();
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
        self.built.houses.get_mut(index(home))
    }

    /// Looks for what was lost, and writes everything down.
    ///
    /// # Errors
    /// If a node failed.
    pub(crate) async fn end(mut self, mut cost: Cost) -> Result<Record> {
        let on = self.built.houses.iter().filter(|h| h.handle().is_some());
        let here: BTreeSet<_> = on.map(|h| h.number).collect();
        if self.scenario.settle.0 >= survey::LONG_ENOUGH {
            self.chronicle.all_is_there(&here);
        }
        cost.steps = self.chronicle.steps();
        let net = &self.world.net;
        let (links, traffic) = (survey::links(net), survey::traffic(net));
        for looking in self.looking.values() {
            looking.abort();
        }
        survey::look_at_keepers(&self.built.houses, &self.chronicle).await?;
        for house in &mut self.built.houses {
            house.switch_off(net).await?;
        }
        let houses = self.built.houses.iter();
        let storage = houses.map(|house| survey::storage(house, self.dir.path()));
        let storage = storage.collect::<Result<_>>()?;
        let learned = self.learned();
        let Closed {
            said,
            deliveries,
            clips,
            grants,
            happenings,
            trace_hash,
        } = self.chronicle.close();
        let homes = self.plan.sites.iter().zip(&self.built.names);
        let homes = homes.map(|(site, name)| Home {
            number: site.number,
            name: name.clone(),
            cell: site.cell.clone(),
            street: site.street,
            link: site.line_class.clone(),
            provider: site.provider.clone(),
            availability: site.availability.clone(),
            role: site.role.clone(),
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
            clips,
            grants,
            happenings,
            traffic,
            storage,
            learned,
            violations,
            expectations: Vec::new(),
            cost,
            trace_hash,
        };
        let summary = Summary::of(&record);
        record.expectations = measure::expectations(&self.scenario, &summary);
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
