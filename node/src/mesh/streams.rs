//! Streams for sealed clips: `/streetlamp/sealed/1`.

use std::time::Duration;

use futures::StreamExt;
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams};
use streetlamp_proto::access::Channel;
use streetlamp_proto::identity::DeviceId;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::peers::{device_of, peer_of};
use super::reach::WordsOnly;
use crate::error::{Error, ErrorKind, Result};

const SEALED: StreamProtocol = StreamProtocol::new(Channel::Sealed.name());

/// Streams of others that wait for the driver, at most.
const WAITING: usize = 64;

/// How long a stream may take to be opened.
const OPENING: Duration = Duration::from_secs(15);

/// Opens streams to neighbours. Cheap to clone.
#[derive(Clone)]
pub struct SealedStreams {
    control: Control,
    words_only: WordsOnly,
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
pub(super) struct Incoming(mpsc::Receiver<IncomingStream>);

impl SealedStreams {
    pub(super) fn new(mut control: Control, words_only: WordsOnly) -> Result<(Self, Incoming)> {
        let incoming = control.accept(SEALED).map_err(|e| {
            Error::new(ErrorKind::Internal, "the stream protocol is taken").because(e)
        })?;
        let (to, waiting) = mpsc::channel(WAITING);
        tokio::spawn(gather(incoming, to, words_only.clone()));
        let streams = Self {
            control,
            words_only,
        };
        Ok((streams, Incoming(waiting)))
    }

    /// Opens a stream to a device that is connected.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it is not, does not speak the protocol, or is reached only through a neighbour who
    /// carries no clips.
    pub async fn open(&self, device: DeviceId) -> Result<Stream> {
        let away = || {
            Error::new(
                ErrorKind::Unavailable,
                "the neighbour's home is not connected",
            )
        };
        let peer: PeerId = peer_of(device).ok_or_else(away)?;
        if self.words_only.has(peer) {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the neighbour's home is reached only through another one, which carries no clips: try again later, or ask whoever runs that home to start it with '--relay-clips'",
            ));
        }
        // libp2p-stream forgets a request to dial when many come at once, and never answers it.
        let mut control = self.control.clone();
        let opened = timeout(OPENING, control.open_stream(peer, SEALED)).await;
        let opened = opened.map_err(|e| away().because(e))?;
        opened.map_err(|e| away().because(e))
    }
}

/// Takes streams as soon as they come: `libp2p-stream` keeps one and drops the next, and the driver may be at the disk.
async fn gather(
    mut incoming: IncomingStreams,
    to: mpsc::Sender<IncomingStream>,
    words_only: WordsOnly,
) {
    while let Some((peer, stream)) = incoming.next().await {
        let Some(from) = device_of(peer) else {
            continue;
        };
        if words_only.has(peer) {
            tracing::debug!(%peer, "no clips by way of a neighbour who carries none");
            continue;
        }
        match to.try_send(IncomingStream { from, stream }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                tracing::debug!("too many streams wait: one was let go");
            }
            Err(mpsc::error::TrySendError::Closed(_)) => return,
        }
    }
}

impl Incoming {
    pub(super) async fn next(&mut self) -> Option<IncomingStream> {
        self.0.recv().await
    }
}
