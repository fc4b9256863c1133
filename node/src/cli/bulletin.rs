//! `bulletin`: what agencies say to everybody here.

use clap::Subcommand;

use super::Context;
use super::print::{note, short};
use crate::control::Request;
use crate::control::answers::{BulletinExported, BulletinItem, Muted, OriginalItem};
use crate::error::Result;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum BulletinCommand {
    /// List what publishers say about the places around here
    List {
        /// Only of this publisher: its domain, its name, or the beginning of its id
        #[arg(long)]
        publisher: Option<String>,
        /// Also what is not shown: muted ones, tests and exercises, and those of whoever uses another's domain
        #[arg(long)]
        all: bool,
    },
    /// Print a bulletin in the form that other warning systems read
    ///
    /// If it was made from a message of that form, that message is printed to the letter.
    Export {
        /// The bulletin's id, or its first 8 or more characters
        bulletin: String,
        /// As a message of the Common Alerting Protocol 1.2 (XML)
        #[arg(long, required = true)]
        cap: bool,
    },
    /// Hear no more of a publisher, or of a kind of bulletin
    ///
    /// Of a muted publisher you still hear what lives may hang on: fire, weather, evacuation, police activity. To mute
    /// these, name the kind.
    Mute {
        /// A publisher's domain, name or id, or a kind (meeting, fire, …)
        what: String,
    },
    /// Hear of it again
    Unmute {
        /// A publisher's domain, name or id, or a kind (meeting, fire, …)
        what: String,
    },
}

pub(super) fn bulletin(context: &Context, command: BulletinCommand) -> Result<()> {
    match command {
        BulletinCommand::List { publisher, all } => {
            let list = Request::Bulletins { publisher, all };
            let bulletins: Vec<BulletinItem> = context.node()?.ask(&list)?;
            context
                .out
                .answer(&bulletins, |bulletins| list_words(bulletins))
        }
        BulletinCommand::Export { bulletin, .. } => {
            let export = Request::BulletinExport { bulletin };
            let exported: BulletinExported = context.node()?.ask(&export)?;
            if exported.made == "contradicted" {
                note(
                    "It carries a message that says something else. What is printed was made of what homes show.",
                );
            }
            context
                .out
                .answer(&exported, |exported| exported.cap.clone())
        }
        BulletinCommand::Mute { what } => mute(context, what, true),
        BulletinCommand::Unmute { what } => mute(context, what, false),
    }
}

fn mute(context: &Context, what: String, muted: bool) -> Result<()> {
    let muted: Muted = context.node()?.ask(&Request::Mute { what, muted })?;
    context.out.answer(&muted, |muted| {
        let what = short(&muted.what);
        match (muted.muted, muted.life_safety_shown) {
            (false, _) => format!("You hear of {what} again."),
            (true, true) => format!(
                "You hear no more of {what}, but for what lives may hang on. To mute that, name the kind."
            ),
            (true, false) => format!("You hear no more of {what}, whoever says it, and whatever hangs on it."),
        }
    })
}

fn list_words(bulletins: &[BulletinItem]) -> String {
    if bulletins.is_empty() {
        return "No bulletins.".to_owned();
    }
    let texts = bulletins.iter().map(words);
    texts.collect::<Vec<_>>().join("\n\n")
}

fn words(bulletin: &BulletinItem) -> String {
    let mut text = String::new();
    match bulletin.state.as_str() {
        "active" => {}
        "cancelled" => text.push_str("TAKEN BACK by its publisher: it does not hold any more\n"),
        "expired" => text.push_str("OVER\n"),
        status => text.push_str(&format!("NOT REAL: this is a {status}\n")),
    }
    text.push_str(&format!("{}\n", bulletin.headline));
    text.push_str(&format!(
        "  {}, {}; {}, {}\n",
        bulletin.kind, bulletin.severity, bulletin.urgency, bulletin.certainty
    ));
    for (name, said) in [
        ("", &bulletin.text),
        ("What to do: ", &bulletin.instruction),
        ("Contact: ", &bulletin.contact),
    ] {
        if !said.is_empty() {
            text.push_str(&format!("  {name}{}\n", said.replace('\n', "\n  ")));
        }
    }
    if let Some(original) = &bulletin.original {
        text.push_str(&format!("  {}\n", original_words(original)));
    }
    text.push_str(&format!(
        "  from {} ({})\n  area {}; until {}\n  bulletin {}",
        bulletin.publisher_name,
        standing(
            &bulletin.domain,
            bulletin.domain_verified,
            bulletin.pinned,
            bulletin.warning.as_deref()
        ),
        bulletin.areas.join(" "),
        when::readable(bulletin.expires.0),
        bulletin.bulletin
    ));
    text
}

/// Where a bulletin comes from.
fn original_words(original: &OriginalItem) -> String {
    match (&original.sender, original.signature.as_deref()) {
        (Some(sender), Some("not-checked")) => {
            format!("made from a CAP message of {sender}; its XML signature was not checked")
        }
        (Some(sender), _) => format!("made from a CAP message of {sender}"),
        (None, _) => {
            "carries a CAP message that says something else, which is not shown".to_owned()
        }
    }
}

/// What this home knows of a publisher, in a few words.
pub(super) fn standing(
    domain: &str,
    verified: bool,
    pinned: bool,
    warning: Option<&str>,
) -> String {
    match (warning, verified, pinned) {
        (Some(warning), ..) => format!("says it is {domain}. WARNING: {warning}"),
        (None, true, _) => format!("{domain}, which lists its key"),
        (None, false, true) => format!("pinned by you; domain {domain} not checked"),
        (None, false, false) => format!("says it is {domain}; nobody checked that yet"),
    }
}
