//! The page's forms, and what comes of each.

use std::time::Duration;

use serde::Deserialize;
use streetlamp_proto::alert::Reason;
use streetlamp_proto::household::{Answer, Command, Failure};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::open::Greeting;
use streetlamp_proto::street::Ticket;
use streetlamp_proto::wire::limits::{KNOCK_LIFE_DEFAULT, URGENT_PER_HOUR};

use super::super::App;
use super::super::draft::text_fault;
use super::super::language::say;
use super::super::proof::{self, Proven};
use super::Beginning;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Kept;

/// How long an invitation made on the page is good.
const INVITATION: Duration = Duration::from_secs(24 * 3_600);

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(in crate::web) enum Asked {
    /// Found a street.
    Found {
        name: String,
        cell: String,
    },
    /// Enter one.
    Join {
        ticket: String,
    },
    /// Stand at the door, without a ticket.
    Knock {
        greeting: String,
    },
    Invite(Proven),
    Vouch {
        household: String,
        #[serde(flatten)]
        proven: Proven,
    },
    Remove {
        household: String,
        reason: String,
        #[serde(flatten)]
        proven: Proven,
    },
    Leave(Proven),
    Mute {
        household: String,
    },
    Unmute {
        household: String,
    },
}

/// What came of a form.
pub(super) enum Done {
    /// This household is on a street now.
    Entered,
    /// Something else.
    Told(News),
    /// A ticket to hand over.
    Invited(Box<Ticket>),
}

/// What the link back to the page may say: a fixed set, so that a forged link says nothing new.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum News {
    Knocked,
    Vouched,
    VoteCast,
    Removed,
    Left,
    Muted,
    Unmuted,
}

impl News {
    pub(super) const fn link(self) -> &'static str {
        match self {
            Self::Knocked => "./neighbours?done=knocked",
            Self::Vouched => "./neighbours?done=vouched",
            Self::VoteCast => "./neighbours?done=vote-cast",
            Self::Removed => "./neighbours?done=removed",
            Self::Left => "./neighbours?done=left",
            Self::Muted => "./neighbours?done=muted",
            Self::Unmuted => "./neighbours?done=unmuted",
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Knocked => say!("neighbours-knocked"),
            Self::Vouched => say!("neighbours-vouched"),
            Self::VoteCast => say!("neighbours-vote-cast"),
            Self::Removed => say!("neighbours-removed"),
            Self::Left => say!("neighbours-left"),
            Self::Muted => say!("neighbours-muted-done"),
            Self::Unmuted => say!("neighbours-unmuted"),
        }
    }
}

/// What was typed into a form that was refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) beginning: Option<Beginning>,
    /// Whom to remove, and why.
    pub(super) removal: Option<(String, String)>,
}

pub(super) async fn carry_out(
    app: &App,
    session: Kept,
    asked: Asked,
    typed: &mut Typed,
) -> Result<Done> {
    let handle = &app.handle;
    match asked {
        Asked::Found { name, cell } => {
            typed.beginning = Some(Beginning {
                name: name.clone(),
                cell: cell.clone(),
                ..Beginning::at(handle.home().cell())
            });
            let found = Command::FoundStreet {
                name: Name::clean(&name)
                    .map_err(|e| unclear(say!("neighbours-the-name"), text_fault(&e)))?,
                cell: cell.trim().parse().map_err(|_| {
                    unclear(say!("neighbours-the-cell"), say!("neighbours-no-place"))
                })?,
                urgent_per_hour: URGENT_PER_HOUR,
            };
            handle.command(found).await?;
            Ok(Done::Entered)
        }
        Asked::Join { ticket } => {
            typed.beginning = Some(Beginning {
                ticket: ticket.clone(),
                ..Beginning::at(handle.home().cell())
            });
            let ticket: Ticket = ticket.trim().parse().map_err(Failure::from)?;
            handle.command(Command::Join(Box::new(ticket))).await?;
            Ok(Done::Entered)
        }
        Asked::Knock { greeting } => {
            typed.beginning = Some(Beginning {
                greeting: greeting.clone(),
                ..Beginning::at(handle.home().cell())
            });
            let knock = Command::Knock {
                cell: None,
                greeting: Greeting::clean(&greeting)
                    .map_err(|e| unclear(say!("neighbours-the-text"), text_fault(&e)))?,
                life: KNOCK_LIFE_DEFAULT,
            };
            handle.command(knock).await?;
            Ok(Done::Told(News::Knocked))
        }
        Asked::Invite(proven) => {
            proof::demand(app, session, proven).await?;
            let invite = Command::Invite {
                street: None,
                life: INVITATION,
            };
            match handle.command(invite).await? {
                Answer::Ticket(ticket) => Ok(Done::Invited(ticket)),
                _ => Err(Error::new(ErrorKind::Internal, "no ticket was made")),
            }
        }
        Asked::Vouch { household, proven } => {
            proof::demand(app, session, proven).await?;
            handle.command(Command::Vouch(named(&household)?)).await?;
            Ok(Done::Told(News::Vouched))
        }
        Asked::Remove {
            household,
            reason,
            proven,
        } => {
            typed.removal = Some((household.clone(), reason.clone()));
            let remove = Command::Remove {
                household: named(&household)?,
                reason: Reason::clean(&reason)
                    .map_err(|e| unclear(say!("street-the-reason"), text_fault(&e)))?,
            };
            proof::demand(app, session, proven).await?;
            Ok(Done::Told(match handle.command(remove).await? {
                Answer::Membership { gone: true, .. } => News::Removed,
                _ => News::VoteCast,
            }))
        }
        Asked::Leave(proven) => {
            proof::demand(app, session, proven).await?;
            handle.command(Command::Leave(None)).await?;
            Ok(Done::Told(News::Left))
        }
        Asked::Mute { household } => {
            let household = named(&household)?;
            let muted = true;
            handle.command(Command::Mute { household, muted }).await?;
            Ok(Done::Told(News::Muted))
        }
        Asked::Unmute { household } => {
            let household = named(&household)?;
            let muted = false;
            handle.command(Command::Mute { household, muted }).await?;
            Ok(Done::Told(News::Unmuted))
        }
    }
}

fn named(household: &str) -> Result<HouseholdId> {
    household
        .parse()
        .map_err(|e| Error::new(ErrorKind::NotFound, say!("neighbours-no-household")).because(e))
}

fn unclear(what: String, why: String) -> Error {
    let words = say!("street-not-taken", what = what, why = why);
    Error::new(ErrorKind::Invalid, words)
}
