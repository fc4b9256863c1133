//! What somebody says and sends: statements of his own, and messages, well formed and signed by his own device.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::super::super::*;
use super::super::alerts::draft;
use super::super::in_the_open::nearby;
use super::super::publishers;
use super::super::world::World;
use super::cast::{Actor, Cast};
use crate::alert::{Act, Alert, Audience, FollowUp, Nonce};
use crate::approval::{Approved, DeviceMessage, Want};
use crate::clip::{ClipId, Manifest, ReadingKeys, Sealer};
use crate::grant::{FetchTicket, Grant, Parcel, Purpose};
use crate::identity::Name;
use crate::ledger::EntryHash;
use crate::open::{Knock, OpenStatement};
use crate::publisher::Announced;
use crate::recipient::Identity;
use crate::signed::PublicKey;
use crate::street::reconcile::Asker;
use crate::street::{CatchUp, Home, Item, Link, Member, RemovalVote, StreetMessage, Vouch};
use crate::text::Line;
use crate::wire::limits::{GRANT_LIFE, LINK_LIFE};

pub(super) const HOUR: Duration = Duration::from_secs(3_600);

impl Cast {
    pub(super) fn alert(&self) -> Alert {
        let Draft { title, text, .. } = draft("Mine");
        Alert {
            audience: Audience::Street(self.world.street_id()),
            kind: crate::alert::Kind::Noise,
            urgency: crate::alert::Urgency::Info,
            place: None,
            title,
            text,
            happened: self.now(),
            issued: self.now(),
            expires: self.now().after(HOUR),
            nonce: Nonce::from_bytes([1; 16]),
            clips: vec![],
        }
    }

    pub(super) fn follow_up(&self) -> FollowUp {
        FollowUp {
            audience: Audience::Street(self.world.street_id()),
            alert: self.alert,
            act: Act::Comment(crate::text::Prose::clean("I saw it").unwrap()),
            issued: self.now(),
            expires: self.now().after(HOUR),
            nonce: Nonce::from_bytes([1; 16]),
        }
    }

    /// Vouches for Sam, who is on no street.
    pub(super) fn vouch(&self, actor: &Actor) -> Item {
        let sam = self.stranger();
        let vouch = Vouch {
            street: self.world.street_id(),
            by: self.me(actor).household(),
            household: sam.household(),
            issued: self.now(),
        };
        let mut member = record_of(sam);
        member.vouches.push(self.signed(actor, vouch));
        Item::Member(member)
    }

    pub(super) fn vote(&self, actor: &Actor) -> Signed<RemovalVote> {
        let by = self.me(actor).household();
        let [cem, ben] = [2, 1].map(|home| self.world.household(home));
        let vote = RemovalVote {
            street: self.world.street_id(),
            household: if by == cem { ben } else { cem },
            by,
            reason: Line::clean("Nobody lives there").unwrap(),
            issued: self.now(),
        };
        self.signed(actor, vote)
    }

    pub(super) fn link(&self, actor: &Actor) -> Link {
        Link {
            street: self.world.street_id(),
            by: self.me(actor).household(),
            name: Name::clean("Elm Street").unwrap(),
            keys: vec![PublicKey::of(&self.stranger().device)],
            issued: self.now(),
            expires: self.now().after(LINK_LIFE),
        }
    }

    /// The key under which somebody speaks in the open.
    pub(super) fn voice(&self, actor: &Actor) -> SigningKey {
        let me = self.me(actor);
        match actor.member {
            true => me.pseudonym(self.world.street_id()),
            false => me.device.clone(),
        }
    }

    pub(super) fn knock(&self, actor: &Actor) -> OpenStatement {
        let me = self.me(actor);
        let knock = Knock {
            card: me.card.clone(),
            device: me.cert.clone(),
            cell: "u33dc1".parse().unwrap(),
            greeting: Line::clean("Hello").unwrap(),
            issued: self.now(),
            expires: self.now().after(HOUR),
        };
        OpenStatement::Knock(Box::new(self.signed(actor, knock)))
    }

