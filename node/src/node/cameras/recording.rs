//! Films from a camera's own stream: nothing is kept until something happens, then the seconds before it as well.
//!
//! What happens is told from outside: the command line, or a program with the camera's token. A recording goes on for some
//! time after the last sign, in pieces that are sealed one by one, so that keepers have all but the last seconds of it when
//! the box is carried away. Pictures are read while a piece is sealed. When the node is stopped, what came until then is
//! sealed.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::feed::Feed;
use crate::address::{Login, Place};
use crate::blocking::block;
use crate::camera::film::{Coding, Sound, Takes};
use crate::camera::preroll::{Piece, PreRoll};
use crate::camera::stream::{Audible, Next, Picture, Stream};
use crate::camera::{Cover, Settings, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::export::copy;
use crate::ffmpeg::{self, MemoryFile};
use crate::node::clips::Recorded;

/// Pieces that wait to be sealed. While one does, the camera waits, too.
const PIECES: usize = 1;
/// How long a key picture is waited for by somebody who looks.
const KEY: Duration = Duration::from_secs(60);

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
    let opened = stop
        .run_until_cancelled(Stream::open(place, login, feed.sound()))
        .await;
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
            Ok(Some(Next::Picture(picture, coding))) => (picture, coding),
            Ok(Some(Next::Heard(heard))) => {
                if let Some(held) = &mut held {
                    held.hear(heard);
                }
                continue;
            }
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
            let sound = match stream.audible() {
                Audible::Kept(sound) => Some(sound.clone()),
                Audible::No | Audible::Unfit(_) => None,
            };
            held = Some(PreRoll::new(coding, sound));
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
            sound,
            takes,
        } = piece;
        let film = block(|| takes.film(&coding, sound.as_ref()))?;
        let sealed = feed.seal(film, Recorded::Began(began)).await?;
        feed.keep(sealed).await?;
    }
    Ok(())
}

/// What is seen of a camera that is not added.
#[derive(Debug)]
pub struct Seen {
    /// How its pictures are coded, in words.
    pub says: String,
    /// One of them, as a JPEG; nothing if ffmpeg is not there to draw it.
    pub picture: Option<Vec<u8>>,
}

/// Looks whether pictures come, and says how they are coded.
pub(super) async fn test(place: &Place, login: Option<&Login>, sound: Sound) -> Result<String> {
    let mut stream = Stream::open(place, login, sound).await?;
    let (_, coding) = first(&mut stream).await?;
    Ok(says(&coding, stream.audible()))
}

/// As [`test`], with a picture in which everything is covered that is to be.
pub(super) async fn look(settings: &Settings) -> Result<Seen> {
    let Source::Rtsp { place, login, .. } = &settings.source else {
        let message = "there is nothing to see of it before it brings a film: only a camera with '--rtsp' or '--onvif' can be looked at";
        return Err(Error::new(ErrorKind::Conflict, message));
    };
    let mut stream = Stream::open(place, login.as_ref(), settings.sound()).await?;
    let (picture, coding) = first(&mut stream).await?;
    let says = says(&coding, stream.audible());
    drop(stream);
    let mut takes = Takes::default();
    takes.push(&picture.data, picture.key, picture.at);
    let picture = block(|| {
        if !ffmpeg::is_here() {
            return Ok(None);
        }
        let mut open = MemoryFile::new()?;
        copy(takes.film(&coding, None)?, |piece| open.write(piece))?;
        ffmpeg::still(&open, 0, &Cover::filters(&settings.covers)).map(Some)
    });
    Ok(Seen {
        says,
        picture: picture?,
    })
}

/// The first picture that needs no others.
async fn first(stream: &mut Stream) -> Result<(Picture, Coding)> {
    let mut seen = None;
    // A camera may send others for as long as it likes.
    let looking = async {
        loop {
            let Next::Picture(picture, coding) = stream.next().await? else {
                continue;
            };
            seen = coding.or(seen.take());
            if picture.key
                && let Some(coding) = seen.take()
            {
                return Ok((picture, coding));
            }
        }
    };
    timeout(KEY, looking).await.map_err(|_| {
        let message =
            "no key picture came within a minute: set the camera to one every few seconds";
        Error::new(ErrorKind::Unavailable, message)
    })?
}

fn says(coding: &Coding, audible: &Audible) -> String {
    let codec = match coding.entry.get(4..8).unwrap_or_default() {
        b"avc1" => "H.264, which every browser plays",
        _ => "H.265, which some browsers do not play: set the camera to H.264 if you can",
    };
    let (width, height) = (coding.width, coding.height);
    let sound = match audible {
        Audible::No => String::new(),
        Audible::Kept(_) => ", and sound, which is kept".to_owned(),
        Audible::Unfit(what) => {
            format!(". Its sound is {what} and is not kept: set the camera to AAC")
        }
    };
    format!("it sends pictures of {width}x{height} in {codec}{sound}")
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
