//! The settings page: who is signed in, which devices there are, how long clips stay, when the home locks itself, and
//! whether the recovery sheet is safe.
//!
//! What gives somebody a way in, or takes one, asks for the passphrase again (see `proof`); devices are made and removed
//! with the words of the sheet, which only the household's paper has. Streets are left on the neighbours page.

mod acts;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::household::{DeviceView, Retention, StatusView};
use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

use self::acts::{Asked, News, carry_out};
use super::App;
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Language, Texts, refusal, say};
use super::problem::{Problem, rendered, status_of};
use super::proof;
use super::sessions::Listed;
use super::words::{Moment, span};
use crate::error::Result;
use crate::node::{DoorState, Program, Scope};
use crate::secret::{Kept, Secret};

/// Bytes of a gigabyte, as disks are sold.
const GB: u64 = 1_000_000_000;
/// The times after which a home may lock itself, in minutes.
const LOCKS_AFTER: [u64; 5] = [2, 10, 30, 120, 720];

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<News>,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    asks: bool,
    /// Whether this device has a passphrase.
    reads: bool,
    notice: Option<String>,
    wrong: Option<String>,
    sessions: Vec<SessionLine>,
    devices: Vec<DeviceLine>,
    days: Option<u32>,
    gigabytes: Option<String>,
    languages: Vec<LanguageChoice>,
    locks: Vec<LockChoice>,
    sheet: Option<String>,
    on_a_street: bool,
    beside: String,
    programs: Vec<ProgramLine>,
    scopes: Vec<ScopeChoice>,
    /// The fingerprint under which the page is open to the network.
    lan: Option<String>,
    /// The token of a program that was let in just now.
    token: Option<Secret>,
}

struct SessionLine {
    name: String,
    browser: String,
    from: Option<String>,
    this: bool,
    since: String,
    seen: String,
}

struct DeviceLine {
    device: String,
    roles: String,
    since: Moment,
    removed: Option<Moment>,
    me: bool,
    connected: bool,
}

struct ProgramLine {
    name: String,
    scopes: String,
    made: Moment,
}

struct ScopeChoice {
    word: &'static str,
    says: String,
}

struct LanguageChoice {
    code: &'static str,
    name: &'static str,
    chosen: bool,
}

struct LockChoice {
    minutes: u64,
    words: String,
    chosen: bool,
}

