//! Text that a stranger wrote and a neighbour will read.
//!
//! [`Line`] and [`Prose`] hold no control characters and none that reorder or hide text (Unicode bidi controls,
//! zero-width marks used to fake names), and are bounded in characters as people count them. Input is cleaned;
//! text from the wire is refused if it is not already clean. Whoever shows a text shares it: a copy costs no memory.

use std::fmt;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use crate::wire::limits::BYTES_PER_CHAR;

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing is left after cleaning.
    #[error("it is empty")]
    Empty,
    /// Too many characters.
    #[error("it has {got} characters, at most {limit} are allowed")]
    TooLong {
        /// Characters found.
        got: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Few characters, but each one a tower of accents.
    #[error("its characters carry too many accents")]
    TooDense,
    /// Text from the wire that was not clean.
    #[error("it has control characters")]
    NotClean,
}

/// One line of at most `LIMIT` visible characters, never empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const LIMIT: usize>(Arc<str>);

/// Up to `LIMIT` visible characters with line breaks; may be empty.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prose<const LIMIT: usize>(Arc<str>);

/// Controls, bidi controls, zero-width marks, blank letters (soft hyphen, Hangul fillers, empty Braille), line and paragraph separators, and the byte order mark.
///
/// The zero-width joiner (U+200D) stays: emoji and several scripts need it.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' |
            '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

fn bounded(text: &str, limit: usize) -> Result<(), TextError> {
    // In clean ASCII, where no carriage return is left, each byte is a character of its own (UAX #29).
    let got = if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).count()
    };
    if got > limit {
        return Err(TextError::TooLong { got, limit });
    }
    if text.len() > limit * BYTES_PER_CHAR {
        Err(TextError::TooDense)
    } else {
        Ok(())
    }
}

impl<const LIMIT: usize> Line<LIMIT> {
    /// Cleans a text that somebody typed: hidden characters go, runs of white space become one space.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::TooLong`], [`TextError::TooDense`].
    pub fn clean(text: &str) -> Result<Self, TextError> {
        let spaced: String = text
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .collect();
        let visible: String = spaced.chars().filter(|c| !hidden(*c)).collect();
        let text = visible
            .split(' ')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        bounded(&text, LIMIT)?;
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LIMIT: usize> Prose<LIMIT> {
    /// Cleans a text that somebody typed: hidden characters go, line breaks stay, ends are trimmed.
    ///
    /// # Errors
    /// [`TextError::TooLong`], [`TextError::TooDense`].
    pub fn clean(text: &str) -> Result<Self, TextError> {
        let visible: String = text
            .replace("\r\n", "\n")
            .chars()
            .filter(|c| *c == '\n' || !hidden(*c))
            .collect();
        let text = visible.trim();
        bounded(text, LIMIT)?;
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text form, redacted `Debug` and strict CBOR of a text type.
macro_rules! text_forms {
    ($name:ident) => {
        impl<const LIMIT: usize> fmt::Display for $name<LIMIT> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Redacted: names and what neighbours wrote do not belong in logs.
        impl<const LIMIT: usize> fmt::Debug for $name<LIMIT> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(…{} bytes)", stringify!($name), self.0.len())
            }
        }

        impl<C, const LIMIT: usize> minicbor::Encode<C> for $name<LIMIT> {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C, const LIMIT: usize> minicbor::Decode<'b, C> for $name<LIMIT> {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let carried = d.str()?;
                match Self::clean(carried) {
                    Ok(clean) if &*clean.0 == carried => Ok(clean),
                    _ => Err(minicbor::decode::Error::message(
                        "text is too long or not clean",
                    )),
                }
            }
        }
    };
}

text_forms!(Line);
text_forms!(Prose);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn characters_are_counted_as_people_see_them() {
        let family = "👨‍👩‍👧‍👦".repeat(3);
        assert!(Line::<3>::clean(&family).is_ok());
        assert_eq!(
            Line::<2>::clean(&family),
            Err(TextError::TooLong { got: 3, limit: 2 })
        );
        assert_eq!(
            Line::<4>::clean("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"),
            Err(TextError::TooLong { got: 5, limit: 4 })
        );
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_stripped() {
        assert_eq!(
            Line::<80>::clean("police\u{202e}ecilop\u{7}\u{200b}")
                .unwrap()
                .as_str(),
            "policeecilop"
        );
        assert_eq!(
            Prose::<80>::clean("a\r\nb\u{2067}\u{0}").unwrap().as_str(),
            "a\nb"
        );
    }

    #[test]
    fn text_from_the_wire_must_already_be_clean() {
        for unclean in ["a\u{202e}b", " a", "a  b", "a\n"] {
            let bytes = wire::to_cbor(&unclean);
            assert!(wire::from_cbor::<Line<80>>(&bytes).is_err(), "{unclean:?}");
        }
        assert!(wire::from_cbor::<Line<80>>(&wire::to_cbor(&"a b")).is_ok());
    }

    #[test]
    fn an_empty_line_is_refused_and_empty_prose_is_not() {
        assert_eq!(Line::<80>::clean(" \u{200b}\n"), Err(TextError::Empty));
        assert_eq!(Prose::<80>::clean(" ").unwrap().as_str(), "");
    }

    #[test]
    fn a_tower_of_accents_is_refused() {
        let tower = format!("a{}", "\u{301}".repeat(5_000));
        assert_eq!(Prose::<100>::clean(&tower), Err(TextError::TooDense));
    }
}
