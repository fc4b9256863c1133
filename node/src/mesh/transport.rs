//! How bytes travel: TCP and QUIC between homes, memory within one process, or however the caller likes.

use std::fmt;
use std::time::Duration;

use libp2p::core::Transport as _;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, MemoryTransport, OrTransport, upgrade};
use libp2p::identity::Keypair;
use libp2p::{PeerId, dns, noise, quic, relay, tcp, yamux};

use super::pulse::quietly;
use crate::error::{Error, ErrorKind, Result};

/// A connection that is not set up by then is given up.
const SET_UP: Duration = Duration::from_secs(20);

/// The transports that a node may use.
pub enum Transport {
    /// TCP with Noise and Yamux, and QUIC.
    Internet,
    /// Channels within this process, with Noise and Yamux above them. Needs no network and no real time.
    Memory,
    /// Made elsewhere, such as by a simulator. Many nodes may share the process then.
    Given(Boxed<(PeerId, StreamMuxerBox)>),
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internet => "Internet",
            Self::Memory => "Memory",
            Self::Given(_) => "Given",
        })
    }
}

/// A transport, and the behaviour of its ways through neighbours if it has them.
type Circuits = (
    Boxed<(PeerId, StreamMuxerBox)>,
    Option<relay::client::Behaviour>,
);

impl Transport {
    /// Whether the memory of this process is this node's alone: homes on other transports live in one together.
    pub(super) const fn has_process_alone(&self) -> bool {
        matches!(self, Self::Internet)
    }

    /// The same, and ways through neighbours with the behaviour that goes with them, if those are wanted and there are
    /// routers to get around.
    pub(super) fn build_with_circuits(self, keypair: &Keypair, wanted: bool) -> Result<Circuits> {
        if !wanted || !matches!(self, Self::Internet) {
            return Ok((self.build(keypair)?, None));
        }
        let noise = noise::Config::new(keypair).map_err(|e| {
            let message = "the way through neighbours could not be set up";
            Error::new(ErrorKind::Internal, message).because(e)
        })?;
        let (circuits, behaviour) = relay::client::new(keypair.public().to_peer_id());
        let circuits = circuits
            .upgrade(upgrade::Version::V1Lazy)
            .authenticate(noise)
            .multiplex(yamux::Config::default())
            .timeout(SET_UP);
        let either = OrTransport::new(circuits.boxed(), self.build(keypair)?);
        let transport = either.map(|either, _| either.into_inner()).boxed();
        Ok((transport, Some(behaviour)))
    }

    pub(super) fn build(self, keypair: &Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Internal, "the transports could not be set up").because(e)
        };
        let noise = noise::Config::new(keypair).map_err(|e| failed(e.into()))?;
        let yamux = yamux::Config::default();
        Ok(match self {
            Self::Given(transport) => transport,
            Self::Memory => MemoryTransport::default()
                .upgrade(upgrade::Version::V1Lazy)
                .authenticate(noise)
                .multiplex(yamux)
                .timeout(SET_UP)
                .boxed(),
            Self::Internet => {
                let tcp = tcp::tokio::Transport::new(tcp::Config::default())
                    .upgrade(upgrade::Version::V1Lazy)
                    .authenticate(noise)
                    .multiplex(yamux)
                    .timeout(SET_UP);
                let quic = quietly(quic::Config::new(keypair), keypair.public().to_peer_id());
                let quic = quic::tokio::Transport::new(quic);
                let either = OrTransport::new(quic, tcp).map(|either, _| match either {
                    futures::future::Either::Left((peer, muxer)) => {
                        (peer, StreamMuxerBox::new(muxer))
                    }
                    futures::future::Either::Right((peer, muxer)) => {
                        (peer, StreamMuxerBox::new(muxer))
                    }
                });
                dns::tokio::Transport::system(either)
                    .map_err(|e| failed(e.into()))?
                    .boxed()
            }
        })
    }
}
