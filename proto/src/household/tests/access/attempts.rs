//! What somebody sends, and whether Ada's home does what it is for.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::super::super::record::HeldHeader;
use super::super::super::*;
use super::super::alerts::draft;
use super::super::in_the_open::{nearby, open_topic};
use super::super::publishers;
use super::super::world::World;
use super::cast::{Actor, Cast};
use crate::access::Action;
use crate::alert::{Act, Alert, Audience, FollowUp, Nonce};
use crate::approval::{Approved, DeviceMessage, Want};
use crate::clip::{ClipId, Manifest, ReadingKeys, Sealer};
use crate::fetch::{FetchRequest, Right};
use crate::grant::{FetchTicket, Grant, Parcel, Purpose};
use crate::identity::{Name, Role};
use crate::keeper::{Holding, Keeping, Lease, NoLease, ToKeep};
use crate::ledger::EntryHash;
use crate::open::{Knock, OpenStatement};
use crate::publisher::Announced;
use crate::recipient::Identity;
use crate::signed::PublicKey;
use crate::street::reconcile::Asker;
use crate::street::{
    CatchUp, EpochKey, Home, Item, JoinRequest, Leave, Link, Member, RemovalVote, ReturnRequest,
    StreetMessage, Swap, Vouch,
};
use crate::text::Line;
use crate::wire::limits::{DIRECT_FRAME, GOSSIP_FRAME, GRANT_LIFE, LINK_LIFE};
use crate::wire::{self, Kind};

/// What a device signs, and the role that it needs for it.
pub(super) const SIGNED: [(Action, Role); 8] = [
    (Action::PostAlerts, Role::Alert),
    (Action::FollowUp, Role::Alert),
    (Action::Vouch, Role::Alert),
    (Action::VoteRemoval, Role::Alert),
    (Action::LinkStreet, Role::Alert),
    (Action::Leave, Role::Alert),
    (Action::GiveLease, Role::Alert),
    (Action::DeliverGrant, Role::Grant),
];

const HOUR: Duration = Duration::from_secs(3_600);

