//! What goes over a publisher's command socket. The socket itself is that of a home (`control`).

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use streetlamp_proto::publisher::{Area, DeskCommand, Draft, Relayed, Revision};
use streetlamp_proto::signed::StatementId;
use tokio::net::UnixListener;
use zeroize::Zeroizing;

use super::{PublisherHandle, PublisherHome, second_key};
use crate::control::answers::{Moment, OwnBulletinItem, PublisherShown, Said};
use crate::control::{self, Connection};
use crate::error::{Error, ErrorKind, Result};

/// What the command line wants of a publisher.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DeskRequest {
    /// Say something.
    Publish {
        /// What.
        draft: Box<DraftWords>,
        /// The file with the second key. The node opens it itself: it runs as the same officer.
        second_key: Option<PathBuf>,
    },
    /// Say it anew.
    Update {
        /// Which.
        bulletin: String,
        /// What is different.
        revision: Box<RevisionWords>,
        /// The file with the second key.
        second_key: Option<PathBuf>,
    },
    /// Take it back.
    Cancel {
        /// Which.
        bulletin: String,
    },
    /// Say what a message of another system says, once.
    Relay {
        /// What it says.
        message: Box<RelayedWords>,
        /// The file with the second key.
        second_key: Option<PathBuf>,
    },
    /// The publisher at a glance.
    Show,
}

/// A bulletin as it was typed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftWords {
    /// The kind's word.
    pub kind: String,
    /// The status's word.
    pub status: String,
    /// The severity's word.
    pub severity: String,
    /// The urgency's word.
    pub urgency: String,
    /// The certainty's word.
    pub certainty: String,
    /// Cells; all of the publisher's area if there are none.
    pub area: Vec<String>,
    /// In one line.
    pub headline: String,
    /// In more words.
    pub text: String,
    /// What to do.
    pub instruction: String,
    /// Whom to call or write to.
    pub contact: String,
    /// How long it lives.
    pub life_ms: u64,
}

/// A message of another system, as it was read. The reading is not done by the node that speaks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayedWords {
    /// What it is called there.
    pub origin: String,
    /// The earlier ones that it is about.
    pub references: Vec<String>,
    /// What it says; nothing if it takes those back.
    pub says: Option<DraftWords>,
    /// The message itself, if it can be carried.
    pub original: Option<String>,
}

impl RelayedWords {
    /// Its headline, if it says something.
    pub fn headline(&self) -> Option<String> {
        self.says.as_ref().map(|says| says.headline.clone())
    }

    fn command(&self, second: Option<Box<SigningKey>>) -> Result<DeskCommand> {
        let original = self.original.as_ref();
        let original = original.map(|text| word("message", text)).transpose()?;
        let references = self.references.iter();
        let references = references
            .map(|name| word("reference", name))
            .collect::<Result<_>>()?;
        let says = match &self.says {
            Some(draft) => Relayed::Says(Draft {
                original,
                ..draft.draft()?
            }),
            None => Relayed::TakesBack(original),
        };
        Ok(DeskCommand::Relay {
            origin: word("name of the message", &self.origin)?,
            references,
            says: Box::new(says),
            second,
        })
    }
}

/// What an update changes, as it was typed.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisionWords {
    /// The new headline.
    pub headline: Option<String>,
    /// The new text.
    pub text: Option<String>,
    /// What to do from now on.
    pub instruction: Option<String>,
    /// The severity's word.
    pub severity: Option<String>,
    /// The urgency's word.
    pub urgency: Option<String>,
    /// The certainty's word.
    pub certainty: Option<String>,
    /// How long it lives from now on.
    pub life_ms: Option<u64>,
}

impl DraftWords {
    fn draft(&self) -> Result<Draft> {
        let cells = self.area.iter().map(|cell| word("area", cell));
        let cells: Vec<_> = cells.collect::<Result<_>>()?;
        let area = match cells.is_empty() {
            true => None,
            false => Some(Area::of(cells).map_err(|e| invalid("area", e))?),
        };
        Ok(Draft {
            status: word("status", &self.status)?,
            kind: word("kind", &self.kind)?,
            severity: word("severity", &self.severity)?,
            urgency: word("urgency", &self.urgency)?,
            certainty: word("certainty", &self.certainty)?,
            area,
            headline: clean(
                "headline",
                &self.headline,
                streetlamp_proto::text::Line::clean,
            )?,
            text: clean("text", &self.text, streetlamp_proto::text::Prose::clean)?,
            instruction: clean(
                "instruction",
                &self.instruction,
                streetlamp_proto::text::Prose::clean,
            )?,
            contact: clean(
                "contact",
                &self.contact,
                streetlamp_proto::text::Prose::clean,
            )?,
            life: Duration::from_millis(self.life_ms),
            original: None,
        })
    }
}

