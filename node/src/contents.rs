//! How much of what was said on the street leaves the home, for Home Assistant or a phone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much of what was said leaves the home. Each has what the one before it has.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// That something was said, and whether it is urgent.
    Nothing,
    /// The kind of event, or the camera's name.
    Kind,
    /// The title, as its author wrote it.
    Title,
}
