//! The page on which the resident opens the page to the house's network and sets up the second factor. Both are done on the
//! machine itself: whoever came in from the network looks, and changes nothing of it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Door;
use crate::error::{Error, ErrorKind, Result};
use crate::factor::NewFactor;
use crate::node::{DoorState, LanView};
use crate::picture;
use crate::secret::{Kept, Secret};
use crate::web::App;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::language::{Texts, refusal, say, translated};
use crate::web::problem::{Problem, rendered, status_of};
use crate::web::proof::{self, Proven};
use crate::web::words::Moment;

#[derive(Template)]
#[template(path = "lan.html")]
struct Page {
    frame: Frame,
    /// Whether it is looked at on the machine itself.
    here: bool,
    asks: bool,
    notice: Option<String>,
    wrong: Option<String>,
    /// Whether the door is to be open.
    asked: bool,
    standing: String,
    urls: Vec<String>,
    fingerprint: Option<String>,
    /// Attempts to come in that failed since one did not.
    failures: u64,
    factor: Option<(Moment, usize)>,
    waiting: Option<Waiting>,
    /// Codes for paper, which are shown this once.
    paper: Vec<Secret>,
}

/// A secret that waits for its first code.
struct Waiting {
    picture: Zeroizing<String>,
    secret: Zeroizing<String>,
}

/// One of the page's forms.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(in crate::web) enum Form {
    Open {
        #[serde(flatten)]
        proven: Proven,
    },
    Shut,
    NewFactor {
        #[serde(flatten)]
        proven: Proven,
    },
    Confirm {
        code: String,
    },
    ForgetFactor {
        #[serde(flatten)]
        proven: Proven,
    },
}

/// What came of it.
#[derive(Default)]
struct News {
    notice: Option<String>,
    waiting: Option<NewFactor>,
    paper: Vec<Secret>,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    door: Option<Extension<Door>>,
) -> std::result::Result<Response, Problem> {
    Ok(rendered(&Page::look(&app, session, door.is_none()).await?))
}

pub(in crate::web) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    door: Option<Extension<Door>>,
    Fields(form): Fields<Form>,
) -> std::result::Result<Response, Problem> {
    let here = door.is_none();
    let done = match here {
        true => carry_out(&app, session, form).await,
        false => Err(Error::new(ErrorKind::Denied, say!("lan-not-here"))),
    };
    let mut page = Page::look(&app, session, here).await?;
    match done {
        Ok(news) => {
            page.notice = news.notice;
            page.waiting = news.waiting.map(|new| page.drawn(&new)).transpose()?;
            page.paper = news.paper;
            Ok(rendered(&page))
        }
        Err(error) => {
            page.wrong = Some(refusal(&error));
            // The secret is shown again to whoever mistyped its first code.
            let waiting = match (here, page.asks) {
                (true, false) => app.handle.waiting_factor().await,
                _ => None,
            };
            page.waiting = waiting.map(|new| page.drawn(&new)).transpose()?;
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

async fn carry_out(app: &App, session: Kept, form: Form) -> Result<News> {
    let handle = &app.handle;
    let told = |words: String| News {
        notice: Some(words),
        ..News::default()
    };
    match form {
        Form::Open { proven } => {
            proof::demand(app, session, proven).await?;
            handle.open_to_lan(None).await?;
            Ok(told(say!("lan-opened")))
        }
        Form::Shut => {
            handle.close_to_lan().await?;
            Ok(told(say!("lan-closed")))
        }
        Form::NewFactor { proven } => {
            proof::demand(app, session, proven).await?;
            Ok(News {
                waiting: Some(handle.new_factor().await?),
                ..News::default()
            })
        }
        Form::Confirm { code } => {
            let paper = handle.confirm_factor(&Zeroizing::new(code)).await?;
            Ok(News {
                notice: Some(say!("lan-confirmed")),
                paper,
                ..News::default()
            })
        }
        Form::ForgetFactor { proven } => {
            proof::demand(app, session, proven).await?;
            handle.forget_factor().await?;
            Ok(told(say!("lan-forgotten")))
        }
    }
}

impl Page {
    async fn look(app: &App, session: Kept, here: bool) -> Result<Self> {
        let (status, now) = app
            .look(|household, now| (household.status(now), now))
            .await?;
        let LanView {
            standing,
            at,
            fingerprint,
            factor,
        } = app.handle.lan().await?;
        let words = words(&standing, at.is_some());
        let urls = match standing {
            DoorState::Open { urls } => urls,
            _ => Vec::new(),
        };
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "lan"),
            here,
            asks: !proof::is_fresh(app, session),
            notice: None,
            wrong: None,
            asked: at.is_some(),
            standing: words,
            urls,
            fingerprint,
            failures: app.gate.patience.failures(),
            factor: factor.map(|(since, left)| (Moment::new(since, now), left)),
            waiting: None,
            paper: Vec::new(),
        })
    }

    fn drawn(&self, new: &NewFactor) -> Result<Waiting> {
        let household = self.frame.home.as_ref().map(|home| home.household.as_str());
        let uri = new.uri(household.unwrap_or_default());
        let svg = Zeroizing::new(picture::svg(&uri.0)?);
        let mut secret = Zeroizing::new(String::with_capacity(2 * new.secret.0.len()));
        for (at, letter) in new.secret.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                secret.push(' ');
            }
            secret.push(letter);
        }
        Ok(Waiting {
            picture: Zeroizing::new(picture::inside_a_page(&svg).to_owned()),
            secret,
        })
    }
}

/// The door in words. It follows what was asked for within moments.
fn words(standing: &DoorState, asked: bool) -> String {
    match standing {
        DoorState::Open { .. } if asked => say!("lan-is-open"),
        DoorState::WaitsForFactor if asked => say!("lan-waits"),
        DoorState::Failed(why) if asked => say!("lan-failed", why = translated(why)),
        _ if asked => say!("lan-opening"),
        _ => say!("lan-is-shut"),
    }
}