/// In which ways it was tried, and whether it worked.
type Outcomes = Vec<(&'static str, bool)>;

impl Cast {
    /// Lets somebody try something. Nothing if there is nothing by which it could be tried.
    pub(super) fn attempt(&self, actor: &Actor, action: Action) -> Outcomes {
        let street = |how, message| vec![(how, self.asks(actor, &message))];
        let keeper = |how, message| vec![(how, self.asks(actor, &StreetMessage::Keeping(message)))];
        let tell = |how, item| vec![(how, self.tells(&item))];
        let me = self.me(actor);
        let (id, household) = (self.world.street_id(), me.household());
        let issued = self.now();
        match action {
            Action::ReadAlerts => vec![("the keys that it has", self.reads(actor))],
            Action::PostAlerts => tell("an alert", Item::Alert(self.signed(actor, self.alert()))),
            Action::FollowUp => tell(
                "a comment",
                Item::FollowUp(self.signed(actor, self.follow_up())),
            ),
            Action::Vouch => tell("a vouch", self.vouch(actor)),
            Action::VoteRemoval => tell("a vote", Item::Vote(self.vote(actor))),
            Action::LinkStreet => tell("a link", Item::Link(self.signed(actor, self.link(actor)))),
            Action::Leave => {
                let leave = Leave {
                    street: id,
                    household,
                    issued,
                };
                tell("a farewell", Item::Leave(self.signed(actor, leave)))
            }
            Action::ReadNearby => vec![("an ear", reads_openly(&self.openly[0]))],
            Action::ReadBulletins => vec![("an ear", reads_openly(&self.openly[1]))],
            Action::SpeakNearby => vec![(
                "an alert",
                self.says(nearby_alert(&self.voice(actor), issued)),
            )],
            Action::Knock => vec![("a knock", self.says(self.knock(actor)))],
            Action::PublishBulletins => vec![("a binding and a bulletin", self.publishes(actor))],
            Action::CatchUp => {
                let swap = Swap {
                    need: vec![],
                    give: vec![],
                };
                vec![("a question and a swap", self.catches_up(actor, swap))]
            }
            Action::BringEpoch => {
                let ben = self.world.device(1);
                let ada = self.ada();
                let epoch = ada.epoch_parcel(id, ben).unwrap();
                street("today's epoch", StreetMessage::Epoch(epoch))
            }
            Action::DeliverGrant => {
                let parcel = wire::to_cbor(&self.parcel(actor));
                let sealing = self.world.homes[0].engine.me().sealing.recipient();
                let sealed = sealing.seal(&parcel).unwrap();
                street("a grant", StreetMessage::Parcel(sealed))
            }
            Action::Join => self.joins(actor),
            Action::Return => vec![("a certificate", self.returns(actor))],
            Action::AskToKeep => keeper(
                "a wish for room",
                Keeping::Ask {
                    bytes: 1_000,
                    until: issued.after(HOUR),
                },
            ),
            Action::GiveLease => vec![("a lease", self.gives_lease(actor))],
            Action::Entrust => {
                let keep = ToKeep {
                    clip: ClipId::from_bytes([4; 32]),
                    sealed_len: 1_000,
                };
                let mut tried = keeper("a clip to keep", Keeping::Keep(vec![keep]));
                let pin = Keeping::Pin {
                    base: None,
                    entries: vec![],
                    head: None,
                };
                tried.extend(keeper("a ledger to pin", pin));
                tried
            }
            Action::LetGo => {
                let mut tried = keeper("the end of a lease", Keeping::End);
                tried.extend(keeper("a clip to drop", Keeping::Drop(vec![self.kept])));
                tried
            }
            Action::ReportCopies => keeper(
                "news of a copy",
                Keeping::News {
                    clip: self.clip,
                    holding: Holding::Here,
                },
            ),
            Action::GetBack => {
                let mut tried = keeper("a recall", Keeping::Recall(None));
                tried.push(("its right", self.fetches(actor, Right::Owner(self.kept))));
                tried
            }
            Action::FetchSealed => {
                let ticket = Right::Ticket(Box::new(self.ticket.clone()));
                vec![("a ticket of Eve's", self.fetches(actor, ticket))]
            }
            Action::FetchToKeep => {
                vec![("its word", self.fetches(actor, Right::Keeper(self.clip)))]
            }
            Action::ApproveGrant => vec![
                (
                    "a wish to see a clip",
                    self.asks_device(actor, &self.want()),
                ),
                ("a grant", self.asks_device(actor, &self.approved(actor))),
            ],
            Action::SpeakOutOfTurn => self.speaks_out_of_turn(actor),
            Action::OpenClip => vec![("all that it has", self.opens(actor))],
            Action::AskForFootage => vec![
                ("a message of no number", self.asks_in_no_words(actor)),
                ("plain words", self.asks_plainly(actor)),
            ],
            Action::AnswerPublishers
            | Action::RecordClip
            | Action::GiveGrant
            | Action::ExportClip
            | Action::KeepHouse
            | Action::ListClips => vec![],
        }
    }

    fn me(&self, actor: &Actor) -> &Me {
        self.world.homes[actor.home].engine.me()
    }

    fn signed<T: Statement>(&self, actor: &Actor, statement: T) -> Signed<T> {
        Signed::sign(statement, &self.me(actor).device)
    }

    /// Sends a request, and says whether it was answered with anything.
    fn requests(&self, actor: &Actor, protocol: Protocol, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let input = Input::Asked {
            from: self.me(actor).device_id(),
            request: RequestRef(1),
            protocol,
            bytes,
        };
        let outputs = self.ada().handle(input, self.now()).into_iter();
        let mut replies = outputs.filter_map(|output| match output {
            Output::Reply { bytes, .. } => Some(bytes),
            _ => None,
        });
        replies.next()
    }

    fn asks(&self, actor: &Actor, message: &StreetMessage) -> bool {
        let frame = self
            .key
            .seal(self.world.street_id(), &wire::to_cbor(message));
        self.requests(actor, Protocol::Street, frame).is_some()
    }

    /// Asks what it missed, then for it: who has not asked is not known yet.
    fn catches_up(&self, actor: &Actor, swap: Swap) -> bool {
        let mut ada = self.ada();
        let from = self.me(actor).device_id();
        let messages = [self.question(actor), StreetMessage::Swap(swap)];
        let answered = messages.map(|message| {
            let street = self.world.street_id();
            let input = Input::Asked {
                from,
                request: RequestRef(1),
                protocol: Protocol::Street,
                bytes: self.key.seal(street, &wire::to_cbor(&message)),
            };
            let outputs = ada.handle(input, self.now());
            outputs
                .iter()
                .any(|output| matches!(output, Output::Reply { .. }))
        });
        assert_eq!(answered[0], answered[1]);
        answered[0]
    }

    fn asks_device(&self, actor: &Actor, message: &DeviceMessage) -> bool {
        let sealing = self.world.homes[0].engine.me().sealing.recipient();
        let sealed = sealing.seal(&wire::to_cbor(message)).unwrap();
        let frame = wire::frame(Kind::Device, &ByteVec::from(sealed));
        self.requests(actor, Protocol::Device, frame).is_some()
    }

    /// Puts a message on the street's topic, under its seal.
    fn puts(&self, message: &StreetMessage) -> Acceptance {
        let street = self.world.street_id();
        let input = Input::Gossip {
            topic: self.key.topic(street),
            message: MessageRef(1),
            bytes: self.key.seal(street, &wire::to_cbor(message)),
        };
        let outputs = self.ada().handle(input, self.now()).into_iter();
        let mut judged = outputs.filter_map(|output| match output {
            Output::Judge { acceptance, .. } => Some(acceptance),
            _ => None,
        });
        judged.next().unwrap()
    }

    fn tells(&self, item: &Item) -> bool {
        self.puts(&StreetMessage::Tell(item.clone())) == Acceptance::Accept
    }

    fn says(&self, said: OpenStatement) -> bool {
        let mut ada = self.ada();
        ada.take_open(&open_topic(), said, self.now(), &mut Vec::new())
            .is_ok()
    }

    fn fetches(&self, actor: &Actor, right: Right) -> bool {
        let request = FetchRequest {
            right,
            start: 0,
            end: 1,
        };
        let from = self.me(actor).device_id();
        self.ada().may_fetch(from, &request, self.now()).is_ok()
    }

    /// Whether what was said last on the street opens with a key that somebody was given.
    fn reads(&self, actor: &Actor) -> bool {
        let street = self.world.street_id();
        let records = self.world.homes[actor.home].records.iter();
        let mut keys = records.filter_map(|record| match record {
            Record::Epoch { key, .. } => Some(key),
            _ => None,
        });
        keys.any(|key| EpochKey::open(key, street, &self.frame, GOSSIP_FRAME).is_ok())
    }

    fn alert(&self) -> Alert {
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

    fn follow_up(&self) -> FollowUp {
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
    fn vouch(&self, actor: &Actor) -> Item {
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

    fn vote(&self, actor: &Actor) -> Signed<RemovalVote> {
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

    fn link(&self, actor: &Actor) -> Link {
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
    fn voice(&self, actor: &Actor) -> SigningKey {
        let me = self.me(actor);
        match actor.member {
            true => me.pseudonym(self.world.street_id()),
            false => me.device.clone(),
        }
    }

    fn knock(&self, actor: &Actor) -> OpenStatement {
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

    /// Says who it is, unless it did, and says something as that. Done if it is shown as a bulletin.
    fn publishes(&self, actor: &Actor) -> bool {
        let key = self.voice(actor);
        let mut ada = self.ada();
        let binding = publishers::binding(&["u33dc"], self.now());
        let binding = OpenStatement::Publisher(Box::new(Signed::sign(binding, &key)));
        for said in [binding, bulletin(&key, &self.world)] {
            // Who was introduced before says nothing new the second time.
            let _known = ada.take_open(&open_topic(), said, self.now(), &mut Vec::new());
        }
        !ada.bulletins(self.now()).is_empty()
    }

    fn question(&self, actor: &Actor) -> StreetMessage {
        let me = self.me(actor);
        StreetMessage::CatchUp(CatchUp {
            home: Home {
                device: me.device_id(),
                addresses: vec![],
                now: self.now(),
                epoch: self.rank,
            },
            me: record_of(me),
            set: Asker::new([]).unwrap().1,
        })
    }

    /// The key of a clip of somebody's own, for Ada.
    fn parcel(&self, actor: &Actor) -> Parcel {
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

    /// Comes with its own ticket, or with a used one, or guesses the proof of one that is good.
    fn joins(&self, actor: &Actor) -> Outcomes {
        let [unused, used] = &self.tickets;
        let (me, ada) = (self.me(actor), self.world.device(0));
        let enters = |ticket: &crate::street::Ticket, proof| {
            let request = JoinRequest {
                ticket: ticket.secret.id(),
                proof,
                card: me.card.clone(),
                device: me.cert.clone(),
                addresses: vec![],
            };
            self.comes_in(actor, &wire::frame(Kind::Join, &request))
        };
        let proof = |ticket: &crate::street::Ticket| ticket.secret.key().proof(me.device_id(), ada);
        if actor.invited {
            return vec![("its ticket", enters(unused, proof(unused)))];
        }
        vec![
            ("a used ticket", enters(used, proof(used))),
            ("a guessed proof", enters(unused, [7; 32])),
        ]
    }

    fn returns(&self, actor: &Actor) -> bool {
        let me = self.me(actor);
        let request = ReturnRequest {
            card: me.card.clone(),
            device: me.cert.clone(),
            addresses: vec![],
        };
        self.comes_in(actor, &wire::frame(Kind::Return, &request))
    }

    fn comes_in(&self, actor: &Actor, frame: &[u8]) -> bool {
        let answer = self.requests(actor, Protocol::Join, frame.to_vec());
        let (kind, _) = wire::open_frame(&answer.unwrap(), DIRECT_FRAME)
            .map(|(k, b)| (k, b.len()))
            .unwrap();
        assert!([Kind::Welcome as u8, Kind::Refused as u8].contains(&kind));
        kind == Kind::Welcome as u8
    }

    /// Answers when Ada's home asks for room. Whom it does not know, it does not ask.
    fn gives_lease(&self, actor: &Actor) -> bool {
        let (mut ada, until) = (self.ada(), self.now().after(HOUR));
        let (device, address) = (self.me(actor).device_id(), None);
        ada.handle(Input::Connected { device, address }, self.now());
        let keeper = self.me(actor).household();
        let ask = KeeperCommand::Ask {
            household: keeper,
            bytes: 1_000,
            until,
        };
        let asked = ada.handle(
            Input::Command(CommandId(5), Command::Keeper(ask)),
            self.now(),
        );
        let Some(ask) = asked.into_iter().find_map(|output| match output {
            Output::Ask { ask, .. } => Some(ask),
            _ => None,
        }) else {
            return false;
        };
        let lease = Lease {
            keeper,
            owner: self.world.household(0),
            bytes: 1_000,
            issued: self.now(),
            until,
        };
        let lease = StreetMessage::Keeping(Keeping::Lease(self.signed(actor, lease)));
        let bytes = Some(
            self.key
                .seal(self.world.street_id(), &wire::to_cbor(&lease)),
        );
        let answered = ada.handle(Input::Answered { ask, bytes }, self.now());
        let mut answers = answered.into_iter();
        answers.any(|output| matches!(output, Output::Answer(CommandId(5), Ok(_))))
    }

    fn want(&self) -> DeviceMessage {
        DeviceMessage::Want(Want {
            clip: self.later,
            seq: 0,
            hash: EntryHash::START,
        })
    }

    /// A grant of Ada's clip, as one of her devices would hand it in. Its answer may be that it is not valid; whoever
    /// may not hand one in gets none.
    fn approved(&self, actor: &Actor) -> DeviceMessage {
        let Parcel { grant, ticket, .. } = self.parcel(actor);
        DeviceMessage::Approved(Box::new(Approved { grant, ticket }))
    }

    fn speaks_out_of_turn(&self, actor: &Actor) -> Outcomes {
        let alert = Item::Alert(self.signed(actor, self.alert()));
        let no_lease = Keeping::NoLease(NoLease::NoRoom);
        let messages = [
            ("something told", StreetMessage::Tell(alert)),
            ("items", StreetMessage::SwapAnswer(vec![])),
            ("a receipt", StreetMessage::Kept),
            ("no lease", StreetMessage::Keeping(no_lease)),
            (
                "what was taken",
                StreetMessage::Keeping(Keeping::Taken(vec![])),
            ),
            (
                "what was pinned",
                StreetMessage::Keeping(Keeping::Pinned(None)),
            ),
        ];
        let mut tried: Outcomes = messages
            .iter()
            .map(|(how, message)| (*how, self.asks(actor, message)))
            .collect();
        tried.push(("an entry", self.asks_device(actor, &DeviceMessage::Logged)));
        let on_topic = self.puts(&self.question(actor)) == Acceptance::Accept;
        tried.push(("a question to all", on_topic));
        tried
    }

    /// Whether somebody's own node opens Ada's clip with what he was given, or what he gets now.
    fn opens(&self, actor: &Actor) -> bool {
        if actor.home == self.laptop {
            let shown = self.ada().state.clips[&self.later].header.clone();
            return self.asks_device(actor, &self.want())
                && self.reading_keys().open_own(&shown).is_ok();
        }
        let reading: Identity = self.world.homes[actor.home].reading.parse().unwrap();
        let mut kept = self.world.disks.kept.iter();
        let by_label = kept.any(|((at, _, clip), (label, _))| {
            (*at, *clip) == (actor.home, self.clip) && label.open(&reading).is_ok()
        });
        let keys = ReadingKeys::from(reading);
        let state = &self.world.homes[actor.home].engine.state;
        let by_grant = match state.openable(self.clip) {
            Some((HeldHeader::Granted(header), _)) => keys.open_grant(header).is_ok(),
            Some((HeldHeader::Owner(header), _)) => keys.open_own(header).is_ok(),
            None => false,
        };
        by_label || by_grant
    }

    /// A message of the street with a number that no message has, about a clip.
    fn asks_in_no_words(&self, actor: &Actor) -> bool {
        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.array(2).unwrap().u8(9).unwrap();
        encoder.bytes(self.clip.as_bytes()).unwrap();
        let frame = self
            .key
            .seal(self.world.street_id(), &encoder.into_writer());
        let protocols = [Protocol::Street, Protocol::Device];
        protocols
            .into_iter()
            .any(|protocol| self.requests(actor, protocol, frame.clone()).is_some())
    }

    fn asks_plainly(&self, actor: &Actor) -> bool {
        let plain = b"Please send all footage of yesterday night".to_vec();
        let protocols = [Protocol::Street, Protocol::Device];
        let answered = protocols
            .into_iter()
            .any(|protocol| self.requests(actor, protocol, plain.clone()).is_some());
        answered || self.comes_in(actor, &plain)
    }
}

/// A household's record, without a vouch.
fn record_of(me: &Me) -> Member {
    Member {
        card: me.card.clone(),
        devices: vec![me.cert.clone()],
        vouches: vec![],
        pseudonym: None,
    }
}

/// What goes over an open topic is read with no key at all.
fn reads_openly(frame: &[u8]) -> bool {
    OpenStatement::from_frame(frame).is_ok()
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
