//! What follows from what the rungs tell: addresses that are told, places that are asked for, relaying that begins or ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use libp2p::core::transport::ListenerId;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, FromSwarm, NetworkBehaviour, NewExternalAddrCandidate};
use libp2p::{Multiaddr, PeerId, Swarm, identify, relay, upnp};
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::time::Timestamp;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::error::{Error, ErrorKind, Result};
use crate::mesh::apart::Apart;
use crate::mesh::behaviour::Behaviour;
use crate::mesh::connections::Way;
use crate::mesh::reach::again::Again;
use crate::mesh::reach::members::Members;
use crate::mesh::reach::newcomers::{INVITES, Newcomers};
use crate::mesh::reach::observed::Observed;
use crate::mesh::reach::place::{can_be_dialled, ip_of, is_relayed};
use crate::mesh::reach::ports::Ports;
use crate::mesh::reach::relays::Relays;
use crate::mesh::reach::rungs::{Rungs, RungsEvent};
use crate::mesh::reach::shares::carries_clips;
use crate::mesh::reach::{PeerWay, PortMapping, Reach, ReachView, Rescue, RescueState};

/// How often it is looked whether a place is missing.
const TICK: Duration = Duration::from_secs(5);

/// The rungs' state, beside the swarm that climbs.
#[derive(Debug)]
pub(in crate::mesh) struct Ladder {
    switches: Reach,
    /// What the resident said himself.
    given: Vec<Multiaddr>,
    members: Members,
    observed: Observed,
    /// What peers said who were no members then; libp2p's identify does not repeat itself for a day.
    strangers: BTreeMap<ConnectionId, (PeerId, Way, identify::Info)>,
    relays: Relays,
    /// What became of asking by UPnP.
    port_mapping: PortMapping,
    ports: Option<Ports>,
    /// Where the router held ports open when it was last looked.
    opened: BTreeSet<Multiaddr>,
    /// Homes that hold a place here.
    guests: BTreeSet<PeerId>,
    newcomers: Newcomers,
    open: bool,
    punched: usize,
    not_punched: usize,
    start: Instant,
    /// Nothing if there is nothing to look after.
    tick: Option<Interval>,
    words_only: WordsOnly,
    rescue: Option<Rescue>,
    /// Nothing, if no direct way is looked for.
    again: Option<Again>,
}

/// Peers that are reached through neighbours who carry no clips.
#[derive(Debug, Clone, Default)]
pub(in crate::mesh) struct WordsOnly(Arc<RwLock<BTreeSet<PeerId>>>);

impl WordsOnly {
    pub(in crate::mesh) fn has(&self, peer: PeerId) -> bool {
        let peers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        peers.contains(&peer)
    }

    fn set(&self, peer: PeerId, words_only: bool) {
        let mut peers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if words_only {
            peers.insert(peer);
        } else {
            peers.remove(&peer);
        }
    }
}

impl Ladder {
    /// # Errors
    /// [`ErrorKind::Invalid`] if the resident gave an address that is none.
    pub(in crate::mesh) fn new(me: PeerId, reach: &Reach, members: Members) -> Result<Self> {
        let given = reach.external.iter().map(|text| {
            let message = format!(
                "'{text}' is no address at which a neighbour could reach this home; one looks like /ip4/192.0.2.7/tcp/4001 or /dns4/maple.example/udp/4001/quic-v1. Onion addresses of Tor cannot be dialled; those of a mesh network such as Yggdrasil can"
            );
            let wrong = Error::new(ErrorKind::Invalid, message);
            match text.parse::<Multiaddr>() {
                Ok(address) if can_be_dialled(&address) => Ok(address),
                Ok(_) => Err(wrong),
                Err(e) => Err(wrong.because(e)),
            }
        });
        let climbs = reach.probing || reach.circuits || reach.upnp || !reach.external.is_empty();
        let tick = climbs.then(|| {
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            tick
        });
        Ok(Self {
            switches: reach.clone(),
            given: given.collect::<Result<_>>()?,
            members,
            observed: Observed::default(),
            strangers: BTreeMap::new(),
            relays: Relays::of(me),
            port_mapping: match reach.upnp {
                true => PortMapping::Asking,
                false => PortMapping::Off,
            },
            ports: reach.upnp.then(Ports::ask),
            opened: BTreeSet::new(),
            guests: BTreeSet::new(),
            newcomers: Newcomers::default(),
            open: false,
            punched: 0,
            not_punched: 0,
            start: Instant::now(),
            tick,
            words_only: WordsOnly::default(),
            rescue: reach.rescue.clone().map(Rescue::new),
            again: (reach.circuits && reach.punching).then(Again::default),
        })
    }

