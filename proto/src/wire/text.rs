//! Frames as text that people copy, print, scan and read aloud: a scheme and Base32 (RFC 4648, in small letters, without
//! padding) of the frame and a checksum. Spaces and line breaks that mail adds do no harm.

use data_encoding::BASE32_NOPAD;
use minicbor::{Decode, Encode};

use super::{Kind, WireError};

/// Bytes of the checksum that notices a garbled text: the first of the frame's BLAKE3 hash.
const CHECKSUM: usize = 4;

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// Begins otherwise.
    Scheme,
    /// A character or the checksum is wrong.
    Garbled,
    /// Made by a version that this program does not speak.
    Version,
}

/// Writes one item.
pub fn spell<T: Encode<()>>(scheme: &str, kind: Kind, item: &T) -> String {
    let mut bytes = super::frame(kind, item);
    bytes.extend(checksum(&bytes));
    format!("{scheme}{}", BASE32_NOPAD.encode(&bytes).to_lowercase())
}

/// Reads one item, whose frame may have `limit` bytes.
///
/// # Errors
/// Every [`TextError`].
pub fn read<T>(scheme: &str, kind: Kind, text: &str, limit: usize) -> Result<T, TextError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if text.len() > limit * 4 {
        return Err(TextError::Garbled);
    }
    let joined: String = text.split_whitespace().collect();
    let body = joined.strip_prefix(scheme).ok_or(TextError::Scheme)?;
    let bytes = BASE32_NOPAD
        .decode(body.to_uppercase().as_bytes())
        .map_err(|_| TextError::Garbled)?;
    let (frame, check) = bytes
        .split_last_chunk::<CHECKSUM>()
        .ok_or(TextError::Garbled)?;
    if checksum(frame) != *check {
        return Err(TextError::Garbled);
    }
    super::unframe(kind, frame, limit).map_err(|error| match error {
        WireError::Version(_) => TextError::Version,
        _ => TextError::Garbled,
    })
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let hash = blake3::hash(bytes);
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}
