//! What one run leaves behind: who lived there, what was said, when it came, and what it cost.
//!
//! A [`Record`] is data and nothing else. The engine fills it while a run goes on; whoever prints, draws or compares
//! runs reads it. Everything but the fields that say so follows from scenario and seed: two records of the same run
//! differ in wall time and memory only. Times are whole microseconds of virtual time, and homes are named by their
//! number everywhere.

use serde::{Deserialize, Serialize};

/// Microseconds of virtual time: since the run began where a moment is meant, or how long something took.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// As milliseconds, for people.
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact for runs of up to 285 years"
    )]
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// This long after a moment.
    pub const fn plus(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long after an earlier moment; zero if that one is later.
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

/// The number of a home, from 0 in the order in which the scenario builds them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct HouseNumber(pub u32);

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The scenario's name.
    pub scenario: String,
    /// The scenario in full, as TOML, with everything that the command line changed.
    pub configuration: String,
    /// The seed.
    pub seed: u64,
    /// The streets, by number.
    pub streets: Vec<Street>,
    /// Everybody, by house number: homes, publishers and adversaries.
    pub homes: Vec<Home>,
    /// Who was connected to whom. One entry for each pair, the lower number first.
    pub links: Vec<Link>,
    /// Everything that was said, in the order in which it was said.
    pub said: Vec<Said>,
    /// What came where, and what should have come and did not. Ordered by what was said, then by home.
    pub deliveries: Vec<Delivery>,
    /// Every clip that was recorded, in order.
    pub clips: Vec<Clip>,
    /// Every grant that was given, in order.
    pub grants: Vec<Grant>,
    /// What else happened, in order.
    pub happenings: Vec<Happening>,
    /// Bytes of each home, by class. Classes without a byte are left out.
    pub traffic: Vec<Traffic>,
    /// What each home had on its disk in the end.
    pub storage: Vec<Storage>,
    /// What each adversary learned.
    pub learned: Vec<Learned>,
    /// Rules that were broken; none in a run that is well.
    pub violations: Vec<Violation>,
    /// What the scenario expected, and what came of it.
    pub expectations: Vec<Expectation>,
    /// What the run took.
    pub cost: Cost,
    /// BLAKE3 over everything that every home heard and wanted, with the time of each, as lower-case hexadecimal.
    pub trace_hash: String,
}

/// A street.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Street {
    /// Its number, from 0.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Where it is: a geohash cell of six characters.
    pub cell: String,
}

/// A home, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// Its number.
    pub number: HouseNumber,
    /// How its neighbours call it.
    pub name: String,
    /// Where it is: a geohash cell of seven characters, which leaves no simulated home.
    pub cell: String,
    /// The number of its street; nothing for a publisher and for whoever belongs to none.
    pub street: Option<u32>,
    /// Its class of line, as the scenario names it.
    pub link: String,
    /// Who provides the line.
    pub provider: String,
    /// Its class of availability, as the scenario names it.
    pub availability: String,
    /// What it is.
    pub role: Role,
}

/// What lives at a house number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// An honest home.
    Home,
    /// An agency.
    Publisher,
    /// Somebody hostile: the kind, as the scenario names it.
    Adversary(String),
}

/// Two homes that were connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The one with the lower number.
    pub a: HouseNumber,
    /// The other.
    pub b: HouseNumber,
    /// How long a packet takes one way, without waiting for anything.
    pub one_way: Micros,
    /// When they were first connected.
    pub opened: Micros,
    /// When they were last parted; nothing if they were connected in the end.
    pub closed: Option<Micros>,
    /// How often they were connected.
    pub times: u32,
}

/// Something that a home or a publisher said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its number, from 0.
    pub number: u32,
    /// The id of the signed statement, as lower-case hexadecimal.
    pub id: String,
    /// What was said.
    pub kind: SaidKind,
    /// The number of what it is about, of everything but an alert and a new bulletin.
    pub about: Option<u32>,
    /// Who said it.
    pub author: HouseNumber,
    /// When.
    pub at: Micros,
    /// When it is over.
    pub expires: Micros,
    /// To whom.
    pub audience: Audience,
    /// When its author took it back.
    pub cancelled: Option<Micros>,
    /// How many homes it was due at: everybody of its audience but the author and adversaries.
    pub due: u32,
}

/// What kind of thing was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidKind {
    /// An alert.
    Alert,
    /// Better words for an alert.
    Update,
    /// A retraction.
    Cancel,
    /// Somebody saw it, too.
    Confirm,
    /// It is over.
    Resolve,
    /// A comment.
    Comment,
    /// No more comments.
    CloseComments,
    /// It should not be seen.
    Flag,
    /// A bulletin of a publisher.
    Bulletin,
}

/// To whom something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The street with this number, sealed.
    Street(u32),
    /// Everybody nearby, in the open.
    Nearby,
}

/// How something came to a home that it was due at, or that it did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The number of what was said.
    pub said: u32,
    /// The home.
    pub home: HouseNumber,
    /// When it was shown there; nothing if it never was.
    pub at: Option<Micros>,
    /// How it came.
    pub way: Option<Way>,
    /// The least time that any protocol needs on the connections that stood when it was said: the shortest path of
    /// one-way times from the author. Nothing if there was no path, because one of them was off or cut off.
    pub floor: Option<Micros>,
    /// How many copies of it came.
    pub copies: u32,
}

impl Delivery {
    /// How long after `said` it was shown.
    pub fn took(&self, said: &Said) -> Option<Micros> {
        self.at.map(|at| at.since(said.at))
    }
}

