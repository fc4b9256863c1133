//! What a running node tells a script: one line of JSON each.

use serde::Serialize;
use streetlamp_proto::household::{DirectoryEvent, Event};

/// A line of `run --json`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum EventLine {
    /// The node is up. The first line, once.
    Ready {
        household: String,
        peer_id: String,
        listen: Vec<String>,
        web: String,
        /// Signs a browser in, once.
        sign_in: String,
    },
    /// A publisher's node is up. The first line, once.
    #[serde(rename = "ready")]
    PublisherReady {
        publisher: String,
        peer_id: String,
        listen: Vec<String>,
    },
    /// The reader was too slow: so many events are not told.
    Missed {
        events: u64,
    },
    Alert {
        alert: String,
    },
    AlertGone {
        alert: String,
    },
    Member {
        household: String,
    },
    Knock {
        household: String,
    },
    Neighbour {
        household: String,
        connected: bool,
    },
    Street {
        street: String,
    },
    Clip {
        clip: String,
    },
    Granted {
        grant: String,
        clip: String,
    },
    Keeper {
        household: String,
    },
    /// A keeper lost a clip or gave other bytes: `finding` is `lost` or `lied`.
    KeeperFault {
        household: String,
        clip: String,
        finding: String,
    },
    /// A household closed two ledgers.
    Forked {
        household: String,
        seq: u64,
    },
    Publisher {
        publisher: String,
    },
    Bulletin {
        bulletin: String,
    },
    BulletinGone {
        bulletin: String,
    },
    Locked {
        locked: bool,
    },
}

impl From<Event> for EventLine {
    fn from(event: Event) -> Self {
        match event {
            Event::Alert { alert } => Self::Alert {
                alert: alert.to_string(),
            },
            Event::AlertGone { alert } => Self::AlertGone {
                alert: alert.to_string(),
            },
            Event::Member { household } => Self::Member {
                household: household.to_string(),
            },
            Event::Knock { household } => Self::Knock {
                household: household.to_string(),
            },
            Event::Neighbour {
                household,
                connected,
            } => Self::Neighbour {
                household: household.to_string(),
                connected,
            },
            Event::Street { street } => Self::Street {
                street: street.to_string(),
            },
            Event::Clip { clip } => Self::Clip {
                clip: clip.to_string(),
            },
            Event::Granted { grant, clip } => Self::Granted {
                grant: grant.to_string(),
                clip: clip.to_string(),
            },
            Event::Keeper { household } => Self::Keeper {
                household: household.to_string(),
            },
            Event::KeeperFault {
                household,
                clip,
                finding,
            } => Self::KeeperFault {
                household: household.to_string(),
                clip: clip.to_string(),
                finding: finding.word().to_owned(),
            },
            Event::Forked { household, seq } => Self::Forked {
                household: household.to_string(),
                seq,
            },
            Event::Directory(DirectoryEvent::Publisher(publisher)) => Self::Publisher {
                publisher: publisher.to_string(),
            },
            Event::Directory(DirectoryEvent::Bulletin(bulletin)) => Self::Bulletin {
                bulletin: bulletin.to_string(),
            },
            Event::Directory(DirectoryEvent::BulletinGone(bulletin)) => Self::BulletinGone {
                bulletin: bulletin.to_string(),
            },
            Event::Locked(locked) => Self::Locked { locked },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_flat_object_with_its_name() {
        let line = serde_json::to_string(&EventLine::from(Event::Locked(true))).unwrap();
        assert_eq!(line, r#"{"event":"locked","locked":true}"#);
    }
}
