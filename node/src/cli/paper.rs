//! What a resident reads off the recovery sheet: the 24 words, or the line of the recovery key.
//!
//! From a file or a terminal, never from an argument, which others can list. A whole sheet will do: the words are found
//! in it whatever stands around them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use streetlamp_proto::identity::{Name, Words};
use streetlamp_proto::recipient::Identity;
use zeroize::Zeroizing;

use super::{passphrase, print};
use crate::error::{Error, ErrorKind, Result};

/// Longest file with words that is read, in bytes. A recovery sheet in text has about two thousand, one as a page with
/// its picture some tens of thousands.
const SHEET_BYTES: u64 = 256 * 1024;
/// What a sheet as a page begins with.
const PAGE: &str = "<!doctype html>";
/// What a recovery key begins with.
const KEY: &str = "AGE-SECRET-KEY-1";
/// How many words there are.
const WORDS: usize = 24;
/// What stands before the household's name on the sheet.
const HOUSEHOLD: &str = "Household ";

/// A text that somebody read off a recovery sheet.
pub(super) struct Paper(Zeroizing<String>);

impl Paper {
    /// Reads a file, or asks on the terminal.
    ///
    /// # Errors
    /// If there is neither.
    pub(super) fn read(file: Option<&Path>) -> Result<Self> {
        if let Some(path) = file {
            let unreadable = |e| Error::io(format!("{} cannot be read", path.display()), e);
            let mut text = Zeroizing::new(String::new());
            let file = File::open(path).map_err(unreadable)?;
            file.take(SHEET_BYTES)
                .read_to_string(&mut text)
                .map_err(unreadable)?;
            return Ok(Self::of(text));
        }
        if print::at_terminal() {
            return passphrase::prompt("The 24 words of the recovery sheet: ").map(Self);
        }
        Err(Error::new(
            ErrorKind::Invalid,
            "the 24 words are needed: name a file with them, or run this in a terminal",
        ))
    }

    fn of(text: Zeroizing<String>) -> Self {
        if text.starts_with(PAGE) {
            Self(without_tags(&text))
        } else {
            Self(text)
        }
    }

    /// The recovery key, from its own line or from the words.
    ///
    /// # Errors
    /// If there is neither.
    pub(super) fn recovery(&self) -> Result<Identity> {
        let mut parts = self.0.split_whitespace();
        if let Some(key) = parts.find(|part| part.starts_with(KEY)) {
            return key.parse().map_err(|_| {
                Error::new(
                    ErrorKind::Invalid,
                    "the recovery key is garbled: copy the line again, whole",
                )
            });
        }
        self.words().map(|words| words.recovery())
    }

    /// The words.
    ///
    /// # Errors
    /// If they are not there, or not spelled as on the sheet.
    pub(super) fn words(&self) -> Result<Words> {
        let numbered = |part: &&str| part.trim_end_matches('.').parse::<u8>().is_err();
        let parts: Vec<&str> = self.0.split_whitespace().filter(numbered).collect();
        let mut runs = parts.windows(WORDS);
        let found = runs.find_map(|run| Words::parse(&Zeroizing::new(run.join(" "))).ok());
        found.ok_or_else(|| {
            let only_the_key = self.0.contains(KEY);
            let message = if only_the_key && parts.len() < WORDS {
                "the key line opens clips and backups, but only the 24 words make the household's other keys: type the words"
            } else {
                "these are not the 24 words of a recovery sheet: check the spelling and the order"
            };
            Error::new(ErrorKind::Invalid, message)
        })
    }

    /// The name of the household, if this is a whole sheet.
    pub(super) fn name(&self) -> Option<Name> {
        let mut lines = self.0.lines();
        let name = lines.find_map(|line| line.trim_start().strip_prefix(HOUSEHOLD))?;
        Name::clean(name).ok()
    }
}

/// What stands between the tags of a sheet that this program wrote as a page.
fn without_tags(page: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(page.len()));
    let mut inside = false;
    for c in page.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    // As the template writes them.
    let marks = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    for (written, mark) in marks {
        text = Zeroizing::new(text.replace(written, mark));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str =
        "STREETLAMP RECOVERY SHEET\n\nHousehold  Ada, number 12\n\nTHE 24 WORDS (all keys)\n\n";

    fn words() -> Zeroizing<String> {
        let mut rng = crate::entropy::Entropy::Repeatable(1).generator().unwrap();
        Words::generate(&mut rng).expose()
    }

    fn paper(text: &str) -> Paper {
        Paper::of(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn words_are_found_numbered_in_a_sheet_or_alone() {
        let words = words();
        let household = Words::parse(&words).unwrap().root().household();
        let numbered = words.split(' ').enumerate();
        let numbered: String = numbered
            .map(|(n, word)| format!("{} {word}\n", n + 1))
            .collect();
        let sheet = format!("{SHEET}{numbered}\nPASSPHRASE (it unlocks the node)\n");
        for text in [words.as_str(), &words.to_uppercase(), &sheet] {
            let read = paper(text).words().unwrap();
            assert_eq!(read.root().household(), household);
        }
        assert_eq!(paper(&sheet).name().unwrap().as_str(), "Ada, number 12");
        assert_eq!(paper(&words).name(), None);
    }

    #[test]
    fn a_sheet_as_a_page_is_read_back_with_every_name_and_hides_no_tag_in_it() {
        let place = tempfile::tempdir().unwrap();
        let sheet = place.path().join("sheet.html");
        let new = crate::home::NewHome {
            name: Name::clean("Ada & <b>Ben's</b> \"flat\"").unwrap(),
            cell: None,
            passphrase: None,
            recovery_sheet: Some(sheet.clone()),
            now: streetlamp_proto::time::Timestamp::from_ms(1_800_000_000_000),
        };
        let entropy = crate::entropy::Entropy::System;
        let made = crate::home::Home::create(&place.path().join("ada"), new, &entropy).unwrap();
        let page = std::fs::read_to_string(&sheet).unwrap();
        assert!(!page.contains("<b>") && page.contains("<svg") && !page.contains("<?xml"));
        assert!(!page.contains("http://") || page.contains("http://www.w3.org/2000/svg"));
        let paper = Paper::read(Some(&sheet)).unwrap();
        let words = paper.words().unwrap();
        assert_eq!(words.root().household(), made.household);
        let recovery = paper.recovery().unwrap();
        assert_eq!(recovery.recipient(), words.recovery().recipient());
        assert_eq!(
            paper.name().unwrap().as_str(),
            "Ada & <b>Ben's</b> \"flat\""
        );
    }

    #[test]
    fn a_wrong_word_is_noticed_and_the_key_line_alone_is_not_enough_for_the_words() {
        let words = words();
        let wrong = format!("abandon {}", words.split_once(' ').unwrap().1);
        assert!(paper(&wrong).words().is_err());
        let key = Words::parse(&words).unwrap().recovery().expose();
        assert!(
            paper(&key)
                .words()
                .unwrap_err()
                .to_string()
                .contains("type the words")
        );
        assert!(paper(&key).recovery().is_ok());
    }
}
