//! Where a bulletin holds, and where a publisher may speak: a list of cells.

use minicbor::{Decoder, Encoder, decode, encode};

use crate::cell::{ALPHABET, Cell};
use crate::open::OPEN_PRECISION;
use crate::wire::limits::AREA_CELLS;

/// Why cells are not an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AreaError {
    /// None, or too many.
    #[error("an area has 1 to {AREA_CELLS} cells: name larger cells instead of many small ones")]
    Count,
    /// A cell that is larger than allowed here.
    #[error("a cell of an area needs at least {least} characters here")]
    Large {
        /// Fewest characters allowed here.
        least: usize,
    },
}

/// Some cells, none of which lies in another, in their order. A cell of the whole list never says where somebody is
/// more precisely than six characters can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area(Vec<Cell>);

impl Area {
    /// The area of these cells. What lies in another one is left out.
    ///
    /// # Errors
    /// [`AreaError::Count`].
    pub fn of(cells: impl IntoIterator<Item = Cell>) -> Result<Self, AreaError> {
        let mut sorted: Vec<_> = cells.into_iter().collect();
        sorted.sort_unstable();
        let mut kept: Vec<Cell> = Vec::new();
        for cell in sorted {
            // A cell follows right after the one that it lies in, and after others in there.
            if !kept.last().is_some_and(|last| is_in(&cell, last)) {
                kept.push(cell);
            }
        }
        match kept.len() {
            1..=AREA_CELLS => Ok(Self(kept)),
            _ => Err(AreaError::Count),
        }
    }

    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.0
    }

    /// Checks that no cell is larger than one of `least` characters.
    ///
    /// # Errors
    /// [`AreaError::Large`].
    pub fn no_larger_than(&self, least: usize) -> Result<(), AreaError> {
        match self.0.iter().all(|cell| cell.as_str().len() >= least) {
            true => Ok(()),
            false => Err(AreaError::Large { least }),
        }
    }

    /// Whether all of another area lies in cells of this one.
    pub fn holds(&self, other: &Self) -> bool {
        let mut cells = other.0.iter();
        cells.all(|cell| self.0.iter().any(|mine| is_in(cell, mine)))
    }

    /// The cells that do not lie in others; none if all do.
    pub fn beyond<'a>(&self, others: impl IntoIterator<Item = &'a Self> + Clone) -> Option<Self> {
        let told = |cell: &Cell| {
            let mut others = others.clone().into_iter();
            others.any(|other| other.0.iter().any(|theirs| is_in(cell, theirs)))
        };
        let cells = self.0.iter().filter(|cell| !told(cell)).cloned();
        Self::of(cells).ok()
    }

    /// What lies in this area and in another one, by the finer of their cells; none if they do not meet.
    pub fn within(&self, other: &Self) -> Option<Self> {
        let finer = |of: &Self, in_: &Self| {
            let cells = of.0.iter();
            let cells = cells.filter(|cell| in_.0.iter().any(|whole| is_in(cell, whole)));
            cells.cloned().collect::<Vec<_>>()
        };
        Self::of([finer(self, other), finer(other, self)].concat()).ok()
    }

    /// Whether two areas have a place in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|cell| other.touches(cell))
    }

    /// Whether a cell lies in this area, or some of the area in the cell.
    pub fn touches(&self, cell: &Cell) -> bool {
        let mut cells = self.0.iter();
        cells.any(|mine| is_in(cell, mine) || is_in(mine, cell))
    }

    /// The cells of [`OPEN_PRECISION`] characters that it touches, each once: those whose topics it is said on. There
    /// are 32 of them for each cell of one character less, so check [`Area::no_larger_than`] first.
    pub fn open_cells(&self) -> Vec<Cell> {
        let mut names: Vec<_> = self.0.iter().flat_map(|c| grown(c.as_str())).collect();
        names.dedup();
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }
}

/// Whether a cell is another one, or lies in it.
fn is_in(cell: &Cell, whole: &Cell) -> bool {
    cell.as_str().starts_with(whole.as_str())
}

