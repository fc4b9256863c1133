//! Which open topics a home listens to: those of its own cell and of the cells around it.
//!
//! An open topic is named after a cell of [`OPEN_PRECISION`] characters, so that whoever knows where it is can speak
//! there, and nobody needs to know who lives in it. Listening tells the peers of a home that it is somewhere in a cell
//! of at most 24 square kilometres, or near it; a finer one would tell them more, a coarser one would make a whole city
//! shout at a home.
//!
//! A cell of five characters is 25 bits: 13 of longitude and 12 of latitude, taking turns, longitude first (Niemeyer
//! 2008). So the earth is a grid of 8,192 columns and 4,096 rows, and a neighbour is one more or one less in it. That
//! is whole numbers all the way: there is no coordinate here, and no rounding that two homes could do differently.
//!
//! Left to others: how many rings a home wants, and what is said on the topics.

use std::fmt;
use std::str::FromStr;

use crate::cell::{ALPHABET, Cell};
use crate::street::Topic;
use crate::wire::limits::WIRE_VERSION;

/// Characters of the cell that names an open topic: 4.9 km from south to north, and 4.9 km from west to east at the
/// equator, 3.0 km in Berlin, 2.4 km in Oslo.
pub const OPEN_PRECISION: usize = 5;

/// Most rings of cells around its own that a home listens to: 5 x 5 cells, which is 25 topics.
pub const MOST_RINGS: u8 = 2;

/// How far around itself a home listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radius {
    /// Not at all.
    Off,
    /// In its own cell and so many rings around it, at most [`MOST_RINGS`].
    Rings(u8),
}

impl Default for Radius {
    /// One ring: a neighbour across the border of a cell is a neighbour.
    fn default() -> Self {
        Self::Rings(1)
    }
}

impl fmt::Display for Radius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Rings(rings) => write!(f, "{rings}"),
        }
    }
}

/// Neither `off` nor a number of rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "say 'off', or how many rings of cells around its own this home listens to: 0, 1 or {MOST_RINGS}"
)]
pub struct NotARadius;

impl FromStr for Radius {
    type Err = NotARadius;

    fn from_str(text: &str) -> Result<Self, NotARadius> {
        if text == "off" {
            return Ok(Self::Off);
        }
        match text.parse() {
            Ok(rings) if rings <= MOST_RINGS => Ok(Self::Rings(rings)),
            _ => Err(NotARadius),
        }
    }
}

const BITS_PER_CHARACTER: usize = 5;
/// Bits of a cell of five characters.
const BITS: u32 = 25;
/// Columns from west to east. The last one touches the first, at 180 degrees of longitude.
const COLUMNS: u32 = 1 << 13;
/// Rows from south to north. Beyond the first and the last one are the poles.
const ROWS: u32 = 1 << 12;

/// The open topic of a cell; none for a cell of fewer than [`OPEN_PRECISION`] characters, which is larger than a topic.
pub fn topic(cell: &Cell) -> Option<Topic> {
    let characters = cell.as_str().get(..OPEN_PRECISION)?;
    Some(Topic::named(format!(
        "streetlamp/{WIRE_VERSION}/open/{characters}"
    )))
}

/// The cell that an open topic is named after; none for other topics.
pub fn cell_of(topic: &Topic) -> Option<Cell> {
    let (_, characters) = topic.as_str().rsplit_once('/')?;
    let cell = characters.parse().ok()?;
    (self::topic(&cell).as_ref() == Some(topic)).then_some(cell)
}

/// The cell of [`OPEN_PRECISION`] characters that a cell lies in, and all cells within `rings` rings around it, from
/// south-west to north-east: 1, 9 or 25 of them, with no more than [`MOST_RINGS`] rings.
///
/// A ring goes on beyond 180 degrees of longitude and ends at the poles, where there are fewer cells. None at all for a
/// cell of fewer characters.
pub fn around(cell: &Cell, rings: u8) -> Vec<Cell> {
    let Some(own) = Square::of(cell) else {
        return Vec::new();
    };
    let rings = u32::from(rings.min(MOST_RINGS));
    let rows = own.row.saturating_sub(rings)..=(own.row + rings).min(ROWS - 1);
    rows.flat_map(|row| (0..=2 * rings).map(move |step| (row, step)))
        .map(|(row, step)| Square {
            column: (own.column + COLUMNS + step - rings) % COLUMNS,
            row,
        })
        .filter_map(Square::cell)
        .collect()
}

/// A place in the grid of all cells of [`OPEN_PRECISION`] characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Square {
    /// From 180 degrees west, below [`COLUMNS`].
    column: u32,
    /// From the south pole, below [`ROWS`].
    row: u32,
}

impl Square {
    fn of(cell: &Cell) -> Option<Self> {
        let own: Cell = cell.as_str().get(..OPEN_PRECISION)?.parse().ok()?;
        let block = own.block();
        Some(Self {
            column: block.west / block.columns,
            row: block.south / block.rows,
        })
    }

