//! How a household stops being a neighbour: it leaves, or enough others vote.
//!
//! Both are signed statements that stay with the street, so that a home which was away comes to the same conclusion.
//! What follows from a departure, a new epoch key for those who stay, is the engine's business.

use std::time::Duration;

use minicbor::{Decode, Encode};

use super::StreetId;
use crate::alert::Reason;
use crate::identity::HouseholdId;
use crate::signed::{Signed, Statement};
use crate::time::Timestamp;

/// Votes that count together lie within this span.
pub const VOTE_SPAN: Duration = Duration::from_secs(30 * 24 * 3600);

/// "This household should not be on our street any more."
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RemovalVote {
    /// The street.
    #[n(0)]
    pub street: StreetId,
    /// Who should go.
    #[n(1)]
    pub household: HouseholdId,
    /// Who says so.
    #[n(2)]
    pub by: HouseholdId,
    /// Why; every neighbour can read it, also the one who should go.
    #[n(3)]
    pub reason: Reason,
    /// When.
    #[n(4)]
    pub issued: Timestamp,
}

impl Statement for RemovalVote {
    const CONTEXT: &'static str = "streetlamp/1 removal vote";
}

/// "We are leaving this street."
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Leave {
    /// The street.
    #[n(0)]
    pub street: StreetId,
    /// Who leaves.
    #[n(1)]
    pub household: HouseholdId,
    /// When.
    #[n(2)]
    pub issued: Timestamp,
}

impl Statement for Leave {
    const CONTEXT: &'static str = "streetlamp/1 leave";
}

/// Votes that a removal takes on a street of this many households: a quarter of them, and two at the least.
pub const fn votes_needed(members: usize) -> usize {
    let quarter = members.div_ceil(4);
    if quarter < 2 { 2 } else { quarter }
}

/// When the removal of a household became valid, if it did: the time of the vote that completed it.
///
/// `members_at` says how many households were on the street at a time.
pub(super) fn removed_at<'a>(
    votes: impl Iterator<Item = &'a Signed<RemovalVote>>,
    members_at: impl Fn(Timestamp) -> usize,
) -> Option<Timestamp> {
    let mut times: Vec<_> = votes.map(|vote| vote.statement().issued).collect();
    times.sort_unstable();
    times.iter().enumerate().find_map(|(last, at)| {
        let together = times.get(..=last)?;
        let within = together.iter().filter(|t| at.since(**t) <= VOTE_SPAN);
        (within.count() >= votes_needed(members_at(*at))).then_some(*at)
    })
}
