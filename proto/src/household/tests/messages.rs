//! One real message of every kind, as engines make them.

use minicbor::Encode;

use super::super::*;
use super::publishers::{desk, evacuation, fire, said, second_key};
use super::world::World;
use crate::alert::{self, Act, FlagReason, Urgency};
use crate::clip::{ClipId, Outboard, SLICE, encode_slice};
use crate::grant::{FetchRequest, Parcel, Purpose};
use crate::identity::Name;
use crate::open::OpenStatement;
use crate::publisher::{Desk, DeskCommand, Revision, Severity};
use crate::street::{
    EpochKey, Introduction, Item, JoinRequest, Refusal, StreetMessage, Ticket, Welcome,
};
use crate::text::{Line, Prose};
use crate::wire::limits::{DIRECT_FRAME, JOIN_FRAME, PARCEL_BYTES, WELCOME_FRAME};
use crate::wire::{self, Kind};

/// What a street said, opened.
pub(super) struct Messages {
    pub(super) ticket: Ticket,
    pub(super) join: JoinRequest,
    pub(super) welcome: Welcome,
    pub(super) refusals: Vec<Refusal>,
    /// One of every variant, and a frame in which it was sealed.
    pub(super) said: Vec<(StreetMessage, Vec<u8>)>,
    pub(super) parcels: Vec<Parcel>,
    /// Frames of open topics: an alert, a retraction, a knock, a publisher's.
    pub(super) open: Vec<Vec<u8>>,
    pub(super) fetch: FetchRequest,
    pub(super) introduction: Introduction,
    /// Everything that the giver kept: clips, grants, ledger.
    pub(super) kept: Vec<Record>,
    /// A clip with its sealed bytes.
    pub(super) clip: (ClipId, Vec<u8>),
}

fn asks(outputs: Vec<Output>) -> Vec<Vec<u8>> {
    let bytes = outputs.into_iter().filter_map(|output| match output {
        Output::Ask { bytes, .. } => Some(bytes),
        _ => None,
    });
    bytes.collect()
}

/// What a home asks another when they meet.
fn meet(world: &mut World, home: usize, other: usize) -> Vec<Vec<u8>> {
    let device = world.device(other);
    let met = Input::Connected {
        device,
        address: None,
    };
    let now = world.now;
    asks(world.homes[home].engine.handle(met, now))
}

fn refused(answer: Option<Vec<u8>>) -> Refusal {
    wire::unframe(Kind::Refused, &answer.unwrap(), JOIN_FRAME).unwrap()
}

fn alert_of(world: &mut World, draft: Draft) {
    world.command(0, Command::PostAlert(draft)).unwrap();
}

fn draft(clips: Vec<ClipId>) -> Draft {
    Draft {
        street: None,
        nearby: false,
        kind: alert::Kind::Fire,
        urgency: Urgency::Urgent,
        place: (!clips.is_empty()).then(|| "u33dc1k".parse().unwrap()),
        title: Line::clean("Smoke behind number 12").unwrap(),
        text: Prose::clean("Two engines are here.\nThe street is closed.").unwrap(),
        happened: None,
        life: Duration::from_secs(3_600),
        clips,
    }
}

fn open(world: &World, frame: &[u8]) -> Option<StreetMessage> {
    let opened = world.homes[0]
        .records
        .iter()
        .find_map(|record| match record {
            Record::Epoch { notice, key, .. } => {
                EpochKey::open(key, notice.statement().street, frame, DIRECT_FRAME).ok()
            }
            _ => None,
        });
    Some(wire::from_cbor(&opened?).unwrap())
}

/// Everything that can be said about an alert, by its author and by others.
fn talk(world: &mut World) {
    let alerts = world.homes[0].engine.alerts(world.now);
    let (first, second) = (alerts[0].id, alerts[1].id);
    let reason = |text| Some(Line::clean(text).unwrap());
    let update = Change::Update {
        title: None,
        text: None,
        urgency: Some(Urgency::Info),
    };
    let comment = Act::Comment(Prose::clean("I have a ladder.").unwrap());
    let said = [
        (1, first, Change::Act(Act::Confirm)),
        (1, first, Change::Act(comment)),
        (1, first, Change::Act(Act::Flag(FlagReason::NotTrue))),
        (0, first, update),
        (0, first, Change::Act(Act::CloseComments)),
        (0, first, Change::Act(Act::Resolve)),
        (0, first, Change::Act(Act::Cancel(None))),
        (
            0,
            second,
            Change::Act(Act::Cancel(reason("It was a barbecue"))),
        ),
    ];
    for (home, alert, change) in said {
        let said = Command::FollowUp { alert, change };
        world.command(home, said).unwrap();
    }
}

