//! Tickets, households and knocks as they are drawn.

use std::collections::BTreeMap;

use streetlamp_proto::household::{KnockView, MemberView};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::street::Ticket;
use streetlamp_proto::time::Timestamp;

use super::super::language::say;
use super::super::words::Moment;
use crate::picture;

/// A ticket as it is handed over.
pub(super) struct TicketCard {
    pub(super) text: String,
    /// The same as a picture, in SVG.
    pub(super) picture: Option<String>,
    pub(super) expires: Moment,
}

/// A household as it is drawn.
pub(super) struct MemberCard {
    pub(super) household: String,
    pub(super) name: String,
    pub(super) me: bool,
    pub(super) new: bool,
    pub(super) muted: bool,
    pub(super) connected: bool,
    pub(super) last_heard: Option<Moment>,
    pub(super) vouches: Vec<String>,
    /// How many want it to go.
    pub(super) votes: Option<usize>,
    /// Whether this household may vouch for it.
    pub(super) may_vouch: bool,
    /// Why it should go, as it was typed into a form that was refused.
    pub(super) removal: Option<String>,
}

/// Somebody at the door, as drawn.
pub(super) struct KnockCard {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) cell: String,
    pub(super) text: String,
    pub(super) received: Moment,
}

impl TicketCard {
    pub(super) fn new(ticket: &Ticket, now: Timestamp) -> Self {
        let text = ticket.to_string();
        let picture = picture::svg(&text).ok();
        Self {
            picture: picture.map(|svg| picture::inside_a_page(&svg).to_owned()),
            text,
            expires: Moment::new(ticket.expires, now),
        }
    }
}

impl MemberCard {
    pub(super) fn all(
        members: &[MemberView],
        removal: Option<&(String, String)>,
        now: Timestamp,
    ) -> Vec<Self> {
        let names: BTreeMap<HouseholdId, &Name> = members
            .iter()
            .map(|view| (view.household, &view.name))
            .collect();
        let me = members.iter().find(|view| view.me);
        let settled = me.is_some_and(|me| !me.new);
        members
            .iter()
            .map(|view| {
                let household = view.household.to_string();
                let vouched = me.is_some_and(|me| view.vouches.contains(&me.household));
                let votes = view.votes.len();
                Self {
                    name: view.name.to_string(),
                    me: view.me,
                    new: view.new,
                    muted: view.muted,
                    connected: view.connected,
                    last_heard: view.last_heard.map(|at| Moment::new(at, now)),
                    vouches: view
                        .vouches
                        .iter()
                        .map(|by| match names.get(by) {
                            Some(name) => (*name).to_string(),
                            None => say!("words-gone-within"),
                        })
                        .collect(),
                    votes: (votes > 0).then_some(votes),
                    may_vouch: view.new && settled && !view.me && !vouched,
                    removal: removal
                        .filter(|(whom, _)| *whom == household)
                        .map(|(_, why)| why.clone()),
                    household,
                }
            })
            .collect()
    }
}

impl KnockCard {
    pub(super) fn new(view: &KnockView, now: Timestamp) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            cell: view.cell.to_string(),
            text: view.greeting.to_string(),
            received: Moment::new(view.received, now),
        }
    }
}
