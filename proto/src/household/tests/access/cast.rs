//! Everybody who may stand before a home, in one street: Ada's, who is tried.

use std::time::Duration;

use zeroize::Zeroizing;

use super::super::super::*;
use super::super::in_the_open::overhear;
use super::super::keeping::ROOM;
use super::super::publishers;
use super::super::world::{World, sealing};
use super::words::{bulletin, nearby_alert};
use crate::access::Party;
use crate::clip::{ClipId, ReadingKeys};
use crate::fetch::Right;
use crate::grant::{FetchTicket, Purpose};
use crate::identity::{Name, Role, Roles};
use crate::open::{OpenStatement, STAMP_BITS, Stamp};
use crate::recipient::Identity;
use crate::signed::PublicKey;
use crate::street::{EpochKey, EpochRank, Introduction, Ticket};
use crate::text::Line;

const BEN: usize = 1;
const CEM: usize = 2;
const DORA: usize = 3;
const EVE: usize = 4;
const FAY: usize = 5;
const GUS: usize = 6;
const IDA: usize = 7;
const NIA: usize = 8;
const PIA: usize = 9;
const SAM: usize = 10;

/// Somebody who tries.
pub(super) struct Actor {
    /// Which home of the world it is.
    pub(super) home: usize,
    /// Whether it has a ticket that was not used.
    pub(super) invited: bool,
    /// Whether the street knows a name under which it speaks in the open.
    pub(super) member: bool,
}

/// The street, and everything that anybody could have got hold of.
pub(super) struct Cast {
    pub(super) world: World,
    /// A ticket that nobody used, and one that was used.
    pub(super) tickets: [Ticket; 2],
    /// The key of today's epoch, which everybody has: a neighbour told it.
    pub(super) key: EpochKey,
    pub(super) rank: EpochRank,
    /// A clip of Ada's that Cem keeps, and the ticket to it that Eve got.
    pub(super) clip: ClipId,
    pub(super) ticket: Signed<FetchTicket>,
    /// A clip of Ada's that was recorded when her laptop was there.
    pub(super) later: ClipId,
    /// A clip of Dora's that Ada keeps.
    pub(super) kept: ClipId,
    /// An alert of Ada's that was posted last, and the frame in which it went out.
    pub(super) alert: StatementId,
    pub(super) frame: Vec<u8>,
    /// A frame of an open topic with an alert in it, and one with a bulletin.
    pub(super) openly: [Vec<u8>; 2],
    pub(super) laptop: usize,
    recorder: usize,
    removed: usize,
    returning: usize,
    limited: Vec<(usize, Roles)>,
}

fn post(world: &mut World, title: &str) -> StatementId {
    let draft = super::super::alerts::draft(title);
    match world.command(0, Command::PostAlert(draft)).unwrap() {
        Answer::Alert { alert, .. } => alert,
        other => panic!("{other:?}"),
    }
}

impl Cast {
    pub(super) fn gather() -> Self {
        let mut world = World::new(&[
            "Ada", "Ben", "Cem", "Dora", "Eve", "Fay", "Gus", "Ida", "Nia", "Pia", "Sam",
        ]);
        let found = Command::FoundStreet {
            name: Name::clean("Maple Street").unwrap(),
            cell: "u33dc1".parse().unwrap(),
            urgent_per_hour: 6,
        };
        world.command(0, found).unwrap();
        let mut used = None;
        for home in BEN..=GUS {
            world.now = world.now.after(Duration::from_secs(1));
            let ticket = world.ticket(0);
            used = Some(ticket.clone());
            let join = Command::Join(Box::new(ticket));
            world.command(home, join).unwrap();
        }
        world.wait(Duration::from_secs(1));
        for home in [DORA, EVE] {
            let vouch = Command::Vouch(world.household(home));
            world.command(BEN, vouch).unwrap();
        }
        world.heal();
        let household = world.household(GUS);
        for by in [0, BEN] {
            let reason = Line::clean("Nobody lives there").unwrap();
            let remove = Command::Remove { household, reason };
            world.command(by, remove).unwrap();
        }
        world.lease(CEM, 0, ROOM);
        world.lease(0, DORA, ROOM);
        let (clip, _) = world.add_clip(0, b"a film of a van");
        let (kept, _) = world.add_clip(DORA, b"a film of Dora's");
        let ticket = granted(&mut world, clip, EVE);

        let every = |world: &mut World, home, roles, reads| {
            let device = world.add_device(home, roles, reads);
            world.come_home(device, 0).unwrap();
            device
        };
        let recorder = Roles::of(&[Role::Relay, Role::Record, Role::Alert]);
        let recorder = every(&mut world, 0, recorder, false);
        let removed = every(&mut world, BEN, Roles::ALL, false);
        let limited = [
            Roles::of(&[Role::Relay]),
            Roles::of(&[Role::Record, Role::Grant]),
            Roles::of(&[Role::Relay, Role::Alert]),
        ];
        let limited = limited.map(|roles| (every(&mut world, BEN, roles, false), roles));
        let laptop = every(&mut world, 0, Roles::ALL, true);
        let ending = Box::new(world.ending(removed));
        world.command(BEN, Command::Certify(ending)).unwrap();
        let returning = world.add_device(BEN, Roles::ALL, false);
        world.heal();

        let nia = PublicKey::of(&world.homes[NIA].engine.me().device);
        let introduction = Introduction {
            name: Name::clean("Oak Street").unwrap(),
            keys: vec![nia],
        };
        let link = Command::Link(Box::new(introduction));
        world.command(0, link).unwrap();
        let binding = publishers::binding(&["u33dc"], world.now);
        let binding = Signed::sign(binding, &world.homes[PIA].engine.me().device);
        overhear(&mut world, 0, OpenStatement::Publisher(Box::new(binding))).unwrap();

        let (later, _) = world.add_clip(0, b"another film");
        let unused = world.ticket(0);
        let alert = post(&mut world, "Only for the street");
        let sealed = world.gossip.iter().rev();
        let frame = sealed
            .map(|(_, _, frame)| frame)
            .find(|f| f[1] == crate::wire::Kind::Sealed as u8)
            .unwrap()
            .clone();
        let street = world.street_id();
        let epoch = world.homes[0].engine.state.streets[&street]
            .epoch()
            .unwrap();
        let sam = &world.homes[SAM].engine.me().device;
        let openly = [nearby_alert(sam, world.now), bulletin(sam, &world)].map(|said| {
            let stamp = Stamp::find(&said.to_bytes(), STAMP_BITS);
            said.frame(stamp)
        });
        Self {
            openly,
            key: epoch.key.clone(),
            rank: epoch.notice.rank(),
            tickets: [unused, used.unwrap()],
            clip,
            ticket,
            later,
            kept,
            alert,
            frame,
            laptop,
            recorder,
            removed,
            returning,
            limited: limited.to_vec(),
            world,
        }
    }

