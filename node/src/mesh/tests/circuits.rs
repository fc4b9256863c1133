//! Three homes and a stranger, over real sockets: one of them relays for the others, and for nobody else.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, ping, relay};
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::street::Address;
use tokio::time::timeout;

use super::super::{Mesh, PeerWay, Reach, Relaying, Run, SealedStreams, Transport, peer_of};

const PATIENCE: Duration = Duration::from_secs(60);

struct Home {
    mesh: Mesh,
    streams: SealedStreams,
    device: DeviceId,
}

fn device(key: u8) -> DeviceId {
    DeviceId::from_bytes(
        SigningKey::from_bytes(&[key; 32])
            .verifying_key()
            .to_bytes(),
    )
}

/// Three households with a device each.
fn street() -> BTreeMap<DeviceId, HouseholdId> {
    let household = |key| HouseholdId::from_bytes([key; 32]);
    (1..=3).map(|key| (device(key), household(key))).collect()
}

/// A home that relays, if its resident says that it is reached.
async fn home(key: u8, relaying: Relaying, reached: bool) -> Home {
    let signing = SigningKey::from_bytes(&[key; 32]);
    let reach = Reach {
        relaying,
        circuits: true,
        // The resident's word, so that nobody has to try it.
        external: match reached {
            false => vec![],
            true => vec!["/ip4/127.0.0.1/tcp/1".to_owned()],
        },
        ..Reach::plain()
    };
    let (mut mesh, streams) =
        Mesh::new(&signing, Transport::Internet, &reach, Run(key.into())).unwrap();
    mesh.listen("/ip4/127.0.0.1/tcp/0").await.unwrap();
    mesh.knows_members(street());
    Home {
        mesh,
        streams,
        device: device(key),
    }
}

/// The next thing that happens in any of the homes.
async fn live(homes: &mut [Home; 3]) {
    let [one, two, three] = homes;
    tokio::select! {
        _ = one.mesh.next() => {}
        _ = two.mesh.next() => {}
        _ = three.mesh.next() => {}
    }
}

/// Lets all homes live until they are as they should be.
async fn until(homes: &mut [Home; 3], done: impl Fn(&[Home; 3]) -> bool) {
    let wait = async {
        while !done(homes) {
            live(homes).await;
        }
    };
    timeout(PATIENCE, wait).await.unwrap();
}

/// Lets all homes live while something else goes on.
async fn during<T>(homes: &mut [Home; 3], task: impl Future<Output = T>) -> T {
    let mut task = pin!(timeout(PATIENCE, task));
    loop {
        tokio::select! {
            done = &mut task => return done.unwrap(),
            () = live(homes) => {}
        }
    }
}

fn way(home: &Home, to: &Home) -> Option<PeerWay> {
    let peer = to.mesh.peer_id().to_string();
    let view = home.mesh.reach();
    let mut peers = view.peers.into_iter();
    peers.find_map(|(held, way)| (held == peer).then_some(way))
}

/// Ada relays, Ben holds a place with her, and Cem reaches Ben through her.
async fn relayed(relaying: Relaying) -> ([Home; 3], Multiaddr) {
    let plain = (Relaying::Nothing, false);
    Box::pin(relayed_between([(relaying, true), plain, plain])).await
}

/// The same, with what each of the three would relay and whether it is reached.
async fn relayed_between([ada, ben, cem]: [(Relaying, bool); 3]) -> ([Home; 3], Multiaddr) {
    let mut homes = [
        home(1, ada.0, ada.1).await,
        home(2, ben.0, ben.1).await,
        home(3, cem.0, cem.1).await,
    ];
    let [ada, ben, cem] = &mut homes;
    let doors = ada.mesh.addresses();
    let at = doors.iter().find(|a| !a.as_str().ends_with("/tcp/1"));
    let doors = vec![at.unwrap().clone()];
    ben.mesh.dial(ada.device, &doors);
    cem.mesh.dial(ada.device, &doors);
    until(&mut homes, |[_, ben, cem]| {
        [ben, cem]
            .iter()
            .all(|home| home.mesh.reach().through.len() == 1)
    })
    .await;
    let [ada, ben, cem] = &mut homes;
    let relay: Multiaddr = doors[0].as_str().parse().unwrap();
    let through = relay
        .with(Protocol::P2p(ada.mesh.peer_id()))
        .with(Protocol::P2pCircuit);
    let told = Address::parse(&through.to_string()).unwrap();
    cem.mesh.dial(ben.device, &[told]);
    until(&mut homes, |[_, ben, cem]| {
        way(ben, cem).is_some() && way(cem, ben).is_some()
    })
    .await;
    let [ada, ben, cem] = &homes;
    assert_eq!(way(cem, ben), Some(PeerWay::Relayed));
    assert_eq!(way(cem, ada), Some(PeerWay::Direct));
    (homes, through)
}

