//! What can be done, and which action each message, statement and command is.

use super::Channel;
use crate::approval::DeviceMessage;
use crate::fetch::Right;
use crate::household::Command;
use crate::keeper::Keeping;
use crate::open::OpenStatement;
use crate::street::StreetMessage;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read what the street says.
    ReadAlerts,
    /// Tell the street something.
    PostAlerts,
    /// Say something about an alert.
    FollowUp,
    /// Say who is of the street: vouch, or tell of own devices.
    Vouch,
    /// Vote for the removal of a household.
    VoteRemoval,
    /// Let the street know another one.
    LinkStreet,
    /// Leave the street.
    Leave,
    /// Say where one of its devices can be reached.
    TellWhereabouts,
    /// Read what was told to everybody nearby, and knocks.
    ReadNearby,
    /// Tell everybody nearby.
    SpeakNearby,
    /// Ask to be met.
    Knock,
    /// Read what publishers say.
    ReadBulletins,
    /// Say something as a publisher, and who one is.
    PublishBulletins,
    /// Tell a publisher anything.
    AnswerPublishers,
    /// Ask what was missed, and hand over what this home missed.
    CatchUp,
    /// Hand over a newer key of the street.
    BringEpoch,
    /// Enter the street.
    Join,
    /// Enter the street again with a new device, without a ticket.
    Return,
    /// Hand over a grant.
    DeliverGrant,
    /// Get the sealed bytes of a clip with a ticket.
    FetchSealed,
    /// Get the sealed bytes of a clip to keep them.
    FetchToKeep,
    /// Have this home keep sealed copies of its own clips.
    AskToKeep,
    /// Keep sealed copies of this home's clips, when it asked for that.
    GiveLease,
    /// Say what is to be kept under a lease, and pin a ledger.
    Entrust,
    /// End a lease, or have copies of its own deleted.
    LetGo,
    /// Say how copies stand that this household gave to keep.
    ReportCopies,
    /// Get what this home keeps for it: sealed bytes and sealed labels.
    GetBack,
    /// Get the sealed bytes of a clip that another device of the household made.
    FetchOwn,
    /// Hand in a grant for a clip of another device of the household.
    ApproveGrant,
    /// Answer what was not asked, or say something where it does not belong.
    SpeakOutOfTurn,
    /// See a film.
    OpenClip,
    /// Make a clip.
    RecordClip,
    /// Give the key of one clip to one neighbour.
    GiveGrant,
    /// Write a clip to a file for somebody outside.
    ExportClip,
    /// Everything else that a household does at its own node.
    KeepHouse,
    /// Learn which clips exist.
    ListClips,
    /// Ask a household for footage.
    AskForFootage,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 37] = [
        Self::ReadAlerts,
        Self::PostAlerts,
        Self::FollowUp,
        Self::Vouch,
        Self::VoteRemoval,
        Self::LinkStreet,
        Self::Leave,
        Self::TellWhereabouts,
        Self::ReadNearby,
        Self::SpeakNearby,
        Self::Knock,
        Self::ReadBulletins,
        Self::PublishBulletins,
        Self::AnswerPublishers,
        Self::CatchUp,
        Self::BringEpoch,
        Self::Join,
        Self::Return,
        Self::DeliverGrant,
        Self::FetchSealed,
        Self::FetchToKeep,
        Self::AskToKeep,
        Self::GiveLease,
        Self::Entrust,
        Self::LetGo,
        Self::ReportCopies,
        Self::GetBack,
        Self::FetchOwn,
        Self::ApproveGrant,
        Self::SpeakOutOfTurn,
        Self::OpenClip,
        Self::RecordClip,
        Self::GiveGrant,
        Self::ExportClip,
        Self::KeepHouse,
        Self::ListClips,
        Self::AskForFootage,
    ];

    /// What a request over the street's protocol is.
    pub const fn asked_on_street(message: &StreetMessage) -> Self {
        match message {
            StreetMessage::CatchUp(_) | StreetMessage::Swap(_) | StreetMessage::AskAround(_) => {
                Self::CatchUp
            }
            StreetMessage::Parcel(_) => Self::DeliverGrant,
            StreetMessage::Epoch(_) => Self::BringEpoch,
            StreetMessage::Keeping(keeping) => Self::asked_of_keeper(keeping),
            StreetMessage::Tell(_)
            | StreetMessage::CatchUpAnswer(_)
            | StreetMessage::SwapAnswer(_)
            | StreetMessage::Overheard(_)
            | StreetMessage::Kept => Self::SpeakOutOfTurn,
        }
    }

    const fn asked_of_keeper(message: &Keeping) -> Self {
        match message {
            Keeping::Ask { .. } => Self::AskToKeep,
            Keeping::Keep(_) | Keeping::Pin { .. } => Self::Entrust,
            Keeping::End | Keeping::Drop(_) => Self::LetGo,
            Keeping::News { .. } | Keeping::Report(_) => Self::ReportCopies,
            Keeping::Recall(_) => Self::GetBack,
            Keeping::Lease(_)
            | Keeping::NoLease(_)
            | Keeping::Taken(_)
            | Keeping::Pinned(_)
            | Keeping::Recalled(_) => Self::SpeakOutOfTurn,
        }
    }

    /// What a statement in the open is.
    pub const fn stated_openly(statement: &OpenStatement) -> Self {
        match statement {
            OpenStatement::Alert(_) | OpenStatement::FollowUp(_) => Self::SpeakNearby,
            OpenStatement::Knock(_) => Self::Knock,
            OpenStatement::Publisher(_) | OpenStatement::Bulletin(_) => Self::PublishBulletins,
        }
    }

    /// What a request of another device of this household is.
    pub const fn asked_by_device(message: &DeviceMessage) -> Self {
        match message {
            DeviceMessage::Want(_) | DeviceMessage::Approved(_) => Self::ApproveGrant,
            DeviceMessage::List(_) => Self::ListClips,
            DeviceMessage::Shown(_)
            | DeviceMessage::Logged
            | DeviceMessage::Declined(_)
            | DeviceMessage::Listed(_) => Self::SpeakOutOfTurn,
        }
    }

    /// What a request for sealed bytes is.
    pub const fn fetched(right: &Right) -> Self {
        match right {
            Right::Ticket(_) => Self::FetchSealed,
            Right::Keeper(_) => Self::FetchToKeep,
            Right::Owner(_) => Self::GetBack,
            Right::Device(_) => Self::FetchOwn,
        }
    }

    /// What a wish of the household itself is.
    pub const fn wanted(command: &Command) -> Self {
        match command {
            Command::Open(_) => Self::OpenClip,
            Command::AddClip(_) => Self::RecordClip,
            Command::Give { .. } => Self::GiveGrant,
            Command::Export { .. } | Command::SignFilm(_) => Self::ExportClip,
            Command::Join(_) => Self::Join,
            Command::Return(_) => Self::Return,
            Command::Vouch(_) | Command::Certify(_) => Self::Vouch,
            Command::Remove { .. } => Self::VoteRemoval,
            Command::Leave(_) => Self::Leave,
            Command::Knock { .. } => Self::Knock,
            Command::Link(_) | Command::Unlink(_) => Self::LinkStreet,
            Command::PostAlert(draft) if draft.nearby => Self::SpeakNearby,
            Command::PostAlert(_) => Self::PostAlerts,
            Command::FollowUp { .. } => Self::FollowUp,
            Command::FoundStreet { .. }
            | Command::Invite { .. }
            | Command::Mute { .. }
            | Command::StopKnocking
            | Command::Listen(_)
            | Command::Directory(_)
            | Command::ClipArrived(_)
            | Command::Retain(_)
            | Command::Pin { .. }
            | Command::DeleteClip(_)
            | Command::Stop(_)
            | Command::Served(_)
            | Command::Keeper(_)
            | Command::Look
            | Command::Unlock { .. }
            | Command::Lock => Self::KeepHouse,
        }
    }

    /// Over what it arrives. Nothing for what only the household itself does, and for what nothing does.
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::Join | Self::Return => Some(Channel::Join),
            Self::CatchUp
            | Self::BringEpoch
            | Self::DeliverGrant
            | Self::AskToKeep
            | Self::GiveLease
            | Self::Entrust
            | Self::LetGo
            | Self::ReportCopies
            | Self::SpeakOutOfTurn => Some(Channel::Street),
            Self::ApproveGrant | Self::ListClips => Some(Channel::Device),
            Self::FetchSealed | Self::FetchToKeep | Self::GetBack | Self::FetchOwn => {
                Some(Channel::Sealed)
            }
            Self::ReadAlerts
            | Self::PostAlerts
            | Self::FollowUp
            | Self::Vouch
            | Self::VoteRemoval
            | Self::LinkStreet
            | Self::Leave
            | Self::TellWhereabouts
            | Self::ReadNearby
            | Self::SpeakNearby
            | Self::Knock
            | Self::ReadBulletins
            | Self::PublishBulletins => Some(Channel::Gossip),
            Self::AnswerPublishers
            | Self::OpenClip
            | Self::RecordClip
            | Self::GiveGrant
            | Self::ExportClip
            | Self::KeepHouse
            | Self::AskForFootage => None,
        }
    }

    /// What that is, in plain words.
    pub const fn says(self) -> &'static str {
        match self {
            Self::ReadAlerts => "read what the street says",
            Self::PostAlerts => "tell the street something",
            Self::FollowUp => "say something about an alert",
            Self::Vouch => "vouch for a household",
            Self::VoteRemoval => "vote a household out",
            Self::LinkStreet => "let the street know another one",
            Self::Leave => "leave the street",
            Self::TellWhereabouts => "say where a device can be reached",
            Self::ReadNearby => "read what is told to everybody nearby",
            Self::SpeakNearby => "tell everybody nearby",
            Self::Knock => "knock",
            Self::ReadBulletins => "read bulletins",
            Self::PublishBulletins => "publish bulletins",
            Self::AnswerPublishers => "tell a publisher anything",
            Self::CatchUp => "catch up with what was said",
            Self::BringEpoch => "hand over a newer key of the street",
            Self::Join => "enter the street with a ticket",
            Self::Return => "come back to the street with a new device",
            Self::DeliverGrant => "hand over a grant",
            Self::FetchSealed => "get the sealed bytes of a clip with a ticket",
            Self::FetchToKeep => "get the sealed bytes of a clip to keep them",
            Self::AskToKeep => "ask for room for sealed copies",
            Self::GiveLease => "give room for sealed copies",
            Self::Entrust => "say what is to be kept",
            Self::LetGo => "end a lease and have copies deleted",
            Self::ReportCopies => "say how the copies stand",
            Self::GetBack => "get back what is kept",
            Self::FetchOwn => "get the sealed bytes of a clip of another device",
            Self::ApproveGrant => "hand in a grant for a clip of another device",
            Self::SpeakOutOfTurn => "answer what was not asked",
            Self::OpenClip => "see a film",
            Self::RecordClip => "make a clip",
            Self::GiveGrant => "give the key of a clip to a neighbour",
            Self::ExportClip => "write a clip to a file for somebody outside",
            Self::KeepHouse => "run the home",
            Self::ListClips => "list the clips",
            Self::AskForFootage => "ask for footage",
        }
    }

    /// The word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadAlerts => "read-alerts",
            Self::PostAlerts => "post-alerts",
            Self::FollowUp => "follow-up",
            Self::Vouch => "vouch",
            Self::VoteRemoval => "vote-removal",
            Self::LinkStreet => "link-street",
            Self::Leave => "leave",
            Self::TellWhereabouts => "tell-whereabouts",
            Self::ReadNearby => "read-nearby",
            Self::SpeakNearby => "speak-nearby",
            Self::Knock => "knock",
            Self::ReadBulletins => "read-bulletins",
            Self::PublishBulletins => "publish-bulletins",
            Self::AnswerPublishers => "answer-publishers",
            Self::CatchUp => "catch-up",
            Self::BringEpoch => "bring-epoch",
            Self::Join => "join",
            Self::Return => "return",
            Self::DeliverGrant => "deliver-grant",
            Self::FetchSealed => "fetch-sealed",
            Self::FetchToKeep => "fetch-to-keep",
            Self::AskToKeep => "ask-to-keep",
            Self::GiveLease => "give-lease",
            Self::Entrust => "entrust",
            Self::LetGo => "let-go",
            Self::ReportCopies => "report-copies",
            Self::GetBack => "get-back",
            Self::FetchOwn => "fetch-own",
            Self::ApproveGrant => "approve-grant",
            Self::SpeakOutOfTurn => "speak-out-of-turn",
            Self::OpenClip => "open-clip",
            Self::RecordClip => "record-clip",
            Self::GiveGrant => "give-grant",
            Self::ExportClip => "export-clip",
            Self::KeepHouse => "keep-house",
            Self::ListClips => "list-clips",
            Self::AskForFootage => "ask-for-footage",
        }
    }
}
