//! Who takes part beside ordinary homes: agencies that publish, and those who are up to no good.

use serde::{Deserialize, Serialize};

use super::{Scenario, ScenarioError, Span, Whom, defaults};

/// An agency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Publisher {
    /// Bulletins an hour, at random moments. Homes take six.
    pub per_hour: f64,
    /// Homes of each street that it dials. What they hear they pass on.
    pub dials: u32,
    /// Where it speaks: cells of 4 to 6 characters; the whole town if none are named.
    pub area: Vec<String>,
    /// How long a bulletin lives.
    pub life: Span,
}

/// What homes film, for whom, and who keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Clips {
    /// Clips an hour, of all homes together, at random moments.
    pub per_hour: f64,
    /// How long a clip is, at most two minutes.
    pub lasts: Span,
    /// Mbit/s of its pictures.
    pub mbit: f64,
    /// Neighbours to whom each clip is granted, on average. They fetch it.
    pub grants: f64,
    /// Neighbours whom each home asks to keep its clips.
    pub keepers: u32,
}

/// What an adversary is. The first two are members of a street with a changed program; the others are nodes of strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A member who hears everything and does not pass it on.
    Silent,
    /// A member who posts as much as its allowance lets it, and then goes on beyond it.
    Spam,
    /// A stranger who listens, and does not pass on what should be passed on.
    Sybil,
    /// A company that records everything, and asks for everything.
    Harvest,
    /// Somebody who records only, and guesses who wrote what.
    Observer,
}

/// Some of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Adversary {
    /// What they are.
    pub kind: Kind,
    /// How many: homes among the town's, or nodes beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The same as a part of the town's homes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Members: among whom they are. Strangers: to whom they connect.
    #[serde(default)]
    pub whom: Whom,
    /// Whether somebody told strangers under which names streets speak. Without that they hear what is said in the open.
    #[serde(default = "yes")]
    pub knows_streets: bool,
    /// The part of what they should pass on that they swallow.
    #[serde(default = "all")]
    pub swallows: f64,
    /// Whether they connect to everybody, and swallow only what those bring who are named.
    #[serde(default)]
    pub censors: bool,
    /// Whether all strangers of the kind are behind one address, each at a port of its own.
    #[serde(default)]
    pub one_address: bool,
    /// When they come, after everybody came on; before everybody if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes: Option<Span>,
    /// Until when they do what an honest node does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<Span>,
    /// Alerts an hour of each that spams.
    #[serde(default = "defaults::spam")]
    pub per_hour: f64,
}

const fn yes() -> bool {
    true
}

const fn all() -> f64 {
    1.0
}

impl Kind {
    /// Whether it is a member of a street.
    pub const fn is_member(self) -> bool {
        matches!(self, Self::Silent | Self::Spam)
    }

    /// Whether others rely on it in vain.
    pub const fn swallows(self) -> bool {
        matches!(self, Self::Silent | Self::Sybil)
    }

    /// The word of scenario files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Spam => "spam",
            Self::Sybil => "sybil",
            Self::Harvest => "harvest",
            Self::Observer => "observer",
        }
    }
}

impl Adversary {
    /// How many there are in a town of so many homes.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a number of homes"
    )]
    pub fn many(&self, homes: u32) -> u32 {
        match (self.count, self.share) {
            (Some(count), _) => count,
            (None, Some(share)) => (f64::from(homes) * share).round() as u32,
            (None, None) => 1,
        }
    }

    fn check(&self, name: &str, scenario: &Scenario) -> Result<(), ScenarioError> {
        let at = format!("adversaries.{name}");
        let wrong = |says: &str| wrong(&at, says);
        self.whom.check(&at, scenario)?;
        if self.count.is_some() && self.share.is_some() {
            return wrong("say count or share, not both");
        }
        if self
            .share
            .is_some_and(|share| !(0.0..=10.0).contains(&share))
        {
            return wrong("share is a part of the town's homes, at most 10 times as many");
        }
        let many = self.many(scenario.town.homes);
        if self.kind.is_member() && many > scenario.town.homes {
            return wrong("these are homes of the town, and there are not so many");
        }
        if many > defaults::MOST_HOMES {
            return wrong("too many");
        }
        if !(0.0..=1.0).contains(&self.swallows) {
            return wrong("swallows is a part, between 0 and 1");
        }
        if !(0.0..=3_600.0).contains(&self.per_hour) {
            return wrong("per-hour is between 0 and 3600");
        }
        if self.one_address && self.kind.is_member() {
            return wrong("members are homes, each with an address of its own");
        }
        if self.one_address && many > defaults::MOST_AT_ONE_ADDRESS {
            return wrong("an address has not so many ports");
        }
        if self.censors && self.kind != Kind::Sybil {
            return wrong("only a sybil censors");
        }
        Ok(())
    }
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            per_hour: 0.0,
            dials: defaults::DIALS,
            area: Vec::new(),
            life: defaults::bulletin_life(),
        }
    }
}

impl Publisher {
    fn check(&self, name: &str) -> Result<(), ScenarioError> {
        let at = format!("publishers.{name}");
        let fits = |cell: &String| {
            (4..=6).contains(&cell.len()) && cell.parse::<streetlamp_proto::cell::Cell>().is_ok()
        };
        if !self.area.iter().all(fits) {
            return wrong(&at, "area is a list of cells of 4 to 6 characters");
        }
        if !(0.0..=60.0).contains(&self.per_hour) {
            return wrong(&at, "per-hour is between 0 and 60");
        }
        let domain = format!("{name}.example");
        if domain
            .parse::<streetlamp_proto::publisher::Domain>()
            .is_err()
        {
            return wrong(
                &at,
                "a name of letters, digits and hyphens, which makes its domain",
            );
        }
        Ok(())
    }
}

impl Clips {
    fn check(&self) -> Result<(), ScenarioError> {
        if !(0.0..=1e6).contains(&self.per_hour) || !(0.0..=1_000.0).contains(&self.grants) {
            return wrong("clips", "per-hour and grants are numbers of at least 0");
        }
        let seconds = self.lasts.0.as_secs();
        if !(1..=120).contains(&seconds) || !(0.01..=50.0).contains(&self.mbit) {
            return wrong("clips", "a clip lasts 1s to 120s, at 0.01 to 50 Mbit/s");
        }
        Ok(())
    }
}

/// Checks everybody.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    scenario.clips.check()?;
    for (name, publisher) in &scenario.publishers {
        publisher.check(name)?;
    }
    for (name, adversary) in &scenario.adversaries {
        adversary.check(name, scenario)?;
    }
    Ok(())
}

fn wrong(at: &str, says: &str) -> Result<(), ScenarioError> {
    Err(ScenarioError::Value {
        at: at.to_owned(),
        says: says.to_owned(),
    })
}
