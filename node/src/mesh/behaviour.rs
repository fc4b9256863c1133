//! What a node speaks, and every setting that is not libp2p's default, with its reason.

use std::time::Duration;

use libp2p::allow_block_list::{self, BlockedPeers};
use libp2p::gossipsub::{
    self, AllowAllSubscriptionFilter, MaxCountSubscriptionFilter, MessageAuthenticity, MessageId,
    ValidationMode,
};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{connection_limits, identify, memory_connection_limits};
use streetlamp_proto::wire::limits::GOSSIP_FRAME;

use super::apart::Apart;
use super::codec::{DEVICE, FrameCodec, JOIN, STREET};
use super::dozing::Dozing;
use super::pulse::{Pulse, SILENCE};
use super::reach::{Discreet, Doorkeeper, Rungs};
use super::run::Run;
use super::scoring;
use crate::error::{Error, ErrorKind, Result};

/// Connections that a home keeps: 2 for each of about 60 neighbours' devices, and room for newcomers.
pub(super) const CONNECTIONS: u32 = 128;
/// Connections that strangers may have half open.
pub(super) const PENDING: u32 = 32;
/// A node that uses more memory than this takes no new connection.
pub(super) const MEMORY: usize = 512 * 1024 * 1024;
/// How long a request may take. An answer of 3 MiB over a slow uplink needs a few seconds.
const REQUEST: Duration = Duration::from_secs(20);
/// Requests of one connection that are served at a time.
const STREAMS: usize = 16;

/// Topics of one peer that are remembered: its street's epochs and the cells around it, with room.
pub(super) const TOPICS: usize = 100;

/// Gossip that bounds what a peer may subscribe to.
pub(super) type Gossip = gossipsub::Behaviour<
    gossipsub::IdentityTransform,
    MaxCountSubscriptionFilter<AllowAllSubscriptionFilter>,
>;

/// What a node speaks. What a connection keeps for all of it lies in one place of its own.
pub(super) type Behaviour = Apart<Spoken>;

/// Every protocol, in the order in which they are asked.
#[derive(NetworkBehaviour)]
pub(super) struct Spoken {
    /// Who refuses connections comes first: behaviours that were asked before are not told.
    doorkeeper: Doorkeeper,
    /// Peers that sent far too much.
    pub(super) shut_out: allow_block_list::Behaviour<BlockedPeers>,
    limits: connection_limits::Behaviour,
    memory: Toggle<memory_connection_limits::Behaviour>,
    pub(super) gossip: Dozing,
    pub(super) join: request_response::Behaviour<FrameCodec>,
    pub(super) street: request_response::Behaviour<FrameCodec>,
    pub(super) device: request_response::Behaviour<FrameCodec>,
    streams: libp2p_stream::Behaviour,
    pub(super) identify: Discreet,
    ping: Pulse,
    /// What only a transport with routers in the way needs.
    pub(super) rungs: Toggle<Apart<Rungs>>,
}

impl Spoken {
    pub(super) fn new(
        keypair: &Keypair,
        doorkeeper: Doorkeeper,
        streams: libp2p_stream::Behaviour,
        run: Run,
        has_process_alone: bool,
        rungs: Option<Rungs>,
    ) -> Result<Behaviour> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Internal, "the mesh could not be set up").because(e)
        };
        let limits = connection_limits::ConnectionLimits::default()
            .with_max_established(Some(CONNECTIONS))
            .with_max_pending_incoming(Some(PENDING));
        let exchange = |protocol, support| {
            let config = request_response::Config::default()
                .with_request_timeout(REQUEST)
                .with_max_concurrent_streams(STREAMS);
            request_response::Behaviour::with_codec(FrameCodec, [(protocol, support)], config)
        };
        Ok(Apart(Self {
            doorkeeper,
            shut_out: allow_block_list::Behaviour::default(),
            limits: connection_limits::Behaviour::new(limits),
            memory: has_process_alone
                .then(|| memory_connection_limits::Behaviour::with_max_bytes(MEMORY))
                .into(),
            gossip: Dozing::new(gossip().map_err(|e| failed(e.into()))?),
            join: exchange(JOIN, ProtocolSupport::Full),
            street: exchange(STREET, ProtocolSupport::Full),
            device: exchange(DEVICE, ProtocolSupport::Full),
            streams,
            // Strangers who connect learn no addresses of ours: members tell each other under the street's seal.
            identify: Discreet::new(
                identify::Config::new("/streetlamp/1".to_owned(), keypair.public())
                    .with_agent_version(run.to_string())
                    // Who we are does not change on a connection, and what we offer is told when it does (default:
                    // every five minutes).
                    .with_interval(Duration::from_secs(24 * 3600)),
            ),
            ping: Pulse::default(),
            rungs: rungs.map(Apart).into(),
        }))
    }
}