/// How something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By gossip.
    Gossip,
    /// By comparing with a neighbour.
    CatchUp,
}

/// A clip that a home recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// Its number, from 0.
    pub number: u32,
    /// Its id, as lower-case hexadecimal.
    pub id: String,
    /// Whose it is.
    pub owner: HouseNumber,
    /// When it was sealed.
    pub at: Micros,
    /// Length of its sealed bytes.
    pub sealed_bytes: u64,
    /// Keepers that had it whole in the end, and since when, by house number.
    pub kept: Vec<(HouseNumber, Micros)>,
    /// When the box that recorded it was stolen.
    pub stolen: Option<Micros>,
}

/// A grant: the key of one clip for one neighbour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The number of the clip.
    pub clip: u32,
    /// Who got it.
    pub to: HouseNumber,
    /// When it was in the giver's ledger.
    pub given: Micros,
    /// When the neighbour had it.
    pub delivered: Option<Micros>,
    /// When the neighbour had asked for the sealed bytes, the first time.
    pub asked: Option<Micros>,
    /// When it had all of them.
    pub fetched: Option<Micros>,
    /// Who gave most of them.
    pub from: Option<HouseNumber>,
}

/// Something else that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// When.
    pub at: Micros,
    /// To which home; nothing if to many.
    pub home: Option<HouseNumber>,
    /// What.
    pub what: What,
    /// In words.
    pub says: String,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A home's node started.
    On,
    /// A home's node stopped, or lost its power.
    Off,
    /// A household joined a street.
    Joined,
    /// A household left, or was removed.
    Left,
    /// The net fell apart.
    Parted,
    /// The net is whole again.
    Healed,
    /// A clip was recorded.
    Recorded,
    /// A grant was given or stopped.
    Granted,
    /// A granted clip was fetched.
    Fetched,
    /// A neighbour keeps clips for another one.
    Keeps,
    /// A box was stolen.
    Stolen,
    /// An agency, or somebody hostile, came.
    Came,
    /// A command was refused.
    Refused,
}

/// Bytes of one home and class, headers of packets included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The home.
    pub home: HouseNumber,
    /// What for.
    pub class: Class,
    /// Bytes up.
    pub sent: u64,
    /// Bytes down.
    pub received: u64,
}

/// What bytes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Setting connections up.
    Connecting,
    /// Saying who one is, and that one is still there.
    Presence,
    /// Gossip.
    Gossip,
    /// Entering a street.
    Join,
    /// Between neighbours: catching up, grants, epochs, leases.
    Street,
    /// Between devices of one household.
    Device,
    /// Sealed bytes of clips.
    Clips,
    /// Everything else.
    Other,
}

/// What a home had on its disk in the end, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// The home.
    pub home: HouseNumber,
    /// Its database.
    pub database: u64,
    /// Sealed bytes of its own and granted clips.
    pub clips: u64,
    /// Sealed bytes that it keeps for others.
    pub kept: u64,
}

/// What an adversary learned of one thing, or came to. Of several that belong together the sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Who, as the scenario names them.
    pub by: String,
    /// What.
    pub what: Lesson,
    /// How much of it.
    pub count: u64,
    /// Of how much.
    pub of: u64,
    /// How much of it somebody gets right on average who knows nothing, of a guess.
    pub blind: Option<f64>,
}

/// What there is to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lesson {
    /// Homes whose address it knows, and of which it knows when they are there.
    HomesSeen,
    /// Things said to streets that it holds sealed.
    SealedHeld,
    /// Frames for streets in which it can read something.
    SealedRead,
    /// Alerts for everybody nearby that it read.
    NearbyRead,
    /// Bulletins that it read.
    BulletinsRead,
    /// Questions of its own that somebody answered with more than a refusal.
    Answered,
    /// Alerts whose author it guessed right, from who brought them first.
    AuthorsGuessed,
    /// Messages that it should have passed on and did not.
    Swallowed,
    /// Alerts of its own that honest homes showed: one for each alert and home.
    SpamShown,
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which rule, as a kebab-case word.
    pub rule: String,
    /// When.
    pub at: Micros,
    /// At which step of the run.
    pub step: u64,
    /// Where.
    pub home: Option<HouseNumber>,
    /// What was seen.
    pub says: String,
    /// The command that shows it again.
    pub replay: String,
}

/// What a scenario expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// What was measured, as the scenario names it: `delivered`, `p99-ms`.
    pub name: String,
    /// Whether it is within its bound.
    pub ok: bool,
    /// What it was; nothing if nothing of the kind happened, which meets no bound.
    pub value: Option<f64>,
    /// The bound.
    pub bound: f64,
    /// On which side of the bound it has to be.
    pub side: Side,
}

/// On which side of a bound something has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Not above.
    AtMost,
    /// Not below.
    AtLeast,
}

/// What a run took. Wall time and memory are this machine's, and differ from run to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Virtual time.
    pub virtual_time: Micros,
    /// Of it, until everybody had come on.
    pub starting: Micros,
    /// Steps: inputs that engines took.
    pub steps: u64,
    /// Wall time until every home had started, in seconds.
    pub building_s: f64,
    /// Wall time of the whole run, in seconds.
    pub wall_s: f64,
    /// Time of a processor until every home had started, in seconds: on a busy machine it says more than wall time.
    pub building_processor_s: f64,
    /// Time of a processor of the whole run, in seconds.
    pub processor_s: f64,
    /// Most memory that the process had, in bytes.
    pub peak_rss_bytes: u64,
}
