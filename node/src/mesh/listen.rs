//! Where a node listens, and which of its addresses it tells.

use std::net::{IpAddr, SocketAddr};

use futures::StreamExt;
use libp2p::multiaddr::Protocol as Part;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm};
use socket2::{Domain, Socket, Type};
use streetlamp_proto::street::Address;

use super::peers::without_peer;
use super::reach;
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

    /// Where we can be reached, as the street is told it: the best first.
    pub fn addresses(&self) -> Vec<Address> {
        let external = self.swarm.external_addresses().cloned().collect();
        let listeners = self.swarm.listeners().cloned();
        let told = reach::told(external, listeners.map(without_peer).collect());
        let told = told.into_iter();
        told.filter_map(|a| Address::parse(&a.to_string()).ok())
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
        is_free(socket).map_err(|e| failed(address, e.into()))?;
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

/// Whether a TCP port is free: of IPv6 alone for an IPv6 address, as libp2p takes it, or the same port of IPv4 would be
/// in the way.
fn is_free(address: SocketAddr) -> std::io::Result<()> {
    let probe = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        probe.set_only_v6(true)?;
    }
    probe.set_reuse_address(true)?;
    probe.bind(&address.into())?;
    probe.listen(1)
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
