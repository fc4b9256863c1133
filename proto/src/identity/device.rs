//! Device certificates: which box may say what for a household.

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::{DeviceId, HouseholdId};
use crate::recipient::Recipient;
use crate::signed::{PublicKey, Signed, Statement};
use crate::time::Timestamp;

/// What a device may do for its household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// Passes on what the street says.
    Relay = 1,
    /// Makes clips.
    Record = 2,
    /// Speaks for the household on the street: alerts, vouches.
    Alert = 4,
    /// Gives keys of clips away.
    Grant = 8,
}

/// A set of [`Role`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// Every role: a home node that also approves.
    pub const ALL: Self = Self(15);

    /// The set of these roles.
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | *role as u8))
    }

    /// The words of the roles in it, for people and scripts.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (Role::Relay, "relay"),
            (Role::Record, "record"),
            (Role::Alert, "alert"),
            (Role::Grant, "grant"),
        ];
        let held = all.into_iter().filter(move |(role, _)| self.has(*role));
        held.map(|(_, word)| word)
    }

    /// Whether the set has this role.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role as u8 != 0
    }
}

impl<C> Encode<C> for Roles {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.u8(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Roles {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        match d.u8()? {
            bits if bits & !Self::ALL.0 == 0 => Ok(Self(bits)),
            _ => Err(decode::Error::message("unknown role")),
        }
    }
}

/// The root's statement that a device belongs to the household, with what it may do, or that it belonged to it until a
/// certain time.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DeviceCert {
    /// The household.
    #[n(0)]
    pub household: HouseholdId,
    /// The device's signing key.
    #[n(1)]
    pub device: DeviceId,
    /// Where things sealed to this device go. Opens no clip.
    #[n(2)]
    pub sealing: Recipient,
    /// What the device may do.
    #[n(3)]
    pub roles: Roles,
    /// When it was certified.
    #[n(4)]
    pub issued: Timestamp,
    /// Counts the root's certificates; the highest serial of a device is the one that counts.
    #[n(5)]
    pub serial: u32,
    /// From when on nothing of the device counts, if it was removed. Its roles stay as they were, so that a vouch which
    /// it gave before does not fall with it.
    #[n(6)]
    pub ended: Option<Timestamp>,
}

impl DeviceCert {
    /// A serial that is higher than `last` and than any that was used before `now`: whoever has the words alone does not
    /// know what the root certified before.
    pub fn serial_after(last: u32, now: Timestamp) -> u32 {
        let seconds = u32::try_from(now.as_ms() / 1_000).unwrap_or(u32::MAX);
        seconds.max(last.saturating_add(1))
    }

    /// The certificate that ends this one.
    #[must_use]
    pub fn ending(&self, now: Timestamp) -> Self {
        Self {
            issued: now,
            serial: Self::serial_after(self.serial, now),
            ended: Some(now),
            ..self.clone()
        }
    }
}

impl Statement for DeviceCert {
    const CONTEXT: &'static str = "streetlamp/1 device certificate";
}

impl Signed<DeviceCert> {
    /// Whether this certificate takes the place of another one of the same device. Of two that were made at one time
    /// every home keeps the same; a device that was removed stays removed.
    pub fn replaces(&self, other: &Self) -> bool {
        let rank = |cert: &Self| {
            let said = cert.statement();
            (said.ended.is_some(), said.serial, cert.id())
        };
        rank(self) > rank(other)
    }

    /// Whether the root of the named household signed it, for a key that is not weak.
    pub fn by_its_root(&self) -> bool {
        let cert = self.statement();
        self.signer().as_bytes() == cert.household.as_bytes()
            && PublicKey::checked(*cert.device.as_bytes()).is_ok()
    }
}
