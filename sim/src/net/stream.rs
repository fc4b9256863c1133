//! One stream of a connection: bytes that arrive when the lines let them.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures::{AsyncRead, AsyncWrite};

use super::connection::{Connection, Side};
use super::meter::Reader;
use super::{Net, locked};
use crate::record::Micros;

/// Most bytes that are on their way or wait for a reader, of one direction of a stream.
const WINDOW: usize = 1024 * 1024;
/// Most bytes that leave at one time, so that streams take turns.
const CHUNK: usize = 16 * 1024;

/// Bytes that need not wait until the uplink's queue is short: QUIC's streams take turns, so that what fits into a few
/// packets leaves between those of a film.
const SMALL: usize = 4 * 1024;

/// One direction of a stream.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    arrived: VecDeque<Vec<u8>>,
    /// How much of the first piece was read.
    read: usize,
    /// Bytes that were written and not read yet.
    under_way: usize,
    /// When the last byte arrives that was written so far.
    pub(crate) last: Micros,
    /// Its writer is done.
    finished: bool,
    /// Its writer gave it up, or its connection is gone.
    broken: bool,
    /// Its reader gave it up.
    unread: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    pub(crate) fn arrive(&mut self, bytes: Vec<u8>) {
        self.arrived.push_back(bytes);
        wake(&mut self.reader);
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
        wake(&mut self.reader);
    }

    pub(crate) fn break_off(&mut self) {
        self.broken = true;
        wake(&mut self.reader);
        wake(&mut self.writer);
    }

    pub(crate) fn is_unread(&mut self) {
        self.unread = true;
        wake(&mut self.writer);
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

/// One home's end of a stream.
#[derive(Debug)]
pub(crate) struct Stream {
    net: Net,
    connection: Arc<Connection>,
    side: Side,
    from: Arc<Mutex<Pipe>>,
    to: Arc<Mutex<Pipe>>,
    meter: Reader,
    /// The other end, until the first byte takes it there.
    other: Option<Box<Self>>,
    closed: bool,
}

impl Stream {
    /// A stream that `side` opens.
    pub(crate) fn open(net: &Net, connection: &Arc<Connection>, side: Side) -> Self {
        let (one, two) = (Arc::default(), Arc::default());
        let end = |side, from: &Arc<_>, to: &Arc<_>| Self {
            net: net.clone(),
            connection: connection.clone(),
            side,
            from: Arc::clone(from),
            to: Arc::clone(to),
            meter: Reader::default(),
            other: None,
            closed: false,
        };
        let mut mine = end(side, &one, &two);
        mine.other = Some(Box::new(end(side.other(), &two, &one)));
        connection.holds(&one);
        connection.holds(&two);
        mine
    }

    fn check(&self) -> io::Result<()> {
        if self.connection.is_over(self.side) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut pipe = locked(&self.from);
        let Some(piece) = pipe.arrived.front() else {
            if pipe.finished {
                return Poll::Ready(Ok(0));
            }
            if pipe.broken {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        let rest = piece.get(pipe.read..).unwrap_or_default();
        let taken = rest.len().min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..taken), rest.get(..taken)) {
            into.copy_from_slice(rest);
        }
        if taken == rest.len() {
            pipe.arrived.pop_front();
            pipe.read = 0;
        } else {
            pipe.read += taken;
        }
        pipe.under_way -= taken;
        wake(&mut pipe.writer);
        Poll::Ready(Ok(taken))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let bytes = bytes.get(..CHUNK).unwrap_or(bytes);
        {
            let mut pipe = locked(&self.to);
            if pipe.broken || pipe.unread || self.closed {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            if pipe.under_way + bytes.len() > WINDOW {
                pipe.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
        let home = self.connection.home(self.side);
        if bytes.len() > SMALL && !self.net.has_room(home, cx) {
            return Poll::Pending;
        }
        let this = &mut *self;
        let messages = this.meter.read(bytes);
        let class = this.meter.class();
        let other = this.other.take().map(|mut other| {
            other.meter = Reader::of(class);
            *other
        });
        let (net, connection, side) = (&this.net, &this.connection, this.side);
        net.carry(connection, side, &this.to, bytes, class, &messages, other);
        locked(&this.to).under_way += bytes.len();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.check())
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        if !self.closed {
            self.closed = true;
            self.net.finish(&self.connection, self.side, &self.to);
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // An end that never left its home was of no use to anybody.
        if self.connection.is_over(self.side) || self.other.is_some() {
            return;
        }
        self.net.give_up(
            &self.connection,
            self.side,
            &self.to,
            &self.from,
            self.closed,
        );
    }
}
