//! Where a node listens when nobody says: everywhere, at the port of last time, so that neighbours find it again.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use crate::error::{ErrorKind, Result};
use crate::mesh::Mesh;
use crate::store::Store;

/// The setting that remembers the port.
const PORT: &str = "port";

/// Listens on the given addresses, all of which must work; or on every interface by TCP and QUIC.
///
/// # Errors
/// If a given address cannot be listened on, or none at all.
pub(super) async fn listen(mesh: &mut Mesh, store: &Store, given: &[String]) -> Result<()> {
    for address in given {
        mesh.listen(address).await?;
    }
    if !given.is_empty() {
        return Ok(());
    }
    let remembered: u16 = store
        .setting(PORT)?
        .and_then(|port| port.parse().ok())
        .unwrap_or(0);
    let first = match mesh.listen(&format!("/ip4/0.0.0.0/tcp/{remembered}")).await {
        Err(error) if error.kind() == ErrorKind::Conflict && remembered != 0 => {
            tracing::warn!(
                "port {remembered} of last time is in use; neighbours will learn the new one"
            );
            mesh.listen("/ip4/0.0.0.0/tcp/0").await?
        }
        other => other?,
    };
    let port = port_of(&first).unwrap_or(0);
    for more in [
        format!("/ip4/0.0.0.0/udp/{port}/quic-v1"),
        format!("/ip6/::/tcp/{port}"),
        format!("/ip6/::/udp/{port}/quic-v1"),
    ] {
        // TCP over IPv4 works; the others make it better where the machine has them.
        if let Err(error) = mesh.listen(&more).await {
            tracing::info!(error = %error.chain(), "one way to listen is missing");
        }
    }
    store.set(PORT, &port.to_string())
}

fn port_of(address: &Multiaddr) -> Option<u16> {
    address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    })
}
