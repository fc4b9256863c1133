//! One GET over TLS, and nothing that a web browser would do besides: no redirect is followed, nothing is kept, nothing
//! tells one that asks from another. And one [`Call`] of any kind to a server that the household named itself.
//!
//! Left to others: which addresses may be asked ([`is_public`] says what a stranger may name), and what the answer means.

mod address;
mod call;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use address::is_public;
pub use call::{Call, Reply};

use crate::error::{Error, ErrorKind, Result};

/// Where HTTPS is.
pub const PORT: u16 = 443;
/// Addresses that are tried.
const TRIES: usize = 3;
/// How long one address may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most bytes of a response's head.
const HEAD_BYTES: usize = 16 * 1024;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The host, which the certificate has to name.
    pub host: &'a str,
    /// The host as it stands in the request, with a port if it is another one.
    pub authority: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// What this program calls itself.
    pub agent: &'a str,
    /// What is understood.
    pub accept: &'static str,
    /// Under which conditions an answer is wanted.
    pub conditions: &'a [(HeaderName, HeaderValue)],
    /// Most bytes of an answer.
    pub most: usize,
}

/// What came back, whole.
#[derive(Debug)]
pub struct Answer {
    /// How it went.
    pub status: StatusCode,
    /// What else was said.
    pub headers: HeaderMap,
    /// The file.
    pub body: Bytes,
}

/// Asks the first of a host's addresses that lets itself be connected to.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if there is no answer, or none within the bounds.
pub async fn get(
    question: &Question<'_>,
    addresses: &[IpAddr],
    port: u16,
    authorities: RootCertStore,
) -> Result<Answer> {
    let mut failed = broken("the server has no public address");
    for address in addresses.iter().take(TRIES) {
        let connected = timeout(PATIENCE, TcpStream::connect((*address, port))).await;
        match connected {
            Ok(Ok(stream)) => return get_over(question, stream, authorities).await,
            Ok(Err(error)) => failed = Error::io("the server cannot be connected to", error),
            Err(_) => failed = broken("the server does not answer"),
        }
    }
    Err(failed)
}

/// The certificate authorities that this machine trusts, as they are now.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if there are none.
pub fn authorities_of_this_machine() -> Result<RootCertStore> {
    let mut authorities = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    authorities.add_parsable_certificates(found.certs);
    if authorities.is_empty() {
        let message = "this machine trusts no certificate authority: install ca-certificates";
        return Err(Error::new(ErrorKind::Unavailable, message));
    }
    Ok(authorities)
}

/// Turns a connection to a server of the household into an encrypted one, if the server shows a certificate for `host`, a name
/// or an address, that this machine trusts.
///
/// # Errors
/// [`ErrorKind::Unavailable`] if it does not.
pub async fn encrypted(stream: TcpStream, host: &str) -> Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let name = name.map_err(|e| broken("the server cannot have a certificate").because(e))?;
    let connector = TlsConnector::from(Arc::new(tls(authorities_of_this_machine()?)?));
    let stream = connector.connect(name, stream).await;
    stream.map_err(|e| broken("the server has no good certificate").because(e))
}

async fn get_over(
    question: &Question<'_>,
    stream: TcpStream,
    authorities: RootCertStore,
) -> Result<Answer> {
    let name = ServerName::try_from(question.host.to_owned());
    let name = name.map_err(|e| broken("the server cannot have a certificate").because(e))?;
    let connector = TlsConnector::from(Arc::new(tls(authorities)?));
    let stream = connector.connect(name, stream).await;
    let stream = stream.map_err(|e| Error::io("the server has no good certificate", e))?;
    let failed = |e: hyper::Error| broken("the server does not speak HTTP").because(e);
    let connection = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream));
    let (mut sender, connection) = connection.await.map_err(failed)?;
    let mut request = hyper::Request::get(question.path)
        .header(HOST, question.authority)
        .header(USER_AGENT, question.agent)
        .header(ACCEPT, question.accept)
        .header(CONNECTION, "close");
    for (name, value) in question.conditions {
        request = request.header(name, value);
    }
    let request = request.body(Empty::<Bytes>::new());
    let request = request.map_err(|e| broken("the request cannot be made").because(e))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, question.most).collect().await;
        let body = body.map_err(|e| broken("the file is cut off or too long").because(e))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        })
    };
    tokio::pin!(exchange);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection has read all that it will.
        _ended = connection => exchange.await,
    }
}

fn tls(authorities: RootCertStore) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|e| broken("TLS cannot be set up").because(e))?;
    let mut config = config
        .with_root_certificates(authorities)
        .with_no_client_auth();
    // Nothing by which one that comes again could be told from another.
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Unavailable, what)
}
