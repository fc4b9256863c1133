//! What a camera notices begins a recording, and rings if it is somebody.
//!
//! Hearing fails apart from the pictures: a camera that tells nothing any more is still recorded when something else says so,
//! and `camera list` says what is wrong. A camera that forgets to say that something ended is believed for ten minutes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::feed::Feed;
use crate::address::Login;
use crate::camera::onvif::{Device, Happening, Onvif, Told};
use crate::error::Result;

/// How long a recording goes on after the last sign.
const AFTER: Duration = Duration::from_secs(30);
/// How long something is believed to go on without another word of it.
const BELIEVED: Duration = Duration::from_secs(600);
/// Happenings of one camera that go on at a time.
const GOING: usize = 32;
/// Rests after a failure: the first, doubled each time, and the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// Hearing that went well for so long begins anew with its rests.
const WENT_WELL: Duration = Duration::from_secs(60);

/// Hears a camera for as long as it is recorded.
pub(super) async fn keep_hearing(
    feed: &Feed,
    events: Option<&Onvif>,
    login: Option<&Login>,
) -> Infallible {
    let Some(events) = events else {
        return std::future::pending().await;
    };
    let mut rest = FIRST;
    loop {
        let began = Instant::now();
        let error = match Box::pin(hear(feed, events, login)).await {
            Err(error) => error,
            Ok(never) => return never,
        };
        tracing::warn!(camera = %feed.name, error = error.chain(), "what a camera notices is not heard");
        feed.is_deaf(Some(format!("what it notices is not heard: {error}")));
        if began.elapsed() >= WENT_WELL {
            rest = FIRST;
        }
        sleep(rest).await;
        rest = (rest * 2).min(LONGEST);
    }
}

async fn hear(feed: &Feed, events: &Onvif, login: Option<&Login>) -> Result<Infallible> {
    let device = Device::open(&events.place, login).await?;
    let mut listening = device.listen().await?;
    let mut going = Going::default();
    loop {
        for told in listening.next().await? {
            if !events.on.contains(&told.what) {
                continue;
            }
            if going.hear(&told, Instant::now()) && told.what != Happening::Motion {
                feed.node.somebody_at(&feed.name);
            }
        }
        feed.is_deaf(None);
        if going.is_any(Instant::now()) {
            feed.noticed(AFTER);
        }
    }
}

/// What goes on before a camera.
#[derive(Debug, Default)]
struct Going {
    since: BTreeMap<String, Instant>,
    /// Something began since anybody asked, and may be over.
    began: bool,
}

impl Going {
    /// Takes in what was told; says whether it begins.
    fn hear(&mut self, told: &Told, now: Instant) -> bool {
        if !told.holds {
            self.since.remove(&told.by);
            return false;
        }
        self.began = true;
        let room = self.since.len() < GOING || self.since.contains_key(&told.by);
        // What there is no room for is recorded, too, but not for long.
        !room || self.since.insert(told.by.clone(), now).is_none()
    }

    /// Whether anything goes on, or went on since the last time.
    fn is_any(&mut self, now: Instant) -> bool {
        self.since
            .retain(|_, since| now.duration_since(*since) < BELIEVED);
        std::mem::take(&mut self.began) || !self.since.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(by: &str, holds: bool) -> Told {
        Told {
            what: Happening::Person,
            by: by.to_owned(),
            holds,
        }
    }

    #[test]
    fn something_goes_on_from_its_first_word_to_its_last_and_a_press_counts_once() {
        let (mut going, now) = (Going::default(), Instant::now());
        assert!(!going.is_any(now));
        assert!(going.hear(&told("a", true), now));
        assert!(!going.hear(&told("a", true), now));
        assert!(going.is_any(now) && going.is_any(now));
        assert!(!going.hear(&told("a", false), now));
        assert!(!going.is_any(now));
        // Pressed and let go between two looks.
        assert!(going.hear(&told("a", true), now));
        going.hear(&told("a", false), now);
        assert!(going.is_any(now));
        assert!(!going.is_any(now));
    }

    #[test]
    fn a_camera_that_never_says_that_it_is_over_is_believed_for_a_while_and_a_flood_is_bounded() {
        let (mut going, now) = (Going::default(), Instant::now());
        for by in 0..1_000 {
            going.hear(&told(&by.to_string(), true), now);
        }
        assert_eq!(going.since.len(), GOING);
        assert!(going.is_any(now + BELIEVED / 2));
        assert!(!going.is_any(now + BELIEVED));
    }
}
