//! In which language the page speaks, and the texts in each of them.
//!
//! Every text of the page is a Fluent message in `texts/`, one file a subject, the same messages in every language;
//! `tests` holds templates and sources against them. The language is that of the request: what was chosen in this
//! browser, else what the browser asks for. It stands in the task that answers, so that no function hands it on.
//!
//! `text` makes texts of messages, `refusal` says in this language what the engine says in English. Left out: the
//! command line, logs, and the recovery sheet as a file, which are English.

mod refusal;
#[cfg(test)]
mod tests;
mod text;

use std::sync::LazyLock;

use axum::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use unic_langid::LanguageIdentifier;

pub(super) use refusal::{refusal, translated};
pub(super) use text::{Texts, given, plain, say};

/// Most bytes of `Accept-Language` that are looked at. Browsers send some dozen.
const ASKED_BYTES: usize = 512;

tokio::task_local! {
    static SPOKEN: Language;
}

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

/// The messages of one language.
type Bundle = FluentBundle<FluentResource>;

/// Every file of a language, by its subject.
macro_rules! texts {
    ($language:literal) => {
        texts!($language: "words", "frame", "street", "neighbours", "cameras", "clips", "ledger", "publishers", "settings",
            "notifications", "house", "modes", "health", "lan", "first-use", "refusals")
    };
    ($language:literal: $($subject:literal),+) => {
        [$(($subject, include_str!(concat!("../../../texts/", $language, "/", $subject, ".ftl")))),+]
    };
}

impl Language {
    /// All of them; the first is spoken to whoever asks for none.
    pub(super) const ALL: [Self; 2] = [Self::English, Self::German];

    /// As BCP 47 writes it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// As its speakers call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language with this code.
    pub(super) fn coded(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// What a browser asks for, as far as it is spoken here.
    pub(super) fn asked(headers: &HeaderMap) -> Self {
        let asked = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|asked| asked.to_str().ok())
            .and_then(|asked| asked.get(..asked.len().min(ASKED_BYTES)))
            .unwrap_or_default();
        let asked = parse_accepted_languages(asked);
        let spoken = Self::ALL.map(Self::identifier);
        let best = negotiate_languages(
            &asked,
            &spoken,
            Some(&spoken[0]),
            NegotiationStrategy::Lookup,
        );
        let best = best.first().and_then(|best| {
            Self::ALL
                .into_iter()
                .find(|language| language.identifier() == **best)
        });
        best.unwrap_or(Self::English)
    }

    /// That of the request which is being answered; English outside of one.
    pub(super) fn spoken() -> Self {
        SPOKEN
            .try_with(|language| *language)
            .unwrap_or(Self::English)
    }

    /// Answers in this language.
    pub(super) async fn speak<F: Future>(self, answer: F) -> F::Output {
        SPOKEN.scope(self, answer).await
    }

    /// The same for what is looked up in another task.
    pub(super) fn speak_there<T>(self, look: impl FnOnce() -> T) -> T {
        SPOKEN.sync_scope(self, look)
    }

    fn identifier(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }

    const fn files(self) -> [(&'static str, &'static str); 16] {
        match self {
            Self::English => texts!("en"),
            Self::German => texts!("de"),
        }
    }

    fn bundle(self) -> &'static Bundle {
        static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
        static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::German));
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// Reads what is built in. A message that cannot be read is left out and drawn as its name; a test reads all of them.
fn bundle(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language.identifier()]);
    // Names stand in elements of their own; the marks would be copied along with a text.
    bundle.set_use_isolating(false);
    for (_, text) in language.files() {
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}
