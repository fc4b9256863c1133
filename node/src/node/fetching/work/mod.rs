//! What of a clip is still to come, dealt out in pieces to those who ask the holders.
//!
//! Large pieces first and small ones at the end, so that all are done at about the same time (guided self-scheduling). A
//! piece that is not finished goes back when it is dropped, whatever the reason. When nothing is left to deal, whoever is
//! free takes a piece a second time that has been out for long: one slow line does not hold up the whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use streetlamp_proto::clip::{GROUP, SLICE};
use streetlamp_proto::identity::HouseholdId;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::vault::{Arriving, Untaken, slices};

/// Smallest piece, but for the last one. A slice of it costs 4 % in hashes and proof of length; larger ones leave one
/// line working while the others have nothing left.
const LEAST: u64 = 4 * GROUP;

/// A piece that has been out for this long is dealt once more when there is no other.
const LONG: Duration = Duration::from_secs(5);

/// The part of a clip that is missing.
pub(super) struct Work<'v, F> {
    sealed_len: u64,
    /// How many ask for pieces.
    hands: u64,
    progress: F,
    state: Mutex<State<'v>>,
    /// Something came back, or all is here.
    changed: Notify,
}

struct State<'v> {
    arriving: Arriving<'v>,
    /// Not dealt.
    left: VecDeque<Range<u64>>,
    out: Vec<Out>,
    next: u64,
    /// How many bytes came from whom.
    from: BTreeMap<HouseholdId, u64>,
}

/// A piece that somebody works on.
struct Out {
    number: u64,
    rest: Range<u64>,
    since: Instant,
    twice: bool,
}

/// A piece of a clip, to be fetched.
pub(super) struct Piece<'w, 'v, F> {
    work: &'w Work<'v, F>,
    number: u64,
    rest: Range<u64>,
}

impl<'v, F: Fn(u64, u64)> Work<'v, F> {
    /// What is missing, for so many hands.
    pub(super) fn new(arriving: Arriving<'v>, sealed_len: u64, hands: usize, progress: F) -> Self {
        let left = arriving.missing().into();
        Self {
            sealed_len,
            hands: u64::try_from(hands.max(1)).unwrap_or(u64::MAX),
            progress,
            state: Mutex::new(State {
                arriving,
                left,
                out: Vec::new(),
                next: 0,
                from: BTreeMap::new(),
            }),
            changed: Notify::new(),
        }
    }

    pub(super) const fn sealed_len(&self) -> u64 {
        self.sealed_len
    }

    /// The next piece, when there is one; nothing when all is here.
    pub(super) async fn next(&self) -> Option<Piece<'_, 'v, F>> {
        loop {
            // Made before looking, so that nothing is missed in between.
            let changed = self.changed.notified();
            {
                let mut state = self.state();
                if let Some((number, rest)) = state.deal(self.hands) {
                    return Some(Piece {
                        work: self,
                        number,
                        rest,
                    });
                }
                if state.is_done() {
                    return None;
                }
            }
            let _looked_again = timeout(LONG, changed).await;
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.state().is_done()
    }

    /// The clip, if all of it is here, and who gave of it, whoever gave most first.
    pub(super) fn done(self) -> Option<(Arriving<'v>, Vec<HouseholdId>)> {
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut from: Vec<_> = state.from.iter().collect();
        from.sort_by_key(|(_, bytes)| Reverse(**bytes));
        let from = from.into_iter().map(|(household, _)| *household).collect();
        state.is_done().then_some((state.arriving, from))
    }

    fn state(&self) -> MutexGuard<'_, State<'v>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State<'_> {
    fn is_done(&self) -> bool {
        self.arriving.missing().is_empty()
    }

    fn deal(&mut self, hands: u64) -> Option<(u64, Range<u64>)> {
        let range = self.cut(hands).or_else(|| self.again())?;
        let number = self.next;
        self.next += 1;
        self.out.push(Out {
            number,
            rest: range.clone(),
            since: Instant::now(),
            twice: false,
        });
        Some((number, range))
    }

    /// A piece of what was not dealt.
    fn cut(&mut self, hands: u64) -> Option<Range<u64>> {
        let left: u64 = self.left.iter().map(|range| range.end - range.start).sum();
        let first = self.left.front_mut()?;
        let fair = match hands {
            1 => left,
            hands => (left / (2 * hands)).clamp(LEAST, SLICE),
        };
        let end = first.end.min(first.start + fair.next_multiple_of(GROUP));
        let piece = first.start..end;
        first.start = end;
        if first.is_empty() {
            self.left.pop_front();
        }
        Some(piece)
    }

    /// What was dealt long ago and has not come.
    fn again(&mut self) -> Option<Range<u64>> {
        let slow = self.out.iter_mut().filter(|out| !out.twice);
        let slow = slow.filter(|out| out.since.elapsed() >= LONG);
        let slow = slow.min_by_key(|out| out.since)?;
        slow.twice = true;
        Some(slow.rest.clone())
    }
}

impl<F: Fn(u64, u64)> Piece<'_, '_, F> {
    /// What to ask for.
    pub(super) fn range(&self) -> Range<u64> {
        self.rest.clone()
    }

    /// The slice that comes next; nothing at the end of the piece.
    pub(super) fn slice(&self) -> Option<Range<u64>> {
        slices(self.rest.clone()).next()
    }

    /// Takes the next slice in.
    pub(super) fn take(
        &mut self,
        range: Range<u64>,
        slice: &[u8],
        from: HouseholdId,
    ) -> Result<(), Untaken> {
        let mut state = self.work.state();
        state.arriving.take(range.clone(), slice)?;
        *state.from.entry(from).or_default() += range.end - range.start;
        self.rest.start = range.end;
        if let Some(out) = state.out.iter_mut().find(|out| out.number == self.number) {
            out.rest.start = range.end;
        }
        let (here, done) = (state.arriving.here(), state.is_done());
        drop(state);
        (self.work.progress)(here, self.work.sealed_len);
        if done {
            self.work.changed.notify_waiters();
        }
        Ok(())
    }
}

impl<F> Drop for Piece<'_, '_, F> {
    fn drop(&mut self) {
        let mut state = self
            .work
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.out.retain(|out| out.number != self.number);
        let missing = state.arriving.missing();
        let is_missing = |range: &Range<u64>| {
            let mut missing = missing.iter();
            missing.any(|missing| missing.start < range.end && range.start < missing.end)
        };
        if is_missing(&self.rest) {
            state.left.push_front(self.rest.clone());
            drop(state);
            self.work.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
