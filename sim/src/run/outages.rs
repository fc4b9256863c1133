//! What is wrong with the net at a time: outages that overlap, and who reaches whom under all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::HouseNumber;

/// Something that is wrong with the net.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Each of these reaches nobody.
    Down(BTreeSet<HouseNumber>),
    /// These and all others do not reach each other.
    Split(BTreeSet<HouseNumber>),
}

impl Outage {
    /// In words.
    pub(crate) fn says(&self) -> String {
        match self {
            Self::Down(homes) => format!("{} homes reach nobody", homes.len()),
            Self::Split(homes) => format!("{} homes on one side", homes.len()),
        }
    }
}

/// Everything that is wrong, by number.
#[derive(Debug, Default)]
pub(super) struct Outages(BTreeMap<u32, Outage>);

impl Outages {
    /// One more.
    pub(super) fn begin(&mut self, number: u32, outage: Outage) {
        self.0.insert(number, outage);
    }

    /// One less. Whether there was this one.
    pub(super) fn end(&mut self, number: u32) -> bool {
        self.0.remove(&number).is_some()
    }

    /// The island of each of so many homes: two reach each other if they are on one island.
    pub(super) fn islands(&self, homes: u32) -> Vec<u32> {
        let mut sides: BTreeMap<Vec<bool>, u32> = BTreeMap::new();
        let mut next = 0;
        let mut number = || {
            next += 1;
            next
        };
        let island = |home| {
            let splits = self.0.values().filter_map(|outage| match outage {
                Outage::Split(homes) => Some(homes.contains(&home)),
                Outage::Down(_) => None,
            });
            let down =
                |outage: &Outage| matches!(outage, Outage::Down(homes) if homes.contains(&home));
            match self.0.values().any(down) {
                true => number(),
                false => *sides.entry(splits.collect()).or_insert_with(&mut number),
            }
        };
        (0..homes).map(HouseNumber).map(island).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(numbers: &[u32]) -> BTreeSet<HouseNumber> {
        numbers.iter().copied().map(HouseNumber).collect()
    }

    fn reach(outages: &Outages, a: usize, b: usize) -> bool {
        let islands = outages.islands(4);
        islands[a] == islands[b]
    }

    #[test]
    fn homes_without_a_provider_reach_nobody_and_not_each_other() {
        let mut outages = Outages::default();
        assert!(reach(&outages, 0, 3));
        outages.begin(0, Outage::Down(homes(&[0, 1])));
        assert!(!reach(&outages, 0, 1) && !reach(&outages, 0, 2));
        assert!(reach(&outages, 2, 3));
    }

    #[test]
    fn an_outage_that_ends_leaves_another_one_as_it_is() {
        let mut outages = Outages::default();
        outages.begin(0, Outage::Split(homes(&[0, 1])));
        outages.begin(1, Outage::Split(homes(&[1, 2])));
        assert!(!reach(&outages, 0, 1) && !reach(&outages, 0, 2) && !reach(&outages, 2, 3));
        assert!(outages.end(0) && !outages.end(0));
        assert!(reach(&outages, 1, 2) && reach(&outages, 0, 3) && !reach(&outages, 0, 1));
    }
}
