//! What is asked about keepers.

use streetlamp_proto::household::{Answer, Command, Direction, KeeperCommand, KeeperView};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;

use super::street::neighbour;
use super::unexpected;
use crate::control::answers::{
    KeeperItem, LeaseEnded, Leased, LetGoItem, Moment, Offered, Proven, Recalled,
};
use crate::control::ids;
use crate::error::Result;
use crate::node::NodeHandle;

pub(super) async fn offer(handle: &NodeHandle, bytes: Option<u64>) -> Result<Offered> {
    if let Some(bytes) = bytes {
        let offer = KeeperCommand::Offer(bytes);
        handle.command(Command::Keeper(offer)).await?;
    }
    let ((bytes, leased), views) = handle
        .read(|household, _| (household.room(), household.keepers()))
        .await?;
    let here = views.iter();
    let here = here.filter(|view| view.direction == Direction::TheirsHere);
    Ok(Offered {
        bytes,
        leased,
        held: here.clone().map(|view| view.held).sum(),
        let_go: here.filter_map(|view| Some(view.let_go?.bytes)).sum(),
    })
}

pub(super) async fn ask(
    handle: &NodeHandle,
    household: &str,
    bytes: u64,
    until_ms: u64,
) -> Result<Leased> {
    let ask = KeeperCommand::Ask {
        household: neighbour(handle, household).await?,
        bytes,
        until: Timestamp::from_ms(until_ms),
    };
    match handle.command(Command::Keeper(ask)).await? {
        Answer::Lease {
            keeper,
            bytes,
            until,
        } => Ok(Leased {
            household: keeper.to_string(),
            bytes,
            until: Moment(until),
        }),
        _ => Err(unexpected()),
    }
}

pub(super) async fn list(handle: &NodeHandle) -> Result<Vec<KeeperItem>> {
    let views = handle.read(|household, _| household.keepers()).await?;
    Ok(views.into_iter().map(item).collect())
}

pub(super) async fn end(handle: &NodeHandle, household: &str) -> Result<LeaseEnded> {
    let with = party(handle, household).await?;
    let end = KeeperCommand::End(with);
    handle.command(Command::Keeper(end)).await?;
    Ok(LeaseEnded {
        household: with.to_string(),
    })
}

pub(super) async fn check(handle: &NodeHandle, household: &str) -> Result<Proven> {
    let keeper = party(handle, household).await?;
    let check = KeeperCommand::Check(keeper);
    match handle.command(Command::Keeper(check)).await? {
        Answer::Checked {
            keeper,
            clip,
            finding,
        } => Ok(Proven {
            household: keeper.to_string(),
            clip: clip.to_string(),
            finding: finding.word().to_owned(),
        }),
        _ => Err(unexpected()),
    }
}

pub(super) async fn recall(handle: &NodeHandle, household: &str) -> Result<Recalled> {
    let from = neighbour(handle, household).await?;
    let recalled = handle.recall_clips(from).await?;
    Ok(Recalled {
        household: from.to_string(),
        clips: recalled.clips,
        let_go: recalled.let_go,
    })
}

/// The other side of a lease: it may have left the street since.
async fn party(handle: &NodeHandle, given: &str) -> Result<HouseholdId> {
    let views = handle.read(|household, _| household.keepers()).await?;
    let mut known: Vec<_> = views
        .into_iter()
        .map(|view| {
            let name = view.name.map_or_else(String::new, |name| name.to_string());
            (view.household, name)
        })
        .collect();
    known.sort_unstable_by_key(|(household, _)| *household);
    known.dedup_by_key(|(household, _)| *household);
    ids::household(given, &known)
}

pub(super) fn item(view: KeeperView) -> KeeperItem {
    KeeperItem {
        household: view.household.to_string(),
        name: view.name.map(|name| name.to_string()),
        direction: view.direction.word().to_owned(),
        bytes: view.bytes,
        held: view.held,
        clips: view.clips,
        let_go: view.let_go.map(|let_go| LetGoItem {
            clips: let_go.clips,
            bytes: let_go.bytes,
            until: Moment(let_go.until),
        }),
        until: Moment(view.until),
        last_checked: view.last_checked.map(Moment),
        ledger_seq: view.ledger_seq,
        state: view.state.word().to_owned(),
    }
}
