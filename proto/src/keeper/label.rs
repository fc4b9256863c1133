//! A clip's label on its way to a keeper and back: sealed to its own household, and as long as every other.

use zeroize::Zeroizing;

use crate::clip::Label;
use crate::recipient::{Identity, Recipient, RecipientError, seal_to_all};
use crate::wire::limits::PADDED_LABEL;
use crate::wire::{self, WireError};

/// Most bytes of a sealed label: its plaintext and an age file around it.
pub const SEALED_LABEL: usize = PADDED_LABEL + 2 * 1024;

/// A label that only its own household can read: an age file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLabel(Vec<u8>);

/// Why a label was not sealed, taken or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// Longer than any label.
    #[error("label is too long")]
    TooLong,
    /// It does not open.
    #[error(transparent)]
    Seal(#[from] RecipientError),
    /// What is inside is no label.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Padded with something else than zeros.
    #[error("label is not padded as it should be")]
    Padding,
}

impl SealedLabel {
    /// Seals a label to the keys of its own household. The plaintext has [`PADDED_LABEL`] for every label: its length
    /// (4 bytes, big-endian), the label, zeros.
    ///
    /// # Errors
    /// [`LabelError::TooLong`]; [`LabelError::Seal`], which no input is known to cause.
    pub fn seal(label: &Label, to: &[Recipient]) -> Result<Self, LabelError> {
        let said = wire::to_cbor(label);
        let len = u32::try_from(said.len()).map_err(|_| LabelError::TooLong)?;
        let mut padded = Zeroizing::new(Vec::with_capacity(PADDED_LABEL));
        padded.extend_from_slice(&len.to_be_bytes());
        padded.extend_from_slice(&said);
        if padded.len() > PADDED_LABEL {
            return Err(LabelError::TooLong);
        }
        padded.resize(PADDED_LABEL, 0);
        Ok(Self(seal_to_all(to, &padded)?))
    }

    /// Takes the bytes of a sealed label. Nothing of them is believed yet.
    ///
    /// # Errors
    /// [`LabelError::TooLong`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, LabelError> {
        if bytes.len() > SEALED_LABEL {
            return Err(LabelError::TooLong);
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Opens it with one of the household's keys.
    ///
    /// # Errors
    /// [`LabelError::Seal`], [`LabelError::Wire`], [`LabelError::Padding`].
    pub fn open(&self, identity: &Identity) -> Result<Label, LabelError> {
        let padded = identity.open(&self.0, PADDED_LABEL)?;
        let (len, rest) = padded.split_first_chunk().ok_or(LabelError::Padding)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| LabelError::Padding)?;
        let (said, zeros) = rest.split_at_checked(len).ok_or(LabelError::Padding)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(LabelError::Padding);
        }
        Ok(wire::from_cbor(said)?)
    }
}
