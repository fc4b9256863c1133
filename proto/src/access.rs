//! Who may do what: the one table that the engine asks and `streetlamp explain-access` prints.
//!
//! Everything that a stranger's or neighbour's message can make a home do is an [`Action`]. The engine calls
//! [`allows`] before it acts, so the printed table cannot differ from what is enforced.

/// Who stands before the home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// This household, at its own node, unlocked.
    Household,
    /// This household's node while it is locked, and whoever steals it then.
    LockedNode,
    /// Another device of this household, certified by its root with the role to grant.
    Sibling,
    /// A household of the same street.
    Neighbour,
    /// A neighbour to whom this clip was granted.
    Grantee,
    /// A neighbour who keeps sealed copies of this household's clips.
    Keeper,
    /// A neighbour for whom this home keeps sealed copies.
    KeptFor,
    /// Somebody who holds a ticket.
    Invited,
    /// Anybody else who can connect.
    Stranger,
    /// Police, fire, city. To the code they are strangers.
    Agency,
    /// Any company, ours included. To the code it is a stranger; we run no server.
    Company,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read what the street says.
    ReadAlerts,
    /// Speak on the street.
    PostAlerts,
    /// Read what was told to everybody nearby, and knocks.
    ReadNearby,
    /// Tell everybody nearby, or knock.
    SpeakNearby,
    /// Read what publishers say.
    ReadBulletins,
    /// Say something as a publisher.
    PublishBulletins,
    /// Tell a publisher anything.
    AnswerPublishers,
    /// Ask what was missed.
    CatchUp,
    /// Enter the street.
    Join,
    /// Enter the street again with a new device, without a ticket.
    Return,
    /// Vouch for a household.
    Vouch,
    /// Vote for the removal of a household.
    VoteRemoval,
    /// Hand over a grant.
    DeliverGrant,
    /// Get the sealed bytes of a clip.
    FetchSealed,
    /// Have this home keep sealed copies of its own clips.
    AskToKeep,
    /// Get what this home keeps for it: sealed bytes and sealed labels.
    GetBack,
    /// See a film.
    OpenClip,
    /// Make a clip.
    RecordClip,
    /// Give the key of one clip to one neighbour.
    GiveGrant,
    /// Hand in a grant for a clip of another device of the household.
    ApproveGrant,
    /// Learn which clips exist.
    ListClips,
    /// Ask a household for footage.
    AskForFootage,
}

/// One cell of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Who.
    pub party: Party,
    /// What.
    pub action: Action,
    /// Whether.
    pub allowed: bool,
    /// Why, for people.
    pub why: &'static str,
}

impl Party {
    /// Every party, from inside out.
    pub const ALL: [Self; 11] = [
        Self::Household,
        Self::LockedNode,
        Self::Sibling,
        Self::Grantee,
        Self::Keeper,
        Self::KeptFor,
        Self::Neighbour,
        Self::Invited,
        Self::Stranger,
        Self::Agency,
        Self::Company,
    ];

    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::LockedNode => "locked-node",
            Self::Sibling => "sibling-device",
            Self::Neighbour => "neighbour",
            Self::Grantee => "grantee",
            Self::Keeper => "keeper",
            Self::KeptFor => "kept-for",
            Self::Invited => "invited",
            Self::Stranger => "stranger",
            Self::Agency => "agency",
            Self::Company => "company",
        }
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 22] = [
        Self::ReadAlerts,
        Self::PostAlerts,
        Self::ReadNearby,
        Self::SpeakNearby,
        Self::ReadBulletins,
        Self::PublishBulletins,
        Self::AnswerPublishers,
        Self::CatchUp,
        Self::Join,
        Self::Return,
        Self::Vouch,
        Self::VoteRemoval,
        Self::DeliverGrant,
        Self::FetchSealed,
        Self::AskToKeep,
        Self::GetBack,
        Self::OpenClip,
        Self::RecordClip,
        Self::GiveGrant,
        Self::ApproveGrant,
        Self::ListClips,
        Self::AskForFootage,
    ];

    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadAlerts => "read-alerts",
            Self::PostAlerts => "post-alerts",
            Self::ReadNearby => "read-nearby",
            Self::SpeakNearby => "speak-nearby",
            Self::ReadBulletins => "read-bulletins",
            Self::PublishBulletins => "publish-bulletins",
            Self::AnswerPublishers => "answer-publishers",
            Self::CatchUp => "catch-up",
            Self::Join => "join",
            Self::Return => "return",
            Self::Vouch => "vouch",
            Self::VoteRemoval => "vote-removal",
            Self::DeliverGrant => "deliver-grant",
            Self::FetchSealed => "fetch-sealed",
            Self::AskToKeep => "ask-to-keep",
            Self::GetBack => "get-back",
            Self::OpenClip => "open-clip",
            Self::RecordClip => "record-clip",
            Self::GiveGrant => "give-grant",
            Self::ApproveGrant => "approve-grant",
            Self::ListClips => "list-clips",
            Self::AskForFootage => "ask-for-footage",
        }
    }
}

