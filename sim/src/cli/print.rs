//! The only place that writes to the terminal.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde::Serialize;

/// Prints a line. A reader that is gone wants no more.
pub(crate) fn line(text: impl Display) {
    let _reader_is_gone = writeln!(io::stdout(), "{text}");
}

/// Prints one JSON value.
pub(crate) fn json(value: &impl Serialize) {
    let mut out = io::stdout().lock();
    let _reader_is_gone = serde_json::to_writer_pretty(&mut out, value)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(out));
}

/// Says what went wrong.
pub(crate) fn problem(what: impl Display) {
    let _reader_is_gone = writeln!(io::stderr(), "error: {what}");
}
