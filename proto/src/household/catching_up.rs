//! What was missed: two homes compare what they have of a street, and each gets what it lacks.
//!
//! The comparison is set reconciliation ([`reconcile`]), whose cost follows the difference and not the history. The
//! home that asks remembers how far it is; the one that answers remembers nothing, so that a cut connection costs
//! nothing but the next question. What comes in is judged as if it had been gossiped, and what is fresh is told on:
//! whoever is connected to us alone would otherwise wait for its own next catch-up.

use std::collections::{BTreeSet, VecDeque};

use super::event::Output;
use super::{Household, Pending};
use crate::access::Action;
use crate::identity::DeviceId;
use crate::street::reconcile::{self, Asker, Step};
use crate::street::{
    CatchUp, CatchUpAnswer, EpochRank, Home, Item, ItemId, Member, StreetId, StreetMessage, Swap,
};
use crate::time::Timestamp;
use crate::wire;
use crate::wire::limits::{DIRECT_FRAME, ITEMS_PER_SWAP, SWAP_BYTES};

/// Items of one catch-up that are told on. Whoever fetches a whole history tells nobody what everybody has.
const TOLD_ON: usize = 64;
/// Names of items that were not taken, so that they are not asked for again and again.
const REFUSED: usize = 4_096;

/// A comparison with one neighbour in progress.
#[derive(Debug)]
pub(super) struct Comparison {
    asker: Asker,
    /// What the neighbour has and we lack.
    need: VecDeque<ItemId>,
    /// What we have and the neighbour lacks.
    have: VecDeque<ItemId>,
    news: usize,
    /// Whether something came before its reason: it is asked for once more at the end.
    early: bool,
}

/// What became of items that came in together.
#[derive(Debug)]
pub(super) struct Taken {
    /// Those that were news.
    pub(super) fresh: Vec<Item>,
    /// Whether one came before its reason, such as an alert before its author.
    pub(super) early: bool,
}

impl Household {
    /// Asks a neighbour to compare, from the beginning.
    pub(super) fn catch_up(
        &mut self,
        street: StreetId,
        device: DeviceId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(held) = self.state.streets.get(&street) else {
            return;
        };
        let Ok((asker, set)) = Asker::new(held.items()) else {
            return;
        };
        let comparison = Comparison {
            asker,
            need: VecDeque::new(),
            have: VecDeque::new(),
            news: 0,
            early: false,
        };
        // The last question may have gone down with its connection. Its failure must not end this comparison.
        self.asks.retain(|_, asked| !asked.compares(street, device));
        self.comparing.insert((street, device), comparison);
        self.ask_to_compare(street, device, set, now, out);
    }

    fn ask_to_compare(
        &mut self,
        street: StreetId,
        device: DeviceId,
        set: Vec<u8>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some(home) = self.home_on(street, now) else {
            return;
        };
        let rank = home.epoch;
        let is_known = self.known_to.contains(&(street, device));
        let me = (!is_known).then(|| self.member_on(street));
        let question = StreetMessage::CatchUp(CatchUp { home, set, me });
        if let Some(bytes) = self.seal_in(street, rank, &question) {
            let pending = Pending::CatchUp(street, device, rank);
            self.ask(device, pending, bytes, out);
        }
    }

