use std::time::Duration;

use super::*;
use crate::identity::{Card, DeviceCert, DeviceId, Role, Roles, Words};
use crate::recipient::Identity;
use crate::signed::PublicKey;
use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

struct Person {
    member: Member,
    key: SigningKey,
}

impl Person {
    fn new(seed: u8, roles: Roles) -> Self {
        let root = Words::generate(&mut ChaCha20Rng::from_seed([seed; 32])).root();
        let key = SigningKey::from_bytes(&[seed; 32]);
        let reading = Identity::from_secret_bytes(Zeroizing::new([seed; 32])).recipient();
        let card = root.sign_card(Card {
            household: root.household(),
            name: Name::clean("Somebody").unwrap(),
            reading: reading.clone(),
            issued: NOW,
        });
        let device = DeviceId::from_bytes(*PublicKey::of(&key).as_bytes());
        let cert = DeviceCert {
            household: root.household(),
            device,
            sealing: reading,
            roles,
            issued: NOW,
            serial: 1,
            ended: None,
        };
        let member = Member {
            card,
            devices: vec![root.certify(cert)],
            vouches: vec![],
            pseudonym: None,
        };
        Self { member, key }
    }

    fn household(&self) -> HouseholdId {
        self.member.household()
    }

    fn vouch(&self, street: StreetId, household: HouseholdId) -> Signed<Vouch> {
        Signed::sign(
            Vouch {
                street,
                by: self.household(),
                household,
                issued: NOW,
            },
            &self.key,
        )
    }

    fn vouched_by(&self, street: StreetId, other: &Self) -> Member {
        Member {
            vouches: vec![other.vouch(street, self.household())],
            pseudonym: None,
            ..self.member.clone()
        }
    }
}

fn founded() -> (Signed<Founding>, Members, Person) {
    let founder = Person::new(1, Roles::ALL);
    let founding = Signed::sign(
        Founding {
            founder: founder.household(),
            name: Name::clean("Maple Street").unwrap(),
            cell: "u33dc1".parse().unwrap(),
            founded: NOW,
            nonce: Nonce::from_bytes([1; 16]),
            urgent_per_hour: 6,
        },
        &founder.key,
    );
    let mut members = Members::new(&founding);
    assert_eq!(members.admit(&founder.member), Ok(true));
    (founding, members, founder)
}

#[test]
fn only_the_founder_needs_no_vouch() {
    let (founding, mut members, founder) = founded();
    let ben = Person::new(2, Roles::ALL);
    assert_eq!(members.admit(&ben.member), Err(MemberError::NotVouched));
    assert_eq!(
        members.admit(&ben.vouched_by(founding.street(), &founder)),
        Ok(true)
    );
    assert_eq!(
        members.admit(&ben.vouched_by(founding.street(), &founder)),
        Ok(false)
    );
}

#[test]
fn a_vouch_by_a_stranger_by_oneself_or_for_another_street_does_not_count() {
    let (founding, mut members, founder) = founded();
    let (ben, eve) = (Person::new(2, Roles::ALL), Person::new(3, Roles::ALL));
    let other = StreetId::from_bytes([9; 32]);
    for vouch in [
        eve.vouch(founding.street(), ben.household()),
        ben.vouch(founding.street(), ben.household()),
        founder.vouch(other, ben.household()),
        founder.vouch(founding.street(), eve.household()),
    ] {
        let member = Member {
            vouches: vec![vouch],
            pseudonym: None,
            ..ben.member.clone()
        };
        assert_eq!(members.admit(&member), Err(MemberError::NotVouched));
    }
}

#[test]
fn a_device_without_the_role_neither_vouches_nor_speaks() {
    let (founding, mut members, founder) = founded();
    let camera = Person::new(2, Roles::of(&[Role::Record]));
    members
        .admit(&camera.vouched_by(founding.street(), &founder))
        .unwrap();
    let ben = Person::new(3, Roles::ALL);
    assert_eq!(
        members.admit(&ben.vouched_by(founding.street(), &camera)),
        Err(MemberError::NotVouched)
    );
    let vouch = camera.vouch(founding.street(), ben.household());
    assert_eq!(members.speaker(&vouch), Err(MemberError::Role));
}

#[test]
fn members_told_in_any_order_are_all_taken_in() {
    let (founding, mut members, founder) = founded();
    let street = founding.street();
    let people: Vec<_> = (2..12).map(|seed| Person::new(seed, Roles::ALL)).collect();
    let mut told = Vec::new();
    for (n, person) in people.iter().enumerate() {
        let voucher = if n == 0 { &founder } else { &people[n - 1] };
        let mut member = person.vouched_by(street, voucher);
        // From the fourth household on, one vouch makes nobody a voucher.
        if n > 0 {
            member
                .vouches
                .push(founder.vouch(street, person.household()));
        }
        told.push(member);
    }
    told.reverse();
    assert_eq!(members.admit_all(&told).len(), 10);
    assert_eq!(members.len(), 11);
}

#[test]
fn an_older_card_does_not_replace_a_newer_one_and_vouches_add_up() {
    let (founding, mut members, founder) = founded();
    let street = founding.street();
    let (ben, cem) = (Person::new(2, Roles::ALL), Person::new(3, Roles::ALL));
    members.admit(&ben.vouched_by(street, &founder)).unwrap();
    members.admit(&cem.vouched_by(street, &founder)).unwrap();
    assert_eq!(members.admit(&ben.vouched_by(street, &cem)), Ok(true));
    assert_eq!(members.get(ben.household()).unwrap().vouches.len(), 2);

    let root = Words::generate(&mut ChaCha20Rng::from_seed([2; 32])).root();
    let card = |name: &str, issued| {
        let said = ben.member.card.statement();
        root.sign_card(Card {
            name: Name::clean(name).unwrap(),
            issued,
            ..said.clone()
        })
    };
    let newer = Member {
        card: card("Ben and Bo", NOW.after(Duration::from_secs(1))),
        ..ben.member.clone()
    };
    let older = Member {
        card: card("Bean", NOW.before(Duration::from_secs(1))),
        ..ben.member.clone()
    };
    assert_eq!(members.admit(&newer), Ok(true));
    assert_eq!(members.admit(&older), Ok(false));
    assert_eq!(
        members
            .get(ben.household())
            .unwrap()
            .card
            .statement()
            .name
            .as_str(),
        "Ben and Bo"
    );
}

#[test]
fn a_card_or_certificate_that_another_root_signed_is_refused() {
    let (_, mut members, founder) = founded();
    let eve = Words::generate(&mut ChaCha20Rng::from_seed([8; 32])).root();
    let card = eve.sign_card(founder.member.card.statement().clone());
    assert_eq!(
        members.admit(&Member {
            card,
            ..founder.member.clone()
        }),
        Err(MemberError::NotByRoot)
    );
    let cert = eve.certify(founder.member.devices[0].statement().clone());
    let forged = Member {
        devices: vec![cert],
        ..founder.member.clone()
    };
    assert_eq!(members.admit(&forged), Err(MemberError::NotByRoot));
}
