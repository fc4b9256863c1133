//! Every clip of this home, own and granted, by day, the newest first; of one camera or one day if that is asked for.
//!
//! Days are those of UTC: the node does not know the resident's time zone, and a list that a browser cuts into days is
//! one that needs a script.

use std::collections::BTreeSet;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{ClipView, Command, Retention, StatusView};
use streetlamp_proto::time::Timestamp;
use url::form_urlencoded::Serializer;

use super::names::Names;
use super::still::drawable;
use crate::secret::Kept;
use crate::web::App;
use crate::web::draft::Choice;
use crate::web::frame::Frame;
use crate::web::language::{Texts, say};
use crate::web::modes;
use crate::web::problem::{Problem, rendered};
use crate::web::words::{self, Moment};

/// Clips on one page.
const SHOWN: usize = 24;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    /// Whose films: a [`Source`] in its text form.
    camera: String,
    /// A day, as `2026-05-01`.
    day: String,
    /// From which page on, counted from 0.
    page: usize,
    deleted: bool,
}

#[derive(Template)]
#[template(path = "clips.html")]
struct Page {
    frame: Frame,
    deleted: bool,
    /// Whether this home has any clip at all.
    any: bool,
    sources: Vec<Source>,
    day: String,
    narrowed: bool,
    /// Whether this home has cameras, and who it says is there.
    films_itself: bool,
    modes: Vec<Choice>,
    days: Vec<Day>,
    storage: String,
    /// This page, and those before and after it.
    here: String,
    newer: Option<String>,
    older: Option<String>,
}

/// Where films come from: a camera of this household, or a neighbour.
struct Source {
    value: String,
    label: String,
    chosen: bool,
}

/// A day with its clips.
struct Day {
    date: String,
    words: String,
    clips: Vec<ClipRow>,
}

/// A clip as it stands in the list.
struct ClipRow {
    id: ClipId,
    /// Whether there is a picture of it.
    drawn: bool,
    camera: String,
    /// Whose it is, if it is a neighbour's.
    owner: Option<String>,
    recorded: Moment,
    length: String,
    size: String,
    here: bool,
    pinned: bool,
    offered: bool,
    granted: Option<usize>,
    copies: Option<usize>,
}

/// What the page needs of the engine, taken in one look.
struct Look {
    status: StatusView,
    clips: Vec<ClipView>,
    names: Names,
    retention: Retention,
    now: Timestamp,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    app.handle.command(Command::Look).await?;
    let look = app.look(|household, now| {
        let clips = household.clips();
        Look {
            status: household.status(now),
            names: Names::around(household, &clips),
            clips,
            retention: household.retention(),
            now,
        }
    });
    let mut page = Page::new(look.await?, &app, &asked);
    page.draw(&app, session);
    page.films_itself = !app.handle.cameras().await?.is_empty();
    Ok(rendered(&page))
}

/// What a clip comes from, as the address says it.
fn source_of(view: &ClipView) -> String {
    match view.mine {
        true => format!("camera {}", view.camera),
        false => format!("neighbour {}", view.owner),
    }
}

impl Page {
    fn new(look: Look, app: &App, asked: &Asked) -> Self {
        let Look {
            status,
            clips,
            names,
            retention,
            now,
        } = look;
        let wanted = asked.day.trim().parse::<Date>().ok();
        let fitting: Vec<_> = clips
            .iter()
            .filter(|view| asked.camera.is_empty() || source_of(view) == asked.camera)
            .filter(|view| wanted.is_none() || words::day_of(view.manifest.recorded) == wanted)
            .collect();
        let pages = fitting.len().div_ceil(SHOWN);
        let at = asked.page.min(pages.saturating_sub(1));
        let link = |page: usize| asked.link(wanted, page);
        Self {
            frame: Frame::of(&status, app.handle.disk(), "clips"),
            deleted: asked.deleted,
            any: !clips.is_empty(),
            sources: sources(&clips, &names, &asked.camera),
            day: wanted.map(|day| day.to_string()).unwrap_or_default(),
            films_itself: false,
            modes: modes::choices(|mode| mode == app.handle.mode()),
            narrowed: !asked.camera.is_empty() || wanted.is_some(),
            days: days(fitting.iter().skip(at * SHOWN).take(SHOWN), &names, now),
            storage: storage(&clips, retention),
            here: link(at),
            newer: at.checked_sub(1).map(link),
            older: (at + 1 < pages).then(|| link(at + 1)),
        }
    }
}

