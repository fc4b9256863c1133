//! The proof that a household closed two ledgers: two heads, signed by one of its devices, that no one chain can have.
//!
//! It needs nobody's word. Whoever reads it checks two signatures, two certificates and a few hashes, and knows that a
//! device of this household signed one history for some and another for others. It tells nothing of what either says.

use minicbor::{Decode, Encode};

use super::bare::follow;
use super::{BareEntry, EntryHash, Head};
use crate::identity::{DeviceCert, HouseholdId};
use crate::signed::Signed;
use crate::wire::limits::LEDGER_FILE;
use crate::wire::{self, Kind, WireError};

/// Two heads of one device of a household, and what shows that they part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Fork {
    /// The head with the lower number, or one of two with the same.
    #[n(0)]
    pub one: Signed<Head>,
    /// The other.
    #[n(1)]
    pub other: Signed<Head>,
    /// The hash that stands in the other's chain where `one` is.
    #[n(2)]
    pub instead: EntryHash,
    /// The entries of the other's chain from there to its head; none if both have the same number.
    #[n(3)]
    pub between: Vec<BareEntry>,
    /// Certificates of the devices that signed the heads.
    #[n(4)]
    pub devices: Vec<Signed<DeviceCert>>,
}

/// Why a file proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// Not such a file.
    #[error("this is not a proof that can be read")]
    Wire(#[from] WireError),
    /// Heads of two households or devices, or in the wrong order. Each device closes a ledger of its own.
    #[error("its two heads do not belong together")]
    Unrelated,
    /// A head by a device that is not proven to be the household's.
    #[error("one of its heads is not signed by a device that this household's root certified")]
    Signer,
    /// The entries do not lead to the second head.
    #[error("its entries do not lead to its second head")]
    Broken,
    /// Both heads are of one chain.
    #[error("its two heads are of one and the same ledger: nobody did anything wrong")]
    Same,
}

impl Fork {
    /// The household that closed two ledgers, and the number from which on they differ or did before.
    ///
    /// # Errors
    /// Every [`ForkError`] but [`ForkError::Wire`].
    pub fn verify(&self) -> Result<(HouseholdId, u64), ForkError> {
        let (one, other) = (self.one.statement(), self.other.statement());
        let one_device = self.one.signer() == self.other.signer();
        if one.household != other.household || !one_device || one.seq > other.seq {
            return Err(ForkError::Unrelated);
        }
        for head in [&self.one, &self.other] {
            if !is_by(head, &self.devices) {
                return Err(ForkError::Signer);
            }
        }
        if follow(one.seq, self.instead, &self.between) != (other.seq, other.hash) {
            return Err(ForkError::Broken);
        }
        if self.instead == one.hash {
            return Err(ForkError::Same);
        }
        Ok((one.household, one.seq))
    }

    /// The proof as a file.
    pub fn to_file(&self) -> Vec<u8> {
        wire::frame(Kind::Fork, self)
    }

    /// Reads such a file. What it proves is [`Fork::verify`].
    ///
    /// # Errors
    /// [`ForkError::Wire`].
    pub fn from_file(file: &[u8]) -> Result<Self, ForkError> {
        Ok(wire::unframe(Kind::Fork, file, LEDGER_FILE)?)
    }
}

/// Whether a head is signed by a device that the root of its household certified.
pub(super) fn is_by(head: &Signed<Head>, devices: &[Signed<DeviceCert>]) -> bool {
    devices.iter().any(|cert| {
        cert.by_its_root()
            && cert.statement().household == head.statement().household
            && cert.statement().device.as_bytes() == head.signer().as_bytes()
    })
}
