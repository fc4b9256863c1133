//! One round: what is new in the feed, in the order in which it should be said, and what became of each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use streetlamp_proto::wire::limits::BULLETINS_PER_HOUR;
use tokio::time::Instant;
use url::Url;

use super::feed::{Entry, entries};
use super::fetch::{FEED_BYTES, FEED_TYPES, Fetched, Fetcher, MESSAGE_TYPES, NotFetched, Version};
use super::{Options, wait_after};
use crate::blocking::block;
use crate::cap::MESSAGE_BYTES;
use crate::clock::Clock;
use crate::control::answers::Said;
use crate::error::{Error, ErrorKind, Result};
use crate::publisher::{self, Becomes, DeskRequest, PublisherHome, RelayedWords, Weight, from_cap};

/// Messages that are fetched in one round; the others follow in the next.
const FETCHES: usize = 64;
/// Messages that the relay remembers to have dealt with. Beyond it, what is longest gone from the feed is forgotten.
const REMEMBERED: usize = 8_192;
/// New bulletins in an hour that are not grave: room for two others is kept.
const LESSER_PER_HOUR: usize = BULLETINS_PER_HOUR as usize - 2;
const HOUR: Duration = Duration::from_secs(3_600);

/// Follows a feed.
#[derive(Debug)]
pub struct Relay {
    options: Options,
    home: PublisherHome,
    fetcher: Fetcher,
    version: Version,
    failures: u32,
    /// Messages that the feed listed last and with which nothing is left to do, by what the feed calls them.
    done: BTreeSet<Key>,
    /// Messages that wait.
    waiting: BTreeMap<Key, Vec<u8>>,
    /// What was told about those that wait, so that it is told once.
    told: BTreeMap<Key, String>,
    /// When new bulletins were said in the last hour.
    said: VecDeque<Instant>,
}

/// What a feed calls a message: where it lies and when it was changed, or the message itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    At(Url, Option<i64>),
    Message([u8; 32]),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it is called, or where it lies.
    pub message: String,
    /// Its headline, if it has one.
    pub headline: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a message, in the words of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was published.
    Published {
        /// The bulletin.
        bulletin: String,
        /// Whether homes that listen were connected.
        heard: bool,
    },
    /// It takes back what was published.
    TakenBack {
        /// The bulletin.
        bulletin: String,
    },
    /// It waits, because homes take no more at present.
    Waits(String),
    /// It becomes no bulletin.
    Dropped(String),
}

/// How long to wait, and why nothing was fetched if nothing was.
#[derive(Debug)]
pub struct Round {
    /// Until the next one.
    pub wait: Duration,
    /// What went wrong.
    pub error: Option<Error>,
    /// Messages that the feed lists.
    pub listed: usize,
    /// Messages that wait.
    pub waiting: usize,
}

/// A message that can be said.
struct Ready {
    key: Key,
    words: Box<RelayedWords>,
    weight: Weight,
}

impl Relay {
    /// Follows a feed for the publisher of a directory.
    pub fn new(home: PublisherHome, options: Options) -> Self {
        let domain = &home.binding().statement().domain;
        let fetcher = Fetcher {
            agent: format!("streetlamp-relay ({domain})"),
            allow_loopback: options.allow_loopback,
            authorities: None,
        };
        Self {
            options,
            home,
            fetcher,
            version: Version::default(),
            failures: 0,
            done: BTreeSet::new(),
            waiting: BTreeMap::new(),
            told: BTreeMap::new(),
            said: VecDeque::new(),
        }
    }

    /// Asks the feed once, says what is new in it, and reports what became of each message.
    pub async fn round(&mut self, every: Duration, report: &mut impl FnMut(Report)) -> Round {
        let fetched = self.fetch(report).await;
        // What waits is tried again whether the feed answers or not.
        let said = self.say_what_waits(report);
        let (error, asked, listed) = match (fetched, said) {
            (Err(failed), _) => (Some(failed.error), failed.wait, 0),
            (Ok(listed), Err(error)) => (Some(error), None, listed),
            (Ok(listed), Ok(())) => (None, None, listed),
        };
        self.failures = match error {
            Some(_) => self.failures.saturating_add(1),
            None => 0,
        };
        Round {
            wait: wait_after(self.failures, every, asked),
            error,
            listed,
            waiting: self.waiting.len(),
        }
    }

    /// Puts what is new in the feed with what waits, and forgets what the feed does not list any more.
    async fn fetch(&mut self, report: &mut impl FnMut(Report)) -> Result<usize, NotFetched> {
        let feed = self.options.feed.0.clone();
        let fetched = self
            .fetcher
            .get(&feed, FEED_TYPES, FEED_BYTES, &self.version);
        let (bytes, version) = match fetched.await? {
            Fetched::Same => return Ok(self.done.len() + self.waiting.len()),
            Fetched::New(bytes, version) => (bytes, version),
        };
        let entries = entries(&bytes, &feed)?;
        let listed: BTreeSet<_> = entries.iter().map(Key::of).collect();
        self.done.retain(|key| listed.contains(key));
        self.waiting.retain(|key, _| listed.contains(key));
        self.told.retain(|key, _| listed.contains(key));
        let (mut fetches, mut all) = (0, true);
        for entry in entries {
            if self.done.len() + self.waiting.len() >= REMEMBERED {
                break;
            }
            let key = Key::of(&entry);
            if self.done.contains(&key) || self.waiting.contains_key(&key) {
                continue;
            }
            match entry {
                Entry::Message(xml) => {
                    self.waiting.insert(key, xml);
                }
                Entry::At { url, changed } if fetches < FETCHES => {
                    fetches += 1;
                    all &= self.fetch_message(url, changed, report).await;
                }
                Entry::At { .. } => all = false,
                Entry::Odd(why) => {
                    self.done.insert(key);
                    report(Report::dropped("an entry of the feed", why));
                }
            }
        }
        // A feed of which something is still to be fetched is asked for again, changed or not.
        self.version = if all { version } else { Version::default() };
        Ok(listed.len())
    }

