//! A behaviour for members alone.
//!
//! The gate is asked for every stream and not for a connection as a whole: a newcomer connects as a stranger and becomes
//! a neighbour on the same connection. To strangers the protocol is not there, so that identify does not name it either.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::task::{Context, Poll};

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::handler::{
    ConnectionEvent, FullyNegotiatedInbound, InboundUpgradeSend, ListenUpgradeError,
    UpgradeInfoSend,
};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId,
    FromSwarm, NetworkBehaviour, Stream, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};

use super::members::Members;
use super::place::{ip_of, is_relayed};
use crate::https::is_public;

/// Where a behaviour may dial on the word of another peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dials {
    /// Where the engine would dial anyway.
    Anywhere,
    /// To that peer itself, at an address from which it is connected: what it asks for can hit nobody else.
    Back,
    /// Out into the internet, and not at something inside a home.
    Outside,
}

/// Somebody who is not of the street wants what is for members.
#[derive(Debug, thiserror::Error)]
#[error("not of the street")]
struct Stranger;

/// Lets nobody but members at a behaviour.
pub(in crate::mesh) struct MembersOnly<B> {
    pub(super) inner: B,
    members: Members,
    dials: Dials,
    /// Whether newcomers are let at it, too, while they are passed on.
    newcomers: bool,
    /// Dials that the behaviour wants, until they are judged.
    wanted: BTreeSet<ConnectionId>,
    /// From where whom is connected.
    from: BTreeMap<ConnectionId, (PeerId, IpAddr)>,
}

impl<B> MembersOnly<B> {
    pub(super) const fn new(inner: B, members: Members, dials: Dials) -> Self {
        Self {
            inner,
            members,
            dials,
            newcomers: false,
            wanted: BTreeSet::new(),
            from: BTreeMap::new(),
        }
    }

    /// The same for a behaviour at which newcomers are let, too, while they are passed on.
    pub(super) fn and_newcomers(self) -> Self {
        Self {
            newcomers: true,
            ..self
        }
    }

    fn gate<H>(&self, inner: H, peer: PeerId) -> Gate<H> {
        Gate {
            inner,
            peer,
            members: self.members.clone(),
            newcomers: self.newcomers,
        }
    }

    fn connected(&mut self, connection: ConnectionId, peer: PeerId, address: &Multiaddr) {
        if let Some(ip) = ip_of(address).filter(|_| !is_relayed(address)) {
            self.from.insert(connection, (peer, ip));
        }
    }

    fn may_dial(&self, peer: Option<PeerId>, address: &Multiaddr) -> bool {
        let Some(ip) = ip_of(address) else {
            return self.dials == Dials::Anywhere;
        };
        match self.dials {
            Dials::Anywhere => true,
            Dials::Back => self
                .from
                .values()
                .any(|at| peer == Some(at.0) && ip == at.1),
            Dials::Outside => is_public(ip),
        }
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for MembersOnly<B> {
    type ConnectionHandler = Gate<THandler<B>>;
    type ToSwarm = B::ToSwarm;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.connected(connection, peer, remote);
        let inner = &mut self.inner;
        let inner = inner.handle_established_inbound_connection(connection, peer, local, remote)?;
        Ok(self.gate(inner, peer))
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.wanted.remove(&connection) && !addresses.iter().all(|a| self.may_dial(peer, a)) {
            return Err(ConnectionDenied::new(Stranger));
        }
        let inner = &mut self.inner;
        inner.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.connected(connection, peer, address);
        let inner = &mut self.inner;
        let inner = inner
            .handle_established_outbound_connection(connection, peer, address, role, port_use)?;
        Ok(self.gate(inner, peer))
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. }) = &event {
            self.from.remove(connection_id);
        }
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        self.inner
            .on_connection_handler_event(peer, connection, event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        let next = self.inner.poll(cx);
        if let Poll::Ready(ToSwarm::Dial { opts }) = &next {
            self.wanted.insert(opts.connection_id());
        }
        next
    }
}

/// The gate before one connection's handler.
pub(in crate::mesh) struct Gate<H> {
    inner: H,
    peer: PeerId,
    members: Members,
    newcomers: bool,
}

