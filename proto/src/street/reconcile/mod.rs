//! Which items does one home have and another lack? The answer costs what the difference costs, not the history.
//!
//! Range-based set reconciliation (Aljoscha Meyer, <https://arxiv.org/abs/2212.13567>) in the form of the negentropy
//! protocol, version 1 (<https://github.com/hoytech/negentropy>, `docs/negentropy-protocol-v1.md`): the asker sends
//! fingerprints of sixteen ranges of its items sorted by time, the answerer splits those that differ, and so on, until
//! ranges are so small that names are listed. `finer` shortens these lists.
//!
//! Two questions find fifty missing items among ten thousand, wherever they are. A cut connection costs the answerer
//! nothing, for it remembers nothing.
//!
//! What a hostile home can make us do is bounded by the length of a message, the number of questions and the number of
//! names. It can still hide what it has, name what does not exist or what we have, and with thousands of items of its
//! own making find two sets of one fingerprint, which hides nothing but these. Fetching items and judging them is the
//! engine's business.

mod finer;
mod ranges;

use std::collections::BTreeSet;
use std::fmt;

use negentropy::{Id, Negentropy, NegentropyStorageVector, PROTOCOL_VERSION};

use super::ItemId;
use crate::time::Timestamp;
use crate::wire::limits::{RECONCILE_BYTES, RECONCILE_NAMES, RECONCILE_ROUNDS};

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// Longer than any that we send.
    #[error("message of set reconciliation of {0} bytes, at most {RECONCILE_BYTES} are allowed")]
    TooLarge(usize),
    /// Of another version. The crate would answer with its own version alone, which also says "we have the same".
    #[error("set reconciliation of a version that this program does not speak")]
    Version,
    /// Not a message of the protocol.
    #[error("message of set reconciliation is not well formed")]
    Malformed,
}

/// What the asker does after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask this next.
    Ask(Vec<u8>),
    /// Nothing more to ask. Every difference is found, or as many as one comparison may find: the next one, after
    /// these have changed hands, finds the rest.
    Done,
}

/// The side that asks, and remembers how far it is.
pub struct Asker {
    held: NegentropyStorageVector,
    rounds: usize,
    need: Names,
    have: Names,
}

impl Asker {
    /// Begins a comparison of these items. Returns the first question with it.
    ///
    /// # Errors
    /// [`ReconcileError::Malformed`] only if the crate refuses what it never refuses.
    pub fn new(
        items: impl IntoIterator<Item = (Timestamp, ItemId)>,
    ) -> Result<(Self, Vec<u8>), ReconcileError> {
        let held = sorted(items)?;
        let question = side(&held)?
            .initiate()
            .map_err(|_| ReconcileError::Malformed)?;
        let asker = Self {
            held,
            rounds: 0,
            need: Names::default(),
            have: Names::default(),
        };
        Ok((asker, question))
    }

    /// Takes an answer in.
    ///
    /// # Errors
    /// [`ReconcileError`]. What was found before stands.
    pub fn hear(&mut self, answer: &[u8]) -> Result<Step, ReconcileError> {
        if self.rounds >= RECONCILE_ROUNDS {
            return Ok(Step::Done);
        }
        self.rounds += 1;
        check(answer)?;
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let mut side = side(&self.held)?;
        side.set_initiator();
        let next = side
            .reconcile_with_ids(answer, &mut have, &mut need)
            .map_err(|_| ReconcileError::Malformed)?;
        self.have.add(named(&have));
        self.need.add(in_order(named(&need).collect(), answer));
        let enough = self.have.is_full() || self.need.is_full() || self.rounds >= RECONCILE_ROUNDS;
        Ok(match next {
            Some(question) if !enough => Step::Ask(finer::finer(&self.held, question)),
            _ => Step::Done,
        })
    }

    /// What the other has and we lack, as far as it was found since this was last called; the oldest first.
    pub fn take_need(&mut self) -> Vec<ItemId> {
        std::mem::take(&mut self.need.fresh)
    }

    /// What we have and the other lacks, as far as it was found since this was last called.
    pub fn take_have(&mut self) -> Vec<ItemId> {
        std::mem::take(&mut self.have.fresh)
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
/// [`ReconcileError`].
pub fn answer(
    items: impl IntoIterator<Item = (Timestamp, ItemId)>,
    question: &[u8],
) -> Result<Vec<u8>, ReconcileError> {
    check(question)?;
    side(&sorted(items)?)?
        .reconcile(question)
        .map_err(|_| ReconcileError::Malformed)
}

/// Names that a comparison found, each once.
#[derive(Default)]
struct Names {
    all: BTreeSet<ItemId>,
    fresh: Vec<ItemId>,
}

impl Names {
    /// As many of them as there is room for.
    fn add(&mut self, ids: impl IntoIterator<Item = ItemId>) {
        for id in ids {
            if self.is_full() {
                return;
            }
            if self.all.insert(id) {
                self.fresh.push(id);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.all.len() >= RECONCILE_NAMES
    }
}

fn named(ids: &[Id]) -> impl Iterator<Item = ItemId> {
    ids.iter().map(|id| ItemId::from_bytes(*id.as_bytes()))
}

/// Names in the order in which an answer lists them, which is that of time: whoever is spoken of came before what is
/// said of him. The crate forgets it, and puts them into a set that differs from run to run.
fn in_order(mut need: BTreeSet<ItemId>, answer: &[u8]) -> Vec<ItemId> {
    let listed = ranges::names(answer).into_iter().map(ItemId::from_bytes);
    let mut ordered: Vec<_> = listed.filter(|id| need.remove(id)).collect();
    ordered.extend(need);
    ordered
}

/// The crate reads a message without a panic and without room for what is only promised; its length is our business.
fn check(message: &[u8]) -> Result<(), ReconcileError> {
    if message.len() > RECONCILE_BYTES {
        return Err(ReconcileError::TooLarge(message.len()));
    }
    match message.first() {
        None => Err(ReconcileError::Malformed),
        Some(version) if u64::from(*version) == PROTOCOL_VERSION => Ok(()),
        Some(_) => Err(ReconcileError::Version),
    }
}

fn side(
    held: &NegentropyStorageVector,
) -> Result<Negentropy<'_, NegentropyStorageVector>, ReconcileError> {
    Negentropy::borrowed(held, RECONCILE_BYTES as u64).map_err(|_| ReconcileError::Malformed)
}

/// Whole seconds take a byte less than milliseconds in every bound, and never are the last number, which the protocol
/// keeps for "no end".
fn sorted(
    items: impl IntoIterator<Item = (Timestamp, ItemId)>,
) -> Result<NegentropyStorageVector, ReconcileError> {
    let items = items.into_iter();
    let mut held = NegentropyStorageVector::with_capacity(items.size_hint().0);
    for (at, item) in items {
        held.insert(at.as_ms() / 1_000, Id::from_byte_array(*item.as_bytes()))
            .map_err(|_| ReconcileError::Malformed)?;
    }
    held.seal().map_err(|_| ReconcileError::Malformed)?;
    Ok(held)
}

#[cfg(test)]
mod tests;
