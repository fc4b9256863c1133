//! Cells: the only places that Streetlamp knows.
//!
//! A cell is a geohash (Niemeyer 2008): each character divides its parent by 32. Five characters are about
//! 4.9 x 4.9 km, six about 1.2 x 0.6 km, seven about 153 x 153 m at the equator. There is no coordinate type in this
//! crate, so none can be sent.

use std::fmt;
use std::str::FromStr;

/// The 32 characters of a geohash, in order. `a`, `i`, `l` and `o` are left out.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// Finest cell outside a sealed payload, in characters.
pub const PUBLIC_PRECISION: usize = 6;
/// Finest cell inside a sealed alert, in characters.
pub const SEALED_PRECISION: usize = 7;

/// Why a text is not a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// Not one to `limit` characters.
    #[error("a cell has 1 to {limit} characters, such as u33dc1")]
    Length {
        /// Most characters allowed here.
        limit: usize,
    },
    /// A character that geohash does not use.
    #[error("'{0}' is not used in cells (digits and letters without a, i, l, o)")]
    Character(char),
}

/// A cell that may stand outside a sealed payload: at most six characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(String);

/// Where an alert happened: at most seven characters, and only ever inside a sealed payload.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(String);

/// A rectangle in the grid of all cells of [`PUBLIC_PRECISION`] characters, 2^15 columns by 2^15 rows: whole numbers, so
/// that cells can be compared and drawn without a coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Its first column, from 180 degrees west.
    pub west: u32,
    /// Its first row, from the south pole.
    pub south: u32,
    /// How many columns.
    pub columns: u32,
    /// How many rows.
    pub rows: u32,
}

impl Block {
    /// Columns and rows of the whole earth.
    pub const EARTH: u32 = 1 << 15;
}

impl Cell {
    /// The characters of the cell.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it lies.
    ///
    /// Each character is five bits of longitude and latitude, taking turns, longitude first (Niemeyer 2008).
    pub fn block(&self) -> Block {
        let (mut block, mut turn) = (Block::whole(), 0);
        for character in self.0.bytes() {
            let value = ALPHABET.iter().position(|c| *c == character);
            let value = value.and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
            for bit in (0..5).rev() {
                let upper = value >> bit & 1;
                let (start, span) = match turn % 2 {
                    0 => (&mut block.west, &mut block.columns),
                    _ => (&mut block.south, &mut block.rows),
                };
                *span >>= 1;
                *start += upper * *span;
                turn += 1;
            }
        }
        block
    }
}

impl Block {
    const fn whole() -> Self {
        Self {
            west: 0,
            south: 0,
            columns: Self::EARTH,
            rows: Self::EARTH,
        }
    }
}

impl Place {
    /// The characters of the cell.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Cell> for Place {
    fn from(cell: Cell) -> Self {
        Self(cell.0)
    }
}

fn check(text: &str, limit: usize) -> Result<String, CellError> {
    let text = text.to_ascii_lowercase();
    if let Some(odd) = text
        .chars()
        .find(|c| !u8::try_from(*c).is_ok_and(|b| ALPHABET.contains(&b)))
    {
        return Err(CellError::Character(odd));
    }
    if text.is_empty() || text.len() > limit {
        return Err(CellError::Length { limit });
    }
    Ok(text)
}

/// Text form, redacted `Debug` and CBOR (a lower-case text string) of a cell type.
macro_rules! cell_forms {
    ($name:ident, $limit:expr) => {
        impl FromStr for $name {
            type Err = CellError;

            fn from_str(text: &str) -> Result<Self, CellError> {
                check(text, $limit).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Redacted: a log must not tell where somebody lives.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(…{} characters)", stringify!($name), self.0.len())
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                d.str()?
                    .parse()
                    .map_err(|_| minicbor::decode::Error::message("not a cell"))
            }
        }
    };
}

cell_forms!(Cell, PUBLIC_PRECISION);
cell_forms!(Place, SEALED_PRECISION);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire;

    #[test]
    fn p5_a_public_cell_is_never_finer_than_six_characters() {
        assert!("u33dc1".parse::<Cell>().is_ok());
        assert_eq!(
            "u33dc1k".parse::<Cell>(),
            Err(CellError::Length { limit: 6 })
        );
        assert!("u33dc1k".parse::<Place>().is_ok());
        assert!("u33dc1k2".parse::<Place>().is_err());
        let seven = wire::to_cbor(&"u33dc1k".parse::<Place>().unwrap());
        assert!(wire::from_cbor::<Cell>(&seven).is_err());
    }

    proptest! {
        #[test]
        fn the_geohash_crate_finds_every_cell_in_the_same_place(text in "[0-9b-hjkmnp-z]{1,6}") {
            let block = text.parse::<Cell>().unwrap().block();
            let theirs = geohash::decode_bbox(&text).unwrap();
            let earth = f64::from(Block::EARTH);
            let column = |longitude: f64| (longitude + 180.0) / 360.0 * earth;
            let row = |latitude: f64| (latitude + 90.0) / 180.0 * earth;
            let ours = [block.west, block.west + block.columns, block.south, block.south + block.rows];
            let (min, max) = (theirs.min(), theirs.max());
            let theirs = [column(min.x), column(max.x), row(min.y), row(max.y)];
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                prop_assert!((f64::from(ours) - theirs).abs() < 1e-6, "{text}");
            }
        }
    }

    #[test]
    fn letters_that_geohash_leaves_out_are_refused() {
        for odd in ["a", "i", "l", "o", "é", "-", " "] {
            assert!(
                matches!(odd.parse::<Cell>(), Err(CellError::Character(_))),
                "{odd}"
            );
        }
        assert!("".parse::<Cell>().is_err());
    }

    #[test]
    fn an_upper_case_cell_is_the_same_cell_but_not_canonical_on_the_wire() {
        assert_eq!("U33DC1".parse::<Cell>(), "u33dc1".parse::<Cell>());
        let mut bytes = wire::to_cbor(&"u33dc1".parse::<Cell>().unwrap());
        bytes.make_ascii_uppercase();
        assert!(wire::from_cbor::<Cell>(&bytes).is_err());
    }

    #[test]
    fn a_place_is_not_printed_in_logs() {
        assert!(!format!("{:?}", "u33dc1k".parse::<Place>().unwrap()).contains("u33"));
    }
}
