//! `grant`: the key of one clip for one neighbour.

use clap::Subcommand;

use super::Context;
use super::print::{self, short};
use crate::clock::Clock;
use crate::control::Request;
use crate::control::answers::{GrantItem, Granted, SharedItem};
use crate::error::Result;
use crate::when::{self, When};

#[derive(Debug, Subcommand)]
pub(super) enum GrantCommand {
    /// Give the key of one clip to one neighbour
    ///
    /// The ledger gets an entry first. What was given cannot be taken back; 'grant stop' ends the serving of it.
    Give {
        /// The clip's id, or its first 8 or more characters
        clip: String,
        /// The neighbour: a household's id or its name
        household: String,
        /// Say what for, in at most 200 characters; the neighbour can read it
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        purpose: String,
        /// Serve it until a time, or for a span (7d); a year if left out
        #[arg(long, value_name = "TIME")]
        until: Option<When>,
    },
    /// Give the key of one clip to every neighbour of the street
    ///
    /// One grant and one ledger entry for each of them. Who comes to the street later gets none. What was given cannot
    /// be taken back.
    Share {
        /// The clip's id, or its first 8 or more characters
        clip: String,
        /// Say what for, in at most 200 characters; every neighbour can read it
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        purpose: String,
        /// Serve it until a time, or for a span (7d); a year if left out
        #[arg(long, value_name = "TIME")]
        until: Option<When>,
    },
    /// List grants, given and received
    ///
    /// Of given ones it says whether the neighbour fetched the clip. If it was from a keeper, that is the keeper's word, and
    /// comes when the keeper is met.
    List {
        /// Only those that this household gave
        #[arg(long, conflicts_with = "received")]
        given: bool,
        /// Only those that this household received
        #[arg(long)]
        received: bool,
    },
    /// Stop serving a grant
    ///
    /// A neighbour who fetched the clip before keeps its copy.
    Stop {
        /// The grant's id, or its first 8 or more characters
        grant: String,
    },
}

pub(super) fn grant(context: &Context, command: GrantCommand) -> Result<()> {
    match command {
        GrantCommand::Give {
            clip,
            household,
            purpose,
            until,
        } => {
            let until_ms = until.map(|until| until.ahead(Clock::System.now()).as_ms());
            let granted: Granted = context.node()?.ask(&Request::GrantGive {
                clip,
                to: household,
                purpose,
                until_ms,
            })?;
            context.out.answer(&granted, |granted| {
                format!(
                    "Given, and in the ledger as entry {}.\ngrant  {}",
                    granted.ledger_seq, granted.grant
                )
            })
        }
        GrantCommand::Share {
            clip,
            purpose,
            until,
        } => {
            let until_ms = until.map(|until| until.ahead(Clock::System.now()).as_ms());
            let shared: Vec<SharedItem> = context.node()?.ask(&Request::GrantShare {
                clip,
                purpose,
                until_ms,
            })?;
            context.out.answer(&shared, |shared| share_words(shared))
        }
        GrantCommand::List { given, received } => {
            let both = given == received;
            let request = Request::GrantList {
                given: given || both,
                received: received || both,
            };
            let grants: Vec<GrantItem> = context.node()?.ask(&request)?;
            context.out.answer(&grants, |grants| list_words(grants))
        }
        GrantCommand::Stop { grant } => {
            let stopped: Granted = context.node()?.ask(&Request::GrantStop { grant })?;
            context.out.answer(&stopped, |stopped| {
                format!(
                    "It is not served any more (ledger entry {}). A copy that was fetched before cannot be recalled.",
                    stopped.ledger_seq
                )
            })
        }
    }
}

fn share_words(shared: &[SharedItem]) -> String {
    if shared.is_empty() {
        return "Every neighbour has it already, or there is none.".to_owned();
    }
    let rows = shared.iter().map(|item| {
        [
            short(&item.grant).to_owned(),
            item.name.clone(),
            item.ledger_seq.to_string(),
        ]
    });
    print::table(["GRANT", "TO", "ENTRY"], rows)
}

/// When and from whom a grant was fetched. What a keeper says of it is its word.
fn fetched(grant: &GrantItem) -> String {
    let at = grant.fetched_at.as_ref();
    let at = at.map_or_else(String::new, |at| format!(" {}", when::readable(at.0)));
    match &grant.fetched_from {
        None => format!("fetched{at}"),
        Some(keeper) => format!("fetched{at} from keeper {}, as it says", short(keeper)),
    }
}

fn list_words(grants: &[GrantItem]) -> String {
    if grants.is_empty() {
        return "No grants.".to_owned();
    }
    let state = |grant: &GrantItem| match (grant.stopped, grant.fetched, grant.delivered) {
        (Some(at), ..) => format!("stopped {}", when::readable(at.0)),
        (None, true, _) => fetched(grant),
        (None, false, true) => "delivered".to_owned(),
        (None, false, false) => "waits for the neighbour to come".to_owned(),
    };
    let rows = grants.iter().map(|grant| {
        [
            short(&grant.grant).to_owned(),
            short(&grant.clip).to_owned(),
            short(&grant.from).to_owned(),
            short(&grant.to).to_owned(),
            when::readable(grant.until.0),
            state(grant),
        ]
    });
    print::table(["GRANT", "CLIP", "FROM", "TO", "UNTIL", "STATE"], rows)
}
