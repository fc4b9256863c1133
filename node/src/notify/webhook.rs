//! A program of the household that takes JSON, and can tell that it comes from this home.
//!
//! ```text
//! X-Streetlamp-Timestamp: 1760000000
//! X-Streetlamp-Signature: sha256=<HMAC-SHA256 of the key over "1760000000." and the body, in hexadecimal>
//! ```
//!
//! The key is shown once, when the webhook is added. The time is signed so that a program can refuse what is old.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Standing, Worded, judged};
use crate::address::Place;
use crate::error::{Error, ErrorKind, Result};
use crate::https::Call;
use crate::secret::Secret;
use crate::when;

/// A webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Its address.
    pub place: Place,
    /// What its messages are signed with.
    pub key: Secret,
}

/// What a program is told.
#[derive(Debug, Serialize)]
struct Message<'a> {
    id: &'a str,
    state: &'static str,
    about: &'static str,
    urgency: &'static str,
    kind: Option<&'a str>,
    title: Option<&'a str>,
    text: String,
    at: String,
}

impl Hook {
    pub(super) async fn send(&self, notice: &Worded<'_>) -> Result<()> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Internal, "the message cannot be written").because(e)
        };
        let message = Message {
            id: notice.id,
            state: match notice.standing {
                Standing::Said => "said",
                Standing::Retracted => "retracted",
                Standing::Test => "test",
            },
            about: notice.about.word(),
            urgency: notice.urgency.word(),
            kind: notice.kind,
            title: notice.title,
            text: notice.sentence(),
            at: when::rfc3339(notice.at),
        };
        let body = serde_json::to_vec(&message).map_err(|e| failed(e.into()))?;
        let timestamp = (notice.at.as_ms() / 1_000).to_string();
        let signature = self.sign(&timestamp, &body)?;
        let value = |text: &str| HeaderValue::from_str(text).map_err(|e| failed(e.into()));
        let headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (
                HeaderName::from_static("x-streetlamp-timestamp"),
                value(&timestamp)?,
            ),
            (
                HeaderName::from_static("x-streetlamp-signature"),
                value(&format!("sha256={signature}"))?,
            ),
        ];
        let url = self.place.url()?;
        let usual = url.port_or_known_default().unwrap_or(443);
        let call = Call {
            method: Method::POST,
            url: &url,
            address: self.place.address(usual).await?,
            headers,
            body: Bytes::from(body),
        };
        judged(call.send().await?.status)
    }

    pub(super) fn sign(&self, timestamp: &str, body: &[u8]) -> Result<String> {
        let mac = Hmac::<Sha256>::new_from_slice(self.key.0.as_bytes());
        let mut mac = mac.map_err(|e| Error::new(ErrorKind::Internal, "no key").because(e))?;
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        Ok(HEXLOWER.encode(&mac.finalize().into_bytes()))
    }
}
