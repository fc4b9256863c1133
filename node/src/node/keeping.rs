//! What the engine wants done for and with keepers: fetching to keep, proofs, letting go.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use futures::{FutureExt, future};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::fetch::Right;
use streetlamp_proto::household::{
    Answer, Command, Finding, Household, KeeperCommand, KeeperNews, KeeperTask, Pulled,
};
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::keeper::SealedLabel;
use streetlamp_proto::ledger::Fork;
use tokio::sync::Semaphore;

use super::handle::{NodeHandle, RecalledClips};
use super::sealed::{self, Trouble};
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::{Kept, slices, write_durably};

/// Carries out what takes a while. Nothing if the engine need not know how it went.
pub(super) async fn carry_out(
    node: NodeHandle,
    task: KeeperTask,
    turns: Arc<Semaphore>,
) -> Option<KeeperNews> {
    match task {
        KeeperTask::Pull {
            owner,
            device,
            clip,
            sealed_len,
        } => {
            let _turn = turns.acquire().await.ok()?;
            let outcome = match pull(&node, owner, device, clip, sealed_len).await {
                Ok(()) => Pulled::Here,
                Err(trouble) => {
                    let outcome = match &trouble {
                        Trouble::Away(_) => Pulled::Cut,
                        Trouble::Refused(_) | Trouble::Wrong(_) => Pulled::Refused,
                        Trouble::Disk(_) => Pulled::NoRoom,
                    };
                    let error = Error::from(trouble);
                    tracing::info!(error = %error.chain(), "a clip could not be kept");
                    outcome
                }
            };
            Some(KeeperNews::Pulled {
                owner,
                clip,
                outcome,
            })
        }
        KeeperTask::Check {
            keeper,
            device,
            clip,
            sealed_len,
            range,
        } => {
            let right = Right::Owner(clip);
            let coming = sealed::ask(&node, device, right, range.clone()).await;
            let proven = match coming {
                Ok(coming) => coming.prove(clip, sealed_len, range).await,
                Err(trouble) => Err(trouble),
            };
            let finding = proven.map_or_else(|trouble| trouble.finding(), |()| Finding::Proven);
            Some(KeeperNews::Checked {
                keeper,
                clip,
                finding,
            })
        }
        KeeperTask::DiscardAll(owner) => {
            logged(block(|| node.shared.kept.clear_away(owner)));
            None
        }
        KeeperTask::Discard { .. } | KeeperTask::Prove(_) => None,
    }
}

/// What has to be done before anybody is told of it.
pub(super) fn at_once(node: &NodeHandle, task: &KeeperTask) {
    let (home, kept) = (&node.shared.home, &node.shared.kept);
    match task {
        KeeperTask::Discard { owner, clip } => logged(block(|| kept.discard(*owner, *clip))),
        KeeperTask::DiscardAll(owner) => logged(block(|| kept.set_aside(*owner))),
        KeeperTask::Prove(fork) => logged(block(|| write_proof(&home.proofs_dir(), fork))),
        KeeperTask::Pull { .. } | KeeperTask::Check { .. } => {}
    }
}

/// What cannot be removed now is swept at the next start.
fn logged(done: Result<()>) {
    if let Err(error) = done {
        tracing::error!(error = %error.chain());
    }
}

/// Fetches label and sealed bytes of a neighbour's clip and keeps them.
async fn pull(
    node: &NodeHandle,
    owner: HouseholdId,
    device: DeviceId,
    clip: ClipId,
    sealed_len: u64,
) -> std::result::Result<(), Trouble> {
    let disk = &node.shared.disk;
    disk.has_room_for(sealed_len).map_err(Trouble::Disk)?;
    let vault = block(|| node.shared.kept.of(owner)).map_err(Trouble::Disk)?;
    let mut arriving = vault.arriving(clip, sealed_len).map_err(Trouble::Disk)?;
    let mut missing = arriving.missing();
    if missing.is_empty() {
        // All came, and then something happened to the label.
        missing.push(sealed_len..sealed_len);
    }
    for range in missing {
        let right = Right::Keeper(clip);
        let mut coming = sealed::ask(node, device, right, range.clone()).await?;
        if let Some(label) = coming.label.take() {
            block(|| vault.keep_sealed_label(clip, &label)).map_err(Trouble::Disk)?;
        }
        let mut coming = coming.slices(sealed_len, range.clone());
        for range in slices(range) {
            let slice = coming.next().await?;
            block(|| arriving.take(range, &slice))?;
        }
    }
    block(|| arriving.finish()).map_err(Trouble::Disk)
}

