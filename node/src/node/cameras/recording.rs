//! Films from a camera's own stream: nothing is kept until something happens, then the seconds before it as well.
//!
//! What happens is told from outside: the command line, or a program with the camera's token. A recording goes on for some
//! time after the last sign, in pieces that are sealed one by one, so that keepers have all but the last seconds of it when
//! the box is carried away. Pictures are read while a piece is sealed. When the node is stopped, what came until then is
//! sealed.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::feed::Feed;
use crate::address::{Login, Place};
use crate::blocking::block;
use crate::camera::preroll::{Piece, PreRoll};
use crate::camera::stream::Stream;
use crate::error::{Error, ErrorKind, Result};
use crate::node::clips::Recorded;

/// Pieces that wait to be sealed. While they do, the camera waits, too.
const PIECES: usize = 2;

/// Reads the stream until it breaks, or until it is stopped.
pub(super) async fn record(
    feed: &Feed,
    place: &Place,
    login: Option<&Login>,
    always: bool,
    stop: &CancellationToken,
) -> Result<()> {
    feed.has_share()?;
    feed.is("connecting", None);
    let opened = stop.run_until_cancelled(Stream::open(place, login)).await;
    let Some(opened) = opened else { return Ok(()) };
    let mut stream = opened?;
    feed.is("ready", None);
    let (pieces, inbox) = mpsc::channel(PIECES);
    let reading = async {
        let ended = read(feed, &mut stream, always, &pieces, stop).await;
        // What came before is sealed.
        drop(pieces);
        ended
    };
    let (ended, sealed) = tokio::join!(reading, seal(feed, inbox));
    sealed.and(ended)
}

async fn read(
    feed: &Feed,
    stream: &mut Stream,
    always: bool,
    pieces: &mpsc::Sender<Piece>,
    stop: &CancellationToken,
) -> Result<()> {
    let mut held: Option<PreRoll> = None;
    let mut recording = false;
    loop {
        let next = tokio::select! {
            next = stream.next() => next.map(Some),
            () = stop.cancelled() => Ok(None),
            // Sealing failed: the camera waits, and it is said why.
            () = pieces.closed() => return Err(not_sealed()),
        };
        let (picture, coding) = match next {
            Ok(Some(next)) => next,
            ended => {
                if recording && let Some(piece) = held.as_mut().and_then(PreRoll::flush) {
                    send(pieces, piece).await?;
                }
                return ended.map(drop);
            }
        };
        if let Some(coding) = coding {
            if recording && let Some(piece) = held.as_mut().and_then(PreRoll::flush) {
                send(pieces, piece).await?;
            }
            held = Some(PreRoll::new(coding));
        }
        let Some(held) = &mut held else { continue };
        let was_recording = std::mem::replace(&mut recording, always || feed.is_triggered());
        if recording != was_recording {
            feed.is(if recording { "recording" } else { "ready" }, None);
        }
        if was_recording
            && !recording
            && let Some(piece) = held.flush()
        {
            send(pieces, piece).await?;
        }
        if let Some(piece) = held.take(picture, feed.node.now(), recording) {
            send(pieces, piece).await?;
        }
    }
}

async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<()> {
    pieces.send(piece).await.map_err(|_| not_sealed())
}

fn not_sealed() -> Error {
    Error::new(ErrorKind::Unavailable, "nothing can be sealed now")
}

async fn seal(feed: &Feed, mut inbox: mpsc::Receiver<Piece>) -> Result<()> {
    while let Some(piece) = inbox.recv().await {
        feed.has_share()?;
        let Piece {
            began,
            coding,
            takes,
        } = piece;
        let film = block(|| takes.film(&coding))?;
        let sealed = feed.seal(film, Recorded::Began(began)).await?;
        feed.keep(sealed).await?;
    }
    Ok(())
}

/// Looks whether pictures come, and says how they are coded.
pub(super) async fn test(place: &Place, login: Option<&Login>) -> Result<String> {
    let mut stream = Stream::open(place, login).await?;
    let mut seen = None;
    loop {
        let (picture, coding) = stream.next().await?;
        seen = coding.or(seen);
        if let Some(coding) = seen.as_ref().filter(|_| picture.key) {
            let codec = coding.entry.get(4..8).unwrap_or_default();
            let codec = match codec {
                b"avc1" => "H.264, which every browser plays",
                _ => "H.265, which some browsers do not play: set the camera to H.264 if you can",
            };
            let (width, height) = (coding.width, coding.height);
            return Ok(format!("it sends pictures of {width}x{height} in {codec}"));
        }
    }
}

/// Until when a camera is recorded.
#[derive(Debug, Default)]
pub(super) struct Trigger(std::sync::Mutex<Option<Instant>>);

impl Trigger {
    /// Something happens: record for so long from now on, at least.
    pub(super) fn pull(&self, lasts: Duration) {
        let mut until = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *until = (*until).max(Some(Instant::now() + lasts));
    }

    /// Whether something happens, or did just now.
    pub(super) fn is_pulled(&self) -> bool {
        let until = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }
}
