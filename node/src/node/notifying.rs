//! Notifications of a running node: each outlet is told what is new, once, and fails alone.
//!
//! Nothing is queued. What was said on the street and what an outlet was told are compared after every event, and what was
//! told is kept: so a restart sends nothing twice, a server that was away gets what still holds, and there is never more to send
//! than the street's own bounds allow. Only that somebody is at a camera, or signed in, is an event of the moment (`moments`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use streetlamp_proto::alert::Urgency;
use streetlamp_proto::identity::Name;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::again::and_again;
use super::moments::{Moment, Moments, SignedIn};
use super::news::{News, Speaker};
use super::{NodeHandle, handle};
use crate::error::{Error, ErrorKind, Result};
use crate::notify::{About, Notice, Outlet, Standing};
use crate::secret::{self, Secret};

/// Under which names outlets are kept.
const UNDER: &str = "notify/";
/// Most outlets of one home.
const OUTLETS: usize = 16;
/// How often is looked when nothing happens: quiet hours end without an event.
const LOOK: Duration = Duration::from_secs(60);
/// The least time between two notices of an outlet.
const PACE: Duration = Duration::from_secs(1);
/// Whoever stands at a camera rings once within this time.
const ONCE: Duration = Duration::from_secs(60);

/// The outlets of a node.
#[derive(Debug, Default)]
pub(super) struct Notifying {
    known: Mutex<BTreeMap<Name, Known>>,
    /// Held while outlets are added and removed.
    changing: tokio::sync::Mutex<()>,
    /// When each camera rang last.
    rang: Mutex<BTreeMap<Name, Timestamp>>,
}

#[derive(Debug)]
struct Known {
    teller: Arc<Teller>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// An outlet, as the household sees it.
#[derive(Debug, Clone)]
pub struct OutletView {
    /// How it is called.
    pub name: Name,
    /// What was said about it.
    pub outlet: Outlet,
    /// What it does, in one word.
    pub state: &'static str,
    /// What is wrong.
    pub error: Option<String>,
}

impl Notifying {
    fn known(&self) -> MutexGuard<'_, BTreeMap<Name, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NodeHandle {
    /// Starts every outlet that is kept.
    pub(super) async fn start_notifying(&self) -> Result<()> {
        let names = self.with_store(|store| store.said_under(UNDER)).await?;
        for kept in names {
            let name = kept.strip_prefix(UNDER).map(Name::clean);
            if let (Some(Ok(name)), Some(outlet)) = (name, self.said(&kept).await?) {
                self.tell_over(name, outlet);
            }
        }
        Ok(())
    }

    /// Stops every outlet.
    pub(super) async fn stop_notifying(&self) {
        let known = std::mem::take(&mut *self.shared.notifying.known());
        known.values().for_each(|known| known.stop.cancel());
        for known in known.into_values() {
            let _it_failed_before = known.running.await;
        }
    }

    fn tell_over(&self, name: Name, outlet: Outlet) {
        let teller = Arc::new(Teller {
            node: self.clone(),
            name: name.clone(),
            outlet,
            state: Mutex::new(("starting", None)),
            moments: Moments::default(),
            woken: Notify::new(),
        });
        let stop = CancellationToken::new();
        let running = tokio::spawn(keep_up(Arc::clone(&teller), stop.clone()));
        let known = Known {
            teller,
            stop,
            running,
        };
        self.shared.notifying.known().insert(name, known);
    }

    /// A key to sign messages with, to be shown once.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn draw_key(&self) -> Result<Secret> {
        let (key, _) = secret::draw(&mut self.shared.entropy.generator()?);
        Ok(Secret(Zeroizing::new(key)))
    }