/// Sweeps what no lease asks for, and tells what is missing of what should be kept.
pub(super) fn look_over(household: &Household, kept: &Kept) -> Vec<KeeperNews> {
    logged(kept.sweep(|owner, clip| household.keeps(owner, clip)));
    let here = household.kept_here().into_iter();
    let missing = here.filter(|(owner, clip, sealed_len)| {
        let vault = kept.of(*owner);
        let whole = vault.and_then(|vault| {
            vault.sealed_label(*clip)?;
            vault.sealed(*clip, *sealed_len)
        });
        whole.is_err()
    });
    missing
        .map(|(owner, clip, _)| KeeperNews::Missing { owner, clip })
        .collect()
}

/// Writes the proof that a household closed two ledgers to a file that can be shown to others.
fn write_proof(dir: &Path, fork: &Fork) -> Result<()> {
    let household = fork.one.statement().household;
    let path = dir.join(format!("{household}.fork"));
    let failed = |e| Error::io(format!("{} cannot be written", path.display()), e);
    fs::create_dir_all(dir).map_err(failed)?;
    write_durably(&path, &fork.to_file()).map_err(failed)?;
    fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(failed)
}

/// Gets the labels of everything back that a neighbour keeps for this household.
pub(super) async fn recall(node: &NodeHandle, from: HouseholdId) -> Result<RecalledClips> {
    let recall = Command::Keeper(KeeperCommand::Recall(from));
    let Answer::Kept { kept, .. } = node.command(recall).await? else {
        let message = "the engine answered something else";
        return Err(Error::new(ErrorKind::Internal, message));
    };
    let devices = node.read(move |h, _| h.devices_of_household(from)).await?;
    let mut back = RecalledClips::default();
    let mut waited = false;
    for to in kept {
        let known = node
            .read(move |h, _| h.manifest_of(to.clip).is_some())
            .await?;
        if known {
            continue;
        }
        let mut label = label_from(node, &devices, to.clip).await;
        if label.is_none() && !waited {
            // The connection may have been cut, and be back in a moment.
            waited = true;
            let there = |device: &DeviceId| sealed::reach(node, *device, Vec::new()).boxed();
            if !devices.is_empty() && future::select_ok(devices.iter().map(there)).await.is_ok() {
                label = label_from(node, &devices, to.clip).await;
            }
        }
        let Some(label) = label else { continue };
        let take = KeeperCommand::TakeLabel {
            label,
            identity: None,
        };
        match node.command(Command::Keeper(take)).await {
            Ok(_) => {
                back.clips += 1;
                back.let_go += usize::from(to.until.is_some());
            }
            // One label that is not ours, or damaged, is no reason to leave the others.
            Err(error) if error.kind() == ErrorKind::DataLoss => {
                tracing::warn!(clip = %to.clip, error = %error.chain(), "a label was not taken");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(back)
}

/// The label of a clip, from whichever of a keeper's devices gives it.
async fn label_from(node: &NodeHandle, devices: &[DeviceId], clip: ClipId) -> Option<SealedLabel> {
    for device in devices {
        let asked = sealed::ask(node, *device, Right::Owner(clip), 0..0).await;
        if let Some(label) = asked.ok().and_then(|coming| coming.label) {
            return Some(label);
        }
    }
    None
}
