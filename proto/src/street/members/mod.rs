//! Who is of the street, by whose vouch, and which device speaks for whom.
//!
//! The rules are few. The founder is a member; so is a household for which a member vouched. On a street of
//! [`SECOND_VOUCH_FROM`] households and more, one that only a single neighbour vouched for is new: it neither vouches
//! nor counts until somebody else has met it too. A household is gone when it left or was voted out, until somebody
//! vouches for it again. A device speaks for the household whose root certified it, within its roles, until the root
//! ends its certificate.
//!
//! A statement about somebody unknown is neither true nor false yet: it is not taken, and catch-up brings it again
//! once its reason has arrived.

mod admission;
mod departing;
mod linking;
mod speaking;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::{Announcement, Founding, ItemId, Leave, Link, RemovalVote, StreetId, Vouch};
use crate::alert::{AlertError, FollowUpError};
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId, Name};
use crate::signed::{PublicKey, Signed};
use crate::time::Timestamp;

/// From this many households on, the later ones need a second vouch. The first three are taken at one neighbour's
/// word: there is hardly anybody else to ask.
pub const SECOND_VOUCH_FROM: usize = 4;

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
    /// Under which key it speaks to everybody nearby, once it did.
    #[n(3)]
    pub pseudonym: Option<Box<Signed<Announcement>>>,
}

impl Member {
    /// The household.
    pub const fn household(&self) -> HouseholdId {
        self.card.statement().household
    }

    /// When the first vouch was given; the beginning of time for a founder, who has none.
    pub fn admitted(&self) -> Timestamp {
        let issued = self.vouches.iter().map(|v| v.statement().issued);
        issued.min().unwrap_or(Timestamp::from_ms(0))
    }
}

/// A household that is not of the street any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Who.
    pub household: HouseholdId,
    /// From when on nothing that it says counts, and no vouch from before.
    pub at: Timestamp,
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
    /// Said in the name of another household.
    #[error("statement is in the name of another household")]
    NotTheirs,
    /// The alert itself breaks a rule.
    #[error(transparent)]
    Alert(#[from] AlertError),
    /// The follow-up itself breaks a rule.
    #[error(transparent)]
    FollowUp(#[from] FollowUpError),
}

/// The members of one street.
#[derive(Debug, Clone)]
pub struct Members {
    street: StreetId,
    founder: HouseholdId,
    households: BTreeMap<HouseholdId, Member>,
    /// Who was here, and until when.
    former: BTreeMap<HouseholdId, (Timestamp, Option<Member>)>,
    /// What the records of all of them are called among the items of the street.
    names: BTreeMap<HouseholdId, ItemId>,
    /// Devices of all of them.
    devices: BTreeMap<DeviceId, HouseholdId>,
    /// Under which keys they speak in the open.
    pseudonyms: BTreeMap<PublicKey, HouseholdId>,
    /// The newest vote of each household about another: by whom it is about, then by who says it.
    votes: BTreeMap<HouseholdId, BTreeMap<HouseholdId, Signed<RemovalVote>>>,
    leaves: BTreeMap<HouseholdId, Signed<Leave>>,
    /// The newest link of each household about each name.
    links: BTreeMap<HouseholdId, BTreeMap<Name, Signed<Link>>>,
}

impl Members {
    /// The members of a street of which only the founding is known.
    pub fn new(founding: &Signed<Founding>) -> Self {
        Self {
            street: founding.street(),
            founder: founding.statement().founder,
            households: BTreeMap::new(),
            former: BTreeMap::new(),
            names: BTreeMap::new(),
            devices: BTreeMap::new(),
            pseudonyms: BTreeMap::new(),
            votes: BTreeMap::new(),
            leaves: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    /// The household that speaks under a pseudonym, if it is or was here.
    pub fn behind(&self, pseudonym: PublicKey) -> Option<HouseholdId> {
        self.pseudonyms.get(&pseudonym).copied()
    }

    /// Whether a household waits for its second vouch.
    pub fn is_new(&self, household: HouseholdId) -> bool {
        let Some(member) = self.households.get(&household) else {
            return false;
        };
        if self.households.len() < SECOND_VOUCH_FROM
            || household == self.founder
            || member.vouches.len() >= 2
        {
            return false;
        }
        let rank = (member.admitted(), household);
        let earlier = self.iter().filter(|m| (m.admitted(), m.household()) < rank);
        earlier.take(SECOND_VOUCH_FROM).count() >= SECOND_VOUCH_FROM - 1
    }

    /// The certificate that counts for a device of a household that is or was here.
    pub fn certificate(&self, device: DeviceId) -> Option<&DeviceCert> {
        let household = self.devices.get(&device)?;
        let member = self.households.get(household).or_else(|| {
            let (_, member) = self.former.get(household)?;
            member.as_ref()
        })?;
        member
            .devices
            .iter()
            .map(Signed::statement)
            .find(|cert| cert.device == device)
    }

    /// The household of a device, if it is here and the device was not removed from it.
    pub fn household_of(&self, device: DeviceId) -> Option<HouseholdId> {
        let household = self.devices.get(&device)?;
        let here = self.households.contains_key(household);
        let removed = || {
            self.certificate(device)
                .is_some_and(|cert| cert.ended.is_some())
        };
        (here && !removed()).then_some(*household)
    }

    /// Every device that was removed from a household that is here.
    pub fn removed_devices(&self) -> impl Iterator<Item = DeviceId> {
        let certs = self.iter().flat_map(|member| &member.devices);
        let removed = certs.map(Signed::statement).filter(|c| c.ended.is_some());
        removed.map(|cert| cert.device)
    }

    /// One household that is here.
    pub fn get(&self, household: HouseholdId) -> Option<&Member> {
        self.households.get(&household)
    }

    /// One household that is or was here.
    pub fn known(&self, household: HouseholdId) -> Option<&Member> {
        let former = || self.former.get(&household)?.1.as_ref();
        self.get(household).or_else(former)
    }

    /// Everybody who is here, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.households.values()
    }

    /// Everybody who is or was here, with the name of the record.
    pub(crate) fn named(&self) -> impl Iterator<Item = (ItemId, &Member)> {
        let named = |member: &Member| self.names.get(&member.household()).copied();
        self.everybody()
            .filter_map(move |member| Some((named(member)?, member)))
    }

    /// Everybody who is or was here.
    pub fn everybody(&self) -> impl Iterator<Item = &Member> {
        let former = self.former.values().filter_map(|(_, m)| m.as_ref());
        self.iter().chain(former)
    }

    /// Everybody who is gone.
    pub fn departures(&self) -> impl Iterator<Item = Departure> {
        self.former.iter().map(|(household, (at, _))| Departure {
            household: *household,
            at: *at,
        })
    }

    /// Every farewell.
    pub fn leaves(&self) -> impl Iterator<Item = &Signed<Leave>> {
        self.leaves.values()
    }

    /// Every vote.
    pub fn votes(&self) -> impl Iterator<Item = &Signed<RemovalVote>> {
        self.votes.values().flat_map(BTreeMap::values)
    }

    /// Every device of every household that is here.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, HouseholdId)> {
        let devices = self.devices.keys();
        devices.filter_map(|device| Some((*device, self.household_of(*device)?)))
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
