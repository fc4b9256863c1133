//! The recovery words and what is derived from them.

use std::fmt;

use bip39::{Language, Mnemonic};
use ed25519_dalek::SigningKey;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Card, DeviceCert, HouseholdId};
use crate::recipient::Identity;
use crate::signed::{PublicKey, Signed};

/// BLAKE3 `derive_key` context of the household's root signing key.
const ROOT_CONTEXT: &str = "streetlamp 2026 household root sign v1";
/// BLAKE3 `derive_key` context of the recovery reading key.
const RECOVERY_CONTEXT: &str = "streetlamp 2026 recovery x25519 v1";

/// Why a text is not a set of recovery words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are not 24 recovery words: check the spelling and the order")]
pub struct WordsError;

/// 32 random bytes, written as 24 words (BIP 39 word list and checksum; its PBKDF2 seed is not used).
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Words([u8; 32]);

impl Words {
    /// New words.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut entropy = [0; 32];
        rng.fill_bytes(&mut entropy);
        Self(entropy)
    }

    /// Reads words as somebody typed them from the sheet.
    ///
    /// # Errors
    /// [`WordsError`] if a word is unknown, their number is not 24 or the checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let mnemonic =
            Mnemonic::parse_in(Language::English, lower.as_str()).map_err(|_| WordsError)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        entropy
            .as_slice()
            .try_into()
            .map(Self)
            .map_err(|_| WordsError)
    }

    /// The 24 words, for the recovery sheet.
    pub fn expose(&self) -> Zeroizing<String> {
        let words = Mnemonic::from_entropy(&self.0).map(|m| m.to_string());
        Zeroizing::new(words.unwrap_or_default())
    }

    /// The root key.
    pub fn root(&self) -> Root {
        let seed = Zeroizing::new(blake3::derive_key(ROOT_CONTEXT, &self.0));
        Root(SigningKey::from_bytes(&seed))
    }

    /// The recovery reading key: opens every clip of the household.
    pub fn recovery(&self) -> Identity {
        Identity::from_secret_bytes(Zeroizing::new(blake3::derive_key(
            RECOVERY_CONTEXT,
            &self.0,
        )))
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(secret)")
    }
}

/// The root signing key of a household. Exists only while devices are being certified.
pub struct Root(SigningKey);

impl Root {
    /// The household that this key is the root of.
    pub fn household(&self) -> HouseholdId {
        HouseholdId::from_bytes(*PublicKey::of(&self.0).as_bytes())
    }

    /// Certifies a device.
    pub fn certify(&self, cert: DeviceCert) -> Signed<DeviceCert> {
        Signed::sign(cert, &self.0)
    }

    /// Signs the household's card.
    pub fn sign_card(&self, card: Card) -> Signed<Card> {
        Signed::sign(card, &self.0)
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(secret)")
    }
}
