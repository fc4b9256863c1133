//! Who is signed in, and which sign-in links are still good.
//!
//! Both live in memory only: when the node starts again, everybody signs in again with a new link. Time is passed in.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use data_encoding::HEXLOWER;
use tokio::time::Instant;

use crate::secret::Kept;

/// How long a link is good.
const LINK_LIFE: Duration = Duration::from_secs(15 * 60);
/// Links that are good at the same time; a further one ends the oldest.
const LINKS: usize = 8;
/// A session ends after this long without a request.
const IDLE: Duration = Duration::from_secs(12 * 3600);
/// A session ends after this long, however busy.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Whoever gave the passphrase is believed to sit there still for so long.
const PROVEN: Duration = Duration::from_secs(10 * 60);
/// Sessions at the same time; a further one ends the one that was idle longest.
const SESSIONS: usize = 32;

/// Sign-in links that were given out and not used.
#[derive(Debug, Default)]
pub(super) struct Links(Mutex<Vec<(Kept, Instant)>>);

impl Links {
    /// Makes a link good from now on.
    pub(super) fn add(&self, link: Kept, now: Instant) {
        let mut links = locked(&self.0);
        links.retain(|(_, end)| *end > now);
        if links.len() >= LINKS {
            links.remove(0);
        }
        links.push((link, now + LINK_LIFE));
    }

    /// Ends every link.
    pub(super) fn end_all(&self) {
        locked(&self.0).clear();
    }

    /// Uses a link up. Whether it was good.
    pub(super) fn redeem(&self, link: Kept, now: Instant) -> bool {
        let mut links = locked(&self.0);
        links.retain(|(_, end)| *end > now);
        let before = links.len();
        links.retain(|(good, _)| *good != link);
        links.len() < before
    }
}

#[derive(Debug)]
struct Session {
    key: Kept,
    /// What the browser calls itself, in a few words.
    browser: Option<&'static str>,
    /// Where in the network it began; nothing if on this machine.
    from: Option<IpAddr>,
    since: Instant,
    seen: Instant,
    /// When the passphrase was given last.
    proven: Option<Instant>,
    /// When the list of sessions was looked at in it last.
    looked: Instant,
}

impl Session {
    fn alive(&self, now: Instant) -> bool {
        now.duration_since(self.since) < LONGEST && now.duration_since(self.seen) < IDLE
    }
}

/// A session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Names it, and lets nobody in.
    pub(super) name: String,
    pub(super) browser: Option<&'static str>,
    /// Where in the network it began; nothing if on this machine.
    pub(super) from: Option<IpAddr>,
    /// How long ago it began.
    pub(super) since: Duration,
    /// How long ago it asked for something.
    pub(super) seen: Duration,
    /// Whether it is the one that asks.
    pub(super) this: bool,
}

/// Characters of a session's name.
const NAME: usize = 16;

fn name(key: Kept) -> String {
    let mut name = HEXLOWER.encode(key.as_bytes());
    name.truncate(NAME);
    name
}

/// A browser by its own word, which anybody can choose: for telling one's own apart, and for nothing else.
pub(super) fn browser(headers: &HeaderMap) -> Option<&'static str> {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default();
    // In this order: most call themselves Safari, too.
    let known = [
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome or Chromium"),
        ("Safari/", "Safari"),
    ];
    let found = known.iter().find(|(mark, _)| agent.contains(mark));
    found.map(|(_, name)| *name)
}

/// Browsers that are signed in.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Vec<Session>>);

impl Sessions {
    /// Begins a session.
    pub(super) fn begin(
        &self,
        key: Kept,
        browser: Option<&'static str>,
        from: Option<IpAddr>,
        now: Instant,
    ) {
        let mut sessions = locked(&self.0);
        sessions.retain(|session| session.alive(now));
        if sessions.len() >= SESSIONS {
            sessions.sort_by_key(|session| session.seen);
            sessions.remove(0);
        }
        sessions.push(Session {
            key,
            browser,
            from,
            since: now,
            seen: now,
            proven: None,
            looked: now,
        });
    }

