//! Asking domains who speaks for them: when, and what follows.
//!
//! A domain learns the address of whoever asks. So a home asks only for a publisher of whom it shows something, a few
//! times an hour at most whatever strangers make up, again after a week, and never if the resident does not want it. It
//! asks when it looks after its bulletins, which each home does at another moment of a minute: so a domain that
//! somebody names in a whole town is not asked by all of it in the same second.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::event::{Answer, CommandId, Event, Output};
use super::super::failure::Failure;
use super::super::{Household, Record};
use super::{Acquaintance, DirectoryEvent, DomainAnswer, Listing, Way};
use crate::open::Bucket;
use crate::publisher::PublisherId;
use crate::time::Timestamp;
use crate::wire::limits::{DOMAINS_BURST, DOMAINS_PER_HOUR};

/// How long an answer is good.
const GOOD_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// How soon a domain that was silent is asked again; twice as long each time, up to a day.
const RETRY: Duration = Duration::from_secs(3600);
/// See [`RETRY`].
const RETRIES: u32 = 5;

/// Domains that are being asked.
#[derive(Debug)]
pub(in crate::household) struct Inquiries {
    /// Of whom, and which commands wait for it.
    under_way: BTreeMap<PublisherId, Vec<CommandId>>,
    turns: Bucket,
}

impl Default for Inquiries {
    fn default() -> Self {
        Self {
            under_way: BTreeMap::new(),
            turns: Bucket::new(DOMAINS_BURST, DOMAINS_PER_HOUR),
        }
    }
}

impl Household {
    /// Asks every domain whose turn it is.
    pub(super) fn ask_domains(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.state.directory.asks_nobody {
            return;
        }
        let all = self.state.directory.publishers();
        let due = all.filter(|(_, known)| is_due(&known.listing, now));
        let due: Vec<_> = due.map(|(id, _)| *id).collect();
        for publisher in due {
            let idle = !self.inquiries.under_way.contains_key(&publisher);
            if idle && self.shows_something_of(publisher, now) && self.inquiries.turns.take(now) {
                self.inquiries.under_way.insert(publisher, Vec::new());
                self.ask_domain(publisher, out);
            }
        }
    }

    fn shows_something_of(&self, publisher: PublisherId, now: Timestamp) -> bool {
        let mut shown = self.bulletins(now).into_iter();
        shown.any(|view| view.publisher.id == publisher && view.is_shown())
    }

    /// Asks at once, because the resident wants to know. Answered when the domain was.
    pub(in crate::household) fn ask_domain_now(
        &mut self,
        command: CommandId,
        publisher: PublisherId,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        if self.state.directory.get(publisher).is_none() {
            return Err(Failure::Unknown("publisher"));
        }
        let waiting = self.inquiries.under_way.entry(publisher);
        let idle = matches!(waiting, std::collections::btree_map::Entry::Vacant(_));
        waiting.or_default().push(command);
        if idle {
            self.ask_domain(publisher, out);
        }
        Ok(())
    }

    fn ask_domain(&self, publisher: PublisherId, out: &mut Vec<Output>) {
        if let Some(known) = self.state.directory.get(publisher) {
            let domain = known.binding.statement().domain.clone();
            out.push(Output::AskDomain(publisher, domain));
        }
    }

    /// A domain answered, or did not.
    pub(in crate::household) fn domain_answered(
        &mut self,
        publisher: PublisherId,
        answer: &DomainAnswer,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let waiting = self.inquiries.under_way.remove(&publisher);
        if let Some(known) = self.state.directory.get(publisher) {
            let listing = heard(known, answer, now);
            let known = Acquaintance {
                listing,
                ..known.clone()
            };
            self.store(Record::Publisher(Box::new(known)), out);
            out.push(Output::Emit(Event::Directory(DirectoryEvent::Publisher(
                publisher,
            ))));
        }
        let done = waiting.into_iter().flatten();
        out.extend(done.map(|command| Output::Answer(command, Ok(Answer::Done))));
    }
}

fn is_due(listing: &Listing, now: Timestamp) -> bool {
    let wait = match listing.silent {
        0 => GOOD_FOR,
        silent => RETRY * 2_u32.pow(silent.min(RETRIES) - 1),
    };
    listing.asked.is_none_or(|asked| asked.after(wait) <= now)
}

/// What is known of a domain after it was asked.
fn heard(known: &Acquaintance, answer: &DomainAnswer, now: Timestamp) -> Listing {
    let before = known.listing;
    let asked = Some(now);
    let silent = Listing {
        asked,
        silent: before.silent.saturating_add(1),
        ..before
    };
    let DomainAnswer::Lists(keys, way) = answer else {
        return silent;
    };
    // A record in the DNS does not weigh against a certificate that was seen.
    let by_https = matches!(before.confirmed, Some((_, Way::Https)));
    if *way == Way::Dns && by_https {
        return silent;
    }
    let (confirmed, denied) = match keys.contains(&known.binding.signer()) {
        true => (Some((now, *way)), None),
        false => (before.confirmed, Some(now)),
    };
    Listing {
        confirmed,
        denied,
        asked,
        silent: 0,
    }
}
