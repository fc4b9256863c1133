//! Choosing a cell: a map of shapes to go into, and a way to begin near home.
//!
//! Coasts and names of towns are in the program, so that nobody is asked for a map of the place where somebody lives. A
//! coordinate that is typed becomes a cell here and is forgotten; the map ends at cells of six characters.

use geohash::{Coord, Direction};
use streetlamp_proto::cell::{Block, Cell, PUBLIC_PRECISION};

use crate::web::language::say;

/// Width of the drawing, in the units of its view box.
const WIDTH: f64 = 640.0;
/// The drawing is not lower or higher than this.
const HEIGHTS: std::ops::RangeInclusive<f64> = 320.0..=640.0;
/// Coasts are drawn as fine as this many columns; a cell of more characters is no larger than their faults.
const COASTS: usize = 3;
/// Names that are drawn at most, and the room that each needs.
const NAMES: usize = 14;
const ROOM: (f64, f64) = (150.0, 26.0);
/// Towns that a search answers with at most.
const FOUND: usize = 12;
/// A town is found as a cell of this many characters: the map is then a few kilometres around it.
const TOWN: usize = 4;

/// Towns of 30,000 people and more, the largest first: cell, country, name. GeoNames (CC BY 4.0).
const TOWNS: &str = include_str!("../../../assets/map/towns.txt");

/// The map, at one cell.
pub(super) struct Map {
    pub(super) height: String,
    /// Where the coasts lie, if they are fine enough here.
    pub(super) land: Option<Box4>,
    pub(super) cells: Vec<Square>,
    pub(super) towns: Vec<TownDot>,
    /// The cell that was chosen.
    pub(super) chosen: Option<String>,
    /// How large each of the cells is, near the equator.
    pub(super) size: String,
    /// How large the chosen one is.
    pub(super) chosen_size: String,
    /// One step back out, nothing if the whole earth is shown.
    pub(super) out: Option<String>,
    /// The cells beside: the word for people, and the cell.
    pub(super) beside: Vec<(String, String)>,
}

/// A rectangle of the drawing.
pub(super) struct Box4 {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

/// A cell to go into.
pub(super) struct Square {
    pub(super) cell: String,
    pub(super) at: Box4,
    pub(super) chosen: bool,
}

/// A town with its name.
pub(super) struct TownDot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) name: &'static str,
    /// Whether the name stands on the left, because the right has no room.
    pub(super) left: bool,
}

/// A town that a search found.
pub(super) struct TownLink {
    pub(super) name: &'static str,
    pub(super) country: &'static str,
    pub(super) cell: &'static str,
}

/// What a search found.
pub(super) enum Found {
    Cell(Cell),
    Towns(Vec<TownLink>),
    Nothing,
}

/// How the part of the earth that is shown lies in the drawing.
struct Scale {
    shown: Block,
    height: f64,
}

impl Scale {
    fn of(shown: Block) -> Self {
        // A degree of longitude is shorter than one of latitude, but at the equator.
        let middle = f64::from(shown.south) + f64::from(shown.rows) / 2.0;
        let latitude = std::f64::consts::PI * (middle / f64::from(Block::EARTH) - 0.5);
        let narrower = if shown.rows == Block::EARTH {
            1.0
        } else {
            latitude.cos().max(0.2)
        };
        let height = WIDTH * f64::from(shown.rows) / (f64::from(shown.columns) * 2.0 * narrower);
        let height = height.clamp(*HEIGHTS.start(), *HEIGHTS.end());
        Self { shown, height }
    }

    fn rectangle(&self, block: Block) -> [f64; 4] {
        let wide = WIDTH / f64::from(self.shown.columns);
        let high = self.height / f64::from(self.shown.rows);
        let north = f64::from(self.shown.south) + f64::from(self.shown.rows);
        [
            (f64::from(block.west) - f64::from(self.shown.west)) * wide,
            (north - f64::from(block.south) - f64::from(block.rows)) * high,
            f64::from(block.columns) * wide,
            f64::from(block.rows) * high,
        ]
    }
}

impl Box4 {
    fn of(numbers: [f64; 4]) -> Self {
        let [x, y, width, height] = numbers.map(|n| format!("{n:.1}"));
        Self {
            x,
            y,
            width,
            height,
        }
    }
}