    /// Whether the session is alive; a request keeps it so. One of this machine is none in the network, where more is asked
    /// of whoever signs in, nor the other way round.
    pub(super) fn touch(&self, key: Kept, network: bool, now: Instant) -> bool {
        let mut sessions = locked(&self.0);
        sessions.retain(|session| session.alive(now));
        sessions
            .iter_mut()
            .find(|session| session.key == key && session.from.is_some() == network)
            .map(|session| session.seen = now)
            .is_some()
    }

    /// Whether the session is alive. Looking does not keep it so.
    pub(super) fn is_alive(&self, key: Kept, now: Instant) -> bool {
        locked(&self.0)
            .iter()
            .any(|session| session.key == key && session.alive(now))
    }

    /// Notes that the right passphrase was given in this session.
    pub(super) fn prove(&self, key: Kept, now: Instant) {
        let mut sessions = locked(&self.0);
        if let Some(session) = sessions.iter_mut().find(|session| session.key == key) {
            session.proven = Some(now);
        }
    }

    /// Whether the passphrase was given in this session a short while ago.
    pub(super) fn is_proven(&self, key: Kept, now: Instant) -> bool {
        locked(&self.0)
            .iter()
            .filter(|session| session.key == key && session.alive(now))
            .filter_map(|session| session.proven)
            .any(|proven| now.duration_since(proven) < PROVEN)
    }

    /// Every session, the one that was used last first. Whoever asks has seen them.
    pub(super) fn list(&self, this: Kept, now: Instant) -> Vec<Listed> {
        let mut sessions = locked(&self.0);
        for session in sessions.iter_mut().filter(|session| session.key == this) {
            session.looked = now;
        }
        let alive = sessions.iter().filter(|session| session.alive(now));
        let mut listed: Vec<_> = alive
            .map(|session| Listed {
                name: name(session.key),
                browser: session.browser,
                from: session.from,
                since: now.duration_since(session.since),
                seen: now.duration_since(session.seen),
                this: session.key == this,
            })
            .collect();
        listed.sort_by_key(|session| session.seen);
        listed
    }

    /// How many sessions began since the list was looked at in this one.
    pub(super) fn unseen(&self, this: Kept, now: Instant) -> usize {
        let sessions = locked(&self.0);
        let looked = sessions.iter().find(|session| session.key == this);
        let looked = looked.map_or(now, |session| session.looked);
        let alive = sessions.iter().filter(|session| session.alive(now));
        alive
            .filter(|session| session.key != this && session.since >= looked)
            .count()
    }

    /// Ends the session of this name. Whether there was one.
    pub(super) fn end_named(&self, named: &str) -> bool {
        let mut sessions = locked(&self.0);
        let before = sessions.len();
        sessions.retain(|session| name(session.key) != named);
        sessions.len() < before
    }

    /// Ends every session but this one.
    pub(super) fn end_others(&self, this: Kept) {
        locked(&self.0).retain(|session| session.key == this);
    }

    /// Ends every session.
    pub(super) fn end_all(&self) {
        locked(&self.0).clear();
    }

    /// Ends every session that began in the network.
    pub(super) fn end_from_network(&self) {
        locked(&self.0).retain(|session| session.from.is_none());
    }

    /// Ends a session.
    pub(super) fn end(&self, key: Kept) {
        locked(&self.0).retain(|session| session.key != key);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_link_is_good_once_and_for_fifteen_minutes() {
        let (links, now) = (Links::default(), Instant::now());
        links.add(Kept::of("a"), now);
        links.add(Kept::of("b"), now);
        assert!(links.redeem(Kept::of("a"), now + 14 * MINUTE));
        assert!(!links.redeem(Kept::of("a"), now + 14 * MINUTE));
        assert!(!links.redeem(Kept::of("b"), now + 15 * MINUTE));
    }

    #[test]
    fn an_idle_session_ends_after_twelve_hours_and_a_busy_one_after_thirty_days() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        sessions.begin(Kept::of("idle"), Some("Firefox"), None, start);
        sessions.begin(Kept::of("busy"), Some("Firefox"), None, start);
        for hours in (0..30 * 24).step_by(6) {
            assert!(
                sessions.touch(Kept::of("busy"), false, start + hours * HOUR),
                "after {hours} hours"
            );
        }
        assert!(!sessions.touch(Kept::of("idle"), false, start + 12 * HOUR));
        assert!(!sessions.touch(Kept::of("busy"), false, start + 30 * 24 * HOUR));
    }

