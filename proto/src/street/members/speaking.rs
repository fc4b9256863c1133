//! Speaking: for which household a key speaks, and whether it was entitled to what it said.

use super::{MemberError, Members};
use crate::access::{self, Party, Said};
use crate::alert::{Alert, Audience, FollowUp};
use crate::identity::{DeviceCert, DeviceId, HouseholdId};
use crate::signed::{Signed, Verified};
use crate::time::Timestamp;

impl Members {
    /// The household that makes a statement, if it and its device may do so now, whatever date is on it.
    ///
    /// # Errors
    /// [`MemberError::Stranger`] and [`MemberError::Role`].
    pub fn speaker<T: Said>(&self, signed: &Signed<T>) -> Result<HouseholdId, MemberError> {
        let cert = self.certified(signed)?;
        let here = self.households.contains_key(&cert.household);
        self.allowed::<T>(cert.household, cert.ended.is_some(), here)
    }

    /// The household that made a statement, which it and its device were still entitled to at the time.
    pub(crate) fn author<T: Said>(
        &self,
        signed: &Signed<T>,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        let cert = self.certified(signed)?;
        let removed = cert.ended.is_some_and(|ended| issued >= ended);
        self.allowed::<T>(
            cert.household,
            removed,
            self.was_here(cert.household, issued),
        )
    }

    /// Asks the table about a household that is here or not, and a device of it that was removed or not.
    fn allowed<T: Said>(
        &self,
        household: HouseholdId,
        removed: bool,
        here: bool,
    ) -> Result<HouseholdId, MemberError> {
        let may = |party| access::allows(party, T::ACTION);
        let stranger = match (removed, here) {
            (true, _) => Some(Party::RemovedDevice),
            (false, false) => Some(Party::Gone),
            (false, true) => None,
        };
        if let Some(stranger) = stranger {
            return match may(stranger) {
                true => Ok(household),
                false => Err(MemberError::Stranger),
            };
        }
        // Who is new is looked up only where it makes a difference.
        let new = !may(Party::NewNeighbour) && self.is_new(household);
        match may(Party::Neighbour) && !new {
            true => Ok(household),
            false => Err(MemberError::NotTheirs),
        }
    }

    /// The certificate of whoever signed a statement, which his device may sign.
    pub(super) fn certified<T: Said>(
        &self,
        signed: &Signed<T>,
    ) -> Result<&DeviceCert, MemberError> {
        let device = DeviceId::from_bytes(*signed.signer().as_bytes());
        let cert = self.certificate(device).ok_or(MemberError::Stranger)?;
        if cert.roles.has(T::ROLE) {
            Ok(cert)
        } else {
            Err(MemberError::Role)
        }
    }

    /// The household that said something for an audience: under its device's key on the street, under its pseudonym
    /// nearby.
    fn author_for<T: Said>(
        &self,
        signed: &Signed<T>,
        audience: Audience,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        match audience {
            Audience::Street(street) if street == self.street => self.author(signed, issued),
            Audience::Street(_) => Err(MemberError::OtherStreet),
            Audience::Nearby => {
                let author = self.behind(signed.signer());
                let author = author.ok_or(MemberError::Stranger)?;
                self.allowed::<T>(author, false, self.was_here(author, issued))
            }
        }
    }

    /// Whether a household was not gone by then.
    fn was_here(&self, household: HouseholdId, at: Timestamp) -> bool {
        let gone = self.former.get(&household);
        gone.is_none_or(|(left, _)| at < *left)
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
}
