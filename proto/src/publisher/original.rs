//! The message of another system that a bulletin was made from.
//!
//! A message of the Common Alerting Protocol says more than a resident needs: codes for sirens and radios, polygons,
//! texts in more languages, an XML signature. Whoever feeds it into another system needs all of that, so it travels with
//! the bulletin, to the letter. Here it is text: nothing in this crate reads XML, and nothing that a home decides
//! depends on it.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decoder, Encoder, decode, encode};

use crate::wire::limits::{ORIGIN_BYTES, ORIGINAL_BYTES};

/// Why a text is not an original, or not the name of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginalError {
    /// Empty, or too long to be carried.
    #[error(
        "a bulletin carries the message that it was made from if that has at most {ORIGINAL_BYTES} bytes"
    )]
    Length,
    /// Characters that XML 1.0 does not have, or a name that is not in three parts.
    #[error("the text has characters that do not belong there")]
    Characters,
}

/// A message of the Common Alerting Protocol 1.2, as its author wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Original(String);

impl Original {
    /// The XML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long it is.
    pub(super) const fn bytes(&self) -> usize {
        self.0.len()
    }
}

impl FromStr for Original {
    type Err = OriginalError;

    fn from_str(text: &str) -> Result<Self, OriginalError> {
        let odd =
            |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{80}'..='\u{9f}');
        match text.len() {
            1..=ORIGINAL_BYTES if text.contains(odd) => Err(OriginalError::Characters),
            1..=ORIGINAL_BYTES => Ok(Self(text.to_owned())),
            _ => Err(OriginalError::Length),
        }
    }
}

/// Redacted: a log has no room for it.
impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Original(…{} bytes)", self.0.len())
    }
}

impl<C> minicbor::Encode<C> for Original {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Original {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let text = d.str()?.parse();
        text.map_err(|_| decode::Error::message("not an original"))
    }
}

/// What a message is called where it comes from: its sender, its identifier and its time, with commas between, as
/// messages refer to each other (CAP 1.2, section 3.2.1). A publisher's node remembers it; it does not travel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = OriginalError;

    fn from_str(text: &str) -> Result<Self, OriginalError> {
        let odd = |c: char| c.is_control() || c.is_whitespace();
        let parts: Vec<_> = text.split(',').collect();
        if text.contains(odd) || parts.len() != 3 || parts.iter().any(|part| part.is_empty()) {
            return Err(OriginalError::Characters);
        }
        match text.len() {
            1..=ORIGIN_BYTES => Ok(Self(text.to_owned())),
            _ => Err(OriginalError::Length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn an_original_travels_to_the_letter_and_never_above_its_limit() {
        let text = "<alert>\r\n\t ä  <!-- as it was -->\n</alert>\n";
        let original: Original = text.parse().unwrap();
        let bytes = wire::to_cbor(&original);
        assert_eq!(wire::from_cbor::<Original>(&bytes).unwrap().as_str(), text);
        let long = "x".repeat(ORIGINAL_BYTES + 1);
        for odd in ["", "a\0b", "\u{1b}[2J", &long] {
            assert!(odd.parse::<Original>().is_err());
            assert!(wire::from_cbor::<Original>(&wire::to_cbor(&odd)).is_err());
        }
    }

    #[test]
    fn an_origin_has_three_parts_and_no_space() {
        assert!(
            "w-nws@noaa.example,urn:oid:2.49,2026-01-01T00:00:00-05:00"
                .parse::<Origin>()
                .is_ok()
        );
        for odd in ["", "a,b", "a,b,", "a,b,c,d", "a b,c,d", &"x,".repeat(600)] {
            assert!(odd.parse::<Origin>().is_err(), "{odd}");
        }
    }
}
