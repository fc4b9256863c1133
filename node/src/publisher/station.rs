//! The loop of a publisher's node: feeds its engine and carries out what it wants.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::Multiaddr;
use streetlamp_proto::publisher::{
    Binding, BulletinError, Desk, DeskAnswer, DeskCommand, DeskFailure, DeskInput, DeskOutput,
    DeskRecord, DeskTimer, OwnBulletin,
};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::time::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::store::DeskStore;
use crate::blocking::block;
use crate::clock::Clock;
use crate::disk::{Condition, Disk};
use crate::error::{Error, ErrorKind, Result};
use crate::mesh::{Speaker, SpeakerEvent};

/// How often homes that are not connected are dialled again.
const REDIAL: Duration = Duration::from_secs(10);

/// What a handle can ask of the loop.
#[derive(Debug)]
pub(super) enum ToStation {
    Command(DeskCommand, oneshot::Sender<Result<Published>>),
    Look(oneshot::Sender<Glance>),
    Stop(oneshot::Sender<()>),
}

/// Something was said.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// What.
    pub answer: DeskAnswer,
    /// Whether anybody who listens was connected.
    pub heard: bool,
}

/// A publisher at a glance.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Who it says it is.
    pub binding: Signed<Binding>,
    /// What it said and is not over.
    pub bulletins: Vec<OwnBulletin>,
    /// Homes that are connected.
    pub homes: usize,
    /// Where it listens.
    pub listen: Vec<String>,
}

/// Owns engine, store and swarm.
#[derive(Debug)]
pub(super) struct Station {
    pub(super) desk: Desk,
    pub(super) store: DeskStore,
    pub(super) disk: Disk,
    pub(super) speaker: Speaker,
    pub(super) inbox: mpsc::Receiver<ToStation>,
    pub(super) homes: Vec<Multiaddr>,
    pub(super) clock: Clock,
    pub(super) timers: BTreeMap<DeskTimer, Timestamp>,
}

impl Station {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// If the store is beyond use.
    pub(super) async fn run(mut self) -> Result<()> {
        self.feed(DeskInput::Started)?;
        let mut redial = tokio::time::interval(REDIAL);
        loop {
            let next = self.timers.iter().min_by_key(|(timer, at)| (**at, **timer));
            let next = next.map(|(timer, at)| (*timer, self.clock.instant_of(*at)));
            let due = async {
                match next {
                    Some((timer, at)) => {
                        tokio::time::sleep_until(at).await;
                        timer
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(wish) = self.inbox.recv() => match wish {
                    ToStation::Stop(done) => {
                        self.speaker.close().await;
                        let _nobody_waits = done.send(());
                        return Ok(());
                    }
                    wish => self.carry_out(wish)?,
                },
                timer = due => {
                    self.timers.remove(&timer);
                    self.feed(DeskInput::Due(timer))?;
                }
                _ = redial.tick() => for home in &self.homes {
                    self.speaker.dial(home);
                },
                event = self.speaker.next() => match event {
                    SpeakerEvent::Listener(topic) => {
                        self.feed(DeskInput::Listener(topic))?;
                    }
                    SpeakerEvent::Homes(homes) => tracing::info!(homes, "homes are connected"),
                    SpeakerEvent::ListenerFailed(error) => {
                        tracing::warn!(error, "an address cannot be listened on any more");
                    }
                },
            }
        }
    }

    fn carry_out(&mut self, wish: ToStation) -> Result<()> {
        match wish {
            ToStation::Command(command, reply) => {
                let published = self.feed(DeskInput::Command(command))?;
                let published = published.unwrap_or_else(|| Err(unanswered()));
                let _asker_is_gone = reply.send(published);
            }
            ToStation::Look(reply) => {
                let glance = Glance {
                    binding: self.desk.binding().clone(),
                    bulletins: self.desk.bulletins(self.clock.now()),
                    homes: self.speaker.homes(),
                    listen: self.speaker.addresses(),
                };
                let _asker_is_gone = reply.send(glance);
            }
            ToStation::Stop(_) => {}
        }
        Ok(())
    }

    /// Makes records durable, on a full disk with the room that was set aside for it.
    fn keep(&mut self, records: &[DeskRecord]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.disk.may_write()?;
        if let Err(error) = self.store.save(records) {
            tracing::warn!(error = %error.chain(), "a write failed");
            self.disk
                .after_failure()
                .map_err(|error| match error.kind() {
                    ErrorKind::Unavailable => no_room(error),
                    _ => error,
                })?;
            self.store.save(records).map_err(no_room)?;
            tracing::warn!("the disk is full: make room, or soon nothing more can be said");
        }
        if self.disk.condition() == Condition::Full {
            self.disk.recover();
        }
        Ok(())
    }

    /// Gives the engine one input, makes durable what it wants kept, then says the rest.
    ///
    /// # Errors
    /// If it cannot be kept. Nothing of it was said then, and the node has to be started again.
    fn feed(&mut self, input: DeskInput) -> Result<Option<Result<Published>>> {
        let (mut records, mut rest) = (Vec::new(), Vec::new());
        let now = self.clock.now();
        for output in block(|| self.desk.handle(input, now)) {
            match output {
                DeskOutput::Store(record) => records.push(record),
                other => rest.push(other),
            }
        }
        block(|| self.keep(&records))?;
        let (mut heard, mut answered) = (false, None);
        for output in rest {
            match output {
                DeskOutput::Store(_) => {}
                DeskOutput::Publish { topic, bytes } => {
                    heard |= self.speaker.publish(&topic, bytes);
                }
                DeskOutput::SetTimer { at, timer } => {
                    self.timers.insert(timer, at);
                }
                DeskOutput::Answer(answer) => {
                    let answer = answer.map(|answer| Published { answer, heard });
                    answered = Some(answer.map_err(refused));
                }
            }
        }
        Ok(answered)
    }
}

/// What an agency has to say may be all the more urgent on the day on which its disk is full.
fn no_room(cause: Error) -> Error {
    let message =
        "the disk is full, so nothing was said: make room, then start the publisher again";
    Error::new(ErrorKind::Unavailable, message).because(cause)
}

fn refused(failure: DeskFailure) -> Error {
    let advice = match failure {
        DeskFailure::Bulletin(BulletinError::OneKey) => {
            ": name its file with --second-key (the one that 'streetlamp publisher init --second-key' made)"
        }
        _ => "",
    };
    Error::new(kind_of(failure), format!("{failure}{advice}"))
}

const fn kind_of(failure: DeskFailure) -> ErrorKind {
    match failure {
        DeskFailure::TooOften | DeskFailure::TooMany => ErrorKind::Unavailable,
        DeskFailure::SaidBefore => ErrorKind::Conflict,
        DeskFailure::Unknown | DeskFailure::NothingToTakeBack => ErrorKind::NotFound,
        _ => ErrorKind::Invalid,
    }
}

fn unanswered() -> Error {
    Error::new(ErrorKind::Internal, "the engine did not answer")
}
