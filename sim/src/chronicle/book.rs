//! What is written down while engines hear and want things.

use std::collections::BTreeMap;
use std::time::Duration;

use streetlamp_proto::alert::{Act, Audience as To};
use streetlamp_proto::household::{Input, KeeperRecord, Output, Record as Kept};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::street::StreetId;
use streetlamp_proto::time::Timestamp;

use super::films::Films;
use super::trace::Trace;
use super::{Known, Rules};
use crate::DAWN;
use crate::floor;
use crate::net::{MessageId, Net, message_id};
use crate::record::{Audience, Happening, HouseNumber, Micros, Said, SaidKind, Way};
use crate::scenario::Span;

/// Everything that is written down.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) net: Net,
    pub(super) trace: Trace,
    pub(super) rules: Rules,
    pub(super) homes: Vec<Known>,
    pub(super) streets: BTreeMap<StreetId, u32>,
    pub(super) said: Vec<Said>,
    pub(super) by_id: BTreeMap<StatementId, u32>,
    /// Which frames carry what.
    pub(super) frames: BTreeMap<MessageId, u32>,
    pub(super) due: BTreeMap<(u32, HouseNumber), Due>,
    /// What each engine is busy with.
    pub(super) causes: BTreeMap<HouseNumber, Cause>,
    pub(super) films: Films,
    /// How often honest homes took in what an adversary's household said.
    pub(super) spam: BTreeMap<HouseholdId, u64>,
    pub(super) happenings: Vec<Happening>,
}

/// Something that an agency said.
#[derive(Debug)]
pub(crate) struct Published<'a> {
    /// The statement.
    pub(crate) id: StatementId,
    /// The bulletin that it takes back.
    pub(crate) takes_back: Option<StatementId>,
    /// Where it holds.
    pub(crate) area: &'a [String],
    /// How long it lives.
    pub(crate) life: Duration,
}

/// What is due somewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Due {
    pub(super) floor: Option<Micros>,
    pub(super) shown: Option<(Micros, Way)>,
}

/// What an engine is busy with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    Gossip(MessageId),
    Neighbour,
    Itself,
}

impl Book {
    pub(super) fn said_number(&self, number: u32) -> Option<&Said> {
        self.said.get(usize::try_from(number).ok()?)
    }

    pub(super) fn hears(&mut self, home: HouseNumber, input: &Input) {
        let at = self.net.now();
        self.trace.hears(home, at, input);
        let cause = match input {
            Input::Gossip { topic, bytes, .. } => Cause::Gossip(message_id(topic.as_str(), bytes)),
            Input::Asked { .. } | Input::Answered { .. } => Cause::Neighbour,
            _ => Cause::Itself,
        };
        self.causes.insert(home, cause);
    }

    pub(super) fn wants(&mut self, home: HouseNumber, outputs: &[Output], now: Timestamp) {
        let at = self.net.now();
        let cause = self.causes.get(&home).copied().unwrap_or(Cause::Itself);
        let mut newest = None;
        for output in outputs {
            self.trace.wants(output);
            if let Output::Store(record) = output {
                self.note_film(home, record, at);
                newest = self.stored(home, record, cause, at).or(newest);
            }
        }
        if let Some(said) = newest {
            if let Cause::Gossip(frame) = cause {
                self.frames.insert(frame, said);
            }
            if matches!(cause, Cause::Itself) {
                for output in outputs {
                    if let Output::Publish { topic, bytes } = output {
                        self.frames.insert(message_id(topic.as_str(), bytes), said);
                    }
                }
            }
        }
        let step = self.trace.steps();
        self.rules.look(home, outputs, now, at, step);
    }

    /// An engine keeps something. Gives the number of what was said, if it is that.
    fn stored(
        &mut self,
        home: HouseNumber,
        record: &Kept,
        cause: Cause,
        at: Micros,
    ) -> Option<u32> {
        if let Kept::Bulletin { announced, .. } = record {
            return self.came(home, announced.id(), cause, at);
        }
        let (id, kind, about, audience, expires) = match record {
            Kept::Alert { alert, .. } => {
                let said = alert.statement();
                (
                    alert.id(),
                    SaidKind::Alert,
                    None,
                    said.audience,
                    said.expires,
                )
            }
            Kept::FollowUp { follow_up, .. } => {
                let said = follow_up.statement();
                let about = Some(said.alert);
                (
                    follow_up.id(),
                    kind(&said.act),
                    about,
                    said.audience,
                    said.expires,
                )
            }
            _ => return None,
        };
        if matches!(cause, Cause::Itself) {
            let about = about.and_then(|alert| self.by_id.get(&alert).copied());
            let street = self.homes.iter().find(|h| h.number == home);
            let street = street.and_then(|home| home.street);
            let said = Saying {
                author: home,
                id,
                kind,
                about,
                audience: match audience {
                    To::Nearby => Audience::Nearby,
                    To::Street(id) => {
                        let number = self.streets.get(&id).copied().or(street);
                        Audience::Street(number.unwrap_or(u32::MAX))
                    }
                },
                expires: micros(expires),
            };
            let at_home = move |home: &Known| home.street.is_some() && home.street == street;
            return Some(self.say(said, at_home, at));
        }
        if let Kept::Alert { author, .. } = record
            && !self.by_id.contains_key(&id)
        {
            *self.spam.entry(*author).or_default() += 1;
        }
        self.came(home, id, cause, at)
    }