    fn cell(self) -> Option<Cell> {
        let mut bits = 0;
        for place in (0..BITS).rev() {
            let half = if place % 2 == 0 {
                self.column
            } else {
                self.row
            };
            bits = bits << 1 | half >> (place / 2) & 1;
        }
        let mut text = String::with_capacity(OPEN_PRECISION);
        for shift in (0..BITS).step_by(BITS_PER_CHARACTER).rev() {
            let value = usize::try_from(bits >> shift & 31).ok()?;
            text.push(char::from(*ALPHABET.get(value)?));
        }
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> Cell {
        text.parse().unwrap()
    }

    fn texts(text: &str, rings: u8) -> Vec<String> {
        let around = around(&cell(text), rings);
        around.iter().map(Cell::to_string).collect()
    }

    /// A cell of five characters, by its place in the order of all 2^25.
    fn nth(n: u32) -> Square {
        Square {
            column: n % COLUMNS,
            row: n / COLUMNS % ROWS,
        }
    }

    #[test]
    fn an_open_topic_is_named_after_five_characters() {
        let named = topic(&cell("u33dc1")).unwrap();
        assert_eq!(named.as_str(), "streetlamp/1/open/u33dc");
        assert_eq!(topic(&cell("U33DC")), Some(named.clone()));
        assert_eq!(cell_of(&named), Some(cell("u33dc")));
        for other in [
            "streetlamp/1/open/u33dc1",
            "streetlamp/1/open/",
            "u33dc",
            "streetlamp/2/open/u33dc",
        ] {
            assert_eq!(cell_of(&Topic::named(other.to_owned())), None, "{other}");
        }
        assert_eq!(topic(&cell("u33d")), None);
        assert!(around(&cell("u33d"), 1).is_empty());
    }

    #[test]
    fn without_rings_a_home_listens_to_its_own_cell() {
        assert_eq!(texts("u33dc", 0), ["u33dc"]);
        assert_eq!(texts("u33dc1", 0), ["u33dc"]);
    }

    #[test]
    fn the_cells_around_are_those_that_other_programs_find() {
        // The examples of `ngeohash`, and of `latlon-geohash` one character finer.
        let around = texts("dqcjq", 1);
        let south = ["dqcjj", "dqcjn", "dqcjp"];
        let north = ["dqcjt", "dqcjw", "dqcjx"];
        assert_eq!(around[..3], south);
        assert_eq!(around[3..6], ["dqcjm", "dqcjq", "dqcjr"]);
        assert_eq!(around[6..], north);
        let corner = texts("ezzzz", 1);
        for (at, parent) in [(0, "ezzz"), (2, "spbp"), (6, "gbpb"), (8, "u000")] {
            assert!(corner[at].starts_with(parent), "{corner:?}");
        }
    }

    #[test]
    fn a_ring_goes_on_beyond_180_degrees() {
        // The neighbours of `2hb`, as the tests of the `geohash` crate have them: `rux`, `ruz` and `rvp` in the west.
        let own = "2hbpb";
        assert_eq!(Square::of(&cell(own)).unwrap().column, 0);
        let around = texts(own, 1);
        assert_eq!(around[4], own);
        assert!(around[3].starts_with("ruz") && around[6].starts_with("rvp"));
        assert!(around[5].starts_with("2hb") && around[7].starts_with("2j0"));
        assert_eq!(texts("xbpbp", 2).len(), 25);
        assert!(texts("xbpbp", 1).contains(&"80000".into()));
    }

    #[test]
    fn there_are_fewer_cells_at_the_poles() {
        for (own, rows) in [
            ("00000", 0),
            ("bpbpb", ROWS - 1),
            ("upbpb", ROWS - 1),
            ("pbpbp", 0),
        ] {
            assert_eq!(Square::of(&cell(own)).unwrap().row, rows, "{own}");
            assert_eq!(texts(own, 1).len(), 6, "{own}");
            assert_eq!(texts(own, 2).len(), 15, "{own}");
        }
        let beside = Square { column: 7, row: 1 }.cell().unwrap();
        assert_eq!(around(&beside, 2).len(), 20);
    }

    #[test]
    fn more_rings_than_allowed_are_as_many_as_allowed() {
        assert_eq!(texts("u33dc", u8::MAX), texts("u33dc", MOST_RINGS));
        assert_eq!(texts("u33dc", u8::MAX).len(), 25);
    }

    proptest! {
        #[test]
        fn a_cell_is_its_place_in_the_grid(n in 0..COLUMNS * ROWS) {
            let cell = nth(n).cell().unwrap();
            prop_assert_eq!(cell.as_str().len(), OPEN_PRECISION);
            prop_assert_eq!(Square::of(&cell), Some(nth(n)));
        }

        #[test]
        fn who_hears_me_is_heard_by_me_and_nobody_twice(n in 0..COLUMNS * ROWS, rings in 0..=MOST_RINGS) {
            let own = nth(n).cell().unwrap();
            let cells = around(&own, rings);
            let distinct: BTreeSet<_> = cells.iter().collect();
            prop_assert_eq!(distinct.len(), cells.len());
            prop_assert!(cells.contains(&own));
            for other in &cells {
                prop_assert!(around(other, rings).contains(&own));
            }
        }

        #[test]
        fn the_geohash_crate_finds_the_same_cells(n in 0..COLUMNS * ROWS) {
            let square = nth(n);
            // It goes on at the other pole, which is far from here.
            prop_assume!(square.row > 0 && square.row < ROWS - 1);
            let own = square.cell().unwrap();
            let geohash::Neighbors { sw, s, se, w, e, nw, n, ne } = geohash::neighbors(own.as_str()).unwrap();
            let theirs = [sw, s, se, w, own.to_string(), e, nw, n, ne];
            prop_assert_eq!(texts(own.as_str(), 1), theirs);
        }
    }
}
