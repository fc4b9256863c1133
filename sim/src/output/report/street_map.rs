//! Maps of a report: streets, the cells that homes live in, and when an alert came to each home.

use std::collections::BTreeMap;

use streetlamp::error::Result;

use super::alerts;
use super::words::{moment, number};
use crate::output::figures::Reach;
use crate::output::place::{Square, spot};
use crate::record::{Delivery, Home, HouseNumber, Micros, Record, Role, Said};

/// Width of a map, in units of its picture.
const WIDTH: f64 = 640.0;
/// How many shades of "when" there are.
const SHADES: usize = 5;

/// When one alert came to each home.
pub(super) struct StreetMap {
    pub(super) heading: String,
    pub(super) says: String,
    pub(super) height: f64,
    pub(super) streets: Vec<Frame>,
    pub(super) cells: Vec<Frame>,
    pub(super) homes: Vec<Dot>,
    pub(super) legend: Vec<(String, String)>,
}

/// A cell on the picture.
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The shade, as the page's style sheet names it; empty for a street.
    pub(super) shade: String,
}

/// A home on the picture.
pub(super) struct Dot {
    pub(super) says: String,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) shade: String,
}

/// Two maps at most: an alert that travelled as most do, and the slowest. None without alerts.
pub(super) fn of(record: &Record) -> Result<Vec<StreetMap>> {
    let mut by_time: Vec<_> = alerts(record)
        .map(|(said, own)| (Reach::of(said, own), said, own))
        .collect();
    // What never came to 99 in 100 is slower than anything that did.
    let late = |reach: &Reach| reach.p99_ms.unwrap_or(f64::INFINITY);
    by_time.sort_by(|(a, ..), (b, ..)| late(a).total_cmp(&late(b)));
    let usual = by_time.get(by_time.len() / 2);
    let slowest = by_time.last().filter(|_| by_time.len() > 1);
    let picture = Picture::of(record)?;
    let named = [("A usual alert", usual), ("The slowest alert", slowest)];
    named
        .into_iter()
        .filter_map(|(heading, alert)| Some((heading, alert?)))
        .map(|(heading, (_, said, own))| picture.draw(record, heading, said, own))
        .collect()
}

/// How degrees become places on the picture.
struct Picture {
    bounds: Square,
    /// Units for a degree of longitude, and of latitude. A degree of longitude is shorter away from the equator.
    scale: (f64, f64),
}

impl Picture {
    fn of(record: &Record) -> Result<Self> {
        let streets = record.streets.iter().map(|street| &street.cell);
        let homes = record.homes.iter().map(|home| &home.cell);
        let mut bounds: Option<Square> = None;
        for cell in streets.chain(homes) {
            let square = Square::of(cell)?;
            bounds = Some(bounds.map_or(square, |bounds| bounds.with(square)));
        }
        let bounds = bounds.unwrap_or(Square {
            west: 0.0,
            south: 0.0,
            east: 1.0,
            north: 1.0,
        });
        let middle = f64::midpoint(bounds.south, bounds.north).to_radians();
        let across = WIDTH / (bounds.east - bounds.west);
        Ok(Self {
            bounds,
            scale: (across, across / middle.cos()),
        })
    }

    fn place(&self, (longitude, latitude): (f64, f64)) -> (f64, f64) {
        (
            (longitude - self.bounds.west) * self.scale.0,
            (self.bounds.north - latitude) * self.scale.1,
        )
    }

    fn frame(&self, cell: &str, name: &str, shade: String) -> Result<Frame> {
        let square = Square::of(cell)?;
        let (x, y) = self.place((square.west, square.north));
        let (right, bottom) = self.place((square.east, square.south));
        Ok(Frame {
            name: name.to_owned(),
            x,
            y,
            width: right - x,
            height: bottom - y,
            shade,
        })
    }

