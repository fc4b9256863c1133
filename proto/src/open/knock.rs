//! Knocks: somebody without a ticket says "I live here too".
//!
//! A knock names a household to everybody around, in clear: that is what it is for. It brings nobody in. Neighbours see
//! who stands at the door, meet them, and hand over a ticket.

use minicbor::{Decode, Encode};

use super::topic;
use crate::cell::Cell;
use crate::identity::{Card, DeviceCert};
use crate::signed::{Signed, Statement};
use crate::text::Line;
use crate::time::Timestamp;
use crate::wire::limits::{CLOCK_SKEW, KNOCK_CHARS, KNOCK_LIFE};

/// What somebody says at the door.
pub type Greeting = Line<KNOCK_CHARS>;

/// A household that would like to be met.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Knock {
    /// Its card.
    #[n(0)]
    pub card: Signed<Card>,
    /// The device that speaks for it.
    #[n(1)]
    pub device: Signed<DeviceCert>,
    /// Around where it lives: five or six characters.
    #[n(2)]
    pub cell: Cell,
    /// What it says.
    #[n(3)]
    pub greeting: Greeting,
    /// When it was said.
    #[n(4)]
    pub issued: Timestamp,
    /// When everybody forgets it.
    #[n(5)]
    pub expires: Timestamp,
}

impl Statement for Knock {
    const CONTEXT: &'static str = "streetlamp/1 knock";
}

/// Why a knock breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KnockError {
    /// Its time is over.
    #[error("knock has expired")]
    Expired,
    /// Said to be issued later than the allowed skew from now.
    #[error("knock is from the future: a clock is wrong")]
    Future,
    /// Lives longer than allowed, or not at all.
    #[error("a knock lives at most {} days", KNOCK_LIFE.as_secs() / 86_400)]
    Life,
    /// In a cell that is too large to have a topic.
    #[error("a knock needs a cell of 5 or 6 characters")]
    Cell,
}

impl Knock {
    /// Checks what can be checked without knowing anybody.
    ///
    /// # Errors
    /// Every [`KnockError`].
    pub fn check(&self, now: Timestamp) -> Result<(), KnockError> {
        if self.expires <= self.issued || self.expires.since(self.issued) > KNOCK_LIFE {
            return Err(KnockError::Life);
        }
        if topic(&self.cell).is_none() {
            return Err(KnockError::Cell);
        }
        if self.expires <= now {
            return Err(KnockError::Expired);
        }
        if self.issued > now.after(CLOCK_SKEW) {
            return Err(KnockError::Future);
        }
        Ok(())
    }
}

impl Signed<Knock> {
    /// Whether household, device and signature belong together.
    pub fn is_whole(&self) -> bool {
        let said = self.statement();
        let device = said.device.statement();
        said.card.by_its_root()
            && said.device.by_its_root()
            && device.household == said.card.statement().household
            && device.device.as_bytes() == self.signer().as_bytes()
    }
}