impl RevisionWords {
    fn revision(&self) -> Result<Revision> {
        use streetlamp_proto::text::{Line, Prose};
        fn each<T>(
            given: Option<&String>,
            read: impl FnOnce(&String) -> Result<T>,
        ) -> Result<Option<T>> {
            given.map(read).transpose()
        }
        Ok(Revision {
            headline: each(self.headline.as_ref(), |text| {
                clean("headline", text, Line::clean)
            })?,
            text: each(self.text.as_ref(), |text| clean("text", text, Prose::clean))?,
            instruction: each(self.instruction.as_ref(), |text| {
                clean("instruction", text, Prose::clean)
            })?,
            severity: each(self.severity.as_ref(), |given| word("severity", given))?,
            urgency: each(self.urgency.as_ref(), |given| word("urgency", given))?,
            certainty: each(self.certainty.as_ref(), |given| word("certainty", given))?,
            life: self.life_ms.map(Duration::from_millis),
            ..Revision::default()
        })
    }
}

/// Reaches the publisher that runs from a directory.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if none runs.
pub fn connect(home: &PublisherHome) -> Result<Connection> {
    control::connect_at(home.dir(), "streetlamp publisher run")
}

/// Answers the command line until `shutdown`.
pub(super) fn serve(
    handle: PublisherHandle,
    dir: PathBuf,
    listener: UnixListener,
    shutdown: impl Future<Output = ()>,
) -> impl Future<Output = ()> {
    let converse = move |stream| {
        let handle = handle.clone();
        control::converse_once(stream, async move |request| answer(&handle, request).await)
    };
    async move { control::serve_at(&dir, listener, converse, shutdown).await }
}

async fn answer(handle: &PublisherHandle, request: DeskRequest) -> Result<Zeroizing<Vec<u8>>> {
    let second = |file: Option<PathBuf>| -> Result<_> {
        let key = file.map(|file| second_key(&file)).transpose()?;
        Ok(key.map(Box::new))
    };
    let command = match request {
        DeskRequest::Publish { draft, second_key } => DeskCommand::Publish {
            draft: Box::new(draft.draft()?),
            second: second(second_key)?,
        },
        DeskRequest::Update {
            bulletin,
            revision,
            second_key,
        } => DeskCommand::Update {
            bulletin: named(handle, &bulletin).await?,
            change: Box::new(revision.revision()?),
            second: second(second_key)?,
        },
        DeskRequest::Cancel { bulletin } => DeskCommand::Cancel(named(handle, &bulletin).await?),
        DeskRequest::Relay {
            message,
            second_key,
        } => message.command(second(second_key)?)?,
        DeskRequest::Show => return control::answered(&shown(handle).await?),
    };
    let published = handle.command(command).await?;
    control::answered(&Said {
        bulletin: published.answer.bulletin.to_string(),
        said: published.answer.said.to_string(),
        state: if published.heard { "sent" } else { "queued" }.to_owned(),
        whole: published.answer.whole,
    })
}

async fn named(handle: &PublisherHandle, given: &str) -> Result<StatementId> {
    let known = handle.glance().await?.bulletins;
    control::resolve("bulletin", given, known.iter().map(|own| own.id))
}

async fn shown(handle: &PublisherHandle) -> Result<PublisherShown> {
    let glance = handle.glance().await?;
    let said = glance.binding.statement();
    let bulletins = glance.bulletins.iter().map(|own| OwnBulletinItem {
        bulletin: own.id.to_string(),
        kind: own.bulletin.kind.word().to_owned(),
        status: own.bulletin.status.word().to_owned(),
        headline: own.bulletin.headline.to_string(),
        issued: Moment(own.bulletin.issued),
        expires: Moment(own.bulletin.expires),
        state: own.state.word().to_owned(),
    });
    Ok(PublisherShown {
        publisher: glance.binding.publisher().to_string(),
        name: said.name.to_string(),
        domain: said.domain.to_string(),
        areas: said.area.cells().iter().map(ToString::to_string).collect(),
        homes_connected: glance.homes,
        listen: glance.listen,
        bulletins: bulletins.collect(),
    })
}

fn word<T: std::str::FromStr<Err: std::fmt::Display>>(what: &str, given: &str) -> Result<T> {
    given.parse().map_err(|e| invalid(what, e))
}

fn clean<T>(
    what: &str,
    given: &str,
    clean: impl FnOnce(&str) -> std::result::Result<T, streetlamp_proto::text::TextError>,
) -> Result<T> {
    clean(given).map_err(|e| invalid(what, e))
}

fn invalid(what: &str, error: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Invalid,
        format!("the {what} cannot be used: {error}"),
    )
}
