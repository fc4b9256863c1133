//! The form in which a resident writes an alert, and how it becomes a draft.
//!
//! What was typed is kept as it was typed, so that a refused form comes back whole, with the reason beside the field.
//! The rules are the engine's; here are only those that a form needs in other words.

use std::time::Duration;

use serde::Deserialize;
use streetlamp_proto::alert::{Alert, Kind, Text, Title, Urgency};
use streetlamp_proto::cell::Place;
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::Draft;
use streetlamp_proto::text::TextError;

use super::language::say;
use super::words;

/// How long an alert may live: the form's word, and hours.
const LIVES: [(&str, u32); 5] = [
    ("1h", 1),
    ("6h", 6),
    ("24h", 24),
    ("72h", 72),
    ("14d", 14 * 24),
];
const HOUR: Duration = Duration::from_secs(3_600);

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AlertForm {
    street: String,
    audience: String,
    kind: String,
    urgency: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) place: String,
    life: String,
    /// An own clip that the alert says there is; none if it is empty.
    clip: String,
}

/// What is wrong with a form, beside each field and for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Complaints {
    pub(super) street: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) urgency: Option<String>,
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
    pub(super) place: Option<String>,
    pub(super) life: Option<String>,
    pub(super) clip: Option<String>,
    pub(super) whole: Option<String>,
}

/// One entry of a list to choose from.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) chosen: bool,
}

impl AlertForm {
    /// A form that was not filled, but for the clip that it is about.
    pub(super) fn about(clip: String) -> Self {
        Self {
            clip,
            ..Self::default()
        }
    }

    /// The clip that it is about.
    pub(super) fn clip(&self) -> Option<ClipId> {
        self.clip.parse().ok()
    }

    /// The draft, or what is wrong with it.
    pub(super) fn draft(&self) -> Result<Draft, Box<Complaints>> {
        let mut wrong = Complaints::default();
        let kind = keep(self.kind.parse::<Kind>(), &mut wrong.kind, |_| {
            say!("street-choose-kind")
        });
        let urgency = keep(self.urgency.parse::<Urgency>(), &mut wrong.urgency, |_| {
            say!("street-choose-urgency")
        });
        let title = keep(Title::clean(&self.title), &mut wrong.title, |e| match e {
            TextError::Empty => say!("street-say-what"),
            e => text_fault(&e),
        });
        let text = keep(Text::clean(&self.text), &mut wrong.text, |e| text_fault(&e));
        let place = match self.place.trim() {
            "" => Some(None),
            cell => keep(cell.parse::<Place>().map(Some), &mut wrong.place, |_| {
                say!("street-no-place")
            }),
        };
        let street = match self.street.as_str() {
            "" => Some(None),
            id => keep(id.parse().map(Some), &mut wrong.street, |_| {
                say!("street-choose-street")
            }),
        };
        let clips = match self.clip.as_str() {
            "" => Some(Vec::new()),
            id => keep(id.parse().map(|clip| vec![clip]), &mut wrong.clip, |_| {
                say!("street-no-clip")
            }),
        };
        let life = LIVES
            .iter()
            .find(|(word, _)| *word == self.life)
            .map(|(_, hours)| *hours * HOUR);
        match (life, kind) {
            (None, _) => wrong.life = Some(say!("street-choose-life")),
            (Some(life), Some(kind)) if life > Alert::longest_life(kind) => {
                let longest = words::span(Alert::longest_life(kind));
                wrong.life = Some(say!("street-life-long", time = longest));
            }
            _ => {}
        }
        match (street, kind, urgency, title, text, place, life, clips) {
            (
                Some(street),
                Some(kind),
                Some(urgency),
                Some(title),
                Some(text),
                Some(place),
                Some(life),
                Some(clips),
            ) if wrong == Complaints::default() => Ok(Draft {
                street,
                nearby: self.audience == "nearby",
                kind,
                urgency,
                place,
                title,
                text,
                happened: None,
                life,
                clips,
            }),
            _ => Err(Box::new(wrong)),
        }
    }

    pub(super) fn kinds(&self) -> Vec<Choice> {
        let choice = |kind: &Kind| Choice {
            value: kind.word().to_owned(),
            label: words::kind(*kind),
            hint: String::new(),
            chosen: self.kind == kind.word(),
        };
        Kind::ALL.iter().map(choice).collect()
    }