    /// Everybody in the street who is such a party, and no more than that.
    pub(super) fn who_are(&self, party: Party) -> Vec<Actor> {
        let homes = match party {
            Party::Household | Party::LockedNode | Party::SignedOut => vec![],
            Party::Approver => vec![self.laptop],
            Party::Sibling => vec![self.recorder],
            Party::Grantee => vec![EVE],
            Party::Keeper => vec![CEM],
            Party::KeptFor => vec![DORA],
            Party::Neighbour => vec![BEN],
            Party::NewNeighbour => vec![FAY],
            Party::Invited => vec![IDA],
            Party::Returning => vec![self.returning],
            Party::Gone => vec![GUS],
            Party::RemovedDevice => vec![self.removed],
            Party::NextDoor => vec![NIA],
            Party::Publisher => vec![PIA],
            Party::Stranger | Party::Agency | Party::Company => vec![SAM],
        };
        let of_street = !matches!(
            party,
            Party::Invited
                | Party::Returning
                | Party::Gone
                | Party::RemovedDevice
                | Party::NextDoor
                | Party::Publisher
                | Party::Stranger
                | Party::Agency
                | Party::Company
        );
        let actor = |home| Actor {
            home,
            invited: party == Party::Invited,
            member: of_street,
        };
        homes.into_iter().map(actor).collect()
    }

    /// Devices of a neighbour that may do less than everything.
    pub(super) fn limited(&self) -> Vec<(Actor, Roles)> {
        let actor = |home| Actor {
            home,
            invited: false,
            member: true,
        };
        let limited = self.limited.iter();
        limited
            .map(|(home, roles)| (actor(*home), *roles))
            .collect()
    }

    /// Ada's engine as it would be after a restart.
    pub(super) fn ada(&self) -> Household {
        let me = self.world.homes[0].engine.me();
        let me = Me {
            card: me.card.clone(),
            cert: me.cert.clone(),
            device: me.device.clone(),
            sealing: sealing(1),
            recovery: me.recovery.clone(),
            cell: me.cell.clone(),
        };
        let records = self.world.homes[0].records.clone();
        let mut ada = Household::new(me, records, [7; 32]);
        ada.handle(Input::Started, self.world.now);
        ada
    }

    /// Whether Ada's own node, unlocked or not, does what she wants.
    pub(super) fn wants(&self, command: Command, unlocked: bool) -> Result<(), Failure> {
        let mut ada = self.ada();
        if unlocked {
            let unlock = Command::Unlock {
                keys: self.reading_keys(),
                idle: Household::AUTO_LOCK,
            };
            answer(ada.handle(Input::Command(CommandId(1), unlock), self.world.now)).unwrap();
        }
        answer(ada.handle(Input::Command(CommandId(2), command), self.world.now))
    }

    /// Ada's: the one that her laptop made, and the one from before.
    pub(super) fn reading_keys(&self) -> ReadingKeys {
        let reading = |home: usize| -> Identity { self.reading(home).parse().unwrap() };
        ReadingKeys::new(reading(self.laptop), vec![reading(0)])
    }

    fn reading(&self, home: usize) -> Zeroizing<String> {
        self.world.homes[home].reading.clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.now
    }

    pub(super) fn neighbour(&self) -> HouseholdId {
        self.world.household(BEN)
    }

    pub(super) fn stranger(&self) -> &Me {
        self.world.homes[SAM].engine.me()
    }

    pub(super) fn new_neighbour(&self) -> HouseholdId {
        self.world.household(FAY)
    }
}

/// What a command was answered, if it was at once.
fn answer(outputs: Vec<Output>) -> Result<(), Failure> {
    let mut answers = outputs.into_iter().filter_map(|output| match output {
        Output::Answer(_, answer) => Some(answer.map(drop)),
        _ => None,
    });
    answers.next_back().unwrap_or(Ok(()))
}

/// Ada grants a clip. Gives the ticket that goes with it.
fn granted(world: &mut World, clip: ClipId, to: usize) -> Signed<FetchTicket> {
    world.unlock(0);
    let give = Command::Give {
        clip,
        to: world.household(to),
        purpose: Purpose::clean("You asked").unwrap(),
        until: None,
    };
    world.command(0, give).unwrap();
    world.command(0, Command::Lock).unwrap();
    let plan = world.homes[to].engine.fetch_plan(clip).unwrap();
    match plan.right {
        Right::Ticket(ticket) => *ticket,
        other => panic!("{other:?}"),
    }
}