    /// Whether it came.
    async fn fetch_message(
        &mut self,
        url: Url,
        changed: Option<i64>,
        report: &mut impl FnMut(Report),
    ) -> bool {
        let never = Version::default();
        let fetched = self.fetcher.get(&url, MESSAGE_TYPES, MESSAGE_BYTES, &never);
        let why = match fetched.await {
            Ok(Fetched::New(xml, _)) => {
                self.waiting.insert(Key::At(url, changed), xml);
                return true;
            }
            Ok(Fetched::Same) => "the server says that nothing changed".to_owned(),
            Err(failed) => failed.error.chain(),
        };
        let message = url.to_string();
        self.tell_once(Key::At(url, changed), message, None, why, report);
        false
    }

    /// Says what can be said.
    ///
    /// # Errors
    /// If the publisher does not run.
    fn say_what_waits(&mut self, report: &mut impl FnMut(Report)) -> Result<()> {
        let mut ready = self.ready(report);
        let superseded: BTreeSet<_> = ready
            .iter()
            .filter(|ready| !ready.weight.is_new)
            .flat_map(|ready| ready.words.references.iter().cloned())
            .collect();
        ready.retain(|ready| {
            let over = superseded.contains(&ready.words.origin);
            if over {
                self.waiting.remove(&ready.key);
                self.done.insert(ready.key.clone());
                let why = "another message of the feed stands in its place";
                report(Report::dropped(&ready.words.origin, why.to_owned()));
            }
            !over
        });
        ready.sort_by_key(|ready| ready.weight);
        for ready in ready {
            self.say(ready, report)?;
        }
        Ok(())
    }

    fn ready(&mut self, report: &mut impl FnMut(Report)) -> Vec<Ready> {
        let declared = &self.home.binding().statement().area;
        let (mut ready, mut over) = (Vec::new(), Vec::new());
        for (key, xml) in &self.waiting {
            let why = match from_cap(xml, declared, &self.options.terms, Clock::System.now()) {
                Ok(Becomes::Words(words, weight)) => {
                    let key = key.clone();
                    ready.push(Ready { key, words, weight });
                    continue;
                }
                Ok(Becomes::Elsewhere) => "it is about places outside the area".to_owned(),
                Ok(Becomes::Over) => "its time is over".to_owned(),
                Err(error) => error.to_string(),
            };
            report(Report::dropped(&key.words(), why));
            over.push(key.clone());
        }
        for key in over {
            self.waiting.remove(&key);
            self.done.insert(key);
        }
        ready
    }

    fn say(&mut self, ready: Ready, report: &mut impl FnMut(Report)) -> Result<()> {
        let Ready { key, words, weight } = ready;
        let (message, headline) = (words.origin.clone(), words.headline());
        let takes_back = words.says.is_none();
        let hour_ago = Instant::now().checked_sub(HOUR);
        self.said.retain(|at| hour_ago.is_none_or(|ago| *at > ago));
        if weight.is_new && !weight.is_grave() && self.said.len() >= LESSER_PER_HOUR {
            let why = "homes take 6 new bulletins an hour, and room is kept for what is grave";
            self.tell_once(key, message, headline, why.to_owned(), report);
            return Ok(());
        }
        let relay = DeskRequest::Relay {
            message: words,
            second_key: self.options.second_key.clone(),
        };
        let publisher = publisher::connect(&self.home)?;
        let answer: Result<Said> = block(|| publisher.ask(&relay));
        let outcome = match answer {
            Ok(said) => {
                if said.said == said.bulletin {
                    self.said.push_back(Instant::now());
                }
                if !said.whole {
                    let why = "it moved: where it is new homes take no more at present";
                    self.tell_once(key, message, headline, why.to_owned(), report);
                    return Ok(());
                }
                Some(match takes_back {
                    true => Outcome::TakenBack {
                        bulletin: said.bulletin,
                    },
                    false => Outcome::Published {
                        bulletin: said.bulletin,
                        heard: said.state == "sent",
                    },
                })
            }
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                self.tell_once(key, message, headline, error.to_string(), report);
                return Ok(());
            }
            // Said before a restart; or it takes back what was never said here.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => None,
            Err(error) => Some(Outcome::Dropped(error.to_string())),
        };
        self.waiting.remove(&key);
        self.told.remove(&key);
        self.done.insert(key);
        if let Some(outcome) = outcome {
            report(Report {
                message,
                headline,
                outcome,
            });
        }
        Ok(())
    }

    fn tell_once(
        &mut self,
        key: Key,
        message: String,
        headline: Option<String>,
        why: String,
        report: &mut impl FnMut(Report),
    ) {
        if self.told.get(&key) != Some(&why) {
            self.told.insert(key, why.clone());
            report(Report {
                message,
                headline,
                outcome: Outcome::Waits(why),
            });
        }
    }
}

impl Key {
    fn of(entry: &Entry) -> Self {
        match entry {
            Entry::Message(xml) => Self::Message(*blake3::hash(xml).as_bytes()),
            Entry::At { url, changed } => Self::At(url.clone(), *changed),
            Entry::Odd(why) => Self::Message(*blake3::hash(why.as_bytes()).as_bytes()),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::At(url, _) => url.to_string(),
            Self::Message(_) => "a message in the feed".to_owned(),
        }
    }
}

impl Report {
    fn dropped(message: &str, why: String) -> Self {
        Self {
            message: message.to_owned(),
            headline: None,
            outcome: Outcome::Dropped(why),
        }
    }
}