/// A name cut to the characters of an open topic, or every name of so many characters that begins with it.
fn grown(name: &str) -> Vec<String> {
    if let Some(cut) = name.get(..OPEN_PRECISION) {
        return vec![cut.to_owned()];
    }
    let mut names = vec![name.to_owned()];
    for _ in name.len()..OPEN_PRECISION {
        names = names
            .iter()
            .flat_map(|name| ALPHABET.map(|c| format!("{name}{}", char::from(c))))
            .collect();
    }
    names
}

impl<C> minicbor::Encode<C> for Area {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }
}

/// Only the one list that [`Area::of`] makes of its cells is taken.
impl<'b, C> minicbor::Decode<'b, C> for Area {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let odd = || decode::Error::message("not an area in its one order");
        let mut probe = d.probe();
        if !probe
            .array()?
            .is_some_and(|n| (1..=AREA_CELLS as u64).contains(&n))
        {
            return Err(odd());
        }
        let cells = Vec::<Cell>::decode(d, ctx)?;
        let area = Self::of(cells.iter().cloned()).map_err(|_| odd())?;
        if area.0 == cells {
            Ok(area)
        } else {
            Err(odd())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire;

    fn area(cells: &[&str]) -> Area {
        Area::of(cells.iter().map(|cell| cell.parse().unwrap())).unwrap()
    }

    #[test]
    fn an_area_is_sorted_and_none_of_its_cells_lies_in_another() {
        assert_eq!(
            area(&["u33dc1", "u33d", "u33d7", "u30", "u33d"]),
            area(&["u30", "u33d"])
        );
        assert_eq!(Area::of([]), Err(AreaError::Count));
    }

    #[test]
    fn an_area_holds_what_lies_in_its_cells_and_nothing_that_sticks_out() {
        let city = area(&["u33d", "u33e"]);
        assert!(city.holds(&area(&["u33dc1", "u33e"])));
        assert!(!city.holds(&area(&["u33dc1", "u33f"])));
        assert!(!area(&["u33dc"]).holds(&city));
    }

    #[test]
    fn an_area_touches_cells_in_it_and_around_it() {
        let block = area(&["u33dc1"]);
        assert!(block.touches(&"u33dc".parse().unwrap()));
        assert!(block.touches(&"u33dc1".parse().unwrap()));
        assert!(!block.touches(&"u33dd".parse().unwrap()));
    }

    #[test]
    fn an_area_is_said_on_every_open_topic_that_it_touches_and_on_each_once() {
        let cells = |area: Area| {
            area.open_cells()
                .iter()
                .map(Cell::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            cells(area(&["u33dc1", "u33dc2", "u33dd"])),
            ["u33dc", "u33dd"]
        );
        let city = cells(area(&["u33d"]));
        assert_eq!(
            (city.len(), city[0].as_str(), city[31].as_str()),
            (32, "u33d0", "u33dz")
        );
    }

    #[test]
    fn an_area_in_another_order_or_with_a_cell_too_many_is_refused() {
        let bytes = |cells: &[&str]| {
            wire::to_cbor(&cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
        };
        assert!(wire::from_cbor::<Area>(&bytes(&["u33d", "u33e"])).is_ok());
        for odd in [
            &["u33e", "u33d"][..],
            &["u33d", "u33d"],
            &["u33d", "u33dc"],
            &[],
        ] {
            assert!(wire::from_cbor::<Area>(&bytes(odd)).is_err(), "{odd:?}");
        }
        // p5: no place finer than a cell of six characters.
        assert!(wire::from_cbor::<Area>(&bytes(&["u33dc1k"])).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_cells_an_area_comes_back_from_the_wire_and_holds_them(
            names in proptest::collection::vec("[0-9b-hjkmnp-z]{1,6}", 1..40),
        ) {
            let cells: Vec<Cell> = names.iter().map(|name| name.parse().unwrap()).collect();
            let area = Area::of(cells.clone()).unwrap();
            prop_assert_eq!(wire::from_cbor::<Area>(&wire::to_cbor(&area)), Ok(area.clone()));
            for cell in cells {
                prop_assert!(area.holds(&Area::of([cell]).unwrap()));
            }
        }
    }
}
