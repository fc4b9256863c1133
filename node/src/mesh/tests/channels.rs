//! A stranger's swarm tries every channel of the table on a home and on a publisher's node, over real sockets.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, identify, ping};
use libp2p_stream::OpenStreamError;
use streetlamp_proto::access::Channel;

use super::super::{Mesh, Reach, Run, Speaker, Transport};

const ANY_PORT: &str = "/ip4/127.0.0.1/tcp/0";

/// Says who it is, and that it is there, and opens streams; answers nothing.
#[derive(NetworkBehaviour)]
struct Asker {
    identify: identify::Behaviour,
    /// Without it a node hangs up.
    ping: ping::Behaviour,
    streams: libp2p_stream::Behaviour,
}

/// Everything that a node says it speaks, and the channels on which it lets a stream be opened.
async fn tried(address: &str) -> (Vec<String>, BTreeSet<Channel>) {
    let keypair = Keypair::generate_ed25519();
    let streams = libp2p_stream::Behaviour::new();
    let mut control = streams.new_control();
    let config = identify::Config::new("/streetlamp/1".to_owned(), keypair.public());
    let behaviour = Asker {
        identify: identify::Behaviour::new(config),
        ping: ping::Behaviour::default(),
        streams,
    };
    let transport = Transport::Internet.build(&keypair).unwrap();
    let patience = std::time::Duration::from_secs(60);
    let config =
        libp2p::swarm::Config::with_tokio_executor().with_idle_connection_timeout(patience);
    let peer = keypair.public().to_peer_id();
    let mut asker = Swarm::new(transport, behaviour, peer, config);
    asker.dial(address.parse::<Multiaddr>().unwrap()).unwrap();
    let (node, offered): (PeerId, Vec<_>) = loop {
        let event = asker.select_next_some().await;
        if let SwarmEvent::Behaviour(AskerEvent::Identify(identify::Event::Received {
            peer_id,
            info,
            ..
        })) = event
        {
            assert!(info.listen_addrs.is_empty(), "{:?}", info.listen_addrs);
            break (peer_id, info.protocols);
        }
    };
    tokio::spawn(async move {
        loop {
            asker.select_next_some().await;
        }
    });
    let mut open = BTreeSet::new();
    for channel in Channel::ALL {
        // Of libp2p's own, in the version that the node offers; else one that it does not.
        let version = offered
            .iter()
            .find(|name| name.as_ref().starts_with(channel.name()));
        let name = version
            .cloned()
            .unwrap_or(StreamProtocol::new(channel.name()));
        match control.open_stream(node, name).await {
            Ok(_) => drop(open.insert(channel)),
            Err(OpenStreamError::UnsupportedProtocol(_)) => {}
            Err(other) => panic!("{channel:?}: {other}"),
        }
    }
    (offered.iter().map(ToString::to_string).collect(), open)
}

/// Nothing is offered that is not in the table, and what is offered is open.
fn is_as_in_the_table(
    (offered, open): &(Vec<String>, BTreeSet<Channel>),
    has: impl Fn(Channel) -> bool,
) {
    for channel in Channel::ALL {
        let named = |name: &String| name.starts_with(channel.name());
        assert_eq!(offered.iter().any(named), has(channel), "{channel:?}");
        // Gossip is shut for whoever does not speak it himself, as this asker.
        let open = open.contains(&channel) || channel == Channel::Gossip && has(channel);
        assert_eq!(open, has(channel), "{channel:?}");
    }
    // Identify offers two more under which it is told of changes; gossip speaks with older programs.
    let others = ["/floodsub/"];
    for name in offered {
        let known = Channel::ALL.map(Channel::name);
        let known = known.iter().chain(&others);
        let mut known = known.filter(|known| name.starts_with(*known));
        assert!(known.next().is_some(), "{name} is in no row");
    }
}

#[tokio::test]
async fn p3_a_publishers_node_offers_no_protocol_of_residents() {
    let key = SigningKey::from_bytes(&[70; 32]);
    let mut speaker = Speaker::new(&key, Transport::Internet, Run(70)).unwrap();
    speaker.listen(ANY_PORT).await.unwrap();
    let address = speaker.addresses().remove(0);
    tokio::spawn(async move {
        loop {
            speaker.next().await;
        }
    });
    let tried = tried(&address).await;
    is_as_in_the_table(&tried, Channel::is_publishers);
}

#[tokio::test]
async fn a_home_answers_on_every_channel_of_the_table_and_on_no_other() {
    let key = SigningKey::from_bytes(&[72; 32]);
    // With all that members use, and an address that is its own.
    let reach = Reach {
        mdns: false,
        upnp: false,
        external: vec!["/ip4/9.9.9.9/tcp/4001".to_owned()],
        ..Reach::default()
    };
    let (mut home, _streams) = Mesh::new(&key, Transport::Internet, &reach, Run(72)).unwrap();
    home.listen(ANY_PORT).await.unwrap();
    let address = home.addresses().remove(0);
    tokio::spawn(async move {
        loop {
            home.next().await;
        }
    });
    let tried = tried(address.as_str()).await;
    is_as_in_the_table(&tried, |_| true);
}
