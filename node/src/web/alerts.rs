//! An alert as it is drawn in the feed; and alone, with everything that this home can say about it.
//!
//! In the feed stands what one press says. The forms for more are the same under each alert, so they stand on a page of the
//! alert's own, from which a script takes them into the feed when somebody wants them.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::alert::{Audience, Progress, Urgency};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{AlertView, Glimpse, Household};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::App;
use super::clips::{Names, clip_words, drawable};
use super::frame::Frame;
use super::language::{Texts, say};
use super::problem::{Problem, rendered};
use super::saying::Button;
use super::words::{self, Moment};
use crate::error::{Error, ErrorKind};
use crate::secret::Kept;

/// What the link may say: a fixed set of words, so that a forged link says nothing new.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<Button>,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct Page {
    frame: Frame,
    notice: Option<String>,
    alert: AlertCard,
}

/// What is known around alerts: who says them, and clips that they offer and this home has.
pub(super) struct Around {
    me: HouseholdId,
    names: BTreeMap<HouseholdId, String>,
    films: BTreeMap<ClipId, FilmLink>,
    now: Timestamp,
}

/// A clip that an alert offers and this home has.
#[derive(Clone)]
pub(super) struct FilmLink {
    pub(super) clip: ClipId,
    pub(super) camera: String,
    pub(super) recorded: Moment,
    pub(super) mine: bool,
    /// Whether there is a picture of it.
    pub(super) drawn: bool,
}

impl Around {
    pub(super) fn of<'a>(
        household: &Household,
        me: HouseholdId,
        alerts: impl IntoIterator<Item = &'a AlertView>,
        now: Timestamp,
    ) -> Self {
        let members = household.members().into_iter();
        let offered = alerts.into_iter().flat_map(|view| &view.alert.clips);
        let offered: BTreeSet<_> = offered.copied().collect();
        let mut clips = match offered.is_empty() {
            true => Vec::new(),
            false => household.clips(),
        };
        clips.retain(|view| offered.contains(&view.manifest.clip));
        let owners = Names::around(household, &clips);
        let films = clips.iter().filter_map(|view| {
            let clip = view.manifest.clip;
            let (camera, recorded) = clip_words(&clips, clip, &owners, now)?;
            let film = FilmLink {
                clip,
                camera,
                recorded,
                mine: view.mine,
                drawn: false,
            };
            Some((clip, film))
        });
        Self {
            me,
            films: films.collect(),
            names: members
                .map(|member| (member.household, member.name.to_string()))
                .collect(),
            now,
        }
    }

    /// Gives a picture to each own film that this browser has open.
    #[must_use]
    pub(super) fn drawn(mut self, app: &App, session: Kept) -> Self {
        let own = self.films.values().filter(|film| film.mine);
        let drawn = drawable(&app.under_way, session, own.map(|film| film.clip));
        for clip in drawn {
            if let Some(film) = self.films.get_mut(&clip) {
                film.drawn = true;
            }
        }
        self
    }
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Path(alert): Path<String>,
    back: Result<Query<Back>, QueryRejection>,
) -> Result<Response, Problem> {
    let below = |error: Error| Problem::from(error).under("../".to_owned());
    let done = back.map(|Query(back)| back).unwrap_or_default().done;
    let alert = alert.parse::<StatementId>();
    let look = app.look(move |household, now| {
        let glimpse = household.alert(alert.ok()?).filter(Glimpse::is_shown)?;
        let view = glimpse.view(now);
        let status = household.status(now);
        let around = Around::of(household, status.household, [&view], now);
        Some((status, view, around))
    });
    let unknown = || Error::new(ErrorKind::NotFound, say!("street-no-alert"));
    let found = look.await.and_then(|found| found.ok_or_else(unknown));
    let (status, view, around) = found.map_err(below)?;
    let alert = AlertCard::new(&view, &around.drawn(&app, session));
    let frame = Frame::of(&status, app.handle.disk(), "");
    Ok(rendered(&Page {
        frame: Frame {
            root: "../".to_owned(),
            ..frame
        },
        notice: done.map(Button::done),
        alert,
    }))
}

