//! The carrier: one task that brings everything where it goes, when it is time.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures::channel::oneshot;
use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, Muxer, Side};
use super::host::{Direction, index};
use super::stream::{Pipe, Stream};
use super::transport::{Connected, Dialling, incoming};
use super::{HANDSHAKE, Nat, Net, locked};
use crate::record::{Class, HouseNumber, Micros};

/// Something on its way.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The first packet of a dial.
    Knock {
        from: HouseNumber,
        to: HouseNumber,
        dialling: Dialling,
    },
    /// The answer to one.
    Answered(oneshot::Sender<std::io::Result<Connected>>, Box<Connected>),
    /// The end of a handshake.
    Incoming(HouseNumber, HouseNumber, Box<Connected>),
    /// Nobody answered.
    GivenUp(Dialling),
    /// A new stream.
    Opened(Arc<Connection>, Side, Box<Stream>),
    /// Bytes of a stream.
    Bytes(Arc<Connection>, Arc<Mutex<Pipe>>, Vec<u8>),
    /// The end of a stream.
    Finished(Arc<Connection>, Arc<Mutex<Pipe>>),
    /// A stream was given up by its writer.
    Broken(Arc<Connection>, Arc<Mutex<Pipe>>),
    /// A stream was given up by its reader.
    Unread(Arc<Connection>, Arc<Mutex<Pipe>>),
    /// The end of a connection.
    Over(Arc<Connection>, Side),
    /// An uplink takes more.
    Room(HouseNumber),
}

/// Carries everything of a net, for ever.
pub(crate) async fn carry_all(net: Net) {
    let mut sleep = pin!(sleep_until(Instant::now()));
    poll_fn(|cx| {
        loop {
            let now = net.now();
            // One lock for each: what arrives makes more be put down.
            loop {
                let arrival = locked(&net.shared).agenda.take(now);
                match arrival {
                    Some(arrival) => net.arrive(arrival, now),
                    None => break,
                }
            }
            let next = {
                let mut shared = locked(&net.shared);
                shared.carrier = Some(cx.waker().clone());
                shared.agenda.next()
            };
            let Some(next) = next else {
                return Poll::<()>::Pending;
            };
            sleep.as_mut().reset(net.instant(next));
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await;
}

impl Net {
    fn arrive(&self, arrival: Arrival, now: Micros) {
        match arrival {
            Arrival::Knock { from, to, dialling } => self.knocked(from, to, &dialling, now),
            Arrival::Answered(tell, connected) => {
                let _nobody_waits = tell.send(Ok(*connected));
            }
            Arrival::Incoming(from, to, connected) => self.came_in(from, to, *connected),
            Arrival::GivenUp(dialling) => {
                if let Some(tell) = dialling.take() {
                    let _nobody_waits = tell.send(Err(std::io::ErrorKind::TimedOut.into()));
                }
            }
            Arrival::Opened(connection, side, stream) => connection.arrive(side, *stream),
            Arrival::Bytes(connection, pipe, bytes) => {
                if !connection.is_cut() {
                    locked(&pipe).arrive(bytes);
                }
            }
            Arrival::Finished(connection, pipe) => {
                if !connection.is_cut() {
                    locked(&pipe).finish();
                }
            }
            Arrival::Broken(connection, pipe) => {
                if !connection.is_cut() {
                    locked(&pipe).break_off();
                }
            }
            Arrival::Unread(connection, pipe) => {
                if !connection.is_cut() {
                    locked(&pipe).is_unread();
                }
            }
            Arrival::Over(connection, side) => self.ended(&connection, side),
            Arrival::Room(home) => {
                let waiting = locked(&self.shared)
                    .host(home)
                    .map(|host| std::mem::take(&mut host.waiting));
                for waker in waiting.into_iter().flatten() {
                    waker.wake();
                }
            }
        }
    }

    /// A first packet arrives. Whoever does not get through hears nothing.
    fn knocked(&self, from: HouseNumber, to: HouseNumber, dialling: &Dialling, now: Micros) {
        if !dialling.is_open() {
            return;
        }
        let mut shared = locked(&self.shared);
        let nat = shared
            .hosts
            .get(index(from))
            .map_or(Nat::Open, |host| host.line.nat);
        let there = shared.hosts.get(index(to));
        let admitted =
            there.is_some_and(|host| host.listener.is_some() && host.admits(from, nat, now));
        if !admitted || !shared.reach(from, to) {
            return;
        }
        let peers = (shared.hosts.get(index(from)), shared.hosts.get(index(to)));
        let (Some(dialler), Some(listener)) = peers else {
            return;
        };
        let (dialler, listener) = (dialler.peer, listener.peer);
        let (Some(way), Some(tell)) = (shared.one_way(from, to), dialling.take()) else {
            return;
        };
        let number = shared.next;
        shared.next += 1;
        let connection = Arc::new(Connection::new(number, from, to, way));
        shared.connections.insert(number, connection.clone());
        shared.link(&connection, now);
        for (home, other, [sent, received]) in [
            (from, to, HANDSHAKE),
            (to, from, [HANDSHAKE[1], HANDSHAKE[0]]),
        ] {
            if let Some(host) = shared.host(home) {
                host.count(Class::Connecting, Direction::Up, sent);
                host.count(Class::Connecting, Direction::Down, received);
                host.speaks_to(other, now);
            }
        }
        let muxer = |side| Muxer {
            net: self.clone(),
            connection: connection.clone(),
            side,
        };
        let answer = Box::new((listener, muxer(Side::Dialer)));
        shared.put(now.plus(way), Arrival::Answered(tell, answer));
        let incoming = Box::new((dialler, muxer(Side::Listener)));
        shared.put(
            now.plus(way).plus(way),
            Arrival::Incoming(from, to, incoming),
        );
    }

    fn came_in(&self, from: HouseNumber, to: HouseNumber, connected: Connected) {
        let mut shared = locked(&self.shared);
        let there = shared
            .hosts
            .get(index(from))
            .map(|host| host.address.clone());
        let unheard = match (shared.host(to), there) {
            (Some(host), Some(there)) => match host.listener {
                Some(listener) => {
                    host.tell(incoming(listener, host.address.clone(), there, connected));
                    None
                }
                None => Some(connected),
            },
            _ => Some(connected),
        };
        // Dropping it closes it, which needs the lock.
        drop(shared);
        drop(unheard);
    }
}
