//! The swarm in the engine's terms.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{self, MessageId};
use libp2p::request_response::{OutboundRequestId, ResponseChannel};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{self, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify, ping};
use streetlamp_proto::household::{AskRef, MessageRef, Protocol, RequestRef};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::Address;
use tokio::time::Instant;

use super::behaviour::{Behaviour, BehaviourEvent};
use super::connections::Connections;
use super::event::MeshEvent;
use super::lan::{Found, Lan};
use super::pace::{Pace, Verdict};
use super::peers::{device_of, keypair, peer_of, without_peer};
use super::run::Run;
use super::streams::{Incoming, SealedStreams};
use super::transport::Transport;
use crate::error::Result;

/// A connection without a stream is kept this long; neighbours ping each other and stay.
pub(super) const IDLE: Duration = Duration::from_secs(24 * 3600);
/// With this many peers, homes found on the LAN are not dialled: the rest of a crowded LAN waits for a ticket or an
/// address.
const LAN_PEERS: usize = 64;
/// How long a node that stops waits for its goodbyes to leave.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);
/// Messages and requests that wait for the engine, at most.
pub(super) const WAITING: usize = 1024;

/// A node on the mesh.
pub struct Mesh {
    pub(super) swarm: Swarm<Behaviour>,
    incoming: Incoming,
    lan: Option<Lan>,
    pub(super) messages: BTreeMap<MessageRef, (MessageId, PeerId)>,
    pub(super) requests: BTreeMap<RequestRef, (Protocol, ResponseChannel<Vec<u8>>)>,
    pub(super) asks: BTreeMap<(Protocol, OutboundRequestId), AskRef>,
    pace: Pace,
    connections: Connections,
    /// What happened while nobody asked what happens next.
    pub(super) early: VecDeque<MeshEvent>,
    next: u64,
}

impl fmt::Debug for Mesh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mesh")
            .field("peer", self.swarm.local_peer_id())
            .finish_non_exhaustive()
    }
}