const EARTH: Block = Block {
    west: 0,
    south: 0,
    columns: Block::EARTH,
    rows: Block::EARTH,
};

impl Map {
    pub(super) const WIDTH: f64 = WIDTH;

    /// The map inside a cell; the whole earth without one. The finest cells are shown in the one around them.
    pub(super) fn of(cell: Option<&Cell>) -> Self {
        let name = cell.map_or("", Cell::as_str);
        let shown = name
            .get(..name.len().min(PUBLIC_PRECISION - 1))
            .unwrap_or(name);
        let scale = Scale::of(block(shown).unwrap_or(EARTH));
        let cells = parts(shown).filter_map(|part| {
            let at = Box4::of(scale.rectangle(block(&part)?));
            let chosen = part == name;
            Some(Square {
                cell: part,
                at,
                chosen,
            })
        });
        let fine = name.len() + 1 >= PUBLIC_PRECISION;
        let out = shown.len().checked_sub(1).and_then(|end| shown.get(..end));
        Self {
            land: (shown.len() <= COASTS).then(|| Box4::of(scale.rectangle(EARTH))),
            cells: cells.collect(),
            towns: towns(shown, &scale),
            chosen: fine.then(|| name.to_owned()),
            size: size(shown.len() + 1),
            chosen_size: size(name.len()),
            out: out.map(str::to_owned),
            beside: beside(shown),
            height: format!("{:.1}", scale.height),
        }
    }
}

/// Width and height of a cell of so many characters at the equator (Niemeyer 2008).
fn size(characters: usize) -> String {
    match characters {
        1 => say!("first-use-size-1"),
        2 => say!("first-use-size-2"),
        3 => say!("first-use-size-3"),
        4 => say!("first-use-size-4"),
        5 => say!("first-use-size-5"),
        _ => say!("first-use-size-6"),
    }
}

fn block(name: &str) -> Option<Block> {
    name.parse::<Cell>().ok().map(|cell| cell.block())
}

/// The 32 cells in a cell.
fn parts(name: &str) -> impl Iterator<Item = String> + '_ {
    let characters = ('0'..='9').chain('a'..='z');
    let names = characters.map(move |character| format!("{name}{character}"));
    names.filter(|name| name.parse::<Cell>().is_ok())
}

/// The cells beside one, if it is one: at a pole there is none, and the earth has nothing beside it.
fn beside(name: &str) -> Vec<(String, String)> {
    let ways = [
        (say!("first-use-west"), Direction::W),
        (say!("first-use-north"), Direction::N),
        (say!("first-use-south"), Direction::S),
        (say!("first-use-east"), Direction::E),
    ];
    if name.is_empty() {
        return Vec::new();
    }
    let beside = ways.map(|(word, way)| Some((word, geohash::neighbor(name, way).ok()?)));
    beside
        .into_iter()
        .flatten()
        .filter(|(_, cell)| cell != name)
        .collect()
}

/// Cell, country and name of every town.
fn all_towns() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TOWNS.lines().filter_map(|line| {
        let (cell, rest) = line.split_at_checked(PUBLIC_PRECISION)?;
        let (country, name) = rest.split_at_checked(2)?;
        Some((cell, country, name))
    })
}

/// The largest towns of a cell whose names do not lie over each other.
fn towns(shown: &str, scale: &Scale) -> Vec<TownDot> {
    let mut drawn: Vec<(f64, f64)> = Vec::new();
    let mut dots = Vec::new();
    for (cell, _, name) in all_towns().filter(|(cell, ..)| cell.starts_with(shown)) {
        let Some(at) = block(cell).map(|block| scale.rectangle(block)) else {
            continue;
        };
        let (x, y) = (at[0] + at[2] / 2.0, at[1] + at[3] / 2.0);
        let free = |(ax, ay): &(f64, f64)| (x - ax).abs() > ROOM.0 || (y - ay).abs() > ROOM.1;
        if drawn.iter().all(free) {
            drawn.push((x, y));
            dots.push(TownDot {
                x: format!("{x:.1}"),
                y: format!("{y:.1}"),
                name,
                left: x > WIDTH - ROOM.0,
            });
        }
        if dots.len() >= NAMES {
            break;
        }
    }
    dots
}

