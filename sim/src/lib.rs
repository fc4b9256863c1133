//! Neighbourhoods of real nodes in one process and one thread, on a clock that can be paused.
//!
//! Nothing is modelled: engine, driver, store, libp2p's swarm and gossip are those that ship. What differs is what a
//! node is given: the memory transport, SQLite in memory, a seed, and a wall clock that follows tokio's. On a runtime
//! of one thread with a paused clock an hour of the street takes as long as its messages do.

use streetlamp::clock::Clock;
use streetlamp::entropy::Entropy;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::home::{Home, NewHome};
use streetlamp::mesh::Transport;
use streetlamp::node::{Core, NodeHandle, Parts};
use streetlamp::store::Store;
use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// When every run begins: 2027-01-15, 08:00 UTC.
pub const DAWN: Timestamp = Timestamp::from_ms(1_800_000_000_000);

/// What every simulated household takes as its passphrase.
pub const PASSPHRASE: &str = "maple";

/// Homes that share a clock and a seed.
#[derive(Debug)]
pub struct Neighbourhood {
    seed: u64,
    clock: Clock,
    homes: Vec<Core>,
    // Keys and sealed clips lie here; the databases are in memory.
    dir: TempDir,
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
        let entropy = Entropy::Repeatable(
            self.seed
                .wrapping_mul(1_000_003)
                .wrapping_add(number as u64),
        );
        let dir = self.dir.path().join(number.to_string());
        let new = NewHome {
            name: Name::clean(name)
                .map_err(|e| Error::new(ErrorKind::Invalid, "not a name").because(e))?,
            cell: None,
            passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
            recovery_sheet: None,
            now: self.clock.now(),
        };
        Home::create(&dir, new, &entropy)?;
        let parts = Parts {
            store: Store::in_memory()?,
            transport: Transport::Memory,
            listen: vec!["/memory/0".to_owned()],
            mdns: false,
            clock: self.clock,
            entropy,
        };
        let core = Core::start(Home::open(&dir)?, parts).await?;
        let handle = core.handle.clone();
        self.homes.push(core);
        Ok(handle)
    }

    /// The wall clock that all homes share.
    pub const fn clock(&self) -> Clock {
        self.clock
    }
}
