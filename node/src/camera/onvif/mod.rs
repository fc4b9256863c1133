//! What a camera tells over ONVIF: that it is there, what it is called, where its streams are, and what it notices.
//!
//! A camera is no friend. Its answers come over `wire`, which connects to the one address that was judged and bounds what
//! comes back; `oxvif` takes them apart. `discovery` finds cameras on the local network without a login; `happening` is the
//! little that is read of what they notice. Nothing is ever set on a camera. See decision 40.

mod bounds;
pub mod discovery;
mod happening;
mod wire;

#[cfg(any(test, fuzzing))]
mod fuzz;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use oxvif::soap::SoapError;
use oxvif::{OnvifError, OnvifSession};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until, timeout};

#[cfg(any(test, fuzzing))]
pub use fuzz::camera_or_nothing;
pub use happening::{EVERY, Happening, Told};

use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};
use wire::{Wire, odd, refused};

/// Where ONVIF is on nearly every camera, if nobody says (ONVIF Core Specification, section 5.1.1).
pub const PATH: &str = "/onvif/device_service";
/// How long a camera may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(30);
/// Streams of a camera that are looked at.
const STREAMS: usize = 8;
/// Longest name and token that are taken from a camera, in characters.
const NAME: usize = 64;
/// How long a camera holds an answer back while it has nothing to tell, and how many messages it gives at once.
const WAIT: &str = "PT10S";
const AT_ONCE: u32 = 32;
/// How long it remembers who listens, and how often it is reminded.
const LEASE: &str = "PT2M";
const REMIND: Duration = Duration::from_secs(40);
/// The least time between two questions: some cameras hold nothing back.
const PACE: Duration = Duration::from_secs(1);

/// What a household said about what a camera notices.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onvif {
    /// Where the camera tells it.
    pub place: Place,
    /// What begins a recording.
    pub on: BTreeSet<Happening>,
}

/// A stream that a camera has.
#[derive(Debug, Clone)]
pub struct Offered {
    /// What the camera calls it, to be told apart.
    pub profile: String,
    /// What it calls it, to be read.
    pub name: String,
    /// Where it is, at the camera's own host.
    pub place: Place,
}

/// A camera that answers.
pub struct Device {
    session: OnvifSession,
    wire: Arc<Wire>,
    place: Place,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").finish_non_exhaustive()
    }
}

impl Device {
    /// Asks a camera what it can do.
    ///
    /// # Errors
    /// If it cannot be reached, refuses the login, or speaks no ONVIF.
    pub async fn open(place: &Place, login: Option<&Login>) -> Result<Self> {
        let wire = Arc::new(Wire::to(place, login));
        let url = place.url()?;
        let mut builder = OnvifSession::builder(url.as_str())
            .with_transport(Arc::clone(&wire) as Arc<_>)
            // A proof of the password holds for some minutes of the camera's own clock.
            .with_clock_sync();
        if let Some(login) = login {
            builder = builder.with_credentials(login.user.as_str(), login.password.0.as_str());
        }
        let session = timeout(PATIENCE, Box::pin(builder.build())).await;
        let session = session
            .map_err(|_| odd("it does not answer"))?
            .map_err(|error| failed(&wire, error))?;
        Ok(Self {
            session,
            wire,
            place: place.clone(),
        })
    }

    /// Maker and model.
    ///
    /// # Errors
    /// As [`Device::open`].
    pub async fn name(&self) -> Result<String> {
        let info = self.ask(Box::pin(self.session.get_device_info())).await?;
        Ok(plain(&format!("{} {}", info.manufacturer, info.model)))
    }

