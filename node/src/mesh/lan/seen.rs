//! Homes that were heard of, and when to dial which.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::packet::NAME_TTL;
use super::presence::Found;

/// Homes that are remembered, at most.
const HOMES: usize = 64;
/// Homes that are dialled in one second, at most. A liar can have that many strangers knocked at, and no more.
const DIALS: usize = 4;
/// A home is dialled again after this long: it may have been busy, or its street have let it in since.
const AGAIN: Duration = Duration::from_secs(60);
/// A home that was not heard of for this long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(NAME_TTL as u64);

#[derive(Debug, Default)]
pub(super) struct Seen {
    homes: BTreeMap<PeerId, Sighting>,
    dials: usize,
}

#[derive(Debug)]
struct Sighting {
    addresses: Vec<Multiaddr>,
    heard: Instant,
    dialled: Option<Instant>,
}

impl Seen {
    /// Remembers what was heard of a home. A newcomer takes the place of the one that was silent the longest.
    pub(super) fn note(&mut self, found: Found, now: Instant) {
        let Found { peer, addresses } = found;
        if addresses.is_empty() {
            self.homes.remove(&peer);
            return;
        }
        if let Some(home) = self.homes.get_mut(&peer) {
            home.heard = now;
            if home.addresses != addresses {
                // It moved. Waiting for its turn would help nobody.
                home.dialled = None;
                home.addresses = addresses;
            }
            return;
        }
        if self.homes.len() >= HOMES {
            let silent = self.homes.iter().min_by_key(|(_, home)| home.heard);
            if let Some(silent) = silent.map(|(peer, _)| *peer) {
                self.homes.remove(&silent);
            }
        }
        let home = Sighting {
            addresses,
            heard: now,
            dialled: None,
        };
        self.homes.insert(peer, home);
    }

    /// A second has passed: there may be dials again.
    pub(super) fn second(&mut self, now: Instant) {
        self.dials = DIALS;
        self.homes
            .retain(|_, home| now.duration_since(home.heard) < FORGOTTEN);
    }

    /// A home that is to be dialled now; those that never were come first.
    pub(super) fn due(&mut self, now: Instant) -> Option<Found> {
        if self.dials == 0 {
            return None;
        }
        let due = |home: &Sighting| {
            home.dialled
                .is_none_or(|dialled| now.duration_since(dialled) >= AGAIN)
        };
        let (peer, home) = self
            .homes
            .iter_mut()
            .filter(|(_, home)| due(home))
            .min_by_key(|(_, home)| home.dialled)?;
        self.dials -= 1;
        home.dialled = Some(now);
        Some(Found {
            peer: *peer,
            addresses: home.addresses.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::lan::tests::peer;

    fn found(key: u8, port: u16) -> Found {
        Found {
            peer: peer(key),
            addresses: vec![format!("/ip4/10.0.0.1/tcp/{port}").parse().unwrap()],
        }
    }

    fn all_due(seen: &mut Seen, now: Instant) -> Vec<PeerId> {
        std::iter::from_fn(|| seen.due(now).map(|found| found.peer)).collect()
    }

    #[test]
    fn a_home_is_dialled_when_it_is_heard_and_again_after_a_while() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        seen.second(start);
        seen.note(found(1, 1), start);
        assert_eq!(all_due(&mut seen, start), [peer(1)]);
        seen.note(found(1, 1), start);
        assert!(all_due(&mut seen, start).is_empty());
        assert_eq!(all_due(&mut seen, start + AGAIN), [peer(1)]);
    }

    #[test]
    fn a_home_that_moved_is_dialled_at_once() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        seen.second(start);
        seen.note(found(1, 1), start);
        assert_eq!(seen.due(start), Some(found(1, 1)));
        seen.note(found(1, 2), start);
        assert_eq!(seen.due(start), Some(found(1, 2)));
    }

    #[test]
    fn a_home_that_said_goodbye_or_nothing_for_long_is_forgotten() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        seen.note(found(1, 1), start);
        seen.note(found(2, 1), start);
        let goodbye = Found {
            addresses: Vec::new(),
            ..found(1, 1)
        };
        seen.note(goodbye, start);
        seen.second(start);
        assert_eq!(all_due(&mut seen, start), [peer(2)]);
        seen.second(start + FORGOTTEN);
        assert!(all_due(&mut seen, start + FORGOTTEN).is_empty());
    }

    #[test]
    fn a_crowd_is_dialled_a_few_at_a_time_and_remembered_in_part() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        for key in 0..=255 {
            seen.note(found(key, 1), start + Duration::from_millis(key.into()));
        }
        assert_eq!(seen.homes.len(), HOMES);
        assert!(seen.homes.contains_key(&peer(255)) && !seen.homes.contains_key(&peer(0)));
        assert!(all_due(&mut seen, start).is_empty());
        let mut dialled = Vec::new();
        for second in 1..=20 {
            let now = start + Duration::from_secs(second);
            seen.second(now);
            let some = all_due(&mut seen, now);
            assert!(some.len() <= DIALS);
            dialled.extend(some);
        }
        assert_eq!(dialled.len(), HOMES, "each once");
    }
}
