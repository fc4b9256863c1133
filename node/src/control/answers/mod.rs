//! The JSON that scripts read: every field of every answer, in one place.
//!
//! The names are the contract of the command line. Ids are in full, times in RFC 3339 UTC, choices in kebab-case.

mod cameras;
mod clips;
mod house;
mod keepers;
mod notify;
mod page;
mod publishers;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use streetlamp_proto::time::Timestamp;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

pub use cameras::{
    CameraAdded, CameraFound, CameraItem, CameraNamed, CameraSeen, CameraStream, CameraTested,
    ModeAnswer,
};
pub use clips::{
    AddedItem, Checked, ClipItem, Deleted, Exported, Fetched, GrantItem, Granted, Keeping, Pinned,
    SharedItem, SignedFilm, Written,
};
pub use house::HouseItem;
pub(crate) use keepers::keeper_advice;
pub use keepers::{KeeperItem, LeaseEnded, Leased, LetGoItem, Offered, Proven, Recalled};
pub use notify::{NotifyAdded, NotifyItem, NotifyNamed};
pub use page::{FactorConfirmed, FactorDrawn, PageItem};
pub use publishers::{
    AsksDomains, BulletinExported, BulletinItem, KeyItem, Muted, OriginalItem, OwnBulletinItem,
    PublisherItem, PublisherMade, PublisherShown, Said, warning,
};

use crate::disk::Condition;
use crate::mesh::{ReachView, Standing};
use crate::secret::Secret;
use crate::when;

/// A time that is text in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(time))
            .into()
    }
}

impl ToSchema for Moment {}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&when::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        when::parse_rfc3339(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// `status`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Status {
    pub running: bool,
    pub household: String,
    pub name: String,
    pub locked: bool,
    /// Seconds without use after which the reading key goes out of memory.
    pub auto_lock_s: u64,
    /// Whether this device has a reading key at all.
    pub holds_reading_key: bool,
    /// The name of the only street.
    pub street: Option<String>,
    pub streets: Vec<String>,
    pub neighbours_known: usize,
    pub neighbours_connected: usize,
    pub alerts: usize,
    pub clips: usize,
    pub cameras: usize,
    /// Cameras with which something is wrong.
    pub cameras_failing: usize,
    pub queued: usize,
    pub ledger_seq: u64,
    /// Keepers that failed a check, gave other bytes, or stand otherwise as they should not.
    pub keepers_wrong: Vec<KeeperItem>,
    /// How the disk under the home is.
    pub disk: Condition,
    /// Seconds by which this home's clock is ahead of its neighbours'.
    pub clock_skew_s: Option<i64>,
    pub peer_id: String,
    /// Where the page is.
    pub web: Option<String>,
    /// How it is open to the house's network.
    pub page_lan: PageItem,
    pub listen: Vec<String>,
    pub reach: ReachItem,
}

/// How a home is reached by neighbours: part of `status`.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReachItem {
    /// `open` (from everywhere), `through-neighbours`, or `local`.
    pub how: String,
    /// Addresses at which it is reached from outside: proven, or the resident's word.
    pub external: Vec<String>,
    /// `off`, `asking`, `open`, `no-router`, `behind-another`.
    pub port_mapping: String,
    /// Peer ids of the neighbours through whom it is reached.
    pub through: Vec<String>,
    /// Homes that are reached through this one.
    pub relays_for: usize,
    /// Who is connected, and how.
    pub peers: Vec<PeerItem>,
    /// Direct ways that were found through a neighbour since the start, and attempts that came to nothing.
    pub punched: usize,
    pub not_punched: usize,
    /// `off`, `idle` (nobody is missed), `left` (word of this home is out), `silent` (the DHT does not answer).
    pub rescue: String,
    /// Whether nothing has to be done about it,
    pub well: bool,
    /// how it is reached, in words,
    pub says: String,
    /// and what would help.
    pub helps: Option<String>,
}

/// A peer that is connected.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PeerItem {
    pub peer_id: String,
    /// `direct`, `punched` (directly, as agreed upon through a neighbour), or `relayed` (through a neighbour).
    pub way: String,
}

