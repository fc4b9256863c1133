//! What those of one name hold together, and what it comes to in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use streetlamp_proto::identity::{DeviceId, HouseholdId};
use streetlamp_proto::open::{self, OpenStatement};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::street::Topic;

use crate::chronicle::{Chronicle, STREET_ONLY};
use crate::net::{MessageId, message_id};
use crate::record::{Audience, HouseNumber, Learned, Lesson, Said, SaidKind};
use crate::scenario::Kind;

/// The notes of all of one name.
#[derive(Debug)]
pub(crate) struct Notes {
    name: String,
    kind: Kind,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Whom they were connected to.
    homes: BTreeSet<DeviceId>,
    /// Every frame that they heard, and who brought it first.
    frames: BTreeMap<MessageId, DeviceId>,
    /// Frames for streets in which words for a street stand.
    read: u64,
    nearby: BTreeSet<StatementId>,
    bulletins: BTreeSet<StatementId>,
    asked: u64,
    answered: u64,
    heard: u64,
    swallowed: u64,
    said: u64,
    members: Vec<HouseholdId>,
}

impl Notes {
    /// Empty ones.
    pub(crate) fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is connected to a device.
    pub(super) fn met(&self, device: DeviceId) {
        self.inner().homes.insert(device);
    }

    /// It heard a frame, and swallowed it or not.
    pub(super) fn heard(&self, from: DeviceId, topic: &Topic, bytes: &[u8], swallowed: bool) {
        let mut inner = self.inner();
        inner.heard += 1;
        inner.swallowed += u64::from(swallowed);
        let id = message_id(topic.as_str(), bytes);
        if inner.frames.contains_key(&id) {
            return;
        }
        inner.frames.insert(id, from);
        if open::cell_of(topic).is_none() {
            let found = memmem::find(bytes, STREET_ONLY.as_bytes()).is_some();
            inner.read += u64::from(found);
            return;
        }
        match OpenStatement::from_frame(bytes) {
            Ok(OpenStatement::Alert(alert)) => drop(inner.nearby.insert(alert.id())),
            Ok(OpenStatement::Bulletin(said)) => drop(inner.bulletins.insert(said.first())),
            _ => {}
        }
    }

    /// It asked for something.
    pub(super) fn asked(&self, times: u64) {
        self.inner().asked += times;
    }

    /// Somebody answered with more than a refusal.
    pub(super) fn answered(&self) {
        self.inner().answered += 1;
    }

    /// A member says so many alerts more.
    pub(super) fn said(&self, household: HouseholdId) {
        let mut inner = self.inner();
        inner.said += 1;
        if !inner.members.contains(&household) {
            inner.members.push(household);
        }
    }

    /// What it comes to. `whose` is the home of a device, `homes` those of each street.
    pub(crate) fn learned(
        &self,
        chronicle: &Chronicle,
        whose: impl Fn(DeviceId) -> Option<HouseNumber>,
        homes: &BTreeMap<u32, u64>,
    ) -> Vec<Learned> {
        let inner = self.inner();
        let frames = chronicle.frames();
        let learned = |what, count, of, blind| Learned {
            by: self.name.clone(),
            what,
            count,
            of,
            blind,
        };
        let everybody = homes.values().sum();
        let mut lessons = Vec::new();
        if self.kind.swallows() {
            lessons.push(learned(
                Lesson::Swallowed,
                inner.swallowed,
                inner.heard,
                None,
            ));
        }
        if self.kind == Kind::Spam {
            let shown = inner
                .members
                .iter()
                .map(|member| chronicle.spam_of(*member));
            let neighbours = homes.values().copied().max().unwrap_or(0);
            lessons.push(learned(
                Lesson::SpamShown,
                shown.sum(),
                inner.said * neighbours,
                None,
            ));
        }
        if !matches!(self.kind, Kind::Harvest | Kind::Observer) {
            return lessons;
        }
        let seen = inner
            .homes
            .iter()
            .filter(|device| whose(**device).is_some());
        lessons.push(learned(Lesson::HomesSeen, count(seen), everybody, None));
        let mut said: BTreeMap<u32, &Said> = BTreeMap::new();
        let mut first: BTreeMap<u32, HouseNumber> = BTreeMap::new();
        for (frame, what) in &frames {
            said.insert(what.number, what);
            let from = inner.frames.get(frame).and_then(|from| whose(*from));
            if let Some(from) = from {
                first.entry(what.number).or_insert(from);
            }
        }
        let held = |number: &u32| first.contains_key(number);
        let sealed = said.values().filter(|said| is_sealed(said));
        let held_sealed = sealed.clone().filter(|said| held(&said.number));
        let (sealed, held_sealed) = (count(sealed), count(held_sealed));
        lessons.push(learned(Lesson::SealedHeld, held_sealed, sealed, None));
        lessons.push(learned(Lesson::SealedRead, inner.read, held_sealed, None));
        let of_kind = |kind, audience| {
            let said = said.values();
            count(said.filter(|said| said.kind == kind && said.audience == audience))
        };
        let nearby = of_kind(SaidKind::Alert, Audience::Nearby);
        lessons.push(learned(
            Lesson::NearbyRead,
            count(inner.nearby.iter()),
            nearby,
            None,
        ));
        let bulletins = of_kind(SaidKind::Bulletin, Audience::Nearby);
        if bulletins > 0 {
            let read = count(inner.bulletins.iter());
            lessons.push(learned(Lesson::BulletinsRead, read, bulletins, None));
        }
        if self.kind == Kind::Harvest {
            lessons.push(learned(Lesson::Answered, inner.answered, inner.asked, None));
        }
        let guesses = first.iter().filter_map(|(number, home)| {
            let said = said.get(number)?;
            (said.kind == SaidKind::Alert).then_some((said, home))
        });
        let right = guesses.clone().filter(|(said, home)| said.author == **home);
        let blind = guesses.clone().map(|(said, _)| match said.audience {
            Audience::Street(street) => part(homes.get(&street).copied().unwrap_or(everybody)),
            Audience::Nearby => part(everybody),
        });
        lessons.push(learned(
            Lesson::AuthorsGuessed,
            count(right),
            count(guesses.clone()),
            Some(blind.sum()),
        ));
        lessons
    }
}

fn is_sealed(said: &Said) -> bool {
    matches!(said.audience, Audience::Street(_))
}

fn count(of: impl Iterator) -> u64 {
    u64::try_from(of.count()).unwrap_or(u64::MAX)
}

/// One of so many.
#[expect(clippy::cast_precision_loss, reason = "homes of a run")]
fn part(many: u64) -> f64 {
    1.0 / many.max(1) as f64
}
