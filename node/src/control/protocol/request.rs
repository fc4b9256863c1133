//! Everything that the command line, and the API behind it, can ask a node for.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::FilmWritten;
use super::typed::{AlertPost, CameraAdd, HouseConnect, NotifyAdd, Saying};
use crate::camera::{Duty, Mode};
use crate::secret::Secret;

/// What the command line wants. Ids may be unique prefixes; the node resolves them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The home at a glance.
    Status,
    SignIn,
    /// How the page is open to the house's network.
    PageShow,
    /// Open it there.
    PageOpen {
        /// At this address; at every address and the usual port if left out.
        at: Option<String>,
    },
    /// Shut it there.
    PageShut,
    /// Draw the secret of a second factor.
    FactorNew,
    /// Take that secret into use.
    FactorConfirm {
        /// Its code now.
        code: Secret,
    },
    /// Forget the second factor.
    FactorRemove,
    /// Take the reading key into memory.
    Unlock {
        /// What protects it.
        passphrase: Secret,
        /// It goes again when it was not used for this long.
        idle_ms: u64,
    },
    /// Wipe the reading key from memory.
    Lock,
    /// Put the reading key behind another passphrase, and sign every browser out.
    PassphraseChange {
        /// What protects it.
        current: Secret,
        /// What protects it from now on.
        new: Secret,
    },
    /// Found a street.
    StreetNew {
        /// Its name.
        name: String,
        /// Where it is; where the home is if left out.
        cell: Option<String>,
        /// Urgent alerts that a household may post in an hour, after a first burst.
        urgent_per_hour: u8,
    },
    /// Make a one-time ticket.
    StreetInvite {
        /// How long it is good for.
        life_ms: u64,
    },
    /// Enter a street.
    StreetJoin {
        /// The ticket as text.
        ticket: Secret,
    },
    /// Come back to the street with a device that it does not know yet.
    StreetReturn {
        /// Where a neighbour's node listens, with its peer id.
        address: String,
    },
    /// The household's devices.
    DeviceList,
    /// Take in a certificate by the household's root.
    DeviceCertify {
        /// The signed certificate, in hexadecimal.
        certificate: String,
    },
    /// Who is on the street.
    StreetMembers,
    /// Vouch for a household.
    StreetVouch {
        /// Its id or name.
        household: String,
    },
    /// Vote for the removal of a household.
    StreetRemove {
        /// Its id or name.
        household: String,
        /// Why.
        reason: String,
    },
    /// Leave the street.
    StreetLeave,
    /// Show what a household says, or do not.
    StreetMute {
        /// Its id or name.
        household: String,
        /// Whether not.
        muted: bool,
    },
    /// Stand at the door, or do not any more.
    StreetKnock {
        /// Around where; where the home is if left out.
        cell: Option<String>,
        /// What neighbours read.
        text: String,
        /// How long it stands; zero takes it back.
        life_ms: u64,
    },
    /// Who stands at the door.
    StreetKnocks,
    /// What the street shows of itself to another one.
    StreetIntroduce,
    /// Let the street know another one.
    StreetLink {
        /// What that one shows of itself.
        introduction: String,
    },
    /// Take a link back.
    StreetUnlink {
        /// How the other street is called.
        name: String,
    },
    /// Which streets ours knows.
    StreetLinks,
    /// Which cells are listened to, and how far around from now on.
    StreetNearby {
        /// How far; as it is if left out.
        radius: Option<String>,
    },
    /// Tell the street.
    AlertPost(Box<AlertPost>),
    /// What the street said.
    AlertList {
        /// Only this kind.
        kind: Option<String>,
        /// Only what was said since.
        since_ms: Option<u64>,
        /// Also what this home hides.
        all: bool,
    },
    /// One alert.
    AlertShow {
        /// Which.
        alert: String,
    },
    /// Say something about an alert.
    AlertSay {
        /// Which.
        alert: String,
        /// What.
        saying: Saying,
    },
    /// What publishers say.
    Bulletins {
        /// Only this one's.
        publisher: Option<String>,
        /// Also what this home does not show.
        all: bool,
    },
    /// A bulletin as a message of the Common Alerting Protocol.
    BulletinExport {
        /// Which.
        bulletin: String,
    },
    /// Show bulletins of a publisher or kind, or do not.
    Mute {
        /// A publisher's id, name or domain, or a kind's word.
        what: String,
        /// Whether not.
        muted: bool,
    },
    /// Every publisher that this home knows.
    Publishers,
    /// Take a publisher for what it says it is.
    PublisherPin {
        /// Which.
        publisher: String,
    },
    /// Forget a publisher, with all that it said.
    PublisherForget {
        /// Which.
        publisher: String,
    },
    /// Ask a publisher's domain now.
    PublisherCheck {
        /// Which.
        publisher: String,
    },
    /// Whether domains are asked, and from now on.
    PublisherDomains {
        /// Whether; as it is if left out.
        ask: Option<bool>,
    },
    /// Take a film in. The node opens the file itself: it runs as the same resident.
    ClipAdd {
        /// Absolute path.
        #[schema(value_type = String)]
        file: PathBuf,
        /// How the household calls the camera.
        camera: String,
        /// When the recording began, if not now.
        at_ms: Option<u64>,
    },
    /// Every clip, own and granted.
    ClipList,
    /// One clip.
    ClipShow {
        /// Which.
        clip: String,
    },
    /// The film of a clip. Bytes follow the answer.
    ClipOpen {
        /// Which.
        clip: String,
    },
    /// A clip for someone outside. Bytes follow the answer.
    ClipExport {
        /// Which.
        clip: String,
        /// An age recipient; nobody means that anybody can watch it.
        to: Option<String>,
        /// As a film, to be changed before it is sealed to the recipient.
        film: bool,
    },
    /// State which film was written under an export.
    ClipSignFilm(FilmWritten),
    /// Get the sealed bytes of a granted clip.
    ClipFetch {
        /// Which.
        clip: String,
    },
    /// How long own clips stay, and how long from now on.
    ClipKeep {
        /// Days; as it is if left out.
        days: Option<u32>,
        /// Sealed bytes of all; as it is if left out.
        bytes: Option<u64>,
        /// For good, but for what is said here.
        no_limit: bool,
    },
    /// Keep a clip however long the others stay, or not any more.
    ClipPin {
        /// Which.
        clip: String,
        /// Whether it stays.
        pinned: bool,
    },
    /// Destroy a clip.
    ClipDelete {
        /// Which.
        clip: String,
    },
    /// Give the key of one clip to one neighbour.
    GrantGive {
        /// Which clip.
        clip: String,
        /// A household's id or name.
        to: String,
        /// Why.
        purpose: String,
        /// Until when it is served.
        until_ms: Option<u64>,
    },
    /// Give the key of one clip to every neighbour: one grant each.
    GrantShare {
        /// Which clip.
        clip: String,
        /// Why.
        purpose: String,
        /// Until when it is served.
        until_ms: Option<u64>,
    },
    /// Grants of this household.
    GrantList {
        /// Those that it gave.
        given: bool,
        /// Those that it received.
        received: bool,
    },
    /// Stop serving a grant.
    GrantStop {
        /// Which.
        grant: String,
    },
    /// How much is kept for neighbours, and how much from now on.
    KeeperOffer {
        /// Sealed bytes; as it is if left out.
        bytes: Option<u64>,
    },
    /// Ask a neighbour to keep.
    KeeperAsk {
        /// A household's id or name.
        household: String,
        /// Sealed bytes, at most.
        bytes: u64,
        /// Until when.
        until_ms: u64,
    },
    /// Every lease.
    KeeperList,
    /// End every lease with a neighbour.
    KeeperEnd {
        /// A household's id or name.
        household: String,
    },
    /// Ask a keeper for proof.
    KeeperCheck {
        /// A household's id or name.
        household: String,
    },
    /// Make clips known again that a neighbour keeps.
    KeeperRecall {
        /// A household's id or name.
        household: String,
    },
    /// Take films from a camera from now on.
    CameraAdd(Box<CameraAdd>),
    /// Look at a camera before it is added: one picture of it, and nothing is kept.
    CameraTry(Box<CameraAdd>),
    /// Every camera.
    CameraList,
    /// Look for cameras on the local network, or ask the one at an address.
    CameraDiscover {
        /// The camera's address or host; every one that answers if nobody says.
        address: Option<Secret>,
        /// Who may ask it for its streams.
        user: Option<String>,
        /// The password of that name.
        password: Option<Secret>,
        /// Whether the address may be this very machine.
        allow_loopback: bool,
    },
    /// Look whether films can come from a camera.
    CameraTest {
        /// Its name.
        camera: String,
    },
    /// Take no more films from a camera.
    CameraRemove {
        /// Its name.
        camera: String,
    },
    /// When a camera records, from now on.
    CameraSchedule {
        /// Its name.
        camera: String,
        /// When.
        duty: Duty,
    },
    /// The mode of the home, or another one.
    Mode {
        /// The new mode; as it is if there is none.
        mode: Option<Mode>,
    },
    /// Record a camera now.
    CameraTrigger {
        /// Its name.
        camera: String,
        /// For how long.
        lasts_ms: u64,
    },
    /// Make a new token for a camera.
    CameraToken {
        /// Its name.
        camera: String,
    },
    /// Speak to the house's MQTT broker from now on.
    HouseConnect(Box<HouseConnect>),
    /// How that goes.
    HouseShow,
    /// Speak to it no more.
    HouseLeave {
        /// Also if the broker is away, and keeps what it was told.
        anyway: bool,
    },
    /// Tell the household of what is new from now on.
    NotifyAdd(Box<NotifyAdd>),
    /// Every way by which it is told.
    NotifyList,
    /// Send something now.
    NotifyTest {
        /// Its name.
        name: String,
    },
    /// Tell nothing more that way.
    NotifyRemove {
        /// Its name.
        name: String,
    },
    /// The whole ledger.
    LedgerShow,
    /// Let a program use the API.
    TokenAdd {
        /// How it is called.
        name: String,
        /// What it may do: words of scopes.
        scopes: Vec<String>,
    },
    /// Every program that may.
    TokenList,
    /// Let a program use it no more.
    TokenRemove {
        /// Its name.
        name: String,
    },
}
