//! A bar on standard error while a film moves; nothing where no terminal is.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::control::Progress;

/// A bar that is gone when it is dropped.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar with one word in front of it.
    pub(super) fn new(doing: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {decimal_bytes} of {decimal_total_bytes}",
        );
        let bar = ProgressBar::new(0).with_message(doing);
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Shows how far it is.
    pub(super) fn show(&self, now: Progress) {
        self.0.set_length(now.total);
        self.0.set_position(now.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
