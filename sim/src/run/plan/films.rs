//! Who films what and when, for how many neighbours, and who keeps whose clips.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::draw::{any, every, next_of, shuffle};
use super::{Deed, Plan};
use crate::net::chance;
use crate::record::{HouseNumber, Micros};
use crate::scenario::Scenario;

/// Between two that ask their keepers, so that a home is not asked by all of its street in one moment.
const APART: Micros = Micros(100_000);

impl Plan {
    /// What homes film at random moments. Before that each finds its keepers, while everybody is there.
    pub(super) fn keep_and_film(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        let members: Vec<_> = self.members().map(|s| (s.number, s.street)).collect();
        let many = usize::try_from(scenario.clips.keepers).unwrap_or(usize::MAX);
        let mut at = self.begin;
        for (owner, street) in &members {
            let others = members.iter().filter(|(n, s)| n != owner && s == street);
            let mut others: Vec<_> = others.map(|(number, _)| *number).collect();
            shuffle(rng, &mut others);
            for keeper in others.into_iter().take(many) {
                let owner = *owner;
                self.deeds.push((at, Deed::Keep { keeper, owner }));
                at = at.plus(APART);
            }
        }
        if scenario.clips.per_hour <= 0.0 {
            return;
        }
        let homes: Vec<_> = members.iter().map(|(number, _)| *number).collect();
        let mean = every(scenario.clips.per_hour);
        let mut at = self.begin.plus(next_of(rng, mean));
        while at < self.quiet {
            if let Some(by) = any(rng, &homes) {
                self.film(by, at, scenario, rng);
            }
            at = at.plus(next_of(rng, mean));
        }
    }

    /// One clip, and whom it is granted to.
    pub(super) fn film(
        &mut self,
        by: HouseNumber,
        at: Micros,
        scenario: &Scenario,
        rng: &mut ChaCha20Rng,
    ) {
        let mut grants = Vec::new();
        let mut left = scenario.clips.grants;
        while left > 0.0 {
            if chance(rng) < left {
                grants.push(rng.next_u64());
            }
            left -= 1.0;
        }
        self.deeds.push((at, Deed::Film { by, grants }));
    }
}
