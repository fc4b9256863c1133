//! The driver: the one loop that feeds the engine and carries out what it wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{
    Answer, Command, CommandId, DomainAnswer, Event, Household, Input, KeeperNews, Output, Record,
    RescueNews, Timer,
};
use streetlamp_proto::identity::DeviceId;
use streetlamp_proto::ledger::Entry;
use streetlamp_proto::publisher::PublisherId;
use streetlamp_proto::street::Address;
use streetlamp_proto::time::Timestamp;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use tokio::task::JoinSet;

use super::handle::NodeHandle;
use super::{keeping, serving};
use crate::blocking::block;
use crate::disk::Condition;
use crate::error::{Error, Result};
use crate::mesh::{Mesh, MeshEvent, ReachView};
use crate::spare::Spare;
use crate::store::Store;

/// Clips that are served at the same time. The others wait.
const SERVED_AT_ONCE: usize = 8;
/// Clips that are fetched at the same time to be kept. More would take the line from what is said.
const PULLED_AT_ONCE: usize = 2;
/// Streams that wait to be served; more are closed.
const STREAMS: usize = 64;

/// A look at the engine from outside.
pub(super) type Look = Box<dyn FnOnce(&Household, Timestamp) + Send>;

/// A use of the store beside the engine's.
pub(super) type StoreUse = Box<dyn FnOnce(Result<&mut Store>) + Send>;

/// What a handle can ask of the driver.
pub(super) enum ToDriver {
    /// Carry a command out.
    Command(Command, oneshot::Sender<Result<Answer>>),
    /// Look at the engine.
    Read(Look),
    /// Read the ledger.
    Ledger(oneshot::Sender<Result<Vec<Entry>>>),
    /// Use the store for what is not the engine's.
    Store(StoreUse),
    /// Name the addresses that are listened on.
    Listening(oneshot::Sender<Vec<String>>),
    /// Tell how this home is reached.
    Reach(oneshot::Sender<ReachView>),
    /// Tell the engine about keepers.
    Keeper(KeeperNews),
    /// Connect to a device.
    Dial(DeviceId, Vec<Address>),
    /// Stop when everything is safe.
    Stop(oneshot::Sender<()>),
}

/// Owns engine, store and mesh.
#[derive(Debug)]
pub(super) struct Driver {
    household: Household,
    store: Store,
    spare: Spare,
    mesh: Mesh,
    inbox: mpsc::Receiver<ToDriver>,
    events: broadcast::Sender<Event>,
    handle: NodeHandle,
    timers: BTreeMap<Timer, Timestamp>,
    waiting: BTreeMap<CommandId, oneshot::Sender<Result<Answer>>>,
    connected: BTreeSet<DeviceId>,
    next_command: u64,
    serving: JoinSet<()>,
    turns: Arc<Semaphore>,
    shredding: JoinSet<(ClipId, bool)>,
    keeping: JoinSet<Option<KeeperNews>>,
    pulls: Arc<Semaphore>,
    asking: JoinSet<(PublisherId, DomainAnswer)>,
    rescuing: JoinSet<Option<RescueNews>>,
}

impl Driver {
    pub(super) fn new(
        household: Household,
        store: Store,
        spare: Spare,
        mesh: Mesh,
        inbox: mpsc::Receiver<ToDriver>,
        events: broadcast::Sender<Event>,
        handle: NodeHandle,
    ) -> Self {
        Self {
            household,
            store,
            spare,
            mesh,
            inbox,
            events,
            handle,
            timers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            connected: BTreeSet::new(),
            next_command: 0,
            serving: JoinSet::new(),
            turns: Arc::new(Semaphore::new(SERVED_AT_ONCE)),
            shredding: JoinSet::new(),
            keeping: JoinSet::new(),
            pulls: Arc::new(Semaphore::new(PULLED_AT_ONCE)),
            asking: JoinSet::new(),
            rescuing: JoinSet::new(),
        }
    }

