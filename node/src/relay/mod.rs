//! Following an agency's feed: what it announces becomes bulletins of a publisher that runs on this machine.
//!
//! The relay is a client of the publisher's command socket, as the command line is. It reads what strangers wrote so that
//! the node that speaks need not, and it can be killed at any time: what was said is remembered by the publisher
//! ([`DeskCommand::Relay`](streetlamp_proto::publisher::DeskCommand)), so nothing is said twice.
//!
//! Homes take a few new bulletins of a publisher in an hour. So what changes earlier ones comes first, then what is worst;
//! a part of the room is kept for what is grave; and what waits is told to whoever runs the relay, and tried again for as
//! long as the feed lists it.
//!
//! `feed` finds messages in what was fetched, `fetch` fetches, `round` says them.

mod feed;
mod fetch;
mod round;
#[cfg(test)]
mod tests;

use std::time::Duration;

use url::Url;

pub use round::{Outcome, Relay, Report, Round};

use crate::error::{Error, ErrorKind, Result};
use crate::publisher::Terms;

/// How often a feed is asked.
pub const EVERY: Duration = Duration::from_secs(120);
/// The least that is polite.
pub const EVERY_LEAST: Duration = Duration::from_secs(30);
/// The longest wait after failures, and how long a server may ask to be left alone.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// What to follow, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The feed.
    pub feed: FeedUrl,
    /// On which terms its messages are taken.
    pub terms: Terms,
    /// The second key, for evacuations, if its owner lets this machine have it.
    pub second_key: Option<std::path::PathBuf>,
    /// Whether servers on this very machine may be asked: for tests.
    pub allow_loopback: bool,
}

/// The address of a feed.
#[derive(Debug, Clone)]
pub struct FeedUrl(Url);

impl std::str::FromStr for FeedUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = |why: &str| Error::new(ErrorKind::Invalid, why);
        let url: Url = text
            .parse()
            .map_err(|e| refused("the feed is no address such as https://…").because(e))?;
        if url.scheme() != "https" || url.host_str().is_none() {
            return Err(refused(
                "a feed has to be an https address: what comes otherwise may be anybody's word",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "leave name and password out of the feed's address: others can see it here",
            ));
        }
        if url.query_pairs().any(|(name, _)| name == "point") {
            return Err(refused(
                "ask for a state or a zone, not for a point: it would tell the server where somebody is",
            ));
        }
        Ok(Self(url))
    }
}

/// How long to wait after so many failures in a row.
pub fn wait_after(failures: u32, every: Duration, asked: Option<Duration>) -> Duration {
    let doubled = every.saturating_mul(2_u32.saturating_pow(failures.min(10)));
    let wait = doubled.min(PATIENCE.max(every));
    wait.max(asked.unwrap_or_default().min(PATIENCE))
}