/// Looks for what was typed: two numbers as maps give them, a cell, or a town.
pub(super) fn find(text: &str) -> Found {
    let text = text.trim();
    if let Some(cell) = of_numbers(text) {
        return Found::Cell(cell);
    }
    let sought = text.to_lowercase();
    let named = |exactly: bool| {
        let sought = &sought;
        all_towns().filter(move |(.., name)| {
            let name = name.to_lowercase();
            (name == *sought) == exactly && name.starts_with(sought.as_str())
        })
    };
    let mut towns: Vec<_> = match sought.chars().count() {
        0..2 => Vec::new(),
        _ => named(true).chain(named(false)).take(FOUND).collect(),
    };
    // "bern" is a town, and could be a cell.
    if let (Ok(cell), true) = (text.parse(), towns.is_empty()) {
        return Found::Cell(cell);
    }
    match towns.len() {
        0 => Found::Nothing,
        1 => {
            let around = towns
                .pop()
                .and_then(|(cell, ..)| cell.get(..TOWN)?.parse().ok());
            around.map_or(Found::Nothing, Found::Cell)
        }
        _ => Found::Towns(towns.into_iter().map(link).collect()),
    }
}

fn link((cell, country, name): (&'static str, &'static str, &'static str)) -> TownLink {
    TownLink {
        name,
        country,
        cell: cell.get(..TOWN).unwrap_or(cell),
    }
}

/// A latitude and a longitude in degrees, as the cell around them.
fn of_numbers(text: &str) -> Option<Cell> {
    let mut numbers = text
        .split([',', ';', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_end_matches('°').parse::<f64>().ok());
    let (latitude, longitude) = (numbers.next()??, numbers.next()??);
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    if numbers.next().is_some() || !on_earth {
        return None;
    }
    let at = Coord {
        x: longitude,
        y: latitude,
    };
    geohash::encode(at, PUBLIC_PRECISION).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(found: Found) -> String {
        match found {
            Found::Cell(cell) => cell.to_string(),
            _ => panic!("not one cell"),
        }
    }

    #[test]
    fn numbers_of_a_map_become_the_cell_around_them_and_nothing_finer() {
        assert_eq!(cell(find("52.5163, 13.3777")), "u33db2");
        assert_eq!(cell(find(" -33.8568 151.2153 ")), "r3gx2u");
        for odd in ["91, 0", "0, 181", "1, 2, 3", "NaN, 4", "inf, inf"] {
            assert!(!matches!(find(odd), Found::Cell(_)), "{odd}");
        }
    }

    #[test]
    fn a_town_is_found_by_its_name_and_a_cell_by_its_characters() {
        assert_eq!(cell(find("reykjavík")), "ge2k");
        assert_eq!(cell(find("u33dc1")), "u33dc1");
        let Found::Towns(towns) = find("Springfield") else {
            panic!("there are several")
        };
        assert!(towns.len() > 1 && towns[0].name == "Springfield");
        assert!(matches!(find("Xyzzyville"), Found::Nothing));
    }

    #[test]
    fn the_map_shows_the_32_cells_of_a_cell_and_stops_at_six_characters() {
        for name in ["", "u", "u3", "u33d", "u33dc"] {
            let map = Map::of(name.parse().ok().as_ref());
            assert_eq!(map.cells.len(), 32, "{name}");
            for square in &map.cells {
                assert!(square.cell.starts_with(name) && square.cell.len() == name.len() + 1);
                let [x, y, width, height] = [
                    &square.at.x,
                    &square.at.y,
                    &square.at.width,
                    &square.at.height,
                ]
                .map(|n| n.parse::<f64>().unwrap());
                assert!(x >= 0.0 && x + width <= WIDTH + 0.2);
                assert!(y >= 0.0 && y + height <= HEIGHTS.end() + 0.2);
            }
        }
        let finest = Map::of("u33dc1".parse().ok().as_ref());
        assert_eq!(finest.chosen.as_deref(), Some("u33dc1"));
        assert_eq!(finest.cells.iter().filter(|cell| cell.chosen).count(), 1);
        assert!(finest.cells.iter().all(|cell| cell.cell.len() == 6));
    }
}
