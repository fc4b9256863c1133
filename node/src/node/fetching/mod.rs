//! Getting the sealed bytes of a clip back or over: from everybody who has them at the same time, with resume.
//!
//! A home's line is narrow on its way out and wide on its way in, so that one clip comes as fast as all who hold it can
//! send together. `work` deals the pieces out; here is whom to ask, and what it says of somebody if they do not come.

mod work;

use std::ops::Range;
use std::time::Duration;

use futures::future;
use futures::stream::{FuturesUnordered, StreamExt};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::fetch::Right;
use streetlamp_proto::household::{Command, Finding, Holder, KeeperCommand};
use streetlamp_proto::identity::DeviceId;

use super::handle::{FetchedClip, NodeHandle};
use super::sealed::{self, Coming, Trouble};
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};
use work::Work;

/// Requests that one of several holders has before it at a time. While one is answered the next is on its way, so that
/// its line never waits for us.
const LANES: usize = 2;

/// How often a device is asked for a piece: when many come at the same moment, a home may not hear one of them, and that
/// looks like a refusal. Also how often it is asked to go on after the connection was cut.
const TRIES: u32 = 3;
/// Between the first and the second time; longer afterwards.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) async fn fetch(
    node: &NodeHandle,
    clip: ClipId,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<FetchedClip> {
    let plan = node.read(move |household, _| household.fetch_plan(clip));
    let plan = plan.await?.ok_or_else(|| {
        let message = "no grant for this clip is here: its owner has to give you one";
        Error::new(ErrorKind::NotFound, message)
    })?;
    let sealed_len = plan.sealed_len;
    let vault = &node.shared.vault;
    let me = node.read(|household, _| household.me().household()).await?;
    if block(|| vault.is_whole(clip, sealed_len)) {
        node.command(Command::ClipArrived(clip)).await?;
        return Ok(FetchedClip {
            clip,
            sealed_len,
            from: me,
            also_from: Vec::new(),
        });
    }
    node.shared.disk.has_room_for(sealed_len)?;
    let lanes = if plan.holders.len() > 1 { LANES } else { 1 };
    let arriving = vault.arriving(clip, sealed_len)?;
    let work = Work::new(arriving, sealed_len, plan.holders.len() * lanes, progress);
    let holders = plan.holders.iter();
    let mut asked: FuturesUnordered<_> = holders
        .map(|holder| all_of(node, holder, &plan.right, lanes, &work))
        .collect();
    let mut last = Error::new(
        ErrorKind::Unavailable,
        "the sealed bytes of this clip are not here, and nobody who has them is known",
    );
    while let Some(given) = asked.next().await {
        match given {
            Err(Trouble::Disk(error)) => return Err(error),
            Err(trouble) => last = trouble.into(),
            Ok(()) => {}
        }
        if work.is_done() {
            break;
        }
    }
    drop(asked);
    let Some((arriving, mut also_from)) = work.done() else {
        return Err(last);
    };
    let from = match also_from.is_empty() {
        true => me,
        false => also_from.remove(0),
    };
    block(|| arriving.finish())?;
    node.command(Command::ClipArrived(clip)).await?;
    tell_owner(node, &plan.holders, plan.right, sealed_len).await;
    Ok(FetchedClip {
        clip,
        sealed_len,
        from,
        also_from,
    })
}

/// Has one household give what it can, by one of its devices after the other.
async fn all_of<F: Fn(u64, u64) + Send + Sync>(
    node: &NodeHandle,
    holder: &Holder,
    right: &Right,
    lanes: usize,
    work: &Work<'_, F>,
) -> std::result::Result<(), Trouble> {
    let away = Error::new(
        ErrorKind::Unavailable,
        "a home that should have this clip has no device that is known",
    );
    let mut last = Trouble::Away(away);
    for (device, addresses) in &holder.devices {
        for _ in 0..TRIES {
            // Whoever has to be dialled first, or is not there, holds up no piece meanwhile.
            if let Err(trouble) = sealed::reach(node, *device, addresses.clone()).await {
                last = trouble;
                break;
            }
            let lane = || pieces(node, holder, *device, right, work);
            match future::try_join_all((0..lanes).map(|_| lane())).await {
                Ok(_) => return Ok(()),
                Err(trouble @ Trouble::Disk(_)) => return Err(trouble),
                // The connection was cut, and there may be another in a moment.
                Err(trouble @ Trouble::Away(_)) => last = trouble,
                Err(trouble) => {
                    report(node, holder, right.clip(), trouble.finding()).await;
                    last = trouble;
                    break;
                }
            }
        }
    }
    Err(last)
}

/// Has one device give pieces until there are none left.
async fn pieces<F: Fn(u64, u64) + Send + Sync>(
    node: &NodeHandle,
    holder: &Holder,
    device: DeviceId,
    right: &Right,
    work: &Work<'_, F>,
) -> std::result::Result<(), Trouble> {
    while let Some(mut piece) = work.next().await {
        let coming = ask(node, device, right, piece.range()).await?;
        let mut slices = coming.slices(work.sealed_len(), piece.range());
        while let Some(range) = piece.slice() {
            let slice = slices.next().await?;
            block(|| piece.take(range, &slice, holder.household))?;
        }
    }
    Ok(())
}

/// Asks for a piece, more than once if it has to be.
async fn ask(
    node: &NodeHandle,
    device: DeviceId,
    right: &Right,
    range: Range<u64>,
) -> std::result::Result<Coming, Trouble> {
    let mut tries = 1;
    loop {
        match sealed::ask(node, device, right.clone(), range.clone()).await {
            Err(Trouble::Away(_) | Trouble::Refused(_)) if tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            asked => return asked,
        }
    }
}

/// Tells the engine what a keeper was found to be.
async fn report(node: &NodeHandle, holder: &Holder, clip: ClipId, finding: Finding) {
    let names = finding == Finding::Lied || (holder.holds && finding == Finding::Lost);
    if holder.owner || !names {
        return;
    }
    let keeper = holder.household;
    tracing::warn!(household = %keeper, %clip, "a keeper does not have what it should");
    let found = KeeperCommand::Found {
        keeper,
        clip,
        finding,
    };
    if let Err(error) = node.command(Command::Keeper(found)).await {
        tracing::warn!(error = %error.chain(), "what a keeper was found to be could not be kept");
    }
}

/// The owner keeps a list of who fetched what, and may not have given the end: ask it for nothing behind the end. It
/// may be away; then it does not know.
async fn tell_owner(node: &NodeHandle, holders: &[Holder], right: Right, sealed_len: u64) {
    let owner = holders.iter().find(|holder| holder.owner);
    let devices = owner.into_iter().flat_map(|owner| &owner.devices);
    for (device, _) in devices {
        let nothing = sealed_len..sealed_len;
        let asked = sealed::ask(node, *device, right.clone(), nothing).await;
        if asked.is_ok() {
            return;
        }
    }
}
