//! Templates, sources and the files of every language are held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use axum::http::HeaderMap;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use streetlamp_proto::alert::{AlertError, FollowUpError};
use streetlamp_proto::household::Failure;
use streetlamp_proto::keeper::NoLease;
use streetlamp_proto::open::KnockError;
use streetlamp_proto::street::{Refusal, TicketError};

use super::{Language, refusal, translated};
use crate::error::Error;

/// Templates that are no pages: the recovery sheet as a file is written by the command line.
const NO_PAGES: [&str; 1] = ["recovery_sheet.html"];
/// Answers to programs, which speak no language of people.
const FOR_PROGRAMS: [&str; 2] = ["api", "intake.rs"];
/// What stands in templates and is the same in every language: names, commands, examples of cells.
const NAMES: [&str; 8] = [
    "streetlamp restore --from-sheet",
    "streetlamp backup -o home.backup",
    "streetlamp sign-in",
    "Streetlamp",
    "u33dc1k",
    "u33dc1",
    "&nbsp;",
    "&amp;",
];
/// Markup that messages may hold.
const MARKUP: [&str; 6] = [
    "<strong>",
    "</strong>",
    "<code>",
    "</code>",
    "<span class=\"cell\">",
    "</span>",
];

/// A message: which variables it takes, and its words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    variables: BTreeSet<String>,
    words: String,
}

fn messages(language: Language) -> BTreeMap<String, Message> {
    let mut all = BTreeMap::new();
    for (subject, text) in language.files() {
        let resource = fluent_syntax::parser::parse(text).unwrap_or_else(|(_, faults)| {
            panic!("{} {subject}: {faults:?}", language.code());
        });
        for entry in resource.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut read = Message::default();
            gather(message.value.as_ref().unwrap(), &mut read);
            let prefix = if subject == "refusals" {
                "refusal"
            } else {
                subject
            };
            assert!(
                message.id.name.starts_with(&format!("{prefix}-")),
                "{} in {subject}",
                message.id.name
            );
            let before = all.insert(message.id.name.to_owned(), read);
            assert!(before.is_none(), "{} twice", message.id.name);
        }
    }
    all
}

fn gather(pattern: &Pattern<&str>, into: &mut Message) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => into.words.push_str(value),
            PatternElement::Placeable { expression } => {
                let inline = match expression {
                    Expression::Inline(inline) => inline,
                    Expression::Select { selector, variants } => {
                        for variant in variants {
                            into.words.push('\n');
                            gather(&variant.value, into);
                        }
                        selector
                    }
                };
                if let InlineExpression::VariableReference { id } = inline {
                    into.variables.insert(id.name.to_owned());
                }
            }
        }
    }
}

fn files(under: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(under)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let left_out = [&NO_PAGES[..], &FOR_PROGRAMS, &["tests", "tests.rs"]].concat();
            if left_out.contains(&name.as_str()) {
                continue;
            } else if path.is_dir() {
                open.push(path);
            } else if name.ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                let text = text
                    .split("#[cfg(test)]\nmod tests {")
                    .next()
                    .unwrap()
                    .to_owned();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// Names of messages in a text, each with the variables that it is given there, and whether it is drawn with markup.
fn uses(text: &str) -> Vec<(String, BTreeSet<String>, bool)> {
    let drawn = text.match_indices("t(\"").filter_map(|(at, call)| {
        // Not the end of a longer word, such as `format("` or `at("`.
        if text[..at].ends_with(char::is_alphabetic) {
            return None;
        }
        let (id, rest) = text[at + call.len()..].split_once("\")")?;
        let chain = rest.split("}}").next()?;
        let given = ["with", "name", "names", "at"].iter().flat_map(|way| {
            let call = format!(".{way}(\"");
            let parts: Vec<_> = chain.split(&call).skip(1).map(str::to_owned).collect();
            parts
        });
        let given = given.filter_map(|part| Some(part.split_once('"')?.0.to_owned()));
        Some((id.to_owned(), given.collect(), true))
    });
    let said = text.split("say!(").skip(1).filter_map(|rest| {
        let (id, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let mut depth = 1_i32;
        let inside: String = rest
            .chars()
            .take_while(|c| {
                depth += match c {
                    '(' | '[' | '{' => 1,
                    ')' | ']' | '}' => -1,
                    _ => 0,
                };
                depth > 0
            })
            .collect();
        let mut level = 0;
        let flat: String = inside
            .chars()
            .filter(|c| {
                level -= i32::from(matches!(c, ')' | ']' | '}'));
                let kept = level == 0;
                level += i32::from(matches!(c, '(' | '[' | '{'));
                kept
            })
            .collect();
        let given = flat.split(',').filter_map(|part| {
            let (name, _) = part.split_once(" = ")?;
            Some(name.trim().to_owned())
        });
        Some((id.to_owned(), given.collect(), false))
    });
    drawn.chain(said).collect()
}

#[test]
fn every_language_has_the_same_messages_with_the_same_variables() {
    let english = messages(Language::English);
    for language in Language::ALL {
        let other = messages(language);
        let names = |all: &BTreeMap<String, Message>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&english), names(&other), "{}", language.code());
        for (id, message) in &english {
            // The traits of a person are told as a whole in other languages, and not as a list of English words.
            if id != "refusal-appearance" {
                assert_eq!(
                    message.variables,
                    other[id].variables,
                    "{id} in {}",
                    language.code()
                );
            }
        }
    }
}

