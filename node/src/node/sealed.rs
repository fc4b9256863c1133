//! Asking a holder for sealed bytes over `/streetlamp/sealed/1`: one stream, one request.

use std::ops::Range;
use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt, TryFutureExt, stream};
use streetlamp_proto::clip::{ClipId, SLICE, SliceError, decode_slice, slice_len};
use streetlamp_proto::fetch::{FetchRequest, Right};
use streetlamp_proto::household::{Event, Finding};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::keeper::{SEALED_LABEL, SealedLabel};
use streetlamp_proto::street::Address;
use streetlamp_proto::wire::{self, Kind};
use tokio::time::timeout;

use super::driver::ToDriver;
use super::handle::{NodeHandle, stopped};
use super::serving::COMING;
use crate::ahead::Ahead;
use crate::blocking::block;
use crate::buffers::{Buffer, Buffers};
use crate::error::{Error, ErrorKind};
use crate::vault::{Untaken, slices};

/// How long a holder may take to be connected.
const CONNECTING: Duration = Duration::from_secs(15);
/// How long the next slice may take: 1 MiB at 0.3 Mbit/s.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why sealed bytes did not come.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The holder is not there, is too slow, or was cut off. Nothing is known of it.
    Away(Error),
    /// The holder does not give them.
    Refused(Error),
    /// What it gave is not the clip.
    Wrong(Error),
    /// It came, and this disk did not take it.
    Disk(Error),
}

impl Trouble {
    /// What that says of a keeper.
    pub(super) const fn finding(&self) -> Finding {
        match self {
            Self::Away(_) | Self::Disk(_) => Finding::Away,
            Self::Refused(_) => Finding::Lost,
            Self::Wrong(_) => Finding::Lied,
        }
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Away(e) | Trouble::Refused(e) | Trouble::Wrong(e) | Trouble::Disk(e) => e,
        }
    }
}

impl From<Untaken> for Trouble {
    fn from(untaken: Untaken) -> Self {
        match untaken {
            Untaken::Wrong(error) => Self::Wrong(error),
            Untaken::Disk(error) => Self::Disk(error),
        }
    }
}

/// Sealed bytes on their way, and the label if it came before them.
pub(super) struct Coming {
    stream: libp2p::Stream,
    pub(super) label: Option<SealedLabel>,
}

/// Asks a device that is connected for a range of a clip.
pub(super) async fn ask(
    node: &NodeHandle,
    device: DeviceId,
    right: Right,
    range: Range<u64>,
) -> Result<Coming, Trouble> {
    let stream = node.shared.streams.open(device).await;
    let mut stream = stream.map_err(|_| away())?;
    let with_label = right.with_label();
    let request = FetchRequest {
        right,
        start: range.start,
        end: range.end,
    };
    let frame = wire::frame(Kind::Fetch, &request);
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
    stream.write_all(&length).await.map_err(cut)?;
    stream.write_all(&frame).await.map_err(cut)?;
    stream.flush().await.map_err(cut)?;
    let mut coming = [0];
    let answer = timeout(PATIENCE, stream.read_exact(&mut coming)).await;
    match answer.map_err(|_| slow())? {
        Ok(()) if coming == [COMING] => {}
        Ok(()) => {
            let message = "the holder answered something that this program does not know";
            return Err(Trouble::Wrong(Error::new(ErrorKind::Unavailable, message)));
        }
        // The stream ends without a word: that is how a holder says no.
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            let message = "whoever should have this clip does not give it to you: the grant was stopped, is over, or has not settled yet, or the clip is not there any more";
            return Err(Trouble::Refused(
                Error::new(ErrorKind::Denied, message).because(e),
            ));
        }
        Err(e) => return Err(cut(e)),
    }
    let label = match with_label {
        true => Some(read_label(&mut stream).await?),
        false => None,
    };
    Ok(Coming { stream, label })
}

async fn read_label(stream: &mut libp2p::Stream) -> Result<SealedLabel, Trouble> {
    let mut length = [0; 4];
    read(stream, &mut length).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    let too_long = || {
        let message = "what should be a label is none";
        Trouble::Wrong(Error::new(ErrorKind::DataLoss, message))
    };
    if length > SEALED_LABEL {
        return Err(too_long());
    }
    let mut label = vec![0; length];
    read(stream, &mut label).await?;
    SealedLabel::from_bytes(label).map_err(|_| too_long())
}

