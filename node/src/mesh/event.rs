//! What the mesh tells, in the engine's terms.

use streetlamp_proto::household::{AskRef, Input, MessageRef, Protocol, RequestRef};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::{Address, Topic};

use super::streams::IncomingStream;
#[cfg(doc)]
use super::swarm::Mesh;

/// What the mesh tells.
#[derive(Debug)]
pub enum MeshEvent {
    /// Bytes arrived on a topic and wait for [`Mesh::judge`].
    Gossip {
        /// The peer that brought them, who need not be their author.
        from: DeviceId,
        /// Where.
        topic: Topic,
        /// Marks them.
        message: MessageRef,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Somebody asks and waits for [`Mesh::reply`] or [`Mesh::decline`].
    Asked {
        /// Who.
        from: DeviceId,
        /// Marks the request.
        request: RequestRef,
        /// Over which protocol.
        protocol: Protocol,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// A request of ours was answered or failed.
    Answered {
        /// Which.
        ask: AskRef,
        /// The frame; nothing if it failed.
        bytes: Option<Vec<u8>>,
    },
    /// A device is connected; once more, or still after one of several connections closed.
    Connected {
        /// Which.
        device: DeviceId,
        /// Where we reached it, if we dialled.
        address: Option<Address>,
    },
    /// The last connection to a device is gone.
    Disconnected {
        /// Which.
        device: DeviceId,
    },
    /// Our addresses changed.
    Listening(Vec<Address>),
    /// An address cannot be listened on any more.
    ListenerFailed(String),
    /// Somebody opened a stream for sealed bytes.
    Stream(IncomingStream),
}

impl MeshEvent {
    /// What the engine is told of it. Nothing of streams and lost listeners: those are the node's alone.
    pub fn into_input(self) -> Option<Input> {
        Some(match self {
            Self::Gossip {
                topic,
                message,
                bytes,
                ..
            } => Input::Gossip {
                topic,
                message,
                bytes,
            },
            Self::Asked {
                from,
                request,
                protocol,
                bytes,
            } => Input::Asked {
                from,
                request,
                protocol,
                bytes,
            },
            Self::Answered { ask, bytes } => Input::Answered { ask, bytes },
            Self::Connected { device, address } => Input::Connected { device, address },
            Self::Disconnected { device } => Input::Disconnected { device },
            Self::Listening(addresses) => Input::Listening { addresses },
            Self::ListenerFailed(_) | Self::Stream(_) => return None,
        })
    }
}
