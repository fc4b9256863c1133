use ed25519_dalek::SigningKey;
use libp2p::Multiaddr;
use streetlamp_proto::street::Topic;

use super::super::{Mesh, MeshEvent, Reach, Run, Transport};
use super::{Speaker, SpeakerEvent};

async fn speaker() -> Speaker {
    let key = SigningKey::from_bytes(&[70; 32]);
    let mut speaker = Speaker::new(&key, Transport::Memory, Run(70)).unwrap();
    speaker.listen("/memory/0").await.unwrap();
    speaker
}

#[tokio::test]
async fn a_publisher_learns_which_open_topics_a_home_listens_to_and_no_other_topic() {
    let mut speaker = speaker().await;
    let key = SigningKey::from_bytes(&[71; 32]);
    let (mut home, _streams) =
        Mesh::new(&key, Transport::Memory, &Reach::plain(), Run(71)).unwrap();
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
