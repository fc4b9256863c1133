//! Pictures out of films that this browser has open: one to draw over, and small ones where clips are listed.
//!
//! A picture of a film is an opening of it, so there is none of a film that was not opened, in this session, with its ledger
//! entry. Each is drawn anew and kept nowhere, so that with the lock, or the session, all of them are gone. Only own films are
//! drawn: what a neighbour made is decoded by the browser, in its frame, and not on this machine.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use tokio::time::Instant;

use super::UnderWay;
use super::export::lower;
use super::page::{named, unknown};
use crate::blocking::block;
use crate::error::Result;
use crate::ffmpeg::{self, MemoryFile};
use crate::node::Watched;
use crate::secret::Kept;
use crate::web::App;
use crate::web::problem::Problem;

/// Small pictures are this wide.
const SMALL: &str = "scale=320:-2";

/// Which picture of the film.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wanted {
    /// At this second.
    at: u32,
    small: bool,
}

pub(in crate::web) async fn still(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Path(clip): Path<String>,
    wanted: std::result::Result<Query<Wanted>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let Wanted { at, small } = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let drawn = async {
        let clip = named(&clip)?;
        let mine = app.handle.read(move |household, _| {
            let mut clips = household.clips().into_iter();
            clips.any(|view| view.mine && view.manifest.clip == clip)
        });
        let mine = mine.await?;
        let film = app.under_way.screenings.of(session, clip, Instant::now());
        let film = film.filter(|_| mine).ok_or_else(unknown)?;
        let _turn = app.under_way.films_held.0.acquire().await;
        let filters = if small { SMALL } else { "" };
        block(|| ffmpeg::still(&held(&film)?, at, filters))
    };
    let picture = drawn.await.map_err(lower)?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

/// All of a film that is being watched.
fn held(film: &Watched) -> Result<MemoryFile> {
    let mut whole = MemoryFile::new()?;
    let mut at = 0;
    while at < film.len() {
        let part = film.part(at..film.len())?;
        whole.write(&part)?;
        at += u64::try_from(part.len()).unwrap_or(u64::MAX);
    }
    Ok(whole)
}

/// Which of these own clips a list can show a picture of.
pub(in crate::web) fn drawable(
    under_way: &UnderWay,
    session: Kept,
    own: impl IntoIterator<Item = ClipId>,
) -> Vec<ClipId> {
    let now = Instant::now();
    let is_open = |clip: &ClipId| under_way.screenings.of(session, *clip, now).is_some();
    let open: Vec<_> = own.into_iter().filter(is_open).collect();
    match !open.is_empty() && block(ffmpeg::is_here) {
        true => open,
        false => Vec::new(),
    }
}
