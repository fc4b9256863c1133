//! A program without hybrid keys: it was built without the feature `pq`.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{ENCAPSULATED, HYBRID_KEY, WRAPPED_KEY};
use crate::recipient::RecipientError;

/// Whether hybrid keys can be used.
pub(super) const BUILT: bool = false;

pub(super) fn public(_: &[u8; 32]) -> Result<[u8; HYBRID_KEY], RecipientError> {
    Err(RecipientError::WithoutHybrid)
}

pub(super) fn seal(
    _: &[u8; HYBRID_KEY],
    _: &[u8],
    _: &[u8],
    _: &mut impl CryptoRng,
) -> Result<(Vec<u8>, Vec<u8>), RecipientError> {
    Err(RecipientError::WithoutHybrid)
}

pub(super) fn open(
    _: &[u8; 32],
    _: &[u8; ENCAPSULATED],
    _: &[u8],
    _: &[u8; WRAPPED_KEY],
) -> Result<Option<Zeroizing<Vec<u8>>>, RecipientError> {
    Err(RecipientError::WithoutHybrid)
}
