//! The one place that seeds come from.

use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::error::{Error, ErrorKind, Result};

/// Gives out seeds: from the operating system, or from one number so that a run can be repeated.
#[derive(Debug, Clone)]
pub enum Entropy {
    /// The operating system's generator.
    System,
    /// Everything follows from this number, and is the same each time. For tests only.
    Repeatable(u64),
    /// Everything follows from a number, and is different each time: [`Entropy::sequence`].
    Sequence(Arc<Mutex<ChaCha20Rng>>),
}

impl Entropy {
    /// Seeds that follow from one number, each another one. For simulations only.
    pub fn sequence(number: u64) -> Self {
        Self::Sequence(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(number))))
    }

    /// A generator of its own.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generator(&self) -> Result<ChaCha20Rng> {
        match self {
            Self::System => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|e| {
                    Error::new(ErrorKind::Internal, "the system gives no randomness").because(e)
                })?;
                Ok(ChaCha20Rng::from_seed(seed))
            }
            Self::Repeatable(number) => Ok(ChaCha20Rng::seed_from_u64(*number)),
            Self::Sequence(from) => {
                let mut from = from.lock().unwrap_or_else(PoisonError::into_inner);
                let mut seed = [0; 32];
                from.fill_bytes(&mut seed);
                Ok(ChaCha20Rng::from_seed(seed))
            }
        }
    }

    /// A seed for the engine.
    ///
    /// # Errors
    /// As [`Entropy::generator`].
    pub fn seed(&self) -> Result<[u8; 32]> {
        let mut seed = [0; 32];
        self.generator()?.fill_bytes(&mut seed);
        Ok(seed)
    }
}
