//! Who is of the street, by whose vouch, and which device speaks for whom.
//!
//! The rules are few: the founder is a member; a household for which a member vouched is a member; a device speaks
//! for the household whose root certified it, within its roles. A statement about somebody unknown is neither true
//! nor false yet: it is not taken, and catch-up brings it again once its reason has arrived.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::{Founding, StreetId, Vouch};
use crate::alert::{Alert, AlertError};
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId, Role};
use crate::signed::{PublicKey, Signed, Verified};
use crate::time::Timestamp;
use crate::wire::limits::{DEVICES_PER_HOUSEHOLD, MEMBERS_PER_STREET, VOUCHES_PER_HOUSEHOLD};

/// What a street knows of one household, as it is passed on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Member {
    /// Its card.
    #[n(0)]
    pub card: Signed<Card>,
    /// Certificates of its devices.
    #[n(1)]
    pub devices: Vec<Signed<DeviceCert>>,
    /// Vouches for it; none for the founder.
    #[n(2)]
    pub vouches: Vec<Signed<Vouch>>,
}

impl Member {
    /// The household.
    pub const fn household(&self) -> HouseholdId {
        self.card.statement().household
    }
}

/// Why a statement was not taken from this signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// No member's device has this key.
    #[error("signer is not known on this street")]
    Stranger,
    /// The device may not say this.
    #[error("device does not have the role for this")]
    Role,
    /// About another street.
    #[error("statement is for another street")]
    OtherStreet,
    /// A card or certificate that is not by the household's root.
    #[error("card or certificate is not by the household's root")]
    NotByRoot,
    /// Nobody who may vouch has vouched.
    #[error("no member vouched for this household")]
    NotVouched,
    /// Too many members, devices or vouches.
    #[error("street or household is full")]
    Full,
    /// The alert itself breaks a rule.
    #[error(transparent)]
    Alert(#[from] AlertError),
}

/// The members of one street.
#[derive(Debug, Clone)]
pub struct Members {
    street: StreetId,
    founder: HouseholdId,
    households: BTreeMap<HouseholdId, Member>,
    devices: BTreeMap<DeviceId, HouseholdId>,
}

impl Members {
    /// The members of a street of which only the founding is known.
    pub fn new(founding: &Signed<Founding>) -> Self {
        Self {
            street: founding.street(),
            founder: founding.statement().founder,
            households: BTreeMap::new(),
            devices: BTreeMap::new(),
        }
    }

    /// Takes a household in, or adds what is new about one. Returns whether anything was new.
    ///
    /// # Errors
    /// [`MemberError`]; nothing is taken then.
    pub fn admit(&mut self, member: &Member) -> Result<bool, MemberError> {
        let household = member.household();
        if !member.card.by_its_root() {
            return Err(MemberError::NotByRoot);
        }
        for cert in &member.devices {
            if !cert.by_its_root() || cert.statement().household != household {
                return Err(MemberError::NotByRoot);
            }
        }
        let vouches: Vec<_> = member
            .vouches
            .iter()
            .filter(|v| self.counts(v, household))
            .cloned()
            .collect();
        let known = self.households.get(&household);
        if known.is_none() && household != self.founder && vouches.is_empty() {
            return Err(MemberError::NotVouched);
        }
        if known.is_none() && self.households.len() >= MEMBERS_PER_STREET {
            return Err(MemberError::Full);
        }
        let merged = merge(known, member, vouches)?;
        if known == Some(&merged) {
            return Ok(false);
        }
        self.restore(merged);
        Ok(true)
    }

    /// Puts back a member that these rules admitted before: from this home's own store, never from the wire.
    pub(crate) fn restore(&mut self, member: Member) {
        let household = member.household();
        for cert in &member.devices {
            self.devices.insert(cert.statement().device, household);
        }
        self.households.insert(household, member);
    }

    /// Takes in as many of these as the rules allow, in whatever order they came. Returns those that brought news.
    pub fn admit_all(&mut self, told: &[Member]) -> Vec<Member> {
        let mut fresh = Vec::new();
        let mut waiting: Vec<_> = told.iter().collect();
        loop {
            let before = waiting.len();
            waiting.retain(|member| match self.admit(member) {
                Ok(news) => {
                    if news {
                        fresh.extend(self.get(member.household()).cloned());
                    }
                    false
                }
                Err(_) => true,
            });
            if waiting.is_empty() || waiting.len() == before {
                return fresh;
            }
        }
    }