#[tokio::test]
async fn a_neighbour_is_reached_through_another_who_carries_words_and_no_clips() {
    let (homes, _) = Box::pin(relayed(Relaying::Words)).await;
    let [_, ben, cem] = &homes;
    let refused = cem.streams.open(ben.device).await.unwrap_err();
    assert!(
        refused.to_string().contains("carries no clips"),
        "{refused}"
    );
}

#[tokio::test]
async fn who_says_so_carries_clips_too() {
    let (mut homes, _) = Box::pin(relayed(Relaying::Clips)).await;
    let (streams, ben) = (homes[2].streams.clone(), homes[1].device);
    during(&mut homes, streams.open(ben)).await.unwrap();
}

#[tokio::test]
async fn a_way_through_a_neighbour_outlives_that_its_end_begins_to_relay_itself() {
    let (mut homes, _) = Box::pin(relayed_between([
        (Relaying::Clips, true),
        (Relaying::Words, false),
        (Relaying::Words, false),
    ]))
    .await;
    let [_, ben, _] = &mut homes;
    let address = "/ip4/127.0.0.1/tcp/2".parse().unwrap();
    ben.mesh
        .translate(SwarmEvent::ExternalAddrConfirmed { address });
    assert_eq!(ben.mesh.reach().external, ["/ip4/127.0.0.1/tcp/2"]);
    let (streams, ben) = (homes[2].streams.clone(), homes[1].device);
    during(&mut homes, streams.open(ben)).await.unwrap();
}

#[derive(NetworkBehaviour)]
struct Outsider {
    circuits: relay::client::Behaviour,
    ping: ping::Behaviour,
}

/// Somebody who may use circuits, and nothing else.
fn outsider(keypair: &Keypair) -> Swarm<Outsider> {
    let (transport, circuits) = Transport::Internet
        .build_with_circuits(keypair, true)
        .unwrap();
    let outsider = Outsider {
        circuits: circuits.unwrap(),
        ping: ping::Behaviour::default(),
    };
    let me = keypair.public().to_peer_id();
    let config = libp2p::swarm::Config::with_tokio_executor();
    let config = config.with_idle_connection_timeout(PATIENCE);
    Swarm::new(transport, outsider, me, config)
}

/// What somebody gets who asks for a place at an address through a neighbour, and for a way through it to another peer.
async fn gets(
    homes: &mut [Home; 3],
    keypair: &Keypair,
    through: Multiaddr,
    target: PeerId,
) -> (bool, bool) {
    let mut swarm = outsider(keypair);
    swarm.listen_on(through.clone()).unwrap();
    let mut dial = Some(through.with(Protocol::P2p(target)));
    let attempts = async {
        let (mut place, mut way) = (None, None);
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::ListenerClosed { reason: Err(_), .. } => place = Some(false),
                SwarmEvent::NewListenAddr { .. } => place = Some(true),
                SwarmEvent::OutgoingConnectionError { peer_id, .. } if peer_id == Some(target) => {
                    way = Some(false);
                }
                SwarmEvent::ConnectionEstablished { peer_id, .. } if peer_id == target => {
                    way = Some(true);
                }
                _ => {}
            }
            match (place, way) {
                (Some(place), Some(way)) => return (place, way),
                // One after the other: over the connection that is there by then.
                (Some(_), None) => {
                    if let Some(at) = dial.take() {
                        swarm.dial(at).unwrap();
                    }
                }
                (None, _) => {}
            }
        }
    };
    during(homes, attempts).await
}

#[tokio::test]
async fn a_stranger_gets_no_place_at_a_home_and_reaches_nobody_through_it() {
    let (mut homes, through) = Box::pin(relayed(Relaying::Words)).await;
    let target = peer_of(homes[1].device).unwrap();
    let stranger = Keypair::generate_ed25519();
    let got = gets(&mut homes, &stranger, through, target).await;
    assert_eq!(got, (false, false));
}