/// The rule for a party and an action.
pub const fn rule(party: Party, action: Action) -> Rule {
    use Action as A;
    use Party as P;
    let (allowed, why) = match (party, action) {
        (_, A::AskForFootage) => (false, "no message of the protocol asks for footage"),
        (_, A::AnswerPublishers) => (
            false,
            "a bulletin has no field for an answer, and a publisher's node no input for one",
        ),
        (_, A::ReadBulletins) => (
            true,
            "a bulletin is for everybody who listens where it holds",
        ),
        (_, A::PublishBulletins) => (
            true,
            "with a key that anybody can make; homes show whether its domain lists it, and keep little of others",
        ),
        (_, A::ReadNearby) => (
            true,
            "who knocks, or tells everybody nearby, chose to be read by anybody who listens",
        ),
        (_, A::SpeakNearby) => (
            true,
            "with a stamp of work; what no neighbour said waits apart, in a bounded tray",
        ),
        (P::Household, A::Join) => (
            false,
            "this home is already inside; it joins other streets with their tickets",
        ),
        (P::Household, _) => (true, "it is its own home"),
        (P::LockedNode, A::OpenClip) => (false, "the reading key is behind the passphrase"),
        (P::LockedNode, A::GiveGrant) => (
            false,
            "giving a key away needs the reading key, which is locked",
        ),
        (P::Neighbour | P::Grantee, A::Return) => (
            true,
            "a household stays a member when its box is gone; its root certified the new device",
        ),
        (P::LockedNode, A::ApproveGrant) => (
            true,
            "a device with the reading key signs; the locked node logs and serves",
        ),
        (P::LockedNode, A::Join) => (false, "the node is already inside"),
        (P::LockedNode, _) => (true, "recording, relaying and serving go on while locked"),
        (P::Sibling, A::ApproveGrant) => (
            true,
            "its root certified it with the role to grant; it opens the clip's header itself",
        ),
        (P::Sibling, A::OpenClip) => (
            true,
            "if it holds the reading key; its own ledger has the entry",
        ),
        (P::Sibling, A::FetchSealed) => (
            true,
            "if its root certified it with the role to grant: this household's own clips",
        ),
        (P::Sibling, A::ListClips) => (
            true,
            "if its root certified it with the role to grant: what it may watch and grant",
        ),
        (
            P::Sibling,
            A::ReadAlerts | A::PostAlerts | A::CatchUp | A::Return | A::Vouch | A::VoteRemoval,
        ) => (true, "it speaks for the same household, within its roles"),
        (P::Grantee, A::OpenClip) => (
            true,
            "the owner gave it the key of this one clip; the ledger has the entry",
        ),
        (P::Grantee, A::FetchSealed) => (
            true,
            "its ticket for this one clip is in the owner's ledger",
        ),
        (P::Keeper, A::FetchSealed) => (
            true,
            "sealed bytes of the clips that it was told to keep, and a sealed label; nothing that opens them",
        ),
        (P::KeptFor, A::GetBack) => (true, "what is kept here is its own"),
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::AskToKeep) => (
            true,
            "within what this household offers, and until the lease ends",
        ),
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::ReadAlerts) => {
            (true, "it holds the key of the street's epoch")
        }
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::PostAlerts) => {
            (true, "a member vouched for it")
        }
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::Vouch) => {
            (true, "unless it is new and waits for its own second vouch")
        }
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::VoteRemoval) => (
            true,
            "one vote each; a quarter of the street has to agree, and two at the least",
        ),
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::CatchUp) => {
            (true, "a member vouched for it")
        }
        (P::Neighbour | P::Grantee | P::Keeper | P::KeptFor, A::DeliverGrant) => (
            true,
            "a neighbour may give this home the key of its own clip",
        ),
        (P::Invited, A::Join) => (true, "once, with a ticket that a member gave in person"),
        (_, A::ReadAlerts) => (false, "alerts are sealed to the street"),
        (_, A::PostAlerts) => (false, "only members' signatures count"),
        (_, A::Vouch | A::VoteRemoval) => (false, "only members' signatures count"),
        (_, A::CatchUp) => (false, "only members get an answer"),
        (_, A::Join) => (false, "needs a ticket and a vouch"),
        (_, A::Return) => (false, "only households of the street can come back to it"),
        (_, A::DeliverGrant) => (false, "only members get an answer"),
        (_, A::FetchSealed) => (
            false,
            "needs a ticket for this one clip, in the owner's ledger",
        ),
        (_, A::AskToKeep) => (false, "only members get an answer"),
        (_, A::GetBack) => (false, "a keeper gives what it keeps back to its owner only"),
        (_, A::OpenClip) => (
            false,
            "needs a key that only the owner can give, clip by clip",
        ),
        (_, A::RecordClip) => (false, "only the household's own devices record"),
        (_, A::GiveGrant) => (
            false,
            "a grant is signed by the owner's device; it cannot be passed on",
        ),
        (_, A::ApproveGrant) => (false, "only the household's own devices get an answer"),
        (_, A::ListClips) => (
            false,
            "no message lists clips, but between devices of one household",
        ),
    };
    Rule {
        party,
        action,
        allowed,
        why,
    }
}

/// Whether a party may do something.
pub const fn allows(party: Party, action: Action) -> bool {
    rule(party, action).allowed
}

/// The whole table.
pub fn table() -> impl Iterator<Item = Rule> {
    Party::ALL.into_iter().flat_map(|party| {
        Action::ALL
            .into_iter()
            .map(move |action| rule(party, action))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_nobody_can_ask_for_footage_or_list_clips_from_outside() {
        for party in Party::ALL {
            assert!(!allows(party, Action::AnswerPublishers), "{party:?}");
            assert!(!allows(party, Action::AskForFootage), "{party:?}");
            let inside = matches!(party, Party::Household | Party::LockedNode | Party::Sibling);
            assert_eq!(allows(party, Action::ListClips), inside, "{party:?}");
        }
    }

    #[test]
    fn p3_agencies_and_companies_can_do_no_more_than_strangers() {
        for action in Action::ALL {
            let in_the_open = matches!(
                action,
                Action::ReadNearby
                    | Action::SpeakNearby
                    | Action::ReadBulletins
                    | Action::PublishBulletins
            );
            for party in [Party::Stranger, Party::Agency, Party::Company] {
                assert_eq!(allows(party, action), in_the_open, "{party:?} {action:?}");
            }
        }
    }
}
