//! Which action a statement is that somebody signs for his street.

use super::Action;
use crate::alert::{Alert, FollowUp};
use crate::clip::Manifest;
use crate::grant::{FetchTicket, Grant};
use crate::identity::Role;
use crate::keeper::Lease;
use crate::signed::Statement;
use crate::street::{EpochNotice, Leave, Link, RemovalVote, Vouch, Whereabouts};

/// A statement of a household's device. Nobody's is believed before the table was asked about its signer.
pub trait Said: Statement {
    /// What whoever signs it does.
    const ACTION: Action;
    /// What his device must be certified for.
    const ROLE: Role;
}

macro_rules! said {
    ($($statement:ident: $action:ident as $role:ident;)*) => {
        $(impl Said for $statement {
            const ACTION: Action = Action::$action;
            const ROLE: Role = Role::$role;
        })*
    };
}

said! {
    Alert: PostAlerts as Alert;
    FollowUp: FollowUp as Alert;
    Vouch: Vouch as Alert;
    RemovalVote: VoteRemoval as Alert;
    Link: LinkStreet as Alert;
    Leave: Leave as Alert;
    Whereabouts: TellWhereabouts as Relay;
    EpochNotice: BringEpoch as Alert;
    Lease: GiveLease as Alert;
    Manifest: DeliverGrant as Record;
    Grant: DeliverGrant as Grant;
    FetchTicket: DeliverGrant as Grant;
}