    /// Runs until it is told to stop. Gives the store back, for whoever starts again on it.
    ///
    /// # Errors
    /// If the store is beyond use.
    pub(super) async fn run(mut self) -> Result<Store> {
        self.feed(Input::Started)?;
        for missing in block(|| keeping::look_over(&self.household, &self.handle.shared.kept)) {
            self.feed(Input::Keeper(missing))?;
        }
        self.feed(Input::Listening {
            addresses: self.mesh.addresses(),
        })?;
        if self.mesh.rescue().is_some() {
            self.feed(Input::Rescue(RescueNews::Wanted))?;
        }
        loop {
            let (timer, at) = self.next_timer();
            let due = async {
                match at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                // The household before strangers.
                Some(wish) = self.inbox.recv() => match wish {
                    ToDriver::Stop(done) => {
                        self.mesh.close().await;
                        let _nobody_waits = done.send(());
                        return Ok(self.store);
                    }
                    wish => self.carry_out(wish)?,
                },
                () = due => if let Some(timer) = timer {
                    self.timers.remove(&timer);
                    self.feed(Input::Due(timer))?;
                },
                Some(_served) = self.serving.join_next() => {}
                Some(Ok((publisher, answer))) = self.asking.join_next() => {
                    self.feed(Input::DomainAnswered(publisher, answer))?;
                }
                Some(done) = self.rescuing.join_next() => {
                    if let Ok(Some(news)) = done {
                        self.feed(Input::Rescue(news))?;
                    }
                },
                Some(Ok((clip, gone))) = self.shredding.join_next() => {
                    self.feed(Input::Shredded { clip, gone })?;
                },
                Some(done) = self.keeping.join_next() => {
                    if let Ok(Some(news)) = done {
                        self.feed(Input::Keeper(news))?;
                    }
                },
                event = self.mesh.next() => self.hear(event)?,
            }
        }
    }

    fn next_timer(&self) -> (Option<Timer>, Option<tokio::time::Instant>) {
        let next = self.timers.iter().min_by_key(|(timer, at)| (**at, **timer));
        next.map_or((None, None), |(timer, at)| {
            (Some(*timer), Some(self.handle.shared.clock.instant_of(*at)))
        })
    }

    fn carry_out(&mut self, wish: ToDriver) -> Result<()> {
        match wish {
            ToDriver::Command(command, reply) => {
                let id = CommandId(self.next_command);
                self.next_command += 1;
                self.waiting.insert(id, reply);
                self.feed(Input::Command(id, command))?;
            }
            ToDriver::Read(look) => look(&self.household, self.now()),
            ToDriver::Ledger(reply) => {
                let entries = block(|| self.store.ledger()).map(|(entries, _)| entries);
                let _asker_is_gone = reply.send(entries);
            }
            ToDriver::Store(work) => {
                let may_write = self.handle.shared.disk.may_write();
                block(|| work(may_write.map(|()| &mut self.store)));
            }
            ToDriver::Listening(reply) => {
                let peer = self.mesh.peer_id();
                let addresses = self.mesh.addresses();
                let named = addresses
                    .iter()
                    .map(|a| format!("{}/p2p/{peer}", a.as_str()))
                    .collect();
                let _asker_is_gone = reply.send(named);
            }
            ToDriver::Reach(reply) => {
                let _asker_is_gone = reply.send(self.mesh.reach());
            }
            ToDriver::Keeper(news) => self.feed(Input::Keeper(news))?,
            ToDriver::Dial(device, addresses) => self.mesh.dial(device, &addresses),
            ToDriver::Stop(_) => {}
        }
        Ok(())
    }

    fn hear(&mut self, event: MeshEvent) -> Result<()> {
        match &event {
            MeshEvent::Connected { device, .. } => {
                self.connected.insert(*device);
            }
            MeshEvent::Disconnected { device } => {
                self.connected.remove(device);
            }
            MeshEvent::ListenerFailed(error) => {
                tracing::warn!(error, "an address cannot be listened on any more");
            }
            _ => {}
        }
        if let MeshEvent::Stream(stream) = event {
            if self.serving.len() < STREAMS {
                self.serving.spawn(serving::serve(
                    self.handle.clone(),
                    stream,
                    self.turns.clone(),
                ));
            }
            return Ok(());
        }
        event.into_input().map_or(Ok(()), |input| self.feed(input))
    }