/// Ada tells everybody nearby and takes it back; Dora, who is on no street yet, knocks.
fn say_in_the_open(world: &mut World) {
    let nearby = Draft {
        nearby: true,
        place: None,
        ..draft(Vec::new())
    };
    alert_of(world, nearby);
    let alert = world.homes[0].engine.alerts(world.now)[0].id;
    let change = Change::Act(Act::Cancel(None));
    let cancel = Command::FollowUp { alert, change };
    world.command(0, cancel).unwrap();
    let knock = Command::Knock {
        cell: None,
        greeting: Line::clean("We moved into number 9").unwrap(),
        life: Duration::from_secs(24 * 3_600),
    };
    world.command(3, knock).unwrap();
    world.wait(Duration::from_secs(1));
}

/// The fire department has a new key; it says something, says it better, takes it back, and evacuates with a second key.
fn said_by_a_publisher(world: &World) -> Vec<Vec<u8>> {
    let mut desk = desk(&["u33dc"], world.now);
    let said = |desk: &mut Desk, command| said(desk, command, world.now).1;
    let (draft, second) = (Box::new(fire("Smoke on Mill Road")), None);
    let mut frames = said(&mut desk, DeskCommand::Publish { draft, second });
    let bulletin = desk.bulletins(world.now)[0].id;
    let change = Box::new(Revision {
        severity: Some(Severity::Minor),
        ..Revision::default()
    });
    let update = DeskCommand::Update {
        bulletin,
        change,
        second: None,
    };
    frames.extend(said(&mut desk, update));
    frames.extend(said(&mut desk, DeskCommand::Cancel(bulletin)));
    let evacuation = DeskCommand::Publish {
        draft: Box::new(evacuation()),
        second: Some(Box::new(second_key())),
    };
    frames.extend(said(&mut desk, evacuation));
    frames
}

/// Ben lets the street know another one.
fn link(world: &mut World) {
    let key = SigningKey::from_bytes(&[9; 32]);
    let introduction = Introduction {
        name: Name::clean("Oak Street").unwrap(),
        keys: vec![PublicKey::of(&key)],
    };
    let link = Command::Link(Box::new(introduction));
    world.command(1, link).unwrap();
}

/// Dora and Eve come; Dora leaves while Ben is away, and Eve is voted out.
fn come_and_go(world: &mut World) {
    for home in [3, 4] {
        world.now = world.now.after(Duration::from_secs(1));
        let ticket = world.ticket(0);
        let join = Command::Join(Box::new(ticket));
        world.command(home, join).unwrap();
    }
    world.go_offline(1);
    world.command(3, Command::Leave(None)).unwrap();
    world.wait(Duration::from_secs(30));
    world.come_back(1);
    let household = world.household(4);
    for home in [0, 1] {
        let reason = Line::clean("Nobody lives there").unwrap();
        let remove = Command::Remove { household, reason };
        world.command(home, remove).unwrap();
    }
}

