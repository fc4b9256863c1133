//! Which run of a program speaks: a number that is drawn at every start and told to whoever connects.
//!
//! A home whose power failed is back before its neighbours notice that it was gone, while they still hold connections
//! to the program that died. Gossip tells a peer its topics with the first connection only, so the new program would
//! hear nothing of them for as long as it runs. The number shows that it is another one.

use std::fmt;
use std::str::FromStr;

/// What stands before the number in identify's agent version.
const PROGRAM: &str = "streetlamp/";

/// One run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run(pub u64);

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PROGRAM}{:016x}", self.0)
    }
}

impl FromStr for Run {
    type Err = NoRun;

    fn from_str(text: &str) -> Result<Self, NoRun> {
        let number = text.strip_prefix(PROGRAM).ok_or(NoRun)?;
        u64::from_str_radix(number, 16).map(Self).map_err(|_| NoRun)
    }
}

/// The text names no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRun;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_read_back_from_what_is_told_and_anything_else_is_none() {
        for run in [Run(0), Run(7), Run(u64::MAX)] {
            assert_eq!(run.to_string().parse(), Ok(run));
        }
        for text in [
            "",
            "streetlamp",
            "streetlamp/",
            "kubo/0.30/1",
            "streetlamp/x",
        ] {
            assert_eq!(text.parse::<Run>(), Err(NoRun), "{text}");
        }
    }
}
