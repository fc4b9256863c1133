//! Backups: the whole home in one file, for whoever holds the recovery sheet.
//!
//! A backup is a tar archive in a standard age file to the household's recovery key, so that it is made with the home
//! locked and opened with the sheet alone; where Streetlamp is gone, `age -d -i key.txt FILE | tar x` does it. It holds
//! the home directory as `home` describes it: keys, a snapshot of the database, and the sealed clips, which stay sealed
//! inside. Hash trees are left out, since they follow from the clips.

mod reading;
mod writing;

pub use reading::restore;
pub use writing::back_up;

use crate::error::{Error, ErrorKind};

/// Files of the home directory that a backup holds; those that a home may lack come last.
const FILES: [&str; 6] = [
    "household.card",
    "device.cert",
    "device.key",
    "recovery.pub",
    "reading.age",
    "cell",
];
/// The snapshot of the database.
const DATABASE: &str = "streetlamp.db";
/// Before the name of each sealed clip.
const CLIPS: &str = "clips/";
/// After it.
const SEALED: &str = ".sealed";

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Clips with their sealed bytes.
    pub clips: usize,
    /// Clips whose sealed bytes are not there: granted ones that were not fetched yet.
    pub clips_without_bytes: usize,
    /// Alerts.
    pub alerts: usize,
}

fn not_a_backup(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        ErrorKind::DataLoss,
        "this backup is damaged or cut short: nothing was restored",
    )
    .because(cause)
}

#[cfg(test)]
mod tests;