    fn draw(
        &self,
        record: &Record,
        heading: &str,
        said: &Said,
        own: &[Delivery],
    ) -> Result<StreetMap> {
        let shades = Shades::of(said, own);
        let came: BTreeMap<HouseNumber, &Delivery> = own
            .iter()
            .map(|delivery| (delivery.home, delivery))
            .collect();
        let mut cells: BTreeMap<&str, Vec<Option<Micros>>> = BTreeMap::new();
        let mut homes = Vec::new();
        // What stands in a data centre is on no street.
        let at_home = |home: &&Home| home.role == Role::Home || home.street.is_some();
        for home in record.homes.iter().filter(at_home) {
            let (across, up) = spot(home.number.0);
            let (x, y) = self.place(Square::of(&home.cell)?.point(across, up));
            let delivery = came.get(&home.number);
            let took = delivery.map(|delivery| delivery.took(said));
            if let Some(took) = took {
                cells.entry(&home.cell).or_default().push(took);
            }
            let (shade, when) = match took {
                _ if home.number == said.author => ("author".to_owned(), "said it".to_owned()),
                Some(Some(took)) => (
                    shades.shade(Some(took)),
                    format!("after {} ms", number(took.as_ms())),
                ),
                Some(None) => (shades.shade(None), "never".to_owned()),
                None => ("apart".to_owned(), "not meant for it".to_owned()),
            };
            homes.push(Dot {
                says: format!("{}: {when}", home.name),
                x,
                y,
                shade,
            });
        }
        let streets = record.streets.iter();
        let (_, height) = self.place((self.bounds.east, self.bounds.south));
        let reach = Reach::of(said, own);
        Ok(StreetMap {
            heading: heading.to_owned(),
            says: format!(
                "Said at {}, shown by {} of {} homes.",
                moment(said.at),
                reach.delivered,
                reach.due
            ),
            height,
            streets: streets
                .map(|street| self.frame(&street.cell, &street.name, String::new()))
                .collect::<Result<_>>()?,
            cells: cells
                .into_iter()
                .map(|(cell, took)| self.frame(cell, cell, shades.shade(middle(took))))
                .collect::<Result<_>>()?,
            homes,
            legend: shades.legend(),
        })
    }
}

/// The one in the middle, where what never came is later than everything.
fn middle(mut took: Vec<Option<Micros>>) -> Option<Micros> {
    took.sort_by_key(|took| (took.is_none(), *took));
    took.get(took.len() / 2).copied().flatten()
}

/// Times as a few shades of equal width, up to what 99 in 100 needed.
struct Shades {
    step: u64,
}

impl Shades {
    fn of(said: &Said, own: &[Delivery]) -> Self {
        let mut took: Vec<u64> = own
            .iter()
            .filter_map(|delivery| delivery.took(said))
            .map(|took| took.0)
            .collect();
        took.sort_unstable();
        let longest = crate::output::figures::rank(&took, 99).unwrap_or(1);
        Self {
            step: longest.div_ceil(SHADES as u64).max(1),
        }
    }

    fn shade(&self, took: Option<Micros>) -> String {
        match took {
            Some(took) => {
                let shade = took.0.saturating_sub(1) / self.step;
                if shade < SHADES as u64 {
                    format!("t{shade}")
                } else {
                    "late".to_owned()
                }
            }
            None => "never".to_owned(),
        }
    }

    fn legend(&self) -> Vec<(String, String)> {
        let until = |shade: u64| number(Micros(self.step * shade).as_ms());
        let mut legend = vec![("author".to_owned(), "said it".to_owned())];
        legend.extend(
            (0..SHADES as u64)
                .map(|shade| (format!("t{shade}"), format!("≤ {} ms", until(shade + 1)))),
        );
        legend.push(("late".to_owned(), "later".to_owned()));
        legend.push(("never".to_owned(), "never".to_owned()));
        legend.push(("apart".to_owned(), "not meant for it".to_owned()));
        legend
    }
}
