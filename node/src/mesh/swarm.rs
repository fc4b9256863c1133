//! The swarm in the engine's terms.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, PublishError};
use libp2p::multiaddr::Protocol as Part;
use libp2p::request_response::{self, InboundRequestId, OutboundRequestId, ResponseChannel};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{self, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, mdns};
use streetlamp_proto::household::{Acceptance, AskRef, MessageRef, Protocol, RequestRef};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::{Address, Topic};

use super::behaviour::{Behaviour, BehaviourEvent};
use super::peers::{device_of, keypair, peer_of, without_peer};
use super::streams::{Incoming, IncomingStream, SealedStreams};
use super::transport::Transport;
use crate::error::{Error, ErrorKind, Result};

/// A connection without a stream is kept this long; neighbours ping each other and stay.
const IDLE: Duration = Duration::from_secs(24 * 3600);
/// Homes found on the LAN that are dialled, at most; the rest of a crowded LAN waits for a ticket or an address.
const LAN_DIALS: usize = 64;
/// How long a node that stops waits for its goodbyes to leave.
const GOODBYE: Duration = Duration::from_secs(1);
/// Messages and requests that wait for the engine, at most.
const WAITING: usize = 1024;

/// What the mesh tells.
#[derive(Debug)]
pub enum MeshEvent {
    /// Bytes arrived on a topic and wait for [`Mesh::judge`].
    Gossip {
        /// Where.
        topic: Topic,
        /// Marks them.
        message: MessageRef,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Somebody asks and waits for [`Mesh::reply`] or [`Mesh::decline`].
    Asked {
        /// Who.
        from: DeviceId,
        /// Marks the request.
        request: RequestRef,
        /// Over which protocol.
        protocol: Protocol,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// A request of ours was answered or failed.
    Answered {
        /// Which.
        ask: AskRef,
        /// The frame; nothing if it failed.
        bytes: Option<Vec<u8>>,
    },
    /// A device is connected.
    Connected {
        /// Which.
        device: DeviceId,
        /// Where we reached it, if we dialled.
        address: Option<Address>,
    },
    /// The last connection to a device is gone.
    Disconnected {
        /// Which.
        device: DeviceId,
    },
    /// Our addresses changed.
    Listening(Vec<Address>),
    /// An address cannot be listened on any more.
    ListenerFailed(String),
    /// Somebody opened a stream for sealed bytes.
    Stream(IncomingStream),
}

/// A node on the mesh.
pub struct Mesh {
    swarm: Swarm<Behaviour>,
    incoming: Incoming,
    messages: BTreeMap<MessageRef, (MessageId, PeerId)>,
    requests: BTreeMap<RequestRef, (Protocol, ResponseChannel<Vec<u8>>)>,
    asks: BTreeMap<(Protocol, OutboundRequestId), AskRef>,
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
    ) -> Result<(Self, SealedStreams)> {
        let keypair = keypair(device)?;
        let streams = libp2p_stream::Behaviour::new();
        let (sealed, incoming) = SealedStreams::new(streams.new_control())?;
        let behaviour = Behaviour::new(&keypair, mdns, streams)?;
        let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
        let swarm = Swarm::new(
            transport.build(&keypair)?,
            behaviour,
            keypair.public().to_peer_id(),
            config,
        );
        let (messages, requests, asks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Ok((
            Self {
                swarm,
                incoming,
                messages,
                requests,
                asks,
                next: 0,
            },
            sealed,
        ))
    }

    /// The peer id.
    pub fn peer_id(&self) -> PeerId {
        *self.swarm.local_peer_id()
    }

    /// Listens on an address and waits until it is bound.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the text is no address, [`ErrorKind::Conflict`] if it is in use.
    pub async fn listen(&mut self, address: &str) -> Result<Multiaddr> {
        let parsed: Multiaddr = address.parse().map_err(|e: libp2p::multiaddr::Error| {
            let message = format!(
                "'{address}' is not an address to listen on; one looks like /ip4/0.0.0.0/tcp/4001"
            );
            Error::new(ErrorKind::Invalid, message).because(e)
        })?;
        let failed = |text: &str, e: Box<dyn std::error::Error + Send + Sync>| {
            let cause = root_io(&*e);
            let (kind, hint) = match cause {
                Some(std::io::ErrorKind::AddrInUse) => (
                    ErrorKind::Conflict,
                    "the port is in use by another program: choose another with --listen",
                ),
                Some(std::io::ErrorKind::PermissionDenied) => (
                    ErrorKind::Denied,
                    "ports below 1024 need special rights: choose another with --listen",
                ),
                _ => (ErrorKind::Invalid, "choose another with --listen"),
            };
            Error::new(kind, format!("cannot listen on {text}; {hint}")).because(e)
        };
        if let Some(socket) = tcp_socket(&parsed) {
            // libp2p shares its TCP ports (SO_REUSEPORT), so that two programs of one user would get each other's
            // visitors without noticing. A plain socket does not share: it tells whether the port is free.
            std::net::TcpListener::bind(socket).map_err(|e| failed(address, e.into()))?;
        }
        let listener = self
            .swarm
            .listen_on(parsed)
            .map_err(|e| failed(address, e.into()))?;
        loop {
            match self.swarm.select_next_some().await {
                SwarmEvent::NewListenAddr {
                    listener_id,
                    address,
                } if listener_id == listener => return Ok(address),
                SwarmEvent::ListenerClosed {
                    listener_id,
                    reason: Err(e),
                    ..
                } if listener_id == listener => {
                    return Err(failed(address, e.into()));
                }
                _ => {}
            }
        }
    }

    /// Every address that we listen on, the loopback ones last.
    pub fn addresses(&self) -> Vec<Address> {
        // A link-local address means nothing without this machine's name for the link.
        let mut addresses: Vec<_> = self
            .swarm
            .listeners()
            .filter(|address| !is_link_local(address))
            .collect();
        addresses.sort_by_key(|address| is_loopback(address));
        addresses
            .into_iter()
            .filter_map(|a| Address::parse(&a.to_string()).ok())
            .collect()
    }

    /// Listens to a topic.
    pub fn subscribe(&mut self, topic: &Topic) {
        if let Err(error) = self
            .swarm
            .behaviour_mut()
            .gossip
            .subscribe(&IdentTopic::new(topic.as_str()))
        {
            tracing::warn!(%error, "a topic could not be subscribed");
        }
    }

    /// Says something on a topic. Nobody being there is the normal first state, and catch-up's business.
    pub fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) {
        match self
            .swarm
            .behaviour_mut()
            .gossip
            .publish(IdentTopic::new(topic.as_str()), bytes)
        {
            Ok(_) | Err(PublishError::NoPeersSubscribedToTopic | PublishError::Duplicate) => {}
            Err(error) => tracing::warn!(%error, "a message could not be published"),
        }
    }

    /// Tells gossip what to do with a message.
    pub fn judge(&mut self, message: MessageRef, acceptance: Acceptance) {
        let Some((id, source)) = self.messages.remove(&message) else {
            return;
        };
        let acceptance = match acceptance {
            Acceptance::Accept => MessageAcceptance::Accept,
            Acceptance::Ignore => MessageAcceptance::Ignore,
            Acceptance::Reject => MessageAcceptance::Reject,
        };
        self.swarm
            .behaviour_mut()
            .gossip
            .report_message_validation_result(&id, &source, acceptance);
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

    /// Asks a device.
    pub fn ask(&mut self, to: DeviceId, ask: AskRef, protocol: Protocol, bytes: Vec<u8>) {
        let Some(peer) = peer_of(to) else { return };
        let id = self.exchange(protocol).send_request(&peer, bytes);
        self.asks.insert((protocol, id), ask);
    }

    /// Answers a request.
    pub fn reply(&mut self, request: RequestRef, bytes: Vec<u8>) {
        if let Some((protocol, channel)) = self.requests.remove(&request) {
            let _asker_is_gone = self.exchange(protocol).send_response(channel, bytes);
        }
    }

    /// Leaves a request unanswered; the other side sees its stream end.
    pub fn decline(&mut self, request: RequestRef) {
        self.requests.remove(&request);
    }

    /// Says goodbye to everybody, so that neighbours know at once and not when a timeout runs out.
    pub async fn close(&mut self) {
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _already_gone = self.swarm.disconnect_peer_id(peer);
        }
        let gone = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        let _not_everybody_listened = tokio::time::timeout(GOODBYE, gone).await;
    }

    /// The next thing that happens. Cancel-safe.
    pub async fn next(&mut self) -> MeshEvent {
        loop {
            let event = tokio::select! {
                stream = self.incoming.next() => stream.map(MeshEvent::Stream),
                event = self.swarm.select_next_some() => self.translate(event),
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    fn translate(&mut self, event: SwarmEvent<BehaviourEvent>) -> Option<MeshEvent> {
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
            SwarmEvent::Behaviour(BehaviourEvent::Mdns(mdns::Event::Discovered(found))) => {
                self.found_on_lan(found);
                None
            }
            SwarmEvent::ConnectionEstablished {
                peer_id,
                endpoint,
                num_established,
                ..
            } => {
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
                num_established: 0,
                ..
            } => device_of(peer_id).map(|device| MeshEvent::Disconnected { device }),
            SwarmEvent::NewListenAddr { .. } | SwarmEvent::ExpiredListenAddr { .. } => {
                Some(MeshEvent::Listening(self.addresses()))
            }
            SwarmEvent::ListenerClosed {
                reason: Err(error), ..
            } => Some(MeshEvent::ListenerFailed(error.to_string())),
            _ => None,
        }
    }

    fn heard(
        &mut self,
        source: PeerId,
        id: MessageId,
        message: gossipsub::Message,
    ) -> Option<MeshEvent> {
        if self.messages.len() >= WAITING {
            return None;
        }
        let reference = MessageRef(self.count());
        self.messages.insert(reference, (id, source));
        let topic = Topic::named(message.topic.into_string());
        Some(MeshEvent::Gossip {
            topic,
            message: reference,
            bytes: message.data,
        })
    }

    fn exchanged(
        &mut self,
        protocol: Protocol,
        event: request_response::Event<Vec<u8>, Vec<u8>>,
    ) -> Option<MeshEvent> {
        use request_response::{Event, Message};
        match event {
            Event::Message {
                peer,
                message:
                    Message::Request {
                        request,
                        channel,
                        request_id,
                    },
                ..
            } => self.asked(protocol, peer, request_id, request, channel),
            Event::Message {
                message:
                    Message::Response {
                        request_id,
                        response,
                    },
                ..
            } => {
                let ask = self.asks.remove(&(protocol, request_id))?;
                Some(MeshEvent::Answered {
                    ask,
                    bytes: Some(response),
                })
            }
            Event::OutboundFailure {
                request_id, error, ..
            } => {
                tracing::debug!(%error, ?protocol, "a request failed");
                let ask = self.asks.remove(&(protocol, request_id))?;
                Some(MeshEvent::Answered { ask, bytes: None })
            }
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => None,
        }
    }

    fn asked(
        &mut self,
        protocol: Protocol,
        peer: PeerId,
        _: InboundRequestId,
        bytes: Vec<u8>,
        channel: ResponseChannel<Vec<u8>>,
    ) -> Option<MeshEvent> {
        let from = device_of(peer)?;
        if self.requests.len() >= WAITING {
            return None;
        }
        let request = RequestRef(self.count());
        self.requests.insert(request, (protocol, channel));
        Some(MeshEvent::Asked {
            from,
            request,
            protocol,
            bytes,
        })
    }

    /// Connects to homes on the LAN. Which of them is a neighbour shows only after connecting.
    fn found_on_lan(&mut self, found: Vec<(PeerId, Multiaddr)>) {
        for (peer, address) in found.into_iter().take(LAN_DIALS) {
            if self.swarm.network_info().num_peers() >= LAN_DIALS || device_of(peer).is_none() {
                continue;
            }
            let options = DialOpts::peer_id(peer)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .addresses(vec![without_peer(address)]);
            let _already_on_its_way = self.swarm.dial(options.build());
        }
    }

    fn exchange(
        &mut self,
        protocol: Protocol,
    ) -> &mut request_response::Behaviour<super::codec::FrameCodec> {
        match protocol {
            Protocol::Join => &mut self.swarm.behaviour_mut().join,
            Protocol::Street => &mut self.swarm.behaviour_mut().street,
        }
    }

    fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// The socket of a TCP address with a port of its own.
fn tcp_socket(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Part::Ip4(ip) => IpAddr::V4(ip),
        Part::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Part::Tcp(port) if port != 0 => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

fn is_loopback(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_loopback(),
        Part::Ip6(ip) => ip.is_loopback(),
        _ => false,
    })
}

fn is_link_local(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_link_local(),
        Part::Ip6(ip) => ip.is_unicast_link_local(),
        _ => false,
    })
}

/// The IO error at the root of a transport error, which libp2p wraps several times.
fn root_io(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut cause = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            found = Some(io.kind());
        }
        cause = error.source();
    }
    found
}
