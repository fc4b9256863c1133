//! The long commands: taking a film in, fetching sealed bytes, and films on their way out.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use data_encoding::HEXLOWER;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::Leaving;
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::watch;

use super::answering::clip_named;
use super::answers::{AddedItem, Fetched};
use super::protocol::{FilmStart, Line, Progress};
use super::server::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::node::{Film, NodeHandle};

/// How often progress is told at most.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Zeros that stand for the rest of a film that failed.
const FILLER: [u8; 16 * 1024] = [0; 16 * 1024];

/// Takes a film in from a file.
pub(super) async fn add(
    handle: &NodeHandle,
    to: &mut Client,
    file: PathBuf,
    camera: &str,
    at_ms: Option<u64>,
) -> io::Result<()> {
    let (film, progress, camera) = match open_film(&file, camera) {
        Ok(opened) => opened,
        Err(error) => return to.error(&error).await,
    };
    let work = async {
        let added = handle
            .add_clip(film, camera, at_ms.map(Timestamp::from_ms))
            .await?;
        Ok(AddedItem {
            clip: added.clip.to_string(),
            sealed_bytes: added.sealed_len,
            duration_s: f64::from(added.duration_ms) / 1_000.0,
        })
    };
    tell_progress(to, progress, work).await
}

fn open_film(path: &Path, camera: &str) -> Result<(Counted, watch::Receiver<Progress>, Name)> {
    let camera = Name::clean(camera).map_err(|e| {
        Error::new(
            ErrorKind::Invalid,
            format!("the camera's name cannot be used: {e}"),
        )
    })?;
    let failed = |e| Error::io(format!("{} cannot be read", path.display()), e);
    let kind = std::fs::metadata(path).map_err(failed)?;
    if !kind.is_file() {
        return Err(Error::new(
            ErrorKind::Invalid,
            format!("{} is not a file: name a film", path.display()),
        ));
    }
    let (told, progress) = watch::channel(Progress {
        done: 0,
        total: kind.len(),
    });
    let file = File::open(path).map_err(failed)?;
    Ok((Counted { file, at: 0, told }, progress, camera))
}

/// A file that tells how far it has been read. Cleaning a film reads parts of it twice; only new ground counts.
#[derive(Debug)]
struct Counted {
    file: File,
    at: u64,
    told: watch::Sender<Progress>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(buf)?;
        self.at += u64::try_from(got).unwrap_or(0);
        self.told.send_if_modified(|progress| {
            let further = self.at > progress.done;
            progress.done = progress.done.max(self.at);
            further
        });
        Ok(got)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

/// Gets the sealed bytes of a granted clip. A client that goes away ends it; the next fetch goes on from there.
pub(super) async fn fetch(
    handle: &NodeHandle,
    from: &mut OwnedReadHalf,
    to: &mut Client,
    clip: &str,
) -> io::Result<()> {
    let (told, progress) = watch::channel(Progress::default());
    let work = fetched(handle, clip, move |done, total| {
        told.send_replace(Progress { done, total });
    });
    tokio::select! {
        told = tell_progress(to, progress, work) => told,
        _gone = from.read_u8() => Ok(()),
    }
}

/// Gets the sealed bytes of a granted clip, and tells how far it is.
pub(super) async fn fetched(
    handle: &NodeHandle,
    clip: &str,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<Fetched> {
    let clip = clip_named(handle, clip).await?;
    let fetched = handle.fetch_clip(clip, progress).await?;
    Ok(Fetched {
        clip: fetched.clip.to_string(),
        bytes: fetched.sealed_len,
        from: fetched.from.to_string(),
        also_from: fetched.also_from.iter().map(ToString::to_string).collect(),
    })
}

/// Works, and says now and then how far it is.
async fn tell_progress<T: serde::Serialize>(
    to: &mut Client,
    mut progress: watch::Receiver<Progress>,
    work: impl Future<Output = Result<T>>,
) -> io::Result<()> {
    let mut work = pin!(work);
    let mut every = tokio::time::interval(PROGRESS_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            done = &mut work => {
                return match done {
                    Ok(answer) => to.line(&Line::Ok(answer)).await,
                    Err(error) => to.error(&error).await,
                };
            }
            _ = every.tick() => {
                if progress.has_changed().unwrap_or(false) {
                    let now = *progress.borrow_and_update();
                    to.line(&Line::<()>::Progress(now)).await?;
                }
            }
        }
    }
}

/// Sends the film of a clip to the household itself.
pub(super) async fn open(handle: &NodeHandle, to: &mut Client, clip: &str) -> io::Result<()> {
    match opened(handle, clip).await {
        Ok(film) => send(to, film).await,
        Err(error) => to.error(&error).await,
    }
}

/// Opens a clip for the household itself; the ledger says so first.
///
/// # Errors
/// If there is no such clip, or it cannot be opened here and now.
pub(crate) async fn opened(handle: &NodeHandle, clip: &str) -> Result<Film> {
    handle.open_clip(clip_named(handle, clip).await?).await
}

/// Sends what leaves for someone outside.
pub(super) async fn export(
    handle: &NodeHandle,
    to: &mut Client,
    clip: &str,
    recipient: Option<String>,
    film: bool,
) -> io::Result<()> {
    match exported(handle, clip, recipient, film).await {
        Ok(film) => send(to, film).await,
        Err(error) => to.error(&error).await,
    }
}

/// What leaves for someone outside; the ledger says so first.
///
/// # Errors
/// As [`opened`], and if nothing can be sealed to the recipient.
pub(crate) async fn exported(
    handle: &NodeHandle,
    clip: &str,
    recipient: Option<String>,
    film: bool,
) -> Result<Film> {
    let recipient = match recipient {
        Some(text) => Some(text.parse().map_err(|e| {
            let message = format!("the recipient cannot be exported to: {e}");
            Error::new(ErrorKind::Invalid, message)
        })?),
        None => None,
    };
    let leaving = match recipient {
        Some(recipient) if !film => Leaving::Sealed(recipient),
        recipient => Leaving::Film(recipient),
    };
    let clip: ClipId = clip_named(handle, clip).await?;
    handle.export_clip(clip, leaving).await
}

/// Sends length, bytes and verdict.
async fn send(to: &mut Client, mut film: Film) -> io::Result<()> {
    to.line(&Line::Ok(FilmStart {
        len: film.len,
        ledger_seq: film.seq,
        papers: film
            .papers
            .map(|papers| HEXLOWER.encode(&papers.to_bytes())),
    }))
    .await?;
    let mut left = film.len;
    let verdict = loop {
        match film.pieces.recv().await {
            Some(Ok(piece)) => {
                let len = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                let Some(rest) = left.checked_sub(len) else {
                    break Err(Error::new(
                        ErrorKind::Internal,
                        "the film is longer than was said",
                    ));
                };
                to.send(&piece).await?;
                left = rest;
            }
            Some(Err(error)) => break Err(error),
            None if left == 0 => break Ok(()),
            None => {
                break Err(Error::new(
                    ErrorKind::DataLoss,
                    "the film broke off before its end",
                ));
            }
        }
    };
    while left > 0 {
        let len = usize::try_from(left)
            .unwrap_or(FILLER.len())
            .min(FILLER.len());
        to.send(FILLER.get(..len).unwrap_or(&FILLER)).await?;
        left -= u64::try_from(len).unwrap_or(left);
    }
    match verdict {
        Ok(()) => to.line(&Line::Ok(())).await,
        Err(error) => to.error(&error).await,
    }
}
