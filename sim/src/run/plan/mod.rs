//! What happens when: a scenario's rates, shares and events as a list of deeds, drawn from the seed.

mod cast;
mod draw;
mod films;
mod town;

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::outages::Outage;
use crate::net::{Line, chance};
use crate::record::{HouseNumber, Micros, Role};
use crate::scenario::{Happens, Scenario, Span, What, Whom};
pub(crate) use cast::{Agency, Stranger};
use draw::{any, every, mean_on, next_of, shuffle, within};
use town::{settle, site};

/// One home before it is built.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Its number.
    pub(crate) number: HouseNumber,
    /// Its street; nobody's for a household that joins later.
    pub(crate) street: Option<u32>,
    /// Its cell, in seven characters.
    pub(crate) cell: String,
    /// The name of its class of line.
    pub(crate) line_class: String,
    /// Who provides its line.
    pub(crate) provider: String,
    /// Its line.
    pub(crate) line: Line,
    /// Whose address it is behind, if that is not one of its own.
    pub(crate) beside: Option<HouseNumber>,
    /// The name of its class of availability.
    pub(crate) availability: String,
    /// What lives there.
    pub(crate) role: Role,
}

/// A street before it is founded.
#[derive(Debug, Clone)]
pub(crate) struct StreetSite {
    /// Its number.
    pub(crate) number: u32,
    /// Its cell.
    pub(crate) cell: String,
    /// Who lives there.
    pub(crate) homes: Vec<HouseNumber>,
}

/// Something that the director does.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// A node comes on.
    On(HouseNumber),
    /// A node goes off without a word.
    Off(HouseNumber),
    /// A home loses its power: its node stays off until the power is back.
    Cut(HouseNumber),
    /// A home has its power back, and its node comes on.
    Restore(HouseNumber),
    /// A box is stolen.
    Steal(HouseNumber),
    /// Something is wrong with the net, under this number.
    Part(u32, Outage),
    /// It is over.
    Heal(u32),
    /// An agency goes on air.
    Air(HouseNumber),
    /// An agency publishes a bulletin.
    Publish(HouseNumber),
    /// An agency takes back what it published last.
    Withdraw(HouseNumber),
    /// Somebody hostile comes.
    Come(HouseNumber),
    /// A home keeps another one's clips from now on.
    Keep {
        keeper: HouseNumber,
        owner: HouseNumber,
    },
    /// A home records a clip, and grants it to a neighbour for each draw.
    Film { by: HouseNumber, grants: Vec<u64> },
    /// An alert.
    Post { by: HouseNumber, nearby: bool },
    /// A false alert.
    PostFalse(HouseNumber),
    /// The author takes back what it said last.
    TakeBack(HouseNumber),
    /// Somebody on the author's street says something about its last alert.
    FollowUp { of: HouseNumber, draw: u64 },
    /// A household gets a ticket from another one, and joins.
    Join { who: HouseNumber, from: HouseNumber },
    /// A household leaves its street.
    Leave(HouseNumber),
    /// A node that is off loses what was said from its disk: a planted fault.
    #[cfg(test)]
    Forget(HouseNumber),
    /// A household votes for the removal of another one.
    VoteOut { who: HouseNumber, by: HouseNumber },
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The homes, by number.
    pub(crate) sites: Vec<Site>,
    /// The streets, by number.
    pub(crate) streets: Vec<StreetSite>,
    /// The agencies, by house number.
    pub(crate) agencies: Vec<Agency>,
    /// Hostile nodes that are no homes, by house number.
    pub(crate) strangers: Vec<Stranger>,
    /// Whether anybody films.
    pub(crate) films: bool,
    /// What happens, in order.
    pub(crate) deeds: Vec<(Micros, Deed)>,
    /// When everybody came on.
    pub(crate) begin: Micros,
    /// When nothing more is said.
    pub(crate) quiet: Micros,
    /// When it ends.
    pub(crate) end: Micros,
}

/// Follow-ups come within this time after their alert.
const TALK: Micros = Micros(600_000_000);
/// A stolen box is noticed after this time, if a scenario does not say.
const NOTICED: Micros = Micros(60_000_000);
/// Then each neighbour votes within this time.
const VOTED: Micros = Micros(1_800_000_000);