    /// Answers a sealed request of a neighbour; nothing to anybody else.
    pub(super) fn street_request(
        &mut self,
        from: DeviceId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Option<Vec<u8>> {
        let (street, rank, message) = self.unseal_from(bytes)?;
        // It may have been admitted while we were away: its record says by whom. Only who holds the current key can
        // have been; an old one may be in the hands of somebody who is gone.
        if let StreetMessage::CatchUp(question) = &message
            && self.current_rank(street) == Some(rank)
        {
            self.admit(street, question.me.as_slice(), now, out);
        }
        if !self.may(from, Action::asked_on_street(&message)) {
            return None;
        }
        let answer = match message {
            StreetMessage::CatchUp(question) => {
                if question.home.device != from {
                    return None;
                }
                self.heard_from(&question.home, now);
                let home = self.home_on(street, now)?;
                let older = question.home.epoch < home.epoch;
                let epoch = older.then(|| self.epoch_parcel(street, from)).flatten();
                let items = self.state.streets.get(&street)?.items();
                let set = reconcile::answer(items, &question.set).ok()?;
                StreetMessage::CatchUpAnswer(CatchUpAnswer { home, set, epoch })
            }
            StreetMessage::Swap(swap) => {
                let answer = self.items_for(street, &swap.need)?;
                let taken = self.take_items(street, swap.give, now, out);
                self.tell_on(street, taken.fresh, out);
                StreetMessage::SwapAnswer(answer)
            }
            StreetMessage::Parcel(parcel) => {
                self.take_parcel(street, &parcel, now, out)?;
                StreetMessage::Kept
            }
            StreetMessage::Epoch(parcel) => {
                self.take_epoch(street, parcel, now, out)?;
                StreetMessage::Kept
            }
            StreetMessage::AskAround(question) => {
                StreetMessage::Overheard(self.tell_around(&question))
            }
            StreetMessage::Keeping(message) => self.keeping_request(from, message, now, out)?,
            StreetMessage::Tell(_)
            | StreetMessage::CatchUpAnswer(_)
            | StreetMessage::SwapAnswer(_)
            | StreetMessage::Overheard(_)
            | StreetMessage::Kept => return None,
        };
        self.seal_in(street, rank, &answer)
    }

    /// Goes on with a comparison after an answer, or tries an older key if there was none.
    pub(super) fn compared(
        &mut self,
        street: StreetId,
        device: DeviceId,
        rank: EpochRank,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let Some((answered, _, StreetMessage::CatchUpAnswer(answer))) =
            bytes.and_then(|b| self.unseal_from(b))
        else {
            self.cut_off(street, device);
            // It may be in an older epoch, having been away when ours began.
            self.offer_older(street, device, rank, out);
            return;
        };
        if answered != street || answer.home.device != device {
            return;
        }
        self.known_to.insert((street, device));
        self.heard_from(&answer.home, now);
        if let Some(epoch) = answer.epoch {
            self.take_epoch(street, epoch, now, out);
        }
        let Some(comparison) = self.comparing.get_mut(&(street, device)) else {
            return;
        };
        let step = comparison.asker.hear(&answer.set);
        comparison.need.extend(comparison.asker.take_need());
        comparison.have.extend(comparison.asker.take_have());
        match step {
            Ok(Step::Ask(set)) => self.ask_to_compare(street, device, set, now, out),
            Ok(Step::Done) => self.swap(street, device, now, out),
            Err(_) => self.cut_off(street, device),
        }
    }

    /// Gives a comparison up that ended too early, until it is time to look after the neighbours again.
    fn cut_off(&mut self, street: StreetId, device: DeviceId) {
        self.comparing.remove(&(street, device));
        self.known_to.remove(&(street, device));
        self.unsettled.insert(device);
    }

    /// Moves the next items that a comparison found.
    fn swap(&mut self, street: StreetId, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) {
        let Some(mut comparison) = self.comparing.remove(&(street, device)) else {
            return;
        };
        comparison.need.retain(|id| !self.refused.contains(id));
        let need: Vec<_> = first(&comparison.need);
        let offer: Vec<_> = first(&comparison.have);
        let give = self.items_for(street, &offer).unwrap_or_default();
        let given: BTreeSet<_> = give.iter().map(Item::id).collect();
        // What did not fit is offered again; what is over by now is not.
        comparison.have.drain(..offer.len());
        if !given.is_empty() {
            let rest = offer.into_iter().filter(|id| !given.contains(id));
            comparison.have.extend(rest);
        }
        let Some(rank) = self.current_rank(street) else {
            return;
        };
        if need.is_empty() && give.is_empty() {
            if comparison.early && comparison.news > 0 {
                self.catch_up(street, device, now, out);
            } else {
                self.caught_up = Some(now);
            }
            return;
        }
        let swap = StreetMessage::Swap(Swap { need, give });
        if let Some(bytes) = self.seal_in(street, rank, &swap) {
            self.comparing.insert((street, device), comparison);
            self.ask(device, Pending::Swap(street, device), bytes, out);
        }
    }

    /// Takes in what a neighbour handed over, and asks for the rest.
    pub(super) fn swapped(
        &mut self,
        street: StreetId,
        device: DeviceId,
        bytes: Option<&[u8]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let answer = bytes.and_then(|b| self.unseal_from(b));
        let Some((answered, _, StreetMessage::SwapAnswer(items))) = answer else {
            self.cut_off(street, device);
            return;
        };
        if answered != street {
            return;
        }
        let came: BTreeSet<_> = items.iter().map(Item::id).collect();
        let Taken { fresh, early } = self.take_items(street, items, now, out);
        let Some(comparison) = self.comparing.get_mut(&(street, device)) else {
            return;
        };
        let asked = comparison.need.len().min(ITEMS_PER_SWAP);
        let before = comparison.need.len();
        comparison.need.retain(|id| !came.contains(id));
        if comparison.need.len() == before {
            // Nothing of what was asked for is there any more.
            comparison.need.drain(..asked);
        }
        comparison.news += fresh.len();
        comparison.early |= early;
        if comparison.news <= TOLD_ON {
            self.tell_on(street, fresh, out);
        }
        self.swap(street, device, now, out);
    }

    /// Takes in items by the rules that hold on the topic, in an order in which each finds its reason.
    pub(super) fn take_items(
        &mut self,
        street: StreetId,
        mut items: Vec<Item>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Taken {
        items.sort_by_key(|item| (item.turn(), item.issued()));
        let (mut fresh, mut early) = (Vec::new(), false);
        let members: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                Item::Member(member) => Some(member.clone()),
                _ => None,
            })
            .collect();
        fresh.extend(
            self.admit(street, &members, now, out)
                .into_iter()
                .map(Item::Member),
        );
        for item in items {
            if matches!(item, Item::Member(_)) {
                continue;
            }
            match self.take_item(street, item.clone(), now, out) {
                Ok(()) => fresh.push(item),
                Err(error) if error.is_final() => {
                    if self.refused.len() >= REFUSED {
                        self.refused.clear();
                    }
                    self.refused.insert(item.id());
                }
                Err(error) => early |= error.waits_for_its_reason(),
            }
        }
        Taken { fresh, early }
    }

