//! The page of one clip: what it is, its player, who was given it, and the forms that change any of that.

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{ClipView, Command, GrantView, MemberView, StatusView};
use streetlamp_proto::id::IdError;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::PURPOSE_CHARS;
use tokio::time::Instant;

use super::acts::{LIVES, News, life_words};
use super::fetches::Fetch;
use super::grants::GrantRow;
use super::names::Names;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Kept;
use crate::web::App;
use crate::web::draft::Choice;
use crate::web::frame::Frame;
use crate::web::language::{Texts, refusal, say};
use crate::web::problem::{Problem, rendered};
use crate::web::proof;
use crate::web::words::{self, Moment};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Back {
    done: Option<News>,
}

/// What was typed into the share dialog.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct ShareForm {
    pub(super) to: String,
    pub(super) purpose: String,
    pub(super) until: String,
}

#[derive(Template)]
#[template(path = "clip.html")]
pub(super) struct Page {
    frame: Frame,
    pub(super) notice: Option<String>,
    pub(super) wrong: Option<String>,
    id: String,
    title: String,
    mine: bool,
    owner: String,
    recorded: Moment,
    length: String,
    size: String,
    here: bool,
    /// Whether it was recorded by another device of this household, which gives it away.
    elsewhere: bool,
    keepers: Vec<String>,
    pinned: bool,
    offered: bool,
    until: Option<Moment>,
    stage: Stage,
    /// Whether this device holds a reading key at all.
    reads: bool,
    /// Whether forms ask for the passphrase.
    asks: bool,
    locked: bool,
    grants: Vec<GrantRow>,
    /// Why a neighbour granted it.
    purpose: Option<String>,
    neighbours: Vec<Choice>,
    lives: Vec<Choice>,
    share: ShareForm,
    /// Whether the share dialog stands open.
    pub(super) sharing: bool,
    purpose_chars: usize,
}

/// What stands where the film plays.
enum Stage {
    /// The film, in its frame.
    Open,
    /// It can be opened.
    Ready,
    /// It comes.
    Coming {
        done: u64,
        total: u64,
        words: String,
    },
    /// It is not here.
    Away { failed: Option<String> },
}

/// What the page needs of the engine, taken in one look.
struct Look {
    status: StatusView,
    view: Option<ClipView>,
    given: Vec<GrantView>,
    purpose: Option<String>,
    members: Vec<MemberView>,
    names: Names,
    now: Timestamp,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Path(clip): Path<String>,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let look = async {
        let mut page = Page::look(&app, session, named(&clip)?, ShareForm::default()).await?;
        page.notice = done.map(News::words);
        Ok(rendered(&page))
    };
    look.await.map_err(below)
}

/// A problem with a clip, told one step below the root.
pub(super) fn below(error: Error) -> Problem {
    Problem::from(error).under("../".to_owned())
}

/// The clip of an address.
pub(super) fn named(clip: &str) -> Result<ClipId> {
    clip.parse().map_err(|e: IdError| unknown().because(e))
}

pub(super) fn unknown() -> Error {
    Error::new(ErrorKind::NotFound, say!("clips-unknown"))
}

impl Page {
    pub(super) async fn look(
        app: &App,
        session: Kept,
        clip: ClipId,
        share: ShareForm,
    ) -> Result<Self> {
        let take = move || {
            app.look(move |household, now| {
                let clips = household.clips().into_iter();
                let view = clips.into_iter().find(|view| view.manifest.clip == clip);
                let given = household.given().into_iter();
                let given: Vec<_> = given.filter(|view| view.grant.clip == clip).collect();
                let received = household.received().into_iter();
                let received = received.filter(|view| view.grant.clip == clip);
                let newest = received.max_by_key(|view| view.grant.issued);
                let around = Names::around(household, view.iter());
                let to = given
                    .iter()
                    .flat_map(|view| [Some(view.grant.to), view.fetched_from]);
                Look {
                    status: household.status(now),
                    names: around.with(Names::of(household, to.flatten())),
                    view,
                    given,
                    purpose: newest.map(|view| view.grant.purpose.to_string()),
                    members: household.members(),
                    now,
                }
            })
        };
        let mut look = take().await?;
        if look.view.is_none() {
            // Another device of this household may have recorded it.
            app.handle.command(Command::Look).await?;
            look = take().await?;
        }
        let view = look.view.take().ok_or_else(unknown)?;
        Ok(Self::new(app, session, &view, look, share))
    }

