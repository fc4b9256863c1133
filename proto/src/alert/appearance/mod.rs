//! A description that names somebody's origin and hardly anything else is refused before it is signed.
//!
//! "A black man on our street" is not an event, and it fits everybody whom it was not meant for. With at least two of
//! clothing, hair, shoes, build and vehicle it describes one person. The rule is a [`Table`] for each language and a
//! few sentences about where its words stand; every table is tried on every text, after the text was brought to a form
//! in which spacing, look-alike letters and stretched words make no difference.
//!
//! What it cannot do: judge. It makes the writer pause, and whoever wants to get around it will. It speaks only about
//! what this home is about to post; what others posted is never hidden by it.

mod table;
mod words;

use std::collections::BTreeSet;

pub use table::{ENGLISH, GERMAN, TABLES, Table};
use words::{Lexicon, sentences};

/// What describes a person better than origin does. Two of them are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// What is worn.
    Clothing,
    /// Hair and beard.
    Hair,
    /// What is on the feet.
    Shoes,
    /// Height and stature.
    Build,
    /// Car, bicycle and the like.
    Vehicle,
}

impl Trait {
    /// Every trait.
    pub const ALL: [Self; 5] = [
        Self::Clothing,
        Self::Hair,
        Self::Shoes,
        Self::Build,
        Self::Vehicle,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Clothing => "clothing",
            Self::Hair => "hair",
            Self::Shoes => "shoes",
            Self::Build => "build",
            Self::Vehicle => "vehicle",
        }
    }
}

/// Why a text is not posted as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.advice())]
pub struct Appearance {
    found: BTreeSet<Trait>,
}

impl Appearance {
    fn advice(&self) -> String {
        let missing = Trait::ALL.into_iter().filter(|t| !self.found.contains(t));
        let missing: Vec<_> = missing.map(Trait::word).collect();
        let count = if self.found.is_empty() { "two" } else { "one" };
        format!(
            "this describes somebody by origin and hardly anything else, which fits many people and helps nobody: say what happened, and add at least {count} of {}, or leave the origin out",
            missing.join(", ")
        )
    }
}

/// Checks a title and a text together.
///
/// # Errors
/// [`Appearance`], which says what to add. It does not repeat the words.
pub fn check(title: &str, text: &str) -> Result<(), Appearance> {
    let said: Vec<_> = [title, text].iter().flat_map(|t| sentences(t)).collect();
    let mut found = BTreeSet::new();
    let mut named = false;
    for table in TABLES {
        let lexicon = Lexicon::of(table);
        found.extend(said.iter().flat_map(|sentence| lexicon.traits(sentence)));
        named |= lexicon.names_origin(&said);
    }
    if named && found.len() < 2 {
        Err(Appearance { found })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
