//! Who stands before the home.

/// Who stands before the home. A device is every party that fits it: a neighbour's may be that of a keeper, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// This household at its own node, unlocked: by its command line, or by a page that is signed in.
    Household,
    /// This household's node while it is locked, and whoever steals it then.
    LockedNode,
    /// A page that is not signed in, and any web site that makes a browser ask.
    SignedOut,
    /// Another device of this household, certified by its root with the role to grant.
    Approver,
    /// Another device of this household without that role.
    Sibling,
    /// A neighbour to whom this clip was granted.
    Grantee,
    /// A neighbour who keeps sealed copies of this household's clips.
    Keeper,
    /// A neighbour for whom this home keeps sealed copies.
    KeptFor,
    /// A household of the same street.
    Neighbour,
    /// A neighbour who waits for a second vouch.
    NewNeighbour,
    /// Somebody who holds a ticket.
    Invited,
    /// A device of a neighbour that the street does not know yet.
    Returning,
    /// A household that left or was voted out.
    Gone,
    /// A device that its household's root removed.
    RemovedDevice,
    /// A household of a street that ours knows.
    NextDoor,
    /// Anybody else who can connect.
    Stranger,
    /// A key that named a domain as its own and speaks as a publisher.
    Publisher,
    /// Police, fire, city. To the code they are strangers.
    Agency,
    /// Any company, ours included. To the code it is a stranger; we run no server.
    Company,
}

impl Party {
    /// Every party, from inside out.
    pub const ALL: [Self; 19] = [
        Self::Household,
        Self::LockedNode,
        Self::SignedOut,
        Self::Approver,
        Self::Sibling,
        Self::Grantee,
        Self::Keeper,
        Self::KeptFor,
        Self::Neighbour,
        Self::NewNeighbour,
        Self::Invited,
        Self::Returning,
        Self::Gone,
        Self::RemovedDevice,
        Self::NextDoor,
        Self::Stranger,
        Self::Publisher,
        Self::Agency,
        Self::Company,
    ];

    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::LockedNode => "locked-node",
            Self::SignedOut => "signed-out",
            Self::Approver => "approver",
            Self::Sibling => "sibling-device",
            Self::Grantee => "grantee",
            Self::Keeper => "keeper",
            Self::KeptFor => "kept-for",
            Self::Neighbour => "neighbour",
            Self::NewNeighbour => "new-neighbour",
            Self::Invited => "invited",
            Self::Returning => "returning-device",
            Self::Gone => "gone",
            Self::RemovedDevice => "removed-device",
            Self::NextDoor => "next-door",
            Self::Stranger => "stranger",
            Self::Publisher => "publisher",
            Self::Agency => "agency",
            Self::Company => "company",
        }
    }

    /// Who that is, in plain words.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Household => {
                "you, at your own node, unlocked: on its command line or signed in to its page"
            }
            Self::LockedNode => "your node while it is locked, and whoever steals it then",
            Self::SignedOut => "a browser that is not signed in, and web sites that make it ask",
            Self::Approver => "another device of your household, with the role to grant",
            Self::Sibling => "another device of your household, without that role",
            Self::Grantee => "a neighbour to whom you granted this clip",
            Self::Keeper => "a neighbour who keeps sealed copies of your clips",
            Self::KeptFor => "a neighbour for whom you keep sealed copies",
            Self::Neighbour => "a household of your street",
            Self::NewNeighbour => "a household of your street that waits for a second vouch",
            Self::Invited => "somebody who holds a ticket",
            Self::Returning => "a neighbour's device that the street does not know yet",
            Self::Gone => "a household that left or was voted out",
            Self::RemovedDevice => "a device that its household removed",
            Self::NextDoor => "a household of a street that yours knows",
            Self::Stranger => "anybody else who can connect",
            Self::Publisher => "a key that speaks as a publisher, whoever is behind it",
            Self::Agency => "police, fire, city: to the program they are strangers",
            Self::Company => "any company, also whoever made the program: a stranger",
        }
    }

    /// Whom it is besides: what that one may do, it may too.
    pub const fn also(self) -> Option<Self> {
        match self {
            Self::Grantee | Self::Keeper | Self::KeptFor => Some(Self::Neighbour),
            Self::Approver => Some(Self::Sibling),
            Self::Household => Some(Self::LockedNode),
            Self::Invited
            | Self::Returning
            | Self::Gone
            | Self::RemovedDevice
            | Self::NextDoor
            | Self::Publisher
            | Self::Agency
            | Self::Company => Some(Self::Stranger),
            Self::LockedNode
            | Self::SignedOut
            | Self::Sibling
            | Self::Neighbour
            | Self::NewNeighbour
            | Self::Stranger => None,
        }
    }
}
