//! Of the house.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `house connect` and `house show`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseItem {
    /// Whether this home speaks to a broker. Without one the rest is null.
    pub connected: bool,
    pub state: Option<String>,
    pub error: Option<String>,
    pub broker: Option<String>,
    pub contents: Option<String>,
    pub allowed: Vec<String>,
}
