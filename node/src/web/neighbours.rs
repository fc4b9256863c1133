//! The neighbours page: who is on the street, who stands at the door, and coming in: founding, joining, inviting.
//!
//! Whoever invites or removes proves first that the resident is at the page (see `proof`). A ticket is shown once, on
//! the answer to the form that made it, and never in an address.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::alert::Reason;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::{Answer, Command, Failure, KnockView, MemberView, StatusView};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::street::Ticket;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::{REASON_CHARS, URGENT_PER_HOUR};

use super::App;
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::problem::{Problem, rendered, sentence, status_of};
use super::proof;
use super::words::{Moment, count};
use crate::error::{Error, ErrorKind, Result};
use crate::picture;
use crate::secret::Kept;

/// How long an invitation made on the page is good.
const INVITATION: Duration = Duration::from_secs(24 * 3_600);

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(super) enum Asked {
    /// Found a street.
    Found {
        name: String,
        cell: String,
    },
    /// Enter one.
    Join {
        ticket: String,
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

/// The passphrase, if the form asked for it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Proven {
    passphrase: String,
}

/// What came of a form.
enum Done {
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
enum News {
    Vouched,
    VoteCast,
    Removed,
    Left,
    Muted,
    Unmuted,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<News>,
}

impl News {
    const fn link(self) -> &'static str {
        match self {
            Self::Vouched => "./neighbours?done=vouched",
            Self::VoteCast => "./neighbours?done=vote-cast",
            Self::Removed => "./neighbours?done=removed",
            Self::Left => "./neighbours?done=left",
            Self::Muted => "./neighbours?done=muted",
            Self::Unmuted => "./neighbours?done=unmuted",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Vouched => "Vouched. Your neighbours can see that you have met them.",
            Self::VoteCast => {
                "Your vote is cast. The household is removed when enough neighbours say so."
            }
            Self::Removed => "Removed. The street speaks with a new key from now on.",
            Self::Left => "Left. This home has forgotten the street; your clips and ledger stay.",
            Self::Muted => {
                "Muted: what this household says is not shown here. Nobody learns of it."
            }
            Self::Unmuted => "What this household says is shown again.",
        }
    }
}

/// The two ways to begin, with what was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    pub(super) name: String,
    pub(super) cell: String,
    pub(super) ticket: String,
}