    /// Tells the household of what is new from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if there is an outlet of this name, or there are too many; the store's failure.
    pub async fn add_outlet(&self, name: Name, outlet: Outlet) -> Result<()> {
        let _alone = self.shared.notifying.changing.lock().await;
        {
            let known = self.shared.notifying.known();
            let message = match known.len() {
                _ if known.contains_key(&name) => format!(
                    "there is a notification '{name}' already: remove it first, or choose another name"
                ),
                OUTLETS.. => format!("a home has at most {OUTLETS} of them: remove one first"),
                _ => String::new(),
            };
            if !message.is_empty() {
                return Err(Error::new(ErrorKind::Conflict, message));
            }
        }
        // What is known already is no news.
        let told = self.news().await?;
        let told = told.iter().map(|new| (new.id, new.retracted)).collect();
        let row = name.to_string();
        self.with_store(move |store| store.keep_told(&row, &told))
            .await?;
        self.keep_said(&format!("{UNDER}{name}"), &outlet).await?;
        self.tell_over(name, outlet);
        Ok(())
    }

    /// Tells nothing more over an outlet, and forgets what was said about it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; the store's failure.
    pub async fn remove_outlet(&self, name: &Name) -> Result<()> {
        let _alone = self.shared.notifying.changing.lock().await;
        let known = self.shared.notifying.known().remove(name);
        let known = known.ok_or_else(|| no_such(name))?;
        known.stop.cancel();
        let _it_failed_before = known.running.await;
        self.forget_said(&format!("{UNDER}{name}")).await?;
        let row = name.to_string();
        self.with_store(move |store| store.forget_told(&row)).await
    }

    /// Sends something over an outlet now, whatever the hour.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none, else why it does not arrive.
    pub async fn test_outlet(&self, name: &Name) -> Result<()> {
        let teller = {
            let known = self.shared.notifying.known();
            known.get(name).map(|known| Arc::clone(&known.teller))
        };
        teller.ok_or_else(|| no_such(name))?.test().await
    }

    /// Every outlet, by name.
    pub fn outlets(&self) -> Vec<OutletView> {
        let known = self.shared.notifying.known();
        let view = |known: &Known| {
            let state = known.teller.state.lock();
            let state = state.unwrap_or_else(PoisonError::into_inner).clone();
            OutletView {
                name: known.teller.name.clone(),
                outlet: known.teller.outlet.clone(),
                state: state.0,
                error: state.1,
            }
        };
        known.values().map(view).collect()
    }

    /// Somebody is at a camera.
    pub(super) fn somebody_at(&self, camera: &Name) {
        let now = self.now();
        {
            let rang = self.shared.notifying.rang.lock();
            let mut rang = rang.unwrap_or_else(PoisonError::into_inner);
            rang.retain(|_, at| now.since(*at) < ONCE);
            if rang.insert(camera.clone(), now).is_some() {
                return;
            }
        }
        self.happens(&Moment::AtCamera(camera.clone()), now);
    }

    /// A browser signed in to the page.
    pub(crate) fn somebody_signed_in(&self, from: SignedIn) {
        self.happens(&Moment::SignedIn(from), self.now());
    }

    fn happens(&self, moment: &Moment, at: Timestamp) {
        for known in self.shared.notifying.known().values() {
            known.teller.take(moment, at);
        }
    }
}

fn no_such(name: &Name) -> Error {
    let message = format!("there is no notification '{name}': look at 'streetlamp notify list'");
    Error::new(ErrorKind::NotFound, message)
}

/// What an outlet was told: whether that was taken back since.
pub(crate) type Told = BTreeMap<StatementId, bool>;

/// One outlet at work.
#[derive(Debug)]
struct Teller {
    node: NodeHandle,
    name: Name,
    outlet: Outlet,
    state: Mutex<(&'static str, Option<String>)>,
    moments: Moments,
    woken: Notify,
}

async fn keep_up(teller: Arc<Teller>, stop: CancellationToken) {
    let work = || {
        let (teller, stop) = (Arc::clone(&teller), stop.clone());
        async move {
            let told = stop.run_until_cancelled(Box::pin(teller.tell()));
            told.await.unwrap_or(Ok(()))
        }
    };
    and_again(&stop, work, |error, rest| {
        tracing::warn!(outlet = %teller.name, error = error.chain(), rest_s = rest.as_secs(), "a notification does not arrive");
        teller.is("waiting", Some(error.to_string()));
    })
    .await;
}

impl Teller {
    fn is(&self, state: &'static str, error: Option<String>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (state, error);
    }

