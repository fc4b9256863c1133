//! Trying once more to find a direct way to a peer that is reached through a neighbour.
//!
//! libp2p tries it when a circuit is made, three times within seconds, with the addresses that are known at that moment.
//! Routers change, and a home that has just started hardly knows how it looks from outside. So whoever dialled the
//! circuit dials a second one beside it from time to time: that makes both ends try anew, with what they know by then.
//! What is said stays on the first; the second is closed if nothing came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// After how long it is tried again for the first time. Each time twice as long, and at most
const FIRST: Duration = Duration::from_secs(60);
/// this long.
const LONGEST: Duration = Duration::from_secs(3600);
/// Between any two of them: circuits are counted for each household.
const GAP: Duration = Duration::from_secs(60);
/// How long a second circuit is kept. Both ends need two round trips and three dials.
const TRIAL: Duration = Duration::from_secs(40);
/// Peers that are remembered; more than may be connected.
const PEERS: usize = 256;

/// The peers that are reached through neighbours, and when a direct way is looked for again.
#[derive(Debug, Default)]
pub(super) struct Again {
    peers: BTreeMap<PeerId, Peer>,
    last: Option<Instant>,
    trials: BTreeMap<ConnectionId, Instant>,
}

#[derive(Debug)]
struct Peer {
    circuit: Multiaddr,
    next: Instant,
    pause: Duration,
}

impl Again {
    /// A circuit that we dialled to a peer stands.
    pub(super) fn through(&mut self, peer: PeerId, circuit: Multiaddr, now: Instant) {
        if self.peers.len() >= PEERS && !self.peers.contains_key(&peer) {
            return;
        }
        let known = self.peers.entry(peer).or_insert_with(|| Peer {
            circuit: circuit.clone(),
            next: now + FIRST,
            pause: FIRST,
        });
        known.circuit = circuit;
    }

    /// A peer is reached directly, or not at all any more.
    pub(super) fn over(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// To whom a second circuit is dialled now, and where.
    pub(super) fn next(&mut self, now: Instant) -> Option<(PeerId, Multiaddr)> {
        if self.last.is_some_and(|last| now.duration_since(last) < GAP) {
            return None;
        }
        let due = self.peers.iter_mut().filter(|(_, peer)| peer.next <= now);
        let (peer, held) = due.min_by_key(|(_, peer)| peer.next)?;
        held.pause = (held.pause * 2).min(LONGEST);
        held.next = now + held.pause;
        self.last = Some(now);
        Some((*peer, held.circuit.clone()))
    }

    /// A second circuit is being dialled.
    pub(super) fn trying(&mut self, connection: ConnectionId, now: Instant) {
        self.trials.insert(connection, now + TRIAL);
    }

    /// A connection is gone.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.trials.remove(&connection);
    }

    /// Second circuits of which nothing came.
    pub(super) fn in_vain(&mut self, now: Instant) -> Vec<ConnectionId> {
        let vain = self.trials.extract_if(.., |_, end| *end <= now);
        vain.map(|(connection, _)| connection).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circuit() -> Multiaddr {
        "/ip4/9.9.9.9/tcp/1/p2p-circuit".parse().unwrap()
    }

    /// The seconds after which a direct way is looked for within a day.
    fn tries(again: &mut Again, start: Instant) -> Vec<u64> {
        let seconds = (0..24 * 3600).step_by(5);
        let tried = |after: &u64| again.next(start + Duration::from_secs(*after)).is_some();
        seconds.filter(tried).collect()
    }

    #[test]
    fn a_direct_way_is_looked_for_again_less_and_less_often_and_never_given_up() {
        let (mut again, start) = (Again::default(), Instant::now());
        let peer = PeerId::random();
        again.through(peer, circuit(), start);
        let tried = tries(&mut again, start);
        assert_eq!(tried[..5], [60, 180, 420, 900, 1_860]);
        assert!((25..=30).contains(&tried.len()), "{tried:?}");
        again.over(peer);
        assert!(tries(&mut again, start + Duration::from_secs(100_000)).is_empty());
    }

    #[test]
    fn with_many_peers_there_is_one_a_minute_and_everybody_gets_a_turn() {
        let (mut again, start) = (Again::default(), Instant::now());
        for _ in 0..20 {
            again.through(PeerId::random(), circuit(), start);
        }
        let mut asked = std::collections::BTreeSet::new();
        let mut count = 0;
        for after in (0..3600).step_by(5) {
            if let Some((peer, _)) = again.next(start + Duration::from_secs(after)) {
                asked.insert(peer);
                count += 1;
            }
        }
        assert_eq!(asked.len(), 20);
        assert!(count < 60, "{count}");
    }

    #[test]
    fn a_second_circuit_of_which_nothing_came_is_closed_once() {
        let (mut again, now) = (Again::default(), Instant::now());
        let id = ConnectionId::new_unchecked;
        again.trying(id(1), now);
        again.trying(id(2), now);
        again.closed(id(2));
        assert!(again.in_vain(now).is_empty());
        assert_eq!(again.in_vain(now + TRIAL), [id(1)]);
        assert!(again.in_vain(now + TRIAL).is_empty());
    }
}
