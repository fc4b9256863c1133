//! Gossip that dozes while nobody says anything.
//!
//! Gossipsub tends itself once a second for ever: it scores each neighbour on each topic, looks whether its meshes are whole,
//! and names what is new to whoever is of none. On a street where a few things are said a day, every such second is like
//! the one before. So [`Dozing`] does not let gossip look at its clock unless something has happened: a connection came or
//! went, a neighbour's gossip spoke, or the home itself has something to say. It stays awake for as long as anything that
//! began then can still be open ([`AWAKE`]), and after that tends itself once a minute ([`DOZE`]), in case.
//!
//! What is heard and said while it dozes waits for nothing: it is handled at once, by a gossip that first does what is
//! overdue. Only the clock is slower, and nothing that the clock would do is pending.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, gossipsub};
use tokio::time::{Instant, Sleep, sleep};

use super::behaviour::Gossip;

/// Gossip tends itself each second for so long after whatever happened last. What takes longest is counted in such
/// seconds: for a minute and one of them, who was pruned is not grafted again (defaults of `prune_backoff` and
/// `backoff_slack`). A promised message is missed after three (`iwant_followup_time`), and messages are forgotten after five
/// (`history_length`).
const AWAKE: Duration = Duration::from_secs(65);
/// And so often when nothing happens. Scores fade as seldom, so that they fade by the clock and not by what is said.
pub(super) const DOZE: Duration = Duration::from_secs(60);

type Said = ToSwarm<gossipsub::Event, THandlerInEvent<Gossip>>;

/// See above. To change anything of gossip's wakes it.
pub(super) struct Dozing {
    gossip: Gossip,
    /// When it may fall asleep.
    until: Instant,
    /// While it is asleep, when it tends itself next.
    next: Option<Pin<Box<Sleep>>>,
    /// What it did while it woke.
    overdue: VecDeque<Said>,
}

impl Dozing {
    pub(super) fn new(gossip: Gossip) -> Self {
        Self {
            gossip,
            until: Instant::now() + AWAKE,
            next: None,
            overdue: VecDeque::new(),
        }
    }

    /// Something is about to happen. What the clock asked for meanwhile goes first, so that gossip's next second begins
    /// now: what it names to others at the end of that has been judged by then.
    fn wake(&mut self) {
        if self.next.take().is_some() {
            // Whoever hands something to a swarm polls it next, with a waker that is worth something.
            let mut cx = Context::from_waker(Waker::noop());
            while let Poll::Ready(said) = self.gossip.poll(&mut cx) {
                self.overdue.push_back(said);
            }
        }
        self.until = Instant::now() + AWAKE;
    }
}

impl Deref for Dozing {
    type Target = Gossip;

    fn deref(&self) -> &Gossip {
        &self.gossip
    }
}

impl DerefMut for Dozing {
    fn deref_mut(&mut self) -> &mut Gossip {
        self.wake();
        &mut self.gossip
    }
}

impl NetworkBehaviour for Dozing {
    type ConnectionHandler = THandler<Gossip>;
    type ToSwarm = gossipsub::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.wake();
        self.gossip
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
        self.wake();
        self.gossip
            .handle_established_outbound_connection(connection, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if matches!(
            event,
            FromSwarm::ConnectionEstablished(_) | FromSwarm::ConnectionClosed(_)
        ) {
            self.wake();
        }
        self.gossip.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        self.wake();
        self.gossip
            .on_connection_handler_event(peer, connection, event);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Said> {
        if let Some(said) = self.overdue.pop_front() {
            return Poll::Ready(said);
        }
        if let Some(next) = &mut self.next
            && next.as_mut().poll(cx).is_pending()
        {
            return Poll::Pending;
        }
        let mut said = self.gossip.poll(cx);
        if said.is_pending() && Instant::now() >= self.until {
            // What gossip decided while it tended itself is told when it is asked once more.
            said = self.gossip.poll(cx);
            if said.is_pending() {
                let mut next = Box::pin(sleep(DOZE));
                let _wakes_us = next.as_mut().poll(cx);
                self.next = Some(next);
            }
        }
        if said.is_ready() {
            self.next = None;
            self.until = Instant::now() + AWAKE;
        }
        said
    }
}
