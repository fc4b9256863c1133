//! The street page: what neighbours say, with a map of where, and the form to say something.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::alert::{Audience, Progress, Urgency};
use streetlamp_proto::cell::Cell;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{AlertView, Answer, BulletinView, Command, StatusView};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::{TEXT_CHARS, TITLE_CHARS};

use super::App;
use super::bulletins::BulletinCard;
use super::clips::{Names, clip_words};
use super::draft::{AlertForm, Choice, Complaints};
use super::feed::Filter;
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, refusal, say};
use super::map::SaidMap;
use super::neighbours::Beginning;
use super::problem::{Problem, rendered, status_of};
use super::saying::Button;
use super::words::{self, Moment};
use crate::disk::Condition;

/// Alerts that are drawn unless all are asked for. A phone draws this many at once.
const SHOWN: usize = 50;

/// What the link may say: a fixed set of words, so that a forged link says nothing new.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    all: bool,
    posted: Option<usize>,
    /// A clip to post with.
    clip: String,
    done: Option<Button>,
}

/// What the page needs of the engine, taken in one look.
pub(super) struct Look {
    status: StatusView,
    disk: Condition,
    beginning: Beginning,
    home: Option<Cell>,
    alerts: Vec<AlertView>,
    bulletins: Vec<BulletinView>,
    names: BTreeMap<HouseholdId, String>,
    /// The clip that the form is about.
    clip: Option<(String, Moment)>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "street.html")]
struct Page {
    frame: Frame,
    on_a_street: bool,
    beginning: Beginning,
    refused: bool,
    notice: Option<String>,
    bulletins: Vec<BulletinCard>,
    alerts: Vec<AlertCard>,
    hidden: usize,
    /// Whether anything was said at all.
    any: bool,
    filter: Filter,
    /// This page, and the same with everything that is further back.
    here: String,
    link_all: String,
    map: Option<SaidMap>,
    form: AlertForm,
    wrong: Complaints,
    kinds: Vec<Choice>,
    urgencies: Vec<Choice>,
    audiences: Vec<Choice>,
    lives: Vec<Choice>,
    streets: Vec<Choice>,
    /// The clip that the form is about: its id, its camera, and when it was recorded.
    clip: Option<(ClipId, String, Moment)>,
    title_chars: usize,
    text_chars: usize,
}

/// An alert as it is drawn.
struct AlertCard {
    id: String,
    kind: String,
    kind_word: &'static str,
    urgency: String,
    urgency_word: &'static str,
    urgent: bool,
    title: String,
    text: String,
    place: Option<String>,
    author: Option<String>,
    mine: bool,
    /// Whether everybody nearby can read it.
    nearby: bool,
    /// Whether it came in the open, from somebody of another street.
    outside: bool,
    /// The street of its author, if it is another one that ours knows.
    next_door: Option<String>,
    /// What its author says of it now, to be read before the alert.
    over: Option<Over>,
    /// How many clips its author says there are.
    clips: Option<usize>,
    /// How many neighbours saw it too.
    confirmed: Option<usize>,
    /// Which buttons stand under it.
    may: May,
    comments: Vec<CommentLine>,
    issued: Moment,
    happened: Option<Moment>,
    expires: Moment,
}

/// What this home can say about an alert with a button.
struct May {
    /// It was not so, or is over.
    end: bool,
    close_comments: bool,
    confirm: bool,
    comment: bool,
    flag: bool,
}