impl ReachItem {
    pub(crate) fn new(view: ReachView, standing: &Standing) -> Self {
        let how = match (view.external.is_empty(), view.through.is_empty()) {
            (false, _) => "open",
            (true, false) => "through-neighbours",
            (true, true) => "local",
        };
        Self {
            how: how.to_owned(),
            external: view.external,
            port_mapping: view.port_mapping.word().to_owned(),
            through: view.through,
            relays_for: view.relays_for,
            peers: view
                .peers
                .into_iter()
                .map(|(peer_id, way)| PeerItem {
                    peer_id,
                    way: way.word().to_owned(),
                })
                .collect(),
            punched: view.punched,
            not_punched: view.not_punched,
            rescue: view.rescue.word().to_owned(),
            well: standing.is_well(),
            says: standing.to_string(),
            helps: standing.helps_in_english(),
        }
    }
}

/// `sign-in`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    pub web: String,
    /// Signs one browser in, once, within 15 minutes.
    pub sign_in: String,
}

/// `unlock` and `lock`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Locked {
    pub locked: bool,
}

/// `passphrase change`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PassphraseChanged {
    pub changed: bool,
}

/// `street new`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Founded {
    pub street: String,
    pub name: String,
    pub cell: String,
    pub epoch: u32,
}

/// `street invite`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Invited {
    pub ticket: String,
    pub expires: Moment,
    /// Where the picture was written, if one was asked for.
    pub qr: Option<String>,
}

/// `street join`, and `street return` with whoever let this home in as `inviter`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    pub street: String,
    pub name: String,
    pub inviter: Option<String>,
    pub inviter_name: Option<String>,
    pub epoch: u32,
}

/// One of `device list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceItem {
    pub device: String,
    /// What it may do: `relay`, `record`, `alert`, `grant`.
    pub roles: Vec<String>,
    /// When its root certified it last.
    pub since: Moment,
    /// From when on nothing of it counts, if it was removed.
    pub removed: Option<Moment>,
    /// Whether it is the one that answers.
    pub me: bool,
    pub connected: bool,
    /// The signed certificate, in hexadecimal.
    pub certificate: String,
}

/// `device add`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceAdded {
    pub device: String,
    /// The directory that was made.
    pub home: String,
    pub roles: Vec<String>,
}

/// `device remove`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceChanged {
    pub device: String,
    /// Number of the epoch in which the street speaks; zero on no street.
    pub epoch: u32,
}

/// `restore --from-sheet`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MadeAgain {
    pub household: String,
    pub name: String,
    pub home: String,
}

/// One of `street members`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberItem {
    pub household: String,
    pub name: String,
    pub me: bool,
    /// Households that vouched; none for the founder.
    pub vouches: Vec<String>,
    /// Whether it waits for its second vouch.
    pub new: bool,
    /// Whether this home does not show what it says.
    pub muted: bool,
    /// Households that want it to go.
    pub removal_votes: Vec<String>,
    pub connected: bool,
    pub last_heard: Option<Moment>,
}

/// `street vouch`, `street remove`, `street leave`, `street mute`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    pub household: String,
    /// Number of the epoch in which the street speaks.
    pub epoch: u32,
    /// Whether the household is not on the street any more.
    pub gone: bool,
}

/// `street knock`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Knocked {
    /// The knock; none if it was taken back.
    pub knock: Option<String>,
    pub expires: Option<Moment>,
    pub reached: usize,
}

/// One of `street knocks`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KnockItem {
    pub knock: String,
    pub household: String,
    pub name: String,
    pub cell: String,
    pub text: String,
    pub received: Moment,
    pub expires: Moment,
}

/// `street introduce`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Introduced {
    /// The text to hand over.
    pub introduction: String,
    /// How the street calls itself in it.
    pub name: String,
    /// Keys of households in it.
    pub keys: usize,
}

/// `street link` and `street unlink`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Linked {
    /// How the other street is called.
    pub name: String,
    /// Keys by which it is known from now on.
    pub keys: usize,
}

/// One of `street links`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkItem {
    pub name: String,
    pub keys: usize,
    /// The household that linked it.
    pub by: String,
    pub by_name: Option<String>,
    pub issued: Moment,
    pub expires: Moment,
}

