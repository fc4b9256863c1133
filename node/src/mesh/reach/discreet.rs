//! Identify that names no address of ours, and believes no stranger about where we are.
//!
//! libp2p's puts confirmed addresses into every answer, also with listen addresses hidden: whoever connects would learn
//! them all, and through which neighbour a home is relayed. And it takes anybody's word for the address from which we
//! seem to come, so that strangers could have neighbours dial where they like. [`observed`](super::observed) asks members.

use std::task::{Context, Poll};

use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, identify};

pub(in crate::mesh) struct Discreet(identify::Behaviour);

impl Discreet {
    pub(in crate::mesh) fn new(config: identify::Config) -> Self {
        let config = config.with_hide_listen_addrs(true).with_cache_size(0);
        Self(identify::Behaviour::new(config))
    }

    /// Tells members that something about us changed, such as that we relay now.
    pub(in crate::mesh) fn push(&mut self, peers: impl IntoIterator<Item = PeerId>) {
        self.0.push(peers);
    }
}

impl NetworkBehaviour for Discreet {
    type ConnectionHandler = THandler<identify::Behaviour>;
    type ToSwarm = identify::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.0
            .handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.0
            .handle_established_outbound_connection(connection, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if !matches!(
            event,
            FromSwarm::ExternalAddrConfirmed(_) | FromSwarm::ExternalAddrExpired(_)
        ) {
            self.0.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        self.0.on_connection_handler_event(peer, connection, event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        loop {
            match self.0.poll(cx) {
                Poll::Ready(
                    ToSwarm::NewExternalAddrCandidate(_) | ToSwarm::NewExternalAddrOfPeer { .. },
                ) => {}
                other => return other,
            }
        }
    }
}
