//! Text as the rule reads it: sentences of plain words.
//!
//! Compatibility forms, marks and case go (UAX #15), look-alike letters of other scripts become one (UTS #39
//! skeleton), so do digits that stand for letters; letters that were pulled apart are put together, and a letter that
//! was said twice counts once. The words of a table pass through the same, so that both meet.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::{Table, Trait};

/// Most words between an ambiguous word of origin and the person behind it ("black, rather tall man").
const REACH: usize = 2;

/// The plain words of each sentence.
pub(super) fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut sentences = vec![Vec::new()];
    for word in text.split_whitespace() {
        let end = word.ends_with(['.', '!', '?', ';', ':']) && word.chars().count() > 2;
        if let Some(sentence) = sentences.last_mut() {
            sentence.extend(parts(word).filter_map(plain));
        }
        if end {
            sentences.push(Vec::new());
        }
    }
    sentences.iter().map(|words| joined(words)).collect()
}

/// "dark-skinned" is two words; "bl-ack" is one that was pulled apart.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let compound = word.split('-').all(|part| part.chars().count() >= 3);
    let whole = (!compound).then_some(word);
    whole
        .into_iter()
        .chain(compound.then(|| word.split('-')).into_iter().flatten())
}

/// One word without what makes no difference; nothing if nothing is left.
fn plain(word: &str) -> Option<String> {
    let letters: String = word
        .nfkd()
        .flat_map(char::to_lowercase)
        .map(unleet)
        .filter(|c| c.is_alphabetic())
        .collect();
    let looks: String = skeleton(&letters)
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphabetic())
        .collect();
    let mut once = String::with_capacity(looks.len());
    for letter in looks.chars() {
        if !once.ends_with(letter) {
            once.push(letter);
        }
    }
    (!once.is_empty()).then_some(once)
}

/// The letter for which a digit or sign is often written.
const fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Three and more single letters in a row are one word that was pulled apart.
fn joined(words: &[String]) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    let mut letters: Vec<&str> = Vec::new();
    let flush = |letters: &mut Vec<&str>, whole: &mut Vec<String>| {
        if letters.len() >= 3 {
            whole.extend(plain(&letters.concat()));
        } else {
            whole.extend(letters.iter().map(|letter| (*letter).to_owned()));
        }
        letters.clear();
    };
    for word in words {
        if word.chars().count() == 1 {
            letters.push(word);
        } else {
            flush(&mut letters, &mut whole);
            whole.push(word.clone());
        }
    }
    flush(&mut letters, &mut whole);
    whole
}

/// A table in the form in which text is read.
pub(super) struct Lexicon {
    persons: BTreeSet<String>,
    pronouns: BTreeSet<String>,
    origins: BTreeSet<String>,
    ambiguous: BTreeSet<String>,
    links: BTreeSet<String>,
    traits: Vec<(Trait, BTreeSet<String>)>,
}

impl Lexicon {
    pub(super) fn of(table: &Table) -> Self {
        let set = |words: &[&str]| words.iter().filter_map(|word| plain(word)).collect();
        Self {
            persons: set(table.persons),
            pronouns: set(table.pronouns),
            origins: set(table.origins),
            ambiguous: set(table.ambiguous),
            links: set(table.links),
            traits: table
                .traits
                .iter()
                .map(|(t, words)| (*t, set(words)))
                .collect(),
        }
    }

    /// What describes a person in this sentence.
    pub(super) fn traits<'a>(&'a self, sentence: &'a [String]) -> impl Iterator<Item = Trait> + 'a {
        let found = self.traits.iter();
        found
            .filter(|(_, words)| sentence.iter().any(|word| words.contains(word)))
            .map(|(found, _)| *found)
    }

    /// Whether a text names somebody's origin.
    pub(super) fn names_origin(&self, sentences: &[Vec<String>]) -> bool {
        let someone = |word: &String| self.persons.contains(word) || self.pronouns.contains(word);
        let clearly = sentences.iter().any(|words| self.has_clear_word(words));
        (clearly && sentences.iter().flatten().any(someone))
            || sentences
                .iter()
                .any(|words| self.has_word_beside_a_person(words))
    }

    fn has_clear_word(&self, sentence: &[String]) -> bool {
        let mut pairs = sentence.iter().zip(sentence.iter().skip(1));
        sentence.iter().any(|word| self.origins.contains(word))
            || pairs.any(|(one, other)| {
                plain(&format!("{one}{other}")).is_some_and(|pair| self.origins.contains(&pair))
            })
    }

    fn has_word_beside_a_person(&self, sentence: &[String]) -> bool {
        let mut words = sentence.iter().enumerate();
        words.any(|(at, word)| {
            self.ambiguous.contains(word)
                && (self.qualifies(sentence, at) || self.is_said_of(sentence, at))
        })
    }

    /// "black, rather tall man": a person stands behind it, and nothing else that could be meant.
    fn qualifies(&self, sentence: &[String], at: usize) -> bool {
        for word in sentence.iter().skip(at + 1).take(REACH + 1) {
            if self.persons.contains(word) {
                return true;
            }
            if self.is_thing(word) || self.links.contains(word) {
                return false;
            }
        }
        false
    }

    /// "he was probably black": a person stands before it, with only links between, and no thing behind it.
    fn is_said_of(&self, sentence: &[String], at: usize) -> bool {
        if sentence.get(at + 1).is_some_and(|next| self.is_thing(next)) {
            return false;
        }
        let mut before = sentence.iter().take(at).rev();
        let person = before.find(|word| !self.links.contains(*word));
        let linked = at > 0
            && sentence
                .get(at - 1)
                .is_some_and(|word| self.links.contains(word));
        linked
            && person
                .is_some_and(|word| self.persons.contains(word) || self.pronouns.contains(word))
    }

    /// Whether a word is something that has a colour of its own: clothes, hair, a car. Height has none.
    fn is_thing(&self, word: &String) -> bool {
        let coloured = self.traits.iter().filter(|(t, _)| *t != Trait::Build);
        coloured
            .map(|(_, words)| words)
            .any(|words| words.contains(word))
    }
}
