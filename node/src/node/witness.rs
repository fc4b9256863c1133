//! Somebody who watches a node think: a simulator that records runs and checks rules. No node in a house has one.

use std::fmt;

use streetlamp_proto::household::{Household, Input, Output};
use streetlamp_proto::time::Timestamp;

/// Sees everything that goes into an engine and everything that it wants, and changes nothing of it.
pub trait Witness: fmt::Debug + Send + Sync {
    /// The engine is about to take this.
    fn hears(&self, engine: &Household, input: &Input, now: Timestamp);

    /// The engine took it and wants this. Nothing of it is carried out yet, and nothing is on disk.
    fn wants(&self, engine: &Household, outputs: &[Output], now: Timestamp);
}
