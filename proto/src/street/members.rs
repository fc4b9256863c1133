//! Who is of the street, by whose vouch, and which device speaks for whom.
//!
//! The rules are few. The founder is a member; so is a household for which a member vouched. On a street of
//! [`SECOND_VOUCH_FROM`] households and more, one that only a single neighbour vouched for is new: it neither vouches
//! nor counts until somebody else has met it too. A household is gone when it left or was voted out, until somebody
//! vouches for it again. A device speaks for the household whose root certified it, within its roles.
//!
//! A statement about somebody unknown is neither true nor false yet: it is not taken, and catch-up brings it again
//! once its reason has arrived.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::departure::removed_at;
use super::{Announcement, Founding, Leave, RemovalVote, StreetId, Vouch};
use crate::alert::{Alert, AlertError, Audience, FollowUp, FollowUpError};
use crate::identity::{Card, DeviceCert, DeviceId, HouseholdId, Role};
use crate::signed::{PublicKey, Signed, Statement, Verified};
use crate::time::Timestamp;
use crate::wire::limits::{
    DEVICES_PER_HOUSEHOLD, MEMBERS_PER_STREET, VOTES_PER_HOUSEHOLD, VOUCHES_PER_HOUSEHOLD,
};

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
    /// Devices of all of them.
    devices: BTreeMap<DeviceId, HouseholdId>,
    /// Under which keys they speak in the open.
    pseudonyms: BTreeMap<PublicKey, HouseholdId>,
    /// The newest vote of each household about another: by whom it is about, then by who says it.
    votes: BTreeMap<HouseholdId, BTreeMap<HouseholdId, Signed<RemovalVote>>>,
    leaves: BTreeMap<HouseholdId, Signed<Leave>>,
}

impl Members {
    /// The members of a street of which only the founding is known.
    pub fn new(founding: &Signed<Founding>) -> Self {
        Self {
            street: founding.street(),
            founder: founding.statement().founder,
            households: BTreeMap::new(),
            former: BTreeMap::new(),
            devices: BTreeMap::new(),
            pseudonyms: BTreeMap::new(),
            votes: BTreeMap::new(),
            leaves: BTreeMap::new(),
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
            let said = cert.statement();
            if !cert.by_its_root() || said.household != household {
                return Err(MemberError::NotByRoot);
            }
            // A root can certify any key; one that speaks for a household already stays with it.
            let held = self.devices.get(&said.device);
            if held.is_some_and(|holder| *holder != household) {
                return Err(MemberError::NotTheirs);
            }
        }
        let vouches: Vec<_> = member
            .vouches
            .iter()
            .filter(|v| self.counts(v, household))
            .cloned()
            .collect();
        let known = self.households.get(&household);
        let founder = household == self.founder && !self.former.contains_key(&household);
        if known.is_none() && !founder && vouches.is_empty() {
            return Err(MemberError::NotVouched);
        }
        if known.is_none() && self.households.len() >= MEMBERS_PER_STREET {
            return Err(MemberError::Full);
        }
        let merged = merge(known, member, vouches)?;
        if let Some(announcement) = &merged.pseudonym {
            self.check_pseudonym(&merged, announcement)?;
        }
        if known == Some(&merged) {
            return Ok(false);
        }
        self.restore(merged);
        Ok(true)
    }

    /// Puts back a member that these rules admitted before: from this home's own store, or on an inviter's word.
    pub(crate) fn restore(&mut self, member: Member) {
        let household = member.household();
        self.former.remove(&household);
        for cert in &member.devices {
            self.devices.insert(cert.statement().device, household);
        }
        if let Some(announcement) = &member.pseudonym {
            self.pseudonyms
                .insert(announcement.statement().key(), household);
        }
        self.households.insert(household, member);
    }

    /// Checks that a pseudonym is this household's, by its own word and by that of a device that may speak.
    fn check_pseudonym(
        &self,
        member: &Member,
        announcement: &Signed<Announcement>,
    ) -> Result<(), MemberError> {
        let (key, said) = (
            announcement.statement().key(),
            announcement.statement().said(),
        );
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        let by_device = member.devices.iter().map(Signed::statement).any(|cert| {
            cert.device.as_bytes() == announcement.signer().as_bytes()
                && cert.roles.has(Role::Alert)
        });
        let holder = self.pseudonyms.get(&key);
        let taken = holder.is_some_and(|holder| *holder != member.household());
        if said.household != member.household() || !by_device || taken {
            return Err(MemberError::NotTheirs);
        }
        Ok(())
    }