impl May {
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
struct Over {
    taken_back: bool,
    reason: Option<String>,
}

/// What a neighbour added.
struct CommentLine {
    author: Option<String>,
    text: String,
    at: Moment,
}

pub(super) async fn show(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let filter = filter.map(|Query(filter)| filter).unwrap_or_default();
    let posted = asked.posted.map(|homes| match homes {
        0 => say!("street-kept"),
        homes => say!("street-posted", homes = homes),
    });
    let notice = posted.or_else(|| asked.done.map(Button::done));
    let form = AlertForm::about(asked.clip);
    let look = look(&app, form.clip()).await?;
    let mut page = Page::new(look, form, Complaints::default(), (filter, asked.all));
    page.notice = notice;
    Ok(rendered(&page))
}

pub(super) async fn post(
    State(app): State<App>,
    Fields(form): Fields<AlertForm>,
) -> Result<Response, Problem> {
    let (status, wrong) = match form.draft() {
        Ok(draft) => match app.handle.command(Command::PostAlert(draft)).await {
            Ok(Answer::Alert { reached, .. }) => {
                return Ok(see_other(&format!("./?posted={reached}")));
            }
            Ok(_) => return Ok(see_other("./")),
            Err(error) => {
                let whole = Some(refusal(&error));
                (
                    status_of(error.kind()),
                    Box::new(Complaints {
                        whole,
                        ..Complaints::default()
                    }),
                )
            }
        },
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
    };
    let page = Page::new(
        look(&app, form.clip()).await?,
        form,
        *wrong,
        (Filter::default(), false),
    );
    Ok((status, rendered(&page)).into_response())
}

/// The page once more after the passphrase was wrong.
pub(super) async fn unlock_failed(
    app: &App,
    status: StatusCode,
    why: String,
) -> Result<Response, Problem> {
    let mut page = Page::new(
        look(app, None).await?,
        AlertForm::default(),
        Complaints::default(),
        (Filter::default(), false),
    );
    page.frame.unlock_failed = Some(why);
    Ok((status, rendered(&page)).into_response())
}

async fn look(app: &App, clip: Option<ClipId>) -> Result<Look, Problem> {
    let disk = app.handle.disk();
    let home = app.handle.home().cell().cloned();
    let beginning = Beginning::at(home.as_ref());
    let look = app.look(move |household, now| Look {
        status: household.status(now),
        disk,
        beginning,
        home,
        alerts: household
            .alerts(now)
            .into_iter()
            .filter(|view| !(view.muted || view.hidden))
            .collect(),
        bulletins: household
            .bulletins(now)
            .into_iter()
            .filter(BulletinView::is_shown)
            .collect(),
        clip: clip.and_then(|clip| {
            let clips: Vec<_> = household
                .clips()
                .into_iter()
                .filter(|view| view.mine)
                .collect();
            clip_words(&clips, clip, &Names::default(), now)
        }),
        names: household
            .members()
            .into_iter()
            .map(|member| (member.household, member.name.to_string()))
            .collect(),
        now,
    });
    Ok(look.await?)
}

impl Page {
    fn new(look: Look, form: AlertForm, wrong: Complaints, (filter, all): (Filter, bool)) -> Self {
        let Look {
            status,
            disk,
            beginning,
            home,
            alerts,
            bulletins,
            names,
            clip,
            now,
        } = look;
        let any = !alerts.is_empty();
        let me = status.household;
        let mut alerts = alerts;
        alerts.retain(|view| filter.fits_but_for_its_place(view, me, now));
        // The map shows every place to choose from.
        let placed = alerts
            .iter()
            .filter_map(|view| Some((view.alert.place.as_ref()?, view.thread.urgency)));
        let chosen = filter.place();
        let chosen = chosen.as_ref().map_or("", |place| place.as_str());
        let map = SaidMap::of(placed, home.as_ref(), chosen);
        // A map without a place tells nothing.
        let map = map.filter(|map| !map.squares.is_empty());
        alerts.retain(|view| filter.fits_its_place(view));
        let shown = if all { alerts.len() } else { SHOWN };
        let streets: Vec<_> = status
            .streets
            .iter()
            .map(|s| (s.street.to_string(), s.name.to_string()))
            .collect();
        Self {
            frame: Frame::of(&status, disk, ""),
            on_a_street: !status.streets.is_empty(),
            beginning,
            refused: wrong != Complaints::default(),
            notice: None,
            bulletins: bulletins
                .iter()
                .filter(|view| filter.fits_bulletin(view))
                .take(SHOWN)
                .map(|view| BulletinCard::new(view, now))
                .collect(),
            hidden: alerts.len().saturating_sub(shown),
            alerts: alerts
                .iter()
                .take(shown)
                .map(|view| AlertCard::new(view, &names, status.household, now))
                .collect(),
            any,
            here: filter.link(all),
            link_all: filter.link(true),
            map,
            filter,
            kinds: form.kinds(),
            urgencies: form.urgencies(),
            audiences: form.audiences(),
            lives: form.lives(),
            streets: form.streets(&streets),
            clip: form
                .clip()
                .zip(clip)
                .map(|(id, (camera, at))| (id, camera, at)),
            form,
            wrong,
            title_chars: TITLE_CHARS,
            text_chars: TEXT_CHARS,
        }
    }
}

impl AlertCard {
    fn new(
        view: &AlertView,
        names: &BTreeMap<HouseholdId, String>,
        me: HouseholdId,
        now: Timestamp,
    ) -> Self {
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
            confirmed: (confirmed > 0).then_some(confirmed),
            may: May::of(view, me),
            comments: comments.collect(),
            issued: Moment::new(alert.issued, now),
            happened: apart.then(|| Moment::new(alert.happened, now)),
            expires: Moment::new(alert.expires, now),
        }
    }
}
