//! The one place that writes to the terminal.
//!
//! With `--json` standard output is one JSON value and nothing else; whatever else is to be said goes to standard
//! error. A reader that went away (`| head`) is no failure, and must not stop a node: write errors are ignored.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

/// Characters of an id in a table. Enough to be unique and more than a prefix must have.
const SHORT_ID: usize = 12;

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    /// One JSON value instead of words.
    pub(super) json: bool,
}

impl Out {
    /// Prints an answer: as JSON, or in words.
    ///
    /// # Errors
    /// If the answer cannot be JSON, which is a fault of this program.
    pub(super) fn answer<T: Serialize>(
        self,
        answer: &T,
        words: impl FnOnce(&T) -> String,
    ) -> Result<()> {
        let text = if self.json {
            json(answer)?
        } else {
            words(answer)
        };
        line(text.trim_end());
        Ok(())
    }

    /// Prints one JSON value as a line of its own, at once.
    ///
    /// # Errors
    /// As [`Out::answer`].
    pub(super) fn event(self, event: &impl Serialize) -> Result<()> {
        line(&json(event)?);
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::new(ErrorKind::Internal, "the answer cannot be printed").because(e))
}

/// Prints a line on standard output.
pub(super) fn line(text: &str) {
    let mut out = io::stdout().lock();
    let _reader_gone = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Says something beside the answer, on standard error.
pub(super) fn note(text: &str) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}

/// Says what went wrong, and the causes behind it, indented.
pub(super) fn error(error: &Error) {
    note(&format!("error: {error}"));
    let mut cause = std::error::Error::source(error);
    while let Some(behind) = cause {
        note(&format!("  because: {behind}"));
        cause = behind.source();
    }
}

/// Whether somebody sits at a terminal and can be asked.
pub(super) fn at_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line of text on the terminal.
///
/// # Errors
/// If the terminal went away.
pub(super) fn ask(question: &str) -> Result<String> {
    let mut err = io::stderr().lock();
    let mut answer = String::new();
    write!(err, "{question} ")
        .and_then(|()| err.flush())
        .and_then(|()| io::stdin().read_line(&mut answer))
        .map_err(|e| Error::io("the terminal cannot be read", e))?;
    Ok(answer.trim().to_owned())
}

/// The beginning of an id, for tables.
pub(super) fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

/// Columns under their headings, each as wide as it must be.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows)
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_do_not_trail() {
        let rows = [
            ["Ada".to_owned(), "1".to_owned()],
            ["Benjamin".to_owned(), String::new()],
        ];
        assert_eq!(
            table(["who", "n"], rows),
            "who       n\nAda       1\nBenjamin\n"
        );
    }

    #[test]
    fn a_short_id_stays_as_it_is() {
        assert_eq!(short("0123456789abcdef"), "0123456789ab");
        assert_eq!(short("abc"), "abc");
    }
}
