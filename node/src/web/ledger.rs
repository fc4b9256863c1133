//! The ledger as people read it: what left this home and what was opened, each entry a sentence; whether it is whole; and
//! the file that somebody else can check.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::StatusView;
use streetlamp_proto::ledger::{Act, Entry};
use streetlamp_proto::time::Timestamp;

use super::App;
use super::clips::{Names, clip_words};
use super::frame::Frame;
use super::language::{Texts, say};
use super::problem::{Problem, rendered};
use super::words::Moment;
use crate::error::Result;
use crate::when;

/// Entries on one page.
const SHOWN: usize = 50;
/// Characters by which an age recipient is known: a post-quantum one would fill the page.
const RECIPIENT_CHARS: usize = 24;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    page: usize,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page {
    frame: Frame,
    verdict: Option<Verdict>,
    total: String,
    rows: Vec<Row>,
    here: usize,
    newer: Option<usize>,
    older: Option<usize>,
}

/// Whether the ledger is whole, in a sentence.
struct Verdict {
    whole: bool,
    words: String,
}

/// What happened, with whom it names.
enum Said {
    Grant(String),
    /// The beginning of the recipient's key.
    Export(String),
    ExportPlain,
    Open,
    Stop(String),
}

/// An entry as it is drawn.
struct Row {
    seq: u64,
    /// For the mark beside it.
    kind: &'static str,
    act: Said,
    clip: String,
    /// What the clip is called, as long as it is here.
    clip_words: Option<(String, Moment)>,
    at: Moment,
}

pub(super) async fn show(
    State(app): State<App>,
    asked: std::result::Result<Query<Asked>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let page = asked.map(|Query(asked)| asked.page).unwrap_or_default();
    Ok(rendered(&Page::look(&app, page, None).await?))
}

/// Reads the whole ledger off the disk and checks it.
pub(super) async fn verify(State(app): State<App>) -> std::result::Result<Response, Problem> {
    let verdict = match app.handle.whole_ledger().await?.verify() {
        Ok(0) => Verdict {
            whole: true,
            words: say!("ledger-empty"),
        },
        Ok(entries) => Verdict {
            whole: true,
            words: say!("ledger-whole", n = entries),
        },
        Err(fault) => Verdict {
            whole: false,
            words: say!("ledger-broken", fault = fault.to_string()),
        },
    };
    Ok(rendered(&Page::look(&app, 0, Some(verdict)).await?))
}

/// The ledger as `streetlamp ledger verify --file` reads it.
pub(super) async fn file(State(app): State<App>) -> std::result::Result<Response, Problem> {
    let below = |error| Problem::from(error).under("../".to_owned());
    let ledger = app.handle.whole_ledger().await.map_err(below)?;
    let day = when::rfc3339(app.handle.now());
    let day = day.split('T').next().unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"streetlamp-{day}.ledger\""),
        ),
    ];
    Ok((headers, ledger.to_file()).into_response())
}

impl Page {
    async fn look(app: &App, page: usize, verdict: Option<Verdict>) -> Result<Self> {
        let entries = app.handle.ledger().await?;
        let pages = entries.len().div_ceil(SHOWN);
        let here = page.min(pages.saturating_sub(1));
        let total = entries.len();
        let shown: Vec<Entry> = entries
            .into_iter()
            .rev()
            .skip(here * SHOWN)
            .take(SHOWN)
            .collect();
        let look = app.look(move |household, now| {
            let to = shown.iter().filter_map(|entry| match &entry.act {
                Act::Grant { to, .. } | Act::Stop { to, .. } => Some(*to),
                _ => None,
            });
            let clips = household.clips();
            let names = Names::of(household, to).with(Names::around(household, &clips));
            let rows: Vec<_> = shown
                .iter()
                .map(|entry| {
                    let words = |clip: ClipId| clip_words(&clips, clip, &names, now);
                    Row::new(entry, &names, words, now)
                })
                .collect();
            (household.status(now), rows)
        });
        let (status, rows): (StatusView, Vec<Row>) = look.await?;
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "clips"),
            verdict,
            total: say!("ledger-entries", n = total),
            rows,
            here,
            newer: here.checked_sub(1),
            older: (here + 1 < pages).then_some(here + 1),
        })
    }
}

impl Row {
    fn new(
        entry: &Entry,
        names: &Names,
        clip: impl Fn(ClipId) -> Option<(String, Moment)>,
        now: Timestamp,
    ) -> Self {
        let act = match &entry.act {
            Act::Grant { to, .. } => Said::Grant(names.get(*to)),
            Act::Export { to, .. } => {
                let key = to.to_string();
                let short: String = key.chars().take(RECIPIENT_CHARS).collect();
                Said::Export(format!("{short}…"))
            }
            Act::ExportPlain { .. } => Said::ExportPlain,
            Act::Open { .. } => Said::Open,
            Act::Stop { to, .. } => Said::Stop(names.get(*to)),
        };
        Self {
            seq: entry.seq,
            kind: entry.act.word(),
            act,
            clip: entry.act.clip().to_string(),
            clip_words: clip(entry.act.clip()),
            at: Moment::new(entry.at, now),
        }
    }
}
