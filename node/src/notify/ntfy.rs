//! A topic of an ntfy server. The same POST reaches a UnifiedPush endpoint, which leaves the headers unread.
//!
//! Since its version 2.16 an ntfy server lets a message replace another of the same sequence (`X-Sequence-ID`, in its documents
//! under "Updating + deleting notifications"); an older one shows both.

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use streetlamp_proto::alert::Urgency;
use zeroize::Zeroizing;

use super::{Worded, judged};
use crate::address::Place;
use crate::error::{Error, ErrorKind, Result};
use crate::https::Call;
use crate::secret::Secret;

/// A topic of an ntfy server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its address. Whoever knows it can read along.
    pub place: Place,
    /// Who may send there, if not everybody.
    pub token: Option<Secret>,
}

impl Topic {
    pub(super) async fn send(&self, notice: &Worded<'_>) -> Result<()> {
        let url = self.place.url()?;
        let usual = url.port_or_known_default().unwrap_or(443);
        // Priorities are ntfy's: 3 is the usual one, 5 rings until it is seen.
        let priority = match notice.urgency {
            Urgency::Urgent => "5",
            Urgency::HeadsUp => "4",
            Urgency::Info => "3",
        };
        let odd = |e: hyper::header::InvalidHeaderValue| {
            Error::new(ErrorKind::Invalid, "the token is none").because(e)
        };
        let mut headers = vec![
            (
                HeaderName::from_static("x-title"),
                HeaderValue::from_static("Streetlamp"),
            ),
            (
                HeaderName::from_static("x-priority"),
                HeaderValue::from_static(priority),
            ),
            (
                HeaderName::from_static("x-sequence-id"),
                HeaderValue::from_str(notice.id).map_err(odd)?,
            ),
        ];
        if let Some(token) = &self.token {
            let bearer = Zeroizing::new(format!("Bearer {}", *token.0));
            let mut bearer = HeaderValue::from_str(&bearer).map_err(odd)?;
            bearer.set_sensitive(true);
            headers.push((AUTHORIZATION, bearer));
        }
        let call = Call {
            method: Method::POST,
            url: &url,
            address: self.place.address(usual).await?,
            headers,
            body: Bytes::from(notice.sentence()),
        };
        judged(call.send().await?.status)
    }
}