    /// Tells the street what a single neighbour brought.
    fn tell_on(&self, street: StreetId, fresh: Vec<Item>, out: &mut Vec<Output>) {
        if fresh.len() <= TOLD_ON {
            for item in fresh {
                self.tell(street, item, out);
            }
        }
    }

    /// As many of these items as fit into one message, those first that others stand on.
    fn items_for(&self, street: StreetId, names: &[ItemId]) -> Option<Vec<Item>> {
        let held = self.state.streets.get(&street)?;
        let names = names.iter().take(ITEMS_PER_SWAP).copied().collect();
        let mut room = SWAP_BYTES;
        let fitting = held.items_named(&names).take_while(|item| {
            let len = wire::to_cbor(item).len();
            let fits = len <= room;
            room = room.saturating_sub(len);
            fits
        });
        Some(fitting.collect())
    }

    /// The epoch in which this home speaks.
    pub(super) fn current_rank(&self, street: StreetId) -> Option<EpochRank> {
        let epoch = self.state.streets.get(&street)?.epoch()?;
        Some(epoch.notice.rank())
    }

    fn home_on(&self, street: StreetId, now: Timestamp) -> Option<Home> {
        Some(Home {
            device: self.me.device_id(),
            now,
            epoch: self.current_rank(street)?,
        })
    }

    /// This household as its street knows it.
    fn member_on(&self, street: StreetId) -> Member {
        let held = self.state.streets.get(&street);
        let known = held.and_then(|s| s.members.get(self.me.household()));
        known.cloned().unwrap_or_else(|| self.my_member())
    }

    /// Seals a message for the members of a street in one of its epochs.
    pub(super) fn seal_in(
        &self,
        street: StreetId,
        rank: EpochRank,
        message: &StreetMessage,
    ) -> Option<Vec<u8>> {
        let epoch = self.state.streets.get(&street)?.epochs.get(&rank)?;
        Some(epoch.key.seal(street, &wire::to_cbor(message)))
    }

    /// Opens a sealed message with whichever epoch of whichever street it was sealed.
    pub(super) fn unseal_from(&self, bytes: &[u8]) -> Option<(StreetId, EpochRank, StreetMessage)> {
        for street in self.state.streets.values() {
            for (rank, epoch) in street.epochs.iter().rev() {
                if let Ok(opened) = epoch.key.open(street.id(), bytes, DIRECT_FRAME) {
                    let message = wire::from_cbor(&opened).ok()?;
                    return Some((street.id(), *rank, message));
                }
            }
        }
        None
    }
}

fn first(ids: &VecDeque<ItemId>) -> Vec<ItemId> {
    ids.iter().take(ITEMS_PER_SWAP).copied().collect()
}
