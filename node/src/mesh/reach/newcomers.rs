//! Newcomers who come through a neighbour: a ticket of a home that is reached no other way.
//!
//! The home that invites says so to its neighbours by a protocol that is there for them as long as a ticket is open
//! ([`Invites`]); nobody speaks it. A relay through which that home is reached then lets strangers ask for a circuit, few
//! in an hour and all out of one share, and hangs up on who is still a stranger after a minute ([`Newcomers`]). Where a
//! circuit leads does not matter to it: a home that does not invite takes none from a stranger.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{DeniedUpgrade, ReadyUpgrade};
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::handler::ConnectionEvent;
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, StreamProtocol};
use tokio::time::Instant;

use super::gate::Offer;
use super::members::Members;

/// The protocol that says "somebody holds a ticket of mine".
pub(super) const INVITES: StreamProtocol = StreamProtocol::new("/streetlamp/invites/1");
/// How long a circuit of a stranger lasts, who has not become a member on it.
const STRANGE: Duration = Duration::from_secs(60);

/// What a relay knows of newcomers.
#[derive(Debug, Default)]
pub(super) struct Newcomers {
    /// Neighbours who expect somebody.
    inviting: BTreeSet<PeerId>,
    /// Strangers with a circuit, and since when.
    here: BTreeMap<PeerId, Instant>,
}

impl Newcomers {
    /// What a connected neighbour says.
    pub(super) fn said(&mut self, neighbour: PeerId, invites: bool) {
        if invites {
            self.inviting.insert(neighbour);
        } else {
            self.inviting.remove(&neighbour);
        }
    }

    /// A peer is gone.
    pub(super) fn gone(&mut self, peer: PeerId) {
        self.inviting.remove(&peer);
        self.here.remove(&peer);
    }

    /// Whether one of these homes expects somebody.
    pub(super) fn are_expected_by(&self, guests: &BTreeSet<PeerId>) -> bool {
        !self.inviting.is_disjoint(guests)
    }

    /// A stranger got a circuit.
    pub(super) fn came(&mut self, stranger: PeerId, now: Instant) {
        self.here.entry(stranger).or_insert(now);
    }

    /// Who was a stranger for too long.
    pub(super) fn overdue(&mut self, members: &Members, now: Instant) -> Vec<PeerId> {
        self.here.retain(|peer, _| !members.has(*peer));
        let over = self
            .here
            .extract_if(.., |_, since| now.duration_since(*since) >= STRANGE);
        over.map(|(peer, _)| peer).collect()
    }
}

/// Shows neighbours whether this home expects somebody.
pub(in crate::mesh) struct Invites {
    members: Members,
}

impl Invites {
    pub(super) const fn new(members: Members) -> Self {
        Self { members }
    }

    fn to(&self, peer: PeerId) -> Sign {
        Sign {
            peer,
            members: self.members.clone(),
        }
    }
}

impl NetworkBehaviour for Invites {
    type ConnectionHandler = Sign;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.to(peer))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.to(peer))
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

/// The sign on one connection. A stream that is opened on it is dropped.
pub(in crate::mesh) struct Sign {
    peer: PeerId,
    members: Members,
}

impl ConnectionHandler for Sign {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = Offer<ReadyUpgrade<StreamProtocol>>;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        let open = self.members.are_inviting() && self.members.has(self.peer);
        SubstreamProtocol::new(Offer::new(ReadyUpgrade::new(INVITES), open), ())
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<DeniedUpgrade, (), Infallible>> {
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(
        &mut self,
        _: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>,
    ) {
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_expected_only_while_a_home_that_is_reached_through_this_one_invites() {
        let (guest, other) = (PeerId::random(), PeerId::random());
        let guests = BTreeSet::from([guest]);
        let mut newcomers = Newcomers::default();
        newcomers.said(other, true);
        assert!(!newcomers.are_expected_by(&guests));
        newcomers.said(guest, true);
        assert!(newcomers.are_expected_by(&guests));
        newcomers.said(guest, false);
        assert!(!newcomers.are_expected_by(&guests));
        newcomers.said(guest, true);
        newcomers.gone(guest);
        assert!(!newcomers.are_expected_by(&guests));
    }

    #[test]
    fn a_stranger_has_a_minute_however_often_he_asks_anew() {
        let (mut newcomers, members) = (Newcomers::default(), Members::default());
        let (stranger, now) = (PeerId::random(), Instant::now());
        newcomers.came(stranger, now);
        newcomers.came(stranger, now + STRANGE / 2);
        assert!(newcomers.overdue(&members, now + STRANGE / 2).is_empty());
        assert_eq!(newcomers.overdue(&members, now + STRANGE), [stranger]);
        assert!(newcomers.overdue(&members, now + STRANGE * 2).is_empty());
    }
}
