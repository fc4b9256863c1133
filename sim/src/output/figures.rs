//! What many deliveries come to: how much arrived, how soon, and how soon it could have.
//!
//! Percentiles are nearest-rank: each is a value that was measured, never one in between.

use serde::{Deserialize, Serialize};

use crate::record::{Delivery, Micros, Record, Said, SaidKind, Way};

/// How something that was measured many times is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Half were at most this.
    pub p50: u64,
    /// 99 in 100 were at most this.
    pub p99: u64,
    /// The most.
    pub max: u64,
}

impl Spread {
    /// Of what was measured; nothing if nothing was.
    pub fn of(mut measured: Vec<u64>) -> Option<Self> {
        measured.sort_unstable();
        Some(Self {
            p50: rank(&measured, 50)?,
            p99: rank(&measured, 99)?,
            max: *measured.last()?,
        })
    }
}

/// The least of sorted values that at least `percent` in 100 of them do not exceed.
pub(super) fn rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// How one thing that was said reached the homes that it was due at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// The number of what was said.
    pub said: u32,
    /// How many homes it was due at.
    pub due: u32,
    /// How many it came to.
    pub delivered: u32,
    /// Time until half of those that it was due at showed it, in milliseconds; nothing if they never did.
    pub half_ms: Option<f64>,
    /// Time until 99 in 100 did.
    pub p99_ms: Option<f64>,
}

impl Reach {
    /// How `said` came to `deliveries`, which are its own and in any order.
    pub fn of<'a>(said: &Said, deliveries: impl IntoIterator<Item = &'a Delivery>) -> Self {
        let mut took: Vec<u64> = deliveries
            .into_iter()
            .filter_map(|delivery| delivery.took(said))
            .map(|took| took.0)
            .collect();
        took.sort_unstable();
        let due = said.due as usize;
        // The rank is among all that it was due at, so that homes it never came to count as late, not as absent.
        let until = |percent: usize| {
            let rank = (due * percent).div_ceil(100);
            let last = took.get(rank.checked_sub(1)?)?;
            Some(Micros(*last).as_ms())
        };
        Self {
            said: said.number,
            due: said.due,
            delivered: u32::try_from(took.len()).unwrap_or(u32::MAX),
            half_ms: until(50),
            p99_ms: until(99),
        }
    }
}

/// How many things that were said came to the homes that they were due at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// How many were said.
    pub sent: usize,
    /// How many deliveries were due: one for each thing and home.
    pub due: u64,
    /// How many were made, sooner or later.
    pub delivered: u64,
    /// Of these, how many came by comparing with a neighbour, after an absence or a cut.
    pub caught_up: u64,
    /// How many homes a path led to when it was said. The times below are of these.
    pub connected: u64,
    /// To how many of these it came, sooner or later.
    #[serde(default)]
    pub connected_delivered: u64,
    /// Time from saying to showing, in milliseconds: half of the connected homes were at most this late. Nothing if too
    /// few of them showed it at all.
    pub p50_ms: Option<f64>,
    /// 99 in 100 were at most this late.
    pub p99_ms: Option<f64>,
    /// The latest that came.
    pub max_ms: Option<f64>,
    /// What `p99_ms` would be if each took the shortest path and nobody needed time to think.
    pub floor_p99_ms: Option<f64>,
    /// Copies of a thing that came to a home by gossip, on average over homes that it came to that way.
    pub copies_per_home: Option<f64>,
}

impl Reached {
    /// Of all things of some kinds.
    pub fn of(record: &Record, kinds: impl Fn(SaidKind) -> bool) -> Self {
        let mut reached = Self::default();
        let (mut took, mut floors) = (Vec::new(), Vec::new());
        let (mut copies, mut gossiped) = (0_u64, 0_u64);
        for (said, own) in by_said(record).filter(|(said, _)| kinds(said.kind)) {
            reached.sent += 1;
            reached.due += u64::from(said.due);
            for delivery in own {
                floors.extend(delivery.floor.map(|floor| floor.0));
                let Some(after) = delivery.took(said) else {
                    continue;
                };
                reached.delivered += 1;
                reached.caught_up += u64::from(delivery.way == Some(Way::CatchUp));
                if delivery.copies > 0 {
                    gossiped += 1;
                    copies += u64::from(delivery.copies);
                }
                // Whoever was off or cut off hears it when he is back: that is not the way's fault.
                if delivery.floor.is_some() {
                    took.push(after.0);
                }
            }
        }
        took.sort_unstable();
        // Connected homes that it never came to count as late, not as absent.
        let until = |percent: usize| {
            let rank = (floors.len() * percent).div_ceil(100);
            let last = took.get(rank.checked_sub(1)?)?;
            Some(Micros(*last).as_ms())
        };
        reached.connected = floors.len() as u64;
        reached.connected_delivered = took.len() as u64;
        reached.p50_ms = until(50);
        reached.p99_ms = until(99);
        reached.max_ms = took.last().map(|last| Micros(*last).as_ms());
        let floors = Spread::of(floors);
        reached.floor_p99_ms = floors.map(|spread| Micros(spread.p99).as_ms());
        reached.copies_per_home = part(copies, gossiped);
        reached
    }

    /// The part of what was due that came.
    pub fn delivered_part(&self) -> Option<f64> {
        part(self.delivered, self.due)
    }

    /// The same of homes that a path led to when it was said.
    pub fn connected_part(&self) -> Option<f64> {
        part(self.connected_delivered, self.connected)
    }

    /// How long the 99th of 100 took, over the 99th floor.
    pub fn stretch_p99(&self) -> Option<f64> {
        Some(self.p99_ms? / self.floor_p99_ms?)
    }
}

/// A part of a whole; nothing if there is none.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below 2^53"
)]
pub(super) fn part(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The deliveries of each thing that was said, in the order in which it was said.
pub(super) fn by_said(record: &Record) -> impl Iterator<Item = (&Said, &[Delivery])> {
    let mut rest = record.deliveries.as_slice();
    record.said.iter().map(move |said| {
        let before = rest.partition_point(|delivery| delivery.said < said.number);
        let after = rest.partition_point(|delivery| delivery.said <= said.number);
        let own = rest.get(before..after).unwrap_or_default();
        rest = rest.get(after..).unwrap_or_default();
        (said, own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let spread = Spread::of((1..=200).collect()).expect("something was measured");
        assert_eq!((spread.p50, spread.p99, spread.max), (100, 198, 200));
        let one = Spread::of(vec![7]).expect("something was measured");
        assert_eq!((one.p50, one.p99, one.max), (7, 7, 7));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
