//! Who may do what: the one table that the engine asks before it acts, and that `streetlamp explain-access` prints.
//!
//! Everything that can arrive at a home over one of its [`Channel`]s is an [`Action`], and so is everything that its
//! household can want. Which one it is follows from a message by matches without a rest arm, and from a statement by
//! its type ([`Said`]): one that is new does not compile before somebody said which action it is. An action does not
//! compile before [`rule`] has an answer for it. The engine finds out which [`Party`] stands before it, asks [`allows`],
//! and goes on only then: to whatever else has to hold, such as a signature, a ticket or a lease.
//!
//! Some actions are here because there is nothing that does them. Their rows are true as long as no message is found
//! to be one of them, which a test holds for every message there is.

mod action;
mod channel;
mod party;
mod rules;
mod signed;

pub use action::Action;
pub use channel::Channel;
pub use party::Party;
pub use rules::rule;
pub use signed::Said;

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
            let inside = matches!(
                party,
                Party::Household | Party::LockedNode | Party::Approver
            );
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
                    | Action::Knock
                    | Action::ReadBulletins
                    | Action::PublishBulletins
            );
            for party in [
                Party::Stranger,
                Party::Agency,
                Party::Company,
                Party::Publisher,
                Party::RemovedDevice,
                Party::NextDoor,
            ] {
                assert_eq!(allows(party, action), in_the_open, "{party:?} {action:?}");
            }
        }
    }

    #[test]
    fn a_page_that_is_not_signed_in_can_do_nothing_that_a_neighbour_could_not_see_anyway() {
        for action in Action::ALL {
            assert!(!allows(Party::SignedOut, action), "{action:?}");
        }
    }

    #[test]
    fn whoever_is_more_than_somebody_else_may_do_no_less() {
        for rule in table() {
            if let Some(also) = rule.party.also() {
                assert!(
                    rule.allowed || !allows(also, rule.action),
                    "{:?} {:?}",
                    rule.party,
                    rule.action
                );
            }
        }
    }

    #[test]
    fn a_word_names_one_party_or_one_action() {
        let mut words: Vec<_> = Party::ALL.iter().map(|party| party.word()).collect();
        words.extend(Action::ALL.iter().map(|action| action.word()));
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
