//! One real message of every kind, as engines make them.

use ed25519_dalek::SigningKey;
use minicbor::Encode;

use super::super::*;
use super::in_the_open::open_topic;
use super::publishers::{desk, evacuation, fire, said, second_key};
use super::world::World;
use crate::alert::{self, Act, FlagReason, Urgency};
use crate::approval::DeviceMessage;
use crate::clip::ClipId;
use crate::export::{ExportedFilm, FilmId, Papers};
use crate::fetch::{FetchRequest, Right};
use crate::grant::{Parcel, Purpose};
use crate::identity::{DeviceCert, Name, Roles};
use crate::ledger::{EntryHash, Export, Fork, Head};
use crate::publisher::{Desk, DeskCommand, Revision, Severity};
use crate::recipient::{ExportRecipient, HYBRID_KEY, HybridRecipient};
use crate::signed::PublicKey;
use crate::street::{
    EpochKey, Introduction, JoinRequest, Refusal, ReturnRequest, StreetMessage, Ticket, Welcome,
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
    pub(super) returning: ReturnRequest,
    /// One of every message between two devices of a household, and a frame in which it is sealed.
    pub(super) devices: Vec<(DeviceMessage, Vec<u8>)>,
    /// Removes a device.
    pub(super) ending: Signed<DeviceCert>,
    /// One of every variant, and a frame in which it was sealed.
    pub(super) said: Vec<(StreetMessage, Vec<u8>)>,
    pub(super) parcels: Vec<Parcel>,
    /// Beside a film in the open, and beside a sealed clip.
    pub(super) papers: Vec<Papers>,
    /// Frames of open topics: an alert, a retraction, a knock, a publisher's.
    pub(super) open: Vec<Vec<u8>>,
    pub(super) fetch: FetchRequest,
    pub(super) introduction: Introduction,
    /// Everything that the giver kept: clips, grants, ledger.
    pub(super) kept: Vec<Record>,
    /// A ledger as a file, and the proof that there is another.
    pub(super) ledger_files: (Export, Fork),
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

/// Ben keeps Ada's clips: everything that is said about it, from the lease to its end.
fn keep(world: &mut World) {
    let nothing_yet = world.ask_for_room(1, 0, 1_000_000);
    assert!(nothing_yet.is_err());
    world.lease(1, 0, 1_000_000);
    let (deleted, _) = world.add_clip(0, b"a film of nothing");
    world.command(0, Command::DeleteClip(deleted)).unwrap();
    let owner = world.household(0);
    let given = world.homes[0].engine.state.given.values().next();
    let ticket = given.unwrap().parcel.ticket.id();
    let served = ServedBy::Ticket { owner, ticket };
    world.command(1, Command::Served(served)).unwrap();
    let recall = KeeperCommand::Recall(world.household(1));
    world.command(0, Command::Keeper(recall)).unwrap();
    let end = KeeperCommand::End(world.household(1));
    world.command(0, Command::Keeper(end)).unwrap();
}

/// Two ledgers that one device closed, and the first of them as a file.
fn ledger_files(world: &World) -> (Export, Fork) {
    let me = world.homes[0].engine.me();
    let kept = world.homes[0].records.iter();
    let (entries, heads): (Vec<_>, Vec<_>) = kept
        .filter_map(|record| match record {
            Record::Ledger { entry, head } => Some((entry.clone(), head.clone())),
            _ => None,
        })
        .unzip();
    let other = heads.last().unwrap().clone();
    let last = other.statement().seq;
    let one = Signed::sign(
        Head {
            seq: last - 1,
            hash: EntryHash::START,
            ..other.statement().clone()
        },
        &me.device,
    );
    let export = Export {
        head: Some(other.clone()),
        devices: vec![me.cert.clone()],
        entries,
    };
    let closing = export.entries.last().unwrap();
    let fork = Fork {
        one,
        other,
        instead: closing.prev,
        between: vec![closing.bare()],
        devices: vec![me.cert.clone()],
    };
    assert_eq!(export.verify(), Ok(last));
    assert_eq!(fork.verify(), Ok((me.household(), last - 1)));
    (export, fork)
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
        world.wait(Duration::from_secs(10));

        say_in_the_open(&mut world);

        // While Ben is away: what a publisher says, an alert with a clip, a grant for him, and a newcomer.
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
        let mut hybrid = [9; HYBRID_KEY];
        hybrid[..HYBRID_KEY - 32].fill(0);
        let hybrid = HybridRecipient::from_bytes(&hybrid).unwrap();
        let papers = [
            Leaving::Film(None),
            Leaving::Sealed(outsider.into()),
            Leaving::Film(Some(ExportRecipient::Hybrid(hybrid))),
        ]
        .map(|leaving| papers(&mut world, clip, leaving))
        .to_vec();
        world.command(0, Command::Open(clip)).unwrap();
        let (ticket, join, welcome, refusals) = newcomer(&mut world);
        let of_publisher = said_by_a_publisher(&world);
        for frame in &of_publisher {
            world.overhear(0, open_topic(), frame.clone());
        }

        world.come_back(1);
        talk(&mut world);
        let introduction = world.homes[1].engine.introduction().unwrap();
        link(&mut world);
        keep(&mut world);
        come_and_go(&mut world);

        let gossip = world.gossip.iter().map(|(_, _, frame)| frame);
        let in_the_open = |frame: &&Vec<u8>| frame[1] == Kind::Open as u8;
        let frames = gossip.clone().filter(in_the_open).cloned();
        let open_frames = frames.chain(of_publisher).collect();
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

        let device = world.add_device(0, Roles::ALL, true);
        let ending = world.ending(device);
        let new = world.homes[device].engine.me();
        let returning = ReturnRequest {
            card: new.card.clone(),
            device: new.cert.clone(),
            addresses: vec![Address::parse("/ip4/192.0.2.9/tcp/4001").unwrap()],
            ended: vec![ending.clone()],
        };
        let grant = parcels[0].grant.id();
        world.command(0, Command::Stop(grant)).unwrap();
        let ledger_files = ledger_files(&world);
        Self {
            ledger_files,
            ticket,
            join,
            welcome,
            refusals,
            returning,
            ending,
            devices: super::approving::messages(),
            introduction,
            said,
            open: open_frames,
            fetch: FetchRequest {
                right: Right::Ticket(Box::new(parcels[0].ticket.clone())),
                start: 16 * 1024,
                end: 32 * 1024,
            },
            parcels,
            papers,
            kept: world.homes[0].records.clone(),
            clip: (clip, sealed),
        }
    }
}

/// Exports a clip, and states a film that leaves in the open.
pub(super) fn papers(world: &mut World, clip: ClipId, leaving: Leaving) -> Papers {
    let in_the_open = leaving == Leaving::Film(None);
    let exported = world.command(0, Command::Export { clip, leaving });
    let Ok(Answer::Export {
        papers: Some(mut papers),
        ..
    }) = exported
    else {
        panic!("{exported:?}")
    };
    if in_the_open {
        let film = ExportedFilm {
            clip,
            entry: papers.entry.hash(),
            film: FilmId::from_bytes([8; 32]),
            len: 90_000,
            muted: true,
            hidden: 1,
        };
        let Ok(Answer::Film(film)) = world.command(0, Command::SignFilm(film)) else {
            panic!("a film is not stated")
        };
        papers.film = Some(*film);
    }
    *papers
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
    let refusals = vec![
        not_valid,
        expired,
        bad_card,
        Refusal::Full,
        Refusal::NotMember,
    ];
    (ticket, request, welcome, refusals)
}

/// The bytes of an item.
pub(super) fn bytes<T: Encode<()>>(item: &T) -> Vec<u8> {
    wire::to_cbor(item)
}