impl Messages {
    pub(super) fn collect() -> Self {
        let mut world = World::new(&["Ada", "Ben", "Cem", "Dora", "Eve"]);
        for home in 0..5 {
            let address = format!("/ip4/192.0.2.{home}/tcp/4001");
            let addresses = vec![Address::parse(&address).unwrap()];
            world.give(home, Input::Listening { addresses });
        }
        let founding = Command::FoundStreet {
            name: Name::clean("Maple Street").unwrap(),
            cell: "u33dc1".parse().unwrap(),
            urgent_per_hour: 6,
        };
        world.command(0, founding).unwrap();
        let ticket = world.ticket(0);
        world.command(1, Command::Join(Box::new(ticket))).unwrap();

        say_in_the_open(&mut world);

        // While Ben is away: an alert with a clip, a grant for him, and a newcomer.
        world.go_offline(1);
        world.unlock(0);
        let (clip, sealed) = world.add_clip(0, &[7; 100_000]);
        let (second, _) = world.add_clip(0, b"another film");
        alert_of(&mut world, draft(vec![clip]));
        alert_of(&mut world, draft(Vec::new()));
        let to = world.household(1);
        let purpose = Purpose::clean("You asked about the van").unwrap();
        for clip in [clip, second] {
            let purpose = purpose.clone();
            let give = Command::Give {
                clip,
                to,
                purpose,
                until: None,
            };
            world.command(0, give).unwrap();
        }
        let outsider = world.homes[2].engine.me().recovery.clone();
        for to in [None, Some(outsider)] {
            world.command(0, Command::Export { clip, to }).unwrap();
        }
        world.command(0, Command::Open(clip)).unwrap();
        let (ticket, join, welcome, refusals) = newcomer(&mut world);

        world.come_back(1);
        talk(&mut world);
        let introduction = world.homes[1].engine.introduction().unwrap();
        link(&mut world);
        come_and_go(&mut world);

        let gossip = world.gossip.iter().map(|(_, _, frame)| frame);
        let in_the_open = |frame: &&Vec<u8>| frame[1] == Kind::Open as u8;
        let frames = gossip.clone().filter(in_the_open).cloned();
        let open_frames = frames.chain(said_by_a_publisher(&world)).collect();
        let said: Vec<_> = world
            .exchanged
            .iter()
            .chain(gossip)
            .filter_map(|frame| Some((open(&world, frame)?, frame.clone())))
            .collect();
        let mut parcels = Vec::new();
        for (message, _) in &said {
            if let StreetMessage::Parcel(sealed) = message {
                let ben = world.homes[1].engine.me();
                let parcel = ben.sealing.open(sealed, PARCEL_BYTES).unwrap();
                parcels.push(wire::from_cbor::<Parcel>(&parcel).unwrap());
            }
        }

        let grant = parcels[0].grant.id();
        world.command(0, Command::Stop(grant)).unwrap();
        Self {
            ticket,
            join,
            welcome,
            refusals,
            introduction,
            said,
            open: open_frames,
            fetch: FetchRequest {
                ticket: parcels[0].ticket.clone(),
                offset: 16 * 1024,
            },
            parcels,
            kept: world.homes[0].records.clone(),
            clip: (clip, sealed),
        }
    }

    /// What a fuzzer starts from: target, name, bytes.
    pub(super) fn seeds(&self) -> Vec<(&'static str, String, Vec<u8>)> {
        let mut seeds: Vec<(&str, String, Vec<u8>)> = Vec::new();
        let mut add = |target, name: &str, bytes: Vec<u8>| {
            if !seeds.iter().any(|(t, n, _)| *t == target && n == name) {
                seeds.push((target, name.to_owned(), bytes));
            }
        };
        add("frame", "sealed", self.said[0].1.clone());
        add("frame", "join", wire::frame(Kind::Join, &self.join));
        add(
            "frame",
            "welcome",
            wire::frame(Kind::Welcome, &self.welcome),
        );
        add(
            "frame",
            "refused",
            wire::frame(Kind::Refused, &self.refusals[0]),
        );
        add("frame", "fetch", wire::frame(Kind::Fetch, &self.fetch));
        add("frame", "ticket", wire::frame(Kind::Ticket, &self.ticket));
        add(
            "frame",
            "introduction",
            wire::frame(Kind::Introduction, &self.introduction),
        );
        for frame in &self.open {
            let name = match OpenStatement::from_frame(frame).unwrap() {
                OpenStatement::Alert(_) => "alert",
                OpenStatement::FollowUp(_) => "follow-up",
                OpenStatement::Knock(_) => "knock",
                OpenStatement::Publisher(_) => "publisher",
                OpenStatement::Bulletin(announced) => match announced.second {
                    None => "bulletin",
                    Some(_) => "seconded-bulletin",
                },
            };
            add("open_statement", name, frame.clone());
        }
        add("frame", "open", self.open[0].clone());
        add("join", "join", wire::frame(Kind::Join, &self.join));
        add(
            "welcome",
            "welcome",
            wire::frame(Kind::Welcome, &self.welcome),
        );
        add(
            "fetch_request",
            "fetch",
            wire::frame(Kind::Fetch, &self.fetch),
        );
        add(
            "ticket_text",
            "ticket",
            self.ticket.to_string().into_bytes(),
        );
        add(
            "ticket_text",
            "introduction",
            self.introduction.to_string().into_bytes(),
        );
        add("parcel", "first", wire::to_cbor(&self.parcels[0]));
        add("parcel", "second", wire::to_cbor(&self.parcels[1]));
        for (message, _) in &self.said {
            let (name, how) = match message {
                StreetMessage::Tell(item) => (word(item), None),
                StreetMessage::CatchUp(_) => ("catch-up", Some(4)),
                StreetMessage::CatchUpAnswer(_) => ("catch-up-answer", Some(8)),
                StreetMessage::Swap(_) => ("swap", Some(4)),
                StreetMessage::SwapAnswer(_) => ("swap-answer", None),
                StreetMessage::Parcel(_) => ("parcel", None),
                StreetMessage::Epoch(_) => ("epoch", None),
                StreetMessage::Kept => ("kept", None),
            };
            add("street_message", name, wire::to_cbor(message));
            if let Some(how) = how {
                add("engine_inputs", name, arrival(how, &wire::to_cbor(message)));
            }
            if let StreetMessage::Tell(Item::Alert(alert)) = message {
                add(
                    "engine_inputs",
                    name,
                    arrival(2, &wire::to_cbor(alert.statement())),
                );
            }
        }
        let join = wire::frame(Kind::Join, &self.join);
        add("engine_inputs", "join-refused", arrival(6, &join));
        for record in &self.kept {
            match record {
                Record::Clip(label) => {
                    add("clip_header", "owner", label.header.as_bytes().to_vec());
                }
                Record::Given(parcel) => {
                    let header = parcel.grant.statement().header.as_bytes().to_vec();
                    add("clip_header", "grant", header);
                }
                Record::Ledger { entry, head } => {
                    add("ledger_entry", entry.act.word(), wire::to_cbor(entry));
                    add("ledger_entry", "head", head.to_bytes());
                }
                _ => {}
            }
        }
        let (clip, sealed) = &self.clip;
        let len = sealed.len() as u64;
        let outboard = Outboard::compute(sealed.as_slice(), len).unwrap();
        for (name, range) in [("whole", 0..len.min(SLICE)), ("group", 16_384..32_768)] {
            let slice = encode_slice(sealed.as_slice(), &outboard, range.clone()).unwrap();
            let numbers = [len, range.start, range.end].map(u64::to_be_bytes).concat();
            add(
                "clip_slice",
                name,
                [&clip.as_bytes()[..], &numbers, &slice].concat(),
            );
        }
        for (name, text) in [
            ("line", "Smoke behind number 12"),
            ("prose", "Ça brûle\n👨‍👩‍👧‍👦"),
            ("cell", "u33dc1"),
        ] {
            add("text", name, text.as_bytes().to_vec());
        }
        seeds
    }
}

