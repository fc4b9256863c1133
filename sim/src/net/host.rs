//! One home as the net knows it.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::task::{Context, Poll, Waker};

use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use super::line::{Line, Nat};
use super::transport::Event;
use crate::record::{Class, HouseNumber, Micros};

/// For how long a NAT lets answers in after the last packet out. Two minutes is what RFC 4787 (REQ-5) demands.
const OPEN_FOR: Micros = Micros(120_000_000);

/// Which way bytes go on a home's line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Direction {
    /// From it.
    Up,
    /// To it.
    Down,
}

/// One home.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) line: Line,
    pub(crate) address: Multiaddr,
    pub(crate) peer: PeerId,
    pub(crate) on: bool,
    /// Only homes of one island reach each other.
    pub(crate) island: u32,
    pub(crate) listener: Option<ListenerId>,
    /// When it has thought about everything that it was told.
    pub(crate) thinks_until: Micros,
    /// When the uplink has sent everything that it was given.
    pub(crate) up_free: Micros,
    /// When the downlink has taken everything that is on its way.
    pub(crate) down_free: Micros,
    /// Tasks that wait for the uplink.
    pub(crate) waiting: Vec<Waker>,
    /// Bytes sent and received.
    pub(crate) traffic: BTreeMap<Class, [u64; 2]>,
    /// Whom it spoke to, and until when its NAT lets an answer in.
    holes: BTreeMap<HouseNumber, Micros>,
    events: VecDeque<Event>,
    waker: Option<Waker>,
}

/// The place of a home in lists of all.
pub(crate) fn index(home: HouseNumber) -> usize {
    usize::try_from(home.0).unwrap_or(usize::MAX)
}

/// The address of a home, as others reach it: in 10.0.0.0/8, at the port that Streetlamp asks for first. Whoever is
/// behind the address `of` another one has a port of its own there.
pub(crate) fn address(home: HouseNumber, of: HouseNumber) -> Multiaddr {
    let [_, b, c, d] = of.0.wrapping_add(1).to_be_bytes();
    let beside = u16::try_from(home.0.saturating_sub(of.0)).unwrap_or(u16::MAX);
    Multiaddr::from(Ipv4Addr::new(10, b, c, d))
        .with(Protocol::Udp(4001_u16.saturating_add(beside)))
        .with(Protocol::QuicV1)
}

impl Host {
    pub(crate) fn new(line: Line, address: Multiaddr, peer: PeerId) -> Self {
        Self {
            line,
            address,
            peer,
            on: false,
            island: 0,
            listener: None,
            thinks_until: Micros(0),
            up_free: Micros(0),
            down_free: Micros(0),
            waiting: Vec::new(),
            traffic: BTreeMap::new(),
            holes: BTreeMap::new(),
            events: VecDeque::new(),
            waker: None,
        }
    }

    /// The power is gone: nothing of what was going on is remembered.
    pub(crate) fn go_off(&mut self) {
        self.on = false;
        self.listener = None;
        self.thinks_until = Micros(0);
        self.holes.clear();
        self.events.clear();
    }

    /// Notes packets to another home.
    pub(crate) fn speaks_to(&mut self, other: HouseNumber, until: Micros) {
        self.holes.insert(other, until.plus(OPEN_FOR));
    }

    /// Whether the NAT lets a first packet of another home in.
    pub(crate) fn admits(&self, other: HouseNumber, other_nat: Nat, now: Micros) -> bool {
        let spoke = self.holes.get(&other).is_some_and(|until| *until > now);
        match self.line.nat {
            Nat::Open => true,
            Nat::FullCone => self.holes.values().any(|until| *until > now),
            // The hole is for the address that was dialled: whoever is symmetric speaks from another one.
            Nat::PortRestricted => spoke && other_nat != Nat::Symmetric,
            Nat::Symmetric => false,
        }
    }

    pub(crate) fn count(&mut self, class: Class, direction: Direction, bytes: u64) {
        let [up, down] = self.traffic.entry(class).or_default();
        match direction {
            Direction::Up => *up += bytes,
            Direction::Down => *down += bytes,
        }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(crate) fn next(&mut self, cx: &Context<'_>) -> Poll<Event> {
        match self.events.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                self.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
