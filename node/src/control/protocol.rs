//! What goes over the control socket, and how much of it at most.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::camera::{Duty, Mode};
use crate::contents::Contents;
use crate::error::{Error, ErrorKind};
use crate::house::Allowed;
use crate::notify::About;
use crate::secret::Secret;
use crate::when::Hours;

/// Longest request in bytes. The longest one in use is an alert of 1,000 characters, or a ticket.
pub(super) const REQUEST_BYTES: usize = 96 * 1024;

/// What the command line wants. Ids may be unique prefixes; the node resolves them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The home at a glance.
    Status,
    SignIn,
    /// Take the reading key into memory.
    Unlock {
        /// What protects it.
        passphrase: Secret,
        /// It goes again when it was not used for this long.
        idle_ms: u64,
    },
    /// Wipe the reading key from memory.
    Lock,
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
    /// Every camera.
    CameraList,
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

/// A way to be told, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyAdd {
    /// How it is called.
    pub name: String,
    /// How the household is told.
    pub way: NotifyWay,
    /// Whether the address may be this very machine.
    pub allow_loopback: bool,
    /// Of what.
    pub about: Vec<About>,
    /// From which urgency on, as its word.
    pub at_least: String,
    /// When it is silent.
    pub quiet: Option<Hours>,
    /// Whether what is urgent passes even then.
    pub urgent_passes: bool,
    /// How much is told.
    pub contents: Contents,
}

/// How the household is told, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NotifyWay {
    /// A topic.
    Ntfy {
        /// Its address.
        url: Secret,
        /// Who may send there.
        token: Option<Secret>,
    },
    /// A program.
    Webhook {
        /// Its address.
        url: Secret,
    },
    /// A letter.
    Mail {
        /// To whom.
        to: String,
        /// From whom.
        from: String,
        /// The server, with its scheme.
        server: String,
        /// Who may send there.
        user: Option<String>,
        /// That one's password.
        password: Option<Secret>,
    },
}

/// A broker as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseConnect {
    /// `HOST` or `HOST:PORT`.
    pub mqtt: String,
    /// Who may speak to it.
    pub user: Option<String>,
    /// That one's password.
    pub password: Option<Secret>,
    /// Whether it may be this very machine.
    pub allow_loopback: bool,
    /// Where Home Assistant looks for devices.
    pub discovery: String,
    /// How much of what was said is told.
    pub contents: Contents,
    /// What may be done from there.
    pub allowed: Vec<Allowed>,
}

/// A camera as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraAdd {
    /// How it is called.
    pub name: String,
    /// Where its films come from.
    pub source: CameraSource,
    /// Whether their sound stays.
    pub sound: bool,
    /// When it records.
    pub duty: Duty,
    /// Sealed bytes within 24 hours, at most.
    pub daily: u64,
}

/// Where films come from, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum CameraSource {
    /// A folder.
    Watch {
        /// Absolute path.
        #[schema(value_type = String)]
        dir: PathBuf,
        /// Whether a file is deleted once it is sealed.
        delete_originals: bool,
    },
    /// A program that sends them.
    Push,
    /// A Frigate.
    Frigate {
        /// Its address, which may hold a password.
        url: Secret,
        /// Who may ask it.
        user: Option<String>,
        /// That one's password.
        password: Option<Secret>,
        /// `HOST` or `HOST:PORT` of the broker; Frigate's own host if nobody says.
        mqtt: Option<String>,
        /// Who may speak to the broker.
        mqtt_user: Option<String>,
        /// That one's password.
        mqtt_password: Option<Secret>,
        /// The camera, as Frigate calls it; every one if nobody says.
        camera: Option<String>,
        /// Whether films of detections are taken, too.
        detections: bool,
        /// Whether the addresses may be this machine.
        allow_loopback: bool,
    },
    /// The camera's own stream.
    Rtsp {
        /// Its address, which may hold a password.
        url: Secret,
        /// Who may watch it, if the address does not say.
        user: Option<String>,
        /// The password of that name.
        password: Option<Secret>,
        /// Whether it may be this very machine.
        allow_loopback: bool,
        /// Whether it is recorded also when nothing happens.
        always: bool,
    },
}