const fn word(item: &Item) -> &'static str {
    match item {
        Item::Member(_) => "member",
        Item::Leave(_) => "leave",
        Item::Vote(_) => "vote",
        Item::Link(_) => "link",
        Item::Alert(_) => "alert",
        Item::FollowUp(_) => "follow-up",
    }
}

/// One message as `engine_inputs` reads it.
fn arrival(how: u8, message: &[u8]) -> Vec<u8> {
    let len = u16::try_from(message.len()).unwrap();
    [&[how], &len.to_be_bytes()[..], message].concat()
}

/// Cem redeems a ticket, and is refused in every way that a small street can.
fn newcomer(world: &mut World) -> (Ticket, JoinRequest, Welcome, Vec<Refusal>) {
    let (ada, cem) = (world.device(0), world.device(2));
    let (ticket, late) = (world.ticket(0), world.ticket(0));
    let join = Command::Join(Box::new(ticket.clone()));
    let now = world.now;
    world.homes[2]
        .engine
        .handle(Input::Command(CommandId(9_000), join), now);
    let frame = meet(world, 2, 0).remove(0);
    let request: JoinRequest = wire::unframe(Kind::Join, &frame, JOIN_FRAME).unwrap();

    let mut strange = request.clone();
    strange.card = world.homes[1].engine.me().card.clone();
    let strange = wire::frame(Kind::Join, &strange);
    let bad_card = refused(world.request(0, cem, Protocol::Join, strange));
    let answer = world
        .request(0, cem, Protocol::Join, frame.clone())
        .unwrap();
    let welcome = wire::unframe(Kind::Welcome, &answer, WELCOME_FRAME).unwrap();
    let not_valid = refused(world.request(0, cem, Protocol::Join, frame));

    let mut too_late = request.clone();
    too_late.ticket = late.secret.id();
    too_late.proof = late.secret.key().proof(cem, ada);
    world.now = late.expires;
    let too_late = wire::frame(Kind::Join, &too_late);
    let expired = refused(world.request(0, cem, Protocol::Join, too_late));
    world.now = now;

    // A full street has 2,000 households; its refusal is taken as it is.
    let refusals = vec![not_valid, expired, bad_card, Refusal::Full];
    (ticket, request, welcome, refusals)
}

/// The bytes of an item.
pub(super) fn bytes<T: Encode<()>>(item: &T) -> Vec<u8> {
    wire::to_cbor(item)
}
