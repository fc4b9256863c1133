//! Those who are no honest homes: agencies that go on air and publish, adversaries that come, and what they learned.

use std::collections::BTreeMap;

use streetlamp::error::Result;
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::open::{self, MOST_RINGS};
use streetlamp_proto::street::Topic;

use super::building::index;
use super::director::Director;
use crate::DAWN;
use crate::adversary::{Brief, Manner, Member, Stranger};
use crate::agency::Agency;
use crate::chronicle::Published;
use crate::house::watched;
use crate::record::{HouseNumber, Learned, Micros, Role, What};
use crate::scenario::{self, Span};

/// A moment of the run as wall time.
fn wall(at: Micros) -> streetlamp_proto::time::Timestamp {
    DAWN.after(std::time::Duration::from_micros(at.0))
}

impl Director {
    fn agency(&mut self, number: HouseNumber) -> Option<&mut Agency> {
        let mut agencies = self.built.agencies.iter_mut();
        agencies.find(|agency| agency.number() == number)
    }

    pub(super) async fn go_on_air(&mut self, number: HouseNumber) -> Result<()> {
        let places = &self.built.places;
        let plan = self.plan.agencies.iter().find(|a| a.number == number);
        let dials = plan.into_iter().flat_map(|agency| &agency.dials);
        let connect = dials.filter_map(|home| places.get(index(*home))?.named());
        let connect: Vec<_> = connect.collect();
        let listen = places
            .get(index(number))
            .map(|place| place.address.to_string());
        let (world, seed) = (self.world.clone(), self.seed);
        if let (Some(agency), Some(listen)) = (self.agency(number), listen) {
            agency.go_on_air(&world, seed, listen, connect).await?;
            self.chronicle
                .note(Some(number), What::Came, "an agency goes on air");
        }
        Ok(())
    }

    pub(super) async fn publish(&mut self, number: HouseNumber) {
        let Some(agency) = self.agency(number) else {
            return;
        };
        let (area, life) = (agency.plan.area.clone(), agency.plan.life.0);
        match agency.publish().await {
            Ok(id) => self.chronicle.published(
                number,
                Published {
                    id,
                    takes_back: None,
                    area: &area,
                    life,
                },
            ),
            Err(error) => self.chronicle.note(Some(number), What::Refused, error),
        }
    }

    pub(super) async fn withdraw(&mut self, number: HouseNumber) {
        let Some(agency) = self.agency(number) else {
            return;
        };
        let (area, life) = (agency.plan.area.clone(), agency.plan.life.0);
        match agency.withdraw().await {
            Ok(Some((bulletin, id))) => self.chronicle.published(
                number,
                Published {
                    id,
                    takes_back: Some(bulletin),
                    area: &area,
                    life,
                },
            ),
            Ok(None) => {}
            Err(error) => self.chronicle.note(Some(number), What::Refused, error),
        }
    }

    /// Somebody hostile comes.
    pub(super) async fn come(&mut self, number: HouseNumber) -> Result<()> {
        let role = self
            .plan
            .sites
            .get(index(number))
            .map(|site| site.role.clone());
        let Some(Role::Adversary(name)) = role else {
            return Ok(());
        };
        let adversary = self.scenario.adversaries.get(&name).cloned();
        let notes = self.notes.get(&name).cloned();
        let place = self.built.places.get(index(number)).cloned();
        let (Some(adversary), Some(notes), Some(place)) = (adversary, notes, place) else {
            return Ok(());
        };
        let stranger = self.plan.strangers.iter().find(|s| s.number == number);
        let named = stranger.filter(|_| adversary.censors).map(|stranger| {
            let places = stranger.named.iter();
            let places = places.filter_map(|home| self.built.places.get(index(*home)));
            places.map(|place| place.device).collect()
        });
        let brief = Brief {
            number,
            manner: Manner {
                kind: adversary.kind,
                swallows: adversary.swallows,
                censors: named,
                turns: wall(
                    self.plan
                        .begin
                        .plus(adversary.turns.map_or(Micros(0), Span::micros)),
                ),
                per_hour: adversary.per_hour,
            },
            world: self.world.clone(),
            notes,
            quiet: wall(self.plan.quiet),
            seed: self
                .seed
                .wrapping_mul(7_919)
                .wrapping_add(u64::from(number.0)),
        };
        let address = place.address.to_string();
        let net = self.world.net.clone();
        match adversary.kind.is_member() {
            true => {
                let house = self.house(number);
                if let Some((store, home)) = house.and_then(|h| Some((h.give_up()?, h.home()))) {
                    let member = Member::come(brief, home, &store, &address).await?;
                    tokio::spawn(watched(&net, number, member.run()));
                }
            }
            false => {
                let dials = stranger.into_iter().flat_map(|stranger| &stranger.dials);
                let homes = dials.filter_map(|home| self.built.places.get(index(*home))?.door());
                let homes = homes.collect();
                let topics = self.topics(&adversary);
                if let Some(key) = self.built.keys.get(&number) {
                    let stranger = Stranger::come(brief, key, &address, homes, &topics).await?;
                    tokio::spawn(watched(&net, number, stranger.run()));
                }
            }
        }
        let says = format!("{name} comes");
        self.chronicle.note(Some(number), What::Came, says);
        Ok(())
    }

    /// All that a stranger can name: what is said in the open around the town, and streets of which it was told.
    fn topics(&self, adversary: &scenario::Adversary) -> Vec<Topic> {
        let cells = self.scenario.town.density.keys();
        let cells = cells.filter_map(|cell| cell.parse().ok());
        let around = cells.flat_map(|cell| open::around(&cell, MOST_RINGS));
        let mut topics: Vec<_> = around.filter_map(|cell| open::topic(&cell)).collect();
        topics.sort();
        topics.dedup();
        if adversary.knows_streets {
            topics.extend(self.built.streets.iter().map(|(_, topic)| topic.clone()));
        }
        topics
    }

    /// What everybody hostile learned.
    pub(super) fn learned(&self) -> Vec<Learned> {
        let numbered = (0..).map(HouseNumber).zip(&self.built.places);
        let whose: BTreeMap<DeviceId, HouseNumber> = numbered
            .map(|(number, place)| (place.device, number))
            .collect();
        let homes = |device| {
            let number = whose.get(&device).copied()?;
            let site = self.plan.sites.get(index(number))?;
            (site.role == Role::Home).then_some(number)
        };
        let mut streets: BTreeMap<u32, u64> = BTreeMap::new();
        for site in self
            .plan
            .sites
            .iter()
            .filter(|site| site.role == Role::Home)
        {
            if let Some(street) = site.street {
                *streets.entry(street).or_default() += 1;
            }
        }
        let notes = self.notes.values();
        notes
            .flat_map(|notes| notes.learned(&self.chronicle, homes, &streets))
            .collect()
    }
}