/// What is asked of the engine, in one look.
struct Look {
    status: StatusView,
    devices: Vec<DeviceView>,
    retention: Retention,
    now: Timestamp,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    headers: HeaderMap,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let mut page = Page::look(&app, session, &headers).await?;
    page.notice = done.map(|news| news.words());
    Ok(rendered(&page))
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    headers: HeaderMap,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    match carry_out(&app, session, asked).await {
        Ok(News::DeviceMade(dir)) => {
            let mut page = Page::look(&app, session, &headers).await?;
            page.notice = Some(acts::made_words(&dir));
            Ok(rendered(&page))
        }
        Ok(News::ProgramAdded(token)) => {
            let mut page = Page::look(&app, session, &headers).await?;
            page.notice = Some(News::ProgramAdded(token.clone()).words());
            page.token = Some(token);
            Ok(rendered(&page))
        }
        Ok(News::LanguageChosen(language)) => {
            let cookie = app.gate.language_cookie(language);
            Ok(([(SET_COOKIE, cookie)], see_other("./settings")).into_response())
        }
        Ok(news) => Ok(see_other(&format!("./settings?done={}", news.word()))),
        Err(error) => {
            let mut page = Page::look(&app, session, &headers).await?;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

impl Page {
    async fn look(app: &App, session: Kept, headers: &HeaderMap) -> Result<Self> {
        let look = app.look(|household, now| Look {
            status: household.status(now),
            devices: household.devices(),
            retention: household.retention(),
            now,
        });
        let look = look.await?;
        let home = app.handle.home();
        let lan = app.handle.lan().await?;
        let open = matches!(lan.standing, DoorState::Open { .. });
        let locks_after = app.handle.auto_lock().await?.as_secs() / 60;
        let programs = app.handle.programs().await?.into_iter();
        let programs = programs.map(|program| ProgramLine::of(program, look.now));
        let sessions = app.gate.sessions.list(session, Instant::now());
        Ok(Self {
            frame: Frame::of(&look.status, app.handle.disk(), "settings"),
            asks: !proof::is_fresh(app, session),
            reads: home.reads(),
            notice: None,
            wrong: None,
            sessions: sessions.into_iter().map(SessionLine::of).collect(),
            devices: look
                .devices
                .iter()
                .map(|view| DeviceLine::of(view, look.now))
                .collect(),
            days: look.retention.days,
            gigabytes: look.retention.bytes.map(gigabytes),
            languages: languages(app.gate.chosen_language(headers)),
            locks: locks(locks_after),
            sheet: home.recovery_sheet().map(|path| path.display().to_string()),
            on_a_street: !look.status.streets.is_empty(),
            beside: acts::beside(home.dir()).display().to_string(),
            programs: programs.collect(),
            scopes: Scope::ALL.map(ScopeChoice::of).into(),
            lan: lan.fingerprint.filter(|_| open),
            token: None,
        })
    }
}

/// Bytes as a number of gigabytes with at most one decimal.
fn gigabytes(bytes: u64) -> String {
    match (bytes / GB, bytes % GB * 10 / GB) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

fn languages(chosen: Option<Language>) -> Vec<LanguageChoice> {
    let choice = |language: Language| LanguageChoice {
        code: language.code(),
        name: language.name(),
        chosen: chosen == Some(language),
    };
    Language::ALL.map(choice).into()
}

fn locks(chosen: u64) -> Vec<LockChoice> {
    let mut minutes = LOCKS_AFTER.to_vec();
    if !minutes.contains(&chosen) {
        minutes.push(chosen);
        minutes.sort_unstable();
    }
    let choice = |minutes: u64| LockChoice {
        minutes,
        words: span(std::time::Duration::from_secs(minutes * 60)),
        chosen: minutes == chosen,
    };
    minutes.into_iter().map(choice).collect()
}

impl ProgramLine {
    fn of(program: Program, now: Timestamp) -> Self {
        let scopes: Vec<_> = program.scopes.iter().map(|scope| scope.word()).collect();
        Self {
            name: program.name,
            scopes: scopes.join(", "),
            made: Moment::new(program.made, now),
        }
    }
}

impl ScopeChoice {
    fn of(scope: Scope) -> Self {
        Self {
            word: scope.word(),
            says: match scope {
                Scope::Read => say!("settings-scope-read"),
                Scope::Post => say!("settings-scope-post"),
                Scope::Clips => say!("settings-scope-clips"),
                Scope::Films => say!("settings-scope-films"),
                Scope::Street => say!("settings-scope-street"),
                Scope::Cameras => say!("settings-scope-cameras"),
                Scope::Home => say!("settings-scope-home"),
                Scope::Metrics => say!("settings-scope-metrics"),
            },
        }
    }
}

impl SessionLine {
    fn of(listed: Listed) -> Self {
        Self {
            name: listed.name,
            browser: listed
                .browser
                .map_or_else(|| say!("settings-other-program"), str::to_owned),
            from: listed.from.map(|from| from.to_string()),
            this: listed.this,
            since: span(listed.since),
            seen: span(listed.seen),
        }
    }
}

/// What a device may do.
fn role(word: &str) -> String {
    match word {
        "relay" => say!("settings-relay"),
        "record" => say!("settings-record"),
        "alert" => say!("settings-alert"),
        "grant" => say!("settings-grant"),
        word => word.to_owned(),
    }
}

impl DeviceLine {
    fn of(view: &DeviceView, now: Timestamp) -> Self {
        let said = view.cert.statement();
        let roles: Vec<_> = said.roles.words().map(role).collect();
        Self {
            device: said.device.to_string(),
            roles: roles.join(", "),
            since: Moment::new(said.issued, now),
            removed: said.ended.map(|at| Moment::new(at, now)),
            me: view.me,
            connected: view.connected,
        }
    }
}
