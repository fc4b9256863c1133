//! One clip for the whole street: as many grants as there are neighbours (promise P2).

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{Answer, Command};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;

use super::handle::NodeHandle;
use crate::error::{Error, ErrorKind, Result};

/// A grant that came of sharing with the street.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Who was given it.
    pub to: HouseholdId,
    /// How that household is called.
    pub name: Name,
    /// The grant.
    pub grant: StatementId,
    /// Its ledger entry.
    pub seq: u64,
}

/// Gives to each neighbour who holds no grant of this clip. Stops at the first that fails.
pub(super) async fn with_street(
    node: &NodeHandle,
    clip: ClipId,
    purpose: Purpose,
    until: Option<Timestamp>,
) -> Result<Vec<Shared>> {
    let lacking = node.read(move |household, _| {
        let given = household.given();
        let holds = |household: HouseholdId| {
            given.iter().any(|view| {
                (view.grant.clip, view.grant.to) == (clip, household) && view.stopped.is_none()
            })
        };
        let members = household.members().into_iter();
        let lacking = members.filter(|member| !member.me && !holds(member.household));
        lacking
            .map(|member| (member.household, member.name))
            .collect::<Vec<_>>()
    });
    let mut shared = Vec::new();
    for (to, name) in lacking.await? {
        let purpose = purpose.clone();
        let give = Command::Give {
            clip,
            to,
            purpose,
            until,
        };
        let Answer::Grant { grant, seq } = node.command(give).await? else {
            let message = "the engine answered something else";
            return Err(Error::new(ErrorKind::Internal, message));
        };
        shared.push(Shared {
            to,
            name,
            grant,
            seq,
        });
    }
    Ok(shared)
}
