use ed25519_dalek::SigningKey;
use libp2p::identity::Keypair;

use super::*;
use crate::mesh::{Mesh, Run, Transport, peer_of};

#[tokio::test]
async fn what_a_stranger_said_counts_once_he_is_a_neighbour_and_not_before() {
    let key = |n| SigningKey::from_bytes(&[n; 32]);
    let reach = Reach {
        circuits: true,
        ..Reach::plain()
    };
    let (mut mesh, _) = Mesh::new(&key(1), Transport::Internet, &reach, Run(1)).unwrap();
    let mut ladder = Ladder::new(mesh.peer_id(), &reach, Members::default()).unwrap();
    let device = DeviceId::from_bytes(key(2).verifying_key().to_bytes());
    let relay = peer_of(device).unwrap();
    let at: Multiaddr = "/ip4/9.9.9.9/udp/4001/quic-v1".parse().unwrap();
    let info = identify::Info {
        public_key: Keypair::generate_ed25519().public(),
        protocol_version: String::new(),
        agent_version: String::new(),
        listen_addrs: Vec::new(),
        protocols: vec![relay::HOP_PROTOCOL_NAME],
        observed_addr: "/ip4/8.8.8.8/udp/7/quic-v1".parse().unwrap(),
        signed_peer_record: None,
    };
    let connection = ConnectionId::new_unchecked(1);
    let way = Way::Dialled(at);
    ladder.met(&mut mesh.swarm, relay, connection, &way, &info);
    assert_eq!(ladder.relays.next(Instant::now()), None);
    let household = HouseholdId::from_bytes([2; 32]);
    ladder.knows_members(&mut mesh.swarm, BTreeMap::from([(device, household)]));
    let asked = ladder.relays.next(Instant::now()).map(|(peer, _)| peer);
    assert_eq!(asked, Some(relay));
    assert!(ladder.strangers.is_empty());

    let stranger = PeerId::random();
    ladder.met(&mut mesh.swarm, stranger, connection, &way, &info);
    ladder.closed(stranger, connection, true);
    assert!(ladder.strangers.is_empty(), "it went with its connection");
}
