//! Which of what was said is shown: the choices of the street page, which stand in its address.
//!
//! A choice that is not known counts for none, so that an old link shows more rather than nothing. Bulletins on which lives
//! may hang are shown whatever was chosen.

use std::time::Duration;

use serde::Deserialize;
use streetlamp_proto::alert::{Audience, Kind, Progress, Urgency};
use streetlamp_proto::cell::Place;
use streetlamp_proto::household::{BulletinView, Glimpse};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::publisher::Severity;
use streetlamp_proto::time::Timestamp;
use url::form_urlencoded::Serializer;

use super::draft::Choice;
use super::language::say;
use super::stretch::Stretch;
use super::words;

/// How far back is looked: the form's word, and days.
const SINCE: [(&str, u32); 3] = [("1d", 1), ("3d", 3), ("7d", 7)];
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Who speaks.
const FROM: [&str; 4] = ["mine", "street", "nearby", "bulletins"];
/// How it stands with an alert now.
const STATES: [&str; 4] = ["holds", "confirmed", "over", "taken-back"];

/// The choices, as they stand in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    urgency: String,
    kind: String,
    state: String,
    since: String,
    from: String,
    cell: String,
}

impl Filter {
    /// Whether anything was chosen that is known.
    pub(super) fn narrows(&self) -> bool {
        !self.link_to_newest().is_empty()
    }

    /// The place that was chosen on the map.
    pub(super) fn place(&self) -> Option<Place> {
        self.cell.parse().ok()
    }

    /// The same at another place, or at any.
    fn at(&self, cell: &str) -> Self {
        Self {
            cell: cell.to_owned(),
            ..self.clone()
        }
    }

    /// The address of the page for one place.
    pub(super) fn link_to(&self, cell: &str) -> String {
        self.at(cell).link_to_newest()
    }

    /// The address of the page with what was said last.
    pub(super) fn link_to_newest(&self) -> String {
        self.link(&Stretch::default())
    }

    /// The address of the page for any place.
    pub(super) fn link_to_all_places(&self) -> String {
        self.link_to("")
    }

    /// The address of a stretch of what was chosen, under the page's root.
    pub(super) fn link(&self, stretch: &Stretch) -> String {
        let mut query = Serializer::new(String::new());
        let known = [
            ("from", FROM.contains(&self.from.as_str()), &self.from),
            ("urgency", self.urgency().is_some(), &self.urgency),
            ("kind", self.kind().is_some(), &self.kind),
            ("state", STATES.contains(&self.state.as_str()), &self.state),
            ("since", self.days().is_some(), &self.since),
            ("cell", self.place().is_some(), &self.cell),
        ];
        for (name, known, value) in known {
            if known {
                query.append_pair(name, value);
            }
        }
        stretch.add_to(&mut query);
        match query.finish() {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }

    fn urgency(&self) -> Option<Urgency> {
        self.urgency.parse().ok()
    }

    fn kind(&self) -> Option<Kind> {
        self.kind.parse().ok()
    }

    fn days(&self) -> Option<u32> {
        let known = SINCE.iter().find(|(word, _)| *word == self.since);
        known.map(|(_, days)| *days)
    }

    /// Whether an alert is shown, wherever it is.
    pub(super) fn fits_but_for_its_place(
        &self,
        glimpse: &Glimpse<'_>,
        me: HouseholdId,
        now: Timestamp,
    ) -> bool {
        let (alert, thread) = (glimpse.alert, &glimpse.thread);
        let urgency = self.urgency().is_none_or(|least| thread.urgency >= least);
        let kind = self.kind().is_none_or(|kind| alert.kind == kind);
        let from_here = glimpse.author == Some(me);
        let from = match self.from.as_str() {
            "mine" => from_here,
            "street" => matches!(alert.audience, Audience::Street(_)),
            "nearby" => alert.audience == Audience::Nearby,
            "bulletins" => false,
            _ => true,
        };
        let state = match (self.state.as_str(), &thread.progress) {
            ("holds", progress) => matches!(progress, Progress::Active),
            ("confirmed", _) => !thread.confirmations.is_empty(),
            ("over", progress) => matches!(progress, Progress::Resolved { .. }),
            ("taken-back", progress) => matches!(progress, Progress::Cancelled { .. }),
            _ => true,
        };
        let since = self
            .days()
            .is_none_or(|days| now.since(alert.issued) <= days * DAY);
        urgency && kind && from && state && since
    }

    /// Whether it is at the place that was chosen.
    pub(super) fn fits_its_place(&self, glimpse: &Glimpse<'_>) -> bool {
        self.place().is_none_or(|chosen| {
            let place = glimpse.alert.place.as_ref();
            place.is_some_and(|place| place.as_str().starts_with(chosen.as_str()))
        })
    }

    /// Whether a bulletin is shown.
    pub(super) fn fits_bulletin(&self, view: &BulletinView) -> bool {
        let grave = matches!(view.bulletin.severity, Severity::Extreme | Severity::Severe);
        grave || !FROM[..3].contains(&self.from.as_str())
    }

    pub(super) fn froms(&self) -> Vec<Choice> {
        let words = [
            say!("street-from-mine"),
            say!("street-from-street"),
            say!("street-from-nearby"),
            say!("street-bulletins"),
        ];
        choices(FROM.into_iter().zip(words), &self.from)
    }

    pub(super) fn states(&self) -> Vec<Choice> {
        let words = [
            say!("street-state-holds"),
            say!("street-state-confirmed"),
            say!("street-state-over"),
            say!("street-state-taken-back"),
        ];
        choices(STATES.into_iter().zip(words), &self.state)
    }

    pub(super) fn sinces(&self) -> Vec<Choice> {
        let word = |(value, days): (&'static str, u32)| (value, words::span(days * DAY));
        choices(SINCE.into_iter().map(word), &self.since)
    }

    pub(super) fn urgencies(&self) -> Vec<Choice> {
        let all = Urgency::ALL.iter();
        choices(
            all.map(|urgency| (urgency.word(), words::urgency(*urgency))),
            &self.urgency,
        )
    }

    pub(super) fn kinds(&self) -> Vec<Choice> {
        let all = Kind::ALL.iter();
        choices(
            all.map(|kind| (kind.word(), words::kind(*kind))),
            &self.kind,
        )
    }
}

fn choices(all: impl Iterator<Item = (&'static str, String)>, chosen: &str) -> Vec<Choice> {
    let choice = |(value, label): (&'static str, String)| Choice {
        value: value.to_owned(),
        label,
        hint: String::new(),
        chosen: value == chosen,
    };
    all.map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_stands_in_the_address_and_what_is_not_known_does_not() {
        let word = str::to_owned;
        let filter = Filter {
            urgency: word("urgent"),
            kind: word("x\"><script>"),
            since: word("99d"),
            cell: word("u33dc1k"),
            ..Filter::default()
        };
        assert_eq!(filter.link_to_newest(), "?urgency=urgent&cell=u33dc1k");
        assert_eq!(filter.link_to("u33dc2"), "?urgency=urgent&cell=u33dc2");
        assert_eq!(filter.link_to_all_places(), "?urgency=urgent");
        let odd = Filter {
            from: word("x"),
            ..Filter::default()
        };
        assert!(!odd.narrows() && odd.link_to_newest().is_empty());
    }
}
