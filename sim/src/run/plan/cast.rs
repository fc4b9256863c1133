//! Who takes part beside honest homes, and when: agencies, members who turned, strangers.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;

use super::draw::{every, next_of, shuffle};
use super::town::hosted;
use super::{Deed, Plan};
use crate::net::Nat;
use crate::record::{HouseNumber, Micros, Role};
use crate::scenario::{Scenario, Span};

/// An agency before it goes on air.
#[derive(Debug, Clone)]
pub(crate) struct Agency {
    /// Its number.
    pub(crate) number: HouseNumber,
    /// Its name in the scenario.
    pub(crate) name: String,
    /// Where it speaks.
    pub(crate) area: Vec<String>,
    /// Homes that it dials.
    pub(crate) dials: Vec<HouseNumber>,
    /// How long its bulletins live.
    pub(crate) life: Span,
}

/// A hostile node that is no home, before it comes.
#[derive(Debug, Clone)]
pub(crate) struct Stranger {
    /// Its number.
    pub(crate) number: HouseNumber,
    /// Homes that it dials.
    pub(crate) dials: Vec<HouseNumber>,
    /// Homes that are named in the scenario.
    pub(crate) named: Vec<HouseNumber>,
}

impl Plan {
    /// Members of streets whose program is changed from the beginning on.
    pub(super) fn turn_hostile(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        for (name, adversary) in &scenario.adversaries {
            if !adversary.kind.is_member() {
                continue;
            }
            let mut among = self.chosen(&adversary.whom, rng);
            shuffle(rng, &mut among);
            let many = adversary.many(scenario.town.homes);
            among.truncate(usize::try_from(many).unwrap_or(usize::MAX));
            among.sort_unstable();
            for number in among {
                if let Some(site) = self.sites.iter_mut().find(|site| site.number == number) {
                    site.role = Role::Adversary(name.clone());
                }
                let at = adversary.comes.map(|span| self.begin.plus(span.micros()));
                self.deeds
                    .push((at.unwrap_or_default(), Deed::Come(number)));
            }
        }
    }

    /// Agencies and strangers, who are no homes.
    pub(super) fn call_in(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        let everywhere: Vec<_> = scenario.town.density.keys().cloned().collect();
        for (name, publisher) in &scenario.publishers {
            let number = self.host(scenario, rng, Role::Publisher);
            let many = usize::try_from(publisher.dials).unwrap_or(usize::MAX);
            let mut by_street: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for site in self.members() {
                by_street.entry(site.street).or_default().push(site.number);
            }
            let mut dials = Vec::new();
            for mut homes in by_street.into_values() {
                shuffle(rng, &mut homes);
                // Whom an agency connects to has opened a port for it, where there is somebody who can.
                homes.sort_by_key(|home| !self.is_open(*home));
                dials.extend(homes.into_iter().take(many));
            }
            self.agencies.push(Agency {
                number,
                name: name.clone(),
                area: match publisher.area.is_empty() {
                    true => everywhere.clone(),
                    false => publisher.area.clone(),
                },
                dials,
                life: publisher.life,
            });
            // Homes come on during the first two thirds.
            let at = Micros(self.begin.0 / 3 * 2);
            self.deeds.push((at, Deed::Air(number)));
        }
        for (name, adversary) in &scenario.adversaries {
            if adversary.kind.is_member() {
                continue;
            }
            let named = self.chosen(&adversary.whom, rng);
            let dials = match adversary.censors {
                true => self.members().map(|site| site.number).collect(),
                false => named.clone(),
            };
            let mut first = None;
            for _ in 0..adversary.many(scenario.town.homes) {
                let number = self.host(scenario, rng, Role::Adversary(name.clone()));
                if adversary.one_address
                    && let Some(site) = self.sites.last_mut()
                {
                    site.beside = Some(*first.get_or_insert(number));
                }
                self.strangers.push(Stranger {
                    number,
                    dials: dials.clone(),
                    named: named.clone(),
                });
                let at = adversary.comes.map(|span| self.begin.plus(span.micros()));
                self.deeds
                    .push((at.unwrap_or_default(), Deed::Come(number)));
            }
        }
    }

    fn is_open(&self, home: HouseNumber) -> bool {
        let site = self.sites.iter().find(|site| site.number == home);
        site.is_some_and(|site| site.line.nat == Nat::Open)
    }

    fn host(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng, role: Role) -> HouseNumber {
        let number = HouseNumber(u32::try_from(self.sites.len()).unwrap_or(u32::MAX));
        self.sites.push(hosted(scenario, rng, number, role));
        number
    }

    /// What agencies publish at random moments.
    pub(super) fn publish(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        for agency in self.agencies.clone() {
            let publisher = scenario.publishers.get(&agency.name);
            let per_hour = publisher.map_or(0.0, |publisher| publisher.per_hour);
            if per_hour <= 0.0 {
                continue;
            }
            let mean = every(per_hour);
            let mut at = self.begin.plus(next_of(rng, mean));
            while at < self.quiet {
                self.deeds.push((at, Deed::Publish(agency.number)));
                at = at.plus(next_of(rng, mean));
            }
        }
    }
}
