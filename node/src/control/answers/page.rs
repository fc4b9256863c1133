//! Answers about the page's door to the house's network.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::node::{DoorState, LanView};
use crate::secret::Secret;

/// How the page is open to the house's network: `page show`, and part of `status`.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct PageItem {
    /// `shut`, `waits-for-factor`, `open`, or `failed`.
    pub state: String,
    /// Where it was asked for.
    pub at: Option<String>,
    /// Where devices of the network find it.
    pub urls: Vec<String>,
    /// SHA-256 of its certificate, in hexadecimal with colons, once it has one.
    pub fingerprint: Option<String>,
    /// Why it could not be opened.
    pub error: Option<String>,
    /// Whether there is a second factor.
    pub factor: bool,
    /// Codes on paper that were not used.
    pub codes_left: usize,
}

impl From<LanView> for PageItem {
    fn from(view: LanView) -> Self {
        let state = view.standing.word().to_owned();
        let (urls, error) = match view.standing {
            DoorState::Open { urls } => (urls, None),
            DoorState::Failed(why) => (Vec::new(), Some(why)),
            DoorState::Shut | DoorState::WaitsForFactor => (Vec::new(), None),
        };
        Self {
            state,
            at: view.at.map(|at| at.to_string()),
            urls,
            fingerprint: view.fingerprint,
            error,
            factor: view.factor.is_some(),
            codes_left: view.factor.map_or(0, |(_, left)| left),
        }
    }
}

/// `page factor new`.
#[derive(Debug, Serialize, Deserialize)]
pub struct FactorDrawn {
    /// In Base32, to be typed into a phone.
    pub secret: Secret,
    /// The same as a phone reads it out of a picture.
    pub uri: Secret,
}

/// `page factor confirm`.
#[derive(Debug, Serialize, Deserialize)]
pub struct FactorConfirmed {
    /// Each works once in place of the phone. They are shown this once.
    pub codes: Vec<Secret>,
}
