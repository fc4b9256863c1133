//! A port that the router opens by PCP (RFC 6887) or NAT-PMP (RFC 6886).
//!
//! libp2p asks by UPnP; many routers speak only the one or the other. The gateway is looked up in the kernel's table of
//! routes, which is a file on Linux; elsewhere only UPnP is asked. What a router opened is closed by itself when nobody
//! asks again, so nothing is taken back in the end. A router that has no public address opens nothing of use.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::{GATEWAY_PORT, InternetProtocol, PortMappingOptions, PortMappingType};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::place::{ip_of, is_relayed};
use crate::https::is_public;

/// For how long a port is asked for. A router that started anew has forgotten it, and is asked after half of that.
const LEASE: Duration = Duration::from_secs(20 * 60);
/// Ports that are asked for at most: TCP and QUIC, and room.
const PORTS: usize = 4;

/// Ports that the router was asked for, and a task that asks again.
#[derive(Debug)]
pub(super) struct Ports {
    wanted: watch::Sender<BTreeSet<Multiaddr>>,
    opened: watch::Receiver<BTreeSet<Multiaddr>>,
    _task: AbortOnDropHandle<()>,
}

impl Ports {
    pub(super) fn ask() -> Self {
        let (wanted, listeners) = watch::channel(BTreeSet::new());
        let (found, opened) = watch::channel(BTreeSet::new());
        let task = tokio::spawn(keep_open(listeners, found));
        Self {
            wanted,
            opened,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// On what this home listens now. Those of its private IPv4 addresses are asked for.
    pub(super) fn listens_on<'a>(&self, listeners: impl Iterator<Item = &'a Multiaddr>) {
        let inside = |address: &&Multiaddr| match ip_of(address) {
            Some(IpAddr::V4(ip)) => !is_public(ip.into()) && !ip.is_loopback(),
            _ => false,
        };
        let wanted = listeners.filter(inside).filter(|a| !is_relayed(a));
        let wanted: BTreeSet<_> = wanted.take(PORTS).cloned().collect();
        self.wanted.send_if_modified(|held| {
            let differs = *held != wanted;
            *held = wanted;
            differs
        });
    }

    /// Where this home is reached by ports that the router holds open.
    pub(super) fn opened(&self) -> BTreeSet<Multiaddr> {
        self.opened.borrow().clone()
    }
}

/// Asks when something else is listened on, and before what was opened closes.
async fn keep_open(
    mut listeners: watch::Receiver<BTreeSet<Multiaddr>>,
    found: watch::Sender<BTreeSet<Multiaddr>>,
) {
    loop {
        let wanted = listeners.borrow_and_update().clone();
        let mut opened = BTreeSet::new();
        if let Some((gateway, own)) = gateway() {
            for listener in &wanted {
                opened.extend(open(gateway, own, listener).await);
            }
        }
        found.send_replace(opened);
        tokio::select! {
            changed = listeners.changed() => if changed.is_err() { return },
            () = sleep(LEASE / 2) => {}
        }
    }
}

/// Has the router open the port of a listener. Gives where that is.
async fn open(gateway: Ipv4Addr, own: Ipv4Addr, listener: &Multiaddr) -> Option<Multiaddr> {
    let (protocol, port) = listener.iter().find_map(|part| match part {
        Protocol::Tcp(port) => Some((InternetProtocol::Tcp, port)),
        Protocol::Udp(port) => Some((InternetProtocol::Udp, port)),
        _ => None,
    })?;
    let port = NonZeroU16::new(port)?;
    let options = PortMappingOptions {
        external_port: Some(port),
        lifetime_seconds: u32::try_from(LEASE.as_secs()).ok(),
        timeout_config: None,
    };
    let mapping = crab_nat::PortMapping::new(gateway.into(), own.into(), protocol, port, options);
    let mapping = match mapping.await {
        Ok(mapping) => mapping,
        Err(error) => {
            tracing::debug!(%gateway, %listener, %error, "the router opens no port");
            return None;
        }
    };
    let outside = match mapping.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => external_ip,
        PortMappingType::NatPmp => {
            let answer = crab_nat::natpmp::external_address(gateway.into(), None).await;
            answer.ok()?.into()
        }
    };
    is_public(outside).then(|| elsewhere(listener, outside, mapping.external_port().get()))
}

/// The same listener as it is seen at another address and port.
fn elsewhere(listener: &Multiaddr, ip: IpAddr, port: u16) -> Multiaddr {
    let parts = listener.iter().map(|part| match part {
        Protocol::Ip4(_) => ip.into(),
        Protocol::Tcp(_) => Protocol::Tcp(port),
        Protocol::Udp(_) => Protocol::Udp(port),
        other => other,
    });
    parts.collect()
}

/// The router to the internet, and this machine's address on the way to it.
fn gateway() -> Option<(Ipv4Addr, Ipv4Addr)> {
    let gateway = default_route(&std::fs::read_to_string("/proc/net/route").ok()?)?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Sends nothing: it asks the kernel which way it would take.
    socket.connect((gateway, GATEWAY_PORT)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(own) if !is_public(gateway.into()) => Some((gateway, own)),
        _ => None,
    }
}

/// The gateway of the default route in Linux's table: lines of interface, destination, gateway, in the machine's own
/// order of bytes (proc(5)).
fn default_route(table: &str) -> Option<Ipv4Addr> {
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (to, gateway) = (fields.next()?, fields.next()?);
        let gateway = u32::from_str_radix(gateway, 16).ok()?;
        (to == "00000000" && gateway != 0).then(|| Ipv4Addr::from(gateway.to_ne_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_router_is_where_the_default_route_leads() {
        let gateway = u32::from_ne_bytes([192, 168, 1, 1]);
        let table = format!(
            "Iface\tDestination\tGateway\tFlags\n\
             lan\t0001A8C0\t00000000\t0001\n\
             lan\t00000000\t{gateway:08X}\t0003\n"
        );
        let router = Ipv4Addr::new(192, 168, 1, 1);
        assert_eq!(default_route(&table), Some(router));
        for broken in [
            "",
            "Iface\n",
            "Iface\nlan 00000000",
            "Iface\nlan 00000000 x",
        ] {
            assert_eq!(default_route(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_listener_is_told_as_it_is_seen_from_outside() {
        let seen = |at: &str| elsewhere(&at.parse().unwrap(), [9, 9, 9, 9].into(), 61000);
        assert_eq!(
            seen("/ip4/192.168.1.2/udp/4001/quic-v1"),
            "/ip4/9.9.9.9/udp/61000/quic-v1".parse().unwrap()
        );
        assert_eq!(
            seen("/ip4/192.168.1.2/tcp/4001"),
            "/ip4/9.9.9.9/tcp/61000".parse().unwrap()
        );
    }
}
