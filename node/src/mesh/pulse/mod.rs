//! How often two homes that say nothing look whether the other is still there.
//!
//! A home that talked to twenty neighbours all day without need would use a line that is paid by the byte. QUIC looks by
//! itself, in packets of a few bytes, and one of two ends is enough; over TCP, and through a neighbour, each end pings.
//! What is said meanwhile finds out sooner, and so does a home that comes back: it dials.
//!
//! Whoever is behind a router is forgotten by it when nothing passes for too long: for UDP not before two minutes (RFC
//! 4787, REQ-5), for TCP not before two hours (RFC 5382, REQ-5). New ways for UDP are forgotten sooner: see [`Soon`].

mod soon;

use std::task::{Context, Poll};
use std::time::Duration;

use either::Either;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, ping, quic};

use super::reach::is_relayed;
use soon::Soon;

/// Between two pings where QUIC does not look by itself.
const PING: Duration = Duration::from_secs(5 * 60);
/// Silence after which QUIC looks, at least, and how much more it may be. Each home has a time of its own, or both ends
/// would look at the same moment, each time.
const QUIC: (u64, u64) = (70, 20);
/// Silence after which QUIC gives up. What it sends to look is sent again within seconds when it is lost.
pub const SILENCE: Duration = Duration::from_secs(110);

/// QUIC that looks seldom.
pub(super) fn quietly(mut config: quic::Config, me: PeerId) -> quic::Config {
    let (least, more) = QUIC;
    let own = me
        .to_bytes()
        .last()
        .map_or(0, |byte| u64::from(*byte) % more);
    config.keep_alive_interval = Duration::from_secs(least + own);
    config.max_idle_timeout = u32::try_from(SILENCE.as_millis()).unwrap_or(u32::MAX);
    config
}

/// Ping, where it is needed, and one look where it is not.
pub(super) struct Pulse(ping::Behaviour);

impl Default for Pulse {
    fn default() -> Self {
        Self(ping::Behaviour::new(
            ping::Config::new().with_interval(PING),
        ))
    }
}

/// Whether it leads by QUIC to the other end itself, which then is missed without a ping.
pub(super) fn is_quic(address: &Multiaddr) -> bool {
    !is_relayed(address) && address.iter().any(|part| part == Protocol::QuicV1)
}

impl NetworkBehaviour for Pulse {
    type ConnectionHandler = Either<THandler<ping::Behaviour>, Soon>;
    type ToSwarm = ping::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if is_quic(local) {
            return Ok(Either::Right(Soon::default()));
        }
        let ping = &mut self.0;
        let handler =
            ping.handle_established_inbound_connection(connection, peer, local, remote)?;
        Ok(Either::Left(handler))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if is_quic(address) {
            return Ok(Either::Right(Soon::default()));
        }
        let ping = &mut self.0;
        let handler =
            ping.handle_established_outbound_connection(connection, peer, address, role, port_use)?;
        Ok(Either::Left(handler))
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.0.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self.0.on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.0.poll(cx).map(|next| next.map_in(Either::Left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quic_without_a_neighbour_between_misses_the_other_end_by_itself() {
        let by_itself = |address: &str| is_quic(&address.parse().unwrap());
        assert!(by_itself("/ip4/9.9.9.9/udp/4001/quic-v1"));
        assert!(!by_itself("/ip4/9.9.9.9/tcp/4001"));
        let relay = PeerId::random();
        let through = format!("/ip4/9.9.9.9/udp/4001/quic-v1/p2p/{relay}/p2p-circuit");
        assert!(!by_itself(&through));
    }

    #[test]
    fn homes_look_after_different_times_all_before_a_router_forgets_and_well_before_giving_up() {
        let key = |n: u8| {
            let key = libp2p::identity::Keypair::ed25519_from_bytes([n; 32]).unwrap();
            (quic::Config::new(&key), key.public().to_peer_id())
        };
        let after = |n| {
            let (config, me) = key(n);
            quietly(config, me).keep_alive_interval
        };
        let times: std::collections::BTreeSet<_> = (0..50).map(after).collect();
        assert!(times.len() > 10, "{times:?}");
        for time in times {
            assert!(time < Duration::from_secs(120) && time + Duration::from_secs(20) <= SILENCE);
        }
    }
}
