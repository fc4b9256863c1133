//! What the commands take in common: a scenario by its file or its name, and changes to it.

use std::fs;
use std::path::Path;

use crate::scenario::{Scenario, shipped};

use super::Failed;

/// A scenario's text: of a file, or of one that ships under this name.
pub(crate) fn text_of(scenario: &str) -> Result<String, Failed> {
    if let Some(found) = shipped().iter().find(|s| s.name == scenario) {
        return Ok(found.text.to_owned());
    }
    let path = Path::new(scenario);
    fs::read_to_string(path).map_err(|error| {
        let names: Vec<_> = shipped().iter().map(|s| s.name).collect();
        let names = names.join(", ");
        Failed(format!(
            "{scenario} cannot be read ({error}); name a file, or one of those that ship: {names}"
        ))
    })
}

/// Reads a scenario with changes.
pub(crate) fn scenario(
    named: &str,
    text: &str,
    changes: &[(String, String)],
) -> Result<Scenario, Failed> {
    let read = Scenario::parse_with(text, changes);
    read.map_err(|error| Failed(format!("{named}: {error}")))
}

/// `key=value`.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| "write it as key=value, such as town.homes=200".to_owned())?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}
