//! Devices and peers: a device's Ed25519 key is its key on the mesh.

use libp2p::identity::{Keypair, PublicKey, ed25519};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::signed::PublicKey as StrictKey;
use streetlamp_proto::street::{Address, Door};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// The multihash code of an identity hash: the peer id of an Ed25519 key holds the key itself (libp2p peer-ids spec).
const IDENTITY_HASH: u64 = 0;
/// What a peer id has before an Ed25519 key: the code and length of that hash, and the key's kind and length as a protocol
/// buffer (the same spec).
const PEER: [u8; 6] = [0, 36, 0x08, 0x01, 0x12, 32];

/// The mesh's form of a device's signing key.
pub(super) fn keypair(device: &ed25519_dalek::SigningKey) -> Result<Keypair> {
    let mut secret = Zeroizing::new(device.to_bytes());
    let secret = ed25519::SecretKey::try_from_bytes(&mut *secret).map_err(|e| {
        Error::new(ErrorKind::Internal, "the device key does not fit the mesh").because(e)
    })?;
    Ok(Keypair::from(ed25519::Keypair::from(secret)))
}

/// The peer id of a device. Not looked at here, as it is asked for with each dial and takes long: whether it is the id of a
/// key at all. Nobody proves to be a peer without one.
pub fn peer_of(device: DeviceId) -> Option<PeerId> {
    PeerId::from_bytes(&[PEER.as_slice(), device.as_bytes()].concat()).ok()
}

/// The device of a peer; nothing for other kinds of keys and for weak ones, which libp2p itself would accept.
pub(super) fn device_of(peer: PeerId) -> Option<DeviceId> {
    if peer.as_ref().code() != IDENTITY_HASH {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(peer.as_ref().digest())
        .ok()?
        .try_into_ed25519()
        .ok()?;
    let key = StrictKey::checked(key.to_bytes()).ok()?;
    Some(DeviceId::from_bytes(*key.as_bytes()))
}

/// A home at an address that ends with its peer id, as a node prints it.
///
/// # Errors
/// [`ErrorKind::Invalid`] if it is no such address.
pub fn door(address: &str) -> Result<Door> {
    let invalid = |why: &str| Error::new(ErrorKind::Invalid, why);
    let whole: Multiaddr = address.trim().parse().map_err(|e| {
        invalid("this is no address of a node; one looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3…")
            .because(e)
    })?;
    let Some(Protocol::P2p(peer)) = whole.iter().last() else {
        return Err(invalid(
            "the address must end with /p2p/ and the peer id of that node, as its 'streetlamp status' shows it",
        ));
    };
    let device =
        device_of(peer).ok_or_else(|| invalid("the peer id in the address is not of a home"))?;
    let address = Address::parse(&without_peer(whole).to_string());
    let address = address.map_err(|e| invalid("the address is too long").because(e))?;
    Ok(Door {
        device,
        addresses: vec![address],
    })
}

/// An address without the peer id at its end.
pub(super) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        address.pop();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_is_the_one_that_libp2p_makes_of_the_same_key() {
        for n in 0..50 {
            let key = ed25519_dalek::SigningKey::from_bytes(&[n; 32]);
            let device = DeviceId::from_bytes(key.verifying_key().to_bytes());
            let theirs = keypair(&key).unwrap().public().to_peer_id();
            assert_eq!(peer_of(device), Some(theirs));
            assert_eq!(device_of(theirs), Some(device));
        }
    }
}
