//! Which items does one home have and another lack? The answer costs what the difference costs, not the history.
//!
//! Range-based set reconciliation (Meyer, <https://arxiv.org/abs/2212.13567>) in the form of the negentropy protocol,
//! version 1: the asker sends fingerprints of sixteen ranges of its sorted items, the answerer splits those that
//! differ, and so on, until ranges are so small that names are listed. With 10,000 items of history and 50 missing two
//! questions find them all. This module bounds what a hostile home can make us do and fixes the order of what comes
//! out; fetching the items, and judging them, is the engine's business.

use std::fmt;

use negentropy::{Id, Negentropy, NegentropyStorageVector};

use super::ItemId;
use crate::time::Timestamp;
use crate::wire::limits::{RECONCILE_BYTES, RECONCILE_NAMES, RECONCILE_ROUNDS};

/// Why a comparison was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// Not a message of the protocol.
    #[error("message of set reconciliation is not well formed")]
    Malformed,
    /// It leads nowhere, or to more than any street holds.
    #[error("comparison is endless or names too much")]
    Endless,
}

/// What the asker does after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask this next.
    Ask(Vec<u8>),
    /// Both know everything.
    Done,
}

/// The side that asks, and remembers how far it is.
pub struct Asker {
    inner: Negentropy<'static, NegentropyStorageVector>,
    rounds: usize,
    need: Vec<ItemId>,
    have: Vec<ItemId>,
    named: usize,
}

impl Asker {
    /// Begins a comparison of these items. Returns the first question with it.
    ///
    /// # Errors
    /// [`ReconcileError::Malformed`] if an item stands twice in the set.
    pub fn new(
        items: impl IntoIterator<Item = (Timestamp, ItemId)>,
    ) -> Result<(Self, Vec<u8>), ReconcileError> {
        let mut inner = Negentropy::owned(storage(items)?, RECONCILE_BYTES as u64)
            .map_err(|_| ReconcileError::Malformed)?;
        let question = inner.initiate().map_err(|_| ReconcileError::Malformed)?;
        let asker = Self {
            inner,
            rounds: 0,
            need: Vec::new(),
            have: Vec::new(),
            named: 0,
        };
        Ok((asker, question))
    }

    /// Takes an answer in.
    ///
    /// # Errors
    /// [`ReconcileError`]; the comparison is over then, and what was found so far stands.
    pub fn hear(&mut self, answer: &[u8]) -> Result<Step, ReconcileError> {
        self.rounds += 1;
        if self.rounds > RECONCILE_ROUNDS {
            return Err(ReconcileError::Endless);
        }
        if answer.len() > RECONCILE_BYTES {
            return Err(ReconcileError::Malformed);
        }
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = self
            .inner
            .reconcile_with_ids(answer, &mut have, &mut need)
            .map_err(|_| ReconcileError::Malformed)?;
        self.named += have.len() + need.len();
        if self.named > RECONCILE_NAMES {
            return Err(ReconcileError::Endless);
        }
        self.have.extend(sorted(&have));
        self.need.extend(sorted(&need));
        Ok(next.map_or(Step::Done, Step::Ask))
    }

    /// What the other has and we lack, as far as it was found since this was last called.
    pub fn take_need(&mut self) -> Vec<ItemId> {
        std::mem::take(&mut self.need)
    }

    /// What we have and the other lacks, as far as it was found since this was last called.
    pub fn take_have(&mut self) -> Vec<ItemId> {
        std::mem::take(&mut self.have)
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker")
            .field("rounds", &self.rounds)
            .finish_non_exhaustive()
    }
}

/// Answers a question. Nothing is remembered of it.
///
/// # Errors
/// [`ReconcileError::Malformed`].
pub fn answer(
    items: impl IntoIterator<Item = (Timestamp, ItemId)>,
    question: &[u8],
) -> Result<Vec<u8>, ReconcileError> {
    if question.len() > RECONCILE_BYTES {
        return Err(ReconcileError::Malformed);
    }
    Negentropy::owned(storage(items)?, RECONCILE_BYTES as u64)
        .and_then(|mut inner| inner.reconcile(question))
        .map_err(|_| ReconcileError::Malformed)
}

fn storage(
    items: impl IntoIterator<Item = (Timestamp, ItemId)>,
) -> Result<NegentropyStorageVector, ReconcileError> {
    let mut storage = NegentropyStorageVector::new();
    for (at, item) in items {
        // Whole seconds take a byte less in every bound.
        let id = Id::from_byte_array(*item.as_bytes());
        storage
            .insert(at.as_ms() / 1_000, id)
            .map_err(|_| ReconcileError::Malformed)?;
    }
    storage.seal().map_err(|_| ReconcileError::Malformed)?;
    Ok(storage)
}

/// The crate collects names in a hash set: sorted, two runs are the same.
fn sorted(ids: &[Id]) -> Vec<ItemId> {
    let mut ids: Vec<_> = ids
        .iter()
        .map(|id| ItemId::from_bytes(*id.as_bytes()))
        .collect();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests;
