//! `publisher list` and what goes with it: agencies as a home knows them.

use clap::{Subcommand, ValueEnum};

use super::Context;
use super::bulletin::standing;
use super::print::short;
use crate::control::Request;
use crate::control::answers::{AsksDomains, PublisherItem};
use crate::error::Result;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum DirectoryCommand {
    /// List the publishers that this home knows
    List,
    /// Take a publisher for what it says it is, because you asked it yourself
    Pin {
        /// Its id, domain or name
        publisher: String,
    },
    /// Forget a publisher, and all that it said
    Forget {
        /// Its id, domain or name
        publisher: String,
    },
    /// Ask a publisher's domain now whether it lists its key
    Check {
        /// Its id, domain or name
        publisher: String,
    },
    /// Show or choose whether this home asks domains of publishers who speaks for them
    ///
    /// A domain that is asked learns the internet address of this home, and that a bulletin is shown there.
    Domains {
        /// Whether it does
        ask: Option<OnOff>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum OnOff {
    /// A few times an hour at most, once a week for each
    On,
    /// Never
    Off,
}

pub(super) fn directory(context: &Context, command: DirectoryCommand) -> Result<()> {
    let one = |request: &Request, done: &str| {
        let item: PublisherItem = context.node()?.ask(request)?;
        context
            .out
            .answer(&item, |item| format!("{done}\n{}", words(item)))
    };
    match command {
        DirectoryCommand::List => {
            let items: Vec<PublisherItem> = context.node()?.ask(&Request::Publishers)?;
            context.out.answer(&items, |items| list_words(items))
        }
        DirectoryCommand::Pin { publisher } => one(
            &Request::PublisherPin { publisher },
            "Pinned: what it says is shown, whatever its domain says.",
        ),
        DirectoryCommand::Forget { publisher } => one(
            &Request::PublisherForget { publisher },
            "Forgotten, with all that it said. If it speaks again, it is a new one here. This was it:",
        ),
        DirectoryCommand::Check { publisher } => one(
            &Request::PublisherCheck { publisher },
            "The domain was asked.",
        ),
        DirectoryCommand::Domains { ask } => {
            let ask = ask.map(|ask| matches!(ask, OnOff::On));
            let asks: AsksDomains = context.node()?.ask(&Request::PublisherDomains { ask })?;
            context.out.answer(&asks, |asks| {
                match asks.ask {
                    true => "This home asks the domains of publishers whose bulletins it shows, once a week.",
                    false => "This home asks no domain. 'streetlamp publisher check' still does, once.",
                }
                .to_owned()
            })
        }
    }
}

fn list_words(items: &[PublisherItem]) -> String {
    if items.is_empty() {
        return "No publisher has spoken here yet.".to_owned();
    }
    let texts = items.iter().map(words);
    texts.collect::<Vec<_>>().join("\n\n")
}

fn words(item: &PublisherItem) -> String {
    let checked = match (&item.domain_checked, &item.domain_checked_by) {
        (Some(at), Some(by)) if item.domain_asked > Some(*at) => {
            format!("; domain not checked since {} ({by})", when::readable(at.0))
        }
        (Some(at), Some(by)) => format!("; last checked {} ({by})", when::readable(at.0)),
        _ => match &item.domain_asked {
            Some(at) => format!("; asked {}, and it did not answer", when::readable(at.0)),
            None => String::new(),
        },
    };
    let mut text = format!(
        "{}\n  {}{checked}\n  publisher   {}\n  area        {}\n  first seen  {}\n",
        item.name,
        standing(
            &item.domain,
            item.domain_verified,
            item.pinned,
            item.warning.as_deref()
        ),
        item.publisher,
        item.areas.join(" "),
        when::readable(item.first_seen.0)
    );
    for key in &item.keys {
        let since = key.since.map_or("from the first".to_owned(), |since| {
            format!("since {}", when::readable(since.0))
        });
        text.push_str(&format!("  key         {}… {since}\n", short(&key.key)));
    }
    if item.muted {
        text.push_str("  muted       but for what lives may hang on\n");
    }
    text.push_str(&format!("  bulletins   {} that hold", item.bulletins));
    text
}
