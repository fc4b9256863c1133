//! Who a node is: its household, its device, and the keys of both.

use std::fmt;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::cell::Cell;
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId};
use crate::recipient::{Identity, Recipient};
use crate::signed::{PublicKey, Signed};
use crate::street::StreetId;

/// BLAKE3 `derive_key` context of a household's pseudonym on one street.
const PSEUDONYM_CONTEXT: &str = "streetlamp 2026 street pseudonym v1";

/// Who this node is: what set-up left on its disk.
pub struct Me {
    /// The household's card.
    pub card: Signed<Card>,
    /// This device's certificate.
    pub cert: Signed<DeviceCert>,
    /// This device's signing key.
    pub device: SigningKey,
    /// This device's sealing key. Opens parcels and welcomes, no clip.
    pub sealing: Identity,
    /// The recovery recipient. Stands beside the reading key in every owner header.
    pub recovery: Recipient,
    /// Where the home is, if it was said at set-up.
    pub cell: Option<Cell>,
}

impl Me {
    /// The household.
    pub const fn household(&self) -> HouseholdId {
        self.card.statement().household
    }

    /// This device.
    pub fn device_id(&self) -> DeviceId {
        DeviceId::from_bytes(*PublicKey::of(&self.device).as_bytes())
    }

    /// The key under which this household speaks to everybody nearby: made from its device's key and the street's id,
    /// so that there is nothing more to keep.
    pub fn pseudonym(&self, street: StreetId) -> SigningKey {
        let mut key = Zeroizing::new([0; 64]);
        let (device, of_street) = key.split_at_mut(32);
        device.copy_from_slice(self.device.as_bytes());
        of_street.copy_from_slice(street.as_bytes());
        let seed = Zeroizing::new(blake3::derive_key(PSEUDONYM_CONTEXT, &*key));
        SigningKey::from_bytes(&seed)
    }

    /// Whose keys open every clip of this household: its reading key and its recovery key, and no other.
    pub fn owners(&self) -> [Recipient; 2] {
        [self.card.statement().reading.clone(), self.recovery.clone()]
    }

    /// Whether card, certificate and keys belong together.
    pub fn is_whole(&self) -> bool {
        let (card, cert) = (self.card.statement(), self.cert.statement());
        self.card.by_its_root()
            && self.cert.by_its_root()
            && card.household == cert.household
            && cert.device == self.device_id()
            && cert.sealing == self.sealing.recipient()
    }
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me")
            .field("household", &self.household())
            .finish_non_exhaustive()
    }
}
