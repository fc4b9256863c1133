//! Coming in: who is admitted, and what is added to what is known of a household.

use std::collections::BTreeMap;

use super::{Member, MemberError, Members};
use crate::identity::{DeviceId, HouseholdId, Role};
use crate::signed::Signed;
use crate::street::{Announcement, Vouch};
use crate::wire::limits::{
    DEVICES_PER_HOUSEHOLD, MEMBERS_PER_STREET, REMOVED_DEVICES_PER_HOUSEHOLD, VOUCHES_PER_HOUSEHOLD,
};

impl Members {
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
        self.names.insert(household, member.item_id());
        for cert in &member.devices {
            self.devices.insert(cert.statement().device, household);
        }
        if let Some(announcement) = &member.pseudonym {
            self.pseudonyms
                .insert(announcement.statement().key(), household);
        }
        let before = self.households.insert(household, member);
        let announced = before.and_then(|member| member.pseudonym);
        if let Some(announcement) = announced {
            // What a removed device says in the open is a stranger's.
            let device = DeviceId::from_bytes(*announcement.signer().as_bytes());
            if self.household_of(device).is_none() {
                self.pseudonyms.remove(&announcement.statement().key());
            }
        }
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
                && cert.ended.is_none()
        });
        let holder = self.pseudonyms.get(&key);
        let taken = holder.is_some_and(|holder| *holder != member.household());
        if said.household != member.household() || !by_device || taken {
            return Err(MemberError::NotTheirs);
        }
        Ok(())
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
            && self.author(vouch, said.issued) == Ok(said.by)
    }
}

impl Member {
    /// What is known of a household after hearing more about it, its vouches left out.
    ///
    /// # Errors
    /// [`MemberError::Full`].
    pub(crate) fn merged_with(&self, told: &Self) -> Result<Self, MemberError> {
        let mut merged = merge(Some(self), told, Vec::new())?;
        merged.vouches.clear();
        merged.pseudonym = None;
        Ok(merged)
    }
}

/// What is known of a household after hearing `told`: the newest card, the newest certificate of each device, the newest
/// pseudonym of a device that was not removed, every vouch that counts once per voucher.
fn merge(
    known: Option<&Member>,
    told: &Member,
    vouches: Vec<Signed<Vouch>>,
) -> Result<Member, MemberError> {
    let fresh = || Member {
        card: told.card.clone(),
        devices: Vec::new(),
        vouches: Vec::new(),
        pseudonym: None,
    };
    let mut merged = known.cloned().unwrap_or_else(fresh);
    if told.card.statement().issued > merged.card.statement().issued {
        merged.card = told.card.clone();
    }
    for cert in &told.devices {
        match merged
            .devices
            .iter_mut()
            .find(|c| c.statement().device == cert.statement().device)
        {
            Some(held) if cert.replaces(held) => *held = cert.clone(),
            Some(_) => {}
            None => merged.devices.push(cert.clone()),
        }
    }
    merged.pseudonym = [merged.pseudonym.take(), told.pseudonym.clone()]
        .into_iter()
        .flatten()
        .filter(|announcement| {
            let signer = announcement.signer();
            let mut removed = merged
                .devices
                .iter()
                .filter(|c| c.statement().ended.is_some());
            !removed.any(|c| c.statement().device.as_bytes() == signer.as_bytes())
        })
        .reduce(|held, told| {
            let since = |a: &Signed<Announcement>| a.statement().said().issued;
            if since(&told) > since(&held) {
                told
            } else {
                held
            }
        });
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
    let certs = merged.devices.iter().map(Signed::statement);
    let removed = certs.filter(|cert| cert.ended.is_some()).count();
    if merged.devices.len() - removed > DEVICES_PER_HOUSEHOLD
        || removed > REMOVED_DEVICES_PER_HOUSEHOLD
        || merged.vouches.len() > VOUCHES_PER_HOUSEHOLD
    {
        return Err(MemberError::Full);
    }
    Ok(merged)
}