#[tokio::test]
async fn a_member_reaches_nobody_through_a_neighbour_but_who_holds_a_place_there() {
    let (mut homes, through) = Box::pin(relayed(Relaying::Words)).await;
    // A fourth member, and a peer that the relay was never told of; it could be anybody's machine.
    let member = Keypair::ed25519_from_bytes([4; 32]).unwrap();
    let mut all = street();
    all.insert(device(4), HouseholdId::from_bytes([4; 32]));
    for home in &mut homes {
        home.mesh.knows_members(all.clone());
    }
    let elsewhere = Keypair::generate_ed25519().public().to_peer_id();
    let before = homes[0].mesh.reach().peers.len();
    let got = gets(&mut homes, &member, through.clone(), elsewhere).await;
    assert_eq!(got, (true, false), "a place, and no way out");
    let ben = peer_of(homes[1].device).unwrap();
    let got = gets(&mut homes, &member, through, ben).await;
    assert_eq!(got, (true, true), "who holds a place is reached");
    // The member itself came, and nobody else was dialled.
    assert!(homes[0].mesh.reach().peers.len() <= before + 1);
}

/// Whether a stranger gets to a home through another one.
async fn gets_through(swarm: &mut Swarm<Outsider>, to: &Multiaddr) -> bool {
    let Some(Protocol::P2p(target)) = to.iter().last() else {
        panic!("to whom?")
    };
    swarm.dial(to.clone()).unwrap();
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::OutgoingConnectionError { peer_id, .. } if peer_id == Some(target) => {
                return false;
            }
            SwarmEvent::ConnectionEstablished { peer_id, .. } if peer_id == target => {
                let _already_gone = swarm.disconnect_peer_id(target);
                return true;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_newcomer_comes_through_while_the_home_behind_expects_one_and_at_no_other_time() {
    let (mut homes, through) = Box::pin(relayed(Relaying::Words)).await;
    let mut swarm = outsider(&Keypair::generate_ed25519());
    let ben = through.with(Protocol::P2p(peer_of(homes[1].device).unwrap()));
    assert!(!during(&mut homes, gets_through(&mut swarm, &ben)).await);
    homes[1].mesh.invites(true);
    // It takes a moment until the relay has heard of it.
    while !during(&mut homes, gets_through(&mut swarm, &ben)).await {}
    homes[1].mesh.invites(false);
    while during(&mut homes, gets_through(&mut swarm, &ben)).await {}
    // A place is for members, however many are expected.
    homes[1].mesh.invites(true);
    while !during(&mut homes, gets_through(&mut swarm, &ben)).await {}
    swarm.listen_on(through_ada(&ben)).unwrap();
    let refused = async {
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::ListenerClosed { reason: Err(_), .. } => return,
                SwarmEvent::NewListenAddr { .. } => panic!("a place"),
                _ => {}
            }
        }
    };
    during(&mut homes, refused).await;
}

/// The way to the relay of a circuit.
fn through_ada(circuit: &Multiaddr) -> Multiaddr {
    let mut relay = circuit.clone();
    relay.pop();
    relay
}

#[tokio::test]
async fn who_becomes_a_neighbour_is_relayed_for_on_the_connection_on_which_he_came() {
    let mut homes = [
        home(1, Relaying::Words, true).await,
        home(2, Relaying::Nothing, false).await,
        home(3, Relaying::Nothing, false).await,
    ];
    let [ada, ben, _] = &mut homes;
    ada.mesh.knows_members(BTreeMap::new());
    let doors = ada.mesh.addresses();
    let at = doors.iter().find(|a| !a.as_str().ends_with("/tcp/1"));
    ben.mesh.dial(ada.device, &[at.unwrap().clone()]);
    until(&mut homes, |[ada, ben, _]| {
        way(ada, ben).is_some() && way(ben, ada).is_some()
    })
    .await;
    assert!(homes[1].mesh.reach().through.is_empty());
    homes[0].mesh.knows_members(street());
    // Something has to happen on the connection before it looks again; gossip's heartbeat or a ping does.
    until(&mut homes, |[_, ben, _]| {
        ben.mesh.reach().through.len() == 1
    })
    .await;
    let told = homes[1].mesh.addresses();
    assert!(told.iter().any(|a| a.as_str().ends_with("/p2p-circuit")));
}
