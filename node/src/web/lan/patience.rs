//! Slows guessing from the network down, so that it is hopeless, and keeps no resident out.
//!
//! Each source has its own waits: after a failure it is refused, without a look at what it says, for a second, and twice as
//! long each time, up to five minutes. A passphrase is stretched with scrypt, so one attempt is looked at at a time, in the
//! order in which they came, one of each source.
//!
//! Whoever knows the passphrase could still try codes from many sources. Of wrong codes under the right passphrase ten are
//! looked at, and another one every five minutes: three in a million are right, so that a year of it finds one in three
//! times out of ten, and the page says all along that somebody tries. Nobody without the passphrase can use these up, and codes from paper
//! are always looked at.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard as Place;
use tokio::time::Instant;

/// What the first failure of a source costs it.
const FIRST: Duration = Duration::from_secs(1);
/// Longest wait of a source.
const LONGEST: Duration = Duration::from_secs(300);
/// Sources that are remembered. A further one makes the one forgotten that waits least.
const SOURCES: usize = 256;
/// Attempts that may wait for their turn: half a minute of them.
const WAITING: usize = 16;
/// Wrong codes that are looked at at once,
const CODES: u32 = 10;
/// and how long each of them counts.
const CODE: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
struct Source {
    failures: u32,
    /// Nothing is looked at before.
    until: Option<Instant>,
    /// Whether an attempt of it is being looked at, or waits to be.
    here: bool,
}

#[derive(Debug, Default)]
struct Known {
    sources: BTreeMap<IpAddr, Source>,
    /// Wrong codes that count still, and since when they have been counted down.
    codes: u32,
    since: Option<Instant>,
    /// Failures since somebody came in.
    failures: u64,
}

/// Attempts to sign in from the network.
#[derive(Debug, Default)]
pub(in crate::web) struct Patience {
    known: Mutex<Known>,
    one: tokio::sync::Mutex<()>,
}

/// The right to try once. Counts as a failure until it is told otherwise.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    patience: &'a Patience,
    source: IpAddr,
    good: bool,
    _place: Place<'a, ()>,
}

/// A place in the row, given back whatever happens.
struct Row<'a>(&'a Patience, IpAddr);

impl Drop for Row<'_> {
    fn drop(&mut self) {
        if let Some(source) = self.0.known().sources.get_mut(&self.1) {
            source.here = false;
        }
    }
}

impl Patience {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// How long this source should wait before it tries again.
    pub(super) async fn turn(&self, from: IpAddr) -> Result<Turn<'_>, Duration> {
        let source = one_of(from);
        self.line_up(source, Instant::now())?;
        let row = Row(self, source);
        let place = self.one.lock().await;
        // From here on the turn gives the place back.
        std::mem::forget(row);
        Ok(Turn {
            patience: self,
            source,
            good: false,
            _place: place,
        })
    }

    fn line_up(&self, source: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut known = self.known();
        let waiting = known.sources.values().filter(|source| source.here).count();
        if !known.sources.contains_key(&source) && known.sources.len() >= SOURCES {
            let idle = known.sources.iter().filter(|(_, source)| !source.here);
            let least = idle.min_by_key(|(_, source)| source.until);
            if let Some(least) = least.map(|(source, _)| *source) {
                known.sources.remove(&least);
            }
        }
        let source = known.sources.entry(source).or_default();
        let left = source.until.map(|until| until.duration_since(now));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return Err(left);
        }
        if source.here || waiting >= WAITING {
            return Err(FIRST);
        }
        source.here = true;
        Ok(())
    }

    /// Whether a code of six digits is looked at now.
    pub(super) fn looks_at_codes(&self, now: Instant) -> bool {
        let mut known = self.known();
        known.count_down(now);
        known.codes < CODES
    }

    /// A code of six digits was wrong, and the passphrase with it right.
    pub(super) fn wrong_code(&self, now: Instant) {
        let mut known = self.known();
        known.count_down(now);
        known.codes = known.codes.saturating_add(1);
    }

    /// Failures since somebody came in from the network.
    pub(in crate::web) fn failures(&self) -> u64 {
        self.known().failures
    }
}

