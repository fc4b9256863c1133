//! The home that is told things: it has founded a street, and the fuzzer is its one neighbour. With the keys of that
//! neighbour the bytes get past the seals and the signatures, to the rules behind them.

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::identity;
use crate::alert::{Alert, Audience};
use crate::household::{
    Answer, AskRef, Command, CommandId, Household, Input, Me, MessageRef, Output, Protocol, Record,
    RequestRef,
};
use crate::identity::{Card, DeviceCert, DeviceId, Name, Roles, Words};
use crate::recipient::Recipient;
use crate::signed::{PublicKey, Signed};
use crate::street::{EpochKey, Item, JoinRequest, StreetId, StreetMessage, Topic};
use crate::time::Timestamp;
use crate::wire::limits::PARCEL_BYTES;
use crate::wire::{self, Kind};

pub(super) const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

fn me(seed: u8) -> Option<Me> {
    let words = Words::generate(&mut ChaCha20Rng::from_seed([seed; 32]));
    let (root, device) = (words.root(), SigningKey::from_bytes(&[seed; 32]));
    let (sealing, reading) = (
        identity(u64::from(seed) + 1_000),
        identity(u64::from(seed) + 2_000),
    );
    let household = root.household();
    Some(Me {
        card: root.sign_card(Card {
            household,
            name: Name::clean("Ada").ok()?,
            reading: reading.recipient(),
            issued: NOW,
        }),
        cert: root.certify(DeviceCert {
            household,
            device: DeviceId::from_bytes(*PublicKey::of(&device).as_bytes()),
            sealing: sealing.recipient(),
            roles: Roles::ALL,
            issued: NOW,
            serial: 1,
            ended: None,
        }),
        device,
        sealing,
        recovery: words.recovery().recipient(),
        cell: None,
    })
}

/// A home whose street the fuzzer can speak on: it plays the one neighbour.
pub(super) struct Home {
    pub(super) engine: Household,
    neighbour: Me,
    sealing: Recipient,
    street: StreetId,
    key: EpochKey,
    topic: Topic,
}

impl Home {
    pub(super) fn on_a_street() -> Option<Self> {
        let (ada, neighbour) = (me(1)?, me(2)?);
        let (inviter, sealing) = (ada.device_id(), ada.sealing.recipient());
        let mut engine = Household::new(ada, [], [1; 32]);
        let (name, cell) = (Name::clean("Maple Street").ok()?, "u33dc1".parse().ok()?);
        let founding = Command::FoundStreet {
            name,
            cell,
            urgent_per_hour: 6,
        };
        let founded = engine.handle(Input::Command(CommandId(1), founding), NOW);
        let (street, key) = founded.iter().find_map(|output| match output {
            Output::Store(record) => match &**record {
                Record::Epoch { notice, key, .. } => Some((notice.statement().street, key.clone())),
                _ => None,
            },
            _ => None,
        })?;
        let invite = Command::Invite {
            street: None,
            life: std::time::Duration::from_secs(60),
        };
        let invited = engine.handle(Input::Command(CommandId(2), invite), NOW);
        let ticket = invited.into_iter().find_map(|output| match output {
            Output::Answer(_, Ok(Answer::Ticket(ticket))) => Some(ticket),
            _ => None,
        })?;
        let from = neighbour.device_id();
        let request = JoinRequest {
            ticket: ticket.secret.id(),
            proof: ticket.secret.key().proof(from, inviter),
            card: neighbour.card.clone(),
            device: neighbour.cert.clone(),
            addresses: Vec::new(),
        };
        let joined = engine.handle(
            Input::Asked {
                from,
                request: RequestRef(1),
                protocol: Protocol::Join,
                bytes: wire::frame(Kind::Join, &request),
            },
            NOW,
        );
        assert!(
            joined
                .iter()
                .any(|o| matches!(o, Output::Store(r) if matches!(**r, Record::Member { .. }))),
            "the neighbour is admitted"
        );
        engine.handle(
            Input::Connected {
                device: from,
                address: None,
            },
            NOW,
        );
        Some(Self {
            engine,
            neighbour,
            sealing,
            street,
            topic: key.topic(street),
            key,
        })
    }

    /// How a message reaches the home: bare, sealed to the street, or signed by the neighbour and then sealed.
    pub(super) fn arrival(&mut self, how: u8, message: &[u8]) -> Option<Input> {
        let bare = message.to_vec();
        Some(match how % 9 {
            0 => self.gossip(bare),
            1 => {
                let sealed = self.seal(&self.tailored(message));
                self.gossip(sealed)
            }
            2 => {
                let mut alert: Alert = wire::from_cbor(message).ok()?;
                alert.audience = Audience::Street(self.street);
                let signed = Signed::sign(alert, &self.neighbour.device);
                let sealed = self.seal(&wire::to_cbor(&StreetMessage::Tell(Item::Alert(signed))));
                self.gossip(sealed)
            }
            3 => self.asked(Protocol::Street, bare),
            4 => {
                let sealed = self.seal(&self.tailored(message));
                self.asked(Protocol::Street, sealed)
            }
            5 => {
                let sealed = self.sealing.seal(message).ok()?;
                assert!(
                    message.len() > PARCEL_BYTES || sealed.len() > message.len(),
                    "sealing adds bytes"
                );
                let sealed = self.seal(&wire::to_cbor(&StreetMessage::Parcel(sealed)));
                self.asked(Protocol::Street, sealed)
            }
            6 => self.asked(Protocol::Join, bare),
            7 => Input::Answered {
                ask: AskRef(0),
                bytes: Some(bare),
            },
            _ => Input::Answered {
                ask: AskRef(0),
                bytes: Some(self.seal(&self.tailored(message))),
            },
        })
    }

    /// A message of another street as the neighbour would say it here; anything else as it is.
    fn tailored(&self, message: &[u8]) -> Vec<u8> {
        let device = self.neighbour.device_id();
        match wire::from_cbor(message) {
            Ok(StreetMessage::CatchUp(mut asked)) => {
                asked.home.device = device;
                wire::to_cbor(&StreetMessage::CatchUp(asked))
            }
            Ok(StreetMessage::CatchUpAnswer(mut answer)) => {
                answer.home.device = device;
                wire::to_cbor(&StreetMessage::CatchUpAnswer(answer))
            }
            _ => message.to_vec(),
        }
    }

    fn seal(&self, message: &[u8]) -> Vec<u8> {
        self.key.seal(self.street, message)
    }

    fn gossip(&self, bytes: Vec<u8>) -> Input {
        Input::Gossip {
            topic: self.topic.clone(),
            message: MessageRef(1),
            bytes,
        }
    }

    fn asked(&self, protocol: Protocol, bytes: Vec<u8>) -> Input {
        Input::Asked {
            from: self.neighbour.device_id(),
            request: RequestRef(2),
            protocol,
            bytes,
        }
    }
}
