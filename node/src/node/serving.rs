//! Serving sealed bytes to whoever has a right to them.
//!
//! `/streetlamp/sealed/1`: the asker sends four bytes of length and a [`Kind::Fetch`] frame; the holder answers one
//! byte, [`COMING`], between owner and keeper the sealed label behind four bytes of length, and then the slices of the
//! asked range, each checked against the holder's hash tree as it is read. Who has no right gets no answer: the stream
//! ends.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use streetlamp_proto::clip::{GROUP, encode_slice_into};
use streetlamp_proto::fetch::FetchRequest;
use streetlamp_proto::household::{Command, KeeperNews, Permit, Place};
use streetlamp_proto::keeper::SealedLabel;
use streetlamp_proto::wire::limits::FETCH_FRAME;
use streetlamp_proto::wire::{self, Kind};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::handle::NodeHandle;
use crate::ahead::Ahead;
use crate::blocking::block;
use crate::buffers::{Buffer, Buffers};
use crate::error::{Error, ErrorKind, Result};
use crate::mesh::IncomingStream;
use crate::vault::slices;

/// What a holder says before the first slice.
pub(super) const COMING: u8 = 1;

/// An asker that takes no byte for this long is let go.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves one stream, when it is its turn.
pub(super) async fn serve(node: NodeHandle, stream: IncomingStream, turns: Arc<Semaphore>) {
    let Ok(_turn) = turns.acquire().await else {
        return;
    };
    if let Err(error) = try_serve(&node, stream).await {
        tracing::debug!(error = %error.chain(), "sealed bytes were not served");
    }
}

async fn try_serve(
    node: &NodeHandle,
    IncomingStream { from, mut stream }: IncomingStream,
) -> Result<()> {
    let request = timeout(PATIENCE, read_request(&mut stream))
        .await
        .map_err(|_| broken("too slow"))??;
    let (start, end) = (request.start, request.end);
    let with_label = request.right.with_label();
    let permit = node
        .read(move |household, now| household.may_fetch(from, &request, now))
        .await?;
    let permit = permit.map_err(|e| broken("no permit").because(e))?;
    let Permit {
        clip,
        sealed_len,
        place,
        by,
        ..
    } = permit;
    let whole = |at| at % GROUP == 0 || at == sealed_len;
    let whole_groups = whole(start) && whole(end);
    if start > end || end > sealed_len || !whole_groups {
        return Err(broken("not a range of the clip"));
    }
    // Read before anything is promised: what is damaged here is not served, and the asker goes elsewhere.
    let ready = block(|| make_ready(node, &permit, with_label, start..end));
    let Ready { label, first, rest } = match ready {
        Ok(ready) => ready,
        Err(error) => {
            if let Place::KeptFor(owner) = place {
                node.tell(KeeperNews::Missing { owner, clip }).await?;
            }
            return Err(error);
        }
    };
    send(&mut stream, &[COMING]).await?;
    if let Some(label) = label {
        let label = label.as_bytes();
        let length = u32::try_from(label.len()).unwrap_or(u32::MAX).to_be_bytes();
        send(&mut stream, &length).await?;
        send(&mut stream, label).await?;
    }
    let mut rest = Ahead::of(rest);
    let mut next = first.map(Ok);
    while let Some(slice) = next {
        send(&mut stream, &slice?).await?;
        next = rest.next().await;
    }
    stream
        .close()
        .await
        .map_err(|e| Error::io("the stream broke", e))?;
    match by {
        Some(by) if end == sealed_len => node.command(Command::Served(by)).await.map(drop),
        _ => Ok(()),
    }
}

/// Everything that is needed to serve, found to be there.
struct Ready<S> {
    label: Option<SealedLabel>,
    /// The first slice, if the range has any.
    first: Option<Buffer>,
    /// The others.
    rest: S,
}

fn make_ready(
    node: &NodeHandle,
    permit: &Permit,
    with_label: bool,
    range: Range<u64>,
) -> Result<Ready<impl Stream<Item = Result<Buffer>> + Send + use<>>> {
    let (clip, sealed_len) = (permit.clip, permit.sealed_len);
    let (vault, label) = match permit.place {
        Place::Own => (node.shared.vault.clone(), permit.label.clone()),
        Place::KeptFor(owner) => {
            let vault = node.shared.kept.of(owner)?;
            let label = with_label.then(|| vault.sealed_label(clip)).transpose()?;
            (vault, label)
        }
    };
    let file = vault.sealed(clip, sealed_len)?;
    let outboard = vault.outboard(clip, sealed_len)?;
    let buffers = Buffers::default();
    let encode = move |range| {
        let mut slice = buffers.take();
        encode_slice_into(&file, &outboard, range, &mut slice)
            .map_err(|e| broken("damaged on disk").because(e))?;
        Ok(slice)
    };
    let mut ranges = slices(range);
    let first = ranges.next().map(&encode).transpose()?;
    let rest = stream::iter(ranges).map(move |range| block(|| encode(range)));
    Ok(Ready { label, first, rest })
}

async fn read_request(stream: &mut libp2p::Stream) -> Result<FetchRequest> {
    let failed = |e| Error::io("the request could not be read", e);
    let mut length = [0; 4];
    stream.read_exact(&mut length).await.map_err(failed)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > FETCH_FRAME {
        return Err(broken("request is too long"));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).await.map_err(failed)?;
    wire::unframe(Kind::Fetch, &frame, FETCH_FRAME)
        .map_err(|e| broken("request is not well formed").because(e))
}

async fn send(stream: &mut libp2p::Stream, bytes: &[u8]) -> Result<()> {
    let written = timeout(PATIENCE, stream.write_all(bytes))
        .await
        .map_err(|_| broken("too slow"))?;
    written.map_err(|e| Error::io("the stream broke", e))
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Unavailable, what)
}
