//! A door to the page beside the one of this machine: to the house's network (`lan`), or to another program (`behind`).
//!
//! The pages behind every door are the same, and so is the gate; what differs travels with each request as a [`Door`].
//! Who may come, and what is encrypted, is each door's own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};

use super::site::Site;

/// Connections of one door at the same time.
pub(super) const CONNECTIONS: usize = 256;
/// How long TLS may take to be agreed upon, and the head of a request to come.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// A wait after the system gave no connection, such as for want of descriptors.
pub(super) const BREATH: Duration = Duration::from_millis(100);

/// Through which door a request came, if not from this machine.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// What is ours there.
    pub(super) site: Arc<Site>,
    /// Who knocks.
    pub(super) from: IpAddr,
    /// Under which path the page is seen, if it is within the page of another program (see `behind`).
    pub(super) under: Option<Arc<str>>,
    /// Whether nobody can read along on the way.
    pub(super) encrypted: bool,
}

/// Speaks HTTP/1.1 to whoever came in. `door` tells for each request through which, and may set its head right. What fails
/// is the visitor's business.
pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    pages: Router,
    door: impl Fn(&mut HeaderMap) -> Door,
) {
    let pages = TowerToHyperService::new(pages);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let door = door(request.headers_mut());
        request.extensions_mut().insert(door);
        pages.call(request)
    });
    let _its_business = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
