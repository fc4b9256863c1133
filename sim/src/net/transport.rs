//! The transport that a home's swarm gets: it listens and dials on the net of the run.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::future::{BoxFuture, Ready, ready};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p::{Multiaddr, PeerId, Transport as _};
use streetlamp::mesh;

use super::connection::Muxer;
use super::{Net, locked};
use crate::record::HouseNumber;

/// A connection that was set up: who is at the other end, and the muxer.
pub(crate) type Connected = (PeerId, Muxer);
/// What the transport tells.
pub(crate) type Event = TransportEvent<Ready<io::Result<Connected>>, io::Error>;

/// A dial that waits for its end, shared by everything that may end it.
#[derive(Debug, Clone)]
pub(crate) struct Dialling(Arc<Mutex<Option<oneshot::Sender<io::Result<Connected>>>>>);

impl Dialling {
    fn new() -> (Self, oneshot::Receiver<io::Result<Connected>>) {
        let (tell, told) = oneshot::channel();
        (Self(Arc::new(Mutex::new(Some(tell)))), told)
    }

    /// Whether anybody still waits.
    pub(crate) fn is_open(&self) -> bool {
        locked(&self.0)
            .as_ref()
            .is_some_and(|tell| !tell.is_canceled())
    }

    /// Takes it over: nothing else may end it.
    pub(crate) fn take(&self) -> Option<oneshot::Sender<io::Result<Connected>>> {
        locked(&self.0).take()
    }
}

#[derive(Debug)]
struct Transport {
    net: Net,
    home: HouseNumber,
}

/// The transport of a home, as its node takes it.
pub(crate) fn transport(net: &Net, home: HouseNumber) -> mesh::Transport {
    mesh::Transport::Given(bare(net, home))
}

/// The same without what a node makes of it.
pub(super) fn bare(net: &Net, home: HouseNumber) -> Boxed<(PeerId, StreamMuxerBox)> {
    let net = net.clone();
    Transport { net, home }
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed()
}

impl libp2p::Transport for Transport {
    type Output = Connected;
    type Error = io::Error;
    type ListenerUpgrade = Ready<io::Result<Connected>>;
    type Dial = BoxFuture<'static, io::Result<Connected>>;

    fn listen_on(
        &mut self,
        id: ListenerId,
        address: Multiaddr,
    ) -> Result<(), TransportError<io::Error>> {
        if self.net.listen(self.home, id, &address) {
            Ok(())
        } else {
            Err(TransportError::MultiaddrNotSupported(address))
        }
    }

    fn remove_listener(&mut self, _: ListenerId) -> bool {
        self.net.stop_listening(self.home)
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        _: DialOpts,
    ) -> Result<Self::Dial, TransportError<io::Error>> {
        let (net, home) = (self.net.clone(), self.home);
        Ok(Box::pin(async move {
            let (dialling, told) = Dialling::new();
            net.dial(home, &address, &dialling);
            let given_up = |_| Err(io::ErrorKind::TimedOut.into());
            told.await.unwrap_or_else(given_up)
        }))
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Event> {
        self.net.next_event(self.home, cx)
    }
}

/// A connection that comes in, for [`Event`].
pub(crate) fn incoming(
    listener: ListenerId,
    here: Multiaddr,
    there: Multiaddr,
    connected: Connected,
) -> Event {
    TransportEvent::Incoming {
        listener_id: listener,
        upgrade: ready(Ok(connected)),
        local_addr: here,
        send_back_addr: there,
    }
}
