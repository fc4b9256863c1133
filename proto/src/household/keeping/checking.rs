//! Asking keepers for proof: any range of any clip that they hold, which the clip's name alone can judge.
//!
//! A keeper that lost a share *f* of what it holds passes one check with probability 1 − *f*; with [`SPOT_CHECK`] as it
//! is, one that lost a tenth is found within a day in all but one case in 10,000.

use std::time::Duration;

use super::super::Household;
use super::super::event::{CommandId, Event, Output, Timer};
use super::super::failure::Failure;
use super::errand::Want;
use super::event::{Finding, KeeperTask};
use super::record::KeeperRecord;
use crate::clip::{ClipId, GROUP};
use crate::identity::{DeviceId, HouseholdId};
use crate::time::Timestamp;

/// How often every connected keeper is asked for one range.
const SPOT_CHECK: Duration = Duration::from_secs(15 * 60);

impl Household {
    /// Sets the next round of checks.
    pub(in crate::household) fn plan_checks(&self, now: Timestamp, out: &mut Vec<Output>) {
        out.push(Output::SetTimer {
            at: now.after(SPOT_CHECK),
            timer: Timer::SpotCheck,
        });
    }

    /// Checks every keeper that is here.
    pub(in crate::household) fn check_keepers(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        // What had no room, or could not be given, is tried again.
        self.keeping.full.clear();
        self.keeping.not_given.clear();
        self.go_on_keeping_all(now, out);
        let keepers: Vec<_> = self.state.kept.keepers.keys().copied().collect();
        for keeper in keepers {
            // Who is away, or holds nothing yet, is asked next time.
            if let Some(device) = self.device_here(keeper) {
                let _nothing_yet = self.check(keeper, device, out);
            }
        }
        self.plan_checks(now, out);
    }

    /// Checks one keeper. The command is answered when the proof is here or fails.
    pub(super) fn check_for(
        &mut self,
        command: CommandId,
        keeper: HouseholdId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        self.held_by(keeper)?;
        self.go_for(command, keeper, Want::Proof, now, out)
    }

    /// The clips that a keeper said that it holds: at least one.
    fn held_by(&self, keeper: HouseholdId) -> Result<Vec<ClipId>, Failure> {
        let known = self.state.kept.keepers.get(&keeper);
        let known = known.ok_or(Failure::Unknown("lease of such a keeper"))?;
        match known.held.is_empty() {
            true => Err(Failure::NothingKept),
            false => Ok(known.held.iter().copied().collect()),
        }
    }

    /// Asks a keeper, who is here with this device, for a part of one of the clips that it holds.
    pub(super) fn check(
        &mut self,
        keeper: HouseholdId,
        device: DeviceId,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        let held = self.held_by(keeper)?;
        let clip = self
            .any(held.len() as u64)
            .and_then(|n| held.get(n).copied());
        let clip = clip.ok_or(Failure::NothingKept)?;
        let label = self.state.clips.get(&clip).ok_or(Failure::NothingKept)?;
        let sealed_len = label.manifest.statement().sealed_len;
        let group = self.any(sealed_len.div_ceil(GROUP)).unwrap_or(0) as u64;
        let start = group * GROUP;
        out.push(Output::Keeper(KeeperTask::Check {
            keeper,
            device,
            clip,
            sealed_len,
            range: start..sealed_len.min(start + GROUP),
        }));
        Ok(())
    }

    /// A number below `bound`; nothing if that is zero.
    fn any(&mut self, bound: u64) -> Option<usize> {
        let drawn = u64::from_be_bytes(self.random());
        usize::try_from(drawn.checked_rem(bound)?).ok()
    }

    /// A check was tried.
    pub(super) fn checked(
        &mut self,
        keeper: HouseholdId,
        clip: ClipId,
        finding: Finding,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.note_finding(keeper, clip, finding, now, out);
        self.proof_came(keeper, clip, finding, now, out);
    }

    /// Notes what was found out about a keeper, and names one that lied or lost something.
    pub(super) fn note_finding(
        &mut self,
        keeper: HouseholdId,
        clip: ClipId,
        finding: Finding,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let ours = self.state.kept.keepers.contains_key(&keeper);
        // What was deleted while it was asked for is rightly not there.
        if finding == Finding::Away || (ours && !self.should_hold(keeper, clip)) {
            return;
        }
        if finding != Finding::Proven {
            out.push(Output::Emit(Event::KeeperFault {
                household: keeper,
                clip,
                finding,
            }));
        }
        if !ours {
            return;
        }
        let at = now;
        self.keep_record(
            KeeperRecord::Checked {
                keeper,
                at,
                finding,
            },
            out,
        );
        if finding != Finding::Proven {
            // It is not one of the copies to count on. Who only lost it is given it again.
            self.not_held(keeper, clip, out);
            self.entrust(keeper, now, out);
        }
        self.tell_of(keeper, out);
    }
}
