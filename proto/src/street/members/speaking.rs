//! Speaking: for which household a key speaks, and whether it was entitled to what it said.

use super::{MemberError, Members};
use crate::alert::{Alert, Audience, FollowUp};
use crate::identity::{DeviceCert, DeviceId, HouseholdId, Role};
use crate::signed::{PublicKey, Signed, Statement, Verified};
use crate::time::Timestamp;

impl Members {
    /// The household for which a key speaks in this role now.
    ///
    /// # Errors
    /// [`MemberError::Stranger`] and [`MemberError::Role`].
    pub fn speaker(&self, signer: PublicKey, role: Role) -> Result<HouseholdId, MemberError> {
        let cert = self.certified(signer, role)?;
        if self.households.contains_key(&cert.household) && cert.ended.is_none() {
            Ok(cert.household)
        } else {
            Err(MemberError::Stranger)
        }
    }

    /// The household that made a statement, which it and its device were still entitled to at the time.
    pub(crate) fn author<T: Statement>(
        &self,
        signed: &Signed<T>,
        role: Role,
        issued: Timestamp,
    ) -> Result<HouseholdId, MemberError> {
        let cert = self.certified(signed.signer(), role)?;
        if cert.ended.is_some_and(|ended| issued >= ended) {
            return Err(MemberError::Stranger);
        }
        self.still_here(cert.household, issued)
    }

    pub(super) fn certified(
        &self,
        signer: PublicKey,
        role: Role,
    ) -> Result<&DeviceCert, MemberError> {
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
}
