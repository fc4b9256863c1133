//! A publisher's own node: a directory, a loop, and a command socket. No street, no clip, no page.
//!
//! It is a program of its own inside this one. Of a home it uses the error type, the way in which a directory appears
//! whole or not at all, the ballast on its disk, the command socket and the transport; the engine ([`Desk`]), the swarm ([`Speaker`]) and the
//! database are its own. So there is nothing in a publisher's node that could read what residents say, whatever
//! somebody configures; and who changes the program gets no more than anybody who listens on the open topics.

mod control;
mod from_cap;
mod home;
mod station;
mod store;

use std::collections::BTreeMap;
use std::future::Future;

use ed25519_dalek::SigningKey;
use libp2p::Multiaddr;
use rand_chacha::rand_core::Rng;
use streetlamp_proto::publisher::{Binding, Desk, DeskCommand};
use streetlamp_proto::signed::Signed;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use control::{DeskRequest, DraftWords, RelayedWords, RevisionWords, connect};
pub use from_cap::{Becomes, Terms, Weight, from_cap};
pub use home::{NewPublisher, PublisherHome, second_key};
pub use station::{Glance, Published};
pub use store::DeskStore;

use crate::blocking;
use crate::clock::Clock;
use crate::control as socket;
use crate::disk::Disk;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::HomeLock;
use crate::mesh::{Run, Speaker, Transport};
use station::{Station, ToStation};

/// Commands that wait for the loop, at most.
const COMMANDS: usize = 16;

/// How an agency wants its publisher to run.
#[derive(Debug)]
pub struct PublisherOptions {
    /// How bytes travel.
    pub transport: Transport,
    /// Multiaddrs to listen on; every interface if there are none.
    pub listen: Vec<String>,
    /// Multiaddrs of homes to connect to, and to stay connected to.
    pub connect: Vec<String>,
}

/// The way to a publisher that runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PublisherHandle {
    station: mpsc::Sender<ToStation>,
}

/// A publisher that runs.
#[derive(Debug)]
pub struct RunningPublisher {
    /// The way to it.
    pub handle: PublisherHandle,
    /// Its peer id.
    pub peer_id: String,
    station: JoinHandle<Result<()>>,
    socket: JoinHandle<()>,
    shutdown: CancellationToken,
    _lock: HomeLock,
}

/// What a publisher's node is made of, apart from its key and its word about itself.
#[derive(Debug)]
pub struct PublisherParts {
    /// What it said.
    pub store: DeskStore,
    /// The disk under that.
    pub disk: Disk,
    /// How it wants to run.
    pub options: PublisherOptions,
    /// Wall time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
}

/// A publisher that listens, and whose loop does not run yet.
#[derive(Debug)]
pub struct OnAir {
    /// The way to it, once it runs.
    pub handle: PublisherHandle,
    /// Its peer id.
    pub peer_id: String,
    station: Station,
}

impl OnAir {
    /// Puts engine and swarm together and listens. Directory, lock and command socket are the caller's business.
    ///
    /// # Errors
    /// If an address cannot be used, or the store is damaged.
    pub async fn assemble(
        key: SigningKey,
        binding: Signed<Binding>,
        parts: PublisherParts,
    ) -> Result<Self> {
        let PublisherParts {
            store,
            disk,
            options,
            clock,
            entropy,
        } = parts;
        let run = Run(entropy.generator()?.next_u64());
        let mut speaker = Speaker::new(&key, options.transport, run)?;
        let mut listen = options.listen;
        if listen.is_empty() {
            listen.push("/ip4/0.0.0.0/tcp/0".to_owned());
        }
        for address in &listen {
            speaker.listen(address).await?;
        }
        let homes = options.connect.iter().map(|address| parse(address));
        let homes = homes.collect::<Result<_>>()?;
        let records = store.records()?;
        let desk = blocking::block(|| Desk::new(key, binding, records));
        let (station, inbox) = mpsc::channel(COMMANDS);
        Ok(Self {
            handle: PublisherHandle { station },
            peer_id: speaker.peer_id().to_string(),
            station: Station {
                desk,
                store,
                disk,
                speaker,
                inbox,
                homes,
                clock,
                timers: BTreeMap::new(),
            },
        })
    }

    /// Runs the loop until it is told to stop.
    ///
    /// # Errors
    /// If the store is beyond use.
    pub async fn run(self) -> Result<()> {
        self.station.run().await
    }
}

impl RunningPublisher {
    /// Starts a publisher from its directory.
    ///
    /// # Errors
    /// If another node runs from it, an address cannot be used, or the directory is damaged.
    pub async fn start(home: PublisherHome, options: PublisherOptions) -> Result<Self> {
        let lock = home.lock()?;
        home.refresh_well_known()?;
        let disk = Disk::under(home.dir());
        let store = match DeskStore::open(&home.store_path()) {
            // A full disk has no room for the database's log, either.
            Err(error) if disk.after_failure().is_err() => return Err(error),
            Err(_) => DeskStore::open(&home.store_path())?,
            Ok(store) => store,
        };
        let listener = socket::bind(home.dir())?;
        let parts = PublisherParts {
            store,
            disk,
            options,
            clock: Clock::System,
            entropy: Entropy::System,
        };
        let OnAir {
            handle,
            peer_id,
            station,
        } = OnAir::assemble(home.key()?, home.binding().clone(), parts).await?;
        let shutdown = CancellationToken::new();
        let socket = control::serve(
            handle.clone(),
            home.dir().to_owned(),
            listener,
            shutdown.clone().cancelled_owned(),
        );
        Ok(Self {
            handle,
            peer_id,
            station: blocking::spawn(station.run()),
            socket: tokio::spawn(socket),
            shutdown,
            _lock: lock,
        })
    }

    /// Runs until `shutdown` is ready, then stops.
    ///
    /// # Errors
    /// If a part of the node failed.
    pub async fn until(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let ended = tokio::select! {
            () = shutdown => Ok(()),
            station = &mut self.station => station.unwrap_or_else(|panic| {
                Err(Error::new(ErrorKind::Internal, "a part of the node failed").because(panic))
            }),
        };
        self.shutdown.cancel();
        let _socket_is_closed = self.socket.await;
        self.handle.stop().await;
        ended
    }
}

impl PublisherHandle {
    /// Has a command carried out; what it says is durable when this returns.
    ///
    /// # Errors
    /// The engine's refusal, or the store's failure.
    pub async fn command(&self, command: DeskCommand) -> Result<Published> {
        let (reply, answer) = oneshot::channel();
        self.send(ToStation::Command(command, reply)).await?;
        answer.await.map_err(|_| stopped())?
    }

    /// The publisher at a glance.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn glance(&self) -> Result<Glance> {
        let (reply, answer) = oneshot::channel();
        self.send(ToStation::Look(reply)).await?;
        answer.await.map_err(|_| stopped())
    }

    /// Stops the node.
    pub async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(ToStation::Stop(reply)).await.is_ok() {
            let _stopped_already = answer.await;
        }
    }

    async fn send(&self, wish: ToStation) -> Result<()> {
        self.station.send(wish).await.map_err(|_| stopped())
    }
}

fn parse(address: &str) -> Result<Multiaddr> {
    address.parse().map_err(|e: libp2p::multiaddr::Error| {
        let message = format!(
            "'{address}' is not an address of a home; one looks like /ip4/192.168.1.20/tcp/4001"
        );
        Error::new(ErrorKind::Invalid, message).because(e)
    })
}

fn stopped() -> Error {
    Error::new(ErrorKind::Unavailable, "the publisher's node has stopped")
}
