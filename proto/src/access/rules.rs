//! The table itself.

use super::{Action as A, Party as P, Rule};

/// The rule for a party and an action.
pub const fn rule(party: P, action: A) -> Rule {
    let (allowed, why) = match (of(party, action), party.also()) {
        (Some(why), _) => (true, why),
        // What somebody may as whom he is besides.
        (None, Some(also)) => {
            let rule = rule(also, action);
            (rule.allowed, rule.why)
        }
        (None, None) => (false, refusal(action)),
    };
    Rule {
        party,
        action,
        allowed,
        why,
    }
}

/// Why a party may do something, if it may as that party.
const fn of(party: P, action: A) -> Option<&'static str> {
    match party {
        P::Household => household(action),
        P::LockedNode => locked(action),
        P::SignedOut => None,
        P::Approver => approver(action),
        P::Sibling => sibling(action),
        P::Grantee => match action {
            A::FetchSealed => Some("its ticket for this one clip is in the owner's ledger"),
            A::OpenClip => {
                Some("the owner gave it the key of this one clip; the ledger has the entry")
            }
            _ => None,
        },
        P::Keeper => match action {
            A::FetchToKeep => Some(
                "sealed bytes of the clips that it was told to keep, and a sealed label; nothing that opens them",
            ),
            A::ReportCopies => Some("how the copies stand that it was given"),
            _ => None,
        },
        P::KeptFor => match action {
            A::Entrust => {
                Some("within the lease: what to keep of its own, and how its ledger goes on")
            }
            A::GetBack => Some("what is kept here is its own"),
            _ => None,
        },
        P::Neighbour => neighbour(action),
        P::NewNeighbour => match action {
            A::Vouch | A::VoteRemoval | A::LinkStreet => None,
            _ => neighbour(action),
        },
        P::Invited => match action {
            A::Join => Some("once, with a ticket that a member gave in person"),
            _ => None,
        },
        P::Returning => match action {
            A::Return => Some("its root certified it, and its household is of the street"),
            A::CatchUp => Some("once it has the street's key: its record comes with its question"),
            _ => None,
        },
        P::Gone => match action {
            A::Leave => Some("a farewell, once: it changes nothing"),
            _ => None,
        },
        P::Stranger => in_the_open(action),
        P::RemovedDevice | P::NextDoor | P::Publisher | P::Agency | P::Company => None,
    }
}

/// What needs the reading key comes on top of what a locked node does.
const fn household(action: A) -> Option<&'static str> {
    match action {
        A::OpenClip => Some("own clips, and those granted; the ledger first"),
        A::GiveGrant => Some("one clip to one neighbour; the ledger first"),
        A::ExportClip => Some("one clip to one file; the ledger first"),
        _ => None,
    }
}

const fn locked(action: A) -> Option<&'static str> {
    match action {
        A::ReadAlerts
        | A::PostAlerts
        | A::FollowUp
        | A::Vouch
        | A::VoteRemoval
        | A::LinkStreet
        | A::Leave
        | A::TellWhereabouts
        | A::CatchUp
        | A::BringEpoch
        | A::Join
        | A::Return
        | A::DeliverGrant
        | A::FetchSealed
        | A::FetchToKeep
        | A::AskToKeep
        | A::GiveLease
        | A::Entrust
        | A::LetGo
        | A::ReportCopies
        | A::GetBack
        | A::FetchOwn
        | A::KeepHouse
        | A::ListClips => Some("your own home: relaying, speaking and serving go on while locked"),
        A::RecordClip => Some("a clip is sealed to keys that are not needed for it"),
        A::ApproveGrant => Some("a device with the reading key signs; this one logs and serves"),
        A::ReadNearby | A::SpeakNearby | A::Knock | A::ReadBulletins | A::PublishBulletins => {
            in_the_open(action)
        }
        A::AnswerPublishers
        | A::SpeakOutOfTurn
        | A::OpenClip
        | A::GiveGrant
        | A::ExportClip
        | A::AskForFootage => None,
    }
}

const fn approver(action: A) -> Option<&'static str> {
    match action {
        A::ApproveGrant => {
            Some("its root certified it with the role to grant; it opens the clip's header itself")
        }
        A::FetchOwn => {
            Some("its root certified it with the role to grant: own clips, as they are sealed")
        }
        A::ListClips => {
            Some("its root certified it with the role to grant: what it may watch and grant")
        }
        A::OpenClip => Some("if it holds the reading key; its own ledger has the entry"),
        _ => None,
    }
}

const fn sibling(action: A) -> Option<&'static str> {
    match action {
        A::ReadAlerts => Some("its household is of the street"),
        A::PostAlerts
        | A::FollowUp
        | A::Vouch
        | A::VoteRemoval
        | A::LinkStreet
        | A::Leave
        | A::BringEpoch => Some("for its household, if its root gave it the role to speak"),
        A::TellWhereabouts => Some("its own, if its root gave it the role to relay"),
        A::CatchUp => Some("what one home of a street has, the others may have"),
        A::Return => Some("its root certified it"),
        A::ReadNearby | A::SpeakNearby | A::Knock | A::ReadBulletins | A::PublishBulletins => {
            in_the_open(action)
        }
        _ => None,
    }
}

