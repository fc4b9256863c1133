//! What the household said about services of the house, kept sealed to this device: see decision 22.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::NodeHandle;
use crate::error::{Error, ErrorKind, Result};

/// Longest thing that is said, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;

impl NodeHandle {
    /// Seals something to this device.
    pub(super) fn seal_said(&self, what: &impl Serialize) -> Result<Vec<u8>> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Internal, "the settings cannot be sealed").because(e)
        };
        let json = serde_json::to_vec(what).map(Zeroizing::new);
        let json = json.map_err(|e| failed(e.into()))?;
        let sealing = self.shared.home.me()?.sealing.recipient();
        sealing.seal(&json).map_err(|e| failed(e.into()))
    }

    /// Opens it again; nothing if another device sealed it, or it is damaged.
    pub(super) fn open_said<T: DeserializeOwned>(&self, sealed: &[u8]) -> Result<Option<T>> {
        let sealing = self.shared.home.me()?.sealing;
        let json = sealing.open(sealed, LONGEST).ok();
        Ok(json.and_then(|json| serde_json::from_slice(&json).ok()))
    }

    /// Keeps what was said under this name.
    pub(super) async fn keep_said(&self, name: &str, what: &impl Serialize) -> Result<()> {
        let (name, sealed) = (name.to_owned(), self.seal_said(what)?);
        self.with_store(move |store| store.keep_said(&name, &sealed))
            .await
    }

    /// What was said under this name.
    pub(super) async fn said<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let asked = name.to_owned();
        let sealed = self.with_store(move |store| store.said(&asked)).await?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let said = self.open_said(&sealed)?;
        if said.is_none() {
            tracing::error!(name, "settings cannot be read: say them again");
        }
        Ok(said)
    }

    /// Forgets what was said under this name.
    pub(super) async fn forget_said(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.with_store(move |store| store.forget_said(&name)).await
    }
}
