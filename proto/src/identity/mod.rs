//! Who speaks: households, their devices, and what each device may say.
//!
//! 24 words make a household; from them come, by BLAKE3 key derivation with one context per purpose, the root signing
//! key and the recovery reading key. The root stays offline after set-up. Every box has a key of its own, made there,
//! and a certificate by the root that names its roles. No key serves two purposes and none is converted into another.

mod card;
mod device;
mod words;

pub use card::Card;
pub use device::{DeviceCert, Role, Roles};
pub use words::{Root, Words, WordsError};

use crate::id::id;
use crate::text::Line;
use crate::wire::limits::NAME_CHARS;

id! {
    /// A household: the public key of its root.
    HouseholdId, 32
}

id! {
    /// A device of a household: its Ed25519 public key, which is also its key on the mesh.
    DeviceId, 32
}

/// The name of a household or a street.
pub type Name = Line<NAME_CHARS>;

#[cfg(test)]
mod tests;
