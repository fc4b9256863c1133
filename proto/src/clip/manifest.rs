//! The manifest of a clip: what it is, signed by the device that made it.
//!
//! It travels with a grant, never with the sealed bytes. It names no place and no camera, only a pseudonym.

use minicbor::{Decode, Encode};

use super::{ClipId, KeyCommit};
use crate::id::id;
use crate::signed::{Statement, StatementId};
use crate::time::Timestamp;

id! {
    /// Stands for a camera without naming it: a keyed hash of its name, keyed by the household.
    CameraId, 8
}

/// The recording device's statement about a clip.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Manifest {
    /// The clip.
    #[n(0)]
    pub clip: ClipId,
    /// Length of its sealed bytes.
    #[n(1)]
    pub sealed_len: u64,
    /// Commitment to its file key. Checked whenever the clip is opened.
    #[n(2)]
    pub key_commit: KeyCommit,
    /// When the recording began.
    #[n(3)]
    pub recorded: Timestamp,
    /// How long it is, in milliseconds.
    #[n(4)]
    pub duration_ms: u32,
    /// Which camera, as a pseudonym.
    #[n(5)]
    pub camera: CameraId,
    /// The manifest before this one by the same device, so that a clip cannot vanish from the middle unnoticed.
    #[n(6)]
    pub prev: Option<StatementId>,
}

impl Statement for Manifest {
    const CONTEXT: &'static str = "streetlamp/1 clip manifest";
}
