//! The ways into a node: what it answers on, and who of the two kinds of node has it.

/// A way in which something can arrive. A node speaks no other protocol, but those of libp2p by which members, and nobody
/// else, reach each other behind routers: they carry nothing for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Tickets, and members who come back.
    Join,
    /// Sealed messages between neighbours.
    Street,
    /// Sealed messages between devices of one household.
    Device,
    /// Sealed bytes of clips.
    Sealed,
    /// What is said on topics: sealed to a street, or in the open.
    Gossip,
    /// Who speaks, and what: part of every connection.
    Identify,
    /// Whether the other is still there.
    Ping,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 7] = [
        Self::Join,
        Self::Street,
        Self::Device,
        Self::Sealed,
        Self::Gossip,
        Self::Identify,
        Self::Ping,
    ];

    /// The name under which it is negotiated; of those that are libp2p's own, what every version of it begins with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "/streetlamp/join/1",
            Self::Street => "/streetlamp/street/1",
            Self::Device => "/streetlamp/device/1",
            Self::Sealed => "/streetlamp/sealed/1",
            Self::Gossip => "/meshsub/",
            Self::Identify => "/ipfs/id/",
            Self::Ping => "/ipfs/ping/",
        }
    }

    /// Whether a publisher's node has it, too. Nothing can be asked over those that it has, and it listens to no topic.
    pub const fn is_publishers(self) -> bool {
        match self {
            Self::Join | Self::Street | Self::Device | Self::Sealed => false,
            Self::Gossip | Self::Identify | Self::Ping => true,
        }
    }
}