#[test]
fn every_message_that_is_used_exists_and_every_message_is_used() {
    let known = messages(Language::English);
    let mut used = BTreeSet::new();
    let mut places = files("templates", ".html");
    places.extend(files("src/web", ".rs"));
    for (path, text) in &places {
        if path.ends_with("language/text.rs") {
            continue;
        }
        for (id, given, drawn) in uses(text) {
            let message = known
                .get(&id)
                .unwrap_or_else(|| panic!("{id} in {} is no message", path.display()));
            assert_eq!(message.variables, given, "{id} in {}", path.display());
            assert!(
                drawn || !message.words.contains('<'),
                "{id} has markup and is told as plain text"
            );
            used.insert(id);
        }
    }
    let engine = |id: &&String| id.starts_with("refusal-");
    let unused: Vec<_> = known
        .keys()
        .filter(|id| !used.contains(*id))
        .filter(|id| !engine(id))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn messages_hold_no_markup_but_a_few_elements_that_are_closed() {
    for language in Language::ALL {
        for (id, message) in messages(language) {
            for words in message.words.split('\n') {
                let mut bare = words.to_owned();
                for element in MARKUP {
                    bare = bare.replace(element, "");
                }
                let quoted = id.starts_with("refusal-") || !bare.contains('"');
                assert!(quoted && !bare.contains(['<', '>', '&']), "{id}: {words}");
                for pair in MARKUP.chunks(2) {
                    assert_eq!(
                        words.matches(pair[0]).count(),
                        words.matches(pair[1]).count(),
                        "{id}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_template_has_a_word_that_is_not_in_every_language() {
    for (path, text) in files("templates", ".html") {
        let mut text = text;
        for (from, to) in [
            ("{{", "}}"),
            ("{%", "%}"),
            ("{#", "#}"),
            ("<style", "</style>"),
        ] {
            while let Some((before, rest)) = text.split_once(from) {
                let after = rest.split_once(to).unwrap().1.to_owned();
                text = format!("{before}{after}");
            }
        }
        for name in NAMES {
            text = text.replace(name, "");
        }
        // Attributes that are read out or shown.
        for attribute in ["aria-label", "title", "alt", "placeholder"] {
            for part in text.split(&format!(" {attribute}=\"")).skip(1) {
                let value = part.split('"').next().unwrap();
                assert!(
                    !value.contains(char::is_alphabetic),
                    "{attribute}={value} in {}",
                    path.display()
                );
            }
        }
        let shown: String = text
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, shown)| shown))
            .collect();
        // A macro may hold attributes.
        let shown = shown
            .split_whitespace()
            .filter(|word| !word.contains("=\""));
        let words: String = shown
            .flat_map(str::chars)
            .filter(|c| c.is_alphabetic())
            .collect();
        assert!(words.is_empty(), "{words} in {}", path.display());
    }
}

#[test]
fn no_source_of_the_page_says_anything_in_one_language_only() {
    for (path, text) in files("src/web", ".rs") {
        let code = text
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with("//"));
        let mut allowed = false;
        for line in code {
            // What goes to the log, what only a fault of the program says, what the terminal says.
            let begins = [
                "tracing::",
                "Error::io",
                "ErrorKind::Internal",
                "reason =",
                "not_bound",
                "\"the page cannot be at",
                "\"port {port}",
                "\"the page's certificate is damaged",
            ];
            allowed |= begins.iter().any(|begin| line.contains(begin));
            let texts = line.split('"').skip(1).step_by(2);
            for text in texts {
                let words = text
                    .split(' ')
                    .filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()));
                assert!(
                    allowed || words.count() < 3,
                    "{text:?} in {}",
                    path.display()
                );
            }
            allowed &= !line.ends_with(';') && !line.ends_with("})?;");
        }
    }
    for (path, text) in files("assets", ".js") {
        for line in text.lines().filter(|line| line.contains("textContent =")) {
            let said = line.split_once("textContent =").unwrap().1;
            let spoken = said.trim_start().starts_with(['\'', '`', '"']);
            assert!(!spoken, "{line} in {}", path.display());
        }
    }
}

