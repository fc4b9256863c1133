//! Every size limit of the protocol, in one place.
//!
//! A limit bounds what a stranger can make a node hold, decode or verify. Where a limit follows from the design it
//! says so; the others are generous for an honest home and small for a hostile one.

use std::time::Duration;

use crate::open::Bounds;

/// Version byte that opens every frame.
pub const WIRE_VERSION: u8 = 1;

/// Most bytes of a frame on a street topic: an alert whose every character takes all of [`BYTES_PER_CHAR`] fits.
pub const GOSSIP_FRAME: usize = 40 * 1024;

/// Most bytes of a frame between two neighbours (catch-up pages, grants).
pub const DIRECT_FRAME: usize = 512 * 1024;

/// Most bytes of a frame that a stranger may send us (a ticket's proof, a card and a certificate).
pub const JOIN_FRAME: usize = 8 * 1024;

/// Most bytes of the answer to a ticket: every member's card, certificates and vouches.
pub const WELCOME_FRAME: usize = 3 * 1024 * 1024;

/// Most bytes of a request for the sealed bytes of a clip (one signed ticket and a range).
pub const FETCH_FRAME: usize = 2 * 1024;

/// A street message is padded to a multiple of this before sealing, so that sizes say little.
pub const SEAL_BUCKET: usize = 256;

/// Characters of an alert's title, as people count them (UAX #29 graphemes).
pub const TITLE_CHARS: usize = 80;

/// Characters of an alert's text.
pub const TEXT_CHARS: usize = 1_000;

/// Characters of a comment on an alert.
pub const COMMENT_CHARS: usize = 500;

/// Characters of what somebody says who knocks.
pub const KNOCK_CHARS: usize = 120;

/// Characters of the reason of a retraction or a removal.
pub const REASON_CHARS: usize = 200;

/// Characters of the name of a household or street.
pub const NAME_CHARS: usize = 60;

/// Characters of the purpose of a grant.
pub const PURPOSE_CHARS: usize = 200;

/// Bytes per allowed character. A family emoji takes 25; a tower of stacked accents takes thousands.
pub const BYTES_PER_CHAR: usize = 32;

/// Clips that one alert offers.
pub const CLIPS_PER_ALERT: usize = 8;

/// Devices of one household.
pub const DEVICES_PER_HOUSEHOLD: usize = 8;

/// Removed devices of one household that its street remembers. A device that was removed never comes back, so nobody
/// can make a street change its key more often than this by removing one device over and over.
pub const REMOVED_DEVICES_PER_HOUSEHOLD: usize = 16;

/// Removed devices of its household that a device shows when it asks to be let in again.
pub const ENDED_SHOWN: usize = 8;

/// Vouches kept for one household.
pub const VOUCHES_PER_HOUSEHOLD: usize = 16;

/// Votes for removals that one household may have cast.
pub const VOTES_PER_HOUSEHOLD: usize = 16;

/// Keys of one street that another one may know.
pub const LINK_KEYS: usize = 256;

/// Other streets that one household may introduce to its own.
pub const LINKS_PER_HOUSEHOLD: usize = 8;

/// Households of one street.
pub const MEMBERS_PER_STREET: usize = 2_000;

/// Streets of one household. The engine keeps several apart; the command line does not name them yet.
pub const STREETS_PER_HOUSEHOLD: usize = 1;

/// Addresses told for one device, and bytes of each.
pub const ADDRESSES_PER_DEVICE: usize = 8;
/// Bytes of one address in its text form.
pub const ADDRESS_BYTES: usize = 256;

/// How much newer a device's whereabouts must be than those before, so that it cannot keep the street busy with them.
pub const WHEREABOUTS_GAP: Duration = Duration::from_secs(10);

/// Bytes of a word that a home leaves in the DHT. Bencoded it takes the 1,000 bytes that BEP 44 lets an item have.
pub const RESCUE_WORD: usize = 996;

/// Members named in a ticket, the inviter first.
pub const TICKET_MEMBERS: usize = 4;

/// Devices of members whose addresses a welcome tells.
pub const WELCOME_DOORS: usize = 16;

/// Open tickets of one household.
pub const OPEN_TICKETS: usize = 64;

/// Alerts of one street that a home keeps. Beyond it new ones are ignored until old ones expire.
pub const ALERTS_PER_STREET: usize = 10_000;

/// Follow-ups of one alert that a home keeps.
pub const FOLLOW_UPS_PER_ALERT: usize = 512;

/// Follow-ups of one household that a home keeps although it never saw their alerts.
pub const ORPHANS_PER_HOUSEHOLD: usize = 64;

/// Items that may be asked for at one time; more follow on request.
pub const ITEMS_PER_SWAP: usize = 1_024;

/// Bytes of items that one side moves at one time: the rest of the frame is for ids and padding.
pub const SWAP_BYTES: usize = DIRECT_FRAME / 2;

/// Most bytes of one message of set reconciliation.
pub const RECONCILE_BYTES: usize = 64 * 1024;
/// Questions of one comparison.
pub const RECONCILE_ROUNDS: usize = 64;
/// Names that one comparison may find: more than two streets hold together.
pub const RECONCILE_NAMES: usize = 64 * 1024;

