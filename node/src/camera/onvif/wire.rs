//! How a camera is spoken to: SOAP over HTTP, at the one address that was judged.
//!
//! Cameras name addresses of their services. Of those only the path is taken: nothing is sent to another host or port than the
//! household named, and no redirect is followed. Answers are bounded in bytes, and in depth and number of elements before
//! anybody makes a tree of them. A password never goes over the wire: a camera gets a proof of it (HTTP Digest, RFC 7616, and
//! the digest of WS-Security), and one that wants the password itself is refused.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http_auth::{PasswordClient, PasswordParams};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{HeaderMap, Method, StatusCode};
use oxvif::transport::{Transport, TransportError};
use url::Url;

use super::bounds::is_bounded;
use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::https::{Call, Reply};

/// Where HTTP is.
const PORT: u16 = 80;
/// Most bytes of an answer. The longest lists what a camera can tell of.
const ANSWER: usize = 512 * 1024;

/// The way to one camera.
pub(super) struct Wire {
    place: Place,
    login: Option<Login>,
    /// What proves the password, once the camera asked for it.
    digest: Mutex<Option<PasswordClient>>,
    /// What went wrong last, in words.
    failed: Mutex<Option<Error>>,
}

impl Wire {
    pub(super) fn to(place: &Place, login: Option<&Login>) -> Self {
        Self {
            place: place.clone(),
            login: login.cloned(),
            digest: Mutex::new(None),
            failed: Mutex::new(None),
        }
    }

    /// What went wrong since somebody looked.
    pub(super) fn failure(&self) -> Option<Error> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.take()
    }

    fn digest(&self) -> MutexGuard<'_, Option<PasswordClient>> {
        self.digest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks; gives the text of an answer that has one.
    async fn ask(&self, said: &str, action: &str, body: String) -> Result<String> {
        let mut url = self.place.url()?;
        let said = Url::parse(said).map_err(|_| odd("it names no address of its service"))?;
        url.set_path(said.path());
        url.set_query(said.query());
        let body = Bytes::from(body);
        let mut reply = self.send(&url, action, body.clone()).await?;
        if reply.status == StatusCode::UNAUTHORIZED && self.is_challenged(&reply.headers) {
            reply = self.send(&url, action, body).await?;
        }
        match reply.status {
            // A fault of SOAP comes with 400 or 500, and says which.
            StatusCode::OK | StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(refused()),
            StatusCode::NOT_FOUND => {
                let message = "there is no ONVIF at this address: many cameras want it switched on first, and some have a port of its own for it, such as 8000 or 2020";
                return Err(Error::new(ErrorKind::NotFound, message));
            }
            status => {
                tracing::debug!(status = status.as_u16(), "a camera answered oddly");
                return Err(odd("it gave an answer that is none"));
            }
        }
        let answer = reply.whole(ANSWER).await?;
        let answer = String::from_utf8(answer).map_err(|_| odd("its answer is no text"))?;
        match is_bounded(&answer) {
            true => Ok(answer),
            false => Err(odd("its answer is larger than one can be")),
        }
    }

    async fn send(&self, url: &Url, action: &str, body: Bytes) -> Result<Reply> {
        let unfit = |_| Error::new(ErrorKind::Internal, "the question cannot be written");
        let kind = format!("application/soap+xml; charset=utf-8; action=\"{action}\"");
        let mut headers = vec![(CONTENT_TYPE, HeaderValue::try_from(kind).map_err(unfit)?)];
        if let Some(proof) = self.proof(url, &body) {
            let mut proof = HeaderValue::try_from(proof).map_err(unfit)?;
            proof.set_sensitive(true);
            headers.push((AUTHORIZATION, proof));
        }
        let call = Call {
            method: Method::POST,
            url,
            address: self.place.address(PORT).await?,
            headers,
            body,
        };
        call.send().await.map_err(|error| {
            let message =
                "the camera cannot be reached by ONVIF: check that it is on and that its address is right";
            Error::new(ErrorKind::Unavailable, message).because(error)
        })
    }

    /// The proof of the password for this question, if the camera asked for one.
    fn proof(&self, url: &Url, body: &[u8]) -> Option<String> {
        let login = self.login.as_ref()?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let params = PasswordParams {
            username: &login.user,
            password: &login.password.0,
            uri: &path,
            method: "POST",
            body: Some(body),
        };
        self.digest().as_mut()?.respond(&params).ok()
    }

    /// Whether a camera asks for a proof of the password; it is remembered for the questions that follow.
    fn is_challenged(&self, headers: &HeaderMap) -> bool {
        if self.login.is_none() {
            return false;
        }
        let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
        let mut builder = PasswordClient::builder();
        for challenge in challenges.take(4).filter_map(|value| value.to_str().ok()) {
            builder = builder.challenges(challenge);
        }
        let client = builder.build().ok();
        let digest = client.filter(|client| matches!(client, PasswordClient::Digest(_)));
        let is_challenged = digest.is_some();
        *self.digest() = digest;
        is_challenged
    }
}

#[async_trait::async_trait]
impl Transport for Wire {
    async fn soap_post(
        &self,
        url: &str,
        action: &str,
        body: String,
    ) -> Result<String, TransportError> {
        self.ask(url, action, body).await.map_err(|error| {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            TransportError::HttpStatus {
                status: 0,
                body: String::new(),
            }
        })
    }
}

/// The camera wants another login.
pub(super) fn refused() -> Error {
    let message = "the camera refuses the login for ONVIF: check name and password; many cameras want an account that is made for ONVIF";
    Error::new(ErrorKind::Denied, message)
}

/// What a camera answers makes no sense.
pub(super) fn odd(what: &str) -> Error {
    let message = format!("the camera does not speak ONVIF as it should: {what}");
    Error::new(ErrorKind::Unavailable, message)
}
