//! What was said so far about the home that is to be.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use serde::Deserialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::{Name, Words};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::home::{FromWords, made_passphrase};
use crate::strength::{self, Strength};
use crate::web::language::{say, translated};

/// How many words a sheet has.
const WORDS: u32 = 24;

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    Name,
    Place,
    Passphrase,
    Sheet,
    Emergency,
}

impl Step {
    pub(super) const ALL: [Self; 5] = [
        Self::Name,
        Self::Place,
        Self::Passphrase,
        Self::Sheet,
        Self::Emergency,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Place => "place",
            Self::Passphrase => "passphrase",
            Self::Sheet => "sheet",
            Self::Emergency => "emergency",
        }
    }

    /// The heading of its page.
    pub(super) fn title(self) -> String {
        match self {
            Self::Name => say!("first-use-title-name"),
            Self::Place => say!("first-use-title-place"),
            Self::Passphrase => say!("first-use-title-passphrase"),
            Self::Sheet => say!("first-use-title-sheet"),
            Self::Emergency => say!("first-use-title-emergency"),
        }
    }
}

/// Where a home is, by its resident's word.
pub(super) enum Whereabouts {
    In(Cell),
    /// It would rather not say.
    Unsaid,
}

/// A passphrase that was chosen, or made.
pub(super) struct Chosen {
    pub(super) passphrase: Zeroizing<String>,
    /// Whether it stands on the sheet.
    pub(super) made: bool,
    /// How good it is, unless it was made.
    pub(super) verdict: Option<Strength>,
}

/// How good a passphrase is, and what would make it better.
pub(super) fn verdict(judged: &Strength) -> String {
    let advice = judged.advice.as_deref().map(translated);
    let said = [Some(translated(judged.verdict)), advice];
    let said: Vec<_> = said.into_iter().flatten().collect();
    said.join(" ")
}

/// The home that is to be. Its secrets are wiped when it is dropped.
pub(super) struct Plan {
    pub(super) name: Option<Name>,
    pub(super) place: Option<Whereabouts>,
    pub(super) chosen: Option<Chosen>,
    pub(super) words: Words,
    /// Which two words are asked for, counted from 1.
    pub(super) asked: [usize; 2],
    pub(super) on_paper: bool,
}

impl Plan {
    pub(super) fn new(rng: &mut ChaCha20Rng) -> Self {
        // One of the first half and one of the second: whoever printed half a sheet notices.
        let [first, second] = [rng.next_u32(), rng.next_u32()].map(|n| n % (WORDS / 2) + 1);
        let place = |n: u32| usize::try_from(n).unwrap_or(1);
        Self {
            name: None,
            place: None,
            chosen: None,
            words: Words::generate(rng),
            asked: [place(first), place(second + WORDS / 2)],
            on_paper: false,
        }
    }

    /// The first step that is not done.
    pub(super) const fn next(&self) -> Step {
        if self.name.is_none() {
            Step::Name
        } else if self.place.is_none() {
            Step::Place
        } else if self.chosen.is_none() {
            Step::Passphrase
        } else if !self.on_paper {
            Step::Sheet
        } else {
            Step::Emergency
        }
    }

    /// Takes a passphrase that was typed twice.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is too easy, or the two differ.
    pub(super) fn choose(&mut self, passphrase: String, again: &str) -> Result<()> {
        let passphrase = Zeroizing::new(passphrase);
        let judged = strength::judge(&passphrase, &self.about());
        if !judged.enough {
            return Err(Error::new(ErrorKind::Invalid, verdict(&judged)));
        }
        if *passphrase != again {
            let message = say!("first-use-differ");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        self.chosen = Some(Chosen {
            passphrase,
            made: false,
            verdict: Some(judged),
        });
        Ok(())
    }

    /// Makes a passphrase, which stands on the sheet.
    pub(super) fn make_passphrase(&mut self, rng: &mut ChaCha20Rng) {
        self.chosen = Some(Chosen {
            passphrase: made_passphrase(rng),
            made: true,
            verdict: None,
        });
    }

    /// What somebody who guesses would try, too.
    pub(super) fn about(&self) -> Vec<&str> {
        self.name.iter().map(Name::as_str).collect()
    }

    /// Whether these are the two words that were asked for.
    pub(super) fn are_on_paper(&self, typed: [&str; 2]) -> bool {
        let all = self.words.expose();
        let all: Vec<&str> = all.split(' ').collect();
        self.asked.iter().zip(typed).all(|(place, typed)| {
            all.get(place - 1)
                .is_some_and(|word| typed.trim().eq_ignore_ascii_case(word))
        })
    }

    /// Everything that a home is made of, if all was said.
    pub(super) fn complete(&self, now: Timestamp) -> Option<FromWords> {
        let (name, chosen) = (self.name.clone()?, self.chosen.as_ref()?);
        let cell = match self.place.as_ref()? {
            Whereabouts::In(cell) => Some(cell.clone()),
            Whereabouts::Unsaid => None,
        };
        let words = Words::parse(&self.words.expose()).ok()?;
        self.on_paper.then(|| FromWords {
            words,
            name,
            cell,
            passphrase: chosen.passphrase.clone(),
            now,
        })
    }
}
