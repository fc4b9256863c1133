//! The vocabulary between the engine and the world, on one page.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bulletins::{DirectoryCommand, DirectoryEvent, DomainAnswer};
use super::draft::{Change, Draft, NewClip};
use super::keeping::{Finding, KeeperCommand, KeeperNews, KeeperTask};
use super::rescuing::{RescueNews, RescueTask};
use super::retention::Retention;
use super::serving::ServedBy;
use super::{Failure, Record};
use crate::alert::Reason;
use crate::cell::Cell;
use crate::clip::{ClipId, ExportHeader, FileKey, Manifest, ReadingKeys};
use crate::export::{ExportedFilm, Papers};
use crate::grant::Purpose;
use crate::identity::{DeviceCert, DeviceId, HouseholdId, Name};
use crate::keeper::KeptCopy;
use crate::open::{Greeting, Radius};
use crate::publisher::{Domain, PublisherId};
use crate::recipient::ExportRecipient;
use crate::signed::{Signed, StatementId};
use crate::street::{Address, Door, Introduction, StreetId, Ticket, Topic};
use crate::time::Timestamp;

/// Marks a command, so that its answer finds its way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// Marks a gossip message that waits for judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageRef(pub u64);

/// Marks a request that somebody made and that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestRef(pub u64);

/// Marks a request of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskRef(pub u64);

/// The protocols of requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `/streetlamp/join/1`: open to strangers, for tickets only.
    Join,
    /// `/streetlamp/street/1`: sealed messages between neighbours.
    Street,
    /// `/streetlamp/device/1`: sealed messages between devices of one household.
    Device,
}

