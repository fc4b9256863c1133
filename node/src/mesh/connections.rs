//! Which connections there are to each peer, and to which run of its program.
//!
//! A home that died without a word leaves connections behind that nobody notices for a minute. Were new ones refused
//! when there are too many, it would be shut out for as long, although it is the one that is alive: the oldest makes
//! room. And were the dead ones kept beside the new, gossip would go on as if nothing had happened ([`Run`]).

use std::collections::{BTreeMap, VecDeque};

use libp2p::PeerId;
use libp2p::swarm::ConnectionId;

use super::run::Run;

/// Connections to one peer: TCP and QUIC may race, and both sides may dial.
const PER_PEER: usize = 4;

/// The connections of a node.
#[derive(Debug, Default)]
pub(super) struct Connections(BTreeMap<PeerId, Peer>);

#[derive(Debug, Default)]
struct Peer {
    open: VecDeque<ConnectionId>,
    run: Option<Run>,
}

impl Connections {
    /// A connection was made. Gives the one that has to make room for it.
    pub(super) fn opened(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
    ) -> Option<ConnectionId> {
        let Peer { open, .. } = self.0.entry(peer).or_default();
        open.push_back(connection);
        if open.len() > PER_PEER {
            open.pop_front()
        } else {
            None
        }
    }

    /// A connection is gone.
    pub(super) fn closed(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(Peer { open, .. }) = self.0.get_mut(&peer) {
            open.retain(|held| *held != connection);
            if open.is_empty() {
                self.0.remove(&peer);
            }
        }
    }

    /// A peer said which run of its program it is. Whether it said another one before, on a connection that is open.
    pub(super) fn is_another_run(&mut self, peer: PeerId, run: Run) -> bool {
        let held = self.0.get_mut(&peer);
        held.and_then(|peer| peer.run.replace(run))
            .is_some_and(|before| before != run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn the_oldest_connection_makes_room_and_another_peers_never() {
        let (peer, other) = (PeerId::random(), PeerId::random());
        let mut connections = Connections::default();
        assert_eq!(connections.opened(other, id(100)), None);
        for n in 0..PER_PEER {
            assert_eq!(connections.opened(peer, id(n)), None);
        }
        assert_eq!(connections.opened(peer, id(10)), Some(id(0)));
        assert_eq!(connections.opened(peer, id(11)), Some(id(1)));
    }

    #[test]
    fn a_program_that_started_anew_beside_its_dead_connections_is_noticed_once() {
        let peer = PeerId::random();
        let mut connections = Connections::default();
        connections.opened(peer, id(1));
        assert!(!connections.is_another_run(peer, Run(1)));
        assert!(!connections.is_another_run(peer, Run(1)));
        connections.opened(peer, id(2));
        assert!(connections.is_another_run(peer, Run(2)));
        assert!(!connections.is_another_run(peer, Run(2)));
        for n in [1, 2] {
            connections.closed(peer, id(n));
        }
        connections.opened(peer, id(3));
        assert!(
            !connections.is_another_run(peer, Run(3)),
            "nothing was open"
        );
    }

    #[test]
    fn a_connection_that_closed_takes_no_room() {
        let peer = PeerId::random();
        let mut connections = Connections::default();
        for n in 0..100 {
            assert_eq!(connections.opened(peer, id(n)), None);
            connections.closed(peer, id(n));
        }
        assert!(connections.0.is_empty());
    }
}
