//! Of notifications.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::secret::Secret;

/// `notify add`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NotifyAdded {
    pub name: String,
    pub kind: String,
    /// What a webhook's messages are signed with; shown this once.
    pub key: Option<Secret>,
}

/// One of `notify list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NotifyItem {
    pub name: String,
    pub kind: String,
    pub state: String,
    pub error: Option<String>,
    /// Where it leads, without topics and tokens.
    pub to: String,
    pub about: Vec<String>,
    pub at_least: String,
    pub quiet: Option<String>,
    pub urgent_passes: bool,
    pub contents: String,
}

/// `notify test` and `notify remove`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NotifyNamed {
    pub name: String,
}
