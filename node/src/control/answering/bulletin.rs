//! `bulletin` and the directory of publishers.

use streetlamp_proto::household::{
    BulletinView, Command, DirectoryCommand, Household, Hush, PublisherView,
};
use streetlamp_proto::publisher::{Bulletin, Kind, PublisherId, Status};

use super::super::answers::{
    AsksDomains, BulletinExported, BulletinItem, KeyItem, Moment, Muted, OriginalItem,
    PublisherItem, warning,
};
use super::super::ids;
use crate::cap::{self, Carried};
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;

pub(super) async fn list(
    handle: &NodeHandle,
    publisher: Option<String>,
    all: bool,
) -> Result<Vec<BulletinItem>> {
    let only = match publisher {
        Some(given) => Some(named(handle, &given).await?),
        None => None,
    };
    let views = handle.read(Household::bulletins).await?;
    let views = views.iter().filter(|view| {
        (all || view.is_shown()) && only.is_none_or(|only| view.publisher.id == only)
    });
    Ok(views.map(item).collect())
}

pub(super) async fn export(handle: &NodeHandle, given: &str) -> Result<BulletinExported> {
    let views = handle.read(Household::bulletins).await?;
    let id = ids::resolve("bulletin", given, views.iter().map(|view| view.id))?;
    let view = views.iter().find(|view| view.id == id);
    let view = view.ok_or_else(super::unexpected)?;
    let (said, bulletin) = match &view.cancellation {
        Some((said, cancellation)) => (*said, cancellation),
        None => (view.said, &view.bulletin),
    };
    let made = match cap::carried(bulletin) {
        Carried::Nothing => "written",
        Carried::Message(_) => "carried",
        Carried::Contradiction => "contradicted",
    };
    Ok(BulletinExported {
        bulletin: id.to_string(),
        cap: cap::exported(bulletin, said, &view.publisher.domain, view.issued)?,
        made: made.to_owned(),
    })
}

pub(super) async fn mute(handle: &NodeHandle, what: &str, muted: bool) -> Result<Muted> {
    let (hush, life_safety_shown) = match what.parse::<Kind>() {
        Ok(kind) => (Hush::Kind(kind), !kind.is_life_safety()),
        Err(_) => (Hush::Publisher(named(handle, what).await?), true),
    };
    ask(handle, DirectoryCommand::Hush(hush, muted)).await?;
    Ok(Muted {
        what: match hush {
            Hush::Kind(kind) => kind.word().to_owned(),
            Hush::Publisher(publisher) => publisher.to_string(),
        },
        muted,
        life_safety_shown: !muted || life_safety_shown,
    })
}

pub(super) async fn publishers(handle: &NodeHandle) -> Result<Vec<PublisherItem>> {
    let views = handle.read(Household::publishers).await?;
    Ok(views.iter().map(publisher_item).collect())
}

pub(super) async fn pin(handle: &NodeHandle, given: &str) -> Result<PublisherItem> {
    let publisher = named(handle, given).await?;
    ask(handle, DirectoryCommand::Pin(publisher)).await?;
    one(handle, publisher).await
}

pub(super) async fn forget(handle: &NodeHandle, given: &str) -> Result<PublisherItem> {
    let publisher = named(handle, given).await?;
    let was = one(handle, publisher).await?;
    ask(handle, DirectoryCommand::Forget(publisher)).await?;
    Ok(was)
}

pub(super) async fn check(handle: &NodeHandle, given: &str) -> Result<PublisherItem> {
    let publisher = named(handle, given).await?;
    ask(handle, DirectoryCommand::Check(publisher)).await?;
    one(handle, publisher).await
}

pub(super) async fn domains(handle: &NodeHandle, asks: Option<bool>) -> Result<AsksDomains> {
    if let Some(asks) = asks {
        ask(handle, DirectoryCommand::AskDomains(asks)).await?;
    }
    let ask = handle.read(|household, _| household.asks_domains()).await?;
    Ok(AsksDomains { ask })
}

async fn ask(handle: &NodeHandle, command: DirectoryCommand) -> Result<()> {
    handle.command(Command::Directory(command)).await.map(drop)
}