    /// Gives the engine one input, makes durable what it wants kept, then lets the rest out.
    fn feed(&mut self, input: Input) -> Result<()> {
        let now = self.now();
        let witness = self.handle.shared.witness.as_deref();
        if let Some(witness) = witness {
            witness.hears(&self.household, &input, now);
        }
        let outputs = self.household.handle(input, now);
        if let Some(witness) = witness {
            witness.wants(&self.household, &outputs, now);
        }
        let mut records = Vec::new();
        let mut rest = Vec::new();
        for output in outputs {
            match output {
                Output::Judge {
                    message,
                    acceptance,
                } => self.mesh.judge(message, acceptance),
                Output::Store(record) => records.push(*record),
                other => rest.push(other),
            }
        }
        match block(|| self.keep(&records)) {
            Ok(()) => rest.into_iter().for_each(|output| self.let_out(output)),
            Err(error) => self.start_over(&error, &records, rest)?,
        }
        Ok(())
    }

    fn keep(&mut self, records: &[Record]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let disk = &self.handle.shared.disk;
        disk.may_write()?;
        if let Err(error) = self.store.save(records) {
            tracing::warn!(error = %error.chain(), "a write failed");
            disk.after_failure()?;
            self.store.save(records)?;
        }
        self.spare.follow(records, &self.store);
        if disk.condition() == Condition::Full {
            disk.recover();
        }
        Ok(())
    }

    fn let_out(&mut self, output: Output) {
        match output {
            Output::Judge { .. } | Output::Store(_) => {}
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
            Output::Shred(clip) => {
                let vault = self.handle.shared.vault.clone();
                self.shredding.spawn(async move {
                    let removed = block(|| vault.remove(clip));
                    let removed = removed.inspect_err(|e| tracing::error!(error = %e.chain()));
                    (clip, removed.is_ok())
                });
            }
            Output::Keeper(task) => {
                keeping::at_once(&self.handle, &task);
                let (node, turns) = (self.handle.clone(), self.pulls.clone());
                self.keeping.spawn(keeping::carry_out(node, task, turns));
            }
            Output::AskDomain(publisher, domain) => {
                let domains = self.handle.shared.domains.clone();
                self.asking
                    .spawn(async move { (publisher, domains.ask(&domain).await) });
            }
            Output::Rescue(task) => {
                if let Some(rescue) = self.mesh.rescue().cloned() {
                    self.rescuing.spawn(rescue.carry_out(task));
                }
            }
            Output::SetTimer { at, timer } => {
                self.timers.insert(timer, at);
            }
            Output::Answer(command, answer) => {
                if let Some(reply) = self.waiting.remove(&command) {
                    let _asker_is_gone = reply.send(answer.map_err(Error::from));
                }
            }
            Output::Emit(event) => {
                if matches!(event, Event::Locked(true)) {
                    self.handle.shared.watched.close();
                }
                let _nobody_watches = self.events.send(event);
            }
        }
    }

    /// The batch could not be kept, so nothing of it may leave: its commands fail, and the engine goes back to what
    /// is on disk.
    ///
    /// # Errors
    /// If the disk cannot be read either.
    fn start_over(&mut self, cause: &Error, records: &[Record], unsaid: Vec<Output>) -> Result<()> {
        tracing::error!(error = %cause.chain(), lost = records.len(), "the store failed");
        for output in unsaid {
            match output {
                Output::Answer(command, _) => {
                    if let Some(reply) = self.waiting.remove(&command) {
                        let failed = Error::new(cause.kind(), cause.to_string());
                        let _asker_is_gone = reply.send(Err(failed));
                    }
                }
                Output::Reply { request, .. } => self.mesh.decline(request),
                _ => {}
            }
        }
        let me = self.handle.shared.home.me()?;
        let seed = self.handle.shared.entropy.seed()?;
        self.household = Household::new(me, block(|| self.store.records())?, seed);
        // Timers that the lost engine had set still come; what it knew of connections is told again.
        let now = self.now();
        let members = self.household.devices_of_members();
        let mut outputs = vec![Output::Members(members)];
        outputs.extend(self.household.handle(
            Input::Listening {
                addresses: self.mesh.addresses(),
            },
            now,
        ));
        if self.mesh.rescue().is_some() {
            outputs.extend(
                self.household
                    .handle(Input::Rescue(RescueNews::Wanted), now),
            );
        }
        for device in &self.connected {
            outputs.extend(self.household.handle(
                Input::Connected {
                    device: *device,
                    address: None,
                },
                now,
            ));
        }
        for output in outputs {
            self.let_out(output);
        }
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.handle.shared.clock.now()
    }
}