impl Page {
    /// Gives a picture to each own film that this browser has open.
    fn draw(&mut self, app: &App, session: Kept) {
        let rows = self.days.iter_mut().flat_map(|day| &mut day.clips);
        let mut own: Vec<_> = rows.filter(|row| row.owner.is_none()).collect();
        let ids = own.iter().map(|row| row.id);
        let drawn = drawable(&app.under_way, session, ids.collect::<Vec<_>>());
        for row in &mut own {
            row.drawn = drawn.contains(&row.id);
        }
    }
}

impl Asked {
    /// The address of another page of the same list.
    fn link(&self, day: Option<Date>, page: usize) -> String {
        let mut query = Serializer::new(String::new());
        if !self.camera.is_empty() {
            query.append_pair("camera", &self.camera);
        }
        if let Some(day) = day {
            query.append_pair("day", &day.to_string());
        }
        if page > 0 {
            query.append_pair("page", &page.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "clips".to_owned(),
            query => format!("clips?{query}"),
        }
    }
}

fn sources(clips: &[ClipView], names: &Names, chosen: &str) -> Vec<Source> {
    let known: BTreeSet<_> = clips
        .iter()
        .map(|view| {
            let label = match view.mine {
                true => view.camera.clone(),
                false => say!("clips-from", owner = names.get(view.owner)),
            };
            (!view.mine, label, source_of(view))
        })
        .collect();
    known
        .into_iter()
        .map(|(_, label, value)| Source {
            chosen: value == chosen,
            label,
            value,
        })
        .collect()
}

fn days<'a>(
    clips: impl Iterator<Item = &'a &'a ClipView>,
    names: &Names,
    now: Timestamp,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for view in clips {
        let date = words::day_of(view.manifest.recorded);
        let key = date.map(|date| date.to_string()).unwrap_or_default();
        if days.last().is_none_or(|day| day.date != key) {
            days.push(Day {
                date: key,
                words: date.map_or_else(|| say!("clips-no-time"), words::day),
                clips: Vec::new(),
            });
        }
        if let Some(day) = days.last_mut() {
            day.clips.push(ClipRow::new(view, names, now));
        }
    }
    days
}

/// What own clips take, and how long they stay.
fn storage(clips: &[ClipView], retention: Retention) -> String {
    let own = clips.iter().filter(|view| view.mine && view.here);
    let bytes = own.clone().map(|view| view.manifest.sealed_len).sum();
    let stay = match (retention.days, retention.bytes) {
        (None, None) => say!("clips-stay"),
        (Some(days), None) => say!("clips-go-after", days = days),
        (None, Some(most)) => say!("clips-go-beyond", size = words::size(most)),
        (Some(days), Some(most)) => {
            say!("clips-go-both", days = days, size = words::size(most))
        }
    };
    say!(
        "clips-own",
        n = own.count(),
        size = words::size(bytes),
        stay = stay
    )
}

impl ClipRow {
    fn new(view: &ClipView, names: &Names, now: Timestamp) -> Self {
        let some = |n: usize| (n > 0).then_some(n);
        Self {
            id: view.manifest.clip,
            drawn: false,
            camera: view.camera.clone(),
            owner: (!view.mine).then(|| names.get(view.owner)),
            recorded: Moment::new(view.manifest.recorded, now),
            length: words::film_length(view.manifest.duration_ms),
            size: words::size(view.manifest.sealed_len),
            here: view.here,
            pinned: view.pinned,
            offered: view.offered,
            granted: some(view.granted_to.len()),
            copies: some(view.keepers.len()).filter(|_| view.mine),
        }
    }
}
