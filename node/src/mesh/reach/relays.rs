//! Which neighbours pass on to this home what others want to tell it.
//!
//! A home that nobody reaches from outside asks two neighbours who are reached to hold a place for it. Which two follows
//! from its peer id, so that not everybody leans on the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// Places that are held at the same time.
const PLACES: usize = 2;
/// A neighbour who gave no place is asked again after this long.
const AGAIN: Duration = Duration::from_secs(30);
/// Neighbours who offer to relay that are remembered.
const OFFERS: usize = 64;

/// Relays: those that could be asked, and those that hold a place.
#[derive(Debug)]
pub(super) struct Relays {
    me: PeerId,
    /// Where each was reached.
    offers: BTreeMap<PeerId, Multiaddr>,
    asked: Vec<(ListenerId, PeerId)>,
    places: BTreeSet<PeerId>,
    refused: BTreeMap<PeerId, Instant>,
    /// Those that carry clips, too.
    with_clips: BTreeSet<PeerId>,
}

impl Relays {
    pub(super) const fn of(me: PeerId) -> Self {
        Self {
            me,
            offers: BTreeMap::new(),
            asked: Vec::new(),
            places: BTreeSet::new(),
            refused: BTreeMap::new(),
            with_clips: BTreeSet::new(),
        }
    }

    /// A neighbour to whom we are connected directly offers to relay.
    pub(super) fn offered(&mut self, relay: PeerId, at: Multiaddr) {
        if self.offers.len() < OFFERS || self.offers.contains_key(&relay) {
            self.offers.insert(relay, at);
        }
    }

    /// A neighbour does not offer it, or is not connected any more.
    pub(super) fn withdrawn(&mut self, relay: PeerId) {
        self.offers.remove(&relay);
    }

    /// Whom to ask for a place now, and the address to listen on for it.
    pub(super) fn next(&self, now: Instant) -> Option<(PeerId, Multiaddr)> {
        if self.asked.len() >= PLACES {
            return None;
        }
        let waits = |relay: &PeerId| {
            let refused = self.refused.get(relay);
            refused.is_none_or(|at| now.duration_since(*at) >= AGAIN)
        };
        let free = self.offers.iter().filter(|(relay, _)| {
            !self.asked.iter().any(|(_, asked)| asked == *relay) && waits(relay)
        });
        let (relay, at) = free.min_by_key(|(relay, _)| self.distance(**relay))?;
        let address = at.clone().with(Protocol::P2p(*relay));
        Some((*relay, address.with(Protocol::P2pCircuit)))
    }

    /// Somebody else comes first for every home.
    fn distance(&self, relay: PeerId) -> [u8; 32] {
        let mut hash = blake3::Hasher::new();
        hash.update(&self.me.to_bytes());
        hash.update(&relay.to_bytes());
        *hash.finalize().as_bytes()
    }

    pub(super) fn ask(&mut self, relay: PeerId, listener: ListenerId) {
        self.asked.push((listener, relay));
    }

    /// A neighbour holds a place, and carries clips or does not.
    pub(super) fn granted(&mut self, relay: PeerId, with_clips: bool) {
        self.places.insert(relay);
        self.carries(relay, with_clips);
    }

    /// What a relay said that it carries.
    pub(super) fn carries(&mut self, relay: PeerId, clips: bool) {
        if !clips {
            self.with_clips.remove(&relay);
        } else if self.with_clips.len() < OFFERS {
            self.with_clips.insert(relay);
        }
    }

    /// A listener ended. Whether it was a place, which is not held any more or was not given.
    pub(super) fn lost(&mut self, listener: ListenerId, now: Instant) -> bool {
        let Some(place) = self.asked.iter().position(|(held, _)| *held == listener) else {
            return false;
        };
        let (_, relay) = self.asked.remove(place);
        self.places.remove(&relay);
        self.refused.retain(|_, at| now.duration_since(*at) < AGAIN);
        self.refused.insert(relay, now);
        true
    }

    pub(super) fn has_clips_carried_by(&self, relay: PeerId) -> bool {
        self.with_clips.contains(&relay)
    }

    /// Who holds a place.
    pub(super) fn places(&self) -> impl Iterator<Item = PeerId> {
        self.places.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: usize) -> Multiaddr {
        format!("/ip4/9.9.9.9/tcp/{port}").parse().unwrap()
    }

    #[test]
    fn two_places_are_asked_for_and_one_that_was_lost_elsewhere_first() {
        let mut relays = Relays::of(PeerId::random());
        let now = Instant::now();
        assert_eq!(relays.next(now), None);
        for port in 1..=3 {
            relays.offered(PeerId::random(), at(port));
        }
        let mut asked = Vec::new();
        while let Some((relay, address)) = relays.next(now) {
            assert!(address.to_string().ends_with("/p2p-circuit"));
            let listener = ListenerId::next();
            relays.ask(relay, listener);
            relays.granted(relay, false);
            asked.push((relay, listener));
        }
        assert_eq!(asked.len(), PLACES);
        let (lost, listener) = asked[0];
        relays.lost(listener, now);
        let (other, _) = relays.next(now).unwrap();
        assert!(!asked.iter().any(|(relay, _)| *relay == other));
        assert_eq!(relays.places().collect::<Vec<_>>(), [asked[1].0]);
        relays.withdrawn(other);
        assert_eq!(relays.next(now), None);
        let again = relays.next(now + AGAIN).map(|(relay, _)| relay);
        assert_eq!(again, Some(lost));
    }

    #[test]
    fn homes_do_not_all_lean_on_the_same_neighbour() {
        let offers: Vec<_> = (1..=4).map(|port| (PeerId::random(), at(port))).collect();
        let first = |_| {
            let mut relays = Relays::of(PeerId::random());
            for (relay, at) in &offers {
                relays.offered(*relay, at.clone());
            }
            relays.next(Instant::now()).map(|(relay, _)| relay)
        };
        let firsts: BTreeSet<_> = (0..64).map(first).collect();
        assert!(firsts.len() > 1);
    }
}
