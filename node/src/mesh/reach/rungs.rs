//! libp2p's behaviours for reaching homes behind routers, each behind its gate, and with the settings that differ.

use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{PeerId, autonat, dcutr, relay, upnp};

use super::gate::{Dials, MembersOnly};
use super::members::Members;
use super::newcomers::Invites;
use super::{Reach, Relaying, shares};

/// The rungs that a home uses.
#[derive(NetworkBehaviour)]
pub(in crate::mesh) struct Rungs {
    /// Has members try an address.
    pub(super) probe: Toggle<MembersOnly<autonat::v2::client::Behaviour>>,
    /// Tries one for them: theirs, and nobody else's.
    try_for_others: Toggle<MembersOnly<autonat::v2::server::Behaviour>>,
    pub(super) relay: Toggle<MembersOnly<relay::Behaviour>>,
    circuits: Toggle<MembersOnly<relay::client::Behaviour>>,
    pub(super) punching: Toggle<MembersOnly<dcutr::Behaviour>>,
    upnp: Toggle<upnp::tokio::Behaviour>,
    invites: Invites,
}

impl Rungs {
    /// `circuits` belongs to the transport.
    pub(in crate::mesh) fn new(
        me: PeerId,
        reach: &Reach,
        members: &Members,
        circuits: Option<relay::client::Behaviour>,
    ) -> Self {
        let has_circuits = circuits.is_some();
        let probes = reach.probing.then(autonat::v2::client::Behaviour::default);
        let tries = reach.probing.then(autonat::v2::server::Behaviour::default);
        let relays = reach.relaying != Relaying::Nothing;
        let relay = relays.then(|| {
            let mut relay = relay::Behaviour::new(me, shares::relay(members, reach.relaying));
            // Not by itself: it would take a way through a neighbour for an address of its own.
            relay.set_status(Some(relay::Status::Disable));
            relay
        });
        let punching = (reach.punching && has_circuits).then(|| dcutr::Behaviour::new(me));
        Self {
            probe: gated(probes, members, Dials::Anywhere),
            try_for_others: gated(tries, members, Dials::Back),
            relay: relay
                .map(|relay| {
                    MembersOnly::new(relay, members.clone(), Dials::Anywhere)
                        .and_newcomers()
                        .deaf_to_circuits()
                })
                .into(),
            circuits: gated(circuits, members, Dials::Anywhere),
            punching: gated(punching, members, Dials::Outside),
            upnp: reach.upnp.then(upnp::tokio::Behaviour::default).into(),
            invites: Invites::new(members.clone()),
        }
    }
}

fn gated<B: NetworkBehaviour>(
    behaviour: Option<B>,
    members: &Members,
    dials: Dials,
) -> Toggle<MembersOnly<B>> {
    let gated = |behaviour| MembersOnly::new(behaviour, members.clone(), dials);
    behaviour.map(gated).into()
}
