//! Being reached through routers: the rungs of the ladder that need more than a dial.
//!
//! A home learns from its neighbours how it looks from outside ([`observed`]), opens a port in its router (UPnP, and
//! [`ports`]), has a neighbour try whether that is true (AutoNAT v2), and is a relay for its street if it is, or asks
//! neighbours who are ([`relays`]); through a relay two homes agree to dial each other at the same moment (DCUtR), and
//! [`again`] if that failed. All of it is for members of the street alone: [`members`] lets nobody else at these
//! protocols, but for [`newcomers`] who hold a ticket, and [`shares`] gives each household its part.
//!
//! Each of these rungs but [`ports`] is libp2p's own. What is ours is who may use it, how much, and which addresses are
//! believed. The last one, [`rescue`], leads through the BitTorrent DHT, and only if the resident says so.

mod again;
mod discreet;
mod doorkeeper;
mod gate;
mod ladder;
mod members;
mod newcomers;
mod observed;
mod place;
mod ports;
mod relays;
mod rescue;
mod rungs;
mod shares;
mod standing;
mod view;

pub(super) use discreet::Discreet;
pub(super) use doorkeeper::Doorkeeper;
pub(super) use ladder::{Ladder, WordsOnly};
pub(super) use members::Members;
pub(super) use place::{is_relayed, relay_of, told, worth_dialling};
pub use rescue::{Rescue, RescueState};
pub(super) use rungs::Rungs;
pub use standing::{Help, Rung, RungState, Standing};
pub use view::{PeerWay, PortMapping, ReachView};

/// Which rungs a home uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether to look for homes on the LAN.
    pub mdns: bool,
    /// Addresses at which this home is reached from outside, as its resident says: a port that he opened by hand, a name,
    /// or an address of another network. Multiaddrs.
    pub external: Vec<String>,
    /// Whether to ask the router for a port.
    pub upnp: bool,
    /// Whether to have neighbours try at which addresses this home is reached, and to try it for them.
    pub probing: bool,
    /// Whether to be a relay for neighbours, once this home is reached from outside.
    pub relaying: Relaying,
    /// Whether to be reached through neighbours, and to reach others through them.
    pub circuits: bool,
    /// Whether to find a direct way once two homes met through a neighbour.
    pub punching: bool,
    /// Whether to leave word in the BitTorrent DHT, and look for it, when neighbours are missed: through these nodes of it
    /// (host and port), or through its public ones if none is named.
    pub rescue: Option<Vec<String>>,
}

/// What a home carries for neighbours who cannot reach each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relaying {
    /// Nothing.
    Nothing,
    /// What is said on the street.
    Words,
    /// That, and sealed clips.
    Clips,
}

impl Reach {
    /// No rung but plain dialling: for tests, and for transports that have no routers.
    pub const fn plain() -> Self {
        Self {
            mdns: false,
            external: Vec::new(),
            upnp: false,
            probing: false,
            relaying: Relaying::Nothing,
            circuits: false,
            punching: false,
            rescue: None,
        }
    }
}

impl Default for Reach {
    /// Every rung but the rescue; of others' clips it carries none.
    fn default() -> Self {
        Self {
            mdns: true,
            external: Vec::new(),
            upnp: true,
            probing: true,
            relaying: Relaying::Words,
            circuits: true,
            punching: true,
            rescue: None,
        }
    }
}
