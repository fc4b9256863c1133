//! The net between the homes of a run: lines, addresses, what is on its way, and who cannot reach whom.
//!
//! A home's swarm gets a transport of this net in place of TCP and QUIC. A packet waits for its home's uplink, takes the
//! time of both last miles, and for each loss a timeout more. Connections are set up as QUIC sets them up, in one round
//! trip, and fail as QUIC does, silently. Ciphers and acknowledgements are left out: nobody listens who could break
//! them, and they are a few bytes.

mod agenda;
mod carrier;
mod connection;
mod host;
mod line;
mod meter;
mod passing;
mod shared;
mod stream;
#[cfg(test)]
mod tests;
mod transport;
mod watchdog;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

pub(crate) use carrier::carry_all;
pub use line::Nat;
pub(crate) use line::{Line, chance};
pub(crate) use meter::{MessageId, message_id};
pub(crate) use shared::Times;
pub(crate) use transport::transport;
pub(crate) use watchdog::Stalled;

use crate::record::{Class, HouseNumber, Micros};
use host::Host;
use shared::Shared;
use watchdog::Watchdog;

/// A dial is given up after this long (libp2p's handshake timeout for QUIC).
const DIALLING: Micros = Micros(5_000_000);
/// When the first packets of a dial are sent: once, and again after a second and two (RFC 9002, section 6.2.2).
const KNOCKS: [Micros; 3] = [Micros(0), Micros(1_000_000), Micros(3_000_000)];
/// A connection from which nothing comes is given up after this long, as homes give up QUIC.
const SILENCE: Micros = Micros(streetlamp::mesh::SILENCE.as_secs() * 1_000_000);
/// An uplink takes more when less than this waits before it: QUIC's congestion control keeps queues short.
const QUEUE: Micros = Micros(50_000);
/// Bytes of a handshake, to the listener and back: a padded packet and an end, and three packets with a certificate (RFC
/// 9000, section 8.1).
const HANDSHAKE: [u64; 2] = [1_800, 3_600];

/// The net of one run. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Net {
    start: Instant,
    /// What checking a signature takes.
    check: Micros,
    shared: Arc<Mutex<Shared>>,
    watchdog: Watchdog,
}

/// Locks what one thread uses anyway. A panic elsewhere ends the run; nothing is to be saved from it here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Net {
    /// A net without homes, whose time begins now. Checking a signature takes its home `check`.
    pub(crate) fn new(seed: u64, check: Micros) -> Self {
        let start = Instant::now();
        let shared = Shared::new(seed);
        Self {
            start,
            check,
            shared: Arc::new(Mutex::new(shared)),
            watchdog: Watchdog::new(start),
        }
    }

    /// Lays a line to one more home, which is off. Gives its address: one of its own, or a port at the address `of`
    /// another one that has a line already.
    pub(crate) fn lay(
        &self,
        of: Option<HouseNumber>,
        line: Line,
        peer: PeerId,
    ) -> (HouseNumber, Multiaddr) {
        let mut shared = locked(&self.shared);
        let number = HouseNumber(u32::try_from(shared.hosts.len()).unwrap_or(u32::MAX));
        let address = host::address(number, of.unwrap_or(number));
        shared.hosts.push(Host::new(line, address.clone(), peer));
        shared.places.insert(address.clone(), number);
        (number, address)
    }

    /// The time.
    pub(crate) fn now(&self) -> Micros {
        let since = Instant::now().saturating_duration_since(self.start);
        Micros(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
    }

    /// When a moment of the run is.
    pub(crate) fn instant(&self, at: Micros) -> Instant {
        self.start + Duration::from_micros(at.0)
    }

    /// Notes that a task of a home was polled.
    pub(crate) fn polled(&self, home: HouseNumber) {
        self.watchdog.polled(home);
    }

    /// A home checked so many signatures. What it sends from now on waits for that.
    pub(crate) fn checked(&self, home: HouseNumber, signatures: u64) {
        if signatures == 0 || self.check == Micros(0) {
            return;
        }
        let takes = Micros(self.check.0.saturating_mul(signatures));
        let now = self.now();
        if let Some(host) = locked(&self.shared).host(home) {
            host.thinks_until = host.thinks_until.max(now).plus(takes);
        }
    }

    /// Waits until a home keeps time from going on.
    pub(crate) async fn stalled(&self) -> Stalled {
        self.watchdog.stalled().await
    }

    /// A home's node comes on.
    pub(crate) fn switch_on(&self, home: HouseNumber) {
        if let Some(host) = locked(&self.shared).host(home) {
            host.on = true;
        }
    }

    /// A home's node goes off, without a word. Its neighbours learn it from its silence.
    pub(crate) fn switch_off(&self, home: HouseNumber) {
        let now = self.now();
        let mut shared = locked(&self.shared);
        if let Some(host) = shared.host(home) {
            host.go_off();
        }
        for connection in shared.of(home) {
            shared.silence(&connection, now);
        }
    }

    /// Puts homes on islands: only those of one island reach each other. What is between two of them now dies.
    pub(crate) fn part(&self, islands: impl Fn(HouseNumber) -> u32) {
        let now = self.now();
        let mut shared = locked(&self.shared);
        for (number, host) in (0..).zip(&mut shared.hosts) {
            host.island = islands(HouseNumber(number));
        }
        let connections: Vec<_> = shared.connections.values().cloned().collect();
        for connection in connections {
            if !shared.reach(connection.dialer, connection.listener) {
                shared.silence(&connection, now);
            }
        }
    }

    /// How many copies of a message came to each home.
    pub(crate) fn copies(&self, message: &MessageId) -> BTreeMap<HouseNumber, u32> {
        let shared = locked(&self.shared);
        shared.copies.get(message).cloned().unwrap_or_default()
    }

    /// Every pair that was connected.
    pub(crate) fn links(&self) -> BTreeMap<(HouseNumber, HouseNumber), Times> {
        locked(&self.shared).links.clone()
    }

    /// Who is connected to whom now, with the time that it takes one way.
    pub(crate) fn graph(&self) -> Vec<Vec<(HouseNumber, Micros)>> {
        let shared = locked(&self.shared);
        let mut graph = vec![Vec::new(); shared.hosts.len()];
        for connection in shared.connections.values().filter(|c| !c.is_cut()) {
            let (a, b) = (connection.dialer, connection.listener);
            for (from, to) in [(a, b), (b, a)] {
                if let Some(edges) = graph.get_mut(host::index(from)) {
                    edges.push((to, connection.one_way));
                }
            }
        }
        graph
    }

    /// Bytes of every home: sent and received, by class.
    pub(crate) fn traffic(&self) -> Vec<BTreeMap<Class, [u64; 2]>> {
        let shared = locked(&self.shared);
        shared
            .hosts
            .iter()
            .map(|host| host.traffic.clone())
            .collect()
    }
}
