//! Texts of messages: for a template, with markup and everything foreign escaped; for anything else, plain.

use std::fmt::{self, Display};

use askama::filters::{Html, HtmlSafe, escape};
use fluent_bundle::{FluentArgs, FluentValue};
use fluent_syntax::ast::Pattern;

use super::Language;
use crate::web::words::Moment;

/// A message as a template draws it. Its own words may hold markup; what is put into it is escaped.
#[derive(Debug)]
pub(in crate::web) struct Text {
    id: &'static str,
    args: FluentArgs<'static>,
}

/// Gives every template its texts: `{{ t("street-quiet") }}`.
pub(in crate::web) trait Texts {
    /// The message of this name.
    fn t(&self, id: &'static str) -> Text {
        Text {
            id,
            args: FluentArgs::new(),
        }
    }

    /// The language that the page is in.
    fn language(&self) -> &'static str {
        Language::spoken().code()
    }
}

impl<T: askama::Template> Texts for T {}

/// A number or a word that is put into a message.
pub(in crate::web) trait Given {
    fn given(&self) -> FluentValue<'static>;
}

impl<T: Given + ?Sized> Given for &T {
    fn given(&self) -> FluentValue<'static> {
        (**self).given()
    }
}

macro_rules! given {
    ($($of:ty),+) => {
        $(impl Given for $of {
            fn given(&self) -> FluentValue<'static> {
                FluentValue::from(self.to_owned())
            }
        })+
    };
}
given!(usize, u64, u32, i16, i8);

impl Given for str {
    fn given(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Given for String {
    fn given(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

impl Text {
    /// With a number or a word in it.
    #[must_use]
    pub(in crate::web) fn with(self, name: &'static str, value: impl Given) -> Self {
        let value = match value.given() {
            FluentValue::String(text) => FluentValue::from(escaped(text.as_ref())),
            number => number,
        };
        self.set(name, value)
    }

    /// With a name in it, which keeps its own direction of writing.
    #[must_use]
    pub(in crate::web) fn name(self, name: &'static str, value: impl Display) -> Self {
        let value = format!("<bdi>{}</bdi>", escaped(&value.to_string()));
        self.set(name, value.into())
    }

    /// With several names.
    #[must_use]
    pub(in crate::web) fn names(self, name: &'static str, values: &[String]) -> Self {
        let values: Vec<_> = values
            .iter()
            .map(|value| format!("<bdi>{}</bdi>", escaped(value)))
            .collect();
        self.set(name, values.join(", ").into())
    }

    /// With a point in time.
    #[must_use]
    pub(in crate::web) fn at(self, name: &'static str, at: &Moment) -> Self {
        let value = format!(
            "<time datetime=\"{}\">{}</time>",
            escaped(&at.machine),
            escaped(&at.words)
        );
        self.set(name, value.into())
    }

    fn set(mut self, name: &'static str, value: FluentValue<'static>) -> Self {
        self.args.set(name, value);
        self
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format(self.id, &self.args))
    }
}

/// Everything that was put in is escaped; the message is ours.
impl HtmlSafe for Text {}

fn escaped(text: &str) -> String {
    match escape(text, Html) {
        Ok(text) => text.to_string(),
        Err(never) => match never {},
    }
}

/// The message of this name as a plain text: `say!("words-neighbours", n = 3)`.
macro_rules! say {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "a message may need nothing")]
        let mut args = fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($name), $crate::web::language::given(&$value));)*
        $crate::web::language::plain($id, &args)
    }};
}
pub(in crate::web) use say;

/// The message of this name as a plain text. See [`say`].
pub(in crate::web) fn plain(id: &str, args: &FluentArgs<'_>) -> String {
    format(id, args)
}

/// A message as the page says it, if that is not as the program says it.
pub(super) fn on_page(id: &str, args: &FluentArgs<'_>) -> String {
    let message = Language::spoken().bundle().get_message(id);
    let page = message.and_then(|message| message.get_attribute("page"));
    page.map_or_else(|| format(id, args), |page| filled(id, page.value(), args))
}

/// A value for [`say`].
pub(in crate::web) fn given(value: &impl Given) -> FluentValue<'static> {
    value.given()
}

fn format(id: &str, args: &FluentArgs<'_>) -> String {
    let bundle = Language::spoken().bundle();
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        return id.to_owned();
    };
    filled(id, pattern, args)
}

fn filled(id: &str, pattern: &Pattern<&str>, args: &FluentArgs<'_>) -> String {
    let bundle = Language::spoken().bundle();
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut faults);
    for fault in faults {
        tracing::error!(%fault, id, "a text of the page lacks something");
    }
    text.into_owned()
}