impl Plan {
    /// Draws everything.
    pub(crate) fn of(scenario: &Scenario, rng: &mut ChaCha20Rng) -> Self {
        let joining = scenario.happens.iter().filter(|h| h.what == What::Join);
        let later: u32 = joining.map(|h| h.whom.count.unwrap_or(1)).sum();
        let (mut sites, streets) = settle(scenario, rng);
        for _ in 0..later {
            let number = HouseNumber(u32::try_from(sites.len()).unwrap_or(u32::MAX));
            let cell = streets
                .first()
                .map_or("u33dc1", |street| street.cell.as_str());
            sites.push(site(scenario, rng, number, None, cell));
        }
        let begin = scenario.warm_up.micros();
        let quiet = begin.plus(scenario.duration.micros());
        let end = quiet.plus(scenario.settle.micros());
        let mut plan = Self {
            sites,
            streets,
            agencies: Vec::new(),
            strangers: Vec::new(),
            films: scenario.clips.per_hour > 0.0
                || scenario.happens.iter().any(|h| h.what == What::Film),
            deeds: Vec::new(),
            begin,
            quiet,
            end,
        };
        plan.turn_hostile(scenario, rng);
        plan.call_in(scenario, rng);
        plan.come_on(rng);
        plan.come_and_go(scenario, rng);
        plan.talk(scenario, rng);
        plan.publish(scenario, rng);
        plan.keep_and_film(scenario, rng);
        let mut newcomers = scenario.town.homes;
        for (number, happens) in (0..).zip(&scenario.happens) {
            plan.happens(happens, number, scenario, &mut newcomers, rng);
        }
        // Stable: what falls on one moment keeps the order in which it was drawn.
        plan.deeds.sort_by_key(|(at, _)| *at);
        plan
    }

    /// The honest ones.
    fn members(&self) -> impl Iterator<Item = &Site> {
        let members = self.sites.iter().filter(|site| site.street.is_some());
        members.filter(|site| site.role == Role::Home)
    }

    fn come_on(&mut self, rng: &mut ChaCha20Rng) {
        // Two thirds of the time: the last ones look for their neighbours after that.
        let over = Micros(self.begin.0 / 3 * 2);
        let members: Vec<_> = self.members().map(|site| site.number).collect();
        for number in members {
            self.deeds.push((within(rng, over), Deed::On(number)));
        }
    }

    /// Homes are off now and then, as their class says. In the end everybody is on.
    fn come_and_go(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        let members: Vec<_> = self.members().cloned().collect();
        for site in members {
            let Some(class) = scenario.availability.get(&site.availability) else {
                continue;
            };
            if class.on >= 1.0 || class.off_for.0.is_zero() {
                continue;
            }
            let off = class.off_for.micros();
            let on = mean_on(off, class.on);
            let mut at = self.begin.plus(next_of(rng, on));
            while at < self.quiet {
                let back = at.plus(next_of(rng, off)).min(self.quiet);
                self.deeds.push((at, Deed::Off(site.number)));
                self.deeds.push((back, Deed::On(site.number)));
                at = back.plus(next_of(rng, on));
            }
        }
    }

    fn talk(&mut self, scenario: &Scenario, rng: &mut ChaCha20Rng) {
        let alerts = &scenario.alerts;
        if alerts.per_hour <= 0.0 {
            return;
        }
        let members: Vec<_> = self.members().map(|site| site.number).collect();
        let mean = every(alerts.per_hour);
        let mut at = self.begin.plus(next_of(rng, mean));
        while at < self.quiet {
            let nearby = chance(rng) < alerts.nearby;
            if let Some(by) = any(rng, &members) {
                self.deeds.push((at, Deed::Post { by, nearby }));
                self.discuss(by, at, alerts.follow_ups, rng);
            }
            at = at.plus(next_of(rng, mean));
        }
    }

    fn discuss(&mut self, of: HouseNumber, alert: Micros, mean: f64, rng: &mut ChaCha20Rng) {
        let mut left = mean;
        while left > 0.0 {
            if chance(rng) < left {
                let at = alert.plus(within(rng, TALK)).plus(Micros(1_000_000));
                if at < self.quiet {
                    let draw = rng.next_u64();
                    self.deeds.push((at, Deed::FollowUp { of, draw }));
                }
            }
            left -= 1.0;
        }
    }

