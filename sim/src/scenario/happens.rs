//! What happens during a run, beside what is said at random.

use serde::{Deserialize, Deserializer, Serialize};

use super::{Scenario, ScenarioError, Span};

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Happens {
    /// How long after everybody came on.
    pub at: Span,
    /// What.
    pub what: What,
    /// To whom; to everybody if nobody is named.
    #[serde(default)]
    pub whom: Whom,
    /// For how long. Left out, it does not end.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Over how long it spreads: homes come back, alerts are posted, one after the other at random moments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The power is gone. After `for` it comes back, and the nodes within `within`.
    PowerCut,
    /// The net is gone, while nodes run on: their provider has an outage, and each of them reaches nobody.
    NetDown,
    /// Those who are named and all others cannot reach each other. On either side everybody reaches everybody.
    Split,
    /// Each of them posts an alert.
    Alert,
    /// One of them posts a false alert, and takes it back after `for`.
    FalseAlert,
    /// Every agency publishes a bulletin. If it says for how long, it takes it back then.
    Bulletin,
    /// Each of them records a clip, and grants it to neighbours.
    Film,
    /// A household that is not on the street yet gets a ticket from one of them, and joins.
    Join,
    /// They leave their streets.
    Leave,
    /// Their boxes are stolen: they are gone, and neighbours who were granted a clip of theirs fetch it from whoever keeps
    /// it. After `for`, or a minute, the street notices, and votes them out within half an hour.
    Stolen,
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Whom {
    /// This part of them, drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// So many of them, drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The home with this number, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<u32>,
    /// Those of the street with this number, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<u32>,
    /// Those in cells that begin so, or so.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_more"
    )]
    pub cell: Vec<String>,
    /// Those of this provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Those on this class of line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// One word, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        One(String),
        More(Vec<String>),
    }
    Ok(match Words::deserialize(d)? {
        Words::One(word) => vec![word],
        Words::More(words) => words,
    })
}

impl Whom {
    /// Whether nobody is left out.
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self, at: &str, scenario: &Scenario) -> Result<(), ScenarioError> {
        let wrong = |says: String| {
            Err(ScenarioError::Value {
                at: at.to_owned(),
                says,
            })
        };
        let known = |what: &str, named: &Option<String>, there: &[&String]| match named {
            Some(named) if !there.contains(&named) => {
                let there: Vec<_> = there.iter().map(|name| name.as_str()).collect();
                wrong(format!(
                    "there is no {what} '{named}'; there are: {}",
                    there.join(", ")
                ))
            }
            _ => Ok(()),
        };
        known(
            "line",
            &self.line,
            &scenario.lines.keys().collect::<Vec<_>>(),
        )?;
        known(
            "provider",
            &self.provider,
            &scenario.providers.keys().collect::<Vec<_>>(),
        )?;
        if self
            .share
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return wrong("a share is between 0 and 1".to_owned());
        }
        Ok(())
    }
}

impl Happens {
    pub(super) fn check(&self, scenario: &Scenario) -> Result<(), ScenarioError> {
        let wrong = |says: String| {
            Err(ScenarioError::Value {
                at: format!("happens at {}s", self.at.0.as_secs()),
                says,
            })
        };
        if self.at.0 > scenario.duration.0 {
            return wrong("later than the end of the scenario".to_owned());
        }
        self.whom
            .check(&format!("happens at {}s", self.at.0.as_secs()), scenario)?;
        if self.what == What::Bulletin && scenario.publishers.is_empty() {
            return wrong(
                "there is nobody who publishes: name somebody under publishers".to_owned(),
            );
        }
        if self.what == What::FalseAlert && self.lasts.is_none() {
            return wrong("a false alert is taken back 'for' some time later: say when".to_owned());
        }
        Ok(())
    }
}