const fn neighbour(action: A) -> Option<&'static str> {
    match action {
        A::ReadAlerts => Some("it holds the key of the street's epoch"),
        A::PostAlerts | A::FollowUp | A::Leave => {
            Some("a member vouched for it; by a device with the role to speak")
        }
        A::Vouch => Some("for whom it met in person; not while it waits for its own second vouch"),
        A::VoteRemoval => {
            Some("one vote each; a quarter of the street has to agree, and two at the least")
        }
        A::LinkStreet => Some("whose people somebody of the street knows"),
        A::TellWhereabouts => Some("each device its own; the street keeps the newest"),
        A::CatchUp => Some("what one home of a street has, the others may have"),
        A::BringEpoch => Some("if it has a reason that is proven here"),
        A::Return => Some("it is in already: asking again gives the same answer"),
        A::DeliverGrant => Some("the key of a clip of its own, signed by a device that may grant"),
        A::AskToKeep => Some("within what this household offers, and until the lease ends"),
        A::GiveLease => Some("when this home asked it for room"),
        A::LetGo => Some("a lease ends by either side, and whoever gave copies may have them gone"),
        A::ReadNearby | A::SpeakNearby | A::Knock | A::ReadBulletins | A::PublishBulletins => {
            in_the_open(action)
        }
        A::AnswerPublishers
        | A::Join
        | A::FetchSealed
        | A::FetchToKeep
        | A::Entrust
        | A::ReportCopies
        | A::GetBack
        | A::FetchOwn
        | A::ApproveGrant
        | A::SpeakOutOfTurn
        | A::OpenClip
        | A::RecordClip
        | A::GiveGrant
        | A::ExportClip
        | A::KeepHouse
        | A::ListClips
        | A::AskForFootage => None,
    }
}

/// What anybody may, because it is said where everybody listens.
const fn in_the_open(action: A) -> Option<&'static str> {
    match action {
        A::ReadNearby => {
            Some("who knocks, or tells everybody nearby, chose to be read by anybody who listens")
        }
        A::SpeakNearby => {
            Some("with a stamp of work; what no neighbour said waits apart, in a bounded tray")
        }
        A::Knock => Some("with a stamp of work; it asks to be met, and nothing follows by itself"),
        A::ReadBulletins => Some("a bulletin is for everybody who listens where it holds"),
        A::PublishBulletins => Some(
            "with a key that anybody can make; homes show whether its domain lists it, and keep little of others",
        ),
        _ => None,
    }
}

/// Why somebody may not do something.
const fn refusal(action: A) -> &'static str {
    match action {
        A::ReadAlerts => "alerts are sealed to the street",
        A::PostAlerts | A::FollowUp | A::Leave | A::TellWhereabouts => {
            "only members' signatures count"
        }
        A::Vouch | A::VoteRemoval | A::LinkStreet => {
            "only signatures of members count, and not of those who wait for a second vouch"
        }
        A::ReadNearby | A::SpeakNearby | A::Knock | A::ReadBulletins | A::PublishBulletins => {
            "the page answers nobody who is not signed in"
        }
        A::AnswerPublishers => {
            "a bulletin has no field for an answer, and a publisher's node no input for one"
        }
        A::CatchUp | A::BringEpoch | A::DeliverGrant | A::AskToKeep | A::GiveLease | A::LetGo => {
            "only members are asked, and get an answer"
        }
        A::Join => "needs a ticket that a member gave in person",
        A::Return => "only households of the street can come back to it",
        A::FetchSealed => "needs a ticket for this one clip, in the owner's ledger",
        A::FetchToKeep => "only a keeper gets what it was told to keep",
        A::Entrust => "needs a lease",
        A::ReportCopies => "only a keeper is believed about copies",
        A::GetBack => "a keeper gives what it keeps back to its owner only",
        A::FetchOwn => "only devices of the household that its root gave the role to grant",
        A::ApproveGrant => {
            "only a device of the household that its root gave the role to grant gets an answer"
        }
        A::SpeakOutOfTurn => "an answer that nobody asked for is not read",
        A::OpenClip => "needs a key that only the owner can give, clip by clip",
        A::RecordClip => "only the household's own devices record",
        A::GiveGrant => "a grant is signed by the owner's device; it cannot be passed on",
        A::ExportClip => "only the owner, at the own node, unlocked",
        A::KeepHouse => "only at the node itself; no message does it",
        A::ListClips => "no message lists clips, but between devices of one household",
        A::AskForFootage => "no message of the protocol asks for footage",
    }
}
