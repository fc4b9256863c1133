//! One GET over TLS, and nothing that a web browser would do besides.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use streetlamp_proto::publisher::Domain;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::listing::{FILE_BYTES, PATH};
use crate::error::{Error, ErrorKind, Result};

/// Where HTTPS is.
pub(super) const PORT: u16 = 443;
/// Addresses that are tried.
const TRIES: usize = 3;
/// How long one address may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most bytes of a response's head.
const HEAD_BYTES: usize = 16 * 1024;
/// What every home calls itself: nothing that tells one from another.
const AGENT: &str = "streetlamp";

/// Gets the file of a domain from the first of its addresses that lets itself be connected to.
pub(super) async fn get(
    domain: &Domain,
    addresses: &[IpAddr],
    port: u16,
    authorities: RootCertStore,
) -> Result<Bytes> {
    let mut failed = broken("the domain has no public address");
    for address in addresses.iter().take(TRIES) {
        let connected = timeout(PATIENCE, TcpStream::connect((*address, port))).await;
        match connected {
            Ok(Ok(stream)) => return get_over(domain, stream, authorities).await,
            Ok(Err(error)) => failed = Error::io("the domain cannot be connected to", error),
            Err(_) => failed = broken("the domain does not answer"),
        }
    }
    Err(failed)
}

async fn get_over(domain: &Domain, stream: TcpStream, authorities: RootCertStore) -> Result<Bytes> {
    let name = ServerName::try_from(domain.as_str().to_owned());
    let name = name.map_err(|e| broken("the domain cannot have a certificate").because(e))?;
    let connector = TlsConnector::from(Arc::new(tls(authorities)?));
    let stream = connector.connect(name, stream).await;
    let stream = stream.map_err(|e| Error::io("the domain has no good certificate", e))?;
    let failed = |e: hyper::Error| broken("the domain does not speak HTTP").because(e);
    let connection = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream));
    let (mut sender, connection) = connection.await.map_err(failed)?;
    let request = Request::get(PATH)
        .header(HOST, domain.as_str())
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "application/json")
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new());
    let request = request.map_err(|e| broken("the request cannot be made").because(e))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            let message = format!("the domain answers {}", response.status());
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let body = Limited::new(response.into_body(), FILE_BYTES)
            .collect()
            .await;
        let body = body.map_err(|e| broken("the file is cut off or too long").because(e))?;
        Ok(body.to_bytes())
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
    // Nothing by which a home that comes again could be told from another.
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Unavailable, what)
}
