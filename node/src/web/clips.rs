//! The clips page: what this home has, whose it is, and who was granted it.
//!
//! It shows no film: opening a clip in the page needs a player that verifies what it plays.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use streetlamp_proto::household::{ClipView, Command, StatusView};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;

use super::App;
use super::frame::Frame;
use super::problem::{Problem, rendered};
use super::words::{self, Moment};

#[derive(Template)]
#[template(path = "clips.html")]
struct Page {
    frame: Frame,
    clips: Vec<ClipCard>,
}

/// A clip as it is drawn.
struct ClipCard {
    id: String,
    camera: String,
    recorded: Moment,
    length: String,
    size: String,
    mine: bool,
    owner: String,
    granted_to: Vec<String>,
    here: bool,
    offered: bool,
    until: Option<Moment>,
}

/// Names of the households that clips speak of, as far as they are known.
type Names = BTreeMap<HouseholdId, String>;

pub(super) async fn show(State(app): State<App>) -> Result<Response, Problem> {
    app.handle.command(Command::Look).await?;
    let (status, clips, names, now): (StatusView, Vec<ClipView>, Names, Timestamp) = app
        .handle
        .read(|household, now| {
            let names = household
                .members()
                .into_iter()
                .map(|m| (m.household, m.name.to_string()))
                .collect();
            (household.status(now), household.clips(), names, now)
        })
        .await?;
    let clips = clips
        .iter()
        .map(|view| ClipCard::new(view, &names, now))
        .collect();
    Ok(rendered(&Page {
        frame: Frame::of(&status, app.handle.disk(), "clips"),
        clips,
    }))
}

impl ClipCard {
    fn new(view: &ClipView, names: &Names, now: Timestamp) -> Self {
        let name = |household: &HouseholdId| {
            names
                .get(household)
                .cloned()
                .unwrap_or_else(|| "a home that is no longer on the street".to_owned())
        };
        Self {
            id: view.manifest.clip.to_string(),
            camera: view.camera.clone(),
            recorded: Moment::new(view.manifest.recorded, now),
            length: words::film_length(view.manifest.duration_ms),
            size: words::size(view.manifest.sealed_len),
            mine: view.mine,
            owner: name(&view.owner),
            granted_to: view.granted_to.iter().map(name).collect(),
            here: view.here,
            offered: view.offered,
            until: view.until.map(|until| Moment::new(until, now)),
        }
    }
}
