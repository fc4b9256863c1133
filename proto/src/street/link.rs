//! Streets that know each other: under which keys the households of another street speak in the open.
//!
//! Somebody of that street hands over an [`Introduction`], a text like a ticket, to somebody of this one, who
//! [links](Link) the two: from then on this street takes those keys for a neighbouring street's and not for anybody's.
//! A link names pseudonyms only, so neither street learns who lives on the other, nor how to read what it says under
//! its seal. Who came to the other street later is a stranger until somebody introduces it anew.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use super::StreetId;
use crate::identity::{HouseholdId, Name};
use crate::signed::{PublicKey, Statement};
use crate::time::Timestamp;
use crate::wire::Kind;
use crate::wire::limits::{GOSSIP_FRAME, LINK_KEYS, LINK_LIFE};
use crate::wire::text::{self, TextError};

/// What an introduction begins with, so that nobody takes it for a ticket.
const SCHEME: &str = "streetlamp-street:";

/// What a street shows of itself to another one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Introduction {
    /// How it calls itself.
    #[n(0)]
    pub name: Name,
    /// The pseudonyms of its households, at least one and at most [`LINK_KEYS`].
    #[n(1)]
    pub keys: Vec<PublicKey>,
}

/// Why a text is not an introduction that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntroductionError {
    /// Does not begin like one.
    #[error(
        "this does not introduce a street; what 'streetlamp street introduce' prints begins with 'streetlamp-street:'"
    )]
    NotAnIntroduction,
    /// A character or the checksum is wrong.
    #[error("this introduction is garbled: copy it again, whole")]
    Garbled,
    /// Made by a version that this program does not speak.
    #[error("this introduction is of a newer version: update Streetlamp")]
    Version,
}

impl From<TextError> for IntroductionError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Scheme => Self::NotAnIntroduction,
            TextError::Garbled => Self::Garbled,
            TextError::Version => Self::Version,
        }
    }
}

impl fmt::Display for Introduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::spell(SCHEME, Kind::Introduction, self))
    }
}

impl FromStr for Introduction {
    type Err = IntroductionError;

    fn from_str(text: &str) -> Result<Self, IntroductionError> {
        let read: Self = text::read(SCHEME, Kind::Introduction, text, GOSSIP_FRAME)?;
        if read.keys.is_empty() || read.keys.len() > LINK_KEYS {
            return Err(IntroductionError::Garbled);
        }
        Ok(read)
    }
}

/// "These keys belong to a street that we know."
///
/// The newest of a household about a name counts. One without keys takes the link back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Link {
    /// The street that should know.
    #[n(0)]
    pub street: StreetId,
    /// Who says so.
    #[n(1)]
    pub by: HouseholdId,
    /// How the other street is called.
    #[n(2)]
    pub name: Name,
    /// Under which keys its households speak in the open; at most [`LINK_KEYS`].
    #[n(3)]
    pub keys: Vec<PublicKey>,
    /// When.
    #[n(4)]
    pub issued: Timestamp,
    /// Until when it holds; at most [`LINK_LIFE`] after it was said.
    #[n(5)]
    pub expires: Timestamp,
}

impl Statement for Link {
    const CONTEXT: &'static str = "streetlamp/1 link";
}

impl Link {
    /// Whether it is within its bounds.
    pub(super) fn is_bounded(&self) -> bool {
        self.keys.len() <= LINK_KEYS && self.expires <= self.issued.after(LINK_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn introduction(keys: usize) -> Introduction {
        let key = PublicKey::of(&ed25519_dalek::SigningKey::from_bytes(&[7; 32]));
        Introduction {
            name: Name::clean("Oak Street").unwrap(),
            keys: vec![key; keys],
        }
    }

    #[test]
    fn an_introduction_comes_back_from_its_text_also_with_line_breaks_in_it() {
        let text = introduction(LINK_KEYS).to_string();
        let (head, tail) = text.split_at(100);
        let read: Introduction = format!(" {head}\r\n{tail}\n").parse().unwrap();
        assert_eq!(read, introduction(LINK_KEYS));
    }

    #[test]
    fn a_garbled_introduction_is_told_from_something_else() {
        let text = introduction(1).to_string();
        let read = |text: &str| text.parse::<Introduction>().unwrap_err();
        assert_eq!(read(&text[..text.len() - 1]), IntroductionError::Garbled);
        assert_eq!(read("streetlamp:abc"), IntroductionError::NotAnIntroduction);
        for keys in [0, LINK_KEYS + 1] {
            let text = introduction(keys).to_string();
            assert_eq!(read(&text), IntroductionError::Garbled, "{keys} keys");
        }
    }
}
