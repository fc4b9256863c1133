//! The trace: everything that every engine heard and wanted, with the time of each, in one hash.
//!
//! Two runs with one trace hash were the same run. Bytes go in as they travelled, everything else by its kind and, where
//! it is short, by its debug form, which shows no secret and is the same in every build.

use std::io::Write as _;

use streetlamp_proto::household::{Input, Output};

use crate::record::{HouseNumber, Micros};

/// The hash so far, and how many inputs it took.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    hash: blake3::Hasher,
    steps: u64,
}

impl Trace {
    /// Steps so far.
    pub(crate) const fn steps(&self) -> u64 {
        self.steps
    }

    /// The hash as text.
    pub(crate) fn text(&self) -> String {
        self.hash.finalize().to_hex().to_string()
    }

    /// An engine takes an input.
    pub(crate) fn hears(&mut self, home: HouseNumber, at: Micros, input: &Input) {
        self.steps += 1;
        self.hash.update(&at.0.to_le_bytes());
        self.hash.update(&home.0.to_le_bytes());
        match input {
            Input::Started => self.mark(0, &[]),
            // A command may hold keys. What follows from it shows in the outputs.
            Input::Command(..) => self.mark(1, &[]),
            Input::Gossip { topic, bytes, .. } => {
                self.mark(2, topic.as_str().as_bytes());
                self.mark(2, bytes);
            }
            Input::Asked { from, bytes, .. } => {
                self.mark(3, from.as_bytes());
                self.mark(3, bytes);
            }
            Input::Answered { bytes, .. } => self.mark(4, bytes.as_deref().unwrap_or_default()),
            Input::Connected { device, .. } => self.mark(5, device.as_bytes()),
            Input::Disconnected { device } => self.mark(6, device.as_bytes()),
            Input::Shredded { clip, .. } => self.mark(7, clip.as_bytes()),
            Input::Keeper(_) => self.mark(8, &[]),
            Input::Listening { .. } => self.mark(9, &[]),
            Input::DomainAnswered(publisher, _) => self.mark(10, publisher.as_bytes()),
            // No simulated home looks into the DHT.
            Input::Rescue(_) => self.mark(12, &[]),
            Input::Due(timer) => self.words(11, timer),
        }
    }

    /// An engine wants something.
    pub(crate) fn wants(&mut self, output: &Output) {
        match output {
            Output::Judge { acceptance, .. } => self.words(20, acceptance),
            Output::Store(_) => self.mark(21, &[]),
            // It follows from what was stored.
            Output::Members(_) | Output::Inviting(_) => self.mark(35, &[]),
            Output::Subscribe(topic) => self.mark(22, topic.as_str().as_bytes()),
            Output::Unsubscribe(topic) => self.mark(23, topic.as_str().as_bytes()),
            Output::Publish { bytes, .. } => self.mark(24, bytes),
            Output::Dial { device, .. } => self.mark(25, device.as_bytes()),
            Output::Ask { to, bytes, .. } => {
                self.mark(26, to.as_bytes());
                self.mark(26, bytes);
            }
            Output::Reply { bytes, .. } => self.mark(27, bytes),
            Output::Decline(_) => self.mark(28, &[]),
            Output::Shred(clip) => self.mark(29, clip.as_bytes()),
            Output::Keeper(_) => self.mark(30, &[]),
            Output::AskDomain(publisher, _) => self.mark(31, publisher.as_bytes()),
            Output::Rescue(_) => self.mark(36, &[]),
            Output::SetTimer { at, timer } => {
                self.mark(32, &at.as_ms().to_le_bytes());
                self.words(32, timer);
            }
            Output::Answer(_, answer) => self.mark(33, &[u8::from(answer.is_ok())]),
            Output::Emit(event) => self.words(34, event),
        }
    }

    fn mark(&mut self, kind: u8, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.hash.update(&[kind]);
        self.hash.update(&length.to_le_bytes());
        self.hash.update(bytes);
    }

    fn words(&mut self, kind: u8, value: &impl std::fmt::Debug) {
        self.hash.update(&[kind]);
        // Writing into a hash does not fail.
        let _written = write!(self.hash, "{value:?}");
    }
}
