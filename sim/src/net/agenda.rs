//! What is on its way, in the order in which it arrives.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::record::Micros;

/// Things that are due at a time. Those of one time are due in the order in which they were put down, so that the order
/// of everything follows from what happened and from nothing else.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    heap: BinaryHeap<Due<T>>,
    count: u64,
}

#[derive(Debug)]
struct Due<T> {
    at: Micros,
    number: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub(crate) const fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            count: 0,
        }
    }

    /// Puts something down. Whether it is the next thing now.
    pub(crate) fn add(&mut self, at: Micros, what: T) -> bool {
        let number = self.count;
        self.count += 1;
        self.heap.push(Due { at, number, what });
        self.heap.peek().is_some_and(|next| next.number == number)
    }

    /// When the next thing is due.
    pub(crate) fn next(&self) -> Option<Micros> {
        self.heap.peek().map(|due| due.at)
    }

    /// The next thing, if it is due by `now`.
    pub(crate) fn take(&mut self, now: Micros) -> Option<T> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|due| due.what)
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Due<T> {}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The heap gives its greatest first: what is due first.
impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_first_comes_first_and_ties_keep_their_order() {
        let mut agenda = Agenda::new();
        assert!(agenda.add(Micros(20), 'c'));
        assert!(agenda.add(Micros(10), 'a'));
        assert!(!agenda.add(Micros(10), 'b'));
        assert_eq!(agenda.take(Micros(9)), None);
        let all: Vec<_> = std::iter::from_fn(|| agenda.take(Micros(20))).collect();
        assert_eq!(all, ['a', 'b', 'c']);
    }
}
