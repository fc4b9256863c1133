//! `street`: founding, inviting, entering, and who is there.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use qrcode::render;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::Failure;
use streetlamp_proto::street::Ticket;
use streetlamp_proto::wire::limits::URGENT_PER_HOUR;
use zeroize::Zeroizing;

use super::Context;
use super::beyond::{BeyondCommand, beyond};
use super::outfile::OutFile;
use super::print::{self, short};
use crate::clock::Clock;
use crate::control::Request;
use crate::control::answers::{Founded, Invited, Joined, MemberItem, Membership};
use crate::error::Result;
use crate::picture;
use crate::secret::Secret;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum StreetCommand {
    /// Found a street, with this household as its first
    New {
        /// How the street is called
        name: String,
        /// Where it is; where the home is if left out
        #[arg(long)]
        cell: Option<Cell>,
        /// Urgent alerts that a household may post in an hour, after a first burst of 20
        #[arg(long, value_name = "N", default_value_t = URGENT_PER_HOUR)]
        urgent_per_hour: u8,
    },
    /// Make a ticket that lets one household in, once
    Invite {
        /// How long the ticket is good for
        #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = when::span)]
        expires: Duration,
        /// Write the ticket as a picture (SVG) to be scanned
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
    },
    /// Enter a street with a ticket
    Join {
        /// The ticket; it begins with 'streetlamp:'
        ticket: String,
    },
    /// Come back to the street with a new device of this household, without a ticket
    ///
    /// For a home that was made again from its recovery sheet, and for a second device. Any neighbour's node lets it in,
    /// or another device of this household. Ask somebody you know for the address: this home takes the street that the
    /// node there tells it.
    Return {
        /// Where that node listens, with its peer id ('streetlamp status' there shows it)
        address: String,
    },
    /// List the households of the street
    Members,
    /// Say that you have met a household in person, so that it is not new any more
    Vouch {
        /// Its name, its id, or the first 8 or more characters of it
        household: String,
    },
    /// Vote for the removal of a household
    ///
    /// A quarter of the households, and two at the least, have to say so. Then the street gets a new key that the
    /// household is not given. What it has read before, it keeps. Every neighbour can read the reason, also the one
    /// who should go.
    Remove {
        /// Its name, its id, or the first 8 or more characters of it
        household: String,
        /// Why, in one line
        #[arg(long)]
        reason: String,
    },
    /// Leave the street: this home forgets it, and the others get a new key
    Leave,
    #[command(flatten)]
    Beyond(BeyondCommand),
    /// Do not show what a household says; nobody else learns of it
    Mute {
        /// Its name, its id, or the first 8 or more characters of it
        household: String,
    },
    /// Show again what a household says
    Unmute {
        /// Its name, its id, or the first 8 or more characters of it
        household: String,
    },
}

pub(super) fn street(context: &Context, command: StreetCommand) -> Result<()> {
    match command {
        StreetCommand::New {
            name,
            cell,
            urgent_per_hour,
        } => {
            let request = Request::StreetNew {
                name,
                cell: cell.map(|cell| cell.to_string()),
                urgent_per_hour,
            };
            let founded: Founded = context.node()?.ask(&request)?;
            context.out.answer(&founded, |street| {
                format!(
                    "Founded {} in cell {}. Invite a neighbour with 'streetlamp street invite'.\nstreet  {}",
                    street.name, street.cell, street.street
                )
            })
        }
        StreetCommand::Invite { expires, qr } => invite(context, expires, qr),
        StreetCommand::Join { ticket } => join(context, &ticket),
        StreetCommand::Return { address } => come_back(context, address),
        StreetCommand::Members => {
            let members: Vec<MemberItem> = context.node()?.ask(&Request::StreetMembers)?;
            context
                .out
                .answer(&members, |members| member_words(members))
        }
        StreetCommand::Vouch { household } => {
            let vouch = Request::StreetVouch { household };
            membership(context, &vouch, |_| "Vouched.".to_owned())
        }
        StreetCommand::Remove { household, reason } => {
            let remove = Request::StreetRemove { household, reason };
            membership(context, &remove, |done| {
                if done.gone {
                    format!(
                        "Removed. The street speaks with a new key from now on (epoch {}).",
                        done.epoch
                    )
                } else {
                    "Your vote is cast. The household is removed when enough neighbours say so."
                        .to_owned()
                }
            })
        }
        StreetCommand::Leave => membership(context, &Request::StreetLeave, |_| {
            "Left. This home has forgotten the street; your clips and ledger stay.".to_owned()
        }),
        StreetCommand::Beyond(command) => beyond(context, command),
        StreetCommand::Mute { household } => {
            let muted = true;
            let mute = Request::StreetMute { household, muted };
            membership(context, &mute, |_| {
                "Muted: what this household says is not shown here.".to_owned()
            })
        }
        StreetCommand::Unmute { household } => {
            let muted = false;
            let mute = Request::StreetMute { household, muted };
            membership(context, &mute, |_| {
                "What this household says is shown again.".to_owned()
            })
        }
    }
}