    /// Whether a vouch is by a member of this street, for this household.
    fn counts(&self, vouch: &Signed<Vouch>, household: HouseholdId) -> bool {
        let said = vouch.statement();
        said.street == self.street
            && said.household == household
            && said.by != household
            && self.speaker(vouch.signer(), Role::Alert) == Ok(said.by)
    }

    /// The household for which a key speaks in this role.
    ///
    /// # Errors
    /// [`MemberError::Stranger`] and [`MemberError::Role`].
    pub fn speaker(&self, signer: PublicKey, role: Role) -> Result<HouseholdId, MemberError> {
        let device = DeviceId::from_bytes(*signer.as_bytes());
        let cert = self.certificate(device).ok_or(MemberError::Stranger)?;
        if cert.roles.has(role) {
            Ok(cert.household)
        } else {
            Err(MemberError::Role)
        }
    }

    /// Checks that an alert is by a member who may alert, for this street, and within the rules at `now`.
    ///
    /// # Errors
    /// Every [`MemberError`] but those of admission.
    pub fn verify_alert(
        &self,
        alert: Signed<Alert>,
        now: Timestamp,
    ) -> Result<Verified<Alert>, MemberError> {
        if alert.statement().street != self.street {
            return Err(MemberError::OtherStreet);
        }
        let author = self.speaker(alert.signer(), Role::Alert)?;
        alert.statement().check(now)?;
        Ok(Verified::new(alert, author))
    }

    /// The certificate that counts for a device.
    pub fn certificate(&self, device: DeviceId) -> Option<&DeviceCert> {
        let member = self.households.get(self.devices.get(&device)?)?;
        member
            .devices
            .iter()
            .map(Signed::statement)
            .find(|cert| cert.device == device)
    }

    /// The household of a device.
    pub fn household_of(&self, device: DeviceId) -> Option<HouseholdId> {
        self.devices.get(&device).copied()
    }

    /// One household.
    pub fn get(&self, household: HouseholdId) -> Option<&Member> {
        self.households.get(&household)
    }

    /// Everybody, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.households.values()
    }

    /// Every device of every household.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, HouseholdId)> {
        self.devices
            .iter()
            .map(|(device, household)| (*device, *household))
    }

    /// How many households.
    pub fn len(&self) -> usize {
        self.households.len()
    }

    /// Whether nobody is known yet.
    pub fn is_empty(&self) -> bool {
        self.households.is_empty()
    }
}

/// What is known of a household after hearing `told`: the newest card, the newest certificate of each device, every
/// vouch that counts once per voucher.
fn merge(
    known: Option<&Member>,
    told: &Member,
    vouches: Vec<Signed<Vouch>>,
) -> Result<Member, MemberError> {
    let mut merged = known.cloned().unwrap_or_else(|| Member {
        card: told.card.clone(),
        devices: Vec::new(),
        vouches: Vec::new(),
    });
    if told.card.statement().issued > merged.card.statement().issued {
        merged.card = told.card.clone();
    }
    for cert in &told.devices {
        match merged
            .devices
            .iter_mut()
            .find(|c| c.statement().device == cert.statement().device)
        {
            Some(held) if cert.statement().serial > held.statement().serial => *held = cert.clone(),
            Some(_) => {}
            None => merged.devices.push(cert.clone()),
        }
    }
    for vouch in vouches {
        if merged
            .vouches
            .iter()
            .all(|held| held.statement().by != vouch.statement().by)
        {
            merged.vouches.push(vouch);
        }
    }
    merged.devices.sort_by_key(|cert| cert.statement().device);
    merged.vouches.sort_by_key(|vouch| vouch.statement().by);
    if merged.devices.len() > DEVICES_PER_HOUSEHOLD || merged.vouches.len() > VOUCHES_PER_HOUSEHOLD
    {
        return Err(MemberError::Full);
    }
    Ok(merged)
}