impl Coming {
    /// Looks whether what comes is the clip's, and keeps nothing. The range is of at most one slice.
    pub(super) async fn prove(
        mut self,
        clip: ClipId,
        sealed_len: u64,
        range: Range<u64>,
    ) -> Result<(), Trouble> {
        let mut slice = Vec::new();
        read_slice(&mut self.stream, sealed_len, range.clone(), &mut slice).await?;
        let proven = block(|| decode_slice(clip, sealed_len, range, &slice));
        proven.map(drop).map_err(|e| {
            let message = "what the keeper gave is not the clip";
            Trouble::Wrong(Error::new(ErrorKind::DataLoss, message).because(e))
        })
    }

    /// The slices of the range that was asked for, the next one already on its way while one is in use. Not checked yet.
    pub(super) fn slices(self, sealed_len: u64, range: Range<u64>) -> Slices {
        let parts = (self.stream, slices(range), Buffers::default());
        let read = stream::try_unfold(parts, move |(mut stream, mut left, buffers)| async move {
            let Some(range) = left.next() else {
                return Ok(None);
            };
            let mut slice = buffers.take();
            read_slice(&mut stream, sealed_len, range, &mut slice).await?;
            Ok(Some((slice, (stream, left, buffers))))
        });
        Slices(Ahead::of(read))
    }
}

/// Slices of a clip, in order.
pub(super) struct Slices(Ahead<Result<Buffer, Trouble>>);

impl Slices {
    /// The next slice. Who asks for more than there are is told that the holder was cut off.
    pub(super) async fn next(&mut self) -> Result<Buffer, Trouble> {
        let ended = || cut(std::io::ErrorKind::UnexpectedEof.into());
        self.0.next().await.ok_or_else(ended)?
    }
}

async fn read_slice(
    stream: &mut libp2p::Stream,
    sealed_len: u64,
    range: Range<u64>,
    slice: &mut Vec<u8>,
) -> Result<(), Trouble> {
    debug_assert!(range.end - range.start <= SLICE, "one slice");
    let no_such =
        |e: SliceError| Trouble::Away(Error::new(ErrorKind::Internal, "no such slice").because(e));
    let expected = slice_len(sealed_len, range).map_err(no_such)?;
    slice.resize(usize::try_from(expected).unwrap_or(usize::MAX), 0);
    read(stream, slice).await
}

async fn read(stream: &mut libp2p::Stream, into: &mut [u8]) -> Result<(), Trouble> {
    let read = timeout(PATIENCE, stream.read_exact(into)).await;
    read.map_err(|_| slow())?.map_err(cut)
}

/// Connects to a device if it is not connected. One whose address is not known may come by itself.
pub(super) async fn reach(
    node: &NodeHandle,
    device: DeviceId,
    addresses: Vec<Address>,
) -> Result<(), Trouble> {
    let mut events = node.events();
    let is_there = || node.shared.streams.open(device).map_ok(drop);
    if is_there().await.is_ok() {
        return Ok(());
    }
    if !addresses.is_empty() {
        let dial = ToDriver::Dial(device, addresses);
        let asked = node.shared.driver.send(dial).await;
        asked.map_err(|_| Trouble::Away(stopped()))?;
    }
    let connected = async {
        while let Ok(event) = events.recv().await {
            let somebody = matches!(
                event,
                Event::Neighbour {
                    connected: true,
                    ..
                }
            );
            if somebody && is_there().await.is_ok() {
                return true;
            }
        }
        false
    };
    match timeout(CONNECTING, connected).await {
        Ok(true) => Ok(()),
        _ => Err(away()),
    }
}

fn away() -> Trouble {
    let message = "the home that has this clip could not be reached: try again when it is online (what came so far is kept)";
    Trouble::Away(Error::new(ErrorKind::Unavailable, message))
}

fn cut(error: std::io::Error) -> Trouble {
    let message = "the connection was cut: run the same command again, it goes on where it stopped";
    Trouble::Away(Error::new(ErrorKind::Unavailable, message).because(error))
}

fn slow() -> Trouble {
    let message = "the other home takes too long: try again, it goes on where it stopped";
    Trouble::Away(Error::new(ErrorKind::Unavailable, message))
}