/// Epoch keys of one street that a home keeps.
pub const EPOCHS_PER_STREET: usize = 64;

/// Alerts that a household may post at once, and how many more it gains in an hour. Urgent ones count apart: a street
/// chooses how many of them an hour allows ([`Founding`](crate::street::Founding)).
pub const ALERT_BURST: u32 = 400;
/// See [`ALERT_BURST`].
pub const ALERTS_PER_HOUR: u32 = 60;
/// Urgent alerts that a household may post at once.
pub const URGENT_BURST: u32 = 20;
/// Urgent alerts that it gains in an hour, if the street did not choose otherwise.
pub const URGENT_PER_HOUR: u8 = 6;
/// Follow-ups that a household may post at once, and how many more it gains in an hour.
pub const FOLLOW_UP_BURST: u32 = 200;
/// See [`FOLLOW_UP_BURST`].
pub const FOLLOW_UPS_PER_HOUR: u32 = 120;

/// Statements of unknown keys that a home takes in from all open topics together: at once, and how many more an hour.
/// A thousand keys that shout at the same time share this.
pub const UNKNOWN_BURST: u32 = 100;
/// See [`UNKNOWN_BURST`].
pub const UNKNOWN_PER_HOUR: u32 = 600;
/// Alerts and follow-ups of unknown keys that wait in a home's tray, their bytes, and how many of one key.
pub const TRAY: Bounds = Bounds {
    entries: 256,
    bytes: 512 * 1024,
    per_key: 8,
};
/// Alerts and follow-ups of linked streets that a home keeps, their bytes, and how many of one key.
pub const NEXT_DOOR: Bounds = Bounds {
    entries: 1_024,
    bytes: 1024 * 1024,
    per_key: 32,
};
/// Statements that one key of a linked street may make at once, and how many more in an hour.
pub const LINKED_BURST: u32 = 20;
/// See [`LINKED_BURST`].
pub const LINKED_PER_HOUR: u32 = 12;
/// Knocks that a home keeps, their bytes, and how many of one key.
pub const DOOR: Bounds = Bounds {
    entries: 64,
    bytes: 128 * 1024,
    per_key: 1,
};
/// Statements of open topics of which a home remembers when it passed them on, each topic counted: all that strangers
/// may say in 20 minutes, on 25 topics each, and as much again.
pub const PASSED_ON: usize = 16 * 1_024;

/// Bytes of a publisher's domain (RFC 1035, section 2.3.4).
pub const DOMAIN_BYTES: usize = 253;
/// Cells of an area: where a publisher speaks, or a bulletin holds.
pub const AREA_CELLS: usize = 64;
/// Fewest characters of a cell in which a publisher speaks: 1,250 x 625 km at the equator, a country.
pub const DECLARED_CELL: usize = 2;
/// Fewest characters of a cell in which a bulletin holds: 39 x 20 km at the equator, 32 open topics.
pub const BULLETIN_CELL: usize = 4;
/// Keys that may second what a publisher says.
pub const SECONDS_PER_PUBLISHER: usize = 4;
/// Keys that a publisher had before. After so many changes it is a new one.
pub const HANDOVERS_PER_PUBLISHER: usize = 8;
/// For how long a publisher's word about itself holds. It is said anew every month.
pub const BINDING_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// Characters of a bulletin's headline: what CAP 1.2 recommends (section 3.2.2).
pub const HEADLINE_CHARS: usize = 160;
/// Characters of a bulletin's text.
pub const BULLETIN_CHARS: usize = 2_000;
/// Characters of what a bulletin says is to be done.
pub const INSTRUCTION_CHARS: usize = 1_000;
/// Characters of whom to call or write to.
pub const CONTACT_CHARS: usize = 200;
/// Bytes of a signed bulletin, in whatever script it is written, beside the message that it was made from.
pub const BULLETIN_BYTES: usize = 12 * 1024;
/// Bytes of the message of the Common Alerting Protocol that a bulletin was made from. One of a weather service in one
/// language has 4 to 10 KiB; what does not fit is mostly a sound or picture inside it.
pub const ORIGINAL_BYTES: usize = 24 * 1024;
/// Bytes of what such a message is called: who sent it, its identifier, and when.
pub const ORIGIN_BYTES: usize = 512;
/// Messages of another system that a publisher remembers to have relayed, and how many earlier ones one may refer to.
pub const ORIGINS: usize = 4_096;
/// See [`ORIGINS`].
pub const REFERENCES: usize = 64;
/// Longest life of a bulletin.
pub const BULLETIN_LIFE: Duration = Duration::from_secs(14 * 24 * 3600);
/// New bulletins of a publisher at once, and how many more in an hour.
pub const BULLETIN_BURST: u32 = 6;
/// See [`BULLETIN_BURST`].
pub const BULLETINS_PER_HOUR: u32 = 6;
/// Updates and cancellations of a publisher, and new words about itself, that a home takes at once, and how many more
/// in an hour.
pub const CHANGE_BURST: u32 = 60;
/// See [`CHANGE_BURST`].
pub const CHANGES_PER_HOUR: u32 = 60;
/// Publishers in a home's directory. One whose domain nobody checked makes room for another.
pub const PUBLISHERS: usize = 64;
/// Bulletins that a home keeps of a publisher whose domain was checked, or that the resident pinned.
pub const BULLETINS_PER_PUBLISHER: usize = 64;
/// Bytes of all that it keeps of one publisher: 64 bulletins with messages of a common size.
pub const PUBLISHER_BYTES: usize = 512 * 1024;
/// Bulletins that it keeps of all other publishers together, and how many of each of them.
pub const UNCHECKED_BULLETINS: usize = 64;
/// See [`UNCHECKED_BULLETINS`].
pub const UNCHECKED_PER_PUBLISHER: usize = 8;

