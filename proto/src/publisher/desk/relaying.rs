//! Relaying: what messages of another system become here, so that none is said twice and each later one finds the
//! bulletins of those that it is about.
//!
//! A message and a bulletin are not one to one. A bulletin keeps its area when it is updated, so that the update reaches
//! all whom it reached; a message may move. So an update is said anew where it still holds, is taken back where it does
//! not any more, and is a new bulletin where nothing was said before.

use std::collections::BTreeSet;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::{Announced, Bulletin, Origin, Status};
use super::Desk;
use super::event::{
    DeskAnswer, DeskFailure, DeskOutput, DeskRecord, Draft, Relayed, Revision, State,
};
use crate::signed::StatementId;
use crate::time::Timestamp;
use crate::wire::limits::{ORIGINS, REFERENCES};

/// By how much longer an update has to hold to be one.
const AS_LONG: Duration = Duration::from_secs(60);

/// What a message became.
#[derive(Debug, Default)]
pub(super) struct Became {
    /// The first bulletins of those that say it.
    bulletins: BTreeSet<StatementId>,
    /// Whether all of it was said.
    whole: bool,
}

impl Became {
    pub(super) fn add(&mut self, bulletin: StatementId, whole: bool) {
        self.bulletins.insert(bulletin);
        self.whole |= whole;
    }
}

impl Desk {
    pub(super) fn relay(
        &mut self,
        origin: Origin,
        references: &[Origin],
        says: Relayed,
        second: Option<&SigningKey>,
        now: Timestamp,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        match self.origins.get(&origin) {
            Some(became) if became.whole => return Err(DeskFailure::SaidBefore),
            None if self.origins.len() >= ORIGINS => return Err(DeskFailure::TooMany),
            _ => {}
        }
        let mut became = Vec::new();
        let answer = match says {
            Relayed::Says(draft) => {
                let about = self.about(references, Some(draft.status), now);
                self.relay_words(draft, about, second, now, &mut became, out)
            }
            Relayed::TakesBack(original) => {
                let mut answer = Err(DeskFailure::NothingToTakeBack);
                for bulletin in self.about(references, None, now) {
                    answer = Ok(self.cancel(bulletin, original.clone(), now, out)?);
                    became.push(bulletin);
                }
                answer
            }
        };
        // What was said before something went wrong was said.
        let whole = answer.is_ok_and(|answer| answer.whole);
        for bulletin in became {
            let origin = origin.clone();
            self.store(
                DeskRecord::Relayed {
                    origin,
                    bulletin,
                    whole,
                },
                out,
            );
        }
        answer
    }

    /// The bulletins that hold and say what these messages said.
    fn about(
        &self,
        references: &[Origin],
        status: Option<Status>,
        now: Timestamp,
    ) -> BTreeSet<StatementId> {
        let references = references.iter().take(REFERENCES);
        let became = references.filter_map(|origin| self.origins.get(origin));
        let bulletins = became.flat_map(|became| &became.bulletins);
        let alike = bulletins.filter(|id| {
            let first = self.bulletins.get(id).map(|(first, _)| first);
            first.is_some_and(|first| {
                let is = first.bulletin.statement().status;
                self.state(first, now) == State::Active && status.is_none_or(|status| status == is)
            })
        });
        alike.copied().collect()
    }

    fn relay_words(
        &mut self,
        draft: Draft,
        about: BTreeSet<StatementId>,
        second: Option<&SigningKey>,
        now: Timestamp,
        became: &mut Vec<StatementId>,
        out: &mut Vec<DeskOutput>,
    ) -> Result<DeskAnswer, DeskFailure> {
        let new = self.drafted(draft.clone(), now)?;
        let (mut told, mut answer) = (Vec::new(), None);
        for bulletin in about {
            let held = self.active(bulletin, now)?;
            let said = if !held.area.meets(&new.area) {
                self.cancel(bulletin, None, now, out)?
            } else if says_the_same(&held, &new) {
                // Said before, when the rest could not be.
                DeskAnswer {
                    bulletin,
                    said: bulletin,
                    whole: true,
                }
            } else {
                let change = Revision::from(draft.clone());
                self.update(bulletin, change, second, now, out)?
            };
            told.push(held.area);
            became.push(bulletin);
            answer = Some(said);
        }
        let Some(rest) = new.area.beyond(&told) else {
            return answer.ok_or(DeskFailure::Unknown);
        };
        let news = Bulletin { area: rest, ..new };
        let first = self
            .not_too_often(now)
            .and_then(|()| self.announce(news, second, now, out));
        match (first, answer) {
            (Ok(first), answer) => {
                became.push(first.bulletin);
                Ok(answer.unwrap_or(first))
            }
            (Err(DeskFailure::TooOften | DeskFailure::TooMany), Some(answer)) => Ok(DeskAnswer {
                whole: false,
                ..answer
            }),
            (Err(failure), _) => Err(failure),
        }
    }

    /// Forgets messages of which no bulletin is left.
    pub(super) fn forget_origins(&mut self, out: &mut Vec<DeskOutput>) {
        let threads: BTreeSet<_> = self.all().map(Announced::first).collect();
        let over = self
            .origins
            .iter()
            .filter(|(_, became)| became.bulletins.is_disjoint(&threads));
        let over: Vec<_> = over.map(|(origin, _)| origin.clone()).collect();
        for origin in over {
            self.store(DeskRecord::RelayedOver(origin), out);
        }
    }
}

/// Whether a bulletin says already what a draft says, for as long.
fn says_the_same(held: &Bulletin, new: &Bulletin) -> bool {
    let same = Bulletin {
        message: held.message,
        area: held.area.clone(),
        issued: held.issued,
        expires: held.expires,
        ..new.clone()
    };
    *held == same && new.expires <= held.expires.after(AS_LONG)
}
