//! What is written down while engines hear and want things.

use std::collections::BTreeMap;

use streetlamp_proto::alert::{Act, Audience as To};
use streetlamp_proto::household::{Input, Output, Record as Kept};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::street::StreetId;
use streetlamp_proto::time::Timestamp;

use super::trace::Trace;
use super::{Known, Rules};
use crate::DAWN;
use crate::floor;
use crate::net::{MessageId, Net, message_id};
use crate::record::{Audience, Happening, HouseNumber, Micros, Said, SaidKind, Way};

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
    pub(super) happenings: Vec<Happening>,
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
            if let Output::Store(record) = output
                && let Some(said) = self.stored(home, record, cause, at)
            {
                newest = Some(said);
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
        let way = match cause {
            Cause::Gossip(_) => Way::Gossip,
            Cause::Neighbour => Way::CatchUp,
            Cause::Itself => {
                let about = about.and_then(|alert| self.by_id.get(&alert).copied());
                return Some(self.say(home, id, kind, about, audience, expires, at));
            }
        };
        let said = *self.by_id.get(&id)?;
        if let Some(due) = self.due.get_mut(&(said, home))
            && due.shown.is_none()
        {
            due.shown = Some((at, way));
        }
        Some(said)
    }

    /// Something new is said: it is due at everybody honest on the street.
    #[expect(clippy::too_many_arguments, reason = "what was said, in full")]
    fn say(
        &mut self,
        author: HouseNumber,
        id: StatementId,
        kind: SaidKind,
        about: Option<u32>,
        audience: To,
        expires: Timestamp,
        at: Micros,
    ) -> u32 {
        let number = u32::try_from(self.said.len()).unwrap_or(u32::MAX);
        let street = self.homes.iter().find(|h| h.number == author);
        let street = street.and_then(|home| home.street);
        let floors = floor::from(&self.net, author);
        let homes = self.homes.iter();
        let due: Vec<_> = homes
            .filter(|h| h.honest && h.street.is_some() && h.street == street && h.number != author)
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
            expires: micros(expires),
            audience: match audience {
                To::Nearby => Audience::Nearby,
                To::Street(id) => {
                    let number = self.streets.get(&id).copied().or(street);
                    Audience::Street(number.unwrap_or(u32::MAX))
                }
            },
            cancelled: None,
            due: u32::try_from(due.len()).unwrap_or(u32::MAX),
        });
        number
    }
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