/// `street nearby`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Hearing {
    /// `off`, or rings of cells around the home's own.
    pub radius: String,
    /// The cells that are listened to.
    pub cells: Vec<String>,
}

/// `alert post`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Posted {
    pub alert: String,
    /// `sent` or `queued`.
    pub state: String,
    pub reached: usize,
}

/// One of `alert list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertItem {
    pub alert: String,
    /// Its household; not known of an alert in the open by somebody of another street.
    pub author: Option<String>,
    pub author_name: Option<String>,
    pub kind: String,
    pub urgency: String,
    pub title: String,
    pub text: String,
    pub place: Option<String>,
    pub happened: Moment,
    pub issued: Moment,
    /// When its author last said it better.
    pub updated: Option<Moment>,
    pub expires: Moment,
    /// `active`, `cancelled`, `resolved` or `expired`.
    pub state: String,
    /// Why it was cancelled, if the author said.
    pub reason: Option<String>,
    pub confirmations: usize,
    pub comments: usize,
    pub comments_closed: bool,
    pub flags: usize,
    /// Whether it is left out of the list because so many neighbours flagged it.
    pub hidden: bool,
    /// Whether it is left out of the list because its author is muted here.
    pub muted: bool,
    pub clips: Vec<String>,
    pub audience: String,
    /// Whether its author's street is known here.
    pub known: bool,
    /// That street, if it is another one that a neighbour linked.
    pub next_door: Option<String>,
    pub received: Moment,
}

/// `alert show`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertShown {
    #[serde(flatten)]
    pub alert: AlertItem,
    pub follow_ups: Vec<FollowUpItem>,
}

/// One of an alert's `follow_ups`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FollowUpItem {
    pub follow_up: String,
    pub author: Option<String>,
    pub author_name: Option<String>,
    /// `update`, `cancel`, `confirm`, `resolve`, `comment`, `close-comments` or `flag`.
    pub act: String,
    /// What was said, if the act has words.
    pub text: Option<String>,
    pub issued: Moment,
}

/// `alert update`, `cancel`, `confirm`, `resolve`, `comment`, `close-comments`, `flag`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FollowedUp {
    pub alert: String,
    pub follow_up: String,
}

/// `ledger export`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LedgerExported {
    pub file: String,
    pub entries: u64,
}

/// `token add`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenMade {
    /// How the household calls the program.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Lets it in; shown this once.
    pub token: Secret,
}

/// One of `token list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenItem {
    pub name: String,
    pub scopes: Vec<String>,
    pub made: Moment,
}

/// `token remove`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenRemoved {
    pub name: String,
}

/// One of `ledger show`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryItem {
    pub seq: u64,
    pub hash: String,
    pub kind: String,
    pub clip: String,
    pub to: Option<String>,
    pub at: Moment,
}

/// `ledger verify`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    pub ok: bool,
    pub entries: u64,
    /// What is wrong, if something is.
    pub fault: Option<String>,
    /// The household that a proof of two ledgers names.
    pub forked: Option<String>,
}

/// `init`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HomeMade {
    pub household: String,
    pub name: String,
    pub cell: Option<String>,
    pub home: String,
    pub recovery_sheet: String,
    /// Whether a passphrase was made and stands on the sheet.
    pub passphrase_was_made: bool,
}

/// `backup` and `restore`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BackedUp {
    pub file: String,
    /// The home directory that it is of, or that was made of it.
    pub home: String,
    /// Clips with their sealed bytes.
    pub clips: usize,
    /// Granted clips that were not fetched yet.
    pub clips_without_bytes: usize,
    pub alerts: usize,
}

/// `recovery confirm`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Confirmed {
    pub confirmed: bool,
}

/// One of `doctor`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub check: String,
    pub ok: bool,
    pub advice: String,
}

/// One of `explain-access`.
#[derive(Debug, Serialize)]
pub struct AccessItem {
    pub role: &'static str,
    pub action: &'static str,
    pub allowed: bool,
    pub why: &'static str,
    /// The protocol over which it arrives; nothing for what no message does.
    pub over: Option<&'static str>,
}
