//! The node's half: accepts connections, reads one request each, answers it.

use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::protocol::{Fault, Line, REQUEST_BYTES, Request, encode};
use super::{answering, films};
use crate::error::{Error, ErrorKind, Result};
use crate::node::NodeHandle;

/// The name of the socket in its directory.
pub(super) const SOCKET: &str = "control.sock";

/// Connections at one time. A resident has one terminal or three, and a script or two.
const CONNECTIONS: usize = 16;

/// How long a client may take to say what it wants.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// How long a short command may take. Joining a street waits 30 seconds for the inviter; unlocking takes one or two.
const WORK_PATIENCE: Duration = Duration::from_secs(60);

/// How long a client may leave what was sent to it unread.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// How long answers that are under way may take when the node stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Listens on the socket of a home directory. The caller holds its lock, so that a socket that lies there is a dead one.
///
/// # Errors
/// If the directory cannot be written or its path is too long for a socket.
pub fn bind(dir: &Path) -> Result<UnixListener> {
    let path = dir.join(SOCKET);
    let part = path.with_extension("part");
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::InvalidInput => Error::new(
            ErrorKind::Invalid,
            format!(
                "{} is too long for the path of a socket: use a home directory with a shorter path",
                path.display()
            ),
        ),
        _ => Error::io(
            format!("the control socket {} cannot be made", path.display()),
            e,
        ),
    };
    match std::fs::remove_file(&part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    // Renamed into place when its mode is right: it is never open to others, and a dead socket is replaced at once.
    let listener = UnixListener::bind(&part).map_err(failed)?;
    std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    std::fs::rename(&part, &path).map_err(failed)?;
    Ok(listener)
}

/// Answers the command line until `shutdown`, then takes the socket away.
pub async fn serve(handle: NodeHandle, listener: UnixListener, shutdown: impl Future<Output = ()>) {
    let dir = handle.home().dir().to_owned();
    let converse = move |stream| converse(handle.clone(), stream);
    serve_at(&dir, listener, converse, shutdown).await;
}

/// Holds each conversation on the socket of a directory until `shutdown`, then takes the socket away.
pub(crate) async fn serve_at<C>(
    dir: &Path,
    listener: UnixListener,
    converse: impl Fn(UnixStream) -> C,
    shutdown: impl Future<Output = ()>,
) where
    C: Future<Output = io::Result<()>> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            (slot, accepted) = next => match accepted {
                Ok((stream, _)) => {
                    let conversation = converse(stream);
                    open.spawn(async move {
                        if let Err(error) = conversation.await {
                            tracing::debug!(%error, "a command line went away");
                        }
                        drop(slot);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to come back.
                    tracing::warn!(%error, "the control socket cannot accept");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            },
        }
    }
    let finish = async { while open.join_next().await.is_some() {} };
    if timeout(STOP_PATIENCE, finish).await.is_err() {
        open.shutdown().await;
    }
    let path = dir.join(SOCKET);
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::debug!(%error, path = %path.display(), "the control socket could not be removed");
    }
}

async fn converse(handle: NodeHandle, stream: UnixStream) -> io::Result<()> {
    let (mut from, to) = stream.into_split();
    let mut to = Client { to };
    let request = match in_time(&mut from).await {
        Ok(request) => request,
        Err(error) => return to.error(&error).await,
    };
    match request {
        Request::ClipAdd {
            file,
            camera,
            at_ms,
        } => films::add(&handle, &mut to, file, &camera, at_ms).await,
        Request::ClipFetch { clip } => films::fetch(&handle, &mut from, &mut to, &clip).await,
        Request::ClipOpen { clip } => films::open(&handle, &mut to, &clip).await,
        Request::ClipExport {
            clip,
            to: recipient,
            film,
        } => films::export(&handle, &mut to, &clip, recipient, film).await,
        short => to.answer(answering::answer(&handle, short)).await,
    }
}

/// A conversation of one short request and its answer.
pub(crate) async fn converse_once<R: DeserializeOwned, A>(
    stream: UnixStream,
    answer: impl FnOnce(R) -> A,
) -> io::Result<()>
where
    A: Future<Output = Result<Zeroizing<Vec<u8>>>>,
{
    let (mut from, to) = stream.into_split();
    let mut to = Client { to };
    match in_time(&mut from).await {
        Ok(request) => to.answer(answer(request)).await,
        Err(error) => to.error(&error).await,
    }
}

async fn in_time<R: DeserializeOwned>(from: &mut OwnedReadHalf) -> Result<R> {
    let late = |_| Error::new(ErrorKind::Invalid, "no whole request came in time");
    let read = timeout(READ_PATIENCE, read_request(from)).await;
    read.map_err(late)?
}

/// Reads one line into memory that is wiped afterwards.
async fn read_request<R: DeserializeOwned>(from: &mut OwnedReadHalf) -> Result<R> {
    let malformed = || {
        Error::new(
            ErrorKind::Invalid,
            "the request is not one that this node knows: are both of one version?",
        )
    };
    let mut bytes = Zeroizing::new(vec![0; REQUEST_BYTES]);
    let mut filled = 0;
    loop {
        let room = bytes
            .get_mut(filled..)
            .filter(|room| !room.is_empty())
            .ok_or_else(malformed)?;
        let got = from
            .read(room)
            .await
            .map_err(|e| Error::io("the request broke off", e))?;
        let line = bytes
            .get(filled..filled + got)
            .and_then(|new| new.iter().position(|b| *b == b'\n'));
        if let Some(end) = line {
            let line = bytes.get(..filled + end).ok_or_else(malformed)?;
            return serde_json::from_slice(line).map_err(|e| malformed().because(e));
        }
        if got == 0 {
            return Err(malformed());
        }
        filled += got;
    }
}

/// The way back to the client. Whatever it does not read in time ends the connection.
#[derive(Debug)]
pub(super) struct Client {
    to: OwnedWriteHalf,
}

impl Client {
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(WRITE_PATIENCE, self.to.write_all(bytes))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// Sends what comes of a short command, or what went wrong.
    async fn answer(
        &mut self,
        work: impl Future<Output = Result<Zeroizing<Vec<u8>>>>,
    ) -> io::Result<()> {
        let answer = timeout(WORK_PATIENCE, Box::pin(work)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Unavailable,
                "the node took too long to answer: look at 'streetlamp doctor'",
            ))
        });
        match answer {
            Ok(json) => {
                self.send(b"{\"ok\":").await?;
                self.send(json.trim_ascii_end()).await?;
                self.send(b"}\n").await
            }
            Err(error) => self.error(&error).await,
        }
    }

    pub(super) async fn line(&mut self, line: &Line<impl serde::Serialize>) -> io::Result<()> {
        let bytes = encode(line).map_err(io::Error::other)?;
        self.send(&bytes).await
    }

    pub(super) async fn error(&mut self, error: &Error) -> io::Result<()> {
        if std::error::Error::source(error).is_some() {
            tracing::debug!(cause = error.chain(), "a command failed");
        }
        self.line(&Line::<()>::Error(Fault::from(error))).await
    }
}