    fn new(app: &App, session: Kept, view: &ClipView, look: Look, share: ShareForm) -> Self {
        let Look {
            status,
            given,
            purpose,
            members,
            names,
            now,
            ..
        } = look;
        let clip = view.manifest.clip;
        let here = view.here && app.handle.has_sealed(clip, view.manifest.sealed_len);
        let screenings = &app.under_way.screenings;
        let stage = match (here, app.under_way.fetches.of(clip)) {
            (true, _) if screenings.of(session, clip, Instant::now()).is_some() => Stage::Open,
            (true, _) => Stage::Ready,
            (false, Some(Fetch::Running { done, total })) => Stage::Coming {
                done,
                total,
                words: say!(
                    "clips-size-of",
                    part = words::size(done),
                    whole = words::size(total)
                ),
            },
            (false, Some(Fetch::Failed(why))) => Stage::Away {
                failed: Some(refusal(&why)),
            },
            (false, None) => Stage::Away { failed: None },
        };
        let mut grants: Vec<_> = given
            .iter()
            .map(|view| GrantRow::new(view, &names, now))
            .collect();
        grants.sort_by(|one, other| other.issued.machine.cmp(&one.issued.machine));
        let owner = names.get(view.owner);
        let title = match view.mine {
            true => view.camera.clone(),
            false => say!("clips-camera-of", owner = owner),
        };
        let frame = Frame::of(&status, app.handle.disk(), "clips");
        Self {
            frame: Frame {
                root: "../".to_owned(),
                ..frame
            },
            notice: None,
            wrong: None,
            id: clip.to_string(),
            title,
            mine: view.mine,
            owner,
            recorded: Moment::new(view.manifest.recorded, now),
            length: words::film_length(view.manifest.duration_ms),
            size: words::size(view.manifest.sealed_len),
            here,
            elsewhere: view.recorder.is_some(),
            keepers: view
                .keepers
                .iter()
                .map(|keeper| names.get(*keeper))
                .collect(),
            pinned: view.pinned,
            offered: view.offered,
            until: view.until.map(|until| Moment::new(until, now)),
            stage,
            reads: app.handle.home().reads(),
            asks: status.locked || !proof::is_fresh(app, session),
            locked: status.locked,
            neighbours: neighbours(&members, view, &share),
            lives: lives(&share),
            grants,
            purpose: purpose.filter(|purpose| !purpose.is_empty()),
            share,
            sharing: false,
            purpose_chars: PURPOSE_CHARS,
        }
    }
}

/// Neighbours who hold no grant of the clip, to choose from.
fn neighbours(members: &[MemberView], view: &ClipView, share: &ShareForm) -> Vec<Choice> {
    let lacking = members
        .iter()
        .filter(|member| !member.me && !view.granted_to.contains(&member.household));
    lacking
        .map(|member| {
            let value = member.household.to_string();
            Choice {
                chosen: value == share.to,
                value,
                label: member.name.to_string(),
                hint: String::new(),
            }
        })
        .collect()
}

fn lives(share: &ShareForm) -> Vec<Choice> {
    let chosen = match share.until.as_str() {
        "" => "30d",
        until => until,
    };
    LIVES
        .iter()
        .map(|value| Choice {
            value: (*value).to_owned(),
            label: life_words(value),
            hint: String::new(),
            chosen: *value == chosen,
        })
        .collect()
}