impl Mesh {
    /// A node that does not listen yet.
    ///
    /// # Errors
    /// If libp2p cannot be set up.
    pub fn new(
        device: &SigningKey,
        transport: Transport,
        mdns: bool,
        run: Run,
    ) -> Result<(Self, SealedStreams)> {
        let keypair = keypair(device)?;
        let streams = libp2p_stream::Behaviour::new();
        let (sealed, incoming) = SealedStreams::new(streams.new_control())?;
        let behaviour = Behaviour::new(&keypair, streams, run, transport.has_process_alone())?;
        let peer = keypair.public().to_peer_id();
        let lan = mdns.then(|| Lan::new(peer)).transpose()?;
        let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
        let swarm = Swarm::new(transport.build(&keypair)?, behaviour, peer, config);
        let (messages, requests, asks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Ok((
            Self {
                swarm,
                incoming,
                lan,
                messages,
                requests,
                asks,
                pace: Pace::default(),
                connections: Connections::default(),
                early: VecDeque::new(),
                next: 0,
            },
            sealed,
        ))
    }

    /// The peer id.
    pub fn peer_id(&self) -> PeerId {
        *self.swarm.local_peer_id()
    }

    /// Connects to a device, unless it is connected. Another dial may be under way to an address that never answers.
    pub fn dial(&mut self, device: DeviceId, addresses: &[Address]) {
        let Some(peer) = peer_of(device) else { return };
        let addresses = addresses
            .iter()
            .filter_map(|a| a.as_str().parse::<Multiaddr>().ok())
            .map(without_peer)
            .collect();
        let options = DialOpts::peer_id(peer)
            .condition(PeerCondition::Disconnected)
            .addresses(addresses);
        if let Err(error) = self.swarm.dial(options.build()) {
            tracing::debug!(%error, "not dialled");
        }
    }

    /// Says goodbye to everybody, so that neighbours know at once and not when a timeout runs out.
    pub async fn close(&mut self) {
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _already_gone = self.swarm.disconnect_peer_id(peer);
        }
        let gone = async {
            if let Some(lan) = &mut self.lan {
                lan.close().await;
            }
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        let _not_everybody_listened = tokio::time::timeout(GOODBYE, gone).await;
    }

    /// The next thing that happens. Cancel-safe.
    pub async fn next(&mut self) -> MeshEvent {
        if let Some(event) = self.early.pop_front() {
            return event;
        }
        loop {
            for peer in self.pace.pardoned(Instant::now()) {
                self.swarm.behaviour_mut().shut_out.unblock_peer(peer);
            }
            let event = tokio::select! {
                stream = self.incoming.next() => stream.map(MeshEvent::Stream),
                event = self.swarm.select_next_some() => self.translate(event),
                found = next_on(&mut self.lan) => {
                    self.found_on_lan(found);
                    None
                }
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    pub(super) fn translate(&mut self, event: SwarmEvent<BehaviourEvent>) -> Option<MeshEvent> {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            })) => self.heard(propagation_source, message_id, message),
            SwarmEvent::Behaviour(BehaviourEvent::Join(event)) => {
                self.exchanged(Protocol::Join, event)
            }
            SwarmEvent::Behaviour(BehaviourEvent::Street(event)) => {
                self.exchanged(Protocol::Street, event)
            }
            SwarmEvent::Behaviour(BehaviourEvent::Device(event)) => {
                self.exchanged(Protocol::Device, event)
            }
            // libp2p only reports it. TCP would wait a quarter of an hour for a home that moved.
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event {
                connection,
                result: Err(_),
                ..
            })) => {
                self.swarm.close_connection(connection);
                None
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received {
                peer_id,
                info,
                ..
            })) => {
                let run = info.agent_version.parse().ok();
                if run.is_some_and(|run| self.connections.is_another_run(peer_id, run)) {
                    tracing::debug!(peer = %peer_id, "started anew: so do we with it");
                    let _already_gone = self.swarm.disconnect_peer_id(peer_id);
                }
                None
            }
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                num_established,
                ..
            } => {
                // Connecting over and over is a flood, too.
                let _may_be_shut_out = self.is_in_pace(peer_id);
                if let Some(oldest) = self.connections.opened(peer_id, connection_id) {
                    self.swarm.close_connection(oldest);
                }
                let Some(device) = device_of(peer_id) else {
                    let _already_gone = self.swarm.disconnect_peer_id(peer_id);
                    return None;
                };
                let address = match endpoint {
                    ConnectedPoint::Dialer { address, .. } => {
                        Address::parse(&without_peer(address).to_string()).ok()
                    }
                    ConnectedPoint::Listener { .. } => None,
                };
                (num_established.get() == 1 || address.is_some())
                    .then_some(MeshEvent::Connected { device, address })
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                num_established,
                ..
            } => {
                self.connections.closed(peer_id, connection_id);
                device_of(peer_id).map(|device| match num_established {
                    0 => MeshEvent::Disconnected { device },
                    // What was under way on the one that closed is lost.
                    _ => MeshEvent::Connected {
                        device,
                        address: None,
                    },
                })
            }
            SwarmEvent::NewListenAddr { .. } | SwarmEvent::ExpiredListenAddr { .. } => {
                self.listens_elsewhere();
                Some(MeshEvent::Listening(self.addresses()))
            }
            SwarmEvent::ListenerClosed {
                reason: Err(error), ..
            } => Some(MeshEvent::ListenerFailed(error.to_string())),
            _ => None,
        }
    }

    /// Connects to a home on the LAN. Whether it is a neighbour shows only after connecting.
    fn found_on_lan(&mut self, found: Found) {
        if self.swarm.network_info().num_peers() >= LAN_PEERS {
            return;
        }
        // Like `dial`, beside one that may be under way: a home that moved is being dialled where it was.
        let options = DialOpts::peer_id(found.peer)
            .condition(PeerCondition::Disconnected)
            .addresses(found.addresses);
        let _is_connected = self.swarm.dial(options.build());
    }

    /// Whether a message of this peer is worth a look. Shuts a peer out that will not stop.
    pub(super) fn is_in_pace(&mut self, peer: PeerId) -> bool {
        match self.pace.count(peer, Instant::now()) {
            Verdict::Hear => true,
            Verdict::Drop => false,
            Verdict::ShutOut => {
                tracing::warn!(%peer, "a peer sends far too much; it is shut out for ten minutes");
                self.swarm.behaviour_mut().shut_out.block_peer(peer);
                false
            }
        }
    }

    /// What is told on the LAN follows what is listened on.
    pub(super) fn listens_elsewhere(&mut self) {
        if let Some(lan) = &mut self.lan {
            lan.listening(self.swarm.listeners());
        }
    }

    pub(super) fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// The next home on the LAN; never, if nobody looks for one.
async fn next_on(lan: &mut Option<Lan>) -> Found {
    match lan {
        Some(lan) => lan.next().await,
        None => std::future::pending().await,
    }
}