/// An alert as it is drawn.
pub(super) struct AlertCard {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) kind_word: &'static str,
    pub(super) urgency: String,
    pub(super) urgency_word: &'static str,
    pub(super) urgent: bool,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) place: Option<String>,
    pub(super) author: Option<String>,
    pub(super) mine: bool,
    /// Whether everybody nearby can read it.
    pub(super) nearby: bool,
    /// Whether it came in the open, from somebody of another street.
    pub(super) outside: bool,
    /// The street of its author, if it is another one that ours knows.
    pub(super) next_door: Option<String>,
    /// What its author says of it now, to be read before the alert.
    pub(super) over: Option<Over>,
    /// How many clips its author says there are.
    pub(super) clips: Option<usize>,
    /// Those of them that this home has.
    pub(super) films: Vec<FilmLink>,
    /// How many neighbours saw it too.
    pub(super) confirmed: Option<usize>,
    /// Which buttons stand under it.
    pub(super) may: May,
    pub(super) comments: Vec<CommentLine>,
    pub(super) issued: Moment,
    pub(super) happened: Option<Moment>,
    pub(super) expires: Moment,
}

/// What this home can say about an alert with a button.
pub(super) struct May {
    /// It was not so, or is over.
    pub(super) end: bool,
    pub(super) close_comments: bool,
    pub(super) confirm: bool,
    pub(super) comment: bool,
    pub(super) flag: bool,
}

impl May {
    /// Whether there is more to say than one press.
    pub(super) const fn say_more(&self) -> bool {
        self.end || self.close_comments || self.comment || self.flag
    }

    fn of(view: &AlertView, me: HouseholdId) -> Self {
        let thread = &view.thread;
        let mine = view.author == Some(me);
        let goes_on = matches!(thread.progress, Progress::Active);
        Self {
            end: mine && goes_on,
            close_comments: mine && !thread.closed,
            confirm: !mine && goes_on && !thread.confirmations.contains(&me),
            comment: !thread.closed,
            flag: !mine && !thread.flags.contains_key(&me),
        }
    }
}

/// An alert that is not true, or not true any more.
pub(super) struct Over {
    pub(super) taken_back: bool,
    pub(super) reason: Option<String>,
}

/// What a neighbour added.
pub(super) struct CommentLine {
    pub(super) author: Option<String>,
    pub(super) text: String,
    pub(super) at: Moment,
}

impl AlertCard {
    pub(super) fn new(view: &AlertView, around: &Around) -> Self {
        let Around {
            me,
            names,
            films,
            now,
        } = around;
        let (me, now) = (*me, *now);
        let (alert, thread) = (&view.alert, &view.thread);
        let over = match &thread.progress {
            Progress::Active => None,
            Progress::Cancelled { reason, .. } => Some(Over {
                taken_back: true,
                reason: reason.as_ref().map(ToString::to_string),
            }),
            Progress::Resolved { .. } => Some(Over {
                taken_back: false,
                reason: None,
            }),
        };
        let comments = thread
            .comments
            .iter()
            .map(|(author, at, text)| CommentLine {
                author: names.get(author).cloned(),
                text: text.to_string(),
                at: Moment::new(*at, now),
            });
        let confirmed = thread.confirmations.len();
        let apart = alert.issued.since(alert.happened).as_secs() >= 60;
        Self {
            id: view.id.to_string(),
            kind: words::kind(alert.kind),
            kind_word: alert.kind.word(),
            urgency: words::urgency(thread.urgency),
            urgency_word: thread.urgency.word(),
            urgent: thread.urgency == Urgency::Urgent,
            title: thread.title.to_string(),
            text: thread.text.to_string(),
            place: alert.place.as_ref().map(ToString::to_string),
            author: view.author_name.as_ref().map(ToString::to_string),
            mine: view.author == Some(me),
            nearby: view.alert.audience == Audience::Nearby,
            outside: view.author.is_none(),
            next_door: view.next_door.as_ref().map(ToString::to_string),
            over,
            clips: (!alert.clips.is_empty()).then_some(alert.clips.len()),
            films: alert
                .clips
                .iter()
                .filter_map(|clip| films.get(clip).cloned())
                .collect(),
            confirmed: (confirmed > 0).then_some(confirmed),
            may: May::of(view, me),
            comments: comments.collect(),
            issued: Moment::new(alert.issued, now),
            happened: apart.then(|| Moment::new(alert.happened, now)),
            expires: Moment::new(alert.expires, now),
        }
    }
}
