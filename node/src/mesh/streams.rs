//! Streams for sealed clips: `/streetlamp/sealed/1`.

use futures::StreamExt;
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams};
use streetlamp_proto::access::Channel;
use streetlamp_proto::identity::DeviceId;

use super::peers::{device_of, peer_of};
use crate::error::{Error, ErrorKind, Result};

const SEALED: StreamProtocol = StreamProtocol::new(Channel::Sealed.name());

/// Opens streams to neighbours. Cheap to clone.
#[derive(Clone)]
pub struct SealedStreams {
    control: Control,
}

impl std::fmt::Debug for SealedStreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedStreams")
    }
}

/// A stream that somebody opened to us.
#[derive(Debug)]
pub struct IncomingStream {
    /// Who; the mesh has proven its key.
    pub from: DeviceId,
    /// The stream.
    pub stream: Stream,
}

/// Streams that others open.
pub(super) struct Incoming(IncomingStreams);

impl SealedStreams {
    pub(super) fn new(mut control: Control) -> Result<(Self, Incoming)> {
        let incoming = control.accept(SEALED).map_err(|e| {
            Error::new(ErrorKind::Internal, "the stream protocol is taken").because(e)
        })?;
        Ok((Self { control }, Incoming(incoming)))
    }

    /// Opens a stream to a device that is connected.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it is not, or does not speak the protocol.
    pub async fn open(&self, device: DeviceId) -> Result<Stream> {
        let away = || {
            Error::new(
                ErrorKind::Unavailable,
                "the neighbour's home is not connected",
            )
        };
        let peer: PeerId = peer_of(device).ok_or_else(away)?;
        self.control
            .clone()
            .open_stream(peer, SEALED)
            .await
            .map_err(|e| away().because(e))
    }
}

impl Incoming {
    pub(super) async fn next(&mut self) -> Option<IncomingStream> {
        loop {
            let (peer, stream) = self.0.next().await?;
            if let Some(from) = device_of(peer) {
                return Some(IncomingStream { from, stream });
            }
        }
    }
}