#[test]
fn what_the_engine_refuses_is_said_in_the_language_of_the_page() {
    let failures = [
        Failure::NoStreet,
        Failure::OnAStreet,
        Failure::WhichStreet,
        Failure::Unknown("clip"),
        Failure::TooMany("alerts"),
        Failure::AlreadyMember,
        Failure::OwnTicket,
        TicketError::NotATicket.into(),
        TicketError::Garbled.into(),
        TicketError::Version.into(),
        TicketError::Expired.into(),
        Refusal::NotValid.into(),
        Refusal::Expired.into(),
        Refusal::Card.into(),
        Refusal::Full.into(),
        Failure::InviterAway,
        Failure::BadWelcome,
        Failure::DoorAway,
        Failure::Crowded,
        Failure::OtherRoot,
        Failure::OwnDevice,
        AlertError::Expired.into(),
        AlertError::Future.into(),
        AlertError::TooManyClips.into(),
        AlertError::NearbyClips.into(),
        FollowUpError::NoWords.into(),
        FollowUpError::NotTheAuthor.into(),
        FollowUpError::TheAuthor.into(),
        KnockError::Cell.into(),
        KnockError::Life.into(),
        Failure::NoCell,
        Failure::FromOutside,
        Failure::CommentsClosed,
        Failure::TooOften,
        Failure::Oneself,
        Failure::VouchedAlready,
        Failure::StillNew,
        Failure::Locked,
        Failure::BadIdle,
        Failure::NotOurs,
        Failure::OnOtherDevice,
        Failure::WrongKey,
        Failure::WithoutHybrid,
        Failure::NotShredded,
        Failure::NeighbourAway,
        NoLease::NoRoom.into(),
        Failure::BadLease,
        Failure::NothingKept,
        Failure::DeviceAway,
        Failure::DeviceRefused,
        Failure::OtherLedger,
        Failure::BadUntil,
        Failure::OwnHousehold,
        Failure::AlreadyStopped,
    ];
    for failure in failures {
        let english = failure.to_string();
        let error = Error::from(failure);
        let german = Language::German.speak_there(|| refusal(&error));
        let page = Language::English.speak_there(|| translated(&english));
        assert!(page == english || english.contains("streetlamp "), "{page}");
        assert!(
            !german.to_lowercase().starts_with(&english.to_lowercase()),
            "{english}"
        );
    }
    let unknown = Language::German.speak_there(|| translated("there is no such clip here"));
    assert_eq!(unknown, "Diesen Clip gibt es hier nicht");
    let word = Language::German.speak_there(|| translated("there is no such alert here"));
    assert_eq!(word, "Das gibt es hier nicht (Meldung)");
    let other = Language::German.speak_there(|| translated("the dog ate it"));
    assert_eq!(other, "the dog ate it");
}

/// Refusals that name a command and never come to the page: what only the terminal or a program asks for.
const NOT_ON_THE_PAGE: [&str; 6] = [
    "camera token",
    "only one with '--rtsp'",
    "with '--rtsp' or '--onvif'",
    "streetlamp init",
    "streetlamp status",
    "'--user'",
];

#[test]
fn no_refusal_on_the_page_sends_a_resident_to_the_terminal() {
    let names_command = |text: &str| text.contains("'streetlamp ") || text.contains("'--");
    let mut sources = files("src", ".rs");
    sources.extend(files("../proto/src", ".rs"));
    let mut seen = 0;
    for (path, text) in sources {
        let shown = path.display().to_string();
        let elsewhere = [
            "/src/cli/",
            "/src/control/",
            "/src/publisher/",
            "/src/demo/",
        ];
        if elsewhere.iter().any(|part| shown.contains(part)) {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim().starts_with("//"));
        for said in code.flat_map(|line| line.split('"').skip(1).step_by(2)) {
            if !names_command(said) || NOT_ON_THE_PAGE.iter().any(|other| said.contains(other)) {
                continue;
            }
            // What is put in stands for something.
            let mut said = said.to_owned();
            while let Some((before, rest)) = said.split_once('{') {
                said = format!("{before}x{}", rest.split_once('}').unwrap().1);
            }
            // Some texts are the end of a sentence that begins with an address.
            let whole = [said.clone(), format!("x {said}")];
            for language in Language::ALL {
                let pages = whole
                    .each_ref()
                    .map(|text| language.speak_there(|| translated(text)));
                assert!(
                    !pages.iter().all(|page| names_command(page)),
                    "{said} ({shown})"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
    let locked = Error::from(Failure::Locked);
    let page = Language::English.speak_there(|| refusal(&locked));
    assert!(page.contains("press “Unlock…”"), "{page}");
}

#[test]
fn the_language_is_the_one_that_the_browser_likes_best_of_those_that_are_spoken() {
    for (asked, spoken) in [
        ("", Language::English),
        ("de", Language::German),
        ("de-AT,en;q=0.5", Language::German),
        ("fr,de;q=0.8,en;q=0.7", Language::German),
        ("fr, it", Language::English),
        ("*", Language::English),
        ("en-GB,de;q=0.9", Language::English),
        ("\u{fc};;q=,,,", Language::English),
    ] {
        let mut headers = HeaderMap::new();
        if let Ok(value) = asked.parse() {
            headers.insert("accept-language", value);
        }
        assert_eq!(Language::asked(&headers), spoken, "{asked}");
    }
}
