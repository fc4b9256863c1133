//! Everything that the homes of a net share: who is where, what is on its way, and who is connected.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use libp2p::Multiaddr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::SILENCE;
use super::agenda::Agenda;
use super::carrier::Arrival;
use super::connection::{Connection, Side};
use super::host::{Direction, Host, index};
use super::line::{busy, on_the_line, one_way, packets, sent_again};
use super::meter::MessageId;
use crate::record::{Class, HouseNumber, Micros};

/// What is shared.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) hosts: Vec<Host>,
    pub(super) places: BTreeMap<Multiaddr, HouseNumber>,
    pub(super) agenda: Agenda<Arrival>,
    pub(super) carrier: Option<Waker>,
    pub(super) rng: ChaCha20Rng,
    pub(super) connections: BTreeMap<u64, Arc<Connection>>,
    pub(super) next: u64,
    pub(super) copies: BTreeMap<MessageId, BTreeMap<HouseNumber, u32>>,
    pub(super) links: BTreeMap<(HouseNumber, HouseNumber), Times>,
}

/// When two homes were connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// One way.
    pub(crate) one_way: Micros,
    /// First.
    pub(crate) opened: Micros,
    /// The last end of a connection, if there is none now.
    pub(crate) closed: Option<Micros>,
    /// How often.
    pub(crate) times: u32,
    /// How many connections there are.
    open: u32,
}

impl Shared {
    /// A net without homes.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            hosts: Vec::new(),
            places: BTreeMap::new(),
            agenda: Agenda::new(),
            carrier: None,
            rng: ChaCha20Rng::seed_from_u64(seed),
            connections: BTreeMap::new(),
            next: 0,
            copies: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    pub(super) fn host(&mut self, home: HouseNumber) -> Option<&mut Host> {
        self.hosts.get_mut(index(home))
    }

    /// Whether packets of one home come to another.
    pub(super) fn reach(&self, a: HouseNumber, b: HouseNumber) -> bool {
        let hosts = (self.hosts.get(index(a)), self.hosts.get(index(b)));
        let (Some(a), Some(b)) = hosts else {
            return false;
        };
        a.on && b.on && a.island == b.island
    }

    pub(super) fn one_way(&self, a: HouseNumber, b: HouseNumber) -> Option<Micros> {
        let (a, b) = (self.hosts.get(index(a))?, self.hosts.get(index(b))?);
        Some(one_way(&a.line, &b.line))
    }

    /// The connections of a home.
    pub(super) fn of(&self, home: HouseNumber) -> Vec<Arc<Connection>> {
        let all = self.connections.values();
        all.filter(|c| c.dialer == home || c.listener == home)
            .cloned()
            .collect()
    }

    pub(super) fn put(&mut self, at: Micros, arrival: Arrival) {
        if self.agenda.add(at, arrival)
            && let Some(waker) = self.carrier.take()
        {
            waker.wake();
        }
    }

    /// Sends bytes, and says when they are there.
    pub(super) fn send(
        &mut self,
        from: HouseNumber,
        to: HouseNumber,
        bytes: u64,
        class: Class,
        way: Micros,
        now: Micros,
    ) -> Micros {
        let (count, whole) = (packets(bytes), on_the_line(bytes));
        let mut loss = 0.0;
        let mut at = now;
        if let Some(host) = self.host(from) {
            host.up_free = host
                .up_free
                .max(now)
                .max(host.thinks_until)
                .plus(Micros(busy(whole, host.line.up)));
            at = host.up_free;
            loss += host.line.loss;
            host.count(class, Direction::Up, whole);
        }
        at = at.plus(way);
        if let Some(host) = self.host(to) {
            let takes = Micros(busy(whole, host.line.down));
            host.down_free = host.down_free.max(at).plus(takes);
            at = host.down_free;
            loss += host.line.loss;
            host.count(class, Direction::Down, whole);
        }
        at.plus(Micros(sent_again(count, loss, way, &mut self.rng)))
    }

    /// Nothing passes on a connection any more. Each end gives it up when it has heard nothing for long enough.
    pub(super) fn silence(&mut self, connection: &Arc<Connection>, now: Micros) {
        if connection.is_cut() {
            return;
        }
        self.unlink(connection, now);
        connection.cut();
        for side in [Side::Dialer, Side::Listener] {
            self.put(now.plus(SILENCE), Arrival::Over(connection.clone(), side));
        }
    }

    pub(super) fn link(&mut self, connection: &Connection, now: Micros) {
        let (a, b) = (connection.dialer, connection.listener);
        let one_way = connection.one_way;
        let times = self.links.entry((a.min(b), a.max(b))).or_insert(Times {
            one_way,
            opened: now,
            closed: None,
            times: 0,
            open: 0,
        });
        times.times += u32::from(times.open == 0);
        times.open += 1;
        times.closed = None;
    }

    pub(super) fn unlink(&mut self, connection: &Connection, now: Micros) {
        let (a, b) = (connection.dialer, connection.listener);
        if let Some(times) = self.links.get_mut(&(a.min(b), a.max(b))) {
            times.open = times.open.saturating_sub(1);
            if times.open == 0 {
                times.closed = Some(now);
            }
        }
    }
}
