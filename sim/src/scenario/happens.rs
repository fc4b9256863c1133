//! What happens during a run, beside what is said at random.

use serde::{Deserialize, Serialize};

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
    /// The net is gone, while nodes run on: an ISP has an outage.
    NetDown,
    /// Those who are named and all others cannot reach each other.
    Split,
    /// Each of them posts an alert.
    Alert,
    /// One of them posts a false alert, and takes it back after `for`.
    FalseAlert,
    /// A household that is not on the street yet gets a ticket from one of them, and joins.
    Join,
    /// They leave their streets.
    Leave,
    /// Their boxes are stolen: the power is gone, and their neighbours vote them out.
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
    /// Those of the street with this number, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<u32>,
    /// Those in cells that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Those on this class of line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
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
        if let Some(line) = &self.whom.line
            && !scenario.lines.contains_key(line)
        {
            let known: Vec<_> = scenario.lines.keys().map(String::as_str).collect();
            return wrong(format!(
                "there is no line '{line}'; there are: {}",
                known.join(", ")
            ));
        }
        if self
            .whom
            .share
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return wrong("a share is between 0 and 1".to_owned());
        }
        if self.what == What::FalseAlert && self.lasts.is_none() {
            return wrong("a false alert is taken back 'for' some time later: say when".to_owned());
        }
        Ok(())
    }
}
