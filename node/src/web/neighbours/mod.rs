//! The neighbours page: who is on the street, who stands at the door, and coming in: founding, joining, inviting.
//!
//! Whoever invites or removes proves first that the resident is at the page (see `proof`). A ticket is shown once, on
//! the answer to the form that made it, and never in an address. `acts` has the forms, `cards` what is drawn, `vouches` a picture.

mod acts;
mod cards;
mod ticket_picture;
mod vouches;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::{KnockView, MemberView, StatusView};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::REASON_CHARS;

pub(super) use self::ticket_picture::{PICTURE, PICTURE_BYTES, read as read_picture};

use self::acts::{Asked, Done, News, Typed, carry_out};
use self::cards::{KnockCard, MemberCard, TicketCard};
use self::vouches::Vouches;
use super::App;
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, refusal, say};
use super::problem::{Problem, rendered, status_of};
use super::proof;
use crate::error::Result;
use crate::secret::Kept;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<News>,
}

/// The ways to begin, with what was typed.
#[derive(Debug, Clone)]
pub(super) struct Beginning {
    pub(super) name: String,
    pub(super) cell: String,
    pub(super) ticket: String,
    pub(super) greeting: String,
    /// Whether this home has a cell, without which nobody hears a knock.
    pub(super) placed: bool,
}

impl Beginning {
    /// For a home that knows its cell, or does not.
    pub(super) fn at(cell: Option<&Cell>) -> Self {
        Self {
            name: String::new(),
            cell: cell.map(ToString::to_string).unwrap_or_default(),
            ticket: String::new(),
            greeting: say!("neighbours-greeting"),
            placed: cell.is_some(),
        }
    }
}

#[derive(Template)]
#[template(path = "neighbours.html")]
struct Page {
    frame: Frame,
    on_a_street: bool,
    beginning: Beginning,
    /// Whether forms ask for the passphrase.
    asks: bool,
    notice: Option<String>,
    wrong: Option<String>,
    ticket: Option<TicketCard>,
    members: Vec<MemberCard>,
    vouches: Option<Vouches>,
    knocks: Vec<KnockCard>,
    reason_chars: usize,
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
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

impl Page {
    async fn look(app: &App, session: Kept, typed: Typed) -> Result<Self> {
        let Look {
            status,
            members,
            knocks,
            now,
        } = app
            .look(|household, now| Look {
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
            vouches: Vouches::of(&members),
            members: MemberCard::all(&members, typed.removal.as_ref(), now),
            knocks: knocks
                .iter()
                .map(|view| KnockCard::new(view, now))
                .collect(),
            reason_chars: REASON_CHARS,
        })
    }
}
