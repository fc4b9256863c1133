//! One request to an address that somebody judged, over TLS or in the clear; its answer comes in pieces.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use super::{HEAD_BYTES, broken, encrypted};
use crate::error::{Error, ErrorKind, Result};

/// How long a server may take to be connected to, to begin its answer, and between two pieces of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked of a server.
#[derive(Debug)]
pub struct Call<'a> {
    /// How.
    pub method: Method,
    /// What: `http` or `https`, with the name that the certificate has to show.
    pub url: &'a Url,
    /// Where: an address that was judged.
    pub address: SocketAddr,
    /// What is said besides.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is sent.
    pub body: Bytes,
}

/// What came back so far: the body is still to be read.
#[derive(Debug)]
pub struct Reply {
    /// How it went. A redirect is an answer like any other, and followed by nobody.
    pub status: StatusCode,
    /// What else was said.
    pub headers: HeaderMap,
    body: Incoming,
    /// Ends with the reply.
    _connection: JoinSet<()>,
}

impl Call<'_> {
    /// Asks.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if there is no answer.
    pub async fn send(self) -> Result<Reply> {
        timeout(PATIENCE, self.exchange())
            .await
            .map_err(|_| broken("the server does not answer"))?
    }

    async fn exchange(self) -> Result<Reply> {
        let stream = TcpStream::connect(self.address).await;
        let refused =
            |e| Error::new(ErrorKind::Unavailable, "the server cannot be connected to").because(e);
        let stream = stream.map_err(refused)?;
        if self.url.scheme() != "https" {
            return self.over(stream).await;
        }
        let host = self.url.host_str().unwrap_or_default();
        let stream = encrypted(stream, host).await?;
        self.over(stream).await
    }

    async fn over(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Reply> {
        let failed = |e: hyper::Error| broken("the server does not speak HTTP").because(e);
        let connection = http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream));
        let (mut sender, connection) = connection.await.map_err(failed)?;
        let mut running = JoinSet::new();
        running.spawn(async move {
            // What fails here is told to whoever reads the answer.
            let _told = connection.await;
        });
        let path = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let host = self.url.host_str().unwrap_or_default();
        let authority = match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let mut request = hyper::Request::builder()
            .method(self.method)
            .uri(path)
            .header(HOST, authority)
            .header(USER_AGENT, "streetlamp")
            .header(CONNECTION, "close");
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.body));
        let request = request.map_err(|e| broken("the request cannot be made").because(e))?;
        let (head, body) = sender
            .send_request(request)
            .await
            .map_err(failed)?
            .into_parts();
        Ok(Reply {
            status: head.status,
            headers: head.headers,
            body,
            _connection: running,
        })
    }
}

impl Reply {
    /// The next piece of the body; nothing at its end.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it breaks off, or nothing comes for half a minute.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let frame = timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.map_err(|_| broken("the server fell silent"))?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(broken("the answer broke off").because(error)),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }

    /// All of the body, of at most so many bytes.
    ///
    /// # Errors
    /// As [`Reply::next`], and if it is longer.
    pub async fn whole(mut self, most: usize) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.next().await? {
            if whole.len() + bytes.len() > most {
                return Err(broken("the answer is too long"));
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }
}
