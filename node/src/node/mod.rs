//! The node: store, mesh and engine put together, and the order in which they start and stop.

mod again;
mod cameras;
mod clips;
mod driver;
mod fetching;
mod handle;
mod house;
mod keeping;
mod lan;
mod listening;
mod moments;
mod news;
mod notifying;
mod programs;
mod said;
mod sealed;
mod serving;
mod sharing;
mod watching;
mod witness;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rand_chacha::rand_core::Rng;
use streetlamp_proto::household::{Event, Household};
use tokio::sync::{broadcast, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

pub use cameras::{CameraView, Intake, Seen};
pub use handle::{AddedClip, FetchedClip, Film, NodeHandle, Page, RecalledClips};
pub use house::HouseView;
pub use lan::{Asked, DoorState, LanView, is_near};
pub(crate) use moments::SignedIn;
pub use news::{News, Speaker};
pub use notifying::OutletView;
pub use programs::{Program, Scope};
pub use sharing::Shared as SharedClip;
pub use watching::Watched;
pub use witness::Witness;

use crate::blocking;
use crate::clock::Clock;
use crate::control;
use crate::disk::Disk;
use crate::domains::Domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::{Home, HomeLock};
use crate::mesh::{Mesh, Reach, Run, Transport};
use crate::spare::{Spare, TakenBack};
use crate::store::Store;
use crate::vault::{Kept, Vault};
use crate::web::Web;
use cameras::Cameras;
use driver::Driver;
use handle::Shared;
use house::House;
use lan::Lan;
use notifying::Notifying;
use watching::WatchedFilms;

/// Commands that wait for the driver, at most. Page and command line wait their turn beyond it.
const COMMANDS: usize = 64;
/// Events that a slow watcher may be behind.
const EVENTS: usize = 256;

/// How a resident wants the node to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Multiaddrs to listen on; every interface, at the port of last time, if there are none.
    pub listen: Vec<String>,
    /// Where the page is; a loopback port if nobody says.
    pub web: Option<SocketAddr>,
    /// Where the page is open to the house's network in this run; where the resident said before if nobody says.
    pub page_lan: Option<SocketAddr>,
    /// Which ways to neighbours it uses.
    pub reach: Reach,
    /// Whom to ask about domains of publishers.
    pub domains: Domains,
}

/// What a node is made of, apart from its home.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// What lies under the home directory.
    pub disk: Disk,
    /// How bytes travel.
    pub transport: Transport,
    /// Multiaddrs to listen on.
    pub listen: Vec<String>,
    /// Which ways to neighbours it uses.
    pub reach: Reach,
    /// Wall time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
    /// Whom to ask about domains of publishers.
    pub domains: Domains,
    /// Who watches.
    pub witness: Option<Arc<dyn Witness>>,
}

/// A node that is put together, and whose driver does not run yet.
#[derive(Debug)]
pub struct Assembled {
    /// The way to it, once it runs.
    pub handle: NodeHandle,
    /// Everything that will happen.
    pub events: broadcast::Receiver<Event>,
    driver: Driver,
}

impl Assembled {
    /// Runs the driver until the node is stopped; ends with the store then.
    ///
    /// # Errors
    /// If the store is beyond use.
    pub async fn run(self) -> Result<Store> {
        // Whoever wants the events has taken them by now.
        drop(self.events);
        Box::pin(self.driver.run()).await
    }
}

/// A node whose engine and mesh run.
#[derive(Debug)]
pub struct Core {
    /// The way to it.
    pub handle: NodeHandle,
    /// The driver; ends with the store when the node is stopped, with an error when the store is beyond use.
    pub driver: JoinHandle<Result<Store>>,
    /// Everything that happened since the start: a neighbour may be quicker than whoever would listen only now.
    pub events: broadcast::Receiver<Event>,
}

impl Core {
    /// Starts engine and mesh on the current runtime. Page, socket and lock are the caller's business.
    ///
    /// # Errors
    /// If an address cannot be listened on, or a key or the store is damaged.
    pub async fn start(home: Home, parts: Parts) -> Result<Self> {
        let Assembled {
            handle,
            events,
            driver,
        } = Self::assemble(home, parts).await?;
        Ok(Self {
            driver: blocking::spawn(driver.run()),
            handle,
            events,
        })
    }

