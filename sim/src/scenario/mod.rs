//! Scenario files: who lives there, how they are connected, and what happens.
//!
//! A scenario is TOML. Whatever it leaves out has a default with a source (`defaults`); a word that it should not
//! hold is refused with its line, because a misspelt setting that is silently ignored makes a wrong study.

mod cast;
mod defaults;
mod happens;
mod shipped;
mod span;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use cast::{Adversary, Clips, Kind, Publisher};
pub use happens::{Happens, What, Whom};
pub use shipped::{Shipped, shipped};
pub use span::Span;

pub use crate::net::Nat;

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or not a scenario. The message names the line.
    #[error("{0}")]
    Form(String),
    /// A value that makes no sense.
    #[error("{at}: {says}")]
    Value {
        /// Which.
        at: String,
        /// Why.
        says: String,
    },
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What it shows, in a sentence.
    pub says: String,
    /// How long it goes on after everybody came on.
    pub duration: Span,
    /// How long homes take to come on in the beginning. Nothing is said meanwhile.
    #[serde(default = "defaults::warm_up")]
    pub warm_up: Span,
    /// How long everybody has in the end to hear what was said before. Nothing is said meanwhile.
    #[serde(default = "defaults::settle")]
    pub settle: Span,
    /// Who lives where.
    #[serde(default)]
    pub town: Town,
    /// Classes of lines, by name.
    #[serde(default = "defaults::lines")]
    pub lines: BTreeMap<String, LineClass>,
    /// Who gets through to whom: parts of all homes.
    #[serde(default = "defaults::nat")]
    pub nat: BTreeMap<Nat, f64>,
    /// Who provides lines: parts of all homes.
    #[serde(default = "defaults::providers")]
    pub providers: BTreeMap<String, f64>,
    /// Classes of availability, by name.
    #[serde(default = "defaults::availability")]
    pub availability: BTreeMap<String, AvailabilityClass>,
    /// What is said.
    #[serde(default)]
    pub alerts: Alerts,
    /// Agencies, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub publishers: BTreeMap<String, Publisher>,
    /// What homes film.
    #[serde(default)]
    pub clips: Clips,
    /// How signatures are checked.
    #[serde(default)]
    pub checks: Checks,
    /// Who is up to no good, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adversaries: BTreeMap<String, Adversary>,
    /// What else happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub happens: Vec<Happens>,
    /// What is expected of it. A run outside a bound fails.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expect: BTreeMap<String, Bound>,
}

/// Who lives where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Town {
    /// Homes.
    pub homes: u32,
    /// Homes of one street, at most.
    pub street: u32,
    /// The density map: cells of six characters, and how many homes live in each in proportion.
    pub density: BTreeMap<String, f64>,
}

/// A class of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LineClass {
    /// Part of all homes.
    pub share: f64,
    /// Mbit/s from the home.
    pub up: f64,
    /// Mbit/s to the home.
    pub down: f64,
    /// From the home to the middle of town, one way, in milliseconds: from and to.
    pub last_mile_ms: [u32; 2],
    /// Part of all packets that is lost, each way.
    #[serde(default)]
    pub loss: f64,
}

/// A class of availability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AvailabilityClass {
    /// Part of all homes.
    pub share: f64,
    /// Part of the time that a home is on.
    pub on: f64,
    /// How long it is off each time, on average.
    pub off_for: Span,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Alerts {
    /// Alerts an hour, of all homes together, at random moments.
    pub per_hour: f64,
    /// Of them, the part for everybody nearby.
    pub nearby: f64,
    /// Confirmations, comments and the like for each alert, on average, within ten minutes of it.
    pub follow_ups: f64,
    /// How long an alert lives.
    pub life: Span,
}

/// How signatures are checked, which is most of what homes compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Checks {
    /// Whether a signature that one home found good is not checked again by others. Every home finds the same either way.
    pub once: bool,
    /// How much virtual time each check takes its home, in microseconds, whoever makes it: what a home sends leaves so
    /// much later.
    pub takes_us: u32,
}

