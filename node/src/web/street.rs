//! The street page: what neighbours say, with a map of where, and the form to say something.

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Answer, BulletinView, Command, Glimpse, Household, StatusView};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::{TEXT_CHARS, TITLE_CHARS};
use tokio::time::Instant;

use super::App;
use super::alerts::{AlertCard, Around};
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
use super::stretch::{Cut, SHOWN, Stretch};
use super::words::Moment;
use crate::disk::Condition;
use crate::secret::Kept;

/// What the link may say: a fixed set of words, so that a forged link says nothing new.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    posted: Option<usize>,
    /// A clip to post with.
    clip: String,
}

/// What the page needs of the engine, taken in one look.
pub(super) struct Look {
    status: StatusView,
    disk: Condition,
    beginning: Beginning,
    feed: Feed,
    bulletins: Vec<BulletinView>,
    around: Around,
    /// The clip that the form is about.
    clip: Option<(String, Moment)>,
    now: Timestamp,
}

/// What is drawn of the alerts that this home holds.
struct Feed {
    /// Whether anything was said at all.
    any: bool,
    map: Option<SaidMap>,
    cut: Cut,
}

#[derive(Template)]
#[template(path = "street.html")]
struct Page {
    frame: Frame,
    on_a_street: bool,
    beginning: Beginning,
    refused: bool,
    notice: Option<String>,
    /// How many other browsers signed in since the list of them was looked at in this one.
    signed_in: Option<usize>,
    bulletins: Vec<BulletinCard>,
    alerts: Vec<AlertCard>,
    /// Whether anything was said at all.
    any: bool,
    filter: Filter,
    /// Whether newer alerts lie before these.
    is_further: bool,
    /// These alerts again, and those that follow.
    here: String,
    further: Option<String>,
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

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    query: Result<Query<Asked>, QueryRejection>,
    filter: Result<Query<Filter>, QueryRejection>,
    stretch: Result<Query<Stretch>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let filter = filter.map(|Query(filter)| filter).unwrap_or_default();
    let stretch = stretch.map(|Query(stretch)| stretch).unwrap_or_default();
    let posted = asked.posted.map(|homes| match homes {
        0 => say!("street-kept"),
        homes => say!("street-posted", homes = homes),
    });
    let form = AlertForm::about(asked.clip);
    let mut look = look(&app, form.clip(), &filter, &stretch).await?;
    look.around = look.around.drawn(&app, session);
    let mut page = Page::new(look, form, Complaints::default(), (filter, stretch));
    page.notice = posted;
    let signed_in = app.gate.sessions.unseen(session, Instant::now());
    page.signed_in = (signed_in > 0).then_some(signed_in);
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
    let page = Page::of_newest(&app, form, *wrong).await?;
    Ok((status, rendered(&page)).into_response())
}

/// The page once more after the passphrase was wrong.
pub(super) async fn unlock_failed(
    app: &App,
    status: StatusCode,
    why: String,
) -> Result<Response, Problem> {
    let (form, wrong) = (AlertForm::default(), Complaints::default());
    let mut page = Page::of_newest(app, form, wrong).await?;
    page.frame.unlock_failed = Some(why);
    Ok((status, rendered(&page)).into_response())
}

async fn look(
    app: &App,
    clip: Option<ClipId>,
    filter: &Filter,
    stretch: &Stretch,
) -> Result<Look, Problem> {
    let (filter, stretch) = (filter.clone(), stretch.clone());
    let disk = app.handle.disk();
    let home = app.handle.home().cell().cloned();
    let beginning = Beginning::at(home.as_ref());
    let look = app.look(move |household, now| {
        let status = household.status(now);
        let me = status.household;
        let feed = Feed::of(household, (&filter, &stretch), me, home.as_ref(), now);
        Look {
            around: Around::of(household, me, &feed.cut.alerts, now),
            status,
            disk,
            beginning,
            feed,
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
            now,
        }
    });
    Ok(look.await?)
}

impl Feed {
    /// Looks once at every alert, and takes along the few that are drawn.
    fn of(
        household: &Household,
        (filter, stretch): (&Filter, &Stretch),
        me: HouseholdId,
        home: Option<&Cell>,
        now: Timestamp,
    ) -> Self {
        let (mut any, mut placed, mut cutting) = (false, Vec::new(), stretch.begin());
        for glimpse in household.feed().filter(Glimpse::is_shown) {
            any = true;
            if !filter.fits_but_for_its_place(&glimpse, me, now) {
                continue;
            }
            // The map shows every place to choose from.
            let place = glimpse.alert.place.as_ref();
            placed.extend(place.map(|place| (place, glimpse.thread.urgency)));
            if filter.fits_its_place(&glimpse) {
                cutting.pass(glimpse);
            }
        }
        let chosen = filter.place();
        let chosen = chosen.as_ref().map_or("", |place| place.as_str());
        let map = SaidMap::of(placed.into_iter(), home, chosen);
        Self {
            any,
            // A map without a place tells nothing.
            map: map.filter(|map| !map.squares.is_empty()),
            cut: cutting.done(now),
        }
    }
}

impl Page {
    /// The page with what was said last.
    async fn of_newest(app: &App, form: AlertForm, wrong: Complaints) -> Result<Self, Problem> {
        let all = (Filter::default(), Stretch::default());
        let look = look(app, form.clip(), &all.0, &all.1).await?;
        Ok(Self::new(look, form, wrong, all))
    }

    fn new(
        look: Look,
        form: AlertForm,
        wrong: Complaints,
        (filter, stretch): (Filter, Stretch),
    ) -> Self {
        let Look {
            status,
            disk,
            beginning,
            feed: Feed { any, map, cut },
            bulletins,
            around,
            clip,
            now,
        } = look;
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
            signed_in: None,
            bulletins: bulletins
                .iter()
                .filter(|view| filter.fits_bulletin(view))
                .take(SHOWN)
                .map(|view| BulletinCard::new(view, now))
                .collect(),
            alerts: cut
                .alerts
                .iter()
                .map(|view| AlertCard::new(view, &around))
                .collect(),
            any,
            is_further: stretch.is_further(),
            here: filter.link(&cut.again),
            further: cut.further.map(|further| filter.link(&further)),
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
