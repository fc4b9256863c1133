//! Which connections there are to each peer, and to which run of its program.
//!
//! A home that died without a word leaves connections behind that nobody notices for a minute. Were new ones refused
//! when there are too many, it would be shut out for as long, although it is the one that is alive: the oldest makes
//! room. And were the dead ones kept beside the new, gossip would go on as if nothing had happened ([`Run`]).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use libp2p::core::ConnectedPoint;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::peers::without_peer;
use super::pulse::is_quic;
use super::reach::relay_of;
use super::run::Run;

/// Connections to one peer: TCP and QUIC may race, and both sides may dial.
const PER_PEER: usize = 4;
/// Direct connections beside another one are given up after this long: what began on them is done, also when the line was
/// down for a minute meanwhile. Gossip says on one of them, once, what a home listens to; were that one given up with it
/// still under way, whatever is said in the open would miss the home for as long as the other lasts.
const SPARE: Duration = Duration::from_secs(3 * 60);

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

impl Way {
    fn is_quic(&self) -> bool {
        let (Self::Dialled(at) | Self::Answered { here: at, .. }) = self else {
            return false;
        };
        is_quic(at)
    }
}

#[derive(Debug, Default)]
struct Peer {
    open: VecDeque<Open>,
    run: Option<Run>,
}

#[derive(Debug)]
struct Open {
    connection: ConnectionId,
    way: Way,
    /// QUIC needs the fewest bytes when nothing is said, and notices by itself that the other end is gone.
    is_quic: bool,
    since: Instant,
}

impl Open {
    fn is_detour(&self) -> bool {
        matches!(self.way, Way::Through(_))
    }
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
        let is_quic = way.is_quic();
        let way = match way {
            Way::Dialled(_) | Way::Answered { .. } if met_through_others => Way::Punched,
            way => way,
        };
        open.push_back(Open {
            connection,
            way,
            is_quic,
            since: Instant::now(),
        });
        if open.len() > PER_PEER {
            open.pop_front().map(|oldest| oldest.connection)
        } else {
            None
        }
    }

    /// How a connection came about.
    pub(super) fn way(&self, peer: PeerId, connection: ConnectionId) -> Option<&Way> {
        let mut open = self.0.get(&peer)?.open.iter();
        open.find(|held| held.connection == connection)
            .map(|held| &held.way)
    }

    /// Through whom a peer is reached, if it is reached through others only.
    pub(super) fn relays(&self, peer: PeerId) -> Option<Vec<PeerId>> {
        let Peer { open, .. } = self.0.get(&peer)?;
        let relay = |held: &Open| match held.way {
            Way::Through(relay) => Some(relay),
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
        let detours = open.iter().filter(|held| held.is_detour());
        detours.map(|held| held.connection).collect()
    }

    /// Direct connections beside another one to the same peer, which cost bytes all day and carry nothing: both ends
    /// dial, by TCP and QUIC. One end decides, or each might give up the one that the other keeps. An old one may be dead
    /// without anybody having noticed, so one of those stays that came last.
    pub(super) fn spare(&self, me: PeerId, now: Instant) -> Vec<ConnectionId> {
        let mut spare = Vec::new();
        for (_, held) in self.0.iter().filter(|(peer, _)| me < **peer) {
            let direct = || held.open.iter().filter(|open| !open.is_detour());
            let Some(last) = direct().map(|open| open.since).max() else {
                continue;
            };
            if now.duration_since(last) < SPARE {
                continue;
            }
            let came_with_it = direct().filter(|open| last.duration_since(open.since) < SPARE);
            let kept = came_with_it.max_by_key(|open| (open.is_quic, open.since));
            let kept = kept.map(|open| open.connection);
            let others = direct().filter(|open| Some(open.connection) != kept);
            spare.extend(others.map(|open| open.connection));
        }
        spare
    }

    /// How each peer is reached: the best of its ways.
    pub(super) fn ways(&self) -> impl Iterator<Item = (PeerId, &Way)> {
        self.0.iter().filter_map(|(peer, held)| {
            let best = held.open.iter().min_by_key(|open| open.is_detour())?;
            Some((*peer, &best.way))
        })
    }

    /// A connection is gone.
    pub(super) fn closed(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(Peer { open, .. }) = self.0.get_mut(&peer) {
            open.retain(|held| held.connection != connection);
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

    #[tokio::test(start_paused = true)]
    async fn of_several_direct_ways_one_end_gives_up_all_but_quic_and_all_that_may_be_dead() {
        let (me, peer) = {
            let (one, other) = (PeerId::random(), PeerId::random());
            (one.min(other), one.max(other))
        };
        let dialled = |at: &str| Way::Dialled(at.parse().unwrap());
        let (tcp, quic) = ("/ip4/9.9.9.9/tcp/1", "/ip4/9.9.9.9/udp/1/quic-v1");
        let mut connections = Connections::default();
        connections.opened(peer, id(1), dialled(quic));
        connections.opened(peer, id(2), dialled(tcp));
        assert!(connections.spare(me, Instant::now()).is_empty(), "too soon");
        tokio::time::advance(SPARE).await;
        let now = Instant::now();
        assert_eq!(connections.spare(me, now), [id(2)]);
        assert!(connections.spare(peer, now).is_empty(), "the other end");
        connections.closed(peer, id(2));
        assert!(connections.spare(me, now).is_empty());
        connections.opened(peer, id(3), dialled(tcp));
        tokio::time::advance(SPARE).await;
        let spare = connections.spare(me, Instant::now());
        assert_eq!(spare, [id(1)], "he came back over TCP");
    }
}
