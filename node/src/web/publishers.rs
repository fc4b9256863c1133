//! The directory: who may speak here, where, under which keys, and what the resident wants to hear of it.
//!
//! Nothing on this page reaches a publisher: muting and pinning change what this home shows, and nobody else learns of
//! it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::{
    Command, DirectoryCommand, Failure, Hush, PublisherView, StatusView,
};
use streetlamp_proto::publisher::{Kind, PublisherId};
use streetlamp_proto::time::Timestamp;

use super::App;
use super::bulletins::{careful, kind, standing};
use super::form::Fields;
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, say};
use super::map::Map;
use super::problem::{Problem, rendered};
use super::words::Moment;
use crate::error::{Error, ErrorKind};

#[derive(Template)]
#[template(path = "publishers.html")]
struct Page {
    frame: Frame,
    publishers: Vec<PublisherCard>,
    /// Kinds that can be muted with one press.
    kinds: Vec<KindRow>,
    /// Kinds that lives may hang on.
    life_safety: Vec<KindRow>,
    asks_domains: bool,
}

/// A publisher as it is drawn.
struct PublisherCard {
    id: String,
    name: String,
    standing: String,
    warning: Option<String>,
    /// Whether its domain or the resident vouches for it.
    known: bool,
    pinned: bool,
    muted: bool,
    area: String,
    /// Whether this home lies in its area; nothing if it is not known where this home lies.
    inside: Option<bool>,
    map: Option<Map>,
    keys: Vec<KeyLine>,
    first_seen: Moment,
    holds: String,
}

/// A key of a publisher, and since when.
struct KeyLine {
    key: String,
    since: Option<Moment>,
}

/// A kind of bulletin.
struct KindRow {
    word: &'static str,
    name: String,
    muted: bool,
}

/// What the resident decides.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    act: String,
    publisher: String,
    kind: String,
    /// Said twice for what lives may hang on.
    sure: String,
}

/// What the page needs of the engine, taken in one look.
struct Look {
    status: StatusView,
    publishers: Vec<PublisherView>,
    hushed: Vec<Kind>,
    home: Option<Cell>,
    heard: Vec<Cell>,
    asks_domains: bool,
    now: Timestamp,
}

pub(super) async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let look = app.look(|household, now| Look {
        status: household.status(now),
        publishers: household.publishers(now),
        hushed: household.hushed().1,
        home: household.home_cell().cloned(),
        heard: household.cells_heard(),
        asks_domains: household.asks_domains(),
        now,
    });
    let look = look.await?;
    let all = Kind::ALL.iter().copied();
    let (life_safety, kinds) = all.partition(|kind| kind.is_life_safety());
    let rows = |kinds: Vec<Kind>| {
        let row = |of: Kind| KindRow {
            word: of.word(),
            name: kind(of),
            muted: look.hushed.contains(&of),
        };
        kinds.into_iter().map(row).collect()
    };
    Ok(rendered(&Page {
        frame: Frame::of(&look.status, app.handle.disk(), "publishers"),
        publishers: look.publishers.iter().map(|view| look.card(view)).collect(),
        kinds: rows(kinds),
        life_safety: rows(life_safety),
        asks_domains: look.asks_domains,
    }))
}

pub(super) async fn decide(
    State(app): State<App>,
    Fields(decision): Fields<Decision>,
) -> Result<Response, Problem> {
    let command = decision.command()?;
    if let DirectoryCommand::Hush(Hush::Publisher(id), _) = command {
        let known = app.handle.read(move |household, now| {
            let mut publishers = household.publishers(now).into_iter();
            publishers.any(|view| view.id == id)
        });
        if !known.await? {
            return Err(Error::from(Failure::Unknown("publisher")).into());
        }
    }
    app.handle.command(Command::Directory(command)).await?;
    Ok(see_other("./publishers"))
}

impl Decision {
    fn command(&self) -> Result<DirectoryCommand, Error> {
        let publisher = || self.publisher.parse::<PublisherId>();
        let unreadable = |_| refused(say!("frame-form-unread"));
        let what = match self.kind.is_empty() {
            true => Hush::Publisher(publisher().map_err(unreadable)?),
            false => {
                let kind = self.kind.parse::<Kind>();
                Hush::Kind(kind.map_err(|_| refused(say!("frame-form-unread")))?)
            }
        };
        match (self.act.as_str(), what) {
            ("mute", Hush::Kind(kind)) if kind.is_life_safety() && self.sure != "yes" => {
                Err(refused(say!("publishers-be-sure")))
            }
            ("mute", what) => Ok(DirectoryCommand::Hush(what, true)),
            ("unmute", what) => Ok(DirectoryCommand::Hush(what, false)),
            ("pin", Hush::Publisher(publisher)) => Ok(DirectoryCommand::Pin(publisher)),
            _ => Err(refused(say!("frame-form-unread"))),
        }
    }
}

fn refused(words: String) -> Error {
    Error::new(ErrorKind::Invalid, words)
}

impl Look {
    fn card(&self, view: &PublisherView) -> PublisherCard {
        let cells = view.area.cells();
        let names: Vec<_> = cells.iter().map(Cell::to_string).collect();
        PublisherCard {
            id: view.id.to_string(),
            name: view.name.to_string(),
            standing: standing(view),
            warning: view.warning.map(careful),
            known: view.pinned || view.domain_verified(),
            pinned: view.pinned,
            muted: view.muted,
            area: names.join(" "),
            inside: self.home.as_ref().map(|home| view.area.touches(home)),
            map: Map::of(&view.area, self.home.as_ref(), &self.heard),
            keys: view
                .keys
                .iter()
                .map(|(key, since)| KeyLine {
                    key: key.to_string(),
                    since: since.map(|since| Moment::new(since, self.now)),
                })
                .collect(),
            first_seen: Moment::new(view.first_seen, self.now),
            holds: say!("publishers-holds", n = view.active),
        }
    }
}
