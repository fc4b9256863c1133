//! The page's door to the house's network: shut unless the resident asks, and then with TLS and a second factor only.
//!
//! Which hosts are ours there travels with each request as a [`Door`], and that its sessions began with passphrase and
//! code. Connections come from private addresses and to private
//! addresses, or are dropped unheard, so that a machine that is also in the public internet does not show the page there.
//!
//! `certificate` is what the door shows, `patience` slows guesses down, `sign_in` asks who is there, `page` has the
//! resident open and shut it, which is done on the machine itself. Left out: addresses of the public internet, names other
//! than the machine's own under `.local`, and HTTP/2.

mod certificate;
mod page;
mod patience;
mod sign_in;

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

pub(super) use self::page::{act, show};
pub(super) use self::patience::Patience;
pub(super) use self::sign_in::{enter, show as show_sign_in};

use self::certificate::Certificate;
use super::door::{BREATH, CONNECTIONS, Door, PATIENCE, converse};
use super::gate::Gate;
use super::site::Site;
use crate::error::{Error, ErrorKind, Result};
use crate::node::{Asked, DoorState, NodeHandle, is_near};

/// Connections of one address at the same time: a browser opens six, each of its open pages one of them.
const OF_ONE: usize = 32;
/// When it is tried again to open a door that could not be opened.
const AGAIN: Duration = Duration::from_secs(30);

/// Opens the door when it is asked for and there is a second factor, and shuts it when not, until `closing`.
pub(super) async fn keep(
    gate: Arc<Gate>,
    handle: NodeHandle,
    pages: Router,
    closing: CancellationToken,
) {
    let mut asked = handle.lan_asked();
    let mut round = asked.borrow().round;
    loop {
        let now = asked.borrow_and_update().clone();
        if now.at.is_none() || !now.has_factor || now.round != round {
            gate.sessions.end_from_network();
        }
        round = now.round;
        let ended = async {
            tokio::select! {
                () = closing.cancelled() => {}
                () = changed(&mut asked, &now) => {}
            }
        };
        match (now.at, now.has_factor) {
            (Some(at), true) => {
                let opened = open(&handle, at).await;
                match opened {
                    Ok((listener, certificate)) => {
                        serve(listener, &certificate, pages.clone(), ended).await;
                    }
                    Err(error) => {
                        tracing::warn!(
                            error = error.chain(),
                            "the page is not open to the network"
                        );
                        handle.lan_is(DoorState::Failed(error.to_string()));
                        let _whatever_is_first = timeout(AGAIN, ended).await;
                    }
                }
            }
            (Some(_), false) => {
                handle.lan_is(DoorState::WaitsForFactor);
                ended.await;
            }
            (None, _) => {
                handle.lan_is(DoorState::Shut);
                ended.await;
            }
        }
        if closing.is_cancelled() {
            return;
        }
    }
}

/// Waits until something else is asked for.
async fn changed(asked: &mut watch::Receiver<Asked>, before: &Asked) {
    while asked.changed().await.is_ok() {
        if *asked.borrow() != *before {
            return;
        }
    }
    std::future::pending::<()>().await;
}

async fn open(handle: &NodeHandle, at: SocketAddr) -> Result<(TcpListener, Certificate)> {
    let certificate = Certificate::of(handle.home().dir(), &names())?;
    handle.lan_shows(certificate.fingerprint.clone());
    let listener = TcpListener::bind(at).await.map_err(|e| {
        if e.kind() == std::io::ErrorKind::AddrInUse {
            let port = at.port();
            let message =
                format!("port {port} is in use: choose another one for the page on the network");
            return Error::new(ErrorKind::Conflict, message).because(e);
        }
        Error::io(format_args!("the page cannot be opened at {at}"), e)
    })?;
    let at = listener
        .local_addr()
        .map_err(|e| Error::io("cannot tell where the page is open", e))?;
    handle.lan_is(DoorState::Open { urls: urls(at) });
    Ok((listener, certificate))
}

/// Where residents find a page that is open at this address.
fn urls(at: SocketAddr) -> Vec<String> {
    let mut hosts: Vec<_> = match at.ip().is_unspecified() {
        // Which of its addresses the machine would use: nothing is sent.
        true => UdpSocket::bind((at.ip(), 0))
            .and_then(|socket| socket.connect(("10.255.255.255", 9)).map(|()| socket))
            .and_then(|socket| socket.local_addr())
            .map(|local| local.ip())
            .ok()
            .into_iter()
            .collect(),
        false => vec![at.ip()],
    };
    hosts.retain(|host| is_near(*host) && !host.is_unspecified());
    let port = at.port();
    let mut urls: Vec<_> = hosts
        .into_iter()
        .map(|host| format!("https://{}", SocketAddr::new(host, port)))
        .collect();
    if !at.ip().is_loopback() {
        urls.extend(
            names()
                .into_iter()
                .map(|name| format!("https://{name}:{port}")),
        );
    }
    urls
}

/// The name under which multicast DNS knows this machine, if it has one.
fn names() -> Vec<String> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim().split('.').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let fits = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let good = (1..=63).contains(&host.len()) && host != "localhost" && host.bytes().all(fits);
    good.then(|| format!("{host}.local")).into_iter().collect()
}

/// Takes connections until `end`; then all of them end.
async fn serve(
    listener: TcpListener,
    certificate: &Certificate,
    pages: Router,
    end: impl Future<Output = ()>,
) {
    let acceptor = TlsAcceptor::from(Arc::clone(&certificate.config));
    let sources = Arc::new(Sources::default());
    let names = names();
    let mut connections = JoinSet::new();
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            () = &mut end => return,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < CONNECTIONS => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            sleep(BREATH).await;
            continue;
        };
        let Some(door) = door(&stream, peer, &names) else {
            continue;
        };
        let Some(place) = Sources::place(&sources, door.from) else {
            continue;
        };
        let (acceptor, pages) = (acceptor.clone(), pages.clone());
        connections.spawn(async move {
            admit(acceptor, stream, pages, door).await;
            drop(place);
        });
    }
}

/// What this connection may see; nothing if it comes from or goes to another network than the house's.
fn door(stream: &TcpStream, peer: SocketAddr, names: &[String]) -> Option<Door> {
    let local = stream.local_addr().ok()?;
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    let from = peer.ip().to_canonical();
    (is_near(local.ip()) && is_near(from)).then(|| Door {
        site: Arc::new(Site::over_tls(local, names)),
        from,
        under: None,
        encrypted: true,
    })
}

/// Speaks over TLS to one browser.
async fn admit(acceptor: TlsAcceptor, stream: TcpStream, pages: Router, door: Door) {
    if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
        converse(stream, pages, |_| door.clone()).await;
    }
}

/// How many connections each address has.
#[derive(Debug, Default)]
struct Sources(Mutex<BTreeMap<IpAddr, usize>>);

/// One of them.
struct Place(Arc<Sources>, IpAddr);

impl Sources {
    fn place(this: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let mut sources = this.0.lock().unwrap_or_else(PoisonError::into_inner);
        let many = sources.entry(from).or_default();
        if *many >= OF_ONE {
            return None;
        }
        *many += 1;
        Some(Place(Arc::clone(this), from))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sources = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(many) = sources.get_mut(&self.1) {
            *many -= 1;
            if *many == 0 {
                sources.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests;