    fn happens(
        &mut self,
        happens: &Happens,
        number: u32,
        scenario: &Scenario,
        newcomers: &mut u32,
        rng: &mut ChaCha20Rng,
    ) {
        let at = self.begin.plus(happens.at.micros());
        let over = happens.within.map_or(Micros(0), Span::micros);
        let ends = happens
            .lasts
            .map(|lasts| at.plus(lasts.micros()).min(self.quiet));
        let whom = self.chosen(&happens.whom, rng);
        match happens.what {
            What::PowerCut => {
                for home in whom {
                    self.deeds.push((at, Deed::Cut(home)));
                    if let Some(ends) = ends {
                        let back = ends.plus(within(rng, over)).min(self.quiet);
                        self.deeds.push((back, Deed::Restore(home)));
                    }
                }
            }
            What::NetDown | What::Split => {
                let homes: BTreeSet<_> = whom.into_iter().collect();
                let outage = match happens.what {
                    What::NetDown => Outage::Down(homes),
                    _ => Outage::Split(homes),
                };
                self.deeds.push((at, Deed::Part(number, outage)));
                let over = ends.map(|ends| (ends, Deed::Heal(number)));
                self.deeds.extend(over);
            }
            What::Bulletin => {
                let agencies: Vec<_> = self.agencies.iter().map(|a| a.number).collect();
                for agency in agencies {
                    self.deeds.push((at, Deed::Publish(agency)));
                    let back = ends.map(|ends| (ends, Deed::Withdraw(agency)));
                    self.deeds.extend(back);
                }
            }
            What::Film => {
                for by in whom {
                    let at = at.plus(within(rng, over)).min(self.quiet);
                    self.film(by, at, scenario, rng);
                }
            }
            What::Alert => {
                for by in whom {
                    let at = at.plus(within(rng, over)).min(self.quiet);
                    self.deeds.push((at, Deed::Post { by, nearby: false }));
                }
            }
            What::FalseAlert => {
                if let (Some(by), Some(back)) = (any(rng, &whom), ends) {
                    self.deeds.push((at, Deed::PostFalse(by)));
                    self.deeds.push((back, Deed::TakeBack(by)));
                }
            }
            What::Join => {
                for _ in 0..happens.whom.count.unwrap_or(1) {
                    let who = HouseNumber(*newcomers);
                    *newcomers += 1;
                    let at = at.plus(within(rng, over));
                    self.deeds.push((at, Deed::On(who)));
                    if let Some(from) = any(rng, &whom) {
                        let asks = at.plus(Micros(5_000_000));
                        self.deeds.push((asks, Deed::Join { who, from }));
                    }
                }
            }
            What::Leave => {
                let leaving = whom.into_iter().map(|home| (at, Deed::Leave(home)));
                self.deeds.extend(leaving);
            }
            What::Stolen => {
                let noticed = happens.lasts.map_or(NOTICED, Span::micros);
                for who in whom {
                    self.deeds.push((at, Deed::Steal(who)));
                    self.vote_out(who, at.plus(noticed), rng);
                }
            }
        }
    }

    fn vote_out(&mut self, who: HouseNumber, at: Micros, rng: &mut ChaCha20Rng) {
        let street = self
            .sites
            .iter()
            .find(|s| s.number == who)
            .and_then(|s| s.street);
        let neighbours = self
            .members()
            .filter(|s| s.street == street && s.number != who);
        let neighbours: Vec<_> = neighbours.map(|s| s.number).collect();
        for by in neighbours {
            let at = at.plus(within(rng, VOTED)).min(self.quiet);
            self.deeds.push((at, Deed::VoteOut { who, by }));
        }
    }

    /// The homes that are meant. Those who join later are never meant.
    fn chosen(&self, whom: &Whom, rng: &mut ChaCha20Rng) -> Vec<HouseNumber> {
        let fits = |site: &&Site| {
            let named = |name: &Option<String>, has: &str| name.as_ref().is_none_or(|n| n == has);
            let mut cells = whom.cell.iter();
            whom.home.is_none_or(|home| site.number.0 == home)
                && whom.street.is_none_or(|street| site.street == Some(street))
                && (whom.cell.is_empty() || cells.any(|cell| site.cell.starts_with(cell)))
                && named(&whom.line, &site.line_class)
                && named(&whom.provider, &site.provider)
        };
        let mut homes: Vec<_> = self.members().filter(fits).map(|s| s.number).collect();
        if let Some(share) = whom.share {
            homes.retain(|_| chance(rng) < share);
        }
        if let Some(count) = whom.count {
            shuffle(rng, &mut homes);
            homes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
            homes.sort_unstable();
        }
        homes
    }
}
