//! The page of Home Assistant: whether this home speaks to the house's MQTT broker, how much it says there, and what may be
//! done from there.
//!
//! To connect takes the passphrase, for it tells somebody more than before; to leave does not. Addresses and passwords are
//! judged where the command line's are.

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::household::Household;

use super::App;
use super::draft::Choice;
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, refusal, say, translated};
use super::problem::{Problem, rendered, sentence, status_of};
use super::proof::{self, Proven};
use super::words;
use crate::contents::Contents;
use crate::control::answers::HouseItem;
use crate::control::{HouseConnect, Request};
use crate::error::{ErrorKind, Result};
use crate::house::{Allowed, DISCOVERY};
use crate::node::HouseView;
use crate::secret::{Kept, Secret};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<News>,
}

/// What the link back may say: a fixed set, so that a forged link says nothing new.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum News {
    Connected,
    Left,
}

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(super) enum Asked {
    Connect {
        #[serde(flatten)]
        form: Form,
        password: Secret,
        #[serde(flatten)]
        proven: Proven,
    },
    Leave {
        /// Also if the broker is away.
        anyway: Option<String>,
    },
}

/// What was typed to connect, without the password.
#[derive(Clone, Deserialize)]
pub(super) struct Form {
    mqtt: String,
    user: String,
    discovery: String,
    contents: Contents,
    loopback: Option<String>,
    lock: Option<String>,
    mode: Option<String>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            mqtt: String::new(),
            user: String::new(),
            discovery: DISCOVERY.to_owned(),
            contents: Contents::Nothing,
            loopback: None,
            lock: None,
            mode: None,
        }
    }
}

impl Form {
    fn connect(&self, password: Secret) -> HouseConnect {
        let user = Some(self.user.trim().to_owned()).filter(|user| !user.is_empty());
        let allowed = [
            (Allowed::Lock, self.lock.is_some()),
            (Allowed::Mode, self.mode.is_some()),
        ];
        HouseConnect {
            mqtt: self.mqtt.trim().to_owned(),
            password: user.is_some().then_some(password),
            user,
            allow_loopback: self.loopback.is_some(),
            discovery: self.discovery.trim().to_owned(),
            contents: self.contents,
            allowed: allowed
                .into_iter()
                .filter_map(|(what, ticked)| ticked.then_some(what))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "house.html")]
struct Page {
    frame: Frame,
    asks: bool,
    notice: Option<String>,
    wrong: Option<String>,
    joined: Option<Joined>,
    form: Form,
    contents: Vec<Choice>,
    /// Whether leaving failed because the broker is away.
    away: bool,
}

/// The connection as it is drawn.
struct Joined {
    broker: String,
    well: bool,
    state: String,
    trouble: Option<String>,
    contents: String,
    allowed: Vec<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let mut page = Page::look(&app, session, Form::default()).await?;
    page.notice = done.map(|news| match news {
        News::Connected => say!("house-connected-done"),
        News::Left => say!("house-left-done"),
    });
    Ok(rendered(&page))
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let (form, leaves) = match &asked {
        Asked::Connect { form, .. } => (form.clone(), false),
        Asked::Leave { .. } => (Form::default(), true),
    };
    match carry_out(&app, session, asked).await {
        Ok(link) => Ok(see_other(link)),
        Err(error) => {
            let mut page = Page::look(&app, session, form).await?;
            page.wrong = Some(refusal(&error));
            page.away = leaves && error.kind() == ErrorKind::Unavailable;
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// Does what was asked; where to go then.
async fn carry_out(app: &App, session: Kept, asked: Asked) -> Result<&'static str> {
    match asked {
        Asked::Connect {
            form,
            password,
            proven,
        } => {
            let connect = Box::new(form.connect(password));
            proof::demand(app, session, proven).await?;
            app.ask::<HouseItem>(Request::HouseConnect(connect)).await?;
            Ok("./house?done=connected")
        }
        Asked::Leave { anyway } => {
            let anyway = anyway.is_some();
            app.ask::<HouseItem>(Request::HouseLeave { anyway }).await?;
            Ok("./house?done=left")
        }
    }
}

impl Page {
    async fn look(app: &App, session: Kept, form: Form) -> Result<Self> {
        let status = app.look(Household::status).await?;
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "house"),
            asks: !proof::is_fresh(app, session),
            notice: None,
            wrong: None,
            joined: app.handle.house().map(Joined::of),
            contents: words::contents(form.contents),
            form,
            away: false,
        })
    }
}

impl Joined {
    fn of(view: HouseView) -> Self {
        let allowed = view.allowed.iter().map(|allowed| match allowed {
            Allowed::Lock => say!("house-allow-lock"),
            Allowed::Mode => say!("house-allow-mode"),
        });
        Self {
            broker: view.broker,
            well: view.state == "connected",
            state: match view.state {
                "connected" => say!("words-connected"),
                "connecting" => say!("house-connecting"),
                _ => say!("house-waiting"),
            },
            trouble: view.error.map(|error| sentence(&translated(&error))),
            contents: words::contents_label(view.contents),
            allowed: allowed.collect(),
        }
    }
}
