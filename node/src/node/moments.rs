//! Events of the moment that the household may be told of: what waits at an outlet, and for how long.
//!
//! Nothing of it is kept: after a restart nobody stands at a camera any more, and every browser has to sign in again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;

use crate::notify::About;

/// Events of one kind that wait at an outlet. A further one ends the oldest.
const WAITING: usize = 8;
/// Whoever stood at a camera is gone after this long.
const VISIT: Duration = Duration::from_secs(600);
/// That somebody signed in is worth to be known also after a night of quiet hours.
const SIGNED_IN: Duration = Duration::from_secs(24 * 3_600);

/// From where a browser signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedIn {
    /// From the machine that the node runs on.
    Here,
    /// From the house's network, or through another program.
    Network,
}

/// What happens at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moment {
    /// Somebody is at this camera.
    AtCamera(Name),
    /// A browser signed in to the page.
    SignedIn(SignedIn),
}

impl Moment {
    pub(super) const fn about(&self) -> About {
        match self {
            Self::AtCamera(_) => About::Doorbell,
            Self::SignedIn(_) => About::SignIns,
        }
    }

    /// What can be told of it beyond that it happened.
    pub(super) fn word(&self) -> String {
        match self {
            Self::AtCamera(camera) => camera.to_string(),
            Self::SignedIn(SignedIn::Here) => "its own machine".to_owned(),
            Self::SignedIn(SignedIn::Network) => "your network".to_owned(),
        }
    }

    const fn stays(&self) -> Duration {
        match self {
            Self::AtCamera(_) => VISIT,
            Self::SignedIn(_) => SIGNED_IN,
        }
    }

    /// Whether it is told when quiet hours are over.
    const fn outlasts_quiet(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }
}

/// What waits, in the order in which it happened.
#[derive(Debug, Default)]
pub(super) struct Moments(Mutex<VecDeque<(Moment, Timestamp)>>);

impl Moments {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<(Moment, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has something wait. Nothing of another kind goes for it, so that a doorbell cannot hide who signed in.
    pub(super) fn add(&self, moment: Moment, at: Timestamp) {
        let mut waiting = self.waiting();
        let alike = |(waits, _): &(Moment, Timestamp)| waits.about() == moment.about();
        if waiting.iter().filter(|waits| alike(waits)).count() >= WAITING
            && let Some(oldest) = waiting.iter().position(alike)
        {
            waiting.remove(oldest);
        }
        waiting.push_back((moment, at));
    }

    /// What is to be told next; nothing in quiet hours, which most do not outlast.
    pub(super) fn next(&self, quiet: bool, now: Timestamp) -> Option<(Moment, Timestamp)> {
        let mut waiting = self.waiting();
        waiting.retain(|(moment, at)| {
            now.since(*at) < moment.stays() && (!quiet || moment.outlasts_quiet())
        });
        waiting.front().filter(|_| !quiet).cloned()
    }

    /// That was told.
    pub(super) fn forget(&self, told: &(Moment, Timestamp)) {
        self.waiting().retain(|waits| waits != told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_ms(1_760_000_000_000);

    fn at_door() -> Moment {
        Moment::AtCamera(Name::clean("Door").unwrap())
    }

    #[test]
    fn quiet_hours_outlast_a_visitor_and_not_a_sign_in() {
        let moments = Moments::default();
        let signed_in = Moment::SignedIn(SignedIn::Network);
        moments.add(at_door(), NOON);
        moments.add(signed_in.clone(), NOON);
        assert_eq!(moments.next(true, NOON), None);
        let morning = NOON.after(Duration::from_secs(9 * 3_600));
        let told = moments.next(false, morning).unwrap();
        assert_eq!(told, (signed_in, NOON));
        moments.forget(&told);
        assert_eq!(moments.next(false, morning), None);
    }

    #[test]
    fn a_crowd_at_the_door_hides_no_sign_in_and_does_not_grow() {
        let moments = Moments::default();
        moments.add(Moment::SignedIn(SignedIn::Here), NOON);
        for second in 0..100 {
            moments.add(at_door(), NOON.after(Duration::from_secs(second)));
        }
        assert_eq!(moments.waiting().len(), WAITING + 1);
        let (first, _) = moments.next(false, NOON).unwrap();
        assert_eq!(first, Moment::SignedIn(SignedIn::Here));
    }

    #[test]
    fn a_visitor_of_long_ago_is_not_told_of() {
        let moments = Moments::default();
        moments.add(at_door(), NOON);
        assert!(moments.next(false, NOON).is_some());
        assert_eq!(moments.next(false, NOON.after(VISIT)), None);
    }
}
