//! When cameras record: the mode of the home, and each camera's modes and hours.
//!
//! The mode is chosen with one press, also on the clips page, and without the passphrase: it is changed several times a day,
//! and whoever holds a phone that is signed in could do so by Home Assistant, too. When a camera records is a setting like
//! others, and asks for it (decision 38).

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::household::StatusView;
use streetlamp_proto::time::Timestamp;

use super::App;
use super::draft::Choice;
use super::form::{Fields, clock_times, hours};
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, refusal, say};
use super::problem::{Problem, rendered, status_of};
use super::proof::{self, Proven};
use crate::camera::{Cover, Duty, Mode};
use crate::control::Request;
use crate::control::answers::{CameraNamed, ModeAnswer};
use crate::error::Result;
use crate::node::CameraView;
use crate::secret::Kept;

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
    Scheduled,
}

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(super) enum Asked {
    /// Who is at home, from now on.
    Mode {
        mode: Mode,
        #[serde(default)]
        back: String,
    },
    /// When a camera records.
    Schedule {
        camera: String,
        #[serde(flatten)]
        when: When,
        #[serde(flatten)]
        proven: Proven,
    },
}

/// A box for each mode, and two clock times.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct When {
    home: Option<String>,
    away: Option<String>,
    night: Option<String>,
    from: String,
    to: String,
}

impl When {
    fn duty(&self) -> Result<Duty> {
        let ticked = |mode: &Mode| match mode {
            Mode::Home => self.home.is_some(),
            Mode::Away => self.away.is_some(),
            Mode::Night => self.night.is_some(),
        };
        Ok(Duty {
            modes: Mode::ALL.into_iter().filter(ticked).collect(),
            hours: hours(&self.from, &self.to)?,
        })
    }
}

#[derive(Template)]
#[template(path = "modes.html")]
struct Page {
    frame: Frame,
    asks: bool,
    notice: Option<String>,
    wrong: Option<String>,
    modes: Vec<Choice>,
    cameras: Vec<CameraCard>,
}

/// A camera and when it records.
struct CameraCard {
    name: String,
    rests: bool,
    when: String,
    /// What of its picture is covered; nothing if nothing is.
    covered: Option<String>,
    modes: Vec<Choice>,
    from: String,
    to: String,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let mut page = Page::look(&app, session).await?;
    page.notice = done.map(|News::Scheduled| say!("modes-scheduled"));
    Ok(rendered(&page))
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    match carry_out(&app, session, asked).await {
        Ok(link) => Ok(see_other(link)),
        Err(error) => {
            let mut page = Page::look(&app, session).await?;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// Does what was asked; where to go then.
async fn carry_out(app: &App, session: Kept, asked: Asked) -> Result<&'static str> {
    match asked {
        Asked::Mode { mode, back } => {
            let mode = Some(mode);
            app.ask::<ModeAnswer>(Request::Mode { mode }).await?;
            Ok(match back.as_str() {
                "clips" => "./clips",
                _ => "./modes",
            })
        }
        Asked::Schedule {
            camera,
            when,
            proven,
        } => {
            let duty = when.duty()?;
            proof::demand(app, session, proven).await?;
            let schedule = Request::CameraSchedule { camera, duty };
            app.ask::<CameraNamed>(schedule).await?;
            Ok("./modes?done=scheduled")
        }
    }
}

impl Page {
    async fn look(app: &App, session: Kept) -> Result<Self> {
        let look =
            |household: &streetlamp_proto::household::Household, now| (household.status(now), now);
        let (status, now): (StatusView, Timestamp) = app.look(look).await?;
        let mode = app.handle.mode();
        let cameras = app.handle.cameras().await?;
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "modes"),
            asks: !proof::is_fresh(app, session),
            notice: None,
            wrong: None,
            modes: choices(|which| which == mode),
            cameras: cameras
                .into_iter()
                .filter_map(|view| CameraCard::of(view, mode, now))
                .collect(),
        })
    }
}

/// Every mode, and which of them are chosen.
pub(super) fn choices(chosen: impl Fn(Mode) -> bool) -> Vec<Choice> {
    let choice = |mode: Mode| {
        let (label, hint) = words(mode);
        Choice {
            value: mode.word().to_owned(),
            label,
            hint,
            chosen: chosen(mode),
        }
    };
    Mode::ALL.map(choice).into()
}

/// A mode as a resident says it, and what it means.
fn words(mode: Mode) -> (String, String) {
    match mode {
        Mode::Home => (say!("modes-home"), say!("modes-home-hint")),
        Mode::Away => (say!("modes-away"), say!("modes-away-hint")),
        Mode::Night => (say!("modes-night"), say!("modes-night-hint")),
    }
}

impl CameraCard {
    /// Nothing if what was said about the camera cannot be read any more.
    fn of(view: CameraView, mode: Mode, now: Timestamp) -> Option<Self> {
        let duty = view.duty?;
        let (from, to) = clock_times(duty.hours);
        Some(Self {
            name: view.name.to_string(),
            rests: !duty.covers(mode, now),
            when: when(&duty),
            covered: covered(&view.covers),
            modes: choices(|mode| duty.modes.contains(&mode)),
            from,
            to,
        })
    }
}

/// Which areas of a camera's pictures are covered, as they were typed.
fn covered(covers: &[Cover]) -> Option<String> {
    let areas: Vec<_> = covers.iter().map(ToString::to_string).collect();
    (!areas.is_empty()).then(|| say!("modes-covered", areas = areas.join("; ")))
}

/// When a camera records, in words.
fn when(duty: &Duty) -> String {
    let modes: Vec<_> = duty.modes.iter().map(|mode| words(*mode).0).collect();
    let modes = modes.join(", ");
    match (modes.is_empty(), duty.hours) {
        (true, None) => say!("modes-always"),
        (false, None) => say!("modes-in", modes = modes),
        (true, Some(hours)) => say!("modes-at", hours = hours.to_string()),
        (false, Some(hours)) => say!("modes-in-at", modes = modes, hours = hours.to_string()),
    }
}
