//! What a command gave.

use std::process::Output;

use serde_json::Value;

/// Exit code, JSON and words of one command.
#[derive(Debug)]
pub struct Reply {
    /// The exit code.
    pub code: Option<i32>,
    /// What stood on standard output, if it was JSON.
    pub json: Value,
    /// What stood on standard error.
    pub words: String,
}

impl Reply {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            words: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// One field as text.
    pub fn text(&self, field: &str) -> String {
        self.json
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    /// One field as a number.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.json.get(field).and_then(Value::as_u64)
    }

    /// A list of objects.
    pub fn list(&self) -> &[Value] {
        self.json.as_array().map_or(&[], Vec::as_slice)
    }
}
