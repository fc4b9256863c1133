//! Nodes with a changed program, which connect to every home, listen to all that they can name, ask for all that they
//! can think of, and keep every byte that comes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::{AsyncReadExt, AsyncWriteExt};
use streetlamp::mesh::{Mesh, MeshEvent, Reach, Run, SealedStreams, Transport};
use streetlamp_proto::household::{Acceptance, AskRef, Protocol};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::{Address, Topic};
use tokio::sync::mpsc;

/// Protocols of residents over which something can be asked.
const PROTOCOLS: [Protocol; 3] = [Protocol::Join, Protocol::Street, Protocol::Device];

/// Orders that wait for a spy.
const ORDERS: usize = 64;

/// Everything that somebody got hold of.
#[derive(Default)]
pub(super) struct Recording {
    /// What was said on a topic, or asked of it.
    pub(super) said: Vec<Vec<u8>>,
    /// What anybody answered; nothing where the stream ended.
    pub(super) answers: Vec<Vec<u8>>,
    /// Requests that nobody answered.
    pub(super) refused: u64,
    pub(super) asked: u64,
    /// Whom it was connected to.
    pub(super) homes: BTreeSet<DeviceId>,
}

impl Recording {
    /// Whether some bytes are in it, wherever.
    pub(super) fn holds(&self, needle: &[u8]) -> bool {
        let mut all = self.said.iter().chain(&self.answers);
        all.any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
    }

    pub(super) fn bytes(&self) -> usize {
        self.said.iter().chain(&self.answers).map(Vec::len).sum()
    }
}

enum Order {
    Listen(Topic),
    Ask(Vec<u8>),
    Fetch(Vec<u8>),
}

/// One such node.
pub(super) struct Spy {
    pub(super) key: SigningKey,
    orders: mpsc::Sender<Order>,
    recording: Arc<Mutex<Recording>>,
}

impl Spy {
    /// Connects to some homes, and passes on what it hears: whoever does not hears less.
    pub(super) async fn at(number: u8, homes: &[(DeviceId, Address)]) -> Self {
        let key = SigningKey::from_bytes(&[number; 32]);
        let run = Run(u64::from(number));
        let (mut mesh, streams) =
            Mesh::new(&key, Transport::Memory, &Reach::plain(), run).expect("a mesh");
        mesh.listen("/memory/0").await.expect("an address");
        for (device, address) in homes {
            mesh.dial(*device, std::slice::from_ref(address));
        }
        let homes = homes.iter().map(|(device, _)| *device).collect();
        let (orders, inbox) = mpsc::channel(ORDERS);
        let recording = Arc::<Mutex<Recording>>::default();
        tokio::spawn(run_on(mesh, streams, homes, inbox, recording.clone()));
        Self {
            key,
            orders,
            recording,
        }
    }

    pub(super) fn listen(&self, topic: &Topic) {
        self.order(Order::Listen(topic.clone()));
    }

    /// Asks every home over every protocol, with whatever bytes.
    pub(super) fn ask(&self, bytes: &[u8]) {
        self.order(Order::Ask(bytes.to_vec()));
    }

    /// Asks every home for sealed bytes.
    pub(super) fn fetch(&self, frame: &[u8]) {
        self.order(Order::Fetch(frame.to_vec()));
    }

    fn order(&self, order: Order) {
        self.orders.try_send(order).expect("it keeps up");
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&Recording) -> T) -> T {
        look(
            &self
                .recording
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

async fn run_on(
    mut mesh: Mesh,
    streams: SealedStreams,
    homes: Vec<DeviceId>,
    mut inbox: mpsc::Receiver<Order>,
    recording: Arc<Mutex<Recording>>,
) {
    let record = |change: &dyn Fn(&mut Recording)| {
        change(&mut recording.lock().unwrap_or_else(PoisonError::into_inner));
    };
    loop {
        let event = tokio::select! {
            order = inbox.recv() => {
                match order {
                    None => return,
                    Some(Order::Listen(topic)) => mesh.subscribe(&topic),
                    Some(Order::Ask(bytes)) => for home in &homes {
                        for protocol in PROTOCOLS {
                            record(&|r| r.asked += 1);
                            mesh.ask(*home, AskRef(0), protocol, bytes.clone());
                        }
                    },
                    Some(Order::Fetch(frame)) => for home in &homes {
                        record(&|r| r.asked += 1);
                        tokio::spawn(fetch(streams.clone(), *home, frame.clone(), recording.clone()));
                    },
                }
                continue;
            }
            event = mesh.next() => event,
        };
        match event {
            MeshEvent::Gossip { message, bytes, .. } => {
                record(&|r| r.said.push(bytes.clone()));
                mesh.judge(message, Acceptance::Accept);
            }
            MeshEvent::Asked { request, bytes, .. } => {
                record(&|r| r.said.push(bytes.clone()));
                mesh.decline(request);
            }
            MeshEvent::Answered { bytes, .. } => record(&|r| match &bytes {
                Some(bytes) if !bytes.is_empty() => r.answers.push(bytes.clone()),
                _ => r.refused += 1,
            }),
            MeshEvent::Connected { device, .. } => record(&|r| {
                r.homes.insert(device);
            }),
            _ => {}
        }
    }
}

/// Asks for sealed bytes as a home would, and keeps whatever comes.
async fn fetch(
    streams: SealedStreams,
    home: DeviceId,
    frame: Vec<u8>,
    recording: Arc<Mutex<Recording>>,
) {
    let mut came = Vec::new();
    if let Ok(mut stream) = streams.open(home).await {
        let length = u32::try_from(frame.len()).expect("short").to_be_bytes();
        let asked = [&length[..], &frame].concat();
        if stream.write_all(&asked).await.is_ok() {
            let read = stream.read_to_end(&mut came);
            let _it_hangs_up = tokio::time::timeout(Duration::from_secs(60), read).await;
        }
    }
    let mut recording = recording.lock().unwrap_or_else(PoisonError::into_inner);
    match came.is_empty() {
        true => recording.refused += 1,
        false => recording.answers.push(came),
    }
}