    pub(in crate::mesh) fn words_only(&self) -> WordsOnly {
        self.words_only.clone()
    }

    /// The way to the DHT, if the resident wants it.
    pub(in crate::mesh) const fn rescue(&self) -> Option<&Rescue> {
        self.rescue.as_ref()
    }

    /// It is time to look after the rungs; never, if there are none. Cancel-safe.
    pub(in crate::mesh) async fn due(&mut self) {
        match &mut self.tick {
            Some(tick) => drop(tick.tick().await),
            None => std::future::pending().await,
        }
    }

    /// Looks whether what was proven stands, relays if this home is reached from outside, and asks for a place at
    /// neighbours if it is not. Says whether its addresses changed.
    pub(in crate::mesh) fn look_after(&mut self, swarm: &mut Swarm<Behaviour>) -> bool {
        self.ask_for_ports(swarm);
        let known: BTreeSet<_> = swarm.external_addresses().cloned().collect();
        let proven: Vec<_> = self
            .observed
            .proven()
            .map(|(a, s)| (a.clone(), s))
            .collect();
        let given = self.given.iter().map(|address| (address.clone(), true));
        let mut open = false;
        let mut changed = false;
        for (address, stands) in proven.into_iter().chain(given) {
            open |= stands;
            if stands != known.contains(&address) {
                changed = true;
                match stands {
                    true => swarm.add_external_address(address),
                    false => swarm.remove_external_address(&address),
                }
            }
        }
        if open != self.open {
            self.open = open;
            self.relay_or_not(swarm);
        }
        self.ask_for_places(swarm);
        self.pass_newcomers_on(swarm);
        self.punch_again(swarm);
        changed
    }

    /// Lets newcomers ask for a circuit while a guest expects one, and no longer than they need.
    fn pass_newcomers_on(&mut self, swarm: &mut Swarm<Behaviour>) {
        let expected = self.newcomers.are_expected_by(&self.guests);
        self.members.pass_on(expected);
        for stranger in self.newcomers.overdue(&self.members, Instant::now()) {
            tracing::debug!(peer = %stranger, "a newcomer who did not become a neighbour");
            let _already_gone = swarm.disconnect_peer_id(stranger);
        }
    }

    fn punch_again(&mut self, swarm: &mut Swarm<Behaviour>) {
        let now = Instant::now();
        let Some(again) = &mut self.again else { return };
        for vain in again.in_vain(now) {
            swarm.close_connection(vain);
        }
        if let Some((peer, circuit)) = again.next(now) {
            let options = DialOpts::peer_id(peer)
                .condition(PeerCondition::Always)
                .addresses(vec![circuit]);
            let options = options.build();
            again.trying(options.connection_id(), now);
            if let Err(error) = swarm.dial(options) {
                tracing::debug!(%error, "no second circuit");
            }
        }
    }

    /// What the router holds open is proven by its word, as with UPnP.
    fn ask_for_ports(&mut self, swarm: &Swarm<Behaviour>) {
        let Some(ports) = &self.ports else { return };
        ports.listens_on(swarm.listeners());
        let opened = ports.opened();
        for gone in self.opened.difference(&opened) {
            self.observed.disprove(gone);
        }
        for new in opened.difference(&self.opened) {
            self.observed.prove(new.clone());
        }
        self.opened = opened;
    }

    fn relay_or_not(&self, swarm: &mut Swarm<Behaviour>) {
        let status = match self.open {
            true => relay::Status::Enable,
            false => relay::Status::Disable,
        };
        let behaviour = swarm.behaviour_mut();
        if let Some(relay) = rung(&mut behaviour.rungs, |rungs| &mut rungs.relay) {
            relay.inner.set_status(Some(status));
            self.tell_members(swarm);
        }
    }

    /// Tells members that other protocols are here now.
    pub(in crate::mesh) fn tell_members(&self, swarm: &mut Swarm<Behaviour>) {
        let members = swarm.connected_peers().copied();
        let members: Vec<_> = members.filter(|peer| self.members.has(*peer)).collect();
        swarm.behaviour_mut().identify.push(members);
    }

