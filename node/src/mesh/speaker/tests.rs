use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Swarm, identify};
use streetlamp_proto::street::Topic;

use super::super::{Mesh, MeshEvent, Run, Transport};
use super::{Speaker, SpeakerEvent};

/// What a node's identify tells a swarm that can do nothing else.
async fn protocols_at(address: &str) -> Vec<String> {
    let keypair = Keypair::generate_ed25519();
    let config = identify::Config::new("/streetlamp/1".to_owned(), keypair.public());
    let peer = keypair.public().to_peer_id();
    let transport = Transport::Memory.build(&keypair).unwrap();
    let config_of_swarm = libp2p::swarm::Config::with_tokio_executor();
    let mut asker = Swarm::new(
        transport,
        identify::Behaviour::new(config),
        peer,
        config_of_swarm,
    );
    asker.dial(address.parse::<Multiaddr>().unwrap()).unwrap();
    loop {
        let event = asker.select_next_some().await;
        if let SwarmEvent::Behaviour(identify::Event::Received { info, .. }) = event {
            return info.protocols.iter().map(ToString::to_string).collect();
        }
    }
}

async fn speaker() -> Speaker {
    let key = SigningKey::from_bytes(&[70; 32]);
    let mut speaker = Speaker::new(&key, Transport::Memory, Run(70)).unwrap();
    speaker.listen("/memory/0").await.unwrap();
    speaker
}

#[tokio::test]
async fn p3_a_publishers_node_offers_no_protocol_of_residents() {
    let mut speaker = speaker().await;
    let address = speaker.addresses().remove(0);
    tokio::spawn(async move {
        loop {
            speaker.next().await;
        }
    });
    let offered = protocols_at(&address).await;
    assert!(!offered.is_empty());
    for name in &offered {
        let known = ["/meshsub/", "/floodsub/", "/ipfs/id/", "/ipfs/ping/"];
        assert!(known.iter().any(|k| name.starts_with(k)), "{name}");
    }
    // A home does offer some: the same question finds them.
    let key = SigningKey::from_bytes(&[72; 32]);
    let (mut home, _streams) = Mesh::new(&key, Transport::Memory, false, Run(72)).unwrap();
    home.listen("/memory/0").await.unwrap();
    let address = home.addresses().remove(0);
    tokio::spawn(async move {
        loop {
            home.next().await;
        }
    });
    let offered = protocols_at(address.as_str()).await;
    assert!(offered.iter().any(|name| name.starts_with("/streetlamp/")));
}

#[tokio::test]
async fn a_publisher_learns_which_open_topics_a_home_listens_to_and_no_other_topic() {
    let mut speaker = speaker().await;
    let key = SigningKey::from_bytes(&[71; 32]);
    let (mut home, _streams) = Mesh::new(&key, Transport::Memory, false, Run(71)).unwrap();
    let open = streetlamp_proto::open::topic(&"u33dc".parse().unwrap()).unwrap();
    home.subscribe(&Topic::named("a street's topic is a keyed hash".to_owned()));
    home.subscribe(&open);
    home.listen("/memory/0").await.unwrap();
    let address = home.addresses()[0].as_str().parse::<Multiaddr>().unwrap();
    speaker.dial(&address);
    let mut said = false;
    loop {
        tokio::select! {
            event = speaker.next() => if let SpeakerEvent::Listener(topic) = event {
                assert_eq!(topic, open);
                assert!(speaker.publish(&open, b"a bulletin".to_vec()));
                said = true;
            },
            event = home.next() => if let MeshEvent::Gossip { bytes, .. } = event {
                assert!(said);
                assert_eq!(bytes, b"a bulletin");
                return;
            },
        }
    }
}
