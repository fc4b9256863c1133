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
use streetlamp_proto::wire::limits::{TEXT_CHARS, TITLE_CHARS};

use super::problem::sentence;
use super::words;

/// How long an alert may live: the form's word, hours, words for people.
const LIVES: [(&str, u32, &str); 5] = [
    ("1h", 1, "1 hour"),
    ("6h", 6, "6 hours"),
    ("24h", 24, "1 day"),
    ("72h", 72, "3 days"),
    ("14d", 14 * 24, "14 days (lost pet or missing person only)"),
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
    pub(super) hint: &'static str,
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
            "Please choose what kind of event it is.".into()
        });
        let urgency = keep(self.urgency.parse::<Urgency>(), &mut wrong.urgency, |_| {
            "Please choose one.".into()
        });
        let title = keep(Title::clean(&self.title), &mut wrong.title, |e| match e {
            TextError::Empty => "Please say in a few words what happened.".into(),
            e => too_long(e, TITLE_CHARS),
        });
        let text = keep(Text::clean(&self.text), &mut wrong.text, |e| {
            too_long(e, TEXT_CHARS)
        });
        let place = match self.place.trim() {
            "" => Some(None),
            cell => keep(cell.parse::<Place>().map(Some), &mut wrong.place, |e| {
                sentence(&e.to_string())
            }),
        };
        let street = match self.street.as_str() {
            "" => Some(None),
            id => keep(id.parse().map(Some), &mut wrong.street, |_| {
                "Please choose a street.".into()
            }),
        };
        let clips = match self.clip.as_str() {
            "" => Some(Vec::new()),
            id => keep(id.parse().map(|clip| vec![clip]), &mut wrong.clip, |_| {
                "There is no such clip any more.".into()
            }),
        };
        let life = LIVES
            .iter()
            .find(|(word, ..)| *word == self.life)
            .map(|(_, hours, _)| *hours * HOUR);
        match (life, kind) {
            (None, _) => wrong.life = Some("Please choose when it ends.".into()),
            (Some(life), Some(kind)) if life > Alert::longest_life(kind) => {
                let longest = words::span(Alert::longest_life(kind));
                wrong.life = Some(format!(
                    "An alert of this kind ends after {longest} at the latest."
                ));
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
            label: words::kind(*kind).to_owned(),
            hint: "",
            chosen: self.kind == kind.word(),
        };
        Kind::ALL.iter().map(choice).collect()
    }

    pub(super) fn urgencies(&self) -> Vec<Choice> {
        let unset = self.urgency.is_empty();
        let choice = |urgency: &Urgency| Choice {
            value: urgency.word().to_owned(),
            label: words::urgency(*urgency).to_owned(),
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
        let choice = |(value, _, label): &(&str, u32, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            hint: "",
            chosen: *value == chosen,
        };
        LIVES.iter().map(choice).collect()
    }

    /// Who can read it, to choose from. Nothing but an explicit choice takes an alert beyond the street.
    pub(super) fn audiences(&self) -> Vec<Choice> {
        let choice = |value: &str, label: &str, hint| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            hint,
            chosen: (self.audience == "nearby") == (value == "nearby"),
        };
        vec![
            choice("street", "My street", "Sealed: nobody else can read it."),
            choice(
                "nearby",
                "Everybody nearby",
                "Not sealed, without your name. Police and companies can read it too. \
                 For searches, fire, roads, outages, weather, water and animals.",
            ),
        ]
    }

    /// The streets to choose from; none if there is no choice.
    pub(super) fn streets(&self, streets: &[(String, String)]) -> Vec<Choice> {
        let choice = |(id, name): &(String, String)| Choice {
            value: id.clone(),
            label: name.clone(),
            hint: "",
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

fn too_long(error: TextError, limit: usize) -> String {
    match error {
        TextError::TooLong { got, .. } => {
            format!("That is {got} characters; please say it in at most {limit}.")
        }
        _ => format!("This text cannot be shown: {error}."),
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