    /// Something that somebody else said is shown at a home. Gives its number.
    fn came(
        &mut self,
        home: HouseNumber,
        id: StatementId,
        cause: Cause,
        at: Micros,
    ) -> Option<u32> {
        let way = match cause {
            Cause::Neighbour => Way::CatchUp,
            Cause::Gossip(_) | Cause::Itself => Way::Gossip,
        };
        let said = *self.by_id.get(&id)?;
        if let Some(due) = self.due.get_mut(&(said, home))
            && due.shown.is_none()
        {
            due.shown = Some((at, way));
        }
        Some(said)
    }

    /// Something that an agency said is on the air.
    pub(super) fn published(&mut self, author: HouseNumber, said: Published<'_>) {
        let at = self.net.now();
        let about = said.takes_back.and_then(|id| self.by_id.get(&id).copied());
        let saying = Saying {
            author,
            id: said.id,
            kind: match about {
                Some(_) => SaidKind::Cancel,
                None => SaidKind::Bulletin,
            },
            about,
            audience: Audience::Nearby,
            expires: at.plus(Span(said.life).micros()),
        };
        let lives_there = |home: &Known| {
            let mut area = said.area.iter();
            home.street.is_some() && area.any(|cell| home.cell.starts_with(cell))
        };
        self.say(saying, lives_there, at);
    }

    /// Something new is said: it is due at every honest home that is meant, but its author's.
    fn say(&mut self, saying: Saying, meant: impl Fn(&Known) -> bool, at: Micros) -> u32 {
        let Saying {
            author,
            id,
            kind,
            about,
            audience,
            expires,
        } = saying;
        let number = u32::try_from(self.said.len()).unwrap_or(u32::MAX);
        let floors = floor::shortest(&self.graph(Some(author)), author);
        let homes = self.homes.iter();
        let due: Vec<_> = homes
            .filter(|h| h.honest && meant(h) && h.number != author)
            .map(|h| h.number)
            .collect();
        for home in &due {
            let place = usize::try_from(home.0).unwrap_or(usize::MAX);
            let floor = floors.get(place).copied().flatten();
            self.due.insert((number, *home), Due { floor, shown: None });
        }
        if kind == SaidKind::Cancel
            && let Some(about) = about
            && let Some(alert) = usize::try_from(about)
                .ok()
                .and_then(|n| self.said.get_mut(n))
        {
            alert.cancelled = Some(at);
        }
        self.by_id.insert(id, number);
        self.said.push(Said {
            number,
            id: id.to_string(),
            kind,
            about,
            author,
            at,
            expires,
            audience,
            cancelled: None,
            due: u32::try_from(due.len()).unwrap_or(u32::MAX),
        });
        number
    }

    /// Who passes on to whom: the connections that stand, without those of nodes on which nobody can rely. The author
    /// of something passes on at least that.
    pub(super) fn graph(&self, author: Option<HouseNumber>) -> Vec<Vec<(HouseNumber, Micros)>> {
        let mut graph = self.net.graph();
        let deaf = self.homes.iter().filter(|home| !home.passes_on);
        for home in deaf.filter(|home| Some(home.number) != author) {
            let place = usize::try_from(home.number.0).unwrap_or(usize::MAX);
            for (other, _) in graph
                .get_mut(place)
                .map(std::mem::take)
                .into_iter()
                .flatten()
            {
                let other = usize::try_from(other.0).unwrap_or(usize::MAX);
                if let Some(edges) = graph.get_mut(other) {
                    edges.retain(|(to, _)| *to != home.number);
                }
            }
        }
        graph
    }

    /// Where a household lives.
    pub(super) fn number_of(&self, household: HouseholdId) -> Option<HouseNumber> {
        let mut homes = self.homes.iter();
        let home = homes.find(|home| home.household == Some(household));
        home.map(|home| home.number)
    }

    /// What a record says of clips and grants.
    fn note_film(&mut self, home: HouseNumber, record: &Kept, at: Micros) {
        match record {
            Kept::Clip(label) => self.films.recorded(home, label.manifest.statement(), at),
            Kept::Given(parcel) => {
                let grant = parcel.grant.statement();
                if let Some(to) = self.number_of(grant.to) {
                    self.films.given(grant.clip, to, at);
                }
            }
            Kept::Received { parcel, .. } => {
                self.films
                    .delivered(home, parcel.grant.statement().clip, at);
            }
            Kept::Arrived(clip) => self.films.fetched(home, *clip, at),
            Kept::Keeper(KeeperRecord::Here { clip, here, .. }) => {
                self.films.kept(home, *clip, here.then_some(at));
            }
            _ => {}
        }
    }
}

/// Something new, before it has a number.
struct Saying {
    author: HouseNumber,
    id: StatementId,
    kind: SaidKind,
    about: Option<u32>,
    audience: Audience,
    expires: Micros,
}

const fn kind(act: &Act) -> SaidKind {
    match act {
        Act::Update { .. } => SaidKind::Update,
        Act::Cancel(_) => SaidKind::Cancel,
        Act::Confirm => SaidKind::Confirm,
        Act::Resolve => SaidKind::Resolve,
        Act::Comment(_) => SaidKind::Comment,
        Act::CloseComments => SaidKind::CloseComments,
        Act::Flag(_) => SaidKind::Flag,
    }
}

/// A wall time as time of the run.
fn micros(at: Timestamp) -> Micros {
    let since = at.since(DAWN).as_micros();
    Micros(u64::try_from(since).unwrap_or(u64::MAX))
}
