//! A tray: where statements of unknown keys wait for somebody to say who that is.
//!
//! A knock, or an alert from the next street, may be from a neighbour whose card comes a moment later, or from nobody
//! at all. Until that is known it is worth little, and there may be any number of them. A tray has room for so many,
//! of so many bytes, and for so many of one key ([`Bounds`]); beyond that the oldest goes, so that there is always room
//! for the next and nothing waits for long in a crowd.
//!
//! Age is the order of arrival, which no author can choose; the times that are written in statements count for
//! nothing but the end of their life. Who makes up enough keys can push everybody else out: a tray bounds what that
//! costs us, not whom it hurts. What it costs them is a [`Stamp`](super::Stamp) each.
//!
//! Left to others: who is known, signatures and stamps (both are checked before), rates, and the clock.

use std::collections::VecDeque;

use crate::signed::{PublicKey, StatementId};
use crate::time::Timestamp;

/// How much a [`Tray`] holds at most. Zero anywhere keeps it empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Statements overall. Every operation takes time in proportion; some hundreds are meant, or few thousands.
    pub entries: usize,
    /// Bytes of all statements together, as their senders counted them.
    pub bytes: usize,
    /// Statements of one key.
    pub per_key: usize,
}

/// A statement that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T, Id = StatementId, Key = PublicKey> {
    /// Names the statement among those of its key.
    pub id: Id,
    /// Whose it claims to be.
    pub key: Key,
    /// Bytes that it takes.
    pub bytes: usize,
    /// When its life ends.
    pub expires: Timestamp,
    /// The statement.
    pub item: T,
}

/// A bounded waiting place for statements of unknown keys.
#[derive(Debug, Clone)]
pub struct Tray<T, Id = StatementId, Key = PublicKey> {
    bounds: Bounds,
    /// In order of arrival.
    waiting: VecDeque<Waiting<T, Id, Key>>,
    /// Their bytes, at most [`Bounds::bytes`].
    bytes: usize,
}

impl<T, Id: Ord, Key: Ord> Tray<T, Id, Key> {
    /// An empty tray.
    pub const fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            waiting: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Puts a statement on the tray, and takes off as many of the oldest as that needs: first of its own key, then of
    /// all. Says whether it waits there now: not if it is there already, which leaves it as old as it was, nor if it
    /// is larger than the whole tray, which leaves the others in peace.
    pub fn insert(&mut self, statement: Waiting<T, Id, Key>) -> bool {
        let Bounds {
            entries,
            bytes,
            per_key,
        } = self.bounds;
        let fits = entries > 0 && per_key > 0 && statement.bytes <= bytes;
        if !fits || self.holds(&statement.key, &statement.id) {
            return false;
        }
        while self.of(&statement.key).count() >= per_key {
            let oldest = self.waiting.iter().position(|w| w.key == statement.key);
            let Some(gone) = oldest.and_then(|at| self.waiting.remove(at)) else {
                break;
            };
            self.bytes -= gone.bytes;
        }
        while self.waiting.len() >= entries || self.bytes > bytes - statement.bytes {
            let Some(gone) = self.waiting.pop_front() else {
                break;
            };
            self.bytes -= gone.bytes;
        }
        self.bytes += statement.bytes;
        self.waiting.push_back(statement);
        true
    }

    /// Whether this statement of this key waits.
    pub fn holds(&self, key: &Key, id: &Id) -> bool {
        self.of(key).any(|waiting| waiting.id == *id)
    }

    /// Takes off all statements of a key that became known, the oldest first. What it says from now on no longer
    /// belongs here.
    pub fn promote(&mut self, key: &Key) -> VecDeque<Waiting<T, Id, Key>> {
        self.take(|waiting| waiting.key == *key)
    }

    /// Throws away what is over at this time, and says how many that were.
    pub fn remove_expired(&mut self, now: Timestamp) -> usize {
        self.take(|waiting| waiting.expires <= now).len()
    }

    /// When the next of them is over.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.expires).min()
    }

    /// All that wait, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting<T, Id, Key>> {
        self.waiting.iter()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes of all that wait.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn of(&self, key: &Key) -> impl Iterator<Item = &Waiting<T, Id, Key>> {
        self.waiting.iter().filter(move |w| w.key == *key)
    }

    fn take(
        &mut self,
        goes: impl Fn(&Waiting<T, Id, Key>) -> bool,
    ) -> VecDeque<Waiting<T, Id, Key>> {
        let all = std::mem::take(&mut self.waiting);
        let (gone, stay) = all.into_iter().partition(goes);
        self.waiting = stay;
        self.bytes -= gone.iter().map(|waiting| waiting.bytes).sum::<usize>();
        gone
    }
}

#[cfg(test)]
mod tests;
