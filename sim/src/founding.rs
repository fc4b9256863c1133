//! Households and streets that have been there for a while.
//!
//! A thousand households that join one after the other by ticket would take most of a run. So their keys are made here,
//! and each home begins with the records that joining would have left: the founding, the epoch, everybody's membership
//! with the vouches that the rules ask for, and where everybody lives on the net. Whoever joins during a run does it
//! with a ticket, like anybody.

use std::fmt;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp_proto::alert::Nonce;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::clip::ReadingKeys;
use streetlamp_proto::household::{Me, Record};
use streetlamp_proto::identity::{Card, DeviceCert, DeviceId, Name, Roles, Words};
use streetlamp_proto::recipient::Identity;
use streetlamp_proto::signed::{PublicKey, Signed, Statement};
use streetlamp_proto::street::{
    Address, Announcement, EpochKey, EpochNotice, Founding, Member, Pseudonym, StreetId, Topic,
    Vouch, Whereabouts,
};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use crate::DAWN;

/// How long a street has been there when a run begins. Its key is good for a month.
const AGE: Duration = Duration::from_secs(10 * 24 * 3600);
/// Urgent alerts that a household may post in an hour, which is what streets allow when nobody says otherwise.
const URGENT: u8 = streetlamp_proto::wire::limits::URGENT_PER_HOUR;

/// A name that the rules take.
///
/// # Errors
/// If it is none.
pub(crate) fn name(text: &str) -> Result<Name> {
    let failed = |e| Error::new(ErrorKind::Invalid, format!("'{text}' is no name")).because(e);
    Name::clean(text).map_err(failed)
}

fn secret(rng: &mut ChaCha20Rng) -> Zeroizing<[u8; 32]> {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *secret);
    secret
}

/// A household with fresh keys.
pub(crate) struct NewHousehold {
    /// What its home node is given.
    pub(crate) me: Me,
    /// What its residents keep.
    pub(crate) reading: Reading,
}

/// The secret of the key that opens a household's clips.
pub(crate) struct Reading(Zeroizing<[u8; 32]>);

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}

impl Reading {
    /// The key, to unlock a home with.
    pub(crate) fn keys(&self) -> ReadingKeys {
        ReadingKeys::new(Identity::from_secret_bytes(self.0.clone()), Vec::new())
    }
}

/// Makes a household.
pub(crate) fn household(rng: &mut ChaCha20Rng, name: Name, cell: Option<Cell>) -> NewHousehold {
    let issued = DAWN.before(AGE);
    let words = Words::generate(rng);
    let root = words.root();
    let device = SigningKey::from_bytes(&secret(rng));
    let sealing = Identity::from_secret_bytes(secret(rng));
    let reading = Reading(secret(rng));
    let card = root.sign_card(Card {
        household: root.household(),
        name,
        reading: reading.keys().recipient(),
        issued,
    });
    let cert = root.certify(DeviceCert {
        household: root.household(),
        device: DeviceId::from_bytes(*PublicKey::of(&device).as_bytes()),
        sealing: sealing.recipient(),
        roles: Roles::ALL,
        issued,
        serial: 1,
        ended: None,
    });
    let me = Me {
        card,
        cert,
        device,
        sealing,
        recovery: words.recovery().recipient(),
        cell,
    };
    NewHousehold { me, reading }
}

/// A street of these households, the first of which founded it.
#[derive(Debug)]
pub(crate) struct Street {
    /// Its id.
    pub(crate) id: StreetId,
    founding: Signed<Founding>,
    notice: Signed<EpochNotice>,
    key: EpochKey,
    members: Vec<Member>,
    address_book: Vec<Signed<Whereabouts>>,
}

impl Street {
    /// Founds it. `homes` are the households with the addresses of their nodes. Nothing without households.
    pub(crate) fn of(
        rng: &mut ChaCha20Rng,
        name: Name,
        cell: Cell,
        homes: &[(&Me, Address)],
    ) -> Option<Self> {
        let founded = DAWN.before(AGE);
        let (founder, _) = homes.first()?;
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let founding = sign(
            founder,
            Founding {
                founder: founder.household(),
                name,
                cell,
                founded,
                nonce: Nonce::from_bytes(nonce),
                urgent_per_hour: URGENT,
            },
        );
        let id = founding.street();
        let key = EpochKey::generate(rng);
        let notice = EpochNotice {
            street: id,
            number: 1,
            commit: key.commit(),
            by: founder.household(),
            gone: Vec::new(),
            removed: Vec::new(),
            issued: founded,
        };
        let notice = sign(founder, notice);
        let numbered = (0..).zip(homes);
        let members = numbered.map(|(number, (me, _))| member(id, me, homes, number));
        let address_book = homes.iter().map(|(me, at)| {
            let said = Whereabouts {
                street: id,
                addresses: vec![at.clone()],
                issued: founded,
            };
            sign(me, said)
        });
        Some(Self {
            id,
            founding,
            notice,
            key,
            members: members.collect(),
            address_book: address_book.collect(),
        })
    }

    /// The name under which it speaks, for whoever was told.
    pub(crate) fn topic(&self) -> Topic {
        self.key.topic(self.id)
    }

    /// What the home of a member has of it.
    pub(crate) fn records(&self, me: &Me) -> Vec<Record> {
        let joined = DAWN.before(AGE);
        let mine = self
            .members
            .iter()
            .find(|m| m.household() == me.household());
        let vouches = mine.and_then(|member| member.vouches.first());
        let street = Record::Street {
            founding: self.founding.clone(),
            inviter: vouches.map(|vouch| vouch.statement().by),
            joined,
        };
        let epoch = Record::Epoch {
            notice: self.notice.clone(),
            key: self.key.clone(),
            since: joined,
        };
        let members = self.members.iter().map(|member| Record::Member {
            street: self.id,
            member: Box::new(member.clone()),
        });
        let whereabouts = self.address_book.iter().cloned().map(Record::Whereabouts);
        [street, epoch]
            .into_iter()
            .chain(members)
            .chain(whereabouts)
            .collect()
    }
}

fn sign<T: Statement>(me: &Me, statement: T) -> Signed<T> {
    Signed::sign(statement, &me.device)
}

/// The `number`th household of a street. The founder and the second vouch for all who come later.
fn member(street: StreetId, me: &Me, homes: &[(&Me, Address)], number: u32) -> Member {
    let admitted: Timestamp = DAWN.before(AGE).after(Duration::from_secs(60) * number);
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    let vouchers = homes.iter().take(place.min(2));
    let vouches = vouchers.map(|(voucher, _)| {
        let vouch = Vouch {
            street,
            by: voucher.household(),
            household: me.household(),
            issued: admitted,
        };
        sign(voucher, vouch)
    });
    let mut vouches: Vec<_> = vouches.collect();
    vouches.sort_by_key(|vouch| vouch.statement().by);
    let pseudonym = Pseudonym {
        street,
        household: me.household(),
        issued: admitted,
    };
    let pseudonym = Signed::sign(pseudonym, &me.pseudonym(street));
    Member {
        card: me.card.clone(),
        devices: vec![me.cert.clone()],
        vouches,
        pseudonym: Some(Box::new(sign(me, Announcement { pseudonym }))),
    }
}
