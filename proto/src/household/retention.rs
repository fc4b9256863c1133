//! How long clips stay: for so many days, up to so many bytes, and longer if they are pinned.
//!
//! What is over goes as a deleted clip goes ([`shredding`](super::shredding)): what opens it first. Nothing goes unless
//! the household said so.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::event::{Answer, Event, Output};
use super::failure::Failure;
use super::{Household, Record};
use crate::clip::{ClipId, Manifest};
use crate::time::Timestamp;

/// One day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a household said about how long its own clips stay. Nothing said means for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Days from the recording on.
    pub days: Option<u32>,
    /// Sealed bytes of all own clips together; the oldest go first.
    pub bytes: Option<u64>,
}

/// The text is not how a [`Retention`] is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not days and bytes")]
pub struct NoRetention;

/// Days and bytes, each `-` if nothing was said.
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |number: Option<u64>| number.map_or("-".to_owned(), |n| n.to_string());
        write!(f, "{} {}", said(self.days.map(u64::from)), said(self.bytes))
    }
}

impl FromStr for Retention {
    type Err = NoRetention;

    fn from_str(text: &str) -> Result<Self, NoRetention> {
        let (days, bytes) = text.split_once(' ').ok_or(NoRetention)?;
        Ok(Self {
            days: said(days)?,
            bytes: said(bytes)?,
        })
    }
}

fn said<N: FromStr>(word: &str) -> Result<Option<N>, NoRetention> {
    match word {
        "-" => Ok(None),
        number => number.parse().map(Some).map_err(|_| NoRetention),
    }
}

impl Retention {
    /// When a clip is over by its age.
    pub fn end_of(self, manifest: &Manifest) -> Option<Timestamp> {
        self.days.map(|days| manifest.recorded.after(DAY * days))
    }
}

impl Household {
    /// Sets how long clips stay, from now on and for those that are there.
    pub(super) fn retain(
        &mut self,
        retention: Retention,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Answer {
        self.store(Record::Retention(retention), out);
        self.sweep_clips(now, out);
        Answer::Done
    }

    /// Keeps a clip however long the others stay, or not any more.
    pub(super) fn pin(
        &mut self,
        clip: ClipId,
        pinned: bool,
        out: &mut Vec<Output>,
    ) -> Result<Answer, Failure> {
        if !self.state.clips.contains_key(&clip) {
            return Err(self.not_ours(clip));
        }
        self.store(Record::Pinned { clip, pinned }, out);
        out.push(Output::Emit(Event::Clip { clip }));
        Ok(Answer::Clip(clip))
    }

    /// Destroys own clips that are over. Those that are pinned count, but stay.
    pub(super) fn sweep_clips(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let retention = self.state.retention;
        let mut clips: Vec<_> = self
            .state
            .clips
            .values()
            .map(|label| label.manifest.statement())
            .map(|said| {
                (
                    said.recorded,
                    said.clip,
                    said.sealed_len,
                    retention.end_of(said),
                )
            })
            .collect();
        clips.sort_unstable();
        let mut bytes: u64 = clips.iter().map(|(_, _, len, _)| len).sum();
        let most = retention.bytes.unwrap_or(u64::MAX);
        for (_, clip, len, end) in clips {
            let over = end.is_some_and(|end| end <= now) || bytes > most;
            if over && !self.state.pinned.contains(&clip) {
                bytes -= len;
                self.shred(clip, out);
            }
        }
        // Keepers are told, too.
        self.go_on_keeping_all(now, out);
    }
}
