mod channels;
mod circuits;
mod dozing;

use std::time::Duration;

use ed25519_dalek::SigningKey;
use streetlamp_proto::household::Acceptance;
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::{Address, Topic};
use tokio::time::{Instant, interval, sleep_until};

use super::{Mesh, MeshEvent, Reach, Run, Transport};

/// A home on the mesh, and the topic that everybody here listens to.
struct Speaker {
    mesh: Mesh,
    device: DeviceId,
    heard: Vec<Vec<u8>>,
    /// Whom it looks for whenever they are not connected, as the engine would.
    neighbour: Option<(DeviceId, Vec<Address>)>,
}

fn topic() -> Topic {
    Topic::named("a street".to_owned())
}

impl Speaker {
    async fn new(key: u8, run: u64) -> Self {
        Self::at(key, run, Transport::Memory, "/memory/0").await
    }

    async fn at(key: u8, run: u64, transport: Transport, address: &str) -> Self {
        let key = SigningKey::from_bytes(&[key; 32]);
        let (mut mesh, _) = Mesh::new(&key, transport, &Reach::plain(), Run(run)).unwrap();
        mesh.listen(address).await.unwrap();
        mesh.subscribe(&topic());
        Self {
            mesh,
            device: DeviceId::from_bytes(key.verifying_key().to_bytes()),
            heard: Vec::new(),
            neighbour: None,
        }
    }

    fn knows(&mut self, other: &Self) {
        let addresses = other.mesh.addresses();
        self.mesh.dial(other.device, &addresses);
        self.neighbour = Some((other.device, addresses));
    }

    async fn live(&mut self) {
        match self.mesh.next().await {
            MeshEvent::Gossip { message, bytes, .. } => {
                self.heard.push(bytes);
                self.mesh.judge(message, Acceptance::Accept);
            }
            MeshEvent::Disconnected { device } => {
                if let Some((neighbour, addresses)) = &self.neighbour
                    && *neighbour == device
                {
                    self.mesh.dial(device, addresses);
                }
            }
            _ => {}
        }
    }
}

/// Lets two homes speak, each once a second, until both heard the other or `patience` is over.
async fn hear_each_other(one: &mut Speaker, two: &mut Speaker, patience: Duration) -> bool {
    let end = Instant::now() + patience;
    let mut seconds = interval(Duration::from_secs(1));
    let mut second: u8 = 0;
    one.heard.clear();
    two.heard.clear();
    while one.heard.is_empty() || two.heard.is_empty() {
        tokio::select! {
            () = one.live() => {}
            () = two.live() => {}
            _ = seconds.tick() => {
                second += 1;
                for home in [&mut *one, &mut *two] {
                    let mut words = home.device.as_bytes().to_vec();
                    words.push(second);
                    home.mesh.publish(&topic(), words);
                }
            }
            () = sleep_until(end) => return false,
        }
    }
    true
}

#[tokio::test(start_paused = true)]
async fn a_home_that_died_and_started_anew_is_heard_and_hears_beside_its_dead_connection() {
    let mut ada = Speaker::new(1, 1).await;
    let mut ben = Speaker::new(2, 2).await;
    ben.knows(&ada);
    let calm = Duration::from_secs(10);
    assert!(hear_each_other(&mut ada, &mut ben, calm).await);
    // From here on nobody moves the first Ben any more, and nothing says that it is gone.
    let mut again = Speaker::new(2, 3).await;
    again.knows(&ada);
    assert!(hear_each_other(&mut ada, &mut again, calm).await);
    drop(ben);
}

#[tokio::test]
async fn who_connects_while_a_home_still_takes_its_addresses_is_told_of() {
    let (tcp, everywhere) = ("/ip4/127.0.0.1/tcp/0", "/ip4/0.0.0.0/udp/0/quic-v1");
    let mut ada = Speaker::at(1, 1, Transport::Internet, tcp).await;
    let mut ben = Speaker::at(2, 2, Transport::Internet, tcp).await;
    ada.knows(&ben);
    let (mut known, mut taken) = (false, 0);
    // Looking for all of the machine's networks takes a moment each time.
    while !known || taken < 5 {
        tokio::select! {
            listening = ben.mesh.listen(everywhere) => {
                listening.unwrap();
                taken += 1;
            }
            event = ada.mesh.next() => known |= matches!(event, MeshEvent::Connected { .. }),
        }
    }
    let connected =
        async { while !matches!(ben.mesh.next().await, MeshEvent::Connected { .. }) {} };
    let patience = Duration::from_secs(60);
    assert!(tokio::time::timeout(patience, connected).await.is_ok());
}
