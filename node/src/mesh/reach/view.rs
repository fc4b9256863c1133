//! How a home is reached, for `status` and `doctor`.

use super::{Reach, RescueState};
use crate::mesh::connections::Way;

/// How a home is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachView {
    /// Addresses at which it is reached from outside, as far as is known: proven, or the resident's word.
    pub external: Vec<String>,
    /// What became of the router's port.
    pub port_mapping: PortMapping,
    /// Peer ids of the neighbours through whom it is reached.
    pub through: Vec<String>,
    /// Homes that are reached through this one.
    pub relays_for: usize,
    /// Who is connected, by peer id, and how.
    pub peers: Vec<(String, PeerWay)>,
    /// Direct ways that were found through a neighbour since the start, and attempts that came to nothing.
    pub punched: usize,
    pub not_punched: usize,
    /// What became of the rescue.
    pub rescue: RescueState,
    /// Which rungs the resident lets it use.
    pub switches: Reach,
}

/// How a connected peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerWay {
    /// Directly: one of the two dialled the other.
    Direct,
    /// Directly, as agreed upon through a neighbour.
    Punched,
    /// Through a neighbour.
    Relayed,
}

impl PeerWay {
    pub(in crate::mesh) const fn of(way: &Way) -> Self {
        match way {
            Way::Dialled(_) | Way::Answered { .. } => Self::Direct,
            Way::Punched => Self::Punched,
            Way::Through(_) => Self::Relayed,
        }
    }

    /// The word for scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Punched => "punched",
            Self::Relayed => "relayed",
        }
    }
}

/// What became of asking the router for a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PortMapping {
    /// It is not asked.
    #[default]
    Off,
    /// No answer yet.
    Asking,
    /// It opened one.
    Open,
    /// No router here opens ports by itself.
    NoRouter,
    /// It did, but is behind another router itself.
    BehindAnother,
}

impl PortMapping {
    /// The word for scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Asking => "asking",
            Self::Open => "open",
            Self::NoRouter => "no-router",
            Self::BehindAnother => "behind-another",
        }
    }
}
