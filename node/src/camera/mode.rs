//! When a camera records: the mode of the home, and hours of the day.
//!
//! The mode is the household's word for who is there. It is chosen by hand, or by the house's automation; nothing guesses it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use streetlamp_proto::time::Timestamp;
use utoipa::ToSchema;

use crate::when::Hours;

/// Who is at home, as far as cameras are concerned.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Somebody is there, and awake.
    #[default]
    Home,
    /// Nobody is.
    Away,
    /// Everybody sleeps.
    Night,
}

/// A word that names no mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose one of: home, away, night")]
pub struct NoMode;

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Home, Self::Away, Self::Night];

    /// The word for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Away => "away",
            Self::Night => "night",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Mode {
    type Err = NoMode;

    fn from_str(word: &str) -> Result<Self, NoMode> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.word() == word)
            .ok_or(NoMode)
    }
}

/// When a camera records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// In which modes; in every one if none is named.
    pub modes: BTreeSet<Mode>,
    /// At which hours; at every one if none is said.
    pub hours: Option<Hours>,
}

impl Duty {
    /// Whether what happens at this time is recorded in this mode.
    pub fn covers(&self, mode: Mode, at: Timestamp) -> bool {
        (self.modes.is_empty() || self.modes.contains(&mode))
            && self.hours.is_none_or(|hours| hours.cover(at))
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modes.is_empty() && self.hours.is_none() {
            return f.write_str("always");
        }
        let modes: Vec<_> = self.modes.iter().map(|mode| mode.word()).collect();
        f.write_str(&modes.join(", "))?;
        match self.hours {
            Some(hours) if modes.is_empty() => write!(f, "{hours}"),
            Some(hours) => write!(f, " {hours}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_records_in_its_modes_and_hours_and_always_if_nothing_was_said() {
        let noon = Timestamp::from_ms(12 * 3_600_000);
        let always = Duty::default();
        assert!(Mode::ALL.iter().all(|mode| always.covers(*mode, noon)));
        let away = Duty {
            modes: [Mode::Away].into(),
            hours: None,
        };
        assert!(away.covers(Mode::Away, noon) && !away.covers(Mode::Home, noon));
        assert_eq!(
            (always.to_string(), away.to_string()),
            ("always".into(), "away".into())
        );
    }
}