    /// Puts engine and mesh together and listens, for a caller that sees itself to it that the driver runs.
    ///
    /// # Errors
    /// As [`Core::start`].
    pub async fn assemble(home: Home, parts: Parts) -> Result<Assembled> {
        let Parts {
            mut store,
            disk,
            transport,
            listen,
            reach,
            clock,
            entropy,
            domains,
            witness,
        } = parts;
        let me = home.me()?;
        let run = Run(entropy.generator()?.next_u64());
        let (mut mesh, streams) = Mesh::new(&me.device, transport, &reach, run)?;
        listening::listen(&mut mesh, &store, &listen).await?;
        let vault = Vault::open(&home.clips_dir())?;
        let (spare, taken) = Spare::open(vault.clone(), &home.journal_path(), &mut store)?;
        if taken != TakenBack::default() {
            let TakenBack { clips, entries } = taken;
            tracing::warn!(
                clips,
                entries,
                "the database lacked clips or ledger entries: they were taken back in"
            );
        }
        let kept = Kept::open(&home.kept_dir())?;
        let household = Household::new(me, store.records()?, entropy.seed()?);

        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (events, from_the_start) = broadcast::channel(EVENTS);
        let shared = Shared {
            driver: commands,
            events: events.clone(),
            peer_id: mesh.peer_id().to_string(),
            home,
            disk,
            vault,
            kept,
            domains,
            streams,
            clock,
            entropy: entropy.clone(),
            page: OnceLock::new(),
            cameras: Cameras::default(),
            house: House::default(),
            lan: Lan::default(),
            notifying: Notifying::default(),
            watched: WatchedFilms::default(),
            witness,
        };
        let handle = NodeHandle {
            shared: Arc::new(shared),
        };
        let driver = Driver::new(household, store, spare, mesh, inbox, events, handle.clone());
        Ok(Assembled {
            driver,
            handle,
            events: from_the_start,
        })
    }
}

/// A home node with page and command socket.
#[derive(Debug)]
pub struct Node;

/// A home node that runs.
#[derive(Debug)]
pub struct Running {
    /// The way to it.
    pub handle: NodeHandle,
    /// Where the page is.
    pub web: String,
    /// A link that signs one browser in, once.
    pub sign_in: String,
    events: broadcast::Receiver<Event>,
    core: JoinHandle<Result<Store>>,
    services: JoinSet<Result<()>>,
    shutdown: CancellationToken,
    _lock: HomeLock,
}

impl Node {
    /// Starts a node from a home: lock, store, mesh, page, command socket, in this order.
    ///
    /// # Errors
    /// If another node runs from the home, a port is in use, or the home is damaged.
    pub async fn start(home: Home, options: Options) -> Result<Running> {
        let web = Web::bind(options.web, &Entropy::System).await?;
        Self::start_at(web, home, options).await
    }

    /// Starts a node whose page has its port already, whatever the options say of it.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub async fn start_at(web: Web, home: Home, options: Options) -> Result<Running> {
        let lock = home.lock()?;
        let entropy = Entropy::System;
        let disk = Disk::under(home.dir());
        let store = match Store::open(&home.store_path()) {
            // A full disk has no room for the database's log, either.
            Err(error) if disk.after_failure().is_err() => return Err(error),
            Err(_) => Store::open(&home.store_path())?,
            Ok(store) => store,
        };
        let socket = control::bind(home.dir())?;
        let parts = Parts {
            store,
            disk,
            transport: Transport::Internet,
            listen: options.listen,
            reach: options.reach,
            clock: Clock::System,
            entropy,
            domains: options.domains,
            witness: None,
        };
        let core = Core::start(home, parts).await?;
        let (links, sessions) = (web.links(), web.links());
        core.handle.has_page(Page::new(
            links.url(),
            move || links.new_sign_in_link(),
            move || sessions.sign_everybody_out(),
        ));
        core.handle.start_lan(options.page_lan).await?;
        core.handle.start_cameras().await?;
        core.handle.start_house().await?;
        core.handle.start_notifying().await?;
        let shutdown = CancellationToken::new();
        let mut services = JoinSet::new();
        let (url, sign_in) = (web.url(), web.sign_in_link());
        services.spawn(web.serve(core.handle.clone(), shutdown.clone().cancelled_owned()));
        let commands = control::serve(
            core.handle.clone(),
            socket,
            shutdown.clone().cancelled_owned(),
        );
        services.spawn(async {
            commands.await;
            Ok(())
        });
        Ok(Running {
            handle: core.handle,
            web: url,
            sign_in,
            events: core.events,
            core: core.driver,
            services,
            shutdown,
            _lock: lock,
        })
    }
}

impl Running {
    /// Everything that happened since the start, to whoever asks first; from now on to others.
    pub fn events(&mut self) -> broadcast::Receiver<Event> {
        std::mem::replace(&mut self.events, self.handle.events())
    }

    /// Runs until `shutdown` is ready, then stops: page and socket first, then the cameras, the engine last.
    ///
    /// # Errors
    /// If a part of the node failed.
    pub async fn until(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let ended = tokio::select! {
            () = shutdown => Ok(()),
            driver = &mut self.core => flatten(driver).map(drop),
            Some(service) = self.services.join_next() => flatten(service),
        };
        self.shutdown.cancel();
        while self.services.join_next().await.is_some() {}
        self.handle.stop_notifying().await;
        self.handle.stop_house().await;
        self.handle.stop_cameras().await;
        self.handle.stop().await;
        ended
    }
}

fn flatten<T>(joined: std::result::Result<Result<T>, tokio::task::JoinError>) -> Result<T> {
    joined.unwrap_or_else(|panic| {
        Err(Error::new(ErrorKind::Internal, "a part of the node failed").because(panic))
    })
}