    fn ask_for_places(&mut self, swarm: &mut Swarm<Behaviour>) {
        if !self.switches.circuits || self.open {
            return;
        }
        let now = Instant::now();
        while let Some((relay, address)) = self.relays.next(now) {
            match swarm.listen_on(address) {
                Ok(listener) => self.relays.ask(relay, listener),
                Err(error) => {
                    tracing::debug!(%error, "no place can be asked for");
                    self.relays.withdrawn(relay);
                }
            }
        }
    }

    /// Somebody is dialled.
    pub(in crate::mesh) fn dials(&mut self, addresses: &[Multiaddr]) {
        for address in addresses {
            self.observed.knock(address);
        }
    }

    /// Whom the mesh lends a hand from now on. What new members among those who are connected said counts from now on, too.
    pub(in crate::mesh) fn knows_members(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        devices: BTreeMap<DeviceId, HouseholdId>,
    ) {
        self.members.are(devices);
        let members = &self.members;
        let met: Vec<_> = self
            .strangers
            .extract_if(.., |_, (peer, ..)| members.has(*peer))
            .collect();
        for (connection, (peer, way, info)) in met {
            self.met(swarm, peer, connection, &way, &info);
        }
    }

    /// A connection was made.
    pub(in crate::mesh) fn opened(&mut self, connection: ConnectionId, way: &Way) {
        if let Way::Answered { from, .. } = way {
            self.observed.came(connection, from);
        }
    }

    /// A peer said who it is, and where it sees us. Only what members say on a direct connection counts.
    pub(in crate::mesh) fn met(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        peer: PeerId,
        connection: ConnectionId,
        way: &Way,
        info: &identify::Info,
    ) {
        if matches!(way, Way::Through(_)) {
            return;
        }
        if !self.members.has(peer) {
            self.strangers
                .insert(connection, (peer, way.clone(), info.clone()));
            return;
        }
        let invites = info.protocols.contains(&INVITES);
        self.newcomers.said(peer, invites);
        let at = &info.observed_addr;
        let own: Vec<_> = swarm.listeners().cloned().collect();
        match way {
            Way::Dialled(there) if info.protocols.contains(&relay::HOP_PROTOCOL_NAME) => {
                self.relays.offered(peer, there.clone());
            }
            Way::Dialled(_) => self.relays.withdrawn(peer),
            // It says where it dialled us.
            Way::Answered { here, from } => {
                // QUIC does not know at which address of this machine somebody came.
                let anywhere = ip_of(here).is_some_and(|ip| ip.is_unspecified());
                let here = own
                    .iter()
                    .find(|own| anywhere && *own == at)
                    .unwrap_or(here);
                self.observed.reached(connection, peer, at, here, from);
            }
            Way::Punched | Way::Through(_) => {}
        }
        let passed = self.start.elapsed().as_millis();
        let now = Timestamp::from_ms(u64::try_from(passed).unwrap_or(u64::MAX));
        let candidates = self.observed.see(connection, peer, at, own.iter(), now);
        let rungs = &mut swarm.behaviour_mut().rungs;
        if let Some(probe) = rung(rungs, |rungs| &mut rungs.probe) {
            for address in &candidates {
                probe.inner.on_swarm_event(candidate(address));
            }
        }
        if matches!(way, Way::Dialled(_))
            && let Some(punching) = rung(rungs, |rungs| &mut rungs.punching)
        {
            for address in &Observed::to_punch(at, own.iter()) {
                punching.inner.on_swarm_event(candidate(address));
            }
        }
    }

    /// A connection is gone.
    pub(in crate::mesh) fn closed(&mut self, peer: PeerId, connection: ConnectionId, last: bool) {
        self.observed.closed(connection);
        self.strangers.remove(&connection);
        if let Some(again) = &mut self.again {
            again.closed(connection);
        }
        if last {
            self.relays.withdrawn(peer);
            self.newcomers.gone(peer);
            self.words_only.set(peer, false);
        }
    }

    /// We dialled a peer through a neighbour.
    pub(in crate::mesh) fn dialled_through(&mut self, peer: PeerId, circuit: Multiaddr) {
        if let Some(again) = &mut self.again {
            again.through(peer, circuit, Instant::now());
        }
    }

    /// Through which neighbours a peer is reached, if it is reached through neighbours only.
    pub(in crate::mesh) fn reached_through(&mut self, peer: PeerId, relays: Option<&[PeerId]>) {
        if let (None, Some(again)) = (relays, &mut self.again) {
            again.over(peer);
        }
        let carried = |relays: &[PeerId]| {
            let mut relays = relays.iter();
            relays.any(|relay| self.relays.has_clips_carried_by(*relay))
        };
        let words_only = relays.is_some_and(|relays| !carried(relays));
        self.words_only.set(peer, words_only);
    }

