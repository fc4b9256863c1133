//! Which stretch of the feed is drawn: it holds up to 10,000 alerts, of which a screen shows a few.
//!
//! A stretch lies between two places, not between two counts: what comes or goes elsewhere moves no alert into it or out
//! of it. A place outlives the alert that it was named after.

use std::cmp::Reverse;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::Deserialize;
use streetlamp_proto::household::{AlertView, Glimpse};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;
use url::form_urlencoded::Serializer;

/// Alerts that are drawn at once.
pub(super) const SHOWN: usize = 50;
/// Most between two places, for a page that was open while much was said.
const MOST: usize = 4 * SHOWN;

/// The place just behind an alert, in the order of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Reverse<Timestamp>, StatementId);

impl Place {
    const fn behind(glimpse: &Glimpse<'_>) -> Self {
        Self(Reverse(glimpse.alert.issued), glimpse.id)
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Reverse(issued), alert) = self;
        write!(f, "{}-{alert}", issued.as_ms())
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (issued, alert) = text.split_once('-').ok_or(())?;
        let issued = issued.parse().map(Timestamp::from_ms).map_err(|_| ())?;
        Ok(Self(Reverse(issued), alert.parse().map_err(|_| ())?))
    }
}

/// A stretch, as it stands in the address. A place that is none counts as not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Stretch {
    /// Where it begins; at the newest alert, if not said.
    after: String,
    /// Where it ends; when it is long enough, if not said.
    through: String,
}

/// The alerts of a stretch, and how to get at others.
pub(super) struct Cut {
    pub(super) alerts: Vec<AlertView>,
    /// The same stretch, looked at later.
    pub(super) again: Stretch,
    /// The next one, if there are more alerts.
    pub(super) further: Option<Stretch>,
}

impl Stretch {
    /// Whether newer alerts lie before it.
    pub(super) fn is_further(&self) -> bool {
        self.after.parse::<Place>().is_ok()
    }

    /// Begins to cut it out of a feed.
    pub(super) fn begin<'a>(&self) -> Cutting<'a> {
        Cutting {
            after: self.after.parse().ok(),
            through: self.through.parse().ok(),
            taken: Vec::new(),
            end: None,
            more: false,
        }
    }

    /// Adds it to an address.
    pub(super) fn add_to(&self, query: &mut Serializer<'_, String>) {
        for (name, place) in [("after", &self.after), ("through", &self.through)] {
            if place.parse::<Place>().is_ok() {
                query.append_pair(name, place);
            }
        }
    }
}

/// A stretch while it is cut out.
pub(super) struct Cutting<'a> {
    after: Option<Place>,
    through: Option<Place>,
    taken: Vec<Glimpse<'a>>,
    /// Behind the last that was taken.
    end: Option<Place>,
    /// Whether alerts follow.
    more: bool,
}

impl<'a> Cutting<'a> {
    /// Goes on to the next alert, in the order of the feed.
    pub(super) fn pass(&mut self, glimpse: Glimpse<'a>) {
        let place = Place::behind(&glimpse);
        if Some(place) <= self.after {
            return;
        }
        let belongs = match self.through {
            Some(through) => place <= through && self.taken.len() < MOST,
            None => self.taken.len() < SHOWN,
        };
        if belongs {
            self.end = Some(place);
            self.taken.push(glimpse);
        }
        self.more |= !belongs;
    }

    /// What was cut out.
    pub(super) fn done(self, now: Timestamp) -> Cut {
        let end = self.end.or(self.through).filter(|_| self.more);
        let end = end.map(|place| place.to_string());
        let after = self.after.map(|place| place.to_string());
        Cut {
            alerts: self.taken.into_iter().map(|g| g.view(now)).collect(),
            again: Stretch {
                after: after.unwrap_or_default(),
                through: end.clone().unwrap_or_default(),
            },
            further: end.map(|after| Stretch {
                after,
                through: String::new(),
            }),
        }
    }
}
