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
use libp2p::swarm::behaviour::ConnectionEstablished;
use libp2p::swarm::handler::{
    ConnectionEvent, FullyNegotiatedInbound, InboundUpgradeSend, ListenUpgradeError,
    UpgradeInfoSend,
};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId,
    FromSwarm, NetworkBehaviour, Stream, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};

use streetlamp_proto::open::Bucket;
use streetlamp_proto::time::Timestamp;
use tokio::time::Instant;

use super::members::Members;
use super::place::{ip_of, is_relayed};
use crate::https::is_public;

/// Dials back to one member that are made at once, and in an hour after that: as many as a home needs that is given new
/// addresses all the time. Each is worth a handshake's first packets, which may hit whoever shares the address.
const BACK: (u32, u32) = (16, 60);

/// Where a behaviour may dial on the word of another peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dials {
    /// Where the engine would dial anyway.
    Anywhere,
    /// To that peer itself, so often, at an address from which it is connected: what it asks for can hit nobody else.
    Back,
    /// Out into the internet, and not at something inside a home.
    Outside,
}

/// Somebody who is not of the street wants what is for members.
#[derive(Debug, thiserror::Error)]
#[error("not of the street, or not to be dialled on its word")]
struct Stranger;

/// Lets nobody but members at a behaviour.
pub(in crate::mesh) struct MembersOnly<B> {
    pub(super) inner: B,
    members: Members,
    dials: Dials,
    /// Whether newcomers are let at it, too, while they are passed on.
    newcomers: bool,
    /// Whether it hears of connections through neighbours.
    hears_of_circuits: bool,
    /// Dials that the behaviour wants, until they are judged.
    wanted: BTreeSet<ConnectionId>,
    /// From where whom is connected.
    from: BTreeMap<ConnectionId, (PeerId, IpAddr)>,
    /// How often who may still be dialled back.
    back: BTreeMap<PeerId, Bucket>,
    start: Instant,
}

impl<B> MembersOnly<B> {
    pub(super) fn new(inner: B, members: Members, dials: Dials) -> Self {
        Self {
            inner,
            members,
            dials,
            newcomers: false,
            hears_of_circuits: true,
            wanted: BTreeSet::new(),
            from: BTreeMap::new(),
            back: BTreeMap::new(),
            start: Instant::now(),
        }
    }

    /// The same for a behaviour at which newcomers are let, too, while they are passed on.
    pub(super) fn and_newcomers(self) -> Self {
        Self {
            newcomers: true,
            ..self
        }
    }

    /// Tells the behaviour nothing of connections through neighbours. libp2p's relay has no part in them, and yet writes
    /// to their handlers when it begins or ends to relay, which ends their tasks with a panic.
    pub(super) fn deaf_to_circuits(mut self) -> Self {
        self.hears_of_circuits = false;
        self
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

    /// Whether another dial back to a peer is within its share.
    fn is_within_share(&mut self, peer: Option<PeerId>) -> bool {
        let (Dials::Back, Some(peer)) = (self.dials, peer) else {
            return true;
        };
        let passed = self.start.elapsed().as_millis();
        let now = Timestamp::from_ms(u64::try_from(passed).unwrap_or(u64::MAX));
        self.back.retain(|_, bucket| !bucket.is_full(now));
        let (burst, per_hour) = BACK;
        let bucket = self.back.entry(peer);
        bucket
            .or_insert_with(|| Bucket::new(burst, per_hour))
            .take(now)
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
        if self.wanted.remove(&connection) {
            let may_dial = addresses.iter().all(|a| self.may_dial(peer, a));
            if !may_dial || !self.is_within_share(peer) {
                return Err(ConnectionDenied::new(Stranger));
            }
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
        match &event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished { endpoint, .. })
            | FromSwarm::ConnectionClosed(ConnectionClosed { endpoint, .. })
                if endpoint.is_relayed() && !self.hears_of_circuits => {}
            _ => self.inner.on_swarm_event(event),
        }
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

    #[tokio::test(start_paused = true)]
    async fn a_neighbour_is_dialled_back_so_often_and_another_has_a_share_of_his_own() {
        let mut gate = MembersOnly::new(dummy::Behaviour, Members::default(), Dials::Back);
        let (peer, other) = (PeerId::random(), PeerId::random());
        let (here, from) = (
            address("/ip4/192.168.1.2/tcp/1"),
            address("/ip4/8.8.8.8/tcp/7"),
        );
        for (n, peer) in [peer, other].into_iter().enumerate() {
            let connection = ConnectionId::new_unchecked(n);
            gate.handle_established_inbound_connection(connection, peer, &here, &from)
                .unwrap();
        }
        let mut made = |peer, tries: usize| {
            let dials = (0..tries).filter(|n| {
                let wanted = ConnectionId::new_unchecked(100 + n);
                gate.wanted.insert(wanted);
                let to = [from.clone()];
                gate.handle_pending_outbound_connection(wanted, Some(peer), &to, Endpoint::Dialer)
                    .is_ok()
            });
            dials.count()
        };
        assert_eq!(made(peer, 100), 16);
        assert_eq!(made(other, 1), 1);
        tokio::time::advance(std::time::Duration::from_secs(3600)).await;
        assert_eq!(made(peer, 100), 16, "as many as it may save up");
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