/// What the outside world tells the engine.
#[derive(Debug)]
pub enum Input {
    /// The node is up. Given once, first.
    Started,
    /// The household wants something.
    Command(CommandId, Command),
    /// Bytes arrived on a topic. Answered by exactly one [`Output::Judge`].
    Gossip {
        /// Where they arrived.
        topic: Topic,
        /// Marks the message.
        message: MessageRef,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Somebody asks. Answered by exactly one [`Output::Reply`] or [`Output::Decline`].
    Asked {
        /// The device that asks; the mesh has proven its key.
        from: DeviceId,
        /// Marks the request.
        request: RequestRef,
        /// Over which protocol.
        protocol: Protocol,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// A request of ours was answered, or failed.
    Answered {
        /// Which one.
        ask: AskRef,
        /// The frame; nothing if the other did not answer.
        bytes: Option<Vec<u8>>,
    },
    /// A device is connected; or still, after a connection to it closed with what was under way on it.
    Connected {
        /// Its key, proven by the mesh.
        device: DeviceId,
        /// Where we reached it, if we dialled.
        address: Option<Address>,
    },
    /// The last connection to a device is gone.
    Disconnected {
        /// Its key.
        device: DeviceId,
    },
    /// An [`Output::Shred`] was tried.
    Shredded {
        /// Of which clip.
        clip: ClipId,
        /// Whether nothing is left on disk.
        gone: bool,
    },
    /// About keepers.
    Keeper(KeeperNews),
    /// Our own addresses changed.
    Listening {
        /// All of them.
        addresses: Vec<Address>,
    },
    /// An [`Output::AskDomain`] of a publisher was tried.
    DomainAnswered(PublisherId, DomainAnswer),
    /// About the rescue.
    Rescue(RescueNews),
    /// A timer set by [`Output::SetTimer`] is due.
    Due(Timer),
}

/// What the engine wants done.
///
/// First [`Output::Judge`]; then every [`Output::Store`] in one durable transaction; then the others in their order. If
/// the transaction fails, nothing of the batch may leave the node.
#[derive(Debug)]
pub enum Output {
    /// Tell gossip what to do with a message.
    Judge {
        /// Which one.
        message: MessageRef,
        /// The verdict.
        acceptance: Acceptance,
    },
    /// Keep this.
    Store(Box<Record>),
    /// Listen on a topic.
    Subscribe(Topic),
    /// Stop listening on a topic.
    Unsubscribe(Topic),
    /// Say something on a topic.
    Publish {
        /// Where.
        topic: Topic,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// These devices are of households of our streets now, and no others: whom the mesh lends a hand.
    Members(BTreeMap<DeviceId, HouseholdId>),
    /// Whether somebody holds a ticket of this home. He may have to come through a neighbour.
    Inviting(bool),
    /// Connect to a device.
    Dial {
        /// Which one.
        device: DeviceId,
        /// Where it may be.
        addresses: Vec<Address>,
    },
    /// Ask a connected device.
    Ask {
        /// Which one.
        to: DeviceId,
        /// Marks the answer.
        ask: AskRef,
        /// Over which protocol.
        protocol: Protocol,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Answer a request.
    Reply {
        /// Which one.
        request: RequestRef,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Leave a request unanswered.
    Decline(RequestRef),
    /// Remove the sealed bytes of a clip from disk, and say so with [`Input::Shredded`].
    Shred(ClipId),
    /// Do something for or with a keeper.
    Keeper(KeeperTask),
    /// Ask a domain who speaks for it, and say so with [`Input::DomainAnswered`].
    AskDomain(PublisherId, Domain),
    /// Do something for the rescue. Never, unless [`RescueNews::Wanted`] came.
    Rescue(RescueTask),
    /// Wake the engine. Setting a timer again moves it.
    SetTimer {
        /// When.
        at: Timestamp,
        /// Which.
        timer: Timer,
    },
    /// Answer a command.
    Answer(CommandId, Result<Answer, Failure>),
    /// Tell whoever watches.
    Emit(Event),
}

/// What gossip does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Pass it on.
    Accept,
    /// Drop it; an honest node may have sent it.
    Ignore,
    /// Drop it; no honest node sends it.
    Reject,
}

/// A timer of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Forget what has expired.
    Sweep,
    /// Look for neighbours who are not connected, send what waits for them.
    Redial,
    /// Ask a neighbour what was missed.
    CatchUp,
    /// This home's turn to make the next epoch of a street, if one is needed.
    NextEpoch(StreetId),
    /// Wipe the reading key.
    AutoLock,
    /// Give up what waits for another home, if it still does.
    GiveUp(CommandId),
    /// Say again what was said in the open.
    SayAgain,
    /// Look for a stamp a while longer.
    Stamp,
    /// Ask keepers for proof.
    SpotCheck,
    /// Tell the street where this home is, if it moved.
    Whereabouts,
    /// Look who is missed, for the rescue.
    Rescue,
}

/// What the household can want.
#[derive(Debug)]
pub enum Command {
    /// Found a street.
    FoundStreet {
        /// Its name.
        name: Name,
        /// Where it is.
        cell: Cell,
        /// Urgent alerts that a household may post in an hour, after a first burst.
        urgent_per_hour: u8,
    },
    /// Make a one-time ticket.
    Invite {
        /// For which street; may be left out by a household of one street.
        street: Option<StreetId>,
        /// How long it is good for.
        life: Duration,
    },
    /// Enter a street with a ticket.
    Join(Box<Ticket>),
    /// Come back to the street through a neighbour's device, as a member's device that it does not know yet.
    Return(Door),
    /// Take in a certificate by this household's root: of a new device, or of one that is removed.
    Certify(Box<Signed<DeviceCert>>),
    /// Vouch for a household that was met in person.
    Vouch(HouseholdId),
    /// Vote for the removal of a household.
    Remove {
        /// Which.
        household: HouseholdId,
        /// Why; every neighbour can read it.
        reason: Reason,
    },
    /// Leave a street; may be left out by a household of one street.
    Leave(Option<StreetId>),
    /// Show what a household says, or do not.
    Mute {
        /// Which.
        household: HouseholdId,
        /// Whether not.
        muted: bool,
    },
    /// Ask the neighbours around to be met.
    Knock {
        /// Around where; this home's cell if left out.
        cell: Option<Cell>,
        /// What they read.
        greeting: Greeting,
        /// How long it stands.
        life: Duration,
    },
    /// Do not stand at the door any more.
    StopKnocking,
    /// Listen so far around this home.
    Listen(Radius),
    /// Something about publishers.
    Directory(DirectoryCommand),
    /// Let the street know another one.
    Link(Box<Introduction>),
    /// Take a link of this household's back.
    Unlink(Name),
    /// Tell the street, or everybody nearby.
    PostAlert(Draft),
    /// Say something about an alert.
    FollowUp {
        /// Which alert.
        alert: StatementId,
        /// What.
        change: Change,
    },
    /// Take a clip in whose sealed bytes are safe on disk.
    AddClip(Box<NewClip>),
    /// The sealed bytes of a granted clip are here.
    ClipArrived(ClipId),
    /// Keep own clips so long, from now on.
    Retain(Retention),
    /// Keep a clip however long the others stay, or not any more.
    Pin {
        /// The clip.
        clip: ClipId,
        /// Whether it stays.
        pinned: bool,
    },
    /// Destroy a clip, own or granted: its header, its grants, its bytes.
    DeleteClip(ClipId),
    /// Ask this household's other devices which clips they recorded, if this one may see them.
    Look,
    /// Give the key of one clip to one neighbour.
    Give {
        /// The clip.
        clip: ClipId,
        /// The neighbour.
        to: HouseholdId,
        /// Why.
        purpose: Purpose,
        /// Until when it is served.
        until: Option<Timestamp>,
    },
    /// Stop serving a grant.
    Stop(StatementId),
    /// A grantee got all sealed bytes.
    Served(ServedBy),
    /// Log an opening and get the key of a clip.
    Open(ClipId),
    /// Log an export and get what leaves.
    Export {
        /// The clip.
        clip: ClipId,
        /// In which form, and for whom.
        leaving: Leaving,
    },
    /// State which film left under an export.
    SignFilm(ExportedFilm),
    /// Something about keepers.
    Keeper(KeeperCommand),
    /// Take the reading key into memory, and those that older clips open with.
    Unlock {
        /// The keys.
        keys: ReadingKeys,
        /// They go again when they were not used for this long.
        idle: Duration,
    },
    /// Wipe the reading key.
    Lock,
}

/// What a command gave.
#[derive(Debug)]
pub enum Answer {
    /// Nothing more to say.
    Done,
    /// A street was founded or entered.
    Street {
        /// Which.
        street: StreetId,
        /// Who vouched, when entered.
        inviter: Option<HouseholdId>,
        /// Number of the epoch.
        epoch: u32,
    },
    /// A ticket was made.
    Ticket(Box<Ticket>),
    /// An alert was posted.
    Alert {
        /// Which.
        alert: StatementId,
        /// Connected homes that it went to.
        reached: usize,
    },
    /// Something was said about an alert.
    FollowUp {
        /// Which alert.
        alert: StatementId,
        /// What was said.
        follow_up: StatementId,
    },
    /// This household stands at the door.
    Knock {
        /// The knock.
        knock: StatementId,
        /// Until when.
        expires: Timestamp,
        /// Connected homes that it went to.
        reached: usize,
    },
    /// Who is of the street changed, or a household asked for it.
    Membership {
        /// About whom.
        household: HouseholdId,
        /// Number of the epoch to speak in.
        epoch: u32,
        /// Whether the household is not on the street any more.
        gone: bool,
    },
    /// The streets know what the root certified.
    Device {
        /// About which device.
        device: DeviceId,
        /// Number of the epoch to speak in; zero on no street.
        epoch: u32,
    },
    /// A clip was taken in.
    Clip(ClipId),
    /// A grant was given or stopped.
    Grant {
        /// Which.
        grant: StatementId,
        /// Its ledger entry.
        seq: u64,
    },
    /// A neighbour keeps for this household.
    Lease {
        /// Who.
        keeper: HouseholdId,
        /// Sealed bytes, at most.
        bytes: u64,
        /// Until when.
        until: Timestamp,
    },
    /// A keeper was asked for proof.
    Checked {
        /// Who.
        keeper: HouseholdId,
        /// Of which clip.
        clip: ClipId,
        /// How it went.
        finding: Finding,
    },
    /// What a neighbour keeps for this household.
    Kept {
        /// Who.
        keeper: HouseholdId,
        /// The clips.
        kept: Vec<KeptCopy>,
    },
    /// The key of a clip, logged.
    Key {
        /// The key.
        key: FileKey,
        /// What it opens.
        manifest: Box<Signed<Manifest>>,
        /// Its ledger entry.
        seq: u64,
    },
    /// A clip may leave, logged.
    Export {
        /// What opens it.
        opening: Opening,
        /// What goes beside it. None if the device that sealed it is not known any more.
        papers: Option<Box<Papers>>,
        /// What it is.
        manifest: Box<Signed<Manifest>>,
        /// Its ledger entry.
        seq: u64,
    },
    /// A film that left is stated.
    Film(Box<Signed<ExportedFilm>>),
}

/// In which form a clip leaves for somebody outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaving {
    /// As it is, with a header for this reading key.
    Sealed(ExportRecipient),
    /// As a film, to be changed on its way to this reading key, or to be watched by anybody.
    Film(Option<ExportRecipient>),
}

/// What opens a clip that leaves.
#[derive(Debug)]
pub enum Opening {
    /// For one outsider.
    Header(ExportHeader),
    /// For this home, which writes the film.
    Key(FileKey),
}

/// Something to tell whoever watches: the page, the log, a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A new alert, ours or a neighbour's.
    Alert {
        /// Which.
        alert: StatementId,
    },
    /// An alert is over and forgotten.
    AlertGone {
        /// Which.
        alert: StatementId,
    },
    /// A household was admitted, or something about it is new.
    Member {
        /// Which.
        household: HouseholdId,
    },
    /// Somebody stands at the door.
    Knock {
        /// Which household.
        household: HouseholdId,
    },
    /// A neighbour came or went.
    Neighbour {
        /// Which.
        household: HouseholdId,
        /// Whether it is there.
        connected: bool,
    },
    /// A street was founded or entered.
    Street {
        /// Which.
        street: StreetId,
    },
    /// A clip is new, arrived or changed.
    Clip {
        /// Which.
        clip: ClipId,
    },
    /// A grant came in.
    Granted {
        /// Which.
        grant: StatementId,
        /// Its clip.
        clip: ClipId,
    },
    /// Something changed between this home and a keeper, or a neighbour for whom it keeps.
    Keeper {
        /// Which household.
        household: HouseholdId,
    },
    /// A keeper lost a clip, or gave other bytes.
    KeeperFault {
        /// Who.
        household: HouseholdId,
        /// Which clip.
        clip: ClipId,
        /// What it did.
        finding: Finding,
    },
    /// A household closed two ledgers. There is a proof.
    Forked {
        /// Who.
        household: HouseholdId,
        /// From which entry on at the latest.
        seq: u64,
    },
    /// Something of a publisher is new, or over.
    Directory(DirectoryEvent),
    /// Locked or unlocked.
    Locked(bool),
}