/// The id of a message: hash of topic and all bytes.
pub(super) fn message_id(message: &gossipsub::Message) -> MessageId {
    let mut hash = blake3::Hasher::new();
    hash.update(message.topic.as_str().as_bytes());
    hash.update(&[0]);
    hash.update(&message.data);
    MessageId::from(hash.finalize().as_bytes().to_vec())
}

fn gossip() -> Result<Gossip, &'static str> {
    let config = gossipsub::ConfigBuilder::default()
        // The author's signature is inside the seal; the envelope must not name him.
        .validation_mode(ValidationMode::Anonymous)
        // Nothing is passed on before the engine has judged it.
        .validate_messages()
        // An id that cannot be guessed before the message exists, so that nobody can silence it in advance.
        .message_id_fn(message_id)
        .max_transmit_size(GOSSIP_FRAME + 1024)
        // A street has 2 to 20 homes far more often than 1,000 (defaults: 5, 6, 12, 2).
        .mesh_n_low(2)
        .mesh_n(4)
        .mesh_n_high(8)
        .mesh_outbound_min(1)
        // An author's alert goes to every neighbour who is connected, mesh or not: streets are small and quiet.
        .flood_publish(true)
        // Whoever is of no mesh is told within a heartbeat what there is, every one of them (default: a quarter, by
        // chance). A home behind a router that lets nobody in is connected to few, whose meshes are full of others.
        .gossip_factor(1.0)
        // And told once (default: in three heartbeats): nobody was left out, and what comes later is caught up on.
        .history_gossip(1)
        // A mesh within a second of connecting instead of five.
        .heartbeat_initial_delay(Duration::from_millis(500))
        // Prefer, every minute, peers that bring news over peers that never did (default: the same, spelled out
        // because it is what keeps homes that forward nothing from filling the mesh).
        .opportunistic_graft_ticks(60)
        .opportunistic_graft_peers(2)
        // What is said while a line is down waits for as long as QUIC takes the line for alive, and for as long as it then
        // takes to try again (defaults: 5 s, 1 s). Catch-up would bring it later, if it was not said in the open.
        .publish_queue_duration(SILENCE)
        .forward_queue_duration(SILENCE)
        // Alerts are rare: a copy that comes minutes later is still the same one.
        .duplicate_cache_time(Duration::from_secs(15 * 60))
        .build()
        .map_err(|_| "gossip settings contradict each other")?;
    // A stranger may name topics as it likes; a home remembers a few of each peer.
    let filter = MaxCountSubscriptionFilter {
        filter: AllowAllSubscriptionFilter {},
        max_subscribed_topics: TOPICS,
        max_subscriptions_per_request: TOPICS,
    };
    let mut gossip = gossipsub::Behaviour::new_with_subscription_filter(
        MessageAuthenticity::Anonymous,
        config,
        filter,
    )?;
    gossip
        .with_peer_score(scoring::peers(), scoring::thresholds())
        .map_err(|_| "peer scores contradict each other")?;
    Ok(gossip)
}
