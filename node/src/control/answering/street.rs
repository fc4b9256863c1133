//! What is asked about a street: founding, inviting, entering, and who is there.

use std::time::Duration;

use streetlamp_proto::alert::Reason;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::household::{Answer, Command, MemberView};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::street::Ticket;

use super::{invalid, unexpected};
use crate::control::answers::{Founded, Invited, Joined, MemberItem, Membership, Moment};
use crate::control::ids;
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;

pub(super) async fn found(
    handle: &NodeHandle,
    name: &str,
    cell: Option<String>,
    urgent_per_hour: u8,
) -> Result<Founded> {
    let called = Name::clean(name).map_err(|e| invalid("name of the street", e))?;
    let cell: Cell = match cell {
        Some(text) => text.parse().map_err(|e| invalid("cell", e))?,
        None => handle.home().cell().cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "this home has no cell: say where the street is with --cell CELL",
            )
        })?,
    };
    match handle
        .command(Command::FoundStreet {
            name: called.clone(),
            cell: cell.clone(),
            urgent_per_hour,
        })
        .await?
    {
        Answer::Street { street, epoch, .. } => Ok(Founded {
            street: street.to_string(),
            name: called.to_string(),
            cell: cell.to_string(),
            epoch,
        }),
        _ => Err(unexpected()),
    }
}

pub(super) async fn invite(handle: &NodeHandle, life: Duration) -> Result<Invited> {
    match handle
        .command(Command::Invite { street: None, life })
        .await?
    {
        Answer::Ticket(ticket) => Ok(Invited {
            ticket: ticket.to_string(),
            expires: Moment(ticket.expires),
            qr: None,
        }),
        _ => Err(unexpected()),
    }
}

pub(super) async fn join(handle: &NodeHandle, ticket: &str) -> Result<Joined> {
    let ticket: Ticket = ticket
        .parse()
        .map_err(streetlamp_proto::household::Failure::from)?;
    let name = ticket.name.to_string();
    let Answer::Street {
        street,
        inviter,
        epoch,
    } = handle.command(Command::Join(Box::new(ticket))).await?
    else {
        return Err(unexpected());
    };
    let inviter_name = match inviter {
        Some(inviter) => {
            handle
                .read(move |household, _| household.name_of(inviter))
                .await?
        }
        None => None,
    };
    Ok(Joined {
        street: street.to_string(),
        name,
        inviter: inviter.map(|id| id.to_string()),
        inviter_name: inviter_name.map(|name| name.to_string()),
        epoch,
    })
}

pub(super) async fn members(handle: &NodeHandle) -> Result<Vec<MemberItem>> {
    let members = handle.read(|household, _| household.members()).await?;
    Ok(members.into_iter().map(member_item).collect())
}

pub(super) async fn vouch(handle: &NodeHandle, household: &str) -> Result<Membership> {
    let household = neighbour(handle, household).await?;
    membership(handle.command(Command::Vouch(household)).await?)
}

pub(super) async fn remove(
    handle: &NodeHandle,
    household: &str,
    reason: &str,
) -> Result<Membership> {
    let household = neighbour(handle, household).await?;
    let reason = Reason::clean(reason).map_err(|e| invalid("reason", e))?;
    let remove = Command::Remove { household, reason };
    membership(handle.command(remove).await?)
}

pub(super) async fn leave(handle: &NodeHandle) -> Result<Membership> {
    membership(handle.command(Command::Leave(None)).await?)
}

pub(super) async fn mute(handle: &NodeHandle, household: &str, muted: bool) -> Result<Membership> {
    let household = neighbour(handle, household).await?;
    handle.command(Command::Mute { household, muted }).await?;
    let streets = handle.read(|household, _| household.streets()).await?;
    Ok(Membership {
        household: household.to_string(),
        epoch: streets.first().map_or(0, |street| street.epoch),
        gone: false,
    })
}

/// The neighbour whom a resident means.
pub(super) async fn neighbour(handle: &NodeHandle, given: &str) -> Result<HouseholdId> {
    let members = handle.read(|household, _| household.members()).await?;
    let members: Vec<_> = members
        .into_iter()
        .map(|view| (view.household, view.name))
        .collect();
    ids::household(given, &members)
}

fn membership(answer: Answer) -> Result<Membership> {
    match answer {
        Answer::Membership {
            household,
            epoch,
            gone,
        } => Ok(Membership {
            household: household.to_string(),
            epoch,
            gone,
        }),
        _ => Err(unexpected()),
    }
}

fn member_item(view: MemberView) -> MemberItem {
    MemberItem {
        household: view.household.to_string(),
        name: view.name.to_string(),
        me: view.me,
        vouches: view.vouches.iter().map(HouseholdId::to_string).collect(),
        new: view.new,
        muted: view.muted,
        removal_votes: view.votes.iter().map(HouseholdId::to_string).collect(),
        connected: view.connected,
        last_heard: view.last_heard.map(Moment),
    }
}
