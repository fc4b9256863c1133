//! What somebody sends, and whether Ada's home does what it is for.

use minicbor::bytes::ByteVec;

use super::super::super::record::HeldHeader;
use super::super::super::*;
use super::super::in_the_open::open_topic;
use super::super::publishers;
use super::cast::{Actor, Cast};
use super::words::{HOUR, bulletin, nearby_alert};
use crate::access::Action;
use crate::approval::DeviceMessage;
use crate::clip::{ClipId, ReadingKeys};
use crate::fetch::{FetchRequest, Right};
use crate::identity::Role;
use crate::keeper::{Holding, Keeping, Lease, NoLease, Report, ToKeep};
use crate::open::OpenStatement;
use crate::recipient::Identity;
use crate::street::{
    AskAround, EpochKey, Item, JoinRequest, Leave, ReturnRequest, StreetMessage, Swap, Ticket,
    Whereabouts,
};
use crate::wire::limits::{DIRECT_FRAME, GOSSIP_FRAME};
use crate::wire::{self, Kind};

/// What a device signs, and the role that it needs for it.
pub(super) const SIGNED: [(Action, Role); 9] = [
    (Action::PostAlerts, Role::Alert),
    (Action::FollowUp, Role::Alert),
    (Action::Vouch, Role::Alert),
    (Action::VoteRemoval, Role::Alert),
    (Action::LinkStreet, Role::Alert),
    (Action::Leave, Role::Alert),
    (Action::TellWhereabouts, Role::Relay),
    (Action::GiveLease, Role::Alert),
    (Action::DeliverGrant, Role::Grant),
];

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
            Action::TellWhereabouts => {
                let said = Whereabouts {
                    street: id,
                    addresses: vec![],
                    issued,
                };
                tell("a place", Item::Whereabouts(self.signed(actor, said)))
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
                let around = AskAround {
                    cells: vec!["u33dc".parse().unwrap()],
                    have: vec![],
                };
                let after = [StreetMessage::Swap(swap), StreetMessage::AskAround(around)];
                vec![("a question and what follows", self.catches_up(actor, after))]
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
            Action::ReportCopies => {
                let news = Keeping::News {
                    clip: self.clip,
                    holding: Holding::Here,
                };
                let report = Report {
                    served: vec![],
                    let_go: None,
                };
                let mut tried = keeper("news of a copy", news);
                tried.extend(keeper("a report", Keeping::Report(report)));
                tried
            }
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
            Action::FetchOwn => {
                vec![("its word", self.fetches(actor, Right::Device(self.clip)))]
            }
            Action::ListClips => {
                let list = DeviceMessage::List(None);
                vec![("a wish for a list", self.asks_device(actor, &list))]
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
            | Action::KeepHouse => vec![],
        }
    }

    pub(super) fn me(&self, actor: &Actor) -> &Me {
        self.world.homes[actor.home].engine.me()
    }

    pub(super) fn signed<T: Statement>(&self, actor: &Actor, statement: T) -> Signed<T> {
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
    fn catches_up(&self, actor: &Actor, after: [StreetMessage; 2]) -> bool {
        let mut ada = self.ada();
        let from = self.me(actor).device_id();
        let [swap, around] = after;
        let messages = [self.question(actor), swap, around];
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
        assert!(answered.iter().all(|one| *one == answered[0]));
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

    /// Comes with its own ticket, or with a used one, or guesses the proof of one that is good.
    fn joins(&self, actor: &Actor) -> Outcomes {
        let [unused, used] = &self.tickets;
        let (me, ada) = (self.me(actor), self.world.device(0));
        let enters = |ticket: &Ticket, proof| {
            let request = JoinRequest {
                ticket: ticket.secret.id(),
                proof,
                card: me.card.clone(),
                device: me.cert.clone(),
                addresses: vec![],
            };
            self.comes_in(actor, &wire::frame(Kind::Join, &request))
        };
        let proof = |ticket: &Ticket| ticket.secret.key().proof(me.device_id(), ada);
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
            ended: vec![],
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

    fn speaks_out_of_turn(&self, actor: &Actor) -> Outcomes {
        let alert = Item::Alert(self.signed(actor, self.alert()));
        let no_lease = Keeping::NoLease(NoLease::NoRoom);
        let messages = [
            ("something told", StreetMessage::Tell(alert)),
            ("items", StreetMessage::SwapAnswer(vec![])),
            ("bulletins", StreetMessage::Overheard(vec![])),
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
        for (how, message) in [
            ("an entry", DeviceMessage::Logged),
            ("a list", DeviceMessage::Listed(vec![])),
        ] {
            tried.push((how, self.asks_device(actor, &message)));
        }
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

/// What goes over an open topic is read with no key at all.
fn reads_openly(frame: &[u8]) -> bool {
    OpenStatement::from_frame(frame).is_ok()
}
