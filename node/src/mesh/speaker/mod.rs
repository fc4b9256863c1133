//! The swarm of a publisher: it connects, speaks on open topics, and does nothing else.
//!
//! [`SpeakerBehaviour`] is short on purpose. It has no street and no join protocol and no streams, so that there is
//! nothing by which a publisher could ask a home for anything, or be asked; and no method subscribes to a topic, so that
//! gossip sends it nothing. Of what others listen to it hears the open topics only; that is how it learns whom to tell.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{
    self, IdentTopic, MaxCountSubscriptionFilter, MessageAuthenticity, TopicHash,
    TopicSubscriptionFilter, ValidationMode,
};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{self, ConnectionId, NetworkBehaviour, SwarmEvent};
use libp2p::{
    Multiaddr, PeerId, Swarm, connection_limits, identify, memory_connection_limits, ping,
};
use streetlamp_proto::open;
use streetlamp_proto::street::Topic;
use streetlamp_proto::wire::limits::GOSSIP_FRAME;

use super::behaviour::{CONNECTIONS, MEMORY, PENDING, TOPICS, message_id};
use super::listen;
use super::peers::keypair;
use super::pulse::{Pulse, SILENCE};
use super::run::Run;
use super::swarm::{GOODBYE, IDLE, LEAVING};
use super::transport::Transport;
use crate::error::{Error, ErrorKind, Result};

/// How long a copy of its own is remembered: hardly at all. A publisher hears nothing, so nothing comes back to it, and it
/// says the same again to whoever comes next; homes know what they have.
const REMEMBER: Duration = Duration::from_millis(1);

/// What a publisher speaks.
#[derive(NetworkBehaviour)]
pub(super) struct SpeakerBehaviour {
    limits: connection_limits::Behaviour,
    memory: Toggle<memory_connection_limits::Behaviour>,
    gossip:
        gossipsub::Behaviour<gossipsub::IdentityTransform, MaxCountSubscriptionFilter<OpenTopics>>,
    identify: identify::Behaviour,
    ping: Pulse,
}

/// Lets open topics through: what else somebody listens to is not looked at.
#[derive(Debug, Clone)]
pub(super) struct OpenTopics;

impl TopicSubscriptionFilter for OpenTopics {
    fn can_subscribe(&mut self, topic: &TopicHash) -> bool {
        open::cell_of(&Topic::named(topic.as_str().to_owned())).is_some()
    }
}

/// What a publisher's swarm tells.
#[derive(Debug)]
pub enum SpeakerEvent {
    /// Somebody began to listen to an open topic.
    Listener(Topic),
    /// The number of homes that are connected changed.
    Homes(usize),
    /// An address cannot be listened on any more.
    ListenerFailed(String),
}

/// A publisher on the mesh.
pub struct Speaker {
    swarm: Swarm<SpeakerBehaviour>,
    /// Connections that were dialled, and where to.
    dialled: BTreeMap<ConnectionId, Multiaddr>,
    /// What happened before anybody asked.
    early: VecDeque<SpeakerEvent>,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaker")
            .field("peer", self.swarm.local_peer_id())
            .finish_non_exhaustive()
    }
}

impl Speaker {
    /// A publisher that does not listen yet.
    ///
    /// # Errors
    /// If libp2p cannot be set up.
    pub fn new(key: &SigningKey, transport: Transport, run: Run) -> Result<Self> {
        let keypair = keypair(key)?;
        let peer = keypair.public().to_peer_id();
        let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
        let behaviour = behaviour(&keypair, run, transport.has_process_alone())?;
        Ok(Self {
            swarm: Swarm::new(transport.build(&keypair)?, behaviour, peer, config),
            dialled: BTreeMap::new(),
            early: VecDeque::new(),
        })
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
        let (bound, meanwhile) = listen::listen_on(&mut self.swarm, address).await?;
        for event in meanwhile {
            let early = self.translate(event);
            self.early.extend(early);
        }
        Ok(bound)
    }

    /// Every address that it listens on, with its peer id.
    pub fn addresses(&self) -> Vec<String> {
        let peer = self.peer_id();
        let listeners = self.swarm.listeners();
        listeners
            .map(|address| format!("{address}/p2p/{peer}"))
            .collect()
    }