    pub(super) fn question(&self, actor: &Actor) -> StreetMessage {
        let me = self.me(actor);
        StreetMessage::CatchUp(CatchUp {
            home: Home {
                device: me.device_id(),
                now: self.now(),
                epoch: self.rank,
            },
            set: Asker::new([]).unwrap().1,
            me: Some(record_of(me)),
        })
    }

    /// The key of a clip of somebody's own, for Ada.
    pub(super) fn parcel(&self, actor: &Actor) -> Parcel {
        let (from, ada) = (self.me(actor), self.world.homes[0].engine.me());
        let reading = Identity::from_secret_bytes(zeroize::Zeroizing::new([9; 32]));
        let owners = [reading.recipient(), from.recovery.clone()];
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let (header, mut sealer) = Sealer::new(&mut rng, &owners).unwrap();
        let mut bytes = Vec::new();
        sealer.write(b"a film", &mut bytes).unwrap();
        let sealed = sealer.finish(&mut bytes);
        let clip = ClipId::from_bytes(*blake3::hash(&bytes).as_bytes());
        let to = ada.card.statement().reading.clone();
        let keys = ReadingKeys::from(reading);
        let header = keys.grant(&header, &sealed.key_commit, &to).unwrap();
        let manifest = self.signed(
            actor,
            Manifest {
                clip,
                sealed_len: sealed.sealed_len,
                key_commit: sealed.key_commit,
                recorded: self.now(),
                duration_ms: 1_000,
                camera: crate::clip::CameraId::from_bytes([1; 8]),
                prev: None,
            },
        );
        let until = self.now().after(GRANT_LIFE);
        Parcel {
            grant: self.signed(
                actor,
                Grant {
                    from: from.household(),
                    to: ada.household(),
                    reading: to,
                    clip,
                    key_commit: sealed.key_commit,
                    manifest: manifest.id(),
                    header,
                    purpose: Purpose::clean("Look").unwrap(),
                    issued: self.now(),
                    until,
                    seq: 1,
                    prev: EntryHash::START,
                },
            ),
            manifest,
            ticket: self.signed(
                actor,
                FetchTicket {
                    from: from.household(),
                    to: ada.household(),
                    clip,
                    until,
                    seq: 1,
                },
            ),
            keepers: vec![],
        }
    }

    pub(super) fn want(&self) -> DeviceMessage {
        DeviceMessage::Want(Want {
            clip: self.later,
            seq: 0,
            hash: EntryHash::START,
        })
    }

    /// A grant of Ada's clip, as one of her devices would hand it in. Its answer may be that it is not valid; whoever
    /// may not hand one in gets none.
    pub(super) fn approved(&self, actor: &Actor) -> DeviceMessage {
        let Parcel { grant, ticket, .. } = self.parcel(actor);
        DeviceMessage::Approved(Box::new(Approved { grant, ticket }))
    }
}

/// A household's record, without a vouch.
pub(super) fn record_of(me: &Me) -> Member {
    Member {
        card: me.card.clone(),
        devices: vec![me.cert.clone()],
        vouches: vec![],
        pseudonym: None,
    }
}

pub(super) fn nearby_alert(key: &SigningKey, now: Timestamp) -> OpenStatement {
    let Draft {
        title, text, kind, ..
    } = nearby("Grey cat");
    let alert = Alert {
        audience: Audience::Nearby,
        kind,
        urgency: crate::alert::Urgency::Info,
        place: Some("u33dc1".parse().unwrap()),
        title,
        text,
        happened: now,
        issued: now,
        expires: now.after(HOUR),
        nonce: Nonce::from_bytes([1; 16]),
        clips: vec![],
    };
    OpenStatement::Alert(Signed::sign(alert, key))
}

pub(super) fn bulletin(key: &SigningKey, world: &World) -> OpenStatement {
    let bulletin = Signed::sign(publishers::bulletin(world, "Smoke"), key);
    OpenStatement::Bulletin(Box::new(Announced {
        bulletin,
        second: None,
    }))
}
