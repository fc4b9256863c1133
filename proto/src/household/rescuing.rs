//! The rescue: leaving word in a public place, and looking there for neighbours who are missed.
//!
//! It is for those who were not reached for a while by any other way, and for nobody else: a home whose neighbours are
//! all here leaves nothing and looks for nobody. Where the places are is the business of [`RescuePlace`]; how they are
//! reached is the node's. What is found there is judged like any other whereabouts.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::Household;
use super::event::{Output, Timer};
use super::state::Street;
use crate::identity::DeviceId;
use crate::signed::{Signed, StatementId};
use crate::street::{Day, EpochRank, Item, RescuePlace, StreetId, Whereabouts};
use crate::time::Timestamp;
use crate::wire::limits::CLOCK_SKEW;

/// How often it is looked who is missed. So long somebody has to be away, too: it was dialled once more meanwhile.
const TICK: Duration = Duration::from_secs(30);
/// Devices that are sought at one time; the others get their turn at the next.
const SOUGHT_AT_ONCE: usize = 16;
/// A word is left again after this long: nodes of the DHT forget it after two hours (BEP 44).
const LEAVE_AGAIN: Duration = Duration::from_secs(3600);
/// Epochs in which a device is sought that has not been heard since the last one began.
const EPOCHS: usize = 2;

/// What the node does for the rescue.
#[derive(Debug)]
pub enum RescueTask {
    /// Leave a word. If that fails, say so with [`RescueNews::NotLeft`].
    Leave {
        /// Where.
        place: Box<RescuePlace>,
        /// Its number; a later word has a higher one.
        number: u64,
        /// The word.
        word: Vec<u8>,
    },
    /// Look what was left, and say so with [`RescueNews::Found`] if it was anything.
    Seek(Box<RescuePlace>),
}

/// What the node tells about the rescue.
#[derive(Debug)]
pub enum RescueNews {
    /// The resident wants it, from now on.
    Wanted,
    /// The word for this street could not be left.
    NotLeft(StreetId),
    /// Somebody left something.
    Found {
        /// Where.
        place: Box<RescuePlace>,
        /// All of it; nobody has looked at it yet.
        words: Vec<Vec<u8>>,
    },
}

/// The rescue as long as the node runs.
#[derive(Debug, Default)]
pub(super) struct Rescue {
    wanted: bool,
    missed: BTreeMap<DeviceId, Missed>,
    left: BTreeMap<StreetId, Left>,
}

/// A device of a member that is not connected.
#[derive(Debug, Clone, Copy)]
struct Missed {
    since: Timestamp,
    sought: Option<Timestamp>,
}

impl Missed {
    /// When it is sought next. Who comes back after long finds this home's word by itself: to look often would only
    /// help where that one is reached and this home is not.
    fn due(self, now: Timestamp) -> bool {
        let away = now.since(self.since);
        let pause = match away.as_secs() {
            0..30 => return false,
            30..300 => TICK,
            300..86_400 => Duration::from_secs(4 * 60),
            _ => Duration::from_secs(30 * 60),
        };
        self.sought.is_none_or(|at| now.since(at) >= pause)
    }
}

/// The word that was left last for a street.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    said: StatementId,
    epoch: EpochRank,
    day: Day,
    at: Timestamp,
}

impl Household {
    pub(super) fn rescue_news(&mut self, news: RescueNews, now: Timestamp, out: &mut Vec<Output>) {
        match news {
            RescueNews::Wanted => {
                self.rescue.wanted = true;
                self.rescue(now, out);
            }
            RescueNews::NotLeft(street) => drop(self.rescue.left.remove(&street)),
            RescueNews::Found { place, words } => self.found_word(&place, &words, now, out),
        }
    }

    /// Looks who is missed, and does what there is to do about it.
    pub(super) fn rescue(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if !self.rescue.wanted {
            return;
        }
        let mut members = self.devices_of_members();
        members.retain(|device, _| self.is_member(*device) && !self.connected.contains(device));
        let missed = &mut self.rescue.missed;
        missed.retain(|device, _| members.contains_key(device));
        for device in members.into_keys() {
            let (since, sought) = (now, None);
            missed.entry(device).or_insert(Missed { since, sought });
        }
        if missed.values().any(|one| now.since(one.since) >= TICK) {
            self.leave_words(now, out);
            self.seek(now, out);
        }
        out.push(Output::SetTimer {
            at: now.after(TICK),
            timer: Timer::Rescue,
        });
    }