    /// An address was proven; not one through a neighbour, which the rungs prove by themselves.
    pub(in crate::mesh) fn confirmed(&mut self, address: Multiaddr) {
        if !is_relayed(&address) && !self.given.contains(&address) {
            self.observed.prove(address);
        }
    }

    /// An address is not ours any more.
    pub(in crate::mesh) fn expired(&mut self, address: &Multiaddr) {
        self.observed.disprove(address);
    }

    /// A listener ended. Whether it was a place at a neighbour's.
    pub(in crate::mesh) fn unlistened(&mut self, listener: ListenerId) -> bool {
        self.relays.lost(listener, Instant::now())
    }

    /// A rung tells something.
    pub(in crate::mesh) fn heard(&mut self, event: RungsEvent) {
        match event {
            RungsEvent::Upnp(event) => {
                self.port_mapping = match event {
                    upnp::Event::NewExternalAddr { .. } => PortMapping::Open,
                    upnp::Event::ExpiredExternalAddr { .. } => PortMapping::Asking,
                    upnp::Event::GatewayNotFound => PortMapping::NoRouter,
                    upnp::Event::NonRoutableGateway => PortMapping::BehindAnother,
                };
            }
            RungsEvent::Circuits(event) => {
                use relay::client::Event;
                match event {
                    Event::ReservationReqAccepted {
                        relay_peer_id,
                        limit,
                        ..
                    } => {
                        let bytes = limit.and_then(|limit| limit.data_in_bytes());
                        self.relays.granted(relay_peer_id, carries_clips(bytes));
                    }
                    Event::OutboundCircuitEstablished {
                        relay_peer_id,
                        limit,
                    } => {
                        let bytes = limit.and_then(|limit| limit.data_in_bytes());
                        self.relays.carries(relay_peer_id, carries_clips(bytes));
                    }
                    Event::InboundCircuitEstablished { .. } => {}
                }
            }
            RungsEvent::Relay(relay::Event::ReservationReqAccepted { src_peer_id, .. }) => {
                self.guests.insert(src_peer_id);
            }
            RungsEvent::Relay(
                relay::Event::ReservationClosed { src_peer_id }
                | relay::Event::ReservationTimedOut { src_peer_id },
            ) => {
                self.guests.remove(&src_peer_id);
            }
            RungsEvent::Relay(relay::Event::CircuitReqAccepted { src_peer_id, .. }) => {
                if !self.members.has(src_peer_id) {
                    self.newcomers.came(src_peer_id, Instant::now());
                }
            }
            RungsEvent::Punching(event) => match event.result {
                Ok(_) => self.punched += 1,
                Err(error) => {
                    self.not_punched += 1;
                    tracing::debug!(peer = %event.remote_peer_id, %error, "no direct way");
                }
            },
            RungsEvent::Probe(event) => {
                tracing::debug!(address = %event.tested_addr, reached = event.result.is_ok(), "tried from outside");
            }
            RungsEvent::Relay(_) | RungsEvent::TryForOthers(_) => {}
            RungsEvent::Invites(never) => match never {},
        }
    }

    /// How this home is reached, with those who are connected.
    pub(in crate::mesh) fn view(
        &self,
        swarm: &Swarm<Behaviour>,
        peers: Vec<(String, PeerWay)>,
    ) -> ReachView {
        let external = swarm.external_addresses().filter(|a| !is_relayed(a));
        ReachView {
            external: external.map(ToString::to_string).collect(),
            port_mapping: match self.opened.is_empty() {
                true => self.port_mapping,
                false => PortMapping::Open,
            },
            through: self.relays.places().map(|p| p.to_string()).collect(),
            relays_for: self.guests.len(),
            peers,
            punched: self.punched,
            not_punched: self.not_punched,
            rescue: self.rescue.as_ref().map_or(RescueState::Off, Rescue::state),
            switches: self.switches.clone(),
        }
    }
}

/// A rung, if this home uses it.
fn rung<B: NetworkBehaviour>(
    rungs: &mut Toggle<Apart<Rungs>>,
    which: impl FnOnce(&mut Rungs) -> &mut Toggle<B>,
) -> Option<&mut B> {
    which(&mut rungs.as_mut()?.0).as_mut()
}

fn candidate(addr: &Multiaddr) -> FromSwarm<'_> {
    FromSwarm::NewExternalAddrCandidate(NewExternalAddrCandidate { addr })
}

#[cfg(test)]
mod tests;
