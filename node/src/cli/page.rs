//! `page`: the page's door to the house's network, and the second factor that it asks for.

use std::net::SocketAddr;

use clap::Subcommand;
use qrcode::render::unicode::Dense1x2;
use zeroize::Zeroizing;

use super::Context;
use super::print;
use crate::control::Request;
use crate::control::answers::{FactorConfirmed, FactorDrawn, PageItem};
use crate::error::Result;
use crate::picture;
use crate::secret::Secret;

/// Where the page is open to the network if nobody says: every address of a private network.
pub(super) const USUAL: &str = "0.0.0.0:8421";

#[derive(Debug, Subcommand)]
pub(super) enum PageCommand {
    /// Show where the page is open to your network, and the fingerprint of its certificate
    Show,
    /// Open the page to your network: over TLS, with passphrase and second factor
    Open {
        /// At this address; at every address of a private network, port 8421, if left out
        #[arg(value_name = "ADDR:PORT")]
        at: Option<SocketAddr>,
    },
    /// Shut it to your network; whoever had signed in from there is signed out
    Shut,
    /// Set up the second factor, which whoever signs in from your network is asked for
    #[command(subcommand)]
    Factor(FactorCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum FactorCommand {
    /// Draw a secret for a program on your phone that shows codes
    New,
    /// Take it into use with its first code; the codes for paper are shown this once
    Confirm {
        /// The six digits that your phone shows now; asked for if left out
        code: Option<String>,
    },
    /// Forget the second factor, which shuts the page to your network
    Remove,
}

pub(super) fn page(context: &Context, command: PageCommand) -> Result<()> {
    let request = match command {
        PageCommand::Show => Request::PageShow,
        PageCommand::Open { at } => Request::PageOpen {
            at: at.map(|at| at.to_string()),
        },
        PageCommand::Shut => Request::PageShut,
        PageCommand::Factor(FactorCommand::Remove) => Request::FactorRemove,
        PageCommand::Factor(FactorCommand::New) => return draw(context),
        PageCommand::Factor(FactorCommand::Confirm { code }) => return confirm(context, code),
    };
    let item: PageItem = context.node()?.ask(&request)?;
    context.out.answer(&item, words)
}

fn draw(context: &Context) -> Result<()> {
    let drawn: FactorDrawn = context.node()?.ask(&Request::FactorNew)?;
    let code = picture::code(&drawn.uri.0)?;
    context.out.answer(&drawn, |drawn| {
        let picture = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build();
        format!(
            "{picture}\n\nRead this with the program on your phone, or type the secret into it:\n  {}\nThen, within a quarter of an hour: streetlamp page factor confirm CODE",
            *drawn.secret.0
        )
    })
}

fn confirm(context: &Context, code: Option<String>) -> Result<()> {
    let code = match code {
        Some(code) => code,
        None => print::ask("The six digits that your phone shows now:")?,
    };
    let code = Secret(Zeroizing::new(code));
    let confirmed: FactorConfirmed = context.node()?.ask(&Request::FactorConfirm { code })?;
    context.out.answer(&confirmed, |confirmed| {
        let mut text = String::from(
            "The second factor is in use. Print or write these codes down; each works once in place of the phone:\n",
        );
        for code in &confirmed.codes {
            text.push_str(&format!("  {}\n", *code.0));
        }
        text.push_str("They are not shown again.");
        text
    })
}

/// How it is, in a line or a few.
pub(super) fn words(item: &PageItem) -> String {
    let mut text = match (item.state.as_str(), &item.error) {
        ("open", _) => format!("open at {}", item.urls.join(" and ")),
        ("waits-for-factor", _) => {
            "opens as soon as there is a second factor: streetlamp page factor new".to_owned()
        }
        (_, Some(error)) => format!("could not be opened and is tried again: {error}"),
        _ if item.at.is_some() => "opens in a moment".to_owned(),
        _ => "shut: it is reached on this machine only".to_owned(),
    };
    if let Some(fingerprint) = &item.fingerprint {
        text.push_str(&format!("\nfingerprint (SHA-256)  {fingerprint}"));
    }
    if item.factor {
        text.push_str(&format!(
            "\nsecond factor          in use, {} codes on paper left",
            item.codes_left
        ));
    }
    text
}
