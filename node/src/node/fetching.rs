//! Getting the sealed bytes of a clip back or over: from whoever has them, one after the other, with resume.

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Command, Finding, Holder, KeeperCommand};

use super::handle::{FetchedClip, NodeHandle};
use super::sealed::{self, Trouble};
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};

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
    let done = |from| FetchedClip {
        clip,
        sealed_len,
        from,
    };
    if block(|| vault.is_whole(clip, sealed_len)) {
        node.command(Command::ClipArrived(clip)).await?;
        let from = node.read(|household, _| household.me().household()).await?;
        return Ok(done(from));
    }
    node.shared.disk.has_room_for(sealed_len)?;
    let mut arriving = vault.arriving(clip, sealed_len)?;
    let mut last = Error::new(
        ErrorKind::Unavailable,
        "the sealed bytes of this clip are not here, and nobody who has them is known",
    );
    for Holder {
        household,
        owner,
        holds,
        devices,
    } in plan.holders
    {
        for (device, addresses) in devices {
            let range = arriving.here()..sealed_len;
            let coming = sealed::ask(node, device, addresses, plan.right.clone(), range).await;
            let came = match coming {
                Ok(coming) => coming.into(&mut arriving, sealed_len, &progress).await,
                Err(trouble) => Err(trouble),
            };
            match came {
                Ok(()) => {
                    block(|| arriving.finish())?;
                    node.command(Command::ClipArrived(clip)).await?;
                    return Ok(done(household));
                }
                Err(Trouble::Disk(error)) => return Err(error),
                Err(trouble) => {
                    let finding = trouble.finding();
                    let names = finding == Finding::Lied || (holds && finding == Finding::Lost);
                    if !owner && names {
                        tracing::warn!(%household, %clip, "a keeper does not have what it should");
                        let found = KeeperCommand::Found {
                            keeper: household,
                            clip,
                            finding,
                        };
                        node.command(Command::Keeper(found)).await?;
                    }
                    last = trouble.into();
                }
            }
        }
    }
    Err(last)
}
