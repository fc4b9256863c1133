//! One look at the other end of a connection, a few seconds after it was made.
//!
//! A router that runs Linux keeps a way for UDP for half a minute, and for two minutes only once something passed later
//! than two seconds after the first packet (`nf_conntrack_udp_timeout` and `nf_conntrack_udp_timeout_stream`,
//! <https://docs.kernel.org/networking/nf_conntrack-sysctl.html>; the two seconds stand in `nf_conntrack_proto_udp.c`).
//! Two homes that had said everything by then would be cut off from each other before QUIC looks for the first time, and
//! know it only when it gives up.
//!
//! The other end is asked whether it speaks ping. Over QUIC it does not; that it says so is all that is wanted.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use libp2p::core::upgrade::{DeniedUpgrade, ReadyUpgrade};
use libp2p::ping;
use libp2p::swarm::handler::{ConnectionEvent, ConnectionHandlerEvent};
use libp2p::swarm::{ConnectionHandler, StreamProtocol, SubstreamProtocol};
use tokio::time::{Sleep, sleep};

/// After this long.
const SOON: Duration = Duration::from_secs(5);

/// Looks once, and answers nobody.
#[derive(Debug)]
pub(in crate::mesh) struct Soon {
    /// Nothing once it looked.
    due: Option<Pin<Box<Sleep>>>,
}

impl Default for Soon {
    fn default() -> Self {
        Self {
            due: Some(Box::pin(sleep(SOON))),
        }
    }
}

impl ConnectionHandler for Soon {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = DeniedUpgrade;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(DeniedUpgrade, ())
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Infallible>> {
        let Some(due) = &mut self.due else {
            return Poll::Pending;
        };
        ready!(due.as_mut().poll(cx));
        self.due = None;
        let protocol = SubstreamProtocol::new(ReadyUpgrade::new(ping::PROTOCOL_NAME), ());
        Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol })
    }

    fn on_behaviour_event(&mut self, never: Infallible) {
        match never {}
    }

    fn on_connection_event(
        &mut self,
        _answered_or_not: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>,
    ) {
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_looked_at_once_between_what_a_router_calls_new_and_what_it_forgets() {
        let (new, forgotten) = (Duration::from_secs(2), Duration::from_secs(30));
        let mut handler = Soon::default();
        let looks = |handler: &mut Soon| poll_fn(|cx| handler.poll(cx)).now_or_never().is_some();
        tokio::time::advance(new).await;
        assert!(!looks(&mut handler));
        tokio::time::advance(forgotten - new).await;
        assert!(looks(&mut handler));
        tokio::time::advance(Duration::from_secs(24 * 3600)).await;
        assert!(!looks(&mut handler));
    }
}
