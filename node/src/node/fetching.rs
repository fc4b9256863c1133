//! Fetching the sealed bytes of a granted clip, with resume.

use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt};
use streetlamp_proto::clip::{ClipId, slice_len};
use streetlamp_proto::grant::FetchRequest;
use streetlamp_proto::household::{Command, Event, FetchPlan};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::Address;
use streetlamp_proto::wire::{self, Kind};
use tokio::time::timeout;

use super::driver::ToDriver;
use super::handle::{FetchedClip, NodeHandle, stopped};
use super::serving::COMING;
use crate::blocking::block;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::Arriving;

/// How long a holder may take to be connected.
const CONNECTING: Duration = Duration::from_secs(15);
/// How long the next slice may take: 1 MiB at 0.3 Mbit/s.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn fetch(
    node: &NodeHandle,
    clip: ClipId,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<FetchedClip> {
    let plan = node
        .read(move |household, _| household.fetch_plan(clip))
        .await?;
    let plan = plan.ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            "no grant for this clip is here: its owner has to give you one",
        )
    })?;
    let FetchPlan {
        ticket,
        sealed_len,
        owner,
        holders,
    } = plan;
    let done = FetchedClip {
        clip,
        sealed_len,
        from: owner,
    };
    if node.shared.vault.sealed(clip, sealed_len).is_ok() {
        node.command(Command::ClipArrived(clip)).await?;
        return Ok(done);
    }
    node.shared.disk.has_room_for(sealed_len)?;
    let mut arriving = node.shared.vault.arriving(clip, sealed_len)?;
    let mut last = Error::new(ErrorKind::Unavailable, "nobody who has this clip is known");
    for (device, addresses) in holders {
        let request = FetchRequest {
            ticket: ticket.clone(),
            offset: arriving.here(),
        };
        match from_holder(
            node,
            device,
            addresses,
            &request,
            &mut arriving,
            sealed_len,
            &progress,
        )
        .await
        {
            Ok(()) => {
                block(|| arriving.finish())?;
                node.command(Command::ClipArrived(clip)).await?;
                return Ok(done);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn from_holder(
    node: &NodeHandle,
    device: DeviceId,
    addresses: Vec<Address>,
    request: &FetchRequest,
    arriving: &mut Arriving<'_>,
    sealed_len: u64,
    progress: &(impl Fn(u64, u64) + Send + Sync),
) -> Result<()> {
    let mut stream = connect(node, device, addresses).await?;
    let frame = wire::frame(Kind::Fetch, request);
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
    stream.write_all(&length).await.map_err(cut)?;
    stream.write_all(&frame).await.map_err(cut)?;
    stream.flush().await.map_err(cut)?;
    let mut coming = [0];
    timeout(PATIENCE, stream.read_exact(&mut coming)).await.map_err(|_| slow())?.map_err(|e| {
        let message = "the owner does not serve this clip to you: the grant was stopped, is over, or has not settled yet";
        Error::new(ErrorKind::Denied, message).because(e)
    })?;
    if coming != [COMING] {
        return Err(Error::new(
            ErrorKind::Unavailable,
            "the holder answered something that this program does not know",
        ));
    }
    while let Some(range) = arriving.next() {
        let expected = slice_len(sealed_len, range)
            .map_err(|e| Error::new(ErrorKind::Internal, "no such slice").because(e))?;
        let mut slice = vec![0; usize::try_from(expected).unwrap_or(usize::MAX)];
        timeout(PATIENCE, stream.read_exact(&mut slice))
            .await
            .map_err(|_| slow())?
            .map_err(cut)?;
        block(|| arriving.take(&slice))?;
        progress(arriving.here(), sealed_len);
    }
    Ok(())
}

/// A stream to a device, connecting first if need be.
async fn connect(
    node: &NodeHandle,
    device: DeviceId,
    addresses: Vec<Address>,
) -> Result<libp2p::Stream> {
    if let Ok(stream) = node.shared.streams.open(device).await {
        return Ok(stream);
    }
    let mut events = node.events();
    node.shared
        .driver
        .send(ToDriver::Dial(device, addresses))
        .await
        .map_err(|_| stopped())?;
    let connected = async {
        while let Ok(event) = events.recv().await {
            if matches!(
                event,
                Event::Neighbour {
                    connected: true,
                    ..
                }
            ) && let Ok(stream) = node.shared.streams.open(device).await
            {
                return Some(stream);
            }
        }
        None
    };
    let away = || {
        let message = "the home that has this clip could not be reached: try again when it is online (what came so far is kept)";
        Error::new(ErrorKind::Unavailable, message)
    };
    timeout(CONNECTING, connected)
        .await
        .ok()
        .flatten()
        .ok_or_else(away)
}

fn cut(error: std::io::Error) -> Error {
    let message = "the connection was cut: run the same command again, it goes on where it stopped";
    Error::new(ErrorKind::Unavailable, message).because(error)
}

fn slow() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the other home takes too long: try again, it goes on where it stopped",
    )
}
