//! Bytes on the wire: versioned frames around canonical CBOR.
//!
//! A frame is one version byte, one kind byte and one CBOR item (RFC 8949, deterministic encoding). Decoding is
//! strict: an item is taken only if encoding it again gives the very same bytes, which refuses trailing bytes, unknown
//! fields, over-long integers and indefinite lengths in one rule. `docs/protocol.md` holds the grammar (CDDL).

pub mod limits;
pub mod text;

use minicbor::{Decode, Encode};

/// What a frame carries. The number is the second byte of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A message sealed to a street, on its topic or between two neighbours.
    Sealed = 1,
    /// A newcomer redeems a ticket.
    Join = 2,
    /// The answer to a ticket that was accepted.
    Welcome = 3,
    /// The answer to a ticket that was refused.
    Refused = 4,
    /// A neighbour presents a ticket for the sealed bytes of one clip.
    Fetch = 5,
    /// An invitation to a street, as it is written on paper.
    Ticket = 6,
    /// A statement in clear, on an open topic.
    Open = 7,
    /// What a street shows of itself to another one, as people hand it on.
    Introduction = 8,
    /// A whole ledger, as a file.
    Ledger = 9,
    /// The proof that a household closed two ledgers, as a file.
    Fork = 10,
    /// A device of a member that the street does not know yet asks to be let in again.
    Return = 11,
    /// A message between two devices of one household, sealed to one of them.
    Device = 12,
    /// The answer to a device that asked to be let in again, and whose household has as many as it may.
    Crowded = 13,
}

/// Why bytes were not taken as a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Longer than the limit for its kind.
    #[error("frame of {got} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Bytes received.
        got: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Shorter than a frame's two-byte head.
    #[error("frame is cut short")]
    Truncated,
    /// A version that this program does not speak.
    #[error("frame of version {0}, this program speaks version {version}", version = limits::WIRE_VERSION)]
    Version(u8),
    /// A kind that is unknown, or known but not allowed here.
    #[error("frame of kind {0} is not allowed here")]
    Kind(u8),
    /// Not the item that the kind promises.
    #[error("frame is not well formed")]
    Malformed,
    /// Well formed, but not in the one allowed encoding.
    #[error("frame is not in canonical form")]
    NotCanonical,
}

/// Encodes one item in canonical CBOR, without a frame around it.
pub fn to_cbor<T: Encode<()>>(item: &T) -> Vec<u8> {
    append(Vec::new(), item)
}

fn append<T: Encode<()>>(mut bytes: Vec<u8>, item: &T) -> Vec<u8> {
    let written = minicbor::encode(item, &mut bytes);
    debug_assert!(
        written.is_ok(),
        "memory takes every byte, and no type of ours refuses to be encoded"
    );
    bytes
}

/// Decodes one item, refusing everything but its canonical encoding.
///
/// # Errors
/// [`WireError::Malformed`] and [`WireError::NotCanonical`].
pub fn from_cbor<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8]) -> Result<T, WireError> {
    let item: T = minicbor::decode(bytes).map_err(|_| WireError::Malformed)?;
    if to_cbor(&item) == bytes {
        Ok(item)
    } else {
        Err(WireError::NotCanonical)
    }
}

/// Builds a frame.
pub fn frame<T: Encode<()>>(kind: Kind, item: &T) -> Vec<u8> {
    append(vec![limits::WIRE_VERSION, kind as u8], item)
}

/// Reads a frame of one expected kind.
///
/// # Errors
/// Every [`WireError`]; nothing but the length is looked at in a frame above `limit`.
pub fn unframe<'b, T>(kind: Kind, bytes: &'b [u8], limit: usize) -> Result<T, WireError>
where
    T: Decode<'b, ()> + Encode<()>,
{
    let (found, body) = open_frame(bytes, limit)?;
    if found != kind as u8 {
        return Err(WireError::Kind(found));
    }
    from_cbor(body)
}

/// The kind byte of a frame, after length and version were checked.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Truncated`], [`WireError::Version`].
pub fn open_frame(bytes: &[u8], limit: usize) -> Result<(u8, &[u8]), WireError> {
    if bytes.len() > limit {
        return Err(WireError::TooLarge {
            got: bytes.len(),
            limit,
        });
    }
    let [version, kind, body @ ..] = bytes else {
        return Err(WireError::Truncated);
    };
    if *version != limits::WIRE_VERSION {
        return Err(WireError::Version(*version));
    }
    Ok((*kind, body))
}

#[cfg(test)]
mod tests;
