//! Every address of the API: which command of the node it is, who may ask it, and what comes back.
//!
//! A row names a variant of [`Request`](crate::control::Request). What is sent as JSON, what stands in the address and
//! behind it are together the fields of that variant, so that the API has no structures of its own.

use axum::http::Method;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::control::answers::{
    AlertItem, AlertShown, AsksDomains, BulletinExported, BulletinItem, CameraAdded, CameraFound,
    CameraItem, CameraNamed, CameraSeen, CameraTested, ClipItem, Deleted, DeviceItem, EntryItem,
    Fetched, FollowedUp, Founded, GrantItem, Granted, Hearing, HouseItem, Introduced, Invited,
    Joined, KeeperItem, Keeping, KnockItem, Knocked, LeaseEnded, Leased, LinkItem, Linked, Locked,
    MemberItem, Membership, ModeAnswer, Muted, NotifyAdded, NotifyItem, NotifyNamed, Offered,
    PassphraseChanged, Pinned, Posted, Proven, PublisherItem, Recalled, SharedItem, Status,
};
use crate::node::Scope;

/// An address and what it does.
#[derive(Debug)]
pub(in crate::web) struct Endpoint {
    pub(in crate::web) method: Method,
    /// Under `/api/v1`.
    pub(in crate::web) path: &'static str,
    pub(in crate::web) scope: Scope,
    /// The word of the command.
    pub(in crate::web) command: &'static str,
    /// What may stand behind the address, and what does if it is left out.
    pub(super) query: &'static [(&'static str, Kind)],
    pub(super) gives: Gives,
    /// What it does, in a line.
    pub(super) says: &'static str,
}

/// What stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// `true` or `false`; false if it is left out.
    Flag,
}

/// What comes back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gives {
    One(Shape),
    Many(Shape),
    /// The bytes of a film.
    Film,
}

/// The schema of an answer, and those of its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) name: fn() -> String,
    pub(super) schemas: fn() -> Vec<(String, RefOr<Schema>)>,
}

const fn shape<T: ToSchema>() -> Shape {
    Shape {
        name: || T::name().into_owned(),
        schemas: || {
            let mut all = vec![(T::name().into_owned(), <T as PartialSchema>::schema())];
            T::schemas(&mut all);
            all
        },
    }
}

const fn one<T: ToSchema>() -> Gives {
    Gives::One(shape::<T>())
}

const fn many<T: ToSchema>() -> Gives {
    Gives::Many(shape::<T>())
}

macro_rules! endpoints {
    ($($method:ident $path:literal $scope:ident $command:literal $([$($name:ident: $kind:ident),*])? => $gives:expr, $says:literal;)*) => {
        &[$(Endpoint {
            method: Method::$method,
            path: $path,
            scope: Scope::$scope,
            command: $command,
            query: &[$($((stringify!($name), Kind::$kind)),*)?],
            gives: $gives,
            says: $says,
        }),*]
    };
}

