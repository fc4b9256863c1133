//! The clip format: a standard age v1 file, kept in two pieces.
//!
//! ```text
//! header    "age-encryption.org/v1", one stanza per recipient, MAC      168 bytes for one, 98 more for each other
//! sealed    nonce (16) || chunk 0 || chunk 1 || … || last chunk          64 KiB of film and a 16-byte tag each
//! ```
//!
//! `cat header sealed` is a file that stock `age` opens. Keeping the pieces apart is what makes the rest work:
//!
//! - **A grant costs no clip bytes.** A new header over the same `sealed` is the same film for somebody else. The file
//!   key inside is of this one clip, random and never used again, so a grant opens nothing else.
//! - **Whoever keeps `sealed` for a neighbour holds no key material at all**: no stanza, no hint of a recipient.
//!   Destroying the headers destroys the film, even in copies out of reach.
//! - **The name of a clip is what it is.** [`ClipId`] is the BLAKE3 hash of `sealed`, at the same time the root of a
//!   hash tree, so that any part can be fetched from anyone and checked alone ([`Outboard`], [`decode_slice`]).
//!
//! The price of a detached header: age's header MAC no longer ties one key to one film. A sender could craft a
//! `sealed` that opens to two different films under two file keys, and grant one to each neighbour. So the signed
//! [`Manifest`] carries a [`KeyCommit`], and [`Opener::new`] opens nothing whose key does not match it.
//!
//! Making a clip: [`Sealer`] draws the file key, wraps it for the household and forgets it. Giving it to a neighbour:
//! [`OwnerHeader::grant`]; to somebody outside: [`OwnerHeader::export`]. Watching it: [`GrantHeader::unwrap`] or [`OwnerHeader::unwrap`], then [`Opener`], over bytes
//! that [`decode_slice`] or [`Outboard::verify`] has checked.
//!
//! Left to others: files and their durability, the film container and its cleaning (padding to [`padded_len`]
//! included), who may be a recipient, and the ledger.

mod header;
mod key;
mod keyring;
mod label;
mod manifest;
mod opener;
mod outside;
mod padme;
mod sealer;
mod slice;
mod stream;
#[cfg(test)]
mod tests;

use crate::id::id;

pub use header::{GRANT_HEADER_LEN, GrantHeader, HeaderError, OwnerHeader};
pub use key::{FileKey, KeyCommit};
pub use keyring::ReadingKeys;
pub use label::Label;
pub use manifest::{CameraId, Manifest};
pub use opener::{OpenError, Opener};
pub use outside::ExportHeader;
pub use padme::padded_len;
pub use sealer::{SealError, Sealed, Sealer};
pub use slice::{
    GROUP, Outboard, ReadAt, SLICE, SliceError, decode_slice, encode_slice, encode_slice_into,
    slice_len,
};
pub use stream::{CHUNK, Layout, LayoutError, NONCE_LEN, SEALED_CHUNK, TAG_LEN};

id! {
    /// Names a clip: BLAKE3 of its `sealed` part, which is also the root of its hash tree. Headers are not part of it.
    ClipId, 32
}