impl<H: ConnectionHandler> ConnectionHandler for Gate<H> {
    type FromBehaviour = H::FromBehaviour;
    type ToBehaviour = H::ToBehaviour;
    type InboundProtocol = Offer<H::InboundProtocol>;
    type OutboundProtocol = H::OutboundProtocol;
    type InboundOpenInfo = H::InboundOpenInfo;
    type OutboundOpenInfo = H::OutboundOpenInfo;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol, Self::InboundOpenInfo> {
        let newcomer = || self.newcomers && self.members.pass_newcomers_on();
        let open = self.members.has(self.peer) || newcomer();
        self.inner
            .listen_protocol()
            .map_upgrade(|upgrade| Offer::new(upgrade, open))
    }

    fn connection_keep_alive(&self) -> bool {
        self.inner.connection_keep_alive()
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<
        ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>,
    > {
        self.inner.poll(cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::ToBehaviour>> {
        self.inner.poll_close(cx)
    }

    fn on_behaviour_event(&mut self, event: Self::FromBehaviour) {
        self.inner.on_behaviour_event(event);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<
            '_,
            Self::InboundProtocol,
            Self::OutboundProtocol,
            Self::InboundOpenInfo,
            Self::OutboundOpenInfo,
        >,
    ) {
        use ConnectionEvent as E;
        self.inner.on_connection_event(match event {
            E::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info }) => {
                E::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info })
            }
            E::ListenUpgradeError(ListenUpgradeError { info, error }) => {
                E::ListenUpgradeError(ListenUpgradeError { info, error })
            }
            E::FullyNegotiatedOutbound(event) => E::FullyNegotiatedOutbound(event),
            E::AddressChange(event) => E::AddressChange(event),
            E::DialUpgradeError(event) => E::DialUpgradeError(event),
            E::LocalProtocolsChange(event) => E::LocalProtocolsChange(event),
            E::RemoteProtocolsChange(event) => E::RemoteProtocolsChange(event),
            _ => return,
        });
    }
}

/// A protocol that is offered, or not there.
pub(in crate::mesh) struct Offer<U> {
    upgrade: U,
    open: bool,
}

impl<U> Offer<U> {
    pub(super) const fn new(upgrade: U, open: bool) -> Self {
        Self { upgrade, open }
    }
}

impl<U: UpgradeInfoSend> UpgradeInfoSend for Offer<U> {
    type Info = U::Info;
    type InfoIter = std::iter::Take<U::InfoIter>;

    fn protocol_info(&self) -> Self::InfoIter {
        let names = if self.open { usize::MAX } else { 0 };
        self.upgrade.protocol_info().take(names)
    }
}

impl<U: InboundUpgradeSend> InboundUpgradeSend for Offer<U> {
    type Output = U::Output;
    type Error = U::Error;
    type Future = U::Future;

    fn upgrade_inbound(self, stream: Stream, info: Self::Info) -> Self::Future {
        self.upgrade.upgrade_inbound(stream, info)
    }
}

#[cfg(test)]
mod tests {
    use libp2p::swarm::dummy;

    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    /// Whether the behaviour of a gate may dial an address on the word of a peer who is connected from 8.8.8.8.
    fn dials(rule: Dials, to: &str) -> bool {
        let mut gate = MembersOnly::new(dummy::Behaviour, Members::default(), rule);
        let (peer, here) = (PeerId::random(), address("/ip4/192.168.1.2/tcp/1"));
        let first = ConnectionId::new_unchecked(1);
        let from = address("/ip4/8.8.8.8/tcp/7");
        gate.handle_established_inbound_connection(first, peer, &here, &from)
            .unwrap();
        let wanted = ConnectionId::new_unchecked(2);
        gate.wanted.insert(wanted);
        let to = [address(to)];
        gate.handle_pending_outbound_connection(wanted, Some(peer), &to, Endpoint::Dialer)
            .is_ok()
    }

    #[test]
    fn a_neighbour_can_have_itself_dialled_back_and_nobody_else() {
        assert!(dials(Dials::Back, "/ip4/8.8.8.8/tcp/4001"));
        for other in [
            "/ip4/8.8.4.4/tcp/80",
            "/ip4/192.168.1.1/tcp/80",
            "/ip4/127.0.0.1/tcp/80",
            "/dns4/maple.example/tcp/80",
        ] {
            assert!(!dials(Dials::Back, other), "{other}");
        }
    }

    #[test]
    fn for_punching_nothing_inside_a_home_is_dialled() {
        assert!(dials(Dials::Outside, "/ip4/9.9.9.9/tcp/4001"));
        for inside in [
            "/ip4/192.168.1.1/tcp/80",
            "/ip6/::1/tcp/80",
            "/dns4/router/tcp/80",
        ] {
            assert!(!dials(Dials::Outside, inside), "{inside}");
        }
    }
}
