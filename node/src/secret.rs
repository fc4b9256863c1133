//! Secrets: text that nobody must see, and tokens that are given away once.
//!
//! A token is 128 random bits of which only a hash is kept, so that neither a memory image, a log nor the database of
//! the node holds anything that lets anybody in. Hashes are compared in constant time, which is what `blake3::Hash` does.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

/// Text that is wiped when it is dropped and never printed. Serialized it is in clear: only a sealed file and the control
/// socket may carry it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialSchema for Secret {
    fn schema() -> RefOr<Schema> {
        let hidden = SchemaFormat::KnownFormat(KnownFormat::Password);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(hidden))
            .into()
    }
}

impl ToSchema for Secret {}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// Bytes of a token.
const TOKEN: usize = 16;

/// What is kept of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept(blake3::Hash);

impl Kept {
    /// What is kept of this text.
    pub fn of(token: &str) -> Self {
        Self(blake3::hash(token.as_bytes()))
    }

    /// Its 32 bytes, for the disk.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What was on the disk.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(blake3::Hash::from_bytes(bytes))
    }
}

/// A new token in its text form, and what to keep of it.
pub fn draw(generator: &mut ChaCha20Rng) -> (String, Kept) {
    let mut bytes = [0; TOKEN];
    generator.fill_bytes(&mut bytes);
    let text = HEXLOWER.encode(&bytes);
    let kept = Kept::of(&text);
    (text, kept)
}

/// Makes tokens.
pub struct Tokens(Mutex<ChaCha20Rng>);

impl Tokens {
    /// Draws from this generator.
    pub const fn new(generator: ChaCha20Rng) -> Self {
        Self(Mutex::new(generator))
    }

    /// A new token in its text form, and what to keep of it.
    pub fn draw(&self) -> (String, Kept) {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether a text has the form of a token, so that a page can tell a broken link from a used one.
pub fn well_formed(text: &str) -> bool {
    text.len() == TOKEN * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}
