//! How a home is reached and what would help if it is not, in the language of whoever looks.

use super::language::say;
use crate::mesh::{Help, PortMapping, RescueState, Rung, RungState, Standing};

/// How it is reached, as a sentence.
pub(super) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Open { at, guests } => {
            let at = at.join(", ");
            say!("health-reach-open", at = at, guests = guests)
        }
        Standing::Through => say!("health-reach-through"),
        Standing::Unneeded => say!("health-reach-unneeded"),
        Standing::Unreached { missing, known, .. } => {
            say!("health-reach-nobody", missing = missing, known = known)
        }
    }
}

/// What would help, in sentences.
pub(super) fn helps(helps: &[Help]) -> String {
    let one = say!("health-help");
    let all = helps.iter().map(|help| match help {
        Help::ElsewhereThanHere => say!("health-help-elsewhere"),
        Help::Port(at) => say!(
            "health-help-port",
            port = at.port().to_string(),
            ip = at.ip().to_string()
        ),
        Help::PortOfIpv6(at) => say!(
            "health-help-port-ip6",
            port = at.port().to_string(),
            ip = at.ip().to_string()
        ),
        Help::Ipv6 => say!("health-help-ip6"),
        Help::Rescue => say!("health-help-rescue"),
        Help::Udp => say!("health-help-udp"),
    });
    [one].into_iter().chain(all).collect::<Vec<_>>().join(" ")
}

/// A rung and how it stands.
pub(super) fn rung((rung, state): &(Rung, RungState)) -> (String, String) {
    let rung = match rung {
        Rung::Lan => say!("health-rung-lan"),
        Rung::Port => say!("health-rung-port"),
        Rung::Probing => say!("health-rung-probing"),
        Rung::Circuits => say!("health-rung-circuits"),
        Rung::Punching => say!("health-rung-punching"),
        Rung::Relaying => say!("health-rung-relaying"),
        Rung::Rescue => say!("health-rung-rescue"),
    };
    let state = match state {
        RungState::Off
        | RungState::Port(PortMapping::Off)
        | RungState::Rescue(RescueState::Off) => say!("health-rung-off"),
        RungState::Looking => say!("health-rung-looking"),
        RungState::Port(PortMapping::Asking) => say!("health-port-asking"),
        RungState::Port(PortMapping::Open) => say!("health-port-open"),
        RungState::Port(PortMapping::NoRouter) => say!("health-port-none"),
        RungState::Port(PortMapping::BehindAnother) => say!("health-port-behind"),
        RungState::Untried => say!("health-rung-untried"),
        RungState::ReachedAt(at) => say!("health-rung-reached", at = at.join(", ")),
        RungState::Unneeded => say!("health-rung-unneeded"),
        RungState::Places(places) => say!("health-rung-places", n = places),
        RungState::Ways { found, in_vain } => {
            say!("health-rung-ways", found = found, vain = in_vain)
        }
        RungState::Guests(guests) => say!("health-rung-guests", n = guests),
        RungState::Rescue(RescueState::Idle) => say!("health-rescue-idle"),
        RungState::Rescue(RescueState::Left) => say!("health-rescue-left"),
        RungState::Rescue(RescueState::Silent) => say!("health-rescue-silent"),
    };
    (rung, state)
}
