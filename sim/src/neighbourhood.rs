//! A few homes that a test drives by hand, on libp2p's memory transport.

use std::path::PathBuf;

use streetlamp::clock::Clock;
use streetlamp::disk::Disk;
use streetlamp::domains::Domains;
use streetlamp::entropy::Entropy;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::home::{Home, NewHome};
use streetlamp::mesh::{Reach, Transport};
use streetlamp::node::{Core, NodeHandle, Parts};
use streetlamp::store::Store;
use streetlamp_proto::identity::Name;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::DAWN;

/// What every simulated household takes as its passphrase.
pub const PASSPHRASE: &str = "maple";

/// Homes that share a clock and a seed.
#[derive(Debug)]
pub struct Neighbourhood {
    seed: u64,
    clock: Clock,
    homes: Vec<House>,
    // Keys and sealed clips lie here; the databases are in memory.
    dir: TempDir,
}

#[derive(Debug)]
struct House {
    core: Core,
    /// How often its node was started.
    starts: u64,
}

impl Neighbourhood {
    /// An empty neighbourhood at [`DAWN`]. The same seed gives the same households.
    ///
    /// # Errors
    /// If there is no room for temporary files.
    pub fn new(seed: u64) -> Result<Self> {
        let dir = TempDir::new().map_err(|e| Error::io("no room for a neighbourhood", e))?;
        Ok(Self {
            seed,
            clock: Clock::starting_at(DAWN),
            homes: Vec::new(),
            dir,
        })
    }

    /// Builds one more home and starts its node.
    ///
    /// # Errors
    /// If the name is no name, or the node does not start.
    pub async fn build(&mut self, name: &str) -> Result<NodeHandle> {
        let number = self.homes.len();
        let new = NewHome {
            name: Name::clean(name)
                .map_err(|e| Error::new(ErrorKind::Invalid, "not a name").because(e))?,
            cell: None,
            passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
            recovery_sheet: None,
            now: self.clock.now(),
        };
        Home::create(&self.place(number), new, &self.entropy(number, 0))?;
        let core = self
            .start(number, 0, self.clock, Store::in_memory()?)
            .await?;
        let handle = core.handle.clone();
        self.homes.push(House { core, starts: 1 });
        Ok(handle)
    }

    /// Stops the node of the home that was built as number `number`, from 0, and starts it again on its store, with a
    /// wall clock that need not be right.
    ///
    /// # Errors
    /// If there is no such home, or its node does not stop or start.
    pub async fn restart(&mut self, number: usize, clock: Clock) -> Result<NodeHandle> {
        let failed = |what: &str| Error::new(ErrorKind::Internal, what);
        let house = self.homes.get_mut(number);
        let house = house.ok_or_else(|| failed("there is no such home"))?;
        house.core.handle.stop().await;
        let store = (&mut house.core.driver).await;
        let store = store.map_err(|e| failed("the node failed").because(e))??;
        let starts = house.starts;
        house.starts += 1;
        let core = self.start(number, starts, clock, store).await?;
        let handle = core.handle.clone();
        if let Some(house) = self.homes.get_mut(number) {
            house.core = core;
        }
        Ok(handle)
    }

    async fn start(&self, number: usize, starts: u64, clock: Clock, store: Store) -> Result<Core> {
        let parts = Parts {
            store,
            disk: Disk::boundless(),
            transport: Transport::Memory,
            listen: vec!["/memory/0".to_owned()],
            reach: Reach::plain(),
            clock,
            entropy: self.entropy(number, starts),
            domains: Domains::silent(),
            witness: None,
        };
        Core::start(Home::open(&self.place(number))?, parts).await
    }

    fn place(&self, number: usize) -> PathBuf {
        self.dir.path().join(number.to_string())
    }

    fn entropy(&self, number: usize, starts: u64) -> Entropy {
        let homes = self.seed.wrapping_mul(1_000_003);
        let home = homes.wrapping_add(number as u64);
        Entropy::Repeatable(home.wrapping_add(starts << 32))
    }

    /// The right time.
    pub const fn clock(&self) -> Clock {
        self.clock
    }
}
