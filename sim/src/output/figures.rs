//! What many deliveries come to: how much arrived, how soon, and how soon it could have.
//!
//! Percentiles are nearest-rank: each is a value that was measured, never one in between.

use serde::{Deserialize, Serialize};

use crate::record::{Delivery, Micros, Record, Said};

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
