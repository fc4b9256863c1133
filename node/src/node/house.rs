//! The home among the other programs of the house: a connection to the MQTT broker that comes back when it breaks.
//!
//! What is said follows from how the home is and what was said on the street; both are looked at after every event, and what
//! is new is told. An event that was missed is therefore only late.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use streetlamp_proto::alert::Urgency;
use streetlamp_proto::signed::StatementId;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::again::and_again;
use super::news::{News, Speaker};
use super::{NodeHandle, handle};
use crate::contents::Contents;
use crate::disk::Condition;
use crate::error::{Error, ErrorKind, Result};
use crate::house::{Allowed, Device, Happened, Said, Settings, State, Wanted};
use crate::mqtt::{Message, Session, Voice};

/// The name under which what was said about it is kept.
const NAME: &str = "house";
/// How often the home is looked at when nothing happens: its disk fills without an event.
const LOOK: Duration = Duration::from_secs(60);
/// Commands from the broker that wait. What comes beyond them is dropped.
const COMMANDS: usize = 8;
/// The least time between two of them.
const PACE: Duration = Duration::from_millis(250);
/// Free room is told to so many megabytes: it changes all the time.
const ROUNDED_MB: u64 = 100;

/// The house's broker, if the home speaks to one.
#[derive(Debug, Default)]
pub(super) struct House {
    joined: Mutex<Option<Joined>>,
    /// Held while it is joined and left.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Joined {
    device: Device,
    state: Arc<Mutex<(&'static str, Option<String>)>>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// How the connection to the house is.
#[derive(Debug, Clone)]
pub struct HouseView {
    /// What it does, in a word.
    pub state: &'static str,
    /// What is wrong.
    pub error: Option<String>,
    /// The broker's address.
    pub broker: String,
    /// How much is told.
    pub contents: Contents,
    /// What may be done from there.
    pub allowed: Vec<Allowed>,
}

impl House {
    fn joined(&self) -> std::sync::MutexGuard<'_, Option<Joined>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NodeHandle {
    /// Speaks to the broker that was said.
    pub(super) async fn start_house(&self) -> Result<()> {
        if let Some(settings) = self.said(NAME).await? {
            self.join(settings);
        }
        Ok(())
    }

    /// Parts from it.
    pub(super) async fn stop_house(&self) {
        let joined = self.shared.house.joined().take();
        if let Some(joined) = joined {
            end(joined).await;
        }
    }

    fn join(&self, settings: Settings) {
        let device = Device::new(settings, self.peer_id());
        let state = Arc::new(Mutex::new(("connecting", None)));
        let stop = CancellationToken::new();
        let link = Link {
            node: self.clone(),
            device: device.clone(),
            state: Arc::clone(&state),
            told: Arc::default(),
        };
        let running = tokio::spawn(keep_up(link, stop.clone()));
        *self.shared.house.joined() = Some(Joined {
            device,
            state,
            stop,
            running,
        });
    }

    /// Speaks to a broker of the house from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it speaks to one already, else what keeps it from speaking to this one.
    pub async fn connect_house(&self, settings: Settings) -> Result<()> {
        let _alone = self.shared.house.changing.lock().await;
        if self.shared.house.joined().is_some() {
            let message = "this home speaks to a broker already: leave it first, with 'streetlamp house leave'";
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let name = format!(
            "{}-test",
            Device::new(settings.clone(), self.peer_id()).name()
        );
        let session = Session::open(&settings.broker, name, None).await?;
        session.close().await?;
        self.keep_said(NAME, &settings).await?;
        self.join(settings);
        Ok(())
    }

    /// Speaks to it no more, and leaves nothing there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it speaks to none; that the broker is away, unless that is no matter.
    pub async fn leave_house(&self, anyway: bool) -> Result<()> {
        let _alone = self.shared.house.changing.lock().await;
        let joined = self.shared.house.joined().take();
        let Some(joined) = joined else {
            return Err(not_joined());
        };
        let device = joined.device.clone();
        end(joined).await;
        if let Err(error) = say_farewell(&device).await
            && !anyway
        {
            self.join(device.settings().clone());
            let message = "the broker cannot be told that this home is gone, and would keep it: try again, or add '--anyway'";
            return Err(Error::new(ErrorKind::Unavailable, message).because(error));
        }
        self.forget_said(NAME).await
    }

    /// How that goes; nothing if it speaks to none.
    pub fn house(&self) -> Option<HouseView> {
        let joined = self.shared.house.joined();
        let joined = joined.as_ref()?;
        let state = joined.state.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = joined.device.settings();
        Some(HouseView {
            state: state.0,
            error: state.1.clone(),
            broker: settings.broker.shown(),
            contents: settings.contents,
            allowed: settings.allowed.iter().copied().collect(),
        })
    }
}

fn not_joined() -> Error {
    let message = "this home speaks to no broker: begin with 'streetlamp house connect'";
    Error::new(ErrorKind::NotFound, message)
}

async fn end(joined: Joined) {
    joined.stop.cancel();
    let _it_failed_before = joined.running.await;
}

async fn say_farewell(device: &Device) -> Result<()> {
    let broker = &device.settings().broker;
    let session = Session::open(broker, device.name(), None).await?;
    let voice = session.voice();
    for said in device.farewell() {
        say(&voice, &said)?;
    }
    session.close().await
}

fn say(voice: &Voice, said: &Said) -> Result<()> {
    voice.say(&said.topic, said.payload.as_bytes(), said.retain)
}

/// What was told of what was said on the street: whether it was taken back.
type Told = BTreeMap<StatementId, bool>;

/// One home, one broker.
#[derive(Debug, Clone)]
struct Link {
    node: NodeHandle,
    device: Device,
    state: Arc<Mutex<(&'static str, Option<String>)>>,
    /// Nothing before the first look: what was known then is no news.
    told: Arc<tokio::sync::Mutex<Option<Told>>>,
}

async fn keep_up(link: Link, stop: CancellationToken) {
    let work = || {
        let (link, stop) = (link.clone(), stop.clone());
        async move { link.speak(&stop).await }
    };
    and_again(&stop, work, |error, rest| {
        tracing::warn!(
            error = error.chain(),
            rest_s = rest.as_secs(),
            "the house's broker is not spoken to"
        );
        link.is("waiting", Some(error.to_string()));
    })
    .await;
}

impl Link {
    fn is(&self, state: &'static str, error: Option<String>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (state, error);
    }

    /// Speaks until the connection breaks, or until it is stopped.
    async fn speak(&self, stop: &CancellationToken) -> Result<()> {
        self.is("connecting", None);
        let mut told = self.told.lock().await;
        if told.is_none() {
            *told = Some(now_known(&self.node.news().await?));
        }
        let told = told.get_or_insert_default();
        let broker = &self.device.settings().broker;
        let will = Some(self.device.will());
        let mut session = Session::open(broker, self.device.name(), will).await?;
        for topic in self.device.listens() {
            session.hear(&topic)?;
        }
        let voice = session.voice();
        let (wanted, inbox) = mpsc::channel(COMMANDS);
        let hearing = async {
            loop {
                let Message {
                    topic,
                    payload,
                    retained,
                } = session.next().await?;
                if let Some(heard) = self.device.heard(&topic, &payload, retained) {
                    let _too_many = wanted.try_send(heard);
                }
            }
        };
        let hearing = Box::pin(hearing);
        tokio::select! {
            broken = hearing => broken,
            ended = Box::pin(self.tell(&voice, inbox, told, stop)) => ended,
        }?;
        session.close().await
    }

    /// Tells what is new until it is stopped.
    async fn tell(
        &self,
        voice: &Voice,
        mut inbox: mpsc::Receiver<Wanted>,
        told: &mut Told,
        stop: &CancellationToken,
    ) -> Result<()> {
        let mut events = self.node.events();
        let mut modes = self.node.mode_changes();
        let mut state = self.look().await?;
        for said in self.device.hello(&state) {
            say(voice, &said)?;
        }
        self.is("connected", None);
        loop {
            tokio::select! {
                () = stop.cancelled() => return say(voice, &self.device.bye()),
                wanted = inbox.recv() => match wanted {
                    Some(wanted) => self.do_what_is(wanted, voice, &state).await?,
                    None => return Ok(()),
                },
                event = events.recv() => if matches!(event, Err(RecvError::Closed)) {
                    return Err(handle::stopped());
                },
                _changed = modes.changed() => {}
                () = sleep(LOOK) => {}
            }
            // One look answers all that happened until now: a home that was away takes in thousands at once.
            events = events.resubscribe();
            let now = self.look().await?;
            if now != state {
                say(voice, &self.device.state(&now))?;
                state = now;
            }
            let news = self.node.news().await?;
            for new in &news {
                let before = told.get(&new.id);
                // What was taken back before it was told is nothing to tell.
                if before == Some(&new.retracted) || (before.is_none() && new.retracted) {
                    continue;
                }
                say(voice, &self.device.happened(&happened(new)))?;
                told.insert(new.id, new.retracted);
            }
            let known = now_known(&news);
            told.retain(|id, _| known.contains_key(id));
        }
    }

    async fn do_what_is(&self, wanted: Wanted, voice: &Voice, state: &State) -> Result<()> {
        match wanted {
            Wanted::Lock => self.node.lock().await?,
            Wanted::Mode(mode) => self.node.set_mode(mode).await?,
            Wanted::Everything => {
                for said in self.device.hello(state) {
                    say(voice, &said)?;
                }
            }
        }
        sleep(PACE).await;
        Ok(())
    }

    async fn look(&self) -> Result<State> {
        let look = |household: &streetlamp_proto::household::Household, now| household.status(now);
        let status = self.node.read(look).await?;
        let news = self.node.news().await?;
        let urgent = |new: &News| new.urgency == Urgency::Urgent && !new.retracted;
        let free = self.node.room().0.map(|bytes| bytes / 1_000_000);
        Ok(State {
            locked: status.locked,
            urgent: news.iter().any(urgent),
            neighbours: status.neighbours_connected,
            free_mb: free.map(|mb| mb - mb % ROUNDED_MB),
            disk_trouble: self.node.disk() != Condition::Well,
            mode: self.node.mode(),
        })
    }
}

fn now_known(news: &[News]) -> Told {
    news.iter().map(|new| (new.id, new.retracted)).collect()
}

fn happened(news: &News) -> Happened {
    Happened {
        what: match (news.retracted, news.speaker, news.urgency) {
            (true, ..) => Happened::RETRACTION,
            (_, Speaker::Agency, _) => Happened::BULLETIN,
            (_, _, Urgency::Urgent) => Happened::URGENT,
            _ => Happened::ALERT,
        },
        kind: news.kind,
        title: news.title.clone(),
    }
}
