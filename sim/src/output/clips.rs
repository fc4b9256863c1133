//! What became of clips: how many were granted and fetched, how soon, and what is left of those whose box was stolen.

use serde::{Deserialize, Serialize};

use super::figures::{Spread, part};
use crate::record::{Clip, Grant, Micros, Record};

/// Clips, grants, and who keeps what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Clips {
    /// Clips that were recorded.
    pub recorded: usize,
    /// Their sealed bytes.
    pub sealed_bytes: u64,
    /// Grants that were given.
    pub grants: u64,
    /// Of them, those that came to their recipients.
    pub delivered: u64,
    /// Time from the ledger to the recipient, in milliseconds: 99 in 100 of those that came.
    pub delivered_p99_ms: Option<f64>,
    /// Grants whose recipient asked for the sealed bytes.
    pub asked: u64,
    /// Of them, those that got them.
    pub fetched: u64,
    /// Bytes that were fetched.
    pub fetched_bytes: u64,
    /// Time from asking to the last byte, in milliseconds: half of the fetches.
    pub fetch_p50_ms: Option<f64>,
    /// 99 in 100 of them.
    pub fetch_p99_ms: Option<f64>,
    /// Fetches that came mostly from another home than the owner's.
    pub from_keepers: u64,
    /// Whole copies at keepers in the end.
    pub copies: u64,
    /// Clips whose box was stolen.
    pub stolen: u64,
    /// Of them, those that a keeper had whole in the end.
    pub stolen_kept: u64,
    /// Grants of them that were not fetched before.
    pub stolen_wanted: u64,
    /// Of them, those that were fetched after it, from keepers.
    pub stolen_fetched: u64,
}

impl Clips {
    /// Of a run.
    pub(super) fn of(record: &Record) -> Self {
        let clip = |number: u32| record.clips.get(usize::try_from(number).ok()?);
        let (mut came, mut took) = (Vec::new(), Vec::new());
        let mut clips = Self {
            recorded: record.clips.len(),
            ..Self::default()
        };
        for clip in &record.clips {
            clips.sealed_bytes += clip.sealed_bytes;
            clips.copies += clip.kept.len() as u64;
            clips.stolen += u64::from(clip.stolen.is_some());
            clips.stolen_kept += u64::from(clip.stolen.is_some() && !clip.kept.is_empty());
        }
        for grant in &record.grants {
            let Some(clip) = clip(grant.clip) else {
                continue;
            };
            clips.grants += 1;
            came.extend(grant.delivered.map(|at| at.since(grant.given).0));
            took.extend(took_to_fetch(grant));
            clips.asked += u64::from(grant.asked.is_some());
            if grant.fetched.is_some() {
                clips.fetched += 1;
                clips.fetched_bytes += clip.sealed_bytes;
                clips.from_keepers += u64::from(grant.from.is_some_and(|home| home != clip.owner));
            }
            let (wanted, fetched) = after_theft(clip, grant);
            clips.stolen_wanted += u64::from(wanted);
            clips.stolen_fetched += u64::from(fetched);
        }
        clips.delivered = came.len() as u64;
        let ms = |value| Micros(value).as_ms();
        clips.delivered_p99_ms = Spread::of(came).map(|spread| ms(spread.p99));
        let took = Spread::of(took);
        clips.fetch_p50_ms = took.map(|spread| ms(spread.p50));
        clips.fetch_p99_ms = took.map(|spread| ms(spread.p99));
        clips
    }

    /// The part of all grants that came.
    pub fn delivered_part(&self) -> Option<f64> {
        part(self.delivered, self.grants)
    }

    /// The part of all that was asked for that came.
    pub fn fetched_part(&self) -> Option<f64> {
        part(self.fetched, self.asked)
    }

    /// The part of stolen clips that a keeper has.
    pub fn kept_part(&self) -> Option<f64> {
        part(self.stolen_kept, self.stolen)
    }

    /// The part of stolen clips' grants that were fetched although their box was gone.
    pub fn fetched_after_theft_part(&self) -> Option<f64> {
        part(self.stolen_fetched, self.stolen_wanted)
    }
}

fn took_to_fetch(grant: &Grant) -> Option<u64> {
    Some(grant.fetched?.since(grant.asked?).0)
}

/// Whether a grant that had come was still to be fetched when the box was stolen, and whether it was.
fn after_theft(clip: &Clip, grant: &Grant) -> (bool, bool) {
    let Some(stolen) = clip.stolen else {
        return (false, false);
    };
    let before = |at: Option<Micros>| at.is_some_and(|at| at <= stolen);
    let wanted = before(grant.delivered) && !before(grant.fetched);
    (wanted, wanted && grant.fetched.is_some())
}