    pub(super) fn urgencies(&self) -> Vec<Choice> {
        let unset = self.urgency.is_empty();
        let choice = |urgency: &Urgency| Choice {
            value: urgency.word().to_owned(),
            label: words::urgency(*urgency),
            hint: words::urgency_hint(*urgency),
            chosen: self.urgency == urgency.word() || (unset && *urgency == Urgency::Info),
        };
        Urgency::ALL.iter().map(choice).collect()
    }

    pub(super) fn lives(&self) -> Vec<Choice> {
        let chosen = if self.life.is_empty() {
            "24h"
        } else {
            &self.life
        };
        let choice = |(value, hours): &(&str, u32)| Choice {
            value: (*value).to_owned(),
            label: match *hours {
                hours @ ..24 => say!("street-hours", n = hours),
                hours @ 24..=72 => say!("street-days", n = hours / 24),
                hours => say!("street-search-days", n = hours / 24),
            },
            hint: String::new(),
            chosen: *value == chosen,
        };
        LIVES.iter().map(choice).collect()
    }

    /// Who can read it, to choose from. Nothing but an explicit choice takes an alert beyond the street.
    pub(super) fn audiences(&self) -> Vec<Choice> {
        let choice = |value: &str, label, hint| Choice {
            value: value.to_owned(),
            label,
            hint,
            chosen: (self.audience == "nearby") == (value == "nearby"),
        };
        vec![
            choice("street", say!("street-mine"), say!("street-mine-hint")),
            choice(
                "nearby",
                say!("street-everybody"),
                say!("street-everybody-hint"),
            ),
        ]
    }

    /// The streets to choose from; none if there is no choice.
    pub(super) fn streets(&self, streets: &[(String, String)]) -> Vec<Choice> {
        let choice = |(id, name): &(String, String)| Choice {
            value: id.clone(),
            label: name.clone(),
            hint: String::new(),
            chosen: self.street == *id,
        };
        if streets.len() > 1 {
            streets.iter().map(choice).collect()
        } else {
            Vec::new()
        }
    }
}

fn keep<T, E>(
    result: Result<T, E>,
    complaint: &mut Option<String>,
    words: impl FnOnce(E) -> String,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            *complaint = Some(words(error));
            None
        }
    }
}

/// Why a text was not taken.
pub(super) fn text_fault(error: &TextError) -> String {
    match error {
        TextError::TooLong { got, limit } => say!("street-too-long", got = got, limit = limit),
        TextError::Empty => say!("street-no-text"),
        _ => say!("street-odd-text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> AlertForm {
        let word = str::to_owned;
        AlertForm {
            kind: word("theft"),
            urgency: word("info"),
            title: word("Bicycle"),
            life: word("24h"),
            ..Default::default()
        }
    }

    #[test]
    fn a_filled_form_is_a_draft() {
        let draft = AlertForm {
            place: " U33DC1K ".into(),
            ..form()
        }
        .draft()
        .unwrap();
        assert_eq!(
            (draft.kind, draft.urgency, draft.life),
            (Kind::Theft, Urgency::Info, 24 * HOUR)
        );
        assert_eq!(draft.place.unwrap().as_str(), "u33dc1k");
    }

    #[test]
    fn every_fault_is_told_beside_its_field() {
        let wrong = AlertForm {
            place: "Main St".into(),
            street: "x".into(),
            ..Default::default()
        }
        .draft()
        .unwrap_err();
        for complaint in [
            wrong.kind,
            wrong.urgency,
            wrong.title,
            wrong.place,
            wrong.street,
            wrong.life,
        ] {
            assert!(complaint.is_some());
        }
        let long = AlertForm {
            title: "x".repeat(81),
            text: "x".repeat(1_001),
            ..form()
        }
        .draft()
        .unwrap_err();
        assert_eq!(
            long.title.unwrap(),
            "That is 81 characters; please say it in at most 80."
        );
        assert!(long.text.unwrap().contains("1001"));
    }

    #[test]
    fn only_a_search_lives_fourteen_days() {
        let long = AlertForm {
            life: "14d".into(),
            ..form()
        };
        assert_eq!(
            long.draft().unwrap_err().life.unwrap(),
            "An alert of this kind ends after 3 days at the latest."
        );
        assert!(
            AlertForm {
                kind: "lost-pet".into(),
                ..long
            }
            .draft()
            .is_ok()
        );
    }
}