/// Open cells that a neighbour is told about at one time: as many as a home listens to at most.
pub const AROUND: usize = 25;
/// Bytes of what publishers said that one neighbour hands another at one time.
pub const OVERHEARD_BYTES: usize = 256 * 1024;

/// Domains that a home asks who speaks for them at once, and how many more in an hour.
pub const DOMAINS_BURST: u32 = 4;
/// See [`DOMAINS_BURST`].
pub const DOMAINS_PER_HOUR: u32 = 4;

/// Grants received from neighbours that a home keeps.
pub const GRANTS_RECEIVED: usize = 10_000;

/// Bytes of a grant as it is delivered: statement, manifest, ticket and age wrapping.
pub const PARCEL_BYTES: usize = 16 * 1024;

/// Bytes of the label of a clip: manifest, header and the name of the camera.
pub const LABEL_BYTES: usize = 32 * 1024;

/// Labels that one device of a household shows another at one time: with the longest names of cameras 350 KB.
pub const LABELS_PER_MESSAGE: usize = 128;
/// Clips of another device that a device lists: the newest.
pub const SHOWN_CLIPS: usize = 2_048;

/// Entries of a ledger that one device of a household shows another at one time; more follow on request.
pub const SHOWN_ENTRIES: usize = 2_048;

/// Bytes of the papers of an export: seven statements of some hundred bytes each.
pub const PAPERS_BYTES: usize = 8 * 1024;

/// Longest clip. Longer recordings are a series.
pub const CLIP_DURATION: Duration = Duration::from_secs(120);

/// Longest `sealed` part of a clip in bytes: two minutes at 16 Mbit/s, with room.
pub const SEALED_BYTES: u64 = 288 * 1024 * 1024;

/// How far a neighbour's clock may be ahead or behind.
pub const CLOCK_SKEW: Duration = Duration::from_secs(10 * 60);

/// Default life of an alert.
pub const ALERT_LIFE_DEFAULT: Duration = Duration::from_secs(24 * 3600);
/// Longest life of an alert.
pub const ALERT_LIFE: Duration = Duration::from_secs(72 * 3600);
/// Longest life of an alert about a lost pet or a missing person.
pub const ALERT_LIFE_SEARCH: Duration = Duration::from_secs(14 * 24 * 3600);

/// Default life of a knock.
pub const KNOCK_LIFE_DEFAULT: Duration = Duration::from_secs(3 * 24 * 3600);
/// Longest life of a knock.
pub const KNOCK_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long two streets know each other, if nobody renews it.
pub const LINK_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

/// Longest life of a ticket.
pub const TICKET_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Longest time for which a grant may be served.
pub const GRANT_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

/// Keepers of one household.
pub const KEEPERS: usize = 8;
/// Households for which one home keeps.
pub const LEASES: usize = 64;
/// Longest time for which room is leased.
pub const LEASE_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// Clips that a home keeps for one neighbour: pieces of 10 seconds for five and a half days without a break.
pub const KEPT_CLIPS: usize = 48 * 1024;
/// What a clip takes of a lease at least, in bytes: label, hash tree and rows take room, too.
pub const LEAST_KEPT: u64 = 64 * 1024;
/// Clips that are named in one message about keeping.
pub const KEPT_PER_MESSAGE: usize = 1_024;
/// Bytes of a label inside its seal, whatever it says: the longest one has a camera's name of [`NAME_CHARS`].
pub const PADDED_LABEL: usize = 4 * 1024;

/// How long a keeper still holds what it was told to delete: long enough to notice, on the way back from a week away,
/// that the box is gone, and to remove it. Whoever runs off with the box can tell keepers to delete, too.
pub const LET_GO_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long it does so if the room is needed for newer clips: long enough for somebody who was out for a day. A lease
/// that holds a day of film is never full because of it.
pub const LET_GO_EARLY: Duration = Duration::from_secs(24 * 3600);
/// Fetches under tickets of one household that a keeper remembers until it has told it.
pub const SERVED_UNTOLD: usize = 1_024;

/// Entries of a ledger that are pinned with one message.
pub const PINNED_PER_MESSAGE: usize = 2_048;
/// Entries of a neighbour's ledger that a keeper pins.
pub const PINNED_ENTRIES: u64 = 64 * 1024;
/// Largest file with a ledger or a proof about one, in bytes.
pub const LEDGER_FILE: usize = 64 * 1024 * 1024;
