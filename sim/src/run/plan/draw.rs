//! Draws from the seed: moments, distances, and one of several.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use crate::net::chance;
use crate::record::{HouseNumber, Micros};

/// A moment before `span` is over.
pub(super) fn within(rng: &mut ChaCha20Rng, span: Micros) -> Micros {
    if span.0 == 0 {
        return Micros(0);
    }
    // Whole milliseconds: what the clock of a run counts in.
    Micros(rng.next_u64() % span.0 / 1_000 * 1_000)
}

/// One of several, by their shares. The shares sum up to something.
pub(super) fn pick<'a, T>(
    rng: &mut ChaCha20Rng,
    shares: impl Iterator<Item = (&'a T, f64)> + Clone,
) -> Option<&'a T>
where
    T: ?Sized,
{
    let sum: f64 = shares.clone().map(|(_, share)| share).sum();
    let mut left = chance(rng) * sum;
    let mut last = None;
    for (one, share) in shares {
        if share > 0.0 {
            last = Some(one);
            if left < share {
                return last;
            }
        }
        left -= share;
    }
    last
}

/// The time until the next of events that come at this mean distance (exponentially distributed).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a positive number of microseconds"
)]
pub(super) fn next_of(rng: &mut ChaCha20Rng, mean: Micros) -> Micros {
    let drawn = -(1.0 - chance(rng)).ln() * mean.0 as f64;
    Micros((drawn / 1_000.0).ceil().min(1e15) as u64 * 1_000)
}

/// How long homes are on between two times off of this length, so that they are on for this part of the time.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a positive number of microseconds"
)]
pub(super) fn mean_on(off: Micros, part: f64) -> Micros {
    Micros((off.0 as f64 * part / (1.0 - part)) as u64)
}

/// The mean distance of events that come so often an hour.
pub(super) fn every(per_hour: f64) -> Micros {
    let seconds = Duration::try_from_secs_f64(3_600.0 / per_hour).unwrap_or(Duration::MAX);
    Micros(u64::try_from(seconds.as_micros()).unwrap_or(u64::MAX))
}

pub(super) fn any(rng: &mut ChaCha20Rng, homes: &[HouseNumber]) -> Option<HouseNumber> {
    let many = u64::try_from(homes.len()).ok().filter(|many| *many > 0)?;
    let drawn = usize::try_from(rng.next_u64() % many).ok()?;
    homes.get(drawn).copied()
}

/// Fisher and Yates.
pub(super) fn shuffle<T>(rng: &mut ChaCha20Rng, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        let many = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let drawn = usize::try_from(rng.next_u64() % many).unwrap_or(0);
        list.swap(last, drawn);
    }
}
