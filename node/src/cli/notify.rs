//! `notify`: how the household is told of what is new, beyond its page.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::Context;
use super::passphrase::Password;
use super::print;
use crate::contents::Contents;
use crate::control::answers::{NotifyAdded, NotifyItem, NotifyNamed};
use crate::control::{NotifyAdd, NotifyWay, Request};
use crate::error::Result;
use crate::notify::About;
use crate::secret::Secret;
use crate::when::Hours;

#[derive(Debug, Subcommand)]
pub(super) enum NotifyCommand {
    /// Be told of what is new from now on: on a phone, by a program, in a letter
    ///
    /// By default that something was said, and not what. Whoever runs the server sees that, and when. Of what is taken back
    /// you are told in the same place.
    Add(Box<AddArgs>),
    /// List the ways by which you are told, and what is wrong with them
    List,
    /// Send something now, to see whether it arrives
    Test {
        /// Its name
        name: String,
    },
    /// Be told nothing more that way
    Remove {
        /// Its name
        name: String,
    },
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Encryption {
    /// Encrypted before anything else is said (port 587)
    Starttls,
    /// Encrypted from the first byte (port 465)
    Tls,
    /// Not encrypted: a server of the house only (port 25)
    None,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("way").required(true))]
pub(super) struct AddArgs {
    /// What to call it
    #[arg(long)]
    name: String,
    /// Over this topic of an ntfy server, or this endpoint of UnifiedPush
    #[arg(long, value_name = "URL", group = "way")]
    ntfy: Option<String>,
    /// Read the server's access token from this file
    #[arg(long, value_name = "FILE", requires = "ntfy", conflicts_with_all = ["webhook", "mail"])]
    token_file: Option<PathBuf>,
    /// By a program at this address, which gets JSON, signed with a key that is shown once
    #[arg(long, value_name = "URL", group = "way")]
    webhook: Option<String>,
    /// In letters to this address
    #[arg(long, value_name = "ADDRESS", group = "way", requires_all = ["smtp", "from"])]
    mail: Option<String>,
    /// The mail server
    #[arg(long, value_name = "HOST:PORT", requires = "mail", conflicts_with_all = ["ntfy", "webhook"])]
    smtp: Option<String>,
    /// Whom letters are from
    #[arg(long, value_name = "ADDRESS", requires = "mail", conflicts_with_all = ["ntfy", "webhook"])]
    from: Option<String>,
    /// How the mail server is spoken to
    #[arg(long, value_enum, default_value = "starttls")]
    encryption: Encryption,
    /// The name that the mail server knows you by; its password is asked on the terminal
    #[arg(long, value_name = "NAME", requires = "mail", conflicts_with_all = ["ntfy", "webhook"])]
    user: Option<String>,
    /// Read that password from this file, or set STREETLAMP_PASSWORD
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let the address be this very machine
    #[arg(long)]
    allow_loopback: bool,
    /// Of what: add one for each kind to have hours of its own for it
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "alerts,bulletins,sign-ins"
    )]
    about: Vec<About>,
    /// From which urgency on: info, heads-up or urgent
    #[arg(long, value_name = "URGENCY", default_value = "heads-up")]
    at_least: String,
    /// Be silent at these hours, by this machine's clock, such as 22:00-07:00; what still holds is told afterwards
    #[arg(long, value_name = "HOURS")]
    quiet: Option<Hours>,
    /// Tell of what is urgent even then
    #[arg(long, requires = "quiet")]
    urgent_passes: bool,
    /// How much is told
    #[arg(long, value_enum, default_value = "nothing")]
    contents: Contents,
}

pub(super) fn notify(context: &Context, command: NotifyCommand) -> Result<()> {
    match command {
        NotifyCommand::Add(args) => add(context, *args),
        NotifyCommand::List => {
            let items: Vec<NotifyItem> = context.node()?.ask(&Request::NotifyList)?;
            context.out.answer(&items, |items| list_words(items))
        }
        NotifyCommand::Test { name } => {
            let tested: NotifyNamed = context.node()?.ask(&Request::NotifyTest { name })?;
            context
                .out
                .answer(&tested, |_| "Sent: look whether it arrived.".to_owned())
        }
        NotifyCommand::Remove { name } => {
            let removed: NotifyNamed = context.node()?.ask(&Request::NotifyRemove { name })?;
            context.out.answer(&removed, |_| {
                "Removed: nothing more is told that way, and what was said about it is forgotten.".to_owned()
            })
        }
    }
}

fn add(context: &Context, args: AddArgs) -> Result<()> {
    let way = match (args.ntfy, args.webhook, args.mail) {
        (Some(url), ..) => NotifyWay::Ntfy {
            url: Secret(url.into()),
            token: match &args.token_file {
                Some(file) => Some(Secret(Password::of("server").asked(Some(file))?)),
                None => None,
            },
        },
        (_, Some(url), _) => NotifyWay::Webhook {
            url: Secret(url.into()),
        },
        (_, _, mail) => {
            let scheme = match args.encryption {
                Encryption::Starttls => "starttls",
                Encryption::Tls => "smtps",
                Encryption::None => "smtp",
            };
            let password = match &args.user {
                Some(_) => {
                    let asked = Password::of("mail server").asked(args.password_file.as_deref());
                    Some(Secret(asked?))
                }
                None => None,
            };
            NotifyWay::Mail {
                to: mail.unwrap_or_default(),
                from: args.from.unwrap_or_default(),
                server: format!("{scheme}://{}", args.smtp.unwrap_or_default()),
                user: args.user,
                password,
            }
        }
    };
    let add = NotifyAdd {
        name: args.name,
        way,
        allow_loopback: args.allow_loopback,
        about: args.about,
        at_least: args.at_least,
        quiet: args.quiet,
        urgent_passes: args.urgent_passes,
        contents: args.contents,
    };
    let added: NotifyAdded = context.node()?.ask(&Request::NotifyAdd(Box::new(add)))?;
    context.out.answer(&added, |added| {
        let try_it = format!("Try it with 'streetlamp notify test {}'.", added.name);
        match &added.key {
            Some(key) => format!(
                "Added.\n\nkey    {}\n       It is shown this once. Messages are signed with it, so that your program knows them.\n\n{try_it}",
                *key.0
            ),
            None => format!("Added. {try_it}"),
        }
    })
}

fn list_words(items: &[NotifyItem]) -> String {
    if items.is_empty() {
        return "You are told on the page only: add a way with 'streetlamp notify add'.".to_owned();
    }
    let rows = items.iter().map(|item| {
        let quiet = item.quiet.clone().unwrap_or_default();
        [
            item.name.clone(),
            item.kind.clone(),
            item.state.clone(),
            item.about.join(", "),
            item.at_least.clone(),
            if item.urgent_passes {
                format!("{quiet}, not urgent")
            } else {
                quiet
            },
            item.contents.clone(),
            item.to.clone(),
        ]
    });
    let headings = [
        "NAME", "KIND", "STATE", "ABOUT", "FROM", "SILENT", "CONTENTS", "TO",
    ];
    let mut text = print::table(headings, rows);
    for item in items {
        if let Some(error) = &item.error {
            text.push_str(&format!("{}: {error}.\n", item.name));
        }
    }
    text
}
