//! Who comes in over a circuit: members, and newcomers while one is expected.
//!
//! It is asked before every other behaviour. libp2p does not tell a behaviour that a connection about which it was asked
//! was then refused by a later one; some would take it for one that stands, for as long as the program runs.

use std::convert::Infallible;
use std::task::{Context, Poll};

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};

use super::members::Members;
use super::place::is_relayed;

/// Somebody who is not of the street comes by way of it.
#[derive(Debug, thiserror::Error)]
#[error("a stranger over a circuit")]
struct Stranger;

/// Refuses circuits of strangers: an honest relay brings none to who expects none.
pub(in crate::mesh) struct Doorkeeper {
    members: Members,
}

impl Doorkeeper {
    pub(in crate::mesh) const fn new(members: Members) -> Self {
        Self { members }
    }
}

impl NetworkBehaviour for Doorkeeper {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let welcome = self.members.has(peer) || self.members.are_inviting();
        match is_relayed(local) && !welcome {
            true => Err(ConnectionDenied::new(Stranger)),
            false => Ok(dummy::ConnectionHandler),
        }
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use streetlamp_proto::identity::{DeviceId, HouseholdId};

    use super::*;

    #[test]
    fn nobody_but_a_member_comes_through_a_neighbour_to_a_home_without_an_open_ticket() {
        let members = Members::default();
        let mut door = Doorkeeper::new(members.clone());
        let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
        let device = DeviceId::from_bytes(key.to_bytes());
        let peer = crate::mesh::peers::peer_of(device).unwrap();
        let direct: Multiaddr = "/ip4/9.9.9.9/tcp/1".parse().unwrap();
        let circuit = format!("/ip4/9.9.9.9/tcp/1/p2p/{}/p2p-circuit", PeerId::random());
        let circuit: Multiaddr = circuit.parse().unwrap();
        let mut comes = |over: &Multiaddr| {
            let connection = ConnectionId::new_unchecked(1);
            let from = Multiaddr::empty();
            door.handle_established_inbound_connection(connection, peer, over, &from)
                .is_ok()
        };
        assert!(comes(&direct), "a stranger comes directly");
        assert!(!comes(&circuit));
        members.invite(true);
        assert!(comes(&circuit), "a newcomer may");
        members.invite(false);
        assert!(!comes(&circuit));
        members.are(BTreeMap::from([(device, HouseholdId::from_bytes([1; 32]))]));
        assert!(comes(&circuit));
    }
}
