//! First use: words, root, device, reading key, and the recovery sheet.
//!
//! The sheet is durable before the home appears: there is never a home without its words on paper.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha20Rng;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::{Card, HouseholdId, Name, Roles, Words};
use streetlamp_proto::time::Timestamp;
use zeroize::Zeroizing;

use super::keys::{self, DeviceKeys};
use super::making::{self, Parts, fresh_identity, write_new};
use super::sheet;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

/// Words of a passphrase that is made for a resident who gave none: 6 of 2,048 are 66 bits, behind scrypt.
const MADE_WORDS: usize = 6;

/// What a resident says at first use.
#[derive(Debug)]
pub struct NewHome {
    /// How neighbours will see the household.
    pub name: Name,
    /// Where it is, if it wants to say.
    pub cell: Option<Cell>,
    /// Protects the reading key. One is made and written on the sheet if there is none.
    pub passphrase: Option<Zeroizing<String>>,
    /// Where the recovery sheet goes; beside the home directory if nobody says.
    pub recovery_sheet: Option<PathBuf>,
    /// The wall time.
    pub now: Timestamp,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Created {
    /// The household.
    pub household: HouseholdId,
    /// Where its recovery sheet is.
    pub recovery_sheet: PathBuf,
    /// Whether a passphrase was made and stands on the sheet.
    pub passphrase_was_made: bool,
}

/// A household whose words are on paper.
pub struct FromWords {
    /// The words of the sheet.
    pub words: Words,
    /// How neighbours will see the household.
    pub name: Name,
    /// Where it is, if it wants to say.
    pub cell: Option<Cell>,
    /// Protects the reading key.
    pub passphrase: Zeroizing<String>,
    /// The wall time.
    pub now: Timestamp,
}

impl fmt::Debug for FromWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromWords")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

pub(super) fn create_on_paper(
    dir: &Path,
    new: FromWords,
    entropy: &Entropy,
) -> Result<HouseholdId> {
    let (dir, parent) = making::place(dir)?;
    let household = new.words.root().household();
    let parts = parts(new, None, &mut entropy.generator()?)?;
    parts.write(&dir, &parent)?;
    Ok(household)
}

/// Everything of a new home, with a device and a reading key that are fresh.
fn parts(new: FromWords, sheet: Option<PathBuf>, rng: &mut ChaCha20Rng) -> Result<Parts> {
    let root = new.words.root();
    let device = DeviceKeys::fresh(rng);
    let reading = fresh_identity(rng);
    let card = root.sign_card(Card {
        household: root.household(),
        name: new.name,
        reading: reading.recipient(),
        issued: new.now,
    });
    let cert = device.to_certify(root.household(), Roles::ALL, 1, new.now);
    let protected = crate::blocking::block(|| keys::protect(&reading.into(), &new.passphrase))?;
    Ok(Parts {
        card,
        cert: root.certify(cert),
        device,
        recovery: new.words.recovery().recipient(),
        reading: Some(protected),
        sheet,
        cell: new.cell,
    })
}

pub(super) fn create(dir: &Path, new: NewHome, entropy: &Entropy) -> Result<Created> {
    let (dir, parent) = making::place(dir)?;
    let recovery_sheet = match new.recovery_sheet {
        Some(path) => std::path::absolute(&path).map_err(|e| Error::io(path.display(), e))?,
        None => beside(&dir),
    };
    if recovery_sheet.starts_with(&dir) {
        let message = "the recovery sheet must not lie inside the home: it opens every clip";
        return Err(Error::new(ErrorKind::Invalid, message));
    }

    let mut rng = entropy.generator()?;
    let words = Words::generate(&mut rng);
    let passphrase_was_made = new.passphrase.is_none();
    let passphrase = new.passphrase.unwrap_or_else(|| made_passphrase(&mut rng));
    let household = words.root().household();
    let text = sheet::write(
        &recovery_sheet,
        &words,
        &new.name,
        passphrase_was_made.then_some(&passphrase),
    )?;
    let new = FromWords {
        words,
        name: new.name,
        cell: new.cell,
        passphrase,
        now: new.now,
    };
    let parts = parts(new, Some(recovery_sheet.clone()), &mut rng)?;
    write_new(&recovery_sheet, text.as_bytes())?;
    if let Err(error) = parts.write(&dir, &parent) {
        // A sheet without its home would only confuse; its words were never used.
        let _gone = fs::remove_file(&recovery_sheet);
        return Err(error);
    }
    Ok(Created {
        household,
        recovery_sheet,
        passphrase_was_made,
    })
}

fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push("-recovery-sheet.txt");
    dir.with_file_name(name)
}

/// A passphrase for somebody who leaves it to the program.
pub fn made_passphrase(rng: &mut ChaCha20Rng) -> Zeroizing<String> {
    // The words of 32 fresh bytes are uniform over the list, but for the last, which carries the checksum.
    let words = Words::generate(rng).expose();
    Zeroizing::new(
        words
            .split(' ')
            .take(MADE_WORDS)
            .collect::<Vec<_>>()
            .join("-"),
    )
}
