//! Neighbourhoods of real nodes in one process and one thread, on a clock that can be paused.
//!
//! Nothing of a home is modelled: engine, driver, store, libp2p's swarm and gossip are those that ship. What differs is
//! what a node is given: a transport of the run's own `net`, SQLite in memory, a seed, and a wall clock that follows
//! tokio's. On a runtime of one thread with a paused clock an hour of the street takes as long as its messages do.
//!
//! A [`scenario`] says who lives there and what happens; [`run`] builds it and lets it happen; `chronicle` watches
//! every engine, checks the rules at every step and leaves a [`record`].

mod adversary;
mod agency;
mod chronicle;
pub mod cli;
mod film;
mod floor;
mod founding;
mod house;
pub mod measure;
mod neighbourhood;
mod net;
pub mod output;
pub mod record;
mod resident;
pub mod run;
pub mod scenario;

pub use neighbourhood::{Neighbourhood, PASSPHRASE};

use streetlamp_proto::time::Timestamp;

/// When every run begins: 2027-01-15, 08:00 UTC.
pub const DAWN: Timestamp = Timestamp::from_ms(1_800_000_000_000);