    #[test]
    fn a_passphrase_counts_for_ten_minutes_and_in_its_own_session_only() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        sessions.begin(Kept::of("mine"), Some("Firefox"), None, now);
        sessions.begin(Kept::of("another"), Some("Firefox"), None, now);
        assert!(!sessions.is_proven(Kept::of("mine"), now));
        sessions.prove(Kept::of("mine"), now);
        assert!(sessions.is_proven(Kept::of("mine"), now + 9 * MINUTE));
        assert!(!sessions.is_proven(Kept::of("mine"), now + 10 * MINUTE));
        assert!(!sessions.is_proven(Kept::of("another"), now));
        sessions.end(Kept::of("mine"));
        assert!(!sessions.is_proven(Kept::of("mine"), now));
    }

    #[test]
    fn a_session_counts_at_the_door_at_which_it_began() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        sessions.begin(Kept::of("here"), None, None, now);
        sessions.begin(Kept::of("phone"), None, "192.168.1.7".parse().ok(), now);
        for (key, network) in [("here", false), ("phone", true)] {
            assert!(sessions.touch(Kept::of(key), network, now));
            assert!(!sessions.touch(Kept::of(key), !network, now), "{key}");
        }
        sessions.end_from_network();
        assert!(sessions.is_alive(Kept::of("here"), now));
        assert!(!sessions.is_alive(Kept::of("phone"), now));
    }

    #[test]
    fn a_session_that_began_is_told_of_in_the_others_until_they_look() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        sessions.begin(Kept::of("mine"), Some("Firefox"), None, now);
        assert_eq!(sessions.unseen(Kept::of("mine"), now), 0);
        let later = now + MINUTE;
        sessions.begin(Kept::of("thief"), None, None, later);
        assert_eq!(sessions.unseen(Kept::of("mine"), later), 1);
        assert_eq!(sessions.unseen(Kept::of("thief"), later), 0);
        sessions.list(Kept::of("mine"), later + MINUTE);
        assert_eq!(sessions.unseen(Kept::of("mine"), later + MINUTE), 0);
    }

    #[test]
    fn a_session_is_ended_by_its_name_and_the_others_stay() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        for key in ["mine", "lost", "old"] {
            sessions.begin(Kept::of(key), Some("Firefox"), None, now);
        }
        let listed = sessions.list(Kept::of("mine"), now);
        assert_eq!(listed.iter().filter(|session| session.this).count(), 1);
        assert!(sessions.end_named(&name(Kept::of("lost"))));
        assert!(!sessions.end_named(""));
        let alive = |key| sessions.is_alive(Kept::of(key), now);
        assert!(alive("mine") && !alive("lost") && alive("old"));
        sessions.end_others(Kept::of("mine"));
        assert!(alive("mine") && !alive("old"));
    }

    #[test]
    fn a_thirty_third_session_ends_the_one_that_was_idle_longest() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        for n in 0..32_u32 {
            sessions.begin(
                Kept::of(&n.to_string()),
                Some("Firefox"),
                None,
                start + n * MINUTE,
            );
        }
        assert!(sessions.touch(Kept::of("0"), false, start + HOUR));
        sessions.begin(Kept::of("32"), Some("Firefox"), None, start + HOUR);
        assert!(sessions.is_alive(Kept::of("0"), start + HOUR));
        assert!(!sessions.is_alive(Kept::of("1"), start + HOUR));
    }
}
