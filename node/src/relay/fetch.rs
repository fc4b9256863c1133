//! Fetching: bounded, over TLS, from public addresses, and not again what did not change.

use std::net::IpAddr;
use std::time::Duration;

use hyper::header::{
    ETAG, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use hyper::{HeaderMap, StatusCode};
use rustls::RootCertStore;
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::Url;

use crate::error::{Error, ErrorKind, Result};
use crate::https::{self, Answer, Question};

/// Bytes of a feed. That of all of the United States has one to two MiB on a bad day.
pub(super) const FEED_BYTES: usize = 8 * 1024 * 1024;
/// How long one answer may take in all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Characters of what a server calls a version.
const VALIDATOR_BYTES: usize = 512;

/// What is understood of feeds, and of messages.
pub(super) const FEED_TYPES: &str = "application/geo+json, application/atom+xml, application/rss+xml, application/cap+xml, application/xml;q=0.9, text/xml;q=0.9";
pub(super) const MESSAGE_TYPES: &str = "application/cap+xml, application/xml;q=0.9, text/xml;q=0.9";

/// Who asks, and whom.
#[derive(Debug, Clone)]
pub(super) struct Fetcher {
    /// What servers are told that asks: they want to be able to write to somebody.
    pub(super) agent: String,
    pub(super) allow_loopback: bool,
    /// Whom to trust, if not whom this machine trusts.
    pub(super) authorities: Option<RootCertStore>,
}

/// What a server called the version that was fetched last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Version(Vec<(HeaderName, HeaderValue)>);

/// What came of asking.
#[derive(Debug)]
pub(super) enum Fetched {
    /// It is another one.
    New(Vec<u8>, Version),
    /// It did not change.
    Same,
}

/// Why nothing was fetched, and for how long the server wants to be left alone.
#[derive(Debug)]
pub(super) struct NotFetched {
    pub(super) error: Error,
    pub(super) wait: Option<Duration>,
}

impl From<Error> for NotFetched {
    fn from(error: Error) -> Self {
        Self { error, wait: None }
    }
}

impl Fetcher {
    /// Fetches a file, unless it is of this version.
    pub(super) async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        most: usize,
        version: &Version,
    ) -> Result<Fetched, NotFetched> {
        let late = |_| Error::new(ErrorKind::Unavailable, "the server takes too long");
        let asking = timeout(PATIENCE, Box::pin(self.ask(url, accept, most, version)));
        let answer = asking.await.map_err(late)??;
        match answer.status {
            StatusCode::OK => {
                let version = Version::of(&answer.headers);
                Ok(Fetched::New(answer.body.into(), version))
            }
            StatusCode::NOT_MODIFIED => Ok(Fetched::Same),
            status => Err(refusal(status, &answer.headers)),
        }
    }

    async fn ask(
        &self,
        url: &Url,
        accept: &'static str,
        most: usize,
        version: &Version,
    ) -> Result<Answer> {
        let odd = || Error::new(ErrorKind::Invalid, "it is no https address");
        let host = url
            .host_str()
            .filter(|_| url.scheme() == "https")
            .ok_or_else(odd)?;
        let host = host.trim_matches(['[', ']']);
        let port = url.port().unwrap_or(https::PORT);
        let found = lookup_host((host, port)).await;
        let found = found.map_err(|e| Error::io("the server's address is not known", e))?;
        let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        addresses.retain(|ip| https::is_public(*ip) || (self.allow_loopback && ip.is_loopback()));
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let question = Question {
            host,
            authority: url.authority(),
            path: &path,
            agent: &self.agent,
            accept,
            conditions: &version.0,
            most,
        };
        let authorities = match &self.authorities {
            Some(given) => given.clone(),
            None => https::authorities_of_this_machine()?,
        };
        https::get(&question, &addresses, port, authorities).await
    }
}

impl Version {
    fn of(headers: &HeaderMap) -> Self {
        let pairs = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
        let known = pairs.into_iter().filter_map(|(said, asked)| {
            let value = headers.get(said)?;
            (value.len() <= VALIDATOR_BYTES).then(|| (asked, value.clone()))
        });
        Self(known.collect())
    }
}

fn refusal(status: StatusCode, headers: &HeaderMap) -> NotFetched {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let message = match text(LOCATION) {
        Some(there) if status.is_redirection() => format!(
            "the server says that it moved to {}: if you trust that, give that address",
            there.chars().take(300).collect::<String>()
        ),
        _ => format!("the server answers {status}"),
    };
    NotFetched {
        error: Error::new(ErrorKind::Unavailable, message),
        wait: text(RETRY_AFTER)
            .and_then(|s| s.parse().ok())
            .map(Duration::from_secs),
    }
}
