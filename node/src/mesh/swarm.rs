//! The swarm in the engine's terms.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::num::NonZeroU8;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{self, MessageId};
use libp2p::request_response::{OutboundRequestId, ResponseChannel};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{self, ConnectionId, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify, ping};
use streetlamp_proto::household::{AskRef, MessageRef, Protocol, RequestRef};
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::street::Address;
use tokio::time::Instant;

use super::behaviour::{Behaviour, Spoken, SpokenEvent};
use super::connections::{Connections, Way};
use super::event::MeshEvent;
use super::lan::{Found, Lan};
use super::pace::{Pace, Verdict};
use super::peers::{device_of, keypair, peer_of, without_peer};
use super::pulse::is_quic;
use super::reach::{
    Doorkeeper, Ladder, Members, PeerWay, Reach, ReachView, Rescue, Rungs, is_relayed,
    worth_dialling,
};
use super::run::Run;
use super::streams::{Incoming, SealedStreams};
use super::transport::Transport;
use crate::error::Result;

/// A connection without a stream is kept this long; neighbours' gossip keeps theirs.
pub(super) const IDLE: Duration = Duration::from_secs(24 * 3600);
/// With this many peers, homes found on the LAN are not dialled: the rest of a crowded LAN waits for a ticket or an
/// address.
const LAN_PEERS: usize = 64;
/// Addresses of one peer that are tried at the same time, at most (libp2p's default).
const DIALS: usize = 8;
/// How long a node that stops waits for its goodbyes to leave, at most.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);
/// QUIC calls a connection closed before the packet that says so was sent, and has no way to ask whether it was. Nobody
/// says it a second time, and a neighbour that did not hear it takes this home for connected for two minutes.
pub(super) const LEAVING: Duration = Duration::from_millis(100);
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
    members: Members,
    ladder: Ladder,
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
        reach: &Reach,
        run: Run,
    ) -> Result<(Self, SealedStreams)> {
        let keypair = keypair(device)?;
        let streams = libp2p_stream::Behaviour::new();
        let peer = keypair.public().to_peer_id();
        let members = Members::default();
        let ladder = Ladder::new(peer, reach, members.clone())?;
        let (sealed, incoming) = SealedStreams::new(streams.new_control(), ladder.words_only())?;
        let alone = transport.has_process_alone();
        let has_routers = matches!(transport, Transport::Internet);
        let (transport, circuits) = transport.build_with_circuits(&keypair, reach.circuits)?;
        let rungs = has_routers.then(|| Rungs::new(peer, reach, &members, circuits));
        let doorkeeper = Doorkeeper::new(members.clone());
        let behaviour = Spoken::new(&keypair, doorkeeper, streams, run, alone, rungs)?;
        let lan = reach.mdns.then(|| Lan::new(peer)).transpose()?;
        let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
        let swarm = Swarm::new(transport, behaviour, peer, config);
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
                members,
                ladder,
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
        let addresses = worth_dialling(addresses, self.swarm.listeners());
        self.ladder.dials(&addresses);
        if let Err(error) = self.swarm.dial(quic_first(peer, addresses)) {
            tracing::debug!(%error, "not dialled");
        }
    }

    /// Whom the mesh lends a hand from now on: devices of these households, and nobody else's.
    pub fn knows_members(&mut self, devices: BTreeMap<DeviceId, HouseholdId>) {
        self.ladder.knows_members(&mut self.swarm, devices);
    }

    /// Whether somebody holds a ticket of this home, who may come through a neighbour.
    pub fn invites(&mut self, inviting: bool) {
        if self.members.are_inviting() != inviting {
            self.members.invite(inviting);
            self.ladder.tell_members(&mut self.swarm);
        }
    }

    /// How we are reached.
    pub fn reach(&self) -> ReachView {
        let peers = self
            .connections
            .ways()
            .map(|(peer, way)| (peer.to_string(), PeerWay::of(way)));
        self.ladder.view(&self.swarm, peers.collect())
    }

    /// The way to the DHT, if the resident wants it.
    pub const fn rescue(&self) -> Option<&Rescue> {
        self.ladder.rescue()
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
            tokio::time::sleep(LEAVING).await;
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
                () = self.ladder.due() => self.look_after_reach(),
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

    pub(super) fn translate(&mut self, event: SwarmEvent<SpokenEvent>) -> Option<MeshEvent> {
        match event {
            SwarmEvent::Behaviour(SpokenEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            })) => self.heard(propagation_source, message_id, message),
            SwarmEvent::Behaviour(SpokenEvent::Join(event)) => {
                self.exchanged(Protocol::Join, event)
            }
            SwarmEvent::Behaviour(SpokenEvent::Street(event)) => {
                self.exchanged(Protocol::Street, event)
            }
            SwarmEvent::Behaviour(SpokenEvent::Device(event)) => {
                self.exchanged(Protocol::Device, event)
            }
            // libp2p only reports it. TCP would wait a quarter of an hour for a home that moved.
            SwarmEvent::Behaviour(SpokenEvent::Ping(ping::Event {
                connection,
                result: Err(_),
                ..
            })) => {
                self.swarm.close_connection(connection);
                None
            }
            SwarmEvent::Behaviour(SpokenEvent::Identify(identify::Event::Received {
                peer_id,
                connection_id,
                info,
            })) => {
                let run = info.agent_version.parse().ok();
                if run.is_some_and(|run| self.connections.is_another_run(peer_id, run)) {
                    tracing::debug!(peer = %peer_id, "started anew: so do we with it");
                    let _already_gone = self.swarm.disconnect_peer_id(peer_id);
                }
                self.identified(peer_id, connection_id, &info)
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
                let way = Way::of(&endpoint);
                self.ladder.opened(connection_id, &way);
                let oldest = self.connections.opened(peer_id, connection_id, way);
                for closing in oldest.into_iter().chain(self.connections.detours(peer_id)) {
                    self.swarm.close_connection(closing);
                }
                let relays = self.connections.relays(peer_id);
                self.ladder.reached_through(peer_id, relays.as_deref());
                if let ConnectedPoint::Dialer { address, .. } = &endpoint
                    && relays.is_some()
                {
                    self.ladder
                        .dialled_through(peer_id, without_peer(address.clone()));
                }
                let Some(device) = device_of(peer_id) else {
                    let _already_gone = self.swarm.disconnect_peer_id(peer_id);
                    return None;
                };
                let address = match self.connections.way(peer_id, connection_id) {
                    Some(Way::Dialled(at)) => Address::parse(&at.to_string()).ok(),
                    _ => None,
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
                self.ladder
                    .closed(peer_id, connection_id, num_established == 0);
                let relays = self.connections.relays(peer_id);
                self.ladder.reached_through(peer_id, relays.as_deref());
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
                listener_id,
                reason,
                ..
            } => match (self.ladder.unlistened(listener_id), reason) {
                (true, _) => Some(MeshEvent::Listening(self.addresses())),
                (false, Err(error)) => Some(MeshEvent::ListenerFailed(error.to_string())),
                (false, Ok(())) => None,
            },
            SwarmEvent::ExternalAddrConfirmed { address } => {
                self.ladder.confirmed(address);
                self.look_after_reach();
                Some(MeshEvent::Listening(self.addresses()))
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.ladder.expired(&address);
                self.look_after_reach();
                Some(MeshEvent::Listening(self.addresses()))
            }
            SwarmEvent::Behaviour(SpokenEvent::Rungs(event)) => {
                self.ladder.heard(event);
                None
            }
            _ => None,
        }
    }

    /// A peer said who it is, and where it sees us.
    fn identified(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        info: &identify::Info,
    ) -> Option<MeshEvent> {
        let way = self.connections.way(peer, connection)?;
        self.ladder
            .met(&mut self.swarm, peer, connection, way, info);
        self.look_after_reach()
    }

    /// Looks after the rungs, gives up ways that are not needed, and tells where we are if that changed.
    fn look_after_reach(&mut self) -> Option<MeshEvent> {
        let me = *self.swarm.local_peer_id();
        for spare in self.connections.spare(me, Instant::now()) {
            self.swarm.close_connection(spare);
        }
        let changed = self.ladder.look_after(&mut self.swarm);
        changed.then(|| MeshEvent::Listening(self.addresses()))
    }

    /// Connects to a home on the LAN. Whether it is a neighbour shows only after connecting.
    fn found_on_lan(&mut self, found: Found) {
        if self.swarm.network_info().num_peers() >= LAN_PEERS {
            return;
        }
        // Like `dial`, beside one that may be under way: a home that moved is being dialled where it was.
        let _is_connected = self.swarm.dial(quic_first(found.peer, found.addresses));
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
            lan.listening(self.swarm.listeners().filter(|a| !is_relayed(a)));
        }
    }

    pub(super) fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// Dials a peer that is not connected: by QUIC, and by TCP as far as QUIC gets nowhere. All at once TCP would often win, which
/// costs several times the bytes all day ([`pulse`](super::pulse)).
fn quic_first(peer: PeerId, mut addresses: Vec<Multiaddr>) -> DialOpts {
    addresses.sort_by_key(|address| !is_quic(address));
    let quic = addresses.iter().filter(|address| is_quic(address)).count();
    let at_once = u8::try_from(quic.clamp(1, DIALS))
        .ok()
        .and_then(NonZeroU8::new);
    DialOpts::peer_id(peer)
        .condition(PeerCondition::Disconnected)
        .addresses(addresses)
        .override_dial_concurrency_factor(at_once.unwrap_or(NonZeroU8::MIN))
        .build()
}

/// The next home on the LAN; never, if nobody looks for one.
async fn next_on(lan: &mut Option<Lan>) -> Found {
    match lan {
        Some(lan) => lan.next().await,
        None => std::future::pending().await,
    }
}
