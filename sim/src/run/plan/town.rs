//! Who lives where, and on which line.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::draw::pick;
use super::{Site, StreetSite};
use crate::net::{Line, Nat};
use crate::record::{HouseNumber, Micros, Role};
use crate::scenario::Scenario;

/// Characters of a geohash (Niemeyer 2008).
const GEOHASH: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// What stands in place of the classes of a home at a machine that is none.
const HOSTED: &str = "hosted";

/// Who lives where: homes go to cells by the density map, and each cell's homes to streets.
pub(super) fn settle(scenario: &Scenario, rng: &mut ChaCha20Rng) -> (Vec<Site>, Vec<StreetSite>) {
    let town = &scenario.town;
    let sum: f64 = town.density.values().sum();
    let (mut sites, mut streets) = (Vec::new(), Vec::new());
    let mut weight = 0.0;
    let mut built = 0;
    for (cell, share) in &town.density {
        weight += share;
        let until = part_of(town.homes, weight / sum);
        let mut left = until.saturating_sub(built);
        built = built.max(until);
        // As many streets as are needed, of the same size as far as that goes.
        let many = left.div_ceil(town.street).max(1);
        for street in 0..many {
            let homes = left.div_ceil(many - street);
            left -= homes;
            if homes == 0 {
                continue;
            }
            let number = u32::try_from(streets.len()).unwrap_or(u32::MAX);
            let first = u32::try_from(sites.len()).unwrap_or(u32::MAX);
            let numbers: Vec<_> = (first..first + homes).map(HouseNumber).collect();
            for home in &numbers {
                sites.push(site(scenario, rng, *home, Some(number), cell));
            }
            streets.push(StreetSite {
                number,
                cell: cell.clone(),
                homes: numbers,
            });
        }
    }
    (sites, streets)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most as many as there are"
)]
fn part_of(homes: u32, part: f64) -> u32 {
    ((f64::from(homes) * part).round() as u32).min(homes)
}

/// One home of a cell.
pub(super) fn site(
    scenario: &Scenario,
    rng: &mut ChaCha20Rng,
    number: HouseNumber,
    street: Option<u32>,
    cell: &str,
) -> Site {
    let classes = scenario.lines.iter();
    let line_class = pick(
        rng,
        classes.map(|(name, class)| (name.as_str(), class.share)),
    );
    let line_class = line_class.unwrap_or_default().to_owned();
    let nat = pick(rng, scenario.nat.iter().map(|(nat, share)| (nat, *share)));
    let nat = nat.copied().unwrap_or(Nat::Open);
    let classes = scenario.availability.iter();
    let availability = pick(
        rng,
        classes.map(|(name, class)| (name.as_str(), class.share)),
    );
    let line = match scenario.lines.get(&line_class) {
        Some(class) => {
            let [from, to] = class.last_mile_ms;
            let range = u64::from(to.saturating_sub(from)) + 1;
            Line {
                up: bits(class.up),
                down: bits(class.down),
                last_mile: Micros((u64::from(from) + rng.next_u64() % range) * 1_000),
                loss: class.loss,
                nat,
            }
        }
        None => Line {
            up: bits(10.0),
            down: bits(100.0),
            last_mile: Micros(10_000),
            loss: 0.0,
            nat,
        },
    };
    let providers = scenario.providers.iter();
    let provider = pick(rng, providers.map(|(name, share)| (name.as_str(), *share)));
    Site {
        number,
        street,
        cell: finer(rng, cell),
        provider: provider.unwrap_or_default().to_owned(),
        line_class,
        line,
        beside: None,
        availability: availability.unwrap_or_default().to_owned(),
        role: Role::Home,
    }
}

/// A cell of one character more, in another one.
fn finer(rng: &mut ChaCha20Rng, cell: &str) -> String {
    let finer = usize::try_from(rng.next_u64() % 32).unwrap_or(0);
    let finer = GEOHASH.get(finer).copied().map_or('0', char::from);
    format!("{cell}{finer}")
}

/// A machine in a data centre: no home, and a line that is never in its way.
pub(super) fn hosted(
    scenario: &Scenario,
    rng: &mut ChaCha20Rng,
    number: HouseNumber,
    role: Role,
) -> Site {
    let cell = scenario.town.density.keys().next();
    Site {
        number,
        street: None,
        cell: finer(rng, cell.map_or("u33dc1", String::as_str)),
        provider: HOSTED.to_owned(),
        line_class: HOSTED.to_owned(),
        line: Line {
            up: bits(1_000.0),
            down: bits(1_000.0),
            last_mile: Micros(5_000),
            loss: 0.0,
            nat: Nat::Open,
        },
        beside: None,
        availability: HOSTED.to_owned(),
        role,
    }
}

/// Bits a second of so many Mbit/s.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive number that was checked"
)]
fn bits(mbit: f64) -> u64 {
    (mbit * 1e6) as u64
}
