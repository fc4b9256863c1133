//! How fast one peer may speak, and what becomes of one that will not stop.
//!
//! The engine judges what a household says by what it signed; but judging costs a decryption and a signature check, so
//! a peer that sends thousands of messages a second is stopped before. An honest home passes on no more than its
//! neighbours' allowances let through, even when all of them use theirs up at once. Whoever exceeds that by far is
//! disconnected and not let in again for a while; what it had to say reaches us through others, or when it is back.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

/// Messages that a peer may send at once: the whole burst of a household's alerts and follow-ups, and more.
const BURST: u32 = 1_000;
/// Messages a second after that.
const PER_SECOND: u32 = 20;
/// Messages beyond its pace after which a peer is shut out.
const STRIKES: u32 = 200;
/// How long it stays out.
pub(super) const OUT: Duration = Duration::from_secs(10 * 60);
/// Peers that are remembered. More are never connected.
const PEERS: usize = 512;

/// What to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Judge it.
    Hear,
    /// Drop it: the peer is too fast.
    Drop,
    /// Drop it, and the peer with it.
    ShutOut,
}

#[derive(Debug)]
struct Peer {
    left: f64,
    since: Instant,
    strikes: u32,
}

/// The pace of every peer that spoke lately.
#[derive(Debug, Default)]
pub(super) struct Pace {
    peers: BTreeMap<PeerId, Peer>,
    out: BTreeMap<PeerId, Instant>,
}

impl Pace {
    /// Counts one message of a peer.
    pub(super) fn count(&mut self, peer: PeerId, now: Instant) -> Verdict {
        if self.peers.len() >= PEERS {
            let rested = |p: &Peer| refilled(p, now) >= f64::from(BURST);
            self.peers.retain(|_, p| !rested(p));
        }
        let held = self.peers.entry(peer).or_insert(Peer {
            left: f64::from(BURST),
            since: now,
            strikes: 0,
        });
        held.left = refilled(held, now);
        held.since = now;
        if held.left >= 1.0 {
            held.left -= 1.0;
            return Verdict::Hear;
        }
        held.strikes += 1;
        if held.strikes < STRIKES {
            return Verdict::Drop;
        }
        self.peers.remove(&peer);
        self.out.insert(peer, now + OUT);
        Verdict::ShutOut
    }

    /// Peers that may come back.
    pub(super) fn pardoned(&mut self, now: Instant) -> Vec<PeerId> {
        let over = |(peer, until): (&PeerId, &Instant)| (*until <= now).then_some(*peer);
        let pardoned: Vec<_> = self.out.iter().filter_map(over).collect();
        for peer in &pardoned {
            self.out.remove(peer);
        }
        pardoned
    }
}

fn refilled(peer: &Peer, now: Instant) -> f64 {
    let gained = now.saturating_duration_since(peer.since).as_secs_f64() * f64::from(PER_SECOND);
    (peer.left + gained).min(f64::from(BURST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of messages that come at this many a second for so long.
    fn sent(per_second: u32, seconds: u32) -> (u32, u32, bool) {
        let (mut pace, peer, start) = (Pace::default(), PeerId::random(), Instant::now());
        let (mut heard, mut dropped) = (0, 0);
        for n in 0..per_second * seconds {
            let now = start + Duration::from_secs_f64(f64::from(n) / f64::from(per_second));
            match pace.count(peer, now) {
                Verdict::Hear => heard += 1,
                Verdict::Drop => dropped += 1,
                Verdict::ShutOut => return (heard, dropped, true),
            }
        }
        (heard, dropped, false)
    }

    #[test]
    fn a_home_that_passes_on_everybodys_burst_is_heard() {
        assert_eq!(sent(500, 2), (1_000, 0, false));
        assert_eq!(sent(20, 600), (12_000, 0, false));
    }

    #[test]
    fn a_peer_with_ten_thousand_messages_a_second_is_shut_out_within_a_second() {
        let (heard, dropped, out) = sent(10_000, 1);
        assert!(out);
        assert!(heard <= 1_010 && dropped < STRIKES, "{heard} {dropped}");
    }

    #[test]
    fn whoever_was_shut_out_may_come_back_after_ten_minutes() {
        let (mut pace, peer, now) = (Pace::default(), PeerId::random(), Instant::now());
        while pace.count(peer, now) != Verdict::ShutOut {}
        assert!(pace.pardoned(now + OUT / 2).is_empty());
        assert_eq!(pace.pardoned(now + OUT), [peer]);
        assert_eq!(pace.count(peer, now + OUT), Verdict::Hear);
    }

    #[test]
    fn a_crowd_of_peers_does_not_fill_the_memory() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for n in 0..4 * PEERS {
            let now = start + Duration::from_secs(n as u64);
            pace.count(PeerId::random(), now);
        }
        assert!(pace.peers.len() <= PEERS);
    }
}
