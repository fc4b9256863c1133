//! Serving sealed bytes against a ticket.
//!
//! `/streetlamp/sealed/1`: the asker sends four bytes of length and a [`Kind::Fetch`] frame; the holder answers one
//! byte, [`COMING`], and then the slices from the asked offset to the end, each checked against the holder's hash tree
//! as it is read. A ticket that is not good gets no answer: the stream ends.

use std::sync::Arc;
use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt};
use streetlamp_proto::clip::{GROUP, SLICE, encode_slice};
use streetlamp_proto::grant::FetchRequest;
use streetlamp_proto::household::{Command, Permit};
use streetlamp_proto::wire::limits::FETCH_FRAME;
use streetlamp_proto::wire::{self, Kind};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::handle::NodeHandle;
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};
use crate::mesh::IncomingStream;

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
    let offset = request.offset;
    let permit = node
        .read(move |household, now| household.may_fetch(from, &request, now))
        .await?;
    let Permit {
        clip,
        sealed_len,
        grant,
    } = permit.map_err(|e| broken("no permit").because(e))?;
    if offset > sealed_len || offset % GROUP != 0 {
        return Err(broken("offset outside the clip"));
    }
    let vault = &node.shared.vault;
    let file = vault.sealed(clip, sealed_len)?;
    let outboard = block(|| vault.outboard(clip, sealed_len))?;
    send(&mut stream, &[COMING]).await?;
    let mut here = offset;
    while here < sealed_len {
        let range = here..sealed_len.min(here + SLICE);
        here = range.end;
        let slice = block(|| encode_slice(&file, &outboard, range))
            .map_err(|e| broken("damaged on disk").because(e))?;
        send(&mut stream, &slice).await?;
    }
    stream
        .close()
        .await
        .map_err(|e| Error::io("the stream broke", e))?;
    node.command(Command::Served(grant)).await.map(drop)
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
