//! A node of nobody on the street: it connects to whom it can, listens to all that it can name, and may ask for things.
//!
//! It has no engine. A company asks every home over each protocol of residents, with what it heard last, and for the
//! sealed bytes of whatever clip; what it gets in return is counted.

use std::collections::BTreeSet;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use streetlamp::error::Result;
use streetlamp::mesh::{Mesh, MeshEvent, Reach, Run, SealedStreams};
use streetlamp_proto::clip::{ClipId, GROUP};
use streetlamp_proto::fetch::{FetchRequest, Right};
use streetlamp_proto::household::{Acceptance, AskRef, Protocol};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::street::{Address, Refusal, Topic};
use streetlamp_proto::wire::limits::JOIN_FRAME;
use streetlamp_proto::wire::{self, Kind as Frame};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::Brief;
use crate::net::transport;
use crate::scenario::Kind;

/// Protocols over which something can be asked.
const PROTOCOLS: [Protocol; 3] = [Protocol::Join, Protocol::Street, Protocol::Device];
/// How often homes that are not connected are dialled again.
const REDIAL: Duration = Duration::from_secs(30);
/// How often a company asks everybody for everything.
const ASK: Duration = Duration::from_secs(600);
/// How long it waits for sealed bytes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One such node.
pub(crate) struct Stranger {
    brief: Brief,
    mesh: Mesh,
    streams: SealedStreams,
    rng: ChaCha20Rng,
    homes: Vec<(DeviceId, Address)>,
    here: BTreeSet<DeviceId>,
    /// The last sealed frame that it heard.
    last: Vec<u8>,
}

impl Stranger {
    /// A node that listens at an address and to these topics, and knows where these homes are.
    ///
    /// # Errors
    /// If the swarm cannot be set up.
    pub(crate) async fn come(
        brief: Brief,
        key: &SigningKey,
        address: &str,
        homes: Vec<(DeviceId, Address)>,
        topics: &[Topic],
    ) -> Result<Self> {
        let net = &brief.world.net;
        net.switch_on(brief.number);
        let mut rng = ChaCha20Rng::seed_from_u64(brief.seed);
        let transport = transport(net, brief.number);
        let (mut mesh, streams) = Mesh::new(key, transport, &Reach::plain(), Run(rng.next_u64()))?;
        mesh.listen(address).await?;
        for topic in topics {
            mesh.subscribe(topic);
        }
        Ok(Self {
            brief,
            mesh,
            streams,
            rng,
            homes,
            here: BTreeSet::new(),
            last: Vec::new(),
        })
    }

    /// Goes on until the run is over.
    pub(crate) async fn run(mut self) {
        let mut redial = interval_at(Instant::now(), REDIAL);
        redial.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ask = interval_at(Instant::now() + ASK, ASK);
        let mut fetching = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                event = self.mesh.next() => self.hear(event),
                _ = redial.tick() => self.dial(),
                _ = ask.tick(), if self.brief.manner.kind == Kind::Harvest => {
                    self.ask_for_everything(&mut fetching);
                }
                Some(_) = fetching.join_next() => {}
            }
        }
    }

    fn dial(&mut self) {
        let away = self
            .homes
            .iter()
            .filter(|(home, _)| !self.here.contains(home));
        for (device, address) in away {
            self.mesh.dial(*device, std::slice::from_ref(address));
        }
    }

    fn hear(&mut self, event: MeshEvent) {
        let notes = &self.brief.notes;
        match event {
            MeshEvent::Gossip {
                from,
                topic,
                message,
                bytes,
            } => {
                let now = self.brief.world.clock.now();
                let acceptance = self.brief.manner.judge(from, now, &mut self.rng);
                notes.heard(from, &topic, &bytes, acceptance != Acceptance::Accept);
                self.mesh.judge(message, acceptance);
                self.last = bytes;
            }
            MeshEvent::Connected { device, .. } => {
                self.here.insert(device);
                notes.met(device);
            }
            MeshEvent::Disconnected { device } => drop(self.here.remove(&device)),
            MeshEvent::Asked { request, .. } => self.mesh.decline(request),
            MeshEvent::Answered { bytes, .. } => {
                let said_no = |bytes: &[u8]| {
                    wire::unframe::<Refusal>(Frame::Refused, bytes, JOIN_FRAME).is_ok()
                };
                if bytes.is_some_and(|bytes| !bytes.is_empty() && !said_no(&bytes)) {
                    notes.answered();
                }
            }
            MeshEvent::Listening(_) | MeshEvent::ListenerFailed(_) | MeshEvent::Stream(_) => {}
        }
    }

    fn ask_for_everything(&mut self, fetching: &mut JoinSet<()>) {
        for home in self.here.clone() {
            for protocol in PROTOCOLS {
                self.mesh.ask(home, AskRef(0), protocol, self.last.clone());
                self.brief.notes.asked(1);
            }
            let mut guess = [0; 32];
            self.rng.fill_bytes(&mut guess);
            let clip = ClipId::from_bytes(guess);
            for right in [Right::Owner(clip), Right::Keeper(clip)] {
                self.brief.notes.asked(1);
                let (streams, notes) = (self.streams.clone(), self.brief.notes.clone());
                fetching.spawn(async move {
                    if timeout(PATIENCE, fetch(streams, home, right)).await == Ok(true) {
                        notes.answered();
                    }
                });
            }
        }
    }
}

/// Asks a home for sealed bytes as a home would. Whether a byte came.
async fn fetch(streams: SealedStreams, home: DeviceId, right: Right) -> bool {
    let Ok(mut stream) = streams.open(home).await else {
        return false;
    };
    let request = FetchRequest {
        right,
        start: 0,
        end: GROUP,
    };
    let frame = wire::frame(Frame::Fetch, &request);
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
    let asked = stream.write_all(&[&length[..], &frame].concat()).await;
    let mut byte = [0];
    asked.is_ok() && stream.read_exact(&mut byte).await.is_ok()
}