    /// Connects to a home, unless it is connected to that address or that home.
    pub fn dial(&mut self, address: &Multiaddr) {
        if self.dialled.values().any(|open| open == address) {
            return;
        }
        let options = match address.iter().last() {
            Some(Protocol::P2p(peer)) => DialOpts::peer_id(peer)
                .condition(PeerCondition::Disconnected)
                .addresses(vec![address.clone()])
                .build(),
            _ => DialOpts::unknown_peer_id().address(address.clone()).build(),
        };
        if let Err(error) = self.swarm.dial(options) {
            tracing::debug!(%error, "not dialled");
        }
    }

    /// Homes that are connected.
    pub fn homes(&self) -> usize {
        self.swarm.connected_peers().count()
    }

    /// Says something to everybody who is connected and listens to a topic. Tells whether there is anybody.
    pub fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) -> bool {
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        match gossip.publish(IdentTopic::new(topic.as_str()), bytes) {
            Ok(_) | Err(gossipsub::PublishError::Duplicate) => true,
            Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => false,
            Err(error) => {
                tracing::warn!(%error, "a message could not be published");
                false
            }
        }
    }

    /// Says goodbye to everybody.
    pub async fn close(&mut self) {
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _already_gone = self.swarm.disconnect_peer_id(peer);
        }
        let gone = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
            tokio::time::sleep(LEAVING).await;
        };
        let _not_everybody_listened = tokio::time::timeout(GOODBYE, gone).await;
    }

    /// The next thing that happens. Cancel-safe.
    pub async fn next(&mut self) -> SpeakerEvent {
        if let Some(event) = self.early.pop_front() {
            return event;
        }
        loop {
            let event = self.swarm.select_next_some().await;
            if let Some(event) = self.translate(event) {
                return event;
            }
        }
    }

    fn translate(&mut self, event: SwarmEvent<SpeakerBehaviourEvent>) -> Option<SpeakerEvent> {
        match event {
            SwarmEvent::Behaviour(SpeakerBehaviourEvent::Gossip(
                gossipsub::Event::Subscribed { topic, .. },
            )) => Some(SpeakerEvent::Listener(Topic::named(topic.into_string()))),
            SwarmEvent::Behaviour(SpeakerBehaviourEvent::Ping(ping::Event {
                connection,
                result: Err(_),
                ..
            })) => {
                self.swarm.close_connection(connection);
                None
            }
            SwarmEvent::ConnectionEstablished {
                connection_id,
                endpoint: ConnectedPoint::Dialer { address, .. },
                ..
            } => {
                self.dialled.insert(connection_id, address);
                Some(SpeakerEvent::Homes(self.homes()))
            }
            SwarmEvent::ConnectionEstablished { .. } => Some(SpeakerEvent::Homes(self.homes())),
            SwarmEvent::ConnectionClosed { connection_id, .. } => {
                self.dialled.remove(&connection_id);
                Some(SpeakerEvent::Homes(self.homes()))
            }
            SwarmEvent::ListenerClosed {
                reason: Err(error), ..
            } => Some(SpeakerEvent::ListenerFailed(error.to_string())),
            _ => None,
        }
    }
}

fn behaviour(keypair: &Keypair, run: Run, has_process_alone: bool) -> Result<SpeakerBehaviour> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Internal, "the mesh could not be set up").because(e)
    };
    let limits = connection_limits::ConnectionLimits::default()
        .with_max_established(Some(CONNECTIONS))
        .with_max_pending_incoming(Some(PENDING));
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(message_id)
        .max_transmit_size(GOSSIP_FRAME + 1024)
        // It is in nobody's mesh: whoever is connected and listens is told.
        .flood_publish(true)
        .publish_queue_duration(SILENCE)
        .duplicate_cache_time(REMEMBER)
        .build()
        .map_err(|e| failed(e.into()))?;
    let filter = MaxCountSubscriptionFilter {
        filter: OpenTopics,
        max_subscribed_topics: TOPICS,
        max_subscriptions_per_request: TOPICS,
    };
    let gossip = gossipsub::Behaviour::new_with_subscription_filter(
        MessageAuthenticity::Anonymous,
        config,
        filter,
    );
    Ok(SpeakerBehaviour {
        limits: connection_limits::Behaviour::new(limits),
        memory: has_process_alone
            .then(|| memory_connection_limits::Behaviour::with_max_bytes(MEMORY))
            .into(),
        gossip: gossip.map_err(|e| failed(e.into()))?,
        identify: identify::Behaviour::new(
            identify::Config::new("/streetlamp/1".to_owned(), keypair.public())
                .with_agent_version(run.to_string())
                .with_hide_listen_addrs(true),
        ),
        ping: Pulse::default(),
    })
}

#[cfg(test)]
mod tests;
