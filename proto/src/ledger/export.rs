//! A ledger in a file of its own: every entry in full, the head, and the certificate of the device that signed it.
//!
//! For whoever should verify it elsewhere. It says who got which key, so it is for eyes that the household chose.

use minicbor::{Decode, Encode};

use super::fork::is_by;
use super::{Entry, Head, LedgerFault, verify};
use crate::identity::DeviceCert;
use crate::signed::Signed;
use crate::wire::limits::LEDGER_FILE;
use crate::wire::{self, Kind, WireError};

/// A whole ledger.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Export {
    /// From the first.
    #[n(0)]
    pub entries: Vec<Entry>,
    /// Certificates of devices that signed heads.
    #[n(1)]
    pub devices: Vec<Signed<DeviceCert>>,
    /// Closes the chain; none if nothing was ever logged.
    #[n(2)]
    pub head: Option<Signed<Head>>,
}

/// Why an exported ledger does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Not such a file.
    #[error("this is not an exported ledger that can be read")]
    Wire(#[from] WireError),
    /// The chain is not whole.
    #[error(transparent)]
    Chain(#[from] LedgerFault),
    /// The head is not proven to be the household's.
    #[error("the end of the ledger is not signed by a device that its household's root certified")]
    Signer,
}

impl Export {
    /// Checks everything, and gives the number of entries.
    ///
    /// # Errors
    /// [`ExportError::Chain`], [`ExportError::Signer`].
    pub fn verify(&self) -> Result<u64, ExportError> {
        let entries = verify(&self.entries, self.head.as_ref().map(Signed::statement))?;
        match &self.head {
            Some(head) if !is_by(head, &self.devices) => Err(ExportError::Signer),
            _ => Ok(entries),
        }
    }

    /// The ledger as a file.
    pub fn to_file(&self) -> Vec<u8> {
        wire::frame(Kind::Ledger, self)
    }

    /// Reads such a file. Whether it holds is [`Export::verify`].
    ///
    /// # Errors
    /// [`ExportError::Wire`].
    pub fn from_file(file: &[u8]) -> Result<Self, ExportError> {
        Ok(wire::unframe(Kind::Ledger, file, LEDGER_FILE)?)
    }
}
