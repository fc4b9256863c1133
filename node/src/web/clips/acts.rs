//! The forms on the page of a clip, and what comes of each.
//!
//! Whoever gives a clip away or destroys it proves first that the resident is at the page (see `proof`). What is locked
//! asks for the same passphrase to unlock.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::Command;
use streetlamp_proto::id::IdError;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

use super::fetches;
use super::page::{Page, ShareForm, below, named, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Kept;
use crate::web::App;
use crate::web::draft::text_fault;
use crate::web::form::Fields;
use crate::web::gate::see_other;
use crate::web::language::{refusal, say};
use crate::web::problem::{Problem, rendered, status_of};
use crate::web::proof::{self, Proven};
use crate::when;

/// How long a grant is served, as the form says it.
pub(super) const LIVES: [&str; 4] = ["1d", "7d", "30d", "365d"];

/// The same for people.
pub(super) fn life_words(life: &str) -> String {
    match life {
        "1d" => say!("clips-a-day"),
        "7d" => say!("clips-a-week"),
        "30d" => say!("clips-30-days"),
        _ => say!("clips-a-year"),
    }
}

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(in crate::web) enum Asked {
    /// Open the film in its frame.
    Watch(Proven),
    /// Get the sealed bytes.
    Fetch,
    Pin,
    Unpin,
    Verify,
    /// Give the key to one neighbour.
    Give {
        #[serde(flatten)]
        share: ShareForm,
        #[serde(flatten)]
        proven: Proven,
    },
    /// Give it to each of them.
    GiveAll {
        #[serde(flatten)]
        share: ShareForm,
        #[serde(flatten)]
        proven: Proven,
    },
    /// Stop serving a grant.
    Stop {
        grant: String,
    },
    Delete(Proven),
}

/// What came of a form.
enum Done {
    /// Nothing that needs a word.
    Seen,
    Told(News),
    Deleted,
}

/// What the link back to the page may say: a fixed set, so that a forged link says nothing new.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum News {
    Pinned,
    Unpinned,
    Whole,
    Given,
    GivenToAll,
    NobodyLacks,
    Stopped,
}

impl News {
    const fn word(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
            Self::Whole => "whole",
            Self::Given => "given",
            Self::GivenToAll => "given-to-all",
            Self::NobodyLacks => "nobody-lacks",
            Self::Stopped => "stopped",
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Pinned => say!("clips-pinned-done"),
            Self::Unpinned => say!("clips-unpinned-done"),
            Self::Whole => say!("clips-whole"),
            Self::Given => say!("clips-given"),
            Self::GivenToAll => say!("clips-given-all"),
            Self::NobodyLacks => say!("clips-nobody-lacks"),
            Self::Stopped => say!("clips-stopped"),
        }
    }
}

pub(in crate::web) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Path(clip): Path<String>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let clip = named(&clip).map_err(below)?;
    let share = match &asked {
        Asked::Give { share, .. } | Asked::GiveAll { share, .. } => Some(share.clone()),
        _ => None,
    };
    match carry_out(&app, session, clip, asked).await {
        Ok(Done::Seen) => Ok(see_other(&format!("./{clip}#film"))),
        Ok(Done::Told(news)) => Ok(see_other(&format!("./{clip}?done={}", news.word()))),
        Ok(Done::Deleted) => Ok(see_other("../clips?deleted=true")),
        Err(error) => {
            let sharing = share.is_some();
            let look = Page::look(&app, session, clip, share.unwrap_or_default());
            let mut page = look.await.map_err(below)?;
            page.sharing = sharing;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

async fn carry_out(app: &App, session: Kept, clip: ClipId, asked: Asked) -> Result<Done> {
    let handle = &app.handle;
    let known = handle.read(move |household, _| {
        let mut clips = household.clips().into_iter();
        clips.any(|view| view.manifest.clip == clip)
    });
    if !known.await? {
        return Err(unknown());
    }
    match asked {
        Asked::Watch(proven) => {
            if handle.read(|household, _| household.is_locked()).await? {
                proof::demand_unlocked(app, session, proven).await?;
            }
            let film = handle.watch_clip(clip).await?;
            let screenings = &app.under_way.screenings;
            screenings.begin(session, film, Instant::now());
            Ok(Done::Seen)
        }
        Asked::Fetch => {
            fetches::start(&app.under_way, handle.clone(), clip)?;
            Ok(Done::Seen)
        }
        Asked::Pin => {
            let pinned = true;
            handle.command(Command::Pin { clip, pinned }).await?;
            Ok(Done::Told(News::Pinned))
        }
        Asked::Unpin => {
            let pinned = false;
            handle.command(Command::Pin { clip, pinned }).await?;
            Ok(Done::Told(News::Unpinned))
        }
        Asked::Verify => {
            handle.verify_clip(clip).await?;
            Ok(Done::Told(News::Whole))
        }
        Asked::Give { share, proven } => {
            let to: HouseholdId = share.to.parse().map_err(|e: IdError| {
                Error::new(ErrorKind::Invalid, say!("clips-choose-who")).because(e)
            })?;
            let (purpose, until) = said(&share, handle.now())?;
            proof::demand_unlocked(app, session, proven).await?;
            let give = Command::Give {
                clip,
                to,
                purpose,
                until: Some(until),
            };
            handle.command(give).await?;
            Ok(Done::Told(News::Given))
        }
        Asked::GiveAll { share, proven } => {
            let (purpose, until) = said(&share, handle.now())?;
            proof::demand_unlocked(app, session, proven).await?;
            let given = handle.share_clip(clip, purpose, Some(until)).await?;
            Ok(Done::Told(match given.is_empty() {
                true => News::NobodyLacks,
                false => News::GivenToAll,
            }))
        }
        Asked::Stop { grant } => {
            stop(app, &grant).await?;
            Ok(Done::Told(News::Stopped))
        }
        Asked::Delete(proven) => {
            proof::demand(app, session, proven).await?;
            handle.command(Command::DeleteClip(clip)).await?;
            app.under_way.screenings.end(clip);
            Ok(Done::Deleted)
        }
    }
}

/// Stops serving a grant. It needs no proof: it takes nothing away that could not be given again.
pub(super) async fn stop(app: &App, grant: &str) -> Result<()> {
    let grant = grant
        .parse()
        .map_err(|e: IdError| Error::new(ErrorKind::NotFound, say!("clips-no-grant")).because(e))?;
    app.handle.command(Command::Stop(grant)).await.map(drop)
}

/// Purpose and end of a grant, as they were typed and chosen.
fn said(share: &ShareForm, now: Timestamp) -> Result<(Purpose, Timestamp)> {
    let purpose = Purpose::clean(&share.purpose).map_err(|e| {
        let what = say!("clips-the-purpose");
        let words = say!("street-not-taken", what = what, why = text_fault(&e));
        Error::new(ErrorKind::Invalid, words)
    })?;
    let offered = LIVES.iter().find(|life| **life == share.until);
    let life = offered.and_then(|life| when::span(life).ok());
    let life = life.ok_or_else(|| Error::new(ErrorKind::Invalid, say!("clips-choose-life")))?;
    Ok((purpose, now.after(life)))
}