    /// Leaves word where this home is, if that is not left yet.
    fn leave_words(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let me = self.me.device_id();
        for (street, held) in &self.state.streets {
            let (Some(said), Some(epoch)) = (held.whereabouts.get(&me), held.epoch()) else {
                continue;
            };
            let left = Left {
                said: said.id(),
                epoch: epoch.notice.rank(),
                day: Day::of(now),
                at: now,
            };
            let stands = |before: &Left| {
                let at = before.at;
                now.since(at) < LEAVE_AGAIN && Left { at, ..left } == *before
            };
            if said.statement().addresses.is_empty()
                || self.rescue.left.get(street).is_some_and(stands)
            {
                continue;
            }
            let place = Box::new(epoch.key.rescue_place(*street, me, left.day));
            let Some(word) = self.word(&place, said) else {
                continue;
            };
            out.push(Output::Rescue(RescueTask::Leave {
                place,
                // Not when it was said: that would be the same number tomorrow, at another place.
                number: now.since(Timestamp::from_ms(0)).as_secs(),
                word,
            }));
            self.rescue.left.insert(*street, left);
        }
    }

    /// What this home says of itself, with as many of its addresses as a word has room for.
    fn word(&self, place: &RescuePlace, said: &Signed<Whereabouts>) -> Option<Vec<u8>> {
        let mut fits = said.statement().clone();
        place.write(said).or_else(|| {
            std::iter::from_fn(|| fits.addresses.pop().map(|_| self.sign(fits.clone())))
                .find_map(|shorter| place.write(&shorter))
        })
    }

    fn seek(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let due = self.rescue.missed.iter().filter(|(_, one)| one.due(now));
        let mut due: Vec<_> = due.map(|(device, _)| *device).collect();
        if due.len() > SOUGHT_AT_ONCE {
            // Start somewhere else each time, so that everybody gets a turn.
            let turn = usize::try_from(u32::from_be_bytes(self.random())).unwrap_or(0) % due.len();
            due.rotate_left(turn);
            due.truncate(SOUGHT_AT_ONCE);
        }
        for device in due {
            if let Some(missed) = self.rescue.missed.get_mut(&device) {
                missed.sought = Some(now);
            }
            let streets = self.state.streets.values();
            let places = streets.flat_map(|street| places(street, device, now));
            out.extend(places.map(|place| Output::Rescue(RescueTask::Seek(Box::new(place)))));
        }
    }

    /// Takes the newest word that holds, and passes it on to who is here.
    fn found_word(
        &mut self,
        place: &RescuePlace,
        words: &[Vec<u8>],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let street = place.street();
        let mut read: Vec<_> = words.iter().filter_map(|word| place.read(word)).collect();
        read.sort_by_key(|said| Reverse(said.statement().issued));
        for item in read.into_iter().map(Item::Whereabouts) {
            if self.take_item(street, item.clone(), now, out).is_ok() {
                return self.tell(street, item, out);
            }
        }
    }
}

/// Where a device of a street may have left word: today, around midnight on the day of a clock that differs, too; in
/// the epoch before as well, if it may have slept since.
fn places(street: &Street, device: DeviceId, now: Timestamp) -> Vec<RescuePlace> {
    if street.members.household_of(device).is_none() {
        return Vec::new();
    }
    let said = street.whereabouts.get(&device);
    let heard_in = |began: Timestamp| said.is_some_and(|said| said.statement().issued >= began);
    let mut epochs = Vec::new();
    for epoch in street.epochs.values().rev().take(EPOCHS) {
        epochs.push(epoch);
        if heard_in(epoch.notice.statement().issued) {
            break;
        }
    }
    let mut days = vec![
        Day::of(now.before(CLOCK_SKEW)),
        Day::of(now.after(CLOCK_SKEW)),
    ];
    days.dedup();
    let keys = epochs.into_iter().map(|epoch| &epoch.key);
    keys.flat_map(|key| {
        days.iter()
            .map(|day| key.rescue_place(street.id(), device, *day))
    })
    .collect()
}
