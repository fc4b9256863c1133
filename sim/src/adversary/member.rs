//! A member of a street with a changed program: a real engine, whose wishes are carried out but for some.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use streetlamp::error::Result;
use streetlamp::home::Home;
use streetlamp::mesh::{Mesh, MeshEvent, Reach, Run};
use streetlamp::store::Store;
use streetlamp_proto::alert::{Alert, Audience, Kind as About, Nonce, Text, Title, Urgency};
use streetlamp_proto::household::{
    Acceptance, Command, CommandId, Draft, Household, Input, Me, Output, Record, Timer,
};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::signed::Signed;
use streetlamp_proto::street::{EpochKey, Item, StreetId, StreetMessage};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::Brief;
use crate::net::transport;
use crate::scenario::Kind;

/// How long what it says lives.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// One such member.
pub(crate) struct Member {
    brief: Brief,
    engine: Household,
    me: Me,
    mesh: Mesh,
    key: Option<(StreetId, EpochKey)>,
    timers: BTreeMap<Timer, Timestamp>,
    rng: ChaCha20Rng,
    /// Whether its own engine refused the last alert.
    refused: bool,
}

impl Member {
    /// Takes over a home whose node is off.
    ///
    /// # Errors
    /// If its keys or its store cannot be read, or the swarm not be set up.
    pub(crate) async fn come(
        brief: Brief,
        home: &Home,
        store: &Store,
        address: &str,
    ) -> Result<Self> {
        let net = &brief.world.net;
        net.switch_on(brief.number);
        let mut rng = ChaCha20Rng::seed_from_u64(brief.seed);
        let transport = transport(net, brief.number);
        let me = home.me()?;
        let (mut mesh, _no_clips) =
            Mesh::new(&me.device, transport, &Reach::plain(), Run(rng.next_u64()))?;
        mesh.listen(address).await?;
        let records = store.records()?;
        let key = records.iter().find_map(|record| match record {
            Record::Epoch { notice, key, .. } => Some((notice.statement().street, key.clone())),
            _ => None,
        });
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Ok(Self {
            brief,
            engine: Household::new(home.me()?, records, seed),
            me,
            mesh,
            key,
            timers: BTreeMap::new(),
            rng,
            refused: false,
        })
    }

    /// Goes on until the run is over.
    pub(crate) async fn run(mut self) {
        let addresses = self.mesh.addresses();
        self.feed(Input::Started, None);
        self.feed(Input::Listening { addresses }, None);
        let per_hour = self.brief.manner.per_hour.max(1e-3);
        let every = Duration::from_secs_f64(3_600.0 / per_hour);
        let mut speak = interval_at(Instant::now() + every, every);
        speak.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let next = self.timers.iter().min_by_key(|(timer, at)| (**at, **timer));
            let next = next.map(|(timer, at)| (*timer, self.brief.world.clock.instant_of(*at)));
            let due = async {
                match next {
                    Some((timer, at)) => {
                        sleep_until(at).await;
                        timer
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                timer = due => {
                    self.timers.remove(&timer);
                    self.feed(Input::Due(timer), None);
                }
                _ = speak.tick(), if self.brief.manner.kind == Kind::Spam => self.speak(),
                event = self.mesh.next() => self.hear(event),
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.brief.world.clock.now()
    }

    fn hear(&mut self, event: MeshEvent) {
        let brought_by = match &event {
            MeshEvent::Gossip { from, .. } => Some(*from),
            _ => None,
        };
        if let Some(input) = event.into_input() {
            self.feed(input, brought_by);
        }
    }

    fn feed(&mut self, input: Input, brought_by: Option<DeviceId>) {
        let now = self.now();
        let heard = match &input {
            Input::Gossip { topic, bytes, .. } => Some((topic.clone(), bytes.clone())),
            _ => None,
        };
        for output in self.engine.handle(input, now) {
            match output {
                Output::Judge {
                    message,
                    mut acceptance,
                } => {
                    if let (Some(from), Acceptance::Accept) = (brought_by, acceptance) {
                        acceptance = self.brief.manner.judge(from, now, &mut self.rng);
                        if let Some((topic, bytes)) = &heard {
                            let swallowed = acceptance != Acceptance::Accept;
                            self.brief.notes.heard(from, topic, bytes, swallowed);
                        }
                    }
                    self.mesh.judge(message, acceptance);
                }
                Output::Store(record) => {
                    if let Record::Epoch { notice, key, .. } = *record {
                        self.key = Some((notice.statement().street, key));
                    }
                }
                Output::Members(members) => self.mesh.knows_members(members),
                Output::Inviting(inviting) => self.mesh.invites(inviting),
                Output::Subscribe(topic) => self.mesh.subscribe(&topic),
                Output::Unsubscribe(topic) => self.mesh.unsubscribe(&topic),
                Output::Publish { topic, bytes } => self.mesh.publish(&topic, bytes),
                Output::Dial { device, addresses } => self.mesh.dial(device, &addresses),
                Output::Ask {
                    to,
                    ask,
                    protocol,
                    bytes,
                } => self.mesh.ask(to, ask, protocol, bytes),
                Output::Reply { request, bytes } => self.mesh.reply(request, bytes),
                Output::Decline(request) => self.mesh.decline(request),
                Output::SetTimer { at, timer } => drop(self.timers.insert(timer, at)),
                Output::Answer(_, answer) => self.refused = answer.is_err(),
                // It films nothing, keeps nothing, believes every agency and misses nobody.
                Output::Shred(_)
                | Output::Keeper(_)
                | Output::AskDomain(..)
                | Output::Rescue(_)
                | Output::Emit(_) => {}
            }
        }
    }

    /// One more alert: as its own engine lets it, and where that refuses, signed and sealed without it.
    fn speak(&mut self) {
        let now = self.now();
        if now < self.brief.manner.turns || now >= self.brief.quiet {
            return;
        }
        let Ok(title) = Title::clean("Buy now") else {
            return;
        };
        self.brief.notes.said(self.me.household());
        let draft = Draft {
            street: None,
            nearby: false,
            kind: About::Other,
            urgency: Urgency::Info,
            place: None,
            title: title.clone(),
            text: Text::default(),
            happened: None,
            life: LIFE,
            clips: Vec::new(),
        };
        self.refused = false;
        self.feed(
            Input::Command(CommandId(0), Command::PostAlert(draft)),
            None,
        );
        let Some((street, key)) = self.key.clone().filter(|_| self.refused) else {
            return;
        };
        let mut nonce = [0; 16];
        self.rng.fill_bytes(&mut nonce);
        let alert = Alert {
            audience: Audience::Street(street),
            kind: About::Other,
            urgency: Urgency::Info,
            place: None,
            title,
            text: Text::default(),
            happened: now,
            issued: now,
            expires: now.after(LIFE),
            nonce: Nonce::from_bytes(nonce),
            clips: Vec::new(),
        };
        let signed = Signed::sign(alert, &self.me.device);
        let message = StreetMessage::Tell(Item::Alert(signed));
        let frame = key.seal(street, &wire::to_cbor(&message));
        self.mesh.publish(&key.topic(street), frame);
    }
}
