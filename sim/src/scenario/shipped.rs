//! The scenarios that ship, inside the program.

use super::{Scenario, ScenarioError};

/// A scenario that ships.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name, under which `run` takes it.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! ship {
    ($($name:literal),+ $(,)?) => {
        const SHIPPED: &[Shipped] = &[
            $(Shipped { name: $name, text: include_str!(concat!("../../scenarios/", $name, ".toml")) }),+
        ];
    };
}

ship! {
    "area-outage",
    "attack-censor",
    "attack-cold-boot",
    "attack-colocation",
    "attack-covert-flash",
    "attack-dawn",
    "attack-degrade",
    "attack-eclipse-author",
    "attack-eclipse-publishers",
    "attack-eclipse-street",
    "block-split",
    "burst",
    "busy-evening",
    "false-alert",
    "harvest",
    "isp-outage",
    "late-joiner",
    "mostly-nat",
    "power-cut",
    "quiet-day",
    "routers",
    "shared-films",
    "silent-fifth",
    "spam",
    "steady-load",
    "stolen-node",
    "storm-warning",
    "who-wrote-it",
}

/// Every scenario that ships.
pub const fn shipped() -> &'static [Shipped] {
    SHIPPED
}

impl Shipped {
    /// Reads it.
    ///
    /// # Errors
    /// None for what ships; a test reads all of them.
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        Scenario::parse(self.text)
    }
}
