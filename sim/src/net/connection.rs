//! A connection between two homes, as libp2p's muxer sees it: streams, and the end of them.
//!
//! There is no cipher and no framing below it. Who is at the other end is known because the net connected them, which
//! is what Noise and TLS prove in a real one.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};

use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};

use super::stream::{Pipe, Stream};
use super::{Net, locked};
use crate::record::{HouseNumber, Micros};

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Who dialled.
    Dialer,
    /// Who was dialled.
    Listener,
}

impl Side {
    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Dialer => Self::Listener,
            Self::Listener => Self::Dialer,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) dialer: HouseNumber,
    pub(crate) listener: HouseNumber,
    pub(crate) one_way: Micros,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    dialer: End,
    listener: End,
    /// Nothing passes any more, although an end may not know it yet.
    cut: bool,
    pipes: Vec<Weak<Mutex<Pipe>>>,
    /// Prune them when there are so many.
    prune_at: usize,
}

#[derive(Debug, Default)]
struct End {
    inbound: VecDeque<Stream>,
    over: bool,
    inbound_waker: Option<Waker>,
    waker: Option<Waker>,
}

impl State {
    const fn end(&mut self, side: Side) -> &mut End {
        match side {
            Side::Dialer => &mut self.dialer,
            Side::Listener => &mut self.listener,
        }
    }
}

impl Connection {
    pub(crate) fn new(
        number: u64,
        dialer: HouseNumber,
        listener: HouseNumber,
        one_way: Micros,
    ) -> Self {
        Self {
            number,
            dialer,
            listener,
            one_way,
            state: Mutex::default(),
        }
    }

    /// Who is at an end.
    pub(crate) const fn home(&self, side: Side) -> HouseNumber {
        match side {
            Side::Dialer => self.dialer,
            Side::Listener => self.listener,
        }
    }

    pub(crate) fn is_over(&self, side: Side) -> bool {
        locked(&self.state).end(side).over
    }

    pub(crate) fn is_cut(&self) -> bool {
        locked(&self.state).cut
    }

    pub(crate) fn cut(&self) {
        locked(&self.state).cut = true;
    }

    /// Remembers a pipe, so that it breaks with the connection.
    pub(crate) fn holds(&self, pipe: &Arc<Mutex<Pipe>>) {
        let mut state = locked(&self.state);
        if state.pipes.len() >= state.prune_at {
            state.pipes.retain(|pipe| pipe.strong_count() > 0);
            state.prune_at = (2 * state.pipes.len()).max(16);
        }
        state.pipes.push(Arc::downgrade(pipe));
    }

    /// A stream arrived.
    pub(crate) fn arrive(&self, side: Side, stream: Stream) {
        let mut state = locked(&self.state);
        let end = state.end(side);
        if end.over {
            drop(state);
            drop(stream);
            return;
        }
        end.inbound.push_back(stream);
        if let Some(waker) = end.inbound_waker.take() {
            waker.wake();
        }
    }

    /// An end learns that it is over. Whether both know now.
    pub(crate) fn end(&self, side: Side) -> bool {
        let (pipes, unopened, both) = {
            let mut state = locked(&self.state);
            state.cut = true;
            let end = state.end(side);
            end.over = true;
            for waker in [end.inbound_waker.take(), end.waker.take()]
                .into_iter()
                .flatten()
            {
                waker.wake();
            }
            let unopened = std::mem::take(&mut end.inbound);
            let both = state.dialer.over && state.listener.over;
            (state.pipes.clone(), unopened, both)
        };
        drop(unopened);
        for pipe in pipes.iter().filter_map(Weak::upgrade) {
            locked(&pipe).break_off();
        }
        both
    }
}

/// One home's end of a connection.
#[derive(Debug)]
pub(crate) struct Muxer {
    pub(crate) net: Net,
    pub(crate) connection: Arc<Connection>,
    pub(crate) side: Side,
}

impl Muxer {
    fn over() -> io::Error {
        io::ErrorKind::ConnectionReset.into()
    }
}

impl StreamMuxer for Muxer {
    type Substream = Stream;
    type Error = io::Error;

    fn poll_inbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Stream, io::Error>> {
        let mut state = locked(&self.connection.state);
        let end = state.end(self.side);
        if end.over {
            return Poll::Ready(Err(Self::over()));
        }
        match end.inbound.pop_front() {
            Some(stream) => Poll::Ready(Ok(stream)),
            None => {
                end.inbound_waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    fn poll_outbound(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<Stream, io::Error>> {
        if self.connection.is_over(self.side) {
            return Poll::Ready(Err(Self::over()));
        }
        Poll::Ready(Ok(Stream::open(&self.net, &self.connection, self.side)))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        self.net.close(&self.connection, self.side);
        Poll::Ready(Ok(()))
    }

    fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, io::Error>> {
        self.net.polled(self.connection.home(self.side));
        let mut state = locked(&self.connection.state);
        let end = state.end(self.side);
        if end.over {
            return Poll::Ready(Err(Self::over()));
        }
        end.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Muxer {
    fn drop(&mut self) {
        self.net.close(&self.connection, self.side);
    }
}
