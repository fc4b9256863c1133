//! What is asked about people beyond the street: knocks, cells that are listened to, streets next door.

use std::time::Duration;

use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::{Answer, Command, Failure, Household, KnockView, LinkView};
use streetlamp_proto::identity::Name;
use streetlamp_proto::open::{Greeting, Radius};
use streetlamp_proto::street::Introduction;

use super::{invalid, unexpected};
use crate::control::answers::{Hearing, Introduced, KnockItem, Knocked, LinkItem, Linked, Moment};
use crate::error::Result;
use crate::node::NodeHandle;

pub(super) async fn knock(
    handle: &NodeHandle,
    cell: Option<String>,
    text: &str,
    life: Duration,
) -> Result<Knocked> {
    let cell: Option<Cell> = cell
        .map(|text| text.parse())
        .transpose()
        .map_err(|e| invalid("cell", e))?;
    let command = if life.is_zero() {
        Command::StopKnocking
    } else {
        Command::Knock {
            cell,
            greeting: Greeting::clean(text).map_err(|e| invalid("text", e))?,
            life,
        }
    };
    match handle.command(command).await? {
        Answer::Knock {
            knock,
            expires,
            reached,
        } => Ok(Knocked {
            knock: Some(knock.to_string()),
            expires: Some(Moment(expires)),
            reached,
        }),
        Answer::Done => Ok(Knocked {
            knock: None,
            expires: None,
            reached: 0,
        }),
        _ => Err(unexpected()),
    }
}

pub(super) async fn knocks(handle: &NodeHandle) -> Result<Vec<KnockItem>> {
    let knocks = handle.read(|household, _| household.knocks()).await?;
    let item = |view: KnockView| KnockItem {
        knock: view.id.to_string(),
        household: view.household.to_string(),
        name: view.name.to_string(),
        cell: view.cell.to_string(),
        text: view.greeting.to_string(),
        received: Moment(view.received),
        expires: Moment(view.expires),
    };
    Ok(knocks.into_iter().map(item).collect())
}

pub(super) async fn nearby(handle: &NodeHandle, radius: Option<String>) -> Result<Hearing> {
    if let Some(radius) = radius {
        let radius: Radius = radius.parse().map_err(|e| invalid("radius", e))?;
        handle.command(Command::Listen(radius)).await?;
    }
    let (radius, cells) = handle
        .read(|household, _| (household.radius(), household.cells_heard()))
        .await?;
    Ok(Hearing {
        radius: radius.to_string(),
        cells: cells.iter().map(Cell::to_string).collect(),
    })
}

pub(super) async fn introduce(handle: &NodeHandle) -> Result<Introduced> {
    let introduction = handle
        .read(|household, _| household.introduction())
        .await??;
    Ok(Introduced {
        introduction: introduction.to_string(),
        name: introduction.name.to_string(),
        keys: introduction.keys.len(),
    })
}

pub(super) async fn link(handle: &NodeHandle, introduction: &str) -> Result<Linked> {
    let introduction: Introduction = introduction.parse().map_err(Failure::from)?;
    let linked = Linked {
        name: introduction.name.to_string(),
        keys: introduction.keys.len(),
    };
    handle
        .command(Command::Link(Box::new(introduction)))
        .await?;
    Ok(linked)
}

pub(super) async fn unlink(handle: &NodeHandle, name: &str) -> Result<Linked> {
    let name = Name::clean(name).map_err(|e| invalid("name of the street", e))?;
    handle.command(Command::Unlink(name.clone())).await?;
    Ok(Linked {
        name: name.to_string(),
        keys: 0,
    })
}

pub(super) async fn links(handle: &NodeHandle) -> Result<Vec<LinkItem>> {
    let links = handle.read(Household::links).await?;
    let item = |view: LinkView| LinkItem {
        name: view.name.to_string(),
        keys: view.keys,
        by: view.by.to_string(),
        by_name: view.by_name.map(|name| name.to_string()),
        issued: Moment(view.issued),
        expires: Moment(view.expires),
    };
    Ok(links.into_iter().map(item).collect())
}