fn membership(
    context: &Context,
    request: &Request,
    words: impl Fn(&Membership) -> String,
) -> Result<()> {
    let done: Membership = context.node()?.ask(request)?;
    context.out.answer(&done, |done| {
        format!("{}\nhousehold  {}", words(done), done.household)
    })
}

fn invite(context: &Context, expires: Duration, qr: Option<PathBuf>) -> Result<()> {
    // A place for the picture before the ticket is made, so that none is made in vain.
    let picture = qr.map(|path| OutFile::create(&path, false)).transpose()?;
    let mut invited: Invited = context.node()?.ask(&Request::StreetInvite {
        life_ms: when::millis(expires),
    })?;
    if let Some(mut picture) = picture {
        picture.write(picture::svg(&invited.ticket)?.as_bytes())?;
        invited.qr = Some(picture.finish()?.display().to_string());
    }
    context.out.answer(&invited, |invited| {
        let picture = match &invited.qr {
            Some(path) => format!("As a picture: {path}\n"),
            None => scannable(&invited.ticket),
        };
        format!(
            "Give this ticket to one household that you have met. It works once, until {}.\n\n{}\n\n{picture}\
             They enter with 'streetlamp street join TICKET' while this home is running.",
            when::readable(invited.expires.0),
            invited.ticket
        )
    })
}

/// The ticket in block characters, where somebody looks at it and it fits.
fn scannable(ticket: &str) -> String {
    if !std::io::stdout().is_terminal() {
        return String::new();
    }
    let picture = picture::code(ticket).map(|code| {
        code.render::<render::unicode::Dense1x2>()
            .dark_color(render::unicode::Dense1x2::Light)
            .light_color(render::unicode::Dense1x2::Dark)
            .build()
    });
    picture.map(|p| format!("{p}\n\n")).unwrap_or_default()
}

fn join(context: &Context, ticket: &str) -> Result<()> {
    // A ticket that was copied badly is noticed here, whether a node runs or not.
    let parsed: Ticket = ticket.parse().map_err(Failure::from)?;
    parsed.check(Clock::System.now()).map_err(Failure::from)?;
    let ticket = Secret(Zeroizing::new(ticket.to_owned()));
    let node = context.node()?;
    if !context.out.json {
        print::note("Looking for the home that gave this ticket…");
    }
    let joined: Joined = node.ask(&Request::StreetJoin { ticket })?;
    context.out.answer(&joined, |joined| {
        let inviter = joined.inviter_name.as_deref().unwrap_or("a neighbour");
        format!(
            "Welcome to {}. {inviter} vouched for this household.\nstreet  {}",
            joined.name, joined.street
        )
    })
}

fn come_back(context: &Context, address: String) -> Result<()> {
    let node = context.node()?;
    if !context.out.json {
        print::note("Asking to be let in again…");
    }
    let back: Joined = node.ask(&Request::StreetReturn { address })?;
    context.out.answer(&back, |back| {
        let by = back.inviter_name.as_deref().unwrap_or("a neighbour");
        format!(
            "Back on {}, let in by {by}. What was missed is coming.\n\
             If an old device was lost or stolen, remove it now: see 'streetlamp device list'.\nstreet  {}",
            back.name, back.street
        )
    })
}

fn member_words(members: &[MemberItem]) -> String {
    if members.is_empty() {
        return "This home is on no street yet: see 'streetlamp street --help'.".to_owned();
    }
    let state = |member: &MemberItem| match (member.me, member.connected) {
        (true, _) => "this home".to_owned(),
        (false, true) => "connected".to_owned(),
        (false, false) => member.last_heard.map_or_else(
            || "not heard of yet".to_owned(),
            |at| format!("last heard {}", when::readable(at.0)),
        ),
    };
    let rows = members.iter().map(|member| {
        let new = if member.new { " (new)" } else { "" };
        let muted = if member.muted { " (muted)" } else { "" };
        [
            format!("{}{new}{muted}", member.name),
            short(&member.household).to_owned(),
            member.vouches.len().to_string(),
            state(member),
        ]
    });
    print::table(["NAME", "HOUSEHOLD", "VOUCHES", "STATE"], rows)
}