/// A bound of something measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bound {
    /// Not below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Not above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`], with the line where there is one.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let form = |e: toml::de::Error| ScenarioError::Form(e.to_string());
        let scenario: Self = toml::from_str(text).map_err(form)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Reads a scenario with some of its values changed: `town.homes` to `200`.
    ///
    /// # Errors
    /// As [`Scenario::parse`], and if there is no such value.
    pub fn parse_with(text: &str, changes: &[(String, String)]) -> Result<Self, ScenarioError> {
        let form = |e: toml::de::Error| ScenarioError::Form(e.to_string());
        if changes.is_empty() {
            return Self::parse(text);
        }
        // Its own complaints first: those name lines of the file.
        let whole = Self::parse(text)?;
        let mut table: toml::Table = toml::from_str(&whole.to_toml()).map_err(form)?;
        for (key, value) in changes {
            set(&mut table, key, value)?;
        }
        let scenario: Self = table.try_into().map_err(form)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The scenario in full, defaults included.
    pub fn to_toml(&self) -> String {
        // Plain data with text keys always has a form.
        toml::to_string(self).unwrap_or_default()
    }

    fn check(&self) -> Result<(), ScenarioError> {
        let wrong = |at: &str, says: &str| {
            Err(ScenarioError::Value {
                at: at.to_owned(),
                says: says.to_owned(),
            })
        };
        if self.town.homes == 0 || self.town.homes > defaults::MOST_HOMES {
            let most = defaults::MOST_HOMES;
            return wrong("town.homes", &format!("between 1 and {most} homes"));
        }
        if self.town.street == 0 || self.town.street > defaults::MOST_MEMBERS {
            let most = defaults::MOST_MEMBERS;
            return wrong(
                "town.street",
                &format!("between 1 and {most} homes on a street"),
            );
        }
        for (cell, weight) in &self.town.density {
            let fine = cell.parse::<streetlamp_proto::cell::Cell>().is_ok() && cell.len() == 6;
            if !fine {
                let says = format!("'{cell}' is no cell of six characters, such as u33dc1");
                return wrong("town.density", &says);
            }
            is_weight("town.density", *weight)?;
        }
        if self.town.density.values().sum::<f64>() <= 0.0 {
            return wrong("town.density", "somebody has to live somewhere");
        }
        shares("lines", self.lines.values().map(|class| class.share))?;
        for (name, class) in &self.lines {
            let at = format!("lines.{name}");
            if class.up < 0.01 || class.down < 0.01 {
                return wrong(&at, "a line of less than 0.01 Mbit/s carries nothing");
            }
            if class.last_mile_ms[0] > class.last_mile_ms[1] || class.last_mile_ms[1] > 1_000 {
                return wrong(&at, "last-mile-ms is [from, to] with at most 1000");
            }
            if !(0.0..=0.5).contains(&class.loss) {
                return wrong(&at, "loss is between 0 and 0.5");
            }
        }
        shares("nat", self.nat.values().copied())?;
        shares("providers", self.providers.values().copied())?;
        shares(
            "availability",
            self.availability.values().map(|class| class.share),
        )?;
        for (name, class) in &self.availability {
            if !(0.01..=1.0).contains(&class.on) {
                return wrong(&format!("availability.{name}"), "on is between 0.01 and 1");
            }
        }
        if !(0.0..=1.0).contains(&self.alerts.nearby) {
            return wrong("alerts.nearby", "a part, between 0 and 1");
        }
        for (name, rate) in [
            ("alerts.per-hour", self.alerts.per_hour),
            ("alerts.follow-ups", self.alerts.follow_ups),
        ] {
            if !(0.0..=1e6).contains(&rate) {
                return wrong(name, "between 0 and 1000000");
            }
        }
        cast::check(self)?;
        for happens in &self.happens {
            happens.check(self)?;
        }
        for (name, bound) in &self.expect {
            if !crate::measure::NAMES.contains(&name.as_str()) {
                let says = format!(
                    "nothing is measured under this name; there are: {}",
                    crate::measure::NAMES.join(", ")
                );
                return wrong(&format!("expect.{name}"), &says);
            }
            if bound.at_least.is_none() && bound.at_most.is_none() {
                return wrong(&format!("expect.{name}"), "say at-least or at-most");
            }
        }
        Ok(())
    }
}

fn is_weight(at: &str, weight: f64) -> Result<(), ScenarioError> {
    if weight.is_finite() && weight >= 0.0 {
        return Ok(());
    }
    Err(ScenarioError::Value {
        at: at.to_owned(),
        says: "shares are numbers of at least 0".to_owned(),
    })
}

/// Shares need not sum up to one, but to something.
fn shares(at: &str, shares: impl Iterator<Item = f64>) -> Result<(), ScenarioError> {
    let mut sum = 0.0;
    for share in shares {
        is_weight(at, share)?;
        sum += share;
    }
    if sum > 0.0 {
        return Ok(());
    }
    Err(ScenarioError::Value {
        at: at.to_owned(),
        says: "at least one share has to be above 0".to_owned(),
    })
}

/// Changes one value of a scenario in full.
fn set(table: &mut toml::Table, key: &str, value: &str) -> Result<(), ScenarioError> {
    let unknown = || ScenarioError::Value {
        at: key.to_owned(),
        says: "a scenario has no such value".to_owned(),
    };
    let (path, last) = key.rsplit_once('.').unwrap_or(("", key));
    let mut here = table;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        here = here
            .get_mut(part)
            .and_then(toml::Value::as_table_mut)
            .ok_or_else(unknown)?;
    }
    // As TOML if it is a value of it, or as words.
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let parsed = parsed.ok().and_then(|mut table| table.remove("value"));
    let parsed = parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let held = here.get_mut(last).ok_or_else(unknown)?;
    *held = match (&held, parsed) {
        // "2" is a number of Mbit/s, too.
        #[expect(clippy::cast_precision_loss, reason = "settings are small")]
        (toml::Value::Float(_), toml::Value::Integer(whole)) => toml::Value::Float(whole as f64),
        (_, parsed) => parsed,
    };
    Ok(())
}

#[cfg(test)]
mod tests;
