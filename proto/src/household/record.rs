//! What a home keeps. The engine's memory is the sum of its records: the same [`State::apply`](super::state::State)
//! runs when a record is made and when it is read back.

use super::bulletins::{Acquaintance, Hush};
use super::keeping::KeeperRecord;
use super::retention::Retention;
use crate::alert::{Alert, FollowUp};
use crate::clip::{ClipId, GrantHeader, Label, OwnerHeader};
use crate::grant::Parcel;
use crate::identity::{DeviceId, HouseholdId};
use crate::ledger::{Entry, Head};
use crate::open::{Knock, Radius, Stamp};
use crate::publisher::{Announced, PublisherId};
use crate::signed::{Signed, StatementId};
use crate::street::{
    Address, EpochKey, EpochNotice, Founding, Leave, Link, Member, RemovalVote, StreetId, TicketId,
    TicketKey, Whereabouts,
};
use crate::time::Timestamp;

/// One thing to keep, or to forget.
#[derive(Debug, Clone)]
pub enum Record {
    /// A street was founded or entered.
    Street {
        /// Its founding.
        founding: Signed<Founding>,
        /// Who vouched for us; nobody for the founder.
        inviter: Option<HouseholdId>,
        /// When.
        joined: Timestamp,
    },
    /// A street was left, or this household was voted out. Nothing of it is kept.
    StreetGone(StreetId),
    /// An epoch of a street.
    Epoch {
        /// The statement that began it.
        notice: Signed<EpochNotice>,
        /// Its key.
        key: EpochKey,
        /// When it came in.
        since: Timestamp,
    },
    /// An epoch is not needed any more: all that was said in it is over.
    EpochGone(StatementId),
    /// A member as it is now known; replaces what was known before.
    Member {
        /// Which street.
        street: StreetId,
        /// The member.
        member: Box<Member>,
    },
    /// A household said that it leaves.
    Leave(Signed<Leave>),
    /// A household wants another one to go; replaces what it said of it before.
    Vote(Signed<RemovalVote>),
    /// A household knows another street; replaces what it said of that name before.
    Link(Signed<Link>),
    /// Where a device of a member says that it can be reached; replaces what it said before.
    Whereabouts(Signed<Whereabouts>),
    /// A household left or was voted out.
    Gone {
        /// Which street.
        street: StreetId,
        /// Who.
        household: HouseholdId,
        /// From when on.
        at: Timestamp,
    },
    /// An alert that passed every rule.
    Alert {
        /// On which street.
        street: StreetId,
        /// The alert.
        alert: Signed<Alert>,
        /// Who said it.
        author: HouseholdId,
        /// When it came in.
        received: Timestamp,
    },
    /// What was said about an alert, and passed every rule.
    FollowUp {
        /// On which street.
        street: StreetId,
        /// The follow-up.
        follow_up: Signed<FollowUp>,
        /// Who said it.
        author: HouseholdId,
    },
    /// An alert, a follow-up, a link or a knock of ours is over. Its text must not stay on disk.
    Over(StatementId),
    /// The work that was done for one of our own statements in the open.
    Stamp {
        /// Which statement.
        statement: StatementId,
        /// The stamp.
        stamp: Stamp,
    },
    /// This household stands at the door of a street.
    Knock(Signed<Knock>),
    /// How far around itself this home listens.
    Radius(Radius),
    /// A publisher as it is now known; replaces what was known before.
    Publisher(Box<Acquaintance>),
    /// A publisher that is forgotten, with its bulletins.
    PublisherGone(PublisherId),
    /// A publisher said something.
    Bulletin {
        /// Who.
        publisher: PublisherId,
        /// What.
        announced: Box<Announced>,
        /// When it came in.
        received: Timestamp,
    },
    /// Bulletins that this home shows, or does not.
    Hushed {
        /// Which.
        what: Hush,
        /// Whether not.
        hushed: bool,
    },
    /// Whether domains are asked who speaks for them.
    AsksDomains(bool),
    /// What a household says is shown, or not.
    Muted {
        /// Who.
        household: HouseholdId,
        /// Whether it is not.
        muted: bool,
    },
    /// This household's card and devices, as its root last certified them.
    Own(Box<Member>),
    /// A ticket was made.
    Ticket {
        /// Its public id.
        id: TicketId,
        /// What proofs are checked with.
        key: TicketKey,
        /// For which street.
        street: StreetId,
        /// When it ends.
        expires: Timestamp,
    },
    /// A ticket was used or is over.
    TicketGone(TicketId),
    /// A clip of this household.
    Clip(Label),
    /// How long own clips stay.
    Retention(Retention),
    /// A clip stays however long the others do, or not any more.
    Pinned {
        /// Which.
        clip: ClipId,
        /// Whether it does.
        pinned: bool,
    },
    /// A clip is not to be opened any more. What is left of it on disk is to be removed.
    ClipGone(ClipId),
    /// Nothing is left of a clip on disk.
    Shredded(ClipId),
    /// A grant, given or received, went with its clip.
    GrantGone(StatementId),
    /// A grant was given. The parcel waits until its recipient has it.
    Given(Parcel),
    /// The recipient has the parcel.
    Delivered(StatementId),
    /// The recipient has fetched the clip.
    Fetched {
        /// Under which grant.
        grant: StatementId,
        /// When.
        at: Timestamp,
        /// Which keeper says so; none if it was from this home.
        from: Option<HouseholdId>,
    },
    /// A grant is not served any more.
    Stopped {
        /// Which.
        grant: StatementId,
        /// When.
        at: Timestamp,
    },
    /// A grant came in.
    Received {
        /// All of it.
        parcel: Parcel,
        /// When.
        at: Timestamp,
    },
    /// The sealed bytes of a granted clip are on disk.
    Arrived(ClipId),
    /// The sealed bytes of a clip that another device of this household recorded are on disk.
    Copied {
        /// Which device has it.
        device: DeviceId,
        /// What it is.
        label: Label,
    },
    /// A ledger entry with the head that closes the chain after it.
    Ledger {
        /// The entry.
        entry: Entry,
        /// The head.
        head: Signed<Head>,
    },
    /// Something about keepers.
    Keeper(KeeperRecord),
    /// The end of the ledger of another device of this household, as it was last shown.
    LedgerSeen(Signed<Head>),
    /// Where a device of a member was reached, or is by the word of whoever let us in.
    Addresses {
        /// Which device.
        device: DeviceId,
        /// Where; replaces what was known before.
        addresses: Vec<Address>,
    },
}

impl Record {
    /// Whether it may change who is of a street, or which devices they have.
    pub(super) const fn is_about_members(&self) -> bool {
        matches!(
            self,
            Self::Member { .. }
                | Self::Gone { .. }
                | Self::Leave(_)
                | Self::Vote(_)
                | Self::Own(_)
                | Self::StreetGone(_)
        )
    }
}

/// The header with which a clip opens here: as its owner, or by a grant.
#[derive(Debug, Clone, Copy)]
pub(super) enum HeldHeader<'a> {
    /// For the household itself.
    Owner(&'a OwnerHeader),
    /// By a grant.
    Granted(&'a GrantHeader),
}