    /// The household that speaks under a pseudonym, if it is or was here.
    pub fn behind(&self, pseudonym: PublicKey) -> Option<HouseholdId> {
        self.pseudonyms.get(&pseudonym).copied()
    }

    /// Takes in as many of these as the rules allow, in whatever order they came. Returns those that brought news.
    pub fn admit_all(&mut self, told: &[Member]) -> Vec<Member> {
        let mut fresh = BTreeMap::new();
        loop {
            let news: Vec<_> = told
                .iter()
                .filter(|member| self.admit(member) == Ok(true))
                .map(Member::household)
                .collect();
            if news.is_empty() {
                return fresh.into_values().collect();
            }
            for household in news {
                fresh.extend(self.get(household).map(|m| (household, m.clone())));
            }
        }
    }

    /// Whether a vouch is for this household, of this time on the street, and by somebody who may vouch.
    fn counts(&self, vouch: &Signed<Vouch>, household: HouseholdId) -> bool {
        let said = vouch.statement();
        let since = self.former.get(&household).map(|(at, _)| *at);
        said.street == self.street
            && said.household == household
            && said.by != household
            && since.is_none_or(|at| said.issued > at)
            && self.author(vouch, Role::Alert, said.issued) == Ok(said.by)
            && !self.is_new(said.by)
    }

    /// The household for which a key speaks in this role now.
    ///
    /// # Errors
    /// [`MemberError::Stranger`] and [`MemberError::Role`].
    pub fn speaker(&self, signer: PublicKey, role: Role) -> Result<HouseholdId, MemberError> {
        let cert = self.certified(signer, role)?;
        if self.households.contains_key(&cert.household) {
            Ok(cert.household)
        } else {
            Err(MemberError::Stranger)
        }
    }

    /// The household that made a statement, which it was still entitled to at the time.
    fn author<T: Statement>(
        &self,
        signed: &Signed<T>,
        role: Role,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        let household = self.certified(signed.signer(), role)?.household;
        self.still_here(household, issued)
    }

    fn certified(&self, signer: PublicKey, role: Role) -> Result<&DeviceCert, MemberError> {
        let device = DeviceId::from_bytes(*signer.as_bytes());
        let cert = self.certificate(device).ok_or(MemberError::Stranger)?;
        if cert.roles.has(role) {
            Ok(cert)
        } else {
            Err(MemberError::Role)
        }
    }

    /// The household that said something for an audience: under its device's key on the street, under its pseudonym
    /// nearby.
    fn author_for<T: Statement>(
        &self,
        signed: &Signed<T>,
        audience: Audience,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        match audience {
            Audience::Street(street) if street == self.street => {
                self.author(signed, Role::Alert, issued)
            }
            Audience::Street(_) => Err(MemberError::OtherStreet),
            Audience::Nearby => {
                let author = self.behind(signed.signer());
                let author = author.ok_or(MemberError::Stranger)?;
                self.still_here(author, issued)
            }
        }
    }

    /// The household, unless it was gone by then.
    fn still_here(
        &self,
        household: HouseholdId,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        match self.former.get(&household) {
            Some((left, _)) if issued >= *left => Err(MemberError::Stranger),
            _ => Ok(household),
        }
    }

    /// Checks that an alert is by a member who may alert, for this street or for everybody nearby, and within the rules
    /// at `now`.
    ///
    /// # Errors
    /// Every [`MemberError`] but those of admission.
    pub fn verify_alert(
        &self,
        alert: Signed<Alert>,
        now: Timestamp,
    ) -> Result<Verified<Alert>, MemberError> {
        let said = alert.statement();
        let author = self.author_for(&alert, said.audience, said.issued)?;
        said.check(now)?;
        Ok(Verified::new(alert, author))
    }

