//! The page behind another program of this machine that serves it further, as Home Assistant does with its apps (ingress).
//!
//! Off unless `run` is told where to listen and which one address may come. That one is believed what it says of its own visitors:
//! under which host and path they see the page, and whether their connection is encrypted; without encryption nothing is
//! shown. It is believed nothing else: visitors sign in as from the network (`lan`), with passphrase and code. What the proxy
//! says of who they are is not read. Left out: encryption on the way to the proxy, which is a network inside this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{HOST, HeaderMap, HeaderName};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::door::{BREATH, CONNECTIONS, Door, converse};
use super::site::Site;
use crate::error::{Error, ErrorKind, Result};
use crate::node::is_near;

/// Under which host a visitor sees the page.
const VISITED: HeaderName = HeaderName::from_static("x-forwarded-host");
/// How a visitor is connected.
const BY: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Under which path a visitor sees the page.
const UNDER: HeaderName = HeaderName::from_static("x-ingress-path");
/// Longest path in bytes.
const LONGEST: usize = 256;

/// Where the proxy comes to.
#[derive(Debug)]
pub(super) struct Behind {
    listener: std::net::TcpListener,
    proxy: IpAddr,
}

impl Behind {
    /// Listens at `at` for `proxy`, and for nobody else.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for addresses that are not of this machine's own networks, or any address; if `at` is in use.
    pub(super) async fn bind(at: SocketAddr, proxy: IpAddr) -> Result<Self> {
        if !is_near(at.ip()) || !is_near(proxy) {
            let message = format!(
                "the page cannot be at {at} for {proxy}: nothing is encrypted between them, so that both must be addresses of this machine's own networks"
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let failed = |e| Error::io(format_args!("the page cannot listen at {at}"), e);
        let listener = TcpListener::bind(at).await.map_err(failed)?;
        Ok(Self {
            listener: listener.into_std().map_err(failed)?,
            proxy,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the listener fails.
    pub(super) fn at(&self) -> Result<SocketAddr> {
        let failed = |e| {
            Error::io(
                "cannot tell where the page listens behind another program",
                e,
            )
        };
        self.listener.local_addr().map_err(failed)
    }

    /// Takes connections until `closing`; then all of them end.
    ///
    /// # Errors
    /// If the listener fails.
    pub(super) async fn serve(self, pages: Router, closing: CancellationToken) -> Result<()> {
        let at = self.at()?;
        let listener = TcpListener::from_std(self.listener);
        let listener =
            listener.map_err(|e| Error::io("the page lost its port behind another program", e))?;
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = closing.cancelled() => return Ok(()),
                Some(_ended) = connections.join_next() => continue,
                accepted = listener.accept(), if connections.len() < CONNECTIONS => accepted,
            };
            let Ok((stream, peer)) = accepted else {
                sleep(BREATH).await;
                continue;
            };
            let proxy = self.proxy;
            if peer.ip().to_canonical() == proxy {
                let door = move |headers: &mut HeaderMap| door(headers, at, proxy);
                connections.spawn(converse(stream, pages.clone(), door));
            }
        }
    }
}

/// What a visitor may see, by the proxy's word. From here on the request is one to the host that the visitor sees.
fn door(headers: &mut HeaderMap, at: SocketAddr, proxy: IpAddr) -> Door {
    let visited = single(headers, &VISITED)
        .or_else(|| single(headers, &HOST))
        .cloned();
    if let Some(visited) = &visited {
        headers.insert(HOST, visited.clone());
    }
    let visited = visited.and_then(|host| host.to_str().ok().map(str::to_owned));
    let under = single(headers, &UNDER).and_then(|path| path.to_str().ok());
    Door {
        site: Arc::new(Site::behind(at, visited)),
        from: proxy,
        under: Some(under.filter(|path| is_path(path)).unwrap_or("/").into()),
        encrypted: single(headers, &BY).is_some_and(|by| by == "https"),
    }
}

/// Whether this is a path that a cookie may be kept to.
fn is_path(path: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    path.starts_with('/') && path.len() <= LONGEST && path.bytes().all(fits)
}

/// A header that stands just once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