    /// Its streams, the best one first, as cameras have it.
    ///
    /// # Errors
    /// As [`Device::open`]; [`ErrorKind::NotFound`] if it has none.
    pub async fn streams(&self) -> Result<Vec<Offered>> {
        let capabilities = self.session.capabilities();
        let old = capabilities.media.url.is_some();
        let profiles: Vec<(String, String)> = if old {
            let profiles = self.ask(Box::pin(self.session.get_profiles())).await?;
            let seen = profiles
                .into_iter()
                .filter(|p| p.video_encoder_token.is_some());
            seen.map(|p| (p.token, p.name)).collect()
        } else {
            let profiles = self
                .ask(Box::pin(self.session.get_profiles_media2()))
                .await?;
            let seen = profiles
                .into_iter()
                .filter(|p| p.video_encoder_token.is_some());
            seen.map(|p| (p.token, p.name)).collect()
        };
        let mut streams = Vec::new();
        for (profile, name) in profiles.into_iter().take(STREAMS) {
            if profile.chars().count() > NAME {
                continue;
            }
            let uri = if old {
                let uri = self.session.get_stream_uri(&profile);
                self.ask(Box::pin(uri)).await?.uri
            } else {
                let uri = self.session.get_stream_uri_media2(&profile);
                self.ask(Box::pin(uri)).await?
            };
            // An address that is none is a stream that is none.
            if let Ok(place) = self.place.sibling(&uri, "rtsp") {
                streams.push(Offered {
                    profile,
                    name: plain(&name),
                    place,
                });
            }
        }
        if streams.is_empty() {
            let message = "the camera names no stream of pictures: give its address with '--rtsp'";
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        Ok(streams)
    }

    /// Begins to hear what it notices.
    ///
    /// # Errors
    /// As [`Device::open`]; [`ErrorKind::NotFound`] if it tells nothing.
    pub async fn listen(self) -> Result<Listening> {
        if self.session.capabilities().events.url.is_none() {
            let message = "the camera tells nothing of what it notices";
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let subscription = self
            .session
            .create_pull_point_subscription(None, Some(LEASE));
        let subscription = self.ask(Box::pin(subscription)).await?;
        let now = Instant::now();
        Ok(Listening {
            reference: subscription.reference_url,
            device: self,
            next: now,
            remind: now + REMIND,
        })
    }

    async fn ask<T>(&self, answer: impl Future<Output = Result<T, OnvifError>>) -> Result<T> {
        let answer = timeout(PATIENCE, answer).await;
        answer
            .map_err(|_| odd("it does not answer"))?
            .map_err(|error| failed(&self.wire, error))
    }
}

/// A camera that tells what it notices.
#[derive(Debug)]
pub struct Listening {
    device: Device,
    reference: String,
    /// When it may be asked again.
    next: Instant,
    remind: Instant,
}

impl Listening {
    /// What it noticed since the last time; waits some seconds if it is nothing.
    ///
    /// # Errors
    /// As [`Device::open`]. Listening is over then.
    pub async fn next(&mut self) -> Result<Vec<Told>> {
        sleep_until(self.next).await;
        self.next = Instant::now() + PACE;
        if self.remind <= Instant::now() {
            self.remind = Instant::now() + REMIND;
            let session = &self.device.session;
            let renewed = session.renew_subscription(&self.reference, LEASE);
            // Some cameras cannot, and remember while they are asked.
            if let Err(error) = self.device.ask(Box::pin(renewed)).await {
                tracing::debug!(error = error.chain(), "a camera is not reminded");
            }
        }
        let session = &self.device.session;
        let messages = session.pull_messages(&self.reference, WAIT, AT_ONCE);
        let messages = self.device.ask(Box::pin(messages)).await?;
        let most = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        Ok(messages.iter().take(most).filter_map(Told::read).collect())
    }
}

/// What went wrong, without anything that the camera said.
fn failed(wire: &Wire, error: OnvifError) -> Error {
    let error = match (wire.failure(), error) {
        (Some(error), _) => return error,
        (None, error) => error,
    };
    let denied =
        |word: &str| word.contains("NotAuthorized") || word.contains("FailedAuthentication");
    match &error {
        OnvifError::Soap(SoapError::Fault { code, subcode, .. })
            if denied(code) || subcode.as_deref().is_some_and(denied) =>
        {
            refused()
        }
        OnvifError::Soap(SoapError::Fault { .. }) => odd("it refuses a question"),
        _ => odd("its answer lacks something"),
    }
}

/// A text of a camera's as it may be shown.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let shown = words.join(" ");
    let shown = shown.chars().filter(|c| !is_hidden(*c));
    shown.take(NAME).collect()
}

/// Characters that move others around, or show nothing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
