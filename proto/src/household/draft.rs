//! What the household hands in, before the engine signs it.

use std::time::Duration;

use crate::alert::{self, Kind, Text, Title, Urgency};
use crate::cell::Place;
use crate::clip::{ClipId, KeyCommit, OwnerHeader};
use crate::identity::Name;
use crate::street::StreetId;
use crate::time::Timestamp;

/// An alert as the household wrote it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For which street; may be left out by a household of one street.
    pub street: Option<StreetId>,
    /// Whether everybody nearby may read it, agencies and companies too.
    pub nearby: bool,
    /// What kind of event.
    pub kind: Kind,
    /// How soon neighbours should know.
    pub urgency: Urgency,
    /// Where.
    pub place: Option<Place>,
    /// In one line.
    pub title: Title,
    /// In more words.
    pub text: Text,
    /// When it happened; now if left out.
    pub happened: Option<Timestamp>,
    /// How long it lives.
    pub life: Duration,
    /// Clips that are offered.
    pub clips: Vec<ClipId>,
}

/// What a household says about an alert.
#[derive(Debug, Clone)]
pub enum Change {
    /// Says it better; what is left out stays as it is.
    Update {
        /// The title from now on.
        title: Option<Title>,
        /// The text from now on.
        text: Option<Text>,
        /// The urgency from now on.
        urgency: Option<Urgency>,
    },
    /// Everything else, as it is said.
    Act(alert::Act),
}

/// What is known of a clip when it has been sealed.
#[derive(Debug)]
pub struct NewClip {
    /// The clip.
    pub clip: ClipId,
    /// Length of its sealed bytes.
    pub sealed_len: u64,
    /// Commitment to its file key.
    pub key_commit: KeyCommit,
    /// The header for the household itself.
    pub header: OwnerHeader,
    /// When the recording began.
    pub recorded: Timestamp,
    /// How long it is, in milliseconds.
    pub duration_ms: u32,
    /// How the household calls the camera.
    pub camera: Name,
}
