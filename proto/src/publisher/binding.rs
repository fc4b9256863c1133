//! Who a publisher says it is: its name, its domain, where it may speak, and its keys.

use ed25519_dalek::SigningKey;
use minicbor::{Decode, Encode};

use super::{Area, Domain};
use crate::id::id;
use crate::identity::Name;
use crate::signed::{PublicKey, Signed, Statement};
use crate::time::Timestamp;
use crate::wire::limits::{
    BINDING_LIFE, CLOCK_SKEW, DECLARED_CELL, HANDOVERS_PER_PUBLISHER, SECONDS_PER_PUBLISHER,
};

id! {
    /// A publisher: the first key that it ever had. It stays when the key is changed.
    PublisherId, 32
}

/// A publisher's own word about itself, signed with its key. It counts for what it says; whether the domain says the
/// same is for homes to find out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Binding {
    /// What it calls itself.
    #[n(0)]
    pub name: Name,
    /// The domain that lists its key.
    #[n(1)]
    pub domain: Domain,
    /// Where it speaks. Homes drop its bulletins about anywhere else.
    #[n(2)]
    pub area: Area,
    /// Keys that second what one key must not say alone; in no hands that hold the first.
    #[n(3)]
    pub seconds: Vec<PublicKey>,
    /// How the key became the one that signs this, the first step first.
    #[n(4)]
    pub handovers: Vec<Signed<Handover>>,
    /// When it was said. A newer one replaces it.
    #[n(5)]
    pub issued: Timestamp,
    /// When it is worth nothing any more.
    #[n(6)]
    pub expires: Timestamp,
}

impl Statement for Binding {
    const CONTEXT: &'static str = "streetlamp/1 publisher";
}

/// A key says which one comes after it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Handover {
    /// The next key.
    #[n(0)]
    pub to: PublicKey,
    /// When. What the old key signed later is not the publisher's.
    #[n(1)]
    pub issued: Timestamp,
}

impl Statement for Handover {
    const CONTEXT: &'static str = "streetlamp/1 publisher handover";
}

/// Why a binding breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// Its time is over.
    #[error("what the publisher said of itself has expired")]
    Expired,
    /// Said to be issued later than the allowed skew from now.
    #[error("what the publisher said of itself is from the future: a clock is wrong")]
    Future,
    /// Lives longer than allowed, or not at all.
    #[error("what a publisher says of itself holds for at most {} days", BINDING_LIFE.as_secs() / 86_400)]
    Life,
    /// A cell of its area is too large.
    #[error("a publisher's area is made of cells of {DECLARED_CELL} or more characters")]
    Area,
    /// Too many second keys, one twice, or the key itself.
    #[error("a publisher has at most {SECONDS_PER_PUBLISHER} second keys, none of them its own")]
    Seconds,
    /// The keys before do not lead to this one, or there are too many.
    #[error("the publisher's key does not follow from the keys before it")]
    Handovers,
}

impl Signed<Binding> {
    /// Checks what can be checked without knowing the publisher.
    ///
    /// # Errors
    /// Every [`BindingError`].
    pub fn check_at(&self, now: Timestamp) -> Result<(), BindingError> {
        let said = self.statement();
        if said.expires <= said.issued || said.expires.since(said.issued) > BINDING_LIFE {
            return Err(BindingError::Life);
        }
        let area = said.area.no_larger_than(DECLARED_CELL);
        area.map_err(|_| BindingError::Area)?;
        let mut seconds = said.seconds.clone();
        seconds.sort_unstable();
        seconds.dedup();
        let own = said.seconds.iter().any(|key| self.had(*key));
        if own || seconds.len() != said.seconds.len() || seconds.len() > SECONDS_PER_PUBLISHER {
            return Err(BindingError::Seconds);
        }
        self.check_handovers()?;
        if said.expires <= now {
            return Err(BindingError::Expired);
        }
        if said.issued > now.after(CLOCK_SKEW) {
            return Err(BindingError::Future);
        }
        Ok(())
    }

    fn check_handovers(&self) -> Result<(), BindingError> {
        let handovers = &self.statement().handovers;
        let mut keys: Vec<_> = self.keys().collect();
        let follows = keys
            .windows(2)
            .zip(handovers)
            .all(|(keys, handover)| keys.last() == Some(&handover.statement().to));
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        if !follows || keys.len() != all || handovers.len() > HANDOVERS_PER_PUBLISHER {
            return Err(BindingError::Handovers);
        }
        Ok(())
    }