async fn one(handle: &NodeHandle, publisher: PublisherId) -> Result<PublisherItem> {
    let views = handle.read(Household::publishers).await?;
    let view = views.iter().find(|view| view.id == publisher);
    view.map(publisher_item).ok_or_else(super::unexpected)
}

/// The publisher with this domain or name, or with an id that begins like this.
async fn named(handle: &NodeHandle, given: &str) -> Result<PublisherId> {
    let known = handle.read(Household::publishers).await?;
    let by_id = ids::resolve("publisher", given, known.iter().map(|view| view.id));
    if by_id.is_ok() {
        return by_id;
    }
    let wanted = given.trim().to_lowercase();
    let mut called = known.iter().filter(|view| {
        view.domain.as_str() == wanted || view.name.as_str().to_lowercase() == wanted
    });
    match (called.next(), called.next()) {
        (Some(only), None) => Ok(only.id),
        (Some(_), Some(_)) => Err(Error::new(
            ErrorKind::Invalid,
            format!(
                "more than one publisher goes by '{given}': give its id (see 'streetlamp publisher list')"
            ),
        )),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no publisher '{given}' here: see 'streetlamp publisher list'"),
        )),
    }
}

fn item(view: &BulletinView) -> BulletinItem {
    let said = &view.bulletin;
    BulletinItem {
        bulletin: view.id.to_string(),
        publisher: view.publisher.id.to_string(),
        publisher_name: view.publisher.name.to_string(),
        domain: view.publisher.domain.to_string(),
        domain_verified: view.publisher.domain_verified(),
        pinned: view.publisher.pinned,
        warning: view.publisher.warning.map(|w| warning(w).to_owned()),
        kind: said.kind.word().to_owned(),
        status: said.status.word().to_owned(),
        severity: said.severity.word().to_owned(),
        urgency: said.urgency.word().to_owned(),
        certainty: said.certainty.word().to_owned(),
        headline: said.headline.to_string(),
        text: said.text.to_string(),
        instruction: said.instruction.to_string(),
        contact: said.contact.to_string(),
        areas: said.area.cells().iter().map(ToString::to_string).collect(),
        issued: Moment(view.issued),
        updated: (said.issued > view.issued).then_some(Moment(said.issued)),
        expires: Moment(said.expires),
        state: match said.status {
            Status::Actual => view.state.word(),
            other => other.word(),
        }
        .to_owned(),
        muted: view.muted,
        received: Moment(view.received),
        original: original(said),
    }
}

fn original(said: &Bulletin) -> Option<OriginalItem> {
    match cap::carried(said) {
        Carried::Nothing => None,
        Carried::Message(message) => Some(OriginalItem {
            agrees: true,
            sent: Some(Moment(message.sent.time())),
            signature: Some(message.signature_state().to_owned()),
            sender: Some(message.sender),
            identifier: Some(message.identifier),
        }),
        Carried::Contradiction => Some(OriginalItem {
            agrees: false,
            sender: None,
            identifier: None,
            sent: None,
            signature: None,
        }),
    }
}

fn publisher_item(view: &PublisherView) -> PublisherItem {
    let confirmed = view.listing.confirmed;
    PublisherItem {
        publisher: view.id.to_string(),
        name: view.name.to_string(),
        domain: view.domain.to_string(),
        domain_verified: view.domain_verified(),
        domain_checked: confirmed.map(|(at, _)| Moment(at)),
        domain_asked: view.listing.asked.map(Moment),
        domain_checked_by: confirmed.map(|(_, way)| way.word().to_owned()),
        pinned: view.pinned,
        warning: view.warning.map(|w| warning(w).to_owned()),
        muted: view.muted,
        areas: view.area.cells().iter().map(ToString::to_string).collect(),
        keys: view
            .keys
            .iter()
            .map(|(key, since)| KeyItem {
                key: key.to_string(),
                since: since.map(Moment),
            })
            .collect(),
        first_seen: Moment(view.first_seen),
        bulletins: view.active,
    }
}