/// An alert as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertPost {
    /// Whether everybody nearby may read it.
    pub nearby: bool,
    /// The kind's word.
    pub kind: String,
    /// The urgency's word.
    pub urgency: String,
    /// In one line.
    pub title: String,
    /// In more words.
    pub text: String,
    /// Where, as a cell.
    pub place: Option<String>,
    /// How long it lives.
    pub life_ms: u64,
    /// Clips that are offered.
    pub clips: Vec<String>,
}

/// What is said about an alert, as it was typed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Saying {
    /// Says it better; what is left out stays as it is.
    Update {
        /// The title from now on.
        title: Option<String>,
        /// The text from now on.
        text: Option<String>,
        /// The urgency's word.
        urgency: Option<String>,
    },
    /// Takes it back.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
    /// Saw it too.
    Confirm,
    /// It is over.
    Resolve,
    /// Adds something.
    Comment {
        /// What.
        text: String,
    },
    /// No more comments.
    CloseComments,
    /// It should not be seen.
    Flag {
        /// The reason's word.
        reason: String,
    },
}

/// One line of the node's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line<T> {
    /// It goes on.
    Progress(Progress),
    /// It is done.
    Ok(T),
    /// It was refused or failed.
    Error(Fault),
}

/// How far a long piece of work has come, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that are done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// A film is coming.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FilmStart {
    /// Bytes that follow this line.
    pub len: u64,
    /// The ledger entry that was written before.
    pub ledger_seq: u64,
    /// What goes beside an export, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<String>,
}

/// A film that was written under an export.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilmWritten {
    /// The clip that it was made from, as a whole id.
    pub clip: String,
    /// Hash of the ledger entry.
    pub entry: String,
    /// BLAKE3 of its bytes.
    pub film: String,
    /// Its length in bytes.
    pub len: u64,
    /// Whether its sound was taken out.
    pub muted: bool,
    /// Areas of its picture that were covered.
    pub hidden: u32,
}

/// An [`Error`] on its way to the client. The causes behind it stay in the node's log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fault {
    kind: String,
    message: String,
}

/// Every kind of error with its word.
const KINDS: [(ErrorKind, &str); 7] = [
    (ErrorKind::NotFound, "not-found"),
    (ErrorKind::Invalid, "invalid"),
    (ErrorKind::Denied, "denied"),
    (ErrorKind::Conflict, "conflict"),
    (ErrorKind::Unavailable, "unavailable"),
    (ErrorKind::DataLoss, "data-loss"),
    (ErrorKind::Internal, "internal"),
];

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let word = KINDS
            .iter()
            .find(|(kind, _)| *kind == error.kind())
            .map_or("internal", |(_, word)| *word);
        Self {
            kind: word.to_owned(),
            message: error.to_string(),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let kind = KINDS
            .iter()
            .find(|(_, word)| *word == fault.kind)
            .map_or(ErrorKind::Internal, |(kind, _)| *kind);
        Self::new(kind, fault.message)
    }
}

/// JSON and a line break. Wiped after use, because a request may carry a passphrase.
pub(super) fn encode(what: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(512));
    serde_json::to_writer(&mut *bytes, what).map_err(|e| {
        Error::new(ErrorKind::Invalid, "this cannot be said to the node").because(e)
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_kind_and_words_on_the_way() {
        for (kind, _) in KINDS {
            let back = Error::from(Fault::from(&Error::new(kind, "no such clip")));
            assert_eq!(
                (back.kind(), back.to_string()),
                (kind, "no such clip".to_owned())
            );
        }
    }

    #[test]
    fn a_request_with_an_unknown_field_is_refused() {
        assert!(serde_json::from_str::<Request>(r#"{"clip-show":{"clip":"aa"}}"#).is_ok());
        assert!(
            serde_json::from_str::<Request>(r#"{"clip-show":{"clip":"aa","all":true}}"#).is_err()
        );
    }

    #[test]
    fn no_passphrase_is_printed() {
        let request = Request::Unlock {
            passphrase: Secret(Zeroizing::new("lamp-post".to_owned())),
            idle_ms: 600_000,
        };
        assert!(!format!("{request:?}").contains("lamp-post"));
    }
}