    fn take(&self, moment: &Moment, at: Timestamp) {
        if self.outlet.wants(moment.about(), Urgency::HeadsUp) {
            self.moments.add(moment.clone(), at);
            self.woken.notify_one();
        }
    }

    /// A name of something that only this outlet has for it: two servers cannot find out that they tell of the same.
    fn id(&self, of: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("streetlamp 2026-11 notice id");
        hasher.update(self.node.peer_id().as_bytes());
        hasher.update(self.name.as_str().as_bytes());
        hasher.update(of);
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        HEXLOWER.encode(&id)
    }

    async fn test(&self) -> Result<()> {
        let at = self.node.now();
        let notice = Notice {
            id: self.id(&at.as_ms().to_be_bytes()),
            about: About::Alerts,
            urgency: Urgency::Info,
            standing: Standing::Test,
            kind: "test".to_owned(),
            title: "test".to_owned(),
            at,
        };
        self.outlet.send(&notice).await
    }

    /// Tells what is new until it fails.
    async fn tell(&self) -> Result<()> {
        let mut events = self.node.events();
        let row = self.name.to_string();
        let mut told = self.node.with_store(move |store| store.told(&row)).await?;
        loop {
            // One look answers all that happened until now: a home that was away takes in thousands at once.
            events = events.resubscribe();
            self.tell_moments().await?;
            self.tell_news(&mut told).await?;
            self.is("ready", None);
            tokio::select! {
                event = timeout(LOOK, events.recv()) => if let Ok(Err(RecvError::Closed)) = event {
                    return Err(handle::stopped());
                },
                () = self.woken.notified() => {}
            }
        }
    }

    async fn tell_moments(&self) -> Result<()> {
        loop {
            let now = self.node.now();
            let quiet = !self.outlet.may_ring(Urgency::HeadsUp, now);
            let Some(next) = self.moments.next(quiet, now) else {
                return Ok(());
            };
            let (moment, at) = &next;
            let word = moment.word();
            let notice = Notice {
                id: self.id(format!("{word} {}", at.as_ms()).as_bytes()),
                about: moment.about(),
                urgency: Urgency::HeadsUp,
                standing: Standing::Said,
                kind: word.clone(),
                title: word,
                at: now,
            };
            self.outlet.send(&notice).await?;
            self.moments.forget(&next);
            sleep(PACE).await;
        }
    }

    async fn tell_news(&self, told: &mut Told) -> Result<()> {
        let news = self.node.news().await?;
        for new in &news {
            let before = told.get(&new.id).copied();
            let now = self.node.now();
            let wanted = self.outlet.wants(about(new), new.urgency);
            // What was taken back before it was told is nothing to tell.
            let nothing_new = before == Some(new.retracted) || (before.is_none() && new.retracted);
            // A retraction is told to whoever was told, also if it is lesser by now.
            if nothing_new
                || (!wanted && before.is_none())
                || !self.outlet.may_ring(new.urgency, now)
            {
                continue;
            }
            self.outlet.send(&self.notice(new, now)).await?;
            told.insert(new.id, new.retracted);
            self.keep(told).await?;
            sleep(PACE).await;
        }
        let over = told.len();
        let holds: BTreeSet<_> = news.iter().map(|new| new.id).collect();
        told.retain(|id, _| holds.contains(id));
        if told.len() < over {
            self.keep(told).await?;
        }
        Ok(())
    }

    fn notice(&self, new: &News, at: Timestamp) -> Notice {
        Notice {
            id: self.id(new.id.as_bytes()),
            about: about(new),
            urgency: new.urgency,
            standing: match new.retracted {
                true => Standing::Retracted,
                false => Standing::Said,
            },
            kind: new.kind.to_owned(),
            title: new.title.clone(),
            at,
        }
    }

    async fn keep(&self, told: &Told) -> Result<()> {
        let (row, told) = (self.name.to_string(), told.clone());
        self.node
            .with_store(move |store| store.keep_told(&row, &told))
            .await
    }
}

const fn about(new: &News) -> About {
    match new.speaker {
        Speaker::Neighbour => About::Alerts,
        Speaker::Agency => About::Bulletins,
    }
}
