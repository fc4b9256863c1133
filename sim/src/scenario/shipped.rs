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
    "block-split",
    "burst",
    "busy-evening",
    "false-alert",
    "isp-outage",
    "late-joiner",
    "mostly-nat",
    "power-cut",
    "quiet-day",
    "steady-load",
    "stolen-node",
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
