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

impl Cell {
    /// The characters of the cell.
    pub fn as_str(&self) -> &str {
        &self.0
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