impl Beginning {
    /// For a home that knows its cell, or does not.
    pub(super) fn at(cell: Option<&Cell>) -> Self {
        Self {
            cell: cell.map(ToString::to_string).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// What was typed into a form that was refused.
#[derive(Default)]
struct Typed {
    beginning: Option<Beginning>,
    /// Whom to remove, and why.
    removal: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "neighbours.html")]
struct Page {
    frame: Frame,
    on_a_street: bool,
    beginning: Beginning,
    /// Whether forms ask for the passphrase.
    asks: bool,
    notice: Option<&'static str>,
    wrong: Option<String>,
    ticket: Option<TicketCard>,
    members: Vec<MemberCard>,
    knocks: Vec<KnockCard>,
    reason_chars: usize,
}

/// A ticket as it is handed over.
struct TicketCard {
    text: String,
    /// The same as a picture, in SVG.
    picture: Option<String>,
    expires: Moment,
}

/// A household as it is drawn.
struct MemberCard {
    household: String,
    name: String,
    me: bool,
    new: bool,
    muted: bool,
    connected: bool,
    last_heard: Option<Moment>,
    vouches: Vec<String>,
    /// How many want it to go.
    votes: Option<String>,
    /// Whether this household may vouch for it.
    may_vouch: bool,
    /// Why it should go, as it was typed into a form that was refused.
    removal: Option<String>,
}

/// Somebody at the door, as drawn.
struct KnockCard {
    id: String,
    name: String,
    cell: String,
    text: String,
    received: Moment,
}

/// What the page needs of the engine, taken in one look.
struct Look {
    status: StatusView,
    members: Vec<MemberView>,
    knocks: Vec<KnockView>,
    now: Timestamp,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let mut page = Page::look(&app, session, Typed::default()).await?;
    page.notice = done.map(News::words);
    Ok(rendered(&page))
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let mut typed = Typed::default();
    match carry_out(&app, session, asked, &mut typed).await {
        Ok(Done::Entered) => Ok(see_other("./")),
        Ok(Done::Told(news)) => Ok(see_other(news.link())),
        Ok(Done::Invited(ticket)) => {
            let mut page = Page::look(&app, session, typed).await?;
            page.ticket = Some(TicketCard::new(&ticket, app.handle.now()));
            Ok(rendered(&page))
        }
        Err(error) => {
            let mut page = Page::look(&app, session, typed).await?;
            page.wrong = Some(sentence(&error.to_string()));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

async fn carry_out(app: &App, session: Kept, asked: Asked, typed: &mut Typed) -> Result<Done> {
    let handle = &app.handle;
    match asked {
        Asked::Found { name, cell } => {
            typed.beginning = Some(Beginning {
                name: name.clone(),
                cell: cell.clone(),
                ..Beginning::default()
            });
            let found = Command::FoundStreet {
                name: Name::clean(&name).map_err(|e| unclear("name of the street", e))?,
                cell: cell.trim().parse().map_err(|e| unclear("cell", e))?,
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
        Asked::Invite(Proven { passphrase }) => {
            proof::demand(app, session, passphrase).await?;
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
            proof::demand(app, session, proven.passphrase).await?;
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
                reason: Reason::clean(&reason).map_err(|e| unclear("reason", e))?,
            };
            proof::demand(app, session, proven.passphrase).await?;
            Ok(Done::Told(match handle.command(remove).await? {
                Answer::Membership { gone: true, .. } => News::Removed,
                _ => News::VoteCast,
            }))
        }
        Asked::Leave(Proven { passphrase }) => {
            proof::demand(app, session, passphrase).await?;
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
        .map_err(|e| Error::new(ErrorKind::NotFound, "there is no such household").because(e))
}

fn unclear(what: &str, why: impl Display) -> Error {
    Error::new(
        ErrorKind::Invalid,
        format!("the {what} was not taken: {why}"),
    )
}

impl Page {
    async fn look(app: &App, session: Kept, typed: Typed) -> Result<Self> {
        let Look {
            status,
            members,
            knocks,
            now,
        } = app
            .handle
            .read(|household, now| Look {
                status: household.status(now),
                members: household.members(),
                knocks: household.knocks(),
                now,
            })
            .await?;
        let home = app.handle.home();
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "neighbours"),
            on_a_street: !status.streets.is_empty(),
            beginning: typed
                .beginning
                .unwrap_or_else(|| Beginning::at(home.cell())),
            asks: !proof::is_fresh(app, session),
            notice: None,
            wrong: None,
            ticket: None,
            members: MemberCard::all(&members, typed.removal.as_ref(), now),
            knocks: knocks
                .iter()
                .map(|view| KnockCard::new(view, now))
                .collect(),
            reason_chars: REASON_CHARS,
        })
    }
}

impl TicketCard {
    fn new(ticket: &Ticket, now: Timestamp) -> Self {
        let text = ticket.to_string();
        let picture = picture::svg(&text).ok();
        Self {
            picture: picture.map(|svg| picture::inside_a_page(&svg).to_owned()),
            text,
            expires: Moment::new(ticket.expires, now),
        }
    }
}

impl MemberCard {
    fn all(
        members: &[MemberView],
        removal: Option<&(String, String)>,
        now: Timestamp,
    ) -> Vec<Self> {
        let names: BTreeMap<HouseholdId, &Name> = members
            .iter()
            .map(|view| (view.household, &view.name))
            .collect();
        let me = members.iter().find(|view| view.me);
        let settled = me.is_some_and(|me| !me.new);
        members
            .iter()
            .map(|view| {
                let household = view.household.to_string();
                let vouched = me.is_some_and(|me| view.vouches.contains(&me.household));
                let votes = view.votes.len();
                Self {
                    name: view.name.to_string(),
                    me: view.me,
                    new: view.new,
                    muted: view.muted,
                    connected: view.connected,
                    last_heard: view.last_heard.map(|at| Moment::new(at, now)),
                    vouches: view
                        .vouches
                        .iter()
                        .map(|by| match names.get(by) {
                            Some(name) => (*name).to_string(),
                            None => "a household that left".to_owned(),
                        })
                        .collect(),
                    votes: (votes > 0).then(|| count(votes, "neighbour")),
                    may_vouch: view.new && settled && !view.me && !vouched,
                    removal: removal
                        .filter(|(whom, _)| *whom == household)
                        .map(|(_, why)| why.clone()),
                    household,
                }
            })
            .collect()
    }
}

impl KnockCard {
    fn new(view: &KnockView, now: Timestamp) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            cell: view.cell.to_string(),
            text: view.greeting.to_string(),
            received: Moment::new(view.received, now),
        }
    }
}