impl Known {
    fn count_down(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let gone = now.duration_since(since).as_secs() / CODE.as_secs();
        let gone = u32::try_from(gone).unwrap_or(u32::MAX);
        if self.codes <= gone {
            self.codes = 0;
            self.since = None;
        } else if gone > 0 {
            self.codes -= gone;
            self.since = Some(since + CODE * gone);
        }
        self.since.get_or_insert(now);
    }
}

impl Turn<'_> {
    /// The attempt was right.
    pub(super) fn succeeded(mut self) {
        self.good = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut known = self.patience.known();
        if self.good {
            known.failures = 0;
            known.sources.remove(&self.source);
            return;
        }
        known.failures = known.failures.saturating_add(1);
        if let Some(source) = known.sources.get_mut(&self.source) {
            source.here = false;
            source.failures = source.failures.saturating_add(1);
            source.until = Some(Instant::now() + wait_after(source.failures));
        }
    }
}

/// What counts as one source: whoever has an address of IPv6 has as many as he likes of the same 64 bits.
fn one_of(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64)),
        v4 => v4,
    }
}

fn wait_after(failures: u32) -> Duration {
    FIRST
        .saturating_mul(1 << failures.saturating_sub(1).min(16))
        .min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROGUE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 66));
    const PHONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 7));

    async fn fails(patience: &Patience, from: IpAddr) -> Result<(), Duration> {
        patience.turn(from).await.map(drop)
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_guesses_waits_longer_each_time_and_no_other_source_with_it() {
        let patience = Patience::default();
        let mut looked_at = 0;
        for _ in 0..3_600 {
            looked_at += u32::from(fails(&patience, ROGUE).await.is_ok());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        // A second, two, four, … and then twelve an hour.
        assert!(looked_at <= 20, "{looked_at} of 3,600 were looked at");
        assert!(fails(&patience, ROGUE).await.unwrap_err() <= LONGEST);
        assert_eq!(patience.failures(), u64::from(looked_at));
        patience.turn(PHONE).await.unwrap().succeeded();
        assert_eq!(patience.failures(), 0);
        assert!(fails(&patience, PHONE).await.is_ok());
        assert_eq!(fails(&patience, PHONE).await, Err(FIRST));
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_attempts_at_once_leave_a_place_for_the_resident() {
        let patience = std::sync::Arc::new(Patience::default());
        let first = patience.turn(ROGUE).await.unwrap();
        for _ in 0..1_000 {
            assert_eq!(fails(&patience, ROGUE).await, Err(FIRST));
        }
        let theirs = std::sync::Arc::clone(&patience);
        let resident = tokio::spawn(async move { theirs.turn(PHONE).await.is_ok() });
        tokio::task::yield_now().await;
        drop(first);
        assert!(resident.await.unwrap());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_keeps_no_place() {
        let patience = Patience::default();
        let first = patience.turn(ROGUE).await.unwrap();
        let waited = tokio::time::timeout(Duration::ZERO, patience.turn(PHONE)).await;
        assert!(waited.is_err());
        drop(first);
        assert!(patience.turn(PHONE).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_codes_are_looked_at_ten_times_and_then_once_in_five_minutes() {
        let patience = Patience::default();
        let mut tried = 0;
        for _ in 0..86_400 {
            if patience.looks_at_codes(Instant::now()) {
                patience.wrong_code(Instant::now());
                tried += 1;
            }
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(tried, 10 + 287);
        tokio::time::advance(CODE * 10).await;
        assert!(patience.looks_at_codes(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn sources_are_remembered_within_bounds_and_a_network_of_ipv6_is_one() {
        let patience = Patience::default();
        for host in 0..2_000_u32 {
            let from = IpAddr::V4(std::net::Ipv4Addr::from(0x0a00_0000 + host));
            fails(&patience, from).await.unwrap();
        }
        assert_eq!(patience.known().sources.len(), SOURCES);
        let [one, other] = ["fd00::1", "fd00::9999"].map(|text| text.parse().unwrap());
        fails(&patience, one).await.unwrap();
        assert!(fails(&patience, other).await.is_err());
    }
}
