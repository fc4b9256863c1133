//! Which connections there are to each peer, and to which run of its program.
//!
//! A home that died without a word leaves connections behind that nobody notices for a minute. Were new ones refused
//! when there are too many, it would be shut out for as long, although it is the one that is alive: the oldest makes
//! room. And were the dead ones kept beside the new, gossip would go on as if nothing had happened ([`Run`]).

use std::collections::{BTreeMap, VecDeque};

use libp2p::core::ConnectedPoint;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};

use super::peers::without_peer;
use super::reach::relay_of;
use super::run::Run;

/// Connections to one peer: TCP and QUIC may race, and both sides may dial.
const PER_PEER: usize = 4;

/// The connections of a node.
#[derive(Debug, Default)]
pub(super) struct Connections(BTreeMap<PeerId, Peer>);

/// How a connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// We dialled it there.
    Dialled(Multiaddr),
    /// It dialled us.
    Answered {
        /// Here.
        here: Multiaddr,
        /// From there.
        from: Multiaddr,
    },
    /// Through a neighbour.
    Through(PeerId),
    /// Directly, agreed upon through a neighbour.
    Punched,
}

impl Way {
    pub(super) fn of(endpoint: &ConnectedPoint) -> Self {
        let (ConnectedPoint::Dialer { address, .. }
        | ConnectedPoint::Listener {
            local_addr: address,
            ..
        }) = endpoint;
        match (relay_of(address), endpoint) {
            (Some(relay), _) => Self::Through(relay),
            (None, ConnectedPoint::Dialer { .. }) => Self::Dialled(without_peer(address.clone())),
            (
                None,
                ConnectedPoint::Listener {
                    local_addr,
                    send_back_addr,
                },
            ) => Self::Answered {
                here: local_addr.clone(),
                from: send_back_addr.clone(),
            },
        }
    }
}

#[derive(Debug, Default)]
struct Peer {
    open: VecDeque<(ConnectionId, Way)>,
    run: Option<Run>,
}

impl Connections {
    /// A connection was made. Gives the one that has to make room for it.
    pub(super) fn opened(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        way: Way,
    ) -> Option<ConnectionId> {
        let met_through_others = self.relays(peer).is_some();
        let Peer { open, .. } = self.0.entry(peer).or_default();
        let way = match way {
            Way::Dialled(_) | Way::Answered { .. } if met_through_others => Way::Punched,
            way => way,
        };
        open.push_back((connection, way));
        if open.len() > PER_PEER {
            open.pop_front().map(|(oldest, _)| oldest)
        } else {
            None
        }
    }

    /// How a connection came about.
    pub(super) fn way(&self, peer: PeerId, connection: ConnectionId) -> Option<&Way> {
        let mut open = self.0.get(&peer)?.open.iter();
        open.find(|(held, _)| *held == connection)
            .map(|(_, way)| way)
    }

    /// Through whom a peer is reached, if it is reached through others only.
    pub(super) fn relays(&self, peer: PeerId) -> Option<Vec<PeerId>> {
        let Peer { open, .. } = self.0.get(&peer)?;
        let relay = |(_, way): &(ConnectionId, Way)| match way {
            Way::Through(relay) => Some(*relay),
            Way::Dialled(_) | Way::Answered { .. } | Way::Punched => None,
        };
        open.iter().map(relay).collect()
    }

    /// Connections to a peer through others, now that there is a direct one.
    pub(super) fn detours(&self, peer: PeerId) -> Vec<ConnectionId> {
        let Some(Peer { open, .. }) = self.0.get(&peer).filter(|_| self.relays(peer).is_none())
        else {
            return Vec::new();
        };
        let detours = open
            .iter()
            .filter(|(_, way)| matches!(way, Way::Through(_)));
        detours.map(|(connection, _)| *connection).collect()
    }

    /// How each peer is reached: the best of its ways.
    pub(super) fn ways(&self) -> impl Iterator<Item = (PeerId, &Way)> {
        self.0.iter().filter_map(|(peer, held)| {
            let through = |way: &Way| matches!(way, Way::Through(_));
            let ways = held.open.iter().map(|(_, way)| way);
            Some((*peer, ways.min_by_key(|way| through(way))?))
        })
    }

    /// A connection is gone.
    pub(super) fn closed(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(Peer { open, .. }) = self.0.get_mut(&peer) {
            open.retain(|(held, _)| *held != connection);
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

    fn answered() -> Way {
        Way::Answered {
            here: Multiaddr::empty(),
            from: Multiaddr::empty(),
        }
    }

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn the_oldest_connection_makes_room_and_another_peers_never() {
        let (peer, other) = (PeerId::random(), PeerId::random());
        let mut connections = Connections::default();
        assert_eq!(connections.opened(other, id(100), answered()), None);
        for n in 0..PER_PEER {
            assert_eq!(connections.opened(peer, id(n), answered()), None);
        }
        assert_eq!(connections.opened(peer, id(10), answered()), Some(id(0)));
        assert_eq!(connections.opened(peer, id(11), answered()), Some(id(1)));
    }

    #[test]
    fn a_program_that_started_anew_beside_its_dead_connections_is_noticed_once() {
        let peer = PeerId::random();
        let mut connections = Connections::default();
        connections.opened(peer, id(1), answered());
        assert!(!connections.is_another_run(peer, Run(1)));
        assert!(!connections.is_another_run(peer, Run(1)));
        connections.opened(peer, id(2), answered());
        assert!(connections.is_another_run(peer, Run(2)));
        assert!(!connections.is_another_run(peer, Run(2)));
        for n in [1, 2] {
            connections.closed(peer, id(n));
        }
        connections.opened(peer, id(3), answered());
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
            assert_eq!(connections.opened(peer, id(n), answered()), None);
            connections.closed(peer, id(n));
        }
        assert!(connections.0.is_empty());
    }

    #[test]
    fn a_way_through_a_neighbour_is_given_up_once_there_is_a_direct_one() {
        let (peer, relay) = (PeerId::random(), PeerId::random());
        let mut connections = Connections::default();
        connections.opened(peer, id(1), Way::Through(relay));
        assert_eq!(connections.relays(peer), Some(vec![relay]));
        assert!(connections.detours(peer).is_empty());
        connections.opened(peer, id(2), answered());
        assert_eq!(connections.relays(peer), None);
        assert_eq!(connections.detours(peer), [id(1)]);
        let ways: Vec<_> = connections.ways().collect();
        assert_eq!(ways, [(peer, &Way::Punched)]);
    }
}