    /// Checks that a follow-up is by a member who may alert, as an alert is, and within the rules at `now`. Whether
    /// it fits its alert is [`FollowUp::fits`].
    ///
    /// # Errors
    /// Every [`MemberError`] but those of admission.
    pub fn verify_follow_up(
        &self,
        follow_up: Signed<FollowUp>,
        now: Timestamp,
    ) -> Result<Verified<FollowUp>, MemberError> {
        let said = follow_up.statement();
        let author = self.author_for(&follow_up, said.audience, said.issued)?;
        said.check(now)?;
        Ok(Verified::new(follow_up, author))
    }

    /// Takes a farewell. Returns who is gone, if that is news.
    ///
    /// # Errors
    /// [`MemberError::OtherStreet`], [`MemberError::NotTheirs`], [`MemberError::Stranger`], [`MemberError::Role`].
    pub fn leave(&mut self, leave: &Signed<Leave>) -> Result<Option<Departure>, MemberError> {
        let said = leave.statement();
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        if self.certified(leave.signer(), Role::Alert)?.household != said.household {
            return Err(MemberError::NotTheirs);
        }
        let held = self.leaves.get(&said.household);
        if held.is_none_or(|held| held.statement().issued < said.issued) {
            self.leaves.insert(said.household, leave.clone());
        }
        // Whoever was vouched for again after leaving is back.
        let back = self
            .households
            .get(&said.household)
            .is_none_or(|m| m.admitted() > said.issued);
        if back {
            return Ok(None);
        }
        let departure = Departure {
            household: said.household,
            at: said.issued,
        };
        self.depart(&departure);
        Ok(Some(departure))
    }

    /// Takes a vote. Returns who is gone, if it was the one that completed the removal.
    ///
    /// # Errors
    /// Every [`MemberError`] but those of admission and of alerts.
    pub fn vote(&mut self, vote: &Signed<RemovalVote>) -> Result<Option<Departure>, MemberError> {
        let said = vote.statement();
        if said.street != self.street {
            return Err(MemberError::OtherStreet);
        }
        if said.by == said.household
            || self.author(vote, Role::Alert, said.issued)? != said.by
            || self.is_new(said.by)
        {
            return Err(MemberError::NotTheirs);
        }
        let cast = self.votes.values().filter(|v| v.contains_key(&said.by));
        if cast.count() >= VOTES_PER_HOUSEHOLD {
            return Err(MemberError::Full);
        }
        self.restore_vote(vote);
        Ok(self.removal_of(said.household).inspect(|d| self.depart(d)))
    }

    /// Keeps a vote that these rules took before.
    pub(crate) fn restore_vote(&mut self, vote: &Signed<RemovalVote>) {
        let said = vote.statement();
        let votes = self.votes.entry(said.household).or_default();
        let held = votes.get(&said.by);
        if held.is_none_or(|held| held.statement().issued < said.issued) {
            votes.insert(said.by, vote.clone());
        }
    }

    /// Keeps a farewell that these rules took before.
    pub(crate) fn restore_leave(&mut self, leave: &Signed<Leave>) {
        self.leaves
            .insert(leave.statement().household, leave.clone());
    }

    fn removal_of(&self, household: HouseholdId) -> Option<Departure> {
        let admitted = self.households.get(&household)?.admitted();
        let votes = self.votes.get(&household)?.values();
        let votes = votes.filter(|v| v.statement().issued > admitted);
        let members_at = |at| self.iter().filter(|m| m.admitted() <= at).count();
        let at = removed_at(votes, members_at)?;
        Some(Departure { household, at })
    }

    /// A household is gone.
    pub(crate) fn depart(&mut self, departure: &Departure) {
        let member = self.households.remove(&departure.household);
        self.former
            .insert(departure.household, (departure.at, member));
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

    /// The household of a device, if it is here.
    pub fn household_of(&self, device: DeviceId) -> Option<HouseholdId> {
        let household = self.devices.get(&device)?;
        self.households
            .contains_key(household)
            .then_some(*household)
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
        self.devices
            .iter()
            .filter(|(_, household)| self.households.contains_key(household))
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
        pseudonym: None,
    });
    let since = |member: &Member| {
        let announcement = member.pseudonym.as_ref()?;
        Some(announcement.statement().said().issued)
    };
    if since(told) > since(&merged) {
        merged.pseudonym.clone_from(&told.pseudonym);
    }
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
