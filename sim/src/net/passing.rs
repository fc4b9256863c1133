//! What transports, connections and streams ask of the net: to listen, to dial, to carry, to close.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use libp2p::Multiaddr;
use libp2p::core::transport::{ListenerId, TransportEvent};
use libp2p::multiaddr::Protocol;

use super::carrier::Arrival;
use super::connection::{Connection, Side};
use super::meter::MessageId;
use super::stream::{Pipe, Stream};
use super::transport::{Dialling, Event};
use super::{DIALLING, KNOCKS, Net, QUEUE, locked};
use crate::record::{Class, HouseNumber, Micros};

impl Net {
    pub(super) fn listen(
        &self,
        home: HouseNumber,
        listener: ListenerId,
        address: &Multiaddr,
    ) -> bool {
        let mut shared = locked(&self.shared);
        let Some(host) = shared.host(home).filter(|host| host.address == *address) else {
            return false;
        };
        host.listener = Some(listener);
        host.tell(TransportEvent::NewAddress {
            listener_id: listener,
            listen_addr: address.clone(),
        });
        true
    }

    pub(super) fn stop_listening(&self, home: HouseNumber) -> bool {
        let mut shared = locked(&self.shared);
        shared
            .host(home)
            .is_some_and(|host| host.listener.take().is_some())
    }

    pub(super) fn next_event(&self, home: HouseNumber, cx: &Context<'_>) -> Poll<Event> {
        let mut shared = locked(&self.shared);
        shared
            .host(home)
            .map_or(Poll::Pending, |host| host.next(cx))
    }

    pub(super) fn dial(&self, from: HouseNumber, address: &Multiaddr, dialling: &Dialling) {
        let now = self.now();
        let mut shared = locked(&self.shared);
        // The swarm names the peer behind the address, and checks itself that it was him.
        let place: Multiaddr = address
            .iter()
            .filter(|part| !matches!(part, Protocol::P2p(_)))
            .collect();
        let to = shared.places.get(&place).copied();
        shared.put(now.plus(DIALLING), Arrival::GivenUp(dialling.clone()));
        let Some(to) = to.filter(|to| *to != from) else {
            return;
        };
        let Some(way) = shared.one_way(from, to) else {
            return;
        };
        for knock in KNOCKS {
            let dialling = dialling.clone();
            let at = now.plus(knock).plus(way);
            shared.put(at, Arrival::Knock { from, to, dialling });
        }
        if let Some(host) = shared.host(from) {
            host.speaks_to(to, now.plus(DIALLING));
        }
    }

    /// Whether a home's uplink takes more now. If not, `cx` is woken when it does.
    pub(super) fn has_room(&self, home: HouseNumber, cx: &Context<'_>) -> bool {
        let now = self.now();
        let mut shared = locked(&self.shared);
        let Some(host) = shared.host(home) else {
            return true;
        };
        if host.up_free <= now.plus(QUEUE) {
            return true;
        }
        host.waiting.push(cx.waker().clone());
        if host.waiting.len() == 1 {
            let at = Micros(host.up_free.0 - QUEUE.0);
            shared.put(at, Arrival::Room(home));
        }
        false
    }

    /// Takes bytes of a stream to the other end, and with the first of them the stream itself.
    #[expect(clippy::too_many_arguments, reason = "one thing on its way, in full")]
    pub(super) fn carry(
        &self,
        connection: &Arc<Connection>,
        side: Side,
        pipe: &Arc<Mutex<Pipe>>,
        bytes: &[u8],
        class: Class,
        messages: &[MessageId],
        opens: Option<Stream>,
    ) {
        let now = self.now();
        let mut shared = locked(&self.shared);
        let (from, to) = (connection.home(side), connection.home(side.other()));
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut at = shared.send(from, to, length, class, connection.one_way, now);
        {
            let mut pipe = locked(pipe);
            at = at.max(pipe.last);
            pipe.last = at;
        }
        if connection.is_cut() {
            return;
        }
        for message in messages {
            let homes = shared.copies.entry(*message).or_default();
            *homes.entry(to).or_default() += 1;
        }
        if let Some(stream) = opens {
            let arrival = Arrival::Opened(connection.clone(), side.other(), Box::new(stream));
            shared.put(at, arrival);
        }
        let (connection, pipe) = (connection.clone(), Arc::clone(pipe));
        shared.put(at, Arrival::Bytes(connection, pipe, bytes.to_vec()));
    }

    /// Tells the other end that nothing more comes.
    pub(super) fn finish(&self, connection: &Arc<Connection>, side: Side, pipe: &Arc<Mutex<Pipe>>) {
        self.tell(connection, side, pipe, |connection, pipe| {
            Arrival::Finished(connection, pipe)
        });
    }

    /// Tells the other end that this one is gone.
    pub(super) fn give_up(
        &self,
        connection: &Arc<Connection>,
        side: Side,
        to: &Arc<Mutex<Pipe>>,
        from: &Arc<Mutex<Pipe>>,
        finished: bool,
    ) {
        if !finished {
            self.tell(connection, side, to, Arrival::Broken);
        }
        self.tell(connection, side, from, Arrival::Unread);
    }

    fn tell(
        &self,
        connection: &Arc<Connection>,
        _: Side,
        pipe: &Arc<Mutex<Pipe>>,
        what: impl FnOnce(Arc<Connection>, Arc<Mutex<Pipe>>) -> Arrival,
    ) {
        if connection.is_cut() {
            return;
        }
        let at = self.now().plus(connection.one_way).max(locked(pipe).last);
        let what = what(connection.clone(), Arc::clone(pipe));
        locked(&self.shared).put(at, what);
    }

    /// An end closes its connection, and the other learns it.
    pub(super) fn close(&self, connection: &Arc<Connection>, side: Side) {
        if connection.is_over(side) {
            return;
        }
        let was_cut = connection.is_cut();
        let now = self.now();
        {
            let mut shared = locked(&self.shared);
            if !was_cut {
                shared.unlink(connection, now);
                let at = now.plus(connection.one_way);
                shared.put(at, Arrival::Over(connection.clone(), side.other()));
            }
        }
        self.ended(connection, side);
    }

    /// An end learns that its connection is over.
    pub(super) fn ended(&self, connection: &Arc<Connection>, side: Side) {
        if connection.end(side) {
            locked(&self.shared).connections.remove(&connection.number);
        }
    }
}
