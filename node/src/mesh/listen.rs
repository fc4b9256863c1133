//! Where a node listens, and which of its addresses it tells.

use std::net::{IpAddr, SocketAddr};

use futures::StreamExt;
use libp2p::multiaddr::Protocol as Part;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm};
use streetlamp_proto::street::Address;

use super::swarm::Mesh;
use crate::error::{Error, ErrorKind, Result};

impl Mesh {
    /// Listens on an address and waits until it is bound. What happens meanwhile is told by [`Mesh::next`]: a neighbour
    /// may be there before the second address is.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the text is no address, [`ErrorKind::Conflict`] if it is in use.
    pub async fn listen(&mut self, address: &str) -> Result<Multiaddr> {
        let (bound, meanwhile) = listen_on(&mut self.swarm, address).await?;
        self.listens_elsewhere();
        for event in meanwhile {
            let early = self.translate(event);
            self.early.extend(early);
        }
        Ok(bound)
    }

    /// Every address that we listen on, the loopback ones last.
    pub fn addresses(&self) -> Vec<Address> {
        // A link-local address means nothing without this machine's name for the link.
        let mut addresses: Vec<_> = self
            .swarm
            .listeners()
            .filter(|address| !is_link_local(address))
            .collect();
        addresses.sort_by_key(|address| is_loopback(address));
        addresses
            .into_iter()
            .filter_map(|a| Address::parse(&a.to_string()).ok())
            .collect()
    }
}

/// Listens on an address, whatever is spoken over it, and waits until it is bound. Gives what happened meanwhile, too.
pub(super) async fn listen_on<B: NetworkBehaviour>(
    swarm: &mut Swarm<B>,
    address: &str,
) -> Result<(Multiaddr, Vec<SwarmEvent<B::ToSwarm>>)> {
    let mut meanwhile = Vec::new();
    let parsed: Multiaddr = address.parse().map_err(|e: libp2p::multiaddr::Error| {
        let message = format!(
            "'{address}' is not an address to listen on; one looks like /ip4/0.0.0.0/tcp/4001"
        );
        Error::new(ErrorKind::Invalid, message).because(e)
    })?;
    let failed = |text: &str, e: Box<dyn std::error::Error + Send + Sync>| {
        let cause = root_io(&*e);
        let (kind, hint) = match cause {
            Some(std::io::ErrorKind::AddrInUse) => (
                ErrorKind::Conflict,
                "the port is in use by another program: choose another with --listen",
            ),
            Some(std::io::ErrorKind::PermissionDenied) => (
                ErrorKind::Denied,
                "ports below 1024 need special rights: choose another with --listen",
            ),
            _ => (ErrorKind::Invalid, "choose another with --listen"),
        };
        Error::new(kind, format!("cannot listen on {text}; {hint}")).because(e)
    };
    if let Some(socket) = tcp_socket(&parsed) {
        // libp2p shares its TCP ports (SO_REUSEPORT), so that two programs of one user would get each other's
        // visitors without noticing. A plain socket does not share: it tells whether the port is free.
        std::net::TcpListener::bind(socket).map_err(|e| failed(address, e.into()))?;
    }
    let listener = swarm
        .listen_on(parsed)
        .map_err(|e| failed(address, e.into()))?;
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } if listener_id == listener => {
                return Ok((address, meanwhile));
            }
            SwarmEvent::ListenerClosed {
                listener_id,
                reason: Err(e),
                ..
            } if listener_id == listener => {
                return Err(failed(address, e.into()));
            }
            other => meanwhile.push(other),
        }
    }
}

/// The socket of a TCP address with a port of its own.
fn tcp_socket(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Part::Ip4(ip) => IpAddr::V4(ip),
        Part::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Part::Tcp(port) if port != 0 => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

fn is_loopback(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_loopback(),
        Part::Ip6(ip) => ip.is_loopback(),
        _ => false,
    })
}

fn is_link_local(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_link_local(),
        Part::Ip6(ip) => ip.is_unicast_link_local(),
        _ => false,
    })
}

/// The IO error at the root of a transport error, which libp2p wraps several times.
fn root_io(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut cause = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            found = Some(io.kind());
        }
        cause = error.source();
    }
    found
}