    /// Whose it is.
    pub fn publisher(&self) -> PublisherId {
        let first = self.keys().next().unwrap_or(self.signer());
        PublisherId::from_bytes(*first.as_bytes())
    }

    /// Every key that the publisher had, the one that it has last.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let before = self.statement().handovers.iter().map(Signed::signer);
        before.chain([self.signer()])
    }

    /// Whether the publisher has this key or had it.
    pub fn had(&self, key: PublicKey) -> bool {
        self.keys().any(|had| had == key)
    }

    /// Whether this key was the publisher's at a time.
    pub fn spoke_by(&self, key: PublicKey, at: Timestamp) -> bool {
        let mut handovers = self.statement().handovers.iter();
        match handovers.find(|handover| handover.signer() == key) {
            Some(handover) => at <= handover.statement().issued,
            None => key == self.signer(),
        }
    }
}

impl Binding {
    /// Makes a key the next one of a publisher: the same words, under the new key, with the old key's signature in them.
    pub fn hand_over(
        said: &Signed<Self>,
        old: &SigningKey,
        new: &SigningKey,
        now: Timestamp,
    ) -> Signed<Self> {
        let handover = Handover {
            to: PublicKey::of(new),
            issued: now,
        };
        let mut next = said.statement().clone();
        next.handovers.push(Signed::sign(handover, old));
        next.issued = now;
        next.expires = now.after(BINDING_LIFE);
        Signed::sign(next, new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

    fn key(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    fn binding() -> Binding {
        Binding {
            name: Name::clean("Maple Fire Department").unwrap(),
            domain: "fire.example".parse().unwrap(),
            area: Area::of(["u33d".parse().unwrap()]).unwrap(),
            seconds: vec![PublicKey::of(&key(9))],
            handovers: Vec::new(),
            issued: NOW,
            expires: NOW.after(BINDING_LIFE),
        }
    }

    #[test]
    fn a_publisher_stays_itself_when_its_old_key_names_the_next() {
        let first = Signed::sign(binding(), &key(1));
        let later = NOW.after(std::time::Duration::from_secs(60));
        let second = Binding::hand_over(&first, &key(1), &key(2), later);
        let third = Binding::hand_over(&second, &key(2), &key(3), later);
        assert_eq!(third.check_at(later), Ok(()));
        assert_eq!(third.publisher(), first.publisher());
        assert_eq!(third.keys().count(), 3);
        assert!(third.spoke_by(PublicKey::of(&key(1)), NOW));
        let after = later.after(std::time::Duration::from_secs(1));
        assert!(!third.spoke_by(PublicKey::of(&key(1)), after));
        assert!(third.spoke_by(PublicKey::of(&key(3)), after));
    }

    #[test]
    fn a_key_that_no_old_key_named_is_not_the_publishers() {
        let first = Signed::sign(binding(), &key(1));
        let mut stolen = Binding::hand_over(&first, &key(1), &key(2), NOW)
            .statement()
            .clone();
        let thief = Signed::sign(stolen.clone(), &key(3));
        assert_eq!(thief.check_at(NOW), Err(BindingError::Handovers));
        stolen.handovers.extend_from_within(..);
        let twice = Signed::sign(stolen, &key(2));
        assert_eq!(twice.check_at(NOW), Err(BindingError::Handovers));
    }

    #[test]
    fn a_second_key_is_another_key() {
        for seconds in [vec![1], vec![9, 9], vec![5, 6, 7, 8, 9]] {
            let seconds = seconds
                .into_iter()
                .map(|n| PublicKey::of(&key(n)))
                .collect();
            let signed = Signed::sign(
                Binding {
                    seconds,
                    ..binding()
                },
                &key(1),
            );
            assert_eq!(signed.check_at(NOW), Err(BindingError::Seconds));
        }
    }

    #[test]
    fn a_binding_holds_for_a_year_and_not_for_half_the_world() {
        let check = |binding| Signed::sign(binding, &key(1)).check_at(NOW);
        let ms = std::time::Duration::from_millis(1);
        let long = Binding {
            expires: NOW.after(BINDING_LIFE + ms),
            ..binding()
        };
        assert_eq!(check(long), Err(BindingError::Life));
        let area = Area::of(["u".parse().unwrap()]).unwrap();
        assert_eq!(
            check(Binding { area, ..binding() }),
            Err(BindingError::Area)
        );
        let old = Signed::sign(binding(), &key(1));
        assert_eq!(
            old.check_at(NOW.after(BINDING_LIFE)),
            Err(BindingError::Expired)
        );
    }
}
