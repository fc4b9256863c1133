//! What the rest of the program says in English, in the language of the page.
//!
//! Engine and command line have one wording for each refusal. The English file of `refusals` repeats it, with its
//! variables; a text that fits such a pattern is the message of that name in the language of the page. Where the program
//! names a command, the attribute `page` says what to press instead. What fits none is
//! shown in English: rare faults of disks and programs, of which the log says more.

use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use super::{
    Language,
    text::{on_page, plain},
};
use crate::error::Error;
use crate::web::problem::sentence;

/// A part of an English text.
enum Part {
    Words(String),
    /// Anything, under this name.
    Given(String),
}

/// English texts by the name of their message.
static KNOWN: LazyLock<Vec<(String, Vec<Part>)>> = LazyLock::new(known);

/// An error as a sentence for a resident.
pub(in crate::web) fn refusal(error: &Error) -> String {
    sentence(&translated(&error.to_string()))
}

/// An English text of the program in the language of the page, if it is known there.
pub(in crate::web) fn translated(english: &str) -> String {
    let fitting = KNOWN.iter().find_map(|(id, parts)| {
        let mut given = FluentArgs::new();
        fits(parts, english, &mut given).then_some((id, given))
    });
    fitting.map_or_else(|| english.to_owned(), |(id, given)| on_page(id, &given))
}

/// Whether a text is made of these parts. What was put into it is told in the language of the page, too.
fn fits(parts: &[Part], text: &str, given: &mut FluentArgs<'_>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Words(words), rest @ ..] => text
            .strip_prefix(words.as_str())
            .is_some_and(|text| fits(rest, text, given)),
        [Part::Given(name)] => {
            given.set(name.clone(), translated_word(text));
            !text.is_empty()
        }
        [Part::Given(name), Part::Words(next), rest @ ..] => {
            let Some((value, after)) = text.split_once(next.as_str()) else {
                return false;
            };
            given.set(name.clone(), translated_word(value));
            fits(rest, after, given)
        }
        [Part::Given(_), Part::Given(_), ..] => false,
    }
}

/// A word inside a text, if it has a message without variables.
fn translated_word(word: &str) -> String {
    let message = KNOWN
        .iter()
        .find(|(_, parts)| matches!(parts.as_slice(), [Part::Words(words)] if words == word));
    message.map_or_else(|| word.to_owned(), |(id, _)| plain(id, &FluentArgs::new()))
}

fn known() -> Vec<(String, Vec<Part>)> {
    let files = Language::English.files();
    let text = files.iter().find(|(subject, _)| *subject == "refusals");
    let resource = match fluent_syntax::parser::parse(text.map_or("", |(_, text)| text)) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let messages = resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message.value.as_ref()?)),
        _ => None,
    });
    let mut known: Vec<(String, Vec<Part>)> = messages
        .map(|(id, pattern)| {
            let parts = pattern.elements.iter().filter_map(part);
            (id.to_owned(), parts.collect())
        })
        .collect();
    // What is said word for word before what fits with something put in.
    known.sort_by_key(|(_, parts)| parts.len());
    known
}

fn part(element: &PatternElement<&str>) -> Option<Part> {
    match element {
        PatternElement::TextElement { value } => Some(Part::Words((*value).to_owned())),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => Some(Part::Given(id.name.to_owned())),
        // Braces and quotes that Fluent would read otherwise.
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::StringLiteral { value }),
        } => Some(Part::Words((*value).to_owned())),
        PatternElement::Placeable { .. } => None,
    }
}