/// All of them.
pub(in crate::web) const ENDPOINTS: &[Endpoint] = endpoints! {
    GET "/status" Read "status" => one::<Status>(), "The home at a glance";
    GET "/alerts" Read "alert-list" [kind: Text, since_ms: Number, all: Flag] => many::<AlertItem>(), "What the street said";
    POST "/alerts" Post "alert-post" => one::<Posted>(), "Tell the street";
    GET "/alerts/{alert}" Read "alert-show" => one::<AlertShown>(), "One alert, with what was said about it";
    POST "/alerts/{alert}/follow-ups" Post "alert-say" => one::<FollowedUp>(), "Say something about an alert";
    GET "/bulletins" Read "bulletins" [publisher: Text, all: Flag] => many::<BulletinItem>(), "What publishers say";
    GET "/bulletins/{bulletin}/cap" Read "bulletin-export" => one::<BulletinExported>(), "A bulletin as a CAP message";
    GET "/publishers" Read "publishers" => many::<PublisherItem>(), "Every publisher that this home knows";
    DELETE "/publishers/{publisher}" Home "publisher-forget" => one::<PublisherItem>(), "Forget a publisher, with all that it said";
    POST "/publishers/{publisher}/pin" Home "publisher-pin" => one::<PublisherItem>(), "Take a publisher for what it says it is";
    POST "/publishers/{publisher}/check" Home "publisher-check" => one::<PublisherItem>(), "Ask a publisher's domain now";
    PUT "/publisher-domains" Home "publisher-domains" => one::<AsksDomains>(), "Whether domains are asked";
    PUT "/hushed" Home "mute" => one::<Muted>(), "Show bulletins of a publisher or kind, or do not";
    POST "/streets" Street "street-new" => one::<Founded>(), "Found a street";
    POST "/streets/join" Street "street-join" => one::<Joined>(), "Enter a street with a ticket";
    POST "/streets/return" Street "street-return" => one::<Joined>(), "Come back with a device that the street does not know";
    POST "/streets/leave" Street "street-leave" => one::<Membership>(), "Leave the street";
    POST "/tickets" Street "street-invite" => one::<Invited>(), "Make a one-time ticket";
    GET "/members" Read "street-members" => many::<MemberItem>(), "Who is on the street";
    POST "/members/{household}/vouch" Street "street-vouch" => one::<Membership>(), "Vouch for a household";
    POST "/members/{household}/remove" Street "street-remove" => one::<Membership>(), "Vote for the removal of a household";
    PUT "/members/{household}/muted" Home "street-mute" => one::<Membership>(), "Show what a household says, or do not";
    GET "/knocks" Read "street-knocks" => many::<KnockItem>(), "Who stands at the door";
    POST "/knocks" Street "street-knock" => one::<Knocked>(), "Stand at the door, or do not any more";
    GET "/links" Read "street-links" => many::<LinkItem>(), "Which streets ours knows";
    POST "/links" Street "street-link" => one::<Linked>(), "Let the street know another one";
    DELETE "/links/{name}" Street "street-unlink" => one::<Linked>(), "Take a link back";
    GET "/introduction" Street "street-introduce" => one::<Introduced>(), "What the street shows of itself to another one";
    PUT "/nearby" Home "street-nearby" => one::<Hearing>(), "Which cells are listened to";
    GET "/devices" Read "device-list" => many::<DeviceItem>(), "The household's devices";
    GET "/clips" Clips "clip-list" => many::<ClipItem>(), "Every clip, own and granted";
    GET "/clips/{clip}" Clips "clip-show" => one::<ClipItem>(), "One clip";
    DELETE "/clips/{clip}" Films "clip-delete" => one::<Deleted>(), "Destroy a clip";
    PUT "/clips/{clip}/pinned" Home "clip-pin" => one::<Pinned>(), "Keep a clip however long the others stay, or not";
    POST "/clips/{clip}/fetch" Clips "clip-fetch" => one::<Fetched>(), "Get the sealed bytes of a granted clip";
    POST "/clips/{clip}/open" Films "clip-open" => Gives::Film, "The film of a clip; the ledger says so first";
    POST "/clips/{clip}/export" Films "clip-export" => Gives::Film, "A clip for someone outside; the ledger says so first";
    POST "/clips/{clip}/grants" Films "grant-give" => one::<Granted>(), "Give the key of one clip to one neighbour";
    POST "/clips/{clip}/share" Films "grant-share" => many::<SharedItem>(), "Give it to every neighbour: one grant each";
    GET "/grants" Clips "grant-list" [given: Flag, received: Flag] => many::<GrantItem>(), "Grants of this household";
    DELETE "/grants/{grant}" Films "grant-stop" => one::<Granted>(), "Stop serving a grant";
    PUT "/retention" Home "clip-keep" => one::<Keeping>(), "How long own clips stay";
    GET "/keepers" Clips "keeper-list" => many::<KeeperItem>(), "Every lease";
    POST "/keepers" Home "keeper-ask" => one::<Leased>(), "Ask a neighbour to keep";
    DELETE "/keepers/{household}" Home "keeper-end" => one::<LeaseEnded>(), "End every lease with a neighbour";
    POST "/keepers/{household}/check" Home "keeper-check" => one::<Proven>(), "Ask a keeper for proof";
    POST "/keepers/{household}/recall" Home "keeper-recall" => one::<Recalled>(), "Make clips known again that a neighbour keeps";
    PUT "/offer" Home "keeper-offer" => one::<Offered>(), "How much is kept for neighbours";
    GET "/ledger" Clips "ledger-show" => many::<EntryItem>(), "The whole ledger";
    GET "/cameras" Cameras "camera-list" => many::<CameraItem>(), "Every camera";
    POST "/cameras" Cameras "camera-add" => one::<CameraAdded>(), "Take films from a camera from now on";
    POST "/cameras/try" Films "camera-try" => one::<CameraSeen>(), "One picture of a camera that is not added; nothing is kept";
    POST "/cameras/discover" Cameras "camera-discover" => many::<CameraFound>(), "Cameras on the local network, or the streams of one";
    DELETE "/cameras/{camera}" Cameras "camera-remove" => one::<CameraNamed>(), "Take no more films from a camera";
    POST "/cameras/{camera}/test" Cameras "camera-test" => one::<CameraTested>(), "Look whether films can come from a camera";
    POST "/cameras/{camera}/trigger" Cameras "camera-trigger" => one::<CameraNamed>(), "Record a camera now";
    POST "/cameras/{camera}/token" Cameras "camera-token" => one::<CameraAdded>(), "Make a new token for a camera";
    PUT "/cameras/{camera}/schedule" Cameras "camera-schedule" => one::<CameraNamed>(), "When a camera records";
    PUT "/mode" Home "mode" => one::<ModeAnswer>(), "Home, away or night";
    GET "/house" Read "house-show" => one::<HouseItem>(), "How speaking to the house's MQTT broker goes";
    PUT "/house" Home "house-connect" => one::<HouseItem>(), "Speak to the house's MQTT broker";
    DELETE "/house" Home "house-leave" [anyway: Flag] => one::<HouseItem>(), "Speak to it no more";
    GET "/notifications" Read "notify-list" => many::<NotifyItem>(), "Every way by which the household is told";
    POST "/notifications" Home "notify-add" => one::<NotifyAdded>(), "Tell the household of what is new";
    POST "/notifications/{name}/test" Home "notify-test" => one::<NotifyNamed>(), "Send something now";
    DELETE "/notifications/{name}" Home "notify-remove" => one::<NotifyNamed>(), "Tell nothing more that way";
    POST "/unlock" Home "unlock" => one::<Locked>(), "Take the reading key into memory";
    POST "/lock" Home "lock" => one::<Locked>(), "Wipe the reading key from memory";
    PUT "/passphrase" Home "passphrase-change" => one::<PassphraseChanged>(), "Change the passphrase, by the current one; every browser is signed out";
};

impl Endpoint {
    /// What stands in the address.
    pub(in crate::web) fn in_path(&self) -> Option<&'static str> {
        let (_, rest) = self.path.split_once('{')?;
        rest.split_once('}').map(|(name, _)| name)
    }

    /// The address with `/api/v1`.
    pub(super) fn address(&self) -> String {
        format!("{}{}", super::ROOT, self.path)
    }
}
