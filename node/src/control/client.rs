//! The command line's half. It waits in place: a command has nothing else to do.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::protocol::{FilmStart, Line, Progress, Request, encode};
use super::server::SOCKET;
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;

/// How long a node may be silent while it answers a short command: longer than it gives itself.
const SHORT_PATIENCE: Duration = Duration::from_secs(90);

/// Bytes of a film that are taken at a time.
const PIECE: usize = 64 * 1024;

/// A connection to the running node, good for one request.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<UnixStream>,
}

/// Reaches the node that runs from a home.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if none runs.
pub fn connect(home: &Home) -> Result<Connection> {
    connect_at(home.dir(), "streetlamp run")
}

/// Reaches the node that runs from a directory; `start` is what starts it.
pub(crate) fn connect_at(dir: &Path, start: &str) -> Result<Connection> {
    let path = dir.join(SOCKET);
    let stream = UnixStream::connect(&path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Error::new(
            ErrorKind::Unavailable,
            format!(
                "no node is running in {}: start it with '{start}'",
                dir.display()
            ),
        ),
        _ => Error::io(
            format!("the node in {} cannot be reached", dir.display()),
            e,
        ),
    })?;
    Ok(Connection {
        stream: BufReader::new(stream),
    })
}

impl Connection {
    /// Asks for something short.
    ///
    /// # Errors
    /// The node's refusal, or a broken connection.
    pub fn ask<T: DeserializeOwned>(mut self, request: &impl Serialize) -> Result<T> {
        let patience = self.stream.get_ref().set_read_timeout(Some(SHORT_PATIENCE));
        patience.map_err(broken)?;
        self.say(request)?;
        self.hear(|_| {})
    }

    /// Asks for something that takes its time, and is told how far it is.
    ///
    /// # Errors
    /// As [`Connection::ask`].
    pub fn work<T: DeserializeOwned>(
        mut self,
        request: &Request,
        progress: impl FnMut(Progress),
    ) -> Result<T> {
        self.say(request)?;
        self.hear(progress)
    }

    /// Asks for a film. `piece` gets its bytes in order, each time with what was said at the start.
    ///
    /// # Errors
    /// As [`Connection::ask`], and whatever `piece` says. Only after `Ok` are the bytes known to be whole.
    pub fn film(
        mut self,
        request: &Request,
        mut piece: impl FnMut(&FilmStart, &[u8]) -> Result<()>,
    ) -> Result<FilmStart> {
        self.say(request)?;
        let start: FilmStart = self.hear(|_| {})?;
        let mut buffer = Zeroizing::new(vec![0; PIECE]);
        let mut left = start.len;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let got = match self.stream.read(buffer.get_mut(..room).unwrap_or_default()) {
                Ok(0) => return Err(gone()),
                Ok(got) => got,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(broken(e)),
            };
            piece(&start, buffer.get(..got).unwrap_or_default())?;
            left = left.saturating_sub(u64::try_from(got).unwrap_or(left));
        }
        self.hear::<()>(|_| {})?;
        Ok(start)
    }

    fn say(&mut self, request: &impl Serialize) -> Result<()> {
        self.stream
            .get_mut()
            .write_all(&encode(request)?)
            .map_err(broken)
    }

    fn hear<T: DeserializeOwned>(&mut self, mut progress: impl FnMut(Progress)) -> Result<T> {
        loop {
            let mut line = Vec::new();
            self.stream.read_until(b'\n', &mut line).map_err(broken)?;
            if line.last() != Some(&b'\n') {
                return Err(gone());
            }
            match serde_json::from_slice(&line) {
                Ok(Line::Progress(now)) => progress(now),
                Ok(Line::Ok(answer)) => return Ok(answer),
                Ok(Line::Error(fault)) => return Err(fault.into()),
                Err(e) => {
                    let message = "the node's answer was not understood: is it of another version? Restart it";
                    return Err(Error::new(ErrorKind::Internal, message).because(e));
                }
            }
        }
    }
}

fn gone() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the node stopped before it had answered: look at 'streetlamp doctor'",
    )
}

fn broken(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::new(
            ErrorKind::Unavailable,
            "the node does not answer: look at 'streetlamp doctor'",
        ),
        _ => Error::new(ErrorKind::Unavailable, "the connection to the node broke").because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client makes of a node that says exactly this.
    fn film(said: &[u8]) -> Result<Vec<u8>> {
        let (client, mut node) = UnixStream::pair().unwrap();
        node.write_all(said).unwrap();
        node.shutdown(std::net::Shutdown::Write).unwrap();
        let mut bytes = Vec::new();
        let connection = Connection {
            stream: BufReader::new(client),
        };
        connection.film(
            &Request::ClipOpen {
                clip: "0123456789".to_owned(),
            },
            |_, piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            },
        )?;
        Ok(bytes)
    }

    #[test]
    fn a_film_is_whole_only_when_the_node_says_so_after_it() {
        let start = b"{\"ok\":{\"len\":4,\"ledger_seq\":1}}\n";
        assert_eq!(
            film(&[&start[..], b"film{\"ok\":null}\n"].concat()).unwrap(),
            b"film"
        );
        let failed = film(
            &[
                &start[..],
                b"fi\0\0{\"error\":{\"kind\":\"data-loss\",\"message\":\"damaged\"}}\n",
            ]
            .concat(),
        );
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::DataLoss);
        for cut in [&b"fil"[..], b"film", b"film{\"ok\":nu"] {
            assert_eq!(
                film(&[&start[..], cut].concat()).unwrap_err().kind(),
                ErrorKind::Unavailable
            );
        }
    }

    #[test]
    fn a_refusal_comes_instead_of_a_film() {
        let refused =
            film(b"{\"error\":{\"kind\":\"denied\",\"message\":\"locked\"}}\n").unwrap_err();
        assert_eq!(
            (refused.kind(), refused.to_string()),
            (ErrorKind::Denied, "locked".to_owned())
        );
    }
}
